"""Feeds' rhythms and the request budget, between the feed states as they are stored and the planner's arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from monitor.model.article import Article, Feed, FeedState
from monitor.sources import rhythm
from monitor.sources.budget import Bounds
from monitor.sources.planner import Planner
from monitor.sources.schedule import Pace, allowed

PUSHED_GAP = timedelta(hours=1)
"""Between polls of a feed whose hub pushes: to see that it does."""
_REPRICE_EACH = 0.01
"""Seconds between two settings of the price, for each feed: a list of thousands costs more and changes less."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll that was answered: the state before and after, and the articles that were not there before."""

    feed: Feed
    before: FeedState | None
    after: FeedState
    new: Sequence[Article] = ()

    @property
    def first(self) -> bool:
        """Nobody had watched the feed before."""
        return self.before is None or self.before.first_ok is None


class Pacing:
    """Learns from polls when each feed is best polled next."""

    def __init__(self, feeds: Sequence[Feed], states: Mapping[str, FeedState], pace: Pace) -> None:
        self._rows = {feed.url: row for row, feed in enumerate(feeds)}
        known = rhythm.unpack([states[feed.url].rhythm if feed.url in states else b"" for feed in feeds])
        # Those with an interval of their own are not part of the budget.
        self._planner = Planner(
            known,
            np.array([feed.priority.weight if feed.interval is None else 0.0 for feed in feeds]),
            pace.interval.total_seconds(),
            Bounds(pace.minimum.total_seconds(), max(pace.maximum, pace.minimum).total_seconds()),
        )
        self._repriced: datetime | None = None
        self._rest = timedelta(seconds=_REPRICE_EACH * len(feeds))

    def settle(self, polls: Sequence[Poll]) -> list[FeedState]:
        """The states of feeds after polls that succeeded, with what was learnt and the next poll set."""
        polls = [poll for poll in polls if poll.feed.url in self._rows]
        if not polls:
            return []
        rows = np.array([self._rows[poll.feed.url] for poll in polls])
        looks = [_looked(poll) for poll in polls]
        since, until = np.array([look[0] for look in looks]), np.array([look[1] for look in looks])
        which = np.repeat(np.arange(len(polls)), [len(look[2]) for look in looks])
        times = np.array([time for look in looks for time in look[2]])
        self._planner.learn(rows, since, until, which, times)
        now = max(poll.after.last_ok or datetime.min.replace(tzinfo=UTC) for poll in polls)
        if self._repriced is None or now - self._repriced >= self._rest:
            self._planner.reprice()
            self._repriced = now
        gaps = self._planner.gaps(rows, until)
        return [
            _settled(poll, gap, rhythm.pack(self._planner.known[row]))
            for poll, gap, row in zip(polls, gaps.tolist(), rows.tolist(), strict=True)
        ]

    def habits(self) -> dict[str, float]:
        """Articles a day each feed has usually brought, by URL."""
        usual = (rhythm.habit(self._planner.known) * rhythm.DAY).tolist()
        return {url: usual[row] for url, row in self._rows.items()}


def a_day(state: FeedState) -> float:
    """Articles a day the feed brings on average, as learnt so far."""
    return float(rhythm.level(rhythm.unpack([state.rhythm]))[0] * rhythm.DAY)


def _looked(poll: Poll) -> tuple[float, float, list[float]]:
    """What stretch of time a poll has shown, and when its articles came out, in seconds since the epoch."""
    until = poll.after.last_ok.timestamp() if poll.after.last_ok else 0.0
    if poll.first:
        # What a feed lists tells of the time before; where its list begins is all that is known of its oldest entry.
        dated = sorted(a.published.timestamp() for a in poll.new if a.published is not None)
        return (dated[0], until, dated[1:]) if dated else (until, until, [])
    last = poll.before.last_ok if poll.before and poll.before.last_ok else poll.after.last_ok
    since = last.timestamp() if last else until
    new = [article for article in poll.new if article.revision == 1]
    times = [a.published.timestamp() if a.published else 0.0 for a in new]
    # An article that bears no date, or one from before the last look, came out some time since.
    strays = sum(time <= since for time in times)
    spread = ((until - since) * (number + 0.5) / strays + since for number in range(strays))
    return since, until, sorted(next(spread) if time <= since else time for time in times)


def _settled(poll: Poll, gap: float, packed: bytes) -> FeedState:
    after = poll.after
    fresh = not poll.first and any(article.revision == 1 for article in poll.new)
    when = after.next_poll
    if poll.feed.interval is None and after.last_ok is not None:
        if after.pushed_until is not None and after.pushed_until > after.last_ok:
            gap = max(gap, min(PUSHED_GAP, after.pushed_until - after.last_ok).total_seconds())
        when = allowed(after, after.last_ok + timedelta(seconds=gap))
    return replace(after, rhythm=packed, last_new=after.last_ok if fresh else after.last_new, next_poll=when)
