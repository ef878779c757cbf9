"""Worker processes for key facts, so that a long article, a crash or a hang never stalls the daemon."""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Protocol

from monitor.errors import ExtractionError
from monitor.model.facts import Facts


@dataclass(frozen=True, slots=True)
class Job:
    """One document for a worker."""

    document: str
    published: datetime
    lang: str
    title_length: int


_READY = "ready"
_START_SECONDS = 120.0
_REST_SECONDS = 60.0


class Extracts(Protocol):
    """What a worker runs: facts of one document after the other."""

    def extract(self, document: str, published: datetime, lang: str, title_length: int = 0) -> Facts:
        """Facts of the document."""


def load_extractor(model: str, gazetteers: tuple[Path, ...]) -> Extracts:
    """The real extractor; imported here because only a worker pays for loading spaCy."""
    from monitor.facts.extract import Extractor

    return Extractor(model, gazetteers)


def _serve(connection: Connection, load: Callable[[], Extracts]) -> None:
    """Answer jobs until the other end is closed, which it also is when the daemon is killed."""
    # Ctrl-C and a service manager's SIGTERM reach the whole group; the daemon decides when its workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    extractor = load()
    with suppress(EOFError, OSError):
        connection.send(_READY)
        while True:
            job: Job = connection.recv()
            try:
                answer: Facts | str = extractor.extract(
                    job.document, job.published, job.lang, title_length=job.title_length
                )
            except Exception as error:  # noqa: BLE001 - whatever breaks on one article is told to the daemon
                answer = f"{type(error).__name__}: {error}"
            connection.send(answer)


class _Worker:
    """One process with the pipe to it."""

    def __init__(self, load: Callable[[], Extracts]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_serve, args=(theirs, load), name="facts", daemon=True)
        self._process.start()
        theirs.close()
        self.ready = False

    async def run(self, job: Job, patience: float) -> Facts:
        """Facts of one job, waiting `patience` seconds for them.

        Raises:
            EOFError, OSError: the process has died.
            TimeoutError: it did not answer in time.
            ExtractionError: it answered that it could not.
        """
        # Sending to a process that is still loading could fill the pipe and stall the loop.
        if not self.ready:
            await self._readable(_START_SECONDS)
            self.ready = self._pipe.recv() == _READY
        self._pipe.send(job)
        await self._readable(patience)
        answer = self._pipe.recv()
        if not isinstance(answer, Facts):
            raise ExtractionError(f"key facts could not be extracted ({answer})")
        return answer

    async def _readable(self, patience: float) -> None:
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        descriptor = self._pipe.fileno()
        loop.add_reader(descriptor, arrived.set)
        try:
            async with asyncio.timeout(patience):
                await arrived.wait()
        finally:
            loop.remove_reader(descriptor)

    def stop(self) -> None:
        """End the process at once; it holds nothing worth saving."""
        self._pipe.close()
        self._process.kill()
        self._process.join(timeout=1)


class FactWorkers:
    """A FactExtractor over worker processes, started when first needed.

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
        self._load, self._timeout, self._on_restart = load, timeout.total_seconds(), on_restart
        self._places = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._rests_until = 0.0

    async def extract(self, document: str, published: datetime, lang: str, title_length: int = 0) -> Facts:
        """Facts of the document; a worker that dies or hangs is replaced and the document tried once more.

        Raises:
            ExtractionError: it failed twice, the extractor answered with an error, or workers cannot be started.
        """
        job = Job(document, published, lang, title_length)
        async with self._places:
            if asyncio.get_running_loop().time() < self._rests_until:
                raise ExtractionError("key facts are not extracted: workers could not be started a moment ago")
            try:
                return await self._attempt(job)
            except _WorkerLostError as first:
                self._on_restart(str(first))
            try:
                return await self._attempt(job)
            except _WorkerLostError as second:
                self._on_restart(str(second))
                raise ExtractionError(f"key facts could not be extracted: {second}, twice") from second

    async def _attempt(self, job: Job) -> Facts:
        worker = self._idle.pop() if self._idle else _Worker(self._load)
        try:
            facts = await worker.run(job, self._timeout)
        except ExtractionError:
            self._idle.append(worker)
            raise
        except (EOFError, OSError) as error:  # TimeoutError is an OSError
            worker.stop()
            if not worker.ready:
                # It would fail on every article; starting processes in vain costs more than facts missing for a while.
                self._rests_until = asyncio.get_running_loop().time() + _REST_SECONDS
                self._on_restart("a worker could not be started; see its message above")
                raise ExtractionError("key facts could not be extracted: no worker can be started") from error
            hung = isinstance(error, TimeoutError)
            reason = f"the worker gave no answer within {self._timeout:g} s" if hung else "the worker process died"
            raise _WorkerLostError(reason) from error
        except BaseException:
            # Cancelled half-way: its answer would be taken for the next article's.
            worker.stop()
            raise
        self._idle.append(worker)
        return facts

    def close(self) -> None:
        """End all workers."""
        while self._idle:
            self._idle.pop().stop()


class _WorkerLostError(Exception):
    """A worker died or hung; its article is worth a second try."""
