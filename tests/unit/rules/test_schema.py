from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.model.rule import AllOf, AnyOf, NoneOf, RuleTest, Severity, Term, Throttle
from monitor.rules.schema import parse
from monitor.rules.tree import MAX_BYTES

DATA = Path(__file__).parents[2] / "data" / "rules"
BROKEN = YAML(typ="safe", pure=True).load((DATA / "broken.yaml").read_text())


def read(text: str):
    parsed = parse(text.encode(), "rules/a.yaml")
    assert [str(error) for error in parsed.errors] == []
    return parsed.rules


def condition(text: str):
    (rule,) = read(f"aliases: {{ua: [Ukraine, Kyiv], both: [$ua, Kiev]}}\nrules:\n- id: a\n{text}")
    return rule.condition


@pytest.mark.parametrize("case", BROKEN, ids=[case["name"] for case in BROKEN])
def test_a_broken_file_is_answered_with_place_and_advice(case):
    parsed = parse(case["file"].encode(), "rules/a.yaml")
    expected = [line.split(": ", 1) for line in case["errors"]]
    found = [(f"{error.line}:{error.column}" if error.line else "", error.problem) for error in parsed.errors]
    assert [place for place, _ in found] == [place for place, _ in expected], found
    for (_, problem), (_, words) in zip(found, expected, strict=True):
        assert words in problem
    assert all(str(error).startswith("rules/a.yaml:") for error in parsed.errors)


def test_a_full_rule():
    (rule,) = read((DATA / "full.yaml").read_text())
    assert (rule.id, rule.name, rule.severity, rule.channels) == ("kursk", "Kursk", Severity.CRITICAL, ("#ukraine",))
    assert (rule.labels, rule.max_age, rule.enabled, rule.line) == (("war",), timedelta(days=7), True, 7)
    assert rule.description == "What happens in Kursk."
    assert rule.condition == AllOf(
        (
            Term("Kursk"),
            AnyOf((Term("North Korea", prefix=True), Term("DPRK", exact=True)), alias="dprk"),
            AnyOf((Term("no"), Term("on"), Term("12:30"), Term("1.10"), AllOf((Term("a"), Term("b"))))),
            NoneOf((Term("film festival"),)),
        )
    )
    assert rule.tests == (
        RuleTest("North Koreans in Kursk: no.", expect=True, line=20),
        RuleTest("North Korea on Kursk.", expect=True, line=21, title="A headline"),
        RuleTest("Kursk.", expect=False, line=24),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  any: missile", AnyOf((Term("missile"),))),
        ("  all: [x]\n  none: y", AllOf((Term("x"), NoneOf((Term("y"),))))),
        ("  any: [{all: [x, y]}, {any: [z], none: [w]}]",
         AnyOf((AllOf((Term("x"), Term("y"))), AllOf((AnyOf((Term("z"),)), NoneOf((Term("w"),))))))),
        ("  any: [$ua]", AnyOf((AnyOf((Term("Ukraine"), Term("Kyiv")), alias="ua"),))),
        ("  any: [$both]", AnyOf((AnyOf((Term("Ukraine"), Term("Kyiv"), Term("Kiev")), alias="both"),))),
        ("  any: [乌克兰, 北*, 'Côte d’Ivoire', \"long-range\\n missile*\"]",
         AnyOf((Term("乌克兰"), Term("北", prefix=True), Term("Côte d’Ivoire"),
                Term("long-range missile", prefix=True)))),
        ("  any: &x [a, b]\n  none: [c]", AllOf((AnyOf((Term("a"), Term("b"))), NoneOf((Term("c"),))))),
    ],
)  # fmt: skip
def test_conditions(text, expected):
    assert condition(text) == expected


def test_what_a_rule_leaves_out_comes_from_the_defaults():
    one, two = read(
        "defaults: {severity: high, labels: [a], max_age: 3d, channel: ops, enabled: no}\n"
        "rules:\n- {id: a, any: [x]}\n- {id: b, any: [x], severity: LOW, labels: [b], enabled: yes, max_age: 90 min}\n"
    )
    assert (one.severity, one.labels, one.max_age, one.enabled) == (Severity.HIGH, ("a",), timedelta(days=3), False)
    assert (two.severity, two.labels, two.max_age, two.enabled) == (Severity.LOW, ("b",), timedelta(minutes=90), True)
    assert one.channels == two.channels == ("ops",)
    assert one.name == "a"


