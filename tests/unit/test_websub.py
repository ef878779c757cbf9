"""WebSub against a real hub on this machine."""

import hashlib
import hmac
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from monitor.errors import ConfigError
from monitor.intake import Intake
from monitor.model.article import FeedState
from monitor.sources.http import GuardedClient, Limits
from monitor.sources.hubs import hub_of
from monitor.sources.schedule import Pace
from monitor.storage import StoreThread
from monitor.store.sql import open_store
from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics
from monitor.websub import LEASE, WebSub, load_key
from tests.support.nouns import NOON, FakeClock


def rss(*keys: str, hub: str = "") -> bytes:
    link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{hub}"/>' if hub else ""
    when = f"{NOON - timedelta(hours=2):%a, %d %b %Y %H:%M:%S} GMT"
    items = "".join(f"<item><guid>{k}</guid><title>News {k}</title><pubDate>{when}</pubDate></item>" for k in keys)
    return f'<rss version="2.0"><channel><title>Wire</title>{link}{items}</channel></rss>'.encode()


class Net:
    """A feed with its hub, and a daemon that listens for it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, FakeClock()
        self.listed, self.asked = ["a"], []
        self.verify, self.hub_path = True, "/hub"
        self.challenged: list[tuple[int, str]] = []

    async def start(self) -> None:
        hub = web.Application()
        hub.add_routes([web.get("/rss", self._feed), web.post("/hub", self._subscribe)])
        self.port = await self._serve(hub)
        (self.folder / "feeds.yaml").write_text(f"feeds:\n  - {self.url('/rss')}\n")
        self.store = open_store(f"sqlite:///{self.folder / 'monitor.db'}")
        self.client = GuardedClient(user_agent="t", limits=Limits(rate=1000), allow_networks=["127.0.0.0/8"])
        self.intake = Intake(
            store=self.store,
            call=StoreThread(),
            client=self.client,
            feeds_file=self.folder / "feeds.yaml",
            seeds_folder=self.folder / "seeds",
            pace=Pace(minimum=timedelta(minutes=2), maximum=timedelta(minutes=10)),
            concurrency=4,
            clock=self.clock,
            rng=random.Random(1),
            metrics=Metrics(),
            health=Health(self.clock),
            on_new=lambda: None,
        )
        await self.intake.open()
        listener = web.Application()
        listener.add_routes([web.route("*", "/hooks/{rest:.*}", self._relay)])
        self.callback = f"http://127.0.0.1:{await self._serve(listener)}/hooks"
        self.websub = WebSub(
            self.callback,
            load_key(self.folder / "var"),
            client=self.client,
            intake=self.intake,
            clock=self.clock,
            most=100_000,
        )
        self._inner = await self._serve(self.websub.app())

    async def _serve(self, app: web.Application) -> int:
        runner = web.AppRunner(app)
        await runner.setup()
        self._runners = [*getattr(self, "_runners", []), runner]
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return int(runner.addresses[0][1])

    async def stop(self) -> None:
        await self.intake.close()
        await self.client.close()
        for runner in self._runners:
            await runner.cleanup()
        self.store.close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def _feed(self, _: web.Request) -> web.Response:
        return web.Response(body=rss(*self.listed, hub=self.hub_path), content_type="application/rss+xml")

    async def _subscribe(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        self.asked.append(form)
        if self.verify:
            query = {
                "hub.mode": "subscribe",
                "hub.topic": form["hub.topic"],
                "hub.challenge": "c4",
                "hub.lease_seconds": "86400",
            }
            async with aiohttp.ClientSession() as session, session.get(form["hub.callback"], params=query) as answer:
                self.challenged.append((answer.status, await answer.text()))
        return web.Response(status=202)

    async def _relay(self, request: web.Request) -> web.Response:
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method,
                f"http://127.0.0.1:{self._inner}{request.path_qs}",
                data=await request.read(),
                headers={k: v for k, v in request.headers.items() if k in {"X-Hub-Signature", "Content-Type"}},
            ) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read())

    async def push(self, body: bytes, signature: str = "", method: str = "sha256") -> int:
        form = self.asked[-1]
        right = f"{method}={hmac.new(form['hub.secret'].encode(), body, method).hexdigest()}"
        headers = {"X-Hub-Signature": signature or right, "Content-Type": "application/rss+xml"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(form["hub.callback"], data=body, headers=headers) as a,
        ):
            return a.status

    async def poll(self, **forward: float) -> FeedState:
        self.clock.forward(**forward)
        await self.intake.poll_all_due()
        return self.intake.states[self.url("/rss")]

    def titles(self) -> list[str]:
        return [article.title for article in reversed(self.store.find_articles())]


@pytest.fixture
async def net(tmp_path: Path) -> AsyncIterator[Net]:
    started = Net(tmp_path)
    await started.start()
    yield started
    await started.stop()


async def test_a_feed_with_a_hub_is_subscribed_verified_and_pushed(net: Net) -> None:
    state = await net.poll()
    assert (state.hub, state.topic, state.pushed_until) == (net.url("/hub"), net.url("/rss"), None)
    assert await net.websub.tend() == 1
    assert net.challenged == [(200, "c4")]
    assert net.asked[0]["hub.mode"] == "subscribe"
    assert net.asked[0]["hub.lease_seconds"] == str(int(LEASE.total_seconds()))
    assert await net.push(rss("b")) == 202
    assert await net.push(rss("b")) == 202
    assert await net.push(rss("c"), method="sha512") == 202
    assert net.titles() == ["News a", "News b", "News c"]
    assert await net.websub.tend() == 0
    net.listed = ["a", "b", "c"]
    state = await net.poll(hours=1)
    assert state.pushed_until == NOON + timedelta(days=1), "what it pushed is no miss"
    assert state.next_poll >= net.clock.now() + timedelta(hours=1), "a subscribed feed is polled less"
    assert net.store.feed_states()[state.url] == state


async def test_a_push_without_the_right_signature_changes_nothing(net: Net) -> None:
    await net.poll()
    await net.websub.tend()
    for signature in ("sha256=00", "md5=00", "sha256", "none"):
        assert await net.push(rss("b"), signature) == 202
    assert await net.push(b"<html>no feed</html>") == 202
    assert net.titles() == ["News a"]


async def test_strangers_are_turned_away(net: Net) -> None:
    await net.poll()
    state = net.intake.states[net.url("/rss")]
    query = {"hub.mode": "subscribe", "hub.topic": state.topic, "hub.challenge": "x", "hub.lease_seconds": "9"}
    async with aiohttp.ClientSession() as session:
        for path in ("/" + "0" * 32, f"/{net.websub.token(state)}", "/x"):
            async with session.get(net.callback + path, params=query) as answer:
                assert answer.status == 404, "nobody asked for it"
        await net.websub.tend()
        for wrong in ({"hub.topic": "http://other.example/"}, {"hub.mode": "unsubscribe"}, {"hub.challenge": ""}):
            async with session.get(f"{net.callback}/{net.websub.token(state)}", params=query | wrong) as answer:
                assert answer.status == 404
        async with session.post(f"{net.callback}/{net.websub.token(state)}", data=b"x" * 200_000) as answer:
            assert answer.status == 413


async def test_leases_are_renewed_and_a_silent_hub_is_asked_again_but_not_hammered(net: Net) -> None:
    net.verify = False
    await net.poll()
    assert [await net.websub.tend(), await net.websub.tend()] == [1, 0]
    net.clock.forward(hours=1)
    net.verify = True
    assert await net.websub.tend() == 1
    net.clock.forward(hours=11)
    assert await net.websub.tend() == 0
    net.clock.forward(hours=2)
    assert await net.websub.tend() == 1
    assert net.intake.states[net.url("/rss")].pushed_until == net.clock.now() + timedelta(days=1)


async def test_polling_comes_back_when_a_push_is_missed_or_the_lease_ends(net: Net) -> None:
    await net.poll()
    await net.websub.tend()
    net.listed = ["a", "b"]
    state = await net.poll(hours=1)
    assert net.titles() == ["News a", "News b"]
    assert state.pushed_until is None
    assert state.next_poll <= net.clock.now() + timedelta(minutes=10)


async def test_a_feed_that_changes_its_hub_is_subscribed_anew(net: Net) -> None:
    await net.poll()
    await net.websub.tend()
    net.hub_path = "/hub?other"
    state = await net.poll(hours=2)
    assert (state.hub, state.pushed_until) == (net.url("/hub?other"), None)


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        (
            {"link": '<https://h.example/>; rel="hub", </x>; rel=self'},
            b"",
            ("https://h.example/", "http://a.example/x"),
        ),
        ({}, b"<feed><link rel='hub' href='/hub'/></feed>", ("http://a.example/hub", "http://a.example/rss")),
        (
            {},
            b'<atom:link href="http://h.example/?a=1&amp;b" rel="hub"/>',
            ("http://h.example/?a=1&b", "http://a.example/rss"),
        ),
        ({"link": '<javascript:x>; rel="hub"'}, b"", ("", "")),
        ({"link": "<" * 10_000}, b"<link " * 10_000, ("", "")),
        ({}, b'<link rel="self" href="http://a.example/y"/>', ("", "")),
    ],
)
def test_hubs_are_found(headers: dict[str, str], body: bytes, expected: tuple[str, str]) -> None:
    assert hub_of(headers, body, "http://a.example/rss") == expected


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    key = load_key(tmp_path)
    assert load_key(tmp_path) == key
    assert (tmp_path / "websub.key").stat().st_mode & 0o077 == 0
    assert hashlib.sha256(key).digest()
    (tmp_path / "websub.key").write_bytes(b"short")
    with pytest.raises(ConfigError, match="damaged"):
        load_key(tmp_path)
