"""Upkeep of what was sent: the message that began a story's thread shows how the story stands now.

What is due stands in the database, so nothing is forgotten over a restart. News of a story is gathered: its messages
are edited once a minute at most. What people do shows at once.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from monitor.alerts.outbox import Runner
from monitor.alerts.standing import standing
from monitor.errors import StoreError
from monitor.model.alert import Alert, Delivery
from monitor.model.answer import Answer, Silence
from monitor.model.story import Member
from monitor.ports import Clock, Editor, Failed

AT_MOST_EVERY = timedelta(minutes=1)
_TRY_AGAIN = timedelta(minutes=1)
_AT_ONCE = 50


Account = Callable[[Sequence[Member]], tuple[str, Sequence[str]]]
"""Of a story's articles: whose text the copies repeat, and what the reports say against one another."""


def _nothing(_: Sequence[Member]) -> tuple[str, Sequence[str]]:
    return "", ()


class UpkeepStore(Protocol):
    """What upkeep reads and writes."""

    def edits_due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        """Stories whose messages are to be brought up to date, and when that was noted last."""

    def edits_done(self, story_id: str, noted: datetime, began: datetime, again: datetime | None) -> None:
        """Note that a story's messages show what was known when this began; `again` where some could not be edited."""

    def thread_roots(self, story_id: str, sinks: Sequence[str]) -> list[Delivery]:
        """The sent messages that the story's threads begin with."""

    def thread_waits(self, story_id: str, sinks: Sequence[str]) -> bool:
        """Whether messages of the story are still on their way."""

    def alerts_of(self, story_id: str) -> list[Alert]:
        """The alerts of a story."""

    def story(self, story_id: str) -> list[Member]:
        """The articles of a story."""

    def answers(self, alert_ids: Sequence[str]) -> list[Answer]:
        """The answers to alerts."""

    def silences(self, at: datetime | None = None) -> list[Silence]:
        """Silences in force."""


class Upkeep:
    """Edits what is due, a few stories at a time.

    Args:
        account: tells of a story what its alerts do not.
    """

    def __init__(
        self,
        store: UpkeepStore,
        editors: Sequence[Editor],
        clock: Clock,
        *,
        call: Runner,
        log: FilteringBoundLogger,
        account: Account = _nothing,
    ) -> None:
        self._account = account
        self._store, self._clock, self._call, self._log = store, clock, call, log
        self._editors = {editor.name: editor for editor in editors}

    async def run(self) -> int:
        """Bring the messages of every story that is due up to date; how many stories."""
        if not self._editors:
            return 0
        due = await self._call(self._store.edits_due, self._clock.now(), _AT_ONCE)
        for story_id, noted in due:
            began = self._clock.now()
            try:
                again = await self._edit(story_id)
            except StoreError:
                raise
            except Exception:  # noqa: BLE001 - a mistake of ours about one story must not keep the others from theirs
                self._log.exception("cards of a story could not be edited: this is a bug", story=story_id)
                again = began + _TRY_AGAIN
            await self._call(self._store.edits_done, story_id, noted, began, again)
        return len(due)

    async def _edit(self, story_id: str) -> datetime | None:
        """Edit a story's messages; when to try again, None where all is done that can be."""
        sinks = tuple(self._editors)
        roots = await self._call(self._store.thread_roots, story_id, sinks)
        # What is sent only now shows what was known when it was decided.
        waits = await self._call(self._store.thread_waits, story_id, sinks)
        again = self._clock.now() + AT_MOST_EVERY if waits else None
        if not roots:
            return again
        alerts = await self._call(self._store.alerts_of, story_id)
        members = await self._call(self._store.story, story_id)
        answers = await self._call(self._store.answers, [alert.id for alert in alerts])
        silences = await self._call(self._store.silences, self._clock.now())
        wire, disputes = await asyncio.to_thread(self._account, members)
        for root in roots:
            mine = [answer for answer in answers if _channel_of(answer, alerts) == root.alert.channel]
            now_stands = standing(root.alert, alerts, members, mine, silences, wire=wire, disputes=disputes)
            outcome = await self._editors[root.sink].edit(root, now_stands)
            if isinstance(outcome, Failed):
                self._log.warning("card_not_edited", alert=root.alert.id, sink=root.sink, error=outcome.error)
                if outcome.retry:
                    again = self._clock.now() + max(outcome.after or _TRY_AGAIN, _TRY_AGAIN)
        return again


def _channel_of(answer: Answer, alerts: Sequence[Alert]) -> str:
    return next((alert.channel for alert in alerts if alert.id == answer.alert_id), "")
