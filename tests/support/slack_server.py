"""A strict stand-in for Slack's Web API on loopback: real sockets, real limits, and faults on demand.

As a program: `python -m tests.support.slack_server --port 0 --token xoxb-test --channels alerts,war` prints
{"listening": "http://127.0.0.1:PORT/api/"} and then every accepted message as one JSON line.
"""

import argparse
import asyncio
import contextlib
import json
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from tests.support.block_kit import bad_blocks
from tests.support.slack_socket import SocketMode

TOKEN = "xoxb-test"
SCOPES = frozenset(
    {
        "chat:write",
        "chat:write.public",
        "channels:read",
        "groups:read",
        "channels:history",
        "groups:history",
        "commands",
    }
)
# What each method takes, beside the token, and the scope it needs.
_KEPT = ("text", "blocks", "metadata", "thread_ts", "reply_broadcast")
_METHODS: dict[str, tuple[str, set[str]]] = {
    "auth.test": ("", set()),
    "apps.connections.open": ("", set()),
    "chat.postMessage": (
        "chat:write",
        {"channel", "text", "blocks", "metadata", "thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media"},
    ),
    "chat.postEphemeral": ("chat:write", {"channel", "user", "text", "blocks", "thread_ts"}),
    "chat.update": ("chat:write", {"channel", "ts", "text", "blocks", "metadata"}),
    "conversations.history": (
        "channels:history",
        {"channel", "oldest", "latest", "inclusive", "include_all_metadata", "limit", "cursor"},
    ),
    "conversations.replies": (
        "channels:history",
        {"channel", "ts", "oldest", "latest", "inclusive", "include_all_metadata", "limit", "cursor"},
    ),
    "conversations.list": ("channels:read", {"types", "exclude_archived", "limit", "cursor"}),
    "views.open": ("", {"trigger_id", "view"}),
    "views.update": ("", {"view_id", "view", "hash"}),
    "views.publish": ("", {"user_id", "view", "hash"}),
}
Fault = Literal[
    "reset_before",  # the connection is reset, nothing accepted
    "reset_after",  # accepted, then reset: the answer is lost
    "error_before",  # HTTP 500, nothing accepted
    "error_after",  # accepted, then HTTP 500
    "timeout_before",  # no answer, nothing accepted
    "timeout_after",  # accepted, no answer
    "garbage_before",  # 200 with a body that is no JSON
    "garbage_after",
    "html",  # 200 with a proxy's page
    "not_found",  # HTTP 404, no JSON
    "limited",  # 429 with Retry-After
]


