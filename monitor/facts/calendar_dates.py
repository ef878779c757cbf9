"""What a time named by the calendar means: dates, months, years and their parts, and times of day."""

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
    full_year,
    iso_day,
    month_value,
    month_year,
    nearest_year,
)

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_SEASON_CODE = {3: "SP", 6: "SU", 9: "FA", 12: "WI"}
_ORDINALS = ORDINALS | {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "final": 4, "last": 4}
_COUNTED = re.compile(r" (?:more |other |new |further )?(?:people\b|[a-z]{3,}s\b)")
_COUNTED_YEAR = re.compile(
    r" (?:people|dead|troops|soldiers|dollars|jobs|cases|miles|km|kilomet\w+|men|women|children|homes|tonnes|tons)\b"
)


def _groups(match: re.Match[str]) -> dict[str, str]:
    return {name: value or "" for name, value in match.groupdict().items()}


def _month(name: str, table: dict[str, int] | None = None) -> int:
    return (table or months.ENGLISH)[name.lower().rstrip(".")]


def _day(text: str) -> int:
    return int(text.rstrip("sthndr")) if text[0].isdigit() else ORDINALS[" ".join(text.lower().split())]


def day_month(match: re.Match[str], when: When, table: dict[str, int] | None = None) -> Value | None:
    """'3 May', 'Tuesday, Oct. 12, 2024', 'July 4th of 1995', 'May 3 morning'."""
    groups = _groups(match)
    month, day = _month(groups["month"], table), _day(groups["day"])
    if not 1 <= day <= 31:
        return None
    year_text = groups.get("year", "")
    if not year_text and _counts(match):
        return None
    weekday = WEEKDAYS.get(groups.get("wd", "").lower())
    year = int(full_year(year_text, when.day)) if year_text else nearest_year(month, day, when, weekday)
    first = date(year, month, day)
    anchor = "absolute" if year_text else "published"
    told: Value = Value(iso_day(first), "day", anchor=anchor, confidence=0.95, open="" if year_text else "year")
    part = groups.get("part", "").lower()
    return replace(told, value=f"{told.value}T{PARTS[part]}", granularity="daypart") if part else told


def _counts(match: re.Match[str]) -> bool:
    """'In May 12 people died': the number counts, and is no day."""
    before = match.string[max(0, match.start() - 4) : match.start()].lower()
    return before.endswith("in ") and _COUNTED.match(match.string, match.end()) is not None


def day_range(match: re.Match[str], when: When) -> Value | None:
    """'May 3-5', 'from March 30 to April 2, 2024', '12-14 November'; only 'between' makes a range of 'and'."""
    groups = _groups(match)
    if groups["and"] and groups["from"].lower().strip() != "between":
        return None
    month2 = _month(groups["month2"] or groups["month"])
    month = _month(groups["month"]) if groups["month"] else month2
    day, day2 = _day(groups["day"]), _day(groups["day2"])
    year = int(groups["year"]) if groups["year"] else nearest_year(month2, day2, when)
    last = date(year, month2, day2)
    first = date(year - (1 if month > month2 else 0), month, day)
    anchor = "absolute" if groups["year"] else "published"
    return Value(iso_day(first), "day", iso_day(last), anchor=anchor) if last > first else None


def month_of_year(match: re.Match[str], when: When, table: dict[str, int] | None = None) -> Value:
    """'March 2022', 'June of 1992'."""
    groups = _groups(match)
    year = int(full_year(groups["year"], when.day))
    return Value(month_value(year, _month(groups["month"], table)), "month", anchor="absolute")


def bare_month(match: re.Match[str], when: When) -> Value:
    """'In May'; the year is where the clause points."""
    month = _month(match["month"])
    return Value(month_value(month_year(month, when), month), "month", open="year")


def calendar_year(match: re.Match[str], when: When) -> Value | None:
    """'In 2014', 'in '97'."""
    year = int(full_year(match["year"], when.day))
    if not 1400 <= year <= when.day.year + 80 or _COUNTED_YEAR.match(match.string, match.end()):
        return None
    return Value(f"{year:04d}", "year", anchor="absolute", confidence=0.85)


def year_range(match: re.Match[str], when: When) -> Value | None:
    """'2014-2016', '2019/20'."""
    year, last = int(match["year"]), match["year2"]
    end = int(last) if len(last) == 4 else year // 100 * 100 + int(last)
    if not year < end <= year + 400 or year > when.day.year + 80:
        return None
    return Value(f"{year}", "year", f"{end}", anchor="absolute")


