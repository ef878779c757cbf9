"""A story's ledger: what its live members have told. It is the sum of theirs, so it is the same after a restart."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.story import Change
from monitor.stories.notices import CORRECTION, HINTS, PHRASE, RETRACTION
from monitor.stories.numbers import Figure
from monitor.stories.phrases import (
    CONFIRMATION,
    DENIAL,
    NOT_CONFIRMED,
    STANCE_HINTS,
)
from monitor.stories.reading import Reading, Sentence

MAX_FIGURES = 40
STANCE_SENTENCES = 15


@dataclass(frozen=True, slots=True)
class Told:
    """What one article tells, kept with its story beside its words.

    Attributes:
        time: when it was published.
        names, actions: everything it mentions.
        figures: its numbers.
        marks: kinds of notice and stance it carries: "correction", "retraction", "denial", "confirmation".
        days: calendar days it names.
    """

    time: datetime
    names: frozenset[str]
    actions: frozenset[str]
    figures: tuple[Figure, ...]
    marks: frozenset[str]
    days: frozenset[date]

    def joined(self, other: "Told") -> "Told":
        """What either tells, at the time of the first."""
        figures = tuple(dict.fromkeys((*self.figures, *other.figures)))[:MAX_FIGURES]
        return Told(
            self.time,
            self.names | other.names,
            self.actions | other.actions,
            figures,
            self.marks | other.marks,
            self.days | other.days,
        )


class Ledger:
    """What the live members of a story have told so far.

    Args:
        number: the number a word is known by, None for a word no live article has.
    """

    def __init__(self, number: Callable[[str], int | None]) -> None:
        self._number = number
        self._words: set[int] = set()
        self.names: set[str] = set()
        self.actions: set[str] = set()
        self.marks: set[str] = set()
        self.told: list[Told] = []
        self._days: set[date] = set()
        self._figures: dict[str, list[tuple[Figure, datetime]]] = {}

    @classmethod
    def of(cls, told: Told) -> "Ledger":
        """What one article tells, its words left out."""
        ledger = cls(lambda _: None)
        ledger.add(told, ())
        return ledger

    def add(self, told: Told, words: Iterable[int]) -> None:
        """Take in what a member tells, and the numbers of its words."""
        self.told.append(told)
        for figure in told.figures:
            self._figures.setdefault(figure.about, []).append((figure, told.time))
        self._words.update(words)
        self.names.update(told.names)
        self.actions.update(told.actions)
        self.marks.update(told.marks)
        self._days.update(day for day in told.days if day <= told.time.date())

    def has_word(self, word: str) -> bool:
        """Whether a member has the word."""
        number = self._number(word)
        return number is not None and number in self._words

    def figures(self, about: str) -> list[tuple[Figure, datetime]]:
        """What has been told of this count and when, in order of arrival; the newest fifty."""
        return self._figures.get(about, [])[-50:]

    def has_value(self, figure: Figure) -> bool:
        """Whether the same number has been told of anything."""
        return any(f.low == figure.low for figures in self._figures.values() for f, _ in figures)

    def last_day(self) -> date:
        """The last day the story has told of; where it names none, the day of its newest member."""
        return max(self._days) if self._days else self.last_time().date()

    def last_time(self) -> datetime:
        """When the newest member was published."""
        return max(t.time for t in self.told)

    def first_time(self) -> datetime:
        """When the oldest was."""
        return min(t.time for t in self.told)


def tell(reading: Reading, time: datetime) -> Told:
    """What an article tells."""
    sentences = (reading.title, *reading.body)
    return Told(
        time=time,
        names=reading.names,
        actions=frozenset(a for s in sentences for a in s.actions),
        figures=tuple(f for s in sentences for f in s.figures)[:MAX_FIGURES],
        marks=frozenset(_marks(reading)),
        days=reading.all_days,
    )


def notices_of(reading: Reading) -> list[Change]:
    """The sentences in which an article says that it corrects or withdraws something, the gravest first."""
    return [
        Change(kind, sentence.text)
        for kind, pattern in (("retraction", RETRACTION), ("correction", CORRECTION))
        for sentence in (reading.title, *reading.body[:3], *reading.body[3:][-3:])
        if (_hints(sentence, HINTS) or PHRASE in sentence.text) and pattern.search(sentence.text)
    ]


def notice_of(reading: Reading) -> Change | None:
    """The first of them."""
    return next(iter(notices_of(reading)), None)


def _marks(reading: Reading) -> Iterator[str]:
    notice = notice_of(reading)
    if notice:
        yield notice.kind
    for sentence in (reading.title, *reading.body[:STANCE_SENTENCES]):
        yield from stances_of(sentence)


def stances_of(sentence: Sentence) -> Iterator[str]:
    """Whether a sentence denies or confirms: "denial", "confirmation" or nothing."""
    if not _hints(sentence, STANCE_HINTS) and "no such" not in sentence.text.casefold():
        return
    if NOT_CONFIRMED.search(sentence.text):
        return
    if DENIAL.search(sentence.text):
        yield "denial"
    elif CONFIRMATION.search(sentence.text) and sentence.names:
        yield "confirmation"


def _hints(sentence: Sentence, beginnings: tuple[str, ...]) -> bool:
    """A cheap test before the costly ones."""
    return any(word.startswith(beginnings) for word in sentence.words)