@dataclass
class Channel:
    id: str
    name: str
    archived: bool = False
    member: bool = True
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class SlackServer:
    """Slack as one workspace of channels. Attributes may be changed while it runs."""

    token: str = TOKEN
    channel_names: tuple[str, ...] = ("alerts",)
    per_second: float = 0  # 0: no limit of messages a channel
    burst: int = 3
    page: int = 1_000  # at most so many items a page, whatever is asked for
    down: bool = False  # every request is reset
    missing_scopes: set[str] = field(default_factory=set)  # methods that answer missing_scope
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    errors: deque[str] = field(default_factory=deque)  # error codes for the next chat.postMessage
    faults: deque[Fault | None] = field(default_factory=deque)  # faults for the next chat.postMessage
    retry_after: int = 1
    open_limits: deque[int] = field(default_factory=deque)  # seconds of Retry-After for the next apps.connections.open
    on_message: Callable[[dict[str, Any]], None] | None = None
    calls: Counter[str] = field(default_factory=Counter)
    limited: int = 0
    problems: list[str] = field(default_factory=list)  # what a strict reader would object to in accepted requests

    def __post_init__(self) -> None:
        self.channels = [Channel(f"C{number:08d}X", name) for number, name in enumerate(self.channel_names, 1)]
        self._buckets: dict[str, float] = {}
        self._stamp = 0
        self._open_again = 0.0
        self._runner: web.AppRunner | None = None
        self._hanging = asyncio.Event()
        self.socket = SocketMode(self)
        self.webhook_posts: list[dict[str, Any]] = []
        self.webhook_hooks: list[str] = []  # where each of them was posted
        self.webhook_errors: deque[tuple[int, str]] = deque()  # status and text for the next posts to the webhook
        self.root = self.base_url = ""

    async def __aenter__(self) -> "SlackServer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=2**22)
        app.router.add_route("*", "/api/{method}", self._handle)
        app.router.add_get("/link/", self.socket.link)
        app.router.add_post("/response/{number}", self.socket.respond)
        app.router.add_post("/services/T1/{hook}/secret", self._webhook)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.root = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.base_url = f"{self.root}/api/"

    @property
    def webhook_url(self) -> str:
        return f"{self.root}/services/T1/B1/secret"

    async def stop(self) -> None:
        self._hanging.set()
        if self._runner:
            await self._runner.cleanup()

    def channel(self, name: str) -> Channel:
        return next(channel for channel in self.channels if channel.name == name)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All accepted messages, in order of acceptance."""
        return sorted((m for c in self.channels for m in c.messages), key=lambda message: message["ts"])

    def alert_ids(self) -> list[str]:
        carried = (message["metadata"]["event_payload"] for message in self.messages)
        return [payload["alert_id"] for payload in carried if "alert_id" in payload]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls[method] += 1
        if self.down:
            return self._reset(request)
        arguments = await _arguments(request)
        if arguments is None:
            return _no("invalid_json")
        if refusal := self._refusal(method, request, arguments):
            return refusal
        response = await self._answer(method, request, arguments)
        response.headers["X-OAuth-Scopes"] = ",".join(sorted(self.scopes))
        await self.socket.notify()
        return response

    def _refusal(self, method: str, request: web.Request, arguments: dict[str, Any]) -> web.Response | None:
        """What is refused whatever is asked for; connections are asked for with another token."""
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if method == "apps.connections.open":
            if time.monotonic() < self._open_again:
                self.problems.append("apps.connections.open: asked again before Retry-After was over")
            if self.open_limits:
                asked = self.open_limits.popleft()
                self._open_again = time.monotonic() + asked
                body = {"ok": False, "error": "ratelimited"}
                return web.json_response(body, status=429, headers={"Retry-After": str(asked)})
            return web.json_response(self.socket.connections_open(bearer))
        if bearer != self.token:
            return _no("invalid_auth" if bearer else "not_authed")
        if method not in _METHODS:
            return _no("unknown_method")
        scope, fields = _METHODS[method]
        if unknown := set(arguments) - fields:
            self.problems.append(f"{method}: unknown {sorted(unknown)}")
        if method in self.missing_scopes or (scope and scope not in self.scopes):
            return _no("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))
        return None

    async def _answer(self, method: str, request: web.Request, arguments: dict[str, Any]) -> web.StreamResponse:
        if method == "chat.postMessage":
            return await self._post(request, arguments)
        known: dict[str, Callable[[dict[str, Any]], web.Response]] = {
            "auth.test": lambda _: _yes(
                url="https://test.slack.example/", team="test", team_id="T1", user="monitor", user_id="U0", bot_id="B1"
            ),
            "chat.update": self._update,
            "chat.postEphemeral": self._ephemeral,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.list": self._list,
            "views.open": lambda given: web.json_response(self.socket.views_open(given)),
            "views.update": lambda given: web.json_response(self.socket.views_update(given)),
            "views.publish": lambda given: web.json_response(self.socket.views_publish(given)),
        }
        return known[method](arguments)

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        """An incoming webhook: it answers in plain text and never names the message."""
        fault = self.faults.popleft() if self.faults else None
        if self.down:
            return self._reset(request)
        if fault and not fault.endswith("_after"):
            return await self._fail(request, fault) if fault != "limited" else self._limited()
        if self.webhook_errors:
            status, text = self.webhook_errors.popleft()
            return web.Response(status=status, text=text)
        arguments = await _arguments(request)
        if arguments is None or set(arguments) - {"text", "blocks", "unfurl_links", "unfurl_media"}:
            return web.Response(status=400, text="invalid_payload")
        if not arguments.get("text") or (problem := bad_blocks(arguments.get("blocks"))):
            return web.Response(status=400, text=problem or "no_text")
        self.webhook_posts.append(arguments)
        self.webhook_hooks.append(request.match_info["hook"])
        return await self._fail(request, fault) if fault else web.Response(text="ok")

    def _limited(self) -> web.Response:
        self.limited += 1
        body = {"ok": False, "error": "ratelimited"}
        return web.json_response(body, status=429, headers={"Retry-After": str(self.retry_after)})

    def _ephemeral(self, arguments: dict[str, Any]) -> web.Response:
        channel = next((c for c in self.channels if c.id == arguments.get("channel")), None)
        if channel is None:
            return _no("channel_not_found")
        if not channel.member:
            return _no("not_in_channel")
        return web.json_response(self.socket.post_ephemeral(channel, arguments))

    async def _post(self, request: web.Request, arguments: dict[str, Any]) -> web.StreamResponse:
        fault = self.faults.popleft() if self.faults else None
        if fault == "limited" or not self._within_rate(str(arguments.get("channel"))):
            return self._limited()
        if fault and not fault.endswith("_after"):
            return await self._fail(request, fault)
        response = self._accept(arguments)
        return await self._fail(request, fault) if fault else response

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        kind = fault.rsplit("_", 1)[0]
        if kind == "reset":
            return self._reset(request)
        if kind == "timeout":
            await self._hanging.wait()
            return self._reset(request)
        if kind == "error":
            return web.Response(status=500, text="<h1>Internal error</h1>", content_type="text/html")
        if kind == "garbage":
            return web.Response(body=b'{"ok": tru\xff', content_type="application/json")
        if kind == "html":
            return web.Response(text="<h1>Log in to the network</h1>", content_type="text/html")
        return web.Response(status=404, text="no such page", content_type="text/plain")

    def _reset(self, request: web.Request) -> web.StreamResponse:
        if request.transport:
            request.transport.abort()
        return web.Response()

    def _accept(self, arguments: dict[str, Any]) -> web.Response:
        channel = self._find(str(arguments.get("channel", "")))
        error = self.errors.popleft() if self.errors else self._objection(channel, arguments)
        if error or channel is None:
            return _no(error or "channel_not_found")
        message = {
            "type": "message",
            "bot_id": "B1",
            "ts": self._next_ts(),
            **{key: arguments[key] for key in _KEPT if key in arguments},
        }
        for wanted in ("unfurl_links", "unfurl_media"):
            if arguments.get(wanted) is not False:
                self.problems.append(f"{wanted} is not off")
        channel.messages.append(message)
        if self.on_message:
            self.on_message({"channel": channel.name, **message})
        return _yes(channel=channel.id, ts=message["ts"], message=message)

    def _objection(self, channel: Channel | None, arguments: dict[str, Any]) -> str:
        if channel is None:
            return "channel_not_found"
        if channel.archived:
            return "is_archived"
        if not channel.member:
            return "not_in_channel"
        if not arguments.get("text") and not arguments.get("blocks"):
            return "no_text"
        if arguments.get("reply_broadcast") and "thread_ts" not in arguments:
            self.problems.append("reply_broadcast without a thread")
        thread = arguments.get("thread_ts")
        if thread is not None and not any(m["ts"] == thread and "thread_ts" not in m for m in channel.messages):
            return "thread_not_found"
        return bad_metadata(arguments.get("metadata")) or bad_blocks(arguments.get("blocks"))

    def _update(self, arguments: dict[str, Any]) -> web.Response:
        channel = next((c for c in self.channels if c.id == arguments.get("channel")), None)
        if channel is None:
            return _no("channel_not_found")
        message = next((m for m in channel.messages if m["ts"] == arguments.get("ts")), None)
        if message is None:
            return _no("message_not_found")
        if error := bad_blocks(arguments.get("blocks")):
            return _no(error)
        if "text" in arguments and "blocks" not in arguments:
            message.pop("blocks", None)
        message |= {key: arguments[key] for key in ("text", "blocks", "metadata") if key in arguments}
        message["edits"] = message.get("edits", 0) + 1
        return _yes(channel=channel.id, ts=message["ts"], text=message.get("text", ""))

    def _history(self, arguments: dict[str, Any]) -> web.Response:
        channel = next((c for c in self.channels if c.id == arguments.get("channel")), None)
        if channel is None:
            return _no("channel_not_found")
        shown = (m for m in reversed(channel.messages) if "thread_ts" not in m or m.get("reply_broadcast"))
        found = [m for m in shown if _since(m, arguments)]
        return self._paged("messages", [_shown(m, arguments) for m in found], arguments)

    def _replies(self, arguments: dict[str, Any]) -> web.Response:
        channel = next((c for c in self.channels if c.id == arguments.get("channel")), None)
        if channel is None:
            return _no("channel_not_found")
        parent = next((m for m in channel.messages if m["ts"] == arguments.get("ts")), None)
        if parent is None:
            return _no("thread_not_found")
        replies = [m for m in channel.messages if m.get("thread_ts") == parent["ts"] and _since(m, arguments)]
        return self._paged("messages", [_shown(m, arguments) for m in (parent, *replies)], arguments)

    def _list(self, arguments: dict[str, Any]) -> web.Response:
        rows = [{"id": c.id, "name": c.name, "is_archived": c.archived, "is_member": c.member} for c in self.channels]
        return self._paged("channels", rows, arguments)

    def _paged(self, name: str, rows: list[dict[str, Any]], arguments: dict[str, Any]) -> web.Response:
        start = int(arguments.get("cursor") or 0)
        size = min(int(arguments.get("limit") or 100), self.page)
        more = str(start + size) if start + size < len(rows) else ""
        return _yes(**{name: rows[start : start + size]}, response_metadata={"next_cursor": more})

    def _find(self, named: str) -> Channel | None:
        name = named.removeprefix("#")
        return next((c for c in self.channels if named == c.id or name == c.name), None)

    def _within_rate(self, channel: str) -> bool:
        if not self.per_second:
            return True
        now, gap = time.monotonic(), 1 / self.per_second
        due = max(self._buckets.get(channel, 0.0), now - (self.burst - 1) * gap)
        if due > now:
            return False
        self._buckets[channel] = due + gap
        return True

    def _next_ts(self) -> str:
        self._stamp = max(self._stamp + 1, time.time_ns() // 1_000)
        return f"{self._stamp // 10**6}.{self._stamp % 10**6:06d}"


def bad_metadata(metadata: Any) -> str:
    """Slack's error code for metadata it would not take, or ""."""
    if metadata is None:
        return ""
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        return "invalid_metadata_format"
    flat = isinstance(metadata["event_payload"], dict) and all(
        isinstance(value, str | int | float | bool) for value in metadata["event_payload"].values()
    )
    return "" if flat and isinstance(metadata["event_type"], str) else "invalid_metadata_schema"


