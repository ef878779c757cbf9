"""Stories through the installed program: one page by several ways, bad input, and people who set a story right."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support.feed_server import FeedServer, body, redirect
from tests.support.program import environment, json_lines, monitor

RULES = "rules: [{id: all, updates: all, any: [Velmora, ferry]}]"
WHOLE = "".join(
    f"<p>{sentence}</p>"
    for sentence in (
        "A suspension footbridge over the Arno Seco collapsed in Velmora on Sunday, killing at least 12 people.",
        "Some 60 people were on the bridge when a cable snapped shortly after seven, the fire service said.",
        "Fire chief Dario Nunes said 30 people were hurt and that divers were searching the river for others.",
        "The bridge, built in 1962, had been closed twice for repairs in the past decade, the town hall said.",
    )
)


def page(canonical: str) -> bytes:
    return (
        f"<html lang=en><head><title>Footbridge collapse in Velmora kills 12</title>"
        f'<link rel="canonical" href="{canonical}"></head><body><article>{WHOLE}</article></body></html>'
    ).encode()


def feed(title: str, text: str, link: str) -> bytes:
    when = datetime.now(UTC) - timedelta(hours=1)
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Courier</title><item><title>{title}</title>'
        f"<link>{link}</link><pubDate>{when:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description>{text}</description></item></channel></rss>"
    ).encode()


class Newsroom:
    """A daemon's folder beside a server of feeds."""

    def __init__(self, folder: Path, server: FeedServer) -> None:
        self.folder, self.server = folder, server
        (folder / "rules").mkdir()
        (folder / "seeds").mkdir()
        (folder / "rules" / "all.yaml").write_text(RULES)
        self.env = environment(folder, SOURCES__INTERVAL="1", SOURCES__MAX_INTERVAL="1")

    async def run(self, *words: str) -> CompletedProcess[str]:
        return await asyncio.to_thread(monitor, *words, env=self.env)


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with FeedServer() as server:
        yield Newsroom(tmp_path, server)


async def test_one_page_by_several_feeds_is_one_article_also_where_only_the_page_tells(newsroom: Newsroom) -> None:
    server = newsroom.server
    server.routes |= {
        "/world.xml": body(feed("Footbridge collapse in Velmora kills 12", "A bridge.", server.url("/world/4711"))),
        "/local.xml": body(feed("Velmora: what we know", "Our reporters are there.", server.url("/region/0815"))),
        "/links.xml": body(feed("Now in our app", "Velmora mourns.", server.url("/go?to=9"))),
        "/world/4711": body(page(server.url("/news/velmora-bridge")), "text/html"),
        "/region/0815": body(page(server.url("/news/velmora-bridge?utm_source=local")), "text/html"),
        "/go?to=9": redirect("/world/4711"),
    }
    feeds = "".join(
        f"  - {{url: '{server.url(f'/{name}.xml')}', name: {name}, outlet: Courier, full_text: always}}\n"
        for name in ("world", "local", "links")
    )
    (newsroom.folder / "feeds.yaml").write_text(f"feeds:\n{feeds}")
    result = await newsroom.run("run", "--once")
    assert result.returncode == 0, result.stderr
    [story] = json_lines(await newsroom.run("stories", "list", "--json"))
    assert story["articles"] == 3
    [shown] = json_lines(await newsroom.run("stories", "show", story["story_id"], "--json"))
    told = [(one["relation"], one["reason"]) for one in shown["articles"]]
    assert told == [("new", "nothing_alike"), ("copy", "same_url"), ("copy", "same_url")]
    assert len(json_lines(await newsroom.run("alerts", "list", "--json"))) == 1
