"""Numbers with what they count in languages that are read without clause structure, as their news writes them.

A point or blank before three digits parts thousands and a comma is the decimal mark. `foreign_numbers.yaml` has the
words of Ukrainian, Russian, German, French and Spanish; other languages get figures, signs of money and per cent alone.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML

from monitor.facts.reading import Reading
from monitor.facts.units import CURRENCIES, SIGN
from monitor.model.facts import Entity, Quantity, Span, TimeRef

MAX_QUANTITIES = 2_000
_T = TypeVar("_T")
_WORDS = Path(__file__).with_name("foreign_numbers.yaml")
_FIGURE = r"\d{1,3}(?:[.\u2019' ]\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?"
_NEAR = 40


@dataclass(frozen=True, slots=True)
class _Language:
    """What one language's numbers are told with, compiled."""

    pattern: re.Pattern[str]
    numbers: Mapping[str, float]
    scales: tuple[tuple[re.Pattern[str], float], ...]
    money: tuple[tuple[re.Pattern[str], str], ...]
    measures: tuple[tuple[re.Pattern[str], str], ...]
    bounds: tuple[tuple[re.Pattern[str], str], ...]
    people: re.Pattern[str] | None
    spans: re.Pattern[str] | None
    before: tuple[tuple[re.Pattern[str], str], ...]
    after: tuple[tuple[re.Pattern[str], str], ...]


def find(reading: Reading, times: Sequence[TimeRef], entities: Sequence[Entity], lang: str) -> tuple[Quantity, ...]:
    """All quantities, left to right; numbers inside dates and names are left alone."""
    language = _language(lang)
    taken: set[int] = set()
    for span in (*(ref.span for ref in times), *(span for entity in entities for span in entity.mentions)):
        taken.update(range(span.start, span.end))
    found: list[Quantity] = []
    for match in language.pattern.finditer(reading.mended):
        if len(found) >= MAX_QUANTITIES:
            break
        start = match.start("sign") if match["sign"] else match.start("n")
        if any(place in taken for place in range(start, match.end())):
            continue
        made = _quantity(reading, match, start, language)
        if made is not None:
            found.append(made)
    return tuple(found)


def _quantity(reading: Reading, match: re.Match[str], start: int, language: _Language) -> Quantity | None:
    value = _value(match["n"], language)
    high = _value(match["high"], language) if match["high"] else None
    scale = _meaning(match["scale"], language.scales) or 1.0
    sign = match["sign"] or match["after"]
    end = match.end()
    of = ""
    if sign:
        unit = CURRENCIES[sign.upper()]
    elif match["percent"]:
        unit = "percent"
    elif match["unit"]:
        unit = _meaning(match["unit"], (*language.money, *language.measures)) or match["unit"]
    else:
        told = _counted(reading, start, end, language)
        if told is None:
            return None
        unit, of, end = told
    if high is not None and high <= value:
        high = None
    if reading.mended[end - 1] == "." and len(match["unit"] or "") > 4:
        end -= 1  # the sentence's own full stop, and none of an abbreviation
    begin = match.start("bound") if match["bound"] else start
    bound = _meaning(match["bound"], language.bounds) or ""
    return Quantity(
        text=reading.text[begin:end],
        span=Span(begin, end),
        sentence=reading.sentence(begin),
        value=value * scale,
        unit=unit,
        of=of,
        confidence=0.8 if unit != of else 0.5,
        rule="quantity.foreign",
        high=None if high is None else high * scale,
        bound=bound,  # type: ignore[arg-type]
    )


def _value(text: str, language: _Language) -> float:
    low = text.lower()
    if low in language.numbers:
        return float(language.numbers[low])
    if re.fullmatch(r"\d{1,3}(?:[.\u2019' ]\d{3})+(?:,\d+)?", text):
        text = re.sub(r"[.\u2019' ]", "", text)
    elif re.fullmatch(r"\d{1,3}(?:,\d{3}){2,}", text):
        text = text.replace(",", "")
    return float(text.replace(",", "."))


