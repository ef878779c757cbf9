"""Alerts to Slack with a bot token: chat.postMessage, updates in threads, effectively once.

Slack has no idempotency key. Each message carries its alert's id in its metadata, and a send whose outcome is
unknown is looked for in the channel's history before it is repeated. The SDK's own retries are off: they would
send again after a reset without looking.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from monitor.errors import ConfigError
from monitor.model.alert import Alert, Delivery, Report, Standing
from monitor.ports import Failed, Sent
from monitor.sinks import Deps
from monitor.sinks.pace import Pace
from monitor.sinks.slack_api import Outcome, SlackApi
from monitor.sinks.slack_blocks import also, blocks, fallback, simplified
from monitor.sinks.slack_buttons import buttons
from monitor.sinks.slack_check import problems
from monitor.sinks.slack_errors import (
    BAD_METADATA,
    MAY_NOT_LOOK,
    MESSAGE_GONE,
    SLOW_DOWN,
    THREAD_GONE,
    TOO_RICH,
    unknown_outcome,
)
from monitor.sinks.slack_search import EVENT_TYPE, Search, payload_of, ts_of

ALSO_TYPE = "news_also"
# Refusals in two channels so close together are the workspace's, not the channels'.
_TOGETHER = 10.0
# Outlets named in one message; the rest follow with the next edit.
_MOST_ALSO = 20
# Looks and edits of one method in a row.
_LOOKS_AT_ONCE = 30


class Options(BaseModel):
    """Settings of the Slack sink.

    Attributes:
        bot_token: xoxb-...
        timeout: seconds for one request, connecting included.
        per_second, burst: messages to one channel.
        workspace_per_second, workspace_burst: messages to all channels together. Slack documents only "several
            hundred a minute", so this is where to begin; refusals make it slower for a while.
        looks_per_second: requests of each method that looks for messages or edits one; Slack's tier for these is some
            50 a minute.
        looks: how often to look for a message of unknown fate while Slack does not permit looking; then it is
            sent again, since an alert twice is better than none.
        answers: whether people can answer, so that cards carry buttons.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bot_token: SecretStr = Field(min_length=1)
    base_url: str = "https://slack.com/api/"
    timeout: float = Field(15, gt=0)
    per_second: float = Field(1, gt=0)
    burst: int = Field(3, ge=1)
    workspace_per_second: float = Field(25, gt=0)
    workspace_burst: int = Field(50, ge=1)
    looks_per_second: float = Field(0.8, gt=0)
    looks: int = Field(3, ge=1)
    answers: bool = False


