"""OPML in and out: lists of feeds as other readers write them, malformed ones included."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from monitor.errors import FeedListError, ParseError
from monitor.model.article import Feed
from monitor.sources.clean import plain_title
from monitor.sources.encoding import decode, is_binary
from monitor.sources.feedentry import entry_of, feed_url, is_label, read_entry
from monitor.sources.feedlist import add_feeds, load_feeds
from monitor.sources.language import code_of
from monitor.sources.mend import mend

MAX_FILE = 20_000_000
_MAX_FEEDS = 50_000
_MAX_OUTLINES = 200_000
_MAX_DEPTH = 100
_OUTLINE = re.compile(r"<(/?)outline\b", re.IGNORECASE)
# A value may hold tags, but where the next outline begins a quote was forgotten.
_VALUE = r"(?:[^{quote}<]|<(?!/?(?:outline|body|opml)\b))*"
_ATTRIBUTE = re.compile(
    rf"""([A-Za-z_][\w:.-]{{0,40}})\s*=\s*(?:"({_VALUE.format(quote='"')})"|'({_VALUE.format(quote="'")})'|([^\s"'<>]+))"""
)
_NEXT = re.compile(r"</?(?:outline|body|opml)\b", re.IGNORECASE)
_LOST_URL = re.compile(r"\sxmlUrl\s*=\s*[\"']([^\"'<>]{1,2000})[\"']", re.IGNORECASE)
_MAX_TAG = 20_000
_FEED_URL = ("xmlurl", "xml_url", "feedurl")
_NAMESPACE = "urn:newsmonitor:feeds"
# Keys of feeds.yaml for which OPML has no word of its own. Where a secret stands is not among them: a list from
# elsewhere must not choose which file of this machine is sent where.
_SWITCH: dict[str, object] = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_OURS = ("outlet", "owner", "country", "priority", "interval", "full_text", "enabled")


@dataclass(frozen=True, slots=True)
class Refused:
    """An outline that names no usable feed, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpmlList:
    """What an OPML file lists.

    Attributes:
        feeds: in its order.
        refused: outlines that could not be used.
        left_out: attributes of feeds that could not; the feeds are among `feeds` without them.
    """

    feeds: tuple[Feed, ...]
    refused: tuple[Refused, ...]
    left_out: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; running it again adds nothing."""

    added: tuple[Feed, ...]
    skipped: tuple[Feed, ...]
    refused: tuple[Refused, ...]
    left_out: tuple[Refused, ...] = ()


def read_opml(data: bytes) -> OpmlList:
    """The feeds of an OPML file; outlines above them become groups.

    Read tag by tag rather than as XML: loose ampersands, unclosed or crossed tags and missing heads, which real files
    are full of, cost nothing but the outline they stand in.

    Raises:
        ParseError: there is no outline in it at all.
    """
    if len(data) > MAX_FILE:
        raise ParseError(f"the file is larger than {MAX_FILE // 1_000_000} MB; this is no list of feeds")
    if is_binary(data):
        raise ParseError("the file is binary, not OPML")
    text = mend(decode(data), depth=False)
    feeds: dict[str, Feed] = {}
    refused: list[Refused] = []
    left_out: list[Refused] = []
    groups: list[str] = []
    for tag in _outlines(text):
        if tag[1]:
            groups = groups[:-1]
            continue
        attributes, closed = _attributes(text, tag.end())
        if not any(key in attributes for key in _FEED_URL):
            # Quotes inside a description end the tag too early; the address still stands before the next outline.
            after = _NEXT.search(text, tag.end(), tag.end() + _MAX_TAG)
            lost = _LOST_URL.search(text, tag.end(), after.start() if after else tag.end() + _MAX_TAG)
            if lost:
                attributes["xmlurl"], closed = html.unescape(lost[1]), True
        feed = _feed(attributes, next((group for group in reversed(groups) if group), ""), left_out)
        if isinstance(feed, Refused):
            refused.append(feed)
        elif feed is not None:
            feeds.setdefault(feed.url, feed)
        if len(feeds) > _MAX_FEEDS:
            raise ParseError(f"the file lists more than {_MAX_FEEDS} feeds")
        if not closed and len(groups) < _MAX_DEPTH:
            groups.append("" if feed is not None else _name(attributes))
    return OpmlList(tuple(feeds.values()), tuple(refused), tuple(left_out))


def _outlines(text: str) -> list[re.Match[str]]:
    tags = list(_OUTLINE.finditer(text))
    if not tags:
        raise ParseError("there is no outline in it; this is not OPML")
    if len(tags) > _MAX_OUTLINES:
        raise ParseError(f"the file has more than {_MAX_OUTLINES} outlines")
    return tags


def _feed(attributes: dict[str, str], group: str, left_out: list[Refused]) -> Feed | Refused | None:
    """The feed an outline stands for, why it cannot be used, or None for an outline that is a heading."""
    is_feed = attributes.get("type", "").lower() in {"rss", "atom", "feed"}
    url = next((attributes[key] for key in _FEED_URL if attributes.get(key)), "")
    url = url or (attributes.get("url", "") if is_feed else "")
    if not url:
        return Refused(_name(attributes), "it has no xmlUrl") if is_feed else None
    address = feed_url(url)
    if not address:
        return Refused(_name(attributes), f"{url[:200]!r} is not an http or https address")
    entry: dict[object, object] = {"url": address, "name": _name(attributes)}
    entry["lang"] = code_of(attributes.get("language", ""))
    if attributes.get("category"):
        # A path in a directory, by the standard, begins with a slash; a word without any is what we call a label.
        words = [" ".join(word.split()).lstrip("/") for word in attributes["category"].split(",") if word.strip()]
        entry["labels"] = [word for word in words if is_label(word)]
        left_out += [Refused(_name(attributes), f"{word[:80]!r} is no label") for word in words if not is_label(word)]
    for key in _OURS:
        written = attributes.get(key) or next((v for k, v in attributes.items() if k.endswith(f":{key}")), "")
        if written:
            entry[key] = _SWITCH.get(written.lower(), written) if key == "enabled" else plain_title(written, 200)
    return _usable(entry, group, left_out)


def _usable(entry: dict[object, object], group: str, left_out: list[Refused]) -> Feed:
    """The feed with all that can be used of its attributes; what cannot is noted."""
    while True:
        wrong: list[object] = []

        def complain(key: object, problem: str, wrong: list[object] = wrong) -> FeedListError:
            wrong.append(key)
            return FeedListError(problem)

        try:
            return read_entry(entry, group, Path(), complain)
        except FeedListError as error:
            if not wrong or wrong[0] not in entry or wrong[0] == "url":
                raise
            left_out.append(Refused(str(entry.get("name") or entry["url"]), str(error)))
            del entry[wrong[0]]


def _name(attributes: dict[str, str]) -> str:
    return plain_title(attributes.get("title") or attributes.get("text") or "", 200)


def import_opml(path: Path, data: bytes) -> ImportReport:
    """Add the feeds of an OPML file to feeds.yaml.

    Raises:
        ParseError: the OPML cannot be read.
        FeedListError: feeds.yaml cannot be read or written.
    """
    listed = read_opml(data)
    known = {feed.url for feed in load_feeds(path)} if path.exists() else set()
    new = [feed for feed in listed.feeds if feed.url not in known]
    skipped = tuple(feed for feed in listed.feeds if feed.url in known)
    try:
        added = add_feeds(path, new)
    except FeedListError as error:
        raise FeedListError(f"nothing was imported: {error}") from error
    return ImportReport(added, skipped, listed.refused, listed.left_out)


def write_opml(feeds: Iterable[Feed], title: str = "Feeds") -> str:
    """The feeds as OPML 2.0, groups as outlines around theirs, all their keys but headers and login as attributes."""
    groups: dict[str, list[Feed]] = {}
    for feed in feeds:
        groups.setdefault(feed.group, []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:newsmonitor={quoteattr(_NAMESPACE)}>',
        f"  <head><title>{html.escape(title, quote=False)}</title></head>",
        "  <body>",
    ]
    for group, members in groups.items():
        indent = "      " if group else "    "
        if group:
            lines.append(f"    <outline text={quoteattr(group)} title={quoteattr(group)}>")
        lines += [f"{indent}<outline {_written(feed)}/>" for feed in members]
        if group:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _written(feed: Feed) -> str:
    """A feed's attributes, as few as say everything."""
    entry = entry_of(feed)
    name = feed.name or feed.url
    attributes = {"type": "rss", "text": name, "title": name, "xmlUrl": feed.url}
    if feed.lang:
        attributes["language"] = feed.lang
    if feed.labels:
        attributes["category"] = ",".join(feed.labels)
    attributes |= {
        f"newsmonitor:{key}": str(entry[key]).lower() if key == "enabled" else str(entry[key])
        for key in _OURS
        if key in entry
    }
    return " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())


def _attributes(text: str, position: int) -> tuple[dict[str, str], bool]:
    """The attributes of the tag whose name ends at `position`, and whether the tag closes itself."""
    attributes: dict[str, str] = {}
    limit = min(len(text), position + _MAX_TAG)
    while position < limit:
        char = text[position]
        if char == ">":
            return attributes, text[position - 1] == "/"
        if char == "<":
            # The tag before never ended; what has been read of it counts.
            return attributes, True
        found = _ATTRIBUTE.match(text, position)
        if found:
            value = next((group for group in found.groups()[1:] if group is not None), "")
            attributes.setdefault(found[1].lower(), html.unescape(html.unescape(value)).strip())
            position = found.end()
        else:
            position += 1
    return attributes, True
