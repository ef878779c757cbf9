"""Conditions on the key facts of an article: `entity`, `place`, `event`, `quantity`, `quote`, `claim`."""

import re
from collections.abc import Callable
from collections.abc import Mapping as Fields
from typing import Any, Final, get_args

from monitor.model.facts import CueClass, EntityType, Polarity, SourceType
from monitor.model.rule import (
    AnyOf,
    Comparison,
    FactCondition,
    HasClaim,
    HasEntity,
    HasEvent,
    HasPlace,
    HasQuantity,
    HasQuote,
    Term,
)
from monitor.rules.reading import Reading
from monitor.rules.syntax import country_problem
from monitor.rules.tree import Node, Scalar, Sequence

FACT_KEYS: Final = ("entity", "place", "event", "quantity", "quote", "claim")
ENTITY_KEYS: Final = ("name", "type")
PLACE_KEYS: Final = ("country", "center", "radius")
EVENT_KEYS: Final = ("actor", "action", "object", "polarity")
QUOTE_KEYS: Final = ("speaker",)
CLAIM_KEYS: Final = ("source", "type", "cue")

_CASUALTIES = ("killed", "dead", "died", "deaths", "wounded", "injured", "casualties", "victims", "fatalities")
_COUNTED = {"casualties": _CASUALTIES, "deaths": ("killed", "dead", "died", "deaths", "fatalities")}
_COMPARISON = re.compile(r"(?P<of>[^<>=]*?)\s*(?P<sign>>=|<=|>|<|=)\s*(?P<value>-?[\d,]*\.?\d+)\s*(?P<unit>\D*)")
_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9, "trillion": 1e12}
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)")
_DISTANCE = re.compile(r"(\d{1,5}(?:\.\d+)?) ?(km|mi)")
_KM_PER_MILE = 1.609344

Names = Callable[[Scalar], AnyOf | None]
"""What a `$name` stands for; None after an error, which has been noted."""


def read_fact(reading: Reading, key: str, node: Node, names: Names) -> FactCondition | None:
    """The condition under one of `FACT_KEYS`; None after an error."""
    before = len(reading.errors)
    condition = _READERS[key](reading, node, names)
    return condition if len(reading.errors) == before else None


def _entity(reading: Reading, node: Node, names: Names) -> FactCondition:
    fields = _fields(reading, node, ENTITY_KEYS, "entity", "name")
    return HasEntity(_names(reading, fields, "name", names), _words(reading, fields, "type", get_args(EntityType)))


def _place(reading: Reading, node: Node, names: Names) -> FactCondition:  # noqa: ARG001 - all readers are called alike
    fields = _fields(reading, node, PLACE_KEYS, "place", "country")
    countries = []
    for item in reading.items(fields["country"], "`country`") if "country" in fields else ():
        code = reading.text(item, "country")
        if code and (problem := country_problem(code)):
            reading.fail(item, problem)
        countries.append(code.upper())
    for one, other in (("center", "radius"), ("radius", "center")):
        if one in fields and other not in fields:
            reading.fail(
                fields[one], f"`{one}` without `{other}`; write both, such as center: 51.7, 36.2 and radius: 50km"
            )
    if "center" not in fields or "radius" not in fields:
        return HasPlace(tuple(countries))
    return HasPlace(tuple(countries), _center(reading, fields["center"]), _radius(reading, fields["radius"]))


def _center(reading: Reading, node: Node) -> tuple[float, float]:
    written = (
        ", ".join(reading.text(item, "center") for item in node.items)
        if isinstance(node, Sequence)
        else reading.text(node, "center")
    )
    point = _POINT.fullmatch(written)
    if point is None or abs(float(point[1])) > 90 or abs(float(point[2])) > 180:
        reading.fail(node, f"`{written[:40]}` is no point; write latitude and longitude in degrees, such as 51.7, 36.2")
        return 0.0, 0.0
    return float(point[1]), float(point[2])


def _radius(reading: Reading, node: Node) -> float:
    written = reading.text(node, "radius")
    length = _DISTANCE.fullmatch(written)
    if length is None or float(length[1]) <= 0:
        reading.fail(node, f"`{written[:40]}` is no distance; write it in km or mi, such as 50km")
        return 0.0
    return float(length[1]) * (_KM_PER_MILE if length[2] == "mi" else 1.0)


