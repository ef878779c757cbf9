"""Who did what to whom, sentence by sentence: roles, polarity and modality."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data" / "facts"


def _cases(name):
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


CASES = _cases("clauses.tsv")


def _meets(arg, wanted):
    if wanted == "*":
        return True
    if not wanted:
        return arg is None
    return arg is not None and wanted.lower() in arg.text.lower()


@pytest.mark.parametrize(
    ("sentence", "agent", "trigger", "patient", "polarity", "modality"), CASES, ids=lambda value: value
)
def test_clause(extractor, sentence, agent, trigger, patient, polarity, modality):  # noqa: PLR0917
    facts = extractor.extract(sentence, datetime(2024, 11, 20, tzinfo=UTC), "en")
    _check(facts, agent, trigger, patient, polarity, modality)


@pytest.mark.parametrize(
    ("title", "agent", "trigger", "patient", "polarity", "modality"), _cases("titles.tsv"), ids=lambda value: value
)
def test_title(extractor, title, agent, trigger, patient, polarity, modality):  # noqa: PLR0917
    day = datetime(2024, 11, 20, tzinfo=UTC)
    facts = extractor.extract(f"{title}\n\nMore follows.", day, "en", title_length=len(title))
    _check(facts, agent, trigger, patient, polarity, modality)


def test_a_title_names_who_says_so_at_its_end(extractor):
    title = "Ukraine does not rule out ceding land, says official"
    facts = extractor.extract(f"{title}\n\nMore follows.", datetime(2024, 11, 20, tzinfo=UTC), "en", len(title))
    assert facts.headlines[0].attribution == "official"
    assert facts.events[0].claim is not None


def _check(facts, agent, trigger, patient, polarity, modality):  # noqa: PLR0917
    told = [event for event in facts.events if event.trigger == trigger]
    # Telling nothing is a miss, which is allowed; telling it wrongly is not.
    for event in told:
        assert _meets(event.agent, agent), event
        assert _meets(event.patient, patient), event
        assert polarity in {"*", event.polarity}, event
        assert modality in {"*", event.modality}, event


def test_recall_of_clauses(extractor):
    found = sum(
        any(
            event.trigger == case[2]
            for event in extractor.extract(case[0], datetime(2024, 11, 20, tzinfo=UTC), "en").events
        )
        for case in CASES
    )
    assert found / len(CASES) >= 0.9
