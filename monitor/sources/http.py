"""The guarded HTTP client: every request this program makes to a source goes through here."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from monitor.errors import FetchError
from monitor.sources.addresses import is_literal, is_loopback, parse_networks, refusal
from monitor.sources.inflate import Inflater

FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
_PERMANENT = {301, 308}
_REDIRECT = _PERMANENT | {302, 303, 307}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch.

    Attributes:
        total: seconds for one request and its answer; cuts off a slow drip. Waiting for a connection is not counted.
        connect: seconds for resolving and connecting.
        read: seconds of silence between two pieces of an answer.
        wire: bytes of body as sent.
        body: bytes of body once unpacked.
        redirects: redirects followed.
        connections: requests under way at once to one host.
    """

    total: float = 30.0
    connect: float = 10.0
    read: float = 20.0
    wire: int = 10_000_000
    body: int = 50_000_000
    redirects: int = 5
    connections: int = 2


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer worth reading.

    Attributes:
        status: 200, or 304 where `not_modified`.
        url: where the answer came from, after redirects.
        body: unpacked bytes, b"" for 304.
        headers: the answer's headers, names in lower case.
        moved_to: where the permanent redirects at the start of the way lead, "" for nowhere.
        not_modified: the server said the validators still hold.
        encoding: the charset the server declared, "" where none.
    """

    status: int
    url: str
    body: bytes
    headers: Mapping[str, str]
    moved_to: str = ""
    not_modified: bool = False
    encoding: str = ""


class _AddressRefusedError(OSError):
    """A name leads only to addresses that must not be reached."""


class _GuardedResolver(AbstractResolver):
    """Resolves names and hands on only the addresses that may be connected to.

    aiohttp connects to exactly the addresses it gets from here, so a name that answers differently the second
    time (DNS rebinding) gains nothing.
    """

    def __init__(self, refuse: Callable[[str, int, str], str]) -> None:
        self._refuse = refuse
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        results = await self._resolver.resolve(host, port, family)
        reasons = [self._refuse(host, port, result["host"]) for result in results]
        usable = [result for result, reason in zip(results, reasons, strict=True) if not reason]
        if not usable:
            raise _AddressRefusedError(next(filter(None, reasons), f"{host} has no address"))
        return usable

    async def close(self) -> None:
        await self._resolver.close()


@dataclass(slots=True)
class _Slot:
    semaphore: asyncio.Semaphore
    users: int = 0


@dataclass(slots=True)
class _Hop:
    """What one request brought: an answer's head and body, or the place it points to."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    encoding: str = ""
    location: str = ""


@dataclass(slots=True)
class _Way:
    """Where a fetch has got to."""

    url: URL
    moved_to: str = ""
    permanent: bool = True
    hops: int = 0
    seen: set[str] = field(default_factory=set)


