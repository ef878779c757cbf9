"""A feed's body to articles: cleaned, dated, named and bounded."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from urllib.parse import urljoin, urlsplit, urlunsplit

from monitor.model.article import Article, Feed, FullText, Quarantined, SourceKind
from monitor.sources.clean import MAX_TEXT, plain_text, plain_title, storable
from monitor.sources.dates import parse_date
from monitor.sources.items import MARK, RawFeed, RawItem
from monitor.sources.language import code_of, contradicts, detect
from monitor.sources.parse import parse_raw
from monitor.sources.sanitize import sanitized
from monitor.sources.sitemap import worth_reading

MAX_ITEMS = 50_000
# Entries of one feed that are known again by their marks; of a longer list the rest is read each time.
MAX_SEEN = 20_000
# An index is read no further than this at a time.
MAX_SITEMAPS = 3
_MAX_URL = 2_000
# A text that was cut at the limit has lost the spaces at its end, too.
_BLANKS = 100
_MAX_KEY = 300
_MAX_NAMES = 20
_MAX_COMPLAINTS = 20
# So many dates in unknown words are looked at closely; it is slow, and a hostile feed has thousands.
_MAX_UNREADABLE = 10
# Most links are in order already.
_CLEAN_URL = re.compile(r"https?://[a-z0-9][a-z0-9.-]*\.[a-z]{2,}/[!-~]*")
_PERSON = re.compile(r"\s*([^()<>]{0,200}?)\s*[(<]([^()<>]{0,200})[)>]\s*")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one body held.

    Attributes:
        articles: in the feed's order, one per key.
        quarantined: what could not be read.
        title, link: the feed's own, cleaned; "" where it gives none.
        lang: ISO 639-1 code the feed declares, "" for none.
        ttl: minutes it asks not to be polled again, 0 for no wish.
        skip_hours, skip_days: hours of the day (UTC) and days of the week (Monday is 0) it asks not to be polled in.
        sitemaps: where a sitemap index says the entries are, likeliest news first.
        seen: the marks of its entries, one after the other, for the next reading to know them by.
        known: entries that were known by their marks, and are not among the articles.
    """

    articles: tuple[Article, ...]
    quarantined: tuple[Quarantined, ...]
    title: str = ""
    link: str = ""
    lang: str = ""
    ttl: int = 0
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    sitemaps: tuple[str, ...] = ()
    seen: bytes = b""
    known: int = 0


@dataclass(frozen=True, slots=True)
class FeedJob:
    """A body to read; see parse_feed."""

    body: bytes
    content_type: str
    feed: Feed
    now: datetime
    url: str = ""
    known: bytes = b""
    flags: tuple[str, ...] = ()

    def read(self) -> ParsedFeed:
        """What it holds.

        Raises:
            ParseError: it is no feed; the message says what it is instead.
        """
        return parse_feed(
            self.body, self.content_type, self.feed, self.now, url=self.url, known=self.known, flags=self.flags
        )


def parse_feed(
    body: bytes,
    content_type: str,
    feed: Feed,
    now: datetime,
    *,
    url: str = "",
    known: bytes = b"",
    flags: tuple[str, ...] = (),
) -> ParsedFeed:
    """Read RSS 0.9x/1.0/2.0, Atom 0.3/1.0, JSON Feed or a sitemap into articles.

    Args:
        body: the document, unpacked.
        content_type: the Content-Type header, for its charset.
        feed: whose body it is.
        now: when it was fetched (UTC); no article is published later.
        url: where it was fetched in the end, for relative links; the feed's address where not given.
        known: `seen` of an earlier reading all of whose articles are stored; entries that have not changed since are
            passed over.
        flags: of every article.

    Raises:
        ParseError: it is no feed; the message says what it is instead.
    """
    place = url or feed.url
    raw = parse_raw(body, charset=charset_of(content_type))
    return _Reading(feed, raw, now, place, flags).result(known)


def charset_of(content_type: str) -> str:
    """The charset a Content-Type header declares, "" for none."""
    declared = _CHARSET.search(content_type)
    return declared[1] if declared else ""


