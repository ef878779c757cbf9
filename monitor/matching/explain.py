"""Why a rule holds for an article, or why not: the condition as a tree with its answer and the text at every leaf."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.matching.attributes import attribute_values
from monitor.matching.evaluate import View, evidence, holds, score
from monitor.matching.facts import fact_label, facts_instead
from monitor.matching.matcher import leaves
from monitor.matching.near import near
from monitor.matching.reading import Reading, apart
from monitor.matching.terms import Terms
from monitor.model.article import Article
from monitor.model.facts import Facts
from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Condition,
    FactCondition,
    Hit,
    InField,
    Near,
    NoneOf,
    Regex,
    Rule,
    Score,
    Term,
    Times,
    Together,
)

_CONTEXT = 30
"""Characters shown on each side of a found term."""
_ABSENT = 12
"""Terms not found that are shown of one list."""
_MOST_THERE = 5
"""Facts that are shown in place of one that is asked for."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One node of a rule's condition, answered for one article.

    Attributes:
        condition: the node.
        label: what it is called: "all of", "any of $alias", "within 5 words", or a leaf as the rule writes it.
        holds: whether this node is true.
        hits: where a leaf was found; empty for the other nodes.
        passages: the words around each hit, on one line.
        parts: the nodes below, in the rule's order. Those of a condition within one sentence or paragraph are answered
            for the sentence or paragraph that makes most of them true.
        note: what the answer rests on where that is not to be seen below: "score 43", "closest: 12 words apart".
    """

    condition: Condition
    label: str
    holds: bool
    hits: tuple[Hit, ...] = ()
    passages: tuple[str, ...] = ()
    parts: tuple["Explained", ...] = ()
    note: str = ""


def explain(rule: Rule, article: Article, facts: Facts | None = None) -> Explained:
    """The rule's condition answered for the article, whether or not the rule is enabled.

    While the facts are not known, conditions on them count as what lets the rule hold.
    """
    terms = Terms()
    for leaf in leaves(rule.condition):
        if isinstance(leaf, Term):
            terms.add(leaf)
    terms.build()
    return _explain(rule.condition, View(Reading(article, terms.scan(article.document), terms, facts)), hope=True)


def _explain(condition: Condition, view: View, *, hope: bool) -> Explained:
    true = holds(condition, view, hope=hope)
    if isinstance(condition, Term | Regex | Attribute | FactCondition):
        return _leaf(condition, view, true=true)
    inside = view
    if isinstance(condition, InField):
        inside = view.in_fields(condition)
    elif isinstance(condition, Together):
        inside = max(
            view.units(condition),
            key=lambda unit: sum(holds(part, unit, hope=hope) for part in condition.parts),
            default=view.only(()),
        )
    hope = hope is not isinstance(condition, NoneOf)
    parts = (condition.part,) if isinstance(condition, InField | Times | Score) else condition.parts
    explained = tuple(_explain(part, inside, hope=hope) for part in parts)
    label, note = _label(condition), _note(condition, view, explained, true=true)
    return Explained(condition, label, true, parts=explained, note=note)


def _label(condition: AnyOf | AllOf | NoneOf | AtLeast | Near | Together | InField | Times | Score) -> str:
    match condition:
        case AnyOf(_, alias):
            label = f"any of ${alias}" if alias else "any of"
        case AllOf():
            label = "all of"
        case NoneOf():
            label = "none of"
        case AtLeast(count):
            label = f"at least {count} of"
        case Near(distance, _, ordered):
            label = f"{'in this order ' if ordered else ''}within {distance} words"
        case Together(unit):
            label = f"in one {unit}"
        case InField(fields):
            label = f"in the {' or '.join(fields)}"
        case Times(_, at_least):
            label = f"at least {at_least} times"
        case Score(_, least):
            label = f"a score of at least {least:g}"
    return label


def _note(condition: Condition, view: View, parts: Sequence[Explained], *, true: bool) -> str:
    match condition:
        case AtLeast():
            return f"{sum(part.holds for part in parts)} of {len(parts)}"
        case Near() if not true:
            return _distance_note(condition, view)
        case Times(part):
            return f"{len(apart(view.places(part)))} times"
        case Score(part) if parts[0].holds:
            return f"score {score(part, view):.0f}"
        case _:
            return ""


def _leaf(condition: Term | Regex | Attribute | FactCondition, view: View, *, true: bool) -> Explained:
    reading = view.reading
    if isinstance(condition, Attribute):
        has = ", ".join(attribute_values(condition, reading.article)) or "unknown"
        return Explained(condition, f"{condition.name}: {' | '.join(condition.values)}", true, note=f"it is {has}")
    found = evidence(condition, view)
    return Explained(
        condition,
        fact_label(condition) if isinstance(condition, FactCondition) else str(condition),
        true,
        tuple(map(reading.hit, found)),
        tuple(_passage(reading.document, start, end) for start, end, _ in found),
        note=_fact_note(condition, reading.facts, true=true) if isinstance(condition, FactCondition) else "",
    )


def _fact_note(condition: FactCondition, facts: Facts | None, *, true: bool) -> str:
    if facts is None:
        return "facts not known yet"
    there = () if true else facts_instead(condition, facts)
    more = f" and {len(there) - _MOST_THERE} more" if len(there) > _MOST_THERE else ""
    return f"it has {', '.join(there[:_MOST_THERE])}{more}" if there else ""


def _distance_note(condition: Near, view: View) -> str:
    """How close the parts come."""
    places = [view.places(part) for part in condition.parts]
    if not all(places):
        return ""
    most = view.reading.words_before(len(view.reading.document))
    if not near(places, most, view.reading, ordered=condition.ordered)[0]:
        if condition.ordered and near(places, most, view.reading, ordered=False)[0]:
            return "only in another order"
        return "not in one paragraph"
    least = condition.distance
    while least + 1 < most:
        middle = (least + most) // 2
        if near(places, middle, view.reading, ordered=condition.ordered)[0]:
            most = middle
        else:
            least = middle
    return f"closest: {most} words apart"


def misses(node: Explained, limit: int = 5) -> list[tuple[Explained, ...]]:
    """What kept a rule from matching, the nearest miss first.

    Each is a set of nodes which, answered otherwise, would have made the rule match; fewer nodes are nearer. Of equally
    near ones those the rule writes first come first, at most `limit` in all. Empty where it matches.
    """
    return [] if node.holds else _changes(node, limit)


def _changes(node: Explained, limit: int) -> list[tuple[Explained, ...]]:
    """The smallest sets of nodes below whose answers must change for this node's to change."""
    below = [part for part in node.parts if part.holds == node.holds]
    match node.condition:
        case NoneOf():
            # Every part that is true must become false, or any one true.
            below = [part for part in node.parts if part.holds != node.holds] if not node.holds else list(node.parts)
            return _together(below, limit) if not node.holds else _either(below, limit)
        case AnyOf() if not _is_choice_of_words(node):
            return _together(below, limit) if node.holds else _either(below, limit)
        case AllOf():
            return _either(below, limit) if node.holds else _together(below, limit)
        case AtLeast(count):
            spare = sum(part.holds for part in node.parts) - count
            needed = spare + 1 if node.holds else -spare
            nearest = sorted((_changes(part, limit)[0] for part in below), key=len)[:needed]
            return [tuple(one for change in nearest for one in change)]
        case Near() | Together() | InField() | Score() if not node.holds and below:
            return _together(below, limit)
        case _:
            return [(node,)]


