"""WebSub (W3C Recommendation, 2018): hubs push what is new to a public address of this daemon, within seconds.

A feed that names a hub is subscribed to: asked for, verified when the hub calls back, renewed before its lease ends. A
push counts only with the right HMAC, by a secret made for that feed. Subscribed feeds are still polled, only less
often; a push that is missed, or a lease that ends, brings the usual polling back.
"""

import asyncio
import hashlib
import hmac
import os
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from monitor.errors import ConfigError, FetchError, ParseError, StoreError
from monitor.intake import Intake
from monitor.model.article import FeedState
from monitor.ports import Clock
from monitor.sources.http import GuardedClient

LEASE = timedelta(days=5)
"""What is asked for; the hub says what it grants."""
_LONGEST_LEASE = timedelta(days=30)
_RENEW_BEFORE = timedelta(hours=12)
_ASK_AGAIN = timedelta(hours=1)
_AT_ONCE = 20
_READ_WITHIN = 30.0
"""Seconds for a hub to send one push."""
_PUSHES_AT_ONCE = 4
_METHODS = {"sha1", "sha256", "sha384", "sha512"}


class WebSub:
    """Subscribes, answers hubs, and hands pushes to the intake.

    Args:
        callback: the public address that leads to `routes`, without a slash at its end.
        key: what tokens and secrets are made with; see `load_key`.
        most: bytes of a push.
    """

    def __init__(
        self, callback: str, key: bytes, *, client: GuardedClient, intake: Intake, clock: Clock, most: int
    ) -> None:
        self._callback, self._key, self._most = callback.rstrip("/"), key, most
        self._client, self._intake, self._clock = client, intake, clock
        self._asked: dict[str, datetime] = {}
        self._tokens: dict[str, str] = {}
        self._reading = asyncio.Semaphore(_PUSHES_AT_ONCE)
        self._log = structlog.get_logger("monitor.websub")

    def app(self) -> web.Application:
        """The listener for hubs."""
        app = web.Application(client_max_size=self._most)
        path = urlsplit(self._callback).path + "/{token:[0-9a-f]{32}}"
        app.add_routes([web.get(path, self._verify), web.post(path, self._push)])
        return app

    async def tend(self) -> int:
        """Ask hubs for what is not subscribed yet or ends soon; how many were asked."""
        now = self._clock.now()
        hubbed = [state for state in self._intake.states.values() if state.hub]
        self._tokens = {self.token(state): state.url for state in hubbed}
        wanting = [state for state in hubbed if self._wants(state, now)][:_AT_ONCE]
        for state in wanting:
            self._asked[state.url] = now
            form = {
                "hub.mode": "subscribe",
                "hub.topic": state.topic,
                "hub.callback": f"{self._callback}/{self.token(state)}",
                "hub.secret": self._secret(state),
                "hub.lease_seconds": str(int(LEASE.total_seconds())),
            }
            try:
                await self._client.post(state.hub, form)
            except FetchError as error:
                self._log.info("a hub cannot be asked; the feed is polled", feed=state.url, error=str(error))
        return len(wanting)

    def token(self, state: FeedState) -> str:
        """The last part of the feed's callback: nobody who is not told can guess it."""
        return self._made("token", state)[:32]

    def _secret(self, state: FeedState) -> str:
        return self._made("secret", state)

    def _made(self, purpose: str, state: FeedState) -> str:
        words = "\0".join((purpose, state.url, state.hub, state.topic))
        return hmac.new(self._key, words.encode(), hashlib.sha256).hexdigest()

    def _wants(self, state: FeedState, now: datetime) -> bool:
        ends = state.pushed_until
        last = self._asked.get(state.url)
        return (ends is None or ends - now < _RENEW_BEFORE) and (last is None or now - last >= _ASK_AGAIN)

    def _of(self, request: web.Request) -> FeedState:
        token = request.match_info["token"]
        state = self._intake.states.get(self._tokens.get(token, ""))
        # Its hub may have changed since.
        if state is None or not state.hub or self.token(state) != token:
            raise web.HTTPNotFound
        return state

    async def _verify(self, request: web.Request) -> web.Response:
        state, asked = self._of(request), request.query
        mode, topic = asked.get("hub.mode", ""), asked.get("hub.topic", "")
        if topic != state.topic or state.url not in self._asked:
            raise web.HTTPNotFound
        if mode == "denied":
            self._log.warning(
                "a hub refuses; the feed is polled", feed=state.url, why=asked.get("hub.reason", "")[:200]
            )
            return web.Response()
        lease = asked.get("hub.lease_seconds", "")
        if mode != "subscribe" or not asked.get("hub.challenge"):
            raise web.HTTPNotFound
        seconds = int(lease) if lease.isascii() and lease.isdigit() and len(lease) < 10 else LEASE.total_seconds()
        until = self._clock.now() + min(timedelta(seconds=seconds), _LONGEST_LEASE)
        try:
            await self._intake.lease(state.url, until)
        except StoreError as error:
            raise web.HTTPServiceUnavailable from error
        self._log.info("subscribed", feed=state.url, until=until.isoformat())
        return web.Response(text=asked["hub.challenge"], content_type="text/plain")

    async def _push(self, request: web.Request) -> web.Response:
        state = self._of(request)
        # So many are in memory at once, whatever hubs send.
        async with self._reading:
            try:
                async with asyncio.timeout(_READ_WITHIN):
                    body = await request.read()
            except TimeoutError as error:
                raise web.HTTPRequestTimeout from error
            return await self._take(state, body, request)

    async def _take(self, state: FeedState, body: bytes, request: web.Request) -> web.Response:
        if not self._signed(state, body, request.headers.get("X-Hub-Signature", "")):
            # What is not from the hub is acknowledged all the same, as the standard has it, and thrown away.
            self._log.warning("a push without the right signature was thrown away", feed=state.url)
            return web.Response(status=202)
        try:
            new = await self._intake.receive(state.url, body, request.headers.get("Content-Type", ""))
            self._log.debug("pushed", feed=state.url, new=new)
        except ParseError as error:
            self._log.warning("a push cannot be read", feed=state.url, error=str(error))
        except StoreError as error:
            raise web.HTTPServiceUnavailable from error
        return web.Response(status=202)

    def _signed(self, state: FeedState, body: bytes, signature: str) -> bool:
        method, _, digest = signature.partition("=")
        if method not in _METHODS:
            return False
        mine = hmac.new(self._secret(state).encode(), body, method).hexdigest()
        return hmac.compare_digest(mine.encode(), digest.strip().lower().encode())


def load_key(folder: Path) -> bytes:
    """The key that tokens and secrets are made with, from its file; made when missing.

    Raises:
        ConfigError: the file can be neither read nor written.
    """
    file = folder / "websub.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(os.urandom(32))
        key = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read or made ({error.strerror}); mend the folder's rights") from error
    if len(key) < 32:
        raise ConfigError(f"{file}: is damaged; delete it, and a new one is made")
    return key
