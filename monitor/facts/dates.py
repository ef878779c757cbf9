"""Time expressions and what they mean, reckoned from the day of publication.

Own rules give value, granularity and approximation. Parts are tagged as in TIMEX3: TMO, TAF, TEV, TNI for dayparts,
Q1-Q4, H1-H2, SP, SU, FA, WI for seasons.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from monitor.facts import calendar_dates, months, relative_dates
from monitor.facts.date_values import Value, iso_day
from monitor.facts.reading import Reading
from monitor.model.facts import Span, TimeRef

MAX_TIMES = 1_000


Rule = Callable[[re.Match[str], datetime], Value | None]

_UNITS = r"(?:minutes?|hours?|days?|weeks?|fortnights?|months?|quarters?|years?|decades?)"
_NUMBER = (
    r"(?:\d{1,4}(?:\.\d)?|a couple of|a few|several|a dozen|half a dozen|an?|one|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve"
    r"|thirteen|fourteen|fifteen|sixteen|eighteen|twenty|thirty|forty|fifty|sixty|ninety)(?: and a half)?"
)
_ABOUT = (
    r"(?:about |around |roughly |some |approximately |nearly |almost |more than |over |less than |just over "
    r"|just under |at least |circa |early |late |mid-|mid )"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_PART = r"(?:morning|afternoon|evening|night|noon|midnight|lunchtime|dawn|dusk)"
_MONTH = months.ENGLISH_PATTERN


def find(reading: Reading, published: datetime, lang: str) -> tuple[TimeRef, ...]:
    """All time expressions, left to right, none overlapping; the longest wins.

    Args:
        reading: the parsed document.
        published: when the article appeared, in the zone its days are to be counted in.
        lang: English expressions are read in full; other languages have dates with month names and numbers.

    """
    text = reading.mended
    rules = (*_COMMON, *(_ENGLISH if lang == "en" else _foreign(lang)))
    found: list[tuple[int, int, str, Value]] = []
    for name, pattern, rule in rules:
        for match in pattern.finditer(text):
            value = _safely(rule, match, published)
            if value is not None:
                found.append((match.start(), match.end(), name, value))
                if len(found) > MAX_TIMES * 4:
                    break
    found.sort(key=lambda item: (item[0] - item[1], item[0]))
    taken: list[TimeRef] = []
    used: set[int] = set()
    for start, end, name, value in found:
        if used.isdisjoint(range(start, end)):
            used.update(range(start, end))
            first, meant = _open_start(text, start, value, published) if lang == "en" else (start, value)
            taken.append(_made(reading, first, end, name, meant))
    return tuple(sorted(taken, key=lambda ref: ref.span.start)[:MAX_TIMES])


def _open_start(text: str, start: int, value: Value, published: datetime) -> tuple[int, Value]:
    """'since February 2022' runs up to the day of publication."""
    since = re.search(r"\b(?:ever )?since (?:the )?$", text[max(0, start - 16) : start], re.IGNORECASE)
    if since is None or value.end:
        return start, value
    return start - len(since.group()), replace(value, end=iso_day(published.date()))


def _safely(rule: Rule, match: re.Match[str], published: datetime) -> Value | None:
    try:
        return rule(match, published)
    except (ValueError, OverflowError):
        # '31 February' or a count of years before the calendar: looks like a date and is none
        return None


def _made(reading: Reading, start: int, end: int, name: str, value: Value) -> TimeRef:
    approx = value.approx or bool(
        re.match(
            r"(?:about|around|roughly|some|approximately|nearly|almost|circa)\b",
            reading.mended[start:end],
            re.IGNORECASE,
        )
    )
    return TimeRef(
        text=reading.text[start:end],
        span=Span(start, end),
        sentence=reading.sentence(start),
        value=value.value,
        granularity=value.granularity,
        confidence=value.confidence,
        rule=f"date.{name}",
        end=value.end,
        approx=approx,
        anchor=value.anchor,
    )


def _compiled(name: str, pattern: str, rule: Rule, flags: int = re.IGNORECASE) -> tuple[str, re.Pattern[str], Rule]:
    return name, re.compile(pattern, flags), rule


_TH = r"(?:st|nd|rd|th)?"
_YEAR4 = r"(?:1[4-9]|20)\d\d"
_DASH = r"\s?(?:-|–|—|to|through|until|and)\s?"

_COMMON = (
    _compiled(
        "iso",
        r"(?<![\d-])(?P<iso>\d{4}-\d{2}-\d{2})(?:[T ](?P<hour>\d\d):(?P<minute>\d\d))?(?![\d-])",
        calendar_dates.numeric,
    ),
    _compiled(
        "numeric",
        r"(?<![\d./])(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d|\d\d)(?![\d./]\d|\d)",
        calendar_dates.numeric,
    ),
)

_ENGLISH_POINTS = (
    _compiled(
        "ago",
        rf"\b(?P<about>{_ABOUT})?\b(?P<n>{_NUMBER}) (?:short |long )?(?P<unit>{_UNITS}) (?:ago|earlier|back|prior)\b",
        relative_dates.ago,
    ),
    _compiled(
        "within",
        rf"\bin (?P<about>{_ABOUT})?(?P<n>{_NUMBER}) (?P<unit>{_UNITS})(?:' time|'s time)",
        relative_dates.hence,
    ),
    _compiled(
        "from now",
        rf"\b(?P<about>{_ABOUT})?(?P<n>{_NUMBER}) (?P<unit>{_UNITS}) (?:from now|hence)\b",
        relative_dates.hence,
    ),
    _compiled(
        "weekday",
        rf"\b(?:(?P<rel>this past|this coming|last|next|coming|past"
        rf"|this) )?(?P<day>{_WEEKDAY})(?:'s)?(?: (?P<part>{_PART}))?(?!\w)",
        relative_dates.weekday_name,
    ),
    _compiled(
        "weekday of week",
        rf"\b(?P<day>{_WEEKDAY}) (?:of )?(?P<rel>last|next|this) week\b",
        relative_dates.weekday_of_week,
    ),
    _compiled(
        "named day",
        r"\b(?P<word>the day before yesterday|the day after tomorrow|yesterday|last night|overnight|(?:earlier "
        r"|later )?today|tonight"
        rf"|tomorrow|this (?:morning|afternoon|evening))(?: (?P<part>{_PART}))?\b",
        relative_dates.named_day,
    ),
    _compiled(
        "relative unit",
        r"\b(?:(?P<edge>early|late|earlier|later|mid-|the end of|the beginning of|the start of) )?(?:the )?"
        r"(?P<rel>last|previous|this|current|next|coming|past) (?P<unit>weekend|week|month|quarter|year"
        r"|decade)\b(?!-old)",
        relative_dates.relative_unit,
    ),
    _compiled("relative month", rf"\b(?P<rel>last|next|this) (?P<month>{_MONTH})(?!\w)", relative_dates.relative_month),
    _compiled(
        "season",
        rf"\b(?P<edge>early |late |mid-)?(?:(?P<rel>last|this|next|coming) |(?:in|by|the|since|of) (?:the )?)?"
        rf"(?P<season>spring|summer|autumn|winter|fall)(?: of)? (?P<year>{_YEAR4})\b",
        calendar_dates.season_of_year,
    ),
    _compiled(
        "season",
        r"\b(?P<edge>early |late )?(?P<rel>last|this|next|coming) (?P<season>spring|summer|autumn|winter"
        r"|fall)\b(?P<year>)",
        calendar_dates.season_of_year,
    ),
    _compiled(
        "day month",
        rf"\b(?:{_WEEKDAY},? )?(?P<month>{_MONTH}) (?P<day>\d{{1,2}}){_TH}(?!\d|:|\.\d"
        rf"|,\d{{3}})(?:,? (?P<year>{_YEAR4}))?\b(?: (?P<part>morning|afternoon|evening|night)\b)?",
        calendar_dates.day_month,
    ),
    _compiled(
        "day month",
        rf"\b(?:{_WEEKDAY},? )?(?:the )?(?P<day>\d{{1,2}}){_TH} (?:of )?(?P<month>{_MONTH})(?!\w)"
        rf"(?:,? (?P<year>{_YEAR4})\b)?",
        calendar_dates.day_month,
    ),
    _compiled(
        "month year",
        rf"\b(?P<edge>early |late |mid-|mid )?(?P<month>{_MONTH})(?:,| of)? (?P<year>{_YEAR4})\b",
        calendar_dates.month_year,
    ),
    _compiled(
        "month",
        rf"(?<=\b[iI]n )(?P<edge>early |late |mid-|mid )?(?P<month>{_MONTH})(?!\w)",
        calendar_dates.bare_month,
    ),
    _compiled(
        "month",
        r"(?:(?<=\bsince )|(?<=\bSince )|(?<=\bby )|(?<=\buntil )|(?<=\bfrom )|(?<=\bof )|(?<=\bfor )"
        r"|(?<=\bIn )|(?<=\bthis )|(?<=\bduring )|\b(?=early |late |mid-)|^)"
        rf"(?P<edge>early |late |mid-|mid )?(?P<month>{months.ENGLISH_SURE})(?!\w)(?! \d)",
        calendar_dates.bare_month,
        0,
    ),
    _compiled(
        "quarter",
        rf"\b(?:Q(?P<q>[1-4])|(?:the )?(?P<ord>first|second|third|fourth|1st|2nd|3rd"
        rf"|4th) quarter)(?: of)?(?: (?P<rel>this|last|next) year| (?P<year>{_YEAR4})|(?!\w))",
        calendar_dates.quarter_of_year,
    ),
    _compiled(
        "half",
        rf"\b(?:H(?P<h>[12])|(?:the )?(?P<ord>first|second) half of)(?: (?:the|(?P<rel>this|last|next)) year"
        rf"| (?P<year>{_YEAR4}))\b",
        calendar_dates.half_of_year,
    ),
    _compiled(
        "fiscal",
        rf"\b(?:FY ?'?(?P<year>\d\d(?:\d\d)?)|(?:the )?(?:(?P<rel>last|next|previous|current|this) )?(?:fiscal"
        rf"|financial) year(?: (?P<year2>{_YEAR4}))?)\b",
        calendar_dates.fiscal,
    ),
    _compiled(
        "year",
        rf"(?:(?<=\b[iI]n )|(?<=\bsince )|(?<=\bSince )|(?<=\bby )|(?<=\bBy )|(?<=\buntil )|(?<=\bof )"
        rf"|(?<=\bfrom )|(?<=\bduring )|(?<=\bfor )|(?<=\bthe )|(?<=\bafter )|(?<=\bbefore )|\b(?=early |late "
        rf"|mid-))(?P<edge>early |late |mid-|around |about )?(?P<year>{_YEAR4})\b(?![,.]\d|%| (?:people|dead"
        rf"|troops|soldiers|dollars|jobs|cases|miles|km|kilomet))",
        calendar_dates.calendar_year,
    ),
)

_ENGLISH = (
    *_ENGLISH_POINTS,
    _compiled(
        "span",
        rf"\b(?:(?:over|in|during|within|for|throughout) )?(?:the |this )(?P<way>past|last|previous|next"
        rf"|coming) (?:(?P<n>{_NUMBER}) )(?P<unit>{_UNITS})\b",
        relative_dates.span_back,
    ),
    _compiled(
        "span",
        r"\b(?:over|during|within|in) the (?P<way>past|next|coming)(?P<n>) (?P<unit>day|week|month|year|decade)\b",
        relative_dates.span_back,
    ),
    _compiled("within span", rf"\b(?P<way>with)in (?P<n>{_NUMBER}) (?P<unit>{_UNITS})\b", relative_dates.span_back),
    _compiled(
        "day range",
        rf"\b(?:between |from )?(?P<month>{_MONTH}) (?P<day>\d{{1,2}}){_TH}{_DASH}"
        rf"(?:(?P<month2>{_MONTH}) )?(?P<day2>\d{{1,2}}){_TH}\b(?!:)(?:,? (?P<year>{_YEAR4}))?",
        calendar_dates.day_month,
    ),
    _compiled(
        "day range",
        rf"\b(?:between |from )?(?P<day>\d{{1,2}}){_TH}(?: (?P<month1>{_MONTH}))?{_DASH}"
        rf"(?P<day2>\d{{1,2}}){_TH} (?P<month>{_MONTH})(?!\w)(?:,? (?P<year>{_YEAR4})\b)?",
        calendar_dates.day_range_first,
    ),
    _compiled(
        "month range",
        rf"\b(?:between |from )?(?P<month>{_MONTH}){_DASH}(?P<month2>{_MONTH}),? (?P<year>{_YEAR4})\b",
        calendar_dates.month_year,
    ),
    _compiled(
        "year range",
        rf"\b(?:between |from )?(?P<year>{_YEAR4})(?:-|–| to | and )(?P<year2>{_YEAR4}|\d\d)\b",
        calendar_dates.calendar_year,
    ),
    _compiled(
        "decade",
        r"\b(?P<edge>early |late |mid-)?(?:the )?(?:'|\b)(?P<decade>(?:1[5-9]|20)\d0|[3-9]0)s\b",
        calendar_dates.decade_of_century,
    ),
    _compiled(
        "clock",
        rf"\b(?:(?P<day>{_WEEKDAY}) )?(?:at |by |until |around "
        rf"|about )?(?:(?P<h>\d{{1,2}})(?:[:.](?P<m>[0-5]\d))? ?(?P<half>[ap]\.?m\b\.?)|(?P<word>noon"
        rf"|midnight)\b)(?:,? (?:on )?(?P<day2>{_WEEKDAY})\b)?",
        calendar_dates.clock_time,
    ),
    _compiled(
        "clock",
        rf"\b(?:(?P<day>{_WEEKDAY}) )?at (?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)\b(?P<half>)(?P<word>)",
        calendar_dates.clock_time,
    ),
    _compiled(
        "date and clock",
        rf"\b(?:{_WEEKDAY},? )?(?P<month>{_MONTH}) (?P<day>\d{{1,2}}){_TH}(?:,? (?P<year>{_YEAR4}))?,?"
        rf" at (?P<clock>(?P<h>\d{{1,2}})(?::(?P<m>[0-5]\d))? ?(?P<half>[ap]\.?m\b\.?)?)",
        calendar_dates.day_later,
    ),
)


def _foreign(lang: str) -> Iterator[tuple[str, re.Pattern[str], Rule]]:
    """Day, month name and year in the languages whose month names are known; all of them where the language is not."""
    for code, table in months.FOREIGN.items():
        if lang in months.FOREIGN and code != lang:
            continue
        names = "|".join(sorted((re.escape(name) for name in table), key=lambda name: (-len(name), name)))

        def dated(match: re.Match[str], moment: datetime, table: dict[str, int] = table) -> Value | None:
            return calendar_dates.day_month(match, moment, table)

        def monthly(match: re.Match[str], moment: datetime, table: dict[str, int] = table) -> Value | None:
            return calendar_dates.month_year(match, moment, table)

        yield _compiled(
            f"day month {code}",
            rf"(?<!\w)(?P<day>\d{{1,2}})(?:\.|-?го|er|º)? (?:de )?(?P<month>{names})(?!\w)(?:,? (?:de "
            rf"|del )?(?P<year>{_YEAR4})\b)?",
            dated,
        )
        yield _compiled(
            f"month year {code}", rf"(?<!\w)(?P<month>{names})(?!\w) (?:de |del )?(?P<year>{_YEAR4})\b", monthly
        )
