"""What the page counts, on every store."""

from dataclasses import replace
from datetime import date, timedelta

from monitor.model.alert import AlertKind, DeliveryState, Reason
from monitor.model.article import Batch
from monitor.model.rule import Severity
from monitor.model.story import Relation
from monitor.ports import Processed
from monitor.store.sql import SqlStore
from tests.support.nouns import NOON, article, processed

DAY = timedelta(days=1)


def put(store: SqlStore, *whats: Processed) -> None:
    for what in whats:
        store.ingest(Batch(articles=(what.article,)))
        store.commit([what], ["slack"], NOON)


def raised(
    key: str, severity: Severity = Severity.HIGH, *, ago: timedelta = timedelta(0), **given: object
) -> Processed:
    about = article(key, fetched=NOON - ago, published=NOON - ago, outlet=str(given.pop("outlet", "Example")))
    what = processed(about, **given)  # type: ignore[arg-type]
    return replace(what, alerts=(replace(what.alerts[0], severity=severity, created=NOON - ago),))


def copied(what: Processed) -> Processed:
    """The same as a copy that raised nothing."""
    assert what.story is not None
    return replace(what, story=replace(what.story, relation=Relation.COPY), alerts=(), decisions=())


def test_stories_of_a_day_are_told_once_gravest_first(store: SqlStore) -> None:
    first = raised("one", ago=timedelta(hours=3))
    story = first.article.id
    put(
        store,
        first,
        raised("two", Severity.CRITICAL, ago=timedelta(hours=1), story=story, seq=1, outlet="Courier"),
        raised("elsewhere", ago=timedelta(hours=2), story=story, channel="#world", outlet="Courier"),
        copied(raised("again", story=story, outlet="Echo")),
        raised("low", Severity.LOW),
        raised("old", Severity.CRITICAL, ago=2 * DAY),
    )
    told = store.told_since(NOON - DAY)
    assert [(one.headline, one.severity) for one in told] == [
        ("Title of one", Severity.CRITICAL),
        ("Title of low", Severity.LOW),
    ]
    assert (told[0].outlets, told[0].copies, told[0].updates) == (2, 1, 1)
    assert told[0].channels == ("#news", "#world")
    assert (told[0].first, told[0].last) == (NOON - timedelta(hours=3), NOON - timedelta(hours=1))
    assert store.told_since(NOON - DAY, limit=1, offset=1) == told[1:]


def test_a_story_that_was_corrected_says_so(store: SqlStore) -> None:
    first, other = raised("one"), raised("two")
    put(store, first, other)
    assert [told.corrected for told in store.told_since(NOON - DAY)] == [False, False]
    later = raised("right", story=first.article.id, seq=1)
    put(store, replace(later, alerts=(replace(later.alerts[0], kind=AlertKind.CORRECTION),)))
    told = {one.story_id: (one.updates, one.corrected) for one in store.told_since(NOON - DAY)}
    assert told == {first.article.id: (1, True), other.article.id: (0, False)}


def test_a_notice_of_the_monitor_itself_is_no_story(store: SqlStore) -> None:
    what = raised("notice")
    put(store, replace(what, alerts=(replace(what.alerts[0], reason=Reason.OPERATIONS),)))
    assert store.told_since(NOON - DAY) == []


def test_what_was_not_told_is_counted_and_listed_by_reason(store: SqlStore) -> None:
    for n, reason in enumerate((Reason.COPY, Reason.COPY, Reason.TOO_OLD)):
        what = processed(article(f"n{n}"))
        put(store, replace(what, alerts=(), decisions=(replace(what.decisions[0], kind=None, reason=reason),)))
    assert store.not_told_counts(NOON - DAY) == {Reason.COPY: 2, Reason.TOO_OLD: 1}
    assert store.not_told_counts(NOON + DAY) == {}
    assert {one.title for one in store.not_told(reason=Reason.COPY)} == {"Title of n0", "Title of n1"}
    assert len(store.not_told(limit=2)) == 2
    assert len(store.not_told(limit=2, offset=2)) == 1


def test_deliveries_are_counted_by_state(store: SqlStore) -> None:
    put(store, raised("one"), raised("two"))
    [claimed] = store.claim("slack", "me", NOON, DAY, 1)
    store.settle(replace(claimed, state=DeliveryState.DEAD), NOON)
    assert store.delivery_counts() == {DeliveryState.DEAD: 1, DeliveryState.PENDING: 1}
    assert (store.dead_since(NOON - DAY), store.dead_since(NOON + DAY)) == (1, 0)


def test_matches_are_counted_by_day_in_utc(store: SqlStore) -> None:
    put(store, raised("one"), raised("two"), raised("three", ago=timedelta(hours=13)), raised("old", ago=30 * DAY))
    assert store.matches_by_day(NOON - 14 * DAY) == {"missiles": {date(2024, 11, 18): 2, date(2024, 11, 17): 1}}
    assert store.matches_by_day(NOON - 14 * DAY, ["another"]) == {}


def test_alerts_come_by_rule_and_in_pages(store: SqlStore) -> None:
    put(store, *(raised(f"n{n}", ago=timedelta(minutes=n)) for n in range(5)))
    keys = [status.alert.card.headline for status in store.alerts(limit=2, offset=1)]
    assert keys == ["Title of n1", "Title of n2"]
    assert len(store.alerts(rule_id="missiles")) == 5
    assert store.alerts(rule_id="missile") == []


def test_delays_are_reckoned_of_the_feeds_asked_for(store: SqlStore) -> None:
    about = article("one", published=NOON - timedelta(minutes=5))
    put(store, processed(about))
    assert store.feed_delays(NOON - DAY, sources=[about.source]) == {about.source: 300}
    assert store.feed_delays(NOON - DAY, sources=["https://other.example"]) == {}
