"""Hostile and odd documents: bounded, no crash, every span re-slices, the same text gives the same facts."""

import dataclasses
import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.facts.extract import MAX_CHARACTERS, Extractor, boundary
from monitor.model.facts import Arg, Facts, Span

DAY = datetime(2024, 11, 18, 9, 30, tzinfo=UTC)
PIECES = [
    "President Biden said",
    "“missiles will speak”",
    "«так»",
    "„nein“",
    '"',
    "”",
    "‘",
    "’",
    "—",
    "\n\n",
    "\n",
    ". ",
    ", ",
    "🚀",
    "e\u0301",
    "\u202eabc\u202c",
    "\u200b",
    "\x00",
    "\ud800",
    "İstanbul",
    "ﬁ",
    "NATO (North Atlantic Treaty Organization)",
    "12,000 people were killed",
    "last Friday",
    "according to officials",
    "Пу́тин заявил",
    "北朝鮮",
    "did not comment",
    "$5 billion",
    "31 February 2023",
    "'s",
    "(FDD)",
    "%",
    "Anna Lee: “Stay",
    "” ― Anna Lee",
    "‘08",
    "As the paper reported,",
    "is believed to have fled",
    "their support for the plan",
    "MERKEL: no",
]


def spans_of(value):
    """Every (text, span) pair in a tree of facts."""
    if dataclasses.is_dataclass(value):
        if hasattr(value, "span") and hasattr(value, "text"):
            yield value.text, value.span
        for field in dataclasses.fields(value):
            yield from spans_of(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from spans_of(item)


def all_spans(value):
    if isinstance(value, Span):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from all_spans(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from all_spans(item)


def check(facts: Facts):
    for text, span in spans_of(tuple(getattr(facts, field.name) for field in dataclasses.fields(facts))):
        assert facts.text[span.start : span.end] == text
    for span in all_spans(facts):
        assert 0 <= span.start <= span.end <= facts.analysed
    for event in facts.events:
        assert event.claim is None or event.claim < len(facts.claims)
    for headline in facts.headlines:
        assert headline.event is None or headline.event < len(facts.events)
    for claim in facts.claims:
        assert claim.within is None or claim.within < len(facts.claims)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=14), title=st.integers(0, 60))
def test_spans_re_slice_and_facts_repeat(extractor, parts, title):
    document = " ".join(parts)
    facts = extractor.extract(document, DAY, "en", title)
    check(facts)
    assert facts == extractor.extract(document, DAY, "en", title)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.text(max_size=200), lang=st.sampled_from(["", "ru", "uk", "de", "ar", "xx-YY"]))
def test_other_languages_re_slice(extractor, document, lang):
    check(extractor.extract(document, DAY, lang))


def test_naughty_strings(extractor, shared_data):
    path = next((shared_data / "hostile").rglob("blns*.json"), None)
    if path is None:
        pytest.skip("no list of naughty strings")
    strings = json.loads(path.read_text(encoding="utf-8"))
    for start in range(0, len(strings), 20):
        check(extractor.extract(". ".join(strings[start : start + 20]), DAY, "en"))


@pytest.mark.parametrize(
    "document",
    [
        "",
        " \n\t ",
        '"' * 100_000,
        "“" * 50_000 + "”" * 50_000,
        "a" * 100_000,
        "(" * 20_000,
        "1" * 50_000,
        'x"y,' * 5_000,
        "U.S. " * 500,
        "Kyiv\t12\t3,400\t—\n" * 300,
        "SMITH: I think that we said so. “No,” he said.\n" * 100,
        "“she said he " * 800,
        "Путин said 北京 حزب Kyiv “नमस्ते” that Ελλάδα. " * 100,
        "officials said that " * 800,
    ],
    ids=[
        "empty",
        "blank",
        "quote marks",
        "nested marks",
        "one word",
        "brackets",
        "digits",
        "no blanks",
        "names",
        "table",
        "transcript",
        "marks never closed",
        "mixed scripts",
        "no full stop",
    ],
)
def test_degenerate_documents(extractor, document):
    check(extractor.extract(document, DAY, "en"))


def test_overlong_document_is_cut_and_noted():
    document = "the minister said that nothing happened and " * 24_000
    facts = Extractor(limit=4_000).extract(document, DAY, "en")
    assert 2_000 < facts.analysed <= 4_000 < len(facts.text)
    assert any("were analysed" in note for note in facts.notes)
    assert MAX_CHARACTERS == 100_000


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 10, 5),
        ("one a\n\ntwo three", 8, 5),
        ("It is. It was so", 10, 6),
        ("abcdefghij", 4, 4),
        ("aaa bbb ccc", 6, 3),
    ],
)
def test_boundary(text, limit, expected):
    assert boundary(text, limit) == expected


