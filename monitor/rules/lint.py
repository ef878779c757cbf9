"""What is written in good order and still cannot be meant so."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from monitor.model.rule import (
    AllOf,
    AnyOf,
    Attribute,
    Condition,
    InField,
    Near,
    NoneOf,
    Rule,
    Score,
    Term,
    Times,
    Together,
)
from monitor.rules.shapes import is_one_choice, walk
from monitor.rules.wording import written

Code = Literal[
    "never",
    "ruled-out",
    "swallowed",
    "repeated",
    "duplicate",
    "unused",
    "broad",
    "emptied",
    "reduced",
    "over",
    "untested",
]

BROAD_SHARE = 0.05
"""A rule that matches more of all articles than this is called too broad."""
EMPTIED_SHARE = 0.95
"""A `none` that takes away more of what would match than this is called too wide."""
MIN_EMPTIED = 20
"""Fewer articles than these say nothing about what `none` takes away."""
MIN_ARTICLES = 200
"""Fewer articles than these say nothing about how broad a rule is."""

_WORD = re.compile(r"\w+")
_SHORT = 2
_SINGLE = frozenset({"outlet", "group", "country"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that looks wrong.

    Attributes:
        code: names the kind; docs/rules.md lists them.
        problem: what it is and what to do.
        rule: the rule's id, "" where it is no rule.
    """

    code: Code
    problem: str
    file: str
    line: int
    rule: str = ""

    def __str__(self) -> str:
        """Place, rule and problem on one line."""
        whose = f"{self.rule}: " if self.rule else ""
        return f"{self.file}:{self.line}: {whose}{self.problem} [{self.code}]"


def lint(
    rules: Iterable[Rule], unused: Iterable[tuple[str, int, str]] = (), today: date | None = None
) -> tuple[Doubt, ...]:
    """Everything that looks wrong, in the order of files and lines.

    Args:
        rules: of all files.
        unused: names nothing uses, as `Reloaded` has them.
        today: tells rules whose time is over; None leaves that out.
    """
    found: list[Doubt] = []
    known: dict[object, Rule] = {}
    for rule in rules:
        found.extend(_of(rule, code, problem) for code, problem in _doubts(rule.condition))
        found.extend(_of(rule, code, problem) for code, problem in _settings_doubts(rule, today))
        if not rule.tests:
            found.append(_of(rule, "untested", "has no tests; add `tests:` with `match:` and `no_match:`"))
        twin = known.setdefault((_meaning(rule.condition), rule.trends, rule.schedule), rule)
        if twin is not rule:
            problem = f"asks the same as {twin.id} ({twin.file}:{twin.line}); delete one of them"
            found.append(_of(rule, "duplicate", problem))
    found.extend(
        Doubt("unused", f"nothing uses ${name}; use it or delete it", file, line) for file, line, name in unused
    )
    return tuple(sorted(found, key=lambda doubt: (doubt.file, doubt.line)))


def too_broad(rules: Mapping[str, Rule], matched: Mapping[str, int], articles: int) -> tuple[Doubt, ...]:
    """Rules that matched a large share of all articles.

    Args:
        rules: by id.
        matched: how many of the articles each rule matched.
        articles: how many there were.
    """
    if articles < MIN_ARTICLES:
        return ()
    return tuple(
        _of(rules[name], "broad", f"matches {count / articles:.0%} of last week's articles; ask for one thing more")
        for name, count in matched.items()
        if count > BROAD_SHARE * articles
    )


def emptied(rules: Mapping[str, Rule], matched: Mapping[str, int], without: Mapping[str, int]) -> tuple[Doubt, ...]:
    """Rules whose `none` takes away nearly all they would find.

    Args:
        rules: by id.
        matched: how many articles each rule matched.
        without: how many it would have matched without its `none`.
    """
    problem = "`none` takes away {} of the {} articles of last week that match otherwise; narrow it"
    return tuple(
        _of(rules[name], "emptied", problem.format(count - matched.get(name, 0), count))
        for name, count in without.items()
        if count >= MIN_EMPTIED and matched.get(name, 0) <= (1 - EMPTIED_SHARE) * count
    )


