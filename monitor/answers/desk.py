"""The desk: takes what comes in from Slack, asks whether it may be done, and brings the answer back."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from structlog.typing import FilteringBoundLogger

from monitor.answers import command, home
from monitor.answers.context import Context
from monitor.answers.people import Asker, Permissions, of_command, of_interaction
from monitor.answers.presses import PRESSES, SUBMISSIONS, Pressed
from monitor.answers.replies import Corrections, Modal, Reply, View
from monitor.errors import MonitorError
from monitor.sinks.slack_api import Outcome, SlackApi
from monitor.sinks.slack_buttons import ROW, values
from monitor.sinks.slack_socket import Envelope, Payload
from monitor.telemetry.metrics import Metrics

_TROUBLE = (
    "That did not work: something is wrong on our side, and it is in the log. Try again, or tell whoever runs this."
)


class Desk:
    """Answers envelopes. `handle` is quick unless the database is not; what takes longer goes on after it."""

    def __init__(
        self, context: Context, api: SlackApi, permissions: Permissions, metrics: Metrics, log: FilteringBoundLogger
    ) -> None:
        self._context, self._api, self._permissions = context, api, permissions
        self._metrics, self._log = metrics, log
        self._workspace = ""
        self._going_on: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Learn which workspace this is, to tell its members from guests of other organisations."""
        known = await self._api.call(self._api.client.auth_test, {})
        self._workspace = str(known.body.get("team_id") or "")

    async def close(self) -> None:
        """Let what is going on finish, for a moment."""
        if self._going_on:
            await asyncio.wait(self._going_on, timeout=2)

    async def handle(self, envelope: Envelope) -> Payload | None:
        """Do what is asked; the payload of the acknowledgement, if any."""
        payload = envelope.payload
        if envelope.kind == "slash_commands":
            return await self._guarded("command", of_command(payload), self._command(payload))
        if envelope.kind == "events_api":
            event = payload.get("event") or {}
            if event.get("type") == "app_home_opened" and event.get("tab", "home") == "home":
                self._go_on(self._publish(Asker(user=str(event.get("user") or ""))))
            return None
        if payload.get("type") == "view_submission":
            return await self._guarded("modal", of_interaction(payload), self._submission(payload))
        if payload.get("type") == "block_actions":
            return await self._guarded("press", of_interaction(payload), self._actions(payload))
        return None

    async def late(self, envelope: Envelope, payload: Payload) -> None:
        """Bring an answer that came after its acknowledgement."""
        if "response_action" not in payload:
            read = of_command if envelope.kind == "slash_commands" else of_interaction
            asker = read(envelope.payload)
            await self._tell(asker, Reply(str(payload.get("text") or ""), tuple(payload.get("blocks") or ())))

    async def _guarded(self, what: str, asker: Asker, work: Coroutine[Any, Any, Payload | None]) -> Payload | None:
        """Refuse, or do the work; whatever goes wrong is told to the asker."""
        if not self._workspace:
            await self.open()
        refusal = self._permissions.refusal(asker, self._workspace)
        if refusal:
            work.close()
            self._metrics.answers.labels(what, "refused").inc()
            self._log.warning("answer_refused", user=asker.user, channel=asker.channel, reason=refusal)
            return self._shown(what, asker, refusal)
        try:
            done = await work
        except MonitorError as problem:
            self._log.error("answer_failed", user=asker.user, error=str(problem))
            words = f"That did not work: {problem}"
        except Exception:  # noqa: BLE001 - a mistake of ours must not end the connection
            self._log.exception("answer_failed", user=asker.user)
            words = _TROUBLE
        else:
            self._metrics.answers.labels(what, "done").inc()
            return done
        self._metrics.answers.labels(what, "failed").inc()
        return self._shown(what, asker, words)

    def _shown(self, what: str, asker: Asker, words: str) -> Payload | None:
        """Bad news where the asker looks."""
        if what == "command":
            return Reply(words).payload
        if what == "modal":
            return {"response_action": "update", "view": _bad_news(words)}
        self._go_on(self._tell(asker, Reply(words)))
        return None

    async def _command(self, payload: Payload) -> Payload | None:
        asker = of_command(payload)
        self._log.info("command", user=asker.user, channel=asker.channel, text=str(payload.get("text"))[:200])
        answer = await command.run(self._context, asker, str(payload.get("text") or ""))
        if isinstance(answer, Modal):
            return await self._open(asker, answer)
        return answer.payload

    async def _actions(self, payload: Payload) -> Payload | None:
        asker = of_interaction(payload)
        for action in payload.get("actions") or ():
            if payload.get("view"):
                await self._in_home(asker, action)
            else:
                await self._press(asker, action)
        return None

    async def _in_home(self, asker: Asker, action: Mapping[str, Any]) -> None:
        if action.get("action_id") == home.END:
            silence, now = values(dict(action)), self._context.clock.now()
            await self._context.call(self._context.store.end_silence, silence, asker.user, now)
            self._log.info("silence_ended", user=asker.user, silence=silence)
        if action.get("action_id") in {home.END, home.REFRESH}:
            self._go_on(self._publish(asker))

    async def _press(self, asker: Asker, action: Mapping[str, Any]) -> None:
        press = PRESSES.get(str(action.get("action_id")))
        if press is None:
            return
        value = values(dict(action))
        status = await self._context.call(self._context.store.alert, _alert_id(action, value))
        if status is None:
            self._go_on(self._tell(asker, Reply("This alert is not kept any more, so nothing can be done about it.")))
            return
        self._log.info("pressed", user=asker.user, action=action.get("action_id"), alert=status.alert.id)
        answer = await press(self._context, Pressed(asker, status.alert, value))
        if isinstance(answer, Modal):
            await self._open(asker, answer)
        elif answer is not None:
            self._go_on(self._tell(asker, answer))

    async def _submission(self, payload: Payload) -> Payload | None:
        asker, view = of_interaction(payload), payload.get("view") or {}
        submitted = SUBMISSIONS.get(str(view.get("callback_id")))
        if submitted is None:
            return None
        self._log.info("submitted", user=asker.user, modal=view.get("callback_id"))
        answer = await submitted(self._context, asker, view)
        if isinstance(answer, Corrections):
            return {"response_action": "errors", "errors": dict(answer.words)}
        if isinstance(answer, Modal):
            if answer.later is not None:
                self._go_on(self._replace(str(view.get("id")), answer))
            return {"response_action": "update", "view": answer.view}
        return None

    async def _open(self, asker: Asker, modal: Modal) -> Payload | None:
        """Open a modal; too late for that, say so."""
        opened = await self._api.call(self._api.client.views_open, {"trigger_id": asker.trigger, "view": modal.view})
        if opened.failed:
            late = opened.code in {"expired_trigger_id", "invalid_trigger_id", "trigger_expired"}
            self._log.warning("slack_modal_refused", error=opened.code or opened.failed.error)
            words = "That took too long for Slack; please press again." if late else _TROUBLE
            self._go_on(self._tell(asker, Reply(words)))
        return None

    async def _replace(self, view_id: str, modal: Modal) -> None:
        """Show in a modal what took longer."""
        if modal.later is not None:
            view = await modal.later()
            self._told("modal", await self._api.call(self._api.client.views_update, {"view_id": view_id, "view": view}))

    async def _publish(self, asker: Asker) -> None:
        if not self._workspace:
            await self.open()
        refusal = self._permissions.refusal(asker, self._workspace)
        view = home.refused(refusal) if refusal else await home.home(self._context, asker.user)
        published = await self._api.call(self._api.client.views_publish, {"user_id": asker.user, "view": view})
        self._told("home", published)
        self._metrics.answers.labels("home", "refused" if refusal else "done").inc()

    async def _tell(self, asker: Asker, reply: Reply) -> None:
        """Say something only to the asker: at the response address, else in the channel."""
        thread = {"thread_ts": asker.thread} if asker.thread else {}
        answer = reply.payload | {"replace_original": False} | thread
        if asker.response_url and await self._api.respond(asker.response_url, answer):
            return
        if asker.channel:
            message: dict[str, Any] = {"channel": asker.channel, "user": asker.user, "text": reply.text, **thread}
            message |= {"blocks": list(reply.blocks)} if reply.blocks else {}
            self._told("reply", await self._api.call(self._api.client.chat_postEphemeral, message))

    def _told(self, what: str, outcome: Outcome) -> None:
        if outcome.failed:
            self._log.warning("slack_answer_not_shown", what=what, error=outcome.failed.error)

    def _go_on(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the acknowledgement."""

        async def guarded() -> None:
            try:
                await work
            except MonitorError as problem:
                self._log.error("answer_failed", error=str(problem))
            except Exception:  # noqa: BLE001 - as above
                self._log.exception("answer_failed")

        task = asyncio.ensure_future(guarded())
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)


def _alert_id(action: Mapping[str, Any], value: str) -> str:
    """The alert of a press: its row is named after it, and so is each button's value."""
    return str(action.get("block_id") or "").removeprefix(f"{ROW}-") or value.partition(":")[0]


def _bad_news(words: str) -> View:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "newsmonitor"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": words[:2_900]}}],
    }
