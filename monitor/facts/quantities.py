"""Numbers with what they count: casualties, money, distances, shares, troops and missiles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from monitor.facts.reading import Reading
from monitor.facts.words import words
from monitor.model.facts import Acronym, Entity, Quantity, Span, TimeRef

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

MAX_QUANTITIES = 2_000
Bound = Literal["", "at_least", "at_most", "about"]

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
_SMALL = {word: number for number, word in enumerate(_UNITS_SMALL)}
_TENS = {
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
    r"(?:(?:" + "|".join([*_TENS, *_UNITS_SMALL[1:]]) + r")(?:[- ](?:" + "|".join(_UNITS_SMALL[1:10]) + r"))?)"
)
_DIGITS = r"(?:\d{1,3}(?:[,\u00a0 ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_SCALE_WORD = r"(?:hundred|thousand|million|billion|trillion|dozen|mn|bn|mln|bln)"
_PLAIN = (
    rf"(?:{_DIGITS}(?:[ -]?{_SCALE_WORD}\b|(?:k|m|b|bn|tn)\b)?"
    rf"|(?:{_WORD_NUMBER}|a|half a|several|a few)(?:[ -]{_SCALE_WORD})+\b|\b{_WORD_NUMBER}\b|\ba couple of\b)"
)
_VAGUE = (
    r"(?:(?:tens|hundreds|thousands|millions|billions|dozens|scores)(?: of (?:thousands|millions|billions))?(?= of\b))"
)
_BOUNDS: tuple[tuple[Bound, str], ...] = (
    (
        "at_least",
        (
            r"at least|more than|over|no fewer than|no less than|upwards of|a minimum of|in excess of|above"
            r"|exceeding|not less than|minimum of"
        ),
    ),
    (
        "at_most",
        (
            r"up to|at most|as many as|as much as|no more than|fewer than|less than|under|below|a maximum of|nearly"
            r"|almost|just under|close to"
        ),
    ),
    ("about", r"about|around|roughly|approximately|some|an estimated|estimated|circa|nearly|almost|close to"),
)
_BOUND = "|".join(pattern for _, pattern in _BOUNDS)
_CURRENCY = {
    "$": "USD",
    "US$": "USD",
    "A$": "AUD",
    "C$": "CAD",
    "HK$": "HKD",
    "NZ$": "NZD",
    "S$": "SGD",
    "R$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "₴": "UAH",
    "₩": "KRW",
    "₺": "TRY",
    "₪": "ILS",
    "₦": "NGN",
}
_MONEY_WORDS = {
    "dollar": "USD",
    "euro": "EUR",
    "pound": "GBP",
    "yen": "JPY",
    "yuan": "CNY",
    "renminbi": "CNY",
    "rouble": "RUB",
    "ruble": "RUB",
    "rupee": "INR",
    "hryvnia": "UAH",
    "won": "KRW",
    "franc": "CHF",
    "krona": "SEK",
    "krone": "NOK",
    "zloty": "PLN",
    "lira": "TRY",
    "shekel": "ILS",
    "rand": "ZAR",
    "peso": "MXN",
    "real": "BRL",
    "naira": "NGN",
    "dirham": "AED",
    "riyal": "SAR",
}
_MEASURES = {
    "km": "km",
    "kilometer": "km",
    "kilometre": "km",
    "mile": "mi",
    "meter": "m",
    "metre": "m",
    "foot": "ft",
    "feet": "ft",
    "inch": "in",
    "yard": "yd",
    "centimeter": "cm",
    "centimetre": "cm",
    "nautical mile": "nmi",
    "square kilometer": "km2",
    "square kilometre": "km2",
    "square mile": "mi2",
    "sq km": "km2",
    "hectare": "ha",
    "acre": "ac",
    "ton": "t",
    "tonne": "t",
    "metric ton": "t",
    "kilogram": "kg",
    "kg": "kg",
    "pound": "lb",
    "gram": "g",
    "barrel": "bbl",
    "liter": "l",
    "litre": "l",
    "gallon": "gal",
    "megawatt": "MW",
    "gigawatt": "GW",
    "mph": "mph",
    "kph": "km/h",
    "km/h": "km/h",
    "knot": "kn",
    "degree": "deg",
    "celsius": "C",
    "mw": "MW",
    "gw": "GW",
    "mm": "mm",
    "millimeter": "mm",
    "millimetre": "mm",
    "cm": "cm",
}
_MEASURE_WORD = "|".join(sorted((rf"{re.escape(word)}(?:e?s)?" for word in _MEASURES), key=lambda w: (-len(w), w)))
_MONEY_WORD = "|".join(sorted(_MONEY_WORDS, key=lambda w: (-len(w), w)))
_SIGN = "|".join(re.escape(sign) for sign in sorted(_CURRENCY, key=lambda s: (-len(s), s)))
_NUMBER = rf"(?P<n>{_PLAIN})(?:(?:\s?(?:-|–|to)\s?|(?P<and> and ))(?P<high>{_PLAIN}))?"
_PATTERN = re.compile(
    rf"(?:\b(?P<between>between"
    rf"|from) )?(?:\b(?P<bound>{_BOUND}) (?:the )?)?(?:(?P<sign>{_SIGN})\s?(?P<mn>{_PLAIN})(?:\s?(?:-|–|to"
    rf"|and)\s?(?:{_SIGN})?(?P<mhigh>{_PLAIN}))?"
    rf"|(?<![\w.,/-])(?:{_NUMBER}|(?P<vague>{_VAGUE}))(?:(?P<pct>\s?%|[- ]per ?cents?\b"
    rf"|[- ]percent(?:age points?)?\b| percentage points?\b)"
    rf"|[- ]?(?:U\.?S\.? |Australian |Canadian |Swiss |Russian |Ukrainian |Indian "
    rf"|British )?(?P<money>{_MONEY_WORD})s?\b|[- ]?(?P<measure>{_MEASURE_WORD})\b)?)"
    rf"(?P<plus>\+| or more\b)?(?![\w/]|[.,]\d|:\d|-\d)",
    re.IGNORECASE,
)
_HARM = {
    "kill": "killed",
    "die": "killed",
    "injure": "injured",
    "wound": "injured",
    "hurt": "injured",
    "miss": "missing",
    "displace": "displaced",
    "arrest": "arrested",
    "detain": "detained",
    "evacuate": "evacuated",
    "infect": "infected",
    "hospitalize": "hospitalised",
    "hospitalise": "hospitalised",
    "capture": "captured",
    "rescue": "rescued",
    "trap": "trapped",
    "abduct": "abducted",
    "lose": "lost",
    "destroy": "destroyed",
    "damage": "damaged",
    "shoot": "shot",
    "intercept": "intercepted",
    "fire": "fired",
    "launch": "launched",
    "drown": "killed",
    "perish": "killed",
    "murder": "killed",
    "massacre": "killed",
    "slay": "killed",
    "strand": "stranded",
}
_AFTER = re.compile(
    r"^ (?:other |more |additional )?(?:[\w-]+ ){0,3}?(?:(?:were|was|have been|had been|has been|are|is|remain"
    r"|be|being) )?(?:also |later |already |feared |reported |confirmed )*"
    r"(killed|dead|died|deaths|injured|wounded|hurt|injuries|missing|displaced|arrested|detained|evacuated"
    r"|homeless|infected|hospitali[sz]ed|captured|rescued|trapped|drowned|stranded)\b"
)
_NORMAL = {
    "dead": "killed",
    "died": "killed",
    "deaths": "killed",
    "wounded": "injured",
    "hurt": "injured",
    "injuries": "injured",
    "drowned": "killed",
}
_PEOPLE = words(
    "people person civilian soldier troop child woman man worker resident victim passenger patient migrant"
    " refugee police officer policeman protester demonstrator fighter militant student teacher employee job"
    " death injury casualty hostage prisoner voter rescuer firefighter villager miner tourist journalist"
    " servicemember national member personnel adult girl boy crew recruit serviceman suspect"
)
_SKIP_NOUNS = words("year month week day hour minute second decade time century night a.m p.m am pm o'clock")


@dataclass(frozen=True, slots=True)
class _Counted:
    unit: str
    of: str
    end: int
    confidence: float


def find(
    reading: Reading, times: Sequence[TimeRef], entities: Sequence[Entity], acronyms: Sequence[Acronym]
) -> tuple[Quantity, ...]:
    """All quantities, left to right; numbers inside dates and names are left alone."""
    taken: set[int] = set()
    for ref in times:
        taken.update(range(ref.span.start, ref.span.end))
    for entity in entities:
        for span in entity.mentions:
            taken.update(range(span.start, span.end))
    for acronym in acronyms:
        taken.update(range(acronym.span.start, acronym.span.end))
    found: list[Quantity] = []
    for match in _PATTERN.finditer(reading.mended):
        number = match["mn"] or match["n"] or match["vague"]
        start = match.start("sign") if match["sign"] else (match.start("n") if match["n"] else match.start("vague"))
        if number is None or any(place in taken for place in range(start, match.end())):
            continue
        made = _quantity(reading, match, number, start)
        if made is not None:
            found.append(made)
            if len(found) >= MAX_QUANTITIES:
                break
    return tuple(found)


def _quantity(reading: Reading, match: re.Match[str], number: str, start: int) -> Quantity | None:  # noqa: C901, PLR0912 - a cascade of rules
    value, vague = number_value(number)
    if value is None:
        return None
    high_text = match["mhigh"] or match["high"]
    high = number_value(high_text)[0] if high_text else None
    end = match.end()
    if high is not None and match["and"] and not match["between"]:
        # 'killed three and two are missing' is no range
        end, high = match.end("n"), None
    if high is not None and high_text:
        value = _scaled_like(number, high_text, value, high)
        if high <= value:
            end, high = (match.end("mn") if match["mn"] else match.end("n")), None
    bound: Bound = next(
        (kind for kind, pattern in _BOUNDS if match["bound"] and re.fullmatch(pattern, match["bound"], re.IGNORECASE)),
        "",
    )
    if bound == "at_most" and match["bound"].lower() in {"nearly", "almost", "close to", "just under"}:
        bound = "about"
    bound = "at_least" if match["plus"] else (bound or ("about" if vague else ""))
    unit, of, confidence = "", "", 0.9
    if match["sign"] or match["money"]:
        unit = _CURRENCY.get(match["sign"].upper() if match["sign"] else "", "") or _MONEY_WORDS[match["money"].lower()]
        if (
            match["money"]
            and match["money"].lower() == "pound"
            and re.match(r"\s?-", reading.mended[match.end("n") : match.end("n") + 2] or "")
        ):
            unit = "lb"
        of = _of(reading, end)
    elif match["pct"]:
        unit, of = ("percentage points" if "point" in match["pct"] else "percent"), _of(reading, end)
    elif (match["measure"] and high is None) or match["measure"]:
        unit, of = _measure(match["measure"]), _of(reading, end)
    else:
        counted = _counted(reading, start, end)
        if counted is None:
            return None
        unit, of, end, confidence = counted.unit, counted.of, counted.end, counted.confidence
    begin = match.start("bound") if match["bound"] else start
    if high is not None and match["between"]:
        begin = match.start("between")
    end = max(end, match.end() if high is not None else end)
    while end > begin and reading.text[end - 1].isspace():
        end -= 1
    return Quantity(
        text=reading.text[begin:end],
        span=Span(begin, end),
        sentence=reading.sentence(begin),
        value=value,
        unit=unit,
        of=of,
        confidence=confidence,
        rule="quantity",
        high=high,
        bound=bound,
    )


def number_value(text: str) -> tuple[float | None, bool]:  # noqa: C901, PLR0912 - a cascade of rules
    """What a number in digits or words is worth, and whether it is vague: '3.5 million', 'two dozen', 'hundreds'."""
    low = text.lower().replace("\u00a0", "").strip()
    vague = {
        "tens": 10.0,
        "dozens": 24.0,
        "scores": 40.0,
        "hundreds": 200.0,
        "thousands": 2e3,
        "millions": 2e6,
        "billions": 2e9,
    }
    words = re.findall(r"\d[\d,.  ]*\d|\d|[^\W\d_]+", low)
    if not words:
        return None, False
    if words[0] in vague:
        value = vague[words[0]]
        if len(words) > 2 and words[-1] in vague:
            value *= {"thousands": 1e3, "millions": 1e6, "billions": 1e9}.get(words[-1], 1)
        return value, True
    total = current = 0.0
    seen = uncertain = False
    for word in words:
        if word[0].isdigit():
            try:
                current, seen = float(re.sub(r"[, ]", "", word)), True
            except ValueError:
                return None, False
        elif word in _SMALL or word in _TENS:
            current, seen = current + (_SMALL.get(word, 0) or _TENS.get(word, 0)), True
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


def _scaled_like(low_text: str, high_text: str, low: float, high: float) -> float:
    """'2-3 million' means two million at the lower end too."""
    scale = next((_SCALES[word] for word in re.findall(r"[a-z]+", high_text.lower()) if word in _SCALES), 1.0)
    has_own = any(word in _SCALES for word in re.findall(r"[a-z]+", low_text.lower()))
    return low * scale if scale > 1 and not has_own and low * scale < high else low


def _measure(word: str) -> str:
    low = word.lower()
    for form in (low, low.removesuffix("s"), low.removesuffix("es")):
        if form in _MEASURES:
            return _MEASURES[form]
    return low


def _of(reading: Reading, end: int) -> str:
    after = re.match(
        r" (?:of|in|worth of|for) (?:the |its |their |his |her |all )?((?:[\w'-]+ ?){1,4})",
        reading.mended[end : end + 70],
    )
    if after is None:
        return ""
    words = re.split(
        r"\b(?:to|from|for|by|on|at|and|after|which|that|who|with|over|as|in|since|was|were|is|are|has|have|had"
        r"|said)\b",
        after.group(1),
    )[0]
    return words.strip()


def _counted(reading: Reading, start: int, end: int) -> _Counted | None:  # noqa: PLR0911 - a cascade of rules
    """What a bare number counts; None where it counts nothing that is told (page numbers, scores, years)."""
    following = _AFTER.match(reading.mended[end : end + 80])
    tokens = reading.tokens(start, end)
    head = _head(tokens) if reading.parses else None
    if head is None:
        plain = re.match(r" (?:of )?((?:[^\W\d_]+[ -]){0,2}?[^\W\d_]{3,})", reading.mended[end : end + 40])
        if following:
            word = following.group(1)
            return _Counted("people", _NORMAL.get(word, word), end, 0.75)
        if plain is None or reading.parses:
            return None
        return _Counted(plain.group(1), "", end, 0.5)
    noun = head.lemma_.lower()
    if noun in _SKIP_NOUNS:
        return None
    harm = (
        _harm(head)
        or next((found for token in tokens if (found := _harm(token))), "")
        or (_NORMAL.get(following.group(1), following.group(1)) if following else "")
    )
    stop = max(end, head.idx + len(head))
    if head.i - tokens[-1].i > 6:
        return None
    if noun in _PEOPLE:
        unit = "people"
        kind = _NORMAL.get(head.lower_, "") or ("killed" if noun == "death" else "injured" if noun == "injury" else "")
        described = reading.text[head.idx : head.idx + len(head)].lower()
        of = harm or kind or ("" if noun in {"people", "person"} else described)
        return _Counted(unit, of, stop, 0.9)
    if head.pos_ in {"VERB", "ADJ"}:
        word = head.lower_
        return (
            _Counted("people", _NORMAL.get(word, _HARM.get(noun, word)), stop, 0.8)
            if word in _NORMAL or noun in _HARM
            else None
        )
    if head.pos_ in {"NUM", "CD"} or head.i in {t.i for t in tokens}:
        return _Counted("people", harm, end, 0.75) if harm else None
    return _Counted(head.lower_, harm, stop, 0.75)


def _head(tokens: "Sequence[Token]") -> "Token | None":
    """The noun a number modifies, or the number itself where it stands alone."""
    for token in reversed(tokens):
        if token.pos_ not in {"NUM", "NOUN", "DET", "ADJ"}:
            continue
        if token.dep_ in {"quantmod", "compound"} and any(token.head.i == other.i for other in tokens):
            continue
        if token.dep_ in {"nummod", "quantmod", "compound", "amod", "det", "npadvmod"} and token.head.i >= token.i:
            head, steps = token.head, 0
            while head.dep_ in {"nummod", "quantmod", "compound"} and head.head.i > head.i and steps < 4:
                head, steps = head.head, steps + 1
            if head.pos_ in {"NOUN", "PROPN", "ADJ", "VERB", "SYM"}:
                return head
        of = next((c for c in token.children if c.lower_ == "of"), None)
        if of is not None:
            return next((g for g in of.children if g.dep_ == "pobj"), token)
        return token
    return None


def _harm(head: "Token") -> str:
    """What befell those counted: the verb they are the subject of a passive or the object of."""
    verb = head.head
    if verb.pos_ != "VERB" or verb.i == head.i:
        for child in head.children:
            if child.dep_ == "acl" and child.lemma_.lower() in _HARM:
                return _HARM[child.lemma_.lower()]
        return ""
    lemma = verb.lemma_.lower()
    if head.dep_ in {"nsubjpass", "dobj"} or (head.dep_ == "nsubj" and lemma in {"die", "drown", "perish"}):
        return _HARM.get(lemma, "")
    return ""
