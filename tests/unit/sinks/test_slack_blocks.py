"""Cards as blocks: within every limit and inert, whatever the article holds."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.alert import AlertKind, Card, CardItem, Excerpt, FactLine, Reaction, Standing
from monitor.model.rule import Severity
from monitor.sinks.slack_blocks import blocks, fallback, simplified
from monitor.sinks.slack_buttons import buttons
from tests.support.block_kit import bad_blocks
from tests.support.nouns import alert, article

NASTY = [
    "<!channel> <!here|x> <@U123> <#C1|war> <https://evil.example|Bank>",
    "@channel @here @everyone",
    "*bold* _it_ ~no~ `code` ```block```",
    "> quote\n> more",
    ":fire: :+1: :flag-ua:",
    "&amp; &lt;!channel&gt; &",
    "مرحبا *بالعالم* <!channel>",
    "🇺🇦👨‍👩‍👧" * 50,
    "\x00\x1b[31m\u202e\ud800\ufeff",
    "a" * 5_000,
    "<" * 3_000,
    "&" * 3_000,
    "e\u0301" * 3_000,
    "",
    " ",
]
texts = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=()), max_size=200),
    st.lists(st.sampled_from(NASTY), max_size=3).map(" ".join),
)
moments = st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))
lines = st.builds(FactLine, st.sampled_from(["What", "Said"]), texts, texts)
excerpts = st.builds(
    Excerpt, texts, st.lists(st.tuples(st.integers(-5, 300), st.integers(-5, 300)), max_size=4).map(tuple)
)
items = st.builds(
    CardItem, st.sampled_from(Severity), st.lists(texts, max_size=3).map(tuple), texts, texts, outlet=texts, note=texts
)
cards = st.builds(
    Card,
    severity=st.sampled_from(Severity),
    kind=st.sampled_from(AlertKind),
    rules=st.lists(texts, max_size=7).map(tuple),
    headline=texts,
    url=st.one_of(st.just("https://news.example/a?b=1&c=<2>|x"), texts, texts.map(lambda t: f"https://x.example/{t}")),
    outlet=texts,
    published=moments,
    facts=st.lists(lines, max_size=9).map(tuple),
    why=st.lists(excerpts, max_size=4).map(tuple),
    terms=st.lists(texts, max_size=6).map(tuple),
    changes=st.lists(texts, max_size=9).map(tuple),
    also=texts,
    notes=st.lists(texts, max_size=6).map(tuple),
    items=st.lists(items, max_size=30).map(tuple),
)
standings = st.builds(
    Standing,
    outlets=st.lists(texts, max_size=9).map(tuple),
    copies=st.integers(0, 10_000),
    latest=st.lists(texts, max_size=9).map(tuple),
    updated=moments,
    answers=st.lists(st.builds(Reaction, texts, texts), max_size=9).map(tuple),
    acknowledged=st.booleans(),
)


def card(**values: Any) -> Card:
    plain = Card(
        Severity.HIGH,
        AlertKind.FIRST,
        ("ATACMS authorisation",),
        "Missiles approved",
        "https://news.example/1",
        "Example Wire",
        datetime(2024, 11, 17, 14, 5, tzinfo=UTC),
        (FactLine("Claimed", "Biden gave the green light", "according to U.S. officials"),),
        (Excerpt("These ATACMS are approved.", ((6, 12),)),),
        ("ATACMS",),
    )
    return replace(plain, **values)


def parsed_texts(message: list[dict[str, Any]]) -> Iterator[str]:
    """The texts in which Slack looks for mentions, links and formatting."""
    for block in message:
        if block["type"] == "context":
            yield from (element["text"] for element in block["elements"])


DATE = re.compile(r"<!date\^\d+\^\{date_short_pretty\} at \{time\}\|\w{3} \d{1,2} \w{3} \d{4}, \d\d:\d\d UTC>")


def inert(text: str) -> bool:
    """No entity but the three escapes, no angle bracket but those of our times, formatting only where we put it."""
    text = DATE.sub("", text)
    text = re.sub(r"^\*([^*]+)\* ", r"\1 ", text)
    ours = re.sub(r"^\S+ \*(?:(?:Update|Correction|Reminder|Digest) · )?[A-Z]+\*", "", text)
    return (
        not re.search(r"[<>]", text)
        and not re.search(r"&(?!amp;|lt;|gt;)", text)
        and not re.search(r"[*_~`]", ours)
        and not re.search(r":[\w+'-]+:", ours)
        and not re.search(r"@(?:channel|here|everyone)\b", ours, re.IGNORECASE)
    )


@given(cards, st.booleans(), st.one_of(st.none(), standings))
def test_any_card_is_within_the_limits_and_inert(card: Card, lost: bool, standing: Standing | None) -> None:
    about = alert(article())
    row = buttons(replace(about, card=card, rules=tuple(f"r{n}" for n in range(len(card.rules)))), standing)
    message = blocks(card, lost, standing, below=row)
    assert bad_blocks(message) == ""
    assert message[len(message) - len(row) :] == row
    written = json.dumps(message, ensure_ascii=False)
    assert written.encode()
    assert not re.search(r"<[!@#]", DATE.sub("", written))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", written)
    for text in parsed_texts(message):
        assert inert(text), text


@given(cards)
def test_any_fallback_is_short_and_inert(card: Card) -> None:
    text = fallback(card)
    assert text
    assert len(text) <= 4_000
    assert text.encode()
    assert all(inert(line) for line in text.split("\n"))


@given(cards)
def test_any_simplified_card_is_within_the_limit_and_holds_no_mention(card: Card) -> None:
    text = simplified(card)
    assert 0 < len(text) <= 3_000 + 4_000
    assert "<" not in text
    assert not re.search(r"&(?!amp;|lt;|gt;)", text)


@given(texts)
def test_article_text_never_becomes_a_link_but_the_article_itself(title: str) -> None:
    message = blocks(card(headline=title))
    links = [
        e
        for b in message
        if b["type"] == "rich_text"
        for p in b["elements"]
        for e in p["elements"]
        if e["type"] == "link"
    ]
    assert [link["url"] for link in links] == ["https://news.example/1"]


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://news.example/a?b=1&c=2", "https://news.example/a?b=1&c=2"),
        ("https://news.example/a|b>c", "https://news.example/a%7Cb%3Ec"),
        ("javascript:alert(1)", None),
        ("https://news.example/" + "a" * 3_000, None),
        ("", None),
    ],
)
def test_only_a_usable_web_address_is_linked(url: str, linked: str | None) -> None:
    message = blocks(card(url=url))
    elements = [e for b in message if b["type"] == "rich_text" for p in b["elements"] for e in p["elements"]]
    assert next((e["url"] for e in elements if e["type"] == "link"), None) == linked


def test_a_card_reads_in_the_order_of_the_design() -> None:
    message = blocks(card(also="also Reuters; 3 copies", notes=("key facts were not analysed",)))
    written = json.dumps(message, ensure_ascii=False)
    order = [
        "HIGH",
        "ATACMS authorisation",
        "Missiles approved",
        "Example Wire",
        "Sun 17 Nov 2024, 14:05 UTC",
        "also Reuters; 3 copies",
    ]
    order += ["green light", "according to U.S. officials", "These ", "Matched: ATACMS", "not analysed"]
    places = [written.index(part) for part in order]
    assert places == sorted(places)


def test_matched_words_are_bold_in_their_passage() -> None:
    (quote,) = [
        p for b in blocks(card()) if b["type"] == "rich_text" for p in b["elements"] if p["type"] == "rich_text_quote"
    ]
    assert [(e["text"], "style" in e) for e in quote["elements"]] == [
        ("These ", False),
        ("ATACMS", True),
        (" are approved.", False),
    ]


def test_an_update_says_what_is_new_before_anything_else() -> None:
    message = blocks(card(kind=AlertKind.UPDATE, changes=("killed: 12 → 17",)))
    assert "Update" in message[0]["elements"][0]["text"]
    assert "killed: 12 → 17" in json.dumps(message[1], ensure_ascii=False)
    assert "rich_text_quote" not in json.dumps(message)


def test_the_notification_text() -> None:
    assert fallback(card()) == (
        "🟠 Missiles approved (Example Wire)\nBiden gave the green light — according to U.S. officials"
    )
    assert fallback(card(headline=" \x00", outlet="\u202e ", facts=())) == "🟠 (no headline)"
    update = card(kind=AlertKind.CORRECTION, changes=("killed: 17 → 12",))
    assert fallback(update) == "🟠 Correction: Missiles approved (Example Wire)\nkilled: 17 → 12"


def test_an_overlong_card_drops_its_passages_first() -> None:
    long = "An uncommonly long sentence about nearly nothing at all. " * 40
    full = card(why=(Excerpt(long),) * 40, facts=(FactLine("What", long),) * 7)
    written = json.dumps(blocks(full))
    assert "rich_text_quote" not in written
    assert "uncommonly" in written


def test_the_buttons_of_many_rules_have_their_room() -> None:
    wide = "&" * 300
    full = card(
        rules=(wide,) * 7,
        headline='"' * 300,
        url="https://news.example/" + "a" * 1_900,
        changes=('"' * 400,) * 9,
        facts=(FactLine("What", '"' * 400, wide),) * 7,
        why=(Excerpt(wide),) * 4,
        terms=(wide,),
        because=('"' * 300,) * 5,
        notes=(wide,) * 6,
        owners=(wide,),
        mentions=("@here", wide),
        runbooks=("https://wiki.example/" + "r" * 1_900,) * 3,
    )
    told = Standing(latest=('"' * 300,) * 6, answers=(Reaction(wide, wide),) * 9)
    row = buttons(replace(alert(article()), card=full, rules=tuple(f"r{n}" for n in range(7))))
    message = blocks(full, False, told, below=row)
    assert bad_blocks(message) == ""
    assert message[-1:] == row
    assert "<!here>" in json.dumps(message)


def test_a_digest_of_endless_addresses_is_shortened_to_what_fits() -> None:
    items = (CardItem(Severity.HIGH, ("r",), '"' * 160, "https://x.example/" + "a" * 1_970, '"' * 60, '"' * 60),) * 20
    message = blocks(card(kind=AlertKind.DIGEST, url="", items=items, notes=("&" * 200,) * 5))
    assert bad_blocks(message) == ""
    written = json.dumps(message)
    assert f"and {20 - written.count('x.example')} more" in written
    assert 0 < written.count("x.example") < 20


@pytest.mark.parametrize(
    ("mention", "written"),
    [
        ("@here", "<!here>"),
        ("@channel", "<!channel>"),
        ("U012ABCDEF", "<@U012ABCDEF>"),
        ("@U012ABCDEF", "<@U012ABCDEF>"),
        ("S012ABCDEF", "<!subteam^S012ABCDEF>"),
        ("<!subteam^S012ABCDEF>", "<!subteam^S012ABCDEF>"),
    ],
)
def test_a_rule_calls_people_and_only_a_rule_does(mention: str, written: str) -> None:
    card = Card(
        Severity.HIGH,
        AlertKind.FIRST,
        ("<!channel> rule",),
        "<!channel> headline",
        "",
        "<!here>",
        None,
        mentions=(mention,),
        owners=("night desk",),
        runbooks=("https://wiki.example/runbook",),
    )
    shown = json.dumps(blocks(card), ensure_ascii=False)
    assert shown.count(written) == 1
    assert "Owner: night desk" in shown
    assert "<https://wiki.example/runbook|Runbook>" in shown
