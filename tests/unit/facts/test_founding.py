"""The article this project was founded on, read in place where it lies beside the checkout."""

from datetime import UTC, datetime

import pytest

DAY = datetime(2024, 11, 18, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def facts(extractor, shared_seeds):
    [file] = shared_seeds.glob("*.txt")
    return extractor.extract(file.read_text(encoding="utf-8"), DAY, "en")


def source_of(claim):
    return "" if claim.source is None else claim.source.entity or claim.source.text


def test_names(facts):
    named = {entity.canonical: entity for entity in facts.entities}
    assert named["Joe Biden"].type == named["Volodymyr Zelensky"].type == "PERSON"
    assert named["Ukraine"].type == named["Kursk"].type == "GPE"
    assert named["Kursk"].geo is not None
    weapon = named["Army Tactical Missile System"]
    assert (weapon.type, weapon.acronym) == ("WEAPON", "ATACMS")
    hardie = named["John Hardie"]
    assert hardie.affiliation == "Foundation for Defense of Democracies"


def test_dates(facts):
    values = {time.text: (time.value, time.granularity, time.approx) for time in facts.times}
    assert values["about three days ago"] == ("2024-11-15", "day", True)
    assert values["Sunday"] == ("2024-11-17", "day", False)
    assert values["last month"] == ("2024-10", "month", False)


def test_who_says_what(facts):
    quote = next(quote for quote in facts.quotes if "missiles will speak" in quote.text)
    assert quote.speaker is not None
    assert quote.speaker.entity == "Volodymyr Zelensky"
    sources = {source_of(claim) for claim in facts.claims}
    assert {"various news sources", "U.S. officials", "Vladimir Putin", "John Hardie", "Volodymyr Zelensky"} <= sources
    [refusal] = facts.non_events
    assert refusal.act == "decline_comment"
    assert "Pentagon" in refusal.actor.text


def test_who_does_what(facts):
    use = next(event for event in facts.events if event.lemma == "use")
    assert use.agent.entity == "Ukraine"
    assert use.claim is not None
    light = next(event for event in facts.events if "green light" in event.lemma)
    assert light.agent.entity == "Joe Biden"
    assert source_of(facts.claims[light.claim]) == "various news sources"
    assert facts.headlines[0].attribution == "various news sources"
    wise = next(event for event in facts.events if event.lemma == "be wise")
    assert wise.polarity == "negative"
