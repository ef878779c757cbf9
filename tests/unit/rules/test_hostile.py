"""Files made to hurt are refused with a place, by counting rather than by luck."""

import pytest

from monitor.rules.schema import parse

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
