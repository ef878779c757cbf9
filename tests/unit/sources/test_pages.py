"""Pages to articles: what they say, and what stands in the way."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.sources.pages import PageJob, read_page

CASES = json.loads((Path(__file__).parents[2] / "data" / "sources" / "pages.json").read_text())
NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)
PARAGRAPH = "The river rose by {} centimetres overnight, the regional office said, and schools stay closed on Tuesday."


def page(case: dict[str, Any]) -> bytes:
    paragraphs = "".join(f"<p>{PARAGRAPH.format(n)}</p>" for n in range(case.get("paragraphs", 0)))
    inner = f"{paragraphs}{case.get('body', '')}"
    return (
        f"<!doctype html><html lang='en-GB'><head><title>{case.get('title', 'Flood hits town')}</title>"
        f"{case.get('head', '')}</head><body><nav><a href='/'>Home</a><a href='/sport'>Sport</a></nav>"
        f"<main><article>{inner}</article></main><footer>All rights reserved</footer></body></html>"
    ).encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_a_page_is_taken_for_what_it_is(case: dict[str, Any]) -> None:
    url = case.get("url", "https://www.wire.example/2024/flood?utm_source=feed")
    found = read_page(PageJob(page(case), "text/html; charset=utf-8", url, NOW))
    expected, apart = case["expected"], {"paragraphs", "has", "without"}
    shown = {name: getattr(found, name) for name in expected if name not in apart}
    shown |= {"published": found.published.isoformat()} if shown.get("published") else {}
    shown |= {"authors": list(found.authors)} if "authors" in shown else {}
    assert shown == {name: value for name, value in expected.items() if name not in apart}
    if "paragraphs" in expected:
        assert found.text.count("centimetres") == expected["paragraphs"]
    assert all(words in found.text for words in expected.get("has", []))
    for words in ("Sport", "rights reserved", *expected.get("without", [])):
        assert words not in found.text


@pytest.mark.parametrize(("body", "kind"), [(b"%PDF-1.4\x00\x01", "application/pdf"), (b"{}", "application/json")])
def test_other_documents_are_no_pages(body: bytes, kind: str) -> None:
    with pytest.raises(ParseError, match="not HTML"):
        read_page(PageJob(body, kind, "http://a.example/", NOW))


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="<>/aphtmlscri \"'=&;!-", max_size=200))
def test_any_markup_is_a_page_of_some_kind(markup: str) -> None:
    read_page(PageJob(markup.encode(), "text/html", "http://a.example/", NOW))
