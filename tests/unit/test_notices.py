"""Troubles are told in the alert channel when they begin, change and end, and a restart tells nothing twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.alerts.outbox import Trouble
from monitor.notices import Notices, tellable, with_deliveries, with_rules
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from tests.support.nouns import NOON, FakeClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield opened
    opened.close()


class Watcher:
    """A daemon's tick over one topic."""

    def __init__(self, store: SqlStore) -> None:
        self.wrong: list[str] = []
        self.clock = FakeClock()
        self._store, self._call = store, StoreThread()
        self.start()

    def start(self) -> None:
        self._notices = Notices(
            {"rules": with_rules(lambda: self.wrong)},
            store=self._store,
            call=self._call,
            sinks=["console"],
            channel="#news",
            clock=self.clock,
        )

    async def pass_time(self, seconds: float) -> list[tuple[str, str, list[str]]]:
        """Kind, headline and lines of what was told meanwhile."""
        before = {status.alert.id for status in self._store.alerts()}
        for _ in range(int(seconds // 5) + 1):
            await self._notices.look()
            self.clock.forward(seconds=5)
        told = [status.alert for status in self._store.alerts() if status.alert.id not in before]
        return [(one.kind.value, one.card.headline, [line.text for line in one.card.facts]) for one in told]


BROKEN = "Rule files have mistakes; what they said before stays in force"
MENDED = "All rule files are good again and in force"


async def test_a_broken_file_is_told_once_and_again_when_it_is_mended(store: SqlStore) -> None:
    watcher = Watcher(store)
    assert await watcher.pass_time(200) == []
    watcher.wrong = ["a.yaml:3:5: unknown key"]
    assert await watcher.pass_time(20) == []
    assert await watcher.pass_time(10) == [("first", BROKEN, ["a.yaml:3:5: unknown key"])]
    assert await watcher.pass_time(600) == []
    watcher.start()
    assert await watcher.pass_time(600) == []
    watcher.wrong = [f"a.yaml:{line}:5: unknown key" for line in range(9)]
    [(kind, headline, lines)] = await watcher.pass_time(100)
    assert (kind, headline, len(lines), lines[-1]) == ("update", BROKEN, 6, "and 4 more")
    watcher.wrong = []
    assert await watcher.pass_time(100) == [("update", MENDED, [])]
    assert await watcher.pass_time(600) == []
    watcher.wrong = ["a.yaml:3:5: unknown key"]
    assert await watcher.pass_time(100) == [("first", BROKEN, ["a.yaml:3:5: unknown key"])]


async def test_a_mistake_mended_within_half_a_minute_bothers_nobody(store: SqlStore) -> None:
    watcher = Watcher(store)
    for _ in range(5):
        watcher.wrong = ["a.yaml:3:5: unknown key"]
        assert await watcher.pass_time(20) == []
        watcher.wrong = []
        assert await watcher.pass_time(20) == []


async def test_what_was_mended_while_the_monitor_was_down_is_told(store: SqlStore) -> None:
    watcher = Watcher(store)
    watcher.wrong = ["a.yaml:3:5: unknown key"]
    await watcher.pass_time(100)
    watcher.wrong = []
    watcher.start()
    assert await watcher.pass_time(100) == [("update", MENDED, [])]


async def test_blocked_deliveries_are_told_in_the_fallback_channel(store: SqlStore) -> None:
    clock, call = FakeClock(), StoreThread()
    notices = Notices(
        {"deliveries": with_deliveries(lambda: ["slack: the token is revoked"], "apprise:oncall")},
        store=store, call=call, sinks=["slack", "jsonl"], channel="#news", clock=clock,
    )  # fmt: skip
    await notices.look()
    clock.forward(minutes=2)
    assert await notices.look() == 1
    [told] = store.alerts()
    assert told.alert.channel == "apprise:oncall"
    assert "apprise" in [delivery.sink for delivery in told.deliveries]
    assert "slack" not in [delivery.sink for delivery in told.deliveries]
    call.close()


def trouble(channel: str, *, operator: bool = True) -> Trouble:
    return Trouble("slack", channel, f"Slack cannot post to {channel or 'any'}", operator, NOON, NOON)


@pytest.mark.parametrize(
    ("troubles", "told_in", "told"),
    [
        ([trouble("#war")], "#news", ["slack #war: Slack cannot post to #war"]),
        ([trouble("News")], "#news", []),
        ([trouble("")], "#news", []),
        ([trouble("")], "apprise:oncall", ["slack: Slack cannot post to any"]),
        ([trouble("#news")], "apprise:oncall", ["slack #news: Slack cannot post to #news"]),
        ([Trouble("apprise", "", "no such service", True, NOON, NOON)], "apprise:oncall", []),
        ([trouble("#war", operator=False)], "apprise:oncall", []),
        ([], "#news", []),
    ],
)
def test_blocked_channels_are_told_where_another_way_leads(
    troubles: list[Trouble], told_in: str, told: list[str]
) -> None:
    assert tellable(troubles, told_in) == told
