"""The live articles by their words: document frequencies, candidates, and what an article shares with others.

Words are weighted by how rare they are among the articles now live (the document frequency of Sparck Jones, 1972, kept
running as in Yang's single-pass event detection, 1998), so that what everybody writes about this week does not tie
everything together. A word that a good part of all articles has tells nothing, however often two articles have it:
forms of one desk share most of their words and none of substance.
"""

import math
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from monitor.stories.vocabulary import COMMON, stem

PRIOR_DOCUMENTS = 400.0
"""Weight of the prior on document frequencies: a fresh index has no idea yet of what is rare."""

PRIOR_COMMON = 60.0
PRIOR_RARE = 1.0
COMMONPLACE = 1.5
"""So many nats are taken off each rarity: what one article in five has is worth nothing."""

LEAST_RARITY = 0.02
FOLLOWER = 0.5
"""What a further report of a story counts where the rarity of words is reckoned in stories."""

PROBE_TERMS = 32
MIN_MASS = 0.02
MAX_POSTINGS = 1500
"""Only so many of the newest articles with a word are looked at; a word in more of them tells nothing anyway."""

NAME, SUBJECT, WEIGHT = 128, 64, 63
"""The bits of a code: proper name, other word of the title that says what it is about, 1 + ln(weight) in eighths."""

SUBJECT_SHARE = 0.2
"""What a subject counts for where names are compared."""

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.uint32]
Codes = npt.NDArray[np.uint8]


@lru_cache(maxsize=262_144)
def key_of(word: str) -> int:
    """32 bits that stand for a word, the same in every process."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def code_of(weight: float, *, name: bool, subject: bool) -> int:
    """One byte for how much an article is about a word (weights of at least 1), and what sort of word it is."""
    return min(WEIGHT, round(8 * (1.0 + math.log(weight)))) | (NAME if name else SUBJECT if subject else 0)


_COMMON = frozenset(key_of(stem(word)) for word in COMMON)


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of an article in order of appearance.

    Attributes:
        keys: see `key_of`.
        codes: see `code_of`.
        lead: so many of them stand in title and first sentences.
    """

    keys: Numbers
    codes: Codes
    lead: int


@dataclass(frozen=True, slots=True)
class Query:
    """The words of an article to look for: those that live articles have, and what all of them weigh.

    Attributes:
        numbers, values: known words, and their part of a vector of length 1.
        lead, lead_mass: the known words of the lead with their squared rarity; the mass of all its words.
        names, name_mass: the same of names in the lead, with their rarity.
    """

    numbers: Numbers
    values: Floats
    lead: tuple[Numbers, Floats]
    lead_mass: float
    names: tuple[Numbers, Floats]
    name_mass: float


@dataclass(frozen=True, slots=True)
class Shared:
    """What an article shares with a live one, each 0 to 1.

    Attributes:
        words: cosine similarity of the weighted words.
        lead: how much of the article's lead the other has anywhere; their_lead: the other way round.
        names, their_names: the same of the names in the lead alone; -1 where there are none.
        name_mass: the rarity of those names, summed, in nats; the greater of both ways.
    """

    words: float
    lead: float
    their_lead: float
    names: float
    their_names: float
    name_mass: float


