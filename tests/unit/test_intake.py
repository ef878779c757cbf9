"""What one feed may cost the others."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.intake import BACKLOG_LIMIT, Intake
from monitor.model.article import BASELINE, FeedState
from monitor.ports import Processed
from monitor.sources.condition import Trouble
from monitor.sources.http import GuardedClient, Limits
from monitor.sources.schedule import Pace
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics
from tests.support import feed_server as play
from tests.support.feed_server import FeedServer
from tests.support.nouns import FakeClock


def rss(entries: int) -> bytes:
    items = "".join(f"<item><guid>{n}</guid><title>Bridge {n} reopens</title></item>" for n in range(entries))
    return f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>".encode()


class Desk:
    """An intake with a store and a server of feeds."""

    def __init__(self, folder: Path, server: FeedServer, *paths: str) -> None:
        self.clock, self.server = FakeClock(), server
        self.store: SqlStore = open_store(f"sqlite:///{folder / 'monitor.db'}")
        self.client = GuardedClient(user_agent="t", limits=Limits(rate=1000), allow_networks=["127.0.0.0/8"])
        (folder / "feeds.yaml").write_text("feeds:\n" + "".join(f"  - {self.url(path)}\n" for path in paths))
        self.intake = Intake(
            store=self.store,
            call=StoreThread(),
            client=self.client,
            feeds_file=folder / "feeds.yaml",
            seeds_folder=folder / "seeds",
            pace=Pace(),
            concurrency=8,
            clock=self.clock,
            rng=random.Random(1),
            metrics=Metrics(),
            health=Health(self.clock),
            on_new=lambda: None,
        )

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.port}{path}"

    @property
    def asked(self) -> list[str]:
        return [request.path for request in self.server.requests]

    async def polled(self, path: str) -> None:
        while self.url(path) not in self.intake.states:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


@asynccontextmanager
async def desk(folder: Path, *paths: str, entries: int = 2) -> AsyncIterator[Desk]:
    async with FeedServer({path: play.body(rss(entries)) for path in paths}) as server:
        made = Desk(folder, server, *paths)
        await made.intake.open()
        try:
            yield made
        finally:
            await made.intake.close()
            await made.client.close()
            made.store.close()


async def test_what_first_polls_brought_holds_up_no_poll_but_too_many_new_articles_do(tmp_path: Path) -> None:
    async with desk(tmp_path, "/new", entries=60) as made:
        made.intake.take_stock(BACKLOG_LIMIT + 1)
        assert made.intake.poll_due() == 0
        made.intake.take_stock(made.store.waiting()[0])
        assert made.intake.poll_due() == 1
        await made.polled("/new")
        assert made.store.waiting() == (0, 60)


@pytest.mark.parametrize("entries", [1, 1_000, 2_500])
async def test_all_of_a_first_poll_was_there_before_however_much_it_is(tmp_path: Path, entries: int) -> None:
    async with desk(tmp_path, "/rss", entries=entries) as made:
        await made.intake.poll_all_due()
        stored = made.store.unprocessed(10_000)
        assert len(stored) == entries
        assert all(BASELINE in article.flags for article in stored)
        assert made.store.waiting() == (0, entries)


async def test_what_another_feed_lists_that_took_its_place_was_there_before_too(tmp_path: Path) -> None:
    def feed(title: str, site: str, *keys: str) -> play.Handler:
        items = "".join(f"<item><guid>{k}</guid><title>News {k}</title></item>" for k in keys)
        head = f"<title>{title}</title><link>http://{site}/</link>"
        return play.body(f"<rss version='2.0'><channel>{head}{items}</channel></rss>".encode())

    async with desk(tmp_path, "/rss") as made:
        brought = []
        for handler in (
            feed("Kyiv Post", "kyivpost.com", "a"),
            feed("Kyiv Post", "kyivpost.com", "a", "b"),
            feed("Domain for sale", "parked.example", "c"),
            feed("Domain for sale", "parked.example", "c", "d"),
        ):
            made.server.routes["/rss"] = handler
            await made.intake.poll_all_due()
            made.clock.forward(days=1)
            [found] = made.store.unprocessed(100)
            made.store.commit([Processed(found)], (), made.clock.now())
            brought.append(found)
        assert [(one.key, BASELINE in one.flags) for one in brought] == [
            ("a", True), ("b", False), ("c", True), ("d", False),
        ]  # fmt: skip
        assert made.intake.troubles()[made.url("/rss")].trouble is Trouble.OTHER


async def test_a_poll_that_cannot_be_stored_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(tmp_path, "/bad", "/good", "/fair") as made:
        bad, put = made.url("/bad"), made.store.put_feed_states

        def picky(states: list[FeedState]) -> None:
            if any(state.url == bad and not state.failures for state in states):
                raise RuntimeError("a mistake of ours")
            put(states)

        monkeypatch.setattr(made.store, "put_feed_states", picky)
        await made.intake.poll_all_due()
        assert {url: state.failures for url, state in made.store.feed_states().items()} == {
            bad: 1,
            made.url("/good"): 0,
            made.url("/fair"): 0,
        }


async def test_a_wrong_seed_that_is_gone_is_no_longer_named_and_a_renamed_one_anew(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.json").write_text('{"title": "A hea')
    async with desk(tmp_path) as made:

        async def named() -> list[str]:
            await made.intake.read_seeds(stable_for=timedelta(0))
            return [entry.ref for entry in made.store.quarantined()]

        assert await named() == ["a.json"]
        (seeds / "a.json").rename(seeds / "b.json")
        assert await named() == ["b.json"]
        await made.intake.open()
        (seeds / "b.json").unlink()
        assert await named() == []
        assert await named() == []
