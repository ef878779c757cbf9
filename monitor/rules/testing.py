"""Runs the tests that rule files carry."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from monitor.model.article import Article, SourceKind
from monitor.model.rule import Match, Rule, RuleTest

_NOWHEN = datetime(2000, 1, 1, tzinfo=UTC)


class Matching(Protocol):
    """Rules made ready to match, such as `monitor.matching.Matcher`."""

    def match(self, article: Article) -> Sequence[Match]:
        """The rules that hold for the article."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """What became of one test.

    Attributes:
        passed: the rule did what the test says it must.
        file, line: where the test is written.
        terms: the terms found, for a rule that matched.
    """

    __test__ = False  # not a test class, whatever a test runner may think of the name

    rule: Rule
    test: RuleTest
    passed: bool
    file: str
    line: int
    terms: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """One line for a person: place, rule, and what went wrong."""
        place = f"{self.file}:{self.line}: {self.rule.id}"
        if self.passed:
            return f"{place}: ok"
        shown = " ".join(f"{self.test.title} {self.test.text}".split())
        shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
        found = f" (found {', '.join(self.terms)})" if self.terms else ""
        wrong = "must match but does not" if self.test.expect else f"must not match but does{found}"
        return f'{place}: {wrong}: "{shown}"'


def run_tests(rules: Iterable[Rule], prepare: Callable[[Sequence[Rule]], Matching]) -> tuple[TestResult, ...]:
    """Run every test of the rules, those of disabled rules included, in the order they are written.

    Args:
        rules: what `RuleFolder.reload` gave.
        prepare: makes a matcher of rules; pass the class `Matcher`.
    """
    return tuple(
        _run(rule, test, matching)
        for rule in rules
        if rule.tests
        for matching in [prepare((replace(rule, enabled=True),))]
        for test in rule.tests
    )


def _run(rule: Rule, test: RuleTest, matching: Matching) -> TestResult:
    article = Article(rule.file, f"line {test.line}", test.title, test.text, _NOWHEN, kind=SourceKind.SEED)
    matches = matching.match(article)
    terms = tuple(dict.fromkeys(hit.term for match in matches for hit in match.hits))
    return TestResult(rule, test, bool(matches) is test.expect, rule.file, test.line, terms)
