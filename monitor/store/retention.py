"""Forgetting how things were decided, once nobody needs it any more."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, select, union

from monitor.store.connected import Connected
from monitor.store.engine import transaction
from monitor.store.tables import alerts, answers, decisions, holds, silences

# Articles forgotten at once, so that years of them do not hold up what is to be written now.
_AT_ONCE = 5_000


class RetentionStore(Connected):
    """Drops what is old. Articles and alerts stay: they are what was told."""

    def forget_decided(self, before: datetime) -> int:
        """Drop decisions, what waited, and answers of earlier than that; how many.

        A story that has come to something since, or of which something waits still, keeps all of its own. Silences
        that ended earlier go too. At most some thousand articles are forgotten in one call.
        """
        live = union(
            select(decisions.c.story_id).where(decisions.c.at >= before),
            select(holds.c.story_id).where(holds.c.ended.is_(None)),
        ).subquery()
        stories = select(live.c.story_id)
        dead_alerts = select(alerts.c.id).where(alerts.c.created < before, alerts.c.story_id.not_in(stories))
        with transaction(self._engine) as connection:
            gone = connection.execute(
                delete(answers).where(answers.c.at < before, answers.c.alert_id.in_(dead_alerts))
            ).rowcount
            gone += connection.execute(delete(silences).where(silences.c.ends < before)).rowcount
            for table, old in ((holds, holds.c.ended < before), (decisions, decisions.c.at < before)):
                mine = old & table.c.story_id.not_in(stories)
                gone += connection.execute(delete(table).where(mine, _some(table, mine))).rowcount
        return gone


def _some(table: Table, mine: ColumnElement[bool]) -> ColumnElement[bool]:
    return table.c.article_id.in_(select(table.c.article_id).where(mine).distinct().limit(_AT_ONCE))
