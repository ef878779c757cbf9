"""How soon news is found at equal requests: fixed interval, entry frequency, ours, and an optimum that knows the rates.

    python -m bench.freshness [--feeds 10000] [--days 14] [--polls 48] [--seed 1] [--sigma 2] [--rhythm 3] ...

A made-up world (bench.feed_world) is polled with a fake clock, each feed between every 5 minutes and once a day. Ours
is the scheduler's own code, which begins with nothing but what each feed lists at its first poll; the others get
exactly as many requests as it made:

- fixed: all feeds alike;
- entry frequency: in proportion to each feed's true rate;
- optimum: the same rule as ours, told each feed's true rate at every hour of the week (but not its bursts). On single
  feeds that rule is within a thousandth of the best schedule dynamic programming finds.

At the end, feeds that have been silent for four weeks begin to publish, and it is compared how often they are polled
once three of their articles are known, with how often the optimum would.
"""

import argparse
from dataclasses import replace
from time import perf_counter

import numpy as np

from bench.feed_world import START, Outcome, Shape, World, listed, make, poll, wake
from monitor.sources import budget, rhythm
from monitor.sources.budget import Bounds
from monitor.sources.planner import Planner
from monitor.sources.rhythm import DAY, HOUR, Array, Forecast, Index

BOUNDS = Bounds(300, DAY)
REPRICE = 600.0
ENOUGH = 1.5
"""A feed is polled at its rate when the gap is no longer than this times the optimum's."""


class Ours:
    """The program's planner as a policy."""

    def __init__(self, world: World, shape: Shape, interval: float, begin: Array) -> None:
        known = rhythm.blank(world.feeds)
        for part in np.array_split(np.arange(world.feeds), max(1, world.feeds // 500)):
            since, rows, times = listed(world, part, begin[part], shape.listed)
            known[part] = rhythm.learn(known[part], since, begin[part], rows, times)
        self.planner = Planner(known, np.ones(world.feeds), interval, BOUNDS)
        self._repriced = START

    def __call__(self, rows: Index, now: Array, last: Array, which: Index, times: Array) -> Array:
        if now.max() - self._repriced > REPRICE:
            self.planner.reprice()
            self._repriced = float(now.max())
        self.planner.learn(rows, last, now, which, times)
        return now + self.planner.gaps(rows, now)


def optimum(world: World, begin: Array, days: float, requests: int) -> Outcome:
    """The price is found by trying: its schedule does not depend on the articles."""
    weight = np.ones(world.feeds)
    price = budget.price_of(world.level[:, None] * world.season, weight, requests / days / DAY, BOUNDS)
    for _ in range(4):

        def policy(rows: Index, now: Array, *_: object, price: float = price) -> Array:
            return now + budget.gap(told(world, rows, now), weight[rows], price, BOUNDS)

        found = poll(world, days, begin, policy)
        if abs(found.requests / requests - 1) < 0.002:
            break
        price *= (found.requests / requests) ** 2
    return found


def told(world: World, rows: Index, now: Array) -> Forecast:
    """The true rates of the hours to come."""
    hours = (now // HOUR).astype(np.int64)[:, None] + np.arange(27)
    edges = (hours * HOUR).astype(np.float64)
    edges[:, 0] = now
    return Forecast(edges, world.season[rows[:, None], hours[:, :-1] % 168] * world.level[rows, None])


def entry_frequency(world: World, begin: Array, days: float, requests: int) -> Outcome:
    low, high = 1e-6, 1e12
    for _ in range(80):
        polls_an_article = (low * high) ** 0.5
        rate = np.clip(world.level * polls_an_article, 1 / BOUNDS.longest, 1 / BOUNDS.shortest)
        low, high = (polls_an_article, high) if rate.sum() * days * DAY < requests else (low, polls_an_article)
    return poll(world, days, begin, lambda rows, now, *_: now + 1 / rate[rows])


def awake(planner: Planner, at: float, rates: Array, seed: int) -> Array:
    """Of woken feeds: the gap planned once three articles are known, over the one the optimum would plan."""
    ratios = []
    for number, rate in enumerate(rates):
        times = wake(rate, at, seed + number)
        nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
        known = rhythm.learn(rhythm.blank(1), np.array([at - 28 * DAY]), np.array([at]), *nothing)
        ideal = float(np.clip(np.sqrt(2 * planner.price / rate), BOUNDS.shortest, BOUNDS.longest))
        now, gap = at, ideal
        while (times <= now).sum() < 3:
            gap = float(budget.gap(rhythm.forecast(known, np.array([now])), np.ones(1), planner.price, BOUNDS)[0])
            found = times[(times > now) & (times <= now + gap)]
            rows = np.zeros(len(found), dtype=np.int64)
            known = rhythm.learn(known, np.array([now]), np.array([now + gap]), rows, found)
            now += gap
        gap = float(budget.gap(rhythm.forecast(known, np.array([now])), np.ones(1), planner.price, BOUNDS)[0])
        ratios.append(gap / ideal)
    return np.array(ratios)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    shape = Shape()
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--days", type=float, default=14)
    parser.add_argument("--polls", type=float, default=48, help="a feed and day, on average")
    parser.add_argument("--seed", type=int, default=1)
    for name in ("median", "sigma", "rhythm", "weekend", "bursts", "burst_length", "listed"):
        kind = type(getattr(shape, name))
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=getattr(shape, name))
    args = parser.parse_args()
    shape = replace(shape, **{name: getattr(args, name) for name in shape.__dataclass_fields__})

    started = perf_counter()
    world = make(args.feeds, args.days, shape, args.seed)
    interval = DAY / args.polls
    begin = START + np.random.default_rng(args.seed).random(world.feeds) * interval
    print(f"{world.feeds} feeds, {args.days:g} days, {len(world.times)} articles\n{shape}\n")
    ours = Ours(world, shape, interval, begin)
    mine = poll(world, args.days, begin, ours)
    equal = args.days * DAY / (mine.requests / world.feeds)
    results = {
        "fixed interval": poll(world, args.days, begin, lambda _, now, *__: now + equal),
        "entry frequency": entry_frequency(world, begin, args.days, mine.requests),
        "ours": mine,
        "optimum": optimum(world, begin, args.days, mine.requests),
    }
    print(f"{'':16}{'mean':>8}{'p95':>8}   polls a feed and day   ours / this")
    for name, found in results.items():
        polls = found.requests / world.feeds / args.days
        ratio = f"{mine.mean / found.mean:.3f}"
        print(f"{name:16}{found.mean:>6.0f} s{found.p95:>6.0f} s{polls:>23.2f}{ratio:>14}")
    ratios = awake(ours.planner, START + args.days * DAY, np.array([6, 12, 24, 48, 96] * 20) / DAY, args.seed)
    print("\nfeeds of 6 to 96 articles a day that wake from four weeks of silence, once three articles are known:")
    print(
        f"gap over the optimum's {np.median(ratios):.2f} (median); at most {ENOUGH} for {(ratios <= ENOUGH).mean():.0%}"
    )
    print(f"{perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
