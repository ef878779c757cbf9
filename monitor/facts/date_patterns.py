"""How English writes days, months and years: each pattern with the rule that tells what it means."""

import re
from dataclasses import dataclass

from monitor.facts import calendar_dates, holidays, months, relative_dates
from monitor.facts.date_values import ORDINAL_WORD, Rule


@dataclass(frozen=True, slots=True)
class Pattern:
    """How one kind of time is written; it is searched for where the text, in small letters, has one of `needs`."""

    name: str
    shape: re.Pattern[str]
    rule: Rule
    needs: tuple[str, ...] = ()


UNITS = r"(?:minutes?|hours?|days?|weeks?|weekends?|fortnights?|months?|quarters?|years?|decades?|century|centuries)"
NUMBER = relative_dates.NUMBER
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
MONTH = months.ENGLISH_PATTERN
YEAR = r"(?:1[4-9]|20)\d\d"
ABOUT = (
    r"(?:about |around |roughly |some |approximately |nearly |almost |more than |over |less than |just over "
    r"|just under |at least |circa |well over |under )"
)
_NEEDS = {
    "weekday": ("day",),
    "weekday of week": ("week",),
    "week on weekday": ("week",),
    "beside a day": ("day", "week", "morning", "evening", "night"),
    "named day": ("day", "night", "morrow", "this "),
    "season": ("spring", "summer", "autumn", "winter", "fall"),
    "quarter": ("quarter", "q1", "q2", "q3", "q4"),
    "half": ("half", "h1", "h2"),
    "fiscal": ("fiscal", "financial", "fy"),
    "decade": ("0s", "0's"),
    "century": ("century",),
    "ago": ("ago", "earlier", "back", "prior"),
    "within": ("time",),
    "in units": ("in ",),
    "from now": ("from now", "hence"),
    "weekend": ("the weekend",),
    "holiday": holidays.WORDS,
    "span": ("past", "last", "previous", "next", "coming", "following", "recent"),
    "within span": ("within",),
    "relative month": ("last", "next", "this", "coming", "previous"),
    "relative unit": ("week", "month", "quarter", "year", "decade", "century"),
}
"""Words without which a pattern cannot match: most texts lack most of them, and looking for a word is cheap."""
_TH = r"(?:st|nd|rd|th)?"
_TO = r"\s?(?:-|–|—|to|through|thru|until|till)\s?(?:the )?"
_DAY = rf"(?:\d{{1,2}}{_TH}(?!\d)|(?:{ORDINAL_WORD}))"
_PART = r"(?:morning|afternoon|evening|night|noon|midnight|midday|lunchtime|dawn|dusk)"
_WEEK_REL = r"(?:last|previous|next|following|this)"


def compiled(name: str, pattern: str, rule: Rule, flags: int = re.IGNORECASE) -> Pattern:
    """A pattern ready to be searched for."""
    return Pattern(name, re.compile(pattern, flags), rule, _NEEDS.get(name, ()))


NUMERIC = (
    compiled(
        "iso",
        r"(?<![\d-])(?P<iso>\d{4}-\d{2}-\d{2})(?:[T ](?P<hour>\d\d):(?P<minute>\d\d))?(?![\d-])",
        calendar_dates.numeric,
    ),
    compiled(
        "numeric",
        r"(?<![\d./])(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d|\d\d)(?![\d./]\d|\d)",
        calendar_dates.numeric,
    ),
)
"""Dates in digits, the same in every language."""

