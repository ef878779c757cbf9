import pytest

from monitor.model.story import Relation
from monitor.stories.coverage import Voice, coverage, credit_of
from tests.unit.stories.stream import load

AP = "VELMORA (AP) — A bridge fell."


@pytest.mark.parametrize("case", load("credits.yaml"), ids=lambda case: case["text"][:40])
def test_credit(case):
    assert credit_of(case["text"]) == case["wire"]


def test_outlets_of_one_owner_and_reports_that_credit_one_wire_are_one_voice():
    known = coverage(
        [
            Voice("Gazette", "Press Group", "Own words.", Relation.NEW),
            Voice("Courier", "Press Group", "Own words too.", Relation.SAME_STORY),
            Voice("Herald", "", AP, Relation.SAME_STORY),
            Voice("Tribune", "", AP, Relation.COPY),
            Voice("Star", "", AP, Relation.UPDATE),
            Voice("Gazette", "Press Group", "Edited.", Relation.EDITED),
        ]
    )
    assert (known.outlets, known.copies, known.wire) == (("Gazette", "AP"), 1, "AP")


def test_a_wire_that_few_copies_credit_is_not_named():
    copies = [Voice(f"Outlet {n}", "", "No credit.", Relation.COPY) for n in range(4)]
    assert coverage([Voice("Herald", "", AP, Relation.NEW), *copies]).wire == ""
