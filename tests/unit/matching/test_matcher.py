from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.matching import Matcher, explain, render
from monitor.model.article import Article
from monitor.model.rule import AllOf, AnyOf, Hit, NoneOf, Rule, Term

DATA = Path(__file__).parents[2] / "data" / "matching"
TERMS = YAML(typ="safe", pure=True).load((DATA / "terms.yaml").read_text())


def article(text: str, title: str = "") -> Article:
    return Article("s", "k", title, text, datetime(2024, 11, 18, tzinfo=UTC))


def term(written: str) -> Term:
    return Term(written.removeprefix("=").removesuffix("*"), written.startswith("="), written.endswith("*"))


def found(rule: Rule, *, text: str, title: str = "") -> list[str]:
    told = article(text, title)
    return [
        getattr(told, hit.field)[hit.start : hit.end] for match in Matcher([rule]).match(told) for hit in match.hits
    ]


@pytest.mark.parametrize("case", TERMS, ids=lambda case: f"{case['term']} in {case['text']}")
def test_terms(case):
    assert found(Rule("r", "", term(case["term"])), text=case["text"]) == case["found"]


A, B, C = Term("aa"), Term("bb"), Term("cc")


@pytest.mark.parametrize(
    ("condition", "text", "hits"),
    [
        (AnyOf((A, B)), "aa cc", ["aa"]),
        (AnyOf((A, B)), "bb aa", ["bb", "aa"]),
        (AllOf((A, B)), "aa", []),
        (AllOf((A, B)), "bb aa bb", ["bb", "aa", "bb"]),
        (AllOf((A, NoneOf((B,)))), "aa", ["aa"]),
        (AllOf((A, NoneOf((B,)))), "aa bb", []),
        (AllOf((A, NoneOf((AllOf((B, C)),)))), "aa bb", ["aa"]),
        (AllOf((A, NoneOf((AllOf((B, C)),)))), "aa bb cc", []),
        (AllOf((A, NoneOf((NoneOf((B,)),)))), "aa bb", ["aa"]),
        (AnyOf((AllOf((A, B)), AllOf((B, C)))), "bb cc", ["bb", "cc"]),
        (AnyOf((A, AllOf((B, C)))), "aa bb", ["aa"]),
        (AnyOf(()), "aa", []),
        (AllOf((A, A, AnyOf((A,)))), "aa", ["aa"]),
        (Term("..."), "aa ... aa", []),
    ],
)
def test_conditions_and_their_evidence(condition, text, hits):
    assert found(Rule("r", "", condition), text=text) == hits


def test_hits_point_into_title_and_text():
    rule = Rule("r", "", AllOf((Term("kursk"), Term("missil", prefix=True))), version="v1")
    (match,) = Matcher([rule]).match(article("Missiles hit Kursk.", "Kursk’s night"))
    assert (match.rule_id, match.rule_version) == ("r", "v1")
    assert match.hits == (Hit("kursk", "title", 0, 5), Hit("missil*", "text", 0, 8), Hit("kursk", "text", 13, 18))


def test_a_phrase_does_not_reach_from_the_title_into_the_text():
    assert found(Rule("r", "", Term("North Korea")), text="Korea said", title="To the north") == []


def test_a_title_alone_is_enough():
    assert found(Rule("r", "", A), text="", title="aa") == ["aa"]


def test_disabled_rules_never_match():
    assert found(Rule("r", "", A, enabled=False), text="aa") == []


def test_no_rules_and_no_text():
    assert Matcher([]).match(article("aa")) == ()
    assert Matcher([Rule("r", "", A)]).match(article("")) == ()


def test_matches_keep_the_order_of_the_rules():
    rules = [Rule(rule_id, "", AnyOf((A, B))) for rule_id in "zebra"]
    assert [match.rule_id for match in Matcher(rules).match(article("aa"))] == list("zebra")


def test_crowded_terms_lead_to_the_same_rules():
    """So many rules share a term that they are filed under pairs."""
    rules = [Rule(f"{n}", "", AllOf((Term("russia"), AnyOf((Term(f"t{n}x"), Term(f"u{n % 7}x")))))) for n in range(100)]
    rules += [Rule(f"n{n}", "", AllOf((Term("russia"), NoneOf((Term(f"t{n}x"),))))) for n in range(20)]
    told = article("Russia: t5x and u3x")
    expected = [f"{n}" for n in range(100) if n == 5 or n % 7 == 3] + [f"n{n}" for n in range(20) if n != 5]
    assert [match.rule_id for match in Matcher(rules).match(told)] == expected


def test_an_explanation_shows_the_answer_and_the_text_at_every_leaf():
    condition = AllOf((AnyOf((Term("Kiev"), Term("Kyiv")), alias="kyiv"), Term("ICE", exact=True), NoneOf((A,))))
    told = article("Explosions were heard in the centre of Kyiv\nlate on Sunday evening, and in Kyiv region; ice fell.")
    explained = explain(Rule("r", "", condition, enabled=False), told)
    assert not explained.holds
    assert list(render(explained)) == [
        "nearest miss: =ICE is missing",
        "✗ all of",
        "  ✓ any of $kyiv",
        "    ✗ Kiev",
        "    ✓ Kyiv: …were heard in the centre of [Kyiv] late on Sunday evening, and… (+1 more)",
        "  ✗ =ICE",
        "  ✓ none of",
        "    ✗ aa",
    ]
