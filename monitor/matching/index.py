"""Which rules can hold for a document, given the terms found in it.

Every rule has clauses: of each, at least one term must be found (or none, for a negative one), or the rule cannot
hold. For most rules the clauses say everything. A rule is filed under the terms of the clause that is least likely to
be met; for the rules so brought up the second such clause is tested, and for those that are left all clauses, of all
rules at once, in arrays.
"""

from array import array
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from monitor.matching.clauses import Clauses, clauses
from monitor.matching.ragged import Flags, Numbers, Ragged, distinct, stretches
from monitor.matching.terms import Terms
from monitor.model.rule import Condition


_WIDTH = 6
"""Terms of a second clause that are tested ahead of the others."""


class RuleIndex:
    """Rules by the terms they need.

    Args:
        conditions: one a rule, in the order of their numbers.
        terms: takes up the terms of all conditions, and is built on the way.
    """

    def __init__(self, conditions: Iterable[Condition], terms: Terms) -> None:
        number_of, sizes, negative = array("i"), array("i"), bytearray()
        counts, exact = array("i"), bytearray()
        for condition in conditions:
            found = clauses(condition, terms)
            for clause in found.needed:
                number_of.extend(clause)
                sizes.append(len(clause))
            negative.extend(bytes(len(found.needed)))
            if found.excluded:
                number_of.extend(found.excluded)
                sizes.append(len(found.excluded))
                negative.append(1)
            counts.append(len(found.needed) + bool(found.excluded))
            exact.append(found.exact)
        terms.build()
        self.exact = np.frombuffer(exact, np.bool_)
        """For each rule, whether its clauses say everything."""
        self._negative = np.frombuffer(negative, np.bool_)
        self._clauses = Ragged(np.frombuffer(number_of, np.int32), _bounds(sizes))
        self._rules = _bounds(counts)
        self._file(terms)

    def _file(self, terms: Terms) -> None:
        numbers, bounds = self._clauses.values, self._clauses.bounds
        # Terms many rules watch for are the ones the news is full of.
        cost = (1 + np.bincount(numbers, minlength=len(terms))) * terms.likelihoods()
        sums = np.concatenate(([0.0], np.cumsum(cost[numbers])))
        clause_cost = np.where(self._negative, np.inf, sums[bounds[1:]] - sums[bounds[:-1]])
        rule_of = np.repeat(np.arange(len(self._rules) - 1), np.diff(self._rules))
        by_cost = np.lexsort((clause_cost, rule_of))
        some = np.flatnonzero(np.diff(self._rules))
        cheapest = by_cost[self._rules[:-1][some]]
        needing = ~self._negative[cheapest]
        filed, first = some[needing], cheapest[needing]
        keys = self._clauses.of(first)
        # A clause without terms costs nothing and is never met, so its rule never comes up.
        rules = filed.repeat(self._clauses.sizes(first)).astype(np.int32)
        by_term = Ragged.grouped(keys, rules, len(terms))
        self._filed, self._filed_bounds = array("i", by_term.values.astype(np.int32)), array("q", by_term.bounds)
        unfiled = np.ones(len(self._rules) - 1, np.bool_)
        unfiled[filed] = False
        self._unfiled = array("i", unfiled.nonzero()[0].astype(np.int32))
        self._second = self._second_clauses(by_cost, len(terms))
        # Being filed under its only clause, or having none, is proof enough.
        counts = np.diff(self._rules)
        self._sure = (counts == 0) | ((counts == 1) & ~unfiled)

    def _second_clauses(self, by_cost: Numbers, terms: int) -> Numbers:
        """A row a rule, of the terms of its second clause by cost.

        Two numbers beyond the terms' fill it up: one of a term never found, and one of a term always found, for rules
        without such a clause or with too long a one.
        """
        never, always = terms, terms + 1
        rows = np.full((len(self._rules) - 1, _WIDTH), always, np.int32)
        some = (np.diff(self._rules) > 1).nonzero()[0]
        second = by_cost[self._rules[:-1][some] + 1]
        sizes = self._clauses.sizes(second)
        fits = (sizes <= _WIDTH) & ~self._negative[second]
        some, second, sizes = some[fits], second[fits], sizes[fits]
        rows[some] = never
        column = stretches(np.zeros(len(sizes), np.int64), sizes)
        rows[some.repeat(sizes), column] = self._clauses.of(second)
        return rows

    def candidates(self, found: Collection[int]) -> list[int]:
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
        rules = distinct(np.frombuffer(some, np.int32))
        rules = rules[mask[self._second[rules]].any(1)]
        return self._met(rules, mask).tolist()

    def _met(self, rules: Numbers, mask: Flags) -> Numbers:
        """Those of the rules all of whose clauses are met."""
        sure = self._sure[rules]
        tested = rules[~sure]
        if not len(tested):
            return rules
        first = self._rules[tested]
        counts = self._rules[tested + 1] - first
        clauses = stretches(first, counts)
        sizes = self._clauses.sizes(clauses)
        some = np.logical_or.reduceat(mask[self._clauses.of(clauses)], sizes.cumsum() - sizes)
        tested = tested[np.logical_and.reduceat(some != self._negative[clauses], counts.cumsum() - counts)]
        return np.sort(np.concatenate((rules[sure], tested)))


def _bounds(sizes: Sequence[int]) -> Numbers:
    bounds = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(np.asarray(sizes), out=bounds[1:])
    return bounds
