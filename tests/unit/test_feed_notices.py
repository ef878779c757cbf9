"""Troubles of feeds are told once, together, and told to be over in the same thread."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.feed_notices import FeedNotices
from monitor.model.article import Feed, FeedState
from monitor.sources.condition import Trouble, trouble_of
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from tests.support.nouns import NOON, FakeClock, feed_state

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAILING = {"failures": 4, "failing_since": NOON - 2 * HOUR, "last_error": "no answer within 20 s"}
OTHER = {"other": "calls itself 'For sale', no longer 'A'", "other_since": NOON - 2 * HOUR}


@pytest.mark.parametrize(
    ("state", "habit", "trouble"),
    [
        ({"last_ok": NOON, "last_new": NOON - HOUR, "first_ok": NOON - DAY}, 24, None),
        (FAILING, 24, Trouble.FAILS),
        (FAILING | {"failures": 2}, 24, None),
        (FAILING | {"failing_since": NOON - HOUR / 2}, 24, None),
        (FAILING | {"not_a_feed": True, "last_error": "a web page"}, 24, Trouble.NO_FEED),
        (FAILING | {"retired": True}, 24, Trouble.GONE),
        (OTHER, 24, Trouble.OTHER),
        (OTHER | {"other_since": NOON - HOUR / 2}, 24, None),
        ({"other_since": NOON - 20 * DAY}, 24, None),
        ({"last_new": NOON - 3 * DAY}, 24, Trouble.STALE),
        ({"last_new": NOON - 3 * DAY}, 1, None),
        ({"last_new": NOON - DAY}, 400, None),
        ({"first_ok": NOON - 3 * DAY}, 24, Trouble.STALE),
        ({}, 24, None),
    ],
)
def test_what_is_trouble(state: dict[str, object], habit: float, trouble: Trouble | None) -> None:
    found = trouble_of(Feed("http://a.example/", "A"), feed_state("http://a.example/", **state), habit, NOON)
    assert (found.trouble if found else None) is trouble


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield opened
    opened.close()


class Watcher:
    """A daemon's tick over some feeds."""

    def __init__(self, store: SqlStore, feeds: int = 12) -> None:
        self.feeds = [Feed(f"http://{number}.example/", f"Feed {number}") for number in range(feeds)]
        self.states: dict[str, FeedState] = {}
        self.clock = FakeClock()
        self._store, self._call = store, StoreThread()
        self.start()

    def start(self) -> None:
        self._notices = FeedNotices(
            store=self._store, call=self._call, sinks=["console"], channel="#news", clock=self.clock
        )

    def set(self, *numbers: int, **state: object) -> None:
        for number in numbers:
            url = self.feeds[number].url
            self.states[url] = feed_state(url, **state)

    async def look(self) -> list[tuple[str, str, int]]:
        """Kind, headline and number of lines of what was told."""
        before = {status.alert.id for status in self._store.alerts()}
        now = self.clock.forward(minutes=1)
        known = {feed.url: feed for feed in self.feeds}
        found = {url: trouble_of(known[url], s, 24, now) for url, s in self.states.items() if url in known}
        troubles = {url: condition for url, condition in found.items() if condition}
        count = await self._notices.look(self.feeds, self.states, troubles)
        told = [status.alert for status in self._store.alerts() if status.alert.id not in before]
        assert count == len(told)
        return [(one.kind.value, one.card.headline, len(one.card.facts)) for one in reversed(told)]


async def test_a_feed_that_breaks_is_told_once_and_so_is_its_recovery(store: SqlStore) -> None:
    watcher = Watcher(store)
    watcher.set(0, **FAILING)
    assert await watcher.look() == [("first", "Feed 0 fails", 1)]
    watcher.set(0, **FAILING | {"failures": 9, "last_error": "another one"})
    assert await watcher.look() == []
    watcher.start()
    assert await watcher.look() == [], "nor after a restart"
    watcher.set(0, last_ok=NOON)
    assert await watcher.look() == [("update", "Feed 0 is well again", 0)]
    assert await watcher.look() == []
    watcher.set(0, **FAILING)
    assert await watcher.look() == [("first", "Feed 0 fails", 1)]


async def test_what_breaks_together_is_one_card_and_recovers_in_its_thread(store: SqlStore) -> None:
    watcher = Watcher(store)
    watcher.set(0, 1, 2, **FAILING)
    assert await watcher.look() == [("first", "3 feeds need a look", 3)]
    watcher.set(1, last_ok=NOON)
    assert await watcher.look() == [("update", "Feed 1 is well again", 0)]
    watcher.set(0, 2, last_ok=NOON)
    assert await watcher.look() == [("update", "2 feeds are well again", 2)]
    assert len({status.alert.story_id for status in store.alerts()}) == 1


async def test_when_most_feeds_fail_the_network_is_suspected(store: SqlStore) -> None:
    watcher = Watcher(store)
    watcher.set(*range(9), **FAILING)
    [(_, headline, lines)] = await watcher.look()
    assert (headline, lines) == ("9 of 12 feeds fail: is this machine's own network up?", 6)


async def test_a_silent_feed_is_well_when_it_brings_something(store: SqlStore) -> None:
    watcher = Watcher(store)
    watcher.set(0, last_new=NOON - 4 * DAY)
    assert await watcher.look() == [("first", "Feed 0 has gone silent", 1)]
    watcher.clock.forward(days=90)
    assert await watcher.look() == []
    watcher.set(0, last_new=watcher.clock.now())
    assert await watcher.look() == [("update", "Feed 0 is well again", 0)]


async def test_a_feed_that_has_become_another_one_is_told_and_so_is_its_return(store: SqlStore) -> None:
    watcher = Watcher(store)
    watcher.set(0, 1, **OTHER)
    assert await watcher.look() == [("first", "2 feeds need a look", 2)]
    watcher.set(0, last_ok=NOON)
    assert await watcher.look() == [("update", "Feed 0 is well again", 0)]
    watcher.set(1, other_since=NOON - 20 * DAY)
    assert await watcher.look() == [], "it counts as what it is now"
    watcher.set(1, **OTHER)
    assert await watcher.look() == [("first", "Feed 1 has become another feed", 1)]


async def test_a_feed_that_is_taken_off_the_list_needs_no_word(store: SqlStore) -> None:
    watcher = Watcher(store)
    watcher.set(0, 1, **FAILING)
    await watcher.look()
    del watcher.feeds[0]
    assert await watcher.look() == []
    watcher.start()
    assert await watcher.look() == []
