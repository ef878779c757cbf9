"""What every sink must do."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from structlog.testing import CapturingLogger

from monitor import sinks
from monitor.model.alert import Delivery, DeliveryState
from monitor.ports import Sent, Sink
from monitor.sinks import Deps
from monitor.sinks.console import ConsoleSink
from tests.support.nouns import NOON, FakeClock, alert, article
from tests.support.slack_server import SlackServer
from tests.support.webhook_server import WebhookServer

ADDRESSED = ("webhook", "apprise")
HOSTILE = [
    "",
    "<!channel> *all* `of` _you_ ~now~ <https://evil.example|click>",
    "🇺🇦👨‍👩‍👧" * 300,
    "a" * 5_000,
    "\x00\x1b[2J\u202e\ud800",
    "مرحبا بالعالم",
]


@pytest.fixture(params=sinks.KINDS)
async def sink(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sink]:
    deps = Deps(FakeClock(), CapturingLogger())
    if request.param == "console":
        yield ConsoleSink(Console(file=io.StringIO(), width=80), deps)
        return
    if request.param == "apprise":
        pytest.importorskip("apprise", reason="the extra apprise is not installed")
    if not request.param.startswith("slack"):
        async with WebhookServer() as hook:
            made = sinks.make(request.param, options_of(request.param, hook, tmp_path), deps)
            yield made
            await made.close()
        return
    async with SlackServer(channel_names=("alerts",)) as server:
        options: dict[str, object] = {"bot_token": "xoxb-test", "base_url": server.base_url, "per_second": 1_000}
        if request.param == "slack_webhook":
            options = {"url": server.webhook_url, "per_second": 1_000}
        made = sinks.make(request.param, options, deps)
        yield made
        await made.close()


def options_of(kind: str, hook: WebhookServer, folder: Path) -> dict[str, object]:
    if kind == "jsonl":
        return {"path": folder / "alerts.jsonl"}
    return {"targets": {"one": hook.address.replace("http:", "json:") if kind == "apprise" else hook.address}}


def delivery(sink: Sink, key: str = "one", *, seq: int = 0, title: str = "A title", parent_ref: str = "") -> Delivery:
    raised = alert(
        article(key, title=title), seq=seq, channel=f"{sink.name}:one" if sink.name in ADDRESSED else "#alerts"
    )
    return Delivery(1, raised, sink.name, DeliveryState.SENDING, 1, NOON, first_try=NOON, parent_ref=parent_ref)


def test_the_kinds_are_these() -> None:
    assert sinks.KINDS == ("console", "slack", "slack_webhook", "webhook", "apprise", "jsonl")


async def test_a_sink_is_named_as_its_kind(sink: Sink) -> None:
    assert sink.name in sinks.KINDS


async def test_an_accepted_alert_has_a_ref(sink: Sink) -> None:
    sent = await sink.send(delivery(sink))
    assert isinstance(sent, Sent)
    assert sent.ref


async def test_an_update_may_follow_its_first_alert(sink: Sink) -> None:
    first = await sink.send(delivery(sink))
    assert isinstance(first, Sent)
    assert isinstance(await sink.send(delivery(sink, "two", seq=1, parent_ref=first.ref)), Sent)


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
async def test_any_title_is_accepted(sink: Sink, title: str) -> None:
    sending = delivery(sink, title=title)
    card = replace(sending.alert.card, headline=title, outlet=title, rules=(title,), also=title, notes=(title,))
    assert isinstance(await sink.send(replace(sending, alert=replace(sending.alert, card=card))), Sent)


async def test_what_was_never_sent_is_not_found(sink: Sink) -> None:
    assert await sink.find(replace(delivery(sink), uncertain=True)) is None


async def test_closing_twice_does_no_harm(sink: Sink) -> None:
    await sink.send(delivery(sink))
    await sink.close()
    await sink.close()
