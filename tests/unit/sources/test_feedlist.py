"""feeds.yaml and OPML."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import FeedListError, FetchError, ParseError
from monitor.model.article import Feed, FullText, Priority, Secret
from monitor.sources.feedlist import add_feeds, load_feeds, remove_feed
from monitor.sources.opml import import_opml, read_opml, write_opml
from monitor.sources.secrets import request_headers

LISTED = """\
# what we watch
groups:
  World:  # everywhere
    - url: https://a.example/rss  # the first
      name: A
      outlet: Owner
      lang: en-GB
      country: gb
      owner: House
      labels: [wire, "state media"]
      priority: high
      interval: 5m
      full_text: matched
      headers: {Accept-Language: en, X-Api-Key: {env: WIRE_KEY}}
      login: {file: secrets/wire}
    - https://b.example/rss
  Off:
    - {url: "https://c.example/rss", enabled: false}
feeds:
  - http://127.0.0.1:8080/x
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "feeds.yaml"
    file.write_text(LISTED)
    return file


def test_every_key_is_read(path: Path) -> None:
    feeds = load_feeds(path)
    assert feeds[0] == Feed(
        "https://a.example/rss",
        name="A",
        group="World",
        outlet="Owner",
        owner="House",
        lang="en",
        country="GB",
        labels=("wire", "state media"),
        priority=Priority.HIGH,
        interval=timedelta(minutes=5),
        full_text=FullText.MATCHED,
        headers=(("Accept-Language", "en"), ("X-Api-Key", Secret("env", "WIRE_KEY"))),
        login=Secret("file", str(path.parent / "secrets/wire")),
    )
    assert [(feed.name, feed.outlet, feed.owner, feed.group, feed.enabled) for feed in feeds[1:]] == [
        ("b.example", "b.example", "b.example", "World", True),
        ("c.example", "c.example", "c.example", "Off", False),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", "", True),
    ]
    assert feeds[1].priority.weight < feeds[0].priority.weight


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("priority: urgent", "'urgent' is not one of low, normal, high"),
        ("full_text: yes please", "'yes please' is not one of never, matched, always"),
        ("labels: [[a]]", "['a'] is not a label"),
        ("login: bob:pass", "login must say where it stands: {env: NAME} or {file: PATH}"),
        ("headers: {Authorization: Bearer abc}", "Authorization is a secret, which does not belong in this file"),
        ("headers: {Host: other.example}", "'Host' is not a header that can be set"),
        ("headers: {X-Key: {vault: x}}", "X-Key must say where it stands"),
        ("enabled: 1", "enabled must be true or false"),
    ],
)
def test_wrong_values_of_keys(path: Path, more: str, words: str) -> None:
    path.write_text(f"feeds:\n  - url: http://x.example/\n    {more}\n")
    with pytest.raises(FeedListError) as caught:
        load_feeds(path)
    assert f"{path}:3:5: {words}" in str(caught.value)


def test_a_password_in_an_address_is_refused(path: Path) -> None:
    path.write_text("feeds:\n  - http://bob:pass@x.example/\n")
    with pytest.raises(FeedListError, match=r":2:5: a password does not belong in an address") as caught:
        load_feeds(path)
    assert "bob" not in str(caught.value)


def test_secrets_are_read_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "wire").write_text("bob:s3cret\n")
    feed = Feed(
        "http://x.example/",
        headers=(("X-Api-Key", Secret("env", "KEY")), ("Accept-Language", "en")),
        login=Secret("file", str(tmp_path / "wire")),
    )
    headers = {"X-Api-Key": "k", "Accept-Language": "en", "Authorization": "Basic Ym9iOnMzY3JldA=="}
    assert request_headers(feed, {"KEY": "k"}) == headers
    with pytest.raises(FetchError, match="environment variable KEY"):
        request_headers(feed, {})
    (tmp_path / "wire").unlink()
    with pytest.raises(FetchError, match="secret file"):
        request_headers(feed, {"KEY": "k"})


