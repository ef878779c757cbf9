"""Takes apart the nodes of a rule file; notes what is wrong and goes on, so that all errors are told at once."""

from collections.abc import Iterable
from typing import ClassVar

from monitor.errors import RuleError
from monitor.rules.nearest import nearest
from monitor.rules.tree import Mapping, Node, Scalar, Sequence

MAX_ERRORS = 50
"""Errors reported of one file; nobody reads more at once."""
MAX_TEXT = 100_000
"""Characters of a name, description or test."""

# What people coming from other tools write first.
_MEANT = {
    "and": "all", "or": "any", "not": "none", "terms": "any", "keywords": "any", "words": "any", "exclude": "none",
    "alias": "aliases", "rule": "rules", "priority": "severity", "level": "severity", "tags": "labels",
    "channels": "channel", "active": "enabled", "title": "name", "should_match": "match",
    "should_not_match": "no_match",
    "age": "max_age", "notes": "description", "test": "tests", "default": "defaults", "headline": "title",
    "sources": "source", "feed": "source", "feeds": "source", "groups": "group", "languages": "lang",
    "language": "lang", "authors": "author", "outlets": "outlet", "categories": "category", "countries": "country",
    "site": "url", "field": "in", "fields": "in", "where": "in",
    "boolean": "query", "distance": "within", "minimum": "at_least",
    "count": "min_count", "score": "min_score", "sentence": "same_sentence", "paragraph": "same_paragraph",
    "notify": "mention", "mentions": "mention", "contact": "owner", "link": "runbook", "url_runbook": "runbook",
    "rate_limit": "throttle", "limit": "throttle", "summary": "digest",
    "burst": "spike", "new_term": "first_seen", "new": "first_seen", "silence": "flatline",
    "silent": "flatline", "corrected": "edited", "retracted": "edited", "changed": "edited",
    "hours": "active", "schedule": "active", "from": "start", "until": "end", "vocab": "vocabulary",
    "entities": "entity", "places": "place", "events": "event", "numbers": "quantity", "quotes": "quote",
}  # fmt: skip


class Reading:
    """One file being read: its name, its text where places inside of nodes matter, and the errors met so far."""

    meant: ClassVar[dict[str, str]] = _MEANT
    """Keys that people try, and the ones they mean."""

    def __init__(self, file: str, source: str = "") -> None:
        self.file = file
        self._source = source
        self.errors: list[RuleError] = []

    def fields(self, node: Node, known: Iterable[str] | None, what: str) -> dict[str, Node] | None:
        """A mapping's values by key; unknown and repeated keys are errors and left out. None where it is no mapping."""
        if not isinstance(node, Mapping):
            keys = f" with the keys {', '.join(known)}" if known else ""
            self.fail(node, f"{what} is a mapping{keys}, not {_kind(node)}")
            return None
        fields: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key, value in node.pairs:
            if key.text in lines:
                self.fail(key, f"the key `{key.text[:60]}` stands on line {lines[key.text]} already; keep one of them")
                continue
            lines[key.text] = key.line
            if known is not None and key.text not in known:
                self.fail(key, self._unknown_key(key, tuple(known), what))
                continue
            fields[key.text] = value
        return fields

    def items(self, node: Node, what: str, *, scalars: bool = True, empty: bool = False) -> list[Node]:
        """A list's items; a single one may stand for a list of one."""
        if isinstance(node, Sequence):
            if not node.items and not empty:
                self.fail(node, f"{what} is an empty list; fill it or take it out")
            return node.items
        if isinstance(node, Scalar) and node.plain and node.text in ("", "~"):
            self.fail(node, f"nothing after {what}; write a list: one `- ` line each, or [a, b]")
            return []
        if isinstance(node, Scalar) and scalars:
            return [node]
        self.fail(node, f"{what} is a list, not {_kind(node)}; begin each entry with `- `")
        return []

    def text(self, node: Node, key: str) -> str:
        """A scalar's text; "" after an error."""
        if not isinstance(node, Scalar):
            self.fail(node, f"`{key}` is a text, not {_kind(node)}")
            return ""
        if len(node.text) > MAX_TEXT:
            self.fail(node, f"`{key}` has {len(node.text):,} characters; at most {MAX_TEXT:,}")
            return ""
        if not node.text.strip() or (node.plain and node.text == "~"):
            self.fail(node, f"nothing after `{key}`; write a value or take the line out")
            return ""
        return node.text.strip()

    def nearest(self, written: str, known: Iterable[str]) -> str:
        """The word that was probably meant; "" also once there are so many errors that nobody reads this one."""
        return nearest(written, known) if len(self.errors) < MAX_ERRORS else ""

    def fail(self, node: Node, problem: str) -> None:
        """Note an error at the node's place."""
        self.errors.append(RuleError(visible(problem), file=self.file, line=node.line, column=node.column))

    def _unknown_key(self, key: Scalar, known: tuple[str, ...], what: str) -> str:
        if key.text == "<<":
            return "YAML's merge key `<<` is not read; what rules share goes under `defaults:` or into an alias"
        meant = self.meant.get(key.text.lower())
        near = meant if meant in known else self.nearest(key.text, known)
        hint = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
        quote = "; a term with a colon in it goes into double quotes" if what == "a condition" else ""
        return f"unknown key `{key.text[:60]}` in {what}; {hint}{quote}"

    def fail_inside(self, node: Scalar, offset: int, problem: str) -> None:
        """Note an error at one character of a scalar's text."""
        line, column = place_inside(self._source, node, offset)
        self.errors.append(RuleError(visible(problem), file=self.file, line=line, column=column))


def visible(text: str) -> str:
    """The text with every character that cannot be seen, or that turns the line around, written as U+200B."""
    return "".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in text)


def place_inside(source: str, node: Scalar, offset: int) -> tuple[int, int]:
    """Line and column of the character at `offset` of a scalar's text, quoted or folded over lines as it may be."""
    lines = source.split("\n")
    line, column = node.line - 1, node.column - 1
    if line >= len(lines):
        return node.line, node.column
    if not node.plain and lines[line][column : column + 1] in {"|", ">"}:
        line, column = line + 1, 0
    elif not node.plain:
        column += 1
    # YAML changes only white space and escapes on the way from the file to the text, so the letters follow in order.
    place = line, column
    for char in node.text[: offset + 1]:
        if char.isspace():
            continue
        found = -1
        while line < len(lines) and found < 0:
            found = lines[line].find(char, column)
            if found < 0:
                line, column = line + 1, 0
        if found < 0:
            break
        place, column = (line, found), found + 1
    return place[0] + 1, place[1] + 1


def _kind(node: Node) -> str:
    if isinstance(node, Scalar):
        return f"`{node.text[:40]}`" if node.text else "nothing"
    return "a list" if isinstance(node, Sequence) else "a mapping"
