"""Feeds to articles: pairs of a feed and what it must come to, and everything that is no feed."""

import contextlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.model.article import Article, Feed, FullText
from monitor.sources.dates import parse_date
from monitor.sources.feeds import http_url, parse_feed

DATA = Path(__file__).parents[2] / "data" / "sources"
NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)
FEED = Feed(url="http://wire.example/feed.xml", name="Wire", group="World")


def shown(article: Article, fields: dict[str, Any]) -> dict[str, Any]:
    values = {name: getattr(article, name) for name in fields}
    return {
        name: value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }


@pytest.mark.parametrize("path", sorted((DATA / "feeds").glob("*.expect.json")), ids=lambda path: path.name[:-12])
def test_a_feed_comes_to_its_articles(path: Path) -> None:
    expected = json.loads(path.read_text())
    body = path.with_name(path.name.removesuffix(".expect.json")).read_bytes()
    parsed = parse_feed(body, expected["content_type"], FEED, NOW)
    wanted = expected["articles"]
    assert [shown(article, fields) for article, fields in zip(parsed.articles, wanted, strict=True)] == wanted
    assert len(parsed.quarantined) == expected.get("quarantined", 0)
    assert parsed.ttl == expected.get("ttl", parsed.ttl)
    assert parsed.title == expected.get("title", parsed.title)


def test_a_sitemap_index_names_the_likeliest_news_first() -> None:
    names = "".join(
        f"<sitemap><loc>http://a.example/{name}.xml</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in (("posts-1", "2020-01-01"), ("posts-2", "2024-11-17"), ("tags", "2024-11-18"), ("news", ""))
    )
    body = f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{names}</sitemapindex>"
    parsed = parse_feed(body.encode(), "", FEED, NOW)
    assert parsed.sitemaps == tuple(f"http://a.example/{name}.xml" for name in ("news", "tags", "posts-2"))


@pytest.mark.parametrize(("mode", "kept"), [(FullText.ALWAYS, 2), (None, 0)])
def test_bare_addresses_are_articles_only_where_their_pages_are_fetched(mode: FullText | None, kept: int) -> None:
    body = "<urlset><url><loc>http://a.example/1</loc></url><url><loc>http://a.example/2</loc></url></urlset>"
    parsed = parse_feed(body.encode(), "", replace(FEED, full_text=mode), NOW)
    assert (len(parsed.articles), len(parsed.quarantined)) == (kept, 0 if kept else 1)


def test_what_a_feed_asks_of_its_readers() -> None:
    body = (
        "<rss><channel><skipHours><hour>0</hour><hour>24</hour><hour>7</hour><hour>x</hour></skipHours>"
        "<skipDays><day>Sunday</day></skipDays><sy:updatePeriod>hourly</sy:updatePeriod>"
        "<sy:updateFrequency>2</sy:updateFrequency><item><title>a</title></item></channel></rss>"
    )
    parsed = parse_feed(body.encode(), "", FEED, NOW)
    assert (parsed.ttl, parsed.skip_hours, parsed.skip_days) == (30, {0, 7}, {6})


@pytest.mark.parametrize("case", json.loads((DATA / "not_feeds.json").read_text()), ids=lambda case: case["what"])
def test_what_is_no_feed_is_said_in_words(case: dict[str, str]) -> None:
    with pytest.raises(ParseError) as caught:
        parse_feed(case["body"].encode(), "", FEED, NOW)
    assert case["words"] in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel>" + b"<item/>" * 2_100_000,
        b"<rss><channel>" + b"<item a='' b=''/>" * 800_000,
        b'{"items":[' + b"{}," * 1_600_000 + b"{}]}",
    ],
    ids=["tags", "attributes", "JSON"],
)
def test_a_bomb_of_small_things_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError, match="million"):
        parse_feed(body, "", FEED, NOW)


def test_markup_in_text_is_no_bomb() -> None:
    markup = "<b>x</b>" * 1_100_000
    body = f"<rss><channel><item><title>x</title><description><![CDATA[{markup}]]></description></item></channel></rss>"
    [article] = parse_feed(body.encode(), "", FEED, NOW).articles
    assert article.title == "x"


@pytest.mark.parametrize(("text", "expected"), json.loads((DATA / "dates.json").read_text()))
def test_dates(text: str, expected: str | None) -> None:
    when = parse_date(text, NOW)
    assert when == (datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None)


def test_the_operators_word_counts_more_than_the_feeds() -> None:
    feed = Feed(url="http://a.example/", name="N", outlet="Owner", lang="uk", group="G")
    body = (DATA / "feeds" / "rss20.xml").read_bytes()
    article = parse_feed(body, "", feed, NOW).articles[0]
    assert (article.lang, article.outlet, article.group, article.source) == ("uk", "Owner", "G", "http://a.example/")


def test_a_language_nobody_changed_from_the_default_is_not_believed() -> None:
    text = "Президент підписав закон про бюджет на наступний рік, повідомляє пресслужба уряду в понеділок. " * 2
    body = f"<rss><channel><language>en-US</language><item><description>{text}</description></item></channel></rss>"
    assert parse_feed(body.encode(), "", FEED, NOW).articles[0].lang == "uk"


