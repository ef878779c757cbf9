"""What the rules for dates share: how a time is written as a value, and the reckoning with weekdays and years."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.model.facts import Granularity

WEEKDAYS = {
    name: number
    for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}

PARTS = {
    "morning": "MO",
    "afternoon": "AF",
    "evening": "EV",
    "night": "NI",
    "noon": "12:00",
    "midnight": "00:00",
    "lunchtime": "MI",
    "dawn": "MO",
    "dusk": "EV",
}

_FUTURE_STRONG = re.compile(
    r"\b(?:will|due|scheduled|set to|expected to|plans? to|slated|going to|is to|are to|shall|starting"
    r"|beginning|(?:would|may|might|could|can)(?! (?:\w+ )?have\b)|as (?:early|soon) as|no later than|ahead of)\b"
    r"[^.!?;]{0,80}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Value:
    """A normalised time, before it is put back into the text."""

    value: str
    granularity: Granularity
    end: str = ""
    approx: bool = False
    anchor: str = "published"
    confidence: float = 0.9


def iso_day(value: date) -> str:
    """A day as ISO 8601."""
    return value.isoformat()


def month_value(year: int, month: int) -> str:
    """A month as ISO 8601."""
    return f"{year:04d}-{month:02d}"


def week_value(value: date) -> str:
    """The week of a day as ISO 8601."""
    year, week, _ = value.isocalendar()
    return f"{year:04d}-W{week:02d}"


def shift_months(value: date, count: int) -> date:
    """The same day so many months on, or the month's last; ValueError outside the calendar."""
    total = value.year * 12 + value.month - 1 + count
    year, month = divmod(total, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is outside the calendar")
    return date(year, month + 1, min(value.day, calendar.monthrange(year, month + 1)[1]))


def full_year(year: str, moment: datetime) -> str:
    """A year of two digits with its century, at most twenty years after publication."""
    if len(year) == 4:
        return year
    century = moment.year // 100 * 100
    return str(century + int(year) if century + int(year) <= moment.year + 20 else century - 100 + int(year))


def leans_future(match: re.Match[str]) -> bool:
    """Whether the clause so far speaks of what is to come, and no past verb stands between."""
    before = match.string[max(0, match.start() - 110) : match.start()]
    strong = max(_FUTURE_STRONG.finditer(before), key=lambda found: found.start(), default=None)
    if strong is None:
        return bool(re.search(r"\b(?:until|till|by|before)\s*$", before, re.IGNORECASE))
    between = before[strong.start() :]
    return not re.search(r"\b(?:said|told|was|were|had|did|announced|reported)\b|, \w+ed\b", between[4:], re.IGNORECASE)


def weekday_date(name: str, moment: datetime, relation: str) -> date:
    """The day a weekday's name means; a bare one is the nearest in the past, the publishing day itself included."""
    today = moment.date()
    number = WEEKDAYS[name.lower()]
    back = (today.weekday() - number) % 7
    if relation in {"", "on", "this past", "past"}:
        return today - timedelta(days=back or (7 if relation in {"this past", "past"} else 0))
    if relation == "last":
        return today - timedelta(days=back or 7)
    ahead = (number - today.weekday()) % 7
    if relation == "next":
        return today + timedelta(days=7 - today.weekday() + number)
    if relation in {"coming", "this coming", "future"}:
        return today + timedelta(days=ahead or 7)
    return today + timedelta(days=number - today.weekday())


def nearest_year(month: int, day: int, match: re.Match[str], moment: datetime) -> int:
    """A date without a year is the one nearest to publication, unless the clause speaks of what is to come."""
    today = moment.date()
    best: list[tuple[int, int]] = []
    for year in (today.year - 1, today.year, today.year + 1):
        last = calendar.monthrange(year, month)[1]
        away = (date(year, month, min(day, last)) - today).days
        if away < 0 and leans_future(match):
            away = -away + 400
        # news looks back further than ahead: in November 'March 3' is the one gone by, 'January 20' the one to come
        best.append((abs(away) if away < 0 or leans_future(match) else round(2.5 * away), year))
    return min(best)[1]