def _event(reading: Reading, node: Node, names: Names) -> FactCondition:
    fields = _fields(reading, node, EVENT_KEYS, "event", "action")
    polarity = _words(reading, fields, "polarity", get_args(Polarity))
    return HasEvent(
        _names(reading, fields, "actor", names),
        _names(reading, fields, "action", names),
        _names(reading, fields, "object", names),
        polarity[0] if polarity else None,
    )


def _quantity(reading: Reading, node: Node, names: Names) -> FactCondition | None:  # noqa: ARG001 - as above
    written = reading.text(node, "quantity")
    found = _COMPARISON.fullmatch(written)
    unit = found["unit"].strip().lower() if found else ""
    scale, _, rest = unit.partition(" ")
    if scale not in _SCALE:
        scale, rest = "", unit
    if found is None:
        problem = f"`{written[:60]}` is no comparison; write what is counted, <, <=, =, >= or >, and a number"
        reading.fail(node, f'{problem}, such as "casualties >= 10"')
        return None
    of = [word.strip() for word in re.split(r",|\bor\b", found["of"]) if word.strip()]
    of += [rest.strip()] if rest.strip() else []
    counted = tuple(dict.fromkeys(name for word in of for name in _COUNTED.get(word.lower(), (word,))))
    value = float(found["value"].replace(",", "")) * _SCALE.get(scale, 1.0)
    (sign,) = (sign for sign in get_args(Comparison) if sign == found["sign"])
    return HasQuantity(sign, value, counted, " ".join(written.split()))


def _quote(reading: Reading, node: Node, names: Names) -> FactCondition:
    fields = _fields(reading, node, QUOTE_KEYS, "quote", "speaker")
    return HasQuote(_names(reading, fields, "speaker", names))


def _claim(reading: Reading, node: Node, names: Names) -> FactCondition:
    fields = _fields(reading, node, CLAIM_KEYS, "claim", "source")
    return HasClaim(
        _names(reading, fields, "source", names),
        _words(reading, fields, "type", get_args(SourceType)),
        _words(reading, fields, "cue", get_args(CueClass)),
    )


_READERS: Final[dict[str, Callable[[Reading, Node, Names], FactCondition | None]]] = {
    "entity": _entity,
    "place": _place,
    "event": _event,
    "quantity": _quantity,
    "quote": _quote,
    "claim": _claim,
}


def _fields(reading: Reading, node: Node, known: tuple[str, ...], what: str, short: str) -> dict[str, Node]:
    """The mapping's fields; a text or a list stands for the field named `short`."""
    if isinstance(node, Scalar | Sequence):
        return {short: node}
    fields = reading.fields(node, known, f"`{what}`") or {}
    if not fields:
        reading.fail(node, f"`{what}` says nothing; write at least one of {', '.join(known)}")
    return fields


def _names(reading: Reading, fields: Fields[str, Node], key: str, names: Names) -> tuple[str, ...]:
    """Names as written, those behind `$name` spelled out."""
    found: dict[str, None] = {}
    for item in reading.items(fields[key], f"`{key}`") if key in fields else ():
        written = " ".join(reading.text(item, key).split())
        if written.startswith("$") and isinstance(item, Scalar):
            alias = names(item)
            spelled = [part for part in alias.parts if isinstance(part, Term)] if alias else []
            found.update(dict.fromkeys(f"{term.text}{'*' if term.prefix else ''}" for term in spelled))
        elif written and not written.strip("*"):
            reading.fail(item, f"`{written[:40]}` is any name at all; write a name, or leave `{key}` out")
        elif written:
            found[written] = None
    return tuple(found)


def _words(reading: Reading, fields: Fields[str, Node], key: str, known: tuple[Any, ...]) -> tuple[Any, ...]:
    """Words out of a fixed set."""
    found: list[Any] = []
    for item in reading.items(fields[key], f"`{key}`") if key in fields else ():
        written = reading.text(item, key)
        match = next((word for word in known if word.lower() == written.lower()), None)
        if match is None and written:
            near = reading.nearest(written, [word.lower() for word in known])
            hint = f"did you mean {near}?" if near else f"known are {', '.join(known)}"
            reading.fail(item, f"`{written[:40]}` is not a {key} here; {hint}")
        found.append(match)
    return tuple(dict.fromkeys(found))
