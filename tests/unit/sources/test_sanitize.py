"""Markup that is safe to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.sanitize import sanitized


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("plain words", ""),
        ("<p onclick='x()'>a <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("a<script>alert(1)</script>b<style>p{}</style><iframe src=x>c</iframe>", "ab"),
        ("<a href='javascript:alert(1)'>a</a>", '<a rel="noopener noreferrer nofollow">a</a>'),
        (
            "<a href='/b?c=1&d' style='x' target=_top>a</a>",
            '<a href="http://a.example/b?c=1&amp;d" rel="noopener noreferrer nofollow">a</a>',
        ),
        ("<img src=x.png onerror=alert(1)><svg onload=alert(1)>", '<img src="http://a.example/x.png">'),
        ("<p>open", "<p>open</p>"),
        ("<!-- a --><blink>b</blink>", "b"),
    ],
)
def test_only_harmless_markup_is_left(markup: str, expected: str) -> None:
    assert sanitized(markup, "http://a.example/") == expected


def test_without_an_address_relative_links_are_dropped() -> None:
    assert "href" not in sanitized("<a href='/b'>a</a>", "") + sanitized("<a href='/b'>a</a>", "http://[bad/")


@given(st.text(alphabet="<>/=\"' abscript:onljv&#;", max_size=200))
def test_nothing_active_is_ever_left(markup: str) -> None:
    clean = sanitized(markup, "http://a.example/").lower()
    assert "<script" not in clean
    assert 'href="javascript' not in clean


@pytest.mark.parametrize("markup", ["<div>" * 150 + "x", "".join(f"<font color={n}><p>" for n in range(150)) + "x"])
def test_markup_nested_without_end_is_not_kept(markup: str) -> None:
    assert sanitized(markup) == ""
    assert sanitized("<ul><li><p>x</p></li></ul>" * 150)
