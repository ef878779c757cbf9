"""Conditions over time, from an article in the store to a stored decision; a restart changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.article import Article, Batch
from monitor.model.facts import Entity, Facts, Span
from monitor.pipeline import Pipeline, Rulebook
from monitor.rules.schema import parse
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.stories.grouping import Grouper
from monitor.telemetry.metrics import Metrics
from tests.support.nouns import NOON, FakeClock, article

PEOPLE = ("Ada Byron", "Alan Turing", "Grace Hopper")


class NamesOnly:
    """Finds the people of this test, so that no language model is needed."""

    async def extract(self, document: str, published: datetime, lang: str, title_length: int = 0) -> Facts:
        del published, title_length
        entities = tuple(
            Entity(name, "PERSON", name, (span := Span(at, at + len(name))), 0, (span,), 1.0, "test")
            for name in PEOPLE
            if (at := document.find(name)) >= 0
        )
        return Facts(document, lang, "", len(document), entities)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield opened
    opened.close()


@pytest.fixture
def call() -> Iterator[StoreThread]:
    thread = StoreThread()
    yield thread
    thread.close()


def book(rule: str) -> Rulebook:
    read = parse(f"rules: [{{id: quake, any: [earthquake*], {rule}}}]".encode(), "a.yaml")
    assert read.errors == ()
    return Rulebook.of(read.rules)


def report(outlet: str, minutes: float, text: str, key: str = "") -> Article:
    at = NOON + timedelta(minutes=minutes)
    source = f"https://{outlet.lower()}.example/rss"
    name = key or f"{outlet}-{minutes}"
    return article(name, text, title="", source=source, outlet=outlet, url="", fetched=at, published=at)


class Desk:
    """A pipeline on the store; `restart` makes a new one that knows only what the store knows."""

    def __init__(self, store: SqlStore, call: StoreThread, rulebook: Rulebook) -> None:
        self._store, self._call, self.book = store, call, rulebook
        self.clock = FakeClock()
        self.restart()

    def restart(self) -> None:
        grouper = Grouper()
        grouper.restore(list(self._store.members(NOON - timedelta(days=7))))
        self._pipeline = Pipeline(
            store=self._store,
            call=self._call,
            extractor=NamesOnly(),
            grouper=grouper,
            sinks=["console"],
            default_channel="#news",
            clock=self.clock,
            metrics=Metrics(),
        )

    async def read(self, about: Article) -> tuple[str, str]:
        """The reason decided for the article, and what is said to it."""
        [stored] = self._store.ingest(Batch((about,)))
        self.clock.time = max(self.clock.time, about.fetched)
        while await self._pipeline.process(self.book):
            pass
        [decision] = self._store.outcome(stored.id).decisions or [None]
        return (decision.reason.value, "; ".join(decision.because)) if decision else ("no decision", "")


REPORTS = (
    report("AFP", 0, "An earthquake struck the coast of Chile near Iquique, the geological survey said on Monday."),
    report(
        "BBC", 20, "Residents of Iquique fled their homes as an earthquake shook northern Chile, witnesses told us."
    ),
    report("EFE", 30, "An earthquake struck the coast of Chile near Iquique, the geological survey said on Monday."),
    report("Reuters", 40, "Copper mines in Chile halted work after an earthquake off Iquique, their owners announced."),
    report("DPA", 400, "A museum in Lisbon shows paintings of the earthquake of 1755 and of what came after it."),
)


@pytest.mark.parametrize("restarted", [False, True])
async def test_frequency_counts_independent_outlets(store: SqlStore, call: StoreThread, restarted: bool) -> None:
    desk = Desk(store, call, book("frequency: 3 outlets in 2h"))
    seen = []
    for one in REPORTS:
        seen.append(await desk.read(one))
        if restarted:
            desk.restart()
    assert seen == [
        ("below_frequency", "1 of 3 independent outlets in 2 h: AFP"),
        ("below_frequency", "2 of 3 independent outlets in 2 h: AFP, BBC"),
        ("below_frequency", "2 of 3 independent outlets in 2 h: AFP, BBC"),  # EFE runs AFP's text
        ("new_story", "3 independent outlets in 2 h: AFP, BBC, Reuters"),
        ("below_frequency", "1 of 3 independent outlets in 2 h: DPA"),
    ]
    [status] = store.alerts()
    assert status.alert.card.because == ("3 independent outlets in 2 h: AFP, BBC, Reuters",)


FELT = (
    "Fishermen off Crete felt an earthquake in their boats before dawn.",
    "Schools in Manila closed early when an earthquake rattled the windows of the capital.",
    "An earthquake has delayed the opening of Wellington's new tunnel, engineers wrote.",
)


@pytest.mark.parametrize("restarted", [False, True])
async def test_spike_is_against_the_rules_own_usual(store: SqlStore, call: StoreThread, restarted: bool) -> None:
    desk = Desk(store, call, book("spike: 3x in 1h"))
    drills = [report("AFP", hour * 60, f"Earthquake drill number {hour} held in town {hour}.") for hour in range(12)]
    seen = [await desk.read(one) for one in drills]
    for minute, words in enumerate(FELT):
        if restarted:
            desk.restart()
        seen.append(await desk.read(report("AFP", 11 * 60 + 1 + minute, words)))
    assert [reason for reason, _ in seen] == ["no_baseline"] * 5 + ["no_spike"] * 8 + ["new_story", "new_story"]
    assert seen[-2] == ("new_story", "3 articles in 1 h, usually 1")


MEETINGS = (
    "Ada Byron lectured in Naples about the earthquake of 1688. The university printed her notes in a small edition.",
    "Insurers in Kobe raised premiums by a tenth. The chairman named earthquake losses, quoting Ada Byron on risk.",
    "Alan Turing told a court in Manchester that no machine foresees an earthquake. Damages were set at nine pounds.",
    "Grace Hopper was promoted to admiral.",
    "Fishing boats stayed in Kodiak harbour after an earthquake alert that Grace Hopper broadcast from her ship.",
)


@pytest.mark.parametrize("restarted", [False, True])
async def test_first_seen_knows_every_name_the_rule_has_met(
    store: SqlStore, call: StoreThread, restarted: bool
) -> None:
    desk = Desk(store, call, book("first_seen: person"))
    seen = []
    for number, words in enumerate(MEETINGS):
        # Weeks apart, so that each is a story of its own.
        seen.append(await desk.read(report("AFP", number * 60 * 24 * 20, words)))
        if restarted:
            desk.restart()
    assert seen == [
        ("new_story", "first seen: Ada Byron"),
        ("seen_before", "everything in it was met before"),
        ("new_story", "first seen: Alan Turing"),
        ("no decision", ""),
        ("new_story", "first seen: Grace Hopper"),
    ]


async def test_a_rule_that_asks_for_new_names_later_knows_those_it_matched_before(
    store: SqlStore, call: StoreThread
) -> None:
    desk = Desk(store, call, book("severity: low"))
    await desk.read(report("AFP", 0, MEETINGS[0]))
    desk.book = book("first_seen: [person, term]")
    told = await desk.read(report("AFP", 60 * 24 * 20, MEETINGS[1]))
    assert told == ("seen_before", "everything in it was met before")


async def test_edits_are_told_even_when_they_take_the_word_away(store: SqlStore, call: StoreThread) -> None:
    desk = Desk(store, call, book("edited: any"))
    words = "An earthquake struck the coast of Chile, the survey said. Three towns were without power on Monday night."
    first = report("AFP", 0, words, key="k")
    assert (await desk.read(first))[0] == "not_edited"
    edited = replace(first, text=words.replace("Three", "Four"), fetched=NOON + timedelta(minutes=5))
    assert await desk.read(edited) == ("new_story", "edited since it was first seen")
    gone = replace(first, text=words.replace("earthquake", "storm"), fetched=NOON + timedelta(minutes=9))
    reason, said = await desk.read(gone)
    assert said == "edited since it was first seen; what the rule looks for is no longer in it"
    assert reason in {"edited", "new_facts"}
    last = replace(first, text=words.replace("earthquake", "gale"), fetched=NOON + timedelta(minutes=12))
    assert (await desk.read(last))[0] == "no decision"
