"""What a parser finds in a feed, before it is cleaned into articles."""

from dataclasses import dataclass, field


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


@dataclass(slots=True)
class RawFeed:
    """A feed as its parser found it.

    Attributes:
        ttl: minutes the feed asks not to be polled again, 0 for no wish.
        problems: what was wrong with the document though entries could be read, one line each.
    """

    title: str = ""
    link: str = ""
    lang: str = ""
    ttl: int = 0
    items: list[RawItem] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
