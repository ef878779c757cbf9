"""Key facts, pages and feeds in worker processes: a long article, a crash or a hang never stalls the daemon."""

import asyncio
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from monitor.errors import ExtractionError, ParseError
from monitor.model.article import Article
from monitor.model.facts import Facts
from monitor.processes import NoWorkerError, Pool, WorkError
from monitor.sources.feeds import FeedJob, ParsedFeed
from monitor.sources.language import detect
from monitor.sources.pages import Page, PageJob, read_page

# Beyond what a worker takes to load; pages of a few MB need some tens of MB.
_PAGE_MEMORY = 400_000_000
# The longest text that is read takes about 400 MB.
_FACTS_MEMORY = 2_000_000_000
_PAGE_SECONDS = timedelta(seconds=10)
# A tree of the largest body that is accepted takes so much.
_FEED_MEMORY = 2_000_000_000
_FEED_SECONDS = timedelta(seconds=20)
_FEED_WORKERS = 2
_SMALL = 64_000
"""Bytes of a body that is read where it is: that takes some milliseconds, and as long again to send it elsewhere."""
_PART = 500
"""Articles that come back from a worker at once: those of a large feed, all together, would hold up the loop."""


@dataclass(frozen=True, slots=True)
class Job:
    """One document for a fact worker."""

    document: str
    published: datetime
    lang: str
    title_length: int


class Extracts(Protocol):
    """What a fact worker runs: facts of one document after the other."""

    def extract(self, document: str, published: datetime, lang: str, title_length: int = 0) -> Facts:
        """Facts of the document."""


def load_extractor(model: str, gazetteers: tuple[Path, ...]) -> Extracts:
    """The real extractor; imported here because only a worker pays for loading spaCy."""
    from monitor.facts.extract import Extractor

    extractor = Extractor(model, gazetteers)
    extractor.prepare()
    return extractor


def _does_facts(load: Callable[[], Extracts]) -> Callable[[Job], Facts]:
    extractor = load()
    return lambda job: extractor.extract(job.document, job.published, job.lang, title_length=job.title_length)


class FactWorkers:
    """A FactExtractor over worker processes.

    Args:
        load: makes the extractor inside a worker; it must be picklable.
        workers: processes at most.
        timeout: for one document, before its worker is replaced.
        on_restart: told why a worker was replaced.
    """

    def __init__(
        self,
        load: Callable[[], Extracts],
        *,
        workers: int = 1,
        timeout: timedelta = timedelta(seconds=30),
        on_restart: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self._pool: Pool[Job, Facts] = Pool(
            partial(_does_facts, load),
            name="facts",
            workers=workers,
            timeout=timeout,
            memory=_FACTS_MEMORY,
            on_restart=on_restart,
        )

    async def extract(self, document: str, published: datetime, lang: str, title_length: int = 0) -> Facts:
        """Facts of the document; a worker that dies or hangs is replaced and the document tried once more.

        Raises:
            ExtractionError: it failed twice, the extractor answered with an error, or workers cannot be started.
        """
        try:
            return await self._pool.run(Job(document, published, lang, title_length))
        except WorkError as error:
            raise ExtractionError(f"key facts could not be extracted: {error}") from error

    def close(self) -> None:
        """End all workers."""
        self._pool.close()


def _does_pages() -> Callable[[PageJob], Page]:
    # Loaded before the limit of memory is set.
    import trafilatura

    _ = trafilatura
    return read_page


class PageWorkers:
    """Reads pages in a worker process, with limits of time and memory.

    Args:
        on_restart: told why the worker was replaced.
    """

    def __init__(self, on_restart: Callable[[str], None] = lambda _reason: None) -> None:
        self._pool: Pool[PageJob, Page] = Pool(
            _does_pages, name="pages", timeout=_PAGE_SECONDS, memory=_PAGE_MEMORY, attempts=1, on_restart=on_restart
        )

    async def read(self, job: PageJob) -> Page:
        """What the page says.

        Raises:
            ParseError: it is no page, or reading it took too much time or memory.
        """
        try:
            return await self._pool.run(job)
        except WorkError as error:
            raise ParseError(f"the page cannot be read: {error}") from error

    def close(self) -> None:
        """End the worker."""
        self._pool.close()


@dataclass(frozen=True, slots=True)
class _Read:
    """What a worker made of a feed: all but its articles, and these packed in parts; or why it is no feed."""

    feed: ParsedFeed | None
    parts: tuple[bytes, ...] = ()
    wrong: str = ""


def _does_feeds() -> Callable[[FeedJob], _Read]:
    # Loaded before the limit of memory is set.
    detect("Which language this is in does not matter.")
    # What is large, and may be hostile, waits where everything else needs the processor.
    os.nice(10)
    return _read_feed


def _read_feed(job: FeedJob) -> _Read:
    try:
        feed = job.read()
    except ParseError as error:
        return _Read(None, wrong=str(error))
    parts = (feed.articles[start : start + _PART] for start in range(0, len(feed.articles), _PART))
    return _Read(replace(feed, articles=()), tuple(map(pickle.dumps, parts)))


class FeedWorkers:
    """Reads the bodies of feeds, large ones in worker processes with limits of time and memory.

    Args:
        on_restart: told why a worker was replaced.
    """

    def __init__(self, on_restart: Callable[[str], None] = lambda _reason: None) -> None:
        self._pool: Pool[FeedJob, _Read] = Pool(
            _does_feeds,
            name="feeds",
            workers=_FEED_WORKERS,
            timeout=_FEED_SECONDS,
            memory=_FEED_MEMORY,
            attempts=1,
            on_restart=on_restart,
        )

    async def read(self, job: FeedJob) -> ParsedFeed:
        """What the body holds.

        Raises:
            ParseError: it is no feed, or reading it took too much time or memory.
        """
        if len(job.body) < _SMALL:
            return job.read()
        try:
            answer = await self._pool.run(job)
        except NoWorkerError:
            # No fault of the feed's; in a thread it is read too, only beside everything else.
            return await asyncio.to_thread(job.read)
        except WorkError as error:
            raise ParseError(f"the feed cannot be read: {error}") from error
        if answer.feed is None:
            raise ParseError(answer.wrong)
        articles: list[Article] = []
        for part in answer.parts:
            articles += pickle.loads(part)  # noqa: S301 - from a process of ours
            await asyncio.sleep(0)
        return replace(answer.feed, articles=tuple(articles))

    def close(self) -> None:
        """End the workers."""
        self._pool.close()
