"""One more program that decides about stored articles: `python -m tests.support.decider DATABASE_URL`.

It has the daemon's pipeline and nothing else; key facts are left out, because stories do not rest on them.
"""

import asyncio
import logging
import sys
from collections.abc import Sequence
from datetime import datetime

import structlog

from monitor.clock import SystemClock
from monitor.errors import ExtractionError
from monitor.model.article import Article, Batch
from monitor.model.facts import Facts
from monitor.pipeline import Pipeline, Rulebook
from monitor.ports import Clock
from monitor.rules.schema import parse
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.stories.grouping import Grouper
from monitor.telemetry.metrics import Metrics
from tests.support.nouns import FakeClock

RULES = "rules: [{id: all, updates: all, max_age: 3650d, any: [the, a, of, said, in, für, и]}]"


class NoFacts:
    """Cards say that key facts were not analysed."""

    async def extract(self, document: str, published: datetime, lang: str, title_length: int = 0) -> Facts:
        raise ExtractionError(f"no facts of {len(document)} characters, {title_length}, {lang}, {published}")


def book(rules: str = RULES) -> Rulebook:
    """Rules in force; one that nearly everything matches, where none are given."""
    read = parse(rules.encode(), "all.yaml")
    assert read.errors == ()
    return Rulebook.of(read.rules)


def pipeline(store: SqlStore, call: StoreThread, clock: Clock, grouper: Grouper | None = None) -> Pipeline:
    """A pipeline that knows of stories what the store knows."""
    return Pipeline(
        store=store,
        call=call,
        extractor=NoFacts(),
        grouper=grouper or Grouper(),
        sinks=["console"],
        default_channel="#news",
        clock=clock,
        metrics=Metrics(),
    )


async def decide_all(store: SqlStore, clock: Clock, given: str = RULES) -> None:
    """Decide about everything that waits."""
    call, rules = StoreThread(), book(given)
    desk = pipeline(store, call, clock)
    while await desk.process(rules):
        pass
    call.close()


async def decide_each(store: SqlStore, articles: Sequence[Article], given: str = RULES) -> list[str]:
    """Store and decide about one after the other, each at the time it was fetched; their ids."""
    call, rules, clock, ids = StoreThread(), book(given), FakeClock(), list[str]()
    desk = pipeline(store, call, clock)
    for article in articles:
        clock.time = article.fetched
        [new] = store.ingest(Batch((article,)))
        ids.append(new.id)
        while await desk.process(rules):
            pass
    call.close()
    return ids


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    opened = open_store(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    asyncio.run(decide_all(opened, SystemClock()))
    opened.close()
