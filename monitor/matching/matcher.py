"""Every rule against one article."""

from collections.abc import Iterable, Sequence

from monitor.matching.evaluate import Node, compile_condition, evidence, holds
from monitor.matching.index import RuleIndex
from monitor.matching.terms import Place, Scan, Terms
from monitor.model.article import Article
from monitor.model.rule import AllOf, AnyOf, Condition, Hit, Match, NoneOf, Rule, Term


class Matcher:
    """A set of rules, compiled once and never changed; safe to share among threads.

    Disabled rules never match.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rule for rule in rules if rule.enabled)
        self._terms = Terms()
        self._nodes: list[Node] = [compile_condition(rule.condition, self._terms.add) for rule in self.rules]
        self._terms.build()
        self._index = RuleIndex(self._nodes, self._terms)

    def match(self, article: Article) -> tuple[Match, ...]:
        """The rules that hold for the article, in the order they were given, each with its evidence."""
        scan = self._terms.scan(article.document)
        return tuple(
            self._match(rule, article, scan)
            for rule in sorted(self._index.candidates(scan.terms))
            if holds(self._nodes[rule], scan.terms)
        )

    def _match(self, number: int, article: Article, scan: Scan) -> Match:
        rule = self.rules[number]
        names = {self._terms.add(term): str(term) for term in reversed(list(terms_of(rule.condition)))}
        places = scan.places(evidence(self._nodes[number], scan.terms))
        return Match(rule.id, rule.version, tuple(hit(place, names[place.term], article) for place in places))


def hit(place: Place, term: str, article: Article) -> Hit:
    """The place as a field of the article and offsets into it."""
    if not article.title or place.start >= len(article.title):
        before = len(article.document) - len(article.text)
        return Hit(term, "text", place.start - before, place.end - before)
    return Hit(term, "title", place.start, place.end)


def terms_of(condition: Condition) -> Iterable[Term]:
    """Every term of a condition, in the order it is written."""
    if isinstance(condition, Term):
        yield condition
    elif isinstance(condition, AnyOf | AllOf | NoneOf):
        for part in condition.parts:
            yield from terms_of(part)
