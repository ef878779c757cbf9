"""The annotated articles: what must never be told of them, and floors under what is found."""

from collections import Counter

import pytest

from bench.facts import gold, goldset
from tests.unit.facts.test_robustness import check

ARTICLES = goldset.articles()
SECOND = goldset.second()


@pytest.fixture(scope="module")
def verdicts(extractor):
    found = {kind: Counter() for kind in gold.SCORERS}
    listed = [(p, (kind,)) for kind in ("dates", "acronyms") for p in goldset.sentences(kind)]
    for piece, kinds in [*((p, tuple(gold.SCORERS)) for p in (*ARTICLES, *SECOND)), *listed]:
        facts = extractor.extract(piece.text, piece.published, "en")
        check(facts)
        for kind in kinds:
            found[kind].update(verdict for verdict, _ in gold.SCORERS[kind](piece, facts))
    return found


def share(tally):
    return tally["right"] / (tally.total() - tally["spurious"] - tally["object right"])


def test_there_is_enough_to_measure():
    assert len(ARTICLES) == 60
    assert len(SECOND) == 50
    lines = Counter()
    for piece in (*ARTICLES, *goldset.sentences("dates"), *goldset.sentences("acronyms")):
        lines.update({kind: len(marks) for kind, marks in piece.lines.items()})
    assert lines["dates"] >= 300
    assert lines["acronyms"] >= 150
    assert lines["events"] >= 200


@pytest.mark.parametrize(
    ("kind", "floor"),
    [
        ("dates", 0.95),
        ("acronyms", 0.95),
        ("events", 0.8),
        ("entities", 0.9),
        ("places", 0.9),
        ("quantities", 0.9),
    ],
)
def test_found(verdicts, kind, floor):
    assert share(verdicts[kind]) >= floor


def test_nothing_is_turned_into_its_opposite(verdicts):
    assert verdicts["events"]["lost negation"] == 0
    assert verdicts["events"]["lost modality"] == 0


@pytest.mark.parametrize("error", gold.CARD_ERRORS)
def test_no_card_says_what_its_article_does_not(verdicts, error):
    assert verdicts["cards"]["right"] > 300
    assert verdicts["cards"][error] == 0


def test_no_wrong_actor(verdicts):
    assert verdicts["events"]["wrong actor"] <= 0.02 * verdicts["events"].total()
