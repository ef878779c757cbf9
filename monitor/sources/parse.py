"""Bytes of a feed to raw items: the fast parser first, the forgiving one wherever that fails or looks wrong."""

import html
import io
import re
from collections.abc import Iterable
from typing import Any

import fastfeedparser
import feedparser

from monitor.errors import ParseError
from monitor.sources.clean import plain_title
from monitor.sources.encoding import decode, is_binary
from monitor.sources.items import RawFeed, RawItem
from monitor.sources.jsonfeed import parse_json_feed
from monitor.sources.mend import complete, mend

# The forgiving parser takes about half a millisecond an entry; documents above this are not worth minutes of it.
_SLOW_LIMIT = 4_000_000
_HEAD = 64 * 1024

_SYNTHETIC = 512
_SYNTHETIC_SCAN = 16_384

_TAGS = re.compile(r"<[^>]+>")
_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_DATE = re.compile(r"<(?:\w+:)?(?:pubDate|date|published|updated|issued|modified|created)[\s>]", re.IGNORECASE)
# What the fast parser is known to read wrongly: markup that is not escaped inside a text element, base64, xml:base.
_BEYOND_FAST = re.compile(
    r"<(?:atom:)?(?:title|description|summary|content|content:encoded|tagline)(?:\s[^<>]*)?(?<!/)>[^<]*<(?!/|!\[CDATA\[|!--)"
    r"|\smode=[\"'](?:base64|xml)|\sxml:base="
    r"|<(?:title|description|summary|content)[^<>]*\stype=[\"'](?:xhtml|application/(?:xhtml\+xml|octet-stream)|image/)",
    re.DOTALL,
)
_TEXT = re.compile(
    r"<(?:(?:media|dc|itunes|atom|content):)?(?:description|summary|content:encoded|content|encoded|body|fullitem)[\s>]",
    re.IGNORECASE,
)
# The fast parser goes by local names: a caption in <media:description> would stand for the article's text.
_FOREIGN = re.compile(r"(</?(?!atom:|a10:|content:|rss:)[A-Za-z][\w.-]*:)(?=(?:title|description|summary)[\s/>])")
_ROOT = re.compile(r"<(?![!?])([A-Za-z_][\w.:-]*)([^<>]{0,4000})")
_FEED_ROOTS = {"rss", "feed", "rdf", "channel", "entry"}
_BURIED = re.compile(r"<(?:rss\s[^<>]*version|(?:\w+:)?feed\s[^<>]*xmlns|rdf:RDF\s)", re.IGNORECASE)
_WEB_PAGE = {"html", "head", "body", "meta", "title", "div", "script", "p", "br", "b", "link", "style", "a", "h1"}
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,300}?)</title>", re.IGNORECASE | re.DOTALL)
_LANGUAGE = re.compile(r"<(?:dc:)?language[^<>]{0,100}>\s*([A-Za-z_-]{2,20})\s*<")
_TTL = re.compile(r"<ttl[^<>]{0,60}>\s*(\d{1,6})\s*<")
_UPDATES = re.compile(r"<sy:updatePeriod>\s*(hourly|daily|weekly|monthly|yearly)\s*<")
_FREQUENCY = re.compile(r"<sy:updateFrequency>\s*(\d{1,4})\s*<")
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}


def parse_raw(body: bytes, *, charset: str = "") -> RawFeed:
    """Read a feed of any format.

    Args:
        body: the document.
        charset: what the transport declared, "" for nothing.

    Raises:
        ParseError: it is no feed; the message says what it is instead.
    """
    if not body.strip(b" \t\r\n\0"):
        raise ParseError("the answer is empty, not a feed")
    if is_binary(body) and body.lstrip()[:1] not in {b"<", b"{"}:
        raise ParseError("this is a binary file, not a feed")
    text = decode(body, charset).lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return parse_json_feed(text)
    return _parse_xml(text)


def _parse_xml(text: str) -> RawFeed:
    text = _from_root(mend(text))
    text, cut = complete(text)
    head = _before_items(text)
    feed = None if _BEYOND_FAST.search(text) or _rdf_with_content(text) else _fast(text)
    if (feed is None or _looks_wrong(feed, text)) and len(text) <= _SLOW_LIMIT:
        forgiving = _forgiving(text)
        if forgiving is not None and (feed is None or _worth(forgiving) >= _worth(feed)):
            feed = forgiving
    if feed is None:
        raise ParseError("the XML is too damaged to be read as a feed")
    if cut:
        feed.problems.append("the feed stops in the middle of an entry; the entries before it were read")
    language, ttl = _LANGUAGE.search(head), _TTL.search(head)
    feed.lang = feed.lang or (language[1] if language else "")
    feed.ttl = int(ttl[1]) if ttl else _syndication(head)
    return feed


def _from_root(text: str) -> str:
    """The document from its root element on.

    Raises:
        ParseError: the root is not a feed's.
    """
    root = _ROOT.search(text, 0, _HEAD)
    if root and root[1].rpartition(":")[2].lower() in _FEED_ROOTS:
        return text[root.start() :]
    if root and root[1].lower() != "html":
        # Some servers print warnings, as HTML, above the feed.
        buried = _BURIED.search(text, root.end(), _HEAD)
        if buried:
            return text[buried.start() :]
    if root:
        raise ParseError(_what_it_is(root[1], text))
    if "<" not in text[:_HEAD]:
        raise ParseError(f"this is plain text, not a feed: {' '.join(text[:80].split())!r}")
    raise ParseError("there is no feed in this document")


