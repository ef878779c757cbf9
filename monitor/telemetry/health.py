"""Health: what each part last said of itself, and the page that tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from aiohttp import web

from monitor.ports import Clock
from monitor.telemetry.metrics import Metrics

State = Literal["ok", "degraded", "failing"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a part said of itself, and when; it counts as failing once it is older than `good_for`."""

    state: State
    detail: str
    at: datetime
    good_for: timedelta | None


class Health:
    """Collects reports; a part that should report regularly and falls silent is failing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reports: dict[str, Report] = {}

    def report(self, part: str, state: State = "ok", detail: str = "", good_for: timedelta | None = None) -> None:
        """Note the state of a part; `good_for` sets how soon it must report again."""
        self._reports[part] = Report(state, detail, self._clock.now(), good_for)

    def parts(self) -> dict[str, tuple[State, str]]:
        """Each part's state now, silence included."""
        now = self._clock.now()
        return {name: _judge(report, now) for name, report in sorted(self._reports.items())}

    def silent(self) -> set[str]:
        """The parts that should have reported again by now."""
        now = self._clock.now()
        return {name for name, report in self._reports.items() if _silent(report, now)}

    @property
    def state(self) -> State:
        """The worst of all parts."""
        states = {state for state, _ in self.parts().values()}
        return "failing" if "failing" in states else "degraded" if "degraded" in states else "ok"


def _silent(report: Report, now: datetime) -> bool:
    return report.good_for is not None and now - report.at > report.good_for


def _judge(report: Report, now: datetime) -> tuple[State, str]:
    if _silent(report, now):
        return "failing", f"no sign of life for {(now - report.at).total_seconds():.0f} s"
    return report.state, report.detail


class HealthPage:
    """Serves /healthz (200, or 503 when failing) and /metrics on a local port, and what else it is given."""

    def __init__(
        self, health: Health, metrics: Metrics, host: str, port: int, also: Sequence[web.RouteDef] = ()
    ) -> None:
        self._also = tuple(also)
        self._health, self._metrics = health, metrics
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen; the address, or "" where the port is taken (the daemon runs on without it)."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/metrics", self._metrics_page)
        app.add_routes(self._also)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            structlog.get_logger("monitor.health").warning(
                "health page is off: its address cannot be used; set health.port to a free one, or to 0",
                address=f"{self._host}:{self._port}",
                error=error.strerror,
            )
            await self.stop()
            return ""
        return f"http://{self._host}:{self._port}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _healthz(self, _request: web.Request) -> web.Response:
        parts = {name: {"state": state, "detail": detail} for name, (state, detail) in self._health.parts().items()}
        state = self._health.state
        return web.json_response({"state": state, "parts": parts}, status=503 if state == "failing" else 200)

    async def _metrics_page(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.exposition(), headers={"Content-Type": "text/plain; version=0.0.4"})
