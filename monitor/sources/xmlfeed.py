"""A well-formed XML feed to raw items: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, CDF, with the modules news uses."""

import base64
import binascii
import re
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from monitor.sources.items import RawFeed, RawItem

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# Namespaces as feeds write them, lower case and without a slash at the end, to the prefixes used here. Elements of the
# root's own namespace have none, whatever it is.
_PREFIXES = {
    "": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://cyber.law.harvard.edu/rss/rss.html": "",
    "http://my.netscape.com/rdf/simple/0.9": "",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://purl.org/rss/1.0": "",
    "http://purl.org/net/rss1.1#": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "",
    "http://www.w3.org/2005/atom": "atom:",
    "http://purl.org/atom/ns#": "atom:",
    "http://purl.org/atom-blog/ns#": "atom:",
    "http://example.com/newformat#": "atom:",
    "http://example.com/necho": "atom:",
    "http://purl.org/echo": "atom:",
    "uri/of/echo/namespace#": "atom:",
    "http://purl.org/pie": "atom:",
    "http://purl.org/dc/elements/1.0": "dc:",
    "http://purl.org/dc/elements/1.1": "dc:",
    "http://purl.org/dc/terms": "dcterms:",
    "http://purl.org/rss/1.0/modules/dcterms": "dcterms:",
    "http://purl.org/rss/1.0/modules/content": "content:",
    "http://purl.org/rss/1.0/modules/syndication": "sy:",
    "http://search.yahoo.com/mrss": "media:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_BASE, _LANG = f"{_XML}base", f"{_XML}lang"
_ABOUT = ("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", "about")
_XHTML = "{http://www.w3.org/1999/xhtml}"
_ITEMS = {"item", "entry", "atom:entry"}
# What the elements of a feed and its entries are to an article, for each field best first. Atom's own names have no
# prefix in an Atom feed.
_FIELDS = {
    "title": ("title", "atom:title", "dc:title", "itunes:title", "media:title"),
    "id": ("guid", "id", "atom:id", "dc:identifier"),
    "link": ("link", "atom:link"),
    "published": ("pubdate", "published", "issued", "atom:published", "atom:issued", "dcterms:issued",
                  "dcterms:available", "dcterms:created", "created"),
    "updated": ("updated", "modified", "atom:updated", "atom:modified", "dc:date", "dcterms:modified", "dcterms:date",
                "lastmod", "date", "lastbuilddate"),
    "summary": ("description", "summary", "atom:summary", "tagline", "abstract", "dcterms:abstract"),
    "else": ("dc:description", "itunes:summary", "media:description", "itunes:subtitle"),
    "content": ("content:encoded", "encoded", "content", "atom:content", "xhtml:body", "body", "fullitem", "xhtml:div"),
    "author": ("author", "atom:author", "dc:creator", "dc:author", "itunes:author", "dc:contributor"),
    "category": ("category", "atom:category", "dc:subject"),
    "language": ("language", "dc:language"),
    "group": ("media:group",),
    "ttl": ("ttl",),
    "hours": ("skiphours",),
    "days": ("skipdays",),
    "period": ("sy:updateperiod",),
    "frequency": ("sy:updatefrequency",),
}  # fmt: skip
_ROLES = {name: (field, rank) for field, names in _FIELDS.items() for rank, name in enumerate(names)}
_NO_ROLE = ("", 0)
_TEXT_TYPE = re.compile(r"text/|.*[+/]xml$", re.IGNORECASE)
_LINK_TYPES = {"": 1, "text/html": 1, "application/xhtml+xml": 2}
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MAX_SAME = 20
# A word of a few letters may look like base64 by chance.
_SHORT = 16


def parse_tree(text: str, *, recover: bool = False) -> "Element | None":
    """The root element of a document without DOCTYPE; None where it is not well-formed.

    Nothing is loaded and no entity resolved. Depth and sizes are libxml2's own limits.

    Args:
        text: from the root element on.
        recover: read what can be read of a damaged one.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def read_feed(root: "Element") -> RawFeed:
    """The items of a feed's tree."""
    return _Reader(root).feed()


class _Reader:
    """One document's tree, with what its elements are by name."""

    def __init__(self, root: "Element") -> None:
        self._root = root
        self._names: dict[str, str] = {}
        self._roles: dict[str, tuple[str, int]] = {}
        self._own = _namespace(str(root.tag))

    def feed(self) -> RawFeed:
        root = self._root
        channel = next((child for child in root if self._name(child.tag) == "channel"), root)
        about = self._fields(channel)
        base, lang = _inherited(channel, root, _BASE), _inherited(channel, root, _LANG)
        declared = _string(self._best(about, "language"))
        link, link_base = self._link(about, base)
        if link is None:
            link = _attribute(channel, "href")
        return RawFeed(
            title=self._markup(self._best(about, "title")),
            link=_joined(link_base, link) if link_base else link,
            lang=declared or lang or "",
            ttl=_number(self._best(about, "ttl")) or self._syndication(about),
            skip_hours=_hours(self._best(about, "hours")),
            skip_days=_days(self._best(about, "days")),
            items=[self._item(element, base, lang) for element in self._items(channel)],
        )

    def _items(self, channel: "Element") -> Iterable["Element"]:
        """The items below the channel, or beside it as in RSS 1.0; wherever they are where they are neither."""
        name = self._name
        found = [child for child in channel if name(child.tag) in _ITEMS]
        if channel is not self._root:
            found += [child for child in self._root if name(child.tag) in _ITEMS]
        if found:
            return found
        return (element for element in self._root.iter("{*}*") if name(element.tag) in _ITEMS)

    def _item(self, element: "Element", base: str, lang: str | None) -> RawItem:
        fields = self._fields(element)
        attributes = element.attrib
        if attributes:
            base, lang = _joined(base, attributes.get(_BASE)), attributes.get(_LANG, lang)
        title, body, short = self._best(fields, "title"), self._best(fields, "content"), self._best(fields, "summary")
        content = self._markup(body)
        summary = self._markup(self._best(fields, "else") if short is None and not content else short)
        if not content and len(fields.get("summary", ())) > 1:
            content = next((text for other in fields["summary"] if (text := self._markup(other)) != summary), "")
        link, base = self._link(fields, base)
        identity = self._best(fields, "id")
        written = _inner(identity).strip() if identity is not None else next(filter(None, map(element.get, _ABOUT)), "")
        if identity is not None and base and self._name(identity.tag) == "id":
            written = _joined(base, written)
        if link is None:
            link = _attribute(element, "href") or (written if _is_permalink(identity, written) else "")
        main = body if body is not None else short if short is not None else title
        return RawItem(
            id=written,
            link=link,
            title=self._markup(title),
            summary=summary,
            content=content,
            published=_string(self._best(fields, "published")),
            updated=_string(self._best(fields, "updated")) or _attribute(element, "lastmod"),
            lang=_language(main, _string(self._best(fields, "language")) or lang),
            authors=self._people(fields["author"]) if "author" in fields else (),
            categories=_categories(fields["category"]) if "category" in fields else (),
            base=base,
        )

    def _name(self, tag: object) -> str:
        """An element's name in lower case, with this module's prefix for its namespace."""
        tag = str(tag)
        known = self._names.get(tag)
        if known is None:
            space = _namespace(tag)
            prefix = "" if space == self._own else _PREFIXES.get(space, "other:")
            if prefix == "atom:" and _PREFIXES.get(self._own) == "atom:":
                prefix = ""
            local = tag.rpartition("}")[2].lower()
            # A prefix nobody declared stands in the name itself.
            prefix, _, local = local.rpartition(":") if not prefix and ":" in local else (prefix[:-1], "", local)
            prefix = "" if prefix in {"rss", "rdf"} else "atom" if prefix == "a10" else prefix
            known = self._names[tag] = f"{prefix}:{local}" if prefix else local
        return known

    def _role(self, tag: str) -> tuple[str, int]:
        self._roles[tag] = role = _ROLES.get(self._name(tag), _NO_ROLE)
        return role

    def _fields(self, element: "Element") -> dict[str, list["Element"]]:
        """The elements below by field, in the document's order; the newest date first."""
        fields: dict[str, list[Element]] = {}
        roles = self._roles
        for child in element:
            field, _ = roles.get(child.tag) or self._role(str(child.tag))
            if field in fields:
                if field == "updated":
                    fields[field].insert(0, child)
                elif len(fields[field]) < _MAX_SAME:
                    fields[field].append(child)
            elif field:
                fields[field] = [child]
        if "group" in fields:
            for field, inner in self._fields(fields.pop("group")[0]).items():
                fields.setdefault(field, inner)
        return fields

    def _best(self, fields: dict[str, list["Element"]], field: str) -> "Element | None":
        """The best of a field's elements that says something, else the best there is."""
        found = fields.get(field)
        if found is None:
            return None
        if len(found) == 1:
            return found[0]
        found.sort(key=self._rank)
        return next(filter(_says_something, found), found[0])

    def _rank(self, element: "Element") -> int:
        return self._roles[str(element.tag)][1]

    def _link(self, fields: dict[str, list["Element"]], base: str) -> tuple[str | None, str]:
        """The link to the page itself with the base it is relative to; None where there is none."""
        best, target, chosen = 9, "", None
        for element in fields.get("link", ()):
            attributes = element.attrib
            if attributes:
                address, rel = attributes.get("href") or element.text or "", attributes.get("rel", "")
                if rel.lower() not in {"alternate", ""}:
                    continue
                kind = attributes.get("type", "")
                rank = 0 if not rel and not kind and not self._rank(element) else _LINK_TYPES.get(kind.lower(), 3)
            else:
                address, rank = element.text or "", 0
            # Of several plain ones, which only RSS has, the last counts: so do other readers.
            if (rank < best or rank == 0) and address and not address.isspace():
                best, target, chosen = rank, address.strip(), element
        if chosen is None:
            return None, base
        return target, _joined(base, chosen.get(_BASE)) if chosen.attrib else base

    def _people(self, found: list["Element"]) -> tuple[str, ...]:
        """Who wrote it: each person's name, or address where that is all there is."""
        if len(found) == 1:
            person = self._person(found[0])
            return (person,) if person else ()
        for _, people in groupby(sorted(found, key=self._rank), key=self._rank):
            names = tuple(filter(None, map(self._person, people)))
            if names:
                return names
        return ()

    def _person(self, element: "Element") -> str:
        if not len(element):
            return (element.text or "").strip()
        parts = {self._name(child.tag).rpartition(":")[2]: _string(child) for child in element}
        own = " ".join(_string(element).split())
        return parts.get("name") or parts.get("email") or ("" if "uri" in parts or "url" in parts else own)

    def _markup(self, element: "Element | None") -> str:
        """What an element of text says, as markup: decoded from base64, serialised where markup stands in it."""
        if element is None:
            return ""
        attributes = element.attrib
        if attributes and not len(element):
            kind = attributes.get("type", "")
            if attributes.get("mode") == "base64" or ("/" in kind and not _TEXT_TYPE.match(kind)):
                return _decoded(element)
        return _inner(element)

    def _syndication(self, about: dict[str, list["Element"]]) -> int:
        """Minutes between updates by RSS's syndication module, 0 where it is not used."""
        period = _PERIODS.get(_string(self._best(about, "period")).lower(), 0)
        return period // max(1, _number(self._best(about, "frequency")))


def _categories(found: list["Element"]) -> tuple[str, ...]:
    names = (element.get("label") or element.get("term") or _string(element) for element in found)
    return tuple(filter(None, names))


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0].strip().lower().rstrip("/") if tag[0] == "{" else ""


