"""Alerts through an incoming webhook, against the stand-in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from monitor.errors import ConfigError
from monitor.model.alert import Delivery, DeliveryState
from monitor.ports import Failed, Sent
from monitor.sinks import Deps, make
from monitor.sinks.slack_webhook import SlackWebhookSink
from tests.support.nouns import NOON, FakeClock, alert, article
from tests.support.slack_server import Fault, SlackServer


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as running:
        yield running
        assert running.problems == []


def webhook(server: SlackServer, **options: Any) -> SlackWebhookSink:
    given = {"url": server.webhook_url, "per_second": 1_000, "timeout": 0.5} | options
    made = make("slack_webhook", given, Deps(FakeClock(), CapturingLogger()))
    assert isinstance(made, SlackWebhookSink)
    return made


def delivery(channel: str = "#war", **values: Any) -> Delivery:
    raised = alert(article("one"), channel=channel)
    return replace(Delivery(1, raised, "slack_webhook", DeliveryState.SENDING, 1, NOON, first_try=NOON), **values)


async def test_a_card_arrives_and_says_whom_it_is_for(server: SlackServer) -> None:
    sink = webhook(server)
    assert isinstance(await sink.send(delivery()), Sent)
    [post] = server.webhook_posts
    assert "Title of one" in post["text"]
    assert "for #war" in post["blocks"][0]["elements"][0]["text"]
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)
    await sink.close()


@pytest.mark.parametrize("guarantee", ["at_least_once", "at_most_once"])
@pytest.mark.parametrize("fault", ["reset_after", "timeout_after", "error_after"])
async def test_a_lost_answer_means_what_the_setting_says(server: SlackServer, fault: Fault, guarantee: str) -> None:
    sink = webhook(server, guarantee=guarantee)
    server.faults.append(fault)
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert failed.uncertain
    found = await sink.find(delivery(uncertain=True))
    assert isinstance(found, Sent) is (guarantee == "at_most_once")
    await sink.close()


@pytest.mark.parametrize(
    ("status", "text"),
    [(403, "action_prohibited"), (404, "no_service"), (410, "channel_is_archived"), (400, "user_not_found"), (401, "")],
)
async def test_a_refused_webhook_keeps_its_alerts_and_calls_the_operator(
    server: SlackServer, status: int, text: str
) -> None:
    sink = webhook(server)
    server.webhook_errors.append((status, text))
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert (failed.retry, failed.operator, failed.blocks, failed.uncertain) == (True, True, "sink", False)
    assert "slack.webhook_url" in failed.error
    assert "secret" not in failed.error
    assert isinstance(await sink.send(delivery()), Sent)
    await sink.close()


async def test_a_refused_card_goes_as_text_and_else_to_the_dead(server: SlackServer) -> None:
    sink = webhook(server)
    server.webhook_errors.append((400, "invalid_blocks"))
    assert isinstance(await sink.send(delivery()), Sent)
    assert "blocks" not in server.webhook_posts[0]
    server.webhook_errors.extend([(400, "invalid_payload")] * 2)
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert not failed.retry
    await sink.close()


async def test_slow_down_is_obeyed(server: SlackServer) -> None:
    sink = webhook(server)
    server.faults.append("limited")
    server.retry_after = 30
    failed = await sink.send(delivery())
    assert failed == Failed("Slack asks to slow down", retry=True, after=timedelta(seconds=30), blocks="sink")
    await sink.close()


async def test_nobody_listening_is_certainly_not_sent_and_the_secret_not_told() -> None:
    async with SlackServer() as server:
        pass
    sink = webhook(server)
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert (failed.retry, failed.uncertain) == (True, False)
    assert "secret" not in failed.error
    await sink.close()


@pytest.mark.parametrize("options", [{}, {"url": ""}, {"url": "https://x.example", "guarantee": "exactly_once"}])
def test_wrong_options_are_named(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="slack_webhook"):
        make("slack_webhook", options, Deps(FakeClock(), CapturingLogger()))


async def test_several_webhooks_each_take_their_channel_and_one_takes_the_rest(server: SlackServer) -> None:
    sink = webhook(server, channels={"#War": server.webhook_url.replace("B1", "B2")})
    for channel in ("war", "#war", "#trade"):
        assert isinstance(await sink.send(delivery(channel)), Sent)
    assert server.webhook_hooks == ["B2", "B2", "B1"]
    told_for = ["for #" in str(post["blocks"]) for post in server.webhook_posts]
    assert told_for == [False, False, True]
    await sink.close()


async def test_of_several_webhooks_one_that_is_refused_or_missing_holds_up_its_channel_alone(
    server: SlackServer,
) -> None:
    sink = webhook(server, url="", channels={"#war": server.webhook_url})
    server.webhook_errors.append((404, "no_service"))
    refused, missing = await sink.send(delivery()), await sink.send(delivery("#trade"))
    for failed, told in ((refused, "for #war: no_service"), (missing, "no webhook is set for #trade")):
        assert isinstance(failed, Failed)
        assert (failed.blocks, failed.operator, failed.retry) == ("channel", True, True)
        assert told in failed.error
    await sink.close()
