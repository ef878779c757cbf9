from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.story import Relation
from monitor.stories.grouping import Grouper, GroupSettings
from tests.unit.stories.stream import START, Gold, make, stream, when

STREAM = stream()
BODY = (
    "Police in Velmora arrested a municipal engineer on Tuesday over the collapse of a footbridge that killed "
    "seventeen people. The engineer, Rui Barreto, had signed off the last inspection. Prosecutors suspect "
    "negligent homicide."
)


def run(grouper, golds):
    decisions, members = [], []
    for gold in golds:
        article = gold.article if isinstance(gold, Gold) else gold
        decision = grouper.decide(article)
        members.append(grouper.admit(article, decision))
        decisions.append(decision)
    return decisions, members


DECISIONS, MEMBERS = run(Grouper(), STREAM)


def test_the_stream_is_grouped_and_related_as_it_was_written():
    right = sum(d.relation == g.relation for d, g in zip(DECISIONS, STREAM, strict=True))
    assert right >= 0.97 * len(STREAM)


def test_no_two_stories_of_the_stream_are_merged():
    stories = {}
    for decision, gold in zip(DECISIONS, STREAM, strict=True):
        assert stories.setdefault(decision.story_id, gold.story) == gold.story


@pytest.mark.parametrize("at", [n for n, g in enumerate(STREAM) if g.news], ids=lambda at: STREAM[at].article.key)
def test_an_update_says_what_is_new(at):
    said = " ".join(f"{c.text} {c.after}" for c in DECISIONS[at].changes).casefold()
    assert all(any(word in said for word in news.casefold().split("|")) for news in STREAM[at].news)


@pytest.mark.parametrize(
    "at", [n for n, g in enumerate(STREAM) if g.relation == "copy"], ids=lambda at: STREAM[at].article.key
)
def test_a_copy_has_no_changes_and_names_what_it_copies(at):
    decision = DECISIONS[at]
    assert decision.relation is Relation.COPY
    assert decision.changes == ()
    assert decision.of in {m.article_id for m in MEMBERS[:at]}


@settings(max_examples=15)
@given(st.integers(0, len(STREAM)))
def test_a_restart_changes_no_decision(at):
    grouper = Grouper()
    grouper.restore(MEMBERS[:at])
    decisions, _ = run(grouper, STREAM[at:])
    assert decisions == DECISIONS[at:]


@settings(max_examples=10)
@given(st.integers(0, len(STREAM)), st.integers(5, 40))
def test_a_restart_changes_no_decision_when_old_members_have_gone(at, limit):
    kept = GroupSettings(max_members=limit)
    expected, members = run(Grouper(kept), STREAM)
    grouper = Grouper(kept)
    grouper.restore(members[max(0, at - limit) : at])
    decisions, _ = run(grouper, STREAM[at:])
    assert decisions == expected[at:]


def test_deciding_changes_nothing():
    grouper = Grouper()
    grouper.restore(MEMBERS[:40])
    article = STREAM[40].article
    assert grouper.decide(article) == grouper.decide(article) == DECISIONS[40]
    assert len(grouper) == 40


def test_a_story_is_named_by_its_first_article():
    firsts = {}
    for decision, gold in zip(DECISIONS, STREAM, strict=True):
        firsts.setdefault(decision.story_id, gold.article.id)
    assert all(story == first for story, first in firsts.items())


def test_members_are_bounded_in_number_and_time():
    grouper = Grouper(GroupSettings(window=timedelta(days=2), max_members=10))
    run(grouper, STREAM)
    assert len(grouper) <= 10
    late = make("x", "1", "Quite another thing", BODY, when(30))
    grouper.admit(late, grouper.decide(late))
    assert len(grouper) == 1


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", ""),
        ("News", ""),
        ("", "a"),
        ("!!!", "???"),
        ("Watch live", ""),
        ("\ud800", "\ud800 \x00"),
        ("x" * 5000, "y " * 200_000),
    ],
    ids=["empty", "one word", "one letter", "no words", "stub", "broken", "huge"],
)
def test_articles_without_substance_are_their_own_stories(title, text):
    grouper = Grouper()
    other = make("other", "1", "Engineer arrested in Velmora", BODY, START)
    first = make("a", "1", title, text, START)
    decisions, _ = run(grouper, [other, first])
    assert [d.relation for d in decisions] == ["new", "new"]


def test_titles_alone_do_not_tell():
    one = make("a", "1", "Engineer arrested", BODY, START)
    text = (
        "Customs officers at Port Halden found forty kilograms of cocaine in a container of bananas and detained a "
        "ship's engineer from Marhaven."
    )
    other = make("b", "2", "Engineer arrested", text, START + timedelta(hours=1))
    assert [d.relation for d in run(Grouper(), [one, other])[0]] == ["new", "new"]


def test_the_same_page_through_another_feed_is_a_copy():
    title, later = "Engineer arrested in Velmora", START + timedelta(hours=1)
    one = make("https://example.org/world.xml", "a", title, BODY, START, url="https://example.org/a")
    again = "https://www.example.org/a/?utm_source=rss"
    other = make("https://example.org/all.xml", "b", title, BODY.partition(".")[0], later, url=again)
    decision = run(Grouper(), [one, other])[0][1]
    assert (decision.relation, decision.of, decision.reason) == ("copy", one.id, "same_url")


def test_one_address_for_many_entries_makes_no_copies():
    entries = [g.article for g in STREAM if g.relation == "new"][:6]
    at_home = [make(a.source, a.key, a.title, a.text, a.time, url="https://example.org/live") for a in entries]
    assert {d.relation for d in run(Grouper(), at_home)[0]} == {"new"}


def test_other_languages_and_scripts_are_grouped_by_the_same_rules():
    chinese = (
        "国家卫生健康委员会周一表示，坦博罗省洪水后暴发霍乱疫情，已确诊八十四例，六人死亡。"
        "世界卫生组织正在运送补液盐和净水片，预计周三抵达林迪罗市。"
    )
    russian = (
        "В провинции Тамборо после наводнения началась вспышка холеры, подтверждены 84 случая, шесть человек умерли, "
        "сообщила Амина Суле. Всемирная организация здравоохранения отправляет соли."
    )
    other = "在港口哈尔登，三千二百名码头工人周一开始无限期罢工，抗议两个码头的自动化计划。十一艘集装箱船在锚地等候。"
    texts = (chinese, russian, other, chinese + "记者报道。", russian + " Об этом пишет газета.")
    articles = [make(f"s{n}", str(n), "", text, START + timedelta(hours=n)) for n, text in enumerate(texts)]
    assert [d.relation for d in run(Grouper(), articles)[0]] == ["new", "new", "new", "copy", "copy"]
