"""Same story: how much two articles are about one event, by rare words, names, places and days.

Words are weighted by how rare they are among the articles now live (the document frequency of Sparck Jones, 1972, kept
running as in Yang's single-pass event detection, 1998), so that what everybody writes about this week does not tie
everything together.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from monitor.stories.vocabulary import COMMON, stem

PRIOR_DOCUMENTS = 400.0
"""Weight of the prior on document frequencies: a fresh index has no idea yet of what is rare."""

PRIOR_COMMON = 60.0
PRIOR_RARE = 1.0
PROBE_TERMS = 40
MIN_MASS = 0.02
NO_SHARED_NAME = 0.35
ENOUGH_NAMES = 0.25
OTHER_PLACE = 0.35
OTHER_DAY = 0.6
"""What is left of a likeness between reports from places, or of days, that the other does not name."""

MAX_POSTINGS = 4000
"""Only so many of the newest articles with a word are looked at; a word in more of them tells nothing anyway."""

_COMMON = frozenset(stem(word) for word in COMMON)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    """What sameness keeps of an article beside its words: all names, and names, places and days of title and lead."""

    names: frozenset[str]
    lead_names: frozenset[str]
    places: frozenset[str]
    days: frozenset[date]
    all_days: frozenset[date]


class TermIndex:
    """The live articles by their words: document frequencies, candidates, cosine similarity.

    An article is known by its slot, a number that only grows; a word by a number that is free again once nobody has it.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        self._free: list[int] = []
        self._postings: list[array[int]] = []
        self._seen = np.zeros(1024)
        self._scratch = np.zeros(1024)
        self._count = 0

    def add(self, slot: int, words: Sequence[str]) -> "array[int]":
        """Add an article under a slot greater than all before; the numbers of its words, in their order."""
        self._count += 1
        numbers = array("I", (self._number(word) for word in words))
        for number in numbers:
            self._postings[number].append(slot)
        self._seen[numbers] += 1.0
        return numbers

    def remove(self, slot: int, numbers: "array[int]") -> None:
        """Forget the oldest article."""
        self._count -= 1
        self._seen[numbers] -= 1.0
        for number in numbers:
            postings = self._postings[number]
            if postings[0] != slot:
                raise ValueError(
                    f"slot {slot} is not the oldest with word {self._words[number]!r}; remove in order of arrival"
                )
            del postings[0]
            if not postings:
                del self._numbers[self._words[number]]
                self._free.append(number)

    def number(self, word: str) -> int | None:
        """The number of a word that a live article has."""
        return self._numbers.get(word)

    def rarity(self, word: str) -> float:
        """How rare a word is, in nats."""
        number = self._numbers.get(word)
        return math.log((self._count + PRIOR_DOCUMENTS) / (self._seen[number] if number is not None else _prior(word)))

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            if self._free:
                number = self._free.pop()
                self._words[number] = word
            else:
                number = len(self._words)
                self._words.append(word)
                self._postings.append(array("I"))
                if number >= len(self._seen):
                    self._seen = np.concatenate((self._seen, np.zeros(len(self._seen))))
                    self._scratch = np.zeros(len(self._seen))
            self._numbers[word] = number
            self._seen[number] = _prior(word)
        return number

    def query(self, weights: Mapping[str, float]) -> "Query":
        """An article's words, weighed by the present rarities and scaled to length 1."""
        known: list[int] = []
        values: list[float] = []
        square = 0.0
        for word, weight in weights.items():
            value = (1.0 + math.log(weight)) * self.rarity(word)
            square += value * value
            number = self._numbers.get(word)
            if number is not None:
                known.append(number)
                values.append(value)
        return Query(np.array(known, dtype=np.int64), np.array(values) / (math.sqrt(square) or 1.0))

    def candidates(self, query: "Query", base: int, limit: int) -> list[int]:
        """Slots of the articles that share most of the weightiest words, best first; none below `base`."""
        probes = np.argsort(-query.values, kind="stable")[:PROBE_TERMS]
        slots = [np.array(self._postings[query.numbers[p]][-MAX_POSTINGS:], dtype=np.int64) for p in probes]
        if not slots:
            return []
        masses = np.repeat(query.values[probes] ** 2, [len(s) for s in slots])
        mass = np.bincount(np.concatenate(slots) - base, weights=masses)
        best = np.argsort(-mass, kind="stable")[:limit]
        return [int(at) + base for at in best if mass[at] > MIN_MASS]

    def cosines(self, query: "Query", articles: "Sequence[tuple[array[int], array[float]]]") -> list[float]:
        """Cosine similarity of the query with each article, given as word numbers and weights of at least 1."""
        if not articles:
            return []
        numbers = np.concatenate(
            [np.frombuffer(a[0], dtype=np.uint32) if len(a[0]) else np.zeros(1, np.uint32) for a in articles]
        )
        weights = np.concatenate(
            [np.frombuffer(a[1], dtype=np.float32) if len(a[1]) else np.ones(1, np.float32) for a in articles]
        )
        starts = np.cumsum([0, *(max(1, len(a[0])) for a in articles[:-1])])
        values = (1.0 + np.log(weights.astype(np.float64))) * np.log(
            (self._count + PRIOR_DOCUMENTS) / self._seen[numbers]
        )
        norms = np.sqrt(np.add.reduceat(values * values, starts))
        self._scratch[query.numbers] = query.values
        dots = np.add.reduceat(values * self._scratch[numbers], starts)
        self._scratch[query.numbers] = 0.0
        return [float(v) for v in dots / np.maximum(norms, 1e-9)]


