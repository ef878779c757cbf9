"""The real page on a real port, over a real SQLite store, with a clock of its own."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp

from monitor.alerts.outbox import Trouble
from monitor.model.alert import Alert, AlertKind, DeliveryState, Held, Reason
from monitor.model.article import Article, Batch, Feed, FeedState
from monitor.model.rule import Severity
from monitor.sources.condition import Condition
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.telemetry.health import Health, HealthPage
from monitor.telemetry.metrics import Metrics
from monitor.watch import RulesInForce
from monitor.web.access import Access
from monitor.web.app import WebPage
from monitor.web.context import Context
from tests.support.nouns import FakeClock, processed

RULES = """\
rules:
  - id: missiles
    name: Missiles
    description: Long-range weapons.
    severity: high
    all: [missile*]
  - id: quiet
    name: Quiet
    any: [nothing]
"""


@dataclass
class House:
    store: SqlStore
    clock: FakeClock
    health: Health
    rules: RulesInForce
    access: Access
    folder: Path
    address: str = ""
    feeds: dict[str, Feed] = field(default_factory=dict)
    states: dict[str, FeedState] = field(default_factory=dict)
    feed_troubles: dict[str, Condition] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    nudges: list[None] = field(default_factory=list)

    def told(
        self, about: Article, *, state: DeliveryState = DeliveryState.SENT, error: str = "", **given: Any
    ) -> Alert:
        """An article that has alerted, and what became of its delivery."""
        self.store.ingest(Batch(articles=(about,)))
        changed = {key: given.pop(key) for key in ("severity", "card", "created", "kind") if key in given}
        what = processed(about, **given)
        raised = replace(what.alerts[0], **({"created": self.clock.now()} | changed))
        self.store.commit([replace(what, alerts=(raised,))], ["slack"], self.clock.now())
        for delivery in self.store.claim("slack", "me", self.clock.now(), timedelta(minutes=1), 10):
            self.store.settle(replace(delivery, state=state, error=error, ref="C1:1"), self.clock.now())
        return raised

    def held(self, about: Article, reason: Reason = Reason.QUIET) -> Held:
        """An article whose alert waits for six hours."""
        self.store.ingest(Batch(articles=(about,)))
        what = processed(about)
        [decision], [alert] = what.decisions, what.alerts
        waits = Held(
            about.id,
            decision.story_id,
            decision.channel,
            "quiet",
            AlertKind.FIRST,
            reason,
            ("missiles",),
            Severity.HIGH,
            alert.card,
            self.clock.now(),
            self.clock.now() + timedelta(hours=6),
        )
        self.store.commit(
            [replace(what, decisions=(replace(decision, kind=None, reason=reason),), alerts=(), held=(waits,))],
            ["slack"],
            self.clock.now(),
        )
        return waits

    def untold(self, about: Article, reason: Reason = Reason.COPY) -> None:
        """An article that matched and did not alert."""
        self.store.ingest(Batch(articles=(about,)))
        what = processed(about)
        decisions = (replace(what.decisions[0], kind=None, reason=reason),)
        self.store.commit([replace(what, decisions=decisions, alerts=())], ["slack"], self.clock.now())


@asynccontextmanager
async def open_house(tmp_path: Path, port: int, *, password: str = "", host: str = "127.0.0.1") -> AsyncIterator[House]:
    """The page, listening on a loopback port; `host` is what it is told to listen on."""
    clock = FakeClock()
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    (folder / "mine.yaml").write_text(RULES)
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    call, reads = StoreThread(), StoreThread()
    health, metrics = Health(clock), Metrics()
    rules = RulesInForce(folder, metrics, health)
    await rules.reload()
    house = House(store, clock, health, rules, Access(host, password, clock), folder)

    async def touched(story_id: str) -> None:
        house.touched.append(story_id)

    context = Context(
        store=store,
        call=call,
        reads=reads,
        clock=clock,
        health=health,
        rules=rules,
        feeds=lambda: tuple(house.feeds.values()),
        feed_states=lambda: house.states,
        feed_troubles=lambda: house.feed_troubles,
        troubles=lambda: house.troubles,
        window=timedelta(days=7),
        touched=touched,
        nudge=lambda: house.nudges.append(None),
    )
    page = HealthPage(health, metrics, "127.0.0.1", port, WebPage(context, house.access).routes())
    house.address = await page.start()
    try:
        yield house
    finally:
        await page.stop()
        call.close()
        reads.close()
        store.close()


class Reader:
    """Somebody with a browser: keeps the cookie, and sends forms as the page has them."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session, self._address = session, address
        self.status = 0
        self.headers: Any = {}

    async def get(self, path: str, **options: Any) -> str:
        async with self._session.get(self._address + path, **options) as answer:
            self.status, self.headers = answer.status, answer.headers
            return await answer.text()

    async def post(self, path: str, form: dict[str, str], *, headers: dict[str, str] | None = None) -> str:
        """Send a form as a browser does from this page; the page it leads to."""
        sent = {"Origin": self._address, "Sec-Fetch-Site": "same-origin"} if headers is None else headers
        async with self._session.post(self._address + path, data=form, headers=sent) as answer:
            self.status, self.headers = answer.status, answer.headers
            return await answer.text()

    async def token(self, path: str = "/silences") -> str:
        """What the page's forms carry."""
        return re.findall(r'name="token" value="(\w+)"', await self.get(path))[0]


def text_of(page: str) -> str:
    """The words of a page, as they are read."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<head>.*</head>", "", page)).split()))
