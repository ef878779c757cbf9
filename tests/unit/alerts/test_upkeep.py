"""The first message of a thread shows how the story stands; over a restart too, and once a minute at most."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.standing import standing
from monitor.model.alert import AlertKind, Delivery, Report, Standing
from monitor.model.answer import Silence
from monitor.model.article import Batch
from monitor.model.selector import Selector
from monitor.model.story import Member, Relation
from tests.support.nouns import NOON, alert, article, processed
from tests.support.slack_server import Fault, SlackServer
from tests.unit.answers.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with SlackServer() as server, open_house(tmp_path, server) as opened:
        yield opened
        assert server.problems == []


def report(
    house: House, key: str, relation: Relation, outlet: str, changes: tuple[str, ...] = (), *, text: str = "Missiles."
) -> None:
    """Another article of the story "one", decided by the pipeline; an update where it has changes."""
    now = house.clock.now()
    about = article(key, text, outlet=outlet, fetched=now, published=now)
    house.store.ingest(Batch(articles=(about,)))
    seq = len(house.store.alerts_of("one"))
    what = processed(about, story="one", seq=seq)
    assert what.story is not None
    raised = what.alerts[0]
    card = replace(raised.card, changes=changes)
    alerts = (replace(raised, channel="#alerts", card=card, created=house.clock.now()),) if changes else ()
    story = replace(what.story, relation=relation)
    house.store.commit([replace(what, story=story, alerts=alerts, decisions=())], ["slack"], house.clock.now())


async def test_reports_and_numbers_show_on_the_first_message(house: House) -> None:
    _, message = await house.raise_alert("a", story="one", outlet="Example")
    assert await house.upkeep.run() == 0
    report(house, "b", Relation.SAME_STORY, "Reuters")
    report(house, "c", Relation.COPY, "Echo")
    report(house, "d", Relation.UPDATE, "AFP", ("killed: 12 → 17, according to police",))
    assert await house.upkeep.run() == 1
    shown = json.dumps(message["blocks"], ensure_ascii=False)
    for told in (
        "also Reuters, AFP (3 independent outlets); 1 copy",
        "updated <!date^",
        "killed: 12 → 17, according to police",
    ):
        assert told in shown
    assert message["edits"] == 1


async def test_what_is_disputed_shows_on_the_first_message_with_both_sources(house: House) -> None:
    _, message = await house.raise_alert("a", story="one", outlet="Example", text="It killed 17 people, AFP said.")
    report(house, "b", Relation.SAME_STORY, "Reuters", text="The collapse killed 12 people, police said.")
    report(house, "c", Relation.COPY, "Echo", text="PARIS (AFP) - It killed 17 people.")
    house.clock.forward(minutes=1)
    assert await house.upkeep.run() == 1
    shown = json.dumps(message["blocks"], ensure_ascii=False)
    assert "1 copy of AFP" in shown
    assert '"Disputed  "' in shown
    assert "killed: 17 (Example), 12 (Reuters)" in shown


async def test_other_outlets_are_named_in_the_thread_once(house: House) -> None:
    _, message = await house.raise_alert("a", story="one", outlet="Example")
    report(house, "b", Relation.SAME_STORY, "Reuters")
    report(house, "c", Relation.COPY, "Echo")
    report(house, "d", Relation.UPDATE, "AFP", ("killed: 12 → 17",))
    await house.upkeep.run()
    [told] = [m for m in house.server.messages if m.get("thread_ts") == message["ts"]]
    shown = json.dumps(told["blocks"])
    assert "Title of b" in shown
    assert [name for name in ("Example", "Reuters", "Echo", "AFP") if name in told["text"]] == ["Reuters"]
    house.clock.forward(minutes=2)
    report(house, "e", Relation.SAME_STORY, "Reuters")
    report(house, "f", Relation.SAME_STORY, "<!channel>")
    await house.upkeep.run()
    texts = [m["text"] for m in house.server.messages if "Also reported" in m["text"]]
    assert texts == ["Also reported by Reuters", "Also reported by &lt;\u2060!channel&gt;"]


async def test_a_muted_story_adds_nothing_to_its_thread(house: House) -> None:
    alert, message = await house.raise_alert("a", story="one", outlet="Example")
    selector = Selector(story=(alert.story_id,), channel=("alerts",))
    house.store.silence(Silence(selector, "U1", "", house.clock.now(), house.clock.now() + timedelta(days=1)))
    report(house, "b", Relation.SAME_STORY, "Reuters")
    await house.upkeep.run()
    assert len(house.server.messages) == 1
    shown = json.dumps(message["blocks"])
    assert "also Reuters" in shown
    assert "<@U1> muted this story" in shown


@pytest.mark.parametrize("fault", ["reset_after", "error_after", "reset_before", "limited"])
async def test_a_lost_answer_names_no_outlet_twice_and_none_not_at_all(house: House, fault: Fault) -> None:
    await house.raise_alert("a", story="one", outlet="Example")
    report(house, "b", Relation.SAME_STORY, "Reuters")
    house.server.faults.append(fault)
    for _ in range(3):
        await house.upkeep.run()
        house.clock.forward(minutes=2)
    assert [m["text"] for m in house.server.messages[1:]] == ["Also reported by Reuters"]


async def test_where_threads_cannot_be_read_nothing_is_posted(house: House) -> None:
    _, message = await house.raise_alert("a", story="one", outlet="Example")
    house.server.missing_scopes.add("conversations.replies")
    report(house, "b", Relation.SAME_STORY, "Reuters")
    assert await house.upkeep.run() == 1
    assert len(house.server.messages) == 1
    assert "also Reuters" in json.dumps(message["blocks"])


async def test_a_clock_that_is_set_back_neither_stops_edits_nor_repeats_them(house: House) -> None:
    _, message = await house.raise_alert("a", story="one", outlet="Example")
    house.clock.forward(days=400)
    report(house, "b", Relation.SAME_STORY, "Reuters")
    assert await house.upkeep.run() == 1
    # Noted by the clock that is ahead, and done after it was set right.
    report(house, "c", Relation.SAME_STORY, "AFP")
    house.clock.forward(days=-400)
    assert await house.upkeep.run() == 1
    assert await house.upkeep.run() == 0
    report(house, "d", Relation.SAME_STORY, "DPA")
    house.clock.forward(minutes=1)
    assert await house.upkeep.run() == 1
    assert "also Reuters, AFP, DPA" in json.dumps(message["blocks"])
    assert message["edits"] == 3


async def test_a_mistake_of_ours_about_one_story_keeps_no_other_from_its_edit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, message = await house.raise_alert("a", story="one", outlet="Example")
    house.store.touch("0" * 16, house.clock.now() - timedelta(hours=1))
    report(house, "b", Relation.SAME_STORY, "Reuters")
    roots = house.store.thread_roots

    def mistaken(story: str, sinks: Sequence[str]) -> list[Delivery]:
        if story != "one":
            raise ValueError("a bug")
        return roots(story, sinks)

    monkeypatch.setattr(house.store, "thread_roots", mistaken)
    assert await house.upkeep.run() == 2
    assert message["edits"] == 1


async def test_it_is_edited_once_a_minute_at_most(house: House) -> None:
    _, message = await house.raise_alert("a", story="one")
    for number in range(30):
        report(house, f"b{number}", Relation.COPY, "Echo")
        await house.upkeep.run()
        house.clock.forward(seconds=10)
    await house.upkeep.run()
    house.clock.forward(minutes=1)
    await house.upkeep.run()
    assert message["edits"] == 6
    assert "30 copies" in json.dumps(message["blocks"])
    house.clock.forward(minutes=5)
    assert await house.upkeep.run() == 0


async def test_what_is_due_survives_a_restart(tmp_path: Path) -> None:
    async with SlackServer() as server:
        async with open_house(tmp_path, server) as before:
            _, message = await before.raise_alert("a", story="one")
            report(before, "b", Relation.COPY, "Echo")
        async with open_house(tmp_path, server) as after:
            assert await after.upkeep.run() == 1
        assert "1 copy" in json.dumps(message["blocks"])


async def test_while_slack_is_down_the_edit_waits(house: House) -> None:
    _, message = await house.raise_alert("a", story="one")
    report(house, "b", Relation.COPY, "Echo")
    house.server.down = True
    assert await house.upkeep.run() == 1
    assert await house.upkeep.run() == 0
    house.server.down = False
    house.clock.forward(minutes=2)
    assert await house.upkeep.run() == 1
    assert "1 copy" in json.dumps(message["blocks"])


async def test_a_deleted_message_is_given_up(house: House) -> None:
    await house.raise_alert("a", story="one")
    house.server.channel("alerts").messages.clear()
    report(house, "b", Relation.COPY, "Echo")
    assert await house.upkeep.run() == 1
    house.clock.forward(hours=1)
    assert await house.upkeep.run() == 0


async def test_a_message_sent_late_is_brought_up_to_date(house: House) -> None:
    about = article("a", fetched=NOON)
    house.store.ingest(Batch(articles=(about,)))
    house.store.commit([processed(about, story="one", channel="#alerts")], ["slack"], NOON)
    report(house, "b", Relation.COPY, "Echo")
    assert await house.upkeep.run() == 1
    assert await house.upkeep.run() == 0
    house.clock.forward(minutes=3)
    _, _ = await house.raise_alert("z", story="z")
    assert await house.upkeep.run() == 1
    assert "1 copy" in json.dumps(house.server.messages[0]["blocks"])


async def test_where_a_thread_began_anew_that_message_is_edited(house: House) -> None:
    await house.raise_alert("a", story="one")
    house.server.channel("alerts").messages.clear()
    _, second = await house.raise_alert("b", story="one", seq=1)
    assert "thread_ts" not in second
    _, third = await house.raise_alert("c", story="one", seq=2)
    assert third["thread_ts"] == second["ts"]
    report(house, "d", Relation.COPY, "Echo")
    house.clock.forward(minutes=5)
    await house.upkeep.run()
    shown = json.dumps(second["blocks"])
    assert "1 copy" in shown
    assert "starts a new thread" in shown


def member(outlet: str, relation: Relation = Relation.SAME_STORY) -> Member:
    return Member("s", outlet, "feed", outlet, "", "t", "x", "en", outlet, NOON, NOON, relation)


def test_a_number_that_changed_twice_is_told_once_and_corrections_count() -> None:
    first = alert(article("a"), story="s")
    updates = [
        replace(
            alert(article(f"u{seq}"), story="s", seq=seq),
            kind=kind,
            card=replace(first.card, changes=changes),
            created=NOON + timedelta(minutes=seq),
        )
        for seq, kind, changes in (
            (1, AlertKind.UPDATE, ("killed: 12 → 17, according to police", "A curfew was imposed.")),
            (2, AlertKind.UPDATE, ("killed: 17 → 19, according to the mayor",)),
            (3, AlertKind.CORRECTION, ("Corrected: the bridge stands.",)),
            (4, AlertKind.REMINDER, ("not news",)),
        )
    ]
    elsewhere = replace(updates[1], channel="#other", seq=9)
    found = standing(
        first, [first, *updates, elsewhere], [member("A"), member("B"), member("A"), member("C", Relation.COPY)]
    )
    assert found == Standing(
        outlets=("A", "B"),
        reports=(Report("A", "t"), Report("B", "t")),
        copies=1,
        latest=(
            "Corrected: the bridge stands.",
            "killed: 17 → 19, according to the mayor",
            "A curfew was imposed.",
        ),
        updated=NOON + timedelta(minutes=3),
    )
