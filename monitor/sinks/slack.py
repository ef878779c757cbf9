"""Alerts to Slack with a bot token: chat.postMessage, updates in threads, effectively once.

Slack has no idempotency key. Each message carries its alert's id in its metadata, and a send whose outcome is
unknown is looked for in the channel's history before it is repeated. The SDK's own retries are off: they would
send again after a reset without looking.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from monitor.errors import ConfigError
from monitor.model.alert import Alert, Delivery, Report, Standing
from monitor.ports import Failed, Sent
from monitor.sinks import Deps
from monitor.sinks.pace import Pace
from monitor.sinks.slack_api import Method, Outcome, SlackApi
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

EVENT_TYPE = "news_alert"
ALSO_TYPE = "news_also"
# Clocks differ; a message may carry an earlier time than the one its send began at here.
_SKEW = timedelta(minutes=2)
_LOOK_BACK = timedelta(days=1)
# Refusals in two channels so close together are the workspace's, not the channels'.
_TOGETHER = 10.0
# Outlets named in one message; the rest follow with the next edit.
_MOST_ALSO = 20
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{8,}")


class Options(BaseModel):
    """Settings of the Slack sink.

    Attributes:
        bot_token: xoxb-...
        timeout: seconds for one request, connecting included.
        per_second, burst: messages to one channel.
        workspace_per_second, workspace_burst: messages to all channels together. Slack documents only "several
            hundred a minute", so this is where to begin; refusals make it slower for a while.
        looks_per_second: requests that look for a message, or edit one.
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
    looks_per_second: float = Field(10, gt=0)
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
        self._ids: dict[str, str] = {}
        self._paces: dict[str, Pace] = {}
        self._workspace = self._pace(options.workspace_per_second, max(options.workspace_burst, options.burst))
        self._looking = self._pace(options.looks_per_second, 50)
        self._refusals = _Refusals()

    async def send(self, delivery: Delivery) -> Sent | Failed:
        """Post the alert, as a reply to the story's first message where there is one."""
        thread, lost = _ts(delivery.parent_ref), False
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
        if outcome.failed:
            return outcome.failed
        channel, ts = outcome.body.get("channel"), outcome.body.get("ts")
        if not isinstance(channel, str) or not isinstance(ts, str):
            return unknown_outcome("Slack accepts without naming the message", delivery.attempts)
        self._ids[delivery.alert.channel.strip()] = channel
        return Sent(f"{channel}:{ts}", thread=f"{channel}:{ts}" if lost else "")

    async def find(self, delivery: Delivery) -> Sent | Failed | None:
        """Look for the alert's id in the metadata of what was posted since its first attempt."""
        channel = await self._channel_id(delivery)
        if isinstance(channel, Outcome):
            return self._not_found(channel, delivery)
        now, began = self._deps.clock.now(), delivery.first_try
        if began is not None and began > now:
            # The clock has been set back since.
            began = now - _LOOK_BACK
        found, ahead = await self._look(delivery, channel, began)
        if found is None and began is not None and ahead > _SKEW / 2:
            # Messages are dated by Slack's clock, and ours is ahead of it.
            found, _ = await self._look(delivery, channel, began - ahead)
        return found

    async def _look(
        self, delivery: Delivery, channel: str, since: datetime | None
    ) -> tuple[Sent | Failed | None, timedelta]:
        """The alert's message among those posted since then, and how far our clock is ahead of Slack's."""
        ahead = timedelta(0)
        oldest = f"{max((since - _SKEW).timestamp(), 0):.6f}" if since else "0"
        where = {"channel": channel, "oldest": oldest, "inclusive": True, "include_all_metadata": True}
        thread, client = _ts(delivery.parent_ref), self.api.client
        searches: list[tuple[Method, dict[str, Any]]] = [(client.conversations_history, where)]
        if thread:
            # A reply whose thread is gone was posted to the channel, so both places are looked at.
            searches.insert(0, (client.conversations_replies, {**where, "ts": thread}))
        for method, arguments in searches:
            await self._looking.turn()
            async for page in self.api.pages(
                method, arguments, channel=delivery.alert.channel, attempts=delivery.attempts
            ):
                if page.failed:
                    self._note(page, self._looking)
                    if page.code in THREAD_GONE and thread:
                        break
                    return self._not_found(page, delivery), ahead
                if page.date is not None:
                    ahead = max(ahead, self._deps.clock.now() - page.date)
                for message in page.body.get("messages") or ():
                    if _alert_id(message) == delivery.alert.id:
                        ref = f"{channel}:{message['ts']}"
                        return Sent(ref, thread=ref if thread and "thread_ts" not in message else ""), ahead
        return None, ahead

    async def edit(self, delivery: Delivery, standing: Standing) -> Sent | Failed:
        """Bring a sent card up to date, and name new outlets in its thread; doing so twice changes nothing."""
        channel, _, ts = delivery.ref.partition(":")
        await self._looking.turn()
        # Where an earlier message was sent and this one begins a thread all the same, the first one was gone.
        content = self._content(delivery.alert, lost_thread=bool(delivery.parent_ref), standing=standing)
        message = {"channel": channel, "ts": ts, **content}
        outcome = await self.api.call(self.api.client.chat_update, message, channel=delivery.alert.channel)
        self._note(outcome, self._looking)
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
        await self._looking.turn()
        async for page in self.api.pages(self.api.client.conversations_replies, where, channel=delivery.alert.channel):
            if page.failed:
                self._note(page, self._looking)
                return None if page.code in MAY_NOT_LOOK | THREAD_GONE else page.failed
            for message in page.body.get("messages") or ():
                told |= set(str(_payload(message, ALSO_TYPE).get("outlets") or "").split(","))
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

    async def _channel_id(self, delivery: Delivery) -> str | Outcome:
        """The channel's id; what the rule calls it where no list tells; or why looking must wait."""
        name = delivery.alert.channel.strip()
        if delivery.parent_ref:
            return delivery.parent_ref.partition(":")[0]
        if name in self._ids:
            return self._ids[name]
        if _CHANNEL_ID.fullmatch(name):
            return name
        async for page in self.api.channels(channel=name, attempts=delivery.attempts):
            if page.failed and page.code not in MAY_NOT_LOOK:
                return page
            for channel in page.body.get("channels") or ():
                if name.removeprefix("#") in {channel.get("name"), channel.get("id")}:
                    self._ids[name] = str(channel.get("id"))
                    return self._ids[name]
        return name

    def _not_found(self, outcome: Outcome, delivery: Delivery) -> Failed | None:
        """What to do when looking fails: look later, or send again where Slack will never let us look."""
        # A channel that can be posted to but not looked up is one whose list the app may not see.
        if outcome.code not in MAY_NOT_LOOK | {"channel_not_found"}:
            return outcome.failed
        if delivery.attempts > self._options.looks:
            self._deps.log.warning(
                "slack_sends_without_looking",
                alert=delivery.alert.id,
                channel=delivery.alert.channel,
                error=outcome.code,
            )
            return None
        return Failed(
            f"Slack does not let the app look for a message of unknown fate ({outcome.code}); give it the scopes "
            "channels:history, groups:history, channels:read and groups:read",
            retry=True,
            uncertain=True,
            blocks="channel",
            operator=True,
        )

    def _pace_of(self, channel: str) -> Pace:
        return self._paces.setdefault(channel, self._pace(self._options.per_second, self._options.burst))

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


def _ts(ref: str) -> str:
    return ref.partition(":")[2]


def _alert_id(message: object) -> str | None:
    """The alert a message of ours carries; anything else in the channel is passed over."""
    found = _payload(message, EVENT_TYPE).get("alert_id")
    return found if isinstance(found, str) else None


def _payload(message: object, event_type: str) -> Mapping[str, Any]:
    """What a message's metadata of this type says, {} for any other message."""
    metadata = message.get("metadata") if isinstance(message, dict) else None
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    mine = isinstance(metadata, dict) and metadata.get("event_type") == event_type
    return payload if mine and isinstance(payload, dict) else {}
