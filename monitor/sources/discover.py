"""The feeds of a web page: what it links to, what usually stands beside it, and what its sitemaps list."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from monitor.errors import FetchError, ParseError
from monitor.model.article import Article, Feed
from monitor.sources.feeds import http_url, parse_feed
from monitor.sources.http import GuardedClient

_TYPES = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|application/json|text/xml|application/xml")
_FEED_LIKE = re.compile(r"(?:^|[/._?=-])(?:rss|atom|feeds?|rdf)(?:$|[/._?=&-])|\.(?:rss|atom|rdf)$", re.IGNORECASE)
_PATHS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml")
_ROBOTS_SITEMAP = re.compile(rb"^\s*sitemap:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
# What a page may have us ask for.
_MOST_LINKS = 12
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was fetched and read.

    Attributes:
        url: its address, where permanent redirects lead.
        title: what it calls itself, "" for nothing.
        articles: what it lists now, newest first.
        complaints: what could not be read in it.
        ttl: minutes it asks not to be polled again, 0 for no wish.
    """

    url: str
    title: str
    articles: tuple[Article, ...]
    complaints: tuple[str, ...] = ()
    ttl: int = 0

    @property
    def samples(self) -> tuple[str, ...]:
        """The newest headlines."""
        return tuple(article.title or article.text[:100] for article in self.articles[:_SAMPLES])

    @property
    def newest(self) -> datetime | None:
        """When the newest dated article came out."""
        return max((article.published for article in self.articles if article.published), default=None)


async def look(feed: Feed, client: GuardedClient, now: datetime, headers: dict[str, str] | None = None) -> Found:
    """Fetch and read one feed; of a sitemap index, the sitemaps in which news is likeliest.

    Raises:
        FetchError, ParseError: it cannot be had, or is no feed.
    """
    fetched = await client.get(feed.url, headers=headers or {})
    parsed = parse_feed(fetched.body, fetched.headers.get("content-type", ""), feed, now, url=fetched.url)
    title, found = parsed.title, list(parsed.articles)
    complaints = [entry.reason for entry in parsed.quarantined]
    for address in parsed.sitemaps:
        try:
            inner = await client.get(address)
            listed = parse_feed(inner.body, inner.headers.get("content-type", ""), feed, now, url=inner.url)
        except (FetchError, ParseError) as error:
            complaints.append(f"{address}: {error}")
            continue
        title = title or listed.title
        found += listed.articles
        complaints += (entry.reason for entry in listed.quarantined)
    found.sort(key=lambda article: article.time, reverse=True)
    return Found(fetched.moved_to or feed.url, title, tuple(found), tuple(complaints), parsed.ttl)


async def discover(url: str, client: GuardedClient, now: datetime) -> tuple[Found, ...]:
    """The feeds at an address: itself if it is one, else those its page leads to.

    Links come first; common addresses are tried only where there are none, sitemaps only where those bring nothing.

    Raises:
        FetchError: the address itself cannot be had.
    """
    fetched = await client.get(url)
    try:
        return (await look(Feed(url), client, now),)
    except ParseError:
        page = fetched.url
    for candidates in (feed_links(fetched.body, page), _beside(page, _PATHS)):
        found = await _readable(candidates, client, now)
        if found:
            return found
    return await _readable([*await _robots_sitemaps(page, client), *_beside(page, _SITEMAPS)], client, now)


def feed_links(body: bytes, url: str) -> list[str]:
    """The addresses of a page that may be feeds: those it declares, then those that look like one."""
    try:
        tree = html.document_fromstring(body)
    except (etree.LxmlError, ValueError, AssertionError):
        return []
    base = next((http_url(str(node.get("href") or ""), url) for node in tree.iter("base")), "") or url
    declared = [
        str(node.get("href") or "")
        for node in tree.iter("link")
        if "alternate" in str(node.get("rel") or "").lower() and _TYPES.search(str(node.get("type") or "").lower())
    ]
    linked = [href for node in tree.iter("a") if _FEED_LIKE.search(href := str(node.get("href") or ""))]
    addresses = (http_url(href, base) for href in [*declared, *linked] if href)
    return list(dict.fromkeys(address for address in addresses if address and address != url))[:_MOST_LINKS]


def _beside(page: str, paths: Iterable[str]) -> list[str]:
    """Common addresses below the page's folder and at its host's root."""
    root = "{0.scheme}://{0.netloc}".format(urlsplit(page))
    folder = urlsplit(page).path.rstrip("/")
    near = [f"{root}{folder}{path}" for path in paths[:2]] if folder and isinstance(paths, tuple) else []
    return [*near, *(f"{root}{path}" for path in paths)]


async def _robots_sitemaps(page: str, client: GuardedClient) -> list[str]:
    try:
        robots = await client.get(urljoin(page, "/robots.txt"), accept="text/plain")
    except FetchError:
        return []
    named = [http_url(name.decode("latin-1"), page) for name in _ROBOTS_SITEMAP.findall(robots.body[:500_000])]
    return sorted(filter(None, named), key=lambda name: "news" not in name.lower())[:_SAMPLES]


async def _readable(candidates: Iterable[str], client: GuardedClient, now: datetime) -> tuple[Found, ...]:
    """Those of the candidates that are feeds, each once; one after the other, for they share a host."""
    found: dict[str, Found] = {}
    for candidate in candidates:
        try:
            feed = await look(Feed(candidate), client, now)
        except (FetchError, ParseError):
            continue
        same = any(feed.articles and feed.articles[0].key == other.articles[0].key for other in found.values())
        if feed.articles and not same:
            found.setdefault(feed.url, feed)
    return tuple(found.values())
