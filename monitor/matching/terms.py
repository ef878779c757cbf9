"""All terms of all rules in one automaton: which of them stand in a text, and where."""

import re
from array import array
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from daachorse import DoubleArrayAhoCorasick

from monitor.matching import text
from monitor.matching.ragged import Numbers, Ragged
from monitor.model.rule import Term

_INITIALS = re.compile(r"[A-Z]{2,6}")
_DOTTED_INITIALS = re.compile(r"(?:[A-Z]\.){2,5}[A-Z]\.?")
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d_]+)(\d+)")
_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7a3]$")


def patterns(term: Term) -> tuple[bytes, ...]:
    """What to look for in a haystack: the term's words between spaces, in every spelling that means the same.

    - `cease-fire` is also `cease fire` and `ceasefire` (a hyphen that only the text has is `Terms`' business);
      `F16` is also `F 16`.
    - `FBI` is also `F.B.I.`, and `F.B.I.` is also `FBI`; not so `U.S.`, which would be the word "us".
    - A last word in Hangul may carry particles, so it matches what begins with it.

    Empty where nothing is left of the term but spaces and punctuation.
    """
    written = " ".join(term.text.split())
    if written.isascii() and written.replace(" ", "").isalpha() and not written.isupper():
        # Plain words, as nearly all terms are, have one spelling; this spares most of the time a build takes.
        pattern = f" {written if term.exact else written.lower()}".encode()
        return (pattern if term.prefix else pattern + b" ",)
    spellings = [written, text.closed_up(written)]
    if _INITIALS.fullmatch(written):
        spellings.append(" ".join(written))
    elif _DOTTED_INITIALS.fullmatch(written):
        spellings.append(written.replace(".", ""))
    spellings.extend(_LETTERS_THEN_DIGITS.sub(r"\1 \2", spelling) for spelling in tuple(spellings) if not term.prefix)
    found = dict.fromkeys(text.haystack(spelling, exact=term.exact) for spelling in spellings)
    return tuple(_open(pattern, prefix=term.prefix) for pattern in found if pattern.strip())


def _open(pattern: bytes, *, prefix: bool) -> bytes:
    if prefix or (not pattern.isascii() and _HANGUL.search(pattern.decode("utf-8", "surrogatepass").rstrip())):
        return pattern[:-1]
    return pattern


Place = tuple[int, int]
"""Characters [start, end) of the document."""


