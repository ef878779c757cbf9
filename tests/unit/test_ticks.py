"""Jobs at intervals, on the real scheduler, while the system's clock is set forward and back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import apscheduler.schedulers.base
import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.ticks import Every, keep_time

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("previous", "now", "wanted"),
    [
        (None, NOON, NOON),
        (NOON, NOON, NOON + SECOND),
        (NOON, NOON + 1.5 * SECOND, NOON + SECOND),
        (NOON, NOON + timedelta(days=3650), NOON + timedelta(days=3650) + SECOND),
    ],
    ids=["first", "next", "a little late", "a clock set forward"],
)
def test_what_is_long_past_is_not_made_up_for(previous: datetime | None, now: datetime, wanted: datetime) -> None:
    assert Every(1).get_next_fire_time(previous, now) == wanted


@pytest.mark.parametrize("jump", [timedelta(days=20_000), -timedelta(days=400)], ids=["forward", "back"])
async def test_jobs_go_on_after_the_clock_was_set(monkeypatch: pytest.MonkeyPatch, jump: timedelta) -> None:
    ahead = [timedelta(0)]

    class Set(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ahead[0]

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Set)
    monkeypatch.setattr("monitor.ticks.datetime", Set)
    monkeypatch.setattr("monitor.ticks._LOOK_EVERY", 0.01)
    ran, stop = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        ran.set()

    def wall() -> float:
        return ahead[0].total_seconds()

    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(job, Every(0.01))
    scheduler.start()
    keeping = asyncio.create_task(keep_time(scheduler, stop, wall=wall, running=lambda: 0.0))
    async with asyncio.timeout(20):
        await ran.wait()
        ahead[0] = jump
        for _ in range(3):
            ran.clear()
            await ran.wait()
    stop.set()
    await keeping
    scheduler.shutdown(wait=False)
