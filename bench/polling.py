"""Polling from end to end, beside the bare HTTP client and the library `reader`, against a real server on this machine.

    python -m bench.polling [--feeds 2000] [--addresses 1000] [--at-once 200] [--listed 10000]

A server in a process of its own answers for all of 127.0.0.0/8, so that each address is a host of its own. Every
contender runs in a process of its own, three times over all feeds: first each answers 200 with twenty entries, then
304, then 200 again with one entry that is new.

- bare: aiohttp alone, which does only the GETs;
- ours: the daemon's intake: polled, parsed, learnt from and stored in SQLite. The languages of the entries are found,
  which the library does not do;
- reader: update_feeds() of lemon24's reader with its threads, into SQLite as well; it is left out where it is not
  installed (`pip install "newsmonitor[bench]"`).

Both that store are asked afterwards for all entries. CPU is that of the contender's process, without the server's.

At the end, as many feeds as `--listed` are registered: memory, and the time of the tick that picks those due.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time
from urllib.parse import urljoin
from urllib.request import urlopen

import aiohttp

ENTRIES = 20
CONTENDERS = ("bare", "ours", "reader")
PASSES = {"200": (False, 0), "304": (True, 0), "200, one new": (True, 1)}
"""What is answered: whether a contender has polled before, and the edition of the feeds."""


class Stopped:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        return self.time


def serve(port: "multiprocessing.connection.Connection") -> None:
    """Answer every GET with a feed of its own, or with 304 to whoever has it."""
    import uvloop  # noqa: PLC0415

    when = datetime.now(UTC) - timedelta(hours=1)

    edition = 0

    def feed(path: str) -> bytes:
        items = "".join(
            f"<item><guid>{path}-{n}</guid><title>Council of {path} decides on matter {n}</title>"
            f"<link>http://news.example{path}/{n}</link>"
            f"<pubDate>{when - timedelta(minutes=17 * n):%a, %d %b %Y %H:%M:%S} GMT</pubDate><description>"
            f"The council met on Monday and heard both sides on matter {n}, to vote next week.</description></item>"
            for n in range(-edition, ENTRIES - edition)
        )
        return f'<rss version="2.0"><channel><title>{path}</title>{items}</channel></rss>'.encode()

    def reply(head: bytes) -> bytes:
        nonlocal edition
        path = head.split(b" ", 2)[1].decode()
        if path.startswith("/edition/"):
            edition = int(path.rpartition("/")[2])
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        etag = f'"{path}-{edition}"'.encode()
        validator = b"ETag: " + etag + b"\r\n"
        if etag in head:
            return b"HTTP/1.1 304 Not Modified\r\n" + validator + b"\r\n"
        data = feed(path)
        kind = b"Content-Type: application/rss+xml\r\n"
        return b"HTTP/1.1 200 OK\r\n" + kind + validator + b"Content-Length: %d\r\n\r\n" % len(data) + data

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(reply(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=4096)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(run())


def turn_to(edition: int, urls: Sequence[str]) -> None:
    """Have the server's feeds list so many new entries."""
    urlopen(urljoin(urls[0], f"/edition/{edition}")).close()


def addresses(port: int, feeds: int, hosts: int) -> list[str]:
    return [f"http://127.{1 + n % hosts // 250}.0.{1 + n % hosts % 250}:{port}/feed{n}" for n in range(feeds)]


async def bare(urls: Sequence[str], at_once: int) -> list[tuple[float, float]]:
    spent = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        for known, edition in PASSES.values():
            turn_to(edition, urls)
            began, left = (perf_counter(), process_time()), iter(urls)

            async def place(left: Iterator[str] = left, known: bool = known) -> None:
                for url in left:
                    headers = {"If-None-Match": f'"/{url.rpartition("/")[2]}-0"'} if known else {}
                    async with session.get(url, headers=headers) as response:
                        await response.read()

            await asyncio.gather(*(place() for _ in range(at_once)))
            spent.append((perf_counter() - began[0], process_time() - began[1]))
    return spent


async def ours(urls: Sequence[str], at_once: int, folder: Path) -> list[tuple[float, float]]:
    intake, store, clock, client = await _intake(urls, at_once, folder)
    spent = []
    for _, edition in PASSES.values():
        turn_to(edition, urls)
        began = perf_counter(), process_time()
        await intake.poll_all_due()
        spent.append((perf_counter() - began[0], process_time() - began[1]))
        clock.time += timedelta(days=1)
    states = intake.states.values()
    stored = store.backlog()
    if stored != len(urls) * (ENTRIES + 1) or any(state.failures for state in states) or len(states) != len(urls):
        raise SystemExit(f"not everything was stored: {stored} articles of {len(states)} feeds")
    await intake.close()
    await client.close()
    return spent