def _attribute(element: "Element", name: str) -> str:
    """An attribute, however its name is written; "" where there is none."""
    attributes = element.attrib
    return next((str(value) for key, value in attributes.items() if str(key).lower() == name), "") if attributes else ""


def _string(element: "Element | None") -> str:
    if element is None:
        return ""
    return (str(element.text or "") if not len(element) else "".join(map(str, element.itertext()))).strip()


def _says_something(element: "Element") -> bool:
    return bool(len(element) or (element.text and not element.text.isspace()) or element.get("href"))


def _inner(element: "Element") -> str:
    """Text and markup inside an element; XHTML's elements without their namespace."""
    if not len(element):
        return element.text or ""
    for inner in element.iter(f"{_XHTML}*"):
        if inner is not element:
            inner.tag = inner.tag.removeprefix(_XHTML)
    return (element.text or "") + "".join(str(etree.tostring(child, encoding="unicode")) for child in element)


def _decoded(element: "Element") -> str:
    """Text that should be written in base64, as it stands where it plainly is not; "" for pictures and sounds."""
    written = element.text or ""
    try:
        data = base64.b64decode("".join(written.split()), validate=True)
    except (binascii.Error, ValueError):
        return written
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "" if len(data) > _SHORT else written


def _is_permalink(element: "Element | None", written: str) -> bool:
    """Whether an id is the address of the page."""
    permanent = "true" if element is None else element.get("isPermaLink", element.get("ispermalink", "true"))
    return permanent.lower() != "false" and written.lower().startswith(("http://", "https://"))


