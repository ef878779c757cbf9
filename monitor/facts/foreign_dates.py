"""How Ukrainian, Russian, German, French and Spanish write dates: in digits, with month names, the commonest words."""

import functools
import re
from collections.abc import Iterable
from datetime import timedelta

from monitor.facts import calendar_dates, months
from monitor.facts.date_patterns import YEAR, Pattern, compiled
from monitor.facts.date_values import Value, When, iso_day, weekday_date

_DAYS_AWAY = {
    "uk": {"позавчора": -2, "вчора": -1, "учора": -1, "сьогодні": 0, "завтра": 1, "післязавтра": 2},
    "ru": {"позавчера": -2, "вчера": -1, "сегодня": 0, "завтра": 1, "послезавтра": 2},
    "de": {"vorgestern": -2, "gestern": -1, "heute": 0, "übermorgen": 2},
    "fr": {"avant-hier": -2, "hier": -1, "aujourd'hui": 0, "demain": 1},
    "es": {"anteayer": -2, "ayer": -1, "hoy": 0},
}
_WEEKDAYS = {
    "uk": (
        ("понеділок", "понеділка"),
        ("вівторок", "вівторка"),
        ("середу", "середа", "середи"),
        ("четвер", "четверга"),
        ("п'ятницю", "п’ятницю", "п'ятниця", "п'ятниці"),
        ("суботу", "субота", "суботи"),
        ("неділю", "неділя"),
    ),
    "ru": (
        ("понедельник", "понедельника"),
        ("вторник", "вторника"),
        ("среду", "среда"),
        ("четверг", "четверга"),
        ("пятницу", "пятница", "пятницы"),
        ("субботу", "суббота", "субботы"),
        ("воскресенье", "воскресенья"),
    ),
    "de": (
        ("montag",),
        ("dienstag",),
        ("mittwoch",),
        ("donnerstag",),
        ("freitag",),
        ("samstag", "sonnabend"),
        ("sonntag",),
    ),
    "fr": (("lundi",), ("mardi",), ("mercredi",), ("jeudi",), ("vendredi",), ("samedi",), ("dimanche",)),
    "es": (
        ("lunes",),
        ("martes",),
        ("miércoles",),
        ("jueves",),
        ("viernes",),
        ("sábado",),
        ("domingo",),
    ),
}
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BEFORE_WEEKDAY = {
    "uk": r"(?:у|в|минулої|минулого) ",
    "ru": r"(?:в|во|прошлый) ",
    "de": r"(?:am|vom) ",
    "fr": r"",
    "es": r"(?:el|este|pasado) ",
}
_BEFORE_YEAR = {
    "uk": (r"(?:у|в|до|з|із|від) ", r" (?:році|року|рік)"),
    "ru": (r"(?:в|до|с|к) ", r" (?:году|года|год)"),
    "de": (r"(?:im jahr|seit|im jahre|bis|jahr|jahres) ", r""),
    "fr": (r"(?:en|depuis|d'ici) ", r""),
    "es": (r"(?:en|desde|hasta) ", r""),
}
_AT = {
    "uk": r" (?:о|об|у) (?P<h>\d{1,2})[:.](?P<m>\d\d)",
    "ru": r" в (?P<h>\d{1,2})[:.](?P<m>\d\d)",
    "de": r",? (?:um |gegen )?(?P<h>\d{1,2})[:.](?P<m>\d\d) ?uhr",
    "fr": r",? à (?P<h>\d{1,2}) ?(?:h|:) ?(?P<m>\d\d)",
    "es": r",? a las (?P<h>\d{1,2})[:.](?P<m>\d\d)",
}


@functools.cache
def patterns(lang: str) -> tuple[Pattern, ...]:
    """The patterns of a language; those of all five where it is none of them, since a month's name gives it away."""
    chosen = [lang] if lang in months.FOREIGN else list(months.FOREIGN)
    return tuple(pattern for code in chosen for pattern in _of(code, sure=lang in months.FOREIGN))


