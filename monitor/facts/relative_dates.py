"""What a time told from the moment of publication means: 'three days ago', 'last month', 'on Sunday'."""

import re
from dataclasses import replace
from datetime import date, timedelta

from monitor.facts import months
from monitor.facts.date_values import (
    ORDINALS,
    PARTS,
    WEEKDAYS,
    Value,
    When,
    iso_day,
    month_value,
    shift_months,
    week_value,
    weekday_date,
)
from monitor.facts.numerals import NUMBER_WORDS, TENS
from monitor.model.facts import Granularity

_WORDS = {word: float(number) for word, number in (NUMBER_WORDS | TENS).items() if number}
_WORDS |= {"a": 1, "an": 1, "half a": 0.5, "half an": 0.5, "a dozen": 12}
_WORDS |= {"a couple of": 2, "couple of": 2, "a couple": 2, "couple": 2, "a few": 3, "few": 3, "several": 3}
_WORDS |= {"half a dozen": 6, "": 1, "one and a half": 1.5, "many": 10}
_VAGUE = frozenset(
    {"a couple of", "couple of", "a couple", "couple", "a few", "few", "several", "a dozen", "half a dozen"}
)
NUMBER = (
    r"(?:\d{1,4}(?:\.\d)?|"
    + "|".join(sorted((re.escape(w) for w in _WORDS if w), key=lambda w: (-len(w), w)))
    + r")(?: and a half)?"
)
"""A count of units: '3', 'two and a half', 'a few', 'half a'."""
_ENDS = re.compile(
    r"\b(?:ends?|starts?|begins?|opens?|closes?|expires?|returns?|resumes?|due|out|leaves?|meets?|votes?|office"
    r"|effect) $"
)
_SINGULAR = {"centurie": "century"}


def count(words: str) -> float:
    """What such a count is worth."""
    words = " ".join(words.lower().split())
    half = words.endswith(" and a half")
    words = words.removesuffix(" and a half")
    return (_WORDS[words] if words in _WORDS else float(words)) + (0.5 if half else 0)


def vague(words: str) -> bool:
    """Whether a count is left open: 'a few'."""
    return " ".join(words.lower().split()) in _VAGUE


def unit_name(unit: str) -> str:
    """The unit in the singular."""
    low = unit.lower().rstrip("s")
    return _SINGULAR.get(low, low)


def moved(day: date, number: float, unit: str) -> Value:
    """So many units from a day, negative for back: a day for days, else the week, month or year it falls in."""
    unit = unit_name(unit)
    if unit == "day":
        return Value(iso_day(day + timedelta(days=round(number))), "day")
    if unit in {"week", "fortnight"}:
        return Value(week_value(day + timedelta(weeks=round(number * (2 if unit == "fortnight" else 1)))), "week")
    if unit in {"month", "quarter"}:
        then = shift_months(day, round(number * (3 if unit == "quarter" else 1)))
        return Value(month_value(then.year, then.month), "month")
    if unit == "weekend":
        return Value(week_value(day + timedelta(weeks=round(number))), "week")
    if number % 1 and unit == "year":
        then = shift_months(day, round(number * 12))
        return Value(month_value(then.year, then.month), "month", approx=True)
    year = day.year + round(number * {"decade": 10, "century": 100}.get(unit, 1))
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is outside the calendar")
    return Value(f"{year:04d}", "year")


def _offset(when: When, number: float, unit: str) -> Value:
    if unit_name(unit) in {"minute", "hour"}:
        hours = unit_name(unit) == "hour"
        then = when.moment + timedelta(minutes=number * (60 if hours else 1))
        whole = hours and number % 1 == 0
        return Value(then.strftime("%Y-%m-%dT%H" if whole else "%Y-%m-%dT%H:%M"), "hour" if whole else "minute")
    return moved(when.day, number, unit)


def ago(match: re.Match[str], when: When) -> Value:
    """'Three days ago', 'nearly two years ago'."""
    value = _offset(when, -count(match["n"]) - (0.5 if match["half"] else 0), match["unit"])
    return replace(value, approx=value.approx or vague(match["n"]) or bool(match["about"]))


def hence(match: re.Match[str], when: When) -> Value:
    """'Three days from now', 'in two weeks' time'."""
    value = _offset(when, count(match["n"]), match["unit"])
    return replace(value, approx=value.approx or vague(match["n"]) or bool(match["about"]))


