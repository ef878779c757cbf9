"""Cards: what is chosen from an article, its matches and facts, and how it is worded."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.keyfacts import key_facts
from monitor.alerts.passages import passages
from monitor.alerts.render import render
from monitor.model.alert import AlertDecision, AlertKind, Card, FactLine, Reason
from monitor.model.article import Article
from monitor.model.facts import Arg, Claim, Entity, Event, Facts, Headline, NonEvent, Quantity, Quote, Span, TimeRef
from monitor.model.rule import Hit, Match, Rule, Severity, Term
from monitor.model.story import Change, Relation, StoryDecision
from tests.support.nouns import article

TITLE = "Depot near Orel burns"
TEXT = (
    "Drones struck a fuel depot near Orel on Sunday, officials said. At least 12 people were killed, the ministry "
    "said. “We will answer in kind,” Maria Petrova told reporters. The army declined to comment. Roads were closed."
)
DOCUMENT = f"{TITLE}\n\n{TEXT}"


def span(words: str, within: str = DOCUMENT) -> Span:
    return Span(within.index(words), within.index(words) + len(words))


def said(words: str, source: str, cue: Any = "say", **values: Any) -> Claim:
    return Claim(
        words,
        span(words),
        1,
        Arg(source, span(source)),
        "collective",
        "said",
        span("said"),
        cue,
        (span(words),),
        0.9,
        "r",
        **values,
    )


FACTS = Facts(
    text=DOCUMENT,
    lang="en",
    model="test",
    analysed=len(DOCUMENT),
    entities=(
        Entity("Maria Petrova", "PERSON", "Maria Petrova", span("Maria Petrova"), 3, (span("Maria Petrova"),), 1, "m"),
        Entity("Ministry of Something Unsaid", "ORG", "the ministry", span("the ministry"), 2, (), 1, "m"),
        Entity("Orel", "GPE", "Orel", span("Orel"), 0, (span("Orel"),), 1, "m"),
    ),
    times=(TimeRef("on Sunday", span("on Sunday"), 1, "2024-11-17", "day", 0.9, "r"),),
    events=(Event("", span("struck"), 1, "struck", span("struck"), "strike", "attack", 0.9, "r", claim=0),),
    claims=(
        said("Drones struck a fuel depot near Orel on Sunday", "officials"),
        said("At least 12 people were killed", "the ministry"),
    ),
    quotes=(
        Quote(
            "We will answer in kind,",
            span("We will answer in kind,"),
            3,
            (span("We will answer in kind,"),),
            Arg("Maria Petrova", span("Maria Petrova")),
            "cue",
            "direct",
            0.9,
            "r",
        ),
    ),
    non_events=(
        NonEvent(
            "The army declined to comment.", span("The army declined to comment."), 4, None, "decline_comment", 0.9, "r"
        ),
    ),
    quantities=(Quantity("At least 12 people", span("At least 12 people"), 2, 12, "people", "killed", 0.9, "r"),),
    headlines=(
        Headline(
            "Drones struck a fuel depot near Orel",
            span("Drones struck"),
            1,
            "officials",
            0.9,
            "r",
            event=0,
            where="near Orel",
        ),
        Headline("Roads were closed", span("Roads were closed"), 5, "", 0.5, "r"),
    ),
)


def test_the_lines_of_a_card_in_their_order() -> None:
    assert key_facts(FACTS, TITLE) == (
        FactLine("Claimed", "Drones struck a fuel depot near Orel", "according to officials"),
        FactLine("What", "Roads were closed"),
        FactLine("Who", "Maria Petrova; the ministry"),
        FactLine("Where", "near Orel"),
        FactLine("When", "Sun 17 Nov 2024 (“on Sunday”)", "according to officials"),
        FactLine("Numbers", "At least 12 people killed", "according to the ministry"),
        FactLine("Said", "“We will answer in kind”", "Maria Petrova"),
    )


def test_what_nobody_said_fits_when_there_is_room() -> None:
    lines = key_facts(replace(FACTS, quantities=(), times=()), TITLE)
    assert lines[-1] == FactLine("No comment", "The army declined to comment.")


@pytest.mark.parametrize(
    ("cue", "credit"),
    [("deny", "denied by officials"), ("predict", "predicted by officials"), ("report", "according to officials")],
)
def test_a_denied_claim_is_not_shown_as_one_made(cue: Any, credit: str) -> None:
    claims = (replace(FACTS.claims[0], cue_class=cue), *FACTS.claims[1:])
    assert key_facts(replace(FACTS, claims=claims), TITLE)[0].attribution == credit


def test_a_line_that_repeats_the_title_is_left_out_unless_it_adds_who_says_so() -> None:
    bare = replace(FACTS.headlines[0], attribution="")
    again = replace(FACTS, headlines=(bare,), events=())
    assert "Drones struck a fuel depot near Orel" not in [
        line.text for line in key_facts(again, "Drones struck a fuel depot near Orel")
    ]
    credited = key_facts(FACTS, "Drones struck a fuel depot near Orel")
    assert credited[0].attribution == "according to officials"


def test_facts_told_where_the_rule_matched_come_early() -> None:
    headlines = (
        FACTS.headlines[0],
        replace(FACTS.headlines[1], text="The army declined", span=span("The army declined")),
        FACTS.headlines[1],
    )
    lines = key_facts(replace(FACTS, headlines=headlines), TITLE, (span("Roads"),))
    assert [line.text for line in lines[:2]] == ["Drones struck a fuel depot near Orel", "Roads were closed"]


def test_no_facts_no_lines() -> None:
    assert key_facts(Facts("", "en", "", 0), "") == ()


ABOUT = article("depot", TEXT, title=TITLE)
RULES = {"fires": Rule("fires", "Fires", Term("depot"), Severity.HIGH), "orel": Rule("orel", "Orel", Term("Orel"))}


def hits(*words: str, field: Any = "text", source: Article = ABOUT) -> tuple[Hit, ...]:
    body = source.title if field == "title" else source.text
    return tuple(Hit(word, field, body.index(word), body.index(word) + len(word)) for word in words)


MATCHES = (Match("orel", "v", hits("Orel")), Match("fires", "v", (*hits("Depot", field="title"), *hits("depot"))))


def decision(kind: AlertKind = AlertKind.FIRST, reason: Reason = Reason.NEW_STORY) -> AlertDecision:
    return AlertDecision(ABOUT.id, "s", "#war", kind, reason, ("fires", "orel"), Severity.HIGH)


def story(*changes: Change) -> StoryDecision:
    return StoryDecision(ABOUT.id, "s", Relation.UPDATE if changes else Relation.NEW, changes=changes)


def made(about: Article = ABOUT, facts: Facts | None = FACTS, **values: Any) -> Card:
    return render(about, decision(), MATCHES if about is ABOUT else (), RULES, story(), facts=facts, **values)


def test_a_first_card() -> None:
    card = made(outlets=("Reuters", "Example", "AFP", "Reuters"), copies=3)
    assert (card.headline, card.rules, card.terms) == (TITLE, ("Fires", "Orel"), ("Depot", "depot", "Orel"))
    assert card.also == "also Reuters, AFP (3 independent outlets); 3 copies"
    assert len(card.facts) == 7
    assert card.changes == ()
    assert card.notes == ()


def test_without_facts_the_card_says_so() -> None:
    card = made(facts=None)
    assert (card.facts, card.notes) == ((), ("key facts were not analysed",))


def test_partly_analysed_articles_and_doubtful_dates_are_noted() -> None:
    card = made(replace(ABOUT, flags=("published_in_future",)), replace(FACTS, analysed=100, notes=("no model",)))
    assert card.notes == (
        "the outlet dates this article in the future",
        f"key facts are from the first 100 of {len(DOCUMENT)} characters",
        "no model",
    )


@pytest.mark.parametrize(
    ("title", "text", "headline"),
    [
        ("", TEXT, "Drones struck a fuel depot near Orel on Sunday, officials said."),
        (" Two\nlines\x07 ", "", "Two lines"),
        ("", "", "https://feed.example/depot"),
    ],
)
def test_the_headline(title: str, text: str, headline: str) -> None:
    assert made(replace(ABOUT, title=title, text=text), None).headline == headline


def test_an_endless_title_is_cut() -> None:
    card = made(replace(ABOUT, title="word " * 1_000), None)
    assert len(card.headline) <= 200
    assert card.headline.endswith("word…")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "http://[", ""])
def test_only_web_addresses_are_linked(url: str) -> None:
    assert made(replace(ABOUT, url=url), None).url == ""


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            Change("number", "At least 12 people were killed", "9", "12", "killed"),
            "killed: 9 → 12, according to the ministry",
        ),
        (Change("number", "not in the article", "", "3", "injured"), "injured: 3"),
        (Change("event", "Roads were closed."), "Roads were closed."),
        (Change("event", "Drones struck a fuel depot"), "Drones struck a fuel depot, according to officials"),
        (
            Change("event", "At least 12 people were killed, the ministry said."),
            "At least 12 people were killed, the ministry said.",
        ),
        (Change("correction", "The depot was not hit."), "Corrected: The depot was not hit."),
        (Change("correction", "Correction: 14 died, not 41."), "Correction: 14 died, not 41."),
        (Change("retraction", "The report is withdrawn."), "Withdrawn: The report is withdrawn."),
    ],
)
def test_an_update_says_just_what_is_new(change: Change, line: str) -> None:
    update = decision(AlertKind.UPDATE, Reason.NEW_FACTS)
    card = render(ABOUT, update, MATCHES, RULES, story(change), facts=FACTS)
    assert card.changes == (line,)
    assert len(card.facts) <= 3


def test_what_the_headline_says_already_is_told_only_where_nothing_else_is_new() -> None:
    update = decision(AlertKind.UPDATE, Reason.NEW_FACTS)
    same, other = Change("event", f"{TITLE}."), Change("event", "Roads were closed.")
    both = render(ABOUT, update, MATCHES, RULES, story(same, other), facts=FACTS)
    assert both.changes == ("Roads were closed.",)
    alone = render(ABOUT, update, MATCHES, RULES, story(same), facts=FACTS)
    assert alone.changes == (f"{TITLE}.",)


def test_a_severity_that_rose_says_so() -> None:
    card = render(ABOUT, decision(AlertKind.UPDATE, Reason.SEVERITY_ROSE), MATCHES, RULES, story(), facts=None)
    assert card.changes == ("Severity is now high",)


def test_passages_show_every_term_once_in_reading_order() -> None:
    marked = [[e.text[a:b] for a, b in e.marks] for e in passages(ABOUT, MATCHES)]
    assert marked == [["Depot"], ["depot", "Orel"]]
    lower = (Match("fires", "v", (Hit("depot", "title", 0, 5), *hits("depot"))),)
    assert [e.text.split()[0] for e in passages(ABOUT, lower)] == ["Drones"]


def test_a_long_sentence_is_cut_around_the_words_that_matched() -> None:
    long = article("x", "so " * 200 + "ATACMS were " + "very " * 200 + "welcome.")
    (excerpt,) = passages(long, (Match("m", "v", hits("ATACMS", source=long)),))
    assert len(excerpt.text) <= 206
    assert [excerpt.text[a:b] for a, b in excerpt.marks] == ["ATACMS"]
    assert excerpt.text.startswith("… so ")
    assert excerpt.text.endswith("very…")


@given(
    st.text(alphabet=st.sampled_from("ab .\n\x00\u202e🇺🇦👩\u200dé。"), max_size=700),
    st.lists(st.tuples(st.integers(-5, 700), st.integers(-5, 720)), max_size=8),
)
def test_marks_always_show_the_words_that_matched(text: str, spots: list[tuple[int, int]]) -> None:
    about = article("x", text)
    match = Match("m", "v", tuple(Hit(str(n), "text", a, b) for n, (a, b) in enumerate(spots)))
    for excerpt in passages(about, (match,)):
        assert all(0 <= a < b <= len(excerpt.text) for a, b in excerpt.marks)
        assert list(excerpt.marks) == sorted(excerpt.marks)
        assert "\n" not in excerpt.text
        assert "\x00" not in excerpt.text


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300), st.text(max_size=300))
def test_any_article_makes_a_card(title: str, text: str) -> None:
    card = made(replace(ABOUT, title=title, text=text, url=""), None)
    assert card.headline
