"""Rule files into rules: what may stand in a file, and a message with its place for everything that may not."""

import hashlib
import json
import re
from collections.abc import Mapping as Names
from dataclasses import dataclass, field, fields, is_dataclass, replace

from monitor.errors import RuleError
from monitor.model.rule import (
    ALWAYS,
    AllOf,
    AnyOf,
    Attribute,
    Condition,
    NoneOf,
    Regex,
    Rule,
    RuleTest,
    Term,
    Updates,
)
from monitor.model.trend import NO_TRENDS
from monitor.rules.aliases import Spelling, read_spellings, spell_out
from monitor.rules.conditions import ATTRIBUTE_KEYS, CONDITION_KEYS, ConditionReading
from monitor.rules.reading import MAX_ERRORS
from monitor.rules.settings import SETTING_KEYS, Settings, read_settings
from monitor.rules.shapes import conjunction, count_terms, needs_a_word
from monitor.rules.tree import Mapping, Node, build, decode

MAX_TERMS = 20_000
"""Terms of one rule, those behind aliases counted each time."""
MAX_FILE_TERMS = 1_000_000
"""Terms of all rules of a file, counted alike."""

FILE_KEYS = ("defaults", "aliases", "vocabulary", "rules")
DEFAULT_KEYS = (*SETTING_KEYS, *ATTRIBUTE_KEYS)
RULE_KEYS = ("id", "name", "description", *SETTING_KEYS, *CONDITION_KEYS, "tests")
TEST_KEYS = ("match", "no_match")
ARTICLE_KEYS = ("title", "text", "finds", "facts", *ATTRIBUTE_KEYS)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NO_NAMES: Names[str, AnyOf] = {}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a file or a folder sets for its rules: settings, and attributes every article must have."""

    settings: Settings = field(default_factory=Settings)
    where: tuple[Attribute, ...] = ()


NO_DEFAULTS = Defaults()


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What one file says.

    Attributes:
        rules: the rules that are right, in the file's order.
        errors: what is wrong, in the file's order; the file as a whole is good only where there is none.
        columns: where each rule begins in its line, for errors found later.
        used: the names used in it that it does not define itself.
        unused: the names it defines under `aliases` and never uses, with their lines.
    """

    rules: tuple[Rule, ...]
    errors: tuple[RuleError, ...]
    columns: tuple[int, ...] = ()
    used: frozenset[str] = frozenset()
    unused: tuple[tuple[str, int], ...] = ()


def parse(
    content: bytes, file: str, vocabulary: Names[str, AnyOf] = _NO_NAMES, defaults: Defaults = NO_DEFAULTS
) -> RuleFile:
    """Read one rule file; never raises for what stands in it.

    Args:
        content: the file as it is on disk.
        file: its name, for messages.
        vocabulary: names defined in other files; those of this file are added.
        defaults: what the folder sets.
    """
    draft = Draft(content, file)
    return draft.finish({**vocabulary, **spell_out(draft.vocabulary, vocabulary)}, defaults)


class Draft:
    """A file whose YAML has been read, with what other files need of it; its rules follow once names are known.

    Attributes:
        vocabulary: the names it shares with other files.
        errors: mistakes found so far.
    """

    def __init__(self, content: bytes, file: str) -> None:
        self.vocabulary: dict[str, Spelling] = {}
        self._fields: dict[str, Node] | None = None
        self._root: Node | None = None
        try:
            text = decode(content, file)
            self._reading = _RuleReading(file, text)
            self._root = build(text, file)
        except RuleError as error:
            self._reading = _RuleReading(file)
            self._reading.errors.append(error)
            return
        self._fields = self._reading.fields(self._root, FILE_KEYS, "a rule file")
        if self._fields and "vocabulary" in self._fields:
            self.vocabulary = read_spellings(self._reading, self._fields["vocabulary"], "vocabulary")

    @property
    def errors(self) -> list[RuleError]:
        """Mistakes found so far."""
        return self._reading.errors

    def defaults(self, above: Defaults) -> Defaults:
        """What its `defaults` make of those of the folder above."""
        if not self._fields or "defaults" not in self._fields:
            return above
        return self._reading.defaults(self._fields["defaults"], above)

    def only_defaults(self) -> bool:
        """Whether nothing else stands in it."""
        return self._fields is not None and set(self._fields) == {"defaults"}

    def finish(self, vocabulary: Names[str, AnyOf], defaults: Defaults) -> RuleFile:
        """The file's rules. Call it once."""
        reading = self._reading
        if self._fields is None or self._root is None:
            return RuleFile((), tuple(reading.errors[:MAX_ERRORS]))
        rules = reading.rules(self._root, self._fields, vocabulary, self.defaults(defaults))
        errors = sorted(reading.errors, key=lambda error: (error.line, error.column))[:MAX_ERRORS]
        return RuleFile(
            tuple(rules),
            tuple(errors),
            tuple(reading.columns),
            frozenset(reading.used - reading.aliases.keys()),
            tuple((name, spelling.line) for name, spelling in reading.aliases.items() if name not in reading.used),
        )