def test_parsing_twice_gives_the_same_articles() -> None:
    body = b"<rss><channel><item><title>No id, no link</title><pubDate>2024-11-18</pubDate></item></channel></rss>"
    first, second = (parse_feed(body, "", FEED, NOW).articles[0] for _ in range(2))
    assert first.key == second.key != ""


def test_twenty_thousand_entries() -> None:
    items = "".join(
        f"<item><guid>{n}</guid><title>Title {n}</title><pubDate>Mon, 18 Nov 2024 08:00:00 GMT</pubDate></item>"
        for n in range(20_000)
    )
    feed = Feed(url="http://a.example/", lang="en")
    body = f"<rss version='2.0'><channel><title>Big</title>{items}</channel></rss>".encode()
    assert len(parse_feed(body, "", feed, NOW).articles) == 20_000


@pytest.mark.parametrize(
    "flood", ["<item>", "<item><title>", "<a>", '<item a="', "<!--", "&bogus;", "<![CDATA[", "</item>", "<item><b/>"]
)
def test_floods_of_broken_markup_are_refused_or_read(flood: str) -> None:
    body = f"<rss><channel><item><title>x</title></item>{flood * (300_000 // len(flood))}"
    with contextlib.suppress(ParseError):
        parse_feed(body.encode(), "", FEED, NOW)


def test_an_element_of_many_attributes_is_refused() -> None:
    attributes = " ".join(f"a{n}='x'" for n in range(50_000))
    with pytest.raises(ParseError, match="thousands of attributes"):
        parse_feed(f"<rss><channel {attributes}><item/></channel></rss>".encode(), "", FEED, NOW)


_BOMBS = """
import json, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.errors import ParseError
from monitor.model.article import Feed
from monitor.sources.feeds import parse_feed

def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

now, feed, told = datetime(2024, 11, 18, tzinfo=UTC), Feed(url="http://a.example/"), {}
parse_feed(b"<rss><channel><item><title>a</title></item></channel></rss>", "", feed, now)
before = memory()
for path in sorted(Path(sys.argv[1]).glob("*.x*")):
    document = path.read_bytes()
    doctype, _, root = document.rpartition(b"]>")
    entity = b"&" + root.partition(b"&")[2].partition(b";")[0] + b";" if b"&" in root else b""
    rss = b"<rss><channel><item><title>a" + entity * 50 + b"</title></item></channel></rss>"
    for body in (document, doctype + b"]>" + rss if doctype else rss):
        try:
            said = [article.title for article in parse_feed(body, "", feed, now).articles]
        except ParseError as error:
            said = str(error)
        told.setdefault(path.name, []).append(said)
print(json.dumps({"growth": memory() - before, "told": told}))
"""


def test_bombs_and_outside_entities_are_refused_without_memory(shared_data: Path) -> None:
    folder = shared_data / "hostile/defusedxml/xmltestdata"
    ran = subprocess.run([sys.executable, "-c", _BOMBS, str(folder)], capture_output=True, text=True, check=True)
    result = json.loads(ran.stdout)
    told = result["told"]
    assert result["growth"] < 20, "megabytes"
    for name in ("cyclic.xml", "xmlbomb.xml", "quadratic.xml"):
        assert all("refused" in said for said in told[name]), name
    for name in ("external.xml", "external_file.xml"):
        assert all("external entity" in said for said in told[name]), name
    assert told["xmlbomb2.xml"][1] == ["a" + "1234567890" * 50], "a harmless entity is written out"
    assert all("not a feed" in told[name][0] or "no feed" in told[name][0] for name in ("simple.xml", "xalan_exec.xsl"))


@given(st.binary(max_size=300))
def test_any_bytes_are_articles_or_a_parse_error(data: bytes) -> None:
    with contextlib.suppress(ParseError):
        parse_feed(data, "", FEED, NOW)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_in_an_entry_can_be_stored(title: str, text: str) -> None:
    body = json.dumps({"items": [{"id": "1", "title": title, "content_html": text, "url": text}]})
    for article in parse_feed(body.encode(), "application/json", FEED, NOW).articles:
        for value in (article.title, article.text, article.key, article.url):
            value.encode("utf-8")
            assert "\0" not in value
        assert "\n" not in article.title


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/a", "http://b.example/a"),
        ("HTTP://A.Example:80/x", "http://a.example/x"),
        ("//a.example/x", "http://a.example/x"),
        ("http://a.example/a b", "http://a.example/a%20b"),
        ("http://a.example/?a=1&amp;b=2", "http://a.example/?a=1&b=2"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("http://[bad/", ""),
        ("", ""),
    ],
)
def test_links(link: str, expected: str) -> None:
    assert http_url(link, "http://b.example/") == expected


def test_a_text_that_is_cut_says_so() -> None:
    item = f"<item><title>Long</title><description>{'word ' * 250_000}</description></item>"
    [article] = parse_feed(f"<rss><channel>{item}</channel></rss>".encode(), "", FEED, NOW).articles
    assert (len(article.text) <= 1_000_000, article.flags) == (True, ("text_cut",))
