"""Articles in: polls feeds when they are due, reads the seeds folder when it changes, and stores what they bring."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from monitor.errors import FeedListError, StoreError
from monitor.model.article import Article, Batch, Feed, FeedState, FullText
from monitor.ports import Clock
from monitor.sources import feedlist, schedule, seeds
from monitor.sources.http import GuardedClient
from monitor.sources.poll import poll
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics

BACKLOG_LIMIT = 50_000
_STORE_PAUSE = timedelta(seconds=30)


class Intake:
    """Owns the feed list and the polls under way.

    Args:
        on_new: called after articles were stored, to wake the pipeline.
    """

    def __init__(
        self,
        *,
        store: SqlStore,
        call: StoreThread,
        client: GuardedClient,
        feeds_file: Path,
        seeds_folder: Path,
        interval: timedelta,
        concurrency: int,
        clock: Clock,
        rng: random.Random,
        metrics: Metrics,
        health: Health,
        on_new: Callable[[], None],
    ) -> None:
        self._store, self._call, self._client = store, call, client
        self._feeds_file, self._seeds_folder = feeds_file, seeds_folder
        self._pace = schedule.Pace(interval=interval, minimum=min(interval, schedule.USUAL_PACE.minimum))
        self._concurrency = concurrency
        self._clock, self._rng = clock, rng
        self._metrics, self._health, self._on_new = metrics, health, on_new
        self._log = structlog.get_logger("monitor.intake")
        self._feeds: dict[str, Feed] = {}
        self._states: dict[str, FeedState] = {}
        self._feeds_seen: tuple[int, int] | None = None
        self._known_seeds: dict[str, str] = {}
        self._seed_complaints: frozenset[tuple[str, str]] = frozenset()
        self._polls: dict[str, asyncio.Task[None]] = {}
        self._hold_until = datetime.min.replace(tzinfo=UTC)
        self._behind = False
        self._failing = 0

    async def open(self) -> None:
        """Load what is known of feeds and seed files.

        Raises:
            StoreError: the store cannot be read.
        """
        self._known_seeds = await self._call(self._store.seed_files)
        await self.reload_feeds()

    @property
    def feeds(self) -> Sequence[Feed]:
        """The feeds that are polled."""
        return tuple(self._feeds.values())

    def full_text(self, source: str) -> FullText | None:
        """Of which articles of this feed the page is to be read; None where the feed leaves that to the rules."""
        feed = self._feeds.get(source)
        return feed.full_text if feed is not None else None

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
        self._states = await self._call(self._store.feed_states)
        self._feeds = {feed.url: feed for feed in feeds if feed.enabled}
        if not first:
            self._log.info("feeds reloaded", feeds=len(self._feeds))

    def poll_due(self) -> int:
        """Start polling the feeds that are due, as far as there is room; how many were started."""
        room = self._concurrency - len(self._polls)
        if room <= 0 or self._behind or self._clock.now() < self._hold_until:
            return 0
        idle = [feed for url, feed in self._feeds.items() if url not in self._polls]
        due = schedule.due(self._states, idle, self._clock.now())[:room]
        for feed in due:
            task = asyncio.create_task(self._poll(feed))
            self._polls[feed.url] = task
        return len(due)

    async def poll_all_due(self) -> None:
        """Poll every feed that is due now, each once."""
        places = asyncio.Semaphore(self._concurrency)

        async def in_turn(feed: Feed) -> None:
            async with places:
                await self._poll(feed)

        due = schedule.due(self._states, self._feeds.values(), self._clock.now())
        await asyncio.gather(*map(in_turn, due))

    async def _poll(self, feed: Feed) -> None:
        try:
            await self._poll_and_store(feed)
        finally:
            self._polls.pop(feed.url, None)

    async def _poll_and_store(self, feed: Feed) -> None:
        before, now = self._states.get(feed.url), self._clock.now()
        try:
            batch = await poll(feed, before, self._client, now, self._rng, pace=self._pace)
        except Exception as error:  # noqa: BLE001 - a mistake of ours on one feed must not stop it or the others
            self._metrics.failures.labels("poll").inc()
            self._log.error("a poll failed: this is a bug, please report it", feed=feed.url, exc_info=error)
            batch = Batch(state=schedule.after_failure(feed, before, error, now, self._rng, pace=self._pace))
        try:
            await self._store_batch(batch)
        except StoreError as error:
            # The state stays as it was, so the feed comes up again: later, or a full disk would make us hammer it.
            self._hold_until = self._clock.now() + _STORE_PAUSE
            self._health.report("database", "failing", str(error))
            self._log.error("a poll could not be stored; the feed is polled again", feed=feed.url, error=str(error))
            return
        if batch.state is not None:
            self._note(feed, before, batch.state)
            self._states[feed.url] = batch.state

    async def read_seeds(self, stable_for: timedelta = timedelta(seconds=1)) -> None:
        """Read what is new or changed in the seeds folder, and has been left alone for `stable_for`.

        Raises:
            StoreError: what was read could not be stored; the next call reads it again.
        """
        batch = await asyncio.to_thread(
            seeds.read_folder, self._seeds_folder, self._known_seeds, self._clock.now(), stable_for=stable_for
        )
        complaints = frozenset((entry.ref, entry.reason) for entry in batch.quarantined)
        if not batch.files and complaints <= self._seed_complaints:
            return
        new = await self._store_batch(batch)
        self._known_seeds |= batch.files
        self._seed_complaints = complaints
        self._log.info("seeds read", files=len(batch.files), new=len(new), unreadable=len(batch.quarantined))

    async def _store_batch(self, batch: Batch) -> list[Article]:
        new = await self._call(self._store.ingest, batch)
        for entry in batch.quarantined:
            self._log.warning("cannot be read", source=entry.source, what=entry.ref, why=entry.reason)
        for article in new:
            self._metrics.articles.labels(article.kind.value).inc()
            self._log.debug("article", article=article.id, source=article.source, title=article.title)
        if new:
            self._on_new()
        return new

    def _note(self, feed: Feed, before: FeedState | None, after: FeedState) -> None:
        """Count a poll, and tell when a feed breaks or recovers."""
        self._metrics.polls.labels("failed" if after.failures else "ok").inc()
        name = feed.name or feed.url
        if after.retired and not (before and before.retired):
            self._log.warning("feed is gone for good and no longer polled", feed=name, url=feed.url)
        elif after.failures == 1:
            self._log.debug("feed fails", feed=name, error=after.last_error)
        elif before is not None and before.failures and not after.failures:
            self._log.debug("feed recovered", feed=name)

    def take_stock(self, backlog: int) -> None:
        """Count the feeds by state for health and metrics, and pause polling while the pipeline is far behind."""
        states = [self._states[url] for url in self._feeds if url in self._states]
        failing = sum(bool(state.failures) for state in states)
        counts = {
            "retired": sum(state.retired for state in states),
            "failing": failing,
            "healthy": len(states) - failing,
            "unpolled": len(self._feeds) - len(states),
        }
        for state, count in counts.items():
            self._metrics.feeds.labels(state).set(count)
        self._behind = backlog > BACKLOG_LIMIT
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
        for task in self._polls.values():
            task.cancel()
        await asyncio.gather(*self._polls.values(), return_exceptions=True)
