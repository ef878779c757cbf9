"""What a time told from the moment of publication means: 'three days ago', 'last month', 'on Sunday'."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from monitor.facts import months
from monitor.facts.date_values import (
    PARTS,
    WEEKDAYS,
    Value,
    iso_day,
    leans_future,
    month_value,
    shift_months,
    week_value,
    weekday_date,
)
from monitor.model.facts import Granularity

_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "eighteen": 18,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "a couple of": 2,
    "a few": 3,
    "several": 3,
    "a dozen": 12,
    "half a dozen": 6,
}

_VAGUE = frozenset({"a couple of", "a few", "several", "a dozen", "half a dozen"})


def _count(words: str) -> float:
    words = words.lower()
    half = words.endswith(" and a half")
    words = words.removesuffix(" and a half")
    return (float(_WORDS[words]) if words in _WORDS else float(words)) + (0.5 if half else 0)


def _offset(moment: datetime, count: float, unit: str) -> Value:
    """`count` units from now, negative for the past."""
    unit = unit.lower().rstrip("s")
    today = moment.date()
    if unit in {"minute", "hour"}:
        then = moment + timedelta(minutes=count * (60 if unit == "hour" else 1))
        return Value(
            then.strftime("%Y-%m-%dT%H:%M" if unit == "minute" else "%Y-%m-%dT%H"),
            "minute" if unit == "minute" else "hour",
        )
    if unit == "day":
        return Value(iso_day(today + timedelta(days=round(count))), "day")
    if unit in {"week", "fortnight"}:
        return Value(week_value(today + timedelta(weeks=round(count * (2 if unit == "fortnight" else 1)))), "week")
    if unit in {"month", "quarter"}:
        then_day = shift_months(today, round(count * (3 if unit == "quarter" else 1)))
        return Value(month_value(then_day.year, then_day.month), "month")
    if count % 1:
        then_day = shift_months(today, round(count * 12))
        return Value(month_value(then_day.year, then_day.month), "month", approx=True)
    year = today.year + round(count) * (10 if unit == "decade" else 1)
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is outside the calendar")
    return Value(f"{year:04d}", "year")


def ago(match: re.Match[str], moment: datetime) -> Value:
    """'Three days ago'."""
    words = match["n"]
    value = _offset(moment, -_count(words), match["unit"])
    approx = value.approx or words.lower() in _VAGUE or bool(match["about"])
    return replace(value, approx=approx)


def hence(match: re.Match[str], moment: datetime) -> Value:
    """'Three days from now'."""
    words = match["n"]
    value = _offset(moment, _count(words), match["unit"])
    return replace(value, approx=value.approx or words.lower() in _VAGUE or bool(match["about"]))


def span_back(match: re.Match[str], moment: datetime) -> Value:
    """'the past three weeks', 'over the next two days': an interval that touches today."""
    count = _count(match["n"]) if match["n"] else 1
    back = match["way"].lower() in {"past", "last", "previous", "recent"}
    unit = match["unit"].lower().rstrip("s")
    today = moment.date()
    sign = -1 if back else 1
    if unit in {"minute", "hour"}:
        edge = (moment + timedelta(minutes=sign * count * (60 if unit == "hour" else 1))).strftime("%Y-%m-%dT%H:%M")
        now = moment.strftime("%Y-%m-%dT%H:%M")
        return Value(edge if back else now, "hour" if unit == "hour" else "minute", now if back else edge)
    if unit == "day":
        edge_day = today + timedelta(days=round(sign * count))
    elif unit in {"week", "fortnight"}:
        edge_day = today + timedelta(weeks=round(sign * count * (2 if unit == "fortnight" else 1)))
    else:
        edge_day = shift_months(
            today, round(sign * count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit])
        )
    granularity: Granularity = {"fortnight": "week"}.get(unit, unit)  # type: ignore[assignment]
    vague = bool(match["n"]) and match["n"].lower() in _VAGUE
    return Value(iso_day(min(edge_day, today)), granularity, iso_day(max(edge_day, today)), approx=vague)


def weekday_name(match: re.Match[str], moment: datetime) -> Value:
    """'On Sunday', 'next Tuesday', 'Monday night'."""
    relation = " ".join((match["rel"] or "").lower().split())
    if relation == "" and leans_future(match):
        relation = "future"
    if relation == "this":
        relation = "future" if leans_future(match) else "this"
    day = weekday_date(match["day"], moment, relation)
    part = (match["part"] or "").lower()
    if part:
        return Value(f"{iso_day(day)}T{PARTS[part]}", "daypart")
    return Value(iso_day(day), "day", confidence=0.9 if relation != "this" else 0.75)


def weekday_of_week(match: re.Match[str], moment: datetime) -> Value:
    """'Tuesday last week', 'Monday of next week'."""
    shift = {"last": -1, "next": 1, "this": 0}[match["rel"].lower()]
    today = moment.date()
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    return Value(iso_day(monday + timedelta(days=WEEKDAYS[match["day"].lower()])), "day")


def named_day(match: re.Match[str], moment: datetime) -> Value:
    """'Yesterday', 'last night', 'this morning'."""
    word = " ".join(match["word"].lower().split())
    shift = {
        "the day before yesterday": -2,
        "yesterday": -1,
        "last night": -1,
        "overnight": 0,
        "today": 0,
        "tonight": 0,
        "this morning": 0,
        "this afternoon": 0,
        "this evening": 0,
        "tomorrow": 1,
        "the day after tomorrow": 2,
        "earlier today": 0,
        "later today": 0,
    }[word]
    day = moment.date() + timedelta(days=shift)
    part = (match["part"] or "").lower()
    part = part or {"last night": "night", "tonight": "night", "overnight": "night"}.get(word, "")
    part = part or (word.removeprefix("this ") if word.startswith("this ") else "")
    if part:
        return Value(f"{iso_day(day)}T{PARTS[part]}", "daypart")
    return Value(iso_day(day), "day")


def relative_unit(match: re.Match[str], moment: datetime) -> Value:
    """'Last month', 'this week', 'next weekend', 'the past decade'."""
    shift = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1, "following": 1}[
        match["rel"].lower()
    ]
    unit = match["unit"].lower()
    today = moment.date()
    edge = (match["edge"] or "").lower()
    if unit == "week":
        return Value(week_value(today + timedelta(weeks=shift)), "week")
    if unit == "weekend":
        return _weekend(today, shift)
    if unit == "month":
        then = shift_months(today.replace(day=1), shift)
        return _edged(Value(month_value(then.year, then.month), "month"), edge)
    if unit == "quarter":
        then = shift_months(today.replace(day=1), 3 * shift)
        return Value(f"{then.year:04d}-Q{(then.month - 1) // 3 + 1}", "quarter")
    if unit == "year":
        return _edged(Value(f"{today.year + shift:04d}", "year"), edge)
    first = (today.year // 10 + shift) * 10
    return Value(f"{first:04d}", "decade", f"{first + 9:04d}")


def _weekend(today: date, shift: int) -> Value:
    saturday = (
        today - timedelta(days=(today.weekday() - 5) % 7)
        if shift < 0
        else today + timedelta(days=(5 - today.weekday()))
    )
    if shift < 0 and today.weekday() >= 5:
        saturday -= timedelta(days=7)
    if shift > 0:
        saturday += timedelta(days=7)
    return Value(iso_day(saturday), "day", iso_day(saturday + timedelta(days=1)))


def _edged(value: Value, edge: str) -> Value:
    return replace(value, approx=True) if edge else value


def relative_month(match: re.Match[str], moment: datetime) -> Value:
    """'last October', 'next March', 'this May'."""
    month = months.ENGLISH[match["month"].lower().rstrip(".")]
    relation = match["rel"].lower()
    today = moment.date()
    year = today.year
    if relation == "last":
        year -= 0 if month < today.month else 1
    elif relation == "next":
        year += 0 if month > today.month else 1
    return Value(month_value(year, month), "month")
