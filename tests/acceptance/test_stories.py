"""Stories through the installed program: one page by several ways, bad input, and people who set a story right."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from monitor.store.sql import open_store
from tests.support.feed_server import FeedServer, body, redirect
from tests.support.program import daemon, environment, json_lines, monitor, wait_for
from tests.support.slack_server import TOKEN, SlackServer

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


BRIDGE = (
    "A suspension footbridge over the Arno Seco river collapsed in the town of Velmora on Sunday evening, killing at "
    "least 12 people, the fire service said. Fire chief Dario Nunes said 30 people were hurt."
)
FERRY = "The ferry Skerra ran aground off Lindholm in thick fog; all 140 passengers were brought ashore by lifeboats."
CORRECTED = "Correction: The ferry Skerra, which ran aground off Lindholm, carried 152 passengers, not 140 as reported."


async def test_stories_merged_and_split_by_hand_alert_nothing_again_and_go_on_in_their_threads(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "seeds").mkdir()
    (tmp_path / "rules" / "all.yaml").write_text(RULES)
    dropped = 0
    async with SlackServer() as slack:
        env = environment(tmp_path, SLACK__BOT_TOKEN=TOKEN, SLACK__BASE_URL=slack.base_url, SLACK__CHANNEL="#alerts")

        async def run(*words: str) -> CompletedProcess[str]:
            return await asyncio.to_thread(monitor, *words, env=env)

        async def drop(source: str, title: str, text: str) -> dict[str, Any]:
            """Drop in an article and wait until it is decided about; what was decided."""
            nonlocal dropped
            dropped += 1
            told = {"title": title, "text": text, "source": source, "lang": "en"}
            hidden = tmp_path / "seeds" / f".{dropped}.json"
            hidden.write_text(json.dumps(told))
            hidden.rename(tmp_path / "seeds" / f"{dropped}.json")
            store = open_store(f"sqlite:///{tmp_path / 'var' / 'monitor.db'}")
            try:
                await asyncio.to_thread(wait_for, lambda: store.position().member == dropped)
                [member] = store.members_between(dropped, dropped)
                return {"id": member.article_id, "story": member.story_id, "relation": member.relation.value}
            finally:
                store.close()

        with daemon(env):
            await asyncio.to_thread(wait_for, (tmp_path / "var" / "monitor.db").exists)
            bridge = await drop("Harbour Wire", "Footbridge collapse in Velmora kills 12", BRIDGE)
            ferry = await drop("Island Radio", "Ferry runs aground off Lindholm", FERRY)
            assert (bridge["relation"], ferry["relation"]) == ("new", "new")
            merged = await run("stories", "merge", ferry["story"], bridge["story"])
            assert merged.returncode == 0, merged.stderr
            copy = await drop("Coast", "Ferry runs aground off Lindholm", FERRY)
            assert (copy["relation"], copy["story"]) == ("copy", bridge["story"])
            news = await drop("Island Radio", "Correction: ferry carried 152", CORRECTED)
            assert news["story"] == bridge["story"]
            parted = await run("stories", "split", bridge["story"], ferry["id"], copy["id"], news["id"])
            assert parted.returncode == 0, parted.stderr
            again = await drop("Post", "Ferry aground off Lindholm", FERRY)
            assert (again["relation"], again["story"]) == ("copy", ferry["story"])
            await asyncio.to_thread(wait_for, lambda: len(slack.messages) == 3)
        assert [message.get("thread_ts") is None for message in slack.messages] == [True, True, False]
        assert "152" in json.dumps(slack.messages[-1]["blocks"])
        assert slack.problems == []