def test_what_is_written_is_read_back_the_same(path: Path) -> None:
    feed = load_feeds(path)[0]
    other = path.with_name("other.yaml")
    add_feeds(other, [feed])
    assert load_feeds(other) == (feed,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("groups:\n  A:\n    - url: ftp://x\n", ":3:7: 'ftp://x' is not an http"),
        (
            "groups:\n  A:\n    - url: http://x.io/\n      nmae: q\n",
            ":4:7: unknown key 'nmae'; did you mean 'name'",
        ),
        (
            "groups:\n  A:\n    - http://x.io/\n    - http://x.io\n",
            ":4:7: http://x.io/ is already listed at 3:7",
        ),
        ("feedz: []\n", ":1:1: unknown key 'feedz'; did you mean 'feeds'"),
        ("groups: [\n", ":2:1: not YAML"),
        ("groups:\n  A: http://x.io/\n", ":2:3: 'A' must be a list"),
        (
            "groups:\n  A:\n    - url: http://x.io/\n      interval: 15\n",
            ":4:7: 15 is not a time from 1m to 7d, such as 15m or 2h",
        ),
        ("groups:\n  A:\n    - url: http://x.io/\n      interval: 5s\n", ":4:7: '5s' is not a time from 1m"),
        ("groups:\n  A:\n    - url: http://x.io/\n      lang: english\n", ":4:7: 'english' is not a language"),
        ("groups:\n  A:\n    - name: x\n", ":3:7: the feed has no `url`"),
        ("groups:\n  A:\n    - 7\n", ":3:7: a feed is a URL"),
        ("just text\n", ":1:1: expected `groups:`"),
        ("[" * 100, "not YAML"),
    ],
)
def test_mistakes_are_named_with_their_place(path: Path, text: str, words: str) -> None:
    path.write_text(text)
    with pytest.raises(FeedListError) as caught:
        load_feeds(path)
    assert words in str(caught.value)


def test_other_unreadable_files(path: Path) -> None:
    path.write_bytes(b"groups:\n  \xff\xfe: []\n")
    with pytest.raises(FeedListError, match=":2:1: not UTF-8"):
        load_feeds(path)
    with pytest.raises(FeedListError, match="monitor feeds add"):
        load_feeds(path.with_name("missing.yaml"))


def test_adding_keeps_comments_and_order_and_is_idempotent(path: Path) -> None:
    new = [Feed("https://d.example/", name="D", group="World"), Feed("https://e.example/", group="New")]
    assert len(add_feeds(path, new)) == 2
    text = path.read_text()
    assert "# what we watch" in text
    assert "# the first" in text
    assert add_feeds(path, new) == ()
    assert path.read_text() == text
    assert [(feed.group, feed.name) for feed in load_feeds(path)] == [
        ("World", "A"), ("World", "b.example"), ("World", "D"), ("Off", "c.example"), ("New", "e.example"),
        ("", "127.0.0.1"),
    ]  # fmt: skip


def test_adding_to_a_file_that_is_not_there(tmp_path: Path) -> None:
    add_feeds(tmp_path / "new" / "feeds.yaml", [Feed("https://d.example/", group="G")])
    assert [feed.url for feed in load_feeds(tmp_path / "new" / "feeds.yaml")] == ["https://d.example/"]


def test_removing_by_url_or_name(path: Path) -> None:
    assert remove_feed(path, "https://b.example/rss").group == "World"
    assert remove_feed(path, "A").url == "https://a.example/rss"
    assert "# what we watch" in path.read_text()
    assert [feed.name for feed in load_feeds(path)] == ["c.example", "127.0.0.1"]
    with pytest.raises(FeedListError, match=r"did you mean 'c.example'"):
        remove_feed(path, "c.exampel")