class _Reading:
    """One feed on its way from raw items to articles."""

    def __init__(self, feed: Feed, raw: RawFeed, now: datetime, url: str, flags: tuple[str, ...]) -> None:
        self._feed, self._raw, self._now, self._flags = feed, raw, now, flags
        link = http_url(raw.link, url)
        # An entry's relative link belongs to the site the feed is about; feeds fetched from elsewhere say where.
        self._base = link or url
        self._link = link
        self._title = plain_title(raw.title)
        self._declared = code_of(raw.lang)
        self._complaints = list(raw.problems)
        self._unreadable = 0
        self._outlet = feed.outlet or feed.name or self._title or (urlsplit(feed.url).hostname or "")

    def result(self, known: bytes) -> ParsedFeed:
        items = self._raw.items
        if len(items) > MAX_ITEMS:
            self._complaints.append(f"the feed has {len(items)} entries; the first {MAX_ITEMS} were read")
            items = items[:MAX_ITEMS]
        shared = self._shared(items)
        articles: dict[str, Article] = {}
        # Where every page is fetched anyway, an address is enough.
        wordless = self._feed.full_text is FullText.ALWAYS
        silent: list[int] = []
        before = {known[start : start + MARK] for start in range(0, len(known), MARK)}
        seen: list[bytes] = []
        passed = 0
        for number, item in enumerate(items, start=1):
            mark = item.mark()
            if mark in before:
                seen.append(mark)
                passed += 1
                continue
            article = self._article(item, shared)
            if not article.title and not article.text and not (article.url and wordless):
                silent.append(number)
                continue
            seen.append(mark)
            other = articles.get(article.key)
            if other is None or article.time > other.time:
                articles[article.key] = article
        if silent and not articles and not passed and len(silent) > 1:
            self._complaints.append("no entry has a title or text; set `full_text: always` to read the pages instead")
        else:
            self._complaints += [f"entry {n} has neither title nor text; it was left out" for n in silent]
        return ParsedFeed(
            tuple(articles.values()),
            self._quarantined(),
            self._title,
            self._link,
            self._declared,
            self._raw.ttl,
            self._raw.skip_hours,
            self._raw.skip_days,
            tuple(http_url(sitemap.address, self._base) for sitemap in worth_reading(self._raw.sitemaps, MAX_SITEMAPS)),
            b"".join(seen[:MAX_SEEN]),
            passed,
        )

    def _article(self, item: RawItem, shared: set[str]) -> Article:
        title = plain_title(item.title)
        summary, content = item.summary, item.content if item.content != item.summary else ""
        text = _fuller(plain_text(summary) if summary else "", plain_text(content) if content else "")
        base = _joined(self._base, item.base) if item.base else self._base
        link = http_url(item.link, base)
        date, flags = self._date(item)
        published = date
        if date is not None and date > self._now:
            published, flags = self._now, ("published_in_future",)
        if len(text) >= MAX_TEXT - _BLANKS:
            flags = (*flags, "text_cut")
        identity = " ".join(storable(item.id).split())
        if identity in shared or (link and identity.startswith("http") and http_url(identity, "") == link):
            identity = ""
        own_page = "" if item.link in shared or link == self._link else link
        return Article(
            source=self._feed.url,
            key=_key(identity, own_page, title, date, text),
            title=title,
            text=text,
            fetched=self._now,
            published=published,
            url=link or (http_url(identity, "") if identity.startswith("http") else ""),
            lang=self._language(item, f"{title}. {text}"),
            outlet=self._outlet,
            group=self._feed.group,
            kind=SourceKind.FEED,
            authors=_names(map(_person, item.authors)) if item.authors else (),
            categories=_names(item.categories) if item.categories else (),
            flags=(*flags, *self._flags),
            owner=self._feed.owner or self._outlet,
            html=sanitized(max(item.content, item.summary, key=len), link or base),
            country=self._feed.country,
            labels=self._feed.labels,
        )

    def _date(self, item: RawItem) -> tuple[datetime | None, tuple[str, ...]]:
        """When it says it came out; and what there is to doubt about that."""
        written = item.published or item.updated
        if not written:
            return None, ()
        words = self._unreadable < _MAX_UNREADABLE
        when = parse_date(item.published, self._now, words=words) if item.published else None
        if when is None and item.updated:
            when = parse_date(item.updated, self._now, words=words)
        if when is None:
            self._unreadable += 1
            return None, ("published_unreadable",)
        return when, ()

    @cached_property
    def _lang(self) -> str:
        """The feed's language by the operator's word or its own, "" where it is found entry by entry.

        Its own does not count where the entries are surely in another: many sites never change the default.
        """
        if self._feed.lang or not self._declared:
            return self._feed.lang
        texts = (f"{plain_title(i.title)}. {plain_text(i.summary or i.content, 200)}" for i in self._raw.items[:8])
        sample = ". ".join(texts)
        return "" if contradicts(sample, self._declared) else self._declared

    def _language(self, item: RawItem, text: str) -> str:
        if self._feed.lang:
            return self._feed.lang
        own = code_of(item.lang)
        if own and own != self._declared and not contradicts(text, own):
            return own
        return self._lang or detect(text)

    def _shared(self, items: list[RawItem]) -> set[str]:
        """Ids that stand on entries of different pages, and links on entries without an id that say different things.

        Both are a site's mistakes, and no identity.
        """
        found: dict[str, set[str]] = {}
        ids = Counter(item.id for item in items if item.id)
        links = Counter(item.link for item in items if item.link)
        if max(ids.values(), default=0) <= 1 and max(links.values(), default=0) <= 1:
            return set()
        for item in items:
            front = item.link and http_url(item.link, self._base) == self._link
            words = plain_title(item.title or item.summary[:200]) if ids[item.id] > 1 or links[item.link] > 1 else ""
            if ids[item.id] > 1:
                found.setdefault(" ".join(storable(item.id).split()), set()).add((not front and item.link) or words)
            if links[item.link] > 1:
                # Of one page and one id there may be several versions.
                found.setdefault(item.link, set()).add(item.id or words)
        return {mark for mark, different in found.items() if len(different) > 1}

    def _quarantined(self) -> tuple[Quarantined, ...]:
        shown = self._complaints[:_MAX_COMPLAINTS]
        if len(self._complaints) > len(shown):
            shown[-1] = f"{len(self._complaints) - len(shown) + 1} more entries could not be read"
        return tuple(Quarantined(self._feed.url, "", storable(reason)[:300], self._now) for reason in shown)


