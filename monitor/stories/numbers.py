"""Numbers in news: what they count, how exact they are, and whether two of them can both be true."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from monitor.stories import languages
from monitor.stories.phrases import REVISED
from monitor.stories.vocabulary import STOP, stem

Bound = Literal["", "at_least", "at_most", "about"]

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TY = "twenty thirty forty fifty sixty seventy eighty ninety"
_ENGLISH_WORDS: dict[str, int] = {
    **{word: value for value, word in enumerate(_SMALL.split())},
    **{word: 10 * tens for tens, word in enumerate(_TY.split(), start=2)},
}
WORD_VALUES = _ENGLISH_WORDS | languages.NUMBERS

_ENGLISH_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "mln": 1e6, "bln": 1e9,
    "bn": 1e9, "tn": 1e12, "mn": 1e6, "dozen": 12.0, "m": 1e6, "k": 1e3,
}  # fmt: skip
SCALES = languages.SCALES | _ENGLISH_SCALES
_VAGUE = {"dozens": (20.0, 99.0), "scores": (20.0, 99.0), "hundreds": (100.0, 999.0), "thousands": (1e3, 9999.0)}


def _pattern(words: Iterable[str], scales: Iterable[str]) -> re.Pattern[str]:
    """What a number looks like with these words for numbers and scales."""
    word, scale = "|".join(words), "|".join(sorted(scales, key=len, reverse=True))
    return re.compile(
        rf"""(?ix)
        (?P<value>
            (?<![\w.,/-])\d{{1,3}}(?:[,\u00a0\u202f]\d{{3}})+(?:\.\d+)?(?![\w/])
          | (?<![\w.,/:-])\d+(?:\.\d+)?(?=[kmbt]n?\b)
          | (?<![\w.,/:-])\d+(?:[.,]\d+)?(?!\w|[/:]\d|-\w)
          | \b(?:{word})(?:[-\s](?:{word}))?\b(?!-)
          | \b(?:a|several|half\ a)\s+(?=(?:dozen|hundred|thousand|million)\b)
          | \b(?:dozens|scores|hundreds|thousands)(?=\s+of\b|\s+(?:killed|dead|injured|more|flee))
        )
        (?:[\s-]?(?P<scale>hundred(?:\s+thousand)?|{scale})\b)?
        \s?(?P<percent>%|percent\b|per\s+cent\b|pct\b)?
        """
    )


_NUMBER = _pattern(_ENGLISH_WORDS, _ENGLISH_SCALES)
_NUMBER_ANYWHERE = _pattern(WORD_VALUES, SCALES)
_OTHER_WORDS = frozenset((*languages.NUMBERS, *languages.SCALES))
NUMBER_WORDS = frozenset(
    [*WORD_VALUES, "several", "dozen", "dozens", "scores", "hundred", "hundreds", "thousand", "thousands", "million"]
)
"""A sentence without a digit and without one of these has no figure."""

_MOVED_TO = re.compile(
    r"(?i)\b(?:до|auf|à|to|at|from|was|were|is|stands at|stood at|reached|reaches|hits?|passed|passes|tops)\s+"
    r"(?:now\s+)?"
    r"(?:(?:at least|more than|about|around|some|nearly|over)\s+)?$"
)
_CURRENCY_BEFORE = re.compile(r"(?:\b(?:US|A|C|HK))?[$€£¥₴₽]\s?$")
_BOUNDS: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    (
        "at_least",
        re.compile(r"(?i)\b(?:at least|more than|over|no fewer than|upwards of|minimum of|above|exceed\w*)\s*$"),
    ),
    ("at_most", re.compile(r"(?i)\b(?:up to|at most|as many as|no more than|fewer than|less than|under|below)\s*$")),
    ("about", re.compile(r"(?i)\b(?:about|around|some|roughly|nearly|almost|approximately|estimated|close to)\s*$")),
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_BEFORE_DATE = re.compile(rf"(?i)\b{_MONTH}\s+$")
_AFTER_DATE = re.compile(
    rf"(?i)^(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:\W|$)|^(?:st|nd|rd|th)\b|^\s?(?:a\.?m|p\.?m|gmt|utc)\b|^:\d"
)
_AGE = re.compile(r"(?i)^\s?-?years?[\s-]olds?\b|^\s+years?\s+of\s+age\b")
_AGE_BEFORE = re.compile(r"(?:\b[Aa]ged?\s+|[A-Z][\w'’-]+,\s+)$")
_AGE_AFTER = re.compile(r"\s*[,.)]")
_YEAR = re.compile(r"^(?:18|19|20)\d\d$")
_LABEL_BEFORE = re.compile(
    r"(?i)(?:\b(?:no|number|chapter|article|section|flight|route|highway|brigade|size|group|day|week|phase|covid|page|"
    r"cop)\.?[\s-]+|[\w]-)$"
)

_COUNTED_WORDS = {
    "killed": "kill dead die death toll fatality fatal slain",
    "injured": "injure injury wound hurt",
    "missing": "missing",
    "arrested": "arrest detain",
    "evacuated": "evacuate",
    "displaced": "displace",
    "cases": "case infection infect patient",
    "hospitalised": "hospitalise hospitalize",
    "rescued": "rescue",
    "hostages": "hostage",
    "troops": "troop soldier",
}
COUNTED = {stem(word): name for name, words in _COUNTED_WORDS.items() for word in words.split()} | {
    stem(word): name for word, name in languages.COUNTED.items()
}
"""Stem -> what is counted, for words that count the same thing."""

RISING = frozenset({"killed", "injured", "arrested", "evacuated", "displaced", "cases", "hospitalised", "rescued"})
"""Counts that only grow as a story goes on: a lower figure is an older one, unless the text says it was revised."""

_PEOPLE = frozenset({"people", "men", "women", "person", "man", "woman", "group", "members"})
_HUMAN_STEMS = frozenset(
    stem(w)
    for w in ("people", "person", "civilian", "child", "woman", "man", "resident", "passenger", "worker", "tourist")
)
_BOUND_WORDS = frozenset(
    {"at", "least", "more", "than", "about", "some", "around", "over", "nearly", "almost", "up", "to"}
)
_BREAKS = frozenset('.;:!?()—–"“”')
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d[\d.,]*|[.;:!?()—–\"“”]|,")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as the text gives it.

    Attributes:
        text: the words of the number with its bound: "at least 12".
        low, high: what it allows; equal for an exact number.
        about: what is counted: "killed", "troops", "percent", "$".
        bound: how exact the text says it is.
        context: stems of its sentence, to tell one count of the same sort from another.
        revised: the sentence says the number moved.
    """

    text: str
    low: float
    high: float
    about: str
    bound: Bound
    context: frozenset[str]
    revised: bool

    def agrees(self, other: "Figure") -> bool:
        """Whether both can be said of one thing without either being news: 'at least 10' and 'a dozen' do."""
        if (self.low, self.high) == (other.low, other.high):
            return True
        (low, high), (other_low, other_high) = self.allowed(), other.allowed()
        return low <= other_high and other_low <= high

    def allowed(self) -> tuple[float, float]:
        """The range of true values that the words leave open."""
        if self.bound == "about":
            return self.low * 0.93, self.high * 1.07
        if self.bound == "at_least" and self.low >= 10 and self.low % 10 == 0:
            return self.low, self.low * 1.09
        return self.low, self.high


