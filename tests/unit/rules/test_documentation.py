"""docs/rules.md says what the code does: its examples work, and no key is missing from it."""

import re
from pathlib import Path

import pytest

from monitor.matching import Matcher
from monitor.rules.schema import ARTICLE_KEYS, CONDITION_KEYS, FILE_KEYS, RULE_KEYS, TEST_KEYS, parse
from monitor.rules.testing import run_tests

TEXT = (Path(__file__).parents[3] / "docs" / "rules.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_works(example):
    parsed = parse(example.encode(), "docs/rules.md")
    assert [str(error) for error in parsed.errors] == []
    assert [result.message for result in run_tests(parsed.rules, Matcher) if not result.passed] == []


@pytest.mark.parametrize("key", [*FILE_KEYS, *RULE_KEYS, *CONDITION_KEYS, *TEST_KEYS, *ARTICLE_KEYS])
def test_every_key_is_documented(key):
    assert re.search(rf"`{key}\b", TEXT)


def test_the_cookbook_has_twenty_rules_that_prove_both_sides():
    blocks = re.findall(r"```yaml\n(.*?)```", TEXT.partition("## Cookbook")[2], re.DOTALL)
    recipes = [rule for block in blocks for rule in parse(block.encode(), "docs/rules.md").rules]
    assert len(recipes) >= 20
    assert [rule.id for rule in recipes if {test.expect for test in rule.tests} != {True, False}] == []
