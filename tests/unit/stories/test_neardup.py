from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.live import prepare
from monitor.stories.neardup import MIN_AGREEING, judge, overlap, shingles, signature
from tests.unit.stories.stream import START, load, make

DUPLICATES = load("duplicates.yaml")
WORDS = st.lists(st.text(alphabet="abcdefgh", min_size=1, max_size=3), max_size=60)


@pytest.mark.parametrize("case", DUPLICATES["cases"], ids=lambda case: case["name"])
def test_verdict(case):
    first = case["first"].replace("{base}", DUPLICATES["base"])
    second = case["second"].replace("{base}", DUPLICATES["base"])
    paragraphs = second.strip().split("\n\n")[: case.get("keep")]
    if "promo" in case:
        paragraphs.insert(1, case["promo"])
    second = "\n\n".join(paragraphs)
    for old, new in case.get("replace", {}).items():
        second = second.replace(old, new)
    titles = case.get("titles", ["Freighter hits Sund breakwater"] * 2)
    gap = timedelta(hours=case["hours"])
    older, newer = (
        prepare(make("a", "1", titles[0], first, START)),
        prepare(make("b", "2", titles[1], second, START + gap)),
    )
    common = overlap(newer.hashes, older.hashes)
    verdict, _ = judge(newer.side, older.side, common, gap, timedelta(hours=70))
    assert verdict == case["verdict"]


@given(WORDS, WORDS)
def test_overlap_is_between_nothing_and_all(mine, theirs):
    common = overlap(shingles(mine), shingles(theirs))
    assert 0.0 <= common.jaccard <= common.containment <= 1.0
    assert overlap(shingles(mine), shingles(mine)).jaccard in {0.0, 1.0}


@given(WORDS, st.integers(0, 20))
def test_a_cut_copy_is_a_candidate_wherever_it_is_cut(words, cut):
    """Most of a text's words in their order leave enough of the signature to be found."""
    original = [*words, *(f"word{n}" for n in range(80))]
    agreeing = (signature(shingles(original)) == signature(shingles(original[cut:]))).sum()
    assert agreeing >= MIN_AGREEING
