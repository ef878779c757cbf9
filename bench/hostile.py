"""What 50 hostile feeds cost 500 good ones: how late the good ones are polled, with and without them.

    python -m bench.hostile [--good 500] [--hostile 50] [--seconds 60] [--interval 10]

The installed program polls feeds on a server on this machine, each on an address of its own, with its usual settings
and a fixed interval a feed. A poll is late by what is more than the interval since the one before; the first by what
has gone by since the first poll of any. The hostile feeds play every trick the tests know: silence, slow drips, floods,
bombs of several kinds, redirects in circles, broken and gigantic documents. They have a server in a process of its own,
for floods keep that busy, and it is not the servers that are measured.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

from tests.support import feed_server as play
from tests.support.feed_server import FeedServer, Request
from tests.support.program import daemon, environment

ITEM = "<item><guid>{n}</guid><title>Bridge {n} reopens</title><description>It reopened.</description></item>"
XML_BOMB = (
    b'<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><rss><channel><item>&b;</item></channel></rss>'
)
TRICKS: dict[str, play.Handler] = {
    "silence": play.silence,
    "drip": play.endless(b"<", 0.5),
    "flood": play.endless(),
    "headers": play.endless_headers,
    "gzip bomb": play.bomb("gzip"),
    "brotli bomb": play.bomb("br"),
    "zstd bomb": play.bomb("zstd"),
    "XML bomb": play.body(XML_BOMB),
    "deep": play.body(b"<rss><channel>" + b"<item>" * 500_000),
    "broken": play.body(b"<rss><channel>" + b"<item><title>x</title><b>" * 100_000),
    "many entries": play.body(
        b"<rss><channel>" + b"".join(ITEM.format(n=n).encode() for n in range(20_000)) + b"</channel></rss>"
    ),
    "circle": play.redirect("/hostile"),
    "inward": play.redirect("http://169.254.169.254/latest/meta-data"),
    "reset": play.reset,
    "short": play.short,
    "gibberish": play.gibberish,
    "busy": play.status(429, Retry_After="2"),
    "error": play.status(500),
}


@dataclass
class Watch:
    """When each good feed was asked for, by the host it was asked at."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def good(self, interval: float) -> play.Handler:
        """A feed that changes now and then."""

        async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
            now = monotonic()
            self.times[request.headers["host"]].append(now)
            items = "".join(ITEM.format(n=f"{int(now / interval / 5)}-{n}") for n in range(20))
            body = f"<rss version='2.0'><channel><title>Good</title>{items}</channel></rss>".encode()
            await play.body(body)(request, writer)

        return handle

    def lateness(self, interval: float) -> tuple[list[float], list[float]]:
        """Seconds by which each feed's first poll was late, and each later one."""
        began = min(min(times) for times in self.times.values())
        first = [times[0] - began for times in self.times.values()]
        gaps = (after - before for times in self.times.values() for before, after in pairwise(times))
        return first, [max(0.0, gap - interval) for gap in gaps]


def serve_hostile(port: Connection) -> None:
    """Play a trick at each address, by its last number."""
    tricks = list(TRICKS.values())

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        number = int(request.headers["host"].split(".")[3].split(":")[0])
        await tricks[number % len(tricks)](request, writer)

    async def run() -> None:
        async with FeedServer({"/hostile": handle}, address="0.0.0.0") as server:
            port.send(server.port)
            await asyncio.Event().wait()

    asyncio.run(run())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--good", type=int, default=500)
    parser.add_argument("--hostile", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--interval", type=float, default=10)
    options = parser.parse_args(arguments)
    print(f"{'seconds late':28}{'polls':>8}{'first p95':>12}{'later p95':>12}{'all median':>12}{'p95':>8}{'worst':>8}")
    p95s: list[tuple[float, float]] = []
    for name, hostile in (("good feeds alone", 0), (f"with {options.hostile} hostile ones", options.hostile)):
        first, later = asyncio.run(run(options.good, hostile, options.seconds, options.interval))
        late = [*first, *later]
        p95s.append((part(late, 0.95), part(later, 0.95)))
        numbers = f"{part(first, 0.95):>12.2f}{part(later, 0.95):>12.2f}{part(late, 0.5):>12.2f}{p95s[-1][0]:>8.2f}"
        print(f"{name:28}{len(late):>8}{numbers}{max(late):>8.2f}")
    alone, beside = p95s
    every, later = (two / one for one, two in zip(alone, beside, strict=True))
    print(
        f"p95 with hostile feeds is {every:.2f} times that without, of later polls {later:.2f} (at most 1.2 is wanted)"
    )


def part(values: Sequence[float], share: float) -> float:
    """The value below which that share of them is."""
    return sorted(values)[int(len(values) * share)] if values else 0.0


async def run(good: int, hostile: int, seconds: float, interval: float) -> tuple[list[float], list[float]]:
    """Let the program poll for so long; how late the first and the later polls of good feeds were."""
    watch = Watch()
    mine, theirs = multiprocessing.Pipe()
    other = multiprocessing.get_context("spawn").Process(target=serve_hostile, args=(theirs,), daemon=True)
    other.start()
    port = mine.recv()
    with tempfile.TemporaryDirectory() as name:
        async with FeedServer({"/good": watch.good(interval)}, address="0.0.0.0") as server:
            folder = Path(name)
            pace = {f"SOURCES__{name}": str(interval) for name in ("INTERVAL", "MIN_INTERVAL", "MAX_INTERVAL")}
            env = environment(folder, LOG__LEVEL="warning", SOURCES__HOST_RATE="1", **pace)
            (folder / "rules").mkdir()
            feeds = [f"http://127.1.{n // 250}.{n % 250 + 1}:{server.port}/good" for n in range(good)]
            feeds += [f"http://127.2.0.{n + 1}:{port}/hostile" for n in range(hostile)]
            random.Random(1).shuffle(feeds)
            (folder / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))
            await asyncio.to_thread(daemon_for, env, seconds)
    other.kill()
    return watch.lateness(interval)


def daemon_for(env: dict[str, str], seconds: float) -> None:
    """Run the program for so long."""
    with daemon(env) as process:
        until = monotonic() + seconds
        while monotonic() < until and process.poll() is None:
            with_pause(0.2)
        if process.poll() is not None:
            raise SystemExit(Path(env["LOG"]).read_text())


def with_pause(seconds: float) -> None:
    """Wait; the program is another process, in real time."""
    asyncio.run(asyncio.sleep(seconds))


if __name__ == "__main__":
    main()