def http_url(link: str, base: str) -> str:
    """The link as an absolute http(s) URL without invisible characters, "" where it is none."""
    if _CLEAN_URL.fullmatch(link) and len(link) <= _MAX_URL and "&amp;" not in link:
        return link
    link = "".join(storable(link[: _MAX_URL * 2]).split()) if " " not in link.strip() else storable(link).strip()
    link = link.replace("&amp;", "&").replace(" ", "%20")
    if not link:
        return ""
    try:
        parts = urlsplit(urljoin(base, link) if base else link)
        host = parts.hostname
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host or len(link) > _MAX_URL:
        return ""
    # Rebuilt without user and password, which a link that goes out in an alert must not carry.
    place = f"[{host}]" if ":" in host else host
    standard = {"http": 80, "https": 443}[parts.scheme.lower()]
    netloc = place if port in {None, standard} else f"{place}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, parts.fragment))


def _joined(base: str, inner: str) -> str:
    """The base address of an entry that has one of its own, perhaps relative to the feed's."""
    try:
        return urljoin(base, inner) if inner else base
    except ValueError:
        return base


def _key(identity: str, link: str, title: str, published: datetime | None, text: str) -> str:
    """The entry's id, else its link, else a hash of title and date (of the text where it has neither)."""
    key = identity or link
    if key and len(key) <= _MAX_KEY:
        return key
    date = published.isoformat() if published else ""
    material = key or f"{title}\0{date}" if title or key else text
    return hashlib.sha256(material.encode()).hexdigest()[:32]


def _fuller(summary: str, content: str) -> str:
    """The longer of two texts; both where the summary is a text of its own above the content."""
    if not summary or not content:
        return summary or content
    if len(summary) > len(content):
        return summary
    opening = " ".join(summary.split())[:80].rstrip(" .…")
    if len(content) < 4 * len(summary) or opening in " ".join(content[: len(summary) * 8 + 400].split()):
        return content
    return f"{summary}\n\n{content}"


def _person(author: str) -> str:
    """The name of "name <address>" and "address (name)"; the address where there is no name."""
    found = _PERSON.fullmatch(author) if "@" in author else None
    if found is None:
        return author
    return next((part for part in found.groups() if part.strip() and "@" not in part), found[1] or found[2])


def _names(names: Iterable[str]) -> tuple[str, ...]:
    """Names cleaned, in order, each once."""
    cleaned = (plain_title(name, 200) for name in islice(names, _MAX_NAMES))
    return tuple(dict.fromkeys(name for name in cleaned if name))