def _inherited(element: "Element", root: "Element", attribute: str) -> str:
    own = element.get(attribute)
    above = root.get(attribute, "") if element is not root else ""
    if attribute == _BASE:
        return _joined(above, own)
    return above if own is None else own


def _joined(base: str, own: str | None) -> str:
    """A base address with the one of an element inside; a hostile one changes nothing."""
    if not own:
        return base
    try:
        return urljoin(base, own.strip())
    except ValueError:
        return base


def _language(main: "Element | None", inherited: str | None) -> str:
    """The language of the words: what the main text says of itself, else the item; "und" where that is "none"."""
    own = None
    if main is not None:
        own = main.get(_LANG) if main.attrib else None
        if own is None and len(main) == 1:
            own = main[0].get(_LANG)
    if own is None:
        own = inherited
    return own or ("" if own is None else "und")


def _number(element: "Element | None") -> int:
    text = _string(element)
    return int(text[:6]) if text.isascii() and text.isdigit() else 0


def _hours(element: "Element | None") -> frozenset[int]:
    """Hours of the day (UTC) in which the feed asks not to be polled; some count from 1 to 24."""
    written = [_string(child) for child in element] if element is not None else []
    return frozenset(int(hour) % 24 for hour in written if hour.isascii() and hour.isdigit() and len(hour) <= 2)


def _days(element: "Element | None") -> frozenset[int]:
    """Days of the week, Monday is 0, on which it asks so."""
    written = [_string(child).lower() for child in element] if element is not None else []
    return frozenset(_WEEKDAYS.index(day) for day in written if day in _WEEKDAYS)
