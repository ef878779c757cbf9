"""What the rules for dates share: how a time is written as a value, and the reckoning with weekdays and years."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from monitor.facts.tense import Lean
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
    "midday": "12:00",
    "lunchtime": "MI",
    "dawn": "MO",
    "dusk": "EV",
}
ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
} | {"thirtieth": 30}
ORDINALS |= {f"twenty{joint}{word}": 20 + number for word, number in list(ORDINALS.items())[:9] for joint in "- "}
ORDINALS |= {f"thirty{joint}first": 31 for joint in "- "}
ORDINAL_WORD = "|".join(sorted(ORDINALS, key=lambda word: (-len(word), word)))
Open = Literal["", "year", "day", "weekday", "before"]
"""What the words leave to what stands around them: the year of 'in May', the day of 'at 9 a.m.', the week of 'on
Friday', the day beside which 'the next day' is."""


@dataclass(frozen=True, slots=True)
class Value:
    """A normalised time, before it is put back into the text.

    `shift` is how many days after the day before it an open one lies.
    """

    value: str
    granularity: Granularity
    end: str = ""
    approx: bool = False
    anchor: str = "published"
    confidence: float = 0.9
    open: Open = ""
    shift: int = 0


@dataclass(frozen=True, slots=True)
class When:
    """What an expression is reckoned from: the moment of publication, and where its clause points."""

    moment: datetime
    lean_of: Callable[[], Lean] = field(default=lambda: "")

    @property
    def day(self) -> date:
        """The day of publication, in its own zone."""
        return self.moment.date()

    @property
    def lean(self) -> Lean:
        """Which way the clause points."""
        return self.lean_of()


Rule = Callable[[re.Match[str], When], Value | None]


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


def full_year(year: str, day: date) -> str:
    """A year of two digits with its century, at most twenty years after publication."""
    if len(year) == 4:
        return year
    century = day.year // 100 * 100
    return str(century + int(year) if century + int(year) <= day.year + 20 else century - 100 + int(year))


def weekday_date(name: str, when: When, relation: str) -> date:
    """The day a weekday's name means; a bare one is the nearest, the publishing day itself included."""
    today = when.day
    number = WEEKDAYS[name.lower()]
    back = (today.weekday() - number) % 7
    ahead = (number - today.weekday()) % 7
    if relation in {"", "past"}:
        return today - timedelta(days=back)
    if relation in {"last", "this past", "previous"}:
        return today - timedelta(days=back or 7)
    if relation == "next":
        return today + timedelta(days=7 - today.weekday() + number)
    if relation == "future":
        return today + timedelta(days=ahead)
    if relation in {"coming", "this coming", "following", "upcoming", "this upcoming"}:
        return today + timedelta(days=ahead or 7)
    return today + timedelta(days=number - today.weekday())


def nearest_year(month: int, day: int, when: When, weekday: int | None = None) -> int:
    """The year of a date that has none: by where its clause points, and by its weekday where it has one.

    Where the clause tells nothing news looks back further than ahead: in November 'March 3' is the one gone by,
    'January 20' the one to come.
    """
    today, lean = when.day, when.lean
    best: list[tuple[float, int]] = []
    for year in range(today.year - 4, today.year + 5):
        last = calendar.monthrange(year, month)[1]
        if day > last and not (month == 2 and day > 29):
            continue
        then = date(year, month, min(day, last))
        if weekday is not None and then.weekday() != weekday:
            continue
        away = (then - today).days
        if lean == "past":
            cost = float(-away) if away <= 1 else 2000.0 + away
        elif lean in {"future", "present"}:
            cost = float(away) if away >= 0 else 2000.0 - away
        else:
            cost = float(-away) if away <= 0 else 2.5 * away
        best.append((cost, year))
    if not best:
        raise ValueError(f"no year has month {month} day {day} on that weekday")
    return min(best)[1]


def month_year(month: int, when: When) -> int:
    """The year of a month that has none."""
    today, lean = when.day, when.lean
    if lean == "past":
        return today.year if month <= today.month else today.year - 1
    if lean in {"future", "present"}:
        return today.year if month >= today.month else today.year + 1
    return nearest_year(month, 15, When(when.moment)) if month != today.month else today.year
