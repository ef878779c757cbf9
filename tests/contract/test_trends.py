"""What conditions over time remember, on SQLite and on a real PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

from monitor.model.article import Batch, SourceKind
from monitor.model.trend import OpenNotice, SeenName, Sighting, Watch
from monitor.store.sql import SqlStore
from tests.support.nouns import NOON, alert, article, processed

DAY = timedelta(days=1)


def test_what_a_rule_matched_is_found_by_time(store: SqlStore) -> None:
    for hours in range(4):
        [about] = store.ingest(Batch((article(f"a{hours}", published=NOON - timedelta(hours=hours)),)))
        store.commit([processed(about, story=f"s{hours}")], [], NOON)
    begin, end = NOON - timedelta(hours=2), NOON - timedelta(hours=1)
    a1, a2 = (article(f"a{hours}", published=NOON - timedelta(hours=hours)) for hours in (1, 2))
    assert store.sightings("missiles", begin, end) == [
        Sighting(one.id, one.moment, one.entry, "Example", f"s{hours}") for hours, one in ((1, a1), (2, a2))
    ]
    assert [one.article_id for one in store.sightings("missiles", begin, end, a1.id)] == [a2.id]
    assert store.sightings("other", begin, end) == []
    assert store.last_matches(["missiles", "other"]) == {"missiles": NOON}
    watches = store.watches(["missiles", "other"], NOON)
    assert {name: watch.since for name, watch in watches.items()} == {
        "missiles": NOON - timedelta(hours=3),
        "other": NOON,
    }
    assert store.watches(["missiles", "other"], NOON + DAY) == watches


def test_the_revision_before_tells_which_rules_it_matched(store: SqlStore) -> None:
    [first] = store.ingest(Batch((article("a"),)))
    store.commit([processed(first)], [], NOON)
    for words, rules in (("Edited.", {"missiles"}), ("Edited again.", set())):
        [later] = store.ingest(Batch((article("a", words),)))
        assert store.matched_before(later) == rules


def test_names_are_met_once(store: SqlStore) -> None:
    ada, kyiv = SeenName("PERSON", "ada", "Ada"), SeenName("GPE", "kyiv", "Kyiv")
    [about] = store.ingest(Batch((article("a"),)))
    assert not store.has_met_any("missiles")
    store.commit([replace(processed(about), met={"missiles": (ada, ada)})], [], NOON)
    store.learn("missiles", about.id, [kyiv])
    assert store.names_met("missiles", [ada, kyiv, SeenName("ORG", "ada", "ADA")]) == {
        "PERSON": frozenset({"ada"}),
        "GPE": frozenset({"kyiv"}),
    }
    assert store.names_met("other", [ada]) == {}
    [(article_id, match, facts)] = store.past_matches("missiles", 5)
    assert (article_id, match.rule_id, facts) == (about.id, "missiles", None)


def test_a_notice_is_delivered_once_and_is_no_news(store: SqlStore) -> None:
    about = article("rules", "A file is broken.", source="monitor", kind=SourceKind.NOTICE)
    notice = replace(processed(about), matches=(), story=None, alerts=(alert(about),))
    said = OpenNotice("rules", "s", 0, "A file is broken.")
    watch = Watch("missiles", NOON, NOON, NOON, told=True)
    for _ in range(2):
        store.tell(notice, ["slack"], NOON, watches=[watch], topics={"rules": said})
    assert len(store.claim("slack", "me", NOON + DAY, DAY, 10)) == 1
    assert store.unprocessed(10) == []
    assert list(store.archive(NOON - DAY)) == []
    assert store.open_notice("rules") == said
    assert store.watches(["missiles"], NOON) == {"missiles": watch}
    store.tell(replace(notice, alerts=()), ["slack"], NOON, topics={"rules": None})
    assert store.open_notice("rules") is None
