import asyncio

from hypothesis import given
from hypothesis import strategies as st

from monitor.sinks.pace import Pace


@given(st.lists(st.floats(0, 3), min_size=1, max_size=40), st.integers(1, 5))
def test_never_more_than_the_burst_and_the_rate(gaps: list[float], burst: int) -> None:
    now = 0.0
    sent: list[float] = []

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    async def run() -> None:
        nonlocal now
        pace = Pace(1, burst, monotonic=lambda: now, sleep=sleep)
        for gap in gaps:
            now += gap
            await pace.turn()
            sent.append(now)

    asyncio.run(run())
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= burst + (sent[last] - sent[first]) + 1e-6
    # What comes slowly enough never waits.
    if all(gap >= 1 for gap in gaps):
        assert now == sum(gaps)


async def test_a_refusal_slows_down_and_time_heals() -> None:
    now = 0.0
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        waits.append(seconds)

    pace = Pace(10, 5, monotonic=lambda: now, sleep=sleep)
    for _ in range(5):
        await pace.turn()
    assert waits == []
    pace.refused()
    assert pace.per_second == 5
    await pace.turn()
    await pace.turn()
    assert waits[-1] >= 0.19
    for _ in range(10):
        pace.refused()
    assert 0.5 <= pace.per_second < 0.6
    now += 300
    assert pace.per_second == 10
