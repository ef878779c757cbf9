"""A damaged XML feed to raw items, by feedparser: slow, and undeterred."""

import io
from collections.abc import Iterable
from typing import Any

import feedparser

from monitor.sources.items import RawFeed, RawItem


def read_damaged(text: str) -> RawFeed | None:
    """Feedparser's reading, None where it finds nothing."""
    try:
        # Given as a file, for a plain string could be taken for a path or a URL and opened. Not told where it came
        # from, for it would resolve ids as if they were links; relative links are resolved with the articles.
        parsed = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # noqa: BLE001 - a library at work on hostile input: whatever it raises, this is no feed it reads
        return None
    if not parsed.get("version") and not parsed.get("entries"):
        return None
    info = parsed.get("feed", {})
    return RawFeed(
        title=_string(info.get("title")),
        link=_string(info.get("link")),
        lang=_string(info.get("language")),
        ttl=int(ttl[:6]) if (ttl := _string(info.get("ttl"))).isdigit() else 0,
        items=[_item(entry) for entry in parsed.get("entries", [])],
    )


def _item(entry: dict[str, Any]) -> RawItem:
    contents = [_string(content.get("value")) for content in entry.get("content") or ()]
    title = entry.get("title_detail") or {}
    authors = entry.get("authors") or ()
    names = [_string(author.get("name")) or _string(author.get("email")) for author in authors]
    identity = _string(entry.get("id"))
    link = _alternate(entry.get("links")) or _string(entry.get("link"))
    return RawItem(
        id=identity,
        # An id stands in for a missing link only where it is one.
        link="" if link == identity and not link.startswith("http") else link,
        title=_string(title.get("value")) or _string(entry.get("title")),
        summary=_string(entry.get("summary")),
        content=max(contents, key=len, default=""),
        # feedparser maps a missing date to the other one with a warning; asked through dict it stays honest.
        published=_string(dict.get(entry, "published")),
        updated=_string(dict.get(entry, "updated")),
        lang=_string((entry.get("summary_detail") or title or {}).get("language")) or _string(entry.get("language")),
        authors=tuple(filter(None, names)) or tuple(filter(None, [_string(entry.get("author"))])),
        categories=tuple(
            filter(None, (_string(tag.get("label")) or _string(tag.get("term")) for tag in entry.get("tags") or ()))
        ),
    )


def _alternate(links: Iterable[dict[str, Any]] | None) -> str:
    """The link that leads to the article itself, "" where none says so."""
    for wanted in ("text/html", "application/xhtml+xml", None):
        for link in links or ():
            if link.get("rel") in {None, "alternate"} and (wanted is None or link.get("type") == wanted):
                href = _string(link.get("href"))
                if href:
                    return href
    return ""


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
