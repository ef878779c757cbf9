"""Conditions beyond any, all and none: what holds, and what is shown for it."""

from datetime import UTC, datetime

import pytest

from monitor.matching import Matcher
from monitor.matching.evaluate import View, score
from monitor.matching.reading import Reading
from monitor.matching.terms import Terms
from monitor.matching.units import sentences
from monitor.model.article import Article
from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
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

A, B, C, D = Term("aa"), Term("bb"), Term("cc"), Term("dd")


def article(text: str, title: str = "", **more) -> Article:
    return Article("https://e.example/rss", "k", title, text, datetime(2024, 11, 18, tzinfo=UTC), **more)


def found(condition, told: Article) -> list[str] | None:
    """The words of all hits, None where the rule doesn't hold."""
    matches = Matcher([Rule("r", "", condition)]).match(told)
    return [getattr(told, hit.field)[hit.start : hit.end] for hit in matches[0].hits] if matches else None


@pytest.mark.parametrize(
    ("condition", "text", "hits"),
    [
        (AtLeast(2, (A, B, C)), "aa cc", ["aa", "cc"]),
        (AtLeast(2, (A, B, C)), "aa aa", None),
        (AtLeast(2, (A, NoneOf((B,)), C)), "aa", ["aa"]),
        (AtLeast(2, (A, NoneOf((B,)), C)), "xx", None),
        (AtLeast(1, (AllOf((A, B)), C)), "cc", ["cc"]),
        # near: distance in words, any order, each part once
        (Near(0, (A, B)), "bb aa", ["bb", "aa"]),
        (Near(0, (A, B)), "aa x bb", None),
        (Near(1, (A, B)), "aa x, bb", ["aa", "bb"]),
        (Near(1, (A, B), ordered=True), "bb aa", None),
        (Near(1, (A, B), ordered=True), "bb aa x bb aa", ["aa", "bb"]),
        (Near(2, (A, B, C)), "aa x x bb x x cc", ["aa", "bb", "cc"]),
        (Near(2, (A, B, C)), "aa x x bb x x x cc", None),
        (Near(5, (A, A)), "aa", None),
        (Near(5, (A, A)), "aa x aa", ["aa", "aa"]),
        (Near(5, (A, B)), "aa\n\nbb", None),
        (Near(5, (Term("aa bb"), Term("bb"))), "aa bb", None),
        (Near(1, (Term("cease-fire"), Term("talks"))), "cease-fire new talks", ["cease-fire", "talks"]),
        (Near(1, (AnyOf((A, B)), AnyOf((B, C)))), "aa x bb x x x x cc", ["aa", "bb"]),
        (Near(1, (AnyOf((A, B)), AnyOf((B, C)))), "bb x x bb", None),
        (Near(2, (Regex(r"\d+"), Term("dead"))), "12 civilians dead, x x x 7 x x x dead", ["12", "dead"]),
        # one sentence, one paragraph
        (Together("sentence", (A, B)), "An aa. A bb.", None),
        (Together("sentence", (A, B)), "An aa and bb. An aa.", ["aa", "bb"]),
        (Together("sentence", (A, B)), "An aa near St. Bb saw bb.", ["aa", "Bb", "bb"]),
        (Together("sentence", (A, NoneOf((B,)))), "An aa and bb. An aa.", ["aa"]),
        (Together("paragraph", (A, B)), "An aa. A bb.", ["aa", "bb"]),
        (Together("paragraph", (A, B)), "An aa.\n\nA bb.", None),
        (NoneOf((Together("sentence", (A, B)),)), "An aa. A bb.", []),
        # how often
        (Times(A, 2), "aa", None),
        (Times(A, 2), "aa aa", ["aa", "aa"]),
        (Times(AnyOf((Term("aa bb"), Term("bb cc"))), 2), "aa bb cc", None),
        (Times(AnyOf((A, B)), 3), "aa bb aa", ["aa", "bb", "aa"]),
        # expressions
        (Regex(r"a{2}\b"), "xaa AA", ["aa", "AA"]),
        (Regex(r"a{2}\b", exact=True), "xaa AA", ["aa"]),
        (Regex("^aa"), "x aa", None),
        (Regex("x*"), "aa", None),
        (Regex("(?m)^aa$"), "x\naa", ["aa"]),
        (Regex("é."), "😀 éa", ["éa"]),
        (Regex("."), "\ud83d", ["\ud83d"]),
    ],
)
def test_conditions(condition, text, hits):
    assert found(condition, article(text)) == hits


