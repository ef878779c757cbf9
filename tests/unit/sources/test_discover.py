"""The feeds of a web page."""

import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from monitor.errors import FetchError
from monitor.sources.discover import Found, discover, feed_links
from monitor.sources.http import GuardedClient, Limits
from tests.support import feed_server as play
from tests.support.feed_server import FeedServer

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)


def other(key: str) -> bytes:
    return play.RSS.replace(b"a1", key.encode()).replace(b"Test wire", key.encode())


def page(head: str = "", body: str = "") -> play.Handler:
    return play.body(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "text/html")


class Site:
    def __init__(self, server: FeedServer, client: GuardedClient) -> None:
        self.server, self._client = server, client

    async def discover(self, path: str = "/") -> tuple[Found, ...]:
        return await discover(self.server.url(path), self._client, NOW)

    async def paths(self, path: str = "/") -> list[str]:
        root = self.server.url("")
        return [found.url.removeprefix(root) for found in await self.discover(path)]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with (
        FeedServer() as server,
        GuardedClient(user_agent="t", limits=Limits(rate=1000), allow_networks=["127.0.0.0/8"]) as client,
    ):
        yield Site(server, client)


async def test_a_feed_is_its_own(site: Site) -> None:
    site.server.routes["/rss"] = play.body()
    [found] = await site.discover("/rss")
    assert (found.title, found.samples, found.ttl) == ("Test wire", ("Bridge reopens",), 30)
    assert found.newest == NOW.replace(hour=8)


async def test_declared_feeds_come_before_linked_ones_and_each_comes_once(site: Site) -> None:
    site.server.routes |= {
        "/": page(
            '<link rel="alternate" type="application/atom+xml" href="/one"><link rel="stylesheet" href="/x.css">'
            '<link rel="alternate" type="application/rss+xml" href="/gone"><link rel=alternate hreflang=de href="/de">',
            '<a href="/world/rss.xml">RSS</a> <a href="/feeds-of-grain">no</a> <a href="/same.rss">again</a>',
        ),
        "/one": play.body(other("one")),
        "/world/rss.xml": play.body(other("two")),
        "/same.rss": play.body(other("two")),
    }
    assert await site.paths() == ["/one", "/world/rss.xml"]


async def test_common_addresses_are_tried_where_nothing_is_linked(site: Site) -> None:
    site.server.routes |= {"/blog": page(), "/blog/feed": play.body(other("one")), "/atom.xml": play.body(other("two"))}
    assert await site.paths("/blog") == ["/blog/feed", "/atom.xml"]


async def test_sitemaps_are_the_last_resort(site: Site) -> None:
    news = (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>http://a.example/1</loc>"
        "<n:news><n:title>A headline</n:title></n:news></url></urlset>"
    )
    site.server.routes |= {
        "/": page(),
        "/robots.txt": play.body(f"User-agent: *\nSitemap: {site.server.url('/n.xml')}\n".encode(), "text/plain"),
        "/n.xml": play.body(news.encode(), "text/xml"),
    }
    assert await site.paths() == ["/n.xml"]


async def test_an_index_of_sitemaps_is_shown_with_what_they_list(site: Site) -> None:
    loc = "<url><loc>http://a.example/1</loc><n:news><n:title>A headline</n:title></n:news></url>"
    named = "".join(f"<sitemap><loc>{site.server.url(path)}</loc></sitemap>" for path in ("/news.xml.gz", "/none.xml"))
    news = f"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>{loc}</urlset>"
    site.server.routes |= {
        "/": play.body(f"<sitemapindex>{named}</sitemapindex>".encode(), "text/xml"),
        "/news.xml.gz": play.body(gzip.compress(news.encode()), "application/x-gzip"),
    }
    [found] = await site.discover()
    assert (found.samples, "404" in found.complaints[0]) == (("A headline",), True)


async def test_nothing_is_found_where_nothing_is(site: Site) -> None:
    site.server.routes["/"] = page(body="<a href='javascript:feed()'>feed</a>")
    assert await site.discover() == ()
    with pytest.raises(FetchError):
        await site.discover("/missing")


def test_a_page_cannot_have_us_ask_for_thousands() -> None:
    links = "".join(f'<a href="/{n}/rss">x</a>' for n in range(5000))
    assert len(feed_links(links.encode(), "http://a.example/")) == 12
    assert feed_links(b"\x00\xff<" * 1000, "http://a.example/") == []
