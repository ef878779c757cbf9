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

TOKEN = "xoxb-test"
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
_BLOCK_TYPES = {"section", "header", "context", "divider", "actions", "rich_text", "image"}
_RICH_PARTS = {"rich_text_section", "rich_text_quote", "rich_text_list", "rich_text_preformatted"}


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
    errors: deque[str] = field(default_factory=deque)  # error codes for the next chat.postMessage
    faults: deque[Fault | None] = field(default_factory=deque)  # faults for the next chat.postMessage
    retry_after: int = 1
    on_message: Callable[[dict[str, Any]], None] | None = None
    calls: Counter[str] = field(default_factory=Counter)
    limited: int = 0
    problems: list[str] = field(default_factory=list)  # what a strict reader would object to in accepted requests

    def __post_init__(self) -> None:
        self.channels = [Channel(f"C{number:08d}X", name) for number, name in enumerate(self.channel_names, 1)]
        self._buckets: dict[str, float] = {}
        self._stamp = 0
        self._runner: web.AppRunner | None = None
        self._hanging = asyncio.Event()
        self.base_url = ""

    async def __aenter__(self) -> "SlackServer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=2**22)
        app.router.add_route("*", "/api/{method}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/"

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
        return [message["metadata"]["event_payload"]["alert_id"] for message in self.messages]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls[method] += 1
        if self.down:
            return self._reset(request)
        arguments = await _arguments(request)
        if arguments is None:
            return _no("invalid_json")
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _no("invalid_auth" if "Authorization" in request.headers else "not_authed")
        if method in self.missing_scopes:
            return _no("missing_scope", needed="channels:history", provided="chat:write")
        known: dict[str, Callable[[dict[str, Any]], web.Response]] = {
            "auth.test": lambda _: _yes(url="https://test.slack.example/", team="test", user="monitor", bot_id="B1"),
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.list": self._list,
            "conversations.info": self._info,
        }
        if method == "chat.postMessage":
            return await self._post(request, arguments)
        return known[method](arguments) if method in known else _no("unknown_method")

    async def _post(self, request: web.Request, arguments: dict[str, Any]) -> web.StreamResponse:
        fault = self.faults.popleft() if self.faults else None
        if fault == "limited" or not self._within_rate(str(arguments.get("channel"))):
            self.limited += 1
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": str(self.retry_after)})
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
            **{key: arguments[key] for key in ("text", "blocks", "metadata", "thread_ts") if key in arguments},
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
        return _yes(channel=channel.id, ts=message["ts"], text=message.get("text", ""))

    def _history(self, arguments: dict[str, Any]) -> web.Response:
        channel = next((c for c in self.channels if c.id == arguments.get("channel")), None)
        if channel is None:
            return _no("channel_not_found")
        found = [m for m in reversed(channel.messages) if "thread_ts" not in m and _since(m, arguments)]
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

    def _info(self, arguments: dict[str, Any]) -> web.Response:
        channel = next((c for c in self.channels if c.id == arguments.get("channel")), None)
        if channel is None:
            return _no("channel_not_found")
        return _yes(channel={"id": channel.id, "name": channel.name, "is_archived": channel.archived})

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


def bad_blocks(blocks: Any) -> str:
    """Slack's error code for blocks outside its documented limits, or ""."""
    if blocks is None:
        return ""
    if not isinstance(blocks, list) or len(blocks) > 50:
        return "invalid_blocks_format"
    if len(json.dumps(blocks, ensure_ascii=False).encode("utf-16-le", "surrogatepass")) // 2 > 13_200:
        return "msg_blocks_too_long"
    ids = [block["block_id"] for block in blocks if isinstance(block, dict) and "block_id" in block]
    if len(ids) != len(set(ids)) or any(len(block_id) > 255 for block_id in ids):
        return "invalid_blocks"
    return "" if all(isinstance(block, dict) and _good(block) for block in blocks) else "invalid_blocks"


def _good(block: dict[str, Any]) -> bool:
    checks = {"section": _good_section, "header": _good_header, "rich_text": _good_rich_text}
    elements = {"context": 10, "actions": 25}
    kind = block.get("type")
    if kind in elements:
        inside = block.get("elements", [])
        return 1 <= len(inside) <= elements[kind] and (kind == "actions" or all(_text(e, 3_000) for e in inside))
    return checks[kind](block) if kind in checks else kind in _BLOCK_TYPES


def _good_section(block: dict[str, Any]) -> bool:
    fields = block.get("fields", [])
    texts = [(block["text"], 3_000)] if "text" in block else []
    texts += [(part, 2_000) for part in fields]
    return bool(texts) and len(fields) <= 10 and all(_text(*text) for text in texts)


def _good_header(block: dict[str, Any]) -> bool:
    return _text(block.get("text"), 150) and block["text"]["type"] == "plain_text"


def _good_rich_text(block: dict[str, Any]) -> bool:
    parts = block.get("elements", [])
    return bool(parts) and all(part.get("type") in _RICH_PARTS and _rich(part.get("elements", [])) for part in parts)


def _rich(elements: list[dict[str, Any]]) -> bool:
    for element in elements:
        if element.get("type") not in ("text", "link", "emoji", "rich_text_section"):
            return False
        if element["type"] == "text" and (not element.get("text") or not isinstance(element["text"], str)):
            return False
        if element["type"] == "link" and not (
            str(element.get("url", "")).startswith(("http://", "https://")) and len(element["url"]) <= 3_000
        ):
            return False
        if not set(element.get("style", {})) <= {"bold", "italic", "strike", "code"}:
            return False
    return bool(elements)


def _text(element: Any, limit: int) -> bool:
    return (
        isinstance(element, dict)
        and element.get("type") in ("mrkdwn", "plain_text")
        and isinstance(element.get("text"), str)
        and 1 <= len(element["text"].encode("utf-16-le")) // 2 <= limit
    )


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
    return float(message["ts"]) >= float(arguments.get("oldest") or 0)


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
