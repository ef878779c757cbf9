"""Which stories' messages are to be brought up to date, and which messages those are."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update

from monitor.model.alert import Delivery, DeliveryState
from monitor.store.connected import CLOCK_WRONG, Connected
from monitor.store.deliveries import OPEN, read_deliveries
from monitor.store.edits import note_news
from monitor.store.engine import transaction
from monitor.store.tables import alerts, deliveries, story_edits


class UpkeepStore(Connected):
    """Reads and writes what is due for an edit."""

    def touch(self, story_id: str, now: datetime) -> None:
        """Somebody did something about the story: its messages are due at once."""
        with transaction(self._engine) as connection:
            note_news(connection, story_id, now, timedelta(0))

    def edits_due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        """Stories whose messages are to be brought up to date, longest due first, and when that was noted last.

        What a clock that was far ahead has put off is due too.
        """
        due = or_(story_edits.c.due <= now, story_edits.c.due > now + CLOCK_WRONG)
        query = select(story_edits.c.story_id, story_edits.c.noted).where(due).order_by(story_edits.c.due).limit(limit)
        with transaction(self._engine, read_only=True) as connection:
            return [(row.story_id, row.noted) for row in connection.execute(query)]

    def edits_done(self, story_id: str, noted: datetime, began: datetime, again: datetime | None) -> None:
        """Note that a story's messages show what was known when this began, and what was noted until `noted`.

        What came in meanwhile stays due. With `again` some messages could not be edited, and are due then.
        """
        mine = story_edits.c.story_id == story_id
        with transaction(self._engine) as connection:
            connection.execute(update(story_edits).where(mine).values(edited=began))
            connection.execute(update(story_edits).where(mine, story_edits.c.noted == noted).values(due=again))

    def thread_roots(self, story_id: str, sinks: Sequence[str]) -> list[Delivery]:
        """The sent messages that the story's threads begin with; where a thread began anew, the newest."""
        query = (
            select(deliveries.c.id)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(
                alerts.c.story_id == story_id,
                deliveries.c.sink.in_(sinks),
                deliveries.c.state == DeliveryState.SENT.value,
                deliveries.c.ref != "",
                func.coalesce(func.nullif(deliveries.c.thread, ""), deliveries.c.ref) == deliveries.c.ref,
            )
        )
        with transaction(self._engine, read_only=True) as connection:
            roots = read_deliveries(connection, list(connection.execute(query).scalars()))
        newest: dict[tuple[str, str], Delivery] = {}
        for root in sorted(roots, key=lambda root: root.alert.seq):
            newest[root.sink, root.alert.channel] = root
        return list(newest.values())

    def thread_waits(self, story_id: str, sinks: Sequence[str]) -> bool:
        """Whether messages of the story are still on their way."""
        query = (
            select(deliveries.c.id)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(alerts.c.story_id == story_id, deliveries.c.sink.in_(sinks), deliveries.c.state.in_(OPEN))
            .limit(1)
        )
        with transaction(self._engine, read_only=True) as connection:
            return connection.execute(query).first() is not None

    def forget_edits(self, before: datetime) -> int:
        """Drop what is known of stories that nothing has come to since then; how many."""
        with transaction(self._engine) as connection:
            return connection.execute(delete(story_edits).where(story_edits.c.noted < before)).rowcount
