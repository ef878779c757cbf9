"""Rule files into rules: what may stand in a file, and a message with its place for everything that may not."""

import hashlib
import json
import re
from dataclasses import dataclass, replace

from monitor.errors import RuleError
from monitor.model.rule import AllOf, AnyOf, Condition, NoneOf, Rule, RuleTest, Term
from monitor.rules.aliases import read_aliases
from monitor.rules.reading import MAX_ERRORS, Reading, nearest
from monitor.rules.settings import SETTING_KEYS, Settings, read_settings
from monitor.rules.syntax import TermError, parse_term
from monitor.rules.tree import Mapping, Node, Scalar, Sequence, read

MAX_NESTING = 8
"""Levels of any/all/none inside one another."""
MAX_TERMS = 20_000
"""Terms of one rule, those behind aliases counted each time."""
MAX_FILE_TERMS = 1_000_000
"""Terms of all rules of a file, counted alike."""

FILE_KEYS = ("defaults", "aliases", "rules")
CONDITION_KEYS = ("all", "any", "none")
RULE_KEYS = ("id", "name", "description", *SETTING_KEYS, *CONDITION_KEYS, "tests")
TEST_KEYS = ("match", "no_match")
ARTICLE_KEYS = ("title", "text")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What one file says.

    Attributes:
        rules: the rules that are right, in the file's order.
        errors: what is wrong, in the file's order; the file as a whole is good only where there is none.
        columns: where each rule begins in its line, for errors found later.
    """

    rules: tuple[Rule, ...]
    errors: tuple[RuleError, ...]
    columns: tuple[int, ...] = ()


def parse(content: bytes, file: str) -> RuleFile:
    """Read one rule file; never raises for what stands in it.

    Args:
        content: the file as it is on disk.
        file: its name, for messages.
    """
    try:
        root = read(content, file)
    except RuleError as error:
        return RuleFile((), (error,))
    reading = _RuleReading(file)
    rules = reading.rules(root)
    errors = sorted(reading.errors, key=lambda error: (error.line, error.column))[:MAX_ERRORS]
    return RuleFile(tuple(rules), tuple(errors), tuple(reading.columns))


def version_of(rule: Rule) -> str:
    """Twelve hex digits over all that a match or an alert of the rule depends on; comments and tests don't count."""
    meaning = [
        rule.id, rule.name, rule.severity.value, rule.channel, rule.enabled, rule.labels,
        rule.max_age.total_seconds(), _plain(rule.condition),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(meaning, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[:12]


def _plain(condition: Condition) -> list[object]:
    if isinstance(condition, Term):
        return ["term", str(condition)]
    return [type(condition).__name__, [_plain(part) for part in condition.parts]]


class _RuleReading(Reading):
    """Reads the rules of one file."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.columns: list[int] = []
        self._aliases: dict[str, AnyOf] = {}
        self._terms = 0  # of the rule being read
        self._file_terms = 0

    def rules(self, root: Node) -> list[Rule]:
        """The file's good rules."""
        fields = self.fields(root, FILE_KEYS, "a rule file")
        if fields is None:
            return []
        defaults = Settings()
        if "defaults" in fields:
            defaults = read_settings(self, self.fields(fields["defaults"], SETTING_KEYS, "`defaults`") or {}, defaults)
        if "aliases" in fields:
            self._aliases = read_aliases(self, fields["aliases"])
        if "rules" not in fields:
            if "aliases" not in fields or not self.errors:
                self.fail(root, "the file has no `rules:`; add the list of rules")
            return []
        rules: list[Rule] = []
        places: dict[str, int] = {}
        for item in self.items(fields["rules"], "`rules`", scalars=False):
            rule = self._rule(item, defaults)
            if rule is None:
                continue
            if rule.id in places:
                self.fail(item, f"the id `{rule.id}` is used on line {places[rule.id]} already; ids are unique")
                continue
            places[rule.id] = rule.line
            self.columns.append(item.column)
            rules.append(rule)
        return rules

    def _rule(self, node: Node, defaults: Settings) -> Rule | None:
        before = len(self.errors)
        fields = self.fields(node, RULE_KEYS, "a rule")
        if fields is None:
            return None
        rule_id = self.text(fields["id"], "id") if "id" in fields else ""
        if "id" not in fields:
            self.fail(node, "the rule has no `id`; give it one, such as `id: kursk-strikes`")
        elif rule_id and not _ID.fullmatch(rule_id):
            self.fail(
                fields["id"], f"`{rule_id[:60]}` is not an id; use letters, digits, `-`, `_` and `.`, at most 100"
            )
        settings = read_settings(self, fields, defaults)
        condition = self._rule_condition(node, fields)
        tests = self._tests(fields["tests"]) if "tests" in fields else ()
        name = self.text(fields["name"], "name") if "name" in fields else rule_id
        description = self.text(fields["description"], "description") if "description" in fields else ""
        if len(self.errors) > before or condition is None:
            return None
        rule = Rule(
            rule_id,
            " ".join(name.split()),
            condition,
            severity=settings.severity,
            channel=settings.channel,
            enabled=settings.enabled,
            labels=settings.labels,
            description=description,
            max_age=settings.max_age,
            tests=tests,
            file=self.file,
            line=node.line,
        )
        return replace(rule, version=version_of(rule))

    def _rule_condition(self, node: Node, fields: dict[str, Node]) -> Condition | None:
        self._terms = 0
        if not any(key in fields for key in CONDITION_KEYS):
            self.fail(node, "the rule has no condition; add `any:` or `all:` with a list of terms")
            return None
        before = len(self.errors)
        condition = self._condition({key: value for key, value in fields.items() if key in CONDITION_KEYS}, 1)
        self._file_terms += self._terms
        if self._terms > MAX_TERMS or self._file_terms > MAX_FILE_TERMS:
            limit, whose = (MAX_TERMS, "the rule") if self._terms > MAX_TERMS else (MAX_FILE_TERMS, "the file")
            self.fail(node, f"{whose} has more than {limit:,} terms, aliases spelled out; split it")
            return None
        if len(self.errors) == before and not _needs_a_term(condition):
            problem = "the rule can hold for an article that has none of its words, so it would match nearly everything"
            self.fail(node, f"{problem}; say under `any` or `all` what must be there, outside of `none`")
            return None
        return condition

    def _condition(self, fields: dict[str, Node], depth: int) -> Condition:
        """A mapping of any/all/none: all of its keys must hold."""
        parts: list[Condition] = []
        for key, node in fields.items():
            inside = self._parts(node, key, depth)
            if key == "all":
                parts.extend(inside)
            else:
                parts.append(AnyOf(inside) if key == "any" else NoneOf(inside))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

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
                part = self._condition(fields, depth + 1) if fields else None
            if part is not None:
                parts.append(part)
        return tuple(parts)

    def _term(self, node: Scalar) -> Condition | None:
        try:
            term = parse_term(node.text)
        except TermError as error:
            self.fail(node, str(error))
            return None
        if isinstance(term, Term):
            self._terms += 1
            return term
        alias = self._aliases.get(term.name)
        if alias is None:
            near = nearest(term.name, self._aliases)
            hint = f"; did you mean ${near}?" if near else "; write it under `aliases:` in this file"
            self.fail(node, f"unknown alias ${term.name}{hint}")
            return None
        self._terms += len(alias.parts)
        return alias

    def _tests(self, node: Node) -> tuple[RuleTest, ...]:
        fields = self.fields(node, TEST_KEYS, "`tests`") or {}
        tests: list[RuleTest] = []
        for key, value in fields.items():
            for item in self.items(value, f"`{key}`", empty=True):
                title = ""
                if isinstance(item, Mapping):
                    parts = self.fields(item, ARTICLE_KEYS, "a test article") or {}
                    title = self.text(parts["title"], "title") if "title" in parts else ""
                    text = self.text(parts["text"], "text") if "text" in parts else ""
                    if not parts:
                        self.fail(item, "an empty test; write a sentence, or `title:` and `text:`")
                else:
                    text = self.text(item, key)
                tests.append(RuleTest(text.strip(), key == "match", item.line, " ".join(title.split())))
        return tuple(tests)


def _needs_a_term(condition: Condition) -> bool:
    """Whether the condition can hold only where at least one of its terms is found."""
    match condition:
        case AllOf(parts):
            return any(_needs_a_term(part) for part in parts)
        case AnyOf(parts):
            return all(_needs_a_term(part) for part in parts)
        case NoneOf():
            return False
        case Term():
            return True
