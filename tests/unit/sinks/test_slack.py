"""The Slack sink with the real slack-sdk against a strict stand-in on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from structlog.testing import CapturingLogger

from monitor.errors import ConfigError
from monitor.model.alert import Delivery, DeliveryState, Reaction, Standing
from monitor.model.rule import Severity
from monitor.ports import Failed, Sent
from monitor.sinks import Deps, make
from monitor.sinks.slack import SlackSink
from monitor.sinks.slack_check import ANSWER_SCOPES, OPTIONAL_SCOPES, SCOPES
from tests.conftest import ROOT
from tests.support.block_kit import elements
from tests.support.nouns import NOON, FakeClock, alert, article
from tests.support.slack_server import SCOPES as KNOWN_SCOPES
from tests.support.slack_server import Fault, SlackServer
from tests.support.slack_socket import APP_TOKEN


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer(channel_names=("alerts", "war")) as running:
        yield running
        assert running.problems == []


@pytest.fixture
async def sink(server: SlackServer) -> AsyncIterator[SlackSink]:
    made = slack(server)
    yield made
    await made.close()


def slack(server: SlackServer, **options: Any) -> SlackSink:
    given = {"bot_token": "xoxb-test", "base_url": server.base_url, "timeout": 5, "per_second": 1_000, "burst": 1_000}
    made = make("slack", given | {"workspace_per_second": 1_000} | options, Deps(FakeClock(), CapturingLogger()))
    assert isinstance(made, SlackSink)
    return made


def delivery(key: str = "one", *, seq: int = 0, channel: str = "#alerts", **values: Any) -> Delivery:
    raised = alert(article(key), story=key, seq=seq, channel=channel)
    sending = Delivery(1, raised, "slack", DeliveryState.SENDING, 1, NOON, first_try=NOON)
    return replace(sending, **values)


def again(first: Delivery, **values: Any) -> Delivery:
    return replace(first, uncertain=True, attempts=first.attempts + 1, **values)


async def test_a_card_arrives_with_fallback_metadata_and_no_unfurling(server: SlackServer, sink: SlackSink) -> None:
    sent = await sink.send(delivery())
    (message,) = server.messages
    assert sent == Sent(f"{server.channel('alerts').id}:{message['ts']}")
    assert "Title of one" in message["text"]
    assert message["metadata"]["event_payload"]["alert_id"] == delivery().alert.id
    assert message["blocks"]


@pytest.mark.parametrize("base", ["", "/"])
async def test_the_address_may_be_given_with_or_without_its_slash(server: SlackServer, base: str) -> None:
    sink = slack(server, base_url=server.base_url.rstrip("/") + base)
    assert isinstance(await sink.send(delivery()), Sent)
    await sink.close()


async def test_updates_go_to_the_thread(server: SlackServer, sink: SlackSink) -> None:
    first = await sink.send(delivery())
    assert isinstance(first, Sent)
    await sink.send(delivery("two", seq=1, parent_ref=first.ref))
    assert server.messages[1]["thread_ts"] == server.messages[0]["ts"]


@pytest.mark.parametrize(
    ("before", "now", "broadcast"),
    [
        (Severity.MEDIUM, Severity.HIGH, True),
        (Severity.HIGH, Severity.HIGH, False),
        (Severity.CRITICAL, Severity.HIGH, False),
        (None, Severity.HIGH, False),
    ],
)
async def test_only_a_graver_update_is_shown_in_the_channel_too(
    server: SlackServer, sink: SlackSink, before: Severity | None, now: Severity, broadcast: bool
) -> None:
    first = await sink.send(delivery())
    assert isinstance(first, Sent)
    update = delivery("two", seq=1, parent_ref=first.ref, gravest=before)
    await sink.send(replace(update, alert=replace(update.alert, severity=now)))
    assert server.messages[1].get("reply_broadcast", False) is broadcast


async def test_a_deleted_first_message_starts_a_new_thread_and_says_so(server: SlackServer, sink: SlackSink) -> None:
    channel = server.channel("alerts").id
    sent = await sink.send(delivery("two", seq=1, parent_ref=f"{channel}:1700000000.000001"))
    assert isinstance(sent, Sent)
    assert sent.thread == sent.ref
    assert "thread_ts" not in server.messages[0]
    assert "starts a new thread" in str(server.messages[0]["blocks"])


@pytest.mark.parametrize("fault", ["reset_after", "error_after", "timeout_after", "garbage_after"])
async def test_a_lost_answer_is_uncertain_and_the_message_is_found(server: SlackServer, fault: Fault) -> None:
    sink = slack(server, timeout=0.3)
    server.faults.append(fault)
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert failed.uncertain
    assert failed.retry
    assert not failed.operator
    found = await sink.find(again(delivery()))
    assert found == Sent(f"{server.channel('alerts').id}:{server.messages[0]['ts']}")
    await sink.close()


@pytest.mark.parametrize("fault", ["reset_before", "error_before", "timeout_before", "garbage_before", "html"])
async def test_a_message_that_never_arrived_is_not_found(server: SlackServer, fault: Fault) -> None:
    sink = slack(server, timeout=0.3)
    server.faults.append(fault)
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert failed.uncertain
    assert await sink.find(again(delivery())) is None
    await sink.close()


@pytest.mark.parametrize("set_right", [False, True])
async def test_a_message_sent_while_our_clock_was_ahead_is_found(server: SlackServer, set_right: bool) -> None:
    right = datetime.now(UTC)
    clock = FakeClock(right + timedelta(days=90))
    options = {"bot_token": "xoxb-test", "base_url": server.base_url}
    sink = make("slack", options, Deps(clock, CapturingLogger()))
    sending = delivery(first_try=clock.now())
    server.faults.append("reset_after")
    assert isinstance(await sink.send(sending), Failed)
    if set_right:
        clock.forward(days=-90)
    assert isinstance(await sink.find(again(sending)), Sent)
    assert await sink.find(again(delivery("other", first_try=sending.first_try))) is None
    await sink.close()


async def test_a_lost_reply_is_found_in_its_thread(server: SlackServer, sink: SlackSink) -> None:
    first = await sink.send(delivery())
    assert isinstance(first, Sent)
    update = delivery("two", seq=1, parent_ref=first.ref)
    server.faults.append("reset_after")
    await sink.send(update)
    found = await sink.find(again(update))
    assert isinstance(found, Sent)
    assert found.ref.endswith(server.messages[1]["ts"])


async def test_a_lost_reply_that_went_to_the_channel_is_found_there(server: SlackServer, sink: SlackSink) -> None:
    update = delivery("two", seq=1, parent_ref=f"{server.channel('alerts').id}:1700000000.000001")
    server.faults.extend([None, "reset_after"])
    assert isinstance(await sink.send(update), Failed)
    assert isinstance(await sink.find(again(update)), Sent)


async def test_a_message_is_found_behind_many_others(server: SlackServer, sink: SlackSink) -> None:
    server.page = 7
    await sink.send(delivery())
    for number in range(30):
        await sink.send(delivery(f"other {number}", seq=0))
    assert isinstance(await sink.find(again(delivery())), Sent)
    assert server.calls["conversations.history"] > 3


async def test_after_a_kill_one_reading_of_a_channel_answers_for_all_that_was_under_way(server: SlackServer) -> None:
    killed, began = slack(server), datetime.now(UTC)
    under_way = [delivery(f"{n}", first_try=began - timedelta(minutes=n)) for n in range(12)]
    for sending in under_way[::2]:
        await killed.send(sending)
    await killed.close()
    sink = slack(server)
    found = [await sink.find(again(sending)) for sending in under_way]
    assert [isinstance(one, Sent) for one in found] == [True, False] * 6
    refs = {message["metadata"]["event_payload"]["alert_id"]: message["ts"] for message in server.messages}
    assert [one.ref.partition(":")[2] for one in found if isinstance(one, Sent)] == [
        refs[sending.alert.id] for sending in under_way[::2]
    ]
    # The first look ends at what it looks for, others go further back from there.
    assert server.calls["conversations.history"] <= 4
    assert server.calls["conversations.list"] == 1
    await sink.close()


async def test_while_slack_is_away_one_failed_listing_answers_for_all_channels(server: SlackServer) -> None:
    sink = slack(server)
    server.down = True
    found = await asyncio.gather(*(sink.find(again(delivery(f"{n}", channel=f"#c{n}"))) for n in range(20)))
    assert all(isinstance(one, Failed) and one.retry for one in found)
    # aiohttp asks once more by itself where it is only a question.
    assert server.calls["conversations.list"] <= 2
    await sink.close()


async def test_what_was_sent_after_a_channel_was_read_is_found_by_reading_again(server: SlackServer) -> None:
    sink = slack(server)
    assert await sink.find(again(delivery("one"))) is None
    server.faults.append("reset_after")
    await sink.send(delivery("two"))
    assert isinstance(await sink.find(again(delivery("two"))), Sent)
    assert server.calls["conversations.history"] == 2
    await sink.close()


async def test_the_channel_is_found_among_pages_of_channels() -> None:
    async with SlackServer(channel_names=tuple(f"c{n}" for n in range(40)), page=6) as server:
        sink = slack(server)
        assert await sink.find(again(delivery(channel="c39"))) is None
        assert server.calls["conversations.list"] == 7
        assert server.calls["conversations.history"] == 1
        await sink.close()


@pytest.mark.parametrize(
    ("error", "blocks"),
    [
        ("invalid_auth", "sink"),
        ("token_revoked", "sink"),
        ("account_inactive", "sink"),
        ("missing_scope", "sink"),
        ("channel_not_found", "channel"),
        ("not_in_channel", "channel"),
        ("is_archived", "channel"),
        ("restricted_action", "channel"),
        ("a_code_of_next_year", "message"),
    ],
)
async def test_what_the_operator_must_mend_is_kept_and_said(
    server: SlackServer, sink: SlackSink, error: str, blocks: str
) -> None:
    server.errors.append(error)
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert (failed.retry, failed.operator, failed.blocks, failed.uncertain) == (True, True, blocks, False)
    assert error in failed.error
    assert isinstance(await sink.send(delivery()), Sent)


async def test_a_wrong_token_names_the_setting(server: SlackServer) -> None:
    sink = slack(server, bot_token="xoxb-wrong")
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert "slack.bot_token" in failed.error
    assert "xoxb-wrong" not in failed.error
    await sink.close()


async def test_slow_down_is_obeyed_for_the_channel(server: SlackServer, sink: SlackSink) -> None:
    server.faults.append("limited")
    server.retry_after = 17
    failed = await sink.send(delivery())
    assert failed == Failed(
        "Slack asks to slow down in #alerts", retry=True, after=timedelta(seconds=17), blocks="channel"
    )


@pytest.mark.parametrize("error", ["fatal_error", "internal_error"])
async def test_errors_that_may_have_done_their_work_are_uncertain(
    server: SlackServer, sink: SlackSink, error: str
) -> None:
    server.errors.append(error)
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert failed.uncertain


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_refused_blocks_are_sent_as_text_once(server: SlackServer, sink: SlackSink, error: str) -> None:
    server.errors.append(error)
    assert isinstance(await sink.send(delivery()), Sent)
    (message,) = server.messages
    assert "blocks" not in message
    assert "https://feed.example/one" in message["text"]
    assert message["metadata"]["event_payload"]["alert_id"] == delivery().alert.id
    server.errors.extend([error, error])
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert not failed.retry


async def test_refused_metadata_is_left_out(server: SlackServer, sink: SlackSink) -> None:
    server.errors.append("metadata_too_large")
    assert isinstance(await sink.send(delivery()), Sent)
    assert "metadata" not in server.messages[0]
    assert server.messages[0]["blocks"]


async def test_nobody_listening_is_certainly_not_sent() -> None:
    async with SlackServer() as server:
        pass
    sink = slack(server)
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert (failed.retry, failed.uncertain, failed.blocks) == (True, False, "sink")
    await sink.close()


async def test_an_unknown_host_is_certainly_not_sent(server: SlackServer) -> None:
    sink = slack(server, base_url="http://no-such-host.invalid/api/")
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert not failed.uncertain
    await sink.close()


async def test_an_address_that_is_not_slack_is_the_operators(server: SlackServer, sink: SlackSink) -> None:
    server.faults.append("not_found")
    failed = await sink.send(delivery())
    assert isinstance(failed, Failed)
    assert (failed.operator, failed.uncertain, failed.blocks) == (True, False, "sink")
    assert "slack.base_url" in failed.error


@pytest.mark.parametrize("method", ["conversations.history", "conversations.list"])
async def test_where_looking_is_not_permitted_it_sends_again_in_the_end(
    server: SlackServer, sink: SlackSink, method: str
) -> None:
    server.missing_scopes.add(method)
    failed = await sink.find(again(delivery()))
    assert isinstance(failed, Failed)
    assert failed.operator
    assert "channels:history" in failed.error
    assert await sink.find(again(delivery(attempts=3))) is None


async def test_while_slack_is_down_looking_keeps_waiting(server: SlackServer, sink: SlackSink) -> None:
    server.down = True
    failed = await sink.find(again(delivery(attempts=50)))
    assert isinstance(failed, Failed)
    assert failed.retry


async def test_a_card_is_brought_up_to_date(server: SlackServer, sink: SlackSink) -> None:
    sent = await sink.send(delivery())
    assert isinstance(sent, Sent)
    standing = Standing(
        outlets=("Example", "Reuters", "AFP"),
        copies=4,
        latest=("killed: 12 → 17, according to police",),
        updated=NOON,
        answers=(Reaction("U1", "acknowledged this", NOON), Reaction("<!channel>", "muted it")),
        acknowledged=True,
    )
    posted = delivery(ref=sent.ref)
    for _ in range(2):
        assert await sink.edit(posted, standing) == Sent(sent.ref)
    (message,) = server.messages
    shown = json.dumps(message["blocks"], ensure_ascii=False)
    noon = "<!date^1731931200^{date_short_pretty} at {time}|Mon 18 Nov 2024, 12:00 UTC>"
    assert f"also Reuters, AFP (3 independent outlets); 4 copies · updated {noon}" in shown
    assert "killed: 12 → 17, according to police" in shown
    assert f"<@U1> acknowledged this {noon}" in shown
    assert "<!channel" not in shown
    assert message["metadata"]["event_payload"]["alert_id"] == posted.alert.id
    assert "Title of one" in message["text"]


async def test_a_card_that_is_gone_is_given_up(server: SlackServer, sink: SlackSink) -> None:
    gone = delivery(ref=f"{server.channel('alerts').id}:1700000000.000001")
    failed = await sink.edit(gone, Standing())
    assert isinstance(failed, Failed)
    assert not failed.retry
    server.down = True
    failed = await sink.edit(gone, Standing())
    assert isinstance(failed, Failed)
    assert failed.retry


async def test_there_are_buttons_where_somebody_listens(server: SlackServer, sink: SlackSink) -> None:
    await sink.send(delivery())
    assert "actions" not in {block["type"] for block in server.messages[0]["blocks"]}
    answered = slack(server, answers=True)
    first = await answered.send(delivery("a"))
    assert isinstance(first, Sent)
    await answered.send(delivery("b", seq=1, parent_ref=first.ref))
    parent, reply = (list(elements(message["blocks"])) for message in server.messages[1:])
    assert [e["action_id"] for _, e in parent] == ["acknowledge", "mute", "snooze", "not_relevant", "why", "watch"]
    assert [e["action_id"] for _, e in reply] == ["not_relevant", "why"]
    await answered.close()


async def test_at_our_own_pace_slack_never_has_to_say_no() -> None:
    async with SlackServer(channel_names=("alerts", "war"), per_second=10, burst=3) as server:
        sink = slack(server, per_second=10, burst=3)

        async def fill(channel: str) -> None:
            for number in range(10):
                assert isinstance(await sink.send(delivery(f"{channel} {number}", channel=channel)), Sent)

        await asyncio.gather(fill("alerts"), fill("war"))
        assert server.limited == 0
        await sink.close()


async def test_refusals_in_two_channels_slow_all_of_them_down(server: SlackServer) -> None:
    sink = slack(server)
    server.faults.extend(["limited", "limited"])
    await sink.send(delivery())
    assert sink._workspace.per_second == 1_000
    await sink.send(delivery("two", channel="war"))
    assert sink._workspace.per_second < 1_000
    await sink.close()


async def test_check_names_missing_scopes_and_a_wrong_app_token(server: SlackServer, sink: SlackSink) -> None:
    assert await sink.check(["alerts"], APP_TOKEN) == []
    server.scopes -= {"channels:history", "commands", "channels:read"}
    problems = await sink.check(["alerts"], "xapp-wrong")
    told = "\n".join(problems)
    for part in ("scope channels:history, to see whether", "scope commands", "scope channels:read", "slack.app_token"):
        assert part in told
    assert "xapp-wrong" not in told
    server.token = "another"
    assert len(await sink.check(["alerts"])) == 1


def test_the_manifest_asks_for_what_is_used_and_no_more() -> None:
    manifest = yaml.safe_load((ROOT / "deploy" / "slack-manifest.yaml").read_text(encoding="utf-8"))
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    assert asked == {*SCOPES, *ANSWER_SCOPES, *OPTIONAL_SCOPES} == set(KNOWN_SCOPES)
    settings = manifest["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"]["is_enabled"] is True
    assert settings["event_subscriptions"]["bot_events"] == ["app_home_opened"]
    assert manifest["features"]["app_home"]["home_tab_enabled"] is True
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/watch"
    assert len(command["description"]) <= 2_000
    assert len(manifest["display_information"]["description"]) <= 140


async def test_check_names_what_is_wrong(server: SlackServer, sink: SlackSink) -> None:
    assert await sink.check(["#alerts", "war"]) == []
    server.channel("war").archived = True
    server.channel("alerts").member = False
    problems = await sink.check(["#alerts", "war", "#nowhere"])
    assert [problem.split(";")[0] for problem in problems] == [
        "the app is not in channel #alerts",
        "channel war is archived",
        "channel #nowhere is not visible to the app",
    ]


@pytest.mark.parametrize("options", [{}, {"bot_token": ""}, {"bot_token": "x", "colour": "red"}])
def test_wrong_options_are_named(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="slack"):
        make("slack", options, Deps(FakeClock(), CapturingLogger()))


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="apprise, console, jsonl, slack, slack_webhook, webhook"):
        make("pigeon", {}, Deps(FakeClock(), CapturingLogger()))
