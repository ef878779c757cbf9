"""Every rule against one article."""

from collections.abc import Iterable, Iterator, Sequence

from monitor.matching.evaluate import View, evidence, holds
from monitor.matching.index import RuleIndex
from monitor.matching.reading import Reading
from monitor.matching.terms import Terms
from monitor.model.article import Article
from monitor.model.facts import Facts
from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    FactCondition,
    InField,
    Match,
    Near,
    NoneOf,
    Rule,
    Score,
    Times,
    Together,
)


class Matcher:
    """A set of rules, compiled once and never changed; safe to share among threads.

    Disabled rules never match.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rule for rule in rules if rule.enabled)
        self._terms = Terms()
        self._index = RuleIndex((rule.condition for rule in self.rules), self._terms)
        self._factual = {
            rule.id: rule
            for rule, exact in zip(self.rules, self._index.exact, strict=True)
            if not exact and any(isinstance(leaf, FactCondition) for leaf in leaves(rule.condition))
        }

    def match(self, article: Article) -> tuple[Match, ...]:
        """The rules that hold for the article, in the order they were given, each with its evidence.

        Conditions on facts count as what lets their rule hold: see `confirm`.
        """
        reading = self._read(article)
        view = View(reading)
        return tuple(_match(self.rules[rule], view) for rule in self._holding(reading))

    def which(self, article: Article) -> list[Rule]:
        """The rules that `match` finds, without their evidence, which is most of its work."""
        return [self.rules[number] for number in self.holding(article)]

    def holding(self, article: Article) -> list[int]:
        """Where in `rules` those stand that `match` finds."""
        return self._holding(self._read(article))

    def confirm(self, matches: Sequence[Match], article: Article, facts: Facts) -> tuple[Match, ...]:
        """Those of the article's matches that hold now that its facts are known, these added to the evidence."""
        if not any(match.rule_id in self._factual for match in matches):
            return tuple(matches)
        reading = self._read(article, facts)
        view = View(reading)
        confirmed: list[Match] = []
        for match in matches:
            rule = self._factual.get(match.rule_id)
            if rule is None:
                confirmed.append(match)
            elif holds(rule.condition, view):
                confirmed.append(_match(rule, view))
        return tuple(confirmed)

    def _read(self, article: Article, facts: Facts | None = None) -> Reading:
        return Reading(article, self._terms.scan(article.document), self._terms, facts)

    def _holding(self, reading: Reading) -> list[int]:
        candidates = self._index.candidates(reading.scan.numbers)
        exact = self._index.exact[candidates]
        rules: list[int] = candidates.tolist()
        if exact.all():
            return rules
        view = View(reading)
        return [
            rule
            for rule, sure in zip(rules, exact.tolist(), strict=True)
            if sure or holds(self.rules[rule].condition, view)
        ]


def _match(rule: Rule, view: View) -> Match:
    return Match(rule.id, rule.version, tuple(map(view.reading.hit, evidence(rule.condition, view))))


def leaves(condition: Condition) -> Iterator[Condition]:
    """Every condition that has no parts, in the order it is written."""
    match condition:
        case AnyOf(parts) | AllOf(parts) | NoneOf(parts) | AtLeast(_, parts) | Together(_, parts):
            for part in parts:
                yield from leaves(part)
        case Near():
            for part in condition.parts:
                yield from leaves(part)
        case InField(_, part) | Times(part) | Score(part):
            yield from leaves(part)
        case _:
            yield condition
