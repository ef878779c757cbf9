"""Lengths of time as rules write them: `20s`, `90m`, `48h`, `7d`, `2w`, `1 hour`, `day`."""

import re
from datetime import timedelta

LONGEST = timedelta(days=3660)

_DURATION = re.compile(
    r"(\d{1,6}(?:\.\d{1,3})?)? ?(s|m|h|d|w)(?:ec|econds?|in|ours?|ays?|eeks?|inutes?)?", re.IGNORECASE
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_duration(written: str) -> timedelta | None:
    """The length of time, None where the text is none; a unit alone is one of it."""
    found = _DURATION.fullmatch(written.strip())
    # A single letter without a number is more likely a slip than a length of time.
    if found is None or (found[1] is None and len(found[0]) == 1):
        return None
    return timedelta(**{_UNITS[found[2].lower()]: min(float(found[1] or 1), 1e5)})
