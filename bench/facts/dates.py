"""Time expressions of public test suites, beside dateparser.search in the same run.

Recognizers-Text's English sentences state the reference date and what each expression resolves to, often both a past
and a future reading; either counts as right, since only the clause around it decides and these sentences are frames
without one. Dates, ranges of dates, and dates with a time of day are measured; times of day alone, durations and
repetitions are no dates in an article. The news-like part is those whose words a news article would use: a month or
weekday in full or a usual abbreviation, a year, or a relative day, week, month, quarter, season or year, and none of
the spoken or typed shorthand of a calendar assistant (times without am or pm, '3-8', '4/22', 'mon 13th', 'eod').
A range counts as right for dateparser, which tells points, where its first day is.
dateparser's sentences for its own search are read for English, French, German, Spanish, Russian and Ukrainian.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.facts.report import Context, Result, Skipped, Table
from monitor.model.facts import TimeRef

KINDS = frozenset({"date", "daterange", "datetime", "datetimerange"})
LANGUAGES = frozenset({"en", "fr", "de", "es", "ru", "uk"})
Interval = tuple[datetime | None, datetime | None]

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_NEWSLIKE = re.compile(
    rf"\b(?:{_MONTH}\b\.?|(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tonight|tomorrow|ago"
    r"|(?:19|20)\d\d|(?:last|next|this|past|previous|coming|current|following|recent)"
    r" (?:\w+ )?(?:days?|weeks?|weekends?|months?|quarters?|years?|decades?|century|centuries|spring|summer|autumn|fall"
    r"|winter|hours?)|(?:spring|summer|autumn|fall|winter)|\d0'?s|quarter|christmas|easter|new year)",
)
_SHORTHAND = re.compile(
    r"\d+ ?/ ?\d+|\d[.-]\d|\b\d{1,2}[- ]*(?:to|-|till|until|and) ?\d{1,2}\b(?!th|st|nd|rd)(?! (?:\w+ )?(?:days|weeks))"
    r"|\b(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)\b|\beo[dmy]\b|\btmr\b|\btonite\b|from now"
    r"|\b(?:at|around|about|before|after|by) \d{1,2}(?! ?[ap]\.?m|:|th|st|nd|rd| (?:days?|weeks?|months?|years?))"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirty|fifteen|twenty)"
    r"(?![- ](?:\w+[- ])?(?:days?|weeks?|months?|quarters?|years?|decades?|hours?|minutes?|centur|nd|st|rd|th))\b"
    r"|nineteen|[a-z]-[a-z0-9]|\d-[a-z]|minute|\bsy\d|schedule|q[1-4]-?\d\d|\bwtd|\bytd|business day|work ?week"
)


@dataclass(frozen=True, slots=True)
class Expected:
    """One expression and the readings that count as right."""

    text: str
    start: int
    kind: str
    readings: tuple[Interval, ...]
    points: tuple[str, ...]
    newslike: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a suite with its moment."""

    suite: str
    lang: str
    text: str
    moment: datetime
    expected: tuple[Expected, ...]


def measure(context: Context) -> Result:
    """Both suites: how many expressions are right, ours and the peer's."""
    folder = context.folder("dates")
    sentences = [*recognizers(folder), *dateparsers(folder)]
    try:
        peer: Callable[[Sentence], list[tuple[str, datetime]]] | None = _peer()
    except Skipped as reason:
        print(f"dateparser: skipped, {reason}")
        peer = None
    ours: dict[str, list[int]] = {}
    theirs: dict[str, list[int]] = {}
    errors = []
    for sentence in sentences:
        times = context.extractor.extract(sentence.text, sentence.moment, sentence.lang).times
        answers = peer(sentence) if peer else []
        for expected in sentence.expected:
            stop = expected.start + len(expected.text)
            over = [t for t in times if t.span.start < stop and expected.start < t.span.end]
            right = any(meets(time, expected) for time in over)
            for group in _groups(sentence, expected):
                ours.setdefault(group, []).append(right)
                if peer:
                    theirs.setdefault(group, []).append(any(_peer_meets(*a, expected) for a in answers))
            if not right:
                mark = "news-like" if expected.newslike else "other"
                said = "; ".join(f"{t.text} = {t.value}/{t.end}" for t in over) or "nothing"
                day = f"{sentence.moment:%Y-%m-%d %a}"
                errors.append(f"{sentence.suite} {mark}\t{expected.text}\t{_told(expected)}\t{said}\t{day}")
    rows = [
        (
            name,
            sum(flags) / len(flags),
            sum(theirs[name]) / len(flags) if name in theirs else None,
            len(flags),
        )
        for name, flags in sorted(ours.items())
    ]
    return Result([Table("dates of public suites: right", ("part", "ours", "dateparser", "there"), rows)], errors)


