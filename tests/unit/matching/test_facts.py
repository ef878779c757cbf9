"""Conditions on facts: before they are known, and after."""

from datetime import UTC, datetime

import pytest

from monitor.matching import Matcher, explain
from monitor.model.article import Article
from monitor.model.facts import Arg, Claim, Entity, Event, Facts, Geo, Quantity, Quote, Span
from monitor.model.rule import (
    AllOf,
    AnyOf,
    HasClaim,
    HasEntity,
    HasEvent,
    HasPlace,
    HasQuantity,
    HasQuote,
    NoneOf,
    Rule,
    Term,
)

TEXT = "Kursk: Russia hit 12 to 15 tanks, the Ukrainian staff said. “We hold,” Budanov said."
ARTICLE = Article("s", "k", "", TEXT, datetime(2024, 11, 18, tzinfo=UTC))


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


def entity(canonical: str, kind, words: str, **more) -> Entity:
    return Entity(canonical, kind, words, span(words), 0, (span(words),), 1.0, "test", **more)


RUSSIA = Arg("Russia", span("Russia"), "Russia")
BUDANOV = Arg("Budanov", span("Budanov"), "Kyrylo Budanov")
FACTS = Facts(
    TEXT,
    "en",
    "",
    len(TEXT),
    entities=(
        entity("Kursk", "GPE", "Kursk", geo=Geo(51.73, 36.19, "RU", "city")),
        entity("Russia", "GPE", "Russia", aliases=("Russian Federation",), geo=Geo(60.0, 100.0, "RU", "country")),
        entity("Kyrylo Budanov", "PERSON", "Budanov", acronym="KB"),
        entity("General Staff", "ORG", "Ukrainian staff", metonym_of="Ukraine"),
    ),
    events=(
        Event(
            "Russia hit 12 to 15 tanks", span("Russia hit 12 to 15 tanks"), 0, "hit", span("hit"), "hit", "attack", 1.0,
            "test", agent=RUSSIA, patient=Arg("12 to 15 tanks", span("12 to 15 tanks")),
        ),
    ),
    claims=(
        Claim(
            "the Ukrainian staff said", span("the Ukrainian staff said"), 0,
            Arg("the Ukrainian staff", span("the Ukrainian staff"), "General Staff"), "collective", "said",
            span("said"), "say", (), 1.0, "test",
        ),
    ),
    quotes=(Quote("We hold", span("We hold"), 1, (), BUDANOV, "cue", "direct", 1.0, "test"),),
    quantities=(
        Quantity(
            "12 to 15 tanks", span("12 to 15 tanks"), 0, 12.0, "tanks", "battle tanks", 1.0, "test", high=15.0,
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (HasEntity(("budanov",)), None),
        (HasEntity(("Kyrylo BUDANOV",)), "Budanov"),
        (HasEntity(("*budanov",), ("PERSON",)), "Budanov"),
        (HasEntity(("kb",)), "Budanov"),
        (HasEntity(("Russian Federation",)), "Russia"),
        (HasEntity(("Ukraine",)), "Ukrainian staff"),
        (HasEntity((), ("ORG",)), "Ukrainian staff"),
        (HasEntity(("Kursk",), ("PERSON",)), None),
        (HasPlace(("ru",), center=(51.5, 36.0), radius_km=50), "Kursk"),
        (HasPlace(center=(50.45, 30.52), radius_km=300), None),
        (HasPlace(("UA",)), None),
        (HasPlace(center=(60.0, 100.0), radius_km=10), None),
        (HasEvent(("Russian Federation",), ("attack",), ("*tanks",)), "Russia hit 12 to 15 tanks"),
        (HasEvent(actions=("hit",)), "Russia hit 12 to 15 tanks"),
        (HasEvent(("Ukraine",)), None),
        (HasEvent(("Russia",), polarity="negative"), None),
        (HasQuantity(">=", 15.0, ("tanks",)), "12 to 15 tanks"),
        (HasQuantity(">", 15.0), None),
        (HasQuantity("<", 13.0, ("battle",)), "12 to 15 tanks"),
        (HasQuantity("<=", 11.0), None),
        (HasQuantity("=", 14.0), "12 to 15 tanks"),
        (HasQuantity("=", 14.0, ("killed",)), None),
        (HasQuote(("Kyrylo Budanov",)), "We hold"),
        (HasQuote(), "We hold"),
        (HasQuote(("Putin",)), None),
        (HasClaim(("Ukraine",)), "the Ukrainian staff said"),
        (HasClaim(types=("anonymous",)), None),
        (HasClaim(cues=("say",), types=("collective",)), "the Ukrainian staff said"),
    ],
)
def test_facts(condition, text):
    rule = Rule("r", "", AllOf((Term("said"), condition)))
    before = Matcher([rule]).match(ARTICLE)
    assert [hit.term for hit in before[0].hits] == ["said", "said"]
    after = Matcher([rule]).confirm(before, ARTICLE, FACTS)
    assert bool(after) is (text is not None)
    assert explain(rule, ARTICLE, FACTS).holds is bool(after)
    assert explain(rule, ARTICLE).holds
    if text is not None:
        assert text in {TEXT[hit.start : hit.end] for hit in after[0].hits if hit.term != "said"}


@pytest.mark.parametrize(
    ("condition", "note"),
    [
        (HasQuantity(">", 20.0, ("tanks",)), "it has 12 to 15 tanks"),
        (HasQuote(("Putin",)), "it has Budanov"),
        (HasPlace(("US",)), "it has Kursk, Russia"),
        (HasEntity(("Nobody",)), ""),
        (HasQuote(), ""),
    ],
)
def test_what_the_article_has_instead_is_explained(condition, note):
    assert explain(Rule("r", "", condition), ARTICLE, FACTS).note == note


def test_facts_that_are_not_known_never_keep_a_rule_from_matching():
    fact = HasEntity(("Nobody",))
    rules = [
        Rule("or", "", AnyOf((Term("absent"), fact))),
        Rule("none", "", AllOf((Term("said"), NoneOf((fact,))))),
        Rule("nested", "", AllOf((Term("said"), NoneOf((NoneOf((fact,)),))))),
        Rule("plain", "", Term("said")),
    ]
    matcher = Matcher(rules)
    matches = matcher.match(ARTICLE)
    assert [match.rule_id for match in matches] == ["or", "none", "nested", "plain"]
    assert [match.rule_id for match in matcher.confirm(matches, ARTICLE, FACTS)] == ["none", "plain"]
