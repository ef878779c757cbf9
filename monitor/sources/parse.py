"""Bytes of a feed to raw items: by its tree where it is well-formed or can be mended, else by the forgiving parser.

A tree of libxml2's is read in about 5 microseconds an entry, strictly by the formats' own rules, so that nothing has
to be guessed or checked afterwards; the forgiving parser, for the rest, takes fifty times that.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from monitor.errors import ParseError
from monitor.sources.clean import plain_title
from monitor.sources.encoding import decode, is_binary
from monitor.sources.forgiving import read_damaged
from monitor.sources.items import RawFeed
from monitor.sources.jsonfeed import parse_json_feed
from monitor.sources.mend import complete, mend, without_prolog
from monitor.sources.sitemap import ROOTS as SITEMAPS
from monitor.sources.sitemap import read_sitemap
from monitor.sources.xmlfeed import parse_tree, read_feed

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# The forgiving parser takes about half a millisecond an entry; documents above this are not worth minutes of it.
_SLOW_LIMIT = 500_000
_HEAD = 64 * 1024

# libxml2's time grows with the square of the attributes of one element.
_MANY = 4_000
# A tree takes some 200 bytes a tag: small tags make a bomb of a body whose size is within bounds.
_MAX_TAGS = 2_000_000
_CDATA = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_LONG_TAG = re.compile(r"<[^<>]{20000}")
_ROOT = re.compile(r"<(?![!?])([A-Za-z_][\w.:-]*)([^<>]{0,4000})")
_FEED_ROOTS = {"rss", "feed", "rdf", "channel", "entry"} | SITEMAPS
_BURIED = re.compile(r"<(?:rss\s[^<>]*version|(?:\w+:)?feed\s[^<>]*xmlns|rdf:RDF\s)", re.IGNORECASE)
_WEB_PAGE = {"html", "head", "body", "meta", "title", "div", "script", "p", "br", "b", "link", "style", "a", "h1"}
_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,300}?)</title>", re.IGNORECASE | re.DOTALL)


def parse_raw(body: bytes, *, charset: str = "") -> RawFeed:
    """Read a feed of any format, or a sitemap.

    Args:
        body: the document.
        charset: what the transport declared, "" for nothing.

    Raises:
        ParseError: it is neither; the message says what it is instead.
    """
    if not body.strip(b" \t\r\n\0"):
        raise ParseError("the answer is empty, not a feed")
    if body.lstrip()[:1] not in {b"<", b"{"} and is_binary(body):
        raise ParseError("this is a binary file, not a feed")
    text = decode(body, charset).lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return parse_json_feed(text)
    return _parse_xml(text)


def _parse_xml(text: str) -> RawFeed:
    if _nodes(text) > _MAX_TAGS:
        raise ParseError(f"the document has more than {_MAX_TAGS // 1_000_000} million tags and attributes; refused")
    text = _from_root(without_prolog(text))
    if text.count("=") > _MANY and _LONG_TAG.search(text):
        raise ParseError("the document has an element with thousands of attributes; refused")
    tree = parse_tree(text)
    if tree is None:
        # An entry cut off is found before the mending, which would close it.
        text, cut = complete(mend(text))
        tree = parse_tree(text)
    else:
        cut = False
    read = read_sitemap if _local_name(text) in SITEMAPS else read_feed
    feed = read(tree) if tree is not None else _damaged(text, read)
    if feed is None:
        raise ParseError("the XML is too damaged to be read as a feed")
    if cut:
        feed.problems.append("the feed stops in the middle of an entry; the entries before it were read")
    return feed


def _nodes(text: str) -> int:
    """Tags and attributes of a document, at most; those in CDATA sections, which are text, are left out of many."""
    marks = ("<", '="', "='")
    found = sum(map(text.count, marks))
    if found > _MAX_TAGS:
        found -= sum(section[0].count(mark) for section in _CDATA.finditer(text) for mark in marks)
    return found


def _damaged(text: str, read: Callable[["Element"], RawFeed]) -> RawFeed | None:
    """What two forgiving parsers can save of a damaged document: the slow one is asked where the other loses some."""
    tree = parse_tree(text, recover=True)
    feed = read(tree) if tree is not None else None
    whole = feed is not None and all(item.title or item.summary or item.content for item in feed.items)
    if feed is not None and whole and len(feed.items) >= sum(1 for _ in _ITEM.finditer(text)):
        return feed
    slow = read_damaged(text) if len(text) <= _SLOW_LIMIT else None
    return max((found for found in (feed, slow) if found is not None), key=_worth, default=None)


def _worth(feed: RawFeed) -> tuple[int, int]:
    """How much was found: entries, then words of any kind in them."""
    return len(feed.items), sum(bool(item.title) + bool(item.summary or item.content) for item in feed.items)


def _local_name(text: str) -> str:
    """The root element's name in lower case, without prefix."""
    root = _ROOT.match(text)
    return root[1].rpartition(":")[2].lower() if root else ""


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
    if name == "opml":
        return "this is an OPML list of feeds, not a feed; use `monitor feeds import`"
    return f"this is XML but not a feed: its root element is <{root[:40]}>"


def _titled(text: str) -> str:
    title = _TITLE.search(text, 0, _HEAD)
    words = plain_title(title[1], 100) if title else ""
    return f': title "{words}"' if words else ""
