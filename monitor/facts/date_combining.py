"""What neighbouring times make together: a day with its time of day, a range, 'the end of', 'two weeks before'.

Every step takes the times found so far, in reading order and apart from each other, and gives such a list back.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from monitor.facts import relative_dates
from monitor.facts.date_prefixes import PREFIXES, WHOLE, Found, Prefix, single
from monitor.facts.date_values import (
    ORDINAL_WORD,
    Value,
    iso_day,
)
from monitor.facts.holidays import nth_weekday

Pair = Callable[[str, Found, str, Found], Found | None]
"""Text, a time, the words between, the next time: what both make, or None."""
_ZONE = (
    r"(?: (?:local time|local|GMT|UTC|BST|CET|CEST|EST|EDT|ET|PT|PST|PDT|MSK|IST|JST"
    r"|(?:[A-Z][a-z]+ ){1,2}(?:standard |daylight )?time))?(?: \([^()]{3,20}\))?"
)
_DAY_CLOCK = re.compile(r",? ?(?:at |by |around |about |from |just |shortly |before |after )*")
_CLOCK_DAY = re.compile(rf"{_ZONE},? (?:on |of )?(?:the )?|{_ZONE}, ?")
_OF_YEAR = re.compile(r",? (?:of |in )?(?:the year )?")
_ORDINAL_BEFORE = re.compile(rf"\b(?:the )?(?P<ord>{ORDINAL_WORD}|last|final|\d(?:st|nd|rd|th)) $", re.IGNORECASE)


def combined(
    text: str,
    found: Sequence[Found],
    published: datetime,
    lines: Callable[[int], int],
    happened: Callable[[int, int], bool],
) -> list[Found]:
    """All steps in turn.

    Args:
        text: what the times stand in.
        found: single expressions in reading order.
        published: when the article appeared.
        lines: the number of the sentence a character stands in.
        happened: whether the time at such a place is that of an act, and not that of a statement about it.

    """
    times = list(found)
    for pair in (_with_year, _nth_weekday_of_month, _clock_of_day, _day_of_clock):
        times = _paired(text, times, pair)
    for pattern, meaning in PREFIXES:
        times = _prefixed(text, times, pattern, meaning)
    times = _placed(times, lines, happened)
    times = _paired(text, times, _range)
    return _since(text, times, published)


def _paired(text: str, times: list[Found], pair: Pair) -> list[Found]:
    made: list[Found] = []
    for time in times:
        if made and 0 <= time.start - made[-1].end <= 40:
            both = pair(text, made[-1], text[made[-1].end : time.start], time)
            if both is not None:
                made[-1] = both
                continue
        made.append(time)
    return made


def _prefixed(text: str, times: list[Found], pattern: re.Pattern[str], meaning: Prefix) -> list[Found]:
    made: list[Found] = []
    for time in times:
        floor = made[-1].end if made else 0
        match = pattern.search(text, max(floor, time.start - 60), time.start)
        value = None
        if match is not None and match.end() == time.start:
            try:
                value = meaning(match, time)
            except (ValueError, OverflowError):
                # outside the calendar: the plain time stands
                value = None
        if match is None or value is None:
            made.append(time)
        else:
            made.append(replace(time, start=match.start(), value=value))
    return made


def _with_year(_: str, first: Found, between: str, second: Found) -> Found | None:
    """'14 February last year', 'June 26 of 2020', 'in the third quarter of last year'."""
    value = first.value
    if value.open != "year" or not single(second, "year") or _OF_YEAR.fullmatch(between) is None:
        return None
    if second.value.approx:
        return None
    told = second.value.value + value.value[4:]
    end = second.value.value + value.end[4:] if value.end else ""
    made = replace(value, value=told, end=end, open="", anchor=second.value.anchor)
    return replace(first, end=second.end, value=made)


def _nth_weekday_of_month(text: str, first: Found, between: str, second: Found) -> Found | None:
    """'The first Monday in September'."""
    if first.value.open != "weekday" or not single(second, "month") or between not in {" in ", " of "}:
        return None
    before = _ORDINAL_BEFORE.search(text, max(0, first.start - 16), first.start)
    if before is None:
        return None
    year, month = map(int, second.value.value.split("-"))
    weekday = date.fromisoformat(first.value.value[:10]).weekday()
    try:
        day = iso_day(nth_weekday(year, month, weekday, relative_dates.ordinal(before["ord"])))
    except ValueError:
        return None
    value = replace(first.value, value=day + first.value.value[10:], open=second.value.open, anchor=second.value.anchor)
    return Found(before.start(), second.end, first.name, value)


def _timed(day: Found, clock: Found, start: int, end: int) -> Found:
    stamp = day.value.value[:10] + clock.value.value[10:]
    value = replace(
        clock.value, value=stamp, open="", anchor=day.value.anchor, approx=clock.value.approx or day.value.approx
    )
    return Found(start, end, clock.name, value)


def _clock_of_day(_: str, first: Found, between: str, second: Found) -> Found | None:
    """'Nov. 12 at 14:05', 'Monday, 8 a.m.', 'tomorrow at noon', 'Tuesday morning at 9 a.m.'."""
    if not single(first, "day", "daypart") or first.value.open == "day" or second.value.open != "day":
        return None
    return _timed(first, second, first.start, second.end) if _DAY_CLOCK.fullmatch(between) else None


def _day_of_clock(_: str, first: Found, between: str, second: Found) -> Found | None:
    """'8 a.m. on Sunday', 'noon tomorrow', '6:23 p.m. Eastern time on Thursday', '8am this morning'."""
    if first.value.open == "day" and single(second, "day", "daypart") and _CLOCK_DAY.fullmatch(between):
        return _timed(second, first, first.start, second.end)
    return None


def _placed(times: list[Found], lines: Callable[[int], int], happened: Callable[[int, int], bool]) -> list[Found]:
    """A time of day alone, and 'the next day', are of the day told in the same sentence or nearest before."""
    made: list[Found] = []
    for number, time in enumerate(times):
        line = lines(time.start)
        if time.value.open not in {"day", "before"}:
            made.append(time)
            continue
        before = [t for t in made[-6:] if _dated(t) and happened(t.start, t.end) and line - lines(t.start) <= 3]
        after = [t for t in times[number + 1 : number + 4] if _dated(t) and lines(t.start) == line]
        same = [t for t in before if lines(t.start) == line]
        chosen = same[-1:] or (after[:1] if time.value.open == "day" else []) or before[-1:]
        if not chosen:
            made.append(replace(time, value=replace(time.value, open="")))
            continue
        day = date.fromisoformat(chosen[0].value.value[:10])
        if time.value.open == "before":
            value = replace(time.value, value=iso_day(day + timedelta(days=time.value.shift)), open="")
        else:
            value = replace(time.value, value=iso_day(day) + time.value.value[10:], open="")
        made.append(replace(time, value=value))
    return made


def _dated(time: Found) -> bool:
    value = time.value
    return value.granularity in {"day", "daypart", "hour", "minute"} and not value.end and value.open != "before"


_RANGE_TO = re.compile(
    r"(?:\s?[-–—~]\s?| (?:to|through|thru|until|till|up to) )(?:the )?(?:end of |middle of |beginning of )?",
    re.IGNORECASE,
)
_RANGE_FROM = re.compile(r"\b(?P<from>from|between)(?: the)? $", re.IGNORECASE)


def _range(text: str, first: Found, between: str, second: Found) -> Found | None:
    """'From Sunday to Tuesday', 'between January and March 2022', '2014 to 2018', 'from May to now'."""
    if first.value.end or second.value.end or second.start - first.end > 24:
        return None
    opened = _RANGE_FROM.search(text, max(0, first.start - 14), first.start)
    low = re.match(r"(?:from|between) ", text[first.start : first.end], re.IGNORECASE)
    between_two = (opened is not None and opened["from"].lower() == "between") or (
        low is not None and low.group().lower().startswith("between")
    )
    joined = _RANGE_TO.fullmatch(between) is not None or (between_two and re.fullmatch(r",? and (?:the )?", between))
    one, two = first.value, second.value
    if not joined or not {one.granularity, two.granularity} <= WHOLE | {"hour", "minute"}:
        return None
    if one.granularity != two.granularity and opened is None and low is None:
        return None
    made = _ordered(one, two)
    if made is None:
        return None
    value = replace(made[0], end=made[1].value, open="", approx=one.approx or two.approx)
    return Found(opened.start() if opened else first.start, second.end, "range", value)


def _ordered(one: Value, two: Value) -> tuple[Value, Value] | None:
    """Both ends, the lower first: what one of them leaves open is taken from the other."""
    if one.open == "year" and two.granularity != "year":
        year = int(two.value[:4])
        one = replace(one, value=f"{year:04d}{one.value[4:]}", anchor=two.anchor)
        if one.value[4:] > two.value[4:]:
            one = replace(one, value=f"{year - 1:04d}{one.value[4:]}")
    elif two.open == "year" and one.value[:7] > two.value[:7]:
        two = replace(two, value=f"{int(one.value[:4]) + 1:04d}{two.value[4:]}")
    elif {one.open, two.open} & {"weekday"} and one.granularity == two.granularity == "day" and one.value > two.value:
        moved, days = (two, 7) if one.open != "weekday" else (one, -7)
        value = iso_day(date.fromisoformat(moved.value) + timedelta(days=days))
        one, two = (one, replace(two, value=value)) if moved is two else (replace(one, value=value), two)
    if one.granularity == two.granularity:
        return (one, two) if one.value < two.value else None
    return (one, two) if one.value[:4] <= two.value[:4] else None


_SINCE = re.compile(r"\b(?:ever )?since (?:the )?$", re.IGNORECASE)


def _since(text: str, times: list[Found], published: datetime) -> list[Found]:
    """'Since February 2022' runs up to the day of publication."""
    made = []
    for time in times:
        match = _SINCE.search(text, max(0, time.start - 16), time.start)
        if match is not None and not time.value.end and time.value.granularity not in {"hour", "minute"}:
            value = replace(time.value, end=iso_day(published.date()))
            time = replace(time, start=match.start(), value=value)  # noqa: PLW2901 - the same time, told longer
        made.append(time)
    return made
