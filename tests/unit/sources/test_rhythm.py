"""What is learnt of a feed's publishing, and when it is polled for that."""

import numpy as np
import pytest

from monitor.sources import budget, rhythm
from monitor.sources.budget import Bounds
from monitor.sources.planner import Planner
from monitor.sources.rhythm import DAY, HOUR, Array, Forecast

START = 20_000 * DAY
BOUNDS = Bounds(300, DAY)


def published(known: Array, times: Array, end: float, every: float = HOUR) -> Array:
    """The memory of one feed after regular polls that found these articles."""
    for since in np.arange(START, end, every):
        until = min(since + every, end)
        found = times[(times > since) & (times <= until)]
        at = np.array([since]), np.array([until])
        known = rhythm.learn(known, *at, np.zeros(len(found), dtype=np.int64), found)
    return known


def test_a_steady_rate_is_learnt() -> None:
    times = np.sort(np.random.default_rng(1).uniform(START, START + 14 * DAY, 14 * 12))
    known = published(rhythm.blank(1), times, START + 14 * DAY)
    assert rhythm.level(known)[0] * DAY == pytest.approx(12, rel=0.25)


def test_the_hours_a_feed_publishes_in_are_learnt() -> None:
    rng = np.random.default_rng(2)
    times = np.sort(START + rng.integers(0, 14, 280) * DAY + rng.uniform(8, 10, 280) * HOUR)
    known = published(rhythm.blank(1), times, START + 14 * DAY)
    hours = rhythm.profile(known)[0]
    assert set(np.argsort(hours)[-2:]) == {8, 9}
    assert hours[8:10].mean() > 5
    assert hours[14:24].mean() < 0.3