@pytest.mark.parametrize(
    ("condition", "title", "hits"),
    [
        (InField(("title",), A), "aa", ["aa"]),
        (InField(("title",), B), "aa", None),
        (InField(("title",), NoneOf((B,))), "aa", []),
        (InField(("title", "lead"), AllOf((A, B))), "aa", ["aa", "bb"]),
        (InField(("lead",), Term("w59")), "aa", ["w59"]),
        (InField(("lead",), Term("w60")), "aa", None),
        (InField(("text",), Term("w60")), "aa", ["w60"]),
        (InField(("title",), Near(3, (A, B))), "aa", None),
        (InField(("lead",), Regex("w[0-9]$")), "aa", None),
        (Regex("^bb"), "aa", ["bb"]),
        (Near(3, (A, B)), "aa", None),
        (Together("sentence", (A, B)), "aa", None),
        (InField(("title",), NoneOf((A,))), "", []),
    ],
)
def test_fields(condition, title, hits):
    assert found(condition, article("bb " + " ".join(f"w{number}" for number in range(1, 100)), title)) == hits


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Attribute("outlet", ("REUTERS",)), True),
        (Attribute("outlet", ("Reut",)), False),
        (Attribute("outlet", ("AP", "Reut*")), True),
        (Attribute("url", ("example/world/*.html",)), True),
        (Attribute("url", ("example/sports/",)), False),
        (Attribute("author", ("Muller",)), True),
        (Attribute("source", ("e.example",)), True),
        (Attribute("category", ("Politics",)), True),
        (Attribute("country", ("ua", "PL")), True),
        (Attribute("country", ("PL",)), False),
        (Attribute("group", ("wires",)), True),
        (Attribute("lang", ("en",)), True),
        (Attribute("lang", ("fr", "en-GB")), True),
        (Attribute("lang", ("fr",)), False),
        (Attribute("category", ("",)), False),
    ],
)
def test_attributes(condition, holds):
    told = article(
        "aa",
        outlet="Reuters",
        url="https://www.e.example/world/1.html",
        authors=("Ann Bo", "Jörg Müller"),
        categories=("news", "politics"),
        group="Wires",
        country="UA",
        lang="en-US",
    )
    assert (found(AllOf((A, condition)), told) == ["aa"]) is holds
    assert (found(condition, told) == []) is holds
    assert (found(AllOf((A, NoneOf((condition,)))), told) == ["aa"]) is not holds


def test_an_unknown_language_is_any():
    assert found(AllOf((A, Attribute("lang", ("fr",)))), article("aa")) == ["aa"]


@pytest.mark.parametrize(
    ("title", "text", "points"),
    [
        ("aa", "x " * 100, 40 + 30 * (1 / 101) / 0.02),
        ("x", "aa " + "x " * 99, 30 + 30 * (1 / 101) / 0.02),
        ("x", "x " * 75 + "aa " + "x " * 24, 30 * 0.25 + 30 * (1 / 101) / 0.02),
        ("", "An aa. " + "x " * 98, 40 + 30 + 30 * (1 / 100) / 0.02),
        ("aa", "aa", 100),
    ],
)
def test_the_score_weighs_title_place_and_density(title, text, points):
    told = article(text.strip(), title)
    terms = Terms()
    terms.add(A)
    terms.build()
    assert score(A, View(Reading(told, terms.scan(told.document), terms))) == pytest.approx(points)
    assert found(Score(A, points - 0.1), told) is not None
    assert found(Score(A, points + 0.1), told) is None


@pytest.mark.parametrize(
    "text",
    [
        "He left.| She stayed.",
        "“He left.”| “She stayed.”",
        "Gen. Smith and J. Q. Public met Mr. Kim in St. Louis.| They talked.",
        "It is in the U.S. Senate.| No one in the U.S.| The vote failed.",
        "It rose 3.5 percent to $1.2 mln.| Why?| Nobody knows!",
        "Apple Inc. said so.| He works at Apple Inc.| The firm agreed.",
        "Well… maybe.| No.",
        "他走了。|她留下了。",
        "Он ушёл.| Она осталась в г. Москва.",
        "क्या हुआ।| कुछ नहीं।",
    ],
)
def test_sentences(text):
    plain = text.replace("|", "")
    spans = sentences(plain, 0, len(plain))
    assert "".join(plain[start:end] for start, end in spans) == plain
    assert [plain[start:end].strip() for start, end in spans] == [one.strip() for one in text.split("|")]


def test_an_expression_that_begins_again_everywhere_ends_soon():
    """Each search reads to the end of the text in vain; without a bound this takes minutes."""
    assert found(AllOf((A, Regex("(?s)x.*y|x"))), article("aa " + "x" * 300_000)) is not None


def test_many_rules_of_all_kinds_are_told_apart():
    conditions = [
        InField(("title",), A),
        Near(2, (A, B)),
        AtLeast(2, (A, B, C)),
        Times(A, 2),
        Attribute("outlet", ("Reuters",)),
        NoneOf((D,)),
        AllOf((Attribute("outlet", ("AP",)), A)),
        AllOf(()),
        AnyOf(()),
    ]
    rules = [Rule(f"{number}", "", condition) for number, condition in enumerate(conditions * 3)]
    told = article("bb aa", "x", outlet="Reuters")
    matcher = Matcher(rules)
    assert [int(match.rule_id) % 9 for match in matcher.match(told)] == [1, 2, 4, 5, 7] * 3
    assert [rule.id for rule in matcher.which(told)] == [match.rule_id for match in matcher.match(told)]