def without_none(rule: Rule) -> Rule | None:
    """The rule without what it rules out; None where it rules nothing out, or nothing else is left."""
    if not isinstance(rule.condition, AllOf):
        return None
    kept = tuple(part for part in rule.condition.parts if not isinstance(part, NoneOf))
    return replace(rule, condition=AllOf(kept)) if 0 < len(kept) < len(rule.condition.parts) else None


def _settings_doubts(rule: Rule, today: date | None) -> Iterator[tuple[Code, str]]:
    """What is odd about when the rule holds and alerts."""
    end, trends = rule.schedule.end, rule.trends
    if today is not None and end is not None and end < today and rule.enabled:
        yield "over", f"its last day was {end}; delete it, disable it, or move `end`"
    if trends.flatline and trends.flatline.only and any((trends.frequency, trends.spike, trends.first_seen)):
        yield "never", "`flatline` with `only` lets no article alert, so its other conditions over time do nothing"
    if trends.edited and (trends.frequency or trends.spike):
        yield "never", "asks of an edit that many report at once, which edits don't; make two rules of it"


def _of(rule: Rule, code: Code, problem: str) -> Doubt:
    return Doubt(code, problem, rule.file, rule.line, rule.id)


def _doubts(condition: Condition) -> Iterator[tuple[Code, str]]:
    told: set[str] = set()
    for node in walk(condition):
        if isinstance(node, AnyOf | NoneOf) and not (is_one_choice(node) and not getattr(node, "alias", "")):
            for code, problem in _list_doubts(node):
                if problem not in told:
                    told.add(problem)
                    yield code, problem
    for node in walk(condition):
        if isinstance(node, Term) and (problem := _reduced(node)) and problem not in told:
            told.add(problem)
            yield "reduced", problem
        if isinstance(node, AllOf):
            yield from _contradictions(node, whole=node is condition)


def _reduced(term: Term) -> str:
    """A word of which the engine, to which punctuation is a space, leaves hardly anything."""
    words = _words(term)
    lost = any(unicodedata.category(sign)[0] in "SP" and sign not in "-.'’&" for sign in term.text)
    if not lost or sum(map(len, words)) > _SHORT or not "".join(words).isascii():
        return ""
    return f"{written(term)} is searched as {' '.join(words)}, since punctuation is not; write a regular expression"


def _list_doubts(node: AnyOf | NoneOf) -> Iterator[tuple[Code, str]]:
    """Terms that find nothing the others of the list don't find."""
    terms = [part for part in node.parts if isinstance(part, Term)]
    broad = _Broad(terms)
    choices = [(part, _Broad(_terms(part))) for part in node.parts if is_one_choice(part)]
    seen: set[object] = set()
    for term in terms:
        key = _meaning(term)
        if key in seen:
            yield "repeated", f"{written(term)} stands twice in one list; delete one"
            continue
        seen.add(key)
        broader: Condition | None = broad.over(term)
        broader = broader or next((choice for choice, forms in choices if forms.over(term, itself=True)), None)
        if broader is not None:
            yield "swallowed", f"{written(term)} finds nothing that {written(broader)} beside it does not; delete one"