def test_a_quiet_weekend_is_learnt() -> None:
    rng = np.random.default_rng(3)
    times = np.sort(rng.uniform(START, START + 28 * DAY, 28 * 20))
    times = times[~np.isin(times // DAY % 7, (2, 3))]
    known = published(rhythm.blank(1), times, START + 28 * DAY)
    saturday = rhythm.forecast(known, np.array([START + 30 * DAY])).rates[0, 5]
    monday = rhythm.forecast(known, np.array([START + 32 * DAY])).rates[0, 5]
    assert saturday < 0.25 * monday


def test_what_the_first_look_lists_is_as_good_as_having_watched() -> None:
    times = START + np.arange(1, 141) * DAY / 10
    listed = rhythm.learn(
        rhythm.blank(1), times[:1], np.array([START + 14 * DAY]), np.zeros(139, dtype=np.int64), times[1:]
    )
    assert rhythm.level(listed)[0] * DAY == pytest.approx(10, rel=0.1)


def test_many_feeds_at_once_are_learnt_like_each_alone() -> None:
    rng = np.random.default_rng(4)
    since = START + rng.uniform(0, DAY, 5)
    until = since + rng.uniform(60, 3 * DAY, 5)
    rows = np.sort(rng.integers(0, 5, 40))
    times = since[rows] + rng.random(40) * (until - since)[rows]
    together = rhythm.learn(rhythm.blank(5), since, until, rows, times)
    for row in range(5):
        mine = rows == row
        one = slice(row, row + 1)
        alone = rhythm.learn(rhythm.blank(1), since[one], until[one], np.zeros(mine.sum(), dtype=np.int64), times[mine])
        np.testing.assert_allclose(together[one], alone)


def test_every_article_counts_once_however_long_the_look() -> None:
    """Also where one stands on the edge between two of the pieces a long look is taken in."""
    times = np.array([START, START + DAY, START + DAY + 1, START + 2 * DAY, START + 2.5 * DAY])
    known = rhythm.learn(
        rhythm.blank(1), np.array([START]), np.array([START + 2.5 * DAY]), np.zeros(5, dtype=np.int64), times
    )
    assert known[0, rhythm.HOURS_SEEN].sum() == pytest.approx(5, rel=0.1)


def test_a_memory_is_stored_and_a_spoilt_one_is_blank() -> None:
    known = published(rhythm.blank(1), START + np.arange(1, 20) * HOUR, START + DAY)
    np.testing.assert_allclose(rhythm.unpack([rhythm.pack(known[0])]), known, rtol=1e-6)
    spoilt = np.full(rhythm.WIDTH, np.nan)
    np.testing.assert_array_equal(
        rhythm.unpack([b"", b"short", rhythm.pack(spoilt), rhythm.pack(-known[0])]), rhythm.blank(4)
    )


def test_polls_go_with_the_square_root_of_rate_and_weight() -> None:
    rates, weight = np.array([1.0, 4.0, 4.0]) / DAY, np.array([1.0, 1.0, 4.0])
    price = budget.price_of(rates, weight, 3 * 7 / DAY, BOUNDS)
    edges = START + np.arange(27) * HOUR
    expected = Forecast(np.repeat(edges[None], 3, axis=0), np.repeat(rates[:, None], 26, axis=1))
    gaps = budget.gap(expected, weight, price, BOUNDS)
    np.testing.assert_allclose(DAY / gaps, np.array([3, 6, 12]), rtol=0.01)


def test_a_poll_waits_for_the_burst_and_comes_right_after_it() -> None:
    rates = np.full((1, 26), 0.01)
    rates[0, 9:11] = 10.0
    expected = Forecast((START + np.arange(27) * HOUR)[None], rates / DAY)
    gap = budget.gap(expected, np.ones(1), 5e4, BOUNDS)[0]
    assert gap == pytest.approx(11 * HOUR)


@pytest.mark.parametrize(("wanted", "seconds"), [(1e9, 300), (1e-9, DAY)])
def test_bounds_hold_whatever_the_budget(wanted: float, seconds: float) -> None:
    price = budget.price_of(np.array([1 / DAY]), np.ones(1), wanted, BOUNDS)
    expected = Forecast((START + np.arange(27) * HOUR)[None], np.full((1, 26), 1 / DAY))
    assert budget.gap(expected, np.ones(1), price, BOUNDS)[0] == pytest.approx(seconds)


def test_a_feed_that_wakes_is_polled_at_its_new_rate_within_three_articles() -> None:
    """Silent for four weeks, then an article an hour; beside it a hundred feeds that set the price."""
    known = rhythm.blank(101)
    since, until = np.full(101, START), np.full(101, START + 28 * DAY)
    rows = np.repeat(np.arange(1, 101), 28 * 4)
    times = np.tile(START + (np.arange(28 * 4) + 0.5) * DAY / 4, 100)
    planner = Planner(rhythm.learn(known, since, until, rows, times), np.ones(101), DAY / 48, BOUNDS)
    now, woken = START + 28 * DAY, START + 28 * DAY + 100.0
    mine = np.array([0])
    asleep = planner.gaps(mine, np.array([now]))[0]
    found, gaps = 0, {}
    while found < 3:
        later = now + max(300.0, min(planner.gaps(mine, np.array([now]))[0], DAY))
        new = woken + np.arange(1000) * HOUR
        new = new[(new > now) & (new <= later)][:1000]
        planner.learn(mine, np.array([now]), np.array([later]), np.zeros(len(new), dtype=np.int64), new)
        now, found = later, found + len(new)
        gaps[found] = planner.gaps(mine, np.array([now]))[0]
    ideal = np.sqrt(2 * planner.price / (1 / HOUR))
    assert asleep > 10 * ideal
    assert gaps[found] < 1.5 * ideal


def test_the_budget_is_kept() -> None:
    rng = np.random.default_rng(5)
    feeds = 300
    rate = 3 * np.exp(1.5 * rng.standard_normal(feeds)) / DAY
    planner = Planner(rhythm.blank(feeds), np.ones(feeds), DAY / 48, BOUNDS)
    due = START + rng.random(feeds) * DAY / 48
    last = due.copy()
    polls, now = 0, START
    while now < START + 3 * DAY:
        now += 240
        rows = np.flatnonzero(due < now)
        counts = rng.poisson(rate[rows] * (due[rows] - last[rows]))
        which = np.repeat(np.arange(len(rows)), counts)
        times = last[rows][which] + rng.random(len(which)) * (due[rows] - last[rows])[which]
        planner.learn(rows, last[rows], due[rows], which, times)
        last[rows] = due[rows]
        due[rows] += planner.gaps(rows, due[rows])
        planner.reprice()
        polls += len(rows) if now > START + DAY else 0
    assert polls / feeds / 2 == pytest.approx(48, rel=0.05)
