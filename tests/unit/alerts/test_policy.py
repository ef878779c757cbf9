"""One decision per article and channel; the cases are in tests/data/alerts/policy.yaml."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.alerts import policy
from monitor.alerts.policy import Situation, alerts_from
from monitor.model.alert import Alert, AlertDecision, AlertKind, Card
from monitor.model.article import Article, SourceKind
from monitor.model.policy import Policy
from monitor.model.rule import Hit, Match, Rule, Schedule, Severity, Term, Updates
from monitor.model.story import Change, Relation, StoryDecision
from tests.support.nouns import NOON, alert, article

DATA = Path(__file__).parents[2] / "data" / "alerts"
CASES = YAML(typ="safe").load(DATA / "policy.yaml")


def rule(name: str, severity: str, channels: str, hours: int) -> Rule:
    return Rule(
        name, name.title(), Term(name), Severity(severity), tuple(channels.split()), max_age=timedelta(hours=hours)
    )


def decide(
    about: Article,
    matches: list[Match],
    rules: dict[str, Rule],
    story: StoryDecision,
    *,
    prior: Any,
    now: datetime,
    default_channel: str,
    **more: Any,
) -> tuple[AlertDecision, ...]:
    given = Situation(about, matches, rules, story, now, Policy(), prior=prior, **more)
    return policy.decide(given, default_channel)


def match(name: str) -> Match:
    return Match(name, "v1", (Hit(name, "text", 0, 8),))


def card(decision: AlertDecision) -> Card:
    assert decision.kind
    return Card(decision.severity, decision.kind, decision.rules, "headline", "", "", None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_decide(case: dict[str, Any]) -> None:
    hours = case.get("age", 0.1)
    about = article("this", published=NOON - timedelta(hours=hours))
    if case.get("seed"):
        about = replace(about, kind=SourceKind.SEED)
    rules = {name: rule(name, *values) for name, values in case["rules"].items()}
    changes = tuple(Change(kind, "a sentence") for kind in case.get("changes", ()))
    story = StoryDecision(about.id, "story", Relation(case.get("relation", "new")), changes=changes)
    prior: list[Alert] = []
    for seq, (channel, severity, key) in enumerate(case.get("prior", ())):
        source = about if key == "this" else article(key)
        prior.append(alert(source, story="story", seq=seq, channel=channel, severity=Severity(severity)))
    decisions = decide(
        about,
        [match(name) for name in case.get("matched", rules)],
        rules,
        story,
        prior=prior,
        now=NOON,
        default_channel="#news",
    )
    assert {d.channel: [d.kind and d.kind.value, d.reason.value, list(d.rules)] for d in decisions} == case["expect"]


def test_what_an_article_raised_before_it_was_put_into_the_story_counts_as_told() -> None:
    about = article()
    story = StoryDecision(about.id, "story", Relation.SAME_STORY)
    merged = [alert(article("x"), story="another", channel="#war")]
    rules = {"missiles": rule("missiles", "high", "#war", 48)}
    (decision,) = decide(about, [match("missiles")], rules, story, prior=merged, now=NOON, default_channel="")
    assert decision.kind is None


def test_alerts_are_numbered_on_per_channel() -> None:
    about = article("this")
    prior = [alert(article(f"a{n}"), story="s", seq=n, channel="#war") for n in range(3)]
    decisions = decide(
        about,
        [match("missiles"), match("arms")],
        {"missiles": rule("missiles", "high", "#war", 48), "arms": rule("arms", "low", "#trade", 48)},
        StoryDecision(about.id, "s", Relation.UPDATE, changes=(Change("event", "x"),)),
        prior=prior,
        now=NOON,
        default_channel="",
    )
    raised = alerts_from(decisions, card, prior, NOON)
    assert {(a.channel, a.seq, a.kind.value) for a in raised} == {("#war", 3, "update"), ("#trade", 0, "first")}
    assert all(a.created == NOON and a.article_id == about.id for a in raised)


@given(st.lists(st.sampled_from(["new", "copy", "same-story", "update", "edited"]), max_size=8), st.booleans())
def test_a_channel_has_one_first_alert_a_story_and_a_second_run_changes_nothing(
    relations: list[str], news: bool
) -> None:
    rules = {"missiles": rule("missiles", "high", "#war", 48), "kursk": rule("kursk", "low", "#war", 48)}
    prior: list[Alert] = []
    for number, relation in enumerate(relations):
        about = article(f"a{number}")
        changes = (Change("event", "x"),) if news and relation in ("update", "edited") else ()
        story = StoryDecision(about.id, "s", Relation(relation), changes=changes)
        for _ in range(2):
            decisions = decide(
                about, [match("kursk"), match("missiles")], rules, story, prior=prior, now=NOON, default_channel=""
            )
            prior = list({a.id: a for a in (*prior, *alerts_from(decisions, card, prior, NOON))}.values())
    assert [a.seq for a in prior] == list(range(len(prior)))
    assert sum(a.kind is AlertKind.FIRST for a in prior) == bool(relations)


def test_a_rule_off_duty_stays_silent_and_leaves_the_channel_to_the_others() -> None:
    about = article("this", published=NOON)
    night = replace(rule("night", "critical", "", 48), schedule=Schedule(hours=((time(22), time(6)),)))
    day = rule("day", "low", "", 48)
    story = StoryDecision(about.id, "story", Relation.NEW)

    def decided(*rules: Rule) -> list[tuple[str | None, str, tuple[str, ...], str]]:
        known = {one.id: one for one in rules}
        found = [match(one.id) for one in rules]
        decisions = decide(about, found, known, story, prior=[], now=NOON, default_channel="#news")
        return [(d.kind, d.reason.value, d.rules, d.severity.value) for d in decisions]

    assert decided(night) == [(None, "off_schedule", ("night",), "critical")]
    assert decided(night, day) == [("first", "new_story", ("day",), "low")]


EVENT = Change("event", "Police arrested an engineer.")
SMALL, LARGE = Change("number", "", "1,200", "1,250", "injured"), Change("number", "", "12", "17", "killed")
CORRECTION, CONFIRMED = Change("correction", "Correction: it was 12."), Change("statement", "The mayor confirmed it.")


@pytest.mark.parametrize(
    ("updates", "change", "kind", "reason"),
    [
        ("all", SMALL, "update", "new_facts"),
        ("major", SMALL, None, "minor_news"),
        ("major", CONFIRMED, None, "minor_news"),
        ("major", LARGE, "update", "new_facts"),
        ("major", EVENT, "update", "new_facts"),
        ("none", EVENT, None, "minor_news"),
        ("none", CORRECTION, "correction", "corrected"),
    ],
)
def test_a_rule_says_which_news_of_a_story_it_wants(
    updates: str, change: Change, kind: str | None, reason: str
) -> None:
    about = article()
    rules = {"missiles": replace(rule("missiles", "high", "#war", 48), updates=Updates(updates))}
    story = StoryDecision(about.id, "s", Relation.UPDATE, changes=(change,))
    prior = [alert(article("x"), story="s", channel="#war")]
    (decision,) = decide(about, [match("missiles")], rules, story, prior=prior, now=NOON, default_channel="")
    assert (decision.kind, decision.reason) == (kind, reason)
