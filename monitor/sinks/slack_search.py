"""Looking for messages of unknown fate among those Slack has, with as few requests as will do.

What is read of a channel is kept: one reading answers for all alerts whose sends had ended by then, so that a kill
with many sends under way costs a request or two a channel. The rates are Slack's tiers for each method, see
https://docs.slack.dev/apis/web-api/rate-limits.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from monitor.model.alert import Delivery
from monitor.ports import Failed, Sent
from monitor.sinks import Deps
from monitor.sinks.pace import Pace
from monitor.sinks.slack_api import Outcome, SlackApi
from monitor.sinks.slack_errors import MAY_NOT_LOOK, THREAD_GONE

EVENT_TYPE: Final = "news_alert"
# Clocks differ; a message may carry an earlier time than the one its send began at here.
_SKEW = timedelta(minutes=2)
_LOOK_BACK = timedelta(days=1)
_FURTHER_BACK = 600
# So long a listing of channels is believed that lacks one.
_LISTING_HOLDS = 60.0
# So long one failure answers for all who wait for a listing; each would wait for its own else, one after the other.
_FAILURE_HOLDS = 5.0
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{8,}")


@dataclass(slots=True)
class _Doubt:
    """When the newest send of unknown fate ended, and where its message would be."""

    ended: float
    thread: bool = False
    channel: bool = False


@dataclass(slots=True)
class _Reading:
    """What a channel had from the timestamp `since` on when it was read.

    Attributes:
        alerts: by alert, its message's timestamp, and whether that stands in a thread.
        ahead: how far our clock was ahead of Slack's.
    """

    since: float
    at: float
    alerts: dict[str, tuple[str, bool]] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)


class Search:
    """Finds messages by the alert's id in their metadata.

    Args:
        pace: the pace of a method of the Web API.
        looks: how often to look while Slack does not permit it.
    """

    def __init__(self, api: SlackApi, deps: Deps, pace: Callable[[str], Pace], looks: int) -> None:
        self._api, self._deps, self._pace, self._looks = api, deps, pace, looks
        self._ids: dict[str, str] = {}
        self._listed = float("-inf")
        self._listing = asyncio.Lock()
        self._failed: tuple[float, Outcome] | None = None
        self._doubts: dict[str, _Doubt] = {}
        self._readings: dict[str, _Reading] = {}

    def learn(self, name: str, channel: str) -> None:
        """Remember the id of a channel."""
        self._ids[name.strip()] = channel

    def doubt(self, alert_id: str, *, thread: bool) -> None:
        """A send has ended without our knowing whether its message is there: in a thread, or in the channel."""
        doubt = self._doubts.setdefault(alert_id, _Doubt(0.0))
        doubt.ended = self._deps.monotonic()
        doubt.thread, doubt.channel = doubt.thread or thread, doubt.channel or not thread

    def settled(self, alert_id: str) -> None:
        """The alert's fate is known."""
        self._doubts.pop(alert_id, None)

    async def find(self, delivery: Delivery) -> Sent | Failed | None:
        """The alert's message among what was posted since its first attempt; None where it is surely not there."""
        channel = await self._channel_id(delivery)
        if isinstance(channel, Outcome):
            return self._cannot_look(channel, delivery)
        now, began = self._deps.clock.now(), delivery.first_try
        if began is not None and began > now:
            # The clock has been set back since.
            began = now - _LOOK_BACK
        found, ahead = await self._look(delivery, channel, began)
        if found is None and began is not None and ahead > _SKEW / 2:
            # Messages are dated by Slack's clock, and ours is ahead of it.
            found, _ = await self._look(delivery, channel, began - ahead)
        if isinstance(found, Sent):
            self.settled(delivery.alert.id)
        return found

    async def _look(
        self, delivery: Delivery, channel: str, since: datetime | None
    ) -> tuple[Sent | Failed | None, timedelta]:
        """The message among those posted since then, and how far our clock is ahead of Slack's."""
        oldest = max((since - _SKEW).timestamp(), 0) if since else 0.0
        thread, ahead = ts_of(delivery.parent_ref), timedelta(0)
        # Of an earlier run it is not known where it posted: a reply goes to the channel where its thread is gone.
        doubt = self._doubts.get(delivery.alert.id) or _Doubt(float("-inf"), thread=True, channel=True)
        in_channel = doubt.channel or not thread
        if thread and doubt.thread:
            found, ahead = await self._look_in_thread(delivery, channel, thread, oldest)
            if isinstance(found, Outcome):
                if found.code not in THREAD_GONE:
                    return self._cannot_look(found, delivery), ahead
                in_channel = True
            elif found is not None:
                return found, ahead
        if not in_channel:
            return None, ahead
        reading = await self._read(delivery, channel, oldest, doubt.ended)
        if isinstance(reading, Outcome):
            return self._cannot_look(reading, delivery), ahead
        there = reading.alerts.get(delivery.alert.id)
        if there is None:
            return None, max(ahead, reading.ahead)
        ts, threaded = there
        ref = f"{channel}:{ts}"
        return Sent(ref, thread=ref if thread and not threaded else ""), reading.ahead

    async def _look_in_thread(
        self, delivery: Delivery, channel: str, thread: str, oldest: float
    ) -> tuple[Sent | Outcome | None, timedelta]:
        where = {"channel": channel, "ts": thread, "oldest": f"{oldest:.6f}", "inclusive": True}
        ahead = timedelta(0)
        async for page in self._pages("conversations.replies", where, delivery):
            if page.failed:
                return page, ahead
            ahead = max(ahead, self._ahead(page))
            for message in page.body.get("messages") or ():
                if _alert_id(message) == delivery.alert.id:
                    return Sent(f"{channel}:{message['ts']}"), ahead
        return None, ahead

    async def _read(self, delivery: Delivery, channel: str, oldest: float, after: float) -> _Reading | Outcome:
        """The channel's messages from `oldest` on, or from the one looked for, as they were later than `after`."""
        # A little further back, to answer for others that were begun about then.
        oldest -= oldest % _FURTHER_BACK
        reading = self._readings.get(channel)
        if reading is None or reading.at <= after:
            reading = _Reading(float("inf"), self._deps.monotonic())
        wanted = delivery.alert.id
        if wanted in reading.alerts or reading.since <= oldest:
            return reading
        where: dict[str, object] = {"channel": channel, "oldest": f"{oldest:.6f}", "inclusive": True}
        if reading.since < float("inf"):
            where["latest"] = f"{reading.since:.6f}"
        self._readings[channel] = reading
        # The newest come first, so that what was read so far holds whenever the reading ends.
        async for page in self._pages("conversations.history", where, delivery):
            if page.failed:
                return page
            reading.ahead = max(reading.ahead, self._ahead(page))
            for message in page.body.get("messages") or ():
                ts = _stamp(message)
                if ts is None:
                    continue
                reading.since = min(reading.since, ts)
                if (alert := _alert_id(message)) is not None:
                    reading.alerts.setdefault(alert, (message["ts"], "thread_ts" in message))
            if wanted in reading.alerts:
                return reading
        reading.since = oldest
        return reading

    def _pages(self, method: str, where: Mapping[str, Any], delivery: Delivery) -> AsyncIterator[Outcome]:
        client = self._api.client
        looks = {
            "conversations.history": client.conversations_history,
            "conversations.replies": client.conversations_replies,
        }
        return self._api.pages(
            looks[method],
            {**where, "include_all_metadata": True},
            channel=delivery.alert.channel,
            attempts=delivery.attempts,
            pace=self._pace(method),
        )

    async def _channel_id(self, delivery: Delivery) -> str | Outcome:
        """The channel's id; what the rule calls it where no list tells; or why looking must wait."""
        name = delivery.alert.channel.strip()
        if delivery.parent_ref:
            return delivery.parent_ref.partition(":")[0]
        if name in self._ids or _CHANNEL_ID.fullmatch(name):
            return self._ids.get(name, name)
        # After a kill many channels ask at once; one listing answers for all of them.
        async with self._listing:
            return self._ids.get(name) or await self._list(name, delivery)

    async def _list(self, name: str, delivery: Delivery) -> str | Outcome:
        now = self._deps.monotonic()
        if now - self._listed <= _LISTING_HOLDS:
            return name
        if self._failed and now - self._failed[0] <= _FAILURE_HOLDS:
            return self._failed[1]
        pace = self._pace("conversations.list")
        async for page in self._api.channels(channel=name, attempts=delivery.attempts, pace=pace):
            if page.failed:
                self._failed = None if page.code in MAY_NOT_LOOK else (self._deps.monotonic(), page)
                return page if self._failed else name
            for channel in page.body.get("channels") or ():
                for known in (channel.get("id"), channel.get("name"), f"#{channel.get('name')}"):
                    self._ids[str(known)] = str(channel.get("id"))
            if name in self._ids:
                return self._ids[name]
        self._listed = self._deps.monotonic()
        return name

    def _cannot_look(self, outcome: Outcome, delivery: Delivery) -> Failed | None:
        """What to do when looking fails: look later, or send again where Slack will never let us look."""
        if outcome.code == "channel_not_found":
            # A channel may have been made anew under its name.
            self._ids.clear()
            self._listed = float("-inf")
        # A channel that can be posted to but not looked up is one whose list the app may not see.
        if outcome.code not in MAY_NOT_LOOK | {"channel_not_found"}:
            return outcome.failed
        if delivery.attempts > self._looks:
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

    def _ahead(self, page: Outcome) -> timedelta:
        return self._deps.clock.now() - page.date if page.date is not None else timedelta(0)


def ts_of(ref: str) -> str:
    """The timestamp in a ref 'CHANNEL:ts'."""
    return ref.partition(":")[2]


def payload_of(message: object, event_type: str) -> Mapping[str, Any]:
    """What a message's metadata of this type says, {} for any other message."""
    metadata = message.get("metadata") if isinstance(message, dict) else None
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    mine = isinstance(metadata, dict) and metadata.get("event_type") == event_type
    return payload if mine and isinstance(payload, dict) else {}


def _alert_id(message: object) -> str | None:
    """The alert a message of ours carries; anything else in the channel is passed over."""
    found = payload_of(message, EVENT_TYPE).get("alert_id")
    return found if isinstance(found, str) else None


def _stamp(message: object) -> float | None:
    """When a message was posted; None for what is no message."""
    try:
        return float(message["ts"]) if isinstance(message, dict) else None
    except (KeyError, TypeError, ValueError):
        return None
