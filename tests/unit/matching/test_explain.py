"""The answer at every node, and what was nearest to a match."""

from datetime import UTC, datetime

import pytest

from monitor.matching import explain, render
from monitor.matching.explain import misses
from monitor.model.article import Article
from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    HasEntity,
    InField,
    Near,
    NoneOf,
    Regex,
    Rule,
    Score,
    Term,
    Times,
    Together,
)

A, B, C, D, X = Term("aa"), Term("bb"), Term("cc"), Term("dd"), Term("xx")
TEXT = "First bb here.\n\nThen cc, and later on a bb too."
TOLD = Article("s", "k", "On aa", TEXT, datetime(2024, 11, 18, tzinfo=UTC), outlet="AP")


@pytest.mark.parametrize(
    ("condition", "nearest"),
    [
        (X, [["xx"]]),
        (AllOf((A, X)), [["xx"]]),
        (AllOf((X, D)), [["xx", "dd"]]),
        (AnyOf((AllOf((X, D)), D)), [["dd"], ["xx", "dd"]]),
        (AllOf((A, NoneOf((B, C)))), [["bb", "cc"]]),
        (AllOf((A, NoneOf((AllOf((B, C)),)))), [["bb"], ["cc"]]),
        (AtLeast(3, (A, B, X, D)), [["xx"]]),
        (AllOf((X, Attribute("outlet", ("Reuters",)))), [["xx", "outlet: Reuters"]]),
        (Near(2, (A, B)), [["within 2 words"]]),
        (Near(2, (B, X)), [["xx"]]),
        (InField(("title",), AllOf((A, B))), [["bb"]]),
        (Together("sentence", (A, C)), [["cc"]]),
        (Times(B, 3), [["at least 3 times"]]),
        (Score(C, 100), [["a score of at least 100"]]),
        (AllOf((A, B)), []),
    ],
)
def test_the_nearest_miss_comes_first(condition, nearest):
    assert [[node.label for node in miss] for miss in misses(explain(Rule("r", "", condition), TOLD))] == nearest


def test_every_node_is_answered():
    condition = AnyOf(
        (
            AtLeast(2, (A, X, Regex("[xyz]"))),
            Near(2, (C, B)),
            Near(9, (C, B), ordered=True),
            Near(9, (B, C), ordered=True),
            Near(9, (A, C)),
            Together("paragraph", (C, B, X)),
            InField(("title",), C),
            Times(B, 2),
            Score(C, 50),
            Attribute("outlet", ("Reuters", "TASS")),
            AllOf((A, NoneOf((HasEntity(("Putin",)),)))),
        )
    )
    lines = list(render(explain(Rule("r", "", condition), TOLD)))
    assert [line for line in lines if not line.startswith("      ")] == [
        "✓ any of",
        "  ✗ at least 2 of (1 of 3)",
        "    ✓ aa: On [aa] First bb here. Then cc,…",
        "    ✗ xx, /[xyz]/",
        "  ✗ within 2 words (closest: 4 words apart)",
        "    ✓ cc: On aa First bb here. Then [cc], and later on a bb too.",
        "    ✓ bb: On aa First [bb] here. Then cc, and later on… (+1 more)",
        "  ✓ in this order within 9 words",
        "    ✓ cc: On aa First bb here. Then [cc], and later on a bb too.",
        "    ✓ bb: On aa First [bb] here. Then cc, and later on… (+1 more)",
        "  ✗ in this order within 9 words (only in another order)",
        "    ✓ bb: On aa First [bb] here. Then cc, and later on… (+1 more)",
        "    ✓ cc: On aa First bb here. Then [cc], and later on a bb too.",
        "  ✗ within 9 words (not in one paragraph)",
        "    ✓ aa: On [aa] First bb here. Then cc,…",
        "    ✓ cc: On aa First bb here. Then [cc], and later on a bb too.",
        "  ✗ in one paragraph",
        "    ✓ cc: On aa First bb here. Then [cc], and later on a bb too.",
        "    ✓ bb: …cc, and later on a [bb] too.",
        "    ✗ xx",
        "  ✗ in the title",
        "    ✗ cc",
        "  ✓ at least 2 times (2 times)",
        "    ✓ bb: On aa First [bb] here. Then cc, and later on… (+1 more)",
        "  ✓ a score of at least 50 (score 60)",
        "    ✓ cc: On aa First bb here. Then [cc], and later on a bb too.",
        "  ✗ outlet: Reuters | TASS (it is AP)",
        "  ✓ all of",
        "    ✓ aa: On [aa] First bb here. Then cc,…",
        "    ✓ none of",
    ]
    assert lines[-1] == "      ✗ entity Putin (facts not known yet)"


def test_the_tree_begins_with_what_was_missing():
    rule = Rule("r", "", AllOf((A, AnyOf((AllOf((X, D)), D)), NoneOf((C,)))))
    assert list(render(explain(rule, TOLD)))[:3] == [
        "nearest miss: dd is missing and cc is there: On aa First bb here. Then [cc], and later on a bb too.",
        "or: xx is missing and dd is missing and cc is there: On aa First bb here. Then [cc], and later on a bb too.",
        "✗ all of",
    ]


def test_a_list_of_words_is_missed_as_one():
    rule = Rule("r", "", AllOf((A, AnyOf((X, Term("yy"), Term("zz")), alias="them"), AnyOf((X, Term("yy"))))))
    assert list(render(explain(rule, TOLD)))[:2] == [
        "nearest miss: none of $them is there and none of xx, yy is there",
        "✗ all of",
    ]
