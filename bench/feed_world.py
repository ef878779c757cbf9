"""A made-up world of feeds: heavy-tailed rates, daily and weekly rhythms, bursts; and polling it with a fake clock."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from monitor.sources.rhythm import DAY, HOUR, Array, Index

START = 20_000 * DAY
"""The fake clock begins on a Thursday, midnight UTC."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How feeds publish.

    Attributes:
        median: articles a day of the middle feed.
        sigma: of the log-normal of rates.
        rhythm: how sharp the sharpest daily peak is (von Mises concentration); 0 for none.
        weekend: the quietest feed's rate on weekends over that on weekdays.
        bursts: the largest share of articles that follow on another.
        burst_length: seconds after which a follower comes, on average.
        listed: entries a feed shows.
    """

    median: float = 2.0
    sigma: float = 2.0
    rhythm: float = 3.0
    weekend: float = 0.2
    bursts: float = 0.6
    burst_length: float = 1200.0
    listed: int = 20


@dataclass(frozen=True, slots=True)
class World:
    """Feeds and all they will publish.

    Attributes:
        season: each feed's rate over its average by hour of the week from Thursday 0:00, (feeds, 168).
        level: articles a second on average, (feeds,).
        times: of all articles, feed after feed, in order.
        first: where each feed's articles begin in `times`; one more than feeds.
    """

    season: Array
    level: Array
    times: Array
    first: Index

    @property
    def feeds(self) -> int:
        return len(self.level)


def make(feeds: int, days: float, shape: Shape, seed: int) -> World:
    """A world whose articles reach back as far as the feeds list them, and `days` ahead."""
    rng = np.random.default_rng(seed)
    level = shape.median * np.exp(shape.sigma * rng.standard_normal(feeds)) / DAY
    season = _seasons(feeds, shape, rng)
    back = np.minimum(60 * DAY, 3 * shape.listed / level)
    first, times = _articles(level, season, START - back, START + days * DAY, shape, rng)
    return World(season, level, times, first)


def _articles(  # noqa: PLR0917
    level: Array, season: Array, begin: Array, end: float, shape: Shape, rng: np.random.Generator
) -> tuple[Index, Array]:
    share = rng.uniform(0, shape.bursts, len(level))
    # Leaders by thinning; each has a geometric number of followers.
    peak = level * season.max(axis=1) * (1 - share)
    leaders = rng.poisson(peak * (end - begin))
    rows = np.repeat(np.arange(len(level)), leaders)
    times = begin[rows] + rng.random(len(rows)) * (end - begin)[rows]
    kept = rng.random(len(rows)) * season.max(axis=1)[rows] < season[rows, (times // HOUR).astype(int) % 168]
    rows, times = rows[kept], times[kept]
    followers = rng.geometric(1 - share[rows]) - 1
    late = np.repeat(times, followers)
    late += rng.exponential(shape.burst_length, len(late))
    rows, times = np.concatenate([rows, np.repeat(rows, followers)]), np.concatenate([times, late])
    inside = times < end
    rows, times = rows[inside], times[inside]
    order = np.lexsort((times, rows))
    first = np.searchsorted(rows[order], np.arange(len(level) + 1))
    return first.astype(np.int64), times[order]


def _seasons(feeds: int, shape: Shape, rng: np.random.Generator) -> Array:
    sharp, peak = rng.uniform(0, shape.rhythm, feeds), rng.uniform(0, 24, feeds)
    hours = np.arange(168) % 24 + 0.5
    by_hour = np.exp(sharp[:, None] * np.cos(2 * np.pi * (hours - peak[:, None]) / 24))
    quiet = rng.uniform(shape.weekend, 1, feeds)
    by_day = np.where(np.isin(np.arange(168) // 24, (2, 3)), quiet[:, None], 1.0)
    season = by_hour * by_day
    mixed: Array = season / season.mean(axis=1, keepdims=True)
    return mixed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy achieved: seconds of delay of each article that counts, and requests made."""

    delays: Array
    requests: int

    @property
    def mean(self) -> float:
        return float(self.delays.mean())

    @property
    def p95(self) -> float:
        return float(np.percentile(self.delays, 95))


Looks = Callable[[Index, Array, Array, Index, Array], Array]
"""After polls of some feeds (at times, since times, with articles as rows and times): when to poll each next."""


def poll(world: World, days: float, begin: Array, policy: Looks, *, step: float = 240.0) -> Outcome:
    """Poll the world by a policy from `begin` (each feed's first poll) on.

    Polls of four minutes are handed over together; each happens at its own time, and no feed has two in one.
    Articles of the last day are polled but do not count, for they may still be waiting.
    """
    stop = START + days * DAY
    due, last = begin.copy(), begin.copy()
    keys = np.repeat(np.arange(world.feeds), np.diff(world.first)) * 1e10 + world.times
    seen = np.searchsorted(keys, np.arange(world.feeds) * 1e10 + begin, side="right")
    from_first = seen.copy()
    found = np.full(len(world.times), np.nan)
    requests, now = 0, START
    while now < stop:
        now += step
        rows = np.flatnonzero(due < now)
        if not len(rows):
            continue
        at = due[rows]
        upto = np.searchsorted(keys, rows * 1e10 + at, side="right")
        counts = upto - seen[rows]
        which = np.repeat(np.arange(len(rows)), counts)
        index = np.repeat(seen[rows], counts) + _within(counts)
        found[index] = at[which]
        due[rows] = policy(rows, at, last[rows], which, world.times[index])
        seen[rows], last[rows] = upto, at
        requests += len(rows)
    counted = np.isfinite(found) & (world.times < stop - DAY)
    counted &= np.arange(len(found)) >= np.repeat(from_first, np.diff(world.first))
    return Outcome((found - world.times)[counted], requests)


def listed(world: World, rows: Index, when: Array, entries: int) -> tuple[Array, Index, Array]:
    """What feeds list at a time: when their oldest entry came out, and the others as rows and times."""
    since, which, times = when.copy(), [], []
    for place, row in enumerate(rows):
        mine = world.times[world.first[row] : world.first[row + 1]]
        last = mine[: np.searchsorted(mine, when[place], side="right")][-entries:]
        if len(last):
            since[place] = last[0]
            which.append(np.full(len(last) - 1, place))
            times.append(last[1:])
    empty: Array = np.array([])
    return since, np.concatenate([empty, *which]).astype(np.int64), np.concatenate([empty, *times])


def wake(rate: float, at: float, seed: int) -> Array:
    """A steady feed's articles from a time on."""
    times: Array = at + np.cumsum(np.random.default_rng(seed).exponential(1 / rate, 200))
    return times


def _within(counts: Index) -> Index:
    """0, 1, 2... inside each run."""
    ends = np.cumsum(counts)
    numbers: Index = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
    return numbers
