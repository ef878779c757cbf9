"""Numbers in digits and in words: how they are written, and what they are worth."""

import re

_UNITS_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
NUMBER_WORDS = {word: number for number, word in enumerate(_UNITS_SMALL)}
TENS = {
    word: 10 * number
    for number, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12,
    "mn": 1e6,
    "bn": 1e9,
    "tn": 1e12,
    "m": 1e6,
    "b": 1e9,
    "k": 1e3,
    "mln": 1e6,
    "bln": 1e9,
    "тысяч": 1e3,
    "тыс": 1e3,
    "миллионов": 1e6,
    "млн": 1e6,
    "млрд": 1e9,
    "тисяч": 1e3,
    "тис": 1e3,
    "millionen": 1e6,
    "milliarden": 1e9,
    "millions": 1e6,
    "milliards": 1e9,
    "millones": 1e6,
}
_WORD_NUMBER = (
    r"(?:(?:" + "|".join([*TENS, *_UNITS_SMALL[1:]]) + r")(?:[- ](?:" + "|".join(_UNITS_SMALL[1:10]) + r"))?)"
)
_DIGITS = r"(?:\d{1,3}(?:[,\u00a0 ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_SCALE_WORD = r"(?:hundred|thousand|million|billion|trillion|dozen|mn|bn|mln|bln)"
PLAIN = (
    rf"(?:{_DIGITS}(?:[ -]?{_SCALE_WORD}\b|(?:k|m|b|bn|tn)\b)?"
    rf"|(?:{_WORD_NUMBER}|a|half a|several|a few)(?:[ -]{_SCALE_WORD})+\b|\b{_WORD_NUMBER}\b|\ba couple of\b)"
)
"""Pattern of one number: '1,200', '3.5 million', 'two dozen', 'a few hundred'."""
VAGUE = (
    r"(?:(?:tens|hundreds|thousands|millions|billions|dozens|scores)(?: of (?:thousands|millions|billions))?(?= of\b))"
)
"""Pattern of a number left open: 'dozens', 'tens of thousands' before 'of'."""
_VAGUE_WORTH = {
    "tens": 10.0,
    "dozens": 24.0,
    "scores": 40.0,
    "hundreds": 200.0,
    "thousands": 2e3,
    "millions": 2e6,
    "billions": 2e9,
}


def number_value(text: str) -> tuple[float | None, bool]:
    """What a number in digits or words is worth, and whether it is vague: '3.5 million', 'two dozen', 'hundreds'."""
    low = text.lower().replace("\u00a0", "").strip()
    words = re.findall(r"\d[\d,.  ]*\d|\d|[^\W\d_]+", low)
    if not words:
        return None, False
    if words[0] in _VAGUE_WORTH:
        return _vague_worth(words), True
    try:
        return _worth(words)
    except ValueError:
        # '1.2.3' is no number
        return None, False


def _vague_worth(words: list[str]) -> float:
    """'hundreds', 'tens of thousands': the least that is usually meant."""
    value = _VAGUE_WORTH[words[0]]
    if len(words) > 2 and words[-1] in _VAGUE_WORTH:
        value *= {"thousands": 1e3, "millions": 1e6, "billions": 1e9}.get(words[-1], 1)
    return value


def _worth(words: list[str]) -> tuple[float | None, bool]:
    """The sum of a number's words, and whether one of them is vague; ValueError where digits are no number."""
    total = current = 0.0
    seen = uncertain = False
    for word in words:
        if word[0].isdigit():
            current, seen = float(re.sub(r"[, ]", "", word)), True
        elif word in NUMBER_WORDS or word in TENS:
            current, seen = current + (NUMBER_WORDS.get(word, 0) or TENS.get(word, 0)), True
        elif word in {"a", "an"}:
            current = current or 1
        elif word in {"several", "few", "couple"}:
            current, seen, uncertain = (2.0 if word == "couple" else 3.0), True, True
        elif word == "half":
            current = 0.5
        elif word in _SCALES:
            current, seen = (current or 1) * _SCALES[word], True
            if _SCALES[word] >= 1e3:
                total, current = total + current, 0.0
        elif word not in {"of", "and"}:
            return None, False
    return (total + current, uncertain) if seen else (None, False)


def scaled_like(low_text: str, high_text: str, low: float, high: float) -> float:
    """'2-3 million' means two million at the lower end too."""
    scale = next((_SCALES[word] for word in re.findall(r"[a-z]+", high_text.lower()) if word in _SCALES), 1.0)
    has_own = any(word in _SCALES for word in re.findall(r"[a-z]+", low_text.lower()))
    return low * scale if scale > 1 and not has_own and low * scale < high else low
