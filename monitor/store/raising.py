"""Writing decisions with the alerts they raise and what they hold back, and reading them again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.engine import Connection

from monitor.alerts.routing import takers
from monitor.alerts.stages import CALLS
from monitor.errors import OvertakenError
from monitor.model.alert import Alert, AlertDecision, AlertKind, Card, DeliveryState, Held, Reason
from monitor.model.rule import Severity
from monitor.ports import Processed
from monitor.store.connected import insert_missing
from monitor.store.tables import alerts, decisions, deliveries, holds, stories
from monitor.wire import from_json, to_json


def write_alerts(connection: Connection, outcome: Processed, sinks: Sequence[str], now: datetime) -> None:
    """Write decisions, alerts and their deliveries, and what waits.

    What waits of a story ends when the story is told in its channel: the newer report tells it too.
    """
    rows = [_decision_row(decision) | {"at": now} for decision in outcome.decisions]
    insert_missing(connection, decisions, rows)
    for alert in outcome.alerts:
        write_alert(connection, alert, sinks)
        waits = (
            holds.c.story_id == alert.story_id,
            holds.c.channel == alert.channel,
            holds.c.ended.is_(None),
            holds.c.key.not_in(CALLS),
        )
        connection.execute(update(holds).where(*waits).values(ended=now, told_by=alert.id))
    insert_missing(
        connection,
        holds,
        [to_json(Held, held) | {"since": held.since, "due": held.due, "ended": held.ended} for held in outcome.held],
    )


def write_alert(connection: Connection, alert: Alert, sinks: Sequence[str]) -> None:
    """Write an alert with one delivery for each sink that takes its channel.

    Raises:
        OvertakenError: another article has raised the alert of this number meanwhile.
    """
    insert_missing(connection, alerts, [to_json(Alert, alert) | {"id": alert.id, "created": alert.created}])
    raised = connection.execute(select(alerts.c.article_id).where(alerts.c.id == alert.id)).scalar_one()
    if raised != alert.article_id:
        raise OvertakenError("another program has raised an alert of the story meanwhile; decided again")
    insert_missing(connection, deliveries, [_delivery(alert, sink) for sink in takers(alert.channel, sinks)])


def write_alert_for(connection: Connection, alert: Alert, sink: str) -> None:
    """Write an alert for one sink alone."""
    insert_missing(connection, alerts, [to_json(Alert, alert) | {"id": alert.id, "created": alert.created}])
    insert_missing(connection, deliveries, [_delivery(alert, sink)])


def read_decision(row: Row[*tuple[Any, ...]]) -> AlertDecision:
    """A decision from a row that has its columns; what it held back is in the holds."""
    return AlertDecision(
        article_id=row.article_id,
        story_id=row.story_id,
        channel=row.channel,
        kind=AlertKind(row.kind) if row.kind else None,
        reason=Reason(row.reason),
        rules=tuple(row.rules),
        severity=Severity(row.severity),
        because=tuple(row.because or ()),
        trace=tuple(row.trace or ()),
    )


def raised_by(story_id: str) -> ColumnElement[bool]:
    """Alerts of a story, and those its articles raised while they were in another."""
    mine = select(stories.c.article_id).where(stories.c.story_id == story_id)
    return (alerts.c.story_id == story_id) | alerts.c.article_id.in_(mine)


def read_alert(row: Row[*tuple[Any, ...]]) -> Alert:
    """An alert from a row that has its columns."""
    return Alert(
        story_id=row.story_id,
        channel=row.channel,
        kind=AlertKind(row.kind),
        seq=row.seq,
        article_id=row.article_id,
        rules=tuple(row.rules),
        severity=Severity(row.severity),
        reason=Reason(row.reason),
        created=row.created,
        card=from_json(Card, row.card),
    )


def read_held(row: Row[*tuple[Any, ...]]) -> Held:
    """What waits, from its row."""
    return Held(
        article_id=row.article_id,
        story_id=row.story_id,
        channel=row.channel,
        key=row.key,
        kind=AlertKind(row.kind),
        reason=Reason(row.reason),
        rules=tuple(row.rules),
        severity=Severity(row.severity),
        card=from_json(Card, row.card),
        since=row.since,
        due=row.due,
        ended=row.ended,
        told_by=row.told_by,
    )


def _decision_row(decision: AlertDecision) -> dict[str, Any]:
    row = to_json(AlertDecision, decision)
    return {key: value for key, value in row.items() if key not in {"hold", "calls"}}


def _delivery(alert: Alert, sink: str) -> dict[str, Any]:
    return {
        "alert_id": alert.id,
        "sink": sink,
        "state": DeliveryState.PENDING.value,
        "attempts": 0,
        "next_try": alert.created,
        "uncertain": False,
        "owner": "",
        "ref": "",
        "thread": "",
        "error": "",
    }
