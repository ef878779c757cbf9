"""A daemon with a public callback, and a hub on this machine: from the subscription to the alert."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.support.program import daemon, environment, wait_for

RULE = "rules:\n  - id: ferries\n    name: Ferries\n    severity: high\n    any: [ferry]\n"
LEASE = 4


def rss(hub: str, *titles: str) -> bytes:
    now = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT"
    items = "".join(
        f"<item><guid>{title}</guid><title>{title}</title><pubDate>{now}</pubDate></item>" for title in titles
    )
    link = f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='{hub}'/>"
    return f"<rss version='2.0'><channel><title>Wire</title>{link}{items}</channel></rss>".encode()


class Hub:
    """A feed and the hub it names; the hub verifies, and pushes what it is told to."""

    def __init__(self) -> None:
        self.listed: tuple[str, ...] = ("Old: the ferry Alba sank",)
        self.polls, self.asked, self.up = 0, list[dict[str, str]](), True

    async def start(self) -> None:
        app = web.Application()
        app.add_routes([web.get("/rss", self._feed), web.post("/hub", self._subscribe)])
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _feed(self, _: web.Request) -> web.Response:
        self.polls += 1
        return web.Response(body=rss(f"{self.address}/hub", *self.listed), content_type="application/rss+xml")

    async def _subscribe(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not self.up:
            return web.Response(status=503)
        query = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "c4"}
        query["hub.lease_seconds"] = str(LEASE)
        async with aiohttp.ClientSession() as session, session.get(form["hub.callback"], params=query) as answer:
            if (answer.status, await answer.text()) == (200, "c4"):
                self.asked.append(form)
        return web.Response(status=202)

    async def push(self, *titles: str, secret: str = "") -> int:
        form, body = self.asked[-1], rss(f"{self.address}/hub", *titles)
        signature = hmac.new((secret or form["hub.secret"]).encode(), body, "sha256").hexdigest()
        headers = {"X-Hub-Signature": f"sha256={signature}", "Content-Type": "application/rss+xml"}
        callback = form["hub.callback"]
        async with aiohttp.ClientSession() as session, session.post(callback, data=body, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    made = Hub()
    await made.start()
    yield made
    await made.stop()


async def eventually(condition: Callable[[], bool]) -> None:
    """The same as wait_for, while the server here goes on serving."""
    await asyncio.to_thread(wait_for, condition, 30)


async def test_a_hub_pushes_and_where_it_does_not_the_feed_is_polled(
    tmp_path: Path, hub: Hub, unused_tcp_port: int
) -> None:
    for name in ("rules", "seeds", "var"):
        (tmp_path / name).mkdir()
    (tmp_path / "rules" / "ferries.yaml").write_text(RULE)
    (tmp_path / "feeds.yaml").write_text(f"feeds:\n  - {hub.address}/rss\n")
    env = environment(
        tmp_path,
        SOURCES__INTERVAL="1",
        SOURCES__MIN_INTERVAL="1",
        SOURCES__MAX_INTERVAL="1",
        WEBSUB__CALLBACK=f"http://127.0.0.1:{unused_tcp_port}/hooks",
        WEBSUB__PORT=str(unused_tcp_port),
        JSONL__PATH=str(tmp_path / "alerts.jsonl"),
    )
    alerts = tmp_path / "alerts.jsonl"

    def told(title: str) -> bool:
        lines = alerts.read_text().splitlines() if alerts.exists() else []
        return any(json.loads(line)["card"]["headline"] == title for line in lines)

    with daemon(env):
        await eventually(lambda: bool(hub.asked))
        assert hub.asked[0]["hub.topic"] == f"{hub.address}/rss"
        assert await hub.push("The ferry Forged sank", secret="not the hub's") == 202
        assert await hub.push("The ferry Brunhild ran aground") == 202
        await eventually(lambda: told("The ferry Brunhild ran aground"))
        assert await hub.push(*(f"Lamp {number} was lit" for number in range(1_200)), "The ferry Cara burns") == 202
        await eventually(lambda: told("The ferry Cara burns"))
        assert not told("The ferry Forged sank")
        hub.up, hub.listed = False, ("The ferry Dora is missing",)
        await eventually(lambda: told("The ferry Dora is missing"))
