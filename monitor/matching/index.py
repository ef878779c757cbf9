"""Which rules can hold for a document, given the terms found in it.

Every rule has clauses: of each, at least one term must be found (or none, for a negative one), or the rule cannot
hold. For most rules the clauses say everything. A rule is filed under the terms of the clause that is least likely to
be met. Of the rules so brought up the next such clause is tested, of all at once; of the few that are left, the rest.
"""

from array import array
from collections.abc import Iterable, Sequence, Set

import numpy as np

from monitor.matching.clauses import clauses
from monitor.matching.ragged import Flags, Numbers, Ragged, distinct, stretches
from monitor.matching.terms import Terms
from monitor.model.rule import Condition

_WIDTH = 8
"""Terms of a second clause that are tested ahead of the others: as many truth values as one integer has bytes."""


class RuleIndex:
    """Rules by the terms they need.

    Args:
        conditions: one a rule, in the order of their numbers.
        terms: takes up the terms of all conditions, and is built on the way.

    Attributes:
        exact: for each rule, whether its clauses say everything.
    """

    def __init__(self, conditions: Iterable[Condition], terms: Terms) -> None:
        exact = bytearray()
        self._terms = array("i")  # of all clauses of all rules, end to end
        self._negative = bytearray()
        self._masks: list[Flags] = []
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
            exact.append(found.exact)
        self.exact = np.frombuffer(exact, np.bool_)
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
        every, negative = every.picked(by_cost), negative[by_cost]
        self._terms, self._clause_bounds = _compact(every.values), _compact(every.bounds)
        self._negative = bytearray(negative.tobytes())

        rules = counts.nonzero()[0]
        filed = rules[~negative[begins[rules]]]
        # A clause without terms is never met, so its rule never comes up.
        unfiled = np.ones(len(counts), np.bool_)
        unfiled[filed] = False
        # Being filed under its only clause, or having none, is proof: such a rule goes by the complement of its number.
        proven = (counts == 0) | ((counts == 1) & ~unfiled)
        entry = np.where(proven, ~np.arange(len(counts)), np.arange(len(counts))).astype(np.int32)
        cheapest = begins[filed]
        by_term = Ragged.grouped(every.of(cheapest), entry[filed].repeat(every.sizes(cheapest)), len(terms))
        self._filed = Ragged(np.concatenate((by_term.values, entry[unfiled])), by_term.bounds.astype(np.int32))
        self._unfiled = np.arange(len(by_term.values), len(self._filed.values))

        rules = filed[counts[filed] > 1]
        second = begins[rules] + 1
        fits = (every.sizes(second) <= _WIDTH) & ~negative[second]
        rows = _rows(every, second[fits], rules[fits], len(counts), len(terms))
        self._second = rows[np.where(self._filed.values < 0, ~self._filed.values, self._filed.values)]
        tested = (~unfiled).astype(np.int32)
        tested[rules[fits]] = 2
        self._untested = _compact(begins + tested)

    def candidates(self, found: Numbers) -> Numbers:
        """Rules all of whose clauses are met by the terms found, rising; the others surely don't hold."""
        places = self._filed.places(found)
        if len(self._unfiled):
            places = np.concatenate((places, self._unfiled))
        if not len(places):
            return places
        # A table of truth for each term, borrowed: making one anew would cost more than all the rest.
        try:
            mask = self._masks.pop()
        except IndexError:
            mask = np.zeros(len(self._filed.bounds) + 1, np.bool_)
            mask[-1] = True
        mask[found] = True
        likely = mask.take(self._second.take(places, 0)).view(np.int64).ravel().nonzero()[0]
        mask[found] = False
        self._masks.append(mask)
        entries = distinct(self._filed.values[places[likely]])
        proven = int(entries.searchsorted(0))
        rules = ~entries[:proven][::-1]
        if proven == len(entries):
            return rules
        numbers = set(found.tolist())
        met = [rule for rule in entries[proven:].tolist() if self._met(rule, numbers)]
        return np.sort(np.concatenate((rules, np.array(met, np.int32))))

    def _met(self, rule: int, found: Set[int]) -> bool:
        """Whether those clauses of the rule are met that are not tested otherwise."""
        terms, bounds, negative = self._terms, self._clause_bounds, self._negative
        for clause in range(self._untested[rule], self._rule_bounds[rule + 1]):
            if found.isdisjoint(terms[bounds[clause] : bounds[clause + 1]]) != negative[clause]:
                return False
        return True


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


def _compact(numbers: Numbers) -> "array[int]":
    """The numbers where reading one by one is fast."""
    return array("i", numbers.astype(np.int32).tobytes())


def _bounds(sizes: Sequence[int]) -> "array[int]":
    bounds = np.zeros(len(sizes) + 1, np.int32)
    np.asarray(sizes, np.int32).cumsum(out=bounds[1:])
    return _compact(bounds)