def _what_it_is(root: str, text: str) -> str:
    """What a document with this root element is, for people."""
    name = root.rpartition(":")[2].lower()
    if name in _WEB_PAGE:
        return f"this is a web page, not a feed{_titled(text)}"
    if name == "error":
        return "the server answered with an error message in XML, not a feed"
    known = {
        "opml": "an OPML list of feeds, not a feed; use `monitor feeds import`",
        "urlset": "a sitemap, not a feed",
        "sitemapindex": "a sitemap, not a feed",
    }
    return f"this is {known.get(name, f'XML but not a feed: its root element is <{root[:40]}>')}"


def _titled(text: str) -> str:
    title = _TITLE.search(text, 0, _HEAD)
    words = plain_title(title[1], 100) if title else ""
    return f': title "{words}"' if words else ""


def _before_items(text: str) -> str:
    first = _ITEM.search(text)
    return text[: min(first.start() if first else len(text), _HEAD)]


def _syndication(head: str) -> int:
    period = _UPDATES.search(head)
    if not period:
        return 0
    frequency = _FREQUENCY.search(head)
    return _PERIODS[period[1]] // max(1, int(frequency[1]) if frequency else 1)


def _rdf_with_content(text: str) -> bool:
    """Whether this is RSS 1.0 with full texts, which the fast parser passes over."""
    return text[:4].lower() == "<rdf" and "content:" in text


def _looks_wrong(feed: RawFeed, text: str) -> bool:
    """Whether what the fast parser found does not fit the document."""
    items = feed.items
    if _count(_ITEM, text) > len(items):
        return True
    dated = sum(bool(item.published or item.updated) for item in items)
    dates = _count(_DATE, text)
    # It takes an id for a date where there is no date, and gives up on dates in other languages.
    if dated > dates or (dated < len(items) and dates >= len(items) + 2):
        return True
    with_text = sum(bool(item.summary or item.content) for item in items)
    if with_text < len(items) and _count(_TEXT, text[len(_before_items(text)) :]) > with_text:
        return True
    return not all(item.title or item.summary or item.content for item in items)


def _worth(feed: RawFeed) -> tuple[int, int]:
    """How much was found: entries, then entries with a text."""
    return len(feed.items), sum(bool(item.summary or item.content) for item in feed.items)


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))


def _fast(text: str) -> RawFeed | None:
    """Fastfeedparser's reading, None where it fails."""
    try:
        own = _FOREIGN.sub(r"\1not-", text)
        parsed = fastfeedparser.parse(own.encode(), include_media=False, include_enclosures=False)
    except Exception:  # noqa: BLE001 - a library at work on hostile input: whatever it raises, the other one is asked
        return None
    info = parsed.get("feed", {})
    return RawFeed(
        title=_string(info.get("title")),
        link=_string(info.get("link")),
        lang=_string(info.get("language")),
        items=[_fast_item(entry) for entry in parsed.get("entries", [])],
    )


def _fast_item(entry: dict[str, Any]) -> RawItem:
    link = _alternate(entry.get("links")) or _string(entry.get("link"))
    identity = _string(entry.get("id"))
    contents = entry.get("content")
    content = _string(contents[0].get("value")) if contents else ""
    summary = _string(entry.get("description"))
    author = _string(entry.get("author"))
    return RawItem(
        # It puts the first link where there is no id.
        id="" if identity == _string(entry.get("link")) else identity,
        link=link,
        title=_string(entry.get("title")),
        summary="" if content and _made_of(content, summary) else summary,
        content=content,
        published=_string(entry.get("published")),
        updated=_string(entry.get("updated")),
        authors=(author,) if author else (),
        categories=_terms(entry.get("tags")),
    )


def _made_of(content: str, summary: str) -> bool:
    """Whether the fast parser made the summary up from the content, by dropping tags but not what stands in scripts."""
    if not summary or len(summary) > _SYNTHETIC:
        return False
    start = " ".join(html.unescape(_TAGS.sub(" ", content[:_SYNTHETIC_SCAN])).split())
    return " ".join(summary.split()) == start[:_SYNTHETIC].strip()


def _forgiving(text: str) -> RawFeed | None:
    """Feedparser's reading, None where it finds nothing."""
    try:
        # Given as a file, for a plain string could be taken for a path or a URL and opened. Not told where it came
        # from, for it would resolve ids as if they were links; relative links are resolved with the articles.
        parsed = feedparser.parse(
            io.BytesIO(text.encode()),
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
        items=[_forgiving_item(entry) for entry in parsed.get("entries", [])],
    )


def _forgiving_item(entry: dict[str, Any]) -> RawItem:
    contents = [_string(content.get("value")) for content in entry.get("content") or ()]
    summary = _string(entry.get("summary"))
    content = max(contents, key=len, default="")
    title = entry.get("title_detail") or {}
    names = [_string(author.get("name")) for author in entry.get("authors") or ()] or [_string(entry.get("author"))]
    identity = _string(entry.get("id"))
    link = _alternate(entry.get("links")) or _string(entry.get("link"))
    return RawItem(
        id=identity,
        # An id stands in for a missing link only where it is one.
        link="" if link == identity and not link.startswith("http") else link,
        title=_string(title.get("value")) or _string(entry.get("title")),
        summary=summary,
        content=content,
        # feedparser maps a missing date to the other one with a warning; asked through dict it stays honest.
        published=_string(dict.get(entry, "published")),
        updated=_string(dict.get(entry, "updated")),
        lang=_string((entry.get("summary_detail") or title or {}).get("language")) or _string(entry.get("language")),
        authors=tuple(name for name in names if name),
        categories=_terms(entry.get("tags")),
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


def _terms(tags: Iterable[dict[str, Any]] | None) -> tuple[str, ...]:
    return tuple(filter(None, (_string(tag.get("label")) or _string(tag.get("term")) for tag in tags or ())))


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
