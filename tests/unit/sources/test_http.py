"""The guarded client against a real server that misbehaves in every way."""

import gzip
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from monitor.errors import FetchError, HostHeldError
from monitor.sources.addresses import refusal
from monitor.sources.hosts import HostGate
from monitor.sources.http import GuardedClient, Limits
from tests.support import feed_server as play
from tests.support.feed_server import FeedServer

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)
LIMITS = Limits(total=3, connect=1, read=0.3, wire=200_000, body=1_000_000, rate=1_000)
LOOPBACK = ["127.0.0.1"]


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[GuardedClient]:
    async with GuardedClient(
        user_agent="test/1 (+http://contact.example)",
        limits=LIMITS,
        allow_networks=LOOPBACK,
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


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw-deflate", "br", "zstd"])
async def test_compressed_answers_are_unpacked(server: FeedServer, client: GuardedClient, coding: str) -> None:
    server.routes["/feed"] = play.encoded(play.RSS, coding)
    assert (await client.get(server.url("/feed"))).body == play.RSS


async def test_plain_answers_labelled_gzip_are_taken_as_they_are(server: FeedServer, client: GuardedClient) -> None:
    server.routes["/feed"] = play.body(Content_Encoding="gzip")
    assert (await client.get(server.url("/feed"))).body == play.RSS


TWICE = gzip.compress(gzip.compress(play.RSS))


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(play.body(TWICE, Content_Encoding="gzip"), id="packed twice, said once"),
        pytest.param(play.body(TWICE, Content_Encoding="gzip, gzip"), id="packed twice"),
        pytest.param(play.body(gzip.compress(play.RSS)), id="packed in silence"),
        pytest.param(play.body(Content_Encoding="br"), id="plain, labelled brotli"),
        pytest.param(play.body(Content_Encoding="deflate"), id="plain, labelled deflate"),
        pytest.param(play.body(Content_Encoding="zstd"), id="plain, labelled zstd"),
        pytest.param(play.body(Content_Encoding="utf-8"), id="a charset for a coding"),
        pytest.param(play.body(Content_Encoding="aws-chunked"), id="a cloud's own label"),
        pytest.param(play.body(Content_Security_Policy="default-src " + "x" * 20_000), id="a long security policy"),
    ],
)
async def test_mislabelled_answers_are_taken_for_what_they_are(
    server: FeedServer, client: GuardedClient, handler: play.Handler
) -> None:
    server.routes["/feed"] = handler
    assert (await client.get(server.url("/feed"))).body == play.RSS


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        pytest.param(
            play.body(gzip.compress(gzip.compress(bytes(80_000_000))), Content_Encoding="gzip"),
            "larger than 1 MB when unpacked",
            id="gzip bomb in gzip",
        ),
        pytest.param(play.bomb("gzip"), "larger than 1 MB when unpacked", id="gzip bomb"),
        pytest.param(play.bomb("br"), "larger than 1 MB when unpacked", id="brotli bomb"),
        pytest.param(play.bomb("zstd"), "larger than 1 MB when unpacked", id="zstd bomb"),
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
        pytest.param(play.redirect("http://127.0.0.2:1/feed"), "loopback", id="redirect to loopback not allowed"),
        pytest.param(play.redirect("http://2130706434/feed"), "canonical", id="redirect to a number"),
        pytest.param(play.redirect("http://0x7f000002/feed"), "loopback", id="redirect to a hexadecimal number"),
        pytest.param(play.redirect("http://127.2/feed"), "canonical", id="redirect to a short form"),
        pytest.param(play.redirect("http://0177.0.0.2/feed"), "canonical", id="redirect to an octal form"),
        pytest.param(play.redirect("http://[::ffff:127.0.0.2]/feed"), "loopback", id="redirect to a mapped address"),
        pytest.param(play.redirect("http://[2002:7f00:2::]/feed"), "reserved", id="redirect to 6to4"),
        pytest.param(play.redirect("/feed"), "circle", id="redirect to itself"),
    ],
)
async def test_misbehaviour_is_an_error_in_words(
    server: FeedServer, client: GuardedClient, handler: play.Handler, words: str
) -> None:
    server.routes["/feed"] = handler
    with pytest.raises(FetchError, match=words):
        await client.get(server.url("/feed"))


