"""Key facts and pages in worker processes: a long article, a crash or a hang never stalls the daemon."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from monitor.errors import ExtractionError, ParseError
from monitor.model.facts import Facts
from monitor.processes import Pool, WorkError
from monitor.sources.pages import Page, PageJob, read_page

# Beyond what a worker takes to load; pages of a few MB need some tens of MB.
_PAGE_MEMORY = 400_000_000
# The longest text that is read takes about 400 MB.
_FACTS_MEMORY = 2_000_000_000
_PAGE_SECONDS = timedelta(seconds=10)


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
