"""How fast and how surely alerts arrive, against the loopback Slack at its limits.

    python -m bench.alerts [--seconds 60] [--chaos 2000] [--seeds 3] [--part decided|stored|answers|chaos]

Decided: 20 alerts a second over 50 channels, from the commit of the decision to Slack's acceptance; Slack allows one
message a second for each channel, with short bursts. Stored: the same from the commit of the article, through
matching, key facts in a worker process, story and policy, at a rate one worker bears. Answers: see `bench.answers`.
Chaos: see `bench.alert_chaos`.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from bench import alert_chaos
from bench.answers import MUST, answers
from monitor.alerts.outbox import Outbox
from monitor.clock import SystemClock
from monitor.model.article import Article, Batch
from monitor.model.rule import Rule, Severity, Term
from monitor.pipeline import Pipeline, Rulebook
from monitor.sinks import Deps, make
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.stories.grouping import Grouper, GroupSettings
from monitor.telemetry.metrics import Metrics
from monitor.workers import FactWorkers, load_extractor
from tests.support.nouns import article, processed
from tests.support.slack_server import SlackServer
from tests.support.wire import articles as wire

CHANNELS = tuple(f"c{number:02}" for number in range(50))
PER_SECOND = 20
STORED_PER_SECOND = 4
REACHES = 1.5


class Race:
    """Begins and ends of alerts, by a name each message carries."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}
        self.took: dict[str, float] = {}

    def accept(self, message: dict[str, Any]) -> None:
        payload = message["metadata"]["event_payload"]
        for name in (payload["alert_id"], payload["article_id"]):
            if name in self.begun:
                self.took.setdefault(name, time.monotonic() - self.begun[name])

    def row(self, what: str, limited: int) -> str:
        cuts = quantiles(self.took.values(), n=100) if len(self.took) > 1 else [0.0] * 99
        figures = "  ".join(f"p{cut} {cuts[cut - 1]:6.3f} s" for cut in (50, 95, 99))
        lost = len(self.begun) - len(self.took)
        return f"{what:<44} {len(self.took):>5} alerts  {figures}  429s {limited}  missing {lost}"


async def _with_outbox(
    store: SqlStore, server: SlackServer, work: Callable[[Outbox, StoreThread], Awaitable[None]]
) -> None:
    """Do the work while an outbox delivers from the store, then let it finish."""
    call, stop = StoreThread(), asyncio.Event()
    deps = Deps(SystemClock(), structlog.get_logger())
    sink = make("slack", {"bot_token": server.token, "base_url": server.base_url}, deps)
    outbox = Outbox(store, [sink], deps.clock, Random(1), "bench", call=call, log=deps.log)
    running = asyncio.create_task(outbox.run(stop))
    await work(outbox, call)
    while (await call(store.open_deliveries))[0]:  # noqa: ASYNC110 - another thread settles them
        await asyncio.sleep(0.2)
    stop.set()
    await running
    await sink.close()
    call.close()


async def decided(folder: Path, seconds: float) -> str:
    """From decision to acceptance at the full rate."""
    store, race, clock, random = open_store(f"sqlite:///{folder / 'decided.db'}"), Race(), SystemClock(), Random(1)

    async def feed(outbox: Outbox, call: StoreThread) -> None:
        began = time.monotonic()
        for number in range(int(seconds * PER_SECOND)):
            await asyncio.sleep(max(began + number / PER_SECOND - time.monotonic(), 0))
            now = clock.now()
            about = article(f"a{number}", fetched=now, published=now)
            # Each channel its share; which one comes when is left to chance, as in life.
            what = processed(about, channel=f"#{random.choice(CHANNELS)}")
            alert = what.alerts[0]
            await call(store.ingest, Batch(articles=(about,)))
            race.begun[alert.id] = time.monotonic()
            await call(store.commit, [what], ["slack"], now)
            outbox.nudge()

    async with SlackServer(channel_names=CHANNELS, per_second=1, on_message=race.accept) as server:
        await _with_outbox(store, server, feed)
        row = race.row(f"decided -> accepted, {PER_SECOND}/s, {len(CHANNELS)} channels", server.limited)
    store.close()
    return row