async def test_only_the_configuration_opens_private_addresses(server: FeedServer) -> None:
    async with GuardedClient(user_agent="test", limits=LIMITS, allow_networks=["10.0.0.0/8"]) as client:
        for host in ("localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433"):
            with pytest.raises(FetchError, match=r"not in sources\.allow_networks|canonical"):
                await client.get(server.url("/feed", host=host))
    assert not server.connections


async def test_a_name_that_leads_elsewhere_the_second_time_gains_nothing(
    server: FeedServer, client: GuardedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.routes["/feed"] = play.body(Connection="close")
    answers = iter(["127.0.0.1", "127.0.0.1", "169.254.169.254", "10.0.0.1"])
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: Any) -> Any:
        return real(next(answers) if host == "rebind.example" else host, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("monitor.sources.http.DNS_SECONDS", 0)
    url = server.url("/feed", host="rebind.example")
    assert [(await client.get(url)).status for _ in range(2)] == [200, 200]
    for reason in ("metadata", "private"):
        with pytest.raises(FetchError, match=reason):
            await client.get(url)


async def test_nothing_of_the_public_list_is_connected_to(shared_data: Path) -> None:
    lines = (shared_data / "hostile/ssrfcheck/should-not-pass.txt").read_text().splitlines()
    async with GuardedClient(user_agent="test", limits=LIMITS) as client:
        for line in filter(None, map(str.strip, lines)):
            with pytest.raises(FetchError, match=r"allow_networks|canonical|not a URL|not an http|cannot be resolved"):
                await client.get(line if "//" in line else f"http://{line}/")


def test_the_public_lists_harmless_addresses_are_not_refused(shared_data: Path) -> None:
    lines = (shared_data / "hostile/ssrfcheck/should-pass.txt").read_text().splitlines()
    hosts = {URL(line.strip()).host or "" for line in lines if line.startswith("http")}
    addresses = {host for host in hosts if host.replace(".", "").isdigit()}
    assert addresses
    assert [address for address in addresses if refusal(address)] == []


async def test_allowed_networks_may_be_reached(server: FeedServer) -> None:
    server.routes["/feed"] = play.body()
    async with GuardedClient(user_agent="test", limits=LIMITS, allow_networks=["127.0.0.0/8"]) as client:
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


async def test_secret_headers_stay_at_home(server: FeedServer, client: GuardedClient) -> None:
    home, elsewhere = server.url("/feed"), server.url("/other", host="localhost")
    server.routes["/feed"] = play.redirect("/moved")
    server.routes["/moved"] = play.redirect(elsewhere)
    server.routes["/other"] = play.body()
    await client.get(home, headers={"Authorization": "Bearer secret", "X-Key": "secret"})
    await client.get(elsewhere, headers={"X-Key": "secret"}, home=home)
    seen = [(request.path, "secret" in str(request.headers)) for request in server.requests]
    assert seen == [("/feed", True), ("/moved", True), ("/other", False), ("/other", False)]


async def test_a_host_that_is_asked_too_much_is_left_alone(server: FeedServer, client: GuardedClient) -> None:
    server.routes["/feed"] = play.status(429, Retry_After="120")
    with pytest.raises(FetchError):
        await client.get(server.url("/feed"))
    with pytest.raises(HostHeldError) as held:
        await client.get(server.url("/another"))
    assert 100 < (held.value.retry_after or 0) <= 120
    assert client.wait(server.url("/third")) > 100
    assert len(server.requests) == 1


async def test_requests_to_a_host_keep_their_distance() -> None:
    now, pauses = 1_000.0, []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    gate = HostGate(connections=2, rate=4, now=lambda: now, sleep=sleep)

    async def ask(name: str) -> None:
        async with gate.turn(name):
            return

    for _ in range(4):
        await ask("a.example")
    assert pauses == [0.25, 0.5, 0.75]
    assert [gate.wait("a.example"), gate.wait("b.example")] == [1.0, 0.0]
    now += 5
    await ask("a.example")
    assert len(pauses) == 3
    gate.hold("a.example", 60)
    assert [gate.held("a.example"), gate.held("b.example"), gate.wait("a.example")] == [60, 0, 60]


@pytest.mark.parametrize(
    "url", ["", "feed", "ftp://a.example/", "javascript:alert(1)", "http://", "http://[::1", "//a.example"]
)
async def test_only_http_addresses_are_fetched(client: GuardedClient, url: str) -> None:
    with pytest.raises(FetchError, match="not a"):
        await client.get(url)
