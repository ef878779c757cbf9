"""A run of alerts through everything that goes wrong: each fault at 5 %, three outages, ten SIGKILLs.

The deliverer is a process of its own, killed and started again; alerts are committed while it runs, dies and starts.
Counted at the end, from what Slack has accepted: lost, doubled, replies before their parent or in a wrong thread.
"""

import asyncio
import random
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any, cast, get_args

import structlog

from monitor.alerts.outbox import Outbox
from monitor.clock import SystemClock
from monitor.model.article import Batch
from monitor.sinks import Deps, make
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from tests.support.nouns import article, processed
from tests.support.slack_server import TOKEN, Fault, SlackServer

CHANNELS = tuple(f"c{number:03}" for number in range(100))
SHARE = 0.05
OUTAGES, OUTAGE_SECONDS = 3, 4.0
KILLS = 10
UPDATES = 4
TIMEOUT = 1.0
PATIENCE = 900
TELL_EVERY = 15.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Slack has in the end."""

    seed: int
    alerts: int
    lost: int
    doubled: int
    disordered: int
    faults: int
    kills: int
    seconds: float

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.disordered)

    def row(self) -> str:
        return (
            f"chaos, seed {self.seed}: {self.alerts} alerts, {self.faults} faults, {OUTAGES} outages, "
            f"{self.kills} kills:  lost {self.lost}  doubled {self.doubled}  out of order {self.disordered}"
            f"  ({self.seconds:.0f} s)"
        )


class Faults:
    """Draws a fault for each message: every kind with the same share, the rest goes well."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._kinds = cast("tuple[Fault, ...]", get_args(Fault))
        self.drawn = 0

    def popleft(self) -> Fault | None:
        place = self._random.random() / SHARE
        if place >= len(self._kinds):
            return None
        self.drawn += 1
        return self._kinds[int(place)]

    def __bool__(self) -> bool:
        return True


async def run(folder: Path, alerts: int, seed: int) -> Outcome:
    """One run; ends once every delivery is settled."""
    database = folder / f"chaos{seed}.db"
    url = f"sqlite:///{database}"
    rng, faults, began = random.Random(seed), Faults(seed), time.monotonic()
    store = open_store(url)
    expected: dict[str, list[str]] = defaultdict(list)
    async with SlackServer(channel_names=CHANNELS) as server:
        server.faults = cast("Any", faults)
        telling = asyncio.create_task(_tell(database, server, seed))
        killer = asyncio.create_task(_kill_and_start(url, server, rng))
        outages = asyncio.create_task(_outages(server, rng))
        await _raise_alerts(store, alerts, rng, expected)
        kills = await killer
        await outages
        process = await _start(url, server)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if not (await asyncio.to_thread(store.open_deliveries))[0]:
                break
            await asyncio.sleep(0.5)
        process.kill()
        await process.wait()
        telling.cancel()
        messages = server.messages
    store.close()
    lost, doubled, disordered = _judge(messages, expected)
    return Outcome(seed, alerts, lost, doubled, disordered, faults.drawn, kills, time.monotonic() - began)


async def _tell(database: Path, server: SlackServer, seed: int) -> None:
    """How far it is, now and then."""
    began = time.monotonic()
    while True:
        await asyncio.sleep(TELL_EVERY)
        rows = await asyncio.to_thread(_standing, database)
        states = "  ".join(f"{state} {count}" for state, count, _, _ in rows)
        unsure, most = sum(row[2] for row in rows), max((row[3] for row in rows), default=0)
        calls = "  ".join(f"{method} {count}" for method, count in sorted(server.calls.items()))
        passed = time.monotonic() - began
        print(
            f"  seed {seed}, {passed:4.0f} s:  {states}  {unsure} of unknown fate  at most {most} attempts:  {calls}",
            file=sys.stderr,
            flush=True,
        )


def _standing(database: Path) -> list[tuple[str, int, int, int]]:
    """By state: deliveries, how many of them of unknown fate, and the most attempts of one."""
    query = "SELECT state, count(*), sum(uncertain), max(attempts) FROM deliveries GROUP BY state ORDER BY state"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(query).fetchall()


async def _raise_alerts(store: SqlStore, alerts: int, rng: random.Random, expected: dict[str, list[str]]) -> None:
    """Stories of a first alert and its updates, mixed, over half a minute."""
    stories = [f"s{number:05}" for number in range(alerts // UPDATES) for _ in range(UPDATES)]
    rng.shuffle(stories)
    for number, story in enumerate(stories):
        now = SystemClock().now()
        about = article(f"a{number}", fetched=now, published=now)
        channel = f"#{CHANNELS[int(story[1:]) % len(CHANNELS)]}"
        what = processed(about, story=story, seq=len(expected[story]), channel=channel)
        expected[story].append(what.alerts[0].id)
        await asyncio.to_thread(store.ingest, Batch(articles=(about,)))
        await asyncio.to_thread(store.commit, [what], ["slack"], now)
        await asyncio.sleep(30 / alerts)


async def _kill_and_start(url: str, server: SlackServer, rng: random.Random) -> int:
    for _ in range(KILLS):
        process = await _start(url, server)
        await asyncio.sleep(rng.uniform(1.5, 6))
        process.kill()
        await process.wait()
    return KILLS


async def _outages(server: SlackServer, rng: random.Random) -> None:
    for _ in range(OUTAGES):
        await asyncio.sleep(rng.uniform(4, 10))
        server.down = True
        await asyncio.sleep(OUTAGE_SECONDS)
        server.down = False


async def _start(url: str, server: SlackServer) -> asyncio.subprocess.Process:
    """A deliverer, once it is up: on a busy machine a kill would else meet nothing but its start."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.alert_chaos", url, server.base_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    await process.stdout.readline()
    return process


def _judge(messages: list[dict[str, Any]], expected: dict[str, list[str]]) -> tuple[int, int, int]:
    """Lost, doubled, and stories whose messages are out of order or beside their thread."""
    accepted = [message["metadata"]["event_payload"]["alert_id"] for message in messages]
    counts = Counter(accepted)
    place = {alert: number for number, alert in enumerate(accepted)}
    wanted = [alert for ids in expected.values() for alert in ids]
    by_id = dict(zip(accepted, messages, strict=True))
    disordered = 0
    for ids in expected.values():
        there = [alert for alert in ids if alert in place]
        parent = by_id[there[0]]["ts"] if there else ""
        threads = [by_id[alert].get("thread_ts") for alert in there[1:]]
        disordered += there != sorted(there, key=place.__getitem__) or threads != list(repeat(parent, len(threads)))
    return len(set(wanted) - counts.keys()), sum(count - 1 for count in counts.values()), disordered


@contextmanager
def _opened(url: str) -> Iterator[SqlStore]:
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()


async def deliver(url: str, base_url: str) -> None:
    """What the killed process does: deliver until it is killed, beginning as the daemon does."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with _opened(url) as store:
        deps = Deps(SystemClock(), structlog.get_logger())
        options = {
            "bot_token": TOKEN,
            "base_url": base_url,
            "timeout": TIMEOUT,
            "per_second": 50,
            "workspace_per_second": 500,
            "looks_per_second": 500,
        }
        sink = make("slack", options, deps)
        call = StoreThread()
        await call(store.recover, deps.clock.now(), ["slack"], "bench")
        outbox = Outbox(store, [sink], deps.clock, random.Random(), "bench", call=call, log=deps.log)
        print("up", flush=True)
        await outbox.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(deliver(*sys.argv[1:3]))