class TermIndex:
    """Which live articles have which words.

    An article is known by its slot, a number that only grows; a word by a number that is free again once nobody has it.
    """

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._keys: list[int] = []
        self._free: list[int] = []
        self._postings: list[array[int]] = []
        self._seen = np.ones(1024)
        self._scratch = np.zeros((4, 1024))
        self._count = 0.0

    def add(self, slot: int, keys: Numbers, *, first: bool) -> Numbers:
        """Add an article under a slot greater than all before; the numbers of its words, in their order.

        Rarity is counted in stories, by the `first` article of each: what is much reported on is not common for that.
        """
        numbers = np.fromiter((self._number(key) for key in keys.tolist()), dtype=np.uint32, count=len(keys))
        for number in numbers.tolist():
            self._postings[number].append(slot)
        share = 1.0 if first else FOLLOWER
        self._count += share
        self._seen[numbers] += share
        return numbers

    def remove(self, slot: int, numbers: Numbers, *, first: bool) -> None:
        """Forget the oldest article."""
        share = 1.0 if first else FOLLOWER
        self._count -= share
        self._seen[numbers] -= share
        for number in numbers.tolist():
            postings = self._postings[number]
            if postings[0] != slot:
                raise ValueError(f"slot {slot} is not the oldest with word {number}; remove in order of arrival")
            del postings[0]
            if not postings:
                del self._numbers[self._keys[number]]
                self._free.append(number)

    def recount(self, numbers: Numbers, *, was_first: bool, is_first: bool) -> None:
        """Count an article's words as another sort of report's from now on."""
        change = (1.0 if is_first else FOLLOWER) - (1.0 if was_first else FOLLOWER)
        self._count += change
        self._seen[numbers] += change

    def number(self, word: str) -> int | None:
        """The number of a word that a live article has."""
        return self._numbers.get(key_of(word))

    def number_of(self, key: int) -> int | None:
        """The same, by its key."""
        return self._numbers.get(key)

    def rarity(self, word: str) -> float:
        """How rare a word is, in nats above the commonplace."""
        return self._rarity(key_of(word))

    def _rarity(self, key: int) -> float:
        number = self._numbers.get(key)
        seen = self._seen[number] if number is not None else _prior(key)
        return max(LEAST_RARITY, math.log((self._count + PRIOR_DOCUMENTS) / seen) - COMMONPLACE)

    def _number(self, key: int) -> int:
        number = self._numbers.get(key)
        if number is None:
            if self._free:
                number = self._free.pop()
                self._keys[number] = key
            else:
                number = len(self._keys)
                self._keys.append(key)
                self._postings.append(array("I"))
                if number >= len(self._seen):
                    self._seen = np.concatenate((self._seen, np.ones(len(self._seen))))
                    self._scratch = np.zeros((4, len(self._seen)))
            self._numbers[key] = number
            self._seen[number] = _prior(key)
        return number

    def query(self, terms: Terms) -> Query:
        """An article's words, weighed by the present rarities."""
        rarity = np.fromiter(
            (self._rarity(key) for key in terms.keys.tolist()), dtype=np.float64, count=len(terms.keys)
        )
        found = [self._numbers.get(key, -1) for key in terms.keys.tolist()]
        numbers = np.array(found, dtype=np.int64)
        known = numbers >= 0
        values = _weights(terms.codes) * rarity
        length = math.sqrt(float(values @ values)) or 1.0
        in_lead = np.arange(len(numbers)) < terms.lead
        named = np.where(in_lead, rarity * _naming(terms.codes), 0.0)
        names = named > 0
        squares = rarity * rarity
        plain = numbers.astype(np.uint32)
        return Query(
            numbers=plain[known],
            values=values[known] / length,
            lead=(plain[in_lead & known], squares[in_lead & known]),
            lead_mass=float(squares[in_lead].sum()),
            names=(plain[names & known], named[names & known]),
            name_mass=float(named.sum()),
        )

    def candidates(self, query: Query, base: int, limit: int) -> list[int]:
        """Slots of the articles that share most of the weightiest words, best first; none below `base`."""
        probes = np.argsort(-query.values, kind="stable")[:PROBE_TERMS]
        slots = [np.array(self._postings[query.numbers[p]][-MAX_POSTINGS:], dtype=np.int64) for p in probes]
        if not slots:
            return []
        masses = np.repeat(query.values[probes] ** 2, [len(s) for s in slots])
        mass = np.bincount(np.concatenate(slots) - base, weights=masses)
        enough = np.flatnonzero(mass > MIN_MASS)
        if len(enough) > limit:
            least = np.partition(mass[enough], len(enough) - limit)[len(enough) - limit]
            enough = enough[mass[enough] >= least]
        best = enough[np.argsort(-mass[enough], kind="stable")[:limit]]
        return [int(at) + base for at in best]

    def shared(self, query: Query, articles: Sequence[tuple[Numbers, Codes, int]]) -> list[Shared]:
        """What the article shares with each of these, given by word numbers, codes and size of the lead."""
        articles = [a if len(a[0]) else (_NOTHING, _NO_CODES, 1) for a in articles]
        if not articles:
            return []
        numbers = np.concatenate([a[0] for a in articles])
        codes = np.concatenate([a[1] for a in articles])
        sizes = np.array([len(a[0]) for a in articles])
        starts = np.concatenate(([0], np.cumsum(sizes[:-1])))
        place = np.arange(len(numbers)) - np.repeat(starts, sizes)
        in_lead = place < np.repeat(np.array([a[2] for a in articles]), sizes)
        rarity = np.maximum(LEAST_RARITY, np.log((self._count + PRIOR_DOCUMENTS) / self._seen[numbers]) - COMMONPLACE)
        values = _weights(codes) * rarity
        squares = np.where(in_lead, rarity * rarity, 0.0)
        names = np.where(in_lead, rarity * _naming(codes), 0.0)

        mine, present, lead, named = self._scratch
        mine[query.numbers], present[query.numbers] = query.values, 1.0
        lead[query.lead[0]], named[query.names[0]] = query.lead[1], query.names[1]
        there = present[numbers]
        rows = np.stack((values * values, values * mine[numbers], lead[numbers], squares, squares * there,
                         named[numbers], names, names * there))  # fmt: skip
        norm, dot, told, their_mass, their_told, named_in, their_names, their_named = np.add.reduceat(
            rows, starts, axis=1
        )
        for row in (mine, present, lead, named):
            row[query.numbers] = 0.0

        return [
            Shared(
                words=float(dot[n] / max(math.sqrt(norm[n]), 1e-9)),
                lead=float(told[n]) / max(query.lead_mass, 1e-9),
                their_lead=float(their_told[n]) / max(float(their_mass[n]), 1e-9),
                names=float(named_in[n]) / query.name_mass if query.name_mass else -1.0,
                their_names=float(their_named[n] / their_names[n]) if their_names[n] else -1.0,
                name_mass=float(max(named_in[n], their_named[n])),
            )
            for n in range(len(articles))
        ]


_NOTHING = np.zeros(1, dtype=np.uint32)
_NO_CODES = np.zeros(1, dtype=np.uint8)


def _weights(codes: Codes) -> Floats:
    weights: Floats = (codes & WEIGHT) / 8.0
    return weights


def _naming(codes: Codes) -> Floats:
    """How much each word counts where names are compared."""
    return np.where(codes >= NAME, 1.0, np.where(codes & SUBJECT, SUBJECT_SHARE, 0.0))


def terms_of(weights: Mapping[str, float], names: frozenset[str], subjects: frozenset[str], lead: int) -> Terms:
    """The words of a reading; `weights` in order of appearance, `lead` of them in title and first sentences."""
    count = len(weights)
    return Terms(
        keys=np.fromiter((key_of(word) for word in weights), dtype=np.uint32, count=count),
        codes=np.fromiter(
            (code_of(w, name=word in names, subject=word in subjects) for word, w in weights.items()),
            dtype=np.uint8,
            count=count,
        ),
        lead=lead,
    )


def _prior(key: int) -> float:
    return PRIOR_COMMON if key in _COMMON else PRIOR_RARE
