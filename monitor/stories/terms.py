"""The live articles by their words: document frequencies, candidates, and what an article shares with others.

Words are weighted by how rare they are among the articles now live (the document frequency of Sparck Jones, 1972, kept
running as in Yang's single-pass event detection, 1998), so that what everybody writes about this week does not tie
everything together. A word that a good part of all articles has tells nothing, however often two articles have it:
forms of one desk share most of their words and none of substance.
"""

import math
import zlib
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from monitor.stories.sounds import EVERYWHERE, is_cyrillic, sound_of
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
"""The bits of a code: proper name, word of the title that says what it is about, 1 + ln(weight) in eighths."""

COUNT, LATIN, CYRILLIC = 0, 1, 2
"""Codes of what has no part in the likeness of words: a number, and how a name sounds that is in these letters."""

RARE = 1.5
"""Weighted rarity from which a word tells something."""

A_SOUND = 0.2
"""What a sound in common counts for among candidates, of 1 for all words."""

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
    return min(WEIGHT, round(8 * (1.0 + math.log(weight)))) | NAME * name | SUBJECT * subject


_ROUND = (*range(2, 13), 15, 20, 30, 40, 50, 100)
_LETTERS = LATIN | CYRILLIC


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
        names, name_mass: the same of names in the lead, with their rarity.
        subjects, subject_mass: the known words of the title that say what it is about, with their squared rarity; the
            mass of all of them.
        counts: the known numbers of the lead, with their rarity.
        sounds: the sounds of names that live articles in another script or language have, with their rarity.
    """

    numbers: Numbers
    values: Floats
    names: tuple[Numbers, Floats]
    name_mass: float
    subjects: tuple[Numbers, Floats]
    subject_mass: float
    counts: tuple[Numbers, Floats]
    sounds: tuple[Numbers, Floats]


@dataclass(frozen=True, slots=True)
class Shared:
    """What an article shares with a live one, each 0 to 1.

    Attributes:
        words: cosine similarity of the weighted words.
        names: how much of the names in the article's lead the other has anywhere; their_names: the other way round;
            -1 where there are none.
        name_mass: the rarity of those names, summed, in nats; the greater of both ways.
        titles: how rare what both titles are about is, in nats (the root of the summed squares).
        told, their_told: how much of what the article's title is about the other has anywhere; the other way round; -1
            where a title is about nothing.
        rare: so many words that tell something are in both.
        counts: how rare the numbers in both leads are, summed, in nats.
        sounds: the same of names that sound alike, where another language may write them otherwise.
    """

    words: float
    names: float
    their_names: float
    name_mass: float
    titles: float
    told: float
    their_told: float
    rare: int
    counts: float
    sounds: float


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
        self._scratch = np.zeros((6, 1024))
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

    def sounds_like(self, name: str, numbers: Collection[int]) -> bool:
        """Whether an article with these words has the name as another script or language writes it."""
        sound = sound_of(name)
        keys = _heard_in(*sounding(sound, cyrillic=is_cyrillic(name))) if sound else ()
        return any(self._numbers.get(key) in numbers for key in keys)

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
                    self._scratch = np.zeros((6, len(self._seen)))
            self._numbers[key] = number
            self._seen[number] = _prior(key)
        return number

    def query(self, terms: Terms) -> Query:
        """An article's words, weighed by the present rarities."""
        keys = terms.keys.tolist()
        found = [self._numbers.get(key, -1) for key in keys]
        numbers = np.array(found, dtype=np.int64)
        known = numbers >= 0
        seen = np.array([_prior(key) if number < 0 else 0.0 for key, number in zip(keys, found, strict=True)])
        seen[known] = self._seen[numbers[known]]
        rarity = np.maximum(LEAST_RARITY, np.log((self._count + PRIOR_DOCUMENTS) / seen) - COMMONPLACE)
        values = _weights(terms.codes) * rarity
        length = math.sqrt(float(values @ values)) or 1.0
        in_lead = np.arange(len(numbers)) < terms.lead
        named = np.where(in_lead, rarity * _naming(terms.codes), 0.0)
        names, subjects, counts = named > 0, (terms.codes & SUBJECT) > 0, terms.codes == COUNT
        squares = rarity * rarity
        plain = numbers.astype(np.uint32)
        return Query(
            numbers=plain[known],
            values=values[known] / length,
            names=(plain[names & known], named[names & known]),
            name_mass=float(named.sum()),
            subjects=(plain[subjects & known], squares[subjects & known]),
            subject_mass=float(squares[subjects].sum()),
            counts=(plain[counts & known], rarity[counts & known]),
            sounds=self._sounds(terms),
        )

    def _sounds(self, terms: Terms) -> tuple[Numbers, Floats]:
        at = np.flatnonzero((terms.codes == LATIN) | (terms.codes == CYRILLIC)).tolist()
        heard = {
            number: self._rarity(key)
            for n in at
            for key in _heard_in(int(terms.keys[n]), int(terms.codes[n]))
            if (number := self._numbers.get(key)) is not None
        }
        return np.array(list(heard), dtype=np.uint32), np.array(list(heard.values()), dtype=np.float64)

    def candidates(self, query: Query, base: int, limit: int) -> list[int]:
        """Slots of the articles that share most of the weightiest words, best first; none below `base`."""
        probes = np.argsort(-query.values, kind="stable")[:PROBE_TERMS]
        numbers = (*query.numbers[probes].tolist(), *query.sounds[0].tolist())
        weights = np.concatenate((query.values[probes] ** 2, np.full(len(query.sounds[0]), A_SOUND)))
        slots = [np.array(self._postings[number][-MAX_POSTINGS:], dtype=np.int64) for number in numbers]
        if not slots:
            return []
        masses = np.repeat(weights, [len(s) for s in slots])
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
        names = np.where(in_lead, rarity * _naming(codes), 0.0)

        mine, present, named, titled, counted, heard = self._scratch
        mine[query.numbers], present[query.numbers] = query.values, 1.0
        named[query.names[0]] = query.names[1]
        titled[query.subjects[0]], counted[query.counts[0]] = query.subjects[1], query.counts[1]
        heard[query.sounds[0]] = query.sounds[1]
        there = present[numbers]
        told = titled[numbers]
        about = np.where(codes & SUBJECT, rarity * rarity, 0.0)
        rows = np.stack((values * values, values * mine[numbers], named[numbers], names, names * there,
                         np.where(codes & SUBJECT, told, 0.0), told, about, about * there,
                         counted[numbers], there * (values > RARE)))  # fmt: skip
        norm, dot, named_in, their_names, their_named, in_titles, told, theirs, their_told, counts, rare = (
            np.add.reduceat(rows, starts, axis=1)
        )
        sounds = np.add.reduceat(heard[numbers], starts) if len(query.sounds[0]) else np.zeros(len(articles))
        for row in self._scratch:
            row[query.numbers] = 0.0
        heard[query.sounds[0]] = 0.0

        return [
            Shared(
                words=float(dot[n] / max(math.sqrt(norm[n]), 1e-9)),
                names=float(named_in[n]) / query.name_mass if query.name_mass else -1.0,
                their_names=float(their_named[n] / their_names[n]) if their_names[n] else -1.0,
                name_mass=float(max(named_in[n], their_named[n])),
                titles=math.sqrt(in_titles[n]),
                told=float(told[n]) / query.subject_mass if query.subject_mass else -1.0,
                their_told=float(their_told[n] / theirs[n]) if theirs[n] else -1.0,
                rare=int(rare[n]),
                counts=float(counts[n]),
                sounds=float(sounds[n]),
            )
            for n in range(len(articles))
        ]


