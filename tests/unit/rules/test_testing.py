from pathlib import Path

import pytest

from monitor.matching import Matcher, explain
from monitor.model.article import Article
from monitor.model.facts import Entity, Event, Facts, Quantity, Span
from monitor.rules.load import RuleFolder
from monitor.rules.schema import parse
from monitor.rules.testing import coverage, run_tests

SHIPPED = Path(__file__).parents[3] / "rules"


def test_results_say_where_and_what():
    rules = parse(
        b"""\
rules:
  - id: a
    enabled: false
    any: [missil*]
    none: [film]
    tests:
      match:
        - Missiles fell.
        - title: A film about missiles
      no_match:
        - Two missiles.
        - Rain.
""",
        "rules/a.yaml",
    ).rules
    results = run_tests(rules, Matcher)
    assert [(result.passed, result.line) for result in results] == [(True, 8), (False, 9), (False, 11), (True, 12)]
    assert results[1].message == 'rules/a.yaml:9: a: must match but does not: "A film about missiles"'
    assert results[2].message == 'rules/a.yaml:11: a: must not match but does (found missil*): "Two missiles."'


CASUALTIES = """\
rules:
  - id: a
    any: [strike~]
    quantity: "casualties >= 10"
    tests:
      match:
        - {text: A strike killed 12 people in Kharkiv., facts: [12 killed, kharkiv, a strike killed]}
        - {text: A strike killed 12 people in Kharkiv., facts: [Odesa]}
      no_match:
        - A strike killed three people in Kharkiv.
"""


def facts_of(article: Article) -> Facts:
    """As an extractor tells them of these sentences."""
    words = article.text.removesuffix(".")
    number = 12.0 if "12" in words else 3.0
    counted = Quantity(words[16:25], Span(16, 25), 0, number, "people", "killed", 1.0, "test")
    place = Entity("Kharkiv", "GPE", "Kharkiv", Span(0, 7), 0, (), 1.0, "test")
    told = Event(words, Span(0, len(words)), 0, "killed", Span(9, 15), "kill", "attack", 1.0, "test")
    return Facts(article.text, "en", "", len(article.text), (place,), events=(told,), quantities=(counted,))


def test_facts_are_asked_for_where_a_rule_wants_some():
    rules = parse(CASUALTIES.encode(), "a.yaml").rules
    assert [result.passed for result in run_tests(rules, Matcher)] == [True, True, False]
    results = run_tests(rules, Matcher, facts_of)
    assert [(result.passed, result.missing) for result in results] == [
        (True, ()),
        (False, ("the fact Odesa",)),
        (True, ()),
    ]
    assert coverage(rules[0], explain, facts_of).untried == ()
    assert coverage(rules[0], explain).branches + 1 == coverage(rules[0], explain, facts_of).branches


def test_the_shipped_rules_are_in_order():
    reloaded = RuleFolder(SHIPPED).reload()
    assert [str(error) for error in reloaded.errors] == []
    assert len({rule.file for rule in reloaded.rules}) >= 3
    assert [result.message for result in run_tests(reloaded.rules, Matcher) if not result.passed] == []


@pytest.mark.parametrize("rule", RuleFolder(SHIPPED).reload().rules, ids=lambda rule: rule.id)
def test_every_shipped_rule_proves_both_sides_and_uses_the_default_channel(rule):
    assert {test.expect for test in rule.tests} == {True, False}
    assert rule.channels == ()
    assert rule.description
