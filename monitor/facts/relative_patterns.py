"""How English writes times that lean on the day of publication, and times of day; with the calendar's, all of English.

The longest match wins.
"""

from monitor.facts import calendar_dates, relative_dates
from monitor.facts.date_patterns import ABOUT, CALENDAR, MONTH, NUMBER, UNITS, compiled

_RELATIVE = (
    compiled(
        "ago",
        rf"\b(?P<about>{ABOUT})?\b(?P<n>{NUMBER}) (?:short |long )?(?P<unit>{UNITS})(?P<half> and a half)? "
        r"(?:ago|earlier|back|prior)\b",
        relative_dates.ago,
    ),
    compiled(
        "within",
        rf"\bin (?P<about>{ABOUT})?(?P<n>{NUMBER}) (?P<unit>{UNITS})(?:['’]s? time|['’]s time)",
        relative_dates.hence,
    ),
    compiled(
        "in units",
        rf"(?<!first )(?<!once )(?<!time )(?<!worst )(?<!highest )(?<!lowest )(?<!biggest )(?<!best )\b[Ii]n "
        rf"(?P<about>{ABOUT})?"
        rf"(?P<n>{NUMBER})(?: (?:to"
        rf"|or) (?P<n2>{NUMBER}))? (?P<unit>days?|weeks?|months?|years?|hours?)\b(?! of\b|['’])",
        relative_dates.in_units,
    ),
    compiled(
        "from now",
        rf"\b(?P<about>{ABOUT})?(?P<n>{NUMBER}) (?P<unit>{UNITS}) (?:from now|hence)\b",
        relative_dates.hence,
    ),
    compiled(
        "relative unit",
        r"\b(?:the )?(?P<rel>last|previous|this|current|next|coming|past|following) (?P<unit>weekend|week|month"
        r"|quarter|year"
        r"|decade|century)\b(?!-old)(?! (?:of|in) (?:this|last|next|the (?:month|year)|(?:1[4-9]|20)\d\d"
        rf"|{MONTH}))",
        relative_dates.relative_unit,
    ),
    compiled(
        "relative unit",
        r"(?:(?<=end of )|(?<=rest of )|(?<=start of )|(?<=beginning of )|(?<=middle of )|(?<=later in )"
        r"|(?<=earlier in )"
        r"|(?<=remainder of ))(?P<rel>)the (?P<unit>week|month|quarter|year|decade)\b(?! of\b)",
        relative_dates.relative_unit,
    ),
    compiled(
        "weekend",
        r"\bthe weekend\b(?! of\b)",
        relative_dates.bare_weekend,
    ),
    compiled(
        "span",
        rf"\b(?:(?:over|in|during|within|for|throughout) )?(?:the |this )?(?P<way>past"
        rf"|(?<!to )(?<!will )(?<!would )(?<!could )"
        rf"(?<!may )(?<!might )(?<!can )last|previous|next|coming"
        rf"|following) (?P<n>{NUMBER}) (?P<unit>{UNITS})\b(?! of\b)",
        relative_dates.span,
    ),
    compiled(
        "span",
        r"\b(?:over|during|within|in) the (?P<way>past|next|coming|last)(?P<n>) (?P<unit>day|week|month|year"
        r"|decade|century)\b",
        relative_dates.span,
    ),
    compiled("span", r"\bthe (?P<way>past)(?P<n>) (?P<unit>day|week|month|year|decade|century)\b", relative_dates.span),
    compiled(
        "span",
        r"\b(?:the )?(?P<way>coming|recent|past)(?P<n>) (?P<unit>hours|days|weeks|months|years|decades)\b",
        relative_dates.span,
    ),
    compiled("within span", rf"\b(?P<way>with)in (?P<n>{NUMBER}) (?P<unit>{UNITS})\b(?! of\b)", relative_dates.span),
    compiled("within span", rf"\bwithin the (?P<way>next) (?P<n>{NUMBER}) (?P<unit>{UNITS})\b", relative_dates.span),
)

_CLOCKS = (
    compiled(
        "clock",
        r"\b(?:at |by |until |till |from |since )?(?:(?P<about>around|about|(?:shortly|just) (?:before|after)"
        r"|nearly|roughly"
        r"|approximately|soon after) )?(?:(?P<h>\d{1,2})(?:[:.](?P<m>[0-5]\d)(?::\d\d)?)? ?"
        r"(?P<half>[ap]\.?m\b\.?|in the (?:morning|afternoon|evening)|at night)|(?P<word>noon|midday|midnight)\b)(?!-)",
        calendar_dates.clock_time,
    ),
    compiled(
        "clock",
        r"\b(?:at |by |until |from |since |before |after )?(?:(?P<about>around|about) )?(?P<h>[01]?\d"
        r"|2[0-3]):(?P<m>[0-5]\d)"
        r"(?::\d\d)?\b(?!-\d)",
        calendar_dates.clock_time,
    ),
    compiled(
        "clock",
        r"\b(?P<h>[01]?\d|2[0-3])\.?(?P<m>[0-5]\d)(?= (?:GMT|UTC|BST|CET|CEST|MSK|local time)\b)",
        calendar_dates.clock_time,
    ),
)

ENGLISH = (*CALENDAR, *_RELATIVE, *_CLOCKS)
