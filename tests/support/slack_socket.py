"""The other direction of the stand-in for Slack: people who press and type, over Socket Mode, as strict as the Web API.

https://docs.slack.dev/apis/events-api/using-socket-mode/, https://docs.slack.dev/interactivity/handling-user-interaction
"""

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.support.block_kit import bad_blocks, bad_view, elements

if TYPE_CHECKING:
    from tests.support.slack_server import Channel, SlackServer

APP_TOKEN = "xapp-test"
TEAM = "T1"
ACK_SECONDS = TRIGGER_SECONDS = 3.0
_RESPONSE_USES, _RESPONSE_SECONDS = 5, 1_800.0
_ANSWER_FIELDS = {"text", "blocks", "response_type"}
_RESPONSE_FIELDS = {"text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts"}


@dataclass
class View:
    """An open modal or a published home tab."""

    id: str
    user: str
    body: dict[str, Any]
    hash: str
    open: bool = True

    @property
    def text(self) -> str:
        return json.dumps(self.body, ensure_ascii=False)


@dataclass
class _ResponseUrl:
    user: str
    channel: str
    message: dict[str, Any] | None
    until: float
    uses: int = 0


@dataclass
class Envelope:
    """What was sent to the app, and how it was acknowledged."""

    type: str
    payload: dict[str, Any]
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Any = None
    seconds: float | None = None


