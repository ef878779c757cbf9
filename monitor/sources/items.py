"""What a parser finds in a feed, before it is cleaned into articles."""

import hashlib
from dataclasses import dataclass, field

MARK = 8
"""Bytes of an entry's mark: among millions of entries, two that differ have the same one by chance once in ages."""


@dataclass(slots=True)
class RawItem:
    """One entry as its feed writes it; every field may hold markup, nonsense or nothing.

    Attributes:
        id: the entry's own id; "" where it gives none.
        summary, content: markup; `content` is the fuller one.
        published, updated: dates as written, or already in ISO 8601.
        base: URL that relative links in it resolve against, "" for the feed's.
    """

    id: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str | float = ""
    updated: str | float = ""
    lang: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    base: str = ""

    def mark(self) -> bytes:
        """Eight bytes that are others as soon as anything in the entry is."""
        dates = (str(self.published), str(self.updated), self.lang, self.base)
        words = (self.id, self.link, self.title, self.summary, self.content)
        written = "\0".join((*words, *dates, *self.authors, "", *self.categories))
        return hashlib.blake2b(written.encode("utf-8", "surrogatepass"), digest_size=MARK).digest()


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap an index names, with the date it gives, "" for none."""

    address: str
    modified: str = ""


@dataclass(slots=True)
class RawFeed:
    """A feed as its parser found it.

    Attributes:
        ttl: minutes the feed asks not to be polled again, 0 for no wish.
        skip_hours: hours of the day (UTC) in which it asks not to be polled.
        skip_days: days of the week, Monday is 0, on which it asks so.
        sitemaps: where a sitemap index says the entries are.
        problems: what was wrong with the document though entries could be read, one line each.
    """

    title: str = ""
    link: str = ""
    lang: str = ""
    ttl: int = 0
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    sitemaps: list[Sitemap] = field(default_factory=list)
    items: list[RawItem] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
