"""The outbox: which alert has yet to reach which sink."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, and_, case, cast, func, or_, select, update
from sqlalchemy.engine import Connection

from monitor.model.alert import Alert, AlertKind, Delivery, DeliveryState
from monitor.model.rule import Severity
from monitor.store.connected import CLOCK_WRONG, Connected, begins, chunks
from monitor.store.engine import transaction
from monitor.store.raising import read_alert, write_alert_for
from monitor.store.tables import alerts, deliveries

_FRESH = timedelta(minutes=5)
# Fewer late alerts than this are no flood; each comes as its own card.
_FOLD_LEAST = 4
_FOLDED_AT_ONCE = 5_000
_GRAVEST_FIRST = case({severity.value: -severity.rank for severity in Severity}, value=alerts.c.severity)

OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """An alert with what became of its deliveries."""

    alert: Alert
    deliveries: tuple[Delivery, ...]


class DeliveryStore(Connected):
    """Reads and writes deliveries."""

    def claim(
        self,
        sink: str,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        *,
        each: int | None = None,
        apart_from: Sequence[str] = (),
    ) -> list[Delivery]:
        """Take due deliveries, gravest first; none before its story's earlier alerts in the channel are settled.

        At most `each` of one channel; those for the channels `apart_from` stay where they are.

        Of one severity, those come first that were raised within the last minutes, in order; then the others, newest
        first: after an outage what is still news goes before what is history. A delivery whose lease ran out may have
        been sent: it comes back uncertain.
        """
        earlier, before = alerts.alias("earlier"), deliveries.alias("before")
        waits = (
            select(before.c.id)
            .join(earlier, earlier.c.id == before.c.alert_id)
            .where(
                before.c.sink == deliveries.c.sink,
                before.c.state.in_(OPEN),
                earlier.c.story_id == alerts.c.story_id,
                earlier.c.channel == alerts.c.channel,
                earlier.c.seq < alerts.c.seq,
            )
            .exists()
        )
        wrong = now + CLOCK_WRONG
        due = or_(
            and_(
                deliveries.c.state == DeliveryState.PENDING.value,
                or_(deliveries.c.next_try <= now, deliveries.c.next_try > wrong),
            ),
            and_(
                deliveries.c.state == DeliveryState.SENDING.value,
                or_(deliveries.c.lease_until <= now, deliveries.c.lease_until > wrong),
            ),
        )
        fresh = alerts.c.created > now - _FRESH
        order = (
            _GRAVEST_FIRST,
            fresh.desc(),
            case((fresh, alerts.c.created)),
            alerts.c.created.desc(),
            deliveries.c.id,
        )
        mine = (deliveries.c.sink == sink, due, ~waits, alerts.c.channel.not_in(apart_from))
        query = select(deliveries.c.id).join(alerts, alerts.c.id == deliveries.c.alert_id).where(*mine)
        if each is not None:
            place = func.row_number().over(partition_by=alerts.c.channel, order_by=order).label("place")
            placed = query.add_columns(place).subquery()
            of_each = select(placed.c.id).where(placed.c.place <= each)
            query = select(deliveries.c.id).join(alerts, alerts.c.id == deliveries.c.alert_id)
            query = query.where(deliveries.c.id.in_(of_each))
        query = query.order_by(*order).limit(limit).with_for_update(skip_locked=True, of=deliveries)
        with transaction(self._engine) as connection:
            ids = list(connection.execute(query).scalars())
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id.in_(ids))
                .values(
                    uncertain=or_(deliveries.c.uncertain, deliveries.c.state == DeliveryState.SENDING.value),
                    state=DeliveryState.SENDING.value,
                    attempts=deliveries.c.attempts + 1,
                    first_try=func.coalesce(deliveries.c.first_try, now),
                    owner=owner,
                    lease_until=now + lease,
                )
            )
            return sorted(read_deliveries(connection, ids), key=lambda delivery: ids.index(delivery.id))

    def fold(
        self,
        sink: str,
        channel: str,
        *,
        before: datetime,
        in_hand: Sequence[int],
        digest: Callable[[Sequence[Alert]], Alert],
        now: datetime,
    ) -> tuple[Alert, list[int]] | None:
        """Tell in one digest what was raised before that time and has not reached the channel; None for too little.

        Deliveries that may have arrived, and digests, are left alone. `in_hand` are ids of claimed ones that may be
        folded too; the answer names all that were.
        """
        mine = or_(deliveries.c.state == DeliveryState.PENDING.value, deliveries.c.id.in_(in_hand))
        query = (
            select(alerts, deliveries.c.id.label("delivery_id"))
            .join(deliveries, deliveries.c.alert_id == alerts.c.id)
            .where(deliveries.c.sink == sink, alerts.c.channel == channel, alerts.c.created <= before, mine)
            .where(deliveries.c.state.in_(OPEN), deliveries.c.uncertain.is_(False))
            .where(alerts.c.kind != AlertKind.DIGEST.value)
            .order_by(alerts.c.created, alerts.c.seq)
            .limit(_FOLDED_AT_ONCE)
        )
        with transaction(self._engine) as connection:
            rows = connection.execute(query).all()
            if len(rows) < _FOLD_LEAST:
                return None
            told, ids = digest([read_alert(row) for row in rows]), [row.delivery_id for row in rows]
            write_alert_for(connection, told, sink)
            values = {"state": DeliveryState.FOLDED.value, "settled": now, "owner": "", "lease_until": None}
            error = f"told too late to come alone; it is in alert {told.id}"
            for chunk in chunks(ids):
                these = update(deliveries).where(deliveries.c.id.in_(chunk))
                connection.execute(these.values(**values, error=error))
        return told, ids

    def doubtful(self, sink: str, channel: str, before: datetime) -> int:
        """How many deliveries raised before then may or may not have reached the channel, those in hand apart."""
        query = (
            select(func.count())
            .select_from(deliveries.join(alerts, alerts.c.id == deliveries.c.alert_id))
            .where(deliveries.c.sink == sink, deliveries.c.state == DeliveryState.PENDING.value)
            .where(deliveries.c.uncertain.is_(True), alerts.c.channel == channel, alerts.c.created <= before)
        )
        with transaction(self._engine, read_only=True) as connection:
            return int(connection.execute(query).scalar_one())

    def settle(self, delivery: Delivery, now: datetime) -> None:
        """Write what became of a claimed delivery."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id == delivery.id)
                .values(
                    state=delivery.state.value,
                    next_try=delivery.next_try,
                    uncertain=delivery.uncertain,
                    attempts=delivery.attempts,
                    first_try=delivery.first_try,
                    ref=delivery.ref,
                    thread=delivery.thread,
                    error=delivery.error,
                    owner="",
                    lease_until=None,
                    settled=now if delivery.state.value not in OPEN else None,
                )
            )

    def recover(self, now: datetime, sinks: Sequence[str], owner: str) -> int:
        """Give back, as uncertain, what this owner had claimed when it died; what others claimed they may be sending.

        That our process died is no failure of the far side, so the attempt does not count.

        What waits for a sink that is not in `sinks` any more goes to the first of them, unless the alert is there or
        its channel is of that kind, such as "webhook:siem": then it waits for the sink to come back.
        """
        claimed = (
            update(deliveries)
            .where(deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.owner == owner)
            .values(state=DeliveryState.PENDING.value, uncertain=True, next_try=now, owner="", lease_until=None)
            .values(attempts=case((deliveries.c.attempts > 0, deliveries.c.attempts - 1), else_=0))
        )
        there = deliveries.alias("there")
        elsewhere = and_(deliveries.c.state.in_(OPEN), deliveries.c.sink.not_in(sinks))
        known = select(there.c.id).where(there.c.alert_id == deliveries.c.alert_id, there.c.sink.in_(sinks)).exists()
        with transaction(self._engine) as connection:
            recovered = connection.execute(claimed).rowcount
            if sinks:
                dead = {
                    "state": DeliveryState.DEAD.value,
                    "error": "its sink is not configured any more",
                    "settled": now,
                }
                connection.execute(update(deliveries).where(elsewhere, known).values(dead))
                moved = {"sink": sinks[0], "uncertain": False, "first_try": None, "next_try": now}
                recovered += connection.execute(update(deliveries).where(elsewhere).values(moved)).rowcount
        return recovered

    def open_deliveries(self) -> tuple[int, datetime | None]:
        """How many deliveries are not settled yet, and when the oldest of their alerts was raised."""
        query = (
            select(func.count(), func.min(alerts.c.created))
            .select_from(deliveries.join(alerts, alerts.c.id == deliveries.c.alert_id))
            .where(deliveries.c.state.in_(OPEN))
        )
        with transaction(self._engine, read_only=True) as connection:
            count, oldest = connection.execute(query).one()
        return count, oldest

    def alerts(
        self, *, limit: int = 50, offset: int = 0, state: DeliveryState | None = None, rule_id: str = ""
    ) -> list[AlertStatus]:
        """Alerts newest first; only those with a delivery in `state`, or that name the rule, where these are given."""
        query = select(alerts.c.id).order_by(alerts.c.created.desc(), alerts.c.seq.desc(), alerts.c.id)
        if state is not None:
            query = query.where(alerts.c.id.in_(select(deliveries.c.alert_id).where(deliveries.c.state == state.value)))
        if rule_id:
            query = query.where(_names(rule_id))
        query = query.limit(limit).offset(offset)
        with transaction(self._engine, read_only=True) as connection:
            return _statuses(connection, list(connection.execute(query).scalars()))

    def newest_alerts(self, rule_id: str, limit: int) -> list[Alert]:
        """The newest alerts that name the rule, or of any rule for "", newest first."""
        query = select(alerts).order_by(alerts.c.created.desc(), alerts.c.seq.desc(), alerts.c.id).limit(limit)
        if rule_id:
            query = query.where(_names(rule_id))
        with transaction(self._engine, read_only=True) as connection:
            return [read_alert(row) for row in connection.execute(query)]

    def alert(self, prefix: str) -> AlertStatus | None:
        """The alert whose id begins so; None where there is none or more than one."""
        query = select(alerts.c.id).where(begins(alerts.c.id, prefix)).limit(2)
        with transaction(self._engine, read_only=True) as connection:
            found = _statuses(connection, list(connection.execute(query).scalars()))
        return found[0] if len(found) == 1 else None

    def resend(self, alert_id: str, now: datetime) -> int:
        """Queue the alert's dead deliveries again, else those told only in a digest, else all; how many."""
        with transaction(self._engine) as connection:
            mine = deliveries.c.alert_id == alert_id
            states = set(connection.execute(select(deliveries.c.state).where(mine)).scalars())
            order = (DeliveryState.DEAD.value, DeliveryState.FOLDED.value, DeliveryState.SENT.value)
            wanted = next((state for state in order if state in states), order[-1])
            return connection.execute(
                update(deliveries)
                .where(mine, deliveries.c.state == wanted)
                .values(
                    state=DeliveryState.PENDING.value,
                    attempts=0,
                    next_try=now,
                    # A dead one may have arrived all the same; a sent one is wanted twice.
                    uncertain=case(
                        (deliveries.c.state == DeliveryState.DEAD.value, deliveries.c.uncertain), else_=False
                    ),
                    first_try=case(
                        (deliveries.c.state == DeliveryState.DEAD.value, deliveries.c.first_try), else_=None
                    ),
                    settled=None,
                )
            ).rowcount


