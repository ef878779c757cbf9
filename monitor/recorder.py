"""What polls, pushes and seeds bring, stored: those that come in together in one transaction, then what they taught."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from monitor.errors import StoreError
from monitor.model.article import Article, Batch, Feed, FeedState
from monitor.ports import Clock
from monitor.sources.pacing import Pacing, Poll
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics

STORE_PAUSE = timedelta(seconds=30)
_PUSH_LATE = timedelta(minutes=30)
_MOST_AT_ONCE = 500
"""Articles of one feed stored in one transaction; of a larger one, the rest follows while others are stored between,
and large ones take turns among themselves."""
_GROUP = 1_000
"""Articles, and polls that bring none, stored in one transaction; what reads the store meanwhile waits no longer."""
_GATHER = 0.02
"""Seconds in which polls that come in together are gathered."""
_MOST_WAITING = 500
"""Polls that wait to be stored, above which no more are begun."""

Mistake = Callable[[str, Feed, FeedState | None, Exception], Batch]
"""What a poll counts as in which a mistake of ours was met: where that was, the feed, its state before, the error."""


def is_large(batch: Batch) -> bool:
    """Whether a batch is stored in parts."""
    return len(batch.articles) > _MOST_AT_ONCE


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


class Recorder:
    """Stores what is brought in, and knows what polling has taught of each feed.

    Args:
        pacing: learns when feeds are best polled.
        on_new: called after articles were stored, to wake the pipeline.
        mistake: tells of a mistake of ours.
    """

    def __init__(
        self,
        *,
        store: SqlStore,
        call: StoreThread,
        pacing: Pacing,
        clock: Clock,
        metrics: Metrics,
        health: Health,
        on_new: Callable[[], None],
        mistake: Mistake,
    ) -> None:
        self._store, self._call, self._clock = store, call, clock
        self._metrics, self._health, self._on_new, self._mistake = metrics, health, on_new, mistake
        self._log = structlog.get_logger("monitor.intake")
        self.pacing = pacing
        self.states: dict[str, FeedState] = {}
        self._pushed: dict[str, list[Article]] = {}
        self._bulk = asyncio.Lock()
        self._polled: asyncio.Queue[_Polled] = asyncio.Queue()
        self._expected = 0
        self._writer: asyncio.Task[None] | None = None
        self._hold_until = datetime.min.replace(tzinfo=UTC)

    def start(self) -> None:
        """Begin to store what is recorded."""
        self._writer = asyncio.create_task(self._store_forever())

    async def close(self) -> None:
        """Stop; what is not stored is polled again at the next start."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    @property
    def ready(self) -> bool:
        """Whether polls may begin: the store has not failed just now, and keeps up."""
        return self._clock.now() >= self._hold_until and self._polled.qsize() < _MOST_WAITING

    def expect(self, polls: int = 1) -> None:
        """Note that so many more, or fewer, polls are under way."""
        self._expected += polls

    async def record(self, feed: Feed, before: FeedState | None, batch: Batch) -> bool:
        """Store what a poll brought, and what it taught; whether it was stored."""
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        try:
            _, batch = await self._in_parts(batch)
        except StoreError as error:
            self._not_stored(error)
            return False
        except Exception as error:  # noqa: BLE001 - a mistake of ours on one feed must not stop it or the others
            batch = self._mistake("store", feed, before, error)
        self._polled.put_nowait(_Polled(feed, before, batch, stored))
        return await stored

    async def take_push(self, url: str, batch: Batch) -> list[Article]:
        """Store what a feed's hub has pushed; what was new.

        Raises:
            StoreError: it cannot be stored now.
        """
        new, rest = await self._in_parts(batch)
        new += await self.store(rest)
        self._pushed.setdefault(url, []).extend(new)
        return new

    async def take_lease(self, url: str, until: datetime) -> None:
        """Note how long a feed's hub pushes.

        Raises:
            StoreError: it cannot be stored now.
        """
        state = replace(self.states[url], pushed_until=until)
        await self._call(self._store.put_feed_states, [state])
        self.states[url] = replace(self.states[url], pushed_until=until)

    async def _in_parts(self, batch: Batch) -> tuple[list[Article], Batch]:
        """Store all but the last part of a large batch: what was new of that, and the part that is left."""
        new: list[Article] = []
        while is_large(batch):
            part, rest = batch.articles[:_MOST_AT_ONCE], batch.articles[_MOST_AT_ONCE:]
            async with self._bulk:
                new += await self.store(Batch(articles=part, ahead=batch.ahead))
            batch = replace(batch, articles=rest, ahead=batch.ahead + _MOST_AT_ONCE)
        return new, batch

    async def _store_forever(self) -> None:
        """Store polls as they come in; those that come in while others are stored go together into the next."""
        while True:
            group = [await self._polled.get()]
            if self._expected:
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
        states |= {state.url: state for state in self.pacing.settle(answered)}
        await self._call(self._store.put_feed_states, list(states.values()))
        for polled in group:
            after = states.get(polled.feed.url)
            if after is not None:
                self._note(polled.feed, polled.before, after)
                self.states[polled.feed.url] = after
            polled.stored.set_result(True)
        self._tell([polled.batch for polled in bring], [article for articles in found for article in articles])

    def _not_stored(self, error: StoreError) -> None:
        self._hold_until = self._clock.now() + STORE_PAUSE
        self._health.report("database", "failing", str(error))
        self._log.error("polls could not be stored; the feeds are polled again", error=str(error))

    async def store(self, batch: Batch) -> list[Article]:
        """Store a batch by itself; what was new.

        Raises:
            StoreError: it cannot be stored now.
        """
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

    def _pushing(self, polled: _Polled, new: Sequence[Article]) -> FeedState | None:
        """The state after a poll, with the lease as it is now; it ends where the hub did not push what the poll found.

        An article may be on its way still, so only those that are a while old count as missed.
        """
        after = polled.batch.state
        current = self.states.get(polled.feed.url)
        if after is None or current is None or (after.hub, after.topic) != (current.hub, current.topic):
            return after
        now = self._clock.now()
        missed = any(one.revision == 1 and one.published and now - one.published > _PUSH_LATE for one in new)
        if missed and current.pushed_until is not None and current.pushed_until > now:
            self._log.info("its hub has missed something; the feed is polled as usual", feed=polled.feed.url)
            return replace(after, pushed_until=None)
        same = after.pushed_until == current.pushed_until
        return after if same else replace(after, pushed_until=current.pushed_until)
