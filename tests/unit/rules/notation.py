"""Conditions written as (operator part part ...), for test data."""

from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Condition,
    HasClaim,
    HasEntity,
    HasEvent,
    HasPlace,
    HasQuantity,
    HasQuote,
    InField,
    Near,
    NoneOf,
    Regex,
    Score,
    Term,
    Times,
    Together,
)


def notation(condition: Condition) -> str:
    match condition:
        case Term():
            text = f'"{condition}"' if " " in condition.text else str(condition)
        case Regex():
            text = str(condition)
        case AnyOf(parts, alias):
            text = f"${alias}" if alias else _list("any", parts)
        case AllOf(parts):
            text = _list("all", parts)
        case NoneOf(parts):
            text = _list("none", parts)
        case _:
            text = _limited(condition)
    return text


def _limited(condition: Condition) -> str:
    match condition:
        case AtLeast(count, parts):
            text = _list(f"at_least/{count}", parts)
        case Near(distance, parts, ordered):
            text = _list(f"{'before' if ordered else 'near'}/{distance}", parts)
        case Together(unit, parts):
            text = _list(unit, parts)
        case InField(fields, part):
            text = _list(f"in {','.join(fields)}", (part,))
        case Times(part, at_least):
            text = _list(f"times/{at_least}", (part,))
        case Score(part, min_score):
            text = _list(f"score/{min_score}", (part,))
        case Attribute(name, values):
            text = f"{name}={'|'.join(values)}"
        case _:
            text = _fact(condition)
    return text


def _list(name: str, parts: tuple[Condition, ...]) -> str:
    return f"({' '.join([name, *map(notation, parts)])})"


def _fact(condition: Condition) -> str:
    match condition:
        case HasEntity(names, types):
            return f"entity({','.join(names)} {','.join(types)})"
        case HasPlace(countries, center, radius):
            where = f" {center[0]},{center[1]} {radius}" if center else ""
            return f"place({','.join(countries)}{where})"
        case HasEvent(actors, actions, objects, polarity):
            return f"event({','.join(actors)} {','.join(actions)} {','.join(objects)} {polarity or ''})"
        case HasQuantity(comparison, value, of):
            return f"quantity({','.join(of)} {comparison} {value})"
        case HasQuote(speakers):
            return f"quote({','.join(speakers)})"
        case HasClaim(sources, types, cues):
            return f"claim({','.join(sources)} {','.join(types)} {','.join(cues)})"
    raise AssertionError(condition)