MALFORMED = b"""<opml><body><outline text="News & views">
<outline text="One" xmlUrl="https://one.example/rss?a=1&b=2" type="rss">
<outline text='Two' xmlURL='feed://two.example/rss' description="a <a href="http://x">link</a> in it"/>
<outline text="Three" description="says <a href="http://x">x</a>." xmlUrl="http://three.example/" type="rss" />
<outline type="rss" text="No address"/><outline type="rss" text="Bad" xmlUrl="javascript:alert(1)"/>
<outline text="One again" xmlUrl="https://one.example/rss?a=1&amp;b=2"/>
"""


def test_malformed_opml_is_read() -> None:
    listed = read_opml(MALFORMED)
    assert [(feed.url, feed.name, feed.group) for feed in listed.feeds] == [
        ("https://one.example/rss?a=1&b=2", "One", "News & views"),
        ("http://two.example/rss", "Two", "News & views"),
        ("http://three.example/", "Three", "News & views"),
    ]
    assert [refused.name for refused in listed.refused] == ["No address", "Bad"]


def test_thousands_of_outlines_that_are_never_closed_are_read() -> None:
    outlines = "".join(f'<outline text="{n}" xmlUrl="http://a.example/{n}">' for n in range(3_000))
    assert len(read_opml(f"<opml><body><outline text='All'>{outlines}".encode()).feeds) == 3_000


def test_import_reports_and_is_idempotent(path: Path) -> None:
    first, second = import_opml(path, MALFORMED), import_opml(path, MALFORMED)
    assert (len(first.added), len(first.skipped), len(first.refused)) == (3, 0, 2)
    assert (len(second.added), len(second.skipped), len(second.refused)) == (0, 3, 2)


EVERYTHING = """
groups:
  Wires & co:
    - url: https://a.example/rss?x=1&y=2
      name: A <b>"quoted"</b>
      outlet: The A
      owner: A Holding
      lang: uk
      country: UA
      labels: [wire, region/east, two words]
      priority: high
      interval: 15m
      full_text: matched
      enabled: false
      headers: {X-Api-Key: {env: A_KEY}}
      login: {file: secrets/a}
feeds: [https://b.example/]
"""


def test_export_comes_back_the_same_but_for_secrets(path: Path) -> None:
    path.write_text(EVERYTHING)
    feeds = load_feeds(path)
    written = write_opml(feeds)
    listed = read_opml(written.encode())
    assert listed.feeds == (replace(feeds[0], name='A "quoted"', headers=(), login=None), feeds[1])
    assert not listed.refused
    assert not listed.left_out
    assert "secrets" not in written
    assert "A_KEY" not in written
    other = path.with_name("other.yaml")
    import_opml(other, written.encode())
    assert load_feeds(other) == listed.feeds
    assert write_opml(load_feeds(other)) == write_opml(listed.feeds)


def test_attributes_that_cannot_be_used_cost_nothing_but_themselves() -> None:
    outline = (
        '<opml><outline xmlUrl="http://a.example/" text="A" country="Ukraine" x:priority="urgent" owner="A Holding"'
        ' category="/Top/News, wire,!," fullText="x" interval="1s" login="file:/etc/passwd" headers="x"/></opml>'
    )
    listed = read_opml(outline.encode())
    [feed] = listed.feeds
    assert (feed.owner, feed.labels, feed.country, feed.login) == ("A Holding", ("Top/News", "wire"), "", None)
    assert len(listed.left_out) == 4


@pytest.mark.parametrize("data", [b"", b"hello", b"<html></html>", bytes(range(256))])
def test_what_is_no_opml_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        read_opml(data)


def test_every_list_in_the_wild_is_read(shared_data: Path) -> None:
    for file in sorted((shared_data / "opml").rglob("*.opml")):
        data = file.read_bytes()
        assert len(read_opml(data).feeds) == len(set(data.lower().split(b'xmlurl="')[1:])), file.name


def test_the_shipped_list_is_good() -> None:
    feeds = load_feeds(Path(__file__).parents[3] / "feeds.yaml")
    assert len(feeds) >= 40
    assert all(feed.group and feed.name for feed in feeds)
