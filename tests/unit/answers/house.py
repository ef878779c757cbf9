"""A daemon's insides as far as answers need them, connected to the stand-in for Slack by the real SDK."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from structlog.testing import CapturingLogger

from monitor.alerts.upkeep import Upkeep
from monitor.answers.context import Context
from monitor.answers.service import Answers
from monitor.config import Slack
from monitor.model.alert import Alert, DeliveryState
from monitor.model.article import Batch
from monitor.model.facts import Facts
from monitor.parts import account_of
from monitor.ports import Sent
from monitor.sinks import Deps, make
from monitor.sinks.slack import SlackSink
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics
from monitor.watch import RulesInForce
from tests.support.nouns import FakeClock, article, processed
from tests.support.slack_server import TOKEN, SlackServer
from tests.support.slack_socket import APP_TOKEN

RULES = """\
# The desk's own.
rules:
  - id: missiles
    name: Missiles
    all: [missile*, {any: [approv*, allow*]}]   # both
"""


@dataclass
class House:
    server: SlackServer
    store: SqlStore
    sink: SlackSink
    clock: FakeClock
    rules: RulesInForce
    health: Health
    metrics: Metrics
    folder: Path
    upkeep: Upkeep
    context: Context
    settings: Slack

    async def raise_alert(
        self, key: str = "one", *, story: str = "", seq: int = 0, channel: str = "#alerts", facts: Facts | None = None,
        **values: Any,
    ) -> tuple[Alert, dict[str, Any]]:  # fmt: skip
        """An alert that is stored and sent; with the message it has become."""
        about = article(key, fetched=self.clock.now(), **values)
        self.store.ingest(Batch(articles=(about,)))
        what = processed(about, story=story, seq=seq, channel=channel)
        raised = replace(what.alerts[0], created=self.clock.now())
        self.store.commit([replace(what, facts=facts, alerts=(raised,))], ["slack"], self.clock.now())
        for delivery in self.store.claim("slack", "me", self.clock.now(), timedelta(minutes=1), 10):
            sent = await self.sink.send(delivery)
            assert isinstance(sent, Sent)
            thread = sent.thread or delivery.parent_ref or sent.ref
            done = replace(delivery, state=DeliveryState.SENT, ref=sent.ref, thread=thread)
            self.store.settle(done, self.clock.now())
        message = next(m for m in self.server.messages if _alert_of(m) == raised.id)
        return raised, message

    async def said(self, count: int = 1) -> dict[str, Any]:
        """The newest words only for one person, once there are so many."""
        socket = self.server.socket
        async with socket.said:
            await asyncio.wait_for(socket.said.wait_for(lambda: len(socket.ephemerals) >= count), 5)
        return socket.ephemerals[-1]

    async def view(self, text: str) -> Any:
        """The open modal that shows these words."""
        socket = self.server.socket

        def found() -> Any:
            return next((view for view in socket.views.values() if view.open and text in view.text), None)

        async with socket.said:
            await asyncio.wait_for(socket.said.wait_for(found), 10)
        return found()


def _alert_of(message: dict[str, Any]) -> str:
    return str(message["metadata"]["event_payload"].get("alert_id"))


@asynccontextmanager
async def open_house(tmp_path: Path, server: SlackServer, **options: Any) -> AsyncIterator[House]:
    """Everything but the connection."""
    clock = FakeClock()
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    if not (folder / "mine.yaml").exists():
        (folder / "mine.yaml").write_text(RULES)
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    call = StoreThread()
    health, metrics = Health(clock), Metrics()
    rules = RulesInForce(folder, metrics, health)
    await rules.reload()
    sink = make(
        "slack",
        {"bot_token": TOKEN, "base_url": server.base_url, "answers": True, "per_second": 1_000, "burst": 1_000},
        Deps(clock, CapturingLogger()),
    )
    assert isinstance(sink, SlackSink)

    async def touched(story_id: str) -> None:
        await call(store.touch, story_id, clock.now())

    window = timedelta(days=7)
    context = Context(store, call, rules, folder, clock, health, window, touched)
    upkeep = Upkeep(store, [sink], clock, call=call, log=CapturingLogger(), account=account_of)
    settings = Slack(bot_token=TOKEN, app_token=APP_TOKEN, base_url=server.base_url, **options)
    try:
        yield House(server, store, sink, clock, rules, health, metrics, folder, upkeep, context, settings)
    finally:
        await sink.close()
        call.close()
        store.close()


@asynccontextmanager
async def listening(house: House) -> AsyncIterator[None]:
    """While the connection for answers is up."""
    stop = asyncio.Event()
    answers = Answers(house.settings, house.context, house.metrics)
    task = asyncio.create_task(answers.run(stop))
    try:
        await asyncio.wait_for(house.server.socket.connected.wait(), 5)
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)
