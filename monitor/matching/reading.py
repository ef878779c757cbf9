"""One article as conditions see it: places of terms and expressions, words, paragraphs, sentences, fields."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import re2

from monitor.matching import text
from monitor.matching.terms import Place, Scan, Terms
from monitor.matching.units import sentences
from monitor.model.article import Article
from monitor.model.facts import Facts
from monitor.model.rule import LEAD_WORDS, FieldName, Hit, Regex, Term, Unit

_SURROGATE = re.compile("[\ud800-\udfff]")  # has no UTF-8
_REGEX_WORK = 20_000_000
"""Characters one expression may be made to look at in one field by beginning again after each match."""


class Found(NamedTuple):
    """A piece of evidence: characters [start, end) of the document, and the leaf found there, as a rule writes it."""

    start: int
    end: int
    leaf: str


class Reading:
    """An article with what was found in it; units and words are made out when first asked for.

    Args:
        terms: what the scan's numbers stand for.
        facts: None while they are not known.
    """

    def __init__(self, article: Article, scan: Scan, terms: Terms, facts: Facts | None = None) -> None:
        self.article, self.facts = article, facts
        self.scan, self._terms = scan, terms
        self._expressions: dict[tuple[Regex, int, int], list[Place]] = {}
        self._found: dict[int, list[Found]] = {}
        self._hits: dict[Found, Hit] = {}

    def has(self, term: Term) -> bool:
        """Whether the term is found anywhere."""
        return self._terms.add(term) in self.scan.terms

    def places(self, term: Term) -> Sequence[Place]:
        """Where the term is found, in reading order."""
        return self.scan.places(self._terms.add(term))

    def expression(self, regex: Regex, start: int, end: int) -> list[Place]:
        """Where the expression is found in document[start:end], read by itself."""
        found = self._expressions.get((regex, start, end))
        if found is None:
            matches = _matches(regex, self.document[start:end])
            found = self._expressions[regex, start, end] = [(start + first, start + last) for first, last in matches]
        return found

    def found(self, term: Term) -> list[Found]:
        """The same as evidence."""
        number = self._terms.add(term)
        if number not in self.scan.terms:
            return []
        found = self._found.get(number)
        if found is None:
            name = self._terms.names[number]
            found = self._found[number] = [Found(start, end, name) for start, end in self.scan.places(number)]
        return found

    def hit(self, found: Found) -> Hit:
        """A piece of evidence by field, with offsets into that."""
        hit = self._hits.get(found)
        if hit is None:
            start, end, leaf = found
            in_title = start < len(self.article.title)
            before = 0 if in_title else len(self.document) - len(self.article.text)
            hit = self._hits[found] = Hit(leaf, "title" if in_title else "text", start - before, end - before)
        return hit

    @cached_property
    def document(self) -> str:
        """Title and text."""
        return self.article.document

    def field(self, name: FieldName) -> Place:
        """Where a field stands; [n, n) for an empty one."""
        if name == "title":
            return 0, len(self.article.title)
        start = len(self.document) - len(self.article.text)
        if name == "text":
            return start, len(self.document)
        first = self.words_before(start)
        ends = self._words[1][first : first + LEAD_WORDS]
        return start, (ends[-1] if len(ends) == LEAD_WORDS else len(self.document))

    def units(self, unit: Unit) -> list[Place]:
        """The article's paragraphs or sentences, the title being one, in reading order."""
        return self.paragraphs if unit == "paragraph" else self._sentences

    @cached_property
    def paragraphs(self) -> list[Place]:
        """What stands between blank lines, that after the title included."""
        found: list[Place] = []
        begin = 0
        for start, end in [*self._blank_lines, (len(self.document), 0)]:
            if begin < start:
                found.append((begin, start))
            begin = end
        return found

    @cached_property
    def _sentences(self) -> list[Place]:
        title = len(self.article.title)
        return [
            sentence
            for start, end in self.paragraphs
            for sentence in ([(start, end)] if end <= title else sentences(self.document, start, end))
        ]

    def words_before(self, position: int) -> int:
        """How many words of the document end before the position, or there."""
        return bisect_right(self._words[1], position)

    def words_begun(self, position: int) -> int:
        """How many words of the document begin before the position."""
        return bisect_left(self._words[0], position)

    @cached_property
    def _words(self) -> tuple[list[int], list[int]]:
        return self._tokens[0]

    @cached_property
    def _blank_lines(self) -> list[Place]:
        return self._tokens[1]

    @cached_property
    def _tokens(self) -> tuple[tuple[list[int], list[int]], list[Place]]:
        starts, ends = text.words(self.document)
        words: tuple[list[int], list[int]] = ([], [])
        lines: list[Place] = []
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            if self.document[start] in "\r\n":
                lines.append((start, end))
            else:
                words[0].append(start)
                words[1].append(end)
        return words, lines


def apart(places: Iterable[Place]) -> list[Place]:
    """The places in reading order, those that overlap joined into one."""
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@lru_cache(4096)
def _compiled(regex: Regex) -> "re2._Regexp":
    options = re2.Options()
    options.case_sensitive = regex.exact
    options.log_errors = False
    return re2.compile(regex.pattern, options)


def _matches(regex: Regex, field: str) -> list[Place]:
    """Where it matches, from left to right, without overlap. In a very long field, only the first matches."""
    if not field:
        return []
    if not field.isascii():
        field = _SURROGATE.sub("\ufffd", field)
    found: list[Place] = []
    left = max(100, _REGEX_WORK // len(field))
    for match in _compiled(regex).finditer(field):
        if match.start() < match.end():
            found.append(match.span())
        left -= 1
        if not left:
            break
    return found