_DAYS = (
    compiled(
        "weekday",
        rf"\b(?:(?P<rel>this past|this coming|this upcoming|upcoming|last|next|coming|past|previous|following|this) )?"
        rf"(?P<day>{WEEKDAY})(?:'s)?(?:,? the (?P<date>\d{{1,2}})(?:st|nd|rd|th)"
        rf"|(?: in the)? (?P<part>{_PART}))?(?!\w)(?! Times| Telegraph| Mirror| Express| Post)",
        relative_dates.weekday_name,
    ),
    compiled(
        "weekday of week",
        rf"\b(?P<day>{WEEKDAY})(?: (?P<part>{_PART}))?,? (?:of )?(?:the )?(?P<rel>{_WEEK_REL}) week\b",
        relative_dates.weekday_of_week,
    ),
    compiled(
        "weekday of week",
        rf"\b(?P<rel>{_WEEK_REL}) week,? (?:- )?(?:on )?(?P<day>{WEEKDAY})\b",
        relative_dates.weekday_of_week,
    ),
    compiled("week on weekday", rf"\b(?P<day>{WEEKDAY}) week\b", relative_dates.week_on_weekday),
    compiled(
        "week on weekday", rf"\ba week (?:on|from|this) (?:next )?(?P<day>{WEEKDAY})\b", relative_dates.week_on_weekday
    ),
    compiled(
        "named day",
        r"\b(?P<word>the day before yesterday|the day after tomorrow|yesterday|last night|last evening|overnight"
        rf"|(?:earlier |later )?today|tonight|tomorrow|this (?:morning|afternoon|evening))(?: (?P<part>{_PART}))?\b"
        r"(?! stays?\b| rates?\b| lending| flights?\b| trains?\b| bag\b)",
        relative_dates.named_day,
    ),
    compiled(
        "beside a day",
        r"\bthe (?P<way>next|following|previous) (?P<unit>day|morning|evening|night)\b",
        relative_dates.beside_a_day,
    ),
    compiled("beside a day", r"\bthe day (?P<way>before)(?=[.,;]|$| that\b)", relative_dates.beside_a_day),
    compiled(
        "beside a day",
        rf"\b(?P<n>{NUMBER}) (?P<unit>days?|weeks?) (?P<way>later|earlier|before(?=[.,;:]|$))\b(?! than\b)",
        relative_dates.beside_a_day,
    ),
    compiled(
        "day month",
        rf"\b(?:(?P<wd>{WEEKDAY}),? (?:the )?)?(?P<month>{MONTH}),? (?:the )?(?P<day>\d{{1,2}}){_TH}(?!\d|:|\.\d"
        rf"|,\d{{3}}|%)"
        rf"(?: ?,? ?(?:of |in )?(?<![\d])(?P<year>{YEAR}))?\b(?: (?P<part>morning|afternoon|evening|night)\b)?",
        calendar_dates.day_month,
    ),
    compiled(
        "day month",
        rf"\b(?:(?P<wd>{WEEKDAY}),? (?:the )?)?(?P<day>\d{{1,2}}{_TH}|(?:{ORDINAL_WORD})(?= day of | of ))"
        rf" (?:day )?(?:of )?(?P<month>{MONTH})(?!\w)"
        rf"(?: ?,? (?:of |in )?(?P<year>{YEAR})\b)?(?: (?P<part>morning|afternoon|evening|night)\b)?",
        calendar_dates.day_month,
    ),
    compiled(
        "day month",
        rf"(?<![\d/-])(?P<day>\d{{1,2}})[/-](?P<month>{MONTH})[/-](?P<year>\d{{4}}|\d\d)\b",
        calendar_dates.day_month,
    ),
    compiled(
        "day month", rf"\b(?P<year>{YEAR})[/-](?P<month>{MONTH})[/-](?P<day>\d{{1,2}})\b", calendar_dates.day_month
    ),
    compiled(
        "day range",
        rf"\b(?P<from>between |from )?(?:{WEEKDAY},? )?(?P<month>{MONTH}) (?:the )?(?P<day>\d{{1,2}}"
        rf"|{ORDINAL_WORD}){_TH}"
        rf"(?:{_TO}|(?P<and> and (?:the )?))(?:{WEEKDAY},? )?(?:(?P<month2>{MONTH}) (?:the "
        rf")?)?(?P<day2>\d{{1,2}}|{ORDINAL_WORD}){_TH}"
        rf"(?!\w|:|[.,]\d)(?:,? (?:of |in )?(?P<year>{YEAR}))?",
        calendar_dates.day_range,
    ),
    compiled(
        "day range",
        rf"\b(?P<from>between |from )?(?:the )?(?P<day>\d{{1,2}}|{ORDINAL_WORD}){_TH}(?: (?:of )?(?P<month>{MONTH}))?"
        rf"(?:{_TO}|(?P<and> and (?:the )?))(?P<day2>\d{{1,2}}|{ORDINAL_WORD}){_TH} (?:of )?(?P<month2>{MONTH})(?!\w)"
        rf"(?:,? (?:of |in )?(?P<year>{YEAR})\b)?",
        calendar_dates.day_range,
    ),
    compiled(
        "day of month",
        r"(?:(?<=\bon )|(?<=\bby )|(?<=\buntil ))the (?P<day>\d{1,2})(?:st|nd|rd|th)"
        r"(?=[.,;:)]|$| (?:and|but|when|as|at|in|after|to|if|the)\b)",
        calendar_dates.day_of_month,
    ),
    compiled(
        "holiday",
        rf"\b(?:(?P<rel>last|next|this|previous|following|coming) )?(?P<holiday>{holidays.NAMES})(?!\w)"
        rf"(?!-| (?:tree|card|market|present|gift|song|shopping|party|dinner|lunch|Island|sales?|parades?|number"
        rf"|special)s?\b)"
        rf"(?:,? (?:of |in )?(?P<year>{YEAR})\b)?",
        holidays.named,
    ),
)