def _counted(reading: Reading, start: int, end: int, language: _Language) -> tuple[str, str, int] | None:
    """The unit, what befell those counted, and where the words end; None where nothing is counted."""
    text = reading.mended
    after = text[end : end + _NEAR]
    clause = re.split(r"[.;:!?\n]", text[max(0, start - _NEAR) : start])[-1]
    harm = next((kind for pattern, kind in language.after if pattern.match(after)), "")
    word = re.match(r"\s((?:[^\W\d_]|['’-]){2,})", after)
    noun_end = end + (word.end() if word else 0)
    people = bool(word and language.people and language.people.match(word.group(1)))
    if people or harm:
        if people and not harm:
            rest = text[noun_end : noun_end + _NEAR]
            harm = next((kind for pattern, kind in language.after if pattern.match(rest)), "")
        if not harm:
            harm = next((kind for pattern, kind in language.before if pattern.search(clause)), "")
        return "people", harm, noun_end if people else end
    if word is not None and language.spans is not None and language.spans.match(word.group(1)):
        return None
    return (word.group(1), "", noun_end) if word is not None else None


def _meaning(text: str | None, table: Sequence[tuple[re.Pattern[str], _T]]) -> _T | None:
    if not text:
        return None
    return next((meaning for pattern, meaning in table if pattern.fullmatch(text)), None)


@functools.cache
def _language(code: str) -> _Language:
    table: dict[str, Any] = _table().get(code, {})
    numbers = {str(word).lower(): float(value) for word, value in table.get("numbers", {}).items()}
    scales, money, measures = (_endings(table.get(key, {})) for key in ("scales", "money", "measures"))
    bounds = _patterns(table.get("bounds", {}))
    people, spans = table.get("people"), table.get("spans")
    return _Language(
        _compiled(table, numbers),
        numbers,
        scales,
        money,
        measures,
        bounds,
        re.compile(rf"(?:{people})", re.IGNORECASE) if people else None,
        re.compile(rf"(?:{spans})", re.IGNORECASE) if spans else None,
        _patterns(table.get("before", {}), r"\b(?:{})"),
        _patterns(table.get("after", {}), r"\s(?:[^\W\d_]+\s){{0,2}}(?:{})(?!\w)"),
    )


@functools.cache
def _table() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = YAML(typ="safe", pure=True).load(_WORDS.read_text(encoding="utf-8"))
    return loaded


def _endings(table: Mapping[str, _T]) -> tuple[tuple[re.Pattern[str], _T], ...]:
    return tuple((re.compile(_ending(word), re.IGNORECASE), meaning) for word, meaning in table.items())


def _ending(word: str) -> str:
    return re.escape(word[:-1]) + r"\w*\.?" if word.endswith("*") else re.escape(word) + r"\.?"


def _patterns(table: Mapping[str, str], frame: str = "{}") -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(frame.format(pattern), re.IGNORECASE), kind) for kind, pattern in table.items())


def _compiled(table: Mapping[str, Any], numbers: Mapping[str, float]) -> re.Pattern[str]:
    """The pattern of a quantity: bound, sign or figure, scale, unit."""
    number = "|".join([_FIGURE, *(rf"{re.escape(word)}(?!\w)" for word in sorted(numbers, key=len, reverse=True))])
    scales = "|".join(_ending(word) for word in table.get("scales", {})) or "(?!)"
    units = [*table.get("money", {}), *table.get("measures", {})]
    unit = "|".join(rf"{_ending(word)}(?!\w)" for word in sorted(units, key=len, reverse=True)) or "(?!)"
    bound = "|".join(table.get("bounds", {}).values()) or "(?!)"
    link = r"(?:\s?[-–]\s?| до | bis | à | a )"
    return re.compile(
        rf"(?:(?<!\w)(?P<bound>{bound})\s?)?(?:(?P<sign>{SIGN})\s?)?(?<![\w.,/:-])(?P<n>{number})"
        rf"(?:{link}(?P<high>{_FIGURE})(?=\s?[^\W\d_%]|\s?%))?"
        rf"(?:\s(?P<scale>{scales})(?!\w))?"
        rf"(?:\s?(?P<percent>%|(?:{table.get('percent', '(?!)')})(?!\w))"
        rf"|\s?(?P<after>{SIGN})|\s(?:d['’]|de |of )?(?P<unit>{unit}))?"
        r"(?![\w/]|[.,:]\d|-\d)",
        re.IGNORECASE,
    )
