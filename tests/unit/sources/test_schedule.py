"""When a feed is polled next."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.model.article import Feed, FeedState
from monitor.sources.schedule import Pace, after_failure, after_success, due

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)
FEED = Feed(url="http://a.example/")
PACE = Pace(interval=timedelta(minutes=15), minimum=timedelta(minutes=1), maximum=timedelta(hours=1))


@pytest.mark.parametrize(
    ("feed", "headers", "ttl", "minutes"),
    [
        (FEED, {}, 0, 15),
        (replace(FEED, interval=timedelta(minutes=5)), {}, 0, 5),
        (FEED, {"cache-control": "public, max-age=1800"}, 0, 30),
        (FEED, {"cache-control": "max-age=60"}, 0, 15),
        (FEED, {"cache-control": "max-age=86400"}, 0, 60),
        (FEED, {"cache-control": "no-cache, max-age=1800"}, 0, 15),
        (FEED, {"expires": "Mon, 18 Nov 2024 12:40:00 GMT"}, 0, 40),
        (FEED, {"expires": "0"}, 0, 15),
        (FEED, {"cache-control": "max-age=60", "expires": "Mon, 18 Nov 2024 12:40:00 GMT"}, 0, 15),
        (FEED, {}, 45, 45),
        (FEED, {}, 1440, 60),
    ],
)
def test_a_healthy_feed_comes_back_when_it_wishes(
    feed: Feed, headers: dict[str, str], ttl: int, minutes: float
) -> None:
    state = after_success(feed, None, NOW, headers=headers, ttl=ttl, pace=PACE)
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


def test_due_feeds_new_ones_first_then_by_waiting_time() -> None:
    feeds = [Feed(url=f"http://{name}.example/") for name in "abcdef"]
    feeds[5] = replace(feeds[5], enabled=False)
    states = {
        feeds[0].url: FeedState(feeds[0].url, NOW - timedelta(minutes=1)),
        feeds[1].url: FeedState(feeds[1].url, NOW - timedelta(minutes=9)),
        feeds[2].url: FeedState(feeds[2].url, NOW + timedelta(seconds=1)),
        feeds[3].url: FeedState(feeds[3].url, NOW, retired=True),
    }
    assert [feed.url[7] for feed in due(states, feeds, NOW)] == ["e", "b", "a"]