_MONTH_BEFORE = "|".join(
    rf"(?<=\b{word} )"
    for word in [
        "in",
        "In",
        "since",
        "Since",
        "by",
        "By",
        "until",
        "Until",
        "till",
        "from",
        "From",
        "of",
        "for",
        "during",
        "During",
        "this",
        "to",
        "To",
        "through",
        "after",
        "After",
        "before",
        "Before",
        "between",
        "Between",
        "and",
        "early",
        "late",
        "mid",
        "as",
        "last",
        "next",
    ]
)
_MONTHS = (
    compiled(
        "month year",
        rf"\b(?P<month>{MONTH})(?:,? (?:of |in )?| of '|/)(?P<year>(?<!')(?:{YEAR})|(?<=of ')\d\d"
        rf"|(?<=of )\d\d(?=[.,]|$))\b",
        calendar_dates.month_of_year,
    ),
    compiled("month year", rf"\b(?P<year>{YEAR}) (?P<month>{MONTH})(?!\w)(?! \d)", calendar_dates.month_of_year),
    compiled(
        "month",
        rf"(?={MONTH})(?:{_MONTH_BEFORE}|(?<=mid-)|(?<=early-)|(?<=late-)|^)"
        rf"(?P<month>{MONTH})(?![\w'’])(?! \d| (?!and|to|through|until|this|last"
        rf"|next)(?-i:[A-Z]))",
        calendar_dates.bare_month,
        0,
    ),
    compiled(
        "month",
        r"(?<=[a-z,] )(?P<month>(?-i:January|February|April|June|July|September|October|November|December))"
        r"(?![\w'’])(?! \d| (?!to |through |until |this |last |next )(?-i:[A-Z]))",
        calendar_dates.bare_month,
        0,
    ),
    compiled(
        "month",
        r"^(?P<month>(?-i:January|February|April|June|July|September|October|November|December))(?= (?:to"
        r"|through|and) )",
        calendar_dates.bare_month,
        re.MULTILINE,
    ),
    compiled(
        "relative month",
        rf"\b(?P<rel>last|next|this|coming|previous) (?P<month>{MONTH})(?!\w| \d)",
        relative_dates.relative_month,
    ),
    compiled(
        "season",
        rf"(?:\b(?P<rel>last|this|next|coming)|\b(?:in|by|until|since|during|over|before|after|of)(?: the)?|\bthe|) "
        rf"?\b(?P<season>spring|summer|autumn|winter|(?<=the )fall"
        rf"|fall(?= (?:of )?{YEAR}))(?:,? (?:of )?(?P<year>{YEAR}))\b",
        calendar_dates.season_of_year,
    ),
    compiled(
        "season",
        r"\b(?P<rel>last|this|next|coming) (?P<season>spring|summer|autumn|winter|fall)\b(?P<year>)(?! offensive"
        r"| camp)",
        calendar_dates.season_of_year,
    ),
    compiled(
        "season",
        r"(?:(?<=\bin )|(?<=\bIn )|(?<=\bby )|(?<=\bBy )|(?<=\buntil )|(?<=\bsince )|(?<=\bbefore ))"
        r"(?P<rel>)(?:the (?P<season>spring|summer|autumn|winter|fall))\b(?P<year>)(?! of\b| [a-z]+(?:ing|ive|s)\b)",
        calendar_dates.season_of_year,
    ),
    compiled(
        "quarter",
        rf"\b(?:Q(?P<q>[1-4])|(?:the )?(?P<ord>first|second|third|fourth|final|1st|2nd|3rd"
        rf"|4th)[ -]quarter)(?:,? (?:of )?(?:(?P<rel>this|last|next|the) year|(?:fiscal )?(?P<year>{YEAR}))"
        r"|(?= (?:results?|earnings|profits?|figures|sales|revenue|of\b)|\W|$))",
        calendar_dates.quarter_of_year,
    ),
    compiled("quarter", rf"\b(?P<year>{YEAR}) Q(?P<q>[1-4])(?P<ord>)(?P<rel>)\b", calendar_dates.quarter_of_year),
    compiled(
        "half",
        rf"\b(?:H(?P<h>[12])|(?:the )?(?P<ord>first|second)[ -]half)(?:,? (?:of )?(?:(?P<rel>this|last|next|the) year"
        rf"|(?P<year>{YEAR})))\b",
        calendar_dates.half_of_year,
    ),
    compiled("half", rf"\b(?P<year>{YEAR}) H(?P<h>[12])(?P<ord>)(?P<rel>)\b", calendar_dates.half_of_year),
    compiled(
        "fiscal",
        r"\b(?:FY ?'?(?P<year>\d\d(?:\d\d)?)|(?:the )?(?:(?P<rel>last|next|previous|current|this) )?(?:fiscal"
        r"|financial)"
        rf"(?P<word> year)?(?: (?P<year2>{YEAR}))?)\b",
        calendar_dates.fiscal,
    ),
)