class GuardedClient:
    """GETs from untrusted servers, within limits, and only from addresses it may reach.

    Private, loopback, link-local, metadata and reserved addresses are refused when connecting, redirects and DNS
    answers included. Two exceptions: networks in `allow_networks`, and a host in `trusted_hosts` that the operator
    wrote as an IP address or as `localhost`; such a host is reached by its own URL (and by redirects that stay on
    it), never by a redirect from elsewhere or through a name.

    Args:
        user_agent: an honest name with a contact URL.
        allow_networks: CIDRs of intranets that may be polled.
        trusted_hosts: (host, port) pairs as written in feeds.yaml.
        now: where the time comes from, for a Retry-After that is a date.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        limits: Limits | None = None,
        allow_networks: Iterable[str] = (),
        trusted_hosts: Iterable[tuple[str, int]] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._limits = limits or Limits()
        self._networks = parse_networks(allow_networks)
        self.trust(trusted_hosts)
        self._now = now
        self._user_agent = user_agent
        self._slots: dict[str, _Slot] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close idle and open connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def trust(self, hosts: Iterable[tuple[str, int]]) -> None:
        """Replace the trusted hosts, after feeds.yaml was read again."""
        self._trusted = frozenset(
            (host.strip("[]").lower(), port) for host, port in hosts if is_literal(host) or host.lower() == "localhost"
        )

    async def get(self, url: str, *, etag: str = "", last_modified: str = "", accept: str = FEED_TYPES) -> Fetched:
        """Fetch one URL, conditionally where validators are given.

        Raises:
            FetchError: anything but a whole 2xx answer, or a 304 that was asked for; the message is in words.
        """
        headers = {"Accept": accept}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        way = _Way(self._target(url))
        while True:
            hop = await self._request(way.url, headers)
            if hop.status not in _REDIRECT:
                return self._answer(hop, way, conditional=bool(etag or last_modified))
            self._follow(way, hop)

    def _follow(self, way: _Way, hop: _Hop) -> None:
        """Step on to where a redirect points, or say why not."""
        if not hop.location:
            raise FetchError(f"the server answered {hop.status} without saying where to go", status=hop.status)
        way.hops += 1
        way.seen.add(str(way.url))
        if way.hops > self._limits.redirects:
            raise FetchError(f"more than {self._limits.redirects} redirects", status=hop.status)
        origin = way.url
        try:
            target = origin.join(URL(hop.location))
        except ValueError as error:
            raise FetchError("redirected to an address that is not a URL", status=hop.status) from error
        # No credentials travel: neither the ones of this host nor ones the redirect brings.
        target = self._target(str(target.with_user(None).with_fragment(None)) if target.host else str(target))
        if str(target) in way.seen:
            raise FetchError("the server redirects in a circle", status=hop.status)
        place = (target.host or "").lower(), target.port
        if place in self._trusted and place != ((origin.host or "").lower(), origin.port):
            reason = refusal(place[0], self._networks) if is_literal(place[0]) else "localhost is this machine"
            if reason:
                raise FetchError(f"redirected to {target.host}: {reason}", status=hop.status)
        way.permanent = way.permanent and hop.status in _PERMANENT
        if way.permanent:
            way.moved_to = str(target)
        way.url = target

    def _target(self, url: str) -> URL:
        """The URL to request, checked as far as its text goes.

        Raises:
            FetchError: not an http(s) URL, or the host is an address that must not be reached.
        """
        try:
            target = URL(url.strip())
            port = target.port
        except ValueError as error:
            raise FetchError(f"{url[:200]!r} is not a URL") from error
        if target.scheme not in {"http", "https"} or not target.host:
            raise FetchError(f"{url[:200]!r} is not an http or https address")
        if is_literal(target.host):
            reason = self._refuse(target.host, port or 0, target.host)
            if reason:
                raise FetchError(reason)
        return target

    def _refuse(self, host: str, port: int, address: str) -> str:
        """Why `address`, reached as host:port, is out of bounds; "" where it is not."""
        if (host.lower(), port) in self._trusted and (host == address or is_loopback(address)):
            return ""
        return refusal(address, self._networks)

    async def _request(self, url: URL, headers: Mapping[str, str]) -> _Hop:
        limits = self._limits
        async with self._slot(url.host or ""):
            try:
                async with asyncio.timeout(limits.total):
                    async with self._open().get(url, headers=headers, allow_redirects=False) as response:
                        return await self._read(response)
            except TimeoutError as error:
                raise FetchError(_timeout_in_words(error, limits)) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise FetchError(_failure_in_words(error)) from error

    async def _read(self, response: aiohttp.ClientResponse) -> _Hop:
        headers = MappingProxyType({name.lower(): value for name, value in response.headers.items()})
        if response.status in _REDIRECT:
            return _Hop(response.status, headers, location=headers.get("location", ""))
        if not 200 <= response.status < 300:
            return _Hop(response.status, headers)
        limit = self._limits.wire
        too_large = FetchError(f"the answer is larger than {limit // 1_000_000} MB; refused")
        if response.content_length is not None and response.content_length > limit:
            raise too_large
        inflater = Inflater(headers.get("content-encoding", ""), self._limits.body)
        size = 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > limit:
                raise too_large
            inflater.feed(chunk)
        return _Hop(response.status, headers, inflater.finish(), response.charset or "")

    def _answer(self, hop: _Hop, way: _Way, *, conditional: bool) -> Fetched:
        if hop.status == 304 and conditional:
            return Fetched(304, str(way.url), b"", hop.headers, way.moved_to, not_modified=True)
        if 200 <= hop.status < 300:
            return Fetched(hop.status, str(way.url), hop.body, hop.headers, way.moved_to, encoding=hop.encoding)
        raise FetchError(
            _status_in_words(hop.status),
            status=hop.status,
            retry_after=_retry_after(hop.headers.get("retry-after", ""), self._now()),
        )

    @asynccontextmanager
    async def _slot(self, host: str) -> AsyncIterator[None]:
        """Wait for one of the host's few connections; the wait does not count against the time limit."""
        slot = self._slots.setdefault(host, _Slot(asyncio.Semaphore(self._limits.connections)))
        slot.users += 1
        try:
            async with slot.semaphore:
                yield
        finally:
            slot.users -= 1
            if not slot.users:
                del self._slots[host]

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            limits = self._limits
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_GuardedResolver(self._refuse), limit=0, ttl_dns_cache=300, keepalive_timeout=30
                ),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=None, sock_connect=limits.connect, sock_read=limits.read
                ),
                headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip, deflate, br"},
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                max_line_size=8190,
                max_field_size=8190,
                max_headers=128,
                trust_env=False,
            )
        return self._session


def _retry_after(value: str, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for, None where it asks for nothing readable."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:12]), 10**9))
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds())


_STATUS_WORDS = {
    401: "the server wants a login (401)",
    403: "the server forbids it (403)",
    404: "nothing at this address (404)",
    410: "gone for good (410); remove the feed or give its new address",
    429: "too many requests (429); polling slower",
}


def _status_in_words(status: int) -> str:
    if status in _STATUS_WORDS:
        return _STATUS_WORDS[status]
    if status >= 500:
        return f"the server has a problem of its own ({status})"
    return f"the server answered {status}"


def _timeout_in_words(error: TimeoutError, limits: Limits) -> str:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"no connection within {limits.connect:g} s"
    if isinstance(error, aiohttp.SocketTimeoutError):
        return f"no answer within {limits.read:g} s"
    return f"the answer was not complete within {limits.total:g} s"


def _failure_in_words(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _AddressRefusedError):
            return str(cause)
        cause = cause.__cause__ or getattr(cause, "os_error", None)
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            words = f"no secure connection: {_reason(error)}"
        case aiohttp.ClientConnectorDNSError():
            words = f"the name {error.host} cannot be resolved"
        case aiohttp.ClientConnectorError():
            words = f"no connection to {error.host}:{error.port}: {_reason(error)}"
        case aiohttp.ServerDisconnectedError() | ConnectionResetError() | aiohttp.ClientOSError():
            words = "the server closed the connection"
        case aiohttp.ClientPayloadError():
            words = "the answer broke off in the middle"
        case aiohttp.ClientResponseError():
            words = f"the server's answer is not proper HTTP: {' '.join(error.message.split())[:120]}"
        case _:
            words = f"the request failed: {error}"
    return words[:300]


def _reason(error: Exception) -> str:
    inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    return str(getattr(inner, "strerror", None) or inner)[:160]