class SocketMode:
    """Connections, envelopes, triggers, views and response addresses of one app."""

    def __init__(self, server: "SlackServer") -> None:
        self.server = server
        self.connections: list[web.WebSocketResponse] = []
        self.opened = 0  # addresses given out
        self.connected = asyncio.Event()
        self.envelopes: dict[str, Envelope] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.ephemerals: list[dict[str, Any]] = []
        self.said = asyncio.Condition()  # notified with every view, home and ephemeral message
        self.clock_skew = 0.0  # seconds by which triggers and response addresses are older than they are
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self._triggers: dict[str, float] = {}
        self._urls: dict[str, _ResponseUrl] = {}

    # What the app calls

    def connections_open(self, token: str) -> dict[str, Any]:
        if token != APP_TOKEN:
            return _no("invalid_auth" if token else "not_authed")
        self.opened += 1
        ticket = f"ticket{next(self._numbers)}"
        self._tickets.add(ticket)
        return {"ok": True, "url": f"{self.server.root.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id=A1"}

    def views_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        until = self._triggers.pop(str(arguments.get("trigger_id")), None)
        if until is None:
            return _no("invalid_trigger_id")
        if until < time.monotonic() + self.clock_skew:
            return _no("expired_trigger_id")
        if problem := bad_view(arguments.get("view")) or ("" if arguments["view"]["type"] == "modal" else "no modal"):
            return self._invalid(problem)
        view = self._view("V", self.asking, arguments["view"])
        self.views[view.id] = view
        return {"ok": True, "view": self._shown(view)}

    def views_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        view = self.views.get(str(arguments.get("view_id")))
        if view is None or not view.open:
            return _no("not_found")
        if "hash" in arguments and arguments["hash"] != view.hash:
            return _no("hash_conflict")
        if problem := bad_view(arguments.get("view")):
            return self._invalid(problem)
        view.body, view.hash = arguments["view"], f"h{next(self._numbers)}"
        return {"ok": True, "view": self._shown(view)}

    def views_publish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = str(arguments.get("user_id"))
        if not user.startswith("U"):
            return _no("invalid_arguments")
        if problem := bad_view(arguments.get("view")) or ("" if arguments["view"]["type"] == "home" else "no home"):
            return self._invalid(problem)
        self.homes[user] = self._view("H", user, arguments["view"])
        return {"ok": True, "view": self._shown(self.homes[user])}

    def post_ephemeral(self, channel: "Channel", arguments: dict[str, Any]) -> dict[str, Any]:
        if problem := bad_blocks(arguments.get("blocks")):
            return _no(problem)
        self.ephemerals.append({"user": arguments.get("user"), "channel": channel.id, **arguments})
        return {"ok": True, "message_ts": str(time.time())}

    async def respond(self, request: web.Request) -> web.Response:
        """A post to a response_url."""
        url = self._urls.get(request.match_info["number"])
        if url is None or url.until < time.monotonic() + self.clock_skew:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        url.uses += 1
        if url.uses > _RESPONSE_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            body = json.loads(await request.text())
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        if unknown := set(body) - _RESPONSE_FIELDS:
            self.server.problems.append(f"response_url: unknown {sorted(unknown)}")
        if problem := bad_blocks(body.get("blocks")) or ("" if "text" in body or "blocks" in body else "no_text"):
            self.server.problems.append(f"response_url: {problem}")
            return web.Response(status=400, text=problem)
        if body.get("replace_original") is not False and url.message is not None and not url.message.get("ephemeral"):
            self.server.problems.append("response_url: the original would be replaced")
        self.ephemerals.append({"user": url.user, "channel": url.channel, **body})
        await self.notify()
        return web.Response(text="ok")

    async def notify(self) -> None:
        async with self.said:
            self.said.notify_all()

    # The connection

    async def link(self, request: web.Request) -> web.StreamResponse:
        """One WebSocket; its address works once."""
        if self.server.down:
            return web.Response(status=503)
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=408, text="unknown ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections.append(socket)
        hello = {"type": "hello", "num_connections": len(self.connections), "connection_info": {"app_id": "A1"}}
        await socket.send_json(hello)
        self.connected.set()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(json.loads(message.data))
        finally:
            self.connections.remove(socket)
            if not self.connections:
                self.connected.clear()
        return socket

    def _acknowledge(self, message: dict[str, Any]) -> None:
        envelope = self.envelopes.get(message.get("envelope_id", ""))
        if envelope is None or set(message) - {"envelope_id", "payload"}:
            self.server.problems.append(f"no acknowledgement: {message}")
            return
        envelope.answer = message.get("payload")
        envelope.acked.set()

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask for a new connection, as Slack does every few hours."""
        for socket in list(self.connections):
            await socket.send_json({"type": "disconnect", "reason": reason})

    async def drop(self) -> None:
        """Cut the connections without a word."""
        for socket in list(self.connections):
            transport = socket._req.transport if socket._req else None
            if transport:
                transport.abort()

    async def deliver(self, kind: str, payload: dict[str, Any], *, wait: bool = True) -> Envelope:
        """Send an envelope to the newest connection, and hold the app to its three seconds."""
        await asyncio.wait_for(self.connected.wait(), 10)
        number = f"envelope{next(self._numbers)}"
        envelope = self.envelopes[number] = Envelope(kind, payload)
        sent = time.monotonic()
        body = {
            "envelope_id": number,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        await self.connections[-1].send_json(body)
        if wait:
            try:
                await asyncio.wait_for(envelope.acked.wait(), ACK_SECONDS)
            except TimeoutError:
                self.server.problems.append(f"{kind} was not acknowledged within {ACK_SECONDS:g} s")
            envelope.seconds = time.monotonic() - sent
        return envelope

    # What people do

    async def press(
        self,
        message: dict[str, Any],
        action_id: str,
        *,
        user: str = "U1",
        option: str = "",
        team: str = TEAM,
        wait: bool = True,
    ) -> Envelope:
        """Press a button of a message, or choose the option of a menu whose label is given."""
        channel = next(c for c in self.server.channels if message in c.messages)
        block_id, element = next((b, e) for b, e in elements(message["blocks"]) if e["action_id"] == action_id)
        payload = {
            "type": "block_actions",
            "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel.id},
            "channel": {"id": channel.id, "name": channel.name},
            "message": message,
            "response_url": self._response_url(user, channel.id, message),
            "actions": [_action(block_id, element, option)],
            **self._person(user, team),
        }
        self.asking = user
        return await self.deliver("interactive", payload, wait=wait)

    async def command(
        self, text: str, *, user: str = "U1", channel: str = "alerts", team: str = TEAM, private: bool = False
    ) -> str:
        """Type a slash command; the text of its answer."""
        place = self.server.channel(channel)
        before = len(self.ephemerals)
        payload = {
            "command": "/watch",
            "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "user_id": user,
            "user_name": user.lower(),
            "team_id": team,
            "team_domain": "test",
            "channel_id": place.id,
            "channel_name": "privategroup" if private else place.name,
            "api_app_id": "A1",
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, place.id, None),
            "trigger_id": self.trigger(),
        }
        self.asking = user
        envelope = await self.deliver("slash_commands", payload)
        answer = envelope.answer
        if answer is None:
            return self.ephemerals[before]["text"] if len(self.ephemerals) > before else ""
        if set(answer) - _ANSWER_FIELDS or bad_blocks(answer.get("blocks")):
            self.server.problems.append(f"{text}: bad answer {json.dumps(answer)[:300]}")
        if answer.get("response_type", "ephemeral") != "ephemeral":
            self.server.problems.append(f"{text}: the answer is not only for the asker")
        return json.dumps(answer.get("blocks"), ensure_ascii=False) if "blocks" in answer else str(answer["text"])

    async def open_home(self, user: str = "U1") -> Envelope:
        payload = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A1",
            "event_id": f"Ev{next(self._numbers)}",
            "event": {"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home"},
        }
        return await self.deliver("events_api", payload)

    async def act(self, view: View, action_id: str, *, option: str = "", user: str = "") -> Envelope:
        """Press something in a modal or a home tab."""
        block_id, element = next((b, e) for b, e in elements(view.body["blocks"]) if e["action_id"] == action_id)
        payload = {
            "type": "block_actions",
            "container": {"type": "view", "view_id": view.id},
            "view": self._shown(view),
            "actions": [_action(block_id, element, option)],
            **self._person(user or view.user, TEAM),
        }
        self.asking = user or view.user
        return await self.deliver("interactive", payload)

    async def submit(self, view: View, values: dict[str, str] | None = None, *, user: str = "") -> Envelope:
        """Fill in a modal by action id and submit it; menus take the label of an option."""
        filled: dict[str, dict[str, Any]] = {}
        for block_id, element in elements(view.body["blocks"]):
            given = (values or {}).get(element["action_id"])
            filled[block_id] = {element["action_id"]: _input(element, given)}
        shown = self._shown(view) | {"state": {"values": filled}}
        payload = {
            "type": "view_submission",
            "view": shown,
            "response_urls": [],
            **self._person(user or view.user, TEAM),
        }
        self.asking = user or view.user
        envelope = await self.deliver("interactive", payload)
        self._after_submission(view, envelope.answer)
        return envelope

    def trigger(self) -> str:
        number = f"trigger{next(self._numbers)}"
        self._triggers[number] = time.monotonic() + TRIGGER_SECONDS
        return number

    def _after_submission(self, view: View, answer: Any) -> None:
        action = (answer or {}).get("response_action")
        if action == "errors":
            known = {block.get("block_id") for block in view.body["blocks"] if block["type"] == "input"}
            if not answer["errors"] or set(answer["errors"]) - known:
                self.server.problems.append(f"errors for blocks that are not there: {answer}")
        elif action == "update":
            if problem := bad_view(answer.get("view")):
                self.server.problems.append(f"view in answer: {problem}")
            view.body, view.hash = answer["view"], f"h{next(self._numbers)}"
        elif action in (None, "clear"):
            view.open = False
        else:
            self.server.problems.append(f"unknown response_action {action}")

    def _person(self, user: str, team: str) -> dict[str, Any]:
        return {
            "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": team},
            "team": {"id": TEAM, "domain": "test"},
            "api_app_id": "A1",
            "trigger_id": self.trigger(),
        }

    def _response_url(self, user: str, channel: str, message: dict[str, Any] | None) -> str:
        number = str(next(self._numbers))
        self._urls[number] = _ResponseUrl(user, channel, message, time.monotonic() + _RESPONSE_SECONDS)
        return f"{self.server.root}/response/{number}"

    def _view(self, prefix: str, user: str, body: dict[str, Any]) -> View:
        return View(f"{prefix}{next(self._numbers)}", user, body, f"h{next(self._numbers)}")

    def _shown(self, view: View) -> dict[str, Any]:
        return {"id": view.id, "team_id": TEAM, "hash": view.hash, "private_metadata": "", **view.body}

    def _invalid(self, problem: str) -> dict[str, Any]:
        self.server.problems.append(f"view: {problem}")
        return _no("invalid_arguments", response_metadata={"messages": [problem]})


def _action(block_id: str, element: dict[str, Any], option: str) -> dict[str, Any]:
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": f"{time.time():.6f}",
    }
    if "value" in element:
        action["value"] = element["value"]
    if option:
        action["selected_option"] = _chosen(element, option)
    return action


def _input(element: dict[str, Any], given: str | None) -> dict[str, Any]:
    if element["type"] == "plain_text_input":
        return {"type": element["type"], "value": given if given is not None else element.get("initial_value")}
    chosen = _chosen(element, given) if given else element.get("initial_option")
    return {"type": element["type"], "selected_option": chosen}


def _chosen(element: dict[str, Any], label: str) -> dict[str, Any]:
    options = element.get("options") or [o for group in element["option_groups"] for o in group["options"]]
    return next(choice for choice in options if choice["text"]["text"] == label)


def _no(error: str, **body: Any) -> dict[str, Any]:
    return {"ok": False, "error": error, **body}
