"""Conditions in words, for messages: nearly as the query language writes them."""

from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Condition,
    InField,
    Near,
    NoneOf,
    Regex,
    Score,
    Term,
    Times,
    Together,
)
from monitor.rules.shapes import is_one_choice


def written(condition: Condition) -> str:
    """The condition on one line."""
    match condition:
        case Term():
            words = f'"{condition}"' if " " in condition.text else str(condition)
        case AnyOf() if is_one_choice(condition):
            words = f"${condition.alias}" if condition.alias else f"{written(condition.parts[0])}~"
        case AnyOf(parts):
            words = f"({' OR '.join(map(written, parts))})"
        case AllOf(parts):
            words = f"({' AND '.join(map(written, parts))})"
        case NoneOf(parts):
            words = " ".join(f"NOT {written(part)}" for part in parts)
        case Regex():
            words = str(condition)
        case _:
            words = _limited(condition)
    return words


def _limited(condition: Condition) -> str:
    match condition:
        case Near(distance, parts, ordered):
            words = f" {'BEFORE' if ordered else 'NEAR'}/{distance} ".join(map(written, parts))
        case Together(unit, parts):
            words = f"{unit}:({' '.join(map(written, parts))})"
        case InField(fields, part):
            words = f"{'/'.join(fields)}:{written(part)}"
        case AtLeast(count, parts):
            words = f"at least {count} of ({', '.join(map(written, parts))})"
        case Times(part, count):
            words = f"{count} times {written(part)}"
        case Score(part, least):
            words = f"a score of {least:g} for {written(part)}"
        case Attribute(name, values):
            words = f"{name}:({' OR '.join(values)})"
        case _:
            words = f"the condition on {type(condition).__name__.removeprefix('Has').lower()}"
    return words
