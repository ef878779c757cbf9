"""Where places are: region and country, and which of several places of one name is meant."""

from datetime import UTC, datetime

import pytest

DAY = datetime(2024, 11, 18, 12, tzinfo=UTC)


def place(extractor, text, name):
    return next(e for e in extractor.extract(text, DAY, "en").entities if e.canonical == name and e.geo)


@pytest.mark.parametrize(
    ("text", "name", "region", "country"),
    [
        ("Shells fell on Kursk on Sunday.", "Kursk", "Kursk Oblast", "RU"),
        ("Governor Maksym Kozytskyi said nobody was hurt in Lviv.", "Lviv", "Lviv Oblast", "UA"),
        ("Police in Paris, Texas, arrested a man.", "Paris", "Texas", "US"),
        ("Police in Paris arrested a man.", "Paris", "Ile-de-France", "FR"),
        ("He was born in Dayton, Ohio, and died there.", "Dayton", "Ohio", "US"),
        ("The fire in Lubbock, Tex., was put out.", "Lubbock", "Texas", "US"),
        ("Ukrainian troops held their positions near Orikhiv.", "Orikhiv", "Zaporizhzhia Oblast", "UA"),
        (
            "A British court sat in Windsor, the palace said. British papers were full of it.",
            "Windsor",
            "England",
            "GB",
        ),
        ("Voters in Georgia, Florida and Ohio went to the polls.", "Georgia", "Georgia", "US"),
        ("Georgia and Armenia signed a treaty with Russia.", "Georgia", "", "GE"),
    ],
)
def test_place(extractor, text, name, region, country):
    geo = place(extractor, text, name).geo
    assert (geo.region, geo.country) == (region, country)


def test_a_person_is_no_town(extractor):
    text = "Sen. Lincoln Windsor spoke on Monday. In Windsor, his critics say, nobody trusts. Windsor smiled."
    assert {e.type for e in extractor.extract(text, DAY, "en").entities if "Windsor" in e.canonical} <= {
        "PERSON",
        "GPE",
    }
    facts = extractor.extract("Sen. Lincoln Windsor spoke on Monday. Windsor smiled.", DAY, "en")
    assert not [e for e in facts.entities if e.type == "GPE"]
