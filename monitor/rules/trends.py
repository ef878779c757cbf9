"""Conditions over time as rules write them: `frequency`, `spike`, `first_seen`, `flatline`, `edited`."""

import re
from collections.abc import Callable
from collections.abc import Mapping as Fields
from dataclasses import replace
from datetime import timedelta
from typing import Final, get_args

from monitor.model.facts import EntityType
from monitor.model.trend import MIN_WINDOWS, Edited, EditKind, FirstSeen, Flatline, Frequency, SeenKind, Spike, Trends
from monitor.rules.durations import read_duration
from monitor.rules.reading import Reading
from monitor.rules.tree import Mapping, Node, Scalar

SPIKE_KEYS: Final = ("factor", "within", "least", "over")
FIRST_SEEN_KEYS: Final = ("of", "learn")
FLATLINE_KEYS: Final = ("after", "only")
SEEN_KINDS: Final[tuple[SeenKind, ...]] = (*get_args(EntityType), "TERM")
EDIT_KINDS: Final[tuple[EditKind, ...]] = get_args(EditKind)

_FREQUENCY = re.compile(
    r"(\d{1,4})(?: (?:independent )?(?:outlets?|sources?))? (?:in|within) (.+?)( on one story)?", re.IGNORECASE
)
_TIMES = re.compile(r"(\d{1,4}(?:\.\d{1,2})?) ?(?:x|times) (?:in|within) (.+)", re.IGNORECASE)
_FACTOR = re.compile(r"(\d{1,4}(?:\.\d{1,2})?) ?x?", re.IGNORECASE)
_SHORTEST = timedelta(minutes=1)
_LONGEST = timedelta(days=90)
_YES, _NO = ("true", "yes", "on"), ("false", "no", "off")
_MEANT: Final = {"people": "PERSON", "organisation": "ORG", "organization": "ORG", "company": "ORG", "place": "GPE"}


def read_trend(reading: Reading, trends: Trends, key: str, node: Node) -> Trends:
    """The conditions over time with the one under a key of `TREND_KEYS`; `off` takes it away."""
    if isinstance(node, Scalar) and node.text.strip().lower() in _NO:
        return replace(trends, **{key: None})
    return _READERS[key](reading, trends, node)


def _frequency(reading: Reading, trends: Trends, node: Node) -> Trends:
    written = reading.text(node, "frequency")
    found = _FREQUENCY.fullmatch(" ".join(written.split()))
    if found is None:
        if written:
            hint = "write how many outlets in what time: 3 outlets in 2h, or 3 outlets in 2h on one story"
            reading.fail(node, f"`{written[:60]}` is no frequency; {hint}")
        return trends
    outlets, within = int(found[1]), _duration(reading, node, found[2])
    if outlets < 2:
        reading.fail(node, f"{outlets} outlet is no frequency, since a single report reaches it; write 2 or more")
    return replace(trends, frequency=Frequency(outlets, within, one_story=bool(found[3])))


def _spike(reading: Reading, trends: Trends, node: Node) -> Trends:
    if isinstance(node, Mapping):
        return _spike_fields(reading, trends, node)
    written = reading.text(node, "spike")
    found = _TIMES.fullmatch(" ".join(written.split()))
    if found is None:
        if written:
            hint = "write how many times as often as usual, in what time: 3x in 6h"
            reading.fail(node, f"`{written[:60]}` is no spike; {hint}")
        return trends
    within = _duration(reading, node, found[2])
    return replace(trends, spike=Spike(_factor(reading, node, found[1]), within, over=_usual_over(within)))


def _spike_fields(reading: Reading, trends: Trends, node: Node) -> Trends:
    before = len(reading.errors)
    fields: Fields[str, Node] = reading.fields(node, SPIKE_KEYS, "`spike`") or {}
    for key in ("factor", "within"):
        if key not in fields:
            reading.fail(node, f"`spike` without `{key}`; write it as spike: 3x in 6h, or with factor and within")
            return trends
    within = _duration(reading, fields["within"], reading.text(fields["within"], "within"))
    factor = _factor(reading, fields["factor"], reading.text(fields["factor"], "factor"))
    spike = Spike(factor, within, over=_usual_over(within))
    if "least" in fields:
        written = reading.text(fields["least"], "least")
        if not (written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= 100_000):
            reading.fail(
                fields["least"], f"`least` is a whole number of articles from 1 to 100000, not `{written[:40]}`"
            )
        else:
            spike = replace(spike, least=int(written))
    if "over" in fields:
        spike = replace(spike, over=_duration(reading, fields["over"], reading.text(fields["over"], "over")))
        if len(reading.errors) == before and spike.over < MIN_WINDOWS * spike.within:
            problem = f"what is usual cannot be told from less than {MIN_WINDOWS} times `within`"
            reading.fail(fields["over"], f"{problem}; write a longer time, or leave `over` out")
    return replace(trends, spike=spike)


