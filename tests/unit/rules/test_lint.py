import json
from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.model.rule import AllOf, AnyOf, Term
from monitor.rules.lint import emptied, lint, too_broad, without_none
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
    found = [(doubt.code, doubt.problem) for doubt in lint(rules(case["rule"]), today=date(2024, 11, 18))]
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


def test_a_none_that_leaves_nothing_is_told_by_what_it_takes_away():
    all_gone, some_left, few, plain = rules(
        "any: [a]\nnone: [the]", "any: [b]\nnone: [c]", "any: [d]\nnone: [e]", "any: [f]"
    )
    wider = [without_none(rule) for rule in (all_gone, some_left, few)]
    assert [rule.condition for rule in wider] == [AllOf((AnyOf((Term(name),)),)) for name in "abd"]
    assert without_none(plain) is None
    by_id = {rule.id: rule for rule in (all_gone, some_left, few)}
    found = emptied(by_id, {"r0": 1, "r1": 10}, {"r0": 40, "r1": 40, "r2": 3})
    assert [(doubt.rule, doubt.code) for doubt in found] == [("r0", "emptied")]
    assert "takes away 39 of the 40 articles" in found[0].problem


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