class Terms:
    """Numbered terms, each found in a document at the cost of reading it once.

    Documents are read once more with case kept where a term asks for exact case, and once more with hyphenated words
    closed up where such a word could be part of a term.
    """

    def __init__(self) -> None:
        self._ids: dict[str | Term, int] = {}
        self.names: list[str] = []
        """Each term as a rule writes it."""
        self._words = array("B")  # words in the term's shortest pattern, 0 for a term that can never be found
        self._bytes = array("H")  # and its length
        self._patterns: dict[bool, _Patterns] = {False: _Patterns(), True: _Patterns()}
        self._automata: tuple[_Automaton, ...] | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, term: Term) -> int:
        """The term's number.

        Raises:
            ValueError: the automaton is built already.
        """
        # Nearly all terms are plain, and a string knows its hash.
        key = term if term.exact or term.prefix else term.text
        number = self._ids.get(key)
        if number is None:
            if self._automata is not None:
                msg = f"the term {str(term)!r} was not among those the automaton was built from"
                raise ValueError(msg)
            number = self._ids[key] = len(self._ids)
            self.names.append(key if isinstance(key, str) else str(key))
            found = patterns(term)
            shortest = min(found, key=len, default=b"")
            self._words.append(min(255, shortest.count(b" ") - shortest.endswith(b" ")))
            self._bytes.append(min(65535, len(shortest)))
            self._patterns[term.exact].add(found, number)
        return number

    def likelihood(self, number: int) -> float:
        """A guess, in no unit, at how likely a document has the term: phrases are rarer than words, long than short."""
        words = self._words[number]
        return 0.25 ** min(words, 8) / self._bytes[number] if words else 0.0

    def likelihoods(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """The same for all terms."""
        words, lengths = np.frombuffer(self._words, np.uint8), np.frombuffer(self._bytes, np.uint16)
        return np.where(words, 0.25 ** np.minimum(words, 8.0) / np.maximum(lengths, 1), 0.0)

    def build(self) -> None:
        """Make the automaton; no term can be added afterwards."""
        self._automata = tuple(_Automaton(some, exact=exact) for exact, some in self._patterns.items() if some.numbers)
        self._patterns.clear()

    def scan(self, document: str) -> "Scan":
        """Find every term in the document."""
        hyphenated = text.hyphenated(document)
        return Scan([one.scan(document, hyphenated) for one in self._automata or ()])


class _Patterns:
    """Distinct patterns, numbered, and which of them stand for which terms."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self.pairs_pattern, self.pairs_term = array("i"), array("i")

    def add(self, some: Sequence[bytes], term: int) -> None:
        for pattern in some:
            self.pairs_pattern.append(self.numbers.setdefault(pattern, len(self.numbers)))
            self.pairs_term.append(term)


class _Automaton:
    """Patterns of one kind and the terms they stand for."""

    def __init__(self, some: _Patterns, *, exact: bool) -> None:
        self.exact = exact
        self.terms = Ragged.grouped(
            np.frombuffer(some.pairs_pattern, np.int32), np.frombuffer(some.pairs_term, np.int32), len(some.numbers)
        )
        # Nearly every pattern belongs to one term.
        sizes = self.terms.bounds[1:] - self.terms.bounds[:-1]
        self._term = array("i", np.where(sizes == 1, self.terms.values[self.terms.bounds[:-1]], -1).astype(np.int32))
        self.find: Final = DoubleArrayAhoCorasick(list(some.numbers)).find_overlapping
        self._words: Final = frozenset(b"".join(some.numbers).split())
        self._beginnings: Final = {pattern.split()[-1] for pattern in some.numbers if not pattern.endswith(b" ")}
        self._lengths: Final = sorted({len(word) for word in self._beginnings})
        self._longest: Final = max(len(pattern.split()) for pattern in some.numbers)

    def scan(self, document: str, hyphenated: Sequence[str]) -> "_Found":
        """What is found in the document, and in its second reading where that may hold more."""
        haystack = text.haystack(document, exact=self.exact)
        hits = self.find(haystack)
        if not hyphenated or not any(map(self._known, text.haystack(" ".join(hyphenated), exact=self.exact).split())):
            return _Found(self, document, haystack, hits, [])
        around = "\n\n".join(text.hyphenated(document, self._longest - 1))
        return _Found(self, document, haystack, hits, self.find(text.haystack(around, exact=self.exact)))

    def _known(self, word: bytes) -> bool:
        """Whether the word can be part of a term."""
        return word in self._words or any(word[:length] in self._beginnings for length in self._lengths)

    def of(self, patterns: set[int]) -> set[int]:
        """The terms the patterns stand for."""
        numbers = set(map(self._term.__getitem__, patterns))
        if -1 in numbers:
            numbers.remove(-1)
            bounds, values = self.terms.bounds, self.terms.values
            for pattern in patterns:
                if self._term[pattern] < 0:
                    numbers.update(values[bounds[pattern] : bounds[pattern + 1]].tolist())
        return numbers


class _Found:
    """What one automaton found in a document: in all of it, and around words with hyphens when these are closed up."""

    def __init__(
        self,
        automaton: _Automaton,
        document: str,
        haystack: bytes,
        hits: list[tuple[int, int, int]],
        around: list[tuple[int, int, int]],
    ) -> None:
        self._automaton, self._document = automaton, document
        self._haystack, self._hits, self._around = haystack, hits, around

    def terms(self) -> set[int]:
        """Numbers of the terms found."""
        patterns = {pattern for _, _, pattern in self._hits}
        patterns.update(pattern for _, _, pattern in self._around)
        return self._automaton.of(patterns)

    def places(self) -> Iterator[tuple[Numbers, Numbers, Numbers]]:
        """Term, start and end of every hit, in characters of the document; some more than once."""
        exact = self._automaton.exact
        if self._hits:
            yield self._spans(self._haystack, self._hits, text.words(self._document, exact=exact))
        if self._around:
            haystack = text.haystack(text.closed_up(self._document), exact=exact)
            words = text.closed_up_words(self._document, exact=exact)
            yield self._spans(haystack, self._automaton.find(haystack), words)

    def _spans(
        self, haystack: bytes, hits: list[tuple[int, int, int]], words: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers, Numbers]:
        starts, ends, patterns = np.array(hits, np.int32).reshape(-1, 3).T
        # A pattern begins with the space before its first word, and words are one space apart.
        spaces = (np.frombuffer(haystack, np.uint8) == ord(" ")).nonzero()[0]
        first, last = spaces.searchsorted(starts), spaces.searchsorted(ends - 1) - 1
        terms = self._automaton.terms
        hit = np.arange(len(patterns)).repeat(terms.sizes(patterns))
        return terms.of(patterns), words[0][first][hit], words[1][last][hit]


class Scan:
    """What one document holds: `terms` at once, `places` for those who ask.

    Attributes:
        terms: numbers of the terms found.
    """

    def __init__(self, found: Sequence[_Found]) -> None:
        self._found = found
        self.terms: frozenset[int] | set[int] = frozenset()
        for part in found:
            self.terms |= part.terms()
        self._places: dict[int, list[Place]] | None = None

    def places(self, term: int) -> Sequence[Place]:
        """Where a term stands, in reading order; a prefix is given with the whole word it begins."""
        if self._places is None:
            self._places = self._all_places()
        return self._places.get(term, ())

    def _all_places(self) -> dict[int, list[Place]]:
        columns = [places for part in self._found for places in part.places()]
        if not columns:
            return {}
        terms, starts, ends = (np.concatenate(column) for column in zip(*columns, strict=True))
        order = np.lexsort((ends, starts, terms))
        places: dict[int, list[Place]] = {}
        for term, start, end in zip(terms[order].tolist(), starts[order].tolist(), ends[order].tolist(), strict=True):
            some = places.setdefault(term, [])
            # The second reading finds most places again.
            if not some or some[-1] != (start, end):
                some.append((start, end))
        return places
