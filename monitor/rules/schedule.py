"""When a rule is in force: `start`, `end`, and `active` with hours, days and time zone."""

import re
from collections.abc import Mapping as Fields
from dataclasses import replace
from datetime import date, time
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.model.rule import Schedule
from monitor.rules.reading import Reading
from monitor.rules.tree import Node, Scalar, Sequence

ACTIVE_KEYS: Final = ("hours", "days", "zone")

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"(\d{1,2})(?::(\d\d))? ?(?:-|–|to) ?(\d{1,2})(?::(\d\d))?")


def read_start(reading: Reading, schedule: Schedule, node: Node) -> Schedule:
    """The schedule with its first day."""
    return replace(schedule, start=_day(reading, node, "start"))


def read_end(reading: Reading, schedule: Schedule, node: Node) -> Schedule:
    """The schedule with its last day."""
    end = _day(reading, node, "end")
    if end and schedule.start and end < schedule.start:
        reading.fail(node, f"the rule ends on {end}, before it starts on {schedule.start}")
    return replace(schedule, end=end)


def read_active(reading: Reading, schedule: Schedule, node: Node) -> Schedule:
    """The schedule with hours, days and zone; a text or list stands for the hours."""
    if isinstance(node, Scalar | Sequence):
        return replace(schedule, hours=_hours(reading, node))
    fields: Fields[str, Node] = reading.fields(node, ACTIVE_KEYS, "`active`") or {}
    if "hours" in fields:
        schedule = replace(schedule, hours=_hours(reading, fields["hours"]))
    if "days" in fields:
        schedule = replace(schedule, days=read_days(reading, fields["days"]))
    if "zone" in fields:
        zone = read_zone(reading, fields["zone"])
        schedule = replace(schedule, zone=zone) if zone else schedule
    return schedule


def _day(reading: Reading, node: Node, key: str) -> date | None:
    written = reading.text(node, key)
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        reading.fail(node, f"`{written[:40]}` is not a day; write year-month-day, such as 2025-03-01")
        return None


def _hours(reading: Reading, node: Node) -> tuple[tuple[time, time], ...]:
    hours: list[tuple[time, time]] = []
    for item in reading.items(node, "`hours`"):
        written = reading.text(item, "hours")
        found = _HOURS.fullmatch(written)
        parts = [int(part or 0) for part in found.groups()] if found else []
        if not parts or parts[0] > 23 or parts[2] > 24 or max(parts[1], parts[3]) > 59 or (parts[2] == 24 and parts[3]):
            if written:
                reading.fail(item, f"`{written[:40]}` is no stretch of the day; write it as 07:00-22:30 or 22:00-06:00")
            continue
        begin, end = time(parts[0], parts[1]), time(parts[2] % 24, parts[3])
        if begin == end:
            reading.fail(item, f"`{written}` begins where it ends; leave `hours` out for the whole day")
        hours.append((begin, end))
    return tuple(hours)


def read_days(reading: Reading, node: Node) -> tuple[int, ...]:
    """Days of the week, Monday is 0."""
    days: set[int] = set()
    for item in reading.items(node, "`days`"):
        written = reading.text(item, "days").lower()
        for piece in filter(None, re.split(r"[,\s]+(?!-)", re.sub(r"\s*[-–]\s*", "-", written))):
            ends = [_day_of_week(name) for name in piece.split("-")]
            if None in ends or len(ends) > 2:
                near = reading.nearest(piece.split("-")[0], _DAYS)
                hint = f"; did you mean {near}?" if near else "; write mon, tue, ... or mon-fri"
                reading.fail(item, f"`{piece[:40]}` is not a day of the week{hint}")
                continue
            first, last = ends[0] or 0, ends[-1] or 0
            days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(days))


def _day_of_week(name: str) -> int | None:
    found = [number for number, day in enumerate(_DAYS) if len(name) >= 3 and day.startswith(name)]
    return found[0] if found else None


def read_zone(reading: Reading, node: Node) -> ZoneInfo | None:
    """A time zone; None after an error."""
    written = reading.text(node, "zone")
    try:
        return ZoneInfo(written) if written else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reading.fail(node, f"`{written[:40]}` is not a time zone; write region and city, such as Europe/Kyiv, or UTC")
        return None
