"""A slow, obvious evaluator: what a term and a condition mean, written a second time and without any cleverness.

It shares no code with the engine and knows only the characters the property tests write with.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise, product

from monitor.model.article import Article
from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    InField,
    Near,
    NoneOf,
    Regex,
    Rule,
    Score,
    Term,
    Times,
    Together,
)

INVISIBLE = "\u00ad\u200b\u200d\u2060\u202a\u202c\u200f"
APOSTROPHES = "'’ʼ"
HYPHENS = "-‑–—"
UNSPACED = "乌克兰在ミサイルガ"
PARAGRAPH = "¶"
LEAD = 8
"""Words of the lead; a property test that wants long leads would be slow."""


def letters(text: str, *, exact: bool) -> str:
    """Letters and digits as they are compared, everything else as it was."""
    text = "".join(char for char in text if char not in INVISIBLE)
    if exact:
        return unicodedata.normalize("NFKC", text)
    text = unicodedata.normalize("NFKD", text)
    kept = ""
    for place, char in enumerate(text):
        before = text[place - 1] if place else ""
        accent = 0x300 <= ord(char) <= 0x36F
        if accent and not (char == "\u0306" and before in "иИ") and not (char == "\u0308" and before in "іІ"):
            continue
        kept += char
    return unicodedata.normalize("NFC", kept.casefold()).replace("ł", "l").replace("ø", "o")


def words(text: str, *, exact: bool, join: bool) -> list[str]:
    """The words of a text; `join` closes hyphenated words up."""
    for hyphen in HYPHENS:
        text = text.replace(hyphen, "-")
    for apostrophe in APOSTROPHES:
        text = text.replace(apostrophe, "'")
    if join:
        kept = ""
        for place, char in enumerate(text):
            inside = 0 < place < len(text) - 1 and text[place - 1].isalnum() and text[place + 1].isalnum()
            re = text[:place].lower().endswith("re") and not text[: place - 2][-1:].isalnum()
            kept += "" if char == "-" and inside and not re else char
        text = kept
    text = letters(text.replace("\r\n", "\n").replace("\n\n", PARAGRAPH), exact=exact)
    spaced = ""
    for place, char in enumerate(text):
        after = text[place + 1 :]
        if char == PARAGRAPH or char in UNSPACED:
            spaced += f" {char} "
        elif char == "'":
            possessive = after[:1] in ("s", "S") and not after[1:2].isalnum()
            cyrillic = place and "\u0400" <= text[place - 1] <= "\u052f" and after and "\u0400" <= after[0] <= "\u052f"
            spaced += " \0" if possessive else "ʹ" if cyrillic else " "
        else:
            spaced += char if char.isalnum() else " "
    return spaced.replace("\0s", " ").replace("\0S", " ").replace("\0", " ").split()


def places(term: Term, there: list[str]) -> set[tuple[int, int]]:
    """Where a term stands among words: [first, last)."""
    wanted = [words(term.text, exact=term.exact, join=join) for join in (False, True)]
    if 2 <= len(term.text) <= 6 and term.text.isascii() and term.text.isalpha() and term.text.isupper():
        wanted.append(words(" ".join(term.text), exact=term.exact, join=False))
    stand = set()
    for phrase in wanted:
        for start in range(len(there) - len(phrase) + 1):
            piece = there[start : start + len(phrase)]
            prefix = term.prefix or unicodedata.name(phrase[-1][-1]).startswith("HANGUL")
            if piece[:-1] == phrase[:-1] and (piece[-1].startswith(phrase[-1]) if prefix else piece[-1] == phrase[-1]):
                stand.add((start, start + len(phrase)))
    return stand


def found(term: Term, text: str) -> bool:
    """Whether a term stands in a text, in any spelling of both."""
    return any(places(term, words(text, exact=term.exact, join=join)) for join in (False, True))


@dataclass(frozen=True)
class Told:
    """What counts of an article: a title and a text, of which nothing is known but what stands there."""

    title: str
    text: str

    @property
    def document(self) -> str:
        return f"{self.title}\n\n{self.text}" if self.title and self.text else self.title or self.text

    def paragraphs(self, *, exact: bool = False) -> list[list[str]]:
        """The words of each paragraph, of the title first if there is one; hyphens are spaces."""
        texts: list[list[str]] = [[]]
        for word in words(self.text, exact=exact, join=False):
            if word == PARAGRAPH:
                texts.append([])
            else:
                texts[-1].append(word)
        return [words(self.title, exact=exact, join=False), *texts]

    def lead(self) -> str:
        """The longest beginning of the text with no more than its first words."""
        for end in range(len(self.text), 0, -1):
            if sum(word != PARAGRAPH for word in words(self.text[:end], exact=False, join=False)) <= LEAD:
                return self.text[:end]
        return ""

    def units(self, unit: str) -> "list[Told]":
        paragraphs = re.split(r"(?:\r?\n){2,}", self.text)
        if unit == "sentence":
            paragraphs = [sentence for paragraph in paragraphs for sentence in sentences(paragraph)]
        return [Told(self.title, "")] * bool(self.title) + [Told("", text) for text in paragraphs if text]


def sentences(text: str) -> list[str]:
    """Sentences that end in ! or ?."""
    for place, char in enumerate(text):
        after = text[place + 1 :]
        if char in "!?" and after[:1].isspace() and after.strip() and not after.lstrip()[0].islower():
            return [text[: place + 1], *sentences(after.lstrip())]
    return [text]


Spot = tuple[int, int, int]
"""The number of a paragraph, and words [first, last) of it."""


def spots(condition: Condition, told: Told) -> set[Spot]:
    """Where a term, or any of some, stands."""
    if isinstance(condition, AnyOf):
        return set().union(*(spots(part, told) for part in condition.parts))
    return {
        (number, *place)
        for number, there in enumerate(told.paragraphs(exact=condition.exact))
        for place in places(condition, there)
    }


def choices(condition: Near, told: Told) -> Iterator[tuple[Spot, ...]]:
    """Every choice of one place a part that stands close together."""
    for choice in product(*(spots(part, told) for part in condition.parts)):
        inorder = sorted(choice)
        near = all(
            one[0] == next_[0] and one[2] <= next_[1] <= one[2] + condition.distance for one, next_ in pairwise(inorder)
        )
        if near and (not condition.ordered or inorder == list(choice)):
            yield choice


def evidence(condition: Condition, told: Told) -> set[Spot]:
    """Where what makes a condition hold stands; for conditions without fields and units."""
    match condition:
        case Term():
            return spots(condition, told)
        case AnyOf(parts) | AtLeast(_, parts):
            return set().union(*(evidence(part, told) for part in parts if holds(part, told)))
        case AllOf(parts):
            return set().union(*(evidence(part, told) for part in parts))
        case Near():
            return {spot for choice in choices(condition, told) for spot in choice}
        case _:
            return set()


def separate(some: set[Spot]) -> list[set[Spot]]:
    """The places put together with those they overlap, directly or through others."""
    groups: list[set[Spot]] = []
    for spot in some:
        touching = [
            group
            for group in groups
            if any(one[0] == spot[0] and one[1] < spot[2] and spot[1] < one[2] for one in group)
        ]
        groups = [group for group in groups if group not in touching] + [{spot}.union(*touching)]
    return groups


def score(part: Condition, told: Told) -> float:
    where = evidence(part, told)
    paragraphs = told.paragraphs()
    text = sum(map(len, paragraphs[1:]))
    before = [0, *accumulate(map(len, paragraphs[1:]))]
    in_text = sorted((before[number - 1] + first, before[number - 1] + last) for number, first, last in where if number)
    first = Told("", sentences(re.split(r"(?:\r?\n){2,}", told.text)[0])[0])
    headline = any(number == 0 for number, _, _ in where) if told.title else bool(evidence(part, first))
    points = 40.0 if headline else 0.0
    if any(last <= LEAD for _, last in in_text):
        points += 30
    elif in_text:
        points += 30 * (1 - in_text[0][0] / text)
    return points + 30 * min(1, len(separate(where)) / (0.02 * max(1, text + len(paragraphs[0]))))


def holds(condition: Condition, told: Told) -> bool:  # noqa: PLR0911 - one a kind of condition
    """Whether a condition is true of what is told."""
    match condition:
        case Term():
            return found(condition, told.document)
        case Regex():
            flags = re.NOFLAG if condition.exact else re.IGNORECASE
            return any(
                one[0] for field in (told.title, told.text) for one in re.finditer(condition.pattern, field, flags)
            )
        case AnyOf(parts):
            return any(holds(part, told) for part in parts)
        case AllOf(parts):
            return all(holds(part, told) for part in parts)
        case NoneOf(parts):
            return not any(holds(part, told) for part in parts)
        case AtLeast(count, parts):
            return sum(holds(part, told) for part in parts) >= count
        case Near():
            return any(choices(condition, told))
        case Times(part, at_least):
            return len(separate(spots(part, told))) >= at_least
        case Score(part, least):
            return holds(part, told) and score(part, told) >= least
        case Together(unit, parts):
            return any(all(holds(part, one) for part in parts) for one in told.units(unit))
        case InField(fields, part):
            text = told.text if "text" in fields else told.lead() if "lead" in fields else ""
            return holds(part, Told(told.title if "title" in fields else "", text))
        case _:
            raise NotImplementedError(condition)


def matching(rules: list[Rule], article: Article) -> list[str]:
    """Ids of the rules that hold, in their order."""
    told = Told(article.title, article.text)
    return [rule.id for rule in rules if rule.enabled and holds(rule.condition, told)]
