import pytest

from monitor.stories.grouping import Grouper
from monitor.stories.reading import read
from tests.unit.stories.stream import START, load, make


@pytest.mark.parametrize("case", load("genres.yaml"), ids=lambda case: case["title"])
def test_genre(case):
    reading = read(case["title"], case["text"], START)
    assert (reading.roundup, reading.stub) == (case["genre"] == "roundup", case["genre"] == "stub")


def test_no_report_joins_the_stub_of_a_paywall():
    """A stub tells nothing, so who has read it has not been told."""
    grouper = Grouper()
    stub = next(case for case in load("genres.yaml") if case["genre"] == "stub")
    told = make("review", "1", stub["title"], stub["text"], START, lang="en")
    grouper.admit(told, grouper.decide(told))
    text = "Chip maker Halvorsen will build a factory in Dresden. Halvorsen chose Dresden for its engineers, it said."
    report = make("wire", "2", "Halvorsen to build chip factory in Dresden", text, START, lang="en")
    assert grouper.decide(report).relation == "new"