async def stored(folder: Path, seconds: float) -> tuple[str, float]:
    """From an article being stored to its message being accepted; the row, and the p95."""
    store, race, clock = open_store(f"sqlite:///{folder / 'stored.db'}"), Race(), SystemClock()
    words = tuple(f"watchword{number:02}" for number in range(len(CHANNELS)))
    rules = [
        Rule(word, word, Term(word), Severity.HIGH, (f"#{channel}",))
        for word, channel in zip(words, CHANNELS, strict=True)
    ]
    book = Rulebook.of(rules)
    workers = FactWorkers(partial(load_extractor, "auto", ()), workers=1, timeout=timedelta(seconds=30))
    texts = [entry for entry in wire(stories=400) if entry["id"].endswith("report")]

    async def feed(outbox: Outbox, call: StoreThread) -> None:
        pipeline = Pipeline(
            store=store,
            call=call,
            extractor=workers,
            grouper=Grouper(GroupSettings()),
            sinks=["slack"],
            default_channel="#c00",
            clock=clock,
            metrics=Metrics(),
        )
        # The model is loaded by the first article, which is not timed.
        await workers.extract("Officials met in Kyiv on Monday.", clock.now(), "en")
        new, over = asyncio.Event(), asyncio.Event()

        async def process() -> None:
            while not over.is_set():
                new.clear()
                if await pipeline.process(book):
                    outbox.nudge()
                else:
                    await asyncio.wait([asyncio.create_task(new.wait())], timeout=0.5)

        processing = asyncio.create_task(process())
        began = time.monotonic()
        for number in range(int(seconds * STORED_PER_SECOND)):
            await asyncio.sleep(max(began + number / STORED_PER_SECOND - time.monotonic(), 0))
            now, entry, word = clock.now(), texts[number % len(texts)], words[number % len(words)]
            text = f"{entry['text']}\n\nFiled under {word} {number}."
            more = {"lang": "en", "outlet": f"Outlet {number}"}
            about = Article("https://feed.example/rss", f"a{number}", entry["title"], text, now, now, **more)
            await call(store.ingest, Batch(articles=(about,)))
            race.begun[about.id] = time.monotonic()
            new.set()
        while await call(store.backlog):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        over.set()
        await processing

    async with SlackServer(channel_names=CHANNELS, per_second=1, on_message=race.accept) as server:
        await _with_outbox(store, server, feed)
        row = race.row(f"stored -> accepted, {STORED_PER_SECOND}/s, with key facts", server.limited)
    workers.close()
    store.close()
    return row, quantiles(race.took.values(), n=100)[94]


async def main() -> int:
    parser = argparse.ArgumentParser(description="How fast and how surely alerts arrive.")
    parser.add_argument("--seconds", type=float, default=60, help="of each measurement of speed")
    parser.add_argument("--chaos", type=int, default=2_000, help="alerts of a chaos run")
    parser.add_argument("--seeds", type=int, default=3, help="chaos runs")
    parser.add_argument("--part", choices=("decided", "stored", "answers", "chaos"), help="only this one")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    good = True
    with TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.part in (None, "decided"):
            print(await decided(folder, arguments.seconds), flush=True)
        if arguments.part in (None, "stored"):
            row, p95 = await stored(folder, arguments.seconds)
            print(f"{row}  (to reach: p95 under {REACHES} s)", flush=True)
            good &= p95 < REACHES
        if arguments.part in (None, "answers"):
            row, slowest = await answers(folder, arguments.seconds)
            print(f"{row}  (acknowledged within {MUST:g} s: {'yes' if slowest < MUST else 'no'})", flush=True)
            good &= slowest < MUST
        for seed in range(arguments.seeds if arguments.part in (None, "chaos") else 0):
            outcome = await alert_chaos.run(folder, arguments.chaos, seed)
            print(outcome.row(), flush=True)
            good &= outcome.good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
