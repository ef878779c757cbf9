"""What a time named by the calendar means: dates, months, years and their parts, and dates with a time of day."""

import re
from dataclasses import replace
from datetime import date, datetime

from monitor.facts import months
from monitor.facts.date_values import (
    PARTS,
    Value,
    full_year,
    iso_day,
    leans_future,
    month_value,
    nearest_year,
    weekday_date,
)
from monitor.model.facts import Granularity

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

_SEASON_CODE = {3: "SP", 6: "SU", 9: "FA", 12: "WI"}

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


def day_month(match: re.Match[str], moment: datetime, table: dict[str, int] | None = None) -> Value | None:
    """'3 May', 'Oct. 12, 2024', 'May 3 to May 5'."""
    groups = match.groupdict()
    month = (table or months.ENGLISH)[groups["month"].lower().rstrip(".")]
    day = int(groups["day"])
    if not 1 <= day <= 31:
        return None
    year_text = groups.get("year")
    year = int(full_year(year_text, moment)) if year_text else nearest_year(month, day, match, moment)
    first = date(year, month, day)
    anchor = "absolute" if year_text else "published"
    part, clock = groups.get("part"), groups.get("clock")
    if part:
        return Value(f"{iso_day(first)}T{PARTS[part.lower()]}", "daypart", anchor=anchor)
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
    year = int(match["year"]) if match["year"] else nearest_year(month, int(match["day2"]), match, moment)
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
    year = int(full_year(groups["year"], moment)) if groups.get("year") else nearest_year(month, 15, match, moment)
    first = Value(
        month_value(year, month),
        "month",
        anchor="absolute" if groups.get("year") else "published",
        approx=bool(groups.get("edge")),
        confidence=0.9,
    )
    if groups.get("month2"):
        month2 = months.ENGLISH[groups["month2"].lower().rstrip(".")]
        return replace(
            first, value=month_value(year if month <= month2 else year - 1, month), end=month_value(year, month2)
        )
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


def quarter_of_year(match: re.Match[str], moment: datetime) -> Value:
    """'Q3 2024', 'the first quarter'."""
    number = int(match["q"]) if match["q"] else _ORDINALS[match["ord"].lower()]
    year = match["year"]
    if not year:
        shift = {"last": -1, "next": 1}.get((match["rel"] or "").lower(), 0)
        return Value(f"{moment.year + shift:04d}-Q{number}", "quarter")
    return Value(f"{full_year(year, moment)}-Q{number}", "quarter", anchor="absolute")


def half_of_year(match: re.Match[str], moment: datetime) -> Value:
    """'H1 2025', 'the second half of the year'."""
    number = int(match["h"]) if match["h"] else _ORDINALS[match["ord"].lower()]
    year = match["year"]
    shift = {"last": -1, "next": 1}.get((match["rel"] or "").lower(), 0)
    anchor = "absolute" if year else "published"
    return Value(f"{year or f'{moment.year + shift:04d}'}-H{number}", "half", anchor=anchor)


def fiscal(match: re.Match[str], moment: datetime) -> Value:
    """'Fiscal year 2025'; the calendar year of the same number, since its start differs by country and company."""
    year = match["year"] or match["year2"]
    if year:
        return Value(full_year(year, moment), "year", anchor="absolute", confidence=0.8)
    shift = {"last": -1, "next": 1, "previous": -1}.get((match["rel"] or "").lower(), 0)
    return Value(f"{moment.year + shift:04d}", "year", confidence=0.7)


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
    first, second, year = int(groups["a"]), int(groups["b"]), int(full_year(groups["y"], moment))
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
        day = weekday_date(weekday, moment, "future" if leans_future(match) else "")
    precise: Granularity = "minute" if match["m"] or match["word"] else "hour"
    stamp = f"{iso_day(day)}T{hour:02d}:{minute:02d}" if precise == "minute" else f"{iso_day(day)}T{hour:02d}"
    return Value(stamp, precise, confidence=0.8)


def day_later(match: re.Match[str], moment: datetime) -> Value | None:
    """'Nov. 12, 2024 at 14:30': a date with a time of day."""
    base = day_month(match, moment, None) if not match["clock"] else None
    if base is not None:
        return base
    day = date(
        int(match["year"])
        if match["year"]
        else nearest_year(months.ENGLISH[match["month"].lower().rstrip(".")], int(match["day"]), match, moment),
        months.ENGLISH[match["month"].lower().rstrip(".")],
        int(match["day"]),
    )
    hour, minute = int(match["h"]), int(match["m"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    hour += 12 if half == "pm" and hour < 12 else 0
    return Value(
        f"{iso_day(day)}T{hour % 24:02d}:{minute:02d}", "minute", anchor="absolute" if match["year"] else "published"
    )
