from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.model.rule import AnyOf, Term
from monitor.rules.query import QueryError, parse_query
from monitor.rules.schema import parse
from monitor.rules.syntax import TermError
from tests.unit.rules.notation import notation

CASES = YAML(typ="safe", pure=True).load((Path(__file__).parents[2] / "data" / "rules" / "queries.yaml").read_text())


def name(written: str) -> AnyOf:
    if written != "z":
        raise TermError(f"unknown alias ${written}")
    return AnyOf((Term("Zelensky"),), alias="z")


def answer(query: str) -> tuple[str, int, str]:
    """What the query means, or where it is wrong and what is said of it."""
    try:
        return notation(parse_query(query, name)), 0, ""
    except QueryError as error:
        return "", error.offset, error.problem


@pytest.mark.parametrize("case", CASES, ids=[case["query"] for case in CASES])
def test_a_query_means_what_the_table_says(case):
    meaning, offset, problem = answer(case["query"])
    assert (meaning, offset) == (case.get("means", ""), case.get("at", 0)), problem
    assert case.get("says", "") in problem


PIECES = ["a", '"b c"', "AND", "OR", "NOT", "NEAR/3", "(", ")", "title:", "-", "|", "*", "$z", "/"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map(" ".join) | st.text(max_size=40))
def test_any_text_gives_a_condition_or_an_error_inside_of_it(query):
    _, offset, _ = answer(query)
    assert 0 <= offset <= len(query)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("query: a AND (b OR x or c)", (3, 26)),
        ('query: "a AND (b OR x or c)"', (3, 27)),
        ("query: 'it''s AND x or c'", (3, 25)),
        ("query: |\n      a AND\n      (b OR x or c)", (5, 15)),
        ("query: >-\n      a AND\n\n      b or c", (6, 9)),
        ("query: a AND\n      b or c", (4, 9)),
        ('query: "tab\\t or c"', (3, 19)),
        ("all: [x, {query: a or b}]", (3, 24)),
    ],
)
def test_a_mistake_in_a_query_is_shown_where_it_stands_in_the_file(written, place):
    (error,) = parse(f"rules:\n  - id: a\n    {written}\n".encode(), "a.yaml").errors
    assert (error.line, error.column) == place
