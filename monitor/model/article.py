"""What comes in: feeds, their polling state, and articles."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

BASELINE = "baseline"
"""The flag of what a feed listed already when it was polled for the first time."""


_WORD = re.compile(r"\w{4,}")


class SourceKind(StrEnum):
    """Where an article was read; a notice is the monitor's own word to its readers."""

    FEED = "feed"
    SEED = "seed"
    NOTICE = "notice"


class Priority(StrEnum):
    """How much sooner a feed's news is wanted than another's."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"

    @property
    def weight(self) -> float:
        """What a minute's delay of its news counts; polls go with the square root of it."""
        return {Priority.LOW: 0.25, Priority.NORMAL: 1.0, Priority.HIGH: 4.0}[self]


class FullText(StrEnum):
    """Of which articles the page is fetched, where the feed gives a summary only."""

    NEVER = "never"
    MATCHED = "matched"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands, never the secret itself: an environment variable's name or a file's path."""

    kind: Literal["env", "file"]
    name: str


_OLDEST_LISTED = timedelta(days=31)
"""Older dates are taken for mistakes of the feed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed to watch, as the operator listed it in feeds.yaml.

    Attributes:
        url: the address to poll; it is the feed's identity.
        name: what people call it; the host name where the file gives none.
        group: the heading it is listed under.
        outlet: what readers know it as; the name where none is given.
        owner: who owns the outlet: outlets of one owner count as one voice; the outlet where none is given.
        lang: ISO 639-1 code the feed is known to be written in, or "" to detect it per article.
        country: ISO 3166-1 alpha-2 code of the outlet, or "".
        labels: free words for rules and routes to go by.
        priority: how much of the request budget it gets beside others that publish as much.
        interval: poll exactly so often, or None to let it be learnt from what the feed publishes.
        full_text: of which articles the page is fetched, or None to leave it to the rules.
        headers: sent with its requests; a value is text or a secret.
        login: "user:password" for HTTP Basic authentication, or None.
        enabled: False keeps the entry in the file without polling it.
    """

    url: str
    name: str = ""
    group: str = ""
    outlet: str = ""
    lang: str = ""
    country: str = ""
    interval: timedelta | None = None
    enabled: bool = True
    owner: str = ""
    labels: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    full_text: FullText | None = None
    headers: tuple[tuple[str, str | Secret], ...] = ()
    login: Secret | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """What polling a feed has taught so far; stored with the articles of the same poll.

    Attributes:
        url: the feed's address in feeds.yaml.
        next_poll: the earliest time of the next request (UTC).
        etag, last_modified: validators for the next conditional request.
        body_hash: hash of the last body, so that an unchanged one is not parsed again.
        failures: consecutive failed polls; 0 is healthy.
        failing_since: the first of them.
        last_error: the newest failure in words, "" when healthy.
        last_ok: the newest successful poll, 304 included.
        moved_to: where a permanent redirect leads, "" for nowhere.
        retired: the server said 410 Gone; the feed is not polled until it is re-added.
        not_a_feed: the newest failure is that the answer is something else than a feed.
        first_ok: the first successful poll; what it brought was there before anybody watched.
        last_new: when an article came that had not been there before.
        title: what the feed calls itself.
        sites: hosts of the site it is about (see sources.looks).
        lang: the language most of it is in, "" where unknown.
        other: how it has become another feed, in words; "" where it has not. Title, sites and lang stay as they were.
        other_since: when it was first seen so. Set without `other`: it has been another one for so long that it counts.
        ttl: minutes it asks not to be polled again, 0 for no wish.
        skip_hours, skip_days: hours (UTC) and days of the week (Monday is 0) it asks not to be polled in.
        hub, topic: the WebSub hub it names and the address it is known there by, "" for none.
        pushed_until: how long its hub has promised to push what is new, None where it doesn't.
        rhythm: what was learnt of its publishing, as sources.rhythm packs it.
        seen: marks of the entries of the last body, all of which are stored, for the next to know them by.
    """

    url: str
    next_poll: datetime
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    last_error: str = ""
    last_ok: datetime | None = None
    moved_to: str = ""
    retired: bool = False
    not_a_feed: bool = False
    first_ok: datetime | None = None
    last_new: datetime | None = None
    title: str = ""
    sites: tuple[str, ...] = ()
    lang: str = ""
    other: str = ""
    other_since: datetime | None = None
    ttl: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    hub: str = ""
    topic: str = ""
    pushed_until: datetime | None = None
    rhythm: bytes = field(default=b"", repr=False)
    seen: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Article:
    """One revision of one article: cleaned text, UTC times, stable identity.

    Attributes:
        source: the feed's URL, or "seeds".
        key: the entry's key within its source: its id, else canonical link, else hash of title and date.
        title: plain text on one line, "" where the source gives none.
        text: plain text, paragraphs separated by a blank line.
        html: the same as markup, sanitised; "" where the source has none.
        addresses: other links to the same page, once it was read: as the feed gave it, and where that led.
        fetched: when this revision was first seen (UTC).
        published: when the outlet says it was published (UTC), None where it doesn't.
        url: canonical http(s) link, or "".
        lang: ISO 639-1 code, "" where unknown.
        outlet: who published it, for people.
        owner: whose outlet that is, for counting independent reports; "" where unknown, then the outlet counts.
        country: ISO 3166-1 alpha-2 code of the outlet, or "".
        labels: those of its feed.
        revision: 1 for the first text seen under this key, then counting up.
        flags: what reading it had to mend or doubt, such as "published_in_future".
    """

    source: str
    key: str
    title: str
    text: str
    fetched: datetime
    published: datetime | None = None
    url: str = ""
    lang: str = ""
    outlet: str = ""
    group: str = ""
    kind: SourceKind = SourceKind.FEED
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    revision: int = 1
    flags: tuple[str, ...] = ()
    owner: str = ""
    country: str = ""
    labels: tuple[str, ...] = ()
    html: str = ""
    addresses: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Sixteen hex digits that name this revision everywhere: logs, database, alerts."""
        return article_id(self.source, self.key, self.revision)

    @property
    def content_hash(self) -> str:
        """Changes when the words change, and only then."""
        return _digest(self.title, self.text)

    @property
    def document(self) -> str:
        """Title and text as one string; every fact's span points into it."""
        return f"{self.title}\n\n{self.text}" if self.title and self.text else self.title or self.text

    @property
    def voice(self) -> str:
        """Whose word it is when independent reports are counted."""
        return self.owner or self.outlet

    @property
    def time(self) -> datetime:
        """The time to reckon from: published where known, else fetched."""
        return self.published or self.fetched

    @property
    def moment(self) -> datetime:
        """When it was news: a seed when it was dropped in, others when published, though not later than seen."""
        return self.fetched if self.kind is SourceKind.SEED else min(self.time, self.fetched)

    @property
    def likely_time(self) -> datetime:
        """When it was published as far as can be believed: see `likely_time`."""
        return likely_time(self.published, self.fetched, self.kind)

    @property
    def entry(self) -> str:
        """The same for all revisions of one article."""
        return f"{self.source}\0{self.key}"


