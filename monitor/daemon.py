"""The composition root: builds everything from the settings, owns the scheduler, the loops and the shutdown."""

import asyncio
import os
import random
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import __version__
from monitor.alerts.outbox import Outbox
from monitor.alerts.recent import WINDOW, Recent
from monitor.alerts.upkeep import Upkeep
from monitor.answers.context import Context
from monitor.answers.service import Answers
from monitor.clock import SystemClock
from monitor.config import Settings, Sources
from monitor.errors import ConfigError, StoreBusyError, StoreError, StoreFullError
from monitor.feed_notices import FeedNotices
from monitor.feedpage import AlertFeeds
from monitor.flatlines import Flatlines
from monitor.fulltext import Pages
from monitor.intake import Intake
from monitor.lock import DaemonLock
from monitor.notices import Notices, tellable, with_deliveries, with_rules
from monitor.pipeline import Pipeline
from monitor.ports import Clock, Editor
from monitor.release import Releaser
from monitor.rules.kept import Kept
from monitor.sinks import Destinations
from monitor.sources.http import GuardedClient, Limits
from monitor.sources.robots import Robots
from monitor.sources.schedule import Pace
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.stories.grouping import Grouper, GroupSettings
from monitor.telemetry.health import Health, HealthPage
from monitor.telemetry.metrics import Metrics
from monitor.telemetry.systemd import notify, watchdog_interval
from monitor.watch import PolicyInForce, RulesInForce
from monitor.websub import WebSub, load_key
from monitor.workers import FactWorkers, PageWorkers, load_extractor

