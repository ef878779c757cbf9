"""Workers that die, hang or cannot start cost their article its facts at worst, and nobody else anything."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import uvloop

from monitor.errors import ExtractionError, ParseError
from monitor.model.article import Feed
from monitor.model.facts import Facts
from monitor.processes import Pool, WorkError
from monitor.sources.feeds import FeedJob
from monitor.workers import FactWorkers, FeedWorkers
from tests.support.nouns import NOON


class Misbehaving:
    """An extractor that does what the document says, once for each file it can remove."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def extract(self, document: str, published: datetime, lang: str, title_length: int = 0) -> Facts:
        if document == "break":
            raise ValueError("cannot read this")
        if document == "flood":
            return Facts(text=str(len(bytearray(8_000_000_000))), lang=lang, model="", analysed=0)
        if document.startswith(("die", "hang")):
            left = self.folder / document
            if not left.exists():
                return Facts(text=document, lang=lang, model="survived", analysed=0)
            if document.endswith("once"):
                left.unlink()
            if document.startswith("die"):
                os.kill(os.getpid(), signal.SIGKILL)
            while True:
                time.monotonic()
        return Facts(text=document, lang=lang, model=str(os.getpid()), analysed=title_length)


def misbehaving(folder: Path) -> Misbehaving:
    return Misbehaving(folder)


def unloadable() -> Misbehaving:
    raise RuntimeError("no model")


@pytest.fixture
def restarts() -> list[str]:
    return []


@pytest.fixture
def workers(tmp_path: Path, restarts: list[str]) -> Iterator[FactWorkers]:
    for name in ("die once", "die always", "hang once", "hang always"):
        (tmp_path / name).touch()
    pool = FactWorkers(partial(misbehaving, tmp_path), timeout=timedelta(seconds=0.5), on_restart=restarts.append)
    yield pool
    pool.close()


async def test_one_process_serves_article_after_article(workers: FactWorkers) -> None:
    first = await workers.extract("one", NOON, "en", title_length=3)
    second = await workers.extract("two", NOON, "uk")
    assert (first.text, first.analysed, second.lang) == ("one", 3, "uk")
    assert first.model == second.model != str(os.getpid())


@pytest.mark.parametrize("trouble", ["die once", "hang once"])
async def test_a_lost_worker_is_replaced_and_its_article_tried_again(
    workers: FactWorkers, restarts: list[str], trouble: str
) -> None:
    assert (await workers.extract(trouble, NOON, "en")).model == "survived"
    assert len(restarts) == 1


@pytest.mark.parametrize(
    ("trouble", "message"), [("die always", "process died, twice"), ("hang always", "no answer within 0.5 s, twice")]
)
async def test_an_article_that_kills_twice_goes_on_without_facts(
    workers: FactWorkers, trouble: str, message: str
) -> None:
    with pytest.raises(ExtractionError, match=message):
        await workers.extract(trouble, NOON, "en")
    assert (await workers.extract("next", NOON, "en")).text == "next"


async def test_an_error_on_one_article_keeps_the_worker(workers: FactWorkers, restarts: list[str]) -> None:
    before = await workers.extract("one", NOON, "en")
    with pytest.raises(ExtractionError, match="ValueError: cannot read this"):
        await workers.extract("break", NOON, "en")
    assert (await workers.extract("two", NOON, "en")).model == before.model
    assert restarts == []


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited where /proc tells its use")
async def test_an_article_that_floods_memory_goes_on_without_facts(workers: FactWorkers, restarts: list[str]) -> None:
    with pytest.raises(ExtractionError, match="MemoryError"):
        await workers.extract("flood", NOON, "en")
    assert (await workers.extract("next", NOON, "en")).text == "next"
    assert restarts == []


async def test_workers_that_cannot_start_are_not_started_in_vain_again_and_again(restarts: list[str]) -> None:
    pool = FactWorkers(unloadable, on_restart=restarts.append)
    for _ in range(3):
        with pytest.raises(ExtractionError):
            await pool.extract("one", NOON, "en")
    assert len(restarts) == 1
    pool.close()


def _greedy() -> Callable[[int], int]:
    def take(size: int) -> int:
        return len(bytearray(size))

    return take


async def test_a_job_that_takes_too_much_memory_fails_alone() -> None:
    pool: Pool[int, int] = Pool(_greedy, name="greedy", memory=100_000_000)
    assert await pool.run(1_000_000) == 1_000_000
    with pytest.raises(WorkError, match="MemoryError"):
        await pool.run(1_000_000_000)
    assert await pool.run(2_000_000) == 2_000_000
    pool.close()


def test_large_feeds_are_read_in_workers_as_small_ones_are_here(restarts: list[str]) -> None:
    # On the daemon's own event loop, which treats pipes in its own way.
    uvloop.run(large_feeds(restarts))


async def large_feeds(restarts: list[str]) -> None:
    items = "".join(f"<item><guid>{n}</guid><title>Bridge {n} reopens</title></item>" for n in range(20_000))
    feed = Feed(url="http://wire.example/rss")
    job = FeedJob(f"<rss><channel><title>Wire</title>{items}</channel></rss>".encode(), "", feed, NOON)
    workers = FeedWorkers(restarts.append)
    try:
        read = await workers.read(job)
        assert read == job.read()
        again = await workers.read(replace(job, known=read.seen, flags=("x",)))
        assert (again.articles, again.known) == ((), 20_000)
        page = b"<html><title>Not here</title>" + b" " * 100_000
        with pytest.raises(ParseError, match='a web page, not a feed: title "Not here"'):
            await workers.read(replace(job, body=page))
    finally:
        workers.close()
    assert restarts == []
