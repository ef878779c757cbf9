"""What stands before a time and makes another of it: "the first week of", "the end of", "the day before"."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.facts import relative_dates
from monitor.facts.date_patterns import NUMBER, UNITS
from monitor.facts.date_values import (
    ORDINAL_WORD,
    PARTS,
    Value,
    iso_day,
    month_value,
    shift_months,
    week_value,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A time expression in the text, [start, end), with its meaning so far and the rule that read it."""

    start: int
    end: int
    name: str
    value: Value


Prefix = Callable[[re.Match[str], Found], Value | None]
WHOLE = frozenset({"day", "week", "month", "quarter", "half", "season", "year"})


def single(time: Found, *granularities: str) -> bool:
    """Whether a time is no interval and of one of the granularities."""
    return not time.value.end and time.value.granularity in granularities


def _edge(match: re.Match[str], time: Found) -> Value | None:
    """'Early Thursday', 'the end of March', 'late last year'."""
    value = time.value
    if value.granularity not in WHOLE | {"decade", "daypart"} or (value.end and value.granularity != "decade"):
        return None
    word = match["edge"].lower()
    if word.startswith(("earlier", "later")) and value.granularity in {"week", "day"}:
        return value
    if value.granularity == "day" and word.split()[0] in {"end", "start", "beginning"} and "of" in word:
        return None
    return replace(value, approx=True)


def _part(match: re.Match[str], time: Found) -> Value | None:
    """'The night of 13 June', 'the early hours of Tuesday'."""
    if not single(time, "day") or time.value.open == "day":
        return None
    part = (match["part"] or match["edge"]).lower()
    if part.endswith("hours"):
        return replace(time.value, approx=True)
    return replace(time.value, value=f"{time.value.value}T{PARTS[part]}", granularity="daypart")


def _week_of(_: re.Match[str], time: Found) -> Value | None:
    """'The week of April 10', 'the week beginning May 3'."""
    if not single(time, "day"):
        return None
    return replace(time.value, value=week_value(date.fromisoformat(time.value.value)), granularity="week", open="")


def _bounds(value: str) -> tuple[date, date] | None:
    """First and last day of a month, quarter, half or year."""
    if re.fullmatch(r"\d{4}", value):
        return date(int(value), 1, 1), date(int(value), 12, 31)
    match = re.fullmatch(r"(\d{4})-(?:(\d\d)|Q(\d)|H(\d))", value)
    if match is None:
        return None
    year, months, first = int(match[1]), 1, int(match[2] or 0)
    if match[3]:
        months, first = 3, int(match[3]) * 3 - 2
    elif match[4]:
        months, first = 6, int(match[4]) * 6 - 5
    start = date(year, first, 1)
    return start, shift_months(start, months) - timedelta(days=1)


def _nth_of(match: re.Match[str], time: Found) -> Value | None:
    """'The first week of November', 'the last weekend in June', 'the first 10 days of May'."""
    bounds = _bounds(time.value.value)
    if bounds is None or time.value.end:
        return None
    number, unit = relative_dates.ordinal(match["ord"]), relative_dates.unit_name(match["unit"])
    count = round(relative_dates.count(match["n"] or ""))
    if unit in {"week", "weekend"}:
        value = _nth_week(*bounds, number, count, whole=unit == "week")
    elif unit == "day":
        low = bounds[0] + timedelta(days=number - 1) if number > 0 else bounds[1] - timedelta(days=count - 1)
        high = low + timedelta(days=count - 1)
        value = Value(iso_day(low), "day", iso_day(high) if count > 1 else "")
    else:
        value = _nth_months(*bounds, number, count * (3 if unit == "quarter" else 1))
    return replace(value, anchor=time.value.anchor)


def _nth_week(first: date, last: date, number: int, count: int, *, whole: bool) -> Value:
    """A week belongs where its Thursday does, as in ISO 8601."""
    if number < 0:
        monday = last - timedelta(days=last.weekday()) - timedelta(weeks=1 if last.weekday() < 3 else 0)
        low = monday - timedelta(weeks=count - 1)
    else:
        monday = first - timedelta(days=first.weekday()) + timedelta(weeks=1 if first.weekday() > 3 else 0)
        low = monday + timedelta(weeks=number - 1)
    if not whole:
        return Value(iso_day(low + timedelta(days=5)), "day", iso_day(low + timedelta(days=6)))
    return Value(week_value(low), "week", week_value(low + timedelta(weeks=count - 1)) if count > 1 else "")


