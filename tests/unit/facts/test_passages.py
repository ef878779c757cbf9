"""Whole passages: what must be found in them, and what must never be said of them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

DATA = Path(__file__).parents[2] / "data" / "facts" / "passages.yaml"
PASSAGES = YAML(typ="safe", pure=True).load(DATA.read_text(encoding="utf-8"))
KINDS = ("entities", "times", "events", "claims", "quotes", "non_events", "quantities", "acronyms")


def _facts(extractor, passage):
    day = datetime.fromisoformat(str(passage["published"])).replace(hour=12, tzinfo=UTC)
    text = passage["text"].strip()
    title_length = text.index("\n") if passage.get("titled") else 0
    return extractor.extract(text, day, "en", title_length=title_length)


def _role_meets(arg, wanted):
    if wanted is None:
        return arg is None
    return arg is not None and (wanted.lower() in arg.text.lower() or wanted == arg.entity)


def _value_meets(facts, fact, key, wanted):
    if key in {"agent", "patient", "source", "speaker", "actor", "place"}:
        return _role_meets(getattr(fact, key), wanted)
    if key == "content":
        return any(wanted in facts.text[span.start : span.end] for span in fact.content)
    if key == "attributed":
        return (fact.claim is not None) == wanted
    if key == "pieces":
        return len(fact.pieces) == wanted
    if key in {"text", "via"}:
        return wanted in getattr(fact, key)
    return getattr(fact, key) == wanted


def meets(facts, fact, wanted):
    return all(_value_meets(facts, fact, key, value) for key, value in wanted.items())


EXPECTATIONS = [
    pytest.param(passage, kind, wanted, id=f"{passage['name']}-{kind}-{number}")
    for passage in PASSAGES
    for kind in KINDS
    for number, wanted in enumerate(passage["expect"].get(kind, ()))
]


@pytest.mark.parametrize(("passage", "kind", "wanted"), EXPECTATIONS)
def test_fact_is_found(extractor, passage, kind, wanted):
    facts = _facts(extractor, passage)
    found = getattr(facts, kind)
    assert any(meets(facts, fact, wanted) for fact in found), [f.text for f in found]


FALSEHOODS = [
    pytest.param(passage, wrong, id=f"{passage['name']}-{number}")
    for passage in PASSAGES
    for number, wrong in enumerate(passage["expect"].get("never", ()))
]


@pytest.mark.parametrize(("passage", "wrong"), FALSEHOODS)
def test_falsehood_is_not_told(extractor, passage, wrong):
    facts = _facts(extractor, passage)
    told = [event for event in facts.events if meets(facts, event, wrong)]
    assert not told, told


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage["name"])
def test_headline_facts_carry_their_attribution(extractor, passage):
    facts = _facts(extractor, passage)
    assert facts.headlines
    for headline in facts.headlines:
        inside = [
            claim
            for claim in facts.claims
            if any(span.start <= headline.span.start and headline.span.end <= span.end for span in claim.content)
        ]
        assert headline.attribution or not inside


@pytest.mark.parametrize(
    "passage", [passage for passage in PASSAGES if "first" in passage["expect"]], ids=lambda passage: passage["name"]
)
def test_card_leads_with(extractor, passage):
    """Of a text whose first line is its title."""
    text = passage["text"].strip()
    facts = extractor.extract(text, datetime(2026, 11, 25, 12, tzinfo=UTC), "en", title_length=text.index("\n"))
    assert passage["expect"]["first"] in facts.headlines[0].text
