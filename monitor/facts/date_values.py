"""What a matched time expression means, reckoned from the moment of publication: one function per form."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.facts import months
from monitor.model.facts import Granularity


@dataclass(frozen=True, slots=True)
class Value:
    """A normalised time, before it is put back into the text."""

    value: str
    granularity: Granularity
    end: str = ""
    approx: bool = False
    anchor: str = "published"
    confidence: float = 0.9


_WEEKDAYS = {
    name: number
    for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}


_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


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


_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


def iso_day(value: date) -> str:
    """A day as ISO 8601."""
    return value.isoformat()


def _month(year: int, month: int) -> str:
    return f"{year:04d}-{month:02d}"


def _week(value: date) -> str:
    year, week, _ = value.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _shift_months(value: date, count: int) -> date:
    total = value.year * 12 + value.month - 1 + count
    year, month = divmod(total, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is outside the calendar")
    return date(year, month + 1, min(value.day, calendar.monthrange(year, month + 1)[1]))


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
        return Value(_week(today + timedelta(weeks=round(count * (2 if unit == "fortnight" else 1)))), "week")
    if unit in {"month", "quarter"}:
        then_day = _shift_months(today, round(count * (3 if unit == "quarter" else 1)))
        return Value(_month(then_day.year, then_day.month), "month")
    if count % 1:
        then_day = _shift_months(today, round(count * 12))
        return Value(_month(then_day.year, then_day.month), "month", approx=True)
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
        edge_day = _shift_months(
            today, round(sign * count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit])
        )
    granularity: Granularity = {"fortnight": "week"}.get(unit, unit)  # type: ignore[assignment]
    vague = bool(match["n"]) and match["n"].lower() in _VAGUE
    return Value(iso_day(min(edge_day, today)), granularity, iso_day(max(edge_day, today)), approx=vague)


def _weekday_date(name: str, moment: datetime, relation: str) -> date:
    """The day a weekday's name means; a bare one is the nearest in the past, the publishing day itself included."""
    today = moment.date()
    number = _WEEKDAYS[name.lower()]
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


_FUTURE_STRONG = re.compile(
    r"\b(?:will|due|scheduled|set to|expected to|plans? to|slated|going to|is to|are to|shall|starting"
    r"|beginning|(?:would|may|might|could|can)(?! (?:\w+ )?have\b)|as (?:early|soon) as|no later than|ahead of)\b"
    r"[^.!?;]{0,80}$",
    re.IGNORECASE,
)


def _leans_future(match: re.Match[str]) -> bool:
    """Whether the clause so far speaks of what is to come, and no past verb stands between."""
    before = match.string[max(0, match.start() - 110) : match.start()]
    strong = max(_FUTURE_STRONG.finditer(before), key=lambda found: found.start(), default=None)
    if strong is None:
        return bool(re.search(r"\b(?:until|till|by|before)\s*$", before, re.IGNORECASE))
    between = before[strong.start() :]
    return not re.search(r"\b(?:said|told|was|were|had|did|announced|reported)\b|, \w+ed\b", between[4:], re.IGNORECASE)


def weekday_name(match: re.Match[str], moment: datetime) -> Value:
    """'On Sunday', 'next Tuesday', 'Monday night'."""
    relation = " ".join((match["rel"] or "").lower().split())
    if relation == "" and _leans_future(match):
        relation = "future"
    if relation == "this":
        relation = "future" if _leans_future(match) else "this"
    day = _weekday_date(match["day"], moment, relation)
    part = (match["part"] or "").lower()
    if part:
        return Value(f"{iso_day(day)}T{_PARTS[part]}", "daypart")
    return Value(iso_day(day), "day", confidence=0.9 if relation != "this" else 0.75)


