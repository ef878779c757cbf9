"""Tells what waited once its time has come: quiet hours over, a digest due, nobody answered."""

from collections.abc import Sequence

import structlog

from monitor.alerts.digest import release
from monitor.alerts.recent import Recent
from monitor.alerts.stages import CALLS
from monitor.errors import OvertakenError
from monitor.model.alert import Held
from monitor.model.answer import Silence
from monitor.model.selector import Subject
from monitor.ports import Clock
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.metrics import Metrics


class Releaser:
    """Raises the alerts that tell what waits no longer.

    It must not run beside the pipeline, whose decisions rest on what is told; the daemon calls both in one loop.
    """

    def __init__(
        self,
        *,
        store: SqlStore,
        call: StoreThread,
        sinks: Sequence[str],
        clock: Clock,
        recent: Recent,
        metrics: Metrics,
    ) -> None:
        self._store, self._call, self._sinks = store, call, tuple(sinks)
        self._clock, self._recent, self._metrics = clock, recent, metrics
        self._log = structlog.get_logger("monitor.release")

    async def release(self, *, also_groups: bool = False) -> int:
        """Tell what is due; how many alerts that made. With `also_groups` no group waits for more of its kind.

        Raises:
            StoreError: what was not told yet still waits.
        """
        now = self._clock.now()
        due = await self._call(self._store.due_holds, now)
        if also_groups:
            due += [one for one in await self._call(self._store.held) if one.key.startswith("group:") and one.due > now]
        silences = await self._call(self._store.silences, now)
        hushed = {one: silence for one in due if (silence := _hushing(one, silences)) is not None}
        for one, silence in hushed.items():
            await self._call(self._store.postpone, one, silence)
        raised, done = 0, set[tuple[str, str, str]]()
        for part in _whole([one for one in due if one not in hushed]):
            left = [one for one in part if _name(one) not in done]
            records = [
                await self._call(self._store.story_record, story, now) for story in {one.story_id for one in left}
            ]
            prior = [alert for record in records for alert in record.alerts]
            waits = [one for record in records for one in record.held if one.ended is None and one.key not in CALLS]
            beside = [one for one in waits if _name(one) not in {_name(this) for this in left}]
            for told in release(left, prior, now, beside):
                done |= {_name(one) for one in told.tells}
                try:
                    if not await self._call(self._store.release, told.alert, told.tells, self._sinks, now, told.again):
                        continue
                except OvertakenError:
                    # It still waits, and is looked at again with what another daemon has told.
                    continue
                raised += 1
                self._recent.note_told(told.alert.rules, told.alert.channel, now)
                self._metrics.alerts.labels(told.alert.severity.value).inc()
                self._log.info(
                    "alert",
                    id=told.alert.id,
                    kind=told.alert.kind.value,
                    reason=told.alert.reason.value,
                    tells=len(told.tells),
                    channel=told.alert.channel,
                    headline=told.alert.card.headline,
                )
        return raised


def _name(held: Held) -> tuple[str, str, str]:
    return held.article_id, held.channel, held.key


def _hushing(held: Held, silences: Sequence[Silence]) -> Silence | None:
    """The silence that ends first of those that hold what waits; None where one of its rules may speak.

    Somebody may have silenced it while it waited. Only rule, severity, story and channel are looked at.
    """
    by = []
    for rule in held.rules:
        subject = Subject(rule=rule, severity=held.severity, channel=held.channel, story=held.story_id)
        holding = [silence for silence in silences if silence.selector.takes(subject)]
        if not holding:
            return None
        by.append(max(holding, key=lambda silence: (silence.ends, silence.id)))
    return min(by, key=lambda silence: (silence.ends, silence.id), default=None)


def _whole(due: Sequence[Held]) -> list[list[Held]]:
    """What is told together, apart from the rest; calls one by one, since two may concern one story's thread."""
    parts: dict[tuple[str, ...], list[Held]] = {}
    for one in due:
        call = (one.article_id,) if one.key in CALLS else ()
        parts.setdefault((one.channel, one.key, *call), []).append(one)
    return list(parts.values())
