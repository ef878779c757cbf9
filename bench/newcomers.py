"""What a feed of 20,000 entries, and a first import of 5,000 feeds, cost the news of feeds that are known already.

    python -m bench.newcomers [--known 200] [--entries 20000] [--feeds 5000] [--seconds 30] [--interval 10]

The installed program polls known feeds on a server on this machine, each on an address of its own, at a fixed interval.
Each of them publishes something every few seconds. Then the newcomers are added to feeds.yaml, and it is measured how
long the news of the known feeds takes: from its publication until it was found, and until it was decided about; beside
the same without newcomers.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import time

from bench.hostile import daemon_for
from tests.support import feed_server as play
from tests.support.feed_server import FeedServer, Request
from tests.support.program import environment

ITEM = "<item><guid>{key}</guid><title>Council decides on matter {key}</title><description>{words}</description></item>"
WORDS = "The council met on Monday and heard both sides, to vote next week."
LISTED = 20
EVERY = 7.0
"""Seconds between two articles of a known feed."""
Found = dict[str, list[float]]


def rss(keys: Sequence[str]) -> bytes:
    """A feed with these entries."""
    items = "".join(ITEM.format(key=key, words=WORDS) for key in keys)
    return f"<rss version='2.0'><channel><title>Wire</title><language>en</language>{items}</channel></rss>".encode()


async def known(request: Request, writer: asyncio.StreamWriter) -> None:
    """A feed whose entries are named by when they were published, each feed at moments of its own."""
    shift = sum(map(int, request.headers["host"].split(":")[0].split("."))) * 0.37 % EVERY
    newest = int((time() - shift) / EVERY)
    await play.body(rss([f"{(newest - n) * EVERY + shift:.3f}" for n in range(LISTED)]))(request, writer)


async def newcomer(request: Request, writer: asyncio.StreamWriter) -> None:
    """One of the imported feeds."""
    host = request.headers["host"]
    await play.body(rss([f"{host}-{n}" for n in range(LISTED)]))(request, writer)


def address(kind: int, number: int, port: int, path: str) -> str:
    return f"http://127.{kind + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}:{port}/{path}"


async def run(options: argparse.Namespace, newcomers: str) -> Found:
    """Delays of the known feeds' news from when the newcomers were added, until found and until decided."""
    routes = {
        "/known": known,
        "/newcomer": newcomer,
        "/large": play.body(rss([str(n) for n in range(options.entries)])),
    }
    with tempfile.TemporaryDirectory() as name:
        async with FeedServer(routes, address="0.0.0.0") as server:
            folder, port = Path(name), server.port
            pace = {f"SOURCES__{name}": str(options.interval) for name in ("INTERVAL", "MIN_INTERVAL", "MAX_INTERVAL")}
            env = environment(folder, LOG__LEVEL="warning", **pace)
            (folder / "rules").mkdir()
            feeds = [address(1, n, port, "known") for n in range(options.known)]
            more = {
                "none": [],
                "a feed": [address(60, 0, port, "large")],
                "an import": [address(80, n, port, "newcomer") for n in range(options.feeds)],
            }[newcomers]
            write(folder, feeds)
            daemon = asyncio.create_task(asyncio.to_thread(daemon_for, env, options.settle + options.seconds))
            await asyncio.sleep(options.settle)
            added = time()
            random.Random(1).shuffle(more)
            write(folder, [*feeds, *more])
            await daemon
            return delays(folder / "var", added, added + options.seconds - 2 * options.interval, len(more) > 0)


def write(folder: Path, feeds: Sequence[str]) -> None:
    (folder / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))


def delays(folder: Path, since: float, until: float, newcomers: bool) -> Found:
    """Delays of what was published in that time, and how much of the newcomers' was stored and decided about."""
    [database] = folder.glob("*.db")
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT key, fetched, processed FROM articles WHERE source LIKE '%/known' ORDER BY seq"
        ).fetchall()
        others = connection.execute(
            "SELECT count(*), count(processed) FROM articles WHERE source NOT LIKE '%/known'"
        ).fetchone()
    counted = [(float(key), fetched, processed) for key, fetched, processed in rows if since <= float(key) < until]
    found = [moment(fetched) - key for key, fetched, _ in counted]
    decided = [(moment(processed) if processed else until) - key for key, _, processed in counted]
    return {"found": sorted(found), "decided": sorted(decided), "others": list(others) if newcomers else []}


def moment(written: str) -> float:
    return datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--known", type=int, default=200)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--feeds", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--settle", type=float, default=15)
    parser.add_argument("--interval", type=float, default=10)
    options = parser.parse_args(arguments)
    names = {
        "none": "known feeds alone",
        "a feed": f"beside a feed of {options.entries} entries",
        "an import": f"beside an import of {options.feeds} feeds",
    }
    print(f"{'seconds from publication':36}{'news':>6}{'found':>16}{'decided':>16}")
    print(f"{'':36}{'':>6}{'mean':>9}{'p95':>7}{'mean':>9}{'p95':>7}")
    measured: dict[str, Found] = {}
    for newcomers, name in names.items():
        found = measured[newcomers] = asyncio.run(run(options, newcomers))
        figures = "".join(f"{mean(found[what]):>9.2f}{p95(found[what]):>7.2f}" for what in ("found", "decided"))
        stored = (
            "   {:.0f} of the newcomers' stored, {:.0f} decided".format(*found["others"]) if found["others"] else ""
        )
        print(f"{name:36}{len(found['found']):>6}{figures}{stored}")
    compare(measured, names)


def compare(measured: Mapping[str, Found], names: Mapping[str, str]) -> None:
    alone = measured["none"]["decided"]
    for newcomers in ("a feed", "an import"):
        decided = measured[newcomers]["decided"]
        ratios = f"{mean(decided) / mean(alone):.2f} times the mean, {p95(decided) / p95(alone):.2f} times the p95"
        print(f"{names[newcomers]}: {ratios} without")


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def p95(values: Sequence[float]) -> float:
    return values[int(len(values) * 0.95)]


if __name__ == "__main__":
    main()
