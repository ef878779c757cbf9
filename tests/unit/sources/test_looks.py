"""Whether another feed stands at an address now."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.article import Feed
from monitor.sources.feeds import parse_feed
from monitor.sources.looks import Looks, looks_of, turned
from monitor.sources.schedule import Said, after_success

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)
FEED = Feed(url="http://a.example/rss")
CASES = json.loads((Path(__file__).parents[2] / "data/sources/turned.json").read_text())
PAPER = Looks("Kyiv Post", ("kyivpost.com",), "uk")
PARKED = Looks("This domain is for sale", ("parking.example",), "en")


def look(fields: dict[str, object]) -> Looks:
    return Looks(str(fields.get("title", "")), tuple(fields.get("sites", ())), str(fields.get("lang", "")))


@pytest.mark.parametrize(("before", "now", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_two_signs_at_once_are_another_feed(before: dict[str, object], now: dict[str, object], words: str) -> None:
    assert turned(look(before), look(now)) == words


def rss(link: str, *addresses: str) -> bytes:
    words = "The minister said on Monday that the bridge over the river would be open again before winter"
    items = "".join(f"<item><title>{words}, {n}</title><link>{a}</link></item>" for n, a in enumerate(addresses))
    return f"<rss version='2.0'><channel><title>Wire</title><link>{link}</link>{items}</channel></rss>".encode()


@pytest.mark.parametrize(
    ("body", "sites"),
    [
        (rss("http://www.a.example/", *["https://news.a.example/1"] * 2), ("a.example",)),
        (
            rss("http://www.a.example/", *(f"https://news.a.example/{n}" for n in range(4))),
            ("a.example", "news.a.example"),
        ),
        (rss("", *(f"https://{n}.example/" for n in range(9))), ()),
        (rss("http://links.example/", *(f"https://{n}.example/" for n in range(9))), ("links.example",)),
    ],
)
def test_a_feed_has_a_site_where_most_entries_lead_to_one(body: bytes, sites: tuple[str, ...]) -> None:
    parsed = parse_feed(body, "", FEED, NOW)
    assert looks_of(parsed.title, parsed.link, parsed.articles).sites == sites


def test_another_feed_is_remembered_against_the_first_until_it_is_back() -> None:
    state = after_success(FEED, None, NOW, headers={}, said=Said(PAPER), body_hash="1")
    assert (state.title, state.other) == ("Kyiv Post", "")
    other = after_success(FEED, state, NOW, headers={}, said=Said(PARKED), body_hash="2")
    assert (other.title, other.sites, other.other_since) == ("Kyiv Post", ("kyivpost.com",), NOW)
    later = after_success(FEED, other, NOW + timedelta(days=2), headers={}, said=Said(PARKED), body_hash="3")
    assert (later.other, later.other_since) == (other.other, NOW)
    unchanged = after_success(FEED, later, NOW + timedelta(days=3), headers={})
    assert unchanged.other == other.other
    back = after_success(FEED, later, NOW + timedelta(days=3), headers={}, said=Said(PAPER), body_hash="1")
    assert (back.other, back.other_since) == ("", None)


def test_a_feed_that_stays_another_one_counts_as_that_in_the_end() -> None:
    state = after_success(FEED, None, NOW, headers={}, said=Said(PAPER), body_hash="1")
    other = after_success(FEED, state, NOW, headers={}, said=Said(PARKED), body_hash="2")
    settled = after_success(FEED, other, NOW + timedelta(days=15), headers={}, said=Said(PARKED), body_hash="3")
    assert (settled.title, settled.other, settled.other_since) == (PARKED.title, "", NOW)
    again = after_success(FEED, settled, NOW + timedelta(days=16), headers={}, said=Said(PAPER), body_hash="1")
    assert again.other_since == NOW + timedelta(days=16)