def _first_seen(reading: Reading, trends: Trends, node: Node) -> Trends:
    fields: Fields[str, Node] = {"of": node}
    if isinstance(node, Mapping):
        fields = reading.fields(node, FIRST_SEEN_KEYS, "`first_seen`") or {}
        if "of" not in fields:
            reading.fail(node, "`first_seen` without `of`; write what must be new: person, org, gpe, ..., or term")
            return trends
    kinds: dict[SeenKind, None] = {}
    for item in reading.items(fields["of"], "`first_seen`"):
        written = reading.text(item, "first_seen").upper().removesuffix("S")
        meant = _MEANT.get(written.lower(), written)
        kind = next((kind for kind in SEEN_KINDS if kind == meant), None)
        if kind is not None:
            kinds[kind] = None
        elif written:
            near = reading.nearest(written.lower(), map(str.lower, SEEN_KINDS))
            hint = f"did you mean {near}?" if near else f"known are {', '.join(SEEN_KINDS).lower()}"
            reading.fail(item, f"`{written[:40].lower()}` is nothing that can be new; {hint}")
    learn = timedelta()
    if "learn" in fields:
        learn = _duration(reading, fields["learn"], reading.text(fields["learn"], "learn"))
    return replace(trends, first_seen=FirstSeen(tuple(kinds), learn))


def _flatline(reading: Reading, trends: Trends, node: Node) -> Trends:
    if not isinstance(node, Mapping):
        return replace(trends, flatline=Flatline(_duration(reading, node, reading.text(node, "flatline"))))
    fields: Fields[str, Node] = reading.fields(node, FLATLINE_KEYS, "`flatline`") or {}
    if "after" not in fields:
        reading.fail(node, "`flatline` without `after`; write how long the silence lasts: after: 24h")
        return trends
    after = _duration(reading, fields["after"], reading.text(fields["after"], "after"))
    only = reading.text(fields["only"], "only").lower() if "only" in fields else "no"
    if only not in _YES + _NO:
        reading.fail(fields["only"], f"`{only[:60]}` is neither true nor false")
    return replace(trends, flatline=Flatline(after, only=only in _YES))


def _edited(reading: Reading, trends: Trends, node: Node) -> Trends:
    kinds: dict[EditKind, None] = {}
    for item in reading.items(node, "`edited`"):
        written = reading.text(item, "edited").lower()
        written = "any" if written in _YES else written
        kind = next((kind for kind in EDIT_KINDS if kind == written), None)
        if kind is not None:
            kinds[kind] = None
        elif written:
            near = {"withdrawn": "retracted", "correction": "corrected", "retraction": "retracted"}.get(written)
            near = near or reading.nearest(written, EDIT_KINDS)
            hint = f"did you mean {near}?" if near else f"known are {', '.join(EDIT_KINDS)}"
            reading.fail(item, f"`{written[:40]}` is no kind of edit; {hint}")
    return replace(trends, edited=Edited(tuple(kinds)) if kinds else None)


def _duration(reading: Reading, node: Node, written: str) -> timedelta:
    length = read_duration(written)
    if length is None and written:
        reading.fail(node, f"`{written[:60]}` is no length of time; write a number and m, h, d or w, as in 6h or 7d")
    elif length is not None and not _SHORTEST <= length <= _LONGEST:
        reading.fail(node, f"{written} is too short or too long; from 1m to {_LONGEST.days}d")
    return length if length is not None and _SHORTEST <= length <= _LONGEST else timedelta(hours=1)


def _usual_over(within: timedelta) -> timedelta:
    return max(timedelta(days=7), MIN_WINDOWS * within)


def _factor(reading: Reading, node: Node, written: str) -> float:
    found = _FACTOR.fullmatch(written)
    factor = float(found[1]) if found else 0.0
    if factor <= 1:
        reading.fail(node, f"`{written[:40]}` times as often as usual is no spike; write a number above 1, such as 3")
    return factor


_READERS: Final[dict[str, Callable[[Reading, Trends, Node], Trends]]] = {
    "frequency": _frequency,
    "spike": _spike,
    "first_seen": _first_seen,
    "flatline": _flatline,
    "edited": _edited,
}
TREND_KEYS: Final = tuple(_READERS)
