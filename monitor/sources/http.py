"""The guarded HTTP client: every request this program makes to a source goes through here."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Self

import aiohttp
from yarl import URL

from monitor.errors import FetchError, HostHeldError
from monitor.sources.addresses import parse_networks, refusal
from monitor.sources.hosts import HostGate
from monitor.sources.inflate import Inflater
from monitor.sources.network import Resolver, guarded_sockets
from monitor.sources.trouble import failure_in_words, retry_after, status_in_words, timeout_in_words

FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
DNS_SECONDS = 300
"""How long the addresses of a name are used again; each is checked at every connection all the same."""
_TURN = 100_000
"""Bytes unpacked at once after which other fetches get their turn: a bomb must not hold them up."""
_PERMANENT = {301, 308}
_REDIRECT = _PERMANENT | {302, 303, 307}
# Seconds a host is left alone after "too many requests" without saying for how long, and at most.
_PAUSE = 60.0
_LONGEST_PAUSE = 86_400.0


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
        rate: requests a second to one host.
    """

    total: float = 30.0
    connect: float = 10.0
    read: float = 20.0
    wire: int = 10_000_000
    body: int = 50_000_000
    redirects: int = 5
    connections: int = 2
    rate: float = 1.0


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

    Private, loopback, link-local, metadata and reserved addresses are refused as the connection is made, for redirects
    and DNS answers as for everything else. Networks in `allow_networks` are the only exception.

    Args:
        user_agent: an honest name with a contact URL.
        allow_networks: CIDRs of intranets that may be polled.
        now: where the time comes from, for a Retry-After that is a date.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        limits: Limits | None = None,
        allow_networks: Iterable[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._limits = limits or Limits()
        self._networks = parse_networks(allow_networks)
        self._now = now
        self.user_agent = user_agent
        self._gate = HostGate(self._limits.connections, self._limits.rate)
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

    def wait(self, url: str) -> float:
        """Seconds until a request to this URL's host could begin, were it made now."""
        try:
            return self._gate.wait(_host(URL(url)))
        except ValueError:
            return 0.0

    async def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        accept: str = FEED_TYPES,
        headers: Mapping[str, str] = MappingProxyType({}),
        home: str = "",
        wire: int = 0,
    ) -> Fetched:
        """Fetch one URL, conditionally where validators are given.

        Args:
            url: what to fetch.
            etag: validator of what is known already, "" for none.
            last_modified: the same.
            accept: the media types wanted.
            headers: further ones, which may hold secrets: they go to `home` only, never where a redirect leads.
            home: the address whose host the headers are for, `url` where not given.
            wire: bytes of body as sent, 0 for the client's limit; unpacked it may be four times as large.

        Raises:
            HostHeldError: nothing was sent, for the host has asked to be left alone for a while.
            FetchError: anything but a whole 2xx answer, or a 304 that was asked for; the message is in words.
        """
        common = {"Accept": accept}
        if etag:
            common["If-None-Match"] = etag
        if last_modified:
            common["If-Modified-Since"] = last_modified
        way = _Way(_target(url))
        at_home = _target(home) if home and home != url else way.url
        while True:
            private = headers if _same_origin(at_home, way.url) else {}
            hop = await self._request(way.url, {**common, **private}, wire)
            if hop.status not in _REDIRECT:
                return self._answer(hop, way, conditional=bool(etag or last_modified))
            self._follow(way, hop)

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        """Send a form, and follow no redirect.

        Raises:
            FetchError: anything but a 2xx answer; the message is in words.
        """
        way = _Way(_target(url))
        self._answer(await self._request(way.url, {}, self._limits.wire, form), way, conditional=False)

    def _follow(self, way: _Way, hop: _Hop) -> None:
        """Step on to where a redirect points, or say why not."""
        if not hop.location:
            raise FetchError(f"the server answered {hop.status} without saying where to go", status=hop.status)
        way.hops += 1
        way.seen.add(str(way.url))
        if way.hops > self._limits.redirects:
            raise FetchError(f"more than {self._limits.redirects} redirects", status=hop.status)
        try:
            target = way.url.join(URL(hop.location))
        except ValueError as error:
            raise FetchError("redirected to an address that is not a URL", status=hop.status) from error
        # No credentials travel: neither the ones of this host nor ones the redirect brings.
        if target.scheme not in {"http", "https"} or not target.host:
            words = f"the server redirects to {hop.location[:200]!r}, which is not an http or https address"
            raise FetchError(words, status=hop.status)
        target = _target(str(target.with_user(None).with_fragment(None)))
        if str(target) in way.seen:
            raise FetchError("the server redirects in a circle", status=hop.status)
        way.permanent = way.permanent and hop.status in _PERMANENT
        if way.permanent:
            way.moved_to = str(target)
        way.url = target

    async def _request(
        self, url: URL, headers: Mapping[str, str], wire: int, form: Mapping[str, str] | None = None
    ) -> _Hop:
        limits, host = self._limits, _host(url)
        self._refuse_held(host)
        async with self._gate.turn(host):
            self._refuse_held(host)
            try:
                async with asyncio.timeout(limits.total):
                    ask = self._open().request
                    method = "GET" if form is None else "POST"
                    async with ask(method, url, headers=headers, data=form, allow_redirects=False) as response:
                        return await self._read(response, wire)
            except TimeoutError as error:
                words = timeout_in_words(error, connect=limits.connect, read=limits.read, total=limits.total)
                raise FetchError(words) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise FetchError(failure_in_words(error)) from error

    def _refuse_held(self, host: str) -> None:
        held = self._gate.held(host)
        if held:
            raise HostHeldError(f"{host} has asked to be left alone for {held:.0f} s more", retry_after=held)

    async def _read(self, response: aiohttp.ClientResponse, wire: int) -> _Hop:
        headers = MappingProxyType({name.lower(): value for name, value in response.headers.items()})
        if response.status in _REDIRECT:
            return _Hop(response.status, headers, location=headers.get("location", ""))
        if not 200 <= response.status < 300:
            return _Hop(response.status, headers)
        limit, unpacked = (wire, min(4 * wire, self._limits.body)) if wire else (self._limits.wire, self._limits.body)
        too_large = FetchError(f"the answer is larger than {limit // 1_000_000} MB; refused")
        if response.content_length is not None and response.content_length > limit:
            raise too_large
        inflater = Inflater(headers.get("content-encoding", ""), unpacked)
        size = 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > limit:
                raise too_large
            for unpacked_now in inflater.steps(chunk):
                if unpacked_now > _TURN:
                    await asyncio.sleep(0)
        return _Hop(response.status, headers, inflater.finish(), response.charset or "")

    def _answer(self, hop: _Hop, way: _Way, *, conditional: bool) -> Fetched:
        if hop.status == 304 and conditional:
            return Fetched(304, str(way.url), b"", hop.headers, way.moved_to, not_modified=True)
        if 200 <= hop.status < 300:
            return Fetched(hop.status, str(way.url), hop.body, hop.headers, way.moved_to, encoding=hop.encoding)
        asked = retry_after(hop.headers.get("retry-after", ""), self._now())
        if hop.status == 429:
            # Meant for everything that is fetched from there, not for this address only.
            self._gate.hold(_host(way.url), min(asked or _PAUSE, _LONGEST_PAUSE))
        raise FetchError(status_in_words(hop.status), status=hop.status, retry_after=asked)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            limits = self._limits
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=Resolver(),
                    socket_factory=guarded_sockets(lambda address: refusal(address, self._networks)),
                    limit=0,
                    ttl_dns_cache=DNS_SECONDS,
                    keepalive_timeout=30,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=None, sock_connect=limits.connect, sock_read=limits.read
                ),
                headers={"User-Agent": self.user_agent, "Accept-Encoding": "gzip, deflate, br, zstd"},
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                max_line_size=8190,
                # Some sites' security policies are longer than any other header.
                max_field_size=32_768,
                max_headers=128,
                trust_env=False,
            )
        return self._session


def _target(url: str) -> URL:
    """The URL to request, checked as far as its text goes.

    Raises:
        FetchError: not an http(s) URL.
    """
    try:
        target = URL(url.strip())
        _ = target.port
    except ValueError as error:
        raise FetchError(f"{url[:200]!r} is not a URL") from error
    if target.scheme not in {"http", "https"} or not target.host:
        raise FetchError(f"{url[:200]!r} is not an http or https address")
    return target


def _host(url: URL) -> str:
    return (url.host or "").lower().rstrip(".")


def _same_origin(home: URL, other: URL) -> bool:
    """Whether what is meant for one may be sent to the other: same host and port, or the same host made secure."""
    if _host(home) != _host(other):
        return False
    secured = (home.scheme, home.port, other.scheme, other.port) == ("http", 80, "https", 443)
    return secured or (home.scheme, home.port) == (other.scheme, other.port)
