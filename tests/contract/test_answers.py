"""What people say to alerts is kept with who and when, on every store."""

from datetime import timedelta

import pytest

from monitor.model.answer import Answer, AnswerKind, Silence
from monitor.model.article import Batch
from monitor.model.rule import Severity
from monitor.model.selector import Selector
from monitor.store.sql import SqlStore
from tests.support.nouns import NOON, article, processed

HOUR = timedelta(hours=1)


def raise_alert(store: SqlStore, key: str) -> str:
    about = article(key)
    store.ingest(Batch(articles=(about,)))
    what = processed(about)
    store.commit([what], ["slack"], NOON)
    return what.alerts[0].id


def test_an_answer_is_kept_once_for_each_person(store: SqlStore) -> None:
    alert = raise_alert(store, "one")
    first = Answer(AnswerKind.ACKNOWLEDGED, alert, "U1", NOON)
    assert store.answer(first)
    assert not store.answer(Answer(AnswerKind.ACKNOWLEDGED, alert, "U1", NOON + HOUR))
    second = Answer(AnswerKind.NOT_RELEVANT, alert, "U2", NOON + HOUR, "a film title")
    assert store.answer(second)
    assert store.answers([alert]) == [first, second]


def test_an_answer_to_an_alert_that_never_was_is_not_kept(store: SqlStore) -> None:
    assert not store.answer(Answer(AnswerKind.ACKNOWLEDGED, "0" * 16, "U1", NOON))


def test_verdicts_count_each_alert_once_for_its_rules(store: SqlStore) -> None:
    ids = [raise_alert(store, key) for key in ("one", "two", "three", "four")]
    for alert, kind, author in (
        (ids[0], AnswerKind.ACKNOWLEDGED, "U1"),
        (ids[0], AnswerKind.ACKNOWLEDGED, "U2"),
        (ids[1], AnswerKind.NOT_RELEVANT, "U1"),
        (ids[1], AnswerKind.ACKNOWLEDGED, "U2"),
        (ids[2], AnswerKind.ACKNOWLEDGED, "U1"),
    ):
        store.answer(Answer(kind, alert, author, NOON))
    verdicts = store.verdicts(NOON - HOUR)["missiles"]
    assert (verdicts.alerts, verdicts.acknowledged, verdicts.not_relevant) == (4, 2, 1)
    assert verdicts.precision == pytest.approx(2 / 3)
    assert store.verdicts(NOON + HOUR) == {}


def test_a_silence_holds_until_its_end_or_until_somebody_ends_it(store: SqlStore) -> None:
    selector = Selector(rule=("missiles",), severity=(Severity.LOW, Severity.MEDIUM))
    silence = Silence(selector, "ana", "planned drill", NOON, NOON + 2 * HOUR)
    other = Silence(Selector(story=("abc",)), "ana", "", NOON, NOON + HOUR)
    for _ in range(2):
        store.silence(silence)
        store.silence(other)
    assert set(store.silences(NOON)) == {silence, other}
    assert store.silences(NOON + HOUR) == [silence]
    assert store.silences(NOON + 2 * HOUR) == []
    ended = store.end_silence(silence.id, "ben", NOON + HOUR)
    assert ended is not None
    assert (ended.ends, ended.ended_by, ended.id) == (NOON + HOUR, "ben", silence.id)
    assert store.silences(NOON + HOUR) == []
    assert store.end_silence(silence.id, "ben", NOON + HOUR) is None
    assert len(store.silences()) == 2
