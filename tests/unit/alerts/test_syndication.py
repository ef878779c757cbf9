"""Feeds of alerts, read back by our own feed reader and over HTTP."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import feedparser
import pytest

from monitor.alerts.plain import body, subject
from monitor.alerts.syndication import MEDIA_TYPES, feed
from monitor.feedpage import AlertFeeds
from monitor.model.alert import AlertKind, CardItem
from monitor.model.article import Batch
from monitor.model.rule import Severity
from monitor.storage import StoreThread
from monitor.store.sql import open_store
from monitor.telemetry.health import Health, HealthPage
from monitor.telemetry.metrics import Metrics
from tests.support.nouns import NOON, FakeClock, alert, article, processed

HOSTILE = "]]> <script>&amp; \x00\x1b \ud800 \u202e 🇺🇦 <!channel>"


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_any_text_makes_a_good_document(kind: str) -> None:
    raised = alert(article("one", title=HOSTILE))
    card = replace(raised.card, headline=HOSTILE, also=HOSTILE, changes=(HOSTILE,), notes=(HOSTILE,))
    made = feed(kind, [replace(raised, card=card), alert(article("two"))], "All alerts", "http://h/alerts/all.rss")
    if kind == "json":
        entries = json.loads(made)["items"]
    else:
        read = feedparser.parse(made.encode())
        assert not read.bozo, read.get("bozo_exception")
        entries = read.entries
    assert [entry["id"] for entry in entries][1] == f"urn:newsmonitor:alert:{alert(article('two')).id}"


def test_an_article_in_two_channels_is_one_entry() -> None:
    told = [alert(article("one"), channel=channel) for channel in ("#b", "#a")]
    assert len(json.loads(feed("json", told, "t", "a"))["items"]) == 1


def test_a_digest_reads_as_a_list() -> None:
    card = replace(
        alert(article("one")).card,
        kind=AlertKind.DIGEST,
        headline="2 more from Fires",
        items=(CardItem(Severity.HIGH, ("Fires",), "A fire", "https://e.example/1", "AFP", "2 reports"),),
    )
    assert subject(card) == "digest · HIGH: 2 more from Fires"
    assert "HIGH A fire\nAFP · Fires · 2 reports\nhttps://e.example/1" in body(card)


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    about = article("one")
    store.ingest(Batch(articles=(about,)))
    store.commit([processed(about)], ["slack"], NOON + timedelta(minutes=1))
    call = StoreThread()
    page = HealthPage(Health(FakeClock()), Metrics(), "127.0.0.1", 0, AlertFeeds(store, call).routes())
    await page.start()
    assert page._runner is not None
    yield f"http://127.0.0.1:{page._runner.addresses[0][1]}/alerts"
    await page.stop()
    call.close()
    store.close()


async def test_feeds_are_served_by_rule_and_not_sent_again_unchanged(address: str) -> None:
    async with aiohttp.ClientSession() as session:
        for rule, count in (("missiles", 1), ("all", 1), ("other", 0), ("miss", 0)):
            async with session.get(f"{address}/{rule}.json") as response:
                assert response.content_type == "application/feed+json"
                assert len((await response.json(content_type=None))["items"]) == count
        async with session.get(f"{address}/missiles.atom") as response:
            tag = response.headers["ETag"]
        async with session.get(f"{address}/missiles.atom", headers={"If-None-Match": tag}) as response:
            assert response.status == 304
        async with session.get(f"{address}/missiles.exe") as response:
            assert response.status == 404
