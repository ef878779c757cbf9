"""What people send back, over Socket Mode: a WebSocket that we open, so no public address is needed.

slack-sdk keeps the connection; this watches over it, since its client can stay with an address that no longer works,
and acknowledges every envelope in time. https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from structlog.typing import FilteringBoundLogger

from monitor.sinks.slack_api import SlackApi, in_words

Payload = Mapping[str, Any]

# Slack shows people an error where there is no acknowledgement within three seconds.
_ACK_AFTER = 2.0
_CONNECT_SECONDS = 15.0
_LOST_AFTER = 15.0
_LOOK_EVERY = 1.0
_LONGEST_PAUSE = 60.0
_LONGEST_ASKED = 600.0


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing somebody did: `kind` is interactive, slash_commands or events_api."""

    kind: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Line:
    """Whether answers can come in; `operator` where a person must mend something."""

    up: bool
    problem: str = ""
    operator: bool = False


class SlackSocket:
    """Keeps one Socket Mode connection and hands what comes in to `handle`.

    `handle` gives the payload of the acknowledgement, or None. Where it takes longer than Slack waits, the envelope is
    acknowledged without and the payload goes to `late`.
    """

    def __init__(
        self,
        api: SlackApi,
        app_token: str,
        *,
        handle: Callable[[Envelope], Awaitable[Payload | None]],
        late: Callable[[Envelope, Payload], Awaitable[None]],
        on_line: Callable[[Line], None],
        log: FilteringBoundLogger,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._api, self._app_token = api, app_token
        self._handle, self._late, self._on_line = handle, late, on_line
        self._log, self._sleep = log, sleep
        self._under_way: set[asyncio.Task[None]] = set()
        # Its own words on lost connections are stack traces; ours are told through `on_line`.
        self._quiet = logging.getLogger("monitor.slack.socket")
        self._quiet.setLevel(logging.CRITICAL + 1)

    async def run(self, stop: asyncio.Event) -> None:
        """Stay connected until `stop` is set."""
        stopped, pause = asyncio.ensure_future(stop.wait()), 1.0
        try:
            while not stop.is_set():
                began = asyncio.get_running_loop().time()
                work = asyncio.ensure_future(self._connected_once())
                await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not work.done():
                    work.cancel()
                [asked] = await asyncio.gather(work, return_exceptions=True)
                if isinstance(asked, Exception):
                    self._log.error("the connection for answers failed; it is made again", exc_info=asked)
                if stop.is_set():
                    break
                pause = 1.0 if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE else pause
                wanted = asked.total_seconds() if isinstance(asked, timedelta) else 0.0
                waiting = asyncio.ensure_future(self._sleep(max(pause, min(wanted, _LONGEST_ASKED))))
                await asyncio.wait({waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                pause = min(pause * 2, _LONGEST_PAUSE)
        finally:
            stopped.cancel()
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=3)

    async def _connected_once(self) -> timedelta | None:
        """Connect and stay until the connection is lost for good; how long Slack asks to be left alone, if it does."""
        opened = await self._api.call(self._api.client.apps_connections_open, {"app_token": self._app_token})
        if opened.failed:
            operator = opened.failed.operator and opened.failed.blocks == "sink"
            what = f"Slack refuses slack.app_token: {opened.code}" if operator else opened.failed.error
            self._on_line(Line(up=False, problem=f"answers from Slack cannot come in: {what}", operator=operator))
            return opened.failed.after
        client = SocketModeClient(self._app_token, logger=self._quiet, web_client=self._api.client)
        client.wss_uri = str(opened.body.get("url"))
        client.socket_mode_request_listeners.append(self._received)
        try:
            await asyncio.wait_for(client.connect(), _CONNECT_SECONDS)  # type: ignore[no-untyped-call]
            self._on_line(Line(up=True))
            await self._watch(client)
            self._on_line(Line(up=False, problem="the connection for answers from Slack was lost; it is made again"))
        except TimeoutError:
            self._on_line(Line(up=False, problem="no connection for answers from Slack; it is tried again"))
        finally:
            await client.close()  # type: ignore[no-untyped-call]
        return None

    async def _watch(self, client: SocketModeClient) -> None:
        """Return once the SDK has not got its connection back for a while."""
        lost = 0.0
        while lost < _LOST_AFTER:
            await self._sleep(_LOOK_EVERY)
            lost = 0.0 if await client.is_connected() else lost + _LOOK_EVERY

    async def _received(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.ensure_future(self._answer(client, request))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.shield(task)

    async def _handled(self, envelope: Envelope) -> Payload | None:
        try:
            return await self._handle(envelope)
        except Exception:  # noqa: BLE001 - what cannot be read must not end the connection
            self._log.exception("what came in from Slack could not be handled", kind=envelope.kind)
            return None

    async def _answer(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        envelope = Envelope(request.type, request.payload)
        work = asyncio.ensure_future(self._handled(envelope))
        await asyncio.wait({work}, timeout=_ACK_AFTER)
        payload = dict(await work or {}) if work.done() else {}
        late = not work.done()
        try:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload or None))
        except (OSError, RuntimeError) as problem:
            # It was done all the same; Slack tells the person that nothing came back, and doing it twice is harmless.
            self._log.warning("slack_ack_lost", kind=request.type, error=in_words(problem))
            late = True
        if late and (told := await work):
            await self._late(envelope, told)
