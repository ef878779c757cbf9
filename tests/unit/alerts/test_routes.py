"""alerts.yaml: what it says is what happens; the examples are the tests the file itself carries."""

from pathlib import Path

import pytest

from monitor.alerts.trial import TrialResult, run_tests
from monitor.model.rule import AnyOf, Rule, Severity
from monitor.rules.alertfile import load_policy, parse_policy

DATA = Path(__file__).parents[2] / "data" / "alerts"
DESK = load_policy(DATA / "desk.yaml")
RESULTS = run_tests(DESK.policy, {}, "#default")


def test_the_file_has_no_mistakes() -> None:
    assert DESK.errors == ()


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.name)
def test_the_desk(result: TrialResult) -> None:
    assert result.message == ""


def test_a_failing_test_says_what_is_and_why() -> None:
    read = parse_policy(b'tests: [{name: x, severity: low, expect: {"#war": now}}]', "alerts.yaml")
    (result,) = run_tests(read.policy, {}, "#news")
    assert "expected #war: now, but it is #news: now" in result.message
    assert "route: default to #news" in result.message


def test_a_test_takes_severity_and_channels_from_the_rule_it_names() -> None:
    rule = Rule("missiles", "Missiles", AnyOf(()), Severity.HIGH, ("#war",))
    text = b'routes: [{if: {severity: high}, group_wait: 1m}]\ntests: [{rule: missiles, expect: {"#war": now}}]'
    assert [r.message for r in run_tests(parse_policy(text, "f").policy, {"missiles": rule}, "#news")] == [""]
    (result,) = run_tests(parse_policy(text, "f").policy, {}, "#news")
    assert "no rule has the id `missiles`" in result.message


def test_without_a_file_everything_goes_out_at_once(tmp_path: Path) -> None:
    loaded = load_policy(tmp_path / "alerts.yaml")
    assert loaded.errors == ()
    assert loaded.policy.root.routes == ()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("routs: []", "f:1:1: unknown key `routs` in the file; did you mean `routes`?"),
        ("routes:\n  - match: {severity: low}", "f:2:5: unknown key `match` in a route; did you mean `if`?"),
        ("routes:\n  - receiver: '#a'", "f:2:5: unknown key `receiver` in a route; did you mean `channel`?"),
        ("routes:\n  - if: {severty: low}", "f:2:10: unknown key `severty` in `if`; did you mean `severity`?"),
        ("routes:\n  - if: {severity: hihg}", "f:2:20: `hihg` is not a severity"),
        ("routes:\n  - quiet: night", "f:2:12: `night` names no times; define it under `times`"),
        ("times: {night: {hours: 25:00-3:00}}", "f:1:24: `25:00-3:00` is no stretch of the day"),
        ("times: {night: {zone: Mars/Crater, days: mon}}", "f:1:23: `Mars/Crater` is not a time zone"),
        ("times: {night: {}}", "f:1:16: a stretch of time needs hours, days, start or end"),
        ("default: {group_wait: soon}", "f:1:23: `soon` is no length of time"),
        ("default: {group_by: author}", "f:1:21: `author` is nothing to group by: story, rule, label"),
        ("default: {escalate: {after: 5m}}", "f:1:21: `escalate` needs `to`"),
        ("default: {repeat: 1s}", "f:1:19: `repeat` is at least 1m"),
        ("default: {digest: noonish}", "f:1:19: `noonish` is no time of the day"),
        ("default: {channel: 'a b'}", "f:1:20: `a b` is not a channel"),
        ("inhibit: [{if: {severity: low}}]", "f:1:11: an inhibition needs `if`"),
        ("storm: 1", "f:1:8: `1` is no measure of a storm"),
        ("tests: [{severity: low}]", "f:1:9: a test needs `expect`"),
        ("tests: [{at: noon, expect: {a: now}}]", "f:1:14: `noon` is no moment"),
        ("- a", "f:1:1: the file is a mapping with the keys zone"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, error: str) -> None:
    told = [str(problem) for problem in parse_policy(text.encode(), "f").errors]
    assert any(error in problem for problem in told), told
