"""Normalised times in words people use: 'Sun 17 Nov 2024', 'October 2024', 'about 15 Nov 2024'."""

import re
from datetime import UTC, date, datetime, timedelta

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CLOCK = re.compile(r"T(\d{2})(?::?(\d{2}))?(?::?\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_PARTS = {
    "TMO": "morning",
    "TMI": "midday",
    "TAF": "afternoon",
    "TEV": "evening",
    "TNI": "night",
    "TDT": "daytime",
    "SP": "spring",
    "SU": "summer",
    "FA": "autumn",
    "WI": "winter",
    "Q1": "first quarter of",
    "Q2": "second quarter of",
    "Q3": "third quarter of",
    "Q4": "fourth quarter of",
    "H1": "first half of",
    "H2": "second half of",
}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def human(value: str, *, end: str = "", approx: bool = False) -> str:
    """The words for an ISO 8601 value cut to its granularity, or for the interval up to `end` inclusive.

    "" where the value is not of a known form: better the article's own words than a wrong date.
    """
    start = _words(value)
    if not start:
        return ""
    stop = _words(end) if end and end != value else ""
    text = _span(value, start, end, stop) if stop else start
    return f"about {_without_weekday(text)}" if approx else text


def stamp(moment: datetime) -> str:
    """A moment to the minute in UTC: 'Sun 17 Nov 2024, 14:05 UTC'."""
    utc = moment.astimezone(UTC)
    return f"{_day(utc.date())}, {utc:%H:%M} UTC"


def hour(moment: datetime) -> str:
    """A moment of today in UTC: '14:05 UTC'."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def _words(value: str) -> str:
    """Days, weeks and months by their form; anything unknown or impossible is ""."""
    try:
        return _dated(value) or _coarse(value)
    except ValueError:
        return ""


def _dated(value: str) -> str:
    if found := _DAY.match(value):
        return _with_clock(date(*map(int, found.groups())), value[found.end() :])
    if found := re.fullmatch(r"(\d{4})-W(\d{2})", value):
        return f"week of {_plain_day(date.fromisocalendar(int(found[1]), int(found[2]), 1))}"
    if found := re.fullmatch(r"(\d{4})-(\d{2})", value):
        return f"{_MONTHS[date(int(found[1]), int(found[2]), 1).month - 1]} {found[1]}"
    return ""


def _coarse(value: str) -> str:
    if found := re.fullmatch(r"(\d{4})-([A-Z][A-Z0-9])", value):
        return f"{_PARTS[found[2]]} {found[1]}" if found[2] in _PARTS else ""
    if found := re.fullmatch(r"(\d{3})(?:[xX]|0s)?", value):
        return f"{found[1]}0s"
    return value if re.fullmatch(r"\d{4}", value) else ""


def _with_clock(day: date, clock: str) -> str:
    if not clock:
        return _day(day)
    if clock in _PARTS:
        return f"{_day(day)}, {_PARTS[clock]}"
    found = _CLOCK.fullmatch(clock)
    if not found:
        return ""
    zone = {"Z": " UTC", "+00:00": " UTC", None: ""}.get(found[3], f" {found[3]}")
    return f"{_day(day)}, {found[1]}:{found[2] or '00'}{zone}"


def _span(value: str, start: str, end: str, stop: str) -> str:
    """Two days of one month share it; neighbours a week apart are a week."""
    first, last = _whole_day(value), _whole_day(end)
    if first and last and (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_plain_day(last)}"
    if first and last and last - first < timedelta(0):
        return start
    return f"{_without_weekday(start)} – {_without_weekday(stop)}"


def _whole_day(value: str) -> date | None:
    return date.fromisoformat(value) if _DAY.fullmatch(value) else None


def _day(day: date) -> str:
    return f"{_DAYS[day.weekday()]} {_plain_day(day)}"


def _plain_day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def _without_weekday(text: str) -> str:
    return text[4:] if text[:3] in _DAYS else text