def _contradictions(condition: AllOf, *, whole: bool) -> Iterator[tuple[Code, str]]:
    """What is asked for and ruled out at once, in the whole rule or in a branch of it."""
    parts = list(_required(condition))
    subject = "can never match" if whole else "has a branch that can never hold"
    if (problem := _two_places(parts)) is not None:
        yield "never", f"{subject}: {problem}"
        return
    refused = [term for part in parts if isinstance(part, NoneOf) for term in _alternatives(part.parts)]
    broad = _Broad(refused)
    for part in parts:
        if isinstance(part, NoneOf):
            continue
        asked = _terms(part)
        out = [(term, by) for term in asked if (by := broad.over(term, itself=True)) is not None]
        if out and len(out) == len(asked):
            term, by = out[0]
            problem = f"{subject}: it needs {written(part)}, and `none` rules out {written(by)}; mend one of them"
            yield "never", problem
            return
        for term, by in out:
            yield "ruled-out", f"{written(term)} can never count, since `none` rules out {written(by)}; delete one"


def _two_places(parts: Iterable[Condition]) -> str | None:
    """An article has one outlet, group and country; asking for two that differ asks for nothing."""
    seen: dict[str, set[str]] = {}
    for part in parts:
        if isinstance(part, Attribute) and part.name in _SINGLE and not any("*" in value for value in part.values):
            values = {value.casefold() for value in part.values}
            if seen.setdefault(part.name, values).isdisjoint(values):
                return f"it asks for two of `{part.name}` at once; put them into one list"
            seen[part.name] &= values
    return None


def _required(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf):
        for part in condition.parts:
            yield from _required(part)
    else:
        yield condition


def _terms(condition: Condition) -> list[Term]:
    """The terms of which one must be found for the condition to hold; none where it is not as simple as that."""
    if isinstance(condition, Term):
        return [condition]
    if isinstance(condition, InField | Score | Times):
        return _terms(condition.part)
    if isinstance(condition, AnyOf):
        found = [_terms(part) for part in condition.parts]
        return [term for some in found for term in some] if all(found) else []
    if isinstance(condition, AllOf | Near | Together) and condition.parts:
        return next((terms for part in condition.parts if (terms := _terms(part))), [])
    return []


def _alternatives(parts: Iterable[Condition]) -> Iterator[Term]:
    """The terms of which each by itself makes one of the parts hold."""
    for part in parts:
        if isinstance(part, Term):
            yield part
        elif isinstance(part, AnyOf):
            yield from _alternatives(part.parts)


class _Broad:
    """Terms, asked for one that is found wherever a given term is."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._whole: dict[tuple[str, ...], Term] = {}
        self._begun: dict[tuple[str, ...], Term] = {}
        for term in terms:
            # A term with exact case is narrower than it looks, and one with a hyphen has several readings.
            if not term.exact and "-" not in term.text:
                (self._begun if term.prefix else self._whole).setdefault(_words(term), term)

    def over(self, term: Term, *, itself: bool = False) -> Term | None:
        """Another term found in every place of this one; the same words count only where `itself` says so."""
        words = _words(term)
        if "-" in term.text or not words:
            return None
        for first in range(len(words)):
            for last in range(first + 1, len(words) + 1):
                for found in self._found(words[first:last], open_end=term.prefix and last == len(words)):
                    if itself or _meaning(found) != _meaning(term):
                        return found
        return None

    def _found(self, words: tuple[str, ...], *, open_end: bool) -> Iterator[Term]:
        if not open_end and words in self._whole:
            yield self._whole[words]
        for length in range(1, len(words[-1]) + 1):
            found = self._begun.get((*words[:-1], words[-1][:length]))
            if found is not None:
                yield found


def _words(term: Term) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", term.text.replace("’", "'")).casefold()
    return tuple(_WORD.findall(re.sub(r"'s\b", " ", plain)))


def _meaning(condition: Condition) -> object:
    """Equal for conditions that ask the same in another order."""
    if isinstance(condition, Term):
        text = condition.text if condition.exact else condition.text.casefold()
        return text, condition.exact, condition.prefix
    if isinstance(condition, AnyOf | AllOf | NoneOf):
        parts = frozenset(map(_meaning, condition.parts))
        return next(iter(parts)) if len(parts) == 1 and not isinstance(condition, NoneOf) else (type(condition), parts)
    return condition
