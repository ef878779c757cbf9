"""What the daemon says of itself: health, systemd, logs."""

import io
import json
import socket
from datetime import timedelta
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
import structlog

from monitor.telemetry.health import Health, HealthPage
from monitor.telemetry.logs import set_up
from monitor.telemetry.metrics import Metrics
from monitor.telemetry.systemd import notify, watchdog_interval
from tests.support.nouns import FakeClock


class TestHealth:
    def test_it_is_as_good_as_its_worst_part(self) -> None:
        health = Health(FakeClock())
        health.report("database")
        assert health.state == "ok"
        health.report("rules", "degraded", "a mistake in line 3")
        assert health.state == "degraded"
        health.report("alerts", "failing", "invalid_auth")
        assert health.state == "failing"
        assert health.parts()["alerts"] == ("failing", "invalid_auth")

    def test_a_part_that_falls_silent_is_failing(self) -> None:
        clock = FakeClock()
        health = Health(clock)
        health.report("pipeline", good_for=timedelta(minutes=5))
        clock.forward(minutes=5)
        assert health.state == "ok"
        clock.forward(seconds=1)
        assert health.parts()["pipeline"] == ("failing", "no sign of life for 301 s")
        assert health.silent() == {"pipeline"}

    async def test_the_page_answers_503_when_failing_and_names_the_part(self, unused_tcp_port: int) -> None:
        health, metrics = Health(FakeClock()), Metrics()
        metrics.polls.labels("ok").inc()
        page = HealthPage(health, metrics, "127.0.0.1", unused_tcp_port)
        address = await page.start()
        async with aiohttp.ClientSession() as session:
            health.report("database")
            async with session.get(f"{address}/healthz") as answer:
                assert (answer.status, (await answer.json())["state"]) == (200, "ok")
            health.report("database", "failing", "the disk is full")
            async with session.get(f"{address}/healthz") as answer:
                assert answer.status == 503
                assert (await answer.json())["parts"]["database"]["detail"] == "the disk is full"
            async with session.get(f"{address}/metrics") as answer:
                assert 'monitor_polls_total{outcome="ok"} 1.0' in await answer.text()
        await page.stop()

    async def test_a_taken_port_turns_the_page_off_and_nothing_else(self, unused_tcp_port: int) -> None:
        first = HealthPage(Health(FakeClock()), Metrics(), "127.0.0.1", unused_tcp_port)
        second = HealthPage(Health(FakeClock()), Metrics(), "127.0.0.1", unused_tcp_port)
        assert await first.start()
        assert await second.start() == ""
        await first.stop()


class TestSystemd:
    def test_states_reach_the_socket(self, tmp_path: Path) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(tmp_path / "notify"))
            assert notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "notify")})
            assert manager.recv(100) == b"READY=1"

    def test_without_a_manager_nothing_is_sent(self, tmp_path: Path) -> None:
        assert not notify("READY=1", {})
        assert not notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})

    @pytest.mark.parametrize(
        ("environ", "interval"),
        [
            ({}, None),
            ({"WATCHDOG_USEC": "120000000"}, timedelta(seconds=60)),
            ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}, None),
            ({"WATCHDOG_USEC": "soon"}, None),
        ],
    )
    def test_the_watchdog_is_fed_at_half_its_time(self, environ: dict[str, str], interval: timedelta | None) -> None:
        assert watchdog_interval(environ) == interval


class TestLogs:
    @pytest.fixture(autouse=True)
    def _restore(self) -> object:
        yield
        structlog.reset_defaults()

    def test_json_lines_carry_the_article_that_is_bound(self) -> None:
        stream = io.StringIO()
        set_up("info", "json", stream)
        with structlog.contextvars.bound_contextvars(article="abc"):
            structlog.get_logger("monitor.test").info("alert", rule="missiles")
        line = json.loads(stream.getvalue())
        assert (line["event"], line["article"], line["rule"], line["level"]) == ("alert", "abc", "missiles", "info")

    @pytest.mark.parametrize("style", ["json", "text"])
    def test_a_traceback_does_not_show_what_variables_hold(self, style: str) -> None:
        stream = io.StringIO()
        set_up("info", style, stream)  # type: ignore[arg-type]
        password = "correct " + "horse"
        try:
            {}[len(password)]
        except KeyError:
            structlog.get_logger("monitor.test").exception("failed")
        assert "KeyError" in stream.getvalue()
        assert "correct horse" not in stream.getvalue()

    def test_lines_below_the_level_are_left_out(self) -> None:
        stream = io.StringIO()
        set_up("warning", "json", stream)
        structlog.get_logger("monitor.test").info("quiet")
        assert stream.getvalue() == ""

    @pytest.mark.parametrize("style", ["json", "text"])
    def test_an_exception_is_logged_without_what_its_variables_hold(self, style: Literal["json", "text"]) -> None:
        stream = io.StringIO()
        set_up("info", style, stream)
        secret = "-".join(["hush", "hush"])

        def ask(header: str) -> None:
            raise RuntimeError(f"{len(header)} letters")

        try:
            ask(secret)
        except RuntimeError:
            structlog.get_logger("monitor.test").exception("a mistake")
        assert "9 letters" in stream.getvalue()
        assert secret not in stream.getvalue()
