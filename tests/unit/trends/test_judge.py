"""Conditions over time, decided; the cases are in tests/data/trends/judge.yaml."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.model.rule import Rule
from monitor.model.story import Change, Relation, StoryDecision
from monitor.model.trend import SeenName, Sighting
from monitor.rules.schema import parse
from monitor.trends.judge import Past, judge, reach
from tests.support.nouns import NOON, article

CASES = YAML(typ="safe").load(Path(__file__).parents[2] / "data" / "trends" / "judge.yaml")


def rule(written: str) -> Rule:
    settings = written if written.startswith("{") else f"{{{written}}}"
    read = parse(f"rules: [{{id: a, any: [x], {settings[1:-1]}}}]".encode(), "a.yaml")
    assert read.errors == ()
    return read.rules[0]


def sightings(given: list[Any]) -> list[Sighting]:
    found = []
    for one in given:
        if isinstance(one, dict):
            found += [(one["from"] + one["every"] * n, f"old {n}", "s") for n in range(one["count"])]
        else:
            found.append(tuple(one))
    return [
        Sighting(f"a{n}", ago(minutes), f"e{n}", outlet, *(rest[:1] or ["s"]), copy="copy" in rest)
        for n, (minutes, outlet, *rest) in enumerate(found)
    ]


def ago(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_judge(case: dict[str, Any]) -> None:
    about = article("this", outlet="AFP", published=NOON)
    changes = tuple(Change(kind, "a sentence") for kind in case.get("changes", ()))
    story = StoryDecision(about.id, "s", Relation(case.get("relation", "new")), changes=changes)
    new = case.get("new", [])
    past = Past(
        since=NOON - timedelta(hours=case.get("since", 1000)),
        sightings=sightings(case.get("past", [])),
        new=None if new is None else tuple(SeenName("PERSON", one, one.split(" ", 1)[1]) for one in new),
        told=case.get("told", False),
        fallen_out=case.get("fallen_out", False),
    )
    verdict = judge(rule(case["rule"]), about, story, past)
    assert [verdict.held and verdict.held.value, "; ".join(verdict.because)] == case["expect"]


@given(
    st.lists(st.tuples(st.integers(-300, 300), st.sampled_from("ABCDEFGH"), st.booleans()), max_size=30),
    st.integers(2, 6),
    st.integers(10, 200),
)
def test_frequency_is_the_best_window_around_the_article(
    past: list[tuple[int, str, bool]], outlets: int, minutes: int
) -> None:
    about = article("this", outlet="AFP", published=NOON)
    found = [Sighting(f"a{n}", ago(at), f"e{n}", who, "s", copy) for n, (at, who, copy) in enumerate(past)]
    verdict = judge(
        rule(f"frequency: {outlets} outlets in {minutes}m"),
        about,
        StoryDecision(about.id, "s", Relation.NEW),
        Past(since=NOON, sightings=found),
    )
    independent = [(at, who) for at, who, copy in past if not copy] + [(0, "AFP")]
    most = max(len({who for at, who in independent if begin <= at <= begin + minutes}) for begin in range(-minutes, 1))
    assert (verdict.held is None) == (most >= outlets)


def test_no_more_of_the_past_is_asked_for_than_can_matter() -> None:
    about = article("this", published=NOON)
    assert reach(rule("edited: any"), about) is None
    assert reach(rule("frequency: 2 outlets in 2h"), about) == (ago(120), ago(-120))
    assert reach(rule("{frequency: 2 outlets in 2h, spike: 3x in 6h}"), about) == (ago(6 * 60 + 7 * 1440), ago(-120))