@pytest.mark.parametrize(
    ("written", "channels", "throttle", "digest"),
    [
        ("channel: ['#a', b, '#a']", ("#a", "b"), None, "off"),
        ("throttle: 5 per 1h", (), Throttle(5, timedelta(hours=1)), "off"),
        ("throttle: 1/30 min", (), Throttle(1, timedelta(minutes=30)), "off"),
        ("throttle: 20 a day", (), Throttle(20, timedelta(days=1)), "off"),
        ("throttle: off", (), None, "off"),
        ("digest: Daily", (), None, "daily"),
        ("digest: no", (), None, "off"),
    ],
)
def test_where_and_how_often_a_rule_alerts(written, channels, throttle, digest):
    (rule,) = read(f"rules:\n- id: a\n  any: [x]\n  {written}\n")
    assert (rule.channels, rule.throttle, rule.digest) == (channels, throttle, digest)


def test_a_rule_lifts_the_throttle_and_the_digest_of_its_defaults():
    held, free = read(
        "defaults: {throttle: 5 per 1h, digest: hourly, channel: [a, b]}\n"
        "rules:\n- {id: held, any: [x]}\n- {id: free, any: [x], throttle: off, digest: off, channel: c}\n"
    )
    assert (held.throttle, held.digest, held.channels) == (Throttle(5, timedelta(hours=1)), "hourly", ("a", "b"))
    assert (free.throttle, free.digest, free.channels) == (None, "off", ("c",))


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        (("[x, y]", "[x, z]"), True),
        (("any:", "all:"), True),
        (("severity: low", "severity: high"), True),
        (("severity: low", "severity: low\n  throttle: 5 per 1h"), True),
        (("severity: low", "severity: low\n  digest: daily"), True),
        (("severity: low", "severity: low\n  channel: [a, b]"), True),
        (("# a comment", "# another"), False),
        (("match: [x]", "match: [x, y]"), False),
        (("- id: a", "\n- id: a"), False),
        (("x, y", "x,    y"), False),
    ],
)
def test_the_version_follows_the_meaning(change, changes):
    text = "rules: # a comment\n- id: a\n  severity: low\n  any: [x, y]\n  tests: {match: [x]}\n"
    (before,), (after,) = read(text), read(text.replace(*change))
    assert (before.version != after.version) is changes


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfer\x00", "UTF-16"),
        (b"rules:\n- id: a\n  name: caf\xe9\n", "0xe9 is not UTF-8"),
        (b"x" * (MAX_BYTES + 1), "split it"),
        (b"[" * 100_000, "nested more than"),
        (b"rules:\n" + b"- any:\n" * 1, "no `id`"),
        (b"rules: " + b"{any: [" * 11 + b"]}" * 11, "not a mapping"),
        (b"rules: [{id: a, any: [" + b"{any: [" * 9 + b"x" + b"]}" * 9 + b"]}]", "nested more than 8 deep"),
        (b"a: &a [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n".encode() for i in range(9)
        ), "counting each use"),
        (b"rules: [{id: a, any: [" + b"x" * 1_000_000 + b"]}]", "a term of 1,000,000 characters"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused(content, problem):
    errors = parse(content, "a.yaml").errors
    assert problem in errors[0].problem


def test_aliases_of_aliases_do_not_multiply():
    names = "abcdefgh"
    lines = [f"  {name}: [{', '.join(['$' + after] * 50)}]" for name, after in pairwise(names)]
    (rule,) = read("\n".join(["aliases:", *lines, "  h: [x]", "rules: [{id: r, any: [$a]}]"]))
    assert rule.condition == AnyOf((AnyOf((Term("x"),), alias="a"),))


def test_windows_line_ends_and_a_byte_order_mark_are_fine():
    parsed = parse("\ufeffrules:\r\n- id: a\r\n  any:\r\n  - x\r\n".encode(), "a.yaml")
    assert not parsed.errors
    assert parsed.rules[0].line == 2


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("rules:\n -[]{}*&!|>'\"#%@`$=idany\t,~?x\0é"), max_size=60) | st.text(max_size=30))
def test_any_text_gives_rules_or_errors_with_a_place(text):
    parsed = parse(text.encode("utf-8", "surrogatepass"), "a.yaml")
    assert parsed.rules or parsed.errors


def test_the_public_yaml_suite_never_crashes_the_reader(shared_data):
    files = sorted((shared_data / "hostile" / "yaml-test-suite").rglob("*.yaml"))
    assert files
    for path in files:
        parsed = parse(path.read_bytes(), path.name)
        assert parsed.errors, path
