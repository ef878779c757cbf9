"""What alerts have done lately: how often each rule fired and was told where, and what waits together until when."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from monitor.alerts.routing import channel_key
from monitor.model.alert import HELD, AlertDecision, Held

WINDOW = timedelta(days=7)
"""How long back a rule's usual is reckoned from, and the longest throttle."""

_LEARNT_AFTER = timedelta(days=1)
_HOUR = timedelta(hours=1)


class Recent:
    """Counts kept in memory beside the decisions they are rebuilt from after a restart."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        self._fired: dict[str, list[datetime]] = defaultdict(list)
        self._due: dict[tuple[str, str], datetime] = {}

    def note(self, decision: AlertDecision, at: datetime) -> None:
        """Count a decision that raised an alert or has one waiting; others don't count."""
        if decision.kind is None and decision.reason not in HELD:
            return
        for rule in decision.rules:
            _add(self._fired[rule], at)
        if decision.kind is not None:
            self.note_told(decision.rules, decision.channel, at)
        if decision.hold is not None:
            self.note_due(decision.channel, decision.hold.key, decision.hold.due)

    def note_told(self, rules: Iterable[str], channel: str, at: datetime) -> None:
        """Count an alert that went out."""
        for rule in rules:
            _add(self._told[rule, channel_key(channel)], at)

    def note_due(self, channel: str, key: str, due: datetime) -> None:
        """Remember when what waits under this key in the channel is told."""
        self._due[channel_key(channel), key] = due
        if len(self._due) % 1024 == 0:
            # What a story waited for is never asked for again once it is told.
            self._due = {name: until for name, until in self._due.items() if until > due - WINDOW}

    def restore(
        self,
        decisions: Iterable[tuple[datetime, AlertDecision]],
        waiting: Iterable[Held],
        released: Iterable[tuple[datetime, Sequence[str], str]] = (),
    ) -> None:
        """Count what was decided within the window, oldest first, what still waits, and what had waited.

        `released` are times, rules and channels of the alerts that told what had waited.
        """
        for at, decision in decisions:
            self.note(decision, at)
        for held in waiting:
            self.note_due(held.channel, held.key, held.due)
        for at, rules, channel in released:
            self.note_told(rules, channel, at)

    def told(self, rule: str, channel: str, since: datetime, until: datetime) -> list[datetime]:
        """When the rule's alerts went to the channel between these moments, oldest first.

        Times after `until` are a clock's that was wrong, and count for nothing.
        """
        times = self._told.get((rule, channel_key(channel)), [])
        return times[bisect_left(times, since) : bisect_right(times, until)]

    def due(self, channel: str, key: str, now: datetime) -> datetime | None:
        """When what waits under this key in the channel is told; None where nothing does."""
        due = self._due.get((channel_key(channel), key))
        return due if due is not None and now < due <= now + WINDOW else None

    def surge(self, rule: str, now: datetime) -> tuple[int, float] | None:
        """How often the rule fired in the last hour, and in an hour as usual; None before it has run for a day."""
        times = self._fired.get(rule, [])
        if not times or now - times[0] < _LEARNT_AFTER:
            return None
        hour = bisect_left(times, now - _HOUR)
        return bisect_right(times, now) - hour, hour / ((now - _HOUR - times[0]) / _HOUR)


def _add(times: list[datetime], at: datetime) -> None:
    times.append(at)
    if len(times) > 1 and times[-2] > at:
        times.sort()
    if len(times) % 64 == 0:
        del times[: bisect_left(times, at - WINDOW)]
