"""What is no plain article, through the pipeline and the store: each case with what must come of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from tempfile import TemporaryDirectory

import pytest

from monitor.model.article import Article
from monitor.sources.clean import MAX_TEXT
from monitor.store.sql import open_store
from tests.support.decider import decide_each
from tests.unit.stories.stream import START, make

RULES = "rules: [{id: all, updates: all, any: [a, the, of, in, and, hello, velmora, skerra, weather]}]"
LIVE = "Storm Lena live: latest updates as the storm hits the coast"
STUB = (
    "You have reached your limit of free articles. Subscribe now to continue reading this story and support our "
    "journalism.\n\nAlready a subscriber? Log in. Get unlimited access from one euro a week."
)
BRIDGE = (
    "A suspension footbridge over the Arno Seco river collapsed in the town of Velmora on Sunday evening, killing at "
    "least 12 people, the fire service said. Some 60 people were on the bridge when a cable snapped."
)
HEADLINES = (
    "A footbridge in Velmora collapsed, killing 12 people",
    "The mayor of Brenwick is to step down",
    "Ferry runs aground off Skerra with 140 aboard",
    "Nordmark central bank cuts key rate to 3.25 percent",
    "Cholera outbreak declared in Tamboro province",
)


@dataclass(frozen=True)
class Came:
    """What came of an article."""

    story: str
    relation: str
    alert: str
    changes: tuple[str, ...]


def came_of(articles: Sequence[Article]) -> list[Came | None]:
    """Each article as it comes in, through the store and the pipeline; None where no rule matched it."""
    found = []
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/monitor.db")
        for new in asyncio.run(decide_each(store, articles, RULES)):
            outcome = store.outcome(new)
            assert outcome.processed is not None
            if outcome.story is None:
                found.append(None)
                continue
            [decision] = outcome.decisions
            changes = tuple(change.text for change in outcome.story.changes)
            found.append(Came(outcome.story.story_id, outcome.story.relation.value, decision.kind or "", changes))
        store.close()
    return found


def hours(number: float) -> object:
    return START + timedelta(hours=number)


def each(outlet: str, *told: tuple[str, str]) -> list[Article]:
    """Articles of one outlet, an hour apart, each at an address of its own."""
    return [
        make(outlet, str(n), title, text, hours(n), url=f"https://{outlet.lower()}.example/a/{n}")
        for n, (title, text) in enumerate(told)
    ]


def test_empty_and_one_word_articles_are_stored_and_stay_alone() -> None:
    bridge, *rest = came_of(
        [
            make("Wire", "0", "Footbridge collapse in Velmora kills 12", BRIDGE, hours(0)),
            *each("Paper", ("", ""), ("Hello", ""), ("", "Velmora"), ("Weather", "\n\n"), ("…", "…")),
        ]
    )
    assert bridge is not None
    assert [one and one.relation for one in rest] == [None, "new", "new", "new", None]


GROWTH = {
    10: "Two people were killed by a falling tree in Marhaven, police said.",
    30: "A third person has died, the coastguard said; the death toll is now three.",
    45: "Police arrested a man on suspicion of looting in Pinar.",
    55: "The death toll has risen to seven, the interior ministry said.",
}
ENTRIES = [
    GROWTH.get(n, f"Shops in Marhaven stay open, owner number {n} told our reporter, and the wind is moderate there.")
    for n in range(60)
]


@pytest.mark.parametrize("keyed", [True, False], ids=["one entry", "a new id each time"])
@pytest.mark.parametrize("newest_first", [True, False], ids=["newest first", "newest last"])
def test_a_live_blog_updates_by_what_its_new_entries_tell_and_not_with_each_refresh(
    keyed: bool, newest_first: bool
) -> None:
    pages = []
    for count in (5, 8, 12, 12, 20, 28, 32, 40, 47, 52, 57, 57, 60):
        entries = reversed(ENTRIES[:count]) if newest_first else ENTRIES[:count]
        text = "\n\n".join((f"Last updated {len(pages)} minutes ago", *entries))
        seen = hours(len(pages) / 2)
        key = "live" if keyed else f"live {len(pages)}"
        url = "https://wire.example/live/storm-lena"
        pages.append(make("Wire", key, LIVE, text, seen, url=url, published=START))
    first, *rest = came_of(pages)
    assert first is not None
    assert first.alert == "first"
    told = [one for one in rest if one is not None and one.alert]
    assert {one.story for one in told} == {first.story}
    assert [(one.alert, one.changes[0].split(";")[0]) for one in told] == [
        ("update", words.split(";")[0]) for words in GROWTH.values()
    ]


def test_paywall_stubs_and_galleries_of_one_outlet_look_alike_and_are_not() -> None:
    stubs = each(
        "Paper",
        ("Mayor of Brenwick resigns", STUB),
        ("Ferry runs aground off Skerra", f"All 140 passengers are safe.\n\n{STUB}"),
        ("Central bank cuts its key rate", f"It is the third cut this year.\n\n{STUB}"),
        ("Engineer arrested in Velmora", STUB),
    )
    photos = "\n".join(f"Photo {number} of 5" for number in range(1, 6))
    galleries = each(
        "Wire", ("In pictures: the storm", photos), ("In pictures: the bridge", photos), ("Photos of the week", photos)
    )
    for articles in (stubs, galleries):
        found = came_of(articles)
        assert [one and one.relation for one in found] == ["new"] * len(articles)


@pytest.mark.parametrize("bullet", ["- ", ""], ids=["bullets", "lines"])
@pytest.mark.parametrize("title", ["Morning briefing: bridge, mayor, ferry", "What we are reading at the desk"])
def test_a_list_of_headlines_belongs_to_no_story_and_brings_none_news(title: str, bullet: str) -> None:
    listed = "\n".join(f"{bullet}{headline}" for headline in HEADLINES)
    later = listed.replace("12", "17")
    bridge, briefing, next_one, report = came_of(
        [
            make("Wire", "0", "Footbridge collapse in Velmora kills 12", BRIDGE, hours(0)),
            make("Paper", "1", title, f"Good morning. Here is the news.\n\n{listed}", hours(2)),
            make("Paper", "2", title, f"Good morning. Here is the news.\n\n{later}", hours(20)),
            make("Echo", "3", "Velmora bridge: 12 dead", BRIDGE.partition(" Some")[0], hours(21)),
        ]
    )
    assert bridge is not None
    assert briefing is not None
    assert next_one is not None
    assert report is not None
    assert (briefing.relation, next_one.relation) == ("new", "new")
    assert report.story == bridge.story


def test_identical_titles_with_different_texts_are_different_stories() -> None:
    found = came_of(
        each(
            "Wire",
            ("Man arrested", "Police in Velmora arrested a man over the theft of a tram. It was found in Lindiro."),
            ("Man arrested", "Customs officers at Port Halden found cocaine in bananas and held a docker of Marhaven."),
            ("Weather", "Rain in the north, 12 degrees in Brenwick in the evening."),
            ("Weather", "Snow in the south, and roads are closed around Pinar and San Lazaro."),
        )
    )
    assert [one and one.relation for one in found] == ["new"] * 4


def test_the_longest_article_that_is_taken_in_is_decided_like_another() -> None:
    text = " ".join(f"Word{n} sentence number {n} about the harbour." for n in range(25_000))[:MAX_TEXT]
    long = make("Wire", "long", "Harbour report", text, hours(0))
    edited = make("Wire", "long", "Harbour report", f"{text} Police said three people were killed.", hours(1))
    printed = make("Echo", "print", "Harbour report", text, hours(2))
    first, edit, copy = came_of([long, edited, printed])
    assert len(text) == MAX_TEXT
    assert first is not None
    assert edit is not None
    assert copy is not None
    assert edit.relation == "edited"
    assert edit.changes[0].endswith("Police said three people were killed.")
    assert (copy.relation, copy.story) == ("copy", first.story)
