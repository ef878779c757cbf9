"""Feeds from a real server, good ones and bad ones, through the installed program."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support.feed_server import FeedServer, body, redirect, status
from tests.support.program import environment, json_lines, monitor

RULES = """
rules:
  - id: ferries
    name: Ferries in trouble
    severity: high
    all: [ferr*, any: [aground, sank, sinking, capsized]]
"""
STORY = (
    "A ferry with {people} passengers ran aground off Lanport on Sunday night, the coastguard said. "
    "Tugs from two harbours were on their way, and the weather was calm. "
    "Captain Mara Lind said nobody was in danger and that the hull was sound."
)
QUIET = "The council of Lanport will vote on new street lamps in December."


def moment(**ago: float) -> datetime:
    # The daemon's own clock is the machine's, and articles older than two days do not alert.
    return datetime.now(UTC) - timedelta(**ago)


def rss(*entries: tuple[str, str, str], when: datetime) -> bytes:
    items = "".join(
        f"<item><guid>{key}</guid><title>{title}</title><link>http://wire.example/{key}</link>"
        f"<pubDate>{when:%a, %d %b %Y %H:%M:%S} GMT</pubDate><description>{text}</description></item>"
        for key, title, text in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'.encode()


def atom(key: str, title: str, text: str, when: datetime) -> bytes:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Echo</title><id>urn:echo</id><entry><id>urn:{key}</id>'
        f'<title>{title}</title><link href="http://echo.example/{key}"/><updated>{when.isoformat()}</updated>'
        f'<content type="html">&lt;p&gt;{text}&lt;/p&gt;</content></entry></feed>'
    ).encode()


def json_feed(key: str, title: str, text: str, when: datetime) -> bytes:
    item = {"id": key, "title": title, "url": f"http://ledger.example/{key}", "content_text": text}
    item["date_published"] = when.isoformat()
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Ledger", "items": [item]}).encode()


class Newsroom:
    """A daemon's folder beside a server of feeds."""

    def __init__(self, folder: Path, server: FeedServer) -> None:
        self.folder, self.server = folder, server
        (folder / "rules").mkdir()
        (folder / "seeds").mkdir()
        (folder / "rules" / "ferries.yaml").write_text(RULES)
        self.env = environment(folder, SOURCES__INTERVAL="1", SOURCES__MAX_INTERVAL="1", SOURCES__TIMEOUT="2")

    def list_feeds(self, *paths: str) -> None:
        lines = "".join(f"  - url: {self.server.url(path)}\n    name: {path.strip('/')}\n" for path in paths)
        (self.folder / "feeds.yaml").write_text(f"feeds:\n{lines}")

    async def run(self, *words: str) -> CompletedProcess[str]:
        """A command in another process, while the server here goes on serving."""
        return await asyncio.to_thread(monitor, *words, env=self.env)

    async def alerts(self) -> list[tuple[str, str]]:
        listed = json_lines(await self.run("alerts", "list", "--json"))
        return [(alert["kind"], alert["card"]["headline"]) for alert in reversed(listed)]


@pytest.fixture
async def newsroom(tmp_path: Path) -> Newsroom:
    async with FeedServer() as server:
        yield Newsroom(tmp_path, server)


async def test_a_story_in_three_formats_alerts_once(newsroom: Newsroom) -> None:
    text = STORY.format(people=212)
    newsroom.server.routes |= {
        "/rss": body(rss(("a", "Ferry aground off Lanport", text), ("b", "Lamps", QUIET), when=moment(hours=3))),
        "/atom": body(atom("a", "Ferry with 212 aboard runs aground", text, moment(hours=2)), "application/atom+xml"),
        "/json": body(json_feed("a", "Lanport ferry aground", text, moment(hours=1)), "application/feed+json"),
    }
    newsroom.list_feeds("/rss", "/atom", "/json")
    result = await newsroom.run("run", "--once")
    assert result.returncode == 0, result.stderr
    assert [kind for kind, _ in await newsroom.alerts()] == ["first"]
    assert len(json_lines(await newsroom.run("articles", "list", "--json"))) == 4
    assert {feed["health"] for feed in json_lines(await newsroom.run("feeds", "list", "--json"))} == {"healthy"}


async def test_an_edited_entry_updates_its_story_and_never_begins_it_again(newsroom: Newsroom) -> None:
    when = moment(hours=3)
    for people in (212, 212, 240):
        newsroom.server.routes["/rss"] = body(rss(("a", "Ferry aground", STORY.format(people=people)), when=when))
        newsroom.list_feeds("/rss")
        await newsroom.run("run", "--once")
        await asyncio.sleep(1.1)  # the interval set above, in the daemon's real time
    assert [kind for kind, _ in await newsroom.alerts()] == ["first", "update"]


async def test_old_articles_of_a_new_feed_do_not_flood(newsroom: Newsroom) -> None:
    newsroom.server.routes["/rss"] = body(rss(("a", "Ferry aground", STORY.format(people=9)), when=moment(days=30)))
    newsroom.list_feeds("/rss")
    await newsroom.run("run", "--once")
    assert await newsroom.alerts() == []
    [article] = json_lines(await newsroom.run("articles", "list", "--json", "--matched"))
    [shown] = json_lines(await newsroom.run("articles", "show", article["id"], "--json"))
    assert [decision["reason"] for decision in shown["decisions"]] == ["too_old"]


