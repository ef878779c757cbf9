"""What a condition is made of: which may stand inside which, how many terms it has, and whether it needs one."""

from collections.abc import Iterator

from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Condition,
    FactCondition,
    InField,
    Near,
    NoneOf,
    Regex,
    Score,
    Term,
    Times,
    Together,
)
from monitor.rules.inflections import inflections

_BROAD = frozenset({"lang"})
"""Attributes that a large part of all articles share; a rule needs more than these."""


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside."""
    match condition:
        case AnyOf() | AllOf() | NoneOf() | AtLeast() | Near() | Together():
            return condition.parts
        case InField() | Times() | Score():
            return (condition.part,)
        case _:
            return ()


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it, from the top."""
    yield condition
    for part in parts_of(condition):
        yield from walk(part)


def count_terms(condition: Condition) -> int:
    """How many terms it has, those behind a name counted at each use."""
    if isinstance(condition, Term | Regex):
        return 1
    if isinstance(condition, AnyOf) and condition.alias:
        return len(condition.parts)
    return sum(map(count_terms, parts_of(condition)))


def has_places(condition: Condition) -> bool:
    """Whether it is a word, an expression, or a choice of them: something with places in the text."""
    if isinstance(condition, AnyOf):
        return bool(condition.alias) or all(map(has_places, condition.parts))
    return isinstance(condition, Term | Regex)


def about_words(condition: Condition) -> bool:
    """Whether it can be asked of a single sentence: words only, no fields, scores, attributes or facts."""
    if isinstance(condition, AnyOf) and condition.alias:
        return True
    allowed = isinstance(condition, Term | Regex | AnyOf | AllOf | NoneOf | AtLeast | Near | Times)
    return allowed and all(map(about_words, parts_of(condition)))


def about_text(condition: Condition) -> bool:
    """Whether it is about the text alone: no attributes, no facts."""
    if isinstance(condition, AnyOf) and condition.alias:
        return True
    return not isinstance(condition, Attribute | FactCondition) and all(map(about_text, parts_of(condition)))


def needs_a_word(condition: Condition) -> bool:
    """Whether it can hold only where one of its words is found or the article comes from where it says."""
    match condition:
        case Term() | Regex() | Near() | Times():
            needs = True
        case AllOf(parts) | Together(parts=parts):
            needs = any(map(needs_a_word, parts))
        case AnyOf(parts):
            needs = all(map(needs_a_word, parts))
        case AtLeast(count, parts):
            needs = sum(not needs_a_word(part) for part in parts) < count
        case InField(part=part) | Score(part=part):
            needs = needs_a_word(part)
        case Attribute(name=name):
            needs = name not in _BROAD
        case _:
            needs = False
    return needs


def conjunction(parts: list[Condition]) -> Condition:
    """All of the parts, without a list around a single one."""
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def is_one_choice(condition: Condition) -> bool:
    """Whether it is a choice the rule writes as one thing: an alias, or the forms of a word."""
    if not isinstance(condition, AnyOf) or not condition.parts:
        return False
    first = condition.parts[0]
    return bool(condition.alias) or (
        len(condition.parts) > 1
        and isinstance(first, Term)
        and inflections(first.text) == tuple(part.text for part in condition.parts if isinstance(part, Term))
    )