async def _arguments(request: web.Request) -> dict[str, Any] | None:
    if request.method == "GET":
        return dict(request.query)
    if request.content_type != "application/json":
        return dict(await request.post())
    try:
        body = json.loads(await request.text())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _since(message: dict[str, Any], arguments: dict[str, Any]) -> bool:
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    return oldest <= float(message["ts"]) <= latest


def _shown(message: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    if arguments.get("include_all_metadata") in ("1", "true", True):
        return message
    return {key: value for key, value in message.items() if key != "metadata"}


def _yes(**body: Any) -> web.Response:
    return web.json_response({"ok": True, **body})


def _no(error: str, **body: Any) -> web.Response:
    return web.json_response({"ok": False, "error": error, **body})


async def serve(arguments: argparse.Namespace, wait: Callable[[], Awaitable[object]]) -> None:
    server = SlackServer(
        token=arguments.token,
        channel_names=tuple(arguments.channels.split(",")),
        per_second=arguments.per_second,
        faults=deque(fault or None for fault in arguments.faults.split(",")) if arguments.faults else deque(),
        on_message=lambda message: print(json.dumps(message), flush=True),
    )
    await server.start(arguments.port)
    print(json.dumps({"listening": server.base_url}), flush=True)
    try:
        await wait()
    finally:
        await server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Slack on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--channels", default="alerts", help="names, comma-separated")
    parser.add_argument("--per-second", type=float, default=0, help="messages a channel; 0 for no limit")
    parser.add_argument("--faults", default="", help="faults of the first messages, comma-separated, empty for none")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args(), asyncio.Event().wait))


if __name__ == "__main__":
    main()