async def test_bad_feeds_are_named_and_cost_the_good_one_nothing(newsroom: Newsroom) -> None:
    good = rss(("a", "Ferry aground", STORY.format(people=212)), when=moment(hours=1))
    newsroom.server.routes |= {
        "/good": body(good),
        "/page": body(b"<!doctype html><html><title>Not here</title><body>Hello</body></html>", "text/html"),
        "/cut": body(good[: len(good) // 3]),
        "/noise": body(bytes(range(256)) * 40),
        "/empty": body(b""),
        "/gone": status(410),
        "/broken": status(503, Retry_After="3600"),
        "/loop": redirect("/loop"),
        "/inside": redirect("http://169.254.169.254/latest/meta-data"),
    }
    paths = sorted(newsroom.server.routes)
    newsroom.list_feeds(*paths, "/missing")
    result = await newsroom.run("run", "--once")
    assert result.returncode == 0, result.stderr
    assert await newsroom.alerts() == [("first", "Ferry aground")]
    feeds = {feed["name"]: feed for feed in json_lines(await newsroom.run("feeds", "list", "--json"))}
    assert feeds["good"]["health"] == "healthy"
    assert feeds["gone"]["health"] == "gone"
    for name, words in {
        "page": "web page",
        "broken": "503",
        "loop": "redirect",
        "inside": "169.254.169.254",
        "missing": "404",
    }.items():
        assert words in feeds[name]["state"]["last_error"], name
    for name in ("noise", "empty", "page"):
        assert feeds[name]["state"]["failures"] == 1, name
    quarantined = json_lines(await newsroom.run("articles", "list", "--json", "--quarantined"))
    assert newsroom.server.url("/page") in {entry["source"] for entry in quarantined}


async def test_a_summary_is_judged_by_its_whole_page(newsroom: Newsroom) -> None:
    rules = """
rules:
  - {id: capsized, any: [capsized], severity: high}
  - {id: ferries, any: [ferr*], severity: low, full_text: matched, max_age: 90m}
"""
    (newsroom.folder / "rules" / "ferries.yaml").write_text(rules)
    told = STORY.format(people=212).replace(". ", ".</p><p>")
    page = f"<html lang='en'><title>Ferry</title><article><p>{told} The ferry capsized at noon.</p></article></html>"
    teaser = rss(("a", "Ferry in trouble", "Read on"), ("b", "Lamps", QUIET), when=moment(hours=1))
    link = newsroom.server.url("/a")
    newsroom.server.routes |= {
        "/rss": body(teaser.replace(b"http://wire.example/a", link.encode())),
        "/a": body(page.encode(), "text/html"),
        "/robots.txt": body(b"User-agent: *\nAllow: /", "text/plain"),
    }
    newsroom.list_feeds("/rss")
    result = await newsroom.run("run", "--once")
    assert result.returncode == 0, result.stderr
    assert sorted(request.path for request in newsroom.server.requests) == ["/a", "/robots.txt", "/rss"]
    listed = json_lines(await newsroom.run("alerts", "list", "--json"))
    assert [sorted(alert["rules"]) for alert in listed] == [["capsized", "ferries"]]
    assert "212" in json.dumps(listed)


async def test_an_unchanged_feed_is_asked_for_conditionally(newsroom: Newsroom) -> None:
    newsroom.server.routes["/rss"] = body(
        rss(("a", "Ferry aground", STORY.format(people=3)), when=moment(hours=1)), ETag='"one"'
    )
    newsroom.list_feeds("/rss")
    await newsroom.run("run", "--once")
    await asyncio.sleep(1.1)
    await newsroom.run("run", "--once")
    first, second = newsroom.server.requests
    assert "if-none-match" not in first.headers
    assert second.headers["if-none-match"] == '"one"'
    assert "newsmonitor/" in first.headers["user-agent"]


async def test_feeds_are_found_tried_and_watched_over_from_the_command_line(newsroom: Newsroom) -> None:
    good = rss(("a", "Ferry aground", STORY.format(people=212)), when=moment(hours=1))
    link = '<link rel="alternate" type="application/rss+xml" href="{}">'
    newsroom.server.routes |= {
        "/one": body(link.format("/rss").encode(), "text/html"),
        "/two": body((link.format("/rss") + link.format("/json")).encode(), "text/html"),
        "/rss": body(good),
        "/json": body(json_feed("b", "Lamps", QUIET, moment(hours=1)), "application/feed+json"),
    }
    several = await newsroom.run("feeds", "add", newsroom.server.url("/two"))
    assert several.returncode == 1
    assert newsroom.server.url("/json") in several.stdout
    assert "Ferry aground" in several.stdout
    assert not (newsroom.folder / "feeds.yaml").exists()
    newsroom.server.routes["/down"] = status(503)
    for address in ("/one", "/down"):
        added = await newsroom.run("feeds", "add", newsroom.server.url(address))
        assert added.returncode == 0, added.stderr
    mistyped = await newsroom.run("feeds", "add", newsroom.server.url("/missing"))
    assert (mistyped.returncode, "404" in mistyped.stderr) == (2, True)
    tried = await newsroom.run("feeds", "test", newsroom.server.url("/rss"))
    assert "Ferry aground" in tried.stdout
    assert (await newsroom.run("feeds", "test", newsroom.server.url("/missing"))).returncode == 1
    await newsroom.run("run", "--once")
    bad, well = json_lines(await newsroom.run("feeds", "health", "--json"))
    assert well["url"] == newsroom.server.url("/rss")
    assert (well["health"], well["last_error"]) == ("healthy", "")
    assert float(well["articles_a_day"]) > 0
    assert "failing since" in bad["health"]
    assert "503" in bad["last_error"]
