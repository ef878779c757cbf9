"""Dates, quantities and acronyms, expression by expression."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data" / "facts"
DAY = datetime(2024, 11, 18, 12, tzinfo=UTC)


def rows(name, width):
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [(line.split("\t") + [""] * width)[:width] for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("text", "expression", "value", "end", "granularity", "approx"), rows("dates.tsv", 6))
def test_date(extractor, text, expression, value, end, granularity, approx):  # noqa: PLR0917
    times = extractor.extract(text, DAY, "en").times
    expected = [(expression, value, end, granularity, approx == "yes")] if expression else []
    assert [(t.text, t.value, t.end, t.granularity, t.approx) for t in times] == expected


@pytest.mark.parametrize(
    "text", ["It may rain.", "They march on.", "31 February 2023 is no day.", "Room 2024 is free.", "He won 3-2."]
)
def test_no_day_is_read_into(extractor, text):
    assert not [t for t in extractor.extract(text, DAY, "en").times if t.granularity == "day"]


@pytest.mark.parametrize(("text", "value", "high", "unit", "of", "bound"), rows("quantities.tsv", 6))
def test_quantity(extractor, text, value, high, unit, of, bound):  # noqa: PLR0917
    found = extractor.extract(text, DAY, "en").quantities
    assert (float(value), float(high) if high else None, unit, of, bound) in [
        (q.value, q.high, q.unit, q.of, q.bound) for q in found
    ]


@pytest.mark.parametrize(("lang", "text", "value", "high", "unit", "of", "bound"), rows("foreign_quantities.tsv", 7))
def test_quantity_in_another_language(extractor, lang, text, value, high, unit, of, bound):  # noqa: PLR0917
    found = [(q.value, q.high, q.unit, q.of, q.bound) for q in extractor.extract(text, DAY, lang).quantities]
    if value:
        assert (float(value), float(high) if high else None, unit, of, bound) in found
    else:
        assert not found


@pytest.mark.parametrize(("text", "short", "canonical"), rows("acronyms.tsv", 3))
def test_acronym(extractor, text, short, canonical):
    found = [(a.short, a.canonical) for a in extractor.extract(text, DAY, "en").acronyms]
    assert found == ([(short, canonical)] if short else [])


@pytest.mark.parametrize(
    ("text", "canonical", "metonym_of"),
    [
        ("Pyongyang rejected the offer.", "Pyongyang", "North Korea"),
        ("A fire broke out in Pyongyang.", "Pyongyang", ""),
        ("The Kremlin denied it.", "Kremlin", "Russia"),
    ],
)
def test_metonym(extractor, text, canonical, metonym_of):
    entity = next(e for e in extractor.extract(text, DAY, "en").entities if e.canonical == canonical)
    assert entity.metonym_of == metonym_of


def test_surname_and_titles_are_one_person(extractor):
    text = "Ukrainian President Volodymyr Zelenskyy met Mark Carney. Zelensky thanked Carney. Mr Carney smiled."
    people = {e.canonical: e for e in extractor.extract(text, DAY, "en").entities if e.type == "PERSON"}
    assert set(people) == {"Volodymyr Zelensky", "Mark Carney"}
    zelensky = people["Volodymyr Zelensky"]
    assert (zelensky.title, zelensky.affiliation, len(zelensky.mentions)) == ("President", "Ukraine", 2)
    assert len(people["Mark Carney"].mentions) == 3


def test_place_has_coordinates(extractor):
    kursk = next(e for e in extractor.extract("Troops moved to Kursk.", DAY, "en").entities if e.canonical == "Kursk")
    assert (kursk.type, kursk.geo.country, round(kursk.geo.lat)) == ("GPE", "RU", 52)


def test_quotes_of_every_kind(extractor):
    text = (
        "“We will fight on,” said Anna Smith, the mayor. “We have no choice.” Her critics doubt the “peace plan”.\n\n"
        "“The first part goes on.\n\n“And the second ends,” Smith said."
    )
    quotes = extractor.extract(text, DAY, "en").quotes
    assert [(q.type, q.speaker.entity if q.speaker else "", len(q.pieces)) for q in quotes][:2] == [
        ("direct", "Anna Smith", 2),
        ("scare", "", 1),
    ]
    assert all(q.speaker is not None and q.speaker.entity == "Anna Smith" for q in quotes[2:])
