"""How a feed is doing: what of it is trouble, and its state as a person reads it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.article import Feed, FeedState

BROKEN_AFTER = timedelta(hours=1)
"""A feed that has failed for so long is broken; what passes sooner is the weather of the net."""
STALE_AFTER = timedelta(days=2)
STALE_EXPECTED = 15.0
"""Articles that would have come at the feed's usual rate, before its silence is told."""
_FEWEST_FAILURES = 3


class Trouble(StrEnum):
    """What can be wrong with a feed that its owner should know."""

    FAILS = "fails"
    NO_FEED = "is something else than a feed now"
    OTHER = "has become another feed"
    GONE = "is gone for good"
    STALE = "has gone silent"


@dataclass(frozen=True, slots=True)
class Condition:
    """A feed's trouble, and one line about it; its words stay the same while the trouble does."""

    trouble: Trouble
    line: str


def standing(feed: Feed, state: FeedState | None) -> str:
    """How a feed is doing, in a word or two: "healthy", "failing", "another feed", "gone", "not polled yet", "off"."""
    if not feed.enabled:
        return "off"
    if state is None:
        return "not polled yet"
    if state.retired:
        return "gone"
    if state.failures:
        return "failing"
    return "another feed" if state.other else "healthy"


def trouble_of(feed: Feed, state: FeedState, habit: float, now: datetime) -> Condition | None:
    """What is wrong with a feed, None where nothing that should be told.

    Args:
        feed: the feed.
        state: from its last poll.
        habit: articles a day it usually brings.
        now: the time (UTC).
    """
    name = feed.name or feed.url
    if state.retired:
        return Condition(Trouble.GONE, f"{name}: {state.last_error or 'gone for good'}")
    if state.failures:
        since = state.failing_since or now
        if state.failures < _FEWEST_FAILURES or now - since < BROKEN_AFTER:
            return None
        trouble = Trouble.NO_FEED if state.not_a_feed else Trouble.FAILS
        return Condition(trouble, f"{name}: {state.last_error}, since {since:%d %b %H:%M} UTC")
    if state.other and state.other_since and now - state.other_since >= BROKEN_AFTER:
        return Condition(Trouble.OTHER, f"{name}: {state.other}, since {state.other_since:%d %b %H:%M} UTC")
    return _silence(name, state, habit, now)


def _silence(name: str, state: FeedState, habit: float, now: datetime) -> Condition | None:
    last = state.last_new or state.first_ok
    if last is None or not is_silent(state, now):
        return None
    if habit * ((now - last) / timedelta(days=1)) < STALE_EXPECTED:
        return None
    return Condition(
        Trouble.STALE, f"{name}: about {habit:.0f} articles a day until {last:%d %b %H:%M} UTC, none since"
    )


def is_silent(state: FeedState, now: datetime) -> bool:
    """Whether nothing new has come for so long that it may be told."""
    last = state.last_new or state.first_ok
    return last is not None and now - last >= STALE_AFTER
