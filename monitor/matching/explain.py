"""Why a rule holds for an article, or why not: the condition as a tree with its answer and the text at every leaf."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.matching.evaluate import View
from monitor.matching.matcher import leaves
from monitor.matching.reading import Found, Reading
from monitor.matching.terms import Terms
from monitor.model.article import Article
from monitor.model.rule import AllOf, AnyOf, Condition, Hit, NoneOf, Rule, Term

_CONTEXT = 30
"""Characters shown on each side of a found term."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One node of a rule's condition, answered for one article.

    Attributes:
        label: "all of", "any of", "any of $alias", "none of", or the term as the rule writes it.
        holds: whether this node is true.
        hits: where a term was found; empty for the other nodes.
        passages: the words around each hit, on one line.
        parts: the nodes below, in the rule's order.
    """

    label: str
    holds: bool
    hits: tuple[Hit, ...] = ()
    passages: tuple[str, ...] = ()
    parts: tuple["Explained", ...] = ()


def explain(rule: Rule, article: Article) -> Explained:
    """The rule's condition answered for the article, whether or not the rule is enabled."""
    terms = Terms()
    for leaf in leaves(rule.condition):
        if isinstance(leaf, Term):
            terms.add(leaf)
    terms.build()
    reading = Reading(article, terms.scan(article.document), terms)
    return _explain(rule.condition, View(reading))


def _explain(condition: Condition, view: View) -> Explained:
    reading = view.reading
    if isinstance(condition, Term):
        places = view.places(condition)
        return Explained(
            str(condition),
            bool(places),
            tuple(reading.hit(Found(*place, str(condition))) for place in places),
            tuple(_passage(reading.document, *place) for place in places),
        )
    parts = tuple(_explain(part, view) for part in condition.parts)
    match condition:
        case AllOf():
            return Explained("all of", all(part.holds for part in parts), parts=parts)
        case AnyOf():
            label = f"any of ${condition.alias}" if condition.alias else "any of"
            return Explained(label, any(part.holds for part in parts), parts=parts)
        case NoneOf():
            return Explained("none of", not any(part.holds for part in parts), parts=parts)


def render(node: Explained, depth: int = 0) -> Iterator[str]:
    """The tree as lines for a terminal: a tick or a cross, the node, and the text where a term was found."""
    mark = "✓" if node.holds else "✗"
    found = f": {node.passages[0]}" if node.passages else ""
    more = f" (+{len(node.passages) - 1} more)" if len(node.passages) > 1 else ""
    yield f"{'  ' * depth}{mark} {node.label}{found}{more}"
    for part in node.parts:
        yield from render(part, depth + 1)


def _passage(document: str, start: int, end: int) -> str:
    before, after = document[max(0, start - _CONTEXT) : start], document[end : end + _CONTEXT]
    # Half words at the cuts are left out, where the script has spaces to tell by.
    if start > _CONTEXT:
        before = f"…{before.partition(' ')[2] or before}"
    if end + _CONTEXT < len(document):
        after = f"{after.rpartition(' ')[0] or after}…"
    return " ".join(f"{before}[{document[start:end]}]{after}".split())
