"""Queries written out from random expressions mean what was written, whatever the parentheses and spaces."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.rule import (
    AllOf,
    AnyOf,
    Condition,
    InField,
    Near,
    NoneOf,
    Regex,
    Term,
)
from monitor.rules.query import parse_query
from tests.unit.rules.notation import notation

LEAVES = ["a", "b", "c", '"d e"', "=US", "miss*", "/f+ ?g/", "$z", "Київ", "don't", "x-y"]


def name(written: str) -> AnyOf:
    return AnyOf((Term("Zelensky"),), alias=written)


@dataclass(frozen=True)
class Node:
    """An expression: a leaf as it is written, or an operator over some parts."""

    operator: str
    parts: tuple["Node", ...] = ()
    leaf: str = ""


BINDS = {"OR": 1, "AND": 2, "NOT": 3, "NEAR": 4, "FIELD": 5, "LEAF": 6}
leaves = st.builds(lambda text: Node("LEAF", leaf=text), st.sampled_from(LEAVES))
choices = leaves | st.builds(lambda parts: Node("OR", tuple(parts)), st.lists(leaves, min_size=2, max_size=3))
nears = st.builds(
    lambda operator, distance, parts: Node("NEAR", tuple(parts), f"{operator}/{distance}"),
    st.sampled_from(["NEAR", "BEFORE"]),
    st.integers(0, 100),
    st.lists(choices, min_size=2, max_size=3),
)
expressions = st.recursive(
    leaves | nears,
    lambda inner: (
        st.builds(
            lambda operator, parts: Node(operator, tuple(parts)),
            st.sampled_from(["OR", "AND"]),
            st.lists(inner, min_size=2, max_size=3),
        )
        | st.builds(lambda part: Node("NOT", (part,)), inner)
        | st.builds(lambda field, part: Node("FIELD", (part,), field), st.sampled_from(["title", "lead"]), inner)
    ),
    max_leaves=7,
)


def written(node: Node, data: st.DataObject, least: int = 0) -> str:
    """The expression as a query; parentheses where it binds less than it has to, and now and then elsewhere."""
    binds = BINDS[node.operator]
    if node.operator == "LEAF":
        text = node.leaf
    elif node.operator == "NOT":
        text = data.draw(st.sampled_from(["NOT ", "-", "NOT  "])) + written(node.parts[0], data, binds)
    elif node.operator == "FIELD":
        text = f"{node.leaf}:{written(node.parts[0], data, BINDS['LEAF'])}"
    else:
        joints = {"OR": [" OR ", " | ", "\nOR\t", " || "], "AND": [" AND ", " ", "\n"], "NEAR": [f" {node.leaf} "]}
        pieces = [written(part, data, binds + 1) for part in node.parts]
        text = pieces[0]
        for piece in pieces[1:]:
            text += data.draw(st.sampled_from(joints[node.operator])) + piece
    if binds < least or data.draw(st.integers(0, 9)) == 0:
        return f"({text})"
    return text


def truth(node: Node, facts: Mapping[str, bool], field: str = "") -> bool:
    """What the expression says where every leaf, distance and field is simply true or not."""
    match node.operator:
        case "LEAF":
            return facts.get(field + _leaf(node.leaf), False)
        case "OR":
            return any(truth(part, facts, field) for part in node.parts)
        case "AND":
            return all(truth(part, facts, field) for part in node.parts)
        case "NOT":
            return not truth(node.parts[0], facts, field)
        case "FIELD":
            return truth(node.parts[0], facts, f"{field}{node.leaf}:")
    inside = " ".join(sorted(_near_part(part) for part in node.parts))
    return facts.get(f"{field}{node.leaf} {inside}", False)


def _leaf(text: str) -> str:
    return notation(parse_query(text, name))


def _near_part(part: Node) -> str:
    return " or ".join(_leaf(leaf.leaf) for leaf in (part.parts or (part,)))


def meaning(condition: Condition, facts: Mapping[str, bool], field: str = "") -> bool:
    """What the tree says under the same facts."""
    match condition:
        case AnyOf(parts) if not condition.alias:
            return any(meaning(part, facts, field) for part in parts)
        case AllOf(parts):
            return all(meaning(part, facts, field) for part in parts)
        case NoneOf(parts):
            return not any(meaning(part, facts, field) for part in parts)
        case InField((inside,), part):
            return meaning(part, facts, f"{field}{inside}:")
        case Near(distance, parts, ordered):
            written_parts = " ".join(
                sorted(
                    " or ".join(map(notation, part.parts))
                    if isinstance(part, AnyOf) and not part.alias
                    else notation(part)
                    for part in parts
                )
            )
            return facts.get(f"{field}{'BEFORE' if ordered else 'NEAR'}/{distance} {written_parts}", False)
        case Term() | Regex() | AnyOf():
            return facts.get(field + notation(condition), False)
    raise AssertionError(condition)


def keys(node: Node, field: str = "") -> set[str]:
    """The facts the expression asks for."""
    if node.operator == "LEAF":
        return {field + _leaf(node.leaf)}
    if node.operator == "NEAR":
        return {f"{field}{node.leaf} {' '.join(sorted(map(_near_part, node.parts)))}"}
    inside = f"{field}{node.leaf}:" if node.operator == "FIELD" else field
    return set().union(*(keys(part, inside) for part in node.parts))


def twice(node: Node) -> bool:
    """Whether a field stands directly in the same field, which the language refuses."""
    if node.operator == "FIELD" and node.parts[0].operator == "FIELD" and node.parts[0].leaf == node.leaf:
        return True
    return any(twice(part) for part in node.parts)


@settings(max_examples=300, deadline=None)
@given(expressions.filter(lambda node: not twice(node)), st.data())
def test_a_query_means_what_was_written(node, data):
    query = written(node, data)
    condition = parse_query(query, name)
    asked = sorted(keys(node))
    for _ in range(8):
        facts = {key: data.draw(st.booleans()) for key in asked}
        assert meaning(condition, facts) == truth(node, facts), query


def as_query(condition: Condition) -> str:
    """The tree as a query, with parentheses around everything that is made of parts."""
    match condition:
        case AnyOf(parts) if not condition.alias:
            return f"({' OR '.join(map(as_query, parts))})"
        case AllOf(parts):
            return f"({' AND '.join(map(as_query, parts))})"
        case NoneOf(parts):
            return f"({' '.join(f'NOT {as_query(part)}' for part in parts)})"
        case InField((field,), part):
            return f"{field}:{as_query(part)}"
        case Near(distance, parts, ordered):
            operator = f" {'BEFORE' if ordered else 'NEAR'}/{distance} "
            return f"({operator.join(map(as_query, parts))})"
    return notation(condition)


@settings(max_examples=300, deadline=None)
@given(expressions.filter(lambda node: not twice(node)), st.data())
def test_a_tree_written_as_a_query_is_read_as_the_same_tree(node, data):
    condition = parse_query(written(node, data), name)
    once = parse_query(as_query(condition), name)
    assert notation(parse_query(as_query(once), name)) == notation(once)
