import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.numbers import figures_of
from tests.unit.stories.stream import load


@pytest.mark.parametrize("case", load("numbers.yaml"), ids=lambda case: case["text"])
def test_figures(case):
    found = [[f.text, pytest.approx(f.low), f.about] for f in figures_of(case["text"])]
    assert found == case["figures"]


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("at least 10 dead", "a dozen dead", True),
        ("12 dead", "a dozen dead", True),
        ("12 dead", "17 dead", False),
        ("about 10,000 troops", "10,500 troops", True),
        ("10,000 troops", "11,000 troops", False),
        ("dozens of dead", "31 dead", True),
        ("at least 10 dead", "17 dead", False),
        ("1.2 million people", "1,200,000 people", True),
    ],
)
def test_numbers_that_can_both_be_true(one, other, agree):
    (mine,), (theirs,) = figures_of(one), figures_of(other)
    assert mine.agrees(theirs) is agree
    assert theirs.agrees(mine) is agree


@given(st.text(max_size=300))
def test_any_text_is_survived(text):
    for figure in figures_of(text):
        assert figure.low <= figure.high
        assert figure.about
