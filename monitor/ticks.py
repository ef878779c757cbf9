"""Jobs that run every so many seconds, whatever the system's clock does meanwhile.

APScheduler reckons by the clock: set forward, it works out every run that was missed, which takes minutes for a year;
set back, it waits until the old time comes round again. So a run that is past is made up for once, and a clock that
was set starts the waits anew.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic, time
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

JUMP: Final = timedelta(seconds=5)
"""Clocks that are kept right by small steps go on as they are."""
_LOOK_EVERY = 1.0


class Every(BaseTrigger):  # type: ignore[misc]
    """So many seconds after the last run was begun."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def __repr__(self) -> str:
        return f"every {self._interval.total_seconds():g} s"

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The next run: a moment ago counts as now, and what is long past is not made up for."""
        following = previous + self._interval if previous is not None else now
        return following if following > now - self._interval else now + self._interval


async def keep_time(
    scheduler: AsyncIOScheduler,
    stop: asyncio.Event,
    *,
    wall: Callable[[], float] = time,
    running: Callable[[], float] = monotonic,
) -> None:
    """Start the waits of all jobs anew whenever the clock was set, until told to stop."""
    log = structlog.get_logger("monitor.daemon")
    ahead = wall() - running()
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), _LOOK_EVERY)
        except TimeoutError:
            now_ahead = wall() - running()
            if abs(now_ahead - ahead) > JUMP.total_seconds():
                log.warning("the system's clock was set", seconds=round(now_ahead - ahead))
                begin_anew(scheduler)
            ahead = now_ahead


def begin_anew(scheduler: AsyncIOScheduler) -> None:
    """Let every job run now, and at its interval from then on."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC))
