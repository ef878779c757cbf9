"""A loopback HTTP server that plays every kind of feed source, the hostile ones byte by byte."""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import brotli
from backports import zstd

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Test wire</title><link>http://wire.example/</link><ttl>30</ttl>
<item><guid>a1</guid><title>Bridge reopens</title><link>http://wire.example/a1</link>
<pubDate>Mon, 18 Nov 2024 08:00:00 GMT</pubDate><description>The bridge reopened on Monday.</description></item>
</channel></rss>"""


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names are in lower case."""

    path: str
    headers: dict[str, str]


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FeedServer:
    """Serves `routes`; use as an async context manager.

    Attributes:
        address: where it listens.
        requests: what was asked for, in order.
        connections: how many were opened.
        busiest: the most requests that were under way at once.
    """

    routes: dict[str, Handler] = field(default_factory=dict)
    address: str = "127.0.0.1"
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    busiest: int = 0
    port: int = 0
    _busy: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.address, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a route."""
        return f"http://{host}:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                request = Request(first.split()[1], headers)
                self.requests.append(request)
                self._busy += 1
                self.busiest = max(self.busiest, self._busy)
                try:
                    await self.routes.get(request.path, status(404))(request, writer)
                    await writer.drain()
                finally:
                    self._busy -= 1
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            # Cancelled only when the server closes; asyncio's streams would log it as a mistake.
            return
        finally:
            writer.close()


def head(code: int, headers: dict[str, str], length: int | None) -> bytes:
    """Status line and headers."""
    lines = [f"HTTP/1.1 {code} Whatever", *(f"{name}: {value}" for name, value in headers.items())]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def body(data: bytes = RSS, content_type: str = "application/rss+xml", code: int = 200, **headers: str) -> Handler:
    """A plain answer; header names are written with underscores for dashes."""
    fields = {"Content-Type": content_type} | {name.replace("_", "-"): value for name, value in headers.items()}

    async def handle(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(code, fields, len(data)) + data)

    return handle


def status(code: int, **headers: str) -> Handler:
    """An answer without content."""
    return body(b"", "text/plain", code, **headers)


def redirect(location: str, code: int = 302) -> Handler:
    """A redirect."""
    return status(code, Location=location)


def conditional(data: bytes = RSS, etag: str = '"v1"', last_modified: str = "Mon, 18 Nov 2024 08:00:00 GMT") -> Handler:
    """Answers 304 to a request that knows the newest version."""

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        validators = {"ETag": etag, "Last-Modified": last_modified}
        if request.headers.get("if-none-match") == etag or request.headers.get("if-modified-since") == last_modified:
            writer.write(head(304, validators, None))
        else:
            writer.write(head(200, {"Content-Type": "application/rss+xml"} | validators, len(data)) + data)

    return handle


def encoded(data: bytes, coding: str) -> Handler:
    """An answer in a Content-Encoding: gzip, deflate, raw-deflate, br or zstd."""
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": lambda: gzip.compress(data),
        "deflate": lambda: zlib.compress(data),
        "raw-deflate": lambda: raw.compress(data) + raw.flush(),
        "zstd": lambda: zstd.compress(data),
        "br": lambda: brotli.compress(data, quality=1),
    }[coding]()
    return body(packed, Content_Encoding=coding.removeprefix("raw-"))


def bomb(coding: str, size: int = 80_000_000) -> Handler:
    """A small answer that unpacks to `size` zero bytes."""
    return encoded(bytes(size), coding)


def endless(piece: bytes = b"x" * 65536, pause: float = 0.0) -> Handler:
    """A body that never ends: a flood, or a slow drip where there is a pause between pieces."""

    async def handle(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"Content-Type": "application/rss+xml", "Transfer-Encoding": "chunked"}, None))
        while True:
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()
            await asyncio.sleep(pause)

    return handle


async def endless_headers(_: Request, writer: asyncio.StreamWriter) -> None:
    """Headers that never end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while True:
        number += 1
        writer.write(f"X-Header-{number}: {'y' * 1000}\r\n".encode())
        await writer.drain()


async def silence(_: Request, __: asyncio.StreamWriter) -> None:
    """No answer at all."""
    await asyncio.Event().wait()


async def reset(_: Request, writer: asyncio.StreamWriter) -> None:
    """The connection breaks before the answer."""
    writer.transport.abort()


async def short(_: Request, writer: asyncio.StreamWriter) -> None:
    """The connection breaks in the middle of the answer."""
    writer.write(head(200, {"Content-Type": "application/rss+xml"}, len(RSS) + 1000) + RSS[:100])
    await writer.drain()
    writer.transport.abort()


async def gibberish(_: Request, writer: asyncio.StreamWriter) -> None:
    """Not HTTP."""
    writer.write(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
    await writer.drain()
    writer.transport.abort()
