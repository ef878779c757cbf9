import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.rules.lint import lint, too_broad
from monitor.rules.sarif import sarif
from monitor.rules.schema import parse

CASES = YAML(typ="safe", pure=True).load((Path(__file__).parents[2] / "data" / "rules" / "lint.yaml").read_text())
TESTS = "    tests: {match: [x], no_match: [y]}\n"


def rules(*conditions: str):
    text = "rules:\n"
    for number, condition in enumerate(conditions):
        text += f"  - id: r{number}\n" + "".join(f"    {line}\n" for line in condition.splitlines()) + TESTS
    parsed = parse(text.encode(), "a.yaml")
    assert parsed.errors == ()
    return parsed.rules


@pytest.mark.parametrize("case", CASES, ids=[case["rule"] for case in CASES])
def test_doubts_are_what_the_table_says(case):
    found = [(doubt.code, doubt.problem) for doubt in lint(rules(case["rule"]))]
    expected = [doubt.split(": ", 1) for doubt in case["doubts"]]
    assert [code for code, _ in found] == [code for code, _ in expected], found
    for (_, problem), (_, words) in zip(found, expected, strict=True):
        assert words in problem


def test_rules_that_ask_the_same_in_another_order_are_duplicates():
    found = lint(rules("any: [a, b]\nall: [c]", "all: [C]\nany: [b, {any: [A]}]", "any: [a]"))
    assert [(doubt.code, doubt.rule) for doubt in found] == [("duplicate", "r1")]
    assert "r0 (a.yaml:2)" in found[0].problem


def test_unused_names_and_missing_tests_are_told():
    parsed = parse(b"rules: [{id: a, any: [x]}]", "a.yaml")
    assert [str(doubt) for doubt in lint(parsed.rules, [("b.yaml", 3, "kim")])] == [
        "a.yaml:1: a: has no tests; add `tests:` with `match:` and `no_match:` [untested]",
        "b.yaml:3: nothing uses $kim; use it or delete it [unused]",
    ]


def test_a_rule_is_too_broad_by_its_share_of_many_articles():
    by_id = {rule.id: rule for rule in rules("any: [a]", "any: [b]")}
    assert [doubt.rule for doubt in too_broad(by_id, {"r0": 60, "r1": 10}, 1_000)] == ["r0"]
    assert too_broad(by_id, {"r0": 60}, 100) == ()


def test_sarif_names_places():
    errors = parse(b"rules:\n- id: a\n  any: x*y\n", "a.yaml").errors
    log = sarif(errors, lint(parse(b"rules: [{id: a, any: [x]}]", "b.yaml").rules), "1.0")
    (run,) = json.loads(json.dumps(log))["runs"]
    mistake, doubt = run["results"]
    assert (mistake["level"], doubt["level"], doubt["ruleId"]) == ("error", "warning", "untested")
    assert mistake["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a.yaml"},
        "region": {"startLine": 3, "startColumn": 8},
    }
