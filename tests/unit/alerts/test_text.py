import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.text import clean, cut, first_sentence, grapheme_start, sentence_around

any_text = st.text(alphabet=st.characters(exclude_categories=()), max_size=400)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  two\n\n words\t", "two words"),
        ("\x1b[31mred\x1b[0m \x07bell\x00", "red bell"),
        ("left\u202eright", "leftright"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("👨‍👩‍👧 stays whole", "👨‍👩‍👧 stays whole"),
    ],
)
def test_clean(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(any_text)
def test_clean_leaves_one_printable_line(raw: str) -> None:
    cleaned = clean(raw)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in cleaned)
    assert clean(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("Troops moved north. They met others near the river.", 25, "Troops moved north.…"),
        ("Officials met on Monday, and talks went on until the evening", 28, "Officials met on Monday…"),
        ("several ordinary words in a row", 20, "several ordinary…"),
        ("a" * 50, 10, "a" * 9 + "…"),
        ("x" * 9 + "👨‍👩‍👧", 13, "x" * 9 + "…"),
        ("ab🇺🇦🇫🇷", 4, "ab…"),
        ("anything", 1, "…"),
        ("anything", 0, ""),
    ],
)
def test_cut(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


@given(any_text, st.integers(0, 100))
def test_cut_keeps_to_its_limit_and_to_the_text(text: str, limit: int) -> None:
    shorter = cut(text, limit)
    assert len(shorter) <= max(limit, 1)
    assert shorter == text or text.startswith(shorter.removesuffix("…"))


@given(st.text(alphabet="a\u0301\u200d👩🇺🇦🏽\ufe0f ", max_size=60), st.integers(0, 60))
def test_cut_parts_no_letter_from_its_marks(text: str, at: int) -> None:
    start = grapheme_start(text, at)
    assert 0 <= start <= at
    if 0 < start < len(text) and start != at:
        assert unicodedata.category(text[start]) not in ("Mn", "Me", "Mc")


@pytest.mark.parametrize(
    ("text", "word", "sentence"),
    [
        ("One. Two words here! Three?", "words", "Two words here!"),
        (
            "U.S. officials met Mr. Smith in St. Petersburg. They left.",
            "Smith",
            "U.S. officials met Mr. Smith in St. Petersburg.",
        ),
        ("He said: “No way.” Then he left.", "way", "He said: “No way.”"),
        ("First line\n\nSecond line without end", "Second", "Second line without end"),
        ("部队进入北京。人们离开。", "北京", "部队进入北京。"),
        ("About 3.5 million people fled. More follow.", "million", "About 3.5 million people fled."),
    ],
)
def test_sentence_around(text: str, word: str, sentence: str) -> None:
    at = text.index(word)
    start, end = sentence_around(text, at, at + len(word))
    assert text[start:end] == sentence


@given(any_text, st.integers(0, 400), st.integers(1, 30))
def test_a_sentence_holds_what_it_was_asked_for(text: str, start: int, length: int) -> None:
    if start + length <= len(text):
        begin, end = sentence_around(text, start, start + length)
        assert 0 <= begin <= start < start + length <= end <= len(text)


def test_first_sentence() -> None:
    assert first_sentence("\n\n Missiles were approved. More to come.") == "Missiles were approved."
    assert first_sentence("") == ""