async def _intake(urls: Sequence[str], at_once: int, folder: Path):  # noqa: ANN202
    from monitor.collector import settle_collector  # noqa: PLC0415
    from monitor.config import Sources  # noqa: PLC0415
    from monitor.intake import Intake  # noqa: PLC0415
    from monitor.parts import feed_client, pace  # noqa: PLC0415
    from monitor.storage import StoreThread  # noqa: PLC0415
    from monitor.store.sql import open_store  # noqa: PLC0415
    from monitor.telemetry.health import Health  # noqa: PLC0415
    from monitor.telemetry.logs import set_up  # noqa: PLC0415
    from monitor.telemetry.metrics import Metrics  # noqa: PLC0415

    set_up()
    (folder / "feeds.yaml").write_text("feeds:\n" + "".join(f"  - {url}\n" for url in urls))
    clock, sources = Stopped(), Sources(host_rate=1000, allow_networks=("127.0.0.0/8",))
    store, client = open_store(f"sqlite:///{folder / 'monitor.db'}"), feed_client(sources, clock)
    intake = Intake(
        store=store,
        call=StoreThread(),
        client=client,
        feeds_file=folder / "feeds.yaml",
        seeds_folder=folder / "seeds",
        pace=pace(sources),
        concurrency=at_once,
        clock=clock,
        rng=random.Random(1),
        metrics=Metrics(),
        health=Health(clock),
        on_new=lambda: None,
    )
    await intake.open()
    settle_collector()
    return intake, store, clock, client


def library(urls: Sequence[str], at_once: int, folder: Path) -> list[tuple[float, float]]:
    from reader import make_reader  # noqa: PLC0415

    reader = make_reader(str(folder / "reader.db"))
    for url in urls:
        reader.add_feed(url)
    spent = []
    for _, edition in PASSES.values():
        turn_to(edition, urls)
        began = perf_counter(), process_time()
        reader.update_feeds(scheduled=False, workers=min(at_once, 20))
        spent.append((perf_counter() - began[0], process_time() - began[1]))
    stored = reader.get_entry_counts().total
    if stored != len(urls) * (ENTRIES + 1):
        raise SystemExit(f"not everything was stored: {stored} entries")
    return spent


async def registered(feeds: int, folder: Path) -> dict[str, float]:
    """What a list of so many feeds costs: seconds to read it, milliseconds of the slowest of 100 ticks, megabytes."""
    import monitor.daemon  # noqa: F401, PLC0415 - a running daemon has loaded it

    began = perf_counter()
    intake, store, clock, client = await _intake([f"http://{n}.example/feed" for n in range(feeds)], 200, folder)
    read = perf_counter() - began
    from monitor.model.article import FeedState  # noqa: PLC0415
    from monitor.sources import rhythm  # noqa: PLC0415

    rng = random.Random(1)
    known = rhythm.pack(rhythm.blank(1)[0])
    later = [clock.time + timedelta(seconds=rng.uniform(60, 600)) for _ in range(feeds)]
    states = [
        FeedState(feed.url, when, last_ok=clock.time, first_ok=clock.time, rhythm=known)
        for feed, when in zip(intake.feeds, later, strict=True)
    ]
    store.put_feed_states(states)
    (folder / "feeds.yaml").touch()
    await intake.reload_feeds()
    ticks = []
    for _ in range(100):
        began = perf_counter()
        await intake.reload_feeds()
        intake.poll_due()
        ticks.append(perf_counter() - began)
    await intake.close()
    await client.close()
    return {"read": read, "tick": max(ticks) * 1000, "memory": _memory()}


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(name: str, port: int, args: argparse.Namespace) -> None:
    """Run one contender here and print what it took as JSON."""
    urls = addresses(port, args.feeds, args.addresses)
    with tempfile.TemporaryDirectory() as folder:
        import uvloop  # noqa: PLC0415

        if name == "listed":
            print(json.dumps(uvloop.run(registered(args.listed, Path(folder)))))
            return
        if name == "reader":
            spent = library(urls, args.at_once, Path(folder))
        else:
            runs = {"bare": lambda: bare(urls, args.at_once), "ours": lambda: ours(urls, args.at_once, Path(folder))}
            spent = uvloop.run(runs[name]())
    print(json.dumps({"spent": spent, "memory": _memory()}))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--addresses", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--listed", type=int, default=10_000)
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        one(args.one, args.port, args)
        return
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    port = mine.recv()

    def run(name: str) -> dict:
        words = [sys.executable, "-m", "bench.polling", *sys.argv[1:], "--one", name, "--port", str(port)]
        return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()[-1])

    print(f"{args.feeds} feeds on {args.addresses} addresses, {args.at_once} at once\n")
    print(f"{'':8}{'':>14}{'requests/s':>12}{'CPU a request':>16}{'memory':>10}{'of bare':>10}")
    rates: dict[tuple[str, str], float] = {}
    cpus: dict[tuple[str, str], float] = {}
    for name in CONTENDERS:
        if name == "reader" and find_spec("reader") is None:
            print("reader  is not installed; see the first lines of this file")
            continue
        found = run(name)
        for status, (seconds, cpu) in zip(PASSES, found["spent"], strict=True):
            rate = rates[name, status] = args.feeds / seconds
            share = f"{rate / rates['bare', status]:.2f}"
            each = f"{cpu / args.feeds * 1000:.2f} ms"
            print(f"{name:8}{status:>14}{rate:>12.0f}{each:>16}{found['memory']:>7.0f} MB{share:>10}")
            cpus[name, status] = cpu
    for status in PASSES:
        if ("reader", status) in rates:
            times = rates["ours", status] / rates["reader", status]
            less = cpus["reader", status] / cpus["ours", status]
            print(f"ours beside reader, {status}: {times:.1f} times as fast, {less:.1f} times less CPU")
    found = run("listed")
    print(f"\n{args.listed} feeds listed: {found['memory']:.0f} MB, tick at most {found['tick']:.2f} ms, ", end="")
    print(f"list read in {found['read']:.1f} s")
    server.terminate()


if __name__ == "__main__":
    main()
