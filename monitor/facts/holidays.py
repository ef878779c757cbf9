"""Days with a name: fixed ones, ones on a weekday of a month, and those that follow Easter."""

import re
from datetime import date, timedelta

from monitor.facts.date_values import Value, When, iso_day, nearest_year

_FIXED = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
    "new year": (1, 1),
    "valentine's day": (2, 14),
    "st. patrick's day": (3, 17),
    "st patrick's day": (3, 17),
    "april fools' day": (4, 1),
    "international women's day": (3, 8),
    "earth day": (4, 22),
    "may day": (5, 1),
    "juneteenth": (6, 19),
    "fourth of july": (7, 4),
    "bastille day": (7, 14),
    "halloween": (10, 31),
    "guy fawkes night": (11, 5),
    "armistice day": (11, 11),
    "veterans day": (11, 11),
    "ukrainian independence day": (8, 24),
}
_OF_MONTH = {
    "martin luther king day": (1, 0, 3),
    "presidents' day": (2, 0, 3),
    "memorial day": (5, 0, -1),
    "labor day": (9, 0, 1),
    "columbus day": (10, 0, 2),
    "thanksgiving day": (11, 3, 4),
    "thanksgiving": (11, 3, 4),
}
"""Month, weekday (Monday is 0), which one of them; -1 is the last."""
_AFTER_EASTER = {
    "ash wednesday": -46,
    "palm sunday": -7,
    "good friday": -2,
    "easter sunday": 0,
    "easter monday": 1,
    "easter": 0,
    "pentecost": 49,
    "whit monday": 50,
}
NAMES = "|".join(
    re.escape(name).replace("'", "['’]?")
    for name in sorted((*_FIXED, *_OF_MONTH, *_AFTER_EASTER, "black friday"), key=lambda n: (-len(n), n))
)
WORDS = (
    *sorted({re.split(r"['. ]", name)[0] for name in (*_FIXED, *_OF_MONTH, *_AFTER_EASTER, "black friday")} - {"new"}),
    "new year",
)
"""The first words of all of them, in small letters."""
_ALIASES = {re.sub(r"['’.]", "", name): name for name in (*_FIXED, *_OF_MONTH, *_AFTER_EASTER, "black friday")}


def named(match: re.Match[str], when: When) -> Value | None:
    """'Christmas Day', 'Easter Monday 2018', 'last Thanksgiving'."""
    name = _ALIASES[re.sub(r"['’.]", "", " ".join(match["holiday"].lower().split()))]
    if match["year"]:
        return Value(iso_day(_in_year(name, int(match["year"]))), "day", anchor="absolute")
    relation = (match["rel"] or "").lower()
    today = when.day
    days = [_in_year(name, year) for year in (today.year - 1, today.year, today.year + 1)]
    if relation in {"last", "previous"}:
        return Value(iso_day(max(day for day in days if day < today)), "day")
    if relation in {"next", "coming", "following"}:
        return Value(iso_day(min(day for day in days if day > today)), "day")
    about = days[1]
    if relation == "this":
        return Value(iso_day(about), "day")
    year = nearest_year(about.month, about.day, when)
    # 'Broke up for Easter' means the one at hand whatever the verb's tense
    soon = next((day for day in days if timedelta(0) <= day - today <= timedelta(days=21)), None)
    year = soon.year if soon is not None else year
    return Value(iso_day(_in_year(name, year)), "day", open="year")


def _in_year(name: str, year: int) -> date:
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name == "black friday":
        return nth_weekday(year, 11, 3, 4) + timedelta(days=1)
    if name in _OF_MONTH:
        return nth_weekday(year, *_OF_MONTH[name])
    return _easter(year) + timedelta(days=_AFTER_EASTER[name])


def nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    """The n-th such weekday of a month, -1 for the last; ValueError where the month has none."""
    if number < 0:
        last = (date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    found = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
    if found.month != month:
        raise ValueError(f"month {month} has no such weekday {number} times")
    return found


def _easter(year: int) -> date:
    """Western Easter Sunday, by the Gregorian reckoning of Meeus, Jones and Butcher."""
    golden = year % 19
    century, rest = divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)
