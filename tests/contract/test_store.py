"""What every store must do, on SQLite and on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from monitor.errors import StoreBusyError, StoreError, StoreFullError
from monitor.model.alert import DeliveryState, Held, Reason
from monitor.model.answer import Answer, AnswerKind, Silence
from monitor.model.article import BASELINE, Article, Batch, Quarantined
from monitor.model.rule import Severity
from monitor.model.selector import Selector
from monitor.model.story import Relation
from monitor.ports import Processed
from monitor.store.engine import open_engine, transaction, upgrade
from monitor.store.sql import SqlStore, open_store
from monitor.store.tables import metadata
from tests.support.nouns import NOON, alert, article, feed_state, processed

LEASE = timedelta(minutes=1)


class TestSchema:
    def test_migrations_lead_to_the_tables_of_the_code(self, database_url: str) -> None:
        engine = open_engine(database_url)
        assert upgrade(engine)[0] == ""
        with transaction(engine, read_only=True) as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        engine.dispose()

    def test_upgrading_twice_changes_nothing(self, database_url: str) -> None:
        engine = open_engine(database_url)
        _, newest = upgrade(engine)
        assert upgrade(engine) == (newest, newest)
        engine.dispose()

    def test_programs_that_start_at_once_bring_an_empty_database_up_to_date_together(self, database_url: str) -> None:
        with ThreadPoolExecutor(4) as pool:
            for store in pool.map(open_store, [database_url] * 4):
                assert store.backlog() == 0
                store.close()

    def test_a_database_of_a_newer_version_is_refused(self, database_url: str) -> None:
        engine = open_engine(database_url)
        upgrade(engine)
        with transaction(engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))
        with pytest.raises(StoreError, match="from the future"):
            upgrade(engine)
        engine.dispose()


class TestIngest:
    def test_several_polls_are_stored_at_once_and_their_states_after_them(self, store: SqlStore) -> None:
        one, other = article("a", source="http://a.example/"), article("b", source="http://b.example/")
        wrong = Quarantined("http://c.example/", "", "a web page", NOON)
        batches = [Batch((one,)), Batch(), Batch((other, other)), Batch(quarantined=(wrong,))]
        assert store.ingest_many(batches) == [[one], [], [other], []]
        assert store.ingest_many(batches) == [[], [], [], []]
        assert store.quarantined() == [wrong]
        states = [
            feed_state(one.source, skip_hours=(1, 2), rhythm=b"\0\1", seen=b"\0\2"),
            feed_state(other.source, failures=2),
        ]
        store.put_feed_states(states)
        assert store.feed_states() == {state.url: state for state in states}

    def test_the_delay_of_a_feed_is_the_median_of_its_news_without_what_was_there_before(self, store: SqlStore) -> None:
        found = [article(str(n), published=NOON - timedelta(minutes=n)) for n in (1, 2, 9)]
        old = article("old", published=NOON - timedelta(days=9), flags=(BASELINE,))
        undated = article("undated", published=None)
        store.ingest(Batch((*found, old, undated)))
        assert store.feed_delays(NOON - timedelta(days=1)) == {found[0].source: 120}
        assert store.feed_delays(NOON - timedelta(days=1), newest=1) == {found[0].source: 540}

    def test_new_articles_come_back_and_wait_in_order_of_arrival(self, store: SqlStore) -> None:
        first, second = article("one"), article("two")
        assert store.ingest(Batch(articles=(first, second))) == [first, second]
        assert store.unprocessed(10) == [first, second]
        assert store.backlog() == 2
        assert store.waiting() == (2, 0)

    def test_what_was_there_before_comes_after_what_is_new(self, store: SqlStore) -> None:
        old = tuple(article(f"old{n:02}", source="http://a.example/", flags=(BASELINE,)) for n in range(30))
        new = tuple(article(f"new{n:02}", source="http://b.example/") for n in range(40))
        store.ingest_many([Batch(old), Batch(new)])
        assert store.waiting() == (40, 30)
        assert sorted(store.next_up(10), key=new.__contains__) == [*old[:4], *new[:6]]
        assert [one for one in store.next_up(60) if one in new] == list(new)
        store.commit([Processed(one) for one in new], (), NOON)
        assert store.next_up(60) == list(old[:16])
        assert store.next_up(60, [one.id for one in old[:20]]) == list(old[20:])

    def test_long_lists_take_turns_and_the_shorter_ones_do_not_wait_for_them(self, store: SqlStore) -> None:
        def many(name: str, count: int, *flags: str) -> tuple[Article, ...]:
            source, long_ago = f"http://{name}.example/", NOON - timedelta(days=9)
            return tuple(article(f"{n:04}", source=source, flags=flags, published=long_ago) for n in range(count))

        large, flood = many("large", 300, BASELINE), many("flood", 120)
        store.ingest(Batch(large[:200]))
        store.ingest(Batch(large[200:], ahead=200))
        store.ingest(Batch(flood))
        small = [replace(one, published=NOON) for name in ("small", "other") for one in many(name, 20, BASELINE)]
        store.ingest(Batch(tuple(small)))
        order: list[Article] = []
        while found := store.next_up(60, [one.id for one in large[:4]]):
            order += found
            store.commit([Processed(one) for one in found], (), NOON)
        assert len(order) == 456
        places = {one.id: place for place, one in enumerate(order)}
        assert max(places[one.id] for one in flood[:50]) < 60
        assert max(places[one.id] for one in small) < 250

    def test_the_same_poll_again_brings_nothing(self, store: SqlStore) -> None:
        batch = Batch(articles=(article("one"), article("two")), state=feed_state())
        store.ingest(batch)
        assert store.ingest(batch) == []
        assert store.backlog() == 2

    def test_changed_words_are_a_new_revision(self, store: SqlStore) -> None:
        store.ingest(Batch(articles=(article("one", "12 dead"),)))
        [second] = store.ingest(Batch(articles=(article("one", "17 dead"),)))
        assert second.revision == 2
        assert second.id != article("one", "12 dead").id

    def test_words_that_were_there_before_are_no_revision(self, store: SqlStore) -> None:
        for words in ("old", "new"):
            store.ingest(Batch(articles=(article("one", words),)))
        assert store.ingest(Batch(articles=(article("one", "old"),))) == []

    def test_an_id_that_a_feed_uses_again_is_another_article(self, store: SqlStore) -> None:
        first = article("1", title="Bridge over the Morava reopens", url="http://a.example/bridge", published=NOON)
        other = article("1", title="Minister resigns after vote", url="http://a.example/vote", published=NOON + LEASE)
        edited = replace(other, title="Minister resigns after lost vote")
        rewritten = replace(first, title="Crossing is open again", url="http://a.example/crossing")
        found = [store.ingest(Batch(articles=(one,))) for one in (first, other, other, edited, first, rewritten)]
        assert [[(one.title, one.revision) for one in new] for new in found] == [
            [(first.title, 1)], [(other.title, 1)], [], [(edited.title, 2)], [], [(rewritten.title, 2)],
        ]  # fmt: skip

    def test_two_versions_in_one_batch_are_two_revisions(self, store: SqlStore) -> None:
        new = store.ingest(Batch(articles=(article("one", "a"), article("one", "b"), article("one", "a"))))
        assert [entry.revision for entry in new] == [1, 2]

    def test_keys_of_different_sources_are_apart(self, store: SqlStore) -> None:
        assert len(store.ingest(Batch(articles=(article("one"), article("one", source="seeds"))))) == 2

    def test_feed_state_is_stored_with_its_articles(self, store: SqlStore) -> None:
        state = feed_state(etag='"abc"', failures=2, failing_since=NOON, last_error="no answer")
        store.ingest(Batch(state=state))
        assert store.feed_states() == {state.url: state}
        healthy = replace(state, failures=0, failing_since=None, last_error="", last_ok=NOON)
        store.ingest(Batch(state=healthy))
        assert store.feed_states() == {state.url: healthy}

    def test_seed_files_are_remembered_by_content(self, store: SqlStore) -> None:
        store.ingest(Batch(files={"a.txt": "1", "b.txt": "2"}))
        store.ingest(Batch(files={"a.txt": "3"}))
        assert store.seed_files() == {"a.txt": "3", "b.txt": "2"}

    def test_quarantine_is_visible_until_the_source_can_be_read(self, store: SqlStore) -> None:
        feed = Quarantined("https://feed.example/rss", "feed", "a web page, not a feed", NOON)
        seed = Quarantined("seeds", "bad.jsonl:3", "not JSON", NOON + timedelta(seconds=1))
        store.ingest(Batch(quarantined=(feed, seed)))
        assert store.quarantined() == [seed, feed]
        store.ingest(Batch(state=feed_state(failures=3)))
        assert feed in store.quarantined()
        store.ingest(Batch(state=feed_state(), files={"bad.jsonl": "fixed"}))
        assert store.quarantined() == []

    def test_several_complaints_about_one_file_are_told_together(self, store: SqlStore) -> None:
        lines = tuple(Quarantined("seeds", "bad.jsonl", f"line {line}: not JSON", NOON) for line in (3, 7))
        store.ingest(Batch(quarantined=lines))
        assert [entry.reason for entry in store.quarantined()] == ["line 3: not JSON; line 7: not JSON"]

    def test_a_forgotten_feed_begins_anew(self, store: SqlStore) -> None:
        gone = feed_state(retired=True, failures=1, last_error="410 Gone")
        store.ingest(Batch(articles=(article(),), state=gone))
        store.forget_feed(gone.url)
        assert store.feed_states() == {}
        assert store.backlog() == 1

    @settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(words=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
    def test_any_text_comes_back_as_it_went_in(self, store: SqlStore, words: str) -> None:
        given_article = article("k" + words[:50], words, title=words[:30], authors=(words,))
        store.ingest(Batch(articles=(given_article,)))
        found = store.article(given_article.id)
        assert found is not None
        assert replace(found, revision=given_article.revision) == given_article

    def test_a_large_batch_is_stored_whole(self, store: SqlStore) -> None:
        assert len(store.ingest(Batch(articles=tuple(article(str(n)) for n in range(2_500))))) == 2_500
        assert store.backlog() == 2_500

    def test_a_page_completes_an_article_without_making_it_new_again(self, store: SqlStore) -> None:
        summary = article(text="A ferry ran aground.", url="http://wire.example/1?utm=x")
        [stored] = store.ingest(Batch(articles=(summary,)))
        whole = replace(
            stored, text="A ferry ran aground. All 212 are safe.", url="http://wire.example/1", flags=("full_text",)
        )
        store.complete(whole)
        assert store.unprocessed(10) == [whole]
        assert store.ingest(Batch(articles=(summary,))) == []


class TestCommit:
    def test_an_outcome_is_stored_whole_and_once(self, store: SqlStore) -> None:
        entry = article()
        outcome = processed(entry)
        store.ingest(Batch(articles=(entry,)))
        for _ in range(2):
            store.commit([outcome], ["console"], NOON)
        assert store.unprocessed(10) == []
        assert store.alerts_of(entry.id) == list(outcome.alerts)
        assert [status.alert for status in store.alerts()] == list(outcome.alerts)
        assert len(store.alerts()[0].deliveries) == 1
        seen = store.outcome(entry.id)
        assert (seen.matches, seen.story, seen.decisions) == (outcome.matches, outcome.story, outcome.decisions)

    def test_a_second_decision_about_an_article_is_not_taken(self, store: SqlStore) -> None:
        entry = article()
        store.ingest(Batch(articles=(entry,)))
        store.commit([Processed(entry)], ["console"], NOON)
        store.commit([processed(entry)], ["console"], NOON)
        assert store.alerts() == []

    def test_members_come_in_order_of_arrival_within_the_window(self, store: SqlStore) -> None:
        entries = [article(str(n), fetched=NOON + timedelta(hours=n)) for n in range(3)]
        store.ingest(Batch(articles=tuple(entries)))
        for entry in entries:
            store.commit([processed(entry)], ["console"], NOON)
        assert [member.key for member in store.members(NOON + timedelta(hours=1))] == ["1", "2"]
        [member] = store.story(entries[0].id)
        assert (member.relation, member.text, member.time) == (Relation.NEW, entries[0].text, entries[0].time)

    def test_old_unmatched_texts_are_dropped_and_stay_known(self, store: SqlStore) -> None:
        matched, unmatched = article("matched"), article("unmatched")
        store.ingest(Batch(articles=(matched, unmatched)))
        store.commit([processed(matched), Processed(unmatched)], ["console"], NOON)
        assert store.drop_old_texts(NOON) == 0
        assert store.drop_old_texts(NOON + timedelta(days=1)) == 1
        texts = {entry.key: entry.text for entry in store.find_articles()}
        assert texts == {"matched": matched.text, "unmatched": ""}
        assert store.ingest(Batch(articles=(unmatched,))) == []


class TestRetention:
    def hold(self, about: Article, *, ended: datetime | None) -> Held:
        raised = alert(about)
        return Held(
            about.id,
            about.id,
            "#other",
            "quiet",
            raised.kind,
            Reason.QUIET,
            raised.rules,
            raised.severity,
            raised.card,
            NOON,
            NOON + timedelta(hours=8),
            ended,
        )

    def test_old_decisions_go_and_open_stories_keep_theirs(self, store: SqlStore) -> None:
        day, later = timedelta(days=1), NOON + timedelta(days=100)
        names = ("over", "waits", "goes on", "news of it")
        over, waits, goes_on, newer = entries = [article(name) for name in names]
        store.ingest(Batch(articles=tuple(entries)))
        store.commit([replace(processed(over), held=(self.hold(over, ended=NOON + day),))], ["slack"], NOON)
        store.commit([replace(processed(waits), held=(self.hold(waits, ended=None),))], ["slack"], NOON)
        store.commit([replace(processed(goes_on), held=(self.hold(goes_on, ended=NOON + day),))], ["slack"], NOON)
        store.commit([processed(newer, story=goes_on.id, seq=1)], ["slack"], later)
        for entry in (over, goes_on):
            store.answer(Answer(AnswerKind.ACKNOWLEDGED, alert(entry).id, "U1", NOON))
        store.silence(Silence(Selector(rule=("x",)), "U1", "", NOON, NOON + day))
        store.silence(Silence(Selector(rule=("y",)), "U1", "", NOON, later + day))

        assert store.forget_decided(NOON) == 0
        assert store.forget_decided(later) == 4
        assert store.forget_decided(later) == 0

        assert [len(store.outcome(entry.id).decisions) for entry in entries] == [0, 1, 1, 1]
        assert sorted(held.article_id for held in store.held(waiting=False)) == sorted([waits.id, goes_on.id])
        assert [answer.alert_id for answer in store.answers([alert(entry).id for entry in entries])] == [
            alert(goes_on).id
        ]
        assert [silence.selector.rule for silence in store.silences()] == [("y",)]
        assert len(store.alerts()) == 4


class TestOutbox:
    def test_channels_that_are_shut_take_no_room_from_others(self, store: SqlStore) -> None:
        for number in range(5):
            about = article(f"shut {number}")
            store.ingest(Batch(articles=(about,)))
            store.commit([processed(about, channel="#shut")], ["slack"], NOON)
        self.raise_alerts(store, ("open", "open", 0))
        claimed = store.claim("slack", "me", NOON, LEASE, 2, apart_from=["#shut"])
        assert [delivery.alert.channel for delivery in claimed] == ["#news"]

    def raise_alerts(self, store: SqlStore, *alerts: tuple[str, str, int]) -> None:
        """Each (key, story key, seq)."""
        for key, story, seq in alerts:
            entry = article(key)
            store.ingest(Batch(articles=(entry,)))
            store.commit([processed(entry, story=article(story).id, seq=seq)], ["slack"], NOON)

    def test_a_claimed_delivery_is_nobody_elses(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0))
        [claimed] = store.claim("slack", "me", NOON, LEASE, 10)
        assert (claimed.state, claimed.attempts, claimed.first_try) == (DeliveryState.SENDING, 1, NOON)
        assert not claimed.uncertain
        assert store.claim("slack", "you", NOON, LEASE, 10) == []

    def test_another_sinks_deliveries_are_left_alone(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0))
        assert store.claim("console", "me", NOON, LEASE, 10) == []

    def test_of_each_channel_only_so_many_are_claimed(self, store: SqlStore) -> None:
        for number in range(12):
            what = processed(article(f"{number:02}"), story=f"s{number}", channel="#few" if number > 9 else "#many")
            store.ingest(Batch(articles=(what.article,), state=feed_state()))
            store.commit([what], ["slack"], NOON + number * timedelta(seconds=1))
        claimed = store.claim("slack", "me", NOON + LEASE, LEASE, 10, each=3)
        wanted = [article(f"{number:02}").id for number in (0, 1, 2, 10, 11)]
        assert sorted(delivery.alert.article_id for delivery in claimed) == sorted(wanted)

    def test_an_update_waits_for_its_parent_and_then_knows_it(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0), ("two", "one", 1), ("other", "other", 0))
        first = store.claim("slack", "me", NOON + LEASE, LEASE, 10)
        assert [delivery.alert.article_id for delivery in first] == [article("one").id, article("other").id]
        store.settle(replace(first[0], state=DeliveryState.SENT, ref="C1:1.0"), NOON)
        [update] = store.claim("slack", "me", NOON + LEASE, LEASE, 10)
        assert (update.alert.seq, update.parent_ref, update.gravest) == (1, "C1:1.0", Severity.HIGH)

    def test_later_updates_follow_where_the_thread_goes_on(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0), ("two", "one", 1), ("three", "one", 2), ("four", "one", 3))
        wanted = {0: ("C1:1", "C1:1", ""), 1: ("C1:2", "C1:1", "C1:1"), 2: ("C1:3", "C1:3", "C1:1")}
        for ref, thread, parent in wanted.values():
            [delivery] = store.claim("slack", "me", NOON + timedelta(hours=1), LEASE, 10)
            assert delivery.parent_ref == parent
            store.settle(replace(delivery, state=DeliveryState.SENT, ref=ref, thread=thread), NOON)
        [last] = store.claim("slack", "me", NOON + timedelta(hours=1), LEASE, 10)
        assert last.parent_ref == "C1:3"

    def test_an_update_of_a_dead_parent_goes_on_its_own(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0), ("two", "one", 1))
        [parent] = store.claim("slack", "me", NOON + LEASE, LEASE, 10)
        store.settle(replace(parent, state=DeliveryState.DEAD, error="msg_too_long"), NOON)
        [update] = store.claim("slack", "me", NOON + LEASE, LEASE, 10)
        assert update.parent_ref == ""

    def test_a_failed_delivery_comes_back_at_its_time(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0))
        [claimed] = store.claim("slack", "me", NOON, LEASE, 10)
        later = NOON + timedelta(minutes=5)
        store.settle(replace(claimed, state=DeliveryState.PENDING, next_try=later, error="503"), NOON)
        assert store.claim("slack", "me", NOON + LEASE, LEASE, 10) == []
        [again] = store.claim("slack", "me", later, LEASE, 10)
        assert (again.attempts, again.uncertain, again.first_try, again.error) == (2, False, NOON, "503")

    def test_a_retry_or_lease_set_by_a_clock_far_ahead_is_not_waited_for(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0), ("two", "two", 0))
        year = timedelta(days=365)
        [first, _] = store.claim("slack", "me", NOON + year, LEASE, 10)
        store.settle(replace(first, state=DeliveryState.PENDING, next_try=NOON + year), NOON + year)
        assert len(store.claim("slack", "me", NOON + LEASE, LEASE, 10)) == 2

    def test_a_lease_that_ran_out_leaves_the_outcome_uncertain(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0))
        store.claim("slack", "me", NOON, LEASE, 10)
        [again] = store.claim("slack", "you", NOON + LEASE, LEASE, 10)
        assert again.uncertain

    def test_after_a_crash_claimed_deliveries_are_uncertain(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0))
        store.claim("slack", "me", NOON, LEASE, 10)
        assert store.recover(NOON, ["slack"], "me") == 1
        [again] = store.claim("slack", "me", NOON, LEASE, 10)
        # That our process died is no failed attempt.
        assert (again.uncertain, again.attempts) == (True, 1)

    def test_what_another_daemon_is_sending_is_left_to_it(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0))
        store.claim("slack", "other", NOON, LEASE, 10)
        assert store.recover(NOON, ["slack"], "me") == 0
        assert store.claim("slack", "me", NOON, LEASE, 10) == []

    def test_what_waits_for_a_sink_that_is_gone_goes_to_the_one_there_is(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0), ("two", "two", 0))
        [first] = store.claim("slack", "me", NOON, LEASE, 1)
        store.settle(replace(first, state=DeliveryState.SENT, ref="C1:1.0"), NOON)
        assert store.recover(NOON, ["console"], "me") == 1
        [moved] = store.claim("console", "me", NOON, LEASE, 10)
        assert (moved.alert.article_id, moved.uncertain) == (article("two").id, False)
        store.recover(NOON, ["slack", "console"], "me")
        assert store.open_deliveries() == (1, NOON)

    def test_open_deliveries_are_counted(self, store: SqlStore) -> None:
        assert store.open_deliveries() == (0, None)
        self.raise_alerts(store, ("one", "one", 0))
        assert store.open_deliveries() == (1, NOON)

    def test_a_dead_delivery_can_be_resent(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0))
        [claimed] = store.claim("slack", "me", NOON, LEASE, 10)
        store.settle(replace(claimed, state=DeliveryState.DEAD, uncertain=True, error="gone"), NOON)
        assert [status.alert.id for status in store.alerts(state=DeliveryState.DEAD)] == [claimed.alert.id]
        assert store.resend(claimed.alert.id, NOON) == 1
        [again] = store.claim("slack", "me", NOON, LEASE, 10)
        assert (again.attempts, again.uncertain) == (1, True)

    def test_resending_a_sent_alert_sends_it_anew(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0))
        [claimed] = store.claim("slack", "me", NOON, LEASE, 10)
        store.settle(replace(claimed, state=DeliveryState.SENT, ref="C1:1.0"), NOON)
        assert store.resend(claimed.alert.id, NOON + LEASE) == 1
        [again] = store.claim("slack", "me", NOON + LEASE, LEASE, 10)
        assert (again.uncertain, again.first_try) == (False, NOON + LEASE)

    def test_an_alert_on_its_way_is_not_queued_twice(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0))
        assert store.resend(alert(article("one")).id, NOON) == 0

    def test_an_ambiguous_prefix_finds_nothing(self, store: SqlStore) -> None:
        self.raise_alerts(store, ("one", "one", 0), ("two", "two", 0))
        assert store.alert("") is None
        status = store.alert(alert(article("one")).id[:8])
        assert status is not None
        assert status.alert.article_id == article("one").id


class TestTrouble:
    def test_an_unknown_kind_of_database_is_named(self) -> None:
        with pytest.raises(StoreError, match="mysql is not supported"):
            open_engine("mysql://somewhere/db")

    def test_nonsense_is_not_an_address(self) -> None:
        with pytest.raises(StoreError, match="not a database address"):
            open_engine("monitor.db")

    def test_a_server_out_of_reach_may_come_back(self) -> None:
        with pytest.raises(StoreBusyError, match="cannot be reached"):
            open_store("postgresql://postgres@127.0.0.1:1/none")

    def test_a_file_that_is_no_database_is_said_to_be_damaged(self, tmp_path: Path) -> None:
        (tmp_path / "monitor.db").write_text("not a database at all, but long enough to be read as one" * 50)
        with pytest.raises(StoreError, match="not a database"):
            open_store(f"sqlite:///{tmp_path / 'monitor.db'}")

    def test_passwords_stay_out_of_messages(self) -> None:
        with pytest.raises(StoreError) as caught:
            open_store("postgresql://postgres:hunter2@127.0.0.1:1/none")
        assert "hunter2" not in str(caught.value)

    def test_a_lock_held_by_another_program_is_temporary(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("monitor.store.engine.BUSY_MS", 10)
        address = f"sqlite:///{tmp_path / 'monitor.db'}"
        store, other = open_store(address), open_engine(address)
        with transaction(other), pytest.raises(StoreBusyError, match="locked"):
            store.ingest(Batch(articles=(article(),)))
        assert store.ingest(Batch(articles=(article(),)))
        store.close()
        other.dispose()

    def test_a_full_disk_stores_nothing_half_and_recovers(self, tmp_path: Path) -> None:
        store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
        with transaction(store._engine) as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count = {pages + 4}"))
        large = Batch(articles=(article("small"), article("large", "words " * 20_000)), state=feed_state())
        with pytest.raises(StoreFullError, match="free some space"):
            store.ingest(large)
        assert (store.backlog(), store.feed_states()) == (0, {})
        with transaction(store._engine) as connection:
            connection.execute(text("PRAGMA max_page_count = 1000000"))
        assert len(store.ingest(large)) == 2
        store.close()
