"""All terms of all rules in one automaton: which of them stand in a text, and where."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from daachorse import DoubleArrayAhoCorasick

from monitor.matching import text
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


class Place(NamedTuple):
    """One place of one term: characters [start, end) of the document. Sorts in reading order."""

    start: int
    end: int
    term: int


class Terms:
    """Numbered terms, each found in a document at the cost of reading it once.

    Terms with the same patterns share a number. Documents are read once more with case kept where a term asks for
    exact case, and once more with hyphenated words closed up where such a word could be part of a term.
    """

    def __init__(self) -> None:
        self._ids: dict[Term, int] = {}
        self._by_patterns: dict[tuple[bool, tuple[bytes, ...]], int] = {}
        self._patterns: list[tuple[bool, tuple[bytes, ...]]] = []
        self._automata: tuple[_Automaton, ...] | None = None

    def __len__(self) -> int:
        return len(self._patterns)

    def add(self, term: Term) -> int:
        """The term's number.

        Raises:
            ValueError: the automaton is built already.
        """
        number = self._ids.get(term)
        if number is None:
            if self._automata is not None:
                msg = "terms are added before the automaton is built"
                raise ValueError(msg)
            key = (term.exact, patterns(term))
            number = self._ids[term] = self._by_patterns.setdefault(key, len(self._patterns))
            if number == len(self._patterns):
                self._patterns.append(key)
        return number

    def shortest(self, number: int) -> int:
        """Bytes in the term's shortest pattern, 0 for a term that can never be found."""
        return min(map(len, self._patterns[number][1]), default=0)

    def build(self) -> None:
        """Make the automaton; no term can be added afterwards."""
        self._automata = tuple(
            _Automaton(pairs, exact=exact)
            for exact in (False, True)
            if (
                pairs := [
                    (pattern, number)
                    for number, (kind, all_patterns) in enumerate(self._patterns)
                    if kind is exact
                    for pattern in all_patterns
                ]
            )
        )
        del self._by_patterns

    def scan(self, document: str) -> "Scan":
        """Find every term in the document."""
        hyphenated = text.hyphenated(document)
        return Scan([found for automaton in self._automata or () for found in automaton.scan(document, hyphenated)])


class _Automaton:
    """Patterns of one kind and the terms they stand for."""

    def __init__(self, pairs: Sequence[tuple[bytes, int]], *, exact: bool) -> None:
        numbers: dict[bytes, int | tuple[int, ...]] = {}
        for pattern, number in pairs:
            known = numbers.get(pattern)
            # Nearly every pattern belongs to one term, and a bare number is smaller than a tuple.
            numbers[pattern] = number if known is None else (*(known if isinstance(known, tuple) else (known,)), number)
        self._exact = exact
        self._terms = list(numbers.values())
        self._find = DoubleArrayAhoCorasick(list(numbers)).find_overlapping
        self._words = {word for pattern in numbers for word in pattern.split()}
        self._beginnings = {pattern.split()[-1] for pattern in numbers if not pattern.endswith(b" ")}
        self._lengths = sorted({len(word) for word in self._beginnings})

    def scan(self, document: str, hyphenated: Sequence[str]) -> "Iterator[_Found]":
        """What is found in the document, and in its second reading where that may hold more."""
        haystack = text.haystack(document, exact=self._exact)
        yield _Found(self, haystack, self._find(haystack), partial(text.words, document, exact=self._exact))
        if hyphenated and any(map(self._known, text.haystack(" ".join(hyphenated), exact=self._exact).split())):
            haystack = text.haystack(text.closed_up(document), exact=self._exact)
            words = partial(text.closed_up_words, document, exact=self._exact)
            yield _Found(self, haystack, self._find(haystack), words)

    def _known(self, word: bytes) -> bool:
        """Whether the word can be part of a term."""
        return word in self._words or any(word[:length] in self._beginnings for length in self._lengths)

    def terms(self, pattern: int) -> tuple[int, ...]:
        terms = self._terms[pattern]
        return terms if isinstance(terms, tuple) else (terms,)

    def numbers(self, found: Iterable[tuple[int, int, int]]) -> set[int]:
        numbers: set[int] = set()
        terms = self._terms
        for pattern in {pattern for _, _, pattern in found}:
            number = terms[pattern]
            if isinstance(number, tuple):
                numbers.update(number)
            else:
                numbers.add(number)
        return numbers


class _Found:
    """What one automaton found in one reading of a document."""

    def __init__(
        self,
        automaton: _Automaton,
        haystack: bytes,
        hits: list[tuple[int, int, int]],
        words: Callable[[], list[text.Word]],
    ) -> None:
        self.automaton, self.hits = automaton, hits
        self._haystack = haystack
        self._read_words = words
        self._words: list[text.Word] | None = None

    def span(self, start: int, end: int) -> text.Word:
        """Where bytes [start, end) of the haystack stand in the document."""
        if self._words is None:
            self._words = self._read_words()
        # A pattern begins with the space before its first word, and words are one space apart.
        first = self._haystack.count(b" ", 0, start)
        last = first + self._haystack.count(b" ", start + 1, end - 1)
        return self._words[first][0], self._words[last][1]


class Scan:
    """What one document holds: `terms` at once, `places` for those who ask."""

    def __init__(self, found: list[_Found]) -> None:
        self._found = found
        self.terms: set[int] = set().union(*(part.automaton.numbers(part.hits) for part in found))
        self._places: dict[int, list[tuple[_Found, int, int]]] | None = None

    def places(self, wanted: Iterable[int]) -> list[Place]:
        """Where the wanted terms stand, in reading order; a prefix is given with the whole word it begins."""
        if self._places is None:
            self._places = {}
            for part in self._found:
                for start, end, pattern in part.hits:
                    for number in part.automaton.terms(pattern):
                        self._places.setdefault(number, []).append((part, start, end))
        places = {
            Place(*part.span(start, end), number)
            for number in set(wanted)
            for part, start, end in self._places.get(number, ())
        }
        return sorted(places)
