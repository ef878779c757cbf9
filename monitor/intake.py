"""Articles in: polls feeds when they are due, reads the seeds folder when it changes, and stores what they bring."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from monitor.errors import FeedListError
from monitor.model.article import Batch, Feed, FeedState, FullText
from monitor.ports import Clock
from monitor.recorder import STORE_PAUSE, Recorder, is_large
from monitor.sources import feedlist, schedule, seeds
from monitor.sources.condition import Condition, trouble_of
from monitor.sources.feeds import FeedJob
from monitor.sources.http import GuardedClient
from monitor.sources.pacing import Pacing
from monitor.sources.poll import Reads, poll, read_here
from monitor.sources.rota import Lane, Rota
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics

BACKLOG_LIMIT = 50_000
"""New articles that wait above which polling pauses; what first polls brought comes after them and does not count."""
_SLOW = timedelta(seconds=5)


class Intake:
    """Owns the feed list and the polls under way.

    Args:
        on_new: called after articles were stored, to wake the pipeline.
        read: what reads the bodies of feeds.
    """

    def __init__(
        self,
        *,
        store: SqlStore,
        call: StoreThread,
        client: GuardedClient,
        feeds_file: Path,
        seeds_folder: Path,
        pace: schedule.Pace,
        concurrency: int,
        clock: Clock,
        rng: random.Random,
        metrics: Metrics,
        health: Health,
        on_new: Callable[[], None],
        read: Reads = read_here,
    ) -> None:
        self._store, self._call, self._client = store, call, client
        self._feeds_file, self._seeds_folder = feeds_file, seeds_folder
        self._pace = pace
        self._clock, self._rng = clock, rng
        self._metrics, self._health, self._read = metrics, health, read
        self._log = structlog.get_logger("monitor.intake")
        self._feeds: dict[str, Feed] = {}
        self._concurrency, self._rota = concurrency, Rota(concurrency)
        self._recorder = Recorder(
            store=store,
            call=call,
            pacing=Pacing((), {}, pace),
            clock=clock,
            metrics=metrics,
            health=health,
            on_new=on_new,
            mistake=self._mistake,
        )
        self._feeds_seen: tuple[int, int] | None = None
        self._known_seeds: dict[str, str] = {}
        self._seed_complaints: frozenset[tuple[str, str]] = frozenset()
        self._wrong_seeds: set[str] = set()
        self._polls: set[asyncio.Task[None]] = set()
        self._backlog = 0
        self._failing = 0

    async def open(self) -> None:
        """Load what is known of feeds and seed files.

        Raises:
            StoreError: the store cannot be read.
        """
        self._known_seeds = await self._call(self._store.seed_files)
        wrong = await self._call(self._store.quarantined)
        self._wrong_seeds = {entry.ref for entry in wrong if entry.source == seeds.SOURCE}
        self._recorder.start()
        await self.reload_feeds()

    @property
    def feeds(self) -> Sequence[Feed]:
        """The feeds that are polled."""
        return tuple(self._feeds.values())

    def full_text(self, source: str) -> FullText | None:
        """Of which articles of this feed the page is to be read; None where the feed leaves that to the rules."""
        feed = self._feeds.get(source)
        return feed.full_text if feed is not None else None

    @property
    def states(self) -> dict[str, FeedState]:
        """What is known of them, by URL."""
        return {url: self._recorder.states[url] for url in self._feeds if url in self._recorder.states}

    def troubles(self) -> dict[str, Condition]:
        """What is wrong with feeds, by URL."""
        now, habits = self._clock.now(), self._recorder.pacing.habits()
        found = {
            url: trouble_of(self._feeds[url], state, habits.get(url, 0.0), now) for url, state in self.states.items()
        }
        return {url: condition for url, condition in found.items() if condition is not None}

    async def reload_feeds(self) -> None:
        """Read feeds.yaml if it has changed; a broken one leaves the feeds as they were, and says so."""
        try:
            stat = self._feeds_file.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
        except FileNotFoundError:
            seen = (0, 0)
        if seen == self._feeds_seen:
            return
        first, self._feeds_seen = self._feeds_seen is None, seen
        try:
            # A list of thousands takes seconds to read; the loop goes on meanwhile.
            feeds = await asyncio.to_thread(feedlist.load_feeds, self._feeds_file) if seen != (0, 0) else ()
        except FeedListError as error:
            self._log.error("feeds.yaml is not used: the feeds stay as they were", error=str(error))
            self._health.report("feeds.yaml", "degraded", str(error))
            return
        self._health.report("feeds.yaml")
        # States too: the command line forgets those of feeds it adds.
        self._recorder.states = await self._call(self._store.feed_states)
        self._feeds = {feed.url: feed for feed in feeds if feed.enabled}
        self._recorder.pacing = Pacing(self.feeds, self._recorder.states, self._pace)
        self._rota.keep(set(self._feeds))
        for feed in self._feeds.values():
            if not self._rota.polling(feed.url):
                self._put(feed.url)
        if not first:
            self._log.info("feeds reloaded", feeds=len(self._feeds))

    def _put(self, url: str, *, slow: bool = False) -> None:
        """Have a feed polled when its state says."""
        state = self._recorder.states.get(url)
        if url not in self._feeds or (state is not None and state.retired):
            self._rota.drop(url)
        elif state is None:
            self._rota.put(url, self._clock.now(), Lane.NEW)
        else:
            lane = Lane.NEW if state.first_ok is None and not state.failures else Lane.USUAL
            self._rota.put(url, state.next_poll, Lane.SLOW if slow or state.failures else lane)

    async def receive(self, url: str, body: bytes, content_type: str) -> int:
        """Take in what a feed's hub has pushed; how many articles were new.

        Raises:
            ParseError: it is no feed.
            StoreError: it cannot be stored now.
        """
        feed = self._feeds.get(url)
        if feed is None:
            return 0
        parsed = await self._read(FeedJob(body, content_type, feed, self._clock.now()))
        batch = Batch(articles=parsed.articles, quarantined=parsed.quarantined)
        return len(await self._recorder.take_push(url, batch))

    async def lease(self, url: str, until: datetime) -> None:
        """Note how long a feed's hub pushes.

        Raises:
            StoreError: it cannot be stored now.
        """
        await self._recorder.take_lease(url, until)

    def poll_due(self) -> int:
        """Start polling the feeds that are due, as far as there is room; how many were started."""
        now = self._clock.now()
        if self._backlog > BACKLOG_LIMIT or not self._recorder.ready:
            return 0
        due = self._rota.take(now, wait=self._wait)
        for url in due:
            task = asyncio.create_task(self._poll(self._feeds[url]))
            self._polls.add(task)
            task.add_done_callback(self._polls.discard)
        return len(due)

    def _wait(self, url: str) -> float:
        """Seconds until the feed's host may be asked, where it would be pointless to hold a place until then."""
        state = self._recorder.states.get(url)
        seconds = self._client.wait((state.moved_to if state else "") or url)
        return seconds if seconds > 1 else 0.0

    async def poll_all_due(self) -> None:
        """Poll every feed that is due now, each once."""
        now = self._clock.now()
        waiting = {url for url, state in self.states.items() if state.retired or state.next_poll > now}
        due = iter([feed for url, feed in self._feeds.items() if url not in waiting])
        under_way: set[asyncio.Task[bool]] = set()

        async def place() -> None:
            for feed in due:
                before, batch = await self._ask(feed)
                recorded = asyncio.create_task(self._recorder.record(feed, before, batch))
                under_way.add(recorded)
                recorded.add_done_callback(under_way.discard)
                if is_large(batch) or not self._recorder.ready:
                    await recorded

        await asyncio.gather(*(place() for _ in range(self._concurrency)))
        await asyncio.gather(*under_way)

    async def _poll(self, feed: Feed) -> None:
        began = self._clock.now()
        try:
            before, batch = await self._ask(feed)
            slow = self._clock.now() - began > _SLOW
            if not is_large(batch):
                # Others are asked while it is stored; what a large one brought fills memory, and keeps its place.
                self._rota.rest(feed.url)
                self.poll_due()
            stored = await self._recorder.record(feed, before, batch)
        except BaseException:
            self._rota.drop(feed.url)
            raise
        if stored:
            self._put(feed.url, slow=slow)
        else:
            # The state stays as it was, so the feed comes up again: later, or a full disk would make us hammer it.
            self._rota.put(feed.url, self._clock.now() + STORE_PAUSE, Lane.SLOW)
        self.poll_due()

    async def _ask(self, feed: Feed) -> tuple[FeedState | None, Batch]:
        """What a feed's state was, and what a poll brings."""
        before, now = self._recorder.states.get(feed.url), self._clock.now()
        self._recorder.expect()
        try:
            batch = await poll(feed, before, self._client, now, self._rng, pace=self._pace, read=self._read)
        except Exception as error:  # noqa: BLE001 - see _mistake
            batch = self._mistake("poll", feed, before, error)
        finally:
            self._recorder.expect(-1)
        return before, batch

    def _mistake(self, where: str, feed: Feed, before: FeedState | None, error: Exception) -> Batch:
        """Tell of a mistake of ours on one feed; the poll counts as failed, so that neither it nor others stop."""
        self._metrics.failures.labels(where).inc()
        self._log.error("a poll failed: this is a bug, please report it", at=where, feed=feed.url, exc_info=error)
        now = self._clock.now()
        return Batch(state=schedule.after_failure(feed, before, error, now, self._rng, pace=self._pace))

    async def read_seeds(self, stable_for: timedelta = timedelta(seconds=1)) -> None:
        """Read what is new or changed in the seeds folder, and has been left alone for `stable_for`.

        Raises:
            StoreError: what was read could not be stored; the next call reads it again.
        """
        batch = await asyncio.to_thread(
            seeds.read_folder,
            self._seeds_folder,
            self._known_seeds,
            self._clock.now(),
            stable_for=stable_for,
            wrong=frozenset(self._wrong_seeds),
        )
        complaints = frozenset((entry.ref, entry.reason) for entry in batch.quarantined)
        if not batch.files and complaints <= self._seed_complaints:
            return
        new = await self._recorder.store(batch)
        self._known_seeds |= batch.files
        self._seed_complaints = complaints
        self._wrong_seeds = (self._wrong_seeds - batch.files.keys()) | {entry.ref for entry in batch.quarantined}
        read = sum(map(bool, batch.files.values()))
        if read or batch.quarantined:
            self._log.info("seeds read", files=read, new=len(new), unreadable=len(batch.quarantined))

    def take_stock(self, waiting: int) -> None:
        """Count the feeds by state for health and metrics, and pause polling while the pipeline is far behind.

        Args:
            waiting: new articles that nobody has decided about yet.
        """
        states = [self._recorder.states[url] for url in self._feeds if url in self._recorder.states]
        failing = sum(bool(state.failures) for state in states)
        counts = {
            "retired": sum(state.retired for state in states),
            "failing": failing,
            "healthy": len(states) - failing,
            "unpolled": len(self._feeds) - len(states),
        }
        for state, count in counts.items():
            self._metrics.feeds.labels(state).set(count)
        self._backlog = waiting
        if failing != self._failing:
            self._failing = failing
            errors = sorted({state.last_error for state in states if state.failures})
            self._log.info(
                "feeds", healthy=counts["healthy"], failing=failing, **({"such_as": errors[0]} if errors else {})
            )
        detail = f"{failing} of {len(self._feeds)} feeds fail; see `monitor feeds list`" if failing else ""
        self._health.report("feeds", "degraded" if failing else "ok", detail)

    async def close(self) -> None:
        """Stop the polls under way; what they had not stored is polled again at the next start."""
        for task in self._polls:
            task.cancel()
        await asyncio.gather(*self._polls, return_exceptions=True)
        await self._recorder.close()
