"""One poll: what a source's answer does to the feed's state."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.article import BASELINE, Batch, Feed, FeedState
from monitor.sources.http import GuardedClient, Limits
from monitor.sources.poll import poll
from tests.support import feed_server as play
from tests.support.feed_server import FeedServer

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)


class Source:
    """A feed on a real server, and the client that polls it."""

    def __init__(self, server: FeedServer, client: GuardedClient) -> None:
        self.server, self.client = server, client
        self.feed = Feed(url=server.url("/feed"), name="Wire")

    async def poll(self, handler: play.Handler, state: FeedState | None = None) -> Batch:
        self.server.routes["/feed"] = handler
        return await poll(self.feed, state, self.client, NOW, random.Random(1))


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    async with FeedServer() as server:
        limits = Limits(read=0.3, rate=1_000)
        async with GuardedClient(user_agent="test", allow_networks=["127.0.0.1"], limits=limits) as client:
            yield Source(server, client)


async def test_a_first_poll_brings_articles_and_a_state(source: Source) -> None:
    batch = await source.poll(play.conditional())
    assert [article.key for article in batch.articles] == ["a1"]
    assert batch.state is not None
    assert (batch.state.url, batch.state.etag, batch.state.last_ok) == (source.feed.url, '"v1"', NOW)
    assert batch.state.next_poll == NOW + timedelta(minutes=30), "the feed's own ttl"


async def test_an_unchanged_feed_brings_nothing(source: Source) -> None:
    first = await source.poll(play.conditional())
    assert (await source.poll(play.conditional(), first.state)).articles == ()
    assert source.server.requests[-1].headers["if-none-match"] == '"v1"'
    assert (await source.poll(play.body(), first.state)).articles == (), "the same body without validators"


async def test_where_the_place_it_moved_to_goes_on_failing_the_first_address_is_asked(source: Source) -> None:
    source.server.routes["/moved"] = play.body()
    state = (await source.poll(play.redirect("/moved", 301))).state
    source.server.routes["/moved"] = play.status(500)
    for _ in range(4):
        state = (await source.poll(play.body(), state)).state
    assert state is not None
    assert [request.path for request in source.server.requests[2:]] == ["/moved", "/moved", "/moved", "/feed"]
    assert state.failures == 0


@pytest.mark.parametrize("etag", ["caf\u00e9", "\u00ff", "x" * 5_000])
async def test_validators_that_could_not_be_sent_back_are_not_kept(source: Source, etag: str) -> None:
    state = (await source.poll(play.body(ETag=etag))).state
    assert state is not None
    assert (state.etag, state.failures) == ("", 0)


async def test_entries_that_have_not_changed_are_not_read_again(source: Source) -> None:
    def feed(*entries: str) -> play.Handler:
        items = "".join(f"<item><guid>{entry[0]}</guid><title>{entry}</title></item>" for entry in entries)
        return play.body(f"<rss><channel><title>Wire</title>{items}<item/></channel></rss>".encode())

    def brought(batch: Batch) -> list[str]:
        return [article.title for article in batch.articles]

    first = await source.poll(feed("a 1", "b 1"))
    assert brought(first) == ["a 1", "b 1"]
    second = await source.poll(feed("c 1", "a 2", "b 1"), first.state)
    assert brought(second) == ["c 1", "a 2"]
    third = await source.poll(feed("c 1", "a 1", "b 1"), second.state)
    assert brought(third) == ["a 1"], "the store knows whether these words were there before"
    assert [len(batch.quarantined) for batch in (first, second, third)] == [1, 1, 1]
    assert [flag for batch in (first, second) for one in batch.articles for flag in one.flags] == [BASELINE, BASELINE]


async def test_a_feed_that_goes_on_failing_is_asked_without_validators(source: Source) -> None:
    state = (await source.poll(play.conditional())).state
    for _ in range(4):
        state = (await source.poll(play.status(500), state)).state
    assert ["if-none-match" in request.headers for request in source.server.requests[1:]] == [True, True, True, False]


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (play.status(404), "404"),
        (play.status(500), "500"),
        (play.status(429, Retry_After="7200"), "429"),
        (play.reset, "closed the connection"),
        (play.silence, "no answer within"),
        (play.bomb("gzip"), "larger than 50 MB when unpacked"),
        (play.redirect("http://10.0.0.1/"), "private"),
    ],
)
async def test_a_failed_fetch_is_a_state_with_its_error(source: Source, handler: play.Handler, words: str) -> None:
    batch = await source.poll(handler)
    assert batch.state is not None
    assert words in batch.state.last_error
    assert (batch.state.failures, batch.articles, batch.quarantined) == (1, (), ())
    assert batch.state.next_poll > NOW


async def test_retry_after_is_honoured(source: Source) -> None:
    batch = await source.poll(play.status(429, Retry_After="7200"))
    assert batch.state is not None
    assert batch.state.next_poll == NOW + timedelta(hours=2)


async def test_a_feed_beside_one_that_was_told_to_wait_has_not_failed(source: Source) -> None:
    await source.poll(play.status(429, Retry_After="600"))
    beside = replace(source.feed, url=source.server.url("/beside"))
    batch = await poll(beside, None, source.client, NOW, random.Random(1))
    assert batch.state is not None
    assert (batch.state.url, batch.state.failures) == (beside.url, 0)
    assert timedelta(minutes=9) < batch.state.next_poll - NOW < timedelta(minutes=11)


async def test_a_web_page_is_quarantined_until_the_feed_is_back(source: Source) -> None:
    good = await source.poll(play.conditional())
    page = play.body(b"<html><title>Sorry</title></html>", "text/html", ETag='"page"')
    broken = await source.poll(page, good.state)
    assert [item.reason for item in broken.quarantined] == ['this is a web page, not a feed: title "Sorry"']
    assert broken.state is not None
    assert (broken.state.failures, broken.state.etag) == (1, '"v1"'), "the page's validators are not kept"
    again = await source.poll(page, broken.state)
    assert again.state is not None
    assert again.state.failures == 2, "the same page again is no success"
    back = await source.poll(play.body(play.RSS.replace(b"a1", b"a2")), again.state)
    assert [article.key for article in back.articles] == ["a2"]
    assert back.state is not None
    assert back.state.failures == 0


async def test_a_permanent_move_is_remembered_and_forgotten_when_it_fails(source: Source) -> None:
    source.server.routes["/new"] = play.body()
    moved = await source.poll(play.redirect("/new", 301))
    assert moved.state is not None
    assert moved.state.moved_to == source.server.url("/new")
    source.server.routes["/new"] = play.status(404)
    lost = await source.poll(play.body(), moved.state)
    assert source.server.requests[-1].path == "/new"
    assert lost.state is not None
    assert lost.state.moved_to == ""


async def test_an_index_is_read_with_its_sitemaps(source: Source) -> None:
    page = "<url><loc>http://a.example/1</loc><n:news><n:title>A headline</n:title></n:news></url>"
    space = "http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9"
    source.server.routes["/news.xml"] = play.body(f"<urlset xmlns='{space}'>{page}</urlset>".encode())
    names = "".join(f"<sitemap><loc>{source.server.url(path)}</loc></sitemap>" for path in ("/news.xml", "/lost.xml"))
    index = play.body(f"<sitemapindex>{names}</sitemapindex>".encode())
    first = await source.poll(index)
    assert [article.title for article in first.articles] == ["A headline"]
    assert [item.ref for item in first.quarantined] == [source.server.url("/lost.xml")]
    source.server.routes["/news.xml"] = play.body(
        f"<urlset xmlns='{space}'>{page.replace('1</loc>', '2</loc>')}{page}</urlset>".encode()
    )
    assert [article.url for article in (await source.poll(index, first.state)).articles] == ["http://a.example/2"]


async def test_gone_retires_the_feed(source: Source) -> None:
    batch = await source.poll(play.status(410))
    assert batch.state is not None
    assert batch.state.retired


async def test_a_large_feed_is_read_as_well(source: Source) -> None:
    items = b"".join(b"<item><guid>%d</guid><title>Title %d</title></item>" % (n, n) for n in range(3_000))
    batch = await source.poll(play.body(b"<rss version='2.0'><channel>" + items + b"</channel></rss>"))
    assert len(batch.articles) == 3_000
