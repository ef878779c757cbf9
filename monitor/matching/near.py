"""Places close together: which choices of one place a part stand near one another."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache

from monitor.matching.reading import Reading
from monitor.matching.terms import Place

_MOST_STOPS = 20_000
"""Places of one paragraph that are looked at; no newspaper prints a paragraph with more."""

_Stop = tuple[int, int, int]
"""A place, and the number of the part it is one of."""


def near(parts: Sequence[Sequence[Place]], distance: int, reading: Reading, *, ordered: bool) -> list[set[Place]]:
    """For each part, those of its places that belong to some choice of one place a part which stands close together.

    A choice is a walk in reading order over places of one paragraph that do not overlap, at most `distance` words from
    one to the next, and meets each part once (in the parts' order, if `ordered`). What a walk has met so far is a set
    of parts; a set of parts is a number with a bit for each, and a set of such sets one with a bit for each of them. So
    the cost of a step is that of adding numbers of 2 ** len(parts) bits.
    """
    used: list[set[Place]] = [set() for _ in parts]
    for paragraph in reading.paragraphs:
        stops = sorted(
            (start, end, number)
            for number, places in enumerate(parts)
            for start, end in places
            if paragraph[0] <= start and end <= paragraph[1]
        )[:_MOST_STOPS]
        if len({number for _, _, number in stops}) < len(parts):
            continue
        following = _following(stops, distance, reading)
        met = _sets_met(stops, following, len(parts), ordered=ordered)
        for (start, end, number), good in zip(stops, _good_sets(stops, following, len(parts), met), strict=True):
            if good:
                used[number].add((start, end))
    return used


def _following(stops: Sequence[_Stop], distance: int, reading: Reading) -> list[range]:
    """For each stop, those that may come next."""
    starts = [start for start, _, _ in stops]
    words = [reading.words_before(start) for start in starts]
    return [
        range(bisect_left(starts, end), bisect_right(words, distance + reading.words_begun(end))) for _, end, _ in stops
    ]


def _sets_met(stops: Sequence[_Stop], following: Sequence[range], parts: int, *, ordered: bool) -> list[int]:
    """For each stop, the sets of parts met by walks that end there."""
    met = [0] * len(stops)
    for index, (_, _, number) in enumerate(stops):
        if not ordered or number == 0:
            met[index] |= 1 << (1 << number)
        if not met[index]:
            continue
        for later in following[index]:
            other = stops[later][2]
            before = 1 << ((1 << other) - 1) if ordered else _sets_without(other, parts)
            met[later] |= (met[index] & before) << (1 << other)
    return met


def _good_sets(stops: Sequence[_Stop], following: Sequence[range], parts: int, met: Sequence[int]) -> list[int]:
    """For each stop, those of the sets met there from which a walk goes on to meet all the rest."""
    everything = 1 << ((1 << parts) - 1)
    good = [sets & everything for sets in met]
    for index in reversed(range(len(stops))):
        for later in following[index] if met[index] else ():
            other = stops[later][2]
            good[index] |= met[index] & _sets_without(other, parts) & (good[later] >> (1 << other))
    return good


@cache
def _sets_without(part: int, parts: int) -> int:
    """The sets of parts that lack one: stretches of 2 ** part bits, as many of ones as of zeros."""
    sets, size = (1 << (1 << part)) - 1, 2 << part
    while size < 1 << parts:
        sets |= sets << size
        size *= 2
    return sets
