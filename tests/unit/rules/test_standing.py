"""What keeps a match from alerting, in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model.article import SourceKind
from monitor.rules.schema import parse
from monitor.rules.standing import obstacles, waits_for
from tests.support.nouns import NOON, article

OLD = article(published=NOON - timedelta(hours=60))


@pytest.mark.parametrize(
    ("rule", "about", "expected"),
    [
        ("severity: low", article(), ()),
        ("severity: low", OLD, ("the article is 60 h old, and the rule takes 48 h (max_age)",)),
        ("severity: low", replace(OLD, kind=SourceKind.SEED), ()),
        ("enabled: no", article(), ("the rule is disabled; take `enabled: false` out",)),
        ("active: 13:00-14:00", article(), ("the rule is not in force at Mon 18 Nov 12:00 UTC (start, end, active)",)),
    ],
)
def test_obstacles(rule, about, expected):
    (read,) = parse(f"rules: [{{id: a, any: [x], {rule}}}]".encode(), "a.yaml").rules
    assert obstacles(read, about, NOON) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("frequency: 3 outlets in 90m on one story", "3 independent outlets in 90 min on one story (frequency)"),
        ("spike: 2.5x in 6h", "2.5 times as many articles as usual in 6 h (spike)"),
        ("first_seen: [person, term]", "a person or term the rule has not met before (first_seen)"),
        ("edited: retracted", "an edit: retracted (edited)"),
        ("flatline: {after: 10d, only: yes}", "nothing else, a silence of 10 days (flatline)"),
    ],
)
def test_waits_for(rule, expected):
    (read,) = parse(f"rules: [{{id: a, any: [x], {rule}}}]".encode(), "a.yaml").rules
    assert waits_for(read.trends) == (expected,)
