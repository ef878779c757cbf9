"""Tells what waited once its time has come: quiet hours over, a digest due, nobody answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from monitor.alerts.digest import release
from monitor.alerts.recent import Recent
from monitor.alerts.routing import countries_of, same_channel, subject_of, ways
from monitor.alerts.stages import CALLS
from monitor.errors import OvertakenError, StoreError
from monitor.model.alert import Held, Reason
from monitor.model.answer import Silence
from monitor.model.policy import Policy, first_outside
from monitor.model.rule import Rule
from monitor.model.selector import Subject
from monitor.ports import Clock
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.metrics import Metrics

_TRY_AGAIN = timedelta(minutes=5)
"""After a mistake of ours, what could not be told is left alone for so long."""
_KEYS_OF_ARTICLES = ("label", "source", "outlet", "group", "lang", "country")


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
        rules: Callable[[], Mapping[str, Rule]],
        policy: Callable[[], Policy],
        default_channel: str,
    ) -> None:
        self._policy, self._default_channel = policy, default_channel
        self._store, self._call, self._sinks, self._rules = store, call, tuple(sinks), rules
        self._broken: dict[tuple[str, ...], datetime] = {}
        self._clock, self._recent, self._metrics = clock, recent, metrics
        self._log = structlog.get_logger("monitor.release")

    async def release(self, *, once: bool = False) -> int:
        """Tell what is due; how many alerts that made.

        With `once` nobody is there when a wait ends: no group waits for more of its kind, and what is due is told in
        quiet hours too.

        Raises:
            StoreError: what was not told yet still waits.
        """
        now = self._clock.now()
        due = await self._call(self._store.due_holds, now)
        if once:
            due += [one for one in await self._call(self._store.held) if one.key.startswith("group:") and one.due > now]
        silences = await self._call(self._store.silences, now)
        hushed = {one for one in due if await self._hush(one, silences, now, once=once)}
        raised, done = 0, set[tuple[str, str, str]]()
        self._broken = {key: until for key, until in self._broken.items() if now < until <= now + _TRY_AGAIN}
        for key, part in _whole([one for one in due if one not in hushed]).items():
            left = [one for one in part if _name(one) not in done]
            if key in self._broken:
                continue
            try:
                raised += await self._tell(left, now, done)
            except StoreError:
                raise
            except Exception:  # noqa: BLE001 - a mistake of ours about one part must not keep the others waiting
                self._metrics.failures.labels("release").inc()
                self._log.exception("what waited could not be told: this is a bug, please report it", waits=len(left))
                self._broken[key] = now + _TRY_AGAIN
        return raised

    async def _tell(self, left: Sequence[Held], now: datetime, done: set[tuple[str, str, str]]) -> int:
        """Raise the alerts that tell these, and note in `done` all they tell; how many alerts."""
        records = [await self._call(self._store.story_record, story, now) for story in {one.story_id for one in left}]
        prior = [alert for record in records for alert in record.alerts]
        others = [one for record in records for one in record.held if one.key not in CALLS]
        beside = [one for one in others if one.ended is None and _name(one) not in {_name(this) for this in left}]
        listed = [one for one in others if one.told_by]
        raised = 0
        for told in release(left, prior, now, beside, listed):
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

    async def _hush(self, held: Held, silences: Sequence[Silence], now: datetime, *, once: bool) -> bool:
        """Let what waits go on waiting, where silences hold all of its rules by now, or it is quiet in its channel."""
        policy = self._policy()
        quiet = not once and held.key != "escalate" and any(times.covers(now) for times in policy.times.values())
        if not silences and not quiet:
            return False
        by, ends = [], []
        by_article = quiet or any(getattr(silence.selector, key) for silence in silences for key in _KEYS_OF_ARTICLES)
        for rule, subject in await self._subjects(held, by_article=by_article):
            if holding := [silence for silence in silences if silence.selector.takes(subject)]:
                by.append(max(holding, key=lambda silence: (silence.ends, silence.id)))
            if quiet and rule is not None:
                ends += [
                    first_outside(policy.named(way.handling.quiet), now)
                    for way in ways(policy, subject, rule.channels, now, self._default_channel)
                    if same_channel(way.channel, held.channel)
                ]
        if by and len(by) == len(held.rules):
            first = min(by, key=lambda silence: (silence.ends, silence.id))
            await self._call(self._store.postpone, held, first.ends, f"silence:{first.id}", Reason.SILENCED)
            return True
        # The gravest rule's route decides, as it did when the article came.
        if ends and ends[0] > now:
            await self._call(self._store.postpone, held, ends[0], "quiet", Reason.QUIET)
            return True
        return False

    async def _subjects(self, held: Held, *, by_article: bool) -> list[tuple[Rule | None, Subject]]:
        """What selectors see of each of its rules; of a rule that is gone, what the alert still knows.

        The article is read only where it matters: thousands may be due together in the morning.
        """
        article = await self._call(self._store.article, held.article_id) if by_article else None
        facts = (await self._call(self._store.outcome, held.article_id)).facts if article else None
        found: list[tuple[Rule | None, Subject]] = []
        for name in held.rules:
            rule = self._rules().get(name)
            subject = Subject(rule=name, severity=held.severity, channel=held.channel, story=held.story_id)
            if rule is not None:
                subject = replace(subject, severity=rule.severity)
            if rule is not None and article is not None:
                subject = subject_of(article, rule, held.story_id, countries_of(facts), held.channel)
            found.append((rule, subject))
        return found


def _name(held: Held) -> tuple[str, str, str]:
    return held.article_id, held.channel, held.key


def _whole(due: Sequence[Held]) -> dict[tuple[str, ...], list[Held]]:
    """What is told together, apart from the rest; calls one by one, since two may concern one story's thread."""
    parts: dict[tuple[str, ...], list[Held]] = {}
    for one in due:
        call = (one.article_id,) if one.key in CALLS else ()
        parts.setdefault((one.channel, one.key, *call), []).append(one)
    return parts