def in_units(match: re.Match[str], when: When) -> Value | None:
    """'In ten days', 'in 10 to 12 weeks', where the clause points ahead."""
    if when.lean != "future" and _ENDS.search(match.string, max(0, match.start() - 20), match.start()) is None:
        return None
    value = hence(match, when)
    if not match["n2"]:
        return value
    unit = unit_name(match["unit"])
    days = {"day": 1, "week": 7, "month": 30, "year": 365}.get(unit)
    if days is None:
        return None
    first, last = (_span_edge(when.day, count(match[name]), unit) for name in ("n", "n2"))
    return Value(iso_day(first), unit, iso_day(last))  # type: ignore[arg-type]


def _span_edge(day: date, number: float, unit: str) -> date:
    if unit == "day":
        return day + timedelta(days=round(number))
    if unit in {"week", "weekend", "fortnight"}:
        return day + timedelta(weeks=round(number * (2 if unit == "fortnight" else 1)))
    return shift_months(
        day, round(number * {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}[unit])
    )


def span(match: re.Match[str], when: When) -> Value | None:
    """'the past three weeks', 'over the next two days', 'in recent days': an interval that touches today.

    'Came within three minutes' tells how long it took, and no time.
    """
    groups = match.groupdict()
    words, way = groups.get("n") or "", match["way"].lower()
    if way == "with" and when.lean == "past":
        return None
    vaguely = vague(words) or way == "recent"
    unit = unit_name(match["unit"])
    if not words and match["unit"].lower().endswith("s"):
        words, vaguely = "a few", True
    back = way in {"past", "last", "previous", "recent"}
    sign = -1 if back else 1
    if unit in {"minute", "hour"}:
        edge = when.moment + timedelta(minutes=sign * count(words) * (60 if unit == "hour" else 1))
        low, high = sorted((edge, when.moment))
        stamp = "%Y-%m-%dT%H:%M"
        return Value(low.strftime(stamp), "hour" if unit == "hour" else "minute", high.strftime(stamp), approx=vaguely)
    edge_day = _span_edge(when.day, sign * count(words), unit)
    granularity: Granularity = {"fortnight": "week", "weekend": "week", "century": "year"}.get(unit, unit)  # type: ignore[assignment]
    return Value(iso_day(min(edge_day, when.day)), granularity, iso_day(max(edge_day, when.day)), approx=vaguely)


def weekday_name(match: re.Match[str], when: When) -> Value:
    """'On Sunday', 'next Tuesday', 'Monday night', 'Friday the 26th'."""
    relation = " ".join((match["rel"] or "").lower().split())
    day_name = match["day"]
    if match["date"]:
        return Value(iso_day(_weekday_the(day_name, int(match["date"]), when)), "day")
    ahead = when.lean in {"future", "present"}
    if relation == "":
        relation = "future" if ahead else "past"
    elif relation == "this":
        relation = "future" if ahead else "this"
    day = weekday_date(day_name, when, relation)
    part = (match["part"] or "").lower()
    left = "weekday" if not match["rel"] else ""
    if part:
        return Value(f"{iso_day(day)}T{PARTS[part]}", "daypart", open=left)  # type: ignore[arg-type]
    return Value(iso_day(day), "day", confidence=0.9 if relation != "this" else 0.75, open=left)  # type: ignore[arg-type]


def _weekday_the(name: str, number: int, when: When) -> date:
    today = when.day
    days = [today + timedelta(days=away) for away in range(-370, 370)]
    fitting = [day for day in days if day.day == number and day.weekday() == WEEKDAYS[name.lower()]]
    if when.lean == "past":
        fitting = [day for day in fitting if day <= today] or fitting
    elif when.lean in {"future", "present"}:
        fitting = [day for day in fitting if day >= today] or fitting
    return min(fitting, key=lambda day: abs((day - today).days))


def weekday_of_week(match: re.Match[str], when: When) -> Value:
    """'Tuesday last week', 'Monday of next week', 'next week on Tuesday'."""
    shift = {"last": -1, "previous": -1, "next": 1, "following": 1, "this": 0}[match["rel"].lower()]
    monday = when.day - timedelta(days=when.day.weekday()) + timedelta(weeks=shift)
    day = iso_day(monday + timedelta(days=WEEKDAYS[match["day"].lower()]))
    part = (match.groupdict().get("part") or "").lower()
    return Value(f"{day}T{PARTS[part]}", "daypart") if part else Value(day, "day")


