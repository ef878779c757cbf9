"""Files made to hurt are refused with a place, by counting rather than by luck."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.conditions import ATTRIBUTE_KEYS
from monitor.rules.schema import parse
from monitor.rules.settings import SETTING_KEYS

BIG = ", ".join(f"w{number}x" for number in range(2_000))
CASES = {
    "names that multiply": f"vocabulary:\n  big: [{BIG}]\n" + "".join(f"  n{n}: [$big]\n" for n in range(2_000)),
    "aliases that multiply": f"aliases:\n  big: [{BIG}]\n" + "".join(f"  n{n}: [$big]\n" for n in range(2_000)),
    "deep lists": "rules: " + "[" * 100_000,
    "deep mappings": "rules: " + "{a: " * 100_000,
    "deep blocks": "".join(f"{' ' * depth}a:\n" for depth in range(500)),
    "a bomb of anchors": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)),
    "a term of a million letters": "rules: [{id: a, any: [" + "x" * 1_000_000 + "]}]",
    "a query of a million letters": "rules: [{id: a, query: '" + "x AND " * 150_000 + "'}]",
    "thousands of parentheses": "rules: [{id: a, query: '" + "(" * 9_000 + "'}]",
    "thousands of fields": "rules: [{id: a, query: '" + "title:lead:" * 1_500 + "x'}]",
    "thousands of unknown keys": "".join(f"k{number}: x\n" for number in range(20_000)),
    "ten megabytes": "x" * 10_000_000,
    "a regular expression that explodes": "rules: [{id: a, any: ['/((a{1,100}){1,100}){1,100}/']}]",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_it_is_refused_with_a_message(text):
    parsed = parse(text.encode(), "a.yaml")
    assert parsed.rules == ()
    assert 1 <= len(parsed.errors) <= 50
    assert all(error.problem and len(error.problem) < 500 for error in parsed.errors)


def test_a_long_row_of_not_is_read_without_recursion():
    (rule,) = parse(f"rules: [{{id: a, query: 'x {'NOT ' * 4_000}y'}}]".encode(), "a.yaml").rules
    assert len(rule.condition.parts) == 2


@given(
    st.sampled_from([*SETTING_KEYS, *ATTRIBUTE_KEYS, "quantity", "near", "at_least"]),
    st.text(st.sampled_from("0123456789 xinhmd/.-:{}[],percoutletsngyoff\u202e\u0661é"), max_size=30)
    | st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=20),
)
def test_any_value_of_any_setting_is_taken_or_refused_with_a_place(key, value):
    written = json.dumps(value, ensure_ascii=False)
    content = f"rules:\n  - id: a\n    any: [x]\n    {key}: {written}\n  - {{id: b, any: [y]}}\n"
    parsed = parse(content.encode("utf-8", "replace"), "a.yaml")
    assert [rule.id for rule in parsed.rules][-1:] == ["b"]
    assert len(parsed.rules) == 2 or (parsed.errors and all(error.line == 4 for error in parsed.errors))
