"""When a feed is polled next."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, ParseError
from monitor.model.article import Feed, FeedState
from monitor.sources.schedule import Pace, Said, after_failure, after_success, allowed

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)
FEED = Feed(url="http://a.example/")
PACE = Pace(interval=timedelta(minutes=15), minimum=timedelta(minutes=1), patience=timedelta(hours=1))


@pytest.mark.parametrize(
    ("feed", "headers", "ttl", "minutes"),
    [
        (FEED, {}, 0, 1),
        (replace(FEED, interval=timedelta(minutes=5)), {}, 0, 5),
        (FEED, {"cache-control": "public, max-age=1800"}, 0, 30),
        (replace(FEED, interval=timedelta(minutes=5)), {"cache-control": "max-age=60"}, 0, 5),
        (FEED, {"cache-control": "max-age=86400"}, 0, 60),
        (FEED, {"cache-control": "no-cache, max-age=1800"}, 0, 1),
        (FEED, {"expires": "Mon, 18 Nov 2024 12:40:00 GMT"}, 0, 40),
        (FEED, {"expires": "0"}, 0, 1),
        (FEED, {"cache-control": "max-age=90", "expires": "Mon, 18 Nov 2024 12:40:00 GMT"}, 0, 1.5),
        (FEED, {}, 45, 45),
        (FEED, {}, 1440, 60),
    ],
)
def test_a_healthy_feed_comes_back_no_sooner_than_it_wishes(
    feed: Feed, headers: dict[str, str], ttl: int, minutes: float
) -> None:
    state = after_success(feed, None, NOW, headers=headers, said=Said(ttl=ttl), pace=PACE)
    assert state.next_poll == NOW + timedelta(minutes=minutes)


def test_success_forgets_the_failures_and_keeps_validators_of_a_304() -> None:
    failing = FeedState(FEED.url, NOW, etag="e", body_hash="h", failures=3, failing_since=NOW, last_error="x")
    state = after_success(FEED, failing, NOW, headers={}, pace=PACE)
    assert (state.failures, state.failing_since, state.last_error, state.last_ok) == (0, None, "", NOW)
    assert (state.etag, state.body_hash) == ("e", "h")
    assert after_success(FEED, state, NOW, headers={}, pace=PACE, body_hash="new").etag == ""


@given(st.integers(0, 10_000), st.integers(0, 2**32), st.floats(0, 1e12) | st.none())
def test_back_off_grows_and_never_exceeds_a_day(failures: int, seed: int, asked: float | None) -> None:
    state = FeedState(FEED.url, NOW, failures=failures)
    after = after_failure(FEED, state, FetchError("x", retry_after=asked), NOW, random.Random(seed), pace=PACE)
    wait = after.next_poll - NOW
    expected = min(timedelta(minutes=15) * 2 ** min(failures, 20), PACE.backoff)
    assert wait <= PACE.backoff
    assert wait >= 0.75 * expected
    assert wait >= min(timedelta(seconds=asked or 0), PACE.backoff)


def test_gone_retires_the_feed_but_not_for_a_place_it_moved_to() -> None:
    rng = random.Random(1)
    assert after_failure(FEED, None, FetchError("gone", status=410), NOW, rng).retired
    moved = FeedState(FEED.url, NOW, moved_to="http://b.example/")
    state = after_failure(FEED, moved, FetchError("gone", status=410), NOW, rng)
    assert (state.retired, state.moved_to) == (False, "")


def test_a_failing_feed_says_since_when_and_why() -> None:
    rng = random.Random(1)
    first = after_failure(FEED, None, FetchError("no answer"), NOW, rng)
    later = after_failure(FEED, first, FetchError("still none"), NOW + timedelta(hours=1), rng)
    assert (later.failures, later.failing_since, later.last_error) == (2, NOW, "still none")


@pytest.mark.parametrize(
    ("hours", "days", "expected"),
    [
        ({12, 13}, set(), NOW.replace(hour=14)),
        (set(range(24)), set(), NOW),
        (set(), {0}, NOW.replace(day=19, hour=0)),
        (set(), {0, 1, 2, 3}, NOW),
        ({0}, {0}, NOW.replace(day=19, hour=1)),
    ],
)
def test_hours_and_days_to_skip_are_skipped_if_they_leave_any(
    hours: set[int], days: set[int], expected: datetime
) -> None:
    said = Said(skip_hours=frozenset(hours), skip_days=frozenset(days))
    state = after_success(FEED, None, NOW, headers={}, said=said, pace=PACE)
    assert state.next_poll == max(expected, NOW + PACE.minimum)
    again = after_success(FEED, state, NOW, headers={}, pace=PACE)
    assert again.next_poll == state.next_poll, "an unchanged feed still wishes it"


def test_the_best_time_gives_way_to_wishes() -> None:
    state = after_success(FEED, None, NOW, headers={}, said=Said(ttl=30), pace=PACE)
    assert allowed(state, NOW + timedelta(minutes=10)) == NOW + timedelta(minutes=30)
    assert allowed(state, NOW + timedelta(minutes=50)) == NOW + timedelta(minutes=50)


def test_what_is_no_feed_is_remembered_as_such() -> None:
    state = after_failure(FEED, None, ParseError("a web page"), NOW, random.Random(1))
    assert (state.not_a_feed, after_success(FEED, state, NOW, headers={}).not_a_feed) == (True, False)