@dataclass(frozen=True, slots=True)
class Query:
    """The words of an article that live articles have: numbers and weights, as part of a vector of length 1."""

    numbers: npt.NDArray[np.int64]
    values: Floats


def _prior(word: str) -> float:
    return PRIOR_COMMON if word in _COMMON else PRIOR_RARE


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike an article and a member of a story are, and from what.

    Attributes:
        score: 0 to 1, after all corrections.
        words: cosine similarity of the weighted words.
        names: share of the lead's names that the other has, the rarer the more.
        conflict: what speaks against, in words; "" for nothing.
    """

    score: float
    words: float
    names: float
    conflict: str = ""


def likeness(
    mine: Profile, theirs: Profile, *, words: float, shared: float, gap: timedelta, half_life: timedelta
) -> Likeness:
    """Words and names, faded by the time between the two, less what speaks against it.

    Args:
        mine: of the article to decide on.
        theirs: of the member.
        words: cosine similarity.
        shared: see `shared_names`.
        gap: time between the two articles.
        half_life: the gap at which the score has lost half of what time can take.
    """
    score = 0.8 * words + 0.2 * shared * min(1.0, words / 0.2)
    conflict = _conflict(mine, theirs)
    if conflict:
        score *= OTHER_PLACE if conflict.startswith("places") else OTHER_DAY
    if mine.lead_names and theirs.lead_names:
        score *= NO_SHARED_NAME + (1.0 - NO_SHARED_NAME) * min(1.0, shared / ENOUGH_NAMES)
    fading = 0.5 ** (gap / half_life)
    score *= 0.6 + 0.4 * fading
    return Likeness(min(1.0, score), words, shared, conflict)


def shared_names(mine: Profile, theirs: Profile, rarity: Mapping[str, float]) -> float:
    """Weighted overlap of the names in title and lead; 0.3 where neither has any (nothing to go by)."""
    if not mine.lead_names and not theirs.lead_names:
        return 0.3
    both = sum(rarity[n] for n in sorted(mine.lead_names & theirs.lead_names))
    mine_all = sum(rarity[n] for n in sorted(mine.lead_names))
    theirs_all = sum(rarity[n] for n in sorted(theirs.lead_names))
    least = min(mine_all, theirs_all)
    return both / least if least else 0.0


def _conflict(mine: Profile, theirs: Profile) -> str:
    """Two events of one kind: each at a place the other never names, or on other days."""
    if mine.places and theirs.places and not mine.places & theirs.places:
        only_mine, only_theirs = mine.places - theirs.names, theirs.places - mine.names
        if only_mine and only_theirs:
            return f"places {', '.join(sorted(only_mine))} against {', '.join(sorted(only_theirs))}"
    if mine.days and theirs.days and not mine.days & theirs.all_days and not theirs.days & mine.all_days:
        return f"days {min(mine.days)} against {min(theirs.days)}"
    return ""
