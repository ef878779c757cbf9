"""Stories while the program runs: several deciders at once, any order of arrival, late and misdated articles."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.livestories import LiveStories
from monitor.model.article import Article, Batch
from monitor.ports import Processed
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore, open_store
from monitor.stories.grouping import Grouper, GroupSettings
from tests.support.decider import decide_all, decide_each
from tests.support.nouns import FakeClock
from tests.unit.stories.stream import START, make, stream, when

ARTICLES = [gold.article for gold in stream()]


def seen_at_once(articles: Sequence[Article]) -> list[Article]:
    """As one poll of many feeds brings them: published at times of their own, fetched together."""
    return [replace(article, fetched=START + timedelta(days=7)) for article in articles]


def decided(store: SqlStore, articles: Sequence[Article]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """For each article its story, what it is to it, and the kinds of alert it raised."""
    found = []
    for article in articles:
        outcome = store.outcome(article.id)
        assert outcome.story is not None, article
        kinds = tuple(str(decision.kind) for decision in outcome.decisions)
        found.append((outcome.story.story_id, outcome.story.relation.value, outcome.story.of, kinds))
    return found


def alone(articles: Sequence[Article]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """What one program decides that nobody disturbs."""
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/alone.db")
        store.ingest(Batch(tuple(articles)))
        asyncio.run(decide_all(store, FakeClock(articles[-1].fetched)))
        found = decided(store, articles)
        store.close()
    return found


def test_programs_that_decide_at_once_come_to_what_one_alone_decides(database_url: str) -> None:
    articles = seen_at_once(ARTICLES[:36])
    store = open_store(database_url)
    store.ingest(Batch(tuple(articles)))
    words = [sys.executable, "-m", "tests.support.decider", database_url]
    running = [subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()
    for process in running:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    assert [process.wait(120) for process in running] == [0, 0]
    assert decided(store, articles) == alone(articles)
    raised = [status.alert for status in store.alerts(limit=1000)]
    assert len(raised) >= 10
    assert max(Counter(alert.article_id for alert in raised).values()) == 1
    assert Counter(alert.kind for alert in raised if not alert.seq) == {"first": len({a.story_id for a in raised})}
    store.close()


ONCE = [article for article in seen_at_once(ARTICLES[20:44]) if article.revision == 1]
IN_ORDER = alone(ONCE)


@settings(max_examples=4)
@given(st.permutations(ONCE))
def test_what_comes_in_together_is_decided_alike_in_whatever_order_it_comes(shuffled: list[Article]) -> None:
    by_article = dict(zip((article.id for article in shuffled), alone(shuffled), strict=True))
    assert [by_article[article.id] for article in ONCE] == IN_ORDER


BODY = (
    "Police in Velmora arrested a municipal engineer on Tuesday over the collapse of a footbridge that killed "
    "seventeen people. The engineer, Rui Barreto, had signed off the last inspection. Prosecutors suspect "
    "negligent homicide."
)
RETOLD = (
    "A municipal engineer was detained in Velmora on Tuesday after seventeen people died when a footbridge gave "
    "way. Rui Barreto had approved the bridge's last inspection."
)


@pytest.mark.parametrize("text", [BODY, RETOLD], ids=["copy", "report"])
@pytest.mark.parametrize("dated", [-800, -9, -1.9, -1, -0.1, 0, 0.5, 1, 20, 4_000])
def test_what_comes_late_or_with_a_wrong_date_is_no_second_first_alert(text: str, dated: float) -> None:
    first = make("Wire", "1", "Engineer arrested over Velmora bridge", BODY, START)
    seen = START + timedelta(hours=3)
    late = replace(make("Echo", "2", "Velmora engineer held", text, seen), published=seen + timedelta(days=dated))
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/late.db")
        for article in (first, late):
            store.ingest(Batch((article,)))
            asyncio.run(decide_all(store, FakeClock(article.fetched), "rules: [{id: all, any: [Velmora]}]"))
        raised = [status.alert for status in store.alerts()]
        store.close()
    assert [alert.article_id for alert in raised] == [first.id]


def test_a_restart_reads_back_exactly_what_was_live() -> None:
    """The window counts from the newest article, and the limit from its number, whatever the clock says now."""
    limits = GroupSettings(window=timedelta(days=3), max_members=40)
    undisturbed = Grouper(limits)
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/live.db")
        call = StoreThread()
        for one in ARTICLES[:200]:
            [article] = store.ingest(Batch((replace(one, revision=1),)))
            decision = undisturbed.decide(article)
            store.commit(
                [Processed(article, story=decision, trace=undisturbed.trace(article))], [], START + timedelta(days=90)
            )
            undisturbed.admit(article, decision)
        restarted = LiveStories(store, call, Grouper(limits))
        asyncio.run(restarted.follow())
        store.close()
        call.close()
    assert len(restarted.grouper) == len(undisturbed)
    probes = [replace(article, source="Other", key=f"{article.key} again") for article in ARTICLES[170:230]]
    assert [restarted.grouper.decide(probe) for probe in probes] == [undisturbed.decide(probe) for probe in probes]


def test_a_clock_that_was_wrong_for_a_while_empties_nothing() -> None:
    """One article stored while the clock stood years ahead does not make everything after it look old."""
    grouper = Grouper()
    first = make("Wire", "1", "Engineer arrested over Velmora bridge", BODY, START)
    ahead = make("Wire", "2", "Ferry aground", "The ferry Skerra ran aground off Lindholm.", when(2_000))
    for article in (ahead, first):
        grouper.admit(article, grouper.decide(article))
    again = make("Echo", "3", "Velmora engineer held", RETOLD, when(0.2))
    assert grouper.decide(again).story_id == first.id


def test_a_story_that_has_faded_is_taken_up_again_in_its_thread(tmp_path: Path) -> None:
    other = [article for article in ARTICLES[20:60] if "Velmora" not in article.text and article.revision == 1]
    bridge = make("Wire", "1", "Engineer arrested over Velmora footbridge", BODY, START)
    taken_up = make(
        "Echo",
        "2",
        "Velmora engineer charged with negligent homicide",
        "Rui Barreto, the municipal engineer arrested after a footbridge in Velmora collapsed and killed seventeen "
        "people, was charged with negligent homicide on Sunday, prosecutors said.",
        when(5.2),
    )
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    asyncio.run(decide_each(store, (bridge, *other, taken_up)))
    raised = [status.alert for status in store.alerts(limit=500) if status.alert.article_id == taken_up.id]
    assert [(alert.kind.value, alert.story_id) for alert in raised] == [("update", bridge.id)]
    store.close()
