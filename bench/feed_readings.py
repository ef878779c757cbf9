"""What two readers make of a feed, as the same core fields, and whether that is what was expected."""

import html
import io
import re
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import feedparser
import lxml.html
from lxml.etree import ParserError

from bench.feed_suites import Case, Expected
from monitor.errors import ParseError
from monitor.sources.clean import plain_text, plain_title
from monitor.sources.dates import parse_date
from monitor.sources.feeds import charset_of, http_url
from monitor.sources.parse import parse_raw

NOW = datetime(2030, 1, 1, tzinfo=UTC)
_PERSON = re.compile(r"^\s*(?P<a>[^()<>]*?)\s*[(<](?P<b>[^()<>]*)[)>]\s*$")
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>")


@dataclass
class Entry:
    """One entry; every field is a tuple of what may be taken for it."""

    id: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    published: tuple[datetime | None, ...] = ()
    updated: tuple[datetime | None, ...] = ()
    author: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()

    @property
    def date(self) -> tuple[datetime | None, ...]:
        return self.published or self.updated


@dataclass
class Reading:
    """A feed; fields as in Entry. `error` says why there is none."""

    title: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    error: str = ""


def ours(case: Case) -> Reading:
    """This program's reading, each field cleaned as it is for an article."""
    try:
        raw = parse_raw(case.body, charset=charset_of(case.content_type))
    except ParseError as error:
        return Reading(error=str(error))
    site = http_url(raw.link, "")
    reading = Reading((plain_title(raw.title),), (raw.link, site), (raw.lang,))
    for item in raw.items:
        link = (item.link, http_url(item.link, item.base or site))
        published = parse_date(item.published, NOW) if item.published else None
        updated = parse_date(item.updated, NOW) if item.updated else None
        reading.entries.append(
            Entry(
                id=(item.id,) if item.id else link,
                link=link,
                title=(plain_title(item.title),),
                text=(plain_text(item.summary), plain_text(item.content)),
                published=tuple(filter(None, (published or updated,))),
                updated=tuple(filter(None, (updated or published,))),
                author=item.authors,
                lang=(item.lang.replace("und", "") if item.lang else raw.lang,),
            )
        )
    return reading


def feedparsers(case: Case) -> Reading:
    """feedparser's reading."""
    headers = {"content-type": case.content_type} if case.content_type else {}
    parsed = feedparser.parse(io.BytesIO(case.body), response_headers=headers)
    feed = parsed.feed
    reading = Reading((feed.get("title", ""),), (feed.get("link", ""),), (feed.get("language") or "",))
    for entry in parsed.entries:
        details = [entry.get("title_detail"), entry.get("summary_detail"), *entry.get("content", [])]
        published, updated = dict.get(entry, "published_parsed"), dict.get(entry, "updated_parsed")
        reading.entries.append(
            Entry(
                id=(entry.get("id", ""),),
                link=(entry.get("link", ""),),
                title=(entry.get("title", ""),),
                text=(entry.get("summary", ""), *(content.get("value", "") for content in entry.get("content", []))),
                published=_instants(published or updated),
                updated=_instants(updated or published),
                author=(entry.get("author", ""), *(person.get("name", "") for person in entry.get("authors", []))),
                lang=tuple((detail or {}).get("language") or "" for detail in details) or ("",),
            )
        )
    return reading


def _instants(parsed: Any) -> tuple[datetime, ...]:
    return (datetime.fromtimestamp(timegm(parsed), UTC),) if parsed else ()


def failures(case: Case, reading: Reading) -> list[str]:
    """What is not as expected, one line each; empty for a case that passes."""
    if reading.error:
        return [f"not read: {reading.error}"]
    found = []
    for expected in case.expected:
        if expected.field == "entries":
            if len(reading.entries) != expected.value:
                found.append(f"{len(reading.entries)} entries instead of {expected.value}")
            continue
        if expected.entry is not None and expected.entry >= len(reading.entries):
            found.append(f"there is no entry {expected.entry}")
            continue
        holder: Any = reading if expected.entry is None else reading.entries[expected.entry]
        values = getattr(holder, expected.field)
        if not any(_same(expected, value) for value in values or ("",)):
            place = "feed" if expected.entry is None else f"entry {expected.entry}"
            shown = " or ".join(dict.fromkeys(repr(str(value))[:100] for value in values)) or "nothing"
            found.append(f"{place}: {expected.field} is {shown} instead of {str(expected.value)[:100]!r}")
    return found


def _same(expected: Expected, actual: Any) -> bool:
    value = expected.value
    match expected.field:
        case "title" | "text":
            return bool(_forms(str(value)) & _forms(actual))
        case "published" | "updated" | "date":
            wanted = _instant(value)
            return wanted == actual if wanted and actual else not wanted and not actual
        case "author":
            return _name(str(value)) == _name(actual)
        case "lang":
            return _primary(value or "") == _primary(actual)
        case _:
            return html.unescape(str(value or "")).rstrip("/") == html.unescape(actual).rstrip("/")


def _instant(value: Any) -> datetime | None:
    if isinstance(value, tuple):
        return datetime.fromtimestamp(timegm(value), UTC)
    return parse_date(value, NOW) if value else None


@lru_cache(maxsize=10_000)
def _forms(text: str) -> frozenset[str]:
    """A text without white space: as it stands, and as the text of the markup it may be."""
    once = html.unescape(text)
    return frozenset("".join(form.split()) for form in (text, once, _visible(text), _visible(once)))


def _visible(markup: str) -> str:
    if not _MARKUP.search(markup):
        return markup
    try:
        page = lxml.html.fragment_fromstring(markup, create_parent=True)
    except (ParserError, ValueError):
        return markup
    for hidden in page.xpath("//script|//style|//iframe|//object|//comment()"):
        hidden.drop_tree()
    return str(page.text_content())


def _name(person: str) -> str:
    """The name of "name (address)" or "address (name)", the address where there is none."""
    found = _PERSON.match(person)
    parts: Sequence[str] = (found["a"], found["b"]) if found else (person,)
    names = [part for part in parts if part and "@" not in part]
    return " ".join((names or [person])[0].split()).casefold()


def _primary(tag: str) -> str:
    return re.split(r"[-_]", tag.strip().lower())[0]