def _groups(sentence: Sentence, expected: Expected) -> Iterator[str]:
    if sentence.suite == "recognizers":
        yield f"recognizers, all: {expected.kind}"
        yield "recognizers, all"
        if expected.newslike:
            yield "recognizers, news-like"
            yield f"recognizers, news-like: {expected.kind}"
    else:
        yield f"dateparser's, {sentence.lang}"


def _told(expected: Expected) -> str:
    return " or ".join([*(f"{a}..{b}" for a, b in expected.readings), *expected.points])


def recognizers(folder: Path) -> Iterator[Sentence]:
    """The sentences of Recognizers-Text's date model."""
    path = folder / "recognizers-text/Specs/DateTime/English/DateTimeModel.json"
    for case in json.loads(path.read_text(encoding="utf-8-sig")):
        moment = datetime.fromisoformat(case.get("Context", {}).get("ReferenceDateTime", "2016-11-07T00:00:00"))
        found = []
        for result in case["Results"]:
            kind = result.get("TypeName", result.get("Typename", "")).removeprefix("datetimeV2.")
            values = (result.get("Resolution") or {}).get("values", [])
            if kind not in KINDS or not values or values[0].get("value") == "not resolved":
                continue
            text = case["Input"][result["Start"] : result["End"] + 1]
            points = tuple(v["timex"] for v in values if v.get("Mod") or "start" not in v)
            readings = tuple(_reading(v, kind) for v in values)
            found.append(Expected(text, result["Start"], kind, readings, points, _newslike(text.lower())))
        yield Sentence("recognizers", "en", case["Input"], moment.replace(tzinfo=UTC), tuple(found))


def _newslike(text: str) -> bool:
    return _NEWSLIKE.search(text) is not None and _SHORTHAND.search(text) is None


def _reading(value: dict[str, str], kind: str) -> Interval:
    if "value" in value:
        start = datetime.fromisoformat(value["value"])
        return start, start + (timedelta(days=1) if kind == "date" else timedelta(0))
    start_text, end_text = value.get("start"), value.get("end")
    return (
        datetime.fromisoformat(start_text) if start_text else None,
        datetime.fromisoformat(end_text) if end_text else None,
    )