def version_of(rule: Rule) -> str:
    """Twelve hex digits over all that a match or an alert of the rule depends on; comments and tests don't count."""
    schedule = "" if rule.schedule == ALWAYS else str(rule.schedule)
    meaning = [
        rule.id, rule.name, rule.severity.value, rule.channels, rule.enabled, rule.labels, rule.max_age.total_seconds(),
        schedule, rule.mention, rule.owner, rule.runbook, str(rule.throttle or ""), rule.digest.value,
        *(() if rule.updates is Updates.ALL else (rule.updates.value,)),
        "" if rule.trends == NO_TRENDS else str(rule.trends), rule.full_text.value,
        _plain(rule.condition),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(meaning, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[:12]


def _plain(value: object) -> object:
    """A condition as lists and texts; the names of aliases don't count, only what they stand for."""
    if isinstance(value, Term | Regex):
        return str(value)
    if isinstance(value, AnyOf | AllOf | NoneOf):
        return [type(value).__name__, *map(_plain, value.parts)]
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, part.name)) for part in fields(value) if part.compare)]
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


class _RuleReading(ConditionReading):
    """Reads the rules of one file."""

    def __init__(self, file: str, source: str = "") -> None:
        super().__init__(file, source)
        self.columns: list[int] = []
        self.aliases: dict[str, Spelling] = {}
        self._file_terms = 0

    def defaults(self, node: Node, above: Defaults) -> Defaults:
        """The defaults above with what the node changes."""
        written = self.fields(node, DEFAULT_KEYS, "`defaults`") or {}
        where = {attribute.name: attribute for attribute in above.where}
        for key in ATTRIBUTE_KEYS:
            if key in written:
                where[key] = Attribute(key, self._values(written[key], key))
        return Defaults(read_settings(self, written, above.settings), tuple(where.values()))

    def rules(
        self, root: Node, written: dict[str, Node], vocabulary: Names[str, AnyOf], defaults: Defaults
    ) -> list[Rule]:
        """The file's good rules."""
        self.names = vocabulary
        if "aliases" in written:
            self.aliases = read_spellings(self, written["aliases"], "aliases")
            self.used.update(*(spelling.uses for spelling in self.aliases.values()))
            self.names = {**vocabulary, **spell_out(self.aliases, vocabulary)}
        if "rules" not in written:
            if "vocabulary" not in written and ("aliases" not in written or not self.errors):
                self.fail(root, "the file has no `rules:`; add the list of rules")
            return []
        rules: list[Rule] = []
        places: dict[str, int] = {}
        for item in self.items(written["rules"], "`rules`", scalars=False):
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

    def _rule(self, node: Node, defaults: Defaults) -> Rule | None:
        before = len(self.errors)
        written = self.fields(node, RULE_KEYS, "a rule")
        if written is None:
            return None
        rule_id = self.text(written["id"], "id") if "id" in written else ""
        if "id" not in written:
            self.fail(node, "the rule has no `id`; give it one, such as `id: kursk-strikes`")
        elif rule_id and not _ID.fullmatch(rule_id):
            self.fail(
                written["id"], f"`{rule_id[:60]}` is not an id; use letters, digits, `-`, `_` and `.`, at most 100"
            )
        settings = read_settings(self, written, defaults.settings)
        condition = self._rule_condition(node, written, defaults.where)
        tests = self._tests(written["tests"]) if "tests" in written else ()
        name = self.text(written["name"], "name") if "name" in written else rule_id
        description = self.text(written["description"], "description") if "description" in written else ""
        if len(self.errors) > before or condition is None:
            return None
        rule = Rule(
            rule_id,
            " ".join(name.split()),
            condition,
            severity=settings.severity,
            channels=settings.channels,
            enabled=settings.enabled,
            labels=settings.labels,
            description=description,
            max_age=settings.max_age,
            full_text=settings.full_text,
            schedule=settings.schedule,
            mention=settings.mention,
            owner=settings.owner,
            runbook=settings.runbook,
            throttle=settings.throttle,
            digest=settings.digest,
            updates=settings.updates,
            trends=settings.trends,
            tests=tests,
            file=self.file,
            line=node.line,
        )
        return replace(rule, version=version_of(rule))

    def _rule_condition(self, node: Node, written: dict[str, Node], where: tuple[Attribute, ...]) -> Condition | None:
        asked = {key: value for key, value in written.items() if key in CONDITION_KEYS}
        if not asked:
            # A misspelled key is likely the condition, and telling of it is enough.
            if not isinstance(node, Mapping) or all(key.text in RULE_KEYS for key, _ in node.pairs):
                self.fail(node, "the rule has no condition; add `any:` or `all:` with a list of terms, or `query:`")
            return None
        condition = self.condition(asked)
        if condition is None:
            return None
        terms = count_terms(condition)
        self._file_terms += terms
        if terms > MAX_TERMS or self._file_terms > MAX_FILE_TERMS:
            limit, whose = (MAX_TERMS, "the rule") if terms > MAX_TERMS else (MAX_FILE_TERMS, "the file")
            self.fail(node, f"{whose} has more than {limit:,} terms, aliases spelled out; split it")
            return None
        if not needs_a_word(condition):
            problem = "the rule can hold for an article that has none of its words, so it would match nearly everything"
            self.fail(node, f"{problem}; say under `any` or `all` what must be there, outside of `none`")
            return None
        return conjunction([*(attribute for attribute in where if attribute.name not in asked), condition])

    def _tests(self, node: Node) -> tuple[RuleTest, ...]:
        tests: list[RuleTest] = []
        for key, value in (self.fields(node, TEST_KEYS, "`tests`") or {}).items():
            for item in self.items(value, f"`{key}`", empty=True):
                if isinstance(item, Mapping):
                    tests.append(self._article(item, expect=key == "match"))
                else:
                    tests.append(RuleTest(self.text(item, key).strip(), key == "match", item.line))
        return tuple(tests)

    def _article(self, item: Mapping, *, expect: bool) -> RuleTest:
        parts = self.fields(item, ARTICLE_KEYS, "a test article") or {}
        title = self.text(parts["title"], "title") if "title" in parts else ""
        text = self.text(parts["text"], "text") if "text" in parts else ""
        if not parts:
            self.fail(item, "an empty test; write a sentence, or `title:` and `text:`")
        finds: list[str] = []
        for found in self.items(parts["finds"], "`finds`") if "finds" in parts else ():
            words = " ".join(self.text(found, "finds").split())
            if not expect:
                self.fail(found, "`finds` belongs to an example that matches; move it under `match`")
            elif words not in " ".join(f"{title} {text}".split()):
                self.fail(found, f"`{words[:60]}` does not stand in this example, so it cannot be found there")
            finds.append(words)
        facts = [self.text(item, "facts") for item in self.items(parts["facts"], "`facts`")] if "facts" in parts else []
        if facts and not expect:
            self.fail(parts["facts"], "`facts` belongs to an example that matches; move it under `match`")
        attributes = [(key, value) for key in ATTRIBUTE_KEYS if key in parts for value in self._values(parts[key], key)]
        return RuleTest(
            text.strip(),
            expect,
            item.line,
            " ".join(title.split()),
            finds=tuple(finds),
            facts=tuple(filter(None, facts)),
            article=tuple(attributes),
        )
