"""Conditions as a rule file writes them: lists, `near`, `at_least`, fields, attributes, facts, and query strings."""

from collections.abc import Callable, Mapping
from typing import Final, get_args

from monitor.model.rule import (
    AnyOf,
    AtLeast,
    Attribute,
    AttributeName,
    Condition,
    FieldName,
    InField,
    Near,
    NoneOf,
    Score,
    Times,
    Together,
)
from monitor.rules.factual import FACT_KEYS, read_fact
from monitor.rules.query import MAX_DISTANCE, MAX_NEAR, QueryError, parse_query
from monitor.rules.reading import Reading
from monitor.rules.shapes import about_text, about_words, conjunction, has_places
from monitor.rules.syntax import FIELDS, AliasName, TermError, country_problem, parse_term
from monitor.rules.tree import Node, Scalar, Sequence

MAX_NESTING = 8
"""Levels of conditions inside one another."""
DEFAULT_DISTANCE = 10
"""Words between the parts of `near` where `within` is not given."""
_MOST_MENTIONS = 1_000

LIST_KEYS: Final = ("all", "any", "none")
WORD_KEYS: Final = (
    *LIST_KEYS,
    "at_least",
    "of",
    "near",
    "within",
    "ordered",
    "same_sentence",
    "same_paragraph",
    "query",
)
LIMIT_KEYS: Final = ("in", "min_count", "min_score")
ATTRIBUTE_KEYS: Final[tuple[AttributeName, ...]] = get_args(AttributeName)
CONDITION_KEYS: Final = (*WORD_KEYS, *LIMIT_KEYS, *ATTRIBUTE_KEYS, *FACT_KEYS)
_BELONGS = {"of": "at_least", "within": "near", "ordered": "near"}
_YES, _NO = ("true", "yes", "on"), ("false", "no", "off")


