"""Time expressions and what they mean, reckoned from the day of publication.

Own rules give value, granularity and approximation. Parts are tagged as in TIMEX3: TMO, TAF, TEV, TNI for dayparts,
Q1-Q4, H1-H2, SP, SU, FA, WI for seasons. Single expressions are found first (`date_patterns`, `relative_patterns`,
`foreign_dates`), then what neighbours make together (`date_combining`).
"""

import re
from datetime import datetime

from monitor.facts import date_combining, date_patterns, foreign_dates, relative_patterns, tense
from monitor.facts.date_prefixes import Found
from monitor.facts.date_values import Rule, Value, When
from monitor.facts.reading import Reading
from monitor.model.facts import Span, TimeRef

MAX_TIMES = 1_000


def find(reading: Reading, published: datetime, lang: str) -> tuple[TimeRef, ...]:
    """All time expressions, left to right, none overlapping; the longest wins.

    Args:
        reading: the parsed document.
        published: when the article appeared, in the zone its days are to be counted in.
        lang: English expressions are read in full; other languages have dates with month names and numbers.

    """
    patterns = relative_patterns.ENGLISH if lang == "en" else (*date_patterns.NUMERIC, *foreign_dates.patterns(lang))
    found: list[Found] = []
    small = reading.mended.lower()
    for pattern in patterns:
        if pattern.needs and not any(word in small for word in pattern.needs):
            continue
        for count, match in enumerate(pattern.shape.finditer(reading.mended)):
            if count > MAX_TIMES * 4:
                break
            value = _safely(pattern.rule, match, reading, published)
            if value is not None:
                found.append(Found(match.start(), match.end(), pattern.name, value))
    found.sort(key=lambda item: (item.start - item.end, item.start))
    apart: list[Found] = []
    used: set[int] = set()
    for item in found:
        if used.isdisjoint(range(item.start, item.end)):
            used.update(range(item.start, item.end))
            apart.append(item)
    apart.sort(key=lambda item: item.start)
    joined = date_combining.combined(
        reading.mended,
        apart[:MAX_TIMES],
        published,
        reading.sentence,
        lambda start, end: not tense.spoken(reading, start, end),
    )
    return tuple(_made(reading, item) for item in joined)


def _safely(rule: Rule, match: re.Match[str], reading: Reading, published: datetime) -> Value | None:
    try:
        return rule(match, When(published, lambda: tense.lean(reading, match.start(), match.end())))
    except (ValueError, OverflowError):
        # '31 February' or a count of years before the calendar: looks like a date and is none
        return None


def _made(reading: Reading, item: Found) -> TimeRef:
    value = item.value
    return TimeRef(
        text=reading.text[item.start : item.end],
        span=Span(item.start, item.end),
        sentence=reading.sentence(item.start),
        value=value.value,
        granularity=value.granularity,
        confidence=value.confidence,
        rule=f"date.{item.name}",
        end=value.end,
        approx=value.approx,
        anchor=value.anchor,
    )