def likely_time(published: datetime | None, fetched: datetime, kind: SourceKind) -> datetime:
    """The published time, but the fetched one where a feed's date is missing, lies ahead of it, or is a month older.

    A feed lists what is new; a seed may be of any day.
    """
    if published is None:
        return fetched
    if kind is SourceKind.FEED and not fetched - _OLDEST_LISTED <= published <= fetched:
        return fetched
    return published


def is_another(article: Article, title: str, url: str, published: datetime | None) -> bool:
    """Whether a feed has given an article the id of an earlier one, of which title, URL and date are known.

    A headline is rewritten, an address follows it, a date is touched: only where all three are new, and the headlines
    have no word in common, the id was used again, as by feeds that number their entries from 1.
    """
    same_page = bool(article.url) and article.url.partition("://")[2] == url.partition("://")[2]
    undated = article.published is None or published is None
    if same_page or article.published == published or (undated and not (article.url and url)):
        return False
    words = [set(_WORD.findall(one.casefold())) for one in (article.title, title)]
    return all(words) and words[0].isdisjoint(words[1])


def article_id(source: str, key: str, revision: int) -> str:
    """The name of one revision of an entry: sixteen hex digits."""
    return _digest(source, key, str(revision))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Input that could not be read, kept where the user can see it.

    Attributes:
        source: the feed's URL or "seeds".
        ref: the file or entry.
        reason: what was wrong and what to do, one line.
        at: when it was met last (UTC).
    """

    source: str
    ref: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll or one look at the seeds folder brought; it is stored in one transaction.

    Attributes:
        articles: parsed articles, revision not yet decided (the store compares with what it has).
        state: the feed's new state, None for seeds.
        files: seed files looked at: path relative to the folder -> fingerprint, to know them again by.
        quarantined: what could not be read.
        ahead: articles of the same poll that were stored before these.
    """

    articles: tuple[Article, ...] = ()
    state: FeedState | None = None
    files: dict[str, str] = field(default_factory=dict)
    quarantined: tuple[Quarantined, ...] = ()
    ahead: int = 0
