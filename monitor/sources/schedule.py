"""When to poll a feed next: pure functions over its state."""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.errors import FetchError
from monitor.model.article import Feed, FeedState

_MAX_AGE = re.compile(r"(?:^|[\s,])(?:s-maxage|max-age)\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_UNCACHED = re.compile(r"\b(?:no-cache|no-store)\b", re.IGNORECASE)
_MAX_FAILURES = 1_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How often feeds are polled.

    Attributes:
        interval: between polls of a healthy feed that sets none of its own.
        minimum: never sooner than this, whatever a feed's entry says.
        maximum: the longest a server's wishes (Cache-Control, ttl) are followed while the feed is healthy.
        backoff: the longest wait after failures; a failing feed is never given up.
    """

    interval: timedelta = timedelta(minutes=15)
    minimum: timedelta = timedelta(minutes=1)
    maximum: timedelta = timedelta(hours=1)
    backoff: timedelta = timedelta(days=1)


USUAL_PACE = Pace()


def after_success(
    feed: Feed,
    state: FeedState | None,
    now: datetime,
    *,
    headers: Mapping[str, str],
    pace: Pace = USUAL_PACE,
    ttl: int = 0,
    body_hash: str = "",
    moved_to: str = "",
) -> FeedState:
    """The state after an answer: next poll after the feed's interval, or as long as the server asks for.

    Args:
        feed: whose state it is.
        state: before the poll, None for the first one.
        now: the time of the answer (UTC).
        headers: the answer's, names in lower case.
        pace: bounds.
        ttl: minutes the feed asks for, 0 for none.
        body_hash: of the body just read, "" where there was none (304).
        moved_to: where a permanent redirect led, "" for nowhere.
    """
    before = state or FeedState(url=feed.url, next_poll=now)
    interval = max(feed.interval or pace.interval, pace.minimum)
    wish = min(max(freshness(headers, now), timedelta(minutes=ttl)), pace.maximum)
    fresh = bool(body_hash)
    return replace(
        before,
        next_poll=now + max(interval, wish),
        # A 304 may leave its validators out; a new body without any has none.
        etag=headers.get("etag", "" if fresh else before.etag)[:500],
        last_modified=headers.get("last-modified", "" if fresh else before.last_modified)[:100],
        body_hash=body_hash or before.body_hash,
        failures=0,
        failing_since=None,
        last_error="",
        last_ok=now,
        moved_to=moved_to or before.moved_to,
        retired=False,
    )


def after_failure(
    feed: Feed,
    state: FeedState | None,
    error: Exception,
    now: datetime,
    rng: random.Random,
    *,
    pace: Pace = USUAL_PACE,
) -> FeedState:
    """The state after a failure: twice the wait each time, with jitter, up to a day; 410 retires the feed.

    What was learnt from the last good answer stays, so that a recovered feed is compared with it.
    """
    before = state or FeedState(url=feed.url, next_poll=now)
    failures = min(before.failures + 1, _MAX_FAILURES)
    status = error.status if isinstance(error, FetchError) else 0
    asked = error.retry_after if isinstance(error, FetchError) else None
    interval = max(feed.interval or pace.interval, pace.minimum)
    wait = min(interval * 2 ** min(failures - 1, 20), pace.backoff)
    if status == 429:
        wait = max(wait, min(2 * interval, pace.backoff))
    # From below, so that feeds that failed together come back one by one and never later than the bound.
    wait = max(wait * rng.uniform(0.75, 1.0), pace.minimum)
    if asked is not None:
        wait = max(wait, min(timedelta(seconds=asked), pace.backoff))
    # A place the feed moved to may vanish while the address the operator wrote still works.
    gone = status == 410 and not before.moved_to
    return replace(
        before,
        next_poll=now + wait,
        failures=failures,
        failing_since=before.failing_since or now,
        last_error=str(error)[:500],
        moved_to="" if status in {404, 410} else before.moved_to,
        retired=before.retired or gone,
    )


def due(states: Mapping[str, FeedState], feeds: Iterable[Feed], now: datetime) -> tuple[Feed, ...]:
    """The feeds to poll now: never polled ones first, then those that have waited longest."""
    waiting: list[tuple[datetime, Feed]] = []
    fresh: list[Feed] = []
    for feed in feeds:
        state = states.get(feed.url)
        if not feed.enabled or (state is not None and (state.retired or state.next_poll > now)):
            continue
        if state is None:
            fresh.append(feed)
        else:
            waiting.append((state.next_poll, feed))
    waiting.sort(key=lambda pair: (pair[0], pair[1].url))
    return (*fresh, *(feed for _, feed in waiting))


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the server says its answer stays good: Cache-Control, else Expires; zero where it says nothing."""
    control = headers.get("cache-control", "")
    if _UNCACHED.search(control):
        return timedelta(0)
    age = _MAX_AGE.search(control)
    if age:
        return timedelta(seconds=min(int(age[1]), 10**9))
    try:
        expires = parsedate_to_datetime(headers.get("expires", ""))
        return max(expires - now, timedelta(0))
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)
