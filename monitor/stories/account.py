"""A story's account: each fact with who reported it first and who since, what contradicts what, edits in words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from typing import Protocol

from monitor.model.story import Member, Relation
from monitor.stories.coverage import credit_of
from monitor.stories.ledger import STANCE_SENTENCES, stances_of
from monitor.stories.numbers import COUNTED, Figure
from monitor.stories.reading import read, tokens_of
from monitor.stories.vocabulary import ACTIONS, STOP, stem

NUMBER_SENTENCES = 10
MOST_REPORTS = 40
LONGEST = 120
"""Characters of a sentence in a line about what contradicts it."""
CONTEXT = 4
_KINDS = frozenset(COUNTED.values())
_WORD = re.compile(r"\S+\s*|\s+")
_MOST_COMPARED = 4_000_000
"""Pairs of words, beyond what all have in common at both ends, that are compared; more takes seconds."""


class Report(Protocol):
    """What is asked of an article, or of a story's member."""

    @property
    def title(self) -> str:
        """As printed."""

    @property
    def text(self) -> str:
        """Plain."""

    @property
    def time(self) -> datetime:
        """When it was published."""

    @property
    def source(self) -> str:
        """Where it was read."""

    @property
    def outlet(self) -> str:
        """Who printed it."""

    @property
    def owner(self) -> str:
        """Whose outlet that is."""


@dataclass(slots=True)
class Fact:
    """Something reported, with who reported it.

    Attributes:
        kind: "number", "event", "denial" or "confirmation".
        about: what is counted ("killed"), or the sort of act ("arrest").
        text: the value as it was first written ("at least 12"), or the sentence.
        sentence: where it stood first.
        first, time: the voice that reported it first, and when.
        voices: all independent voices that have it, the first included.
    """

    kind: str
    about: str
    text: str
    sentence: str
    first: str
    time: datetime
    voices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two voices that say different things of one matter at the same time."""

    about: str
    one: Fact
    other: Fact

    def __str__(self) -> str:
        """In one line, with both sources: "killed: 17 (AFP), 15 (TASS)"."""
        told = (f"{_short(fact.text)} ({fact.first})" for fact in (self.one, self.other))
        return f"{self.about}: {', '.join(told)}"


def facts_of(articles: Sequence[Report]) -> list[Fact]:
    """Counts, acts, denials and confirmations of a story's articles, in the order they were first reported."""
    found: dict[tuple[str, str, str], Fact] = {}
    for article in sorted(articles, key=lambda a: a.time):
        voice = credit_of(article.text) or article.owner or article.outlet or article.source
        for kind, about, value, text, sentence in _facts(article):
            fact = found.setdefault((kind, about, value), Fact(kind, about, text, sentence, voice, article.time))
            if voice not in fact.voices:
                fact.voices.append(voice)
    return list(found.values())


def disputes(members: Sequence[Member], *, told_by: str = "") -> tuple[str, ...]:
    """What a story's reports say against one another, newest last; with an article's id, what that article says so.

    Copies say nothing of their own, and of very many reports the newest are looked at.
    """
    reports = [member for member in members if member.relation is not Relation.COPY]
    found = contradictions(reports[-MOST_REPORTS:])
    mine = {member.time for member in members if member.article_id == told_by}
    return tuple(dict.fromkeys(str(one) for one in found if not told_by or {one.one.time, one.other.time} & mine))


def contradictions(articles: Sequence[Report]) -> list[Contradiction]:
    """Counts that differ between the newest words of two voices though neither can be the other's older figure.

    A lower figure told after the higher one was known, by a voice that has not told the higher one, contradicts it;
    so does a denial a confirmation.
    """
    latest: dict[str, dict[str, tuple[Figure, Fact]]] = {}
    for article in sorted(articles, key=lambda a: a.time):
        voice = credit_of(article.text) or article.owner or article.outlet or article.source
        for figure, sentence in _figures(article):
            fact = Fact("number", figure.about, figure.text, sentence, voice, article.time, [voice])
            latest.setdefault(figure.about, {})[voice] = figure, fact
    found = []
    for about, told in latest.items():
        values = sorted(told.values(), key=lambda one: one[1].time)
        for n, (early, first) in enumerate(values):
            for late, second in values[n + 1 :]:
                if not late.agrees(early) and late.low < early.low:
                    found.append(Contradiction(about, first, second))
    facts = facts_of(articles)
    found += [
        Contradiction("denied and confirmed", told, denied)
        for told in facts
        for denied in facts
        if (told.kind, denied.kind) == ("confirmation", "denial")
        and told.first != denied.first
        and _one_matter(told, denied)
    ]
    return found


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _one_matter(one: Fact, other: Fact) -> bool:
    mine, theirs = ({stem(t) for t in tokens_of(fact.sentence)} - STOP for fact in (one, other))
    return len(mine & theirs) >= 0.4 * max(1, min(len(mine), len(theirs)))


def word_diff(before: str, after: str) -> Iterator[tuple[str, str]]:
    """What an edit changed, word by word: pairs of "same", "gone" or "new" and the words; long stretches are cut."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    for tag, a, b, c, d in _opcodes(old, new):
        if tag == "equal":
            words = old[a:b]
            if len(words) > 4 * CONTEXT:
                words = [*words[: 2 * CONTEXT], " … ", *words[-2 * CONTEXT :]]
            yield "same", "".join(words)
        else:
            if b > a:
                yield "gone", "".join(old[a:b])
            if d > c:
                yield "new", "".join(new[c:d])


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """As difflib's; what stands between the common ends is one replacement where it is too much to compare."""
    shorter = min(len(old), len(new))
    start = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    end = next((n for n in range(shorter - start) if old[-1 - n] != new[-1 - n]), shorter - start)
    if (len(old) - start - end) * (len(new) - start - end) <= _MOST_COMPARED:
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    middle = ("replace", start, len(old) - end, start, len(new) - end)
    ends = [("equal", 0, start, 0, start)] if start else []
    return [*ends, middle, *([("equal", len(old) - end, len(old), len(new) - end, len(new))] if end else [])]


def _figures(article: Report) -> Iterator[tuple[Figure, str]]:
    reading = read(article.title, article.text, article.time)
    done: set[str] = set()
    for sentence in (reading.title, *reading.body[:NUMBER_SENTENCES]):
        for figure in sentence.figures:
            if figure.about in _KINDS and figure.about not in done:
                done.add(figure.about)
                yield figure, sentence.text


def _facts(article: Report) -> Iterator[tuple[str, str, str, str, str]]:
    """Kind, what about, what tells it from others, how it is written, and its sentence."""
    for figure, text in _figures(article):
        yield "number", figure.about, f"{figure.low:g}-{figure.high:g}", figure.text, text
    reading = read(article.title, article.text, article.time)
    acts = set(ACTIONS.values())
    for sentence in (reading.title, *reading.body[:2]):
        for act in sorted(sentence.actions & acts):
            yield "event", act, "", sentence.text, sentence.text
    for sentence in (reading.title, *reading.body[:STANCE_SENTENCES]):
        for stance in stances_of(sentence):
            yield stance, "", "", sentence.text, sentence.text
