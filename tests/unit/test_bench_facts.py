"""The yardstick itself: annotations are read as written, and contents are paired by the words they share."""

import pytest

from bench.facts.brat import Annotated, attributions
from bench.facts.polnear import Told, compare, cue_kind
from bench.facts.report import Score, Table, printed
from monitor.model.facts import Span

BRAT = """T1\tSource 0 3\tAnn
T2\tCue 4 8\tsaid
T3\tContent 9 12;20 26\tyes again
T4\tAttribution 4 8\tsaid
E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1
T5\tCue 30 34\tsays
T6\tAttribution-no-source 30 34\tsays
E2\tAttribution-no-source:T6 Cue:T5
"""
TEXT = "Ann said one two three four. Bob says five six."


def told(*content: tuple[int, int], cue: tuple[int, int] = (4, 8)) -> Told:
    return Told(tuple(Span(*piece) for piece in content), (), (Span(*cue),))


def test_an_attribution_has_its_pieces_and_needs_a_content():
    found = list(attributions(BRAT))
    assert [(a.source, a.cue, a.content) for a in found] == [
        ((Span(0, 3),), (Span(4, 8),), (Span(9, 12), Span(20, 26)))
    ]


@pytest.mark.parametrize(
    ("gold", "found", "pairs"),
    [
        ([told((9, 27))], [told((9, 27))], [(1.0, 0, 0)]),
        ([told((9, 27))], [told((9, 16)), told((9, 22))], [(0.75, 0, 1)]),
        ([told((9, 16)), told((9, 27))], [told((9, 27))], [(1.0, 1, 0)]),
        ([told((9, 12), (38, 42))], [told((9, 12))], [(0.5, 0, 0)]),
        ([told((9, 12))], [told((38, 42))], []),
    ],
)
def test_contents_pair_by_the_words_they_share_each_once(gold, found, pairs):
    assert compare(Annotated("a", TEXT, ()), gold, found).pairs == pairs


@pytest.mark.parametrize(
    ("cue", "kind"),
    [
        ("has said", "speech and claim"),
        ("According to", "speech and claim"),
        (":", "marks (: ―)"),
        ("blamed", "reaction, attitude, other"),
        ("saw", "reaction, attitude, other"),
    ],
)
def test_cues_fall_into_kinds(cue, kind):
    assert cue_kind(cue, Told((), (), (Span(0, len(cue)),))) == kind


def test_figures_are_told_in_a_table():
    score = Score(right=3, found=4, there=6)
    assert (score.precision, score.recall, score.f1) == (0.75, 0.5, 0.6)
    table = Table("Title", ("kind", "F1", "ms"), [("claims", score.f1, 12.345), ("none", None, 7)])
    lines = ["Title", "  kind      F1     ms", "  claims  .600  12.35", "  none       -      7"]
    assert printed(table).splitlines() == lines