_NOTHING = np.zeros(1, dtype=np.uint32)
_NO_CODES = np.zeros(1, dtype=np.uint8)


def _weights(codes: Codes) -> Floats:
    plain = codes & WEIGHT
    weights: Floats = np.where(plain > CYRILLIC, plain, 0) / 8.0
    return weights


def _naming(codes: Codes) -> Floats:
    """How much each word counts where names are compared."""
    return np.where(codes >= NAME, 1.0, np.where(codes & SUBJECT, SUBJECT_SHARE, 0.0))


def terms_of(
    weights: Mapping[str, float],
    names: frozenset[str],
    subjects: frozenset[str],
    lead: int,
    beside: Sequence[tuple[int, int]] = (),
) -> Terms:
    """The words of a reading.

    Args:
        weights: stems in order of appearance with how much the article is about them.
        names: those of them that are names.
        subjects: those that say what the title is about.
        lead: how many of them stand in title and first sentences.
        beside: keys and codes of numbers and sounds.
    """
    codes = [code_of(w, name=word in names, subject=word in subjects) for word, w in weights.items()]
    return Terms(
        keys=np.array([key_of(word) for word in weights] + [key for key, _ in beside], dtype=np.uint32),
        codes=np.array(codes + [code for _, code in beside], dtype=np.uint8),
        lead=lead,
    )


def count_of(number: str) -> tuple[int, int]:
    """Key and code of a number."""
    return key_of(number), COUNT


def sounding(sound: str, *, cyrillic: bool) -> tuple[int, int]:
    """Key and code of a name's sound; the key in other letters differs in the last two bits."""
    code = CYRILLIC if cyrillic else LATIN
    return key_of(f"~{sound}") & ~_LETTERS | code, code


def _heard_in(key: int, code: int) -> Sequence[int]:
    """Under which keys others have a sound: in other letters, and in Cyrillic ones, which several languages use."""
    return (key ^ _LETTERS,) if code == LATIN else (key, key ^ _LETTERS)


def _prior(key: int) -> float:
    return PRIOR_COMMON if key in _COMMON else PRIOR_RARE


def _known_common() -> frozenset[int]:
    """Keys of words, numbers and sounds that a fresh index should not take for rare."""
    words = (key_of(stem(word)) for word in COMMON)
    numbers = (key_of(f"#{number}") for number in _ROUND)
    sounds = {sound_of(stem(name)) for name in EVERYWHERE} - {""}
    heard = (sounding(sound, cyrillic=cyrillic)[0] for sound in sounds for cyrillic in (False, True))
    return frozenset((*words, *numbers, *heard))


_COMMON = _known_common()
