"""Conditions over term numbers, and the only place that says when one holds.

A compiled condition is a small tuple: `(kind, terms, parts)`. Terms directly below a node are kept apart from nested
conditions, so that most nodes are decided by one set operation.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, TypeAlias

from monitor.model.rule import AllOf, AnyOf, Condition, NoneOf, Term

ANY: Final = 0
ALL: Final = 1
NONE: Final = 2

Node: TypeAlias = tuple[Literal[0, 1, 2], tuple[int, ...], tuple["Node", ...]]

_KINDS: Final[dict[type[AnyOf | AllOf | NoneOf], Literal[0, 1, 2]]] = {AnyOf: ANY, AllOf: ALL, NoneOf: NONE}


def compile_condition(condition: Condition, number: Callable[[Term], int]) -> Node:
    """The condition over term numbers; `number` gives (or makes) a term's number.

    Lists of the same kind inside one another become one list.
    """
    if isinstance(condition, Term):
        return ALL, (number(condition),), ()
    kind = _KINDS[type(condition)]
    terms: dict[int, None] = {}
    parts: list[Node] = []
    for part in condition.parts:
        if isinstance(part, Term):
            terms[number(part)] = None
            continue
        node = compile_condition(part, number)
        if _merges(kind, node):
            terms.update(dict.fromkeys(node[1]))
            parts.extend(node[2])
        else:
            parts.append(node)
    return kind, tuple(terms), tuple(parts)


def _merges(kind: Literal[0, 1, 2], node: Node) -> bool:
    """Whether the node's own parts may stand in a list of this kind in its stead."""
    inner, terms, parts = node
    same = inner == kind != NONE or (inner == ANY and kind == NONE)
    return same or (inner != NONE and len(terms) + len(parts) == 1)


def holds(node: Node, found: set[int]) -> bool:
    """Whether the condition is true of a document in which these terms were found."""
    kind, terms, parts = node
    if kind == ALL:
        return found.issuperset(terms) and all(holds(part, found) for part in parts)
    some = not found.isdisjoint(terms) or any(holds(part, found) for part in parts)
    return some is (kind == ANY)


def evidence(node: Node, found: set[int]) -> Iterator[int]:
    """The found terms that make a condition hold which does: of `any` all true parts, of `none` nothing."""
    kind, terms, parts = node
    if kind == NONE:
        return
    yield from (term for term in terms if term in found)
    for part in parts:
        if kind == ALL or holds(part, found):
            yield from evidence(part, found)


def clauses(node: Node, cost: Callable[[int], float]) -> list[tuple[int, ...]]:
    """Necessary conditions: of each clause at least one term must be found, or the condition cannot hold.

    Empty where the condition may hold without any term. An empty clause stands for a condition that never holds.
    `cost` tells how often a term is expected; the rarer one wins where only one can be kept.
    """
    kind, terms, parts = node
    if kind == NONE:
        return []
    if kind == ALL:
        return [(term,) for term in terms] + [clause for part in parts for clause in clauses(part, cost)]
    union = list(terms)
    for part in parts:
        inner = clauses(part, cost)
        if not inner:
            return []
        union.extend(min(inner, key=lambda clause: clause_cost(clause, cost)))
    return [tuple(dict.fromkeys(union))]


def clause_cost(clause: Iterable[int], cost: Callable[[int], float]) -> float:
    """How often a clause is expected to be met."""
    return sum(map(cost, clause))
