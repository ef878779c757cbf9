"""Pages of articles: whose are fetched, what they add, and that no failure loses the article."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.fulltext import Pages, is_summary, wants_page, with_page
from monitor.model.article import Article, Batch, FullText, SourceKind
from monitor.model.rule import Rule
from monitor.pipeline import Rulebook
from monitor.rules.schema import parse
from monitor.sources.http import GuardedClient, Limits
from monitor.sources.pages import Page, PageKind
from monitor.sources.robots import Robots
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.telemetry.metrics import Metrics
from monitor.workers import PageWorkers
from tests.support import feed_server as play
from tests.support.feed_server import FeedServer
from tests.support.nouns import NOON, FakeClock, article

TUGS = (f"Tug number {n} left the harbour for the ferry at dawn, its owner said." for n in range(9))
WHOLE = f"<p>{'</p><p>'.join(TUGS)}</p>"
PAGE = f"<html lang=en><head><title>Ferry aground</title></head><body><article>{WHOLE}</article></body></html>".encode()


def book(mode: str) -> Rulebook:
    text = f"rules:\n- {{id: ferry, any: [ferry], full_text: {mode}}}\n- {{id: quiet, any: [ferry]}}"
    rules: tuple[Rule, ...] = parse(text.encode(), "rules.yaml").rules
    return Rulebook.of(rules)


SUMMARY = article(text="A ferry ran aground.", url="http://wire.example/1")


@pytest.mark.parametrize(
    ("feed", "rule", "text", "wanted"),
    [
        (None, "never", "A ferry.", False),
        (None, "matched", "A ferry.", True),
        (None, "matched", "A bus.", False),
        (None, "always", "A bus.", True),
        (FullText.NEVER, "always", "A ferry.", False),
        (FullText.MATCHED, "never", "A ferry.", True),
        (FullText.MATCHED, "never", "A bus.", False),
        (FullText.ALWAYS, "never", "A bus.", True),
        (FullText.ALWAYS, "never", "A ferry. " * 300, False),
        (FullText.ALWAYS, "never", "A ferry. " * 300 + "Read more", True),
    ],
)
def test_whose_pages_are_fetched(feed: FullText | None, rule: str, text: str, wanted: bool) -> None:
    asked, found = book(rule), replace(SUMMARY, text=text)
    assert wants_page(found, asked.matcher.match(found), asked, feed, NOON) is wanted


@pytest.mark.parametrize(
    "change",
    [{"kind": SourceKind.SEED}, {"url": ""}, {"flags": ("page_not_read",)}, {"published": NOON - timedelta(days=3)}],
)
def test_whose_are_never_fetched(change: dict[str, Any]) -> None:
    assert not wants_page(replace(SUMMARY, **change), (), book("always"), FullText.ALWAYS, NOON)


def test_a_text_that_breaks_off_is_a_summary() -> None:
    whole = "The tug left the harbour. " * 100
    assert [is_summary(whole), is_summary(whole + "and …"), is_summary(whole + "[...]")] == [False, True, True]


def test_a_page_fills_what_the_feed_left_open_and_no_more() -> None:
    page = Page(PageKind.ARTICLE, "A headline", "One & two.\n\nThree four five six.", "http://wire.example/one")
    page = replace(page, authors=("Jane Roe",), published=NOON - timedelta(hours=1), lang="de")
    bare = with_page(replace(SUMMARY, title="", lang="", published=None), page)
    assert (bare.title, bare.lang, bare.published, bare.authors) == ("A headline", "de", page.published, page.authors)
    assert bare.html == "<p>One &amp; two.</p><p>Three four five six.</p>"
    told = with_page(replace(SUMMARY, title="Own", lang="en", authors=("Ben",)), page)
    assert (told.title, told.lang, told.published, told.authors) == ("Own", "en", SUMMARY.published, ("Ben",))
    assert (told.id, told.url, told.flags) == (SUMMARY.id, "http://wire.example/one", ("full_text",))
    led = with_page(SUMMARY, replace(page, place="http://wire.example/led/1"))
    assert (led.url, led.addresses) == (page.url, (SUMMARY.url, "http://wire.example/led/1"))
    assert with_page(SUMMARY, Page(PageKind.CONSENT)) == replace(SUMMARY, flags=("consent_page",))


class Desk:
    """Articles stored from a site, and their pages."""

    def __init__(self, server: FeedServer, store: SqlStore, pages: Pages) -> None:
        self.server, self.store, self.pages = server, store, pages

    async def read(self, handler: play.Handler) -> Article:
        self.server.routes["/1"] = handler
        [stored] = self.store.ingest(Batch(articles=(replace(SUMMARY, url=self.server.url("/1")),)))
        assert self.pages.take(stored, (), Rulebook())
        assert self.pages.under_way == {stored.id}
        assert await self.pages.settle() == 1
        assert not self.pages.under_way
        [completed] = self.store.unprocessed(10)
        assert not self.pages.take(completed, (), Rulebook()), "once is enough"
        return completed


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store, call, workers = open_store(f"sqlite:///{tmp_path / 'monitor.db'}"), StoreThread(), PageWorkers()
    limits = Limits(read=0.3, rate=1_000, wire=1_000_000)
    async with (
        FeedServer() as server,
        GuardedClient(user_agent="test", allow_networks=["127.0.0.1"], limits=limits) as client,
    ):
        clock = FakeClock()
        pages = Pages(
            store=store,
            call=call,
            client=client,
            robots=Robots(client, "newsmonitor", clock.now),
            workers=workers,
            mode_of=lambda _: FullText.ALWAYS,
            clock=clock,
            metrics=Metrics(),
            on_ready=asyncio.Event().set,
        )
        yield Desk(server, store, pages)
        await pages.close()
    workers.close()
    call.close()
    store.close()


async def test_a_page_is_read_into_its_article(desk: Desk) -> None:
    whole = await desk.read(play.body(PAGE, "text/html"))
    assert whole.text.count("Tug number") == 9
    assert (whole.flags, whole.lang) == (("full_text",), SUMMARY.lang)
    assert [request.path for request in desk.server.requests] == ["/robots.txt", "/1"]


@pytest.mark.parametrize(
    "handler",
    [
        play.status(404),
        play.reset,
        play.silence,
        play.bomb("gzip"),
        play.redirect("http://169.254.169.254/latest/meta-data"),
        play.body(b"%PDF-1.4\0\1", "application/pdf"),
        play.body(b"<div>" * 300_000, "text/html"),
    ],
    ids=["404", "reset", "silence", "bomb", "inward", "pdf", "deep"],
)
async def test_whatever_happens_to_a_page_its_article_stays(desk: Desk, handler: play.Handler) -> None:
    kept = await desk.read(handler)
    assert kept.text == SUMMARY.text
    assert set(kept.flags) <= {"page_not_read", "page_without_text"}


async def test_a_mistake_of_ours_on_a_page_does_not_lose_its_article(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.fulltext.contradicts", lambda *_: 1 / 0)
    monkeypatch.setattr("tests.unit.test_fulltext.SUMMARY", replace(SUMMARY, lang=""))
    assert (await desk.read(play.body(PAGE, "text/html"))).flags == ("page_not_read",)


async def test_robots_txt_is_obeyed(desk: Desk) -> None:
    desk.server.routes["/robots.txt"] = play.body(b"User-agent: *\nDisallow: /", "text/plain")
    assert (await desk.read(play.body(PAGE, "text/html"))).flags == ("page_not_read",)
    assert [request.path for request in desk.server.requests] == ["/robots.txt"]


async def test_a_host_that_does_not_answer_holds_up_no_other(desk: Desk) -> None:
    desk.server.routes = {"/slow": play.silence, "/quick": play.body(PAGE, "text/html")}
    slow, quick = desk.server.url("/slow"), desk.server.url("/quick", host="localhost")
    addresses = [f"{slow}?{number}" for number in range(40)] + [quick]
    desk.server.routes |= {f"/slow?{number}": play.silence for number in range(40)}
    found = [replace(SUMMARY, key=address, url=address) for address in addresses]
    stored = desk.store.ingest(Batch(articles=tuple(found)))
    assert all(desk.pages.take(article, (), Rulebook()) for article in stored)
    while stored[-1].id in desk.pages.under_way:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)
    assert len(desk.pages.under_way) > 30
