"""A backtest counts the alerts that conditions over time would have let through."""

from datetime import timedelta

import pytest

from monitor.backtesting import run
from monitor.model.story import Relation, StoryDecision
from monitor.replay import Replay, silences
from monitor.rules.schema import parse
from tests.support.nouns import NOON, article

STORY = [("AFP", 0), ("BBC", 10), ("EFE", 20), ("AFP", 200), ("BBC", 300)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("frequency: 3 outlets in 2h", [False, False, True, True, True]),
        ("frequency: 4 outlets in 2h", [False] * 5),
        ("first_seen: person", [True] * 5),
        ("edited: any", [False, False, False, False, True]),
        ("flatline: {after: 1h, only: true}", [False] * 5),
    ],
)
def test_replay(rule: str, expected: list[bool]) -> None:
    read = parse(f"rules: [{{id: a, any: [x], {rule}}}]".encode(), "a.yaml")
    replay = Replay(read.rules[0], NOON)
    seen = []
    for number, (outlet, minutes) in enumerate(STORY):
        at = NOON + timedelta(minutes=minutes)
        about = article(f"a{number}", outlet=outlet, published=at, fetched=at)
        relation = Relation.EDITED if number == len(STORY) - 1 else Relation.SAME_STORY
        seen.append(replay.alerts(about, StoryDecision(about.id, "s", relation)))
    assert seen == expected


def test_silences() -> None:
    times = [NOON + timedelta(hours=hours) for hours in (1, 2, 7)]
    articles = [article(f"{at}", published=at, fetched=at) for at in times]
    assert silences(articles, NOON, NOON + timedelta(hours=12), timedelta(hours=5)) == 2
    assert silences([], NOON, NOON + timedelta(hours=12), timedelta(hours=5)) == 1


def test_a_backtest_names_what_is_new_and_what_is_lost() -> None:
    (rule,) = parse(b"rules: [{id: a, any: [missiles]}]", "a.yaml").rules
    archive = [article(key, words) for key, words in (("old", "Missiles."), ("new", "Missiles."), ("lost", "Rain."))]
    before = [("a", archive[0].id), ("a", archive[2].id), ("gone", archive[2].id)]
    ([found], articles) = run([rule], archive, before)
    assert (articles, found.new, found.lost) == (3, 1, 1)
    assert (found.titles, found.lost_titles) == (["Title of new"], ["Title of lost"])
