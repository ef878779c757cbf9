"""Which rules are worth evaluating, given the terms found in a document.

A rule is filed under the rarest terms it cannot hold without. Where these are common (a rule about "Russia" among a
thousand others), it is filed under pairs of terms from its two rarest clauses instead, so that most articles never
touch it.
"""

from collections import Counter
from collections.abc import Sequence

from monitor.matching.evaluate import Node, clause_cost, clauses
from monitor.matching.terms import Terms

_CROWDED = 8
"""Rules under one term from which on pairs pay."""
_MOST_PAIRS = 16
"""Pairs one rule may be filed under; beyond it, memory costs more than the candidates it spares."""


class RuleIndex:
    """Numbers of rules by the terms they need.

    Args:
        nodes: one compiled condition a rule, in the order of their numbers.
        terms: for how common each term is likely to be.
    """

    def __init__(self, nodes: Sequence[Node], terms: Terms) -> None:
        usage = Counter(term for node in nodes for term in _terms(node))

        def cost(term: int) -> float:
            # Terms many rules watch for are the ones the news is full of; long ones are rarer than short ones.
            return (1 + usage[term]) / max(4, terms.shortest(term))

        needed = [sorted(set(clauses(node, cost)), key=lambda clause: clause_cost(clause, cost)) for node in nodes]
        crowd = Counter(term for some in needed if some for term in some[0])
        self._always = [rule for rule, some in enumerate(needed) if not some]
        self._by_term: dict[int, list[int]] = {}
        self._by_pair: dict[int, dict[int, list[int]]] = {}
        for rule, some in enumerate(needed):
            if not some:
                continue
            first = some[0]
            if len(some) > 1 and len(first) * len(some[1]) <= _MOST_PAIRS and any(crowd[t] > _CROWDED for t in first):
                for one in first:
                    others = self._by_pair.setdefault(one, {})
                    for other in some[1]:
                        others.setdefault(other, []).append(rule)
            else:
                for one in first:
                    self._by_term.setdefault(one, []).append(rule)

    def candidates(self, found: set[int]) -> set[int]:
        """Every rule that may hold; each of the others surely doesn't."""
        rules = set(self._always)
        for term in found:
            single = self._by_term.get(term)
            if single is not None:
                rules.update(single)
            others = self._by_pair.get(term)
            if others is not None:
                for other in others.keys() & found:
                    rules.update(others[other])
        return rules


def _terms(node: Node) -> list[int]:
    return [*node[1], *(term for part in node[2] for term in _terms(part))]
