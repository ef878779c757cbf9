"""Alerts that wait, and the release that tells them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from monitor.alerts.stages import CALLS
from monitor.model.alert import Alert, Held, Reason
from monitor.model.answer import Silence
from monitor.store.answers import read_silence
from monitor.store.connected import CLOCK_WRONG, Connected, begins
from monitor.store.engine import transaction
from monitor.store.raising import raised_by, read_alert, read_held, write_alert
from monitor.store.tables import alerts, decisions, holds, silences


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """What the decision about an article of a story rests on.

    Attributes:
        alerts: what the story has raised, in all channels, oldest first.
        held: what of it waits or has waited; silences: those in force.
    """

    alerts: tuple[Alert, ...]
    held: tuple[Held, ...]
    silences: tuple[Silence, ...]


class HoldStore(Connected):
    """Reads and writes what waits."""

    def story_record(self, story_id: str, now: datetime) -> StoryRecord:
        """What there is of a story, and the silences in force."""
        raised = select(alerts).where(raised_by(story_id)).order_by(alerts.c.created, alerts.c.seq)
        waits = select(holds).where(holds.c.story_id == story_id).order_by(holds.c.since)
        silent = select(silences).where(silences.c.created <= now, silences.c.ends > now)
        with transaction(self._engine, read_only=True) as connection:
            return StoryRecord(
                tuple(read_alert(row) for row in connection.execute(raised)),
                tuple(read_held(row) for row in connection.execute(waits)),
                tuple(read_silence(row) for row in connection.execute(silent)),
            )

    def due_holds(self, now: datetime, limit: int = 5_000) -> list[Held]:
        """What waits no longer, oldest first; what a clock far ahead of this one made wait, too."""
        due = or_(holds.c.due <= now, holds.c.since > now + CLOCK_WRONG)
        query = select(holds).where(holds.c.ended.is_(None), due).order_by(holds.c.due, holds.c.since)
        with transaction(self._engine, read_only=True) as connection:
            return [read_held(row) for row in connection.execute(query.limit(limit))]

    def held(self, *, told_by: str = "", waiting: bool = True, limit: int = 1_000, offset: int = 0) -> list[Held]:
        """What waits, soonest due first; with `told_by` what the alert whose id begins so has told."""
        query = select(holds).order_by(holds.c.due, holds.c.since).limit(limit).offset(offset)
        if told_by:
            query = query.where(begins(holds.c.told_by, told_by))
        elif waiting:
            query = query.where(holds.c.ended.is_(None))
        with transaction(self._engine, read_only=True) as connection:
            return [read_held(row) for row in connection.execute(query)]

    def released_since(self, since: datetime) -> list[tuple[datetime, tuple[str, ...], str]]:
        """Times, rules and channels of the alerts since then that told what had waited, oldest first."""
        at_once = (
            exists()
            .where(decisions.c.article_id == alerts.c.article_id, decisions.c.channel == alerts.c.channel)
            .where(decisions.c.kind.is_not(None))
        )
        query = (
            select(alerts.c.created, alerts.c.rules, alerts.c.channel)
            .where(alerts.c.created >= since, alerts.c.id.in_(select(holds.c.told_by)), ~at_once)
            .order_by(alerts.c.created)
        )
        with transaction(self._engine, read_only=True) as connection:
            return [(row.created, tuple(row.rules), row.channel) for row in connection.execute(query)]

    def postpone(self, held: Held, until: datetime, key: str, reason: Reason) -> None:
        """What was due waits on, for what the key says; a call keeps its own, and comes again when that ends."""
        with transaction(self._engine) as connection:
            values: dict[str, object] = {"due": until}
            if held.key in CALLS:
                values["since"] = until - (held.due - held.since)
            else:
                values |= {"key": key, "reason": reason.value}
            connection.execute(update(holds).where(_key(held), holds.c.ended.is_(None)).values(values))

    def release(
        self, alert: Alert, tells: Sequence[Held], sinks: Sequence[str], now: datetime, again: datetime | None = None
    ) -> bool:
        """Store an alert that tells what waited, with its deliveries; False where none of that waits any more.

        With `again`, what it tells waits anew until then.
        """
        these = or_(*(_key(held) for held in tells))
        with transaction(self._engine) as connection:
            values = {"since": now, "due": again} if again else {"ended": now, "told_by": alert.id}
            open_ = update(holds).where(these, holds.c.ended.is_(None))
            if not connection.execute(open_.values(values)).rowcount:
                return False
            write_alert(connection, alert, sinks)
        return True


def _key(held: Held) -> ColumnElement[bool]:
    return and_(holds.c.article_id == held.article_id, holds.c.channel == held.channel, holds.c.key == held.key)