def read_deliveries(connection: Connection, ids: Sequence[int]) -> list[Delivery]:
    """The deliveries of these ids, in the order their alerts were raised."""
    parent, sent = alerts.alias("parent"), deliveries.alias("sent")
    thread = (
        sent.c.sink == deliveries.c.sink,
        sent.c.state == DeliveryState.SENT.value,
        parent.c.story_id == alerts.c.story_id,
        parent.c.channel == alerts.c.channel,
        parent.c.seq < alerts.c.seq,
    )
    # The newest one knows where the thread goes on: where its first message was deleted, another has begun.
    parent_ref = (
        select(func.coalesce(func.nullif(sent.c.thread, ""), sent.c.ref))
        .join(parent, parent.c.id == sent.c.alert_id)
        .where(*thread)
        .order_by(parent.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    ranks = case({severity.value: severity.rank for severity in Severity}, value=parent.c.severity)
    gravest = select(func.max(ranks)).join(sent, parent.c.id == sent.c.alert_id).where(*thread).scalar_subquery()
    query = (
        select(alerts, deliveries, parent_ref.label("parent_ref"), gravest.label("gravest"))
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(deliveries.c.id.in_(ids))
        .order_by(alerts.c.created, deliveries.c.id)
    )
    return [_delivery(row) for row in connection.execute(query)]


def _names(rule_id: str) -> ColumnElement[bool]:
    return cast(alerts.c.rules, Text).contains(json.dumps(rule_id), autoescape=True)


def _statuses(connection: Connection, ids: Sequence[str]) -> list[AlertStatus]:
    rows = connection.execute(select(alerts).where(alerts.c.id.in_(ids))).all()
    found = {row.id: read_alert(row) for row in rows}
    delivery_ids = connection.execute(select(deliveries.c.id).where(deliveries.c.alert_id.in_(ids))).scalars()
    sends = read_deliveries(connection, list(delivery_ids))
    return [
        AlertStatus(found[alert_id], tuple(send for send in sends if send.alert.id == alert_id)) for alert_id in ids
    ]


def _delivery(row: Row[*tuple[Any, ...]]) -> Delivery:
    values = row._mapping
    return Delivery(
        id=values[deliveries.c.id],
        alert=read_alert(row),
        sink=row.sink,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_try=row.next_try,
        uncertain=row.uncertain,
        first_try=row.first_try,
        ref=row.ref,
        thread=row.thread,
        parent_ref=row.parent_ref or "",
        gravest=list(Severity)[row.gravest] if row.gravest is not None else None,
        error=row.error,
    )