_YEAR_BEFORE = "|".join(
    rf"(?<=\b{word} )"
    for word in [
        "in",
        "In",
        "since",
        "Since",
        "by",
        "By",
        "until",
        "Until",
        "till",
        "of",
        "from",
        "From",
        "during",
        "During",
        "for",
        "For",
        "the",
        "The",
        "after",
        "After",
        "before",
        "Before",
        "through",
        "to",
        "around",
        "circa",
        "a",
        "A",
        "an",
        "its",
        "his",
        "her",
        "their",
        "that",
        "year",
        "summer",
        "winter",
        "election",
        "between",
        "Between",
        "mid",
        "early",
        "late",
        "than",
        "and",
    ]
)
_YEARS = (
    compiled(
        "year",
        rf"(?=[12]\d)(?:{_YEAR_BEFORE}|(?<=['’]s )|(?<=mid-)|(?<=early-)|(?<=late-)|(?<=\())(?P<year>{YEAR})\b"
        r"(?![,.:]\d|%|-\d|–\d|/\d| [°x×])",
        calendar_dates.calendar_year,
        0,
    ),
    compiled(
        "year",
        r"(?:(?<=\bin )|(?<=\bIn )|(?<=\bsince )|(?<=\bof ))['’](?P<year>\d\d)\b",
        calendar_dates.calendar_year,
        0,
    ),
    compiled(
        "year range",
        rf"(?<![\d-])\b(?P<year>{YEAR})(?:-|–|/)(?P<year2>{YEAR}|\d\d)\b(?![-/]\d)",
        calendar_dates.year_range,
    ),
    compiled(
        "decade",
        r"\b(?:the )?(?:'|’|\b)(?P<decade>(?:1[5-9]|20)\d0|[3-9]0)'?s\b",
        calendar_dates.decade_of_century,
    ),
    compiled(
        "century",
        rf"\b(?:the )?(?P<n>\d{{1,2}}(?=st|nd|rd|th)|{ORDINAL_WORD}){_TH}[ -]century\b",
        calendar_dates.century,
    ),
)

CALENDAR = (*NUMERIC, *_DAYS, *_MONTHS, *_YEARS)
