"""Rules drafted for somebody: YAML of one rule from a few answers, and a rule file with one more rule in it."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import yaml

from monitor.errors import RuleError
from monitor.model.rule import Rule, Severity
from monitor.rules.schema import parse
from monitor.rules.syntax import TermError, parse_term

_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9]+")
# Short names in capitals are often words too: ICE, WHO, US.
_CAPITALS = 5
_PLACEHOLDER = "draft"
_HEADER = "# Rules saved from Slack. Edit them like any other; docs/rules.md explains the language.\n\n"


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as somebody asked for it.

    Attributes:
        name: what its cards call it.
        terms: spellings, any of which matches; or none, and `query` is a query string.
        channel: where its alerts go, "" for the default.
        origin: who asked for it and when, kept as the rule's description.
        example: a sentence that it must match, "" for none.
    """

    name: str
    terms: tuple[str, ...] = ()
    query: str = ""
    severity: Severity = Severity.MEDIUM
    channel: str = ""
    origin: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Drafted:
    """What became of a draft: its YAML, and the rule it makes or why it makes none."""

    yaml: str
    rule: Rule | None
    errors: tuple[RuleError, ...] = ()


def spellings(name: str, others: Collection[str] = ()) -> tuple[str, ...]:
    """Terms that find a name and its other spellings; what cannot be searched for is left out."""
    found: dict[str, None] = {}
    for spelling in (name, *others):
        plain = " ".join(spelling.split()).strip(" *=$/~\"'")
        term = f"={plain}" if plain.isupper() and len(plain) <= _CAPITALS else plain
        try:
            parse_term(term)
        except TermError:
            continue
        found[term] = None
    return tuple(found)


def drafted(draft: Draft, taken: Collection[str]) -> Drafted:
    """The draft as the YAML of one rule, whose id is none of those taken."""
    text = _yaml(draft, _free_id(draft.name, taken))
    read = parse(f"rules:\n{text}".encode(), _PLACEHOLDER)
    return Drafted(text, read.rules[0] if read.rules and not read.errors else None, read.errors)


def with_rule(text: str, rule: str) -> str | None:
    """A rule file with one more rule at the end of its list, all else as it was; None where it cannot be put there.

    `rule` is written as `drafted` writes it; `text` may be empty. Nothing is changed but for the lines added, so
    comments and order stay.
    """
    if all(not row.strip() or row.startswith("#") for row in text.splitlines()):
        return f"{text.rstrip()}\n\nrules:\n{rule}" if text.strip() else f"{_HEADER}rules:\n{rule}"
    place = _end_of_rules(text)
    if place is None:
        return None
    line, column = place
    lines = text.splitlines(keepends=True)
    end = "\r\n" if "\r\n" in text else "\n"
    if not lines[line - 1].endswith("\n"):
        lines[line - 1] += end
    moved = [f"{' ' * column}{row[2:]}{end}" for row in rule.splitlines()]
    added = "".join([*lines[:line], end, *moved, *lines[line:]])
    return added if _only_added(text, added) else None


def _only_added(before: str, after: str) -> bool:
    """Whether the rules of the file are the same as before, and one more."""
    old, new = parse(before.encode(), _PLACEHOLDER), parse(after.encode(), _PLACEHOLDER)
    return not new.errors and new.rules[:-1] == old.rules and len(new.rules) == len(old.rules) + 1


def _end_of_rules(text: str) -> tuple[int, int] | None:
    """The number of lines up to the end of the list of rules, and the column of its dashes; None for no such list."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    if not isinstance(root, yaml.MappingNode):
        return None
    for key, value in root.value:
        if key.value == "rules" and isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
            end: int = value.end_mark.line
            rows = text.splitlines()
            # The mark stands before the next key, behind blank lines and comments that may belong to it.
            last = end + 1 if value.end_mark.index >= len(text.rstrip()) and not text.endswith(("\n", "\r")) else end
            while last > 0 and (not rows[last - 1].strip() or rows[last - 1].lstrip().startswith("#")):
                last -= 1
            return last, value.start_mark.column
    return None


def _yaml(draft: Draft, rule_id: str) -> str:
    lines = [f"  - id: {rule_id}", f"    name: {_quoted(draft.name)}"]
    if draft.origin:
        lines.append(f"    description: {_quoted(draft.origin)}")
    lines.append(f"    severity: {draft.severity.value}")
    if draft.channel:
        lines.append(f"    channel: {_quoted(draft.channel)}")
    if draft.terms:
        lines.append("    any:")
        lines += [f"      - {_quoted(term)}" for term in draft.terms]
    if draft.query:
        lines.append(f"    query: {_quoted(draft.query)}")
    if draft.example:
        lines += ["    tests:", "      match:", f"        - {_quoted(draft.example)}"]
    return "\n".join(lines) + "\n"


def _free_id(name: str, taken: Collection[str]) -> str:
    plain = _NOT_IN_IDS.sub("-", name.casefold()).strip("-")[:60].strip("-") or "watch"
    numbers = iter(range(2, len(taken) + 3))
    found = plain
    while found in taken:
        found = f"{plain}-{next(numbers)}"
    return found


def _quoted(text: str) -> str:
    """The text as a YAML scalar on one line, in double quotes."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(char if char.isprintable() else " " for char in escaped)}"'