def figures_of(sentence: str, context: frozenset[str] = frozenset()) -> tuple[Figure, ...]:
    """The numbers of one sentence that count or measure something; dates, ages, clock times and names are left out.

    Args:
        sentence: as the article has it.
        context: stems of the sentence that carry a subject.
    """
    number = _NUMBER if _OTHER_WORDS.isdisjoint(sentence.casefold().split()) else _NUMBER_ANYWHERE
    found = [(m, value) for m in number.finditer(sentence) if (value := _value(sentence, m)) is not None]
    revised = bool(found) and bool(REVISED.search(sentence))
    figures = []
    for place, (match, (low, high, bound)) in enumerate(found):
        before_start = found[place - 1][0].end() if place else 0
        after_end = found[place + 1][0].start() if place + 1 < len(found) else len(sentence)
        about = _about(sentence, match, before_start, after_end)
        if about and (low != 1 or about in _COUNTED_WORDS):
            figures.append(Figure(_printed(sentence, match), low, high, about, bound, context, revised))
    return tuple(figures)


def _printed(sentence: str, match: re.Match[str]) -> str:
    before = sentence[max(0, match.start() - 24) : match.start()]
    currency = _CURRENCY_BEFORE.search(before)
    number = (currency[0] if currency else "") + match[0].strip()
    before = _CURRENCY_BEFORE.sub("", before)
    bound = next((found[0] for _, pattern in _BOUNDS if (found := pattern.search(before))), "")
    return bound + number