TICK_SECONDS = 1
STOP_SECONDS = 4.0
ALERT_LATE = timedelta(minutes=5)
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
        self._counted: dict[str, int] = {}
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
        settings, clock = self._settings, self._clock
        self._call = StoreThread()
        stack.callback(self._call.close)
        store = await self._open_store(patient=patient)
        if store is None:
            return
        self._store = store
        stack.callback(store.close)
        destinations = self._make_sinks(settings)
        sinks, takers = destinations.all, destinations.takers
        self._sinks = sinks
        for sink in sinks:
            stack.push_async_callback(sink.close)
        recovered = await self._call(store.recover, clock.now(), [sink.name for sink in sinks])
        if recovered:
            self._log.info("deliveries of an earlier run go on", deliveries=recovered)
        kept = Kept(settings.paths.var / "rules")
        self._rules = RulesInForce(settings.paths.rules, self._metrics, self._health, kept)
        await self._rules.reload()
        self._policy = PolicyInForce(settings.paths.alerts, self._health)
        self._policy.reload()
        self._recent = Recent()
        workers = FactWorkers(
            partial(load_extractor, settings.facts.model, settings.paths.gazetteer_files),
            workers=settings.facts.workers,
            timeout=timedelta(seconds=settings.facts.timeout),
            on_restart=self._worker_restarted,
        )
        stack.callback(workers.close)
        self._window = timedelta(days=settings.stories.window_days)
        self._needed = max(self._window * 2, DECISIONS_NEEDED)
        self._grouper = Grouper(GroupSettings(window=self._window, max_members=settings.stories.max_articles))
        client = self._client = feed_client(settings.sources, clock)
        stack.push_async_callback(client.close)
        page_workers = PageWorkers(self._worker_restarted)
        stack.callback(page_workers.close)
        self._pages = Pages(
            store=store,
            call=self._call,
            client=client,
            robots=Robots(client, "newsmonitor", clock.now),
            workers=page_workers,
            mode_of=lambda source: self._intake.full_text(source),  # noqa: PLW0108 - it is made further down
            clock=clock,
            metrics=self._metrics,
            on_ready=self._new.set,
        )
        stack.push_async_callback(self._pages.close)
        self._pipeline = Pipeline(
            store=store,
            call=self._call,
            extractor=workers,
            grouper=self._grouper,
            sinks=takers,
            default_channel=settings.slack.channel,
            clock=clock,
            metrics=self._metrics,
            policy=lambda: self._policy.policy,
            recent=self._recent,
            pages=self._pages,
        )
        self._releaser = Releaser(
            store=store,
            call=self._call,
            sinks=takers,
            clock=clock,
            recent=self._recent,
            metrics=self._metrics,
        )
        self._flatlines = Flatlines(
            store=store,
            call=self._call,
            book=lambda: self._rules.book,
            sinks=takers,
            default_channel=settings.slack.channel,
            clock=clock,
            metrics=self._metrics,
            policy=lambda: self._policy.policy,
        )
        self._feed_notices = FeedNotices(
            store=store,
            call=self._call,
            sinks=[sink.name for sink in sinks],
            channel=settings.slack.channel,
            clock=clock,
        )
        self._notices = Notices(
            {
                "rules": with_rules(lambda: self._rules.mistakes),
                "deliveries": with_deliveries(self._blocked, settings.slack.fallback_channel),
            },
            store=store,
            call=self._call,
            sinks=takers,
            channel=settings.slack.channel,
            clock=clock,
        )
        self._outbox = Outbox(
            store,
            sinks,
            clock,
            self._rng,
            f"{socket.gethostname()}:{os.getpid()}",
            call=self._call,
            log=structlog.get_logger("monitor.outbox"),
            late_after=lambda: self._policy.policy.late,
        )
        editors = [sink for sink in sinks if isinstance(sink, Editor)]
        self._upkeep = Upkeep(store, editors, clock, call=self._call, log=structlog.get_logger("monitor.upkeep"))
        self._intake = Intake(
            store=store,
            call=self._call,
            client=client,
            feeds_file=settings.paths.feeds,
            seeds_folder=settings.paths.seeds,
            pace=pace(settings.sources),
            concurrency=settings.sources.concurrency,
            clock=clock,
            rng=self._rng,
            metrics=self._metrics,
            health=self._health,
            on_new=self._new.set,
        )
        stack.push_async_callback(self._intake.close)
        await self._intake.open()
        self._destination = destinations.told

    def _blocked(self) -> list[str]:
        """What takes no alerts until a person mends it, as far as that can be told by another way."""
        slack = self._settings.slack
        return tellable(self._outbox.troubles, slack.fallback_channel or slack.channel)

    def _answer_context(self) -> Context:
        """What people who answer from Slack work with."""

        async def touched(story_id: str) -> None:
            await self._call(self._store.touch, story_id, self._clock.now())

        return Context(
            store=self._store,
            call=self._call,
            rules=self._rules,
            folder=self._settings.paths.rules,
            clock=self._clock,
            health=self._health,
            window=self._window,
            touched=touched,
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
        await self._intake.read_seeds(stable_for=timedelta(0))
        await self._intake.poll_all_due()
        await self._restore_stories()
        while not self._stop.is_set():
            if not await self._pipeline.process(self._rules.book, self._stop) and not await self._pages.settle():
                break
        await self._releaser.release(also_groups=True)
        drained = await self._outbox.drain(self._clock.now())
        await self._upkeep.run()
        left, _ = await self._call(self._store.open_deliveries)
        self._log.info("done", sent=drained.sent + drained.found, waiting=left)
        for trouble in self._outbox.troubles:
            self._log.error("alerts wait", sink=trouble.sink, channel=trouble.channel, error=trouble.error)
        return 1 if left or self._stop.is_set() else 0

    async def _forever(self, stack: AsyncExitStack) -> None:
        feeds = AlertFeeds(self._store, self._call).routes()
        where = self._settings.health
        page = HealthPage(self._health, self._metrics, where.host, where.port, feeds)
        address = ""
        if self._settings.health.port:
            address = await page.start()
            stack.push_async_callback(page.stop)
        if self._settings.websub.callback:
            await self._listen_for_hubs(stack)
        loops = [
            asyncio.create_task(self._supervise("pipeline", self._process_forever)),
            asyncio.create_task(self._supervise("outbox", lambda: self._outbox.run(self._stop))),
        ]
        if self._settings.slack.token and self._settings.slack.socket_token:
            answers = Answers(self._settings.slack, self._answer_context(), self._metrics)
            loops.append(asyncio.create_task(self._supervise("answers", lambda: answers.run(self._stop))))
        scheduler = self._schedule()
        self._on_start(
            Started(
                rules=len(self._rules.book.matcher.rules),
                rule_errors=tuple(str(error) for error in self._rules.errors),
                feeds=len(self._intake.feeds),
                destination=self._destination,
                health=address,
                database=self._store.url,
            )
        )
        self._log.info("started", version=__version__, rules=len(self._rules.book.rules), feeds=len(self._intake.feeds))
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
            client=self._client,
            intake=self._intake,
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
        jobs: list[tuple[str, float, Callable[[], Awaitable[object]]]] = [
            ("poll", TICK_SECONDS, self._poll),
            ("seeds", TICK_SECONDS, self._intake.read_seeds),
            ("rules", TICK_SECONDS, self._rules.reload),
            ("routes", TICK_SECONDS, self._reload_policy),
            ("flatlines", 30, self._look_for_silence),
            ("notices", 5, self._tell_troubles),
            ("feed notices", 60, self._tell_feeds),
            ("upkeep", TICK_SECONDS, self._upkeep.run),
            ("gauges", 5, self._take_stock),
            ("retention", 3600, self._drop_old_texts),
        ]
        if self._websub is not None:
            jobs.append(("websub", 60, self._websub.tend))
        if watchdog is not None:
            jobs.append(("watchdog", watchdog.total_seconds(), self._watchdog))
        for name, seconds, job in jobs:
            scheduler.add_job(
                self._guarded, "interval", seconds=seconds, args=(name, job), id=name, next_run_time=self._clock.now()
            )
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
        self._policy.reload()

    async def _poll(self) -> None:
        await self._intake.reload_feeds()
        self._intake.poll_due()

    async def _look_for_silence(self) -> None:
        if await self._flatlines.look():
            self._outbox.nudge()

    async def _tell_feeds(self) -> None:
        if await self._feed_notices.look(self._intake.feeds, self._intake.states, self._intake.troubles()):
            self._outbox.nudge()

    async def _tell_troubles(self) -> None:
        if await self._notices.look():
            self._outbox.nudge()

    async def _restore_stories(self) -> None:
        """Read the live stories back, in a thread: tens of thousands take a while, and polling need not wait."""
        if not self._restored:
            since = self._clock.now() - self._window
            await self._pipeline.moves.begin()
            members = await self._call(lambda: list(self._store.members(since)))
            await asyncio.to_thread(self._grouper.restore, members)
            decided = await self._call(self._store.decided_since, self._clock.now() - WINDOW)
            self._recent.restore(decided, await self._call(self._store.held))
            self._restored = True

    async def _process_forever(self) -> None:
        await self._restore_stories()
        while not self._stop.is_set():
            self._new.clear()
            try:
                worked = await self._pipeline.process(self._rules.book, self._stop)
                worked += await self._releaser.release()
            except (StoreBusyError, StoreFullError) as error:
                self._store_trouble(error)
                worked = 0
            self._health.report("pipeline", good_for=SILENCE)
            if worked:
                self._outbox.nudge()
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

    async def _take_stock(self) -> None:
        await self._call(self._store.probe)
        backlog = await self._call(self._store.backlog)
        waiting, oldest = await self._call(self._store.open_deliveries)
        self._metrics.backlog.set(backlog)
        self._metrics.outbox.set(waiting)
        for sink in self._sinks:
            blocked = [trouble for trouble in self._outbox.troubles if trouble.operator and trouble.sink == sink.name]
            self._metrics.blocked.labels(sink.name).set(len(blocked))
        for outcome, total in self._outbox.totals.items():
            self._metrics.deliveries.labels(outcome).inc(total - self._counted.get(outcome, 0))
            self._counted[outcome] = total
        self._intake.take_stock(backlog)
        self._health.report("database", good_for=timedelta(minutes=1))
        late = oldest is not None and self._clock.now() - oldest > ALERT_LATE
        troubles = "; ".join(trouble.error for trouble in self._outbox.troubles)
        if late or any(trouble.operator for trouble in self._outbox.troubles):
            self._health.report(
                "alerts", "failing", troubles or f"{waiting} deliveries wait, the oldest since {oldest}"
            )
        else:
            self._health.report("alerts", "degraded" if troubles else "ok", troubles)
        notify(f"STATUS={len(self._intake.feeds)} feeds, {backlog} articles and {waiting} deliveries waiting")

    async def _drop_old_texts(self) -> None:
        before = self._clock.now() - timedelta(days=self._settings.database.keep_days)
        dropped = await self._call(self._store.drop_old_texts, before)
        forgotten = await self._call(self._store.forget_decided, min(before, self._clock.now() - self._needed))
        await self._call(self._store.forget_edits, self._clock.now() - self._window * 2)
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


def feed_client(sources: Sources, clock: Clock) -> GuardedClient:
    """The client that everything is fetched with."""
    return GuardedClient(
        user_agent=user_agent(sources.contact),
        limits=Limits(
            total=sources.timeout,
            wire=sources.max_bytes,
            body=sources.max_unpacked_bytes,
            connections=sources.host_connections,
            rate=sources.host_rate,
        ),
        allow_networks=sources.allow_networks,
        now=clock.now,
    )


def pace(sources: Sources) -> Pace:
    """How often feeds are polled; an average beyond the bounds moves them."""
    shortest, longest = min(sources.min_interval, sources.interval), max(sources.max_interval, sources.interval)
    return Pace(
        interval=timedelta(seconds=sources.interval),
        minimum=timedelta(seconds=shortest),
        maximum=timedelta(seconds=longest),
    )


def user_agent(contact: str) -> str:
    """The honest name under which feeds are fetched."""
    return f"newsmonitor/{__version__}" + (f" (+{contact})" if contact else "")


async def _first(*events: asyncio.Event, seconds: float) -> None:
    """Wait until one of the events is set, or so long."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
