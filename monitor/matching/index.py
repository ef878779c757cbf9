"""Which rules can hold for a document, given the terms found in it.

Every rule has clauses: of each, at least one term must be found (or none, for a negative one), or the rule cannot
hold. For most rules the clauses say everything. A rule is filed under the terms of the clause that is least likely to
be met; for the rules so brought up, all clauses are then tested at once, in arrays.
"""

from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from monitor.matching.clauses import Clauses, clauses
from monitor.matching.ragged import Flags, Numbers, Ragged, distinct, stretches
from monitor.matching.terms import Terms
from monitor.model.rule import Condition


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
        single = np.diff(self._rules)[rules] == 1
        self._by_only_term = Ragged.grouped(keys[single], rules[single], len(terms))
        self._by_term = Ragged.grouped(keys[~single], rules[~single], len(terms))
        unfiled = np.ones(len(self._rules) - 1, np.bool_)
        unfiled[filed] = False
        unfiled_rules = unfiled.nonzero()[0]
        unconditional = self._rules[unfiled_rules + 1] == self._rules[unfiled_rules]
        self._always, self._excluding = unfiled_rules[unconditional], unfiled_rules[~unconditional]

    def candidates(self, found: Numbers, mask: Flags) -> Numbers:
        """Rules all of whose clauses are met, rising; the others surely don't hold.

        Args:
            found: numbers of the terms found.
            mask: for each term, whether it was found.
        """
        rules = distinct(np.concatenate((self._by_term.of(found), self._excluding)))
        if len(rules):
            first = self._rules[rules]
            counts = self._rules[rules + 1] - first
            clauses = stretches(first, counts)
            sizes = self._clauses.sizes(clauses)
            some = np.logical_or.reduceat(mask[self._clauses.of(clauses)], sizes.cumsum() - sizes)
            rules = rules[np.logical_and.reduceat(some != self._negative[clauses], counts.cumsum() - counts)]
        return distinct(np.concatenate((rules, self._by_only_term.of(found), self._always)))


def _bounds(sizes: Sequence[int]) -> Numbers:
    bounds = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(np.asarray(sizes), out=bounds[1:])
    return bounds
