"""The composition root: opens the store, puts the parts together, owns the scheduler, the loops and the shutdown."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import __version__
from monitor.alerts.recent import WINDOW
from monitor.answers.context import Context
from monitor.answers.service import Answers
from monitor.clock import SystemClock
from monitor.collector import settle_collector
from monitor.config import Settings
from monitor.errors import ConfigError, StoreBusyError, StoreError, StoreFullError
from monitor.lock import DaemonLock
from monitor.parts import Surroundings, assemble
from monitor.ports import Clock
from monitor.serving import served
from monitor.sinks import Destinations
from monitor.stock import Stock
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.telemetry.health import Health, HealthPage
from monitor.telemetry.metrics import Metrics
from monitor.telemetry.systemd import notify, watchdog_interval
from monitor.ticks import Every, keep_time
from monitor.websub import WebSub, load_key

TICK_SECONDS = 1
STOP_SECONDS = 4.0
SILENCE = timedelta(minutes=5)
DECISIONS_NEEDED = timedelta(days=31)
"""Throttles, storms and the precision of rules are reckoned from decisions and answers so far back."""


@dataclass(frozen=True, slots=True)
class Started:
    """What the daemon runs with, for the person who started it."""

    rules: int
    rule_errors: tuple[str, ...]
    feeds: int
    destination: str
    health: str
    database: str


class Daemon:
    """Runs until it is told to stop.

    Args:
        sinks: where alerts go.
        on_start: called once everything is up.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sinks: Callable[[Settings], Destinations],
        clock: Clock | None = None,
        rng: random.Random | None = None,
        on_start: Callable[[Started], None] = lambda _started: None,
    ) -> None:
        self._settings, self._on_start = settings, on_start
        self._clock = clock or SystemClock()
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not secrets
        self._make_sinks = sinks
        self._metrics = Metrics()
        self._health = Health(self._clock)
        self._log = structlog.get_logger("monitor.daemon")
        self._restored = False
        self._websub: WebSub | None = None
        self._stop = asyncio.Event()
        self._new = asyncio.Event()

    async def run(self, *, once: bool = False) -> int:
        """Run until a signal; with `once`, do all that is due, deliver, and return.

        Returns:
            0, or 1 where `once` leaves something undelivered or unprocessed.

        Raises:
            ConfigError, StoreError: it cannot start; the message says what to do.
        """
        lock = DaemonLock(self._settings.paths.var)
        lock.acquire()
        async with AsyncExitStack() as stack:
            stack.callback(lock.release)
            self._listen_for_signals()
            await self._open(stack, patient=not once)
            if self._stop.is_set():
                return 0
            if once:
                return await self._once()
            await self._forever(stack)
        self._log.info("stopped")
        return 0

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)

    async def _open(self, stack: AsyncExitStack, *, patient: bool) -> None:
        settings = self._settings
        self._call = StoreThread()
        stack.callback(self._call.close)
        store = await self._open_store(patient=patient)
        if store is None:
            return
        self._store = store
        stack.callback(store.close)
        self._around = around = Surroundings(
            settings,
            store,
            self._call,
            self._clock,
            self._rng,
            self._metrics,
            self._health,
            wake=self._new.set,
            on_restart=self._worker_restarted,
        )
        self._parts = await assemble(around, self._make_sinks(settings), stack)
        settle_collector()
        self._stock = Stock(self._parts, around)

    async def _touched(self, story_id: str) -> None:
        """Somebody has done something about a story: its card is to show it."""
        await self._call(self._store.touch, story_id, self._clock.now())

    def _answer_context(self) -> Context:
        """What people who answer from Slack work with."""
        return Context(
            store=self._store,
            call=self._call,
            rules=self._parts.rules,
            folder=self._settings.paths.rules,
            clock=self._clock,
            health=self._health,
            window=self._parts.window,
            touched=self._touched,
        )

    async def _open_store(self, *, patient: bool) -> SqlStore | None:
        """The store; a database that is out of reach for now is waited for."""
        pause = 1.0
        while True:
            try:
                return await self._call(open_store, self._settings.database_url)
            except StoreBusyError as error:
                if not patient:
                    raise
                self._log.error("waiting for the database", error=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
                return None
            pause = min(pause * 2, 30)

    async def _once(self) -> int:
        await self._parts.intake.read_seeds(stable_for=timedelta(0))
        await self._parts.intake.poll_all_due()
        await self._restore_recent()
        while not self._stop.is_set():
            if (
                not await self._parts.pipeline.process(self._parts.rules.book, self._stop)
                and not await self._parts.pages.settle()
            ):
                break
        await self._parts.releaser.release(once=True)
        drained = await self._parts.outbox.drain(self._clock.now())
        await self._parts.upkeep.run()
        left, _ = await self._call(self._store.open_deliveries)
        self._log.info("done", sent=drained.sent + drained.found, waiting=left)
        for trouble in self._parts.outbox.troubles:
            self._log.error("alerts wait", sink=trouble.sink, channel=trouble.channel, error=trouble.error)
        return 1 if left or self._stop.is_set() else 0

    async def _forever(self, stack: AsyncExitStack) -> None:
        where, also = self._settings.health, served(self._parts, self._around, self._touched, stack)
        page = HealthPage(self._health, self._metrics, where.host, where.port, also)
        address = ""
        if self._settings.health.port:
            address = await page.start()
            stack.push_async_callback(page.stop)
        if self._settings.websub.callback:
            await self._listen_for_hubs(stack)
        loops = [
            asyncio.create_task(self._supervise("pipeline", self._process_forever)),
            asyncio.create_task(self._supervise("outbox", lambda: self._parts.outbox.run(self._stop))),
        ]
        if self._settings.slack.token and self._settings.slack.socket_token:
            answers = Answers(self._settings.slack, self._answer_context(), self._metrics)
            loops.append(asyncio.create_task(self._supervise("answers", lambda: answers.run(self._stop))))
        scheduler = self._schedule()
        loops.append(asyncio.create_task(self._supervise("clock", lambda: keep_time(scheduler, self._stop))))
        self._on_start(
            Started(
                rules=len(self._parts.rules.book.matcher.rules),
                rule_errors=tuple(str(error) for error in self._parts.rules.errors),
                feeds=len(self._parts.intake.feeds),
                destination=self._parts.destination,
                health=address,
                database=self._store.url,
            )
        )
        self._log.info(
            "started", version=__version__, rules=len(self._parts.rules.book.rules), feeds=len(self._parts.intake.feeds)
        )
        notify("READY=1")
        await self._stop.wait()
        self._log.info("stopping")
        notify("STOPPING=1")
        scheduler.shutdown(wait=False)
        _, late = await asyncio.wait(loops, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*loops, return_exceptions=True)

    async def _listen_for_hubs(self, stack: AsyncExitStack) -> None:
        where = self._settings.websub
        self._websub = WebSub(
            where.callback,
            load_key(self._settings.paths.var),
            client=self._parts.client,
            intake=self._parts.intake,
            clock=self._clock,
            most=self._settings.sources.max_bytes,
        )
        runner = web.AppRunner(self._websub.app(), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, where.host, where.port).start()
        except OSError as error:
            raise ConfigError(
                f"websub: cannot listen on {where.host}:{where.port} ({error.strerror}); set a free websub.port"
            ) from error

    def _schedule(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        )
        watchdog = watchdog_interval()
        # None is called like a part that tells its own health, such as "rules": running well is no health of theirs.
        jobs: list[tuple[str, float, Callable[[], Awaitable[object]]]] = [
            ("poll", TICK_SECONDS, self._poll),
            ("seeds", TICK_SECONDS, self._parts.intake.read_seeds),
            ("rule files", TICK_SECONDS, self._parts.rules.reload),
            ("alerts.yaml", TICK_SECONDS, self._reload_policy),
            ("flatlines", 30, self._look_for_silence),
            ("notices", 5, self._tell_troubles),
            ("feed notices", 60, self._tell_feeds),
            ("upkeep", TICK_SECONDS, self._parts.upkeep.run),
            ("gauges", 5, self._stock.take),
            ("retention", 3600, self._drop_old_texts),
        ]
        if self._websub is not None:
            jobs.append(("websub", 5, self._websub.tend))
        if watchdog is not None:
            jobs.append(("watchdog", watchdog.total_seconds(), self._watchdog))
        for name, seconds, job in jobs:
            scheduler.add_job(self._guarded, Every(seconds), args=(name, job), id=name)
        scheduler.start()
        return scheduler

    async def _guarded(self, name: str, job: Callable[[], Awaitable[object]]) -> None:
        """Run a scheduled job; what goes wrong is told, and the next tick tries again."""
        try:
            await job()
        except StoreError as error:
            self._store_trouble(error)
        except Exception:  # noqa: BLE001 - one failing job must not end the daemon
            self._metrics.failures.labels(name).inc()
            self._log.exception("a scheduled job failed; it runs again at its next tick", job=name)
            self._health.report(name, "degraded", "failed; see the log")
        else:
            self._health.report(name)

    async def _reload_policy(self) -> None:
        self._parts.policy.reload()

    async def _poll(self) -> None:
        await self._parts.intake.reload_feeds()
        self._parts.intake.poll_due()

    async def _look_for_silence(self) -> None:
        if await self._parts.flatlines.look():
            self._parts.outbox.nudge()

    async def _tell_feeds(self) -> None:
        if await self._parts.feed_notices.look(
            self._parts.intake.feeds, self._parts.intake.states, self._parts.intake.troubles()
        ):
            self._parts.outbox.nudge()

    async def _tell_troubles(self) -> None:
        if await self._parts.notices.look():
            self._parts.outbox.nudge()

    async def _restore_recent(self) -> None:
        """Read back what throttles and storms are reckoned from; the pipeline reads the live stories itself."""
        if not self._restored:
            window = self._clock.now() - WINDOW
            decided = await self._call(self._store.decided_since, window)
            waiting = await self._call(lambda: self._store.held(limit=20_000))
            released = await self._call(self._store.released_since, window)
            self._parts.recent.restore(decided, waiting, released)
            self._restored = True

    async def _process_forever(self) -> None:
        await self._restore_recent()
        while not self._stop.is_set():
            self._new.clear()
            try:
                worked = await self._parts.pipeline.process(self._parts.rules.book, self._stop)
                worked += await self._parts.releaser.release()
            except (StoreBusyError, StoreFullError) as error:
                self._store_trouble(error)
                worked = 0
            self._health.report("pipeline", good_for=SILENCE)
            if worked:
                self._parts.outbox.nudge()
            else:
                await _first(self._stop, self._new, seconds=1)

    async def _supervise(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Keep a loop running; one that breaks is logged and started again."""
        pause = 1.0
        while not self._stop.is_set():
            began = monotonic()
            try:
                await loop()
            except Exception:  # noqa: BLE001 - nor must a failing loop
                self._metrics.failures.labels(name).inc()
                self._health.report(name, "failing", "failed and was started again; see the log")
                self._log.exception("a loop failed and is started again", loop=name, seconds=pause)
                await _first(self._stop, seconds=pause)
                pause = 1.0 if monotonic() - began > 60 else min(pause * 2, 60)

    async def _drop_old_texts(self) -> None:
        now, window = self._clock.now(), self._parts.window
        before = now - timedelta(days=self._settings.database.keep_days)
        dropped = await self._call(self._store.drop_old_texts, before)
        needed = now - max(window * 2, DECISIONS_NEEDED)
        forgotten = await self._call(self._store.forget_decided, min(before, needed))
        await self._call(self._store.forget_edits, now - window * 2)
        if dropped:
            self._log.info("old unmatched texts dropped", articles=dropped)
        if forgotten:
            self._log.info("old decisions forgotten", rows=forgotten)

    async def _watchdog(self) -> None:
        # Trouble outside is no reason to be restarted; a pipeline that has stopped turning is.
        if "pipeline" not in self._health.silent():
            notify("WATCHDOG=1")

    def _store_trouble(self, error: StoreError) -> None:
        self._health.report("database", "failing", str(error))
        self._log.error("database trouble; nothing stored is lost, work goes on when it is back", error=str(error))

    def _worker_restarted(self, reason: str) -> None:
        self._metrics.worker_restarts.inc()
        self._log.warning("worker replaced", reason=reason)


async def _first(*events: asyncio.Event, seconds: float) -> None:
    """Wait until one of the events is set, or so long."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
