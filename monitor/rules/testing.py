"""Runs the tests that rule files carry, and tells what of a rule they leave untried."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import UnionType
from typing import Protocol

from monitor.model.article import Article, SourceKind
from monitor.model.facts import Facts
from monitor.model.rule import Attribute, Condition, FactCondition, Hit, Match, Rule, RuleTest
from monitor.rules.facttext import says
from monitor.rules.shapes import is_one_choice, parts_of, walk
from monitor.rules.wording import written

_NOWHEN = datetime(2000, 1, 1, tzinfo=UTC)


class Matching(Protocol):
    """Rules made ready to match, such as `monitor.matching.Matcher`."""

    def match(self, article: Article) -> Sequence[Match]:
        """The rules that hold for the article."""

    def confirm(self, matches: Sequence[Match], article: Article, facts: Facts) -> Sequence[Match]:
        """Those of the matches that hold now that the facts are known."""


FactsOf = Callable[[Article], Facts | None]
"""Tells the facts of an article; None where they are not known, and conditions on them count as true."""


def no_facts(_: Article) -> None:
    """Nothing is known of any article's facts."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """What became of one test.

    Attributes:
        passed: the rule did what the test says it must.
        file, line: where the test is written.
        terms: the terms found, for a rule that matched.
        missing: what the test says must be found and was not.
    """

    __test__ = False  # not a test class, whatever a test runner may think of the name

    rule: Rule
    test: RuleTest
    passed: bool
    file: str
    line: int
    terms: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """One line for a person: place, rule, and what went wrong."""
        place = f"{self.file}:{self.line}: {self.rule.id}"
        if self.passed:
            return f"{place}: ok"
        shown = " ".join(f"{self.test.title} {self.test.text}".split())
        shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
        found = f" (found {', '.join(self.terms)})" if self.terms else ""
        if self.missing:
            wrong = f"must find {', '.join(self.missing)} but does not{found}"
        elif self.test.expect:
            wrong = "must match but does not"
        else:
            wrong = f"must not match but does{found}"
        return f'{place}: {wrong}: "{shown}"'


def asks_for_facts(rule: Rule) -> bool:
    """Whether the rule, or a test of it, can be answered only by an article's facts."""
    conditions = (isinstance(part, FactCondition) for part in walk(rule.condition))
    return any(conditions) or any(test.facts for test in rule.tests)


def run_tests(
    rules: Iterable[Rule], prepare: Callable[[Sequence[Rule]], Matching], facts_of: FactsOf = no_facts
) -> tuple[TestResult, ...]:
    """Run every test of the rules, those of disabled rules included, in the order they are written.

    Args:
        rules: what `RuleFolder.reload` gave.
        prepare: makes a matcher of rules; pass the class `Matcher`.
        facts_of: asked only for rules and tests that want facts.
    """
    return tuple(
        _run(rule, test, matching, facts_of if wants else no_facts)
        for rule in rules
        if rule.tests
        for matching, wants in [(prepare((replace(rule, enabled=True),)), asks_for_facts(rule))]
        for test in rule.tests
    )


def _run(rule: Rule, test: RuleTest, matching: Matching, facts_of: FactsOf) -> TestResult:
    article = article_of(rule, test)
    matches = matching.match(article)
    facts = facts_of(article) if matches else None
    if facts is not None:
        matches = matching.confirm(matches, article, facts)
    hits = [hit for match in matches for hit in match.hits]
    terms = tuple(dict.fromkeys(hit.term for hit in hits))
    found = {" ".join(_words(article, hit).split()) for hit in hits}
    missing = tuple(words for words in test.finds if words not in found) if matches else ()
    if matches and facts is not None:
        missing += tuple(f"the fact {words}" for words in test.facts if not says(facts, words))
    passed = bool(matches) is test.expect and not missing
    return TestResult(rule, test, passed, rule.file, test.line, terms, missing)


def _words(article: Article, hit: Hit) -> str:
    return (article.title if hit.field == "title" else article.text)[hit.start : hit.end]


def article_of(rule: Rule, test: RuleTest) -> Article:
    """The example as an article."""
    said: dict[str, list[str]] = {}
    for name, value in test.article:
        said.setdefault(name, []).append(value)
    one = {name: values[0] for name, values in said.items()}
    return Article(
        source=one.get("source", rule.file),
        key=f"line {test.line}",
        title=test.title,
        text=test.text,
        fetched=_NOWHEN,
        url=one.get("url", ""),
        lang=one.get("lang", ""),
        outlet=one.get("outlet", ""),
        group=one.get("group", ""),
        country=one.get("country", ""),
        kind=SourceKind.SEED,
        authors=tuple(said.get("author", ())),
        categories=tuple(said.get("category", ())),
    )


class Answered(Protocol):
    """A condition answered for an article, such as `monitor.matching.Explained`: its parts are the condition's."""

    @property
    def holds(self) -> bool:
        """Whether it is true."""

    @property
    def parts(self) -> Sequence["Answered"]:
        """The parts, in the rule's order."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the tests of a rule have tried.

    Attributes:
        branches: how many branches the rule has: its terms and conditions, an alias counting as one.
        untried: those no test has made true, as the rule writes them.
    """

    rule: Rule
    branches: int
    untried: tuple[str, ...]


def coverage(
    rule: Rule, explain: Callable[[Rule, Article, Facts | None], Answered], facts_of: FactsOf = no_facts
) -> Coverage:
    """Which branches of the rule its tests have made true; attributes are left out, and facts that are not known.

    Args:
        rule: with its tests.
        explain: answers a rule's condition for an article; pass `monitor.matching.explain`.
        facts_of: asked only where the rule or a test wants facts.
    """
    articles = [article_of(rule, test) for test in rule.tests]
    facts = [facts_of(article) if asks_for_facts(rule) else None for article in articles]
    left_out = Attribute if any(facts) else Attribute | FactCondition
    branches = list(_branches(rule.condition, (), left_out))
    tried: set[tuple[int, ...]] = set()
    for article, known in zip(articles, facts, strict=True):
        answered = explain(rule, article, known)
        tried.update(path for path, _ in branches if path not in tried and _at(answered, path).holds)
    return Coverage(rule, len(branches), tuple(written(part) for path, part in branches if path not in tried))


def _branches(
    condition: Condition, path: tuple[int, ...], left_out: type | UnionType
) -> Iterator[tuple[tuple[int, ...], Condition]]:
    inside = () if is_one_choice(condition) else parts_of(condition)
    if not inside and not isinstance(condition, left_out):
        yield path, condition
    for number, part in enumerate(inside):
        yield from _branches(part, (*path, number), left_out)


def _at(answered: Answered, path: tuple[int, ...]) -> Answered:
    for number in path:
        answered = answered.parts[number]
    return answered
