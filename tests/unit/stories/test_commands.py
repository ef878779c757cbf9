"""`monitor stories ...`, and a daemon's grouping that follows it."""

import asyncio
import json
import re
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.livestories import LiveStories
from monitor.model.article import Batch
from monitor.model.story import Relation, StoryDecision
from monitor.ports import Processed
from monitor.store.sql import open_store
from monitor.stories.grouping import Grouper
from tests.support.nouns import processed
from tests.unit.stories.stream import START, make

BRIDGE = make(
    "Harbour Wire",
    "bridge",
    "Footbridge collapse in Velmora kills 12",
    "A footbridge over the Arno Seco collapsed in Velmora, killing at least 12 people, the fire service said.",
    START,
)
TOLL = make(
    "Courier",
    "toll",
    "Velmora toll rises",
    "The number of people killed in the collapse of a footbridge in Velmora rose to 17, fire chief Nunes said.",
    START + timedelta(hours=5),
)
FERRY = make(
    "Island Radio",
    "ferry",
    "Ferry runs aground",
    "The ferry Skerra ran aground off Lindholm; all passengers were brought ashore by lifeboats.",
    START + timedelta(hours=6),
)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = open_store(f"sqlite:///{tmp_path / 'var' / 'monitor.db'}")
    grouper = Grouper()
    opened.ingest(Batch((BRIDGE, TOLL, FERRY)))
    for article in (BRIDGE, TOLL, FERRY):
        decision = grouper.decide(article)
        opened.commit([Processed(article, story=decision, trace=grouper.trace(article))], [], article.time)
        grouper.admit(article, decision)
    yield opened
    opened.close()


def run(*words):
    return CliRunner().invoke(app, ["stories", *words])


@pytest.mark.usefixtures("store")
def test_list_counts_what_a_story_has():
    bridge, ferry = sorted((line.split("\t") for line in run("list").output.splitlines()), key=lambda row: -int(row[3]))
    assert (bridge[0], bridge[3:]) == (BRIDGE.id, ["2", "2", "0", "1", BRIDGE.title])
    assert ferry[3:] == ["1", "1", "0", "0", FERRY.title]


@pytest.mark.usefixtures("store")
def test_show_is_a_timeline_with_what_was_new_and_each_facts_source():
    said = run("show", BRIDGE.id[:8]).output
    assert "first report Harbour Wire: Footbridge collapse" in said
    assert "killed 12 → 17" in said
    assert re.search(r"killed +17  Courier first, Sun 17 Nov", said)


@pytest.mark.usefixtures("store")
def test_show_as_json_has_facts_and_decisions():
    (story,) = [json.loads(line) for line in run("show", BRIDGE.id, "--json").output.splitlines()]
    assert [one["relation"] for one in story["articles"]] == ["new", "update"]
    assert {fact["text"] for fact in story["facts"] if fact["about"] == "killed"} >= {"12", "17"}


@pytest.mark.usefixtures("store")
def test_explain_tells_what_was_compared_and_what_came_of_it():
    said = run("explain", BRIDGE.id, TOLL.id).output
    assert "velmora" in said
    assert "is needed to be one story" in said
    assert "killed 12 -> 17" in said
    assert "decided then: update" in said


def test_merged_and_split_stories_are_followed_by_what_comes_next(store):
    grouper = Grouper()

    async def call(function, *args):
        return function(*args)

    async def follow():
        live = LiveStories(store, call, grouper)
        await live.follow()
        assert run("merge", FERRY.id, BRIDGE.id).exit_code == 0
        await live.follow()

    asyncio.run(follow())
    again = make("Coast", "again", FERRY.title, FERRY.text, START + timedelta(hours=8))
    assert grouper.decide(again).story_id == BRIDGE.id
    assert run("split", BRIDGE.id, FERRY.id[:10]).exit_code == 0
    restarted = Grouper()
    restarted.restore(store.members(START - timedelta(days=1)))
    assert restarted.decide(again).story_id == FERRY.id


def test_what_merged_articles_raised_counts_as_told(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    store.ingest(Batch((BRIDGE, FERRY)))
    store.commit([processed(BRIDGE)], ["slack"], BRIDGE.time)
    store.commit([Processed(FERRY, story=StoryDecision(FERRY.id, FERRY.id, Relation.NEW))], [], FERRY.time)
    assert store.alerts_of(FERRY.id) == []
    assert store.move([BRIDGE.id], FERRY.id, FERRY.time) == 1
    assert [alert.article_id for alert in store.alerts_of(FERRY.id)] == [BRIDGE.id]
    assert store.move([BRIDGE.id], FERRY.id, FERRY.time) == 0
    store.close()


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "nothing"), "No single story has an id that begins with 'nothing'"),
        (("explain", "nothing", "at all"), "No single article"),
        (("merge", BRIDGE.id, BRIDGE.id), "both are the same story"),
        (("split", BRIDGE.id, BRIDGE.id, TOLL.id), "nothing would be left"),
        (("split", BRIDGE.id, BRIDGE.id), "take out the other articles"),
        (("split", BRIDGE.id, FERRY.id), "begins the id of 0 articles of the story"),
    ],
)
def test_mistakes_are_told(words, says):
    result = run(*words)
    assert result.exit_code
    assert says in " ".join(result.output.replace("│", " ").split())


def test_mute_is_a_silence_on_the_story(store):
    assert run("mute", BRIDGE.id, "--for", "2h", "--by", "ann").exit_code == 0
    (silence,) = store.silences()
    assert (silence.selector.story, silence.author) == ((BRIDGE.id,), "ann")
