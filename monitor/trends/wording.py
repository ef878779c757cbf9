"""Numbers, lengths of time and lists as the lines of a card say them."""

from collections.abc import Sequence
from datetime import timedelta

_NAMED = 6


def span(length: timedelta) -> str:
    """The length in its largest even unit: "90 min", "2 h", "1 day", "2 weeks"."""
    minutes = round(length.total_seconds() / 60)
    for size, unit in ((7 * 1440, "week"), (1440, "day")):
        if minutes and minutes % size == 0:
            return counted(minutes // size, unit)
    return f"{minutes // 60} h" if minutes and minutes % 60 == 0 else f"{minutes} min"


def counted(number: int, thing: str) -> str:
    """The number with its noun."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(name or "(no name)" for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown or "none"
