"""When to poll a feed next: pure functions over its state."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.errors import FetchError, ParseError
from monitor.model.article import Feed, FeedState
from monitor.sources.clean import storable
from monitor.sources.looks import Looks, turned

_MAX_AGE = re.compile(r"(?:^|[\s,])(?:s-maxage|max-age)\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_UNCACHED = re.compile(r"\b(?:no-cache|no-store)\b", re.IGNORECASE)
_MAX_FAILURES = 1_000_000
_MAX_TTL = 10_000
_MAX_VALIDATOR = 1_000
# Hours that a feed may ask to be left alone for: a weekend. One that asks for more is not asked about it.
_MAX_SKIP = 72
# A feed that has become another one is what it is after so long.
_ACCEPTED_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often feeds are polled.

    Attributes:
        interval: between polls of a feed on the average of all.
        minimum: never sooner than this, whatever a feed's entry or rhythm says.
        maximum: the longest between polls of a healthy feed, however quiet it is.
        patience: the longest a server's wishes (Cache-Control, ttl) are followed while the feed is healthy.
        backoff: the longest wait after failures; a failing feed is never given up.
    """

    interval: timedelta = timedelta(minutes=10)
    minimum: timedelta = timedelta(minutes=2)
    maximum: timedelta = timedelta(hours=6)
    patience: timedelta = timedelta(hours=1)
    backoff: timedelta = timedelta(days=1)


USUAL_PACE = Pace()


@dataclass(frozen=True, slots=True)
class Said:
    """What a body that was read said of its feed: looks, wishes, hub and entries (see FeedState)."""

    looks: Looks = field(default_factory=Looks)
    ttl: int = 0
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str = ""
    topic: str = ""
    seen: bytes = b""


def after_success(
    feed: Feed,
    state: FeedState | None,
    now: datetime,
    *,
    headers: Mapping[str, str],
    pace: Pace = USUAL_PACE,
    said: Said | None = None,
    body_hash: str = "",
    moved_to: str = "",
) -> FeedState:
    """The state after an answer: next poll after the interval the feed was given, else as soon as may be.

    When a feed without an interval is best polled is for sources.pacing to say, within what is `allowed`.

    Args:
        feed: whose state it is.
        state: before the poll, None for the first one.
        now: the time of the answer (UTC).
        headers: the answer's, names in lower case.
        pace: bounds.
        said: by the body, None where it was not read (304, unchanged).
        body_hash: of the body just read, "" where there was none (304).
        moved_to: where a permanent redirect led, "" for nowhere.
    """
    before = state or FeedState(url=feed.url, next_poll=now)
    if said is not None:
        before = replace(
            before,
            ttl=min(said.ttl, _MAX_TTL),
            skip_hours=tuple(sorted(said.skip_hours)),
            skip_days=tuple(sorted(said.skip_days)),
            hub=said.hub,
            topic=said.topic,
            seen=said.seen,
            pushed_until=before.pushed_until if (said.hub, said.topic) == (before.hub, before.topic) else None,
        )
        before = _seen(before, said.looks, now)
    wish = min(max(freshness(headers, now), timedelta(minutes=before.ttl)), pace.patience)
    fresh = bool(body_hash)
    after = replace(
        before,
        next_poll=now + max(feed.interval or pace.minimum, pace.minimum, wish),
        # A 304 may leave its validators out; a new body without any has none.
        etag=_validator(headers, "etag", "" if fresh else before.etag),
        last_modified=_validator(headers, "last-modified", "" if fresh else before.last_modified),
        body_hash=body_hash or before.body_hash,
        failures=0,
        failing_since=None,
        last_error="",
        last_ok=now,
        moved_to=moved_to or before.moved_to,
        retired=False,
        not_a_feed=False,
        first_ok=before.first_ok or now,
    )
    when = allowed(after, now)
    return after if when == after.next_poll else replace(after, next_poll=when)


def _validator(headers: Mapping[str, str], name: str, otherwise: str) -> str:
    """A validator as it can be stored and sent back: not cut, for it must come back whole, and in ASCII."""
    value = headers.get(name, otherwise)
    return value if len(value) <= _MAX_VALIDATOR and value.isascii() and value.isprintable() else ""


def _seen(before: FeedState, looks: Looks, now: datetime) -> FeedState:
    """The state with what the feed looks like now; as before while another feed stands at its address."""
    other = turned(Looks(before.title, before.sites, before.lang), looks)
    since = before.other_since if before.other else None
    if other and (since is None or now - since < _ACCEPTED_AFTER):
        return replace(before, other=other, other_since=since or now)
    return replace(
        before,
        title=looks.title or before.title,
        sites=looks.sites or before.sites,
        lang=looks.lang or before.lang,
        other="",
        other_since=since if other else None,
    )


def allowed(state: FeedState, when: datetime) -> datetime:
    """The time of the next poll after a success: then, or as soon after as the feed's wishes allow."""
    when = max(when, state.next_poll)
    if not state.skip_hours and not state.skip_days:
        return when
    hour = when.replace(minute=0, second=0, microsecond=0)
    for ahead in range(_MAX_SKIP + 1):
        moved = hour + timedelta(hours=ahead)
        if moved.hour not in state.skip_hours and moved.weekday() not in state.skip_days:
            return max(when, moved)
    return when


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
        last_error=storable(str(error))[:500],
        moved_to="" if status in {404, 410} else before.moved_to,
        retired=before.retired or gone,
        not_a_feed=isinstance(error, ParseError),
    )


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
