"""From polls to the next ones."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model.article import Feed, FeedState, Priority
from monitor.sources.pacing import Pacing, Poll, a_day
from monitor.sources.schedule import Pace, Said, after_success
from tests.support.nouns import NOON, article

PACE = Pace(interval=timedelta(minutes=30), minimum=timedelta(minutes=5), maximum=timedelta(days=1))
FEED = Feed("https://feed.example/rss")


def answered(feed: Feed, before: FeedState | None, hours: float, *new: float, **more: object) -> Poll:
    """A poll so many hours after noon, with articles of these hours."""
    now = NOON + timedelta(hours=hours)
    after = after_success(feed, before, now, headers={}, pace=PACE, **more)  # type: ignore[arg-type]
    found = [article(f"{hours} {n}", published=NOON + timedelta(hours=n), fetched=now) for n in new]
    return Poll(feed, before, after, found)


def test_what_a_new_feed_lists_is_history_and_not_news() -> None:
    [state] = Pacing([FEED], {}, PACE).settle([answered(FEED, None, 0, -240, *range(-239, 0))])
    assert a_day(state) == pytest.approx(24, rel=0.15)
    assert (state.first_ok, state.last_new) == (NOON, None)
    [later] = Pacing([FEED], {FEED.url: state}, PACE).settle([answered(FEED, state, 1, 0.5)])
    assert later.last_new == NOON + timedelta(hours=1)


def test_a_feed_with_an_interval_keeps_it() -> None:
    feed = replace(FEED, interval=timedelta(minutes=7))
    [state] = Pacing([feed], {}, PACE).settle([answered(feed, None, 0)])
    assert state.next_poll == NOON + timedelta(minutes=7)


def test_a_feeds_wish_comes_before_the_plan() -> None:
    busy = range(-100, 0)
    feeds = [FEED, *(Feed(f"https://{n}.example/") for n in range(20))]
    plain, wished = Pacing(feeds, {}, PACE), Pacing(feeds, {}, PACE)
    [state] = plain.settle([answered(FEED, None, 0, *busy)])
    assert state.next_poll < NOON + timedelta(minutes=55)
    [state] = wished.settle([answered(FEED, None, 0, *busy, said=Said(ttl=55))])
    assert state.next_poll == NOON + timedelta(minutes=55)


def test_priority_buys_polls() -> None:
    feeds = [Feed(f"https://{name}.example/", priority=Priority(name)) for name in ("low", "normal", "high")]
    polls = [answered(feed, None, 0, *range(-60, 0)) for feed in feeds]
    low, normal, high = (state.next_poll - NOON for state in Pacing(feeds, {}, PACE).settle(polls))
    assert low > normal > high
    assert low / high == pytest.approx(4, rel=0.05)


def test_articles_without_a_date_are_spread_over_the_time_since_the_last_look() -> None:
    pacing = Pacing([FEED], {}, PACE)
    [state] = pacing.settle([answered(FEED, None, 0)])
    for hour in range(1, 200):
        poll = answered(FEED, state, hour, -1000, -1000)
        poll = replace(poll, new=[replace(one, published=None) for one in poll.new])
        [state] = pacing.settle([poll])
    assert a_day(state) == pytest.approx(48, rel=0.2)


def test_edits_are_no_new_articles() -> None:
    pacing = Pacing([FEED], {}, PACE)
    [state] = pacing.settle([answered(FEED, None, 0)])
    poll = answered(FEED, state, 1, 0.5)
    poll = replace(poll, new=[replace(one, revision=2) for one in poll.new])
    assert pacing.settle([poll])[0].last_new is None


def test_a_feed_that_is_no_longer_listed_is_passed_over() -> None:
    assert Pacing([], {}, PACE).settle([answered(FEED, None, 0)]) == []
