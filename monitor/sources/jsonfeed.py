"""JSON Feed 1.0 and 1.1, whatever types the fields turn out to have."""

import json
from typing import Any

from monitor.errors import ParseError
from monitor.sources.items import RawFeed, RawItem

# Small values make a bomb of a body whose size is within bounds.
_MAX_VALUES = 3_000_000


def parse_json_feed(text: str) -> RawFeed:
    """Read a JSON Feed.

    Raises:
        ParseError: not JSON, or JSON that is no feed.
    """
    if sum(map(text.count, "{[,")) > _MAX_VALUES:
        raise ParseError(f"the document has more than {_MAX_VALUES // 1_000_000} million values; refused")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise ParseError(f"this is broken JSON{place}, not a feed") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise ParseError("this is JSON but not a JSON Feed: it has no list of items")
    feed = RawFeed(
        title=_string(document.get("title")),
        link=_string(document.get("home_page_url")),
        lang=_string(document.get("language")),
    )
    inherited = _authors(document)
    for number, item in enumerate(items, start=1):
        if isinstance(item, dict):
            feed.items.append(_item(item, inherited))
        else:
            feed.problems.append(f"item {number} is not an object; it was left out")
    return feed


def _item(item: dict[str, Any], inherited: tuple[str, ...]) -> RawItem:
    html, text = _string(item.get("content_html")), _string(item.get("content_text"))
    tags = item.get("tags")
    return RawItem(
        id=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=_string(item.get("title")),
        summary=_string(item.get("summary")),
        content=html or text,
        published=_date(item.get("date_published")),
        updated=_date(item.get("date_modified")),
        lang=_string(item.get("language")),
        authors=_authors(item) or inherited,
        categories=tuple(filter(None, map(_string, tags))) if isinstance(tags, list) else (),
    )


def _authors(holder: dict[str, Any]) -> tuple[str, ...]:
    authors = holder.get("authors")
    listed = [*(authors if isinstance(authors, list) else ()), holder.get("author")]
    names = (author.get("name") if isinstance(author, dict) else author for author in listed)
    return tuple(dict.fromkeys(filter(None, map(_string, names))))


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    # Ids are often numbers, which JSON Feed 1.0 told readers to take as strings.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _date(value: object) -> str | float:
    return value if isinstance(value, str | float) else float(value) if isinstance(value, int) else ""
