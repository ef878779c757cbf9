"""Numbers with what they count: casualties, money, distances, shares, troops and missiles."""

import re
from collections.abc import Sequence
from typing import Literal

from monitor.facts.counted import Counted, counted
from monitor.facts.numerals import PLAIN, VAGUE, number_value, scaled_like
from monitor.facts.reading import Reading
from monitor.facts.units import CURRENCIES, MEASURE_WORD, MONEY_WORD, MONEY_WORDS, SIGN, measure_unit
from monitor.model.facts import Acronym, Entity, Quantity, Span, TimeRef

MAX_QUANTITIES = 2_000
Bound = Literal["", "at_least", "at_most", "about"]
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
_NUMBER = (
    rf"(?P<n>{PLAIN})(?:(?:(?:\s?%(?=(?:-|–| to | and )\S{{1,8}}\s?%)|[- ]per ?cent(?= (?:to|and) ))?"
    rf"(?:\s?(?:-|–|to)\s?| or )|(?P<and>(?:\s?%)? and ))(?P<high>{PLAIN}))?"
)
_PATTERN = re.compile(
    rf"(?:\b(?P<between>between"
    rf"|from) )?(?:\b(?P<bound>{_BOUND}) (?:the )?)?(?:(?P<sign>{SIGN})\s?(?P<mn>{PLAIN})(?:\s?(?:-|–|to"
    rf"|and)\s?(?:{SIGN})?(?P<mhigh>{PLAIN}))?"
    rf"|(?<![\w.,/-])(?:{_NUMBER}|(?P<vague>{VAGUE}))(?:(?P<pct>\s?%|[- ]per ?cents?\b"
    rf"|[- ]percent(?:age points?)?\b| percentage points?\b)"
    rf"|[- ]?(?:U\.?S\.? |Australian |Canadian |Swiss |Russian |Ukrainian |Indian "
    rf"|British )?(?P<money>{MONEY_WORD})s?\b|[- ]?(?P<measure>{MEASURE_WORD})\b)?)"
    rf"(?P<plus>\+| or more\b)?(?![\w/]|[.,]\d|:\d|-\d)",
    re.IGNORECASE,
)


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


def _quantity(reading: Reading, match: re.Match[str], number: str, start: int) -> Quantity | None:
    value, vague = number_value(number)
    if value is None:
        return None
    value, high, end = _range(match, number, value)
    what = _measured(reading, match, end) or counted(reading, start, end)
    if what is None:
        return None
    begin = match.start("bound") if match["bound"] else start
    if high is not None and match["between"]:
        begin = match.start("between")
    end = max(what.end, match.end() if high is not None else what.end)
    while end > begin and reading.text[end - 1].isspace():
        end -= 1
    return Quantity(
        text=reading.text[begin:end],
        span=Span(begin, end),
        sentence=reading.sentence(begin),
        value=value,
        unit=what.unit,
        of=what.of,
        confidence=what.confidence,
        rule="quantity",
        high=high,
        bound=_bound(match, vague=vague),
    )


def _range(match: re.Match[str], number: str, value: float) -> tuple[float, float | None, int]:
    """The lower end, the upper end if there is one, and the offset at which the number's words end."""
    high_text = match["mhigh"] or match["high"]
    high = number_value(high_text)[0] if high_text else None
    if high is None:
        return value, None, match.end()
    if match["and"] and not match["between"]:
        # 'killed three and two are missing' is no range
        return value, None, match.end("n")
    value = scaled_like(number, high_text, value, high)
    if high <= value:
        return value, None, match.end("mn") if match["mn"] else match.end("n")
    return value, high, match.end()


def _bound(match: re.Match[str], *, vague: bool) -> Bound:
    bound: Bound = next(
        (kind for kind, pattern in _BOUNDS if match["bound"] and re.fullmatch(pattern, match["bound"], re.IGNORECASE)),
        "",
    )
    if bound == "at_most" and match["bound"].lower() in {"nearly", "almost", "close to", "just under"}:
        bound = "about"
    return "at_least" if match["plus"] else (bound or ("about" if vague else ""))


def _measured(reading: Reading, match: re.Match[str], end: int) -> Counted | None:
    """Money, shares and measures, which name their unit; None for a bare number."""
    if match["sign"] or match["money"]:
        unit = CURRENCIES.get(match["sign"].upper() if match["sign"] else "", "") or MONEY_WORDS[match["money"].lower()]
        if (
            match["money"]
            and match["money"].lower() == "pound"
            and re.match(r"\s?-", reading.mended[match.end("n") : match.end("n") + 2] or "")
        ):
            unit = "lb"
    elif match["pct"]:
        unit = "percentage points" if "point" in match["pct"] else "percent"
    elif match["measure"]:
        unit = measure_unit(match["measure"])
    else:
        return None
    return Counted(unit, _of(reading, end), end, 0.9)


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
