"""A rule's silence is told once, through the outbox; downtime is no silence, and a restart tells nothing twice."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.flatlines import Flatlines
from monitor.model.article import Batch
from monitor.pipeline import Rulebook
from monitor.rules.schema import parse
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.telemetry.metrics import Metrics
from tests.support.nouns import NOON, FakeClock, article, feed_state, processed


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield opened
    opened.close()


class Guard:
    """A daemon's tick, every five minutes of a fake clock."""

    def __init__(self, store: SqlStore, rule: str = "flatline: 24h") -> None:
        read = parse(f"rules: [{{id: missiles, name: Missile news, any: [missiles], {rule}}}]".encode(), "a.yaml")
        assert read.errors == ()
        self.book = Rulebook.of(read.rules)
        self._store, self._call = store, StoreThread()
        self.clock = FakeClock()
        self.start()

    def start(self) -> None:
        self._flatlines = Flatlines(
            store=self._store,
            call=self._call,
            book=lambda: self.book,
            sinks=["console"],
            default_channel="#news",
            clock=self.clock,
            metrics=Metrics(),
        )

    async def run(self, hours: float) -> list[str]:
        """The headlines raised while so much time goes by."""
        before = {status.alert.id for status in self._store.alerts()}
        until = self.clock.now() + timedelta(hours=hours)
        while self.clock.now() < until:
            await self._flatlines.look()
            self.clock.forward(minutes=5)
        await self._flatlines.look()
        return [s.alert.card.headline for s in self._store.alerts() if s.alert.id not in before]

    def match(self, key: str) -> None:
        now = self.clock.now()
        [about] = self._store.ingest(Batch((article(key, fetched=now, published=now),)))
        self._store.commit([processed(about)], [], now)


SAID = "Nothing has matched “Missile news” for 1 day"


async def test_a_silence_is_told_once_and_a_match_ends_it(store: SqlStore) -> None:
    guard = Guard(store)
    assert await guard.run(hours=23.9) == []
    assert await guard.run(hours=0.1) == [SAID]
    guard.start()
    assert await guard.run(hours=48) == []
    guard.match("one")
    assert await guard.run(hours=23.9) == []
    guard.match("two")
    assert await guard.run(hours=23.9) == []
    assert await guard.run(hours=0.2) == [SAID]


async def test_what_happened_while_the_monitor_was_down_is_no_silence(store: SqlStore) -> None:
    guard = Guard(store)
    guard.match("one")
    assert await guard.run(hours=20) == []
    guard.clock.forward(hours=100)
    guard.start()
    assert await guard.run(hours=3.9) == []
    assert await guard.run(hours=0.2) == [SAID]


async def test_a_rule_off_duty_tells_its_silence_when_its_hours_begin(store: SqlStore) -> None:
    guard = Guard(store, "flatline: 20h, active: 10:00-18:00")  # silent from noon on, so overdue at 08:00
    assert await guard.run(hours=21.9) == []
    assert await guard.run(hours=0.2) == ["Nothing has matched “Missile news” for 20 h"]


async def test_the_card_tells_what_came_last_and_that_feeds_fail(store: SqlStore) -> None:
    store.ingest(Batch(state=feed_state(failures=3, failing_since=NOON, last_error="no answer")))
    guard = Guard(store, "flatline: 24h, owner: night desk, severity: critical, channel: [a, b]")
    guard.match("one")
    await guard.run(hours=24)
    raised = [status for status in store.alerts() if status.alert.reason == "flatline"]
    assert {status.alert.channel for status in raised} == {"a", "b"}
    card = raised[0].alert.card
    assert [line.text for line in card.facts] == ["Title of one"]
    assert (card.severity, card.owners, card.url) == ("critical", ("night desk",), "https://feed.example/one")
    assert "1 feed fails at present" in card.notes[0]
