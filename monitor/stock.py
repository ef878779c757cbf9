"""How the daemon is doing: the gauges, and the health of what alerts rest on."""

from datetime import timedelta

from monitor.parts import Parts, Surroundings
from monitor.telemetry.systemd import notify

ALERT_LATE = timedelta(minutes=5)


class Stock:
    """Counts what waits and what is blocked."""

    def __init__(self, parts: Parts, around: Surroundings) -> None:
        self._parts, self._around = parts, around
        self._counted: dict[str, int] = {}

    async def take(self) -> None:
        """Set the gauges and tell the health of the database and of the alerts.

        Raises:
            StoreError: the database does not answer.
        """
        store, call = self._around.store, self._around.call
        metrics, health, outbox = self._around.metrics, self._around.health, self._parts.outbox
        await call(store.probe)
        new, later = await call(store.waiting)
        backlog = new + later
        waiting, oldest = await call(store.open_deliveries)
        metrics.backlog.set(backlog)
        metrics.outbox.set(waiting)
        for sink in self._parts.sinks:
            blocked = [trouble for trouble in outbox.troubles if trouble.operator and trouble.sink == sink.name]
            metrics.blocked.labels(sink.name).set(len(blocked))
        for outcome, total in outbox.totals.items():
            metrics.deliveries.labels(outcome).inc(total - self._counted.get(outcome, 0))
            self._counted[outcome] = total
        self._parts.intake.take_stock(new)
        health.report("database", good_for=timedelta(minutes=1))
        late = oldest is not None and self._around.clock.now() - oldest > ALERT_LATE
        troubles = "; ".join(trouble.error for trouble in outbox.troubles)
        if late or any(trouble.operator for trouble in outbox.troubles):
            health.report("alerts", "failing", troubles or f"{waiting} deliveries wait, the oldest since {oldest}")
        else:
            health.report("alerts", "degraded" if troubles else "ok", troubles)
        feeds = len(self._parts.intake.feeds)
        notify(f"STATUS={feeds} feeds, {backlog} articles and {waiting} deliveries waiting")