def _is_choice_of_words(node: Explained) -> bool:
    """Whether it failed for want of any of several words: each would have done, so naming one of them would mislead."""
    words = (isinstance(part.condition, Term | Regex) for part in node.parts)
    return not node.holds and len(node.parts) > 1 and all(words)


def _either(parts: Sequence[Explained], limit: int) -> list[tuple[Explained, ...]]:
    return sorted((change for part in parts for change in _changes(part, limit)), key=len)[:limit]


def _together(parts: Sequence[Explained], limit: int) -> list[tuple[Explained, ...]]:
    """All of the parts must change: the nearest way of each, and for one at a time the others."""
    ways = [_changes(part, limit) for part in parts]
    if not all(ways):
        return []
    nearest = [way[0] for way in ways]
    found = [tuple(one for change in nearest for one in change)]
    for place, way in enumerate(ways):
        for other in way[1:]:
            changes = [*nearest[:place], other, *nearest[place + 1 :]]
            found.append(tuple(one for change in changes for one in change))
    return sorted(found, key=len)[:limit]


def render(node: Explained, depth: int = 0) -> Iterator[str]:
    """The tree as lines for a terminal: a tick or a cross, the node, and the text where a term was found.

    Before it, where the rule does not match, its nearest misses.
    """
    for number, miss in enumerate(misses(node, 3) if depth == 0 and node.parts else ()):
        yield f"{'nearest miss' if number == 0 else 'or'}: {' and '.join(map(_needed, miss))}"
    mark = "✓" if node.holds else "✗"
    found = f": {node.passages[0]}" if node.passages else ""
    more = f" (+{len(node.passages) - 1} more)" if len(node.passages) > 1 else ""
    note = f" ({node.note})" if node.note else ""
    yield f"{'  ' * depth}{mark} {node.label}{note}{found}{more}"
    absent: list[Explained] = []
    for part in node.parts:
        # What was not found is told on one line: an alias may have a hundred spellings.
        if isinstance(part.condition, Term | Regex) and not part.holds:
            absent.append(part)
            continue
        yield from _absent(absent, depth + 1)
        absent = []
        yield from render(part, depth + 1)
    yield from _absent(absent, depth + 1)


def _absent(nodes: Sequence[Explained], depth: int) -> Iterator[str]:
    if nodes:
        yield f"{'  ' * depth}✗ {_names(nodes, _ABSENT)}"


def _names(nodes: Sequence[Explained], most: int) -> str:
    more = f" and {len(nodes) - most} more" if len(nodes) > most else ""
    return f"{', '.join(node.label for node in nodes[:most])}{more}"


def _needed(node: Explained) -> str:
    """A change in words."""
    note = f" ({node.note})" if node.note else ""
    if isinstance(node.condition, AnyOf) and not node.holds:
        named = f"${node.condition.alias}" if node.condition.alias else _names(node.parts, 4)
        return f"none of {named} is there"
    if not node.holds:
        return (
            f"{node.label} is missing{note}" if isinstance(node.condition, Term | Regex) else f"not {node.label}{note}"
        )
    return f"{node.label} is there{': ' + node.passages[0] if node.passages else note}"


def _passage(document: str, start: int, end: int) -> str:
    before, after = document[max(0, start - _CONTEXT) : start], document[end : end + _CONTEXT]
    # Half words at the cuts are left out, where the script has spaces to tell by.
    if start > _CONTEXT:
        before = f"…{before.partition(' ')[2] or before}"
    if end + _CONTEXT < len(document):
        after = f"{after.rpartition(' ')[0] or after}…"
    return " ".join(f"{before}[{document[start:end]}]{after}".split())