def week_on_weekday(match: re.Match[str], when: When) -> Value:
    """'Monday week', 'a week on Friday'."""
    return Value(iso_day(weekday_date(match["day"], when, "future") + timedelta(weeks=1)), "day")


def named_day(match: re.Match[str], when: When) -> Value:
    """'Yesterday', 'last night', 'this morning'."""
    word = " ".join(match["word"].lower().split())
    shift = {
        "the day before yesterday": -2,
        "yesterday": -1,
        "last night": -1,
        "last evening": -1,
        "tomorrow": 1,
        "the day after tomorrow": 2,
    }.get(word, 0)
    day = when.day + timedelta(days=shift)
    part = (match["part"] or "").lower()
    part = part or {"last night": "night", "tonight": "night", "overnight": "night", "last evening": "evening"}.get(
        word, ""
    )
    part = part or (word.removeprefix("this ") if word.startswith("this ") else "")
    if part:
        return Value(f"{iso_day(day)}T{PARTS[part]}", "daypart")
    return Value(iso_day(day), "day")


def beside_a_day(match: re.Match[str], when: When) -> Value | None:
    """'The next day', 'two days later', 'the previous day': reckoned from the day told before."""
    groups = {name: value or "" for name, value in match.groupdict().items()}
    way = groups["way"].lower()
    back = way in {"previous", "before", "earlier"}
    number = round(count(groups.get("n", "")) * (7 if unit_name(groups.get("unit", "day")) == "week" else 1))
    shift = -number if back else number
    return Value(iso_day(when.day + timedelta(days=shift)), "day", confidence=0.7, open="before", shift=shift)


_SHIFTS = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1, "following": 1}


def relative_unit(match: re.Match[str], when: When) -> Value:
    """'Last month', 'this week', 'next weekend', 'the rest of the year'."""
    relation = (match["rel"] or "this").lower()
    shift = _SHIFTS.get(relation, 0)
    unit = match["unit"].lower()
    today = when.day
    if unit == "week":
        return Value(week_value(today + timedelta(weeks=shift)), "week")
    if unit == "weekend":
        return weekend(today, shift)
    if unit == "month":
        then = shift_months(today.replace(day=1), shift)
        return Value(month_value(then.year, then.month), "month")
    if unit == "quarter":
        then = shift_months(today.replace(day=1), 3 * shift)
        return Value(f"{then.year:04d}-Q{(then.month - 1) // 3 + 1}", "quarter")
    length = {"century": 100, "decade": 10}.get(unit, 1)
    first = (today.year // length + shift) * length
    last = f"{first + length - 1:04d}" if length > 1 else ""
    return Value(f"{first:04d}", "decade" if length == 10 else "year", last)


def bare_weekend(_: re.Match[str], when: When) -> Value:
    """'At the weekend', 'over the weekend'."""
    if when.lean in {"future", "present"} or when.day.weekday() >= 5:
        return weekend(when.day, 0)
    return weekend(when.day, -1)


def weekend(today: date, shift: int) -> Value:
    """The weekend that is so many on; the last one is over."""
    saturday = today + timedelta(days=5 - today.weekday()) + timedelta(weeks=shift)
    return Value(iso_day(saturday), "day", iso_day(saturday + timedelta(days=1)))


def relative_month(match: re.Match[str], when: When) -> Value:
    """'last October', 'next March', 'this May'."""
    month = months.ENGLISH[match["month"].lower().rstrip(".")]
    relation = match["rel"].lower()
    today = when.day
    year = today.year
    if relation in {"last", "previous"}:
        year -= 0 if month < today.month else 1
    elif relation in {"next", "coming"}:
        year += 0 if month > today.month else 1
    return Value(month_value(year, month), "month")


def ordinal(text: str) -> int:
    """'first' and '3rd' as a number, -1 for 'last' and 'final'."""
    low = text.lower()
    if low in {"last", "final"}:
        return -1
    return int(re.sub(r"\D", "", low)) if low[0].isdigit() else ORDINALS[low]
