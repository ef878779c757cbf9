"""Which rules can hold for a document, given the terms found in it.

Every rule has clauses: of each, at least one term must be found (or none, for a negative one), or the rule cannot
hold. For most rules the clauses say everything. A rule is filed under the terms of the clause that is least likely to
be met. Of the rules so brought up the next such clause is tested, of all at once; of the few that are left, every one.
"""

from array import array
from collections.abc import Iterable, Sequence, Set

import numpy as np

from monitor.matching.clauses import clauses
from monitor.matching.ragged import Numbers, Ragged, distinct, stretches
from monitor.matching.terms import Terms
from monitor.model.rule import Condition

_WIDTH = 6
"""Terms of a second clause that are tested ahead of the others."""


class RuleIndex:
    """Rules by the terms they need.

    Args:
        conditions: one a rule, in the order of their numbers.
        terms: takes up the terms of all conditions, and is built on the way.

    Attributes:
        exact: for each rule, whether its clauses say everything.
    """

    def __init__(self, conditions: Iterable[Condition], terms: Terms) -> None:
        self.exact = bytearray()
        self._terms = array("i")  # of all clauses of all rules, end to end
        self._negative = bytearray()
        sizes, counts = array("i"), array("i")
        for condition in conditions:
            found = clauses(condition, terms)
            for clause in found.needed:
                self._terms.extend(clause)
                sizes.append(len(clause))
            self._negative.extend(bytes(len(found.needed)))
            if found.excluded:
                self._terms.extend(found.excluded)
                sizes.append(len(found.excluded))
                self._negative.append(1)
            counts.append(len(found.needed) + bool(found.excluded))
            self.exact.append(found.exact)
        terms.build()
        self._clause_bounds, self._rule_bounds = _bounds(sizes), _bounds(counts)
        self._file(terms)

    def _file(self, terms: Terms) -> None:
        every = Ragged(np.frombuffer(self._terms, np.int32), np.frombuffer(self._clause_bounds, np.int32))
        begins, counts = np.frombuffer(self._rule_bounds, np.int32)[:-1], np.diff(self._rule_bounds)
        negative = np.frombuffer(self._negative, np.bool_)
        # Terms many rules watch for are the ones the news is full of.
        cost = (1 + np.bincount(every.values, minlength=len(terms))) * terms.likelihoods()
        sums = np.concatenate(([0.0], cost[every.values].cumsum()))
        clause_cost = np.where(negative, np.inf, sums[every.bounds[1:]] - sums[every.bounds[:-1]])
        by_cost = np.lexsort((clause_cost, np.arange(len(counts)).repeat(counts)))

        rules = counts.nonzero()[0]
        cheapest = by_cost[begins[rules]]
        needing = ~negative[cheapest]
        filed, cheapest = rules[needing], cheapest[needing]
        # A clause without terms costs nothing and is never met, so its rule never comes up.
        unfiled = np.ones(len(counts), np.bool_)
        unfiled[filed] = False
        # Being filed under its only clause, or having none, is proof: such a rule goes by the complement of its number.
        proven = (counts == 0) | ((counts == 1) & ~unfiled)
        entry = np.where(proven, ~np.arange(len(counts)), np.arange(len(counts))).astype(np.int32)
        by_term = Ragged.grouped(every.of(cheapest), entry[filed].repeat(every.sizes(cheapest)), len(terms))
        self._filed = array("i", by_term.values.tobytes())
        self._filed_bounds = array("i", by_term.bounds.astype(np.int32).tobytes())
        self._unfiled = array("i", entry[unfiled].tobytes())

        rules = (counts > 1).nonzero()[0]
        second = by_cost[begins[rules] + 1]
        fits = (every.sizes(second) <= _WIDTH) & ~negative[second]
        self._second = _rows(every, second[fits], rules[fits], len(counts), len(terms))

    def candidates(self, found: Set[int]) -> list[int]:
        """Rules all of whose clauses are met by the terms found, rising; the others surely don't hold."""
        filed, bounds = self._filed, self._filed_bounds
        some = self._unfiled[:]
        for term in found:
            begin, end = bounds[term], bounds[term + 1]
            if begin != end:
                some.extend(filed[begin:end])
        if not some:
            return []
        mask = np.zeros(len(bounds) + 1, np.bool_)
        mask[np.fromiter(found, np.int64, len(found))] = True
        mask[-1] = True
        entries = distinct(np.frombuffer(some, np.int32))
        first = int(entries.searchsorted(0))
        proven: list[int] = (~entries[:first]).tolist()
        tested = entries[first:]
        likely: list[int] = tested[mask[self._second[tested]].any(1)].tolist()
        return sorted(proven + [rule for rule in likely if self._met(rule, found)])

    def _met(self, rule: int, found: Set[int]) -> bool:
        """Whether all clauses of the rule are met."""
        terms, bounds, negative = self._terms, self._clause_bounds, self._negative
        return all(
            found.isdisjoint(terms[bounds[clause] : bounds[clause + 1]]) == negative[clause]
            for clause in range(self._rule_bounds[rule], self._rule_bounds[rule + 1])
        )


def _rows(every: Ragged, clause: Numbers, rule: Numbers, rules: int, terms: int) -> Numbers:
    """A row a rule, of the terms of the one of its clauses that is tested ahead.

    Two numbers beyond the terms' fill it up: one of a term never found, and one of a term always found, for rules
    without such a clause.
    """
    never, always = terms, terms + 1
    rows = np.full((rules, _WIDTH), always, np.int32)
    rows[rule] = never
    sizes = every.sizes(clause)
    rows[rule.repeat(sizes), stretches(np.zeros(len(sizes), np.int64), sizes)] = every.of(clause)
    return rows


def _bounds(sizes: Sequence[int]) -> "array[int]":
    bounds = np.zeros(len(sizes) + 1, np.int32)
    np.asarray(sizes, np.int32).cumsum(out=bounds[1:])
    return array("i", bounds.tobytes())
