"""Articles in: polls feeds when they are due, reads the seeds folder when it changes, and stores what they bring."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from monitor.errors import FeedListError, StoreError
from monitor.model.article import Article, Batch, Feed, FeedState, FullText
from monitor.ports import Clock
from monitor.sources import feedlist, schedule, seeds
from monitor.sources.condition import Condition, trouble_of
from monitor.sources.feeds import FeedJob
from monitor.sources.http import GuardedClient
from monitor.sources.pacing import Pacing, Poll
from monitor.sources.poll import Reads, poll, read_here
from monitor.sources.rota import Lane, Rota
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics

BACKLOG_LIMIT = 50_000
"""New articles that wait above which polling pauses; what first polls brought comes after them and does not count."""
_STORE_PAUSE = timedelta(seconds=30)
_SLOW = timedelta(seconds=5)
_PUSH_LATE = timedelta(minutes=30)
_MOST_AT_ONCE = 500
"""Articles of one feed stored in one transaction; of a larger one, the rest follows while others are stored between,
and large ones take turns among themselves."""
_GROUP = 1_000
"""Articles, and polls that bring none, stored in one transaction; what reads the store meanwhile waits no longer."""
_GATHER = 0.02
"""Seconds in which polls that come in together are gathered."""


@dataclass(frozen=True, slots=True)
class _Polled:
    """A poll that waits to be stored; `stored` is done once it is, or cannot be."""

    feed: Feed
    before: FeedState | None
    batch: Batch
    stored: asyncio.Future[bool]

    @property
    def answered(self) -> bool:
        """Whether the feed was asked, and gave an answer that could be read."""
        after, last = self.batch.state, self.before.last_ok if self.before else None
        return after is not None and not after.failures and after.last_ok != last

    @property
    def recovers(self) -> bool:
        """Whether earlier complaints about the feed are settled."""
        after = self.batch.state
        return bool(self.before and self.before.failures and after and not after.failures)


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
        self._metrics, self._health, self._on_new, self._read = metrics, health, on_new, read
        self._log = structlog.get_logger("monitor.intake")
        self._feeds: dict[str, Feed] = {}
        self._states: dict[str, FeedState] = {}
        self._concurrency, self._rota = concurrency, Rota(concurrency)
        self._pacing = Pacing((), {}, pace)
        self._feeds_seen: tuple[int, int] | None = None
        self._known_seeds: dict[str, str] = {}
        self._seed_complaints: frozenset[tuple[str, str]] = frozenset()
        self._pushed: dict[str, list[Article]] = {}
        self._polls: set[asyncio.Task[None]] = set()
        self._bulk = asyncio.Lock()
        self._polled: asyncio.Queue[_Polled] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        self._hold_until = datetime.min.replace(tzinfo=UTC)
        self._backlog = 0
        self._asking = 0
        self._failing = 0

    async def open(self) -> None:
        """Load what is known of feeds and seed files.

        Raises:
            StoreError: the store cannot be read.
        """
        self._known_seeds = await self._call(self._store.seed_files)
        self._writer = asyncio.create_task(self._store_forever())
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
        return {url: self._states[url] for url in self._feeds if url in self._states}

    def troubles(self) -> dict[str, Condition]:
        """What is wrong with feeds, by URL."""
        now, habits = self._clock.now(), self._pacing.habits()
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
        self._states = await self._call(self._store.feed_states)
        self._feeds = {feed.url: feed for feed in feeds if feed.enabled}
        self._pacing = Pacing(self.feeds, self._states, self._pace)
        self._rota.keep(set(self._feeds))
        for feed in self._feeds.values():
            if not self._rota.polling(feed.url):
                self._put(feed.url)
        if not first:
            self._log.info("feeds reloaded", feeds=len(self._feeds))

    def _put(self, url: str, *, slow: bool = False) -> None:
        """Have a feed polled when its state says."""
        state = self._states.get(url)
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
        parts = [parsed.articles[n : n + _MOST_AT_ONCE] for n in range(0, len(parsed.articles), _MOST_AT_ONCE)]
        new: list[Article] = []
        for number, part in enumerate(parts or [()]):
            async with self._bulk:
                wrong = () if number else parsed.quarantined
                new += await self._store_batch(Batch(part, quarantined=wrong, ahead=number * _MOST_AT_ONCE))
        self._pushed.setdefault(url, []).extend(new)
        return len(new)

    async def lease(self, url: str, until: datetime) -> None:
        """Note how long a feed's hub pushes.

        Raises:
            StoreError: it cannot be stored now.
        """
        state = replace(self._states[url], pushed_until=until)
        await self._call(self._store.put_feed_states, [state])
        self._states[url] = replace(self._states[url], pushed_until=until)

    def _pushing(self, polled: _Polled, new: Sequence[Article]) -> FeedState | None:
        """The state after a poll, with the lease as it is now; it ends where the hub did not push what the poll found.

        An article may be on its way still, so only those that are a while old count as missed.
        """
        after = polled.batch.state
        current = self._states.get(polled.feed.url)
        if after is None or current is None or (after.hub, after.topic) != (current.hub, current.topic):
            return after
        now = self._clock.now()
        missed = any(one.revision == 1 and one.published and now - one.published > _PUSH_LATE for one in new)
        if missed and current.pushed_until is not None and current.pushed_until > now:
            self._log.info("its hub has missed something; the feed is polled as usual", feed=polled.feed.url)
            return replace(after, pushed_until=None)
        same = after.pushed_until == current.pushed_until
        return after if same else replace(after, pushed_until=current.pushed_until)

    def poll_due(self) -> int:
        """Start polling the feeds that are due, as far as there is room; how many were started."""
        now = self._clock.now()
        if self._backlog > BACKLOG_LIMIT or now < self._hold_until:
            return 0
        due = self._rota.take(now, wait=self._wait)
        for url in due:
            task = asyncio.create_task(self._poll(self._feeds[url]))
            self._polls.add(task)
            task.add_done_callback(self._polls.discard)
        return len(due)

    def _wait(self, url: str) -> float:
        """Seconds until the feed's host may be asked, where it would be pointless to hold a place until then."""
        state = self._states.get(url)
        seconds = self._client.wait((state.moved_to if state else "") or url)
        return seconds if seconds > 1 else 0.0

    async def poll_all_due(self) -> None:
        """Poll every feed that is due now, each once."""
        now = self._clock.now()
        waiting = {url for url, state in self.states.items() if state.retired or state.next_poll > now}
        due = iter([feed for url, feed in self._feeds.items() if url not in waiting])

        async def place() -> None:
            for feed in due:
                await self._poll_and_store(feed)

        await asyncio.gather(*(place() for _ in range(self._concurrency)))

    async def _poll(self, feed: Feed) -> None:
        began = self._clock.now()
        try:
            stored = await self._poll_and_store(feed)
        except BaseException:
            self._rota.drop(feed.url)
            raise
        if stored:
            self._put(feed.url, slow=self._clock.now() - began > _SLOW)
        else:
            # The state stays as it was, so the feed comes up again: later, or a full disk would make us hammer it.
            self._rota.put(feed.url, self._clock.now() + _STORE_PAUSE, Lane.SLOW)
        self.poll_due()

    async def _poll_and_store(self, feed: Feed) -> bool:
        """Poll a feed and have it stored; whether it was."""
        before, now = self._states.get(feed.url), self._clock.now()
        self._asking += 1
        try:
            batch = await poll(feed, before, self._client, now, self._rng, pace=self._pace, read=self._read)
        except Exception as error:  # noqa: BLE001 - see _mistake
            batch = self._mistake("poll", feed, before, error)
        finally:
            self._asking -= 1
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        try:
            while len(batch.articles) > _MOST_AT_ONCE:
                part = batch.articles[:_MOST_AT_ONCE]
                async with self._bulk:
                    await self._store_batch(Batch(articles=part, ahead=batch.ahead))
                rest = batch.articles[_MOST_AT_ONCE:]
                batch = replace(batch, articles=rest, ahead=batch.ahead + _MOST_AT_ONCE)
        except StoreError as error:
            self._not_stored(error)
            return False
        except Exception as error:  # noqa: BLE001 - as above
            batch = self._mistake("store", feed, before, error)
        self._polled.put_nowait(_Polled(feed, before, batch, stored))
        return await stored

    async def _store_forever(self) -> None:
        """Store polls as they come in; those that come in while others are stored go together into the next."""
        while True:
            group = [await self._polled.get()]
            if self._asking:
                # Each transaction costs as much as many rows in it.
                await asyncio.sleep(_GATHER)
            articles = len(group[0].batch.articles)
            while articles < _GROUP and not self._polled.empty():
                group.append(self._polled.get_nowait())
                articles += 1 + len(group[-1].batch.articles)
            await self._store_polls(group)
            for polled in group:
                if not polled.stored.done():
                    polled.stored.set_result(False)

    async def _store_polls(self, group: Sequence[_Polled], *, again: bool = False) -> None:
        """Store polls; where one of them cannot be, each by itself, so that this one alone counts as failed."""
        try:
            await self._store_group(group)
        except StoreError as error:
            self._not_stored(error)
        except Exception as error:  # noqa: BLE001 - as above
            if len(group) > 1:
                for polled in group:
                    await self._store_polls([polled])
                return
            [polled] = group
            failed = self._mistake("store", polled.feed, polled.before, error)
            if not again:
                await self._store_polls([replace(polled, batch=failed)], again=True)

    def _mistake(self, where: str, feed: Feed, before: FeedState | None, error: Exception) -> Batch:
        """Tell of a mistake of ours on one feed; the poll counts as failed, so that neither it nor others stop."""
        self._metrics.failures.labels(where).inc()
        self._log.error("a poll failed: this is a bug, please report it", at=where, feed=feed.url, exc_info=error)
        now = self._clock.now()
        return Batch(state=schedule.after_failure(feed, before, error, now, self._rng, pace=self._pace))

    async def _store_group(self, group: Sequence[_Polled]) -> None:
        """Store articles, then what was learnt with them; a crash between has the feeds polled again."""
        bring = [polled for polled in group if polled.batch.articles or polled.batch.quarantined or polled.recovers]
        found = await self._call(self._store.ingest_many, [polled.batch for polled in bring]) if bring else []
        new = {polled.feed.url: articles for polled, articles in zip(bring, found, strict=True)}
        states = {
            polled.feed.url: state
            for polled in group
            if (state := self._pushing(polled, new.get(polled.feed.url, ()))) is not None
        }
        answered = [
            Poll(p.feed, p.before, states[p.feed.url], [*self._pushed.pop(p.feed.url, ()), *new.get(p.feed.url, ())])
            for p in group
            if p.feed.url in states and p.answered
        ]
        states |= {state.url: state for state in self._pacing.settle(answered)}
        await self._call(self._store.put_feed_states, list(states.values()))
        for polled in group:
            after = states.get(polled.feed.url)
            if after is not None:
                self._note(polled.feed, polled.before, after)
                self._states[polled.feed.url] = after
            polled.stored.set_result(True)
        self._tell([polled.batch for polled in bring], [article for articles in found for article in articles])

    def _not_stored(self, error: StoreError) -> None:
        self._hold_until = self._clock.now() + _STORE_PAUSE
        self._health.report("database", "failing", str(error))
        self._log.error("polls could not be stored; the feeds are polled again", error=str(error))

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
        self._tell([batch], new)
        return new

    def _tell(self, batches: Sequence[Batch], new: Sequence[Article]) -> None:
        for entry in (entry for batch in batches for entry in batch.quarantined):
            self._log.warning("cannot be read", source=entry.source, what=entry.ref, why=entry.reason)
        for kind, number in Counter(article.kind.value for article in new).items():
            self._metrics.articles.labels(kind).inc(number)
        if logging.getLogger("monitor.intake").isEnabledFor(logging.DEBUG):
            for article in new:
                self._log.debug("article", article=article.id, source=article.source, title=article.title)
        if new:
            self._on_new()

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

    def take_stock(self, waiting: int) -> None:
        """Count the feeds by state for health and metrics, and pause polling while the pipeline is far behind.

        Args:
            waiting: new articles that nobody has decided about yet.
        """
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
        tasks = [*self._polls, *([self._writer] if self._writer else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