def _nth_months(first: date, last: date, number: int, count: int) -> Value:
    start = shift_months(first, (number - 1) * count) if number > 0 else shift_months(last.replace(day=1), 1 - count)
    stop = shift_months(start, count - 1)
    end = month_value(stop.year, stop.month) if count > 1 else ""
    return Value(month_value(start.year, start.month), "month", end)


def _beside(match: re.Match[str], time: Found) -> Value | None:
    """'Two weeks before May 13', 'three days after Christmas', 'a week from tomorrow'."""
    if not single(time, "day"):
        return None
    number = relative_dates.count(match["n"]) * (-1 if match["way"].lower() == "before" else 1)
    base = date.fromisoformat(time.value.value)
    unit = relative_dates.unit_name(match["unit"])
    approx = time.value.approx or relative_dates.vague(match["n"])
    if unit in {"day", "week", "fortnight"}:
        days = {"day": 1, "week": 7, "fortnight": 14}[unit]
        return replace(time.value, value=iso_day(base + timedelta(days=round(number * days))), approx=approx)
    if unit in {"month", "year"}:
        moved = shift_months(base, round(number * (1 if unit == "month" else 12)))
        return replace(time.value, value=iso_day(moved), approx=approx)
    return None


def _ending(match: re.Match[str], time: Found) -> Value | None:
    """'The 12 months to May', 'the year to March', 'the four weeks to March 4'."""
    unit, number = relative_dates.unit_name(match["unit"]), relative_dates.count(match["n"] or "")
    if single(time, "month") and unit in {"month", "year", "quarter"}:
        year, month = map(int, time.value.value.split("-"))
        start = shift_months(date(year, month, 1), 1 - round(number * {"month": 1, "quarter": 3, "year": 12}[unit]))
        return replace(time.value, value=month_value(start.year, start.month), end=time.value.value, open="")
    if single(time, "day") and unit in {"day", "week", "month", "year"}:
        last = date.fromisoformat(time.value.value)
        if unit in {"day", "week"}:
            first = last - timedelta(days=round(number * (7 if unit == "week" else 1)))
        else:
            first = shift_months(last, -round(number * (12 if unit == "year" else 1)))
        return Value(iso_day(first), unit, time.value.value, anchor=time.value.anchor)  # type: ignore[arg-type]
    return None


def _day_of(match: re.Match[str], time: Found) -> Value | None:
    """'The 15th of next month', 'the 15th day of June'."""
    if not single(time, "month"):
        return None
    year, month = map(int, time.value.value.split("-"))
    return replace(time.value, value=iso_day(date(year, month, int(match["day"]))), granularity="day")


def _before(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?:{pattern})$", re.IGNORECASE)


PREFIXES: tuple[tuple[re.Pattern[str], Prefix], ...] = (
    (_before(r"\bthe (?P<day>\d{1,2})(?:st|nd|rd|th) (?:day )?(?:of )?"), _day_of),
    (
        _before(
            rf"\b(?:the )?(?P<ord>{ORDINAL_WORD}|last|final|\d{{1,2}}(?:st|nd|rd|th)) (?:(?P<n>{NUMBER}) )?"
            r"(?P<unit>days?|weeks?|weekends?|months?|quarters?) (?:of|in) (?:the year )?"
        ),
        _nth_of,
    ),
    (
        _before(
            r"\b(?:(?:in|during|on|at) )?(?:the )?(?:early |late )?"
            r"(?P<part>morning|afternoon|evening|night|(?:early|small|first|final) hours) of (?:the )?"
            r"|\b(?:at )?(?P<edge>dawn|dusk|lunchtime),?(?: on)? "
        ),
        _part,
    ),
    (_before(r"\b(?:the )?week (?:of|beginning|starting|commencing|from) (?:on )?"), _week_of),
    (
        _before(
            r"\b(?:the )?(?P<edge>(?:very )?(?:end|beginning|start|middle|close|latter part|early part|turn) of"
            r"|early(?: on| in)?|late(?:r)?(?: on| in)?|earlier(?: on| in)?|mid)[ -](?:the )?"
        ),
        _edge,
    ),
    (_before(rf"\b(?P<n>{NUMBER}) (?P<unit>{UNITS}) (?P<way>before|after|from) "), _beside),
    (
        _before(
            rf"\b(?:(?:over|in|during|for) )?(?:the |a )?(?:(?P<n>{NUMBER}) )?"
            r"(?P<unit>days?|weeks?|months?|quarters?|years?)"
            r" (?:to|through|up to|ended|ending|ended on|ending on|ended in|to the end of) "
        ),
        _ending,
    ),
)
