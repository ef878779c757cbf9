"""How soon news is found at equal requests."""

import argparse
from time import perf_counter

import numpy as np

from bench.feed_world import START, Looks, Outcome, Shape, World, make, poll
from monitor.sources import budget, rhythm
from monitor.sources.budget import Bounds
from monitor.sources.planner import Planner
from monitor.sources.rhythm import DAY, HOUR, Array, Forecast, Index


def ours(world: World, shape: Shape, interval: float, bounds: Bounds, begin: Array, days: float) -> Outcome:
    known = rhythm.blank(world.feeds)
    # The first poll shows what the feed lists.
    keys = np.repeat(np.arange(world.feeds), np.diff(world.first)) * 1e10 + world.times
    upto = np.searchsorted(keys, np.arange(world.feeds) * 1e10 + begin, side="right")
    since = np.maximum(world.first[:-1], upto - shape.listed)
    for part in np.array_split(np.arange(world.feeds), max(1, world.feeds // 500)):
        some = part[upto[part] > since[part]]
        counts = upto[some] - since[some] - 1
        rows = np.repeat(np.arange(len(some)), counts)
        index = np.concatenate([np.arange(a + 1, b) for a, b in zip(since[some], upto[some])]) if len(some) else []
        known[some] = rhythm.learn(known[some], world.times[since[some]], begin[some], rows, world.times[index])
    planner = Planner(known, np.ones(world.feeds), interval, bounds)
    repriced = START

    def policy(rows: Index, now: Array, last: Array, which: Index, times: Array) -> Array:
        nonlocal repriced
        if now.max() - repriced > 600:
            planner.reprice()
            repriced = now.max()
        looked = now > last
        if looked.all():
            planner.learn(rows, last, now, which, times)
        return now + planner.gaps(rows, now)

    result = poll(world, days, begin, policy)
    ours.planner = planner
    return result


def season_forecast(world: World, rows: Index, now: Array) -> Forecast:
    first = np.floor(now / HOUR)
    whole = first[:, None] + np.arange(27)
    edges = whole * HOUR
    edges[:, 0] = now
    season = world.season[rows[:, None], whole[:, :-1].astype(int) % 168]
    return Forecast(edges, season * world.level[rows, None])


def optimum(world: World, price: float, bounds: Bounds, begin: Array, days: float) -> Outcome:
    weight = np.ones(world.feeds)

    def policy(rows: Index, now: Array, last: Array, which: Index, times: Array) -> Array:
        return now + budget.gap(season_forecast(world, rows, now), weight[rows], price, bounds)

    return poll(world, days, begin, policy)


def steady(world: World, gaps: Array, begin: Array, days: float) -> Outcome:
    return poll(world, days, begin, lambda rows, now, *_: now + gaps[rows])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--days", type=float, default=14)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--polls", type=float, default=48)
    parser.add_argument("--median", type=float, default=2)
    parser.add_argument("--sigma", type=float, default=2)
    parser.add_argument("--rhythm", type=float, default=3)
    parser.add_argument("--bursts", type=float, default=0.6)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    shape = Shape(median=args.median, sigma=args.sigma, rhythm=args.rhythm, bursts=args.bursts)
    world = make(args.feeds, args.days, shape, args.seed)
    interval, bounds = DAY / args.polls, Bounds(300, DAY)
    begin = START + np.random.default_rng(args.seed).random(world.feeds) * interval
    print(len(world.times), "articles", flush=True)
    t = perf_counter()
    mine = ours(world, shape, interval, bounds, begin, args.days)
    per = mine.requests / world.feeds / args.days
    print(f"ours {mine.mean:.0f} {mine.p95:.0f} {per:.2f} polls/day; {perf_counter() - t:.0f} s", flush=True)
    pl = ours.planner
    print("price", pl.price)
    lv = rhythm.level(pl.known)
    r = np.log(lv / world.level)
    big = world.level * DAY > 1
    print("log rate error sd, feeds >1/day", r[big].std(), r[big].mean(), "others", r[~big].std(), r[~big].mean())
    # optimum
    price = budget.price_of(
        world.level[:, None] * world.season, np.ones(world.feeds), mine.requests / args.days / DAY, bounds
    )
    for _ in range(3):
        t = perf_counter()
        best = optimum(world, price, bounds, begin, args.days)
        print(
            f"optimum {best.mean:.0f} {best.p95:.0f} {best.requests / world.feeds / args.days:.2f} price {price:.0f}; {perf_counter() - t:.0f} s",
            flush=True,
        )
        if abs(best.requests / mine.requests - 1) < 0.003:
            break
        price *= (best.requests / mine.requests) ** 2
    gap = args.days * DAY / (mine.requests / world.feeds)
    fixed = steady(world, np.full(world.feeds, gap), begin, args.days)
    want = mine.requests / args.days / DAY
    low, high = 1e-6, 1e12
    for _ in range(80):
        mid = (low * high) ** 0.5
        made = np.clip(world.level * mid, 1 / bounds.longest, 1 / bounds.shortest).sum()
        low, high = (mid, high) if made < want else (low, mid)
    prop = steady(world, 1 / np.clip(world.level * mid, 1 / bounds.longest, 1 / bounds.shortest), begin, args.days)
    for name, o in (("fixed", fixed), ("proportional", prop), ("optimum", best)):
        print(
            f"{name:14} mean {o.mean:7.0f} p95 {o.p95:7.0f} requests {o.requests / world.feeds / args.days:.2f}  ours/this {mine.mean / o.mean:.3f}  p95 {mine.p95 / o.p95:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
