"""The guarded client against a real server that misbehaves in every way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from monitor.errors import FetchError
from monitor.sources.http import GuardedClient, Limits
from tests.support import feed_server as play
from tests.support.feed_server import FeedServer

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)
LIMITS = Limits(total=3, connect=1, read=0.3, wire=200_000, body=1_000_000)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def client(server: FeedServer) -> AsyncIterator[GuardedClient]:
    async with GuardedClient(
        user_agent="test/1 (+http://contact.example)",
        limits=LIMITS,
        trusted_hosts={("127.0.0.1", server.port), ("localhost", server.port)},
        now=lambda: NOW,
    ) as made:
        yield made


async def test_a_feed_is_fetched_under_an_honest_name(server: FeedServer, client: GuardedClient) -> None:
    server.routes["/feed"] = play.body(content_type="application/rss+xml; charset=utf-8")
    fetched = await client.get(server.url("/feed"))
    assert (fetched.status, fetched.body, fetched.encoding, fetched.moved_to) == (200, play.RSS, "utf-8", "")
    assert server.requests[0].headers["user-agent"] == "test/1 (+http://contact.example)"


async def test_validators_turn_an_unchanged_feed_into_a_304(server: FeedServer, client: GuardedClient) -> None:
    server.routes["/feed"] = play.conditional()
    first = await client.get(server.url("/feed"))
    second = await client.get(server.url("/feed"), etag=first.headers["etag"])
    third = await client.get(server.url("/feed"), last_modified=first.headers["last-modified"])
    assert [answer.not_modified for answer in (first, second, third)] == [False, True, True]
    assert server.connections == 1, "the connection is used again"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw-deflate", "br"])
async def test_compressed_answers_are_unpacked(server: FeedServer, client: GuardedClient, coding: str) -> None:
    server.routes["/feed"] = play.encoded(play.RSS, coding)
    assert (await client.get(server.url("/feed"))).body == play.RSS


async def test_plain_answers_labelled_gzip_are_taken_as_they_are(server: FeedServer, client: GuardedClient) -> None:
    server.routes["/feed"] = play.body(Content_Encoding="gzip")
    assert (await client.get(server.url("/feed"))).body == play.RSS


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        pytest.param(play.bomb("gzip"), "larger than 1 MB when unpacked", id="gzip bomb"),
        pytest.param(play.bomb("br"), "larger than 1 MB when unpacked", id="brotli bomb"),
        pytest.param(play.bomb("deflate"), "larger than 1 MB when unpacked", id="deflate bomb"),
        pytest.param(play.endless(), "larger than 0 MB", id="endless body"),
        pytest.param(play.body(b"x" * 300_000), "larger than 0 MB", id="large body"),
        pytest.param(play.endless(b"x", 0.1), "not complete within 3 s", id="slow drip"),
        pytest.param(play.endless_headers, "not proper HTTP", id="endless headers"),
        pytest.param(play.silence, "no answer within 0.3 s", id="silence"),
        pytest.param(play.reset, "the server closed the connection", id="reset"),
        pytest.param(play.short, "broke off", id="short body"),
        pytest.param(play.gibberish, "not proper HTTP", id="not HTTP"),
        pytest.param(play.body(b"\x1f\x8bnonsense", Content_Encoding="gzip"), "damaged", id="damaged gzip"),
        pytest.param(play.body(Content_Encoding="gzip, br"), "nobody asked for", id="stacked encodings"),
        pytest.param(play.status(500), r"problem of its own \(500\)", id="500"),
        pytest.param(play.status(304), "304", id="304 nobody asked for"),
        pytest.param(play.status(302), "without saying where", id="redirect to nowhere"),
        pytest.param(play.redirect("ftp://files.example/feed"), "not an http or https", id="redirect to ftp"),
        pytest.param(play.redirect("file:///etc/passwd"), "not an http or https", id="redirect to a file"),
        pytest.param(play.redirect("http://10.0.0.1/feed"), "10.0.0.1 is private", id="redirect to a private address"),
        pytest.param(play.redirect("http://169.254.169.254/latest/"), "metadata", id="redirect to metadata"),
        pytest.param(play.redirect("http://[::1]:1/feed"), "loopback", id="redirect to IPv6 loopback"),
        pytest.param(play.redirect("http://127.0.0.1:1/feed"), "loopback", id="redirect to another port"),
        pytest.param(play.redirect("http://localhost:1/feed"), "loopback", id="redirect by name"),
        pytest.param(play.redirect("http://2130706433/feed"), "canonical|loopback", id="redirect to a number"),
        pytest.param(play.redirect("/feed"), "circle", id="redirect to itself"),
    ],
)
async def test_misbehaviour_is_an_error_in_words(
    server: FeedServer, client: GuardedClient, handler: play.Handler, words: str
) -> None:
    server.routes["/feed"] = handler
    with pytest.raises(FetchError, match=words):
        await client.get(server.url("/feed"))


async def test_a_trusted_host_is_not_reached_by_redirect_from_another(
    server: FeedServer, client: GuardedClient
) -> None:
    server.routes["/feed"] = play.redirect(server.url("/inner", host="localhost"))
    server.routes["/inner"] = play.body()
    with pytest.raises(FetchError, match="this machine"):
        await client.get(server.url("/feed"))
    assert [request.path for request in server.requests] == ["/feed"]


async def test_a_name_that_leads_home_is_refused_whatever_is_trusted(server: FeedServer) -> None:
    async with GuardedClient(user_agent="test", trusted_hosts={("ip6-localhost", server.port)}) as client:
        for host in ("localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1"):
            with pytest.raises(FetchError):
                await client.get(server.url("/feed", host=host))
    assert not server.requests


async def test_allowed_networks_may_be_reached(server: FeedServer) -> None:
    server.routes["/feed"] = play.body()
    async with GuardedClient(user_agent="test", allow_networks=["127.0.0.0/8"]) as client:
        assert (await client.get(server.url("/feed"))).status == 200
        assert (await client.get(server.url("/feed", host="localhost"))).status == 200


@pytest.mark.parametrize(
    ("codes", "moved"),
    [([301], True), ([308], True), ([302], False), ([301, 301], True), ([302, 301], False)],
)
async def test_permanent_moves_are_reported(
    server: FeedServer, client: GuardedClient, codes: list[int], moved: bool
) -> None:
    for step, code in enumerate(codes):
        server.routes[f"/{step}"] = play.redirect(f"/{step + 1}", code)
    server.routes[f"/{len(codes)}"] = play.body()
    fetched = await client.get(server.url("/0"))
    assert fetched.url == server.url(f"/{len(codes)}")
    assert fetched.moved_to == (fetched.url if moved else "")


async def test_at_most_five_redirects(server: FeedServer, client: GuardedClient) -> None:
    for step in range(7):
        server.routes[f"/{step}"] = play.redirect(f"/{step + 1}")
    with pytest.raises(FetchError, match="more than 5 redirects"):
        await client.get(server.url("/0"))


async def test_credentials_do_not_travel(server: FeedServer, client: GuardedClient) -> None:
    server.routes["/feed"] = play.redirect(f"http://user:secret@127.0.0.1:{server.port}/other")
    server.routes["/other"] = play.body()
    await client.get(f"http://me:mine@127.0.0.1:{server.port}/feed")
    assert [("authorization" in request.headers) for request in server.requests] == [True, False]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("Mon, 18 Nov 2024 12:05:00 GMT", 300.0), ("Mon, 18 Nov 2024 11:00:00 GMT", 0.0), ("soon", None)],
)
async def test_retry_after_is_understood(
    server: FeedServer, client: GuardedClient, value: str, seconds: float | None
) -> None:
    server.routes["/feed"] = play.status(429, Retry_After=value)
    with pytest.raises(FetchError) as caught:
        await client.get(server.url("/feed"))
    assert (caught.value.status, caught.value.retry_after) == (429, seconds)


async def test_at_most_two_requests_at_once_to_a_host(server: FeedServer, client: GuardedClient) -> None:
    async def slowly(request: play.Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        await play.body()(request, writer)

    server.routes["/feed"] = slowly
    await asyncio.gather(*(client.get(server.url("/feed")) for _ in range(8)))
    assert server.busiest == 2


@pytest.mark.parametrize(
    "url", ["", "feed", "ftp://a.example/", "javascript:alert(1)", "http://", "http://[::1", "//a.example"]
)
async def test_only_http_addresses_are_fetched(client: GuardedClient, url: str) -> None:
    with pytest.raises(FetchError, match="not a"):
        await client.get(url)
