"""Work in processes of its own, so that a hang, a crash or a flood of memory costs one job and nothing else."""

import asyncio
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")

_READY = "ready"
_START_SECONDS = 120.0
_REST_SECONDS = 60.0


class WorkError(Exception):
    """A job was not done; the message says why, without naming the job."""


class NoWorkerError(WorkError):
    """The job was not begun, for no process can be started now."""


class _WorkerLostError(Exception):
    """A worker died or hung; its job may be worth another try."""


class Pool(Generic[Job, Answer]):
    """Processes that do one job after the other, started when first needed.

    Args:
        load: makes the function that does a job, inside the process; it must be picklable.
        name: what the processes are called.
        workers: processes at most.
        timeout: for one job, before its process is replaced.
        memory: bytes of address space a process may take beyond what it has after loading; 0 for any number.
        attempts: how often a job is tried whose process is lost.
        on_restart: told why a process was replaced.
    """

    def __init__(
        self,
        load: Callable[[], Callable[[Job], Answer]],
        *,
        name: str,
        workers: int = 1,
        timeout: timedelta = timedelta(seconds=30),
        memory: int = 0,
        attempts: int = 2,
        on_restart: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self._load, self._name, self._memory = load, name, memory
        self._timeout, self._attempts, self._on_restart = timeout.total_seconds(), attempts, on_restart
        self._places = asyncio.Semaphore(workers)
        # What is large takes a process some time to receive, most of all where processors are busy: the loop goes on.
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=name)
        self._idle: list[_Worker] = []
        self._rests_until = 0.0

    async def run(self, job: Job) -> Answer:
        """What the job comes to.

        Raises:
            WorkError: it failed, its process was lost each time, or processes cannot be started.
        """
        async with self._places:
            if asyncio.get_running_loop().time() < self._rests_until:
                raise NoWorkerError("workers could not be started a moment ago")
            for attempt in range(1, self._attempts + 1):
                try:
                    answer: Answer = await self._attempt(job)
                except _WorkerLostError as lost:
                    self._on_restart(str(lost))
                    if attempt == self._attempts:
                        raise WorkError(f"{lost}{', twice' if attempt == 2 else ''}") from lost
                else:
                    return answer
        raise WorkError("it was never tried")

    async def _attempt(self, job: Job) -> Any:  # noqa: ANN401 - what comes through a pipe has any type
        worker = self._idle.pop() if self._idle else _Worker(self._load, self._name, self._memory)
        try:
            answer = await worker.run(job, self._timeout, self._threads)
        except WorkError:
            self._idle.append(worker)
            raise
        except (EOFError, OSError) as error:  # TimeoutError is an OSError
            worker.stop()
            if not worker.ready:
                # It would fail on every job; starting processes in vain costs more than doing without for a while.
                self._rests_until = asyncio.get_running_loop().time() + _REST_SECONDS
                self._on_restart("a worker could not be started; see its message above")
                raise NoWorkerError("no worker can be started") from error
            hung = isinstance(error, TimeoutError)
            reason = f"the worker gave no answer within {self._timeout:g} s" if hung else "the worker process died"
            raise _WorkerLostError(reason) from error
        except BaseException:
            # Cancelled half-way: its answer would be taken for the next job's.
            worker.stop()
            raise
        self._idle.append(worker)
        return answer

    def close(self) -> None:
        """End all processes."""
        while self._idle:
            self._idle.pop().stop()
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Worker:
    """One process with the pipe to it."""

    def __init__(self, load: Callable[[], Callable[[Any], Any]], name: str, memory: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_serve, args=(theirs, load, memory), name=name, daemon=True
        )
        self._process.start()
        theirs.close()
        self.ready = False

    async def run(self, job: object, patience: float, threads: Executor) -> Any:  # noqa: ANN401 - as above
        """The answer to one job, waiting `patience` seconds for it; sent and received in one of the threads.

        Raises:
            EOFError, OSError: the process has died.
            TimeoutError: it did not answer in time.
            WorkError: it answered that it could not.
        """
        # Sending to a process that is still loading could fill the pipe and stall the loop.
        if not self.ready:
            await self._readable(_START_SECONDS)
            self.ready = self._pipe.recv() == _READY
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(patience):
            await loop.run_in_executor(threads, self._pipe.send, job)
            await self._readable(patience)
            done, answer = await loop.run_in_executor(threads, self._pipe.recv)
        if not done:
            raise WorkError(answer)
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
            # uvloop leaves it non-blocking, and what is larger than its buffer could neither be sent nor received.
            os.set_blocking(descriptor, True)

    def stop(self) -> None:
        """End the process at once; it holds nothing worth saving."""
        # A thread that is sending or receiving ends with the process; only then is the pipe nobody's.
        self._process.kill()
        self._process.join(timeout=1)
        self._pipe.close()


def _serve(connection: Connection, load: Callable[[], Callable[[Any], Any]], memory: int) -> None:
    """Answer jobs until the other end is closed, which it also is when the daemon is killed."""
    # Ctrl-C and a service manager's SIGTERM reach the whole group; the daemon decides when its workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    do = load()
    if memory:
        _limit_memory(memory)
    with suppress(EOFError, OSError):
        connection.send(_READY)
        while True:
            job = connection.recv()
            try:
                answer = (True, do(job))
            except Exception as error:  # noqa: BLE001 - whatever breaks on one job is told to the daemon
                answer = (False, f"{type(error).__name__}: {error}")
            connection.send(answer)


def _limit_memory(beyond: int) -> None:
    """Let the process take so many bytes more than it has; where that cannot be told, it stays without a limit."""
    with suppress(OSError, ValueError, IndexError):
        now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + beyond, now + beyond))