def _value(sentence: str, match: re.Match[str]) -> tuple[float, float, Bound] | None:
    before = sentence[max(0, match.start() - 24) : match.start()]
    after = sentence[match.end() : match.end() + 24]
    raw = match["value"].strip().casefold()
    if raw in _VAGUE:
        return *_VAGUE[raw], "about"
    money = bool(_CURRENCY_BEFORE.search(before))
    if not money and not match["percent"] and _names_something(raw, before, after, scaled=bool(match["scale"])):
        return None
    number = _parse(raw)
    if number is None:
        return None
    scale = (match["scale"] or "").casefold()
    if scale in {"m", "k"} and not (money or sentence[match.start("scale") - 1].isdigit()):
        scale = ""
    for part in scale.split():
        number *= SCALES[part]
    plain_before = _CURRENCY_BEFORE.sub("", before)
    bound: Bound = next((name for name, pattern in _BOUNDS if pattern.search(plain_before)), "")
    if scale == "dozen" or raw in {"several", "half a"}:
        return number * 0.84, number * 1.25, bound or "about"
    return number, number, bound


def _names_something(raw: str, before: str, after: str, *, scaled: bool) -> bool:
    """Whether the number is part of a date, an age, a time of day or a name."""
    if _AFTER_DATE.match(after) or _AGE.match(after):
        return True
    if not raw[0].isdigit():
        return False
    if _BEFORE_DATE.search(before) or _LABEL_BEFORE.search(before) or (_YEAR.match(raw) and not scaled):
        return True
    return bool(_AGE_BEFORE.search(before) and _AGE_AFTER.match(after))


def _parse(raw: str) -> float | None:
    if raw in {"a", "half a", "several"}:
        return {"a": 1.0, "half a": 0.5, "several": 4.0}[raw]
    if raw[0].isdigit():
        return number_of(raw)
    return float(sum(WORD_VALUES.get(part, 0) for part in re.split(r"[-\s]+", raw)))


def number_of(digits: str) -> float | None:
    """The value of a number in digits with thousands separators or a decimal comma, None where it is neither."""
    plain = re.sub(r"[,\u00a0\u202f](?=\d{3}(?:\D|$))", "", digits).replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def _about(sentence: str, match: re.Match[str], before_start: int, after_end: int) -> str:
    before_text = sentence[max(before_start, match.start() - 60) : match.start()]
    if _CURRENCY_BEFORE.search(before_text):
        return "$"
    before = [stem(w.casefold()) for w in _WORD.findall(before_text)]
    after_words = _WORD.findall(sentence[match.end() : min(after_end, match.end() + 90)])
    after = [w.casefold() for w in after_words]
    near = [w for w in before[-6:] if w not in _BOUND_WORDS]
    if near and near[-1] in COUNTED:
        return COUNTED[near[-1]]
    for distance, word in enumerate(after[:7]):
        if word in _BREAKS or (distance and word in {"and", "but", "as", "while"}):
            break
        if counted := COUNTED.get(stem(word)):
            return counted
    if match["percent"]:
        return "percent"
    return _counted_noun(after_words) or _counted_before(sentence[: match.start()])


def _counted_before(text: str) -> str:
    """What a number without a noun counts: "the number of troops was put at 11,000", "the toll rose to 17"."""
    if not _MOVED_TO.search(text[-24:]):
        return ""
    raw = _WORD.findall(text[-160:])
    words = [w.casefold() for w in raw]
    counted = [COUNTED[s] for w in words if (s := stem(w)) in COUNTED]
    if counted:
        return counted[-1] if "number" not in words else counted[0]
    if "number" in words and (named := raw[words.index("number") + 1 :])[:1] == ["of"]:
        return _counted_noun(named[1:])
    return ""


def _counted_noun(after: list[str]) -> str:
    """The first plural among the next few words that is no name, else the first of them."""
    run: list[str] = []
    for raw in after[:5]:
        word = raw.casefold()
        if (word in STOP and word not in _PEOPLE) or not word[0].isalpha():
            break
        if raw[0].islower():
            run.append(word)
    for word in run:
        if stem(word) in _HUMAN_STEMS:
            return "people"
        if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
            return stem(word)
    return stem(run[0]) if run else ""
