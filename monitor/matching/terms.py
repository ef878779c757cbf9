"""All terms of all rules in one automaton: which of them stand in a text, and where."""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property
from typing import Final

import numpy as np
from daachorse import DoubleArrayAhoCorasick

from monitor.matching import text
from monitor.matching.ragged import Numbers, Ragged
from monitor.model.rule import Condition, Term

_INITIALS = re.compile(r"[A-Z]{2,6}")
_DOTTED_INITIALS = re.compile(r"(?:[A-Z]\.){2,5}[A-Z]\.?")
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d_]+)(\d+)")
_NO_NUMBERS = np.empty(0, np.int64)
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

    def add_all(self, parts: Iterable[Condition]) -> list[int] | None:
        """The numbers of the parts, None where one is not a term."""
        known = self._ids
        numbers: list[int] = []
        for part in parts:
            if not isinstance(part, Term):
                return None
            number = None if part.exact or part.prefix else known.get(part.text)
            numbers.append(self.add(part) if number is None else number)
        return numbers

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
        self._automata = tuple(
            _Automaton(some, len(self), exact=exact) for exact, some in self._patterns.items() if some.numbers
        )
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

    def __init__(self, some: _Patterns, terms: int, *, exact: bool) -> None:
        self.exact = exact
        pattern, term = (np.frombuffer(pairs, np.int32) for pairs in (some.pairs_pattern, some.pairs_term))
        self._terms = Ragged.grouped(pattern, term, len(some.numbers))
        # Nearly every pattern belongs to one term.
        one = np.diff(self._terms.bounds) == 1
        self._term = np.where(one, self._terms.values[self._terms.bounds[:-1]], -1).astype(np.int32)
        by_term = Ragged.grouped(term, pattern, terms)
        self._pattern = array("i", by_term.values.tobytes())
        self._pattern_bounds = array("i", by_term.bounds.astype(np.int32).tobytes())
        self.find: Final = DoubleArrayAhoCorasick(list(some.numbers)).find_overlapping
        self._words: Final = frozenset(b"".join(some.numbers).split())
        self._beginnings: Final = {pattern.split()[-1] for pattern in some.numbers if not pattern.endswith(b" ")}
        self._lengths: Final = sorted({len(word) for word in self._beginnings})
        self._longest: Final = max(len(pattern.split()) for pattern in some.numbers)

    def scan(self, document: str, hyphenated: Sequence[str]) -> "_Found":
        """What is found in the document, and in its second reading where that may hold more."""
        haystack = text.haystack(document, exact=self.exact)
        hits = self.find(haystack)
        if not hyphenated or not any(map(self._known, hyphenated)):
            return _Found(self, document, haystack, hits, set())
        around = text.haystack(text.around_hyphens(document, self._longest - 1), exact=self.exact)
        return _Found(self, document, haystack, hits, {pattern for _, _, pattern in self.find(around)})

    def _known(self, run: str) -> bool:
        """Whether a word of the run can be part of a term."""
        if run.isascii() and run.isalnum():
            word = (run if self.exact else run.lower()).encode()
            return word in self._words or (bool(self._lengths) and self._begins(word))
        words = text.haystack(run, exact=self.exact).split()
        return any(word in self._words or self._begins(word) for word in words)

    def _begins(self, word: bytes) -> bool:
        return any(word[:length] in self._beginnings for length in self._lengths)

    def terms_of(self, patterns: Set[int]) -> Numbers:
        """The terms the patterns stand for; one of several patterns may come more than once."""
        numbers = np.fromiter(patterns, np.int64, len(patterns))
        terms: Numbers = self._term[numbers]
        if terms.min(initial=0) < 0:
            return np.concatenate((terms[terms >= 0], self._terms.of(numbers[terms < 0])))
        return terms

    def patterns_of(self, term: int) -> Sequence[int]:
        """The patterns of a term."""
        return self._pattern[self._pattern_bounds[term] : self._pattern_bounds[term + 1]]


class _Found:
    """What one automaton found in a document.

    Args:
        haystack, hits: what was read, and the patterns found: first byte, end, number.
        around: the patterns found around words with hyphens when these are closed up.
    """

    def __init__(
        self,
        automaton: _Automaton,
        document: str,
        haystack: bytes,
        hits: list[tuple[int, int, int]],
        around: set[int],
    ) -> None:
        self._automaton, self._document = automaton, document
        self._haystack, self._hits, self._around = haystack, hits, around

    def terms(self) -> Numbers:
        """Numbers of the terms found; some may come more than once."""
        patterns = {pattern for _, _, pattern in self._hits}
        return self._automaton.terms_of(patterns | self._around if self._around else patterns)

    def places(self, term: int) -> Iterator[Place]:
        """Where a term stands in the document; some places more than once."""
        for pattern in self._automaton.patterns_of(term):
            yield from self._open.by_pattern.get(pattern, ())
            if pattern in self._around:
                yield from self._closed_up.by_pattern.get(pattern, ())

    @cached_property
    def _open(self) -> "_Places":
        return _Places(self._haystack, self._hits, text.words(self._document, exact=self._automaton.exact))

    @cached_property
    def _closed_up(self) -> "_Places":
        exact = self._automaton.exact
        haystack = text.haystack(text.closed_up(self._document), exact=exact)
        return _Places(haystack, self._automaton.find(haystack), text.closed_up_words(self._document, exact=exact))


class _Places:
    """One reading of a document: where in it each pattern was found.

    Attributes:
        by_pattern: characters [start, end) of the document, in reading order.
    """

    def __init__(self, haystack: bytes, hits: list[tuple[int, int, int]], words: tuple[Numbers, Numbers]) -> None:
        self.by_pattern: dict[int, list[Place]] = {}
        begins, ends, patterns = np.array(hits, np.int64).reshape(-1, 3).T
        # A pattern begins with the space before its first word, and words are one space apart.
        spaces = (np.frombuffer(haystack, np.uint8) == ord(" ")).nonzero()[0]
        starts = words[0][spaces.searchsorted(begins)].tolist()
        stops = words[1][spaces.searchsorted(ends - 1) - 1].tolist()
        for start, stop, pattern in zip(starts, stops, patterns.tolist(), strict=True):
            self.by_pattern.setdefault(pattern, []).append((start, stop))


class Scan:
    """What one document holds: `numbers` at once, `places` for those who ask.

    Attributes:
        numbers: of the terms found, in no order; some may come more than once.
    """

    def __init__(self, found: Sequence[_Found]) -> None:
        self._found = found
        each = [part.terms() for part in found]
        self.numbers: Numbers = each[0] if len(each) == 1 else np.concatenate(each or [_NO_NUMBERS])

    @cached_property
    def terms(self) -> frozenset[int]:
        """The same, to ask for single ones."""
        return frozenset(self.numbers.tolist())

    def places(self, term: int) -> list[Place]:
        """Where a term stands, in reading order; a prefix is given with the whole word it begins."""
        return sorted({place for part in self._found for place in part.places(term)})
