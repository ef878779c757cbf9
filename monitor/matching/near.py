"""Places close together: which choices of one place a part stand near one another."""

from collections.abc import Sequence

from monitor.matching.reading import Reading
from monitor.matching.terms import Place


def near(parts: Sequence[Sequence[Place]], distance: int, reading: Reading, *, ordered: bool) -> list[set[Place]]:
    """For each part, those of its places that belong to some choice of one place a part which stands close together.

    A choice is a walk in reading order over places of one paragraph that do not overlap, at most `distance` words from
    one to the next, and meets each part once (in the parts' order, if `ordered`). What a walk has met so far is a set
    of parts, so places are judged by the sets that walks to them and from them can have met. The cost grows with
    2 ** len(parts), or with len(parts) if `ordered`.
    """
    everything = (1 << len(parts)) - 1
    used: list[set[Place]] = [set() for _ in parts]
    for paragraph in reading.paragraphs:
        stops = sorted(
            (start, end, number)
            for number, places in enumerate(parts)
            for start, end in places
            if paragraph[0] <= start and end <= paragraph[1]
        )
        if len({number for _, _, number in stops}) < len(parts):
            continue
        following = _following(stops, distance, reading)
        to = _sets_met(stops, following, ordered=ordered)
        onward = _sets_to_come(stops, following, everything, to)
        for (start, end, number), before, after in zip(stops, to, onward, strict=True):
            if before & after:
                used[number].add((start, end))
    return used


def _following(stops: Sequence[tuple[int, int, int]], distance: int, reading: Reading) -> list[list[int]]:
    """For each stop, those that may come next."""
    found: list[list[int]] = []
    for index, (_, end, _) in enumerate(stops):
        limit = reading.words_before(end)
        some: list[int] = []
        for later in range(index + 1, len(stops)):
            start = stops[later][0]
            if reading.words_before(start) - limit > distance + 1:
                break
            if start >= end and reading.words_between(end, start) <= distance:
                some.append(later)
        found.append(some)
    return found


def _sets_met(
    stops: Sequence[tuple[int, int, int]], following: Sequence[Sequence[int]], *, ordered: bool
) -> list[set[int]]:
    """For each stop, the sets of parts met by walks that end there."""
    met: list[set[int]] = [set() for _ in stops]
    for index, (_, _, number) in enumerate(stops):
        if not ordered or number == 0:
            met[index].add(1 << number)
        for later in following[index]:
            other = stops[later][2]
            for walk in met[index]:
                if not walk >> other & 1 and (not ordered or walk == (1 << other) - 1):
                    met[later].add(walk | 1 << other)
    return met


def _sets_to_come(
    stops: Sequence[tuple[int, int, int]],
    following: Sequence[Sequence[int]],
    everything: int,
    met: Sequence[set[int]],
) -> list[set[int]]:
    """For each stop, those of the sets met there from which a walk can meet all the rest."""
    good: list[set[int]] = [met[index] & {everything} for index in range(len(stops))]
    for index in reversed(range(len(stops))):
        for later in following[index]:
            bit = 1 << stops[later][2]
            good[index].update(walk for walk in met[index] if not walk & bit and walk | bit in good[later])
    return good