_PARTS = {
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


def weekday_of_week(match: re.Match[str], moment: datetime) -> Value:
    """'Tuesday last week', 'Monday of next week'."""
    shift = {"last": -1, "next": 1, "this": 0}[match["rel"].lower()]
    today = moment.date()
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    return Value(iso_day(monday + timedelta(days=_WEEKDAYS[match["day"].lower()])), "day")


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
        return Value(f"{iso_day(day)}T{_PARTS[part]}", "daypart")
    return Value(iso_day(day), "day")


def relative_unit(match: re.Match[str], moment: datetime) -> Value | None:  # noqa: PLR0911 - a cascade of rules
    """'Last month', 'this week', 'next weekend'."""
    shift = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1, "following": 1}[
        match["rel"].lower()
    ]
    unit = match["unit"].lower()
    today = moment.date()
    edge = (match["edge"] or "").lower()
    if unit == "week":
        return Value(_week(today + timedelta(weeks=shift)), "week")
    if unit == "weekend":
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
    if unit == "month":
        then = _shift_months(today.replace(day=1), shift)
        return _edged(Value(_month(then.year, then.month), "month"), edge)
    if unit == "quarter":
        then = _shift_months(today.replace(day=1), 3 * shift)
        return Value(f"{then.year:04d}-Q{(then.month - 1) // 3 + 1}", "quarter")
    if unit == "year":
        return _edged(Value(f"{today.year + shift:04d}", "year"), edge)
    if unit == "decade":
        first = (today.year // 10 + shift) * 10
        return Value(f"{first:04d}", "decade", f"{first + 9:04d}")
    return None


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
    return Value(_month(year, month), "month")


def season_of_year(match: re.Match[str], moment: datetime) -> Value:
    """'Last summer', 'the winter of 2022'."""
    first = _SEASONS[match["season"].lower()]
    today = moment.date()
    relation = (match["rel"] or "").lower()
    if match["year"]:
        return Value(f"{match['year']}-{_SEASON_CODE[first]}", "season", anchor="absolute", approx=bool(match["edge"]))
    year = today.year
    started = (today.month >= first) if first != 12 else (today.month == 12)
    over = (today.month > first + 2) if first != 12 else today.month > 2
    if relation == "last":
        year -= 0 if over and first != 12 else 1
    elif relation in {"next", "coming"}:
        year += 1 if started else 0
    return Value(f"{year:04d}-{_SEASON_CODE[first]}", "season", approx=bool(match["edge"]))


_SEASON_CODE = {3: "SP", 6: "SU", 9: "FA", 12: "WI"}


def quarter_of_year(match: re.Match[str], moment: datetime) -> Value:
    """'Q3 2024', 'the first quarter'."""
    number = int(match["q"]) if match["q"] else _ORDINALS[match["ord"].lower()]
    year = match["year"]
    if not year:
        shift = {"last": -1, "next": 1}.get((match["rel"] or "").lower(), 0)
        return Value(f"{moment.year + shift:04d}-Q{number}", "quarter")
    return Value(f"{_full_year(year, moment)}-Q{number}", "quarter", anchor="absolute")


def half_of_year(match: re.Match[str], moment: datetime) -> Value:
    """'H1 2025', 'the second half of the year'."""
    number = int(match["h"]) if match["h"] else _ORDINALS[match["ord"].lower()]
    year = match["year"]
    shift = {"last": -1, "next": 1}.get((match["rel"] or "").lower(), 0)
    anchor = "absolute" if year else "published"
    return Value(f"{year or f'{moment.year + shift:04d}'}-H{number}", "half", anchor=anchor)


def _full_year(year: str, moment: datetime) -> str:
    if len(year) == 4:
        return year
    century = moment.year // 100 * 100
    return str(century + int(year) if century + int(year) <= moment.year + 20 else century - 100 + int(year))


def _nearest_year(month: int, day: int, match: re.Match[str], moment: datetime) -> int:
    """A date without a year is the one nearest to publication, unless the clause speaks of what is to come."""
    today = moment.date()
    best: list[tuple[int, int]] = []
    for year in (today.year - 1, today.year, today.year + 1):
        last = calendar.monthrange(year, month)[1]
        away = (date(year, month, min(day, last)) - today).days
        if away < 0 and _leans_future(match):
            away = -away + 400
        # news looks back further than ahead: in November 'March 3' is the one gone by, 'January 20' the one to come
        best.append((abs(away) if away < 0 or _leans_future(match) else round(2.5 * away), year))
    return min(best)[1]


def day_month(match: re.Match[str], moment: datetime, table: dict[str, int] | None = None) -> Value | None:
    """'3 May', 'Oct. 12, 2024', 'May 3 to May 5'."""
    groups = match.groupdict()
    month = (table or months.ENGLISH)[groups["month"].lower().rstrip(".")]
    day = int(groups["day"])
    if not 1 <= day <= 31:
        return None
    year_text = groups.get("year")
    year = int(_full_year(year_text, moment)) if year_text else _nearest_year(month, day, match, moment)
    first = date(year, month, day)
    anchor = "absolute" if year_text else "published"
    part, clock = groups.get("part"), groups.get("clock")
    if part:
        return Value(f"{iso_day(first)}T{_PARTS[part.lower()]}", "daypart", anchor=anchor)
    if clock:
        return None
    day2 = groups.get("day2")
    if day2:
        month2 = (table or months.ENGLISH)[groups["month2"].lower().rstrip(".")] if groups.get("month2") else month
        last = date(year + (1 if month2 < month else 0), month2, int(day2))
        return Value(iso_day(first), "day", iso_day(last), anchor=anchor) if last > first else None
    return Value(iso_day(first), "day", anchor=anchor, confidence=0.95)


def day_range_first(match: re.Match[str], moment: datetime) -> Value | None:
    """'12-14 November', where the month stands after both days."""
    month = months.ENGLISH[match["month"].lower().rstrip(".")]
    year = int(match["year"]) if match["year"] else _nearest_year(month, int(match["day2"]), match, moment)
    month1 = months.ENGLISH[match["month1"].lower().rstrip(".")] if match["month1"] else month
    first, last = date(year, month1, int(match["day"])), date(year, month, int(match["day2"]))
    return (
        Value(iso_day(first), "day", iso_day(last), anchor="absolute" if match["year"] else "published")
        if last > first
        else None
    )


def month_year(match: re.Match[str], moment: datetime, table: dict[str, int] | None = None) -> Value:
    """'March 2022', 'May to June 2023'."""
    groups = match.groupdict()
    month = (table or months.ENGLISH)[groups["month"].lower().rstrip(".")]
    year = int(_full_year(groups["year"], moment)) if groups.get("year") else _nearest_year(month, 15, match, moment)
    first = Value(
        _month(year, month),
        "month",
        anchor="absolute" if groups.get("year") else "published",
        approx=bool(groups.get("edge")),
        confidence=0.9,
    )
    if groups.get("month2"):
        month2 = months.ENGLISH[groups["month2"].lower().rstrip(".")]
        return replace(first, value=_month(year if month <= month2 else year - 1, month), end=_month(year, month2))
    return first


def bare_month(match: re.Match[str], moment: datetime) -> Value | None:
    """'In May'."""
    word = match["month"].lower().rstrip(".")
    return month_year(match, moment) if word in months.ENGLISH else None


def calendar_year(match: re.Match[str], moment: datetime) -> Value | None:
    """'In 2014', '2014-2016'."""
    groups = match.groupdict()
    year = int(groups["year"])
    if not 1400 <= year <= moment.year + 80:
        return None
    if groups.get("year2"):
        last = groups["year2"]
        end = int(last) if len(last) == 4 else year // 100 * 100 + int(last)
        return Value(f"{year}", "year", f"{end}", anchor="absolute") if year < end <= year + 400 else None
    return Value(f"{year}", "year", anchor="absolute", approx=bool(groups.get("edge")), confidence=0.85)


def decade_of_century(match: re.Match[str], moment: datetime) -> Value:
    """'The 1990s'."""
    text = match["decade"]
    year = int(text) if len(text) == 4 else (moment.year // 100 - 1) * 100 + int(text)
    if len(text) == 2 and int(text) <= moment.year % 100 - 10:
        year += 100
    return Value(f"{year}", "decade", f"{year + 9}", anchor="absolute", approx=bool(match["edge"]))


def numeric(match: re.Match[str], moment: datetime) -> Value | None:
    """ISO dates, and day/month/year where the order is certain or the usual one."""
    groups = match.groupdict()
    if groups.get("iso"):
        day = date.fromisoformat(groups["iso"])
        if groups.get("hour"):
            return Value(
                f"{iso_day(day)}T{groups['hour']}:{groups['minute']}", "minute", anchor="absolute", confidence=0.98
            )
        return Value(iso_day(day), "day", anchor="absolute", confidence=0.98)
    first, second, year = int(groups["a"]), int(groups["b"]), int(_full_year(groups["y"], moment))
    if groups["sep"] == "." or first > 12:
        return Value(iso_day(date(year, second, first)), "day", anchor="absolute")
    if second > 12:
        return Value(iso_day(date(year, first, second)), "day", anchor="absolute")
    # 03/04/2024 is April in most of the world and March in the United States
    return Value(iso_day(date(year, first, second)), "day", anchor="absolute", approx=True, confidence=0.5)


def clock_time(match: re.Match[str], moment: datetime) -> Value | None:
    """'at 7:30 p.m.' on the day of a weekday, a date, or publication."""
    hour = int(match["h"]) if match["h"] else {"noon": 12, "midnight": 0}[match["word"].lower()]
    minute = int(match["m"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        return None
    day = moment.date()
    weekday = match["day"] or match.groupdict().get("day2")
    if weekday:
        day = _weekday_date(weekday, moment, "future" if _leans_future(match) else "")
    precise: Granularity = "minute" if match["m"] or match["word"] else "hour"
    stamp = f"{iso_day(day)}T{hour:02d}:{minute:02d}" if precise == "minute" else f"{iso_day(day)}T{hour:02d}"
    return Value(stamp, precise, confidence=0.8)


def fiscal(match: re.Match[str], moment: datetime) -> Value:
    """'Fiscal year 2025'; the calendar year of the same number, since its start differs by country and company."""
    year = match["year"] or match["year2"]
    if year:
        return Value(_full_year(year, moment), "year", anchor="absolute", confidence=0.8)
    shift = {"last": -1, "next": 1, "previous": -1}.get((match["rel"] or "").lower(), 0)
    return Value(f"{moment.year + shift:04d}", "year", confidence=0.7)


def day_later(match: re.Match[str], moment: datetime) -> Value | None:
    """'Nov. 12, 2024 at 14:30': a date with a time of day."""
    base = day_month(match, moment, None) if not match["clock"] else None
    if base is not None:
        return base
    day = date(
        int(match["year"])
        if match["year"]
        else _nearest_year(months.ENGLISH[match["month"].lower().rstrip(".")], int(match["day"]), match, moment),
        months.ENGLISH[match["month"].lower().rstrip(".")],
        int(match["day"]),
    )
    hour, minute = int(match["h"]), int(match["m"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    hour += 12 if half == "pm" and hour < 12 else 0
    return Value(
        f"{iso_day(day)}T{hour % 24:02d}:{minute:02d}", "minute", anchor="absolute" if match["year"] else "published"
    )
