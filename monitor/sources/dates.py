"""Dates as feeds and files write them, to aware UTC datetimes."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

_MAX_CHARS = 100
# Before the web there was no publishing date to read; 1970-01-01 and 0001-01-01 are how programs write "none".
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_EPOCHS = {date(1970, 1, 1), date(1969, 12, 31), date(1904, 1, 1), date(1900, 1, 1)}

_ISO = re.compile(
    r"(?P<y>\d{4})(?:-?(?P<mo>\d{2})(?:-?(?P<d>\d{2}))?)?"
    r"(?:(?:[T_ ]|\s+at\s+)\s*(?P<h>\d{1,2})(?::?(?P<mi>\d{2})(?::?(?P<s>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<ap>[ap]\.?m\.?)?)?"
    r"\s*(?P<z>Z|UTC|GMT|[A-Z]{3,5}|(?:GMT|UTC)?\s*[+-]\s?\d{1,2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?P<y>\d{4})-?(?P<doy>\d{3})")
_WRITTEN = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
    r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?P<mon>[a-z]{3,9})\.?,?|(?P<mon2>[a-z]{3,9})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?)"
    r"[\s-]+(?:(?P<y>\d{4}|\d{2})(?!:))?,?"
    r"(?:\s*(?:at\s+|-\s+|T)?(?P<h>\d{1,2})[:.](?P<mi>\d{2})(?:[:.](?P<s>\d{2})(?:\.\d+)?)?\s*(?P<ap>[ap]\.?m\.?)?)?"
    r"\s*(?P<z>[A-Z]{1,5}|(?:GMT|UTC)?\s*[+-]\s?\d{1,2}(?::?\d{2})?)?"
    r"(?:\s+(?P<y2>\d{4}))?(?:\s*\(.*\))?",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\s\[?((?:[A-Z][A-Za-z_]{1,20}/){1,2}[A-Za-z_+-]{1,30}\d{0,2})\]?$")
_KOREAN_CLOCK = re.compile(r"오([전후]) ?(\d{1,2}:\d\d(?::\d\d)?)")
_NUMBERS = re.compile(r"(\d{1,4})[./](\d{1,2})[./](\d{4}|\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?:19|20)\d{6}(?:\d{4}|\d{6})")
# A year and a month's name (or a character of Chinese, Japanese or Korean dates), or a count and "ago".
_IN_WORDS = re.compile(r"[^\W\d_]{3,}.*\d{4}|\d{1,2}.*[^\W\d_]{3,}|\d{4}\s?[年년]")
_MAIL = re.compile(
    r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) "
    r"([01]\d|2[0-3]):([0-5]\d):(\d\d) (GMT|UTC|Z|[+-](?:0\d|1[0-4])[0-5]\d)"
)
_UTC = {"GMT", "UTC", "Z", "+0000"}
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])\s?(\d{1,2}):?(\d{2})?", re.IGNORECASE)
_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip
# Hours east of UTC. Where a short name has several meanings, the one news feeds use.
_ZONES: dict[str, float] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "ist": 5.5, "cet": 1, "cest": 2, "met": 1,
    "mest": 2, "eet": 2, "eest": 3, "msk": 3, "msd": 4, "trt": 3, "ast": -4, "adt": -3, "est": -5, "edt": -4, "et": -5,
    "cst": -6, "cdt": -5, "ct": -6, "mst": -7, "mdt": -6, "mt": -7, "pst": -8, "pdt": -7, "pt": -8, "akst": -9,
    "akdt": -8, "hst": -10, "nst": -3.5, "ndt": -2.5, "brt": -3, "art": -3, "clt": -4, "jst": 9, "kst": 9, "hkt": 8,
    "sgt": 8, "pht": 8, "wib": 7, "ict": 7, "pkt": 5, "npt": 5.75, "gst": 4, "irst": 3.5, "idt": 3, "sast": 2,
    "cat": 2, "eat": 3, "wat": 1, "awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "a": 1, "m": 12, "n": -1, "y": -12,
}  # fmt: skip


def parse_date(text: str | float, now: datetime, *, words: bool = True) -> datetime | None:
    """The moment a date names, in UTC; None where it names none.

    ISO 8601 and RFC 822 in their wild forms, seconds or milliseconds since 1970, and written dates in other
    languages. A date without a zone is taken as UTC, one without a time as midnight. Absurd dates (before 1900, and
    the zero points programs write for "no date") are none.

    Args:
        text: the date; only its first 100 characters count.
        now: what relative words in other languages are reckoned from.
        words: whether to read dates in words of other languages, which takes some hundredths of a second.
    """
    if isinstance(text, int | float):
        return _sane(_epoch(float(text)))
    when = _quick(text)
    if when is not None:
        return _sane(when)
    text = " ".join(text[: _MAX_CHARS * 2].split())[:_MAX_CHARS]
    if not text or not any(char.isdigit() for char in text):
        return None
    place = _PLACE.search(text)
    if place:
        return _at_place(text[: place.start()], place[1], now)
    if "오" in text:
        text = _KOREAN_CLOCK.sub(lambda found: f"{found[2]} {'am' if found[1] == '전' else 'pm'}", text)
    try:
        when = _quick(text) or _iso(_dashed(text)) or _written(text)
    except (ValueError, OverflowError):
        return None
    if when is None and text.replace(".", "", 1).isdigit():
        when = _epoch(float(text))
    if when is None and words and _IN_WORDS.search(text):
        when = _foreign(text, now.replace(minute=0, second=0, microsecond=0))
    return _sane(when)


def _at_place(text: str, place: str, now: datetime) -> datetime | None:
    """A date whose zone is written as a place of the time zone database."""
    try:
        zone = ZoneInfo(place)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None
    when = parse_date(text, now, words=False)
    return when.replace(tzinfo=zone).astimezone(UTC) if when else None


def _quick(text: str) -> datetime | None:
    """The commonest forms, without regular expressions of many branches."""
    if len(text) < 19 or text[4] != "-" or text[10] not in "T ":
        found = _MAIL.fullmatch(text)
        return _mailed(found) if found is not None else None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _mailed(found: re.Match[str]) -> datetime | None:
    day, name, year, hour, minute, second, offset = found.groups()
    month = _MONTHS.get(name.lower())
    if month is None:
        return None
    zone = UTC if offset in _UTC else _zone(offset)
    try:
        return datetime(int(year), month, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=zone)
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    ordinal = _ORDINAL.fullmatch(text)
    if ordinal and 1 <= int(ordinal["doy"]) <= 366:
        return datetime(int(ordinal["y"]), 1, 1, tzinfo=UTC) + timedelta(days=int(ordinal["doy"]) - 1)
    found = _ISO.fullmatch(text)
    if not found or (not found["mo"] and found["h"]) or (len(text) in {5, 7, 9, 11} and text.isdigit()):
        return None
    return _moment(found, int(found["y"]), int(found["mo"] or 1), int(found["d"] or 1))


def _dashed(text: str) -> str:
    """Dates in numbers only, put into the order and punctuation of ISO 8601.

    Day before month, except where the numbers or an AM/PM clock say it is written the American way.
    """
    if _COMPACT.fullmatch(text):
        return f"{text[:8]}T{text[8:]}"
    found = _NUMBERS.match(text)
    if not found:
        return text
    first, second, third = found.groups()
    if len(first) == 4:
        year, month, day = first, second, third
    else:
        american = "/" in found[0] and (int(second) > 12 or (int(first) <= 12 and text[-1] in "mM."))
        day, month = (second, first) if american else (first, second)
        year = third if len(third) == 4 else f"20{third:0>2}"
    return f"{year}-{month:0>2}-{day:0>2}{text[found.end() :]}"


def _written(text: str) -> datetime | None:
    found = _WRITTEN.fullmatch(text)
    if not found:
        return None
    month = _MONTHS.get((found["mon"] or found["mon2"])[:3].lower())
    year = found["y"] or found["y2"]
    if month is None or year is None:
        return None
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 70 else 1900
    return _moment(found, number, month, int(found["d"] or found["d2"]))


def _moment(found: re.Match[str], year: int, month: int, day: int) -> datetime | None:
    zone = _zone(found["z"] or "")
    if zone is None:
        return None
    hour, minute, second = int(found["h"] or 0), int(found["mi"] or 0), int(found["s"] or 0)
    if found["ap"]:
        hour = hour % 12 + (12 if found["ap"][0] in "pP" else 0)
    # 24:00 and leap seconds are moments too.
    extra = timedelta(days=1) if hour == 24 else timedelta(0)
    return datetime(year, month, day, hour % 24 if hour == 24 else hour, minute, min(second, 59), tzinfo=zone) + extra


def _zone(text: str) -> timezone | None:
    """The offset a zone's name or number stands for; None where it is no zone."""
    text = text.strip().lower()
    if not text:
        return UTC
    offset = _OFFSET.fullmatch(text)
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours > 15 or minutes > 59:
            return UTC
        span = timedelta(hours=hours, minutes=minutes)
        return timezone(-span if offset[1] == "-" else span)
    return timezone(timedelta(hours=_ZONES[text])) if text in _ZONES else None


def _epoch(seconds: float) -> datetime | None:
    if not 1e8 < abs(seconds) < 1e14:
        return None
    return datetime.fromtimestamp(seconds / 1000 if abs(seconds) > 1e11 else seconds, UTC)


@lru_cache(maxsize=1024)
def _foreign(text: str, base: datetime) -> datetime | None:
    """Dates in words of other languages, through dateparser; slow, so remembered."""
    # Imported here: it costs a quarter of a second, and most feeds never need it.
    from dateparser import parse  # noqa: PLC0415

    try:
        when = parse(
            text[:60],
            settings={
                "RELATIVE_BASE": base.replace(tzinfo=None),
                "REQUIRE_PARTS": ["day", "month", "year"],
                "RETURN_AS_TIMEZONE_AWARE": True,
                "TIMEZONE": "UTC",
            },
        )
    except (ValueError, OverflowError, TypeError, RecursionError):
        return None
    return when


def _sane(when: datetime | None) -> datetime | None:
    if when is None:
        return None
    try:
        when = when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None if when < _EARLIEST or when.date() in _EPOCHS else when
