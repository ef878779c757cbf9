"""What 50 hostile feeds cost 500 good ones: how late the good ones are polled, with and without them.

    python -m bench.hostile [--good 500] [--hostile 50] [--seconds 60] [--interval 10]

The installed program polls feeds on a server on this machine, each on an address of its own, with its usual settings
and a fixed interval a feed. A poll is late by what is more than the interval since the one before; the first by what
has gone by since the first poll of any. The server sees both runs alike, and the hostile feeds play every trick the
tests know: silence, slow drips, floods, bombs of several kinds, redirects in circles, broken and gigantic documents.
"""

import argparse
import asyncio
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
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
    asked: int = 0

    def good(self, interval: float) -> play.Handler:
        """A feed that changes now and then."""

        async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
            now = monotonic()
            self.times[request.headers["host"]].append(now)
            items = "".join(ITEM.format(n=f"{int(now / interval / 5)}-{n}") for n in range(20))
            body = f"<rss version='2.0'><channel><title>Good</title>{items}</channel></rss>".encode()
            await play.body(body)(request, writer)

        return handle

    def hostile(self) -> play.Handler:
        """Each address plays one trick."""
        tricks = list(TRICKS.values())

        async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
            self.asked += 1
            number = int(request.headers["host"].split(".")[3].split(":")[0])
            await tricks[number % len(tricks)](request, writer)

        return handle

    def lateness(self, interval: float) -> list[float]:
        """Seconds by which each poll was late."""
        began = min(min(times) for times in self.times.values())
        late = [times[0] - began for times in self.times.values()]
        for times in self.times.values():
            late += [max(0.0, after - before - interval) for before, after in pairwise(times)]
        return sorted(late)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--good", type=int, default=500)
    parser.add_argument("--hostile", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--interval", type=float, default=10)
    options = parser.parse_args(arguments)
    print(f"{'':28}{'polls':>8}{'median late':>14}{'p95 late':>12}{'worst':>10}")
    p95 = {}
    for name, hostile in (("good feeds alone", 0), (f"with {options.hostile} hostile ones", options.hostile)):
        watch = asyncio.run(run(options.good, hostile, options.seconds, options.interval))
        late = watch.lateness(options.interval)
        p95[name] = late[int(len(late) * 0.95)]
        numbers = f"{late[len(late) // 2]:>12.2f} s{p95[name]:>10.2f} s{late[-1]:>8.1f} s"
        print(f"{name:28}{len(late):>8}{numbers}" + (f"   {watch.asked} hostile answers" if hostile else ""))
    alone, beside = p95.values()
    print(f"p95 with hostile feeds is {beside / alone:.2f} times that without (at most 1.2 is wanted)")


async def run(good: int, hostile: int, seconds: float, interval: float) -> Watch:
    """Let the program poll for so long."""
    watch = Watch()
    routes = {"/good": watch.good(interval), "/hostile": watch.hostile()}
    with tempfile.TemporaryDirectory() as name:
        async with FeedServer(routes, address="0.0.0.0") as server:
            folder = Path(name)
            pace = {f"SOURCES__{name}": str(interval) for name in ("INTERVAL", "MIN_INTERVAL", "MAX_INTERVAL")}
            env = environment(folder, LOG__LEVEL="warning", SOURCES__HOST_RATE="1", **pace)
            (folder / "rules").mkdir()
            feeds = [f"http://127.1.{n // 250}.{n % 250 + 1}:{server.port}/good" for n in range(good)]
            feeds += [f"http://127.2.0.{n + 1}:{server.port}/hostile" for n in range(hostile)]
            random.Random(1).shuffle(feeds)
            (folder / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))
            await asyncio.to_thread(daemon_for, env, seconds)
    return watch


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
