"""Markup to plain text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.clean import MAX_TITLE, plain_text, plain_title, storable

CASES = json.loads((Path(__file__).parents[2] / "data" / "sources" / "clean.json").read_text())
TAGS = st.lists(st.sampled_from(["<p>", "</p>", "<b", "<!--", "-->", "<script>", "</script>", "&lt;", '"', ">", "x "]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_texts(case: dict[str, str]) -> None:
    assert plain_text(case["in"]) == case["out"]


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("Dam &amp;amp; bridge", "Dam & bridge"),
        ("<b>Bold</b>\n  claim", "Bold claim"),
        ("&lt;i&gt;Twice&lt;/i&gt;", "Twice"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("AT&T and R&D", "AT&T and R&D"),
        ("<script>alert(1)</script>News", "News"),
    ],
)
def test_titles(markup: str, title: str) -> None:
    assert plain_title(markup) == title


@given(TAGS.map("".join) | st.text())
def test_any_markup_gives_text_that_can_be_stored(markup: str) -> None:
    title, text = plain_title(markup), plain_text(markup)
    assert "\n" not in title
    assert len(title) <= MAX_TITLE
    assert "\n\n\n" not in text
    assert (storable(title), storable(text)) == (title, text)


@pytest.mark.parametrize("piece", ["<", "<a ", '<a ="', "<!--", "<script>", "<div>", "<nav>", "&amp;", "<z>"])
def test_a_megabyte_of_broken_markup_is_bounded(piece: str) -> None:
    assert len(plain_text(piece * (1_000_000 // len(piece)))) <= 1_000_000