def dateparsers(folder: Path) -> Iterator[Sentence]:
    """The sentences dateparser tests its search with: those whose answer is a plain date and time."""
    tree = ast.parse((folder / "dateparser/tests/test_search.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "param" and len(node.args) == 3):
            continue
        lang, text, answers = node.args
        base = re.search(r"'RELATIVE_BASE': datetime.datetime\(([\d, ]+)\)", ast.unparse(node))
        if (
            not (isinstance(lang, ast.Constant) and isinstance(text, ast.Constant) and base)
            or lang.value not in LANGUAGES
        ):
            continue
        words = str(text.value)
        found = []
        for told, moment in re.findall(
            r"\('((?:[^'\\]|\\.)*)', datetime.datetime\(([\d, ]+)\)\)", ast.unparse(answers)
        ):
            at = datetime(*(int(part) for part in moment.split(",")))  # type: ignore[arg-type]  # noqa: DTZ001
            if words.find(told) >= 0 and any(char.isdigit() for char in told):
                width = timedelta(0) if at.time() != datetime.min.time() else timedelta(days=1)
                found.append(Expected(told, words.find(told), "date", ((at, at + width),), (), newslike=True))
        reference = datetime(*(int(part) for part in base.group(1).split(",")), tzinfo=UTC)  # type: ignore[arg-type, misc]
        yield Sentence("dateparser", str(lang.value), words, reference, tuple(found))


def meets(time: TimeRef, expected: Expected) -> bool:
    """Whether a time's interval is one of the readings, or its value the point that is named."""
    for point in expected.points:
        if re.fullmatch(re.escape(point).replace("XXXX", r"\d{4}").replace(r"\-WXX\-\d", ""), time.value):
            return True
    start, end = interval(time)
    # The suite leaves a named end out ('from May to July' stops before July); ours has it in.
    named = _bounds(time.end)[0] if time.end else end
    return any(
        (low is None or low == start) and (high is None or high in {end, named})
        for low, high in expected.readings
        if low is not None or high is not None
    )


_PARTS = {"MO": (8, 12), "AF": (12, 16), "EV": (16, 20), "NI": (20, 24), "MI": (11, 13)}


def interval(time: TimeRef) -> tuple[datetime, datetime]:
    """From the first moment of a time to the first one after it."""
    start, stop = _bounds(time.value)
    return (start, _bounds(time.end)[1]) if time.end else (start, stop)


def _bounds(value: str) -> tuple[datetime, datetime]:  # noqa: PLR0911 - one for each shape of value
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)T([A-Z]{2})", value):
        low, high = _PARTS[match[2]]
        day = datetime.fromisoformat(match[1])
        return day + timedelta(hours=low), day + timedelta(hours=high)
    if "T" in value:
        start = datetime.fromisoformat(value if ":" in value else f"{value}:00")
        return start, start
    if match := re.fullmatch(r"(\d{4})-W(\d\d)", value):
        monday = datetime.combine(date.fromisocalendar(int(match[1]), int(match[2]), 1), datetime.min.time())
        return monday, monday + timedelta(weeks=1)
    if match := re.fullmatch(r"(\d{4})-([QH])(\d)", value):
        months = 3 if match[2] == "Q" else 6
        return _months(int(match[1]), (int(match[3]) - 1) * months + 1, months)
    if match := re.fullmatch(r"(\d{4})-(SP|SU|FA|WI)", value):
        return _months(int(match[1]), {"SP": 3, "SU": 6, "FA": 9, "WI": 12}[match[2]], 3)
    if re.fullmatch(r"\d{4}", value):
        return _months(int(value), 1, 12)
    if match := re.fullmatch(r"(\d{4})-(\d\d)", value):
        return _months(int(match[1]), int(match[2]), 1)
    day = datetime.fromisoformat(value)
    return day, day + timedelta(days=1)


def _months(year: int, month: int, count: int) -> tuple[datetime, datetime]:
    total = year * 12 + month - 1 + count
    first, last = date(year, month, 1), date(total // 12, total % 12 + 1, 1)
    return datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.min.time())


def _peer() -> Callable[[Sentence], list[tuple[str, datetime]]]:
    try:
        from dateparser.search import search_dates  # noqa: PLC0415 - may not be there
    except ImportError as problem:
        raise Skipped(f"not installed ({problem})") from problem

    def found(sentence: Sentence) -> list[tuple[str, datetime]]:
        settings = {"RELATIVE_BASE": sentence.moment.replace(tzinfo=None)}
        return search_dates(sentence.text, languages=[sentence.lang], settings=settings) or []

    return found


def _peer_meets(text: str, at: datetime, expected: Expected) -> bool:
    """A point in time is right where it is the range's first day; a day's own time of day is not asked."""
    if text.strip() not in expected.text and expected.text not in text:
        return False
    at = at.replace(tzinfo=None)
    return any(
        (at == low if expected.kind == "datetime" else at.date() == (low or high).date())  # type: ignore[union-attr]
        for low, high in expected.readings
        if low is not None or high is not None
    )
