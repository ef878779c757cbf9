"""What waits, and how it is told in the end: policy, store and release together, on a real database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.model.alert import Alert
from monitor.model.answer import Answer, AnswerKind, Silence
from monitor.model.rule import Digest, Schedule, Severity, Throttle
from monitor.model.selector import Selector
from monitor.model.story import Relation
from monitor.store.sql import open_store
from monitor.why import why
from tests.support.desk import Desk
from tests.support.nouns import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield Desk(store)
    store.close()


QUIET = "times: {night: 22:00-07:00}\ndefault: {quiet: night}"


async def test_what_quiet_hours_held_comes_as_one_ranked_digest_when_they_end(desk: Desk) -> None:
    desk.under(QUIET)
    desk.rule("grave", Severity.CRITICAL)
    desk.clock.forward(hours=11)
    assert desk.reasons("a") == ["quiet_hours"]
    desk.clock.forward(hours=1)
    assert desk.reasons("b", "grave") == ["quiet_hours"]
    assert desk.reasons("a2", story="a", relation=Relation.UPDATE, changes=("more",)) == ["quiet_hours"]
    assert desk.reasons("a3", story="a", relation=Relation.COPY) == ["copy_of"]
    assert await desk.release() == []
    desk.clock.forward(hours=7)
    (digest,) = await desk.release()
    assert (digest.kind.value, digest.severity, digest.reason.value) == ("digest", Severity.CRITICAL, "quiet_hours")
    assert digest.card.headline == "While it was quiet: 2 stories"
    assert [(item.headline, item.note) for item in digest.card.items] == [
        ("Title of b", ""),
        ("Title of a2", "2 reports"),
    ]
    assert digest.id[:8] in digest.card.notes[-1]
    assert len(desk.store.held(told_by=digest.id)) == 3
    assert await desk.release() == []
    # The channel knows the story now: a copy is silent, news are an update.
    assert desk.reasons("a4", story="a", relation=Relation.COPY) == ["copy_of"]
    (update,) = desk.publish("a5", story="a", relation=Relation.UPDATE, changes=("yet more",))
    assert update.kind is not None
    assert update.kind.value == "update"


async def test_one_story_that_waited_comes_as_the_card_it_would_have_been(desk: Desk) -> None:
    desk.under(QUIET)
    desk.clock.forward(hours=11)
    desk.publish("a")
    desk.clock.forward(minutes=30)
    desk.publish("a2", story="a", relation=Relation.UPDATE, changes=("more",))
    desk.clock.forward(hours=8, minutes=30)
    (alert,) = await desk.release()
    assert (alert.kind.value, alert.seq, alert.card.headline) == ("first", 0, "Title of a2")
    assert alert.card.notes == ("held for 9 h: quiet hours, 2 reports meanwhile",)


async def test_an_urgent_report_does_not_wait_for_the_story_s_earlier_ones_and_tells_them(desk: Desk) -> None:
    desk.under("default: {group_wait: 10m}")
    desk.rule("grave", Severity.HIGH)
    desk.publish("a")
    (urgent,) = desk.publish("a2", "grave", story="a", relation=Relation.COPY)
    assert urgent.kind is not None
    assert urgent.kind.value == "first"
    desk.clock.forward(hours=1)
    assert await desk.release() == []
    assert [held.told_by for held in desk.store.held(told_by=desk.store.alerts()[0].alert.id)] != []


async def test_a_group_waits_then_comes_together_and_then_keeps_its_interval(desk: Desk) -> None:
    desk.under("default: {group_by: rule, group_wait: 1m, group_interval: 30m}")
    assert desk.reasons("a") == ["grouped"]
    desk.clock.forward(seconds=50)
    assert desk.reasons("b") == ["grouped"]
    desk.clock.forward(seconds=10)
    (together,) = await desk.release()
    assert together.card.headline == "2 stories: Fires"
    desk.clock.forward(minutes=5)
    assert desk.reasons("c") == ["grouped"]
    desk.clock.forward(minutes=20)
    assert await desk.release() == []
    desk.clock.forward(minutes=5)
    (later,) = await desk.release()
    assert (later.kind.value, later.card.headline) == ("first", "Title of c")


async def test_updates_of_one_story_come_no_closer_than_the_interval_and_are_told_together(desk: Desk) -> None:
    desk.under("default: {group_interval: 1h}")
    desk.publish("a")
    for number, minutes in enumerate((10, 10, 10)):
        desk.clock.forward(minutes=minutes)
        assert desk.reasons(f"u{number}", story="a", relation=Relation.UPDATE, changes=(f"fact {number}",)) == [
            "grouped"
        ]
    desk.clock.forward(minutes=30)
    (update,) = await desk.release()
    assert (update.kind.value, update.seq) == ("update", 1)
    assert update.card.changes == ("fact 0", "fact 1", "fact 2")


async def test_what_was_told_together_counts_after_a_restart_too(desk: Desk) -> None:
    desk.under("default: {group_by: rule, group_wait: 1m, group_interval: 1h}")
    desk.publish("a")
    desk.publish("b")
    desk.clock.forward(minutes=1)
    (told,) = await desk.release()
    desk.publish("high", "fires", story="a", changes=("more",))
    before = desk.recent.told("fires", "#news", NOON, desk.clock.now())
    desk.restart()
    assert desk.recent.told("fires", "#news", NOON, desk.clock.now()) == before == [told.created]
    desk.clock.forward(minutes=1)
    (decision,) = desk.publish("c")
    assert decision.hold is not None
    assert decision.hold.due == told.created + HOUR


async def test_reports_of_one_story_that_wait_for_different_things_are_told_once(desk: Desk) -> None:
    desk.rule("smoke", Severity.LOW)
    desk.under("default: {group_wait: 5m}")
    desk.store.silence(Silence(Selector(rule=("smoke",)), "U1", "", NOON, NOON + 2 * HOUR))
    desk.publish("a", "smoke", changes=("17 killed",))
    desk.publish("b", "fires", story="a", relation=Relation.UPDATE, changes=("19 killed",))
    assert len({held.key for held in desk.store.held()}) == 2
    desk.clock.forward(minutes=5)
    (told,) = await desk.release()
    assert (told.kind.value, told.rules, told.card.changes) == ("first", ("fires", "smoke"), ("17 killed", "19 killed"))
    desk.clock.forward(hours=5)
    assert await desk.release() == []
    assert desk.store.held() == []


async def test_a_story_due_in_two_digests_is_listed_in_one(desk: Desk) -> None:
    desk.rule("smoke", Severity.LOW)
    desk.under("default: {group_by: rule, group_wait: 5m}\nroutes: [{if: {rule: smoke}, digest: hourly}]")
    for story in ("a", "b"):
        desk.publish(story, "smoke")
        desk.publish(f"{story} again", "fires", story=story, relation=Relation.UPDATE, changes=("more",))
    desk.publish("c", "smoke")
    desk.clock.forward(hours=2)
    told = await desk.release()
    listed = [item.headline for alert in told for item in alert.card.items] + [
        alert.card.headline for alert in told if not alert.card.items
    ]
    assert len(listed) == 3
    assert desk.store.held() == []


async def test_a_throttle_lets_so_many_through_and_lists_the_rest_honestly(desk: Desk) -> None:
    desk.rule("busy", Severity.HIGH, throttle=Throttle(3, HOUR))
    for number in range(3):
        assert desk.reasons(f"a{number}", "busy") == ["new_story"]
        desk.clock.forward(minutes=5)
    desk.restart()
    for number in range(14):
        assert desk.reasons(f"b{number}", "busy") == ["throttled"]
    assert desk.reasons("c", "busy", "fires") == ["new_story"]
    desk.clock.time = NOON + HOUR
    (rest,) = await desk.release()
    assert rest.card.headline == "14 more from Busy"
    assert len(rest.card.items) == 14


async def test_a_rule_for_the_digest_does_not_let_a_throttled_one_through(desk: Desk) -> None:
    desk.rule("busy", Severity.HIGH, throttle=Throttle(1, HOUR))
    desk.rule("later", Severity.LOW, digest=Digest.DAILY)
    assert desk.reasons("a", "busy", "later") == ["new_story"]
    assert desk.reasons("b", "busy", "later") == ["throttled"]
    desk.clock.forward(hours=1)
    (told,) = await desk.release()
    assert told.card.headline == "Title of b"


async def test_more_than_a_card_bears_is_counted_and_can_be_listed(desk: Desk) -> None:
    desk.rule("busy", Severity.LOW, digest=Digest.HOURLY)
    for number in range(34):
        assert desk.reasons(f"a{number}", "busy") == ["gathered"]
    desk.clock.forward(hours=1)
    (digest,) = await desk.release()
    assert (digest.card.headline, len(digest.card.items)) == ("Digest: 34 stories", 20)
    assert digest.card.notes == (f"and 14 more; all of it: monitor alerts held --in {digest.id[:8]}",)
    assert len(desk.store.held(told_by=digest.id)) == 34


async def test_a_storm_is_folded_and_nothing_of_it_is_dropped(desk: Desk) -> None:
    for hour in range(30):
        desk.publish(f"usual{hour}")
        desk.clock.forward(hours=1)
    desk.restart()
    reasons = [desk.reasons(f"storm{number}")[0] for number in range(80)]
    calm = reasons.count("new_story")
    assert reasons == ["new_story"] * calm + ["storm"] * (80 - calm)
    assert 45 <= calm <= 55
    desk.clock.forward(minutes=15)
    (folded,) = await desk.release()
    assert folded.card.headline == f"Storm: Fires fires far more than usual, {80 - calm} stories in 15 min"
    assert len(desk.store.held(told_by=folded.id)) == 80 - calm


async def test_a_clock_that_was_a_year_ahead_parks_nothing_for_a_year(desk: Desk) -> None:
    desk.rule("busy", Severity.LOW, throttle=Throttle(1, HOUR))
    desk.under("default: {group_interval: 30m, group_by: rule}")
    desk.clock.forward(days=365)
    for key in ("a", "b", "c"):
        desk.publish(key, "busy")
    desk.clock.time = NOON
    assert desk.reasons("d", "busy") == ["new_story"]
    assert sum(alert.kind.value in ("first", "digest") for alert in await desk.release()) == 1


def test_a_new_rule_has_no_usual_yet(desk: Desk) -> None:
    assert {desk.reasons(f"a{number}")[0] for number in range(200)} == {"new_story"}


async def test_a_silence_holds_until_it_ends_even_early(desk: Desk) -> None:
    silence = Silence(Selector(rule=("fires",)), "ana", "drill", NOON, NOON + 5 * HOUR)
    desk.store.silence(silence)
    desk.rule("other", Severity.LOW)
    (decision,) = desk.publish("a")
    assert decision.reason.value == "silenced"
    assert f"fires by {silence.id}, ana (drill)" in "".join(decision.trace)
    (both,) = desk.publish("b", "fires", "other")
    assert (both.kind is not None, both.rules) == (True, ("other",))
    desk.publish("c")
    desk.clock.forward(hours=1)
    assert await desk.release() == []
    desk.store.end_silence(silence.id, "ben", desk.clock.now())
    (told,) = await desk.release()
    assert told.card.headline == "A silence is over: 2 stories it held back"


async def test_what_waits_for_something_else_is_not_told_in_quiet_hours(desk: Desk) -> None:
    desk.under(QUIET)
    desk.store.silence(Silence(Selector(), "ana", "", NOON, NOON + 12 * HOUR))
    (decision,) = desk.publish("a")
    assert decision.hold is not None
    assert decision.hold.due == NOON + 19 * HOUR


ESCALATE = 'default: {escalate: {after: 15m, to: "#chiefs"}}'


async def test_reminders_rest_in_quiet_hours(desk: Desk) -> None:
    desk.under("times: {night: 22:00-07:00}\ndefault: {quiet: night, repeat: 6h}")
    desk.clock.forward(hours=5)
    desk.publish("a")
    desk.clock.forward(hours=6)
    assert await desk.release() == []
    desk.clock.forward(hours=8)
    (reminder,) = await desk.release()
    assert (reminder.kind.value, reminder.created) == ("reminder", NOON + 19 * HOUR)
    desk.clock.forward(hours=6)
    assert len(await desk.release()) == 1


async def test_what_could_not_be_told_by_day_is_not_told_at_night(desk: Desk) -> None:
    """The daemon was off from the evening before until the next night."""
    desk.under(QUIET)
    desk.rule("urgent", Severity.HIGH)
    desk.under(QUIET + "\nroutes: [{if: {severity: high+}, quiet: off, group_by: rule}]")
    desk.clock.forward(hours=11)
    desk.publish("a")
    desk.publish("b")
    desk.clock.forward(hours=24)
    assert await desk.release() == []
    assert [held.due for held in desk.store.held()] == [NOON + 43 * HOUR] * 2
    desk.publish("c")
    desk.clock.forward(hours=8)
    (digest,) = await desk.release()
    assert digest.card.headline == "While it was quiet: 3 stories"


async def test_a_single_pass_at_night_tells_what_was_due_by_day(desk: Desk) -> None:
    """With passes at night only, nobody would ever be there when the night ends."""
    desk.under(QUIET)
    desk.clock.forward(hours=11)
    desk.publish("a")
    assert await desk.release(once=True) == []
    desk.clock.forward(hours=24)
    assert len(await desk.release(once=True)) == 1


async def test_nobody_answers_so_others_are_called_once(desk: Desk) -> None:
    desk.under(ESCALATE)
    desk.publish("a")
    desk.clock.forward(minutes=15)
    (call,) = await desk.release()
    assert (call.channel, call.kind.value, call.reason.value) == ("#chiefs", "first", "unacknowledged")
    assert call.card.notes == ("nobody acknowledged this in #news within 15 min",)
    desk.clock.forward(hours=1)
    assert await desk.release() == []


@pytest.mark.parametrize("answer", ["acknowledge", "mute"])
async def test_who_answers_or_mutes_the_story_ends_the_call(desk: Desk, answer: str) -> None:
    desk.under(ESCALATE)
    desk.publish("a")
    alert = desk.store.alerts()[0].alert
    if answer == "acknowledge":
        desk.store.answer(Answer(AnswerKind.ACKNOWLEDGED, alert.id, "U1", NOON + MINUTE))
    else:
        muted = Selector(story=(alert.story_id,))
        desk.store.silence(Silence(muted, "U1", "", NOON + MINUTE, NOON + 9 * HOUR))
    desk.clock.forward(hours=1)
    assert await desk.release() == []


async def test_a_reminder_comes_again_only_if_asked_and_until_somebody_answers(desk: Desk) -> None:
    desk.under("default: {repeat: 2h}")
    desk.publish("a")
    for seq in (1, 2):
        desk.clock.forward(hours=2)
        (reminder,) = await desk.release()
        assert (reminder.kind.value, reminder.seq, reminder.channel) == ("reminder", seq, "#news")
    desk.store.answer(Answer(AnswerKind.ACKNOWLEDGED, reminder.id, "U1", desk.clock.now()))
    desk.clock.forward(hours=9)
    assert await desk.release() == []


@pytest.mark.parametrize("chosen", ["story", "rule"])
async def test_what_is_silenced_while_it_waits_is_held_until_the_silence_ends(desk: Desk, chosen: str) -> None:
    desk.under("default: {group_wait: 5m}")
    (decision,) = desk.publish("a")
    selector = {"story": Selector(story=(decision.story_id,), channel=("news",)), "rule": Selector(rule=("fires",))}
    silence = Silence(selector[chosen], "U1", "", NOON + MINUTE, NOON + 2 * HOUR)
    desk.store.silence(silence)
    desk.clock.forward(hours=1)
    assert await desk.release() == []
    (waits,) = desk.store.held()
    assert (waits.reason.value, waits.due, waits.key) == ("silenced", silence.ends, f"silence:{silence.id}")
    desk.store.end_silence(silence.id, "U1", desk.clock.now())
    (told,) = await desk.release()
    assert told.article_id == decision.article_id


@pytest.mark.parametrize(
    "chosen",
    [
        Selector(label=("war",)),
        Selector(label=("wires",)),
        Selector(source=("feed.example",)),
        Selector(lang=("de",)),
        Selector(outlet=("example",), severity=(Severity.MEDIUM,)),
    ],
    ids=str,
)
async def test_whatever_a_silence_chooses_by_also_reaches_what_waits(desk: Desk, chosen: Selector) -> None:
    desk.under("default: {group_wait: 5m}")
    desk.rule("fires", Severity.MEDIUM, labels=("war",))
    desk.publish("a", lang="de", labels=("wires",))
    desk.publish("b", lang="fr", source="https://other.example/rss", outlet="Other")
    desk.store.silence(Silence(chosen, "ana", "drill", NOON, NOON + HOUR))
    desk.clock.forward(minutes=5)
    told = [alert.card.headline for alert in await desk.release()]
    assert told == ([] if chosen.label == ("war",) else ["Title of b"])
    desk.clock.forward(hours=1)
    assert await desk.release() != []
    assert desk.store.held() == []


async def test_a_silence_of_one_rule_does_not_hold_what_another_says_too(desk: Desk) -> None:
    desk.rule("smoke", Severity.LOW)
    desk.under("default: {group_wait: 5m}")
    desk.publish("a", "fires", "smoke")
    desk.store.silence(Silence(Selector(rule=("fires",)), "U1", "", NOON + MINUTE, NOON + 2 * HOUR))
    desk.clock.forward(hours=1)
    assert len(await desk.release()) == 1


async def test_a_snoozed_rule_reminds_nobody_until_the_snooze_ends(desk: Desk) -> None:
    desk.under("default: {repeat: 2h}")
    desk.publish("a")
    desk.store.silence(Silence(Selector(rule=("fires",)), "U1", "", NOON + MINUTE, NOON + 5 * HOUR))
    reminders = []
    for _ in range(7):
        desk.clock.forward(hours=1)
        reminders.append(len(await desk.release()))
    assert reminders == [0, 0, 0, 0, 1, 0, 1]


async def test_who_is_called_to_a_story_that_waits_there_is_told_it_once(desk: Desk) -> None:
    desk.rule("digested", Severity.LOW, channels=("#chiefs",), digest=Digest.HOURLY)
    desk.under(ESCALATE)
    desk.publish("a", "fires", "digested")
    desk.clock.forward(minutes=15)
    (called,) = await desk.release()
    assert (called.channel, called.kind.value) == ("#chiefs", "first")
    desk.clock.forward(hours=1)
    assert await desk.release() == []
    assert desk.store.held() == []


async def test_who_is_called_to_a_story_that_a_digest_has_told_is_reminded_of_it(desk: Desk) -> None:
    desk.rule("digested", Severity.LOW, channels=("#chiefs",), digest=Digest.HOURLY)
    desk.under(ESCALATE)
    desk.clock.forward(minutes=50)
    desk.publish("a", "fires", "digested")
    desk.publish("b", "digested")
    desk.clock.forward(minutes=10)
    (digest,) = await desk.release()
    desk.clock.forward(minutes=5)
    (called,) = await desk.release()
    assert (digest.kind.value, called.channel, called.kind.value) == ("digest", "#chiefs", "reminder")


async def test_a_mistake_of_ours_about_some_of_what_waits_keeps_nothing_else_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.rule("smoke", Severity.LOW, channels=("#war",))
    desk.under("default: {group_wait: 1m}")
    desk.publish("a")
    desk.publish("b", "smoke")
    release = desk.store.release
    broken = {"#news"}

    def mistaken(alert: Alert, *more: Any) -> bool:
        if alert.channel in broken:
            raise ValueError("a bug")
        return release(alert, *more)

    monkeypatch.setattr(desk.store, "release", mistaken)
    desk.clock.forward(minutes=1)
    assert [alert.channel for alert in await desk.release()] == ["#war"]
    broken.clear()
    desk.clock.forward(minutes=5)
    assert [alert.channel for alert in await desk.release()] == ["#news"]


async def test_a_release_that_was_done_before_a_kill_is_not_done_again(desk: Desk) -> None:
    desk.under("default: {group_by: rule, group_wait: 1m}")
    desk.publish("a")
    desk.publish("b")
    desk.clock.forward(minutes=1)
    held = desk.store.held()
    (told,) = await desk.release()
    assert not desk.store.release(replace(told, seq=7), held, ["slack"], desk.clock.now())
    assert len(desk.store.alerts()) == 1


async def test_two_rules_of_one_article_are_one_card_also_when_it_waits(desk: Desk) -> None:
    desk.rule("smoke", Severity.LOW)
    desk.under("default: {group_wait: 1m}")
    (decision,) = desk.publish("a", "smoke", "fires")
    assert decision.rules == ("fires", "smoke")
    desk.clock.forward(minutes=1)
    (alert,) = await desk.release()
    assert alert.card.rules == ("Fires", "Smoke")


@pytest.mark.parametrize("kept_by", ["inhibition", "silence", "schedule"])
def test_why_a_rule_did_not_speak_is_told_also_where_another_alerted(desk: Desk, kept_by: str) -> None:
    desk.rule("smoke", Severity.LOW)
    if kept_by == "inhibition":
        desk.under("inhibit: [{if: {severity: medium}, hush: {severity: low}}]")
    elif kept_by == "silence":
        desk.store.silence(Silence(Selector(rule=("smoke",)), "ana", "drill", NOON, NOON + HOUR))
    else:
        desk.rule("smoke", Severity.LOW, schedule=Schedule(end=date(2020, 1, 1)))
    desk.publish("a", "fires", "smoke")
    ((_, decision),) = desk.store.decided_for("smoke", 10)
    assert decision.left_out("smoke").startswith(f"{kept_by}: smoke")
    assert decision.left_out("fires") == ""
    told = why(desk.store, NOON, decision, "smoke")
    assert (told.raised, told.words) == (True, f"without smoke: {decision.left_out('smoke')}")
    assert desk.store.decided_for("smok", 10) == []