def make(options: Mapping[str, object], deps: Deps) -> "SlackSink":
    """The Slack sink.

    Raises:
        ConfigError: an option is unknown or wrong.
    """
    try:
        return SlackSink(Options.model_validate(dict(options)), deps)
    except ValidationError as problem:
        wrong = "; ".join(f"slack.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
        raise ConfigError(f"{wrong}; mend the [slack] section or its environment variables") from None


@dataclass(slots=True)
class _Refusals:
    """When channels were refused last, to tell a full channel from a full workspace."""

    at: dict[str, float] = field(default_factory=dict)

    def note(self, channel: str, now: float) -> bool:
        """Whether another channel was refused just before."""
        self.at = {name: time for name, time in self.at.items() if now - time < _TOGETHER} | {channel: now}
        return len(self.at) > 1


class SlackSink:
    """Posts alerts as messages of one workspace; `ref` of a sent one is 'CHANNEL:ts'."""

    name = "slack"

    def __init__(self, options: Options, deps: Deps) -> None:
        self._options, self._deps = options, deps
        self.api = SlackApi(options.bot_token.get_secret_value(), options.base_url, options.timeout)
        self._paces: dict[str, Pace] = {}
        self._methods: dict[str, Pace] = {}
        self._workspace = self._pace(options.workspace_per_second, max(options.workspace_burst, options.burst))
        self._search = Search(self.api, deps, self._pace_of_method, options.looks)
        self._refusals = _Refusals()

    async def send(self, delivery: Delivery) -> Sent | Failed:
        """Post the alert, as a reply to the story's first message where there is one."""
        thread, lost = ts_of(delivery.parent_ref), False
        outcome = await self._post(delivery, thread)
        if outcome.code in THREAD_GONE and thread:
            self._deps.log.warning("slack_thread_gone", alert=delivery.alert.id, channel=delivery.alert.channel)
            thread, lost = "", True
            outcome = await self._post(delivery, thread, lost_thread=lost)
        if outcome.code in TOO_RICH | BAD_METADATA:
            # Rather a plain alert than none.
            self._deps.log.warning("slack_refuses_card", alert=delivery.alert.id, error=outcome.code)
            plain = outcome.code in TOO_RICH
            outcome = await self._post(delivery, thread, lost_thread=lost, plain=plain, metadata=plain)
        channel, ts = outcome.body.get("channel"), outcome.body.get("ts")
        unnamed = not isinstance(channel, str) or not isinstance(ts, str)
        if outcome.failed or unnamed:
            failed = outcome.failed or unknown_outcome("Slack accepts without naming the message", delivery.attempts)
            if failed.uncertain:
                self._search.doubt(delivery.alert.id, thread=bool(thread))
            return failed
        self._search.settled(delivery.alert.id)
        self._search.learn(delivery.alert.channel, str(channel))
        return Sent(f"{channel}:{ts}", thread=f"{channel}:{ts}" if lost else "")

    async def find(self, delivery: Delivery) -> Sent | Failed | None:
        """Look for the alert's id in the metadata of what was posted since its first attempt."""
        return await self._search.find(delivery)

    async def edit(self, delivery: Delivery, standing: Standing) -> Sent | Failed:
        """Bring a sent card up to date, and name new outlets in its thread; doing so twice changes nothing."""
        channel, _, ts = delivery.ref.partition(":")
        pace = self._pace_of_method("chat.update")
        await pace.turn()
        # Where an earlier message was sent and this one begins a thread all the same, the first one was gone.
        content = self._content(delivery.alert, lost_thread=bool(delivery.parent_ref), standing=standing)
        message = {"channel": channel, "ts": ts, **content}
        outcome = await self.api.call(self.api.client.chat_update, message, channel=delivery.alert.channel)
        self._note(outcome, pace)
        if outcome.code in MESSAGE_GONE:
            return Failed(f"the message is gone or closed to edits: {outcome.code}", retry=False)
        if outcome.code in TOO_RICH | BAD_METADATA:
            return replace(outcome.failed or Failed(outcome.code, retry=False), retry=False)
        if outcome.failed:
            return outcome.failed
        return await self._also(delivery, channel, ts, standing.reports) or Sent(delivery.ref)

    async def _also(self, delivery: Delivery, channel: str, thread: str, reports: Sequence[Report]) -> Failed | None:
        """Tell in the thread who else reports the story; what is told already is read there each time.

        So nothing need be remembered, and an answer that was lost is found the next time.
        """
        if not reports:
            return None
        told: set[str] = set()
        where = {"channel": channel, "ts": thread, "include_all_metadata": True}
        looking = self._pace_of_method("conversations.replies")
        replies = self.api.client.conversations_replies
        async for page in self.api.pages(replies, where, channel=delivery.alert.channel, pace=looking):
            if page.failed:
                return None if page.code in MAY_NOT_LOOK | THREAD_GONE else page.failed
            for message in page.body.get("messages") or ():
                told |= set(str(payload_of(message, ALSO_TYPE).get("outlets") or "").split(","))
        new = [report for report in reports if _mark(report.outlet) not in told][:_MOST_ALSO]
        if not new:
            return None
        pace = self._pace_of(delivery.alert.channel)
        await pace.turn()
        await self._workspace.turn()
        message = also(new) | {"channel": channel, "thread_ts": thread, "unfurl_links": False, "unfurl_media": False}
        outlets = ",".join(_mark(report.outlet) for report in new)
        payload = {"about": delivery.alert.id, "story_id": delivery.alert.story_id, "outlets": outlets}
        message["metadata"] = {"event_type": ALSO_TYPE, "event_payload": payload}
        outcome = await self.api.call(self.api.client.chat_postMessage, message, channel=delivery.alert.channel)
        pace.arrived()
        self._note(outcome, pace, delivery.alert.channel)
        return outcome.failed

    async def check(self, channels: Sequence[str], app_token: str = "") -> list[str]:
        """What keeps the app from working, one line a problem; [] where all is well."""
        return await problems(self.api, channels, app_token=app_token)

    async def close(self) -> None:
        """Close the connection pool."""
        await self.api.close()

    async def _post(
        self,
        delivery: Delivery,
        thread: str,
        *,
        lost_thread: bool = False,
        plain: bool = False,
        metadata: bool = True,
    ) -> Outcome:
        alert = delivery.alert
        message: dict[str, Any] = {"channel": alert.channel, "unfurl_links": False, "unfurl_media": False}
        if plain:
            message["text"] = simplified(alert.card, lost_thread)
        else:
            message |= self._content(alert, lost_thread=lost_thread, reply=bool(thread))
        message["metadata"] = _metadata(alert)
        if not metadata:
            del message["metadata"]
        if thread:
            message["thread_ts"] = thread
            if delivery.gravest is not None and alert.severity.rank > delivery.gravest.rank:
                message["reply_broadcast"] = True
        pace = self._pace_of(alert.channel)
        await pace.turn()
        await self._workspace.turn()
        outcome = await self.api.call(
            self.api.client.chat_postMessage, message, channel=alert.channel, attempts=delivery.attempts
        )
        pace.arrived()
        self._note(outcome, pace, alert.channel)
        return outcome

    def _content(
        self, alert: Alert, *, lost_thread: bool = False, reply: bool = False, standing: Standing | None = None
    ) -> dict[str, Any]:
        row = buttons(alert, standing, reply=reply) if self._options.answers else []
        shown = blocks(alert.card, lost_thread, standing, below=row)
        return {"text": fallback(alert.card), "blocks": shown, "metadata": _metadata(alert)}

    def _note(self, outcome: Outcome, pace: Pace, channel: str = "") -> None:
        """Go slower where Slack says so: the channel, or all of them where several are refused at once."""
        if outcome.code in SLOW_DOWN:
            pace.refused()
            if channel and self._refusals.note(channel, self._deps.monotonic()):
                self._workspace.refused()

    def _pace_of(self, channel: str) -> Pace:
        return self._paces.setdefault(channel, self._pace(self._options.per_second, self._options.burst))

    def _pace_of_method(self, method: str) -> Pace:
        """Slack counts each method by itself, and lists channels less than half as often."""
        per_second = self._options.looks_per_second / (2.5 if method == "conversations.list" else 1)
        return self._methods.setdefault(method, self._pace(per_second, _LOOKS_AT_ONCE))

    def _pace(self, per_second: float, burst: int) -> Pace:
        return Pace(per_second, burst, monotonic=self._deps.monotonic, sleep=self._deps.sleep)


def _metadata(alert: Alert) -> dict[str, Any]:
    payload = {
        "alert_id": alert.id,
        "story_id": alert.story_id,
        "article_id": alert.article_id,
        "kind": alert.kind.value,
        "severity": alert.severity.value,
    }
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def _mark(outlet: str) -> str:
    """An outlet in a message's metadata: digits, since names may come back otherwise than they were sent."""
    return hashlib.sha256(outlet.encode("utf-8", "replace")).hexdigest()[:8]