def test_all_capitals(extractor):
    facts = extractor.extract(
        "PRESIDENT BIDEN HAS APPROVED THE USE OF ATACMS BY UKRAINE, THE WHITE HOUSE SAID ON MONDAY.", DAY, "en"
    )
    assert {"Joe Biden", "Ukraine", "Army Tactical Missile System", "White House"} <= {
        e.canonical for e in facts.entities
    }
    assert [time.value for time in facts.times] == ["2024-11-18"]
    check(facts)


def test_no_capitals(extractor):
    check(extractor.extract("president biden said on monday that ukraine did not attack russia.", DAY, "en"))


@pytest.mark.parametrize(
    ("text", "lang", "names", "value"),
    [
        (
            "Владимир Путин заявил 12 ноября 2024 года, что Россия ответит.",
            "ru",
            {"Vladimir Putin", "Russia"},
            "2024-11-12",
        ),
        (
            "Володимир Зеленський приїхав до Києва 17 листопада 2024 року.",
            "uk",
            {"Volodymyr Zelensky", "Kyiv"},
            "2024-11-17",
        ),
        ("Olaf Scholz sprach am 3. März 2023 in Berlin.", "de", {"Olaf Scholz", "Berlin"}, "2023-03-03"),
        ("Emmanuel Macron est arrivé le 14 juillet 2024 à Paris.", "fr", {"Emmanuel Macron", "Paris"}, "2024-07-14"),
        ("КИЇВ, 13 лист. 2024. Вчора о 14:30 вибухнуло.", "uk", {"Kyiv"}, "2024-11-17T14:30"),
        ("Взрыв прогремел 13 янв. 2005 г. в Курске.", "ru", {"Kursk"}, "2005-01-13"),
        ("Die Wahl fand am 23. Feb. 2025 in Berlin statt.", "de", {"Berlin"}, "2025-02-23"),
        ("Pedro Sánchez habló el 5 de mayo de 2023 en Madrid.", "es", {"Pedro Sanchez", "Madrid"}, "2023-05-05"),
    ],
)
def test_other_languages_get_names_and_dates_and_a_note(extractor, text, lang, names, value):
    facts = extractor.extract(text, DAY, lang)
    assert names <= {entity.canonical for entity in facts.entities}
    assert value in {time.value for time in facts.times}
    assert not facts.events
    assert not facts.claims
    assert facts.notes
    check(facts)


def test_facts_and_extractor_travel_between_processes(extractor):
    facts = extractor.extract("Biden said Ukraine would win.", DAY, "en")
    assert pickle.loads(pickle.dumps(facts)) == facts
    assert pickle.loads(pickle.dumps(Extractor())).extract("Biden said Ukraine would win.", DAY, "en") == facts


def test_import_is_cheap():
    code = "import sys, monitor.facts.extract as e; e.Extractor(); sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_model_falls_back_with_a_note():
    facts = Extractor(model="no_such_model").extract("Biden spoke.", DAY, "en")
    assert any("no_such_model" in note for note in facts.notes)


def test_user_gazetteer_wins(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("weapons:\n  Skyfall Nine: SKY9\norganisations:\n  Acme Rockets: ; Acme\n", encoding="utf-8")
    facts = Extractor(gazetteers=[path]).extract("Acme sold SKY9 to Ukraine.", DAY, "en")
    assert {("Skyfall Nine", "WEAPON"), ("Acme Rockets", "ORG")} <= {(e.canonical, e.type) for e in facts.entities}


@pytest.mark.parametrize("content", ["weapon:\n  A: B\n", "- a\n", "cities:\n  Atlantis: nowhere\n", "people: [\n"])
def test_broken_gazetteer_says_where(tmp_path, content):
    path = tmp_path / "broken.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"broken\.yaml"):
        Extractor(gazetteers=[path]).extract("x", DAY, "en")


def test_headline_case_is_read_like_a_sentence(extractor):
    title = "Biden Approves Ukraine's Use of Long-Range Missiles Inside Russia"
    body = "President Joe Biden has approved the use of long-range missiles by Ukraine inside Russia, officials said."
    facts = extractor.extract(f"{title}\n\n{body}", DAY, "en", len(title))
    first = facts.headlines[0]
    assert (first.who, first.what) == ("Biden", "approve")
    assert facts.events[first.event].agent.entity == "Joe Biden"


def test_pronoun_argument_keeps_its_words(extractor):
    facts = extractor.extract("Angela Merkel resigned. She said Germany was strong.", DAY, "en")
    assert facts.claims[-1].source == Arg("She", Span(24, 27), "Angela Merkel")
