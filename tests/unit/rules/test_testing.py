from pathlib import Path

import pytest

from monitor.matching import Matcher
from monitor.rules.load import RuleFolder
from monitor.rules.schema import parse
from monitor.rules.testing import run_tests

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
