"""The engine against the reference: random rules, random texts, several scripts, and the characters that hurt."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.matching import Matcher, explain
from monitor.matching.text import closed_up, closed_up_words, haystack, words
from monitor.model.article import Article
from monitor.model.rule import AllOf, AnyOf, AtLeast, InField, Near, NoneOf, Regex, Rule, Score, Term, Times, Together
from tests.unit.matching import reference

WORDS = ["ice", "ICE", "Ice", "us", "US", "Kim", "Kims", "résumé", "re\u0301sume", "re", "sign", "cease", "fire",
         "ceasefire", "missile", "missiles", "mis", "Київ", "київ", "ёлка", "елка", "мой", "мои", "п", "ять", "Łódź",
         "İstanbul", "straße", "STRASSE", "ﬁre", "乌克兰", "兰", "ミサイル", "ｶﾞ", "우크라이나", "우크라이나에서",
         "F", "16", "5", "s", "S", "Σίσυφος", "ΣΊΣΥΦΟΣ", "а\u0306", "и\u0306"]  # fmt: skip
JOINTS = [" ", " ", " ", "\n", "\n\n", "\r\n", "-", "‑", "–", "'", "’", "’s ", "'s", "ʼ", "\u00ad", "\u200b", "\u2060",
          "\u200f", ". ", ", ", " “", "” ", "", "_", "\u00a0", "&"]  # fmt: skip


def texts(longest: int) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(JOINTS)), max_size=longest)
    return pairs.map(lambda parts: "".join(word + joint for word, joint in parts))


JOINTS_OF_TERMS = [" ", " ", "-", "’", "'s ", "\u00ad", ""]
terms = st.builds(
    lambda parts, last, exact, prefix: Term("".join(word + joint for word, joint in parts) + last, exact, prefix),
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(JOINTS_OF_TERMS)), max_size=2),
    st.sampled_from([word for word in WORDS if not any(char.isdigit() for char in word)]),
    st.booleans(),
    st.booleans(),
)
conditions = st.recursive(
    terms,
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)),
        st.sampled_from([AnyOf, AnyOf, AllOf, AllOf, NoneOf]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)
articles = st.builds(
    lambda title, text: Article("s", "k", " ".join(title.split()), text, datetime(2024, 11, 18, tzinfo=UTC)),
    texts(4),
    texts(25),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(conditions, max_size=6), articles, st.integers(0, 5))
def test_the_engine_agrees_with_the_reference(some, article, off):
    rules = [Rule(str(number), "", condition, enabled=number != off) for number, condition in enumerate(some)]
    matches = Matcher(rules).match(article)
    assert [match.rule_id for match in matches] == reference.matching(rules, article)
    assert [rule.id for rule in rules if rule.enabled and explain(rule, article).holds] == [
        match.rule_id for match in matches
    ]


# Where places are counted, a hyphen would make two readings of one text; everything else stays as it hurts.
PLAIN_JOINTS = [*(joint for joint in JOINTS if joint not in {"-", "‑", "–", ". "}), "! ", "? ", "\n\n", " ", " ", " "]
PLACED = ["ice", "US", "Kim", "re\u0301sume", "Київ", "п", "乌克兰", "ミサイル", "우크라이나", "fire"]
placed_terms = st.builds(
    lambda words, exact, prefix: Term(" ".join(words), exact, prefix),
    st.lists(st.sampled_from(PLACED), min_size=1, max_size=2),
    st.booleans(),
    st.booleans(),
)
placed = placed_terms | st.builds(lambda parts: AnyOf(tuple(parts)), st.lists(placed_terms, min_size=1, max_size=3))
nears = st.builds(
    lambda distance, parts, ordered: Near(distance, tuple(parts), ordered),
    st.integers(0, 6),
    st.lists(placed, min_size=2, max_size=3),
    st.booleans(),
)
times = st.builds(Times, placed, st.integers(2, 4))
expressions = st.builds(Regex, st.sampled_from(["m.*e", "[0-9]+", "f?", "U.", "^Київ", "n$", "ß|乌"]), st.booleans())


def combined(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            lambda kind, parts, count: (
                AtLeast(1 + count % len(parts), tuple(parts))
                if kind is AtLeast and parts
                else AllOf(tuple(parts))
                if kind is AtLeast
                else kind(tuple(parts))
            ),
            st.sampled_from([AnyOf, AllOf, NoneOf, AtLeast]),
            st.lists(inner, max_size=3),
            st.integers(0, 5),
        ),
        max_leaves=4,
    )


local = combined(placed_terms | placed_terms | expressions | nears | times)
together = st.builds(
    lambda unit, parts: Together(unit, tuple(parts)),
    st.sampled_from(["sentence", "paragraph"]),
    st.lists(local, min_size=1, max_size=3),
)
scores = st.builds(Score, combined(placed_terms | nears), st.integers(1, 100).map(float))
fields = st.builds(
    lambda names, part: InField(tuple(dict.fromkeys(names)), part),
    st.lists(st.sampled_from(["title", "text", "lead"]), min_size=1, max_size=2),
    local | together,
)
deep = combined(local | together | scores | fields)


def placed_texts(longest: int) -> st.SearchStrategy[str]:
    words = st.sampled_from(PLACED) | st.sampled_from([word for word in WORDS if word != "п"])
    pairs = st.lists(st.tuples(words, st.sampled_from(PLAIN_JOINTS)), max_size=longest)
    return pairs.map(lambda parts: "".join(word + joint for word, joint in parts))


placed_articles = st.builds(
    lambda title, text: Article("s", "k", " ".join(title.split()), text.strip(), datetime(2024, 11, 18, tzinfo=UTC)),
    placed_texts(4),
    placed_texts(25),
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(deep, max_size=4), placed_articles)
def test_all_conditions_agree_with_the_reference(monkeypatch, some, article):
    monkeypatch.setattr("monitor.matching.reading.LEAD_WORDS", reference.LEAD)
    rules = [Rule(str(number), "", condition) for number, condition in enumerate(some)]
    matches = Matcher(rules).match(article)
    assert [match.rule_id for match in matches] == reference.matching(rules, article)
    assert [rule.id for rule in rules if explain(rule, article).holds] == [match.rule_id for match in matches]
    assert [rule.id for rule in Matcher(rules).which(article)] == [match.rule_id for match in matches]


@settings(max_examples=200, deadline=None)
@given(st.lists(terms, min_size=1, max_size=4), articles)
def test_every_hit_is_the_term_it_claims_to_be(some, article):
    for match in Matcher([Rule("r", "", AnyOf(tuple(some)))]).match(article):
        by_name = {str(term): term for term in some}
        assert match.hits
        assert list(match.hits) == sorted(match.hits, key=lambda hit: (hit.field == "text", hit.start, hit.end))
        for hit in match.hits:
            piece = getattr(article, hit.field)[hit.start : hit.end]
            assert reference.found(by_name[hit.term], piece), (hit, piece)


@settings(max_examples=300, deadline=None)
@given(st.text() | texts(20), st.booleans())
def test_the_two_ways_of_reading_a_text_give_the_same_words(text, exact):
    for read, (starts, ends) in (
        (text, words(text, exact=exact)),
        (closed_up(text), closed_up_words(text, exact=exact)),
    ):
        spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
        there = haystack(read, exact=exact).split(b" ")[1:-1]
        there = [word for word in there if word]
        assert len(spans) == len(there)
        assert all(start < end for start, end in spans)
        if read is text:
            # One character can be two words: ¼ is read as 1 and 4.
            assert all(
                word in haystack(text[start:end], exact=exact).split()
                for word, (start, end) in zip(there, spans, strict=True)
            )
    assert sorted(spans) == spans
