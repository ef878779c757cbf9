"""What people press below a card, and what becomes of it."""

import json
from pathlib import Path

import pytest

from monitor.model.answer import AnswerKind
from monitor.sinks.slack_buttons import Press
from tests.support.slack_server import SlackServer
from tests.unit.answers.house import House, listening, open_house


async def test_acknowledging_is_recorded_and_shown_on_the_card(house: House) -> None:
    alert, message = await house.raise_alert()
    await house.server.socket.press(message, Press.ACKNOWLEDGE, user="U7")
    [answer] = house.store.answers([alert.id])
    assert (answer.kind, answer.author, answer.at) == (AnswerKind.ACKNOWLEDGED, "U7", house.clock.now())
    await house.upkeep.run()
    shown = json.dumps(message["blocks"])
    assert "<@U7> acknowledged this <!date^1731931200^" in shown
    assert '"acknowledge"' not in shown
    assert house.server.socket.ephemerals == []


async def test_acknowledging_twice_is_said_and_done_once(house: House) -> None:
    alert, message = await house.raise_alert()
    for _ in range(2):
        await house.server.socket.press(message, Press.ACKNOWLEDGE)
    assert (await house.said())["text"] == "You have acknowledged this already."
    assert len(house.store.answers([alert.id])) == 1


async def test_a_muted_story_is_held_back_in_its_channel(house: House) -> None:
    alert, message = await house.raise_alert()
    await house.server.socket.press(message, Press.MUTE)
    [silence] = house.store.silences(house.clock.now())
    assert (silence.selector.story, silence.selector.channel) == ((alert.story_id,), ("#alerts",))
    assert silence.author == "U1"
    assert f"/watch end {silence.id}" in (await house.said())["text"]
    await house.upkeep.run()
    assert "<@U1> muted this story until" in json.dumps(message["blocks"])
    await house.server.socket.press(message, Press.MUTE, user="U2")
    assert "already, by <@U1>" in (await house.said(2))["text"]
    assert len(house.store.silences()) == 1


@pytest.mark.parametrize(("label", "hours"), [("1 hour", 1), ("1 day", 24)])
async def test_a_rule_is_snoozed_for_as_long_as_chosen(house: House, label: str, hours: int) -> None:
    _, message = await house.raise_alert()
    await house.server.socket.press(message, Press.SNOOZE, option=label)
    [silence] = house.store.silences(house.clock.now())
    assert silence.selector.rule == ("missiles",)
    assert (silence.ends - silence.created).total_seconds() == hours * 3600
    await house.said()
    house.clock.forward(hours=hours)
    assert house.store.silences(house.clock.now()) == []


async def test_not_relevant_asks_why_and_counts_against_the_rule(house: House) -> None:
    alert, message = await house.raise_alert()
    await house.server.socket.press(message, Press.NOT_RELEVANT)
    view = await house.view("Why is this alert not relevant?")
    await house.server.socket.submit(view, {"reason": "Already known", "words": "<!channel> sport"})
    assert not view.open
    [answer] = house.store.answers([alert.id])
    assert (answer.kind, answer.note) == (AnswerKind.NOT_RELEVANT, "Already known: <!channel> sport")
    verdict = house.store.verdicts(house.clock.now().replace(year=2000))["missiles"]
    assert (verdict.not_relevant, verdict.precision) == (1, 0.0)
    await house.upkeep.run()
    shown = json.dumps(message["blocks"], ensure_ascii=False)
    assert "called this not relevant: Already known" in shown
    assert "<!channel>" not in shown
    await house.server.socket.press(message, Press.NOT_RELEVANT)
    envelope = await house.server.socket.submit(await house.view("Why is this alert"), {"reason": "Already known"})
    assert "already" in envelope.answer["errors"]["reason"]


async def test_why_shows_the_rule_answered_only_to_the_asker(house: House) -> None:
    _, message = await house.raise_alert(text="Missiles were approved <!here>.")
    await house.server.socket.press(message, Press.WHY, user="U3")
    said = await house.said()
    assert (said["user"], said["response_type"]) == ("U3", "ephemeral")
    shown = json.dumps(said["blocks"], ensure_ascii=False)
    assert "✓ missile*" in shown
    assert "approv*" in shown
    assert "monitor articles show" in shown


async def test_why_after_the_rule_is_gone(house: House) -> None:
    _, message = await house.raise_alert()
    (house.folder / "mine.yaml").write_text("rules:\n  - id: other\n    any: [ships]\n")
    await house.rules.reload()
    await house.server.socket.press(message, Press.WHY)
    assert "is gone from the rule files" in json.dumps((await house.said())["blocks"])


async def test_where_the_response_address_is_used_up_the_answer_goes_to_the_channel(house: House) -> None:
    _, message = await house.raise_alert()
    house.server.socket.clock_skew = 3_600
    await house.server.socket.press(message, Press.WHY)
    said = await house.said()
    assert "response_type" not in said
    assert (said["user"], said["channel"]) == ("U1", house.server.channel("alerts").id)


async def test_a_modal_that_comes_too_late_is_said(house: House) -> None:
    _, message = await house.raise_alert()
    house.server.socket.clock_skew = 60
    await house.server.socket.press(message, Press.NOT_RELEVANT)
    assert "please press again" in (await house.said())["text"]


async def test_old_messages_work_after_a_restart(tmp_path: Path, server: SlackServer) -> None:
    async with open_house(tmp_path, server) as before:
        alert, message = await before.raise_alert()
    server.socket.ephemerals.clear()
    async with open_house(tmp_path, server) as after, listening(after):
        after.clock.forward(days=400)
        await server.socket.press(message, Press.ACKNOWLEDGE)
        assert [answer.alert_id for answer in after.store.answers([alert.id])] == [alert.id]


async def test_an_alert_that_is_gone_is_said(house: House) -> None:
    _, message = await house.raise_alert()
    for block in message["blocks"]:
        if block["type"] == "actions":
            block["block_id"] = "answers-0000000000000000"
    await house.server.socket.press(message, Press.MUTE)
    assert "not kept any more" in (await house.said())["text"]


async def test_only_who_is_named_may_answer(tmp_path: Path, server: SlackServer) -> None:
    async with open_house(tmp_path, server, allowed_users=("U1",)) as house, listening(house):
        alert, message = await house.raise_alert()
        await server.socket.press(message, Press.ACKNOWLEDGE, user="U2")
        assert "slack.allowed_users" in (await house.said())["text"]
        assert house.store.answers([alert.id]) == []
        await server.socket.press(message, Press.ACKNOWLEDGE, user="U1")
        assert len(house.store.answers([alert.id])) == 1


async def test_answers_count_only_where_they_may(tmp_path: Path, server: SlackServer) -> None:
    async with open_house(tmp_path, server, allowed_channels=("#war",)) as house, listening(house):
        _, message = await house.raise_alert()
        await server.socket.press(message, Press.MUTE)
        assert "slack.allowed_channels" in (await house.said())["text"]
        assert house.store.silences() == []
        _, message = await house.raise_alert("two", channel="#war")
        await server.socket.press(message, Press.MUTE)
        await house.said(2)
        assert len(house.store.silences()) == 1


async def test_guests_of_other_organisations_may_not(house: House) -> None:
    alert, message = await house.raise_alert()
    await house.server.socket.press(message, Press.ACKNOWLEDGE, team="T9")
    assert "members of this workspace" in (await house.said())["text"]
    assert house.store.answers([alert.id]) == []