def _of(code: str, *, sure: bool) -> list[Pattern]:
    table = months.FOREIGN[code] | months.SHORT[code]
    whole, short = (_any_of(names) for names in (months.FOREIGN[code], months.SHORT[code]))
    names = rf"(?:(?:{whole})(?!\w)|(?:{short})\b\.?)"
    year = rf"(?:,? (?:de |del |року |года )?(?P<year>{YEAR})\b(?: ?(?:року|года|г\.|р\.))?)?"
    day = r"(?P<day>\d{1,2})(?:\.|-?го|er|º|-е)?"
    month = rf"(?:de )?(?P<month>{names})"

    def dated(match: re.Match[str], when: When) -> Value | None:
        return calendar_dates.day_month(match, when, table)

    def at(match: re.Match[str], when: When) -> Value | None:
        told = calendar_dates.day_month(match, when, table)
        if told is None or int(match["h"]) > 23:
            return None
        return Value(f"{told.value}T{int(match['h']):02d}:{match['m']}", "minute", anchor=told.anchor)

    def ranged(match: re.Match[str], when: When) -> Value | None:
        last = calendar_dates.day_month(match, when, table)
        first = int(match["day1"])
        if last is None or first >= int(match["day"]):
            return None
        return Value(f"{last.value[:8]}{first:02d}", "day", last.value, anchor=last.anchor)

    def monthly(match: re.Match[str], when: When) -> Value | None:
        return calendar_dates.month_of_year(match, when, table)

    found = [
        compiled(f"day month {code}", rf"(?<!\w){day} {month}{year}", dated),
        compiled(f"date and clock {code}", rf"(?<!\w){day} {month}{year}{_AT[code]}", at),
        compiled(
            f"day range {code}", rf"(?<!\w)(?P<day1>\d{{1,2}})\.?(?:-|–| bis | al | au ){day} {month}{year}", ranged
        ),
        compiled(
            f"month year {code}",
            rf"(?<!\w)(?P<month>{names}),? (?:de |del )?(?P<year>{YEAR})\b(?: ?(?:року|года|г\.|р\.))?",
            monthly,
        ),
    ]
    if code in {"fr", "es", "ru", "uk"}:
        found.append(
            compiled(f"day month {code}", rf"(?<!\w)(?P<month>{names}) (?P<day>\d{{1,2}}),? (?P<year>{YEAR})\b", dated)
        )
    return found + (_words_of(code) if sure else [])


def _any_of(names: Iterable[str]) -> str:
    return "|".join(sorted((re.escape(name) for name in names), key=lambda name: (-len(name), name)))


def _words_of(code: str) -> list[Pattern]:
    away = _DAYS_AWAY[code]
    weekdays = {name: english for names, english in zip(_WEEKDAYS[code], _ENGLISH_DAYS, strict=True) for name in names}
    before, after = _BEFORE_YEAR[code]

    def named(match: re.Match[str], when: When) -> Value:
        return Value(iso_day(when.day + timedelta(days=away[match.group().lower().replace("’", "'")])), "day")

    def weekday(match: re.Match[str], when: When) -> Value:
        return Value(iso_day(weekday_date(weekdays[match["day"].lower()], when, "past")), "day", confidence=0.75)

    return [
        compiled(
            f"clock {code}", rf"(?<!\w){_AT[code].removeprefix(',?').lstrip(' ')}(?!\w)", calendar_dates.clock_time
        ),
        compiled(
            f"named day {code}", rf"(?<!\w)(?:{'|'.join(map(re.escape, away))})(?!\w)".replace("'", "['’]"), named
        ),
        compiled(
            f"weekday {code}",
            rf"(?<!\w)(?:{_BEFORE_WEEKDAY[code]})(?P<day>{'|'.join(map(re.escape, weekdays))})(?!\w|,? (?:le "
            rf"|der |den |el )?\d)",
            weekday,
        ),
        compiled(f"year {code}", rf"(?<!\w)(?:{before})(?P<year>{YEAR})\b{after}", calendar_dates.calendar_year),
    ]