def decade_of_century(match: re.Match[str], when: When) -> Value:
    """'The 1990s', 'the 90s'."""
    text = match["decade"]
    year = int(text) if len(text) == 4 else (when.day.year // 100 - 1) * 100 + int(text)
    if len(text) == 2 and int(text) <= when.day.year % 100 - 10:
        year += 100
    return Value(f"{year}", "decade", f"{year + 9}", anchor="absolute")


def century(match: re.Match[str], _: When) -> Value:
    """'The 14th century'."""
    number = _day(match["n"]) if not match["n"].isdigit() else int(match["n"])
    return Value(f"{number * 100 - 100:04d}", "year", f"{number * 100 - 1:04d}", anchor="absolute")


def season_of_year(match: re.Match[str], when: When) -> Value:
    """'Last summer', 'the winter of 2022', 'in the spring'."""
    first = _SEASONS[match["season"].lower()]
    today = when.day
    relation = (match["rel"] or "").lower()
    code = _SEASON_CODE[first]
    if match["year"]:
        return Value(f"{match['year']}-{code}", "season", anchor="absolute")
    # A winter is that of the year it starts in.
    starts = [date(today.year + shift, first, 1) for shift in (-2, -1, 0, 1, 2)]
    over = [day for day in starts if day + timedelta(days=90) < today]
    ahead = [day for day in starts if day > today]
    now = next((day for day in starts if day <= today <= day + timedelta(days=90)), None)
    if relation == "this":
        chosen = now or min(starts, key=lambda day: abs((day - today).days))
    elif relation == "last" or (not relation and when.lean == "past"):
        chosen = over[-1]
    elif relation == "next":
        # In May 'next summer' is not the one that begins in two weeks.
        chosen = ahead[0] if (ahead[0] - today).days > 90 else ahead[1]
    elif relation == "coming" or when.lean == "future":
        chosen = ahead[0]
    else:
        chosen = now or over[-1]
    return Value(f"{chosen.year:04d}-{code}", "season", open="" if relation else "year")


def quarter_of_year(match: re.Match[str], when: When) -> Value:
    """'Q3 2024', 'the first quarter'; without a year the last one begun, or the next where the clause points ahead."""
    groups = _groups(match)
    number = int(groups["q"]) if groups["q"] else _ORDINALS[groups["ord"].lower()]
    return _part_of_year("Q", number, 3, groups, when)


def half_of_year(match: re.Match[str], when: When) -> Value:
    """'H1 2025', 'the second half of the year'."""
    groups = _groups(match)
    number = int(groups["h"]) if groups["h"] else _ORDINALS[groups["ord"].lower()]
    return _part_of_year("H", number, 6, groups, when)


def _part_of_year(letter: str, number: int, length: int, groups: dict[str, str], when: When) -> Value:
    granularity = "quarter" if letter == "Q" else "half"
    if groups["year"]:
        year = full_year(groups["year"], when.day)
        return Value(f"{year}-{letter}{number}", granularity, anchor="absolute")  # type: ignore[arg-type]
    shift = {"last": -1, "next": 1, "this": 0, "the": 0}.get(groups["rel"].lower())
    if shift is None:
        begins, ends = (number - 1) * length + 1, number * length
        shift = -1 if begins > when.day.month and when.lean != "future" else 0
        shift += 1 if when.lean == "future" and ends < when.day.month else 0
    told = f"{when.day.year + shift:04d}-{letter}{number}"
    return Value(told, granularity, open="" if groups["rel"] else "year")  # type: ignore[arg-type]


def fiscal(match: re.Match[str], when: When) -> Value | None:
    """'Fiscal year 2025'; the calendar year of the same number, since its start differs by country and company."""
    year = match["year"] or match["year2"]
    if not year and not match["word"]:
        return None
    if year:
        return Value(full_year(year, when.day), "year", anchor="absolute", confidence=0.8)
    shift = {"last": -1, "next": 1, "previous": -1}.get((match["rel"] or "").lower(), 0)
    return Value(f"{when.day.year + shift:04d}", "year", confidence=0.7)


def numeric(match: re.Match[str], when: When) -> Value | None:
    """ISO dates, and day/month/year where the order is certain or the usual one."""
    groups = match.groupdict()
    if groups.get("iso"):
        day = date.fromisoformat(groups["iso"])
        if groups.get("hour"):
            return Value(
                f"{iso_day(day)}T{groups['hour']}:{groups['minute']}", "minute", anchor="absolute", confidence=0.98
            )
        return Value(iso_day(day), "day", anchor="absolute", confidence=0.98)
    first, second, year = int(groups["a"]), int(groups["b"]), int(full_year(groups["y"], when.day))
    if groups["sep"] == "." or first > 12:
        return Value(iso_day(date(year, second, first)), "day", anchor="absolute")
    if second > 12:
        return Value(iso_day(date(year, first, second)), "day", anchor="absolute")
    # 03/04/2024 is April in most of the world and March in the United States
    return Value(iso_day(date(year, first, second)), "day", anchor="absolute", approx=True, confidence=0.5)


def clock_time(match: re.Match[str], when: When) -> Value | None:
    """'At 7:30 p.m.', 'noon', '0900 GMT'; the day is that of the words around, else that of publication."""
    groups = _groups(match)
    word, half = groups.get("word", "").lower(), groups.get("half", "").lower().replace(".", "")
    if word:
        hour, minute = {"noon": 12, "midday": 12, "midnight": 0}[word], 0
    else:
        hour, minute = int(groups["h"]), int(groups.get("m") or 0)
    if half in {"pm", "in the afternoon", "in the evening", "at night"} and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        return None
    approx = bool(groups.get("about"))
    day = iso_day(when.day)
    if groups.get("m") or word:
        return Value(f"{day}T{hour:02d}:{minute:02d}", "minute", approx=approx, confidence=0.8, open="day")
    return Value(f"{day}T{hour:02d}", "hour", approx=approx, confidence=0.8, open="day")


def day_of_month(match: re.Match[str], when: When) -> Value | None:
    """'On the 25th': the nearest one, by where the clause points."""
    day = int(match["day"])
    today = when.day
    found = []
    for months_on in (-1, 0, 1):
        total = today.year * 12 + today.month - 1 + months_on
        try:
            found.append(date(total // 12, total % 12 + 1, day))
        except ValueError:
            continue
    past = [one for one in found if one <= today]
    ahead = [one for one in found if one >= today]
    if when.lean in {"future", "present"}:
        return Value(iso_day(ahead[0]), "day", confidence=0.7) if ahead else None
    return Value(iso_day(past[-1]), "day", confidence=0.7) if past else None