class ConditionReading(Reading):
    """A file's conditions; `names` are what `$name` may stand for in it."""

    def __init__(self, file: str, source: str = "") -> None:
        super().__init__(file, source)
        self.names: Mapping[str, AnyOf] = {}
        self.used: set[str] = set()
        """Names used so far, unknown ones included."""
        self._readers: dict[str, Callable[[Node, Mapping[str, Node], int], list[Condition]]] = {
            "all": lambda node, _, depth: list(self._parts(node, "all", depth)),
            "any": lambda node, _, depth: [AnyOf(self._parts(node, "any", depth))],
            "none": lambda node, _, depth: [NoneOf(self._parts(node, "none", depth))],
            "at_least": self._at_least,
            "near": self._near,
            "same_sentence": lambda node, _, depth: self._together("sentence", node, depth),
            "same_paragraph": lambda node, _, depth: self._together("paragraph", node, depth),
            "query": lambda node, _, __: self._query(node),
        }

    def condition(self, fields: Mapping[str, Node], depth: int = 1) -> Condition | None:
        """What a mapping with `CONDITION_KEYS` says: all of its keys must hold. None after an error."""
        before = len(self.errors)
        words: list[Condition] = []
        for key, other in _BELONGS.items():
            if key in fields and other not in fields:
                self.fail(fields[key], f"`{key}` belongs to `{other}`, which is missing here")
        for key, read in self._readers.items():
            if key in fields:
                words.extend(read(fields[key], fields, depth))
        limits = [key for key in LIMIT_KEYS if key in fields]
        others = [Attribute(key, self._values(fields[key], key)) for key in ATTRIBUTE_KEYS if key in fields]
        facts = [read_fact(self, key, fields[key], self._named) for key in FACT_KEYS if key in fields]
        if limits and not words and len(self.errors) == before:
            self.fail(fields[limits[0]], f"`{limits[0]}` limits words, and there are none beside it; add `any:`")
        if len(self.errors) > before:
            return None
        parts: list[Condition] = [self._limited(conjunction(words), fields)] if limits else words
        if len(self.errors) > before:
            return None
        return conjunction([*others, *parts, *(fact for fact in facts if fact is not None)])

    def _limited(self, condition: Condition, fields: Mapping[str, Node]) -> Condition:
        if "min_count" in fields:
            node = fields["min_count"]
            if not has_places(condition):
                self.fail(
                    node, "`min_count` counts how often the words of one `any` are found; put it beside `any` alone"
                )
            times = self._number(node, "min_count", 1, _MOST_MENTIONS)
            condition = Times(condition, times) if times > 1 else condition
        if "in" in fields:
            if not about_text(condition):
                self.fail(fields["in"], "`in` limits words; attributes and facts go outside of its mapping")
            condition = InField(self._field_names(fields["in"]), condition)
        if "min_score" in fields:
            if not about_text(condition):
                self.fail(
                    fields["min_score"], "`min_score` is about words; attributes and facts go outside of its mapping"
                )
            condition = Score(condition, self._number(fields["min_score"], "min_score", 1, 100))
        return condition

    def _at_least(self, node: Node, fields: Mapping[str, Node], depth: int) -> list[Condition]:
        if "of" not in fields:
            self.fail(node, "`at_least` without `of`; write at_least: 2 and below it of: [a, b, c]")
            return []
        parts = self._parts(fields["of"], "of", depth)
        count = self._number(node, "at_least", 1, max(1, len(parts)))
        return [AtLeast(count, parts)]

    def _near(self, node: Node, fields: Mapping[str, Node], depth: int) -> list[Condition]:
        before = len(self.errors)
        parts = self._parts(node, "near", depth)
        broken = len(self.errors) > before
        distance = self._number(fields["within"], "within", 0, MAX_DISTANCE) if "within" in fields else DEFAULT_DISTANCE
        ordered = self._truth(fields["ordered"], "ordered") if "ordered" in fields else False
        if len(parts) > MAX_NEAR:
            problem = f"`near` with {len(parts)} entries; at most {MAX_NEAR}"
            self.fail(node, f"{problem}, put spellings of one thing into an `any`, or use same_sentence")
        elif not all(map(has_places, parts)):
            self.fail(node, "`near` takes terms, aliases and `any` lists of them; other conditions go outside of it")
        elif len(parts) == 1 and isinstance(node, Sequence) and not broken:
            self.fail(node, "`near` with a single entry; write two or more, such as near: [troops, Kursk]")
        elif isinstance(node, Scalar) and parts:
            self.fail(node, "`near` is a list of two or more, such as near: [troops, Kursk]")
        return [Near(distance, parts, ordered)]

    def _together(self, unit: str, node: Node, depth: int) -> list[Condition]:
        parts = self._parts(node, f"same_{unit}", depth)
        if not all(map(about_words, parts)):
            self.fail(node, f"`same_{unit}` takes words and lists of words; fields, scores and facts go outside of it")
        return [Together("sentence" if unit == "sentence" else "paragraph", parts)]

    def _query(self, node: Node) -> list[Condition]:
        text = self.text(node, "query")
        if not text or not isinstance(node, Scalar):
            return []
        try:
            return [parse_query(node.text, self._alias)]
        except QueryError as error:
            self.fail_inside(node, error.offset, error.problem)
            return []

    def _parts(self, node: Node, key: str, depth: int) -> tuple[Condition, ...]:
        if depth > MAX_NESTING:
            self.fail(node, f"conditions nested more than {MAX_NESTING} deep; write the rule flatter or as two rules")
            return ()
        parts: list[Condition] = []
        for item in self.items(node, f"`{key}`"):
            part: Condition | None = None
            if isinstance(item, Scalar):
                part = self._term(item)
            elif isinstance(item, Sequence):
                self.fail(item, "a list inside a list; say how it counts: `any: [...]`, `all: [...]` or `none: [...]`")
            else:
                fields = self.fields(item, CONDITION_KEYS, "a condition")
                part = self.condition(fields, depth + 1) if fields else None
            if part is not None:
                parts.append(part)
        return tuple(parts)

    def _term(self, node: Scalar) -> Condition | None:
        try:
            term = parse_term(node.text)
            return self._alias(term.name) if isinstance(term, AliasName) else term
        except TermError as error:
            self.fail(node, str(error))
            return None

    def _alias(self, name: str) -> AnyOf:
        self.used.add(name)
        alias = self.names.get(name)
        if alias is None:
            near = self.nearest(name, self.names)
            hint = (
                f"did you mean ${near}?"
                if near
                else "write it under `aliases:` in this file or in a `vocabulary:` file"
            )
            raise TermError(f"unknown alias ${name}; {hint}")
        return alias

    def _named(self, node: Scalar) -> AnyOf | None:
        try:
            return self._alias(node.text.strip().removeprefix("$"))
        except TermError as error:
            self.fail(node, str(error))
            return None

    def _values(self, node: Node, key: str) -> tuple[str, ...]:
        values: dict[str, None] = {}
        for item in self.items(node, f"`{key}`"):
            written = " ".join(self.text(item, key).split())
            if written and not written.strip("*"):
                self.fail(item, f"`{written}` is any {key} at all; write a value, or leave `{key}` out")
            elif written and key == "country" and (problem := country_problem(written)):
                self.fail(item, problem)
            values[written] = None
        return tuple(values)

    def _field_names(self, node: Node) -> tuple[FieldName, ...]:
        names: dict[FieldName, None] = {}
        for item in self.items(node, "`in`"):
            written = self.text(item, "in").lower()
            if written in FIELDS:
                names[FIELDS[written]] = None
            elif written:
                near = {"headline": "title", "intro": "lead"}.get(written) or self.nearest(written, FIELDS)
                hint = f"did you mean {near}?" if near else f"known are {', '.join(FIELDS)}"
                self.fail(item, f"`{written[:40]}` is not a part of an article; {hint}")
        return tuple(names)

    def _number(self, node: Node, key: str, least: int, most: int) -> int:
        written = self.text(node, key)
        if written and not (written.isascii() and written.isdigit() and least <= int(written[:9]) <= most):
            self.fail(node, f"`{key}` is a whole number from {least} to {most}, not `{written[:40]}`")
            return least
        return int(written) if written else least

    def _truth(self, node: Node, key: str) -> bool:
        written = self.text(node, key).lower()
        if written and written not in _YES + _NO:
            self.fail(node, f"`{written[:60]}` is neither true nor false")
        return written in _YES
