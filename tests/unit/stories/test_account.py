import asyncio
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.story import Relation, StoryDecision
from monitor.store.sql import open_store
from monitor.stories.account import contradictions, disputes, facts_of, word_diff
from monitor.stories.grouping import Grouper
from tests.support.decider import decide_each
from tests.unit.stories.stream import START, make


def told(outlet, hours, text):
    return make(outlet, f"{outlet}-{hours}", "Bridge collapse in Velmora", text, START + timedelta(hours=hours))


FIRST = told("Harbour Wire", 0, "A bridge fell in Velmora, killing 12 people, the fire service said.")
AGAIN = told("Courier", 1, "The bridge in Velmora fell, and 12 people were killed.")
MORE = told("Harbour Wire", 5, "The number of people killed in Velmora rose to 17.")
LESS = told("Tribune", 7, "The collapse in Velmora killed 15 people, police said.")


def test_a_fact_names_who_reported_it_first_and_who_since():
    killed = [fact for fact in facts_of([MORE, AGAIN, FIRST]) if fact.about == "killed" and fact.kind == "number"]
    assert [(f.text, f.first, f.voices) for f in killed] == [
        ("12", "Harbour Wire", ["Harbour Wire", "Courier"]),
        ("17", "Harbour Wire", ["Harbour Wire"]),
    ]


def test_a_lower_figure_told_after_the_higher_one_contradicts_it():
    (found,) = contradictions([FIRST, MORE, LESS])
    assert (found.about, found.one.text, found.one.first) == ("killed", "17", "Harbour Wire")
    assert (found.other.text, found.other.first) == ("15", "Tribune")


def test_a_toll_that_rises_contradicts_nothing():
    assert contradictions([FIRST, AGAIN, MORE]) == []


def test_a_denial_stands_against_what_it_denies():
    confirmed = told("Gazette", 0, "Mayor Ilse Horn confirmed that the city sold the bridge to Arno Holdings.")
    denied = told("Tribune", 4, "Arno Holdings denied that the city sold it the bridge.")
    assert [found.about for found in contradictions([confirmed, denied])] == ["denied and confirmed"]


def test_an_edit_is_shown_word_by_word():
    diff = list(word_diff("The bridge was built in 1962.", "The bridge was built in 1964, not long ago."))
    assert diff == [
        ("same", "The bridge was built in "),
        ("gone", "1962."),
        ("new", "1964, not long ago."),
    ]


@given(st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab \n", max_size=40))
def test_a_diff_gives_back_both_texts(before, after):
    diff = list(word_diff(before, after))
    if not any(words == " … " or " … " in words for _, words in diff):
        assert "".join(words for sort, words in diff if sort != "new") == before
        assert "".join(words for sort, words in diff if sort != "gone") == after


def test_what_is_disputed_is_told_in_one_line_with_both_sources_and_copies_dispute_nothing():
    grouper = Grouper()
    members = [
        grouper.admit(article, StoryDecision(article.id, FIRST.id, Relation.SAME_STORY))
        for article in (FIRST, MORE, LESS)
    ]
    assert disputes(members) == ("killed: 17 (Harbour Wire), 15 (Tribune)",)
    assert disputes(members, told_by=LESS.id) == disputes(members)
    assert disputes(members, told_by=FIRST.id) == ()
    copied = [*members[:2], replace(members[2], relation=Relation.COPY)]
    assert disputes(copied) == ()


def test_an_update_says_whom_it_contradicts(tmp_path):
    corrected = told("Tribune", 8, "Correction: The collapse in Velmora killed 15 people, not 17, police said.")
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    asyncio.run(decide_each(store, (FIRST, MORE, corrected)))
    cards = {status.alert.article_id: status.alert.card for status in store.alerts()}
    store.close()
    assert cards[MORE.id].disputes == ()
    assert cards[corrected.id].disputes == ("killed: 17 (Harbour Wire), 15 (Tribune)",)
