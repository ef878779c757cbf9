"""What an article adds to its story: changed numbers, corrections, denials, confirmations and new events.

Everything here errs towards silence: a rewritten report brings other words, other details and other speakers, and none
of that is news by itself.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from monitor.model.story import Change
from monitor.stories.ledger import Ledger, notice_of, notices_of, stances_of
from monitor.stories.neardup import Differences, shingles
from monitor.stories.numbers import RISING, Figure
from monitor.stories.phrases import BACKGROUND, FIRST_TIME, LOWERED, NOT_THAT
from monitor.stories.reading import Reading, Sentence, days_of, tokens_of
from monitor.stories.trace import Past
from monitor.stories.vocabulary import stem

MAX_CHANGES = 6
NEWS_SENTENCES = 4
"""New events are looked for in the title and so many sentences: what is new stands at the top."""

NUMBER_SENTENCES = 8
MAX_RISE = 40.0
"""A count this many times higher is of something else: the dead of a war, not of a strike."""

FIRST_NOVELTY, ACTING_NOVELTY, ACT_NOVELTY = 0.2, 0.05, 0.4
"""Share of a sentence's words that must be new to the story where it tells of something for the first time, where it
tells of an act the story has not had, and where an edit does."""

IN_TITLE, IN_LEAD, TWICE, NEW_DAY, LOOKS_BACK = 1.35, 1.75, 1.6, 1.4, 0.7
AN_HOUR, A_STILL_HOUR, NOVELTY, NO_EVENT = 0.3, 1.3, 0.65, -6.1
"""Weights of a logistic model, fitted to the parts of the project's stream for development: an act new to the story in
the title, in the first sentence, in two of the top ones; a day later than all the story has told of; looking back at
the event; the time since the story's first report and since its last one, as those of the first hours are mostly other
desks' versions of it; new words. Half of the fit had the times scrambled, so that they do not decide alone."""

INSERTED_NOVELTY = 0.2
"""The same for a sentence of an edit that the version before had nothing of, such as a live blog's next entry."""

LONGEST_WAIT = timedelta(hours=48)
ANCHORED_NOVELTY = 0.5

UNMOVED = 0.5
"""Share of two sentences' words in common from which other numbers in them are of one thing, where none says that it
moved."""

MATERIAL = frozenset(
    [
        "attack",
        "kill",
        "arrest",
        "charge",
        "sentence",
        "resign",
        "appoint",
        "elect",
        "approve",
        "reject",
        "ban",
        "sanction",
        "agree",
        "strike_work",
        "reopen",
        "close",
        "evacuate",
        "rescue",
        "release",
        "seize",
        "abduct",
        "collapse",
        "recall",
        "declare",
        "retaliate",
        "doctrine",
        "bankrupt",
        "apologise",
        "rate",
        "vaccinate",
        "quarantine",
        "deploy",
        "discover",
        "extend",
        "win",
        "lose",
        "order",
        "appeal",
        "expel",
        "break",
        "fail",
        "buy",
        "accept",
        "bury",
        "blame",
        "sabotage",
        "claim",
        "pay",
        "testify",
        "block",
        "surrender",
        "escape",
        "propose",
        "impose",
        "lift",
        "sell",
        "pledge",
        "restart",
    ]
)
"""Acts that are news when a story tells of them for the first time."""

_Rarity = Callable[[str], float]
"""Weight of a stem, so that news words count less than names of things."""


def changes(
    reading: Reading, time: datetime, ledger: Ledger, rarity: _Rarity, *, other_language: bool = False
) -> tuple[Change, ...]:
    """What is materially new in an article of that time against all its story has told; () for a rewritten report.

    Of a story told in another language only numbers and stances can be compared.
    """
    found: list[Change] = []
    if notice := notice_of(reading):
        found.append(notice)
    found.extend(_changed_numbers(reading, time, ledger))
    if time >= ledger.first_time():
        _add_new(found, _stances(reading, ledger, rarity))
        if not other_language:
            _add_new(found, _events(reading, time, ledger, rarity))
    return tuple(found[:MAX_CHANGES])


def edits(
    reading: Reading,
    before: Past,
    differences: Differences,
    *,
    time: datetime,
    ledger: Ledger,
    rarity: _Rarity,
) -> tuple[Change, ...]:
    """What a new revision of an article changes that matters: notices, numbers, names, title, new events.

    What the story's ledger has from another outlet already is no news. `differences` are those between the two texts.
    """
    found: list[Change] = []
    found.extend(notice for notice in notices_of(reading)[:1] if notice.text not in before.side.notices)
    own = Ledger.of(before.told)
    found.extend(c for c in _changed_numbers(reading, time, own, edited=True) if not _told(c, ledger))
    found.extend(replaced(reading, differences, ledger, found))
    if _title_matters(reading.title, before):
        title = Change("title", reading.title.text, before=before.title, after=reading.title.text)
        _add_new(found, [title])
    _add_new(found, _stances(reading, ledger, rarity))
    top = (reading.title, *reading.body[:NEWS_SENTENCES])
    acting = (bool(_new_acts(s, ledger)) and _is_new_in(s, before, ledger, rarity) for s in top)
    _add_new(found, _said_once(s for s, acts in zip(top, acting, strict=True) if acts or _first_counts(s, ledger)))
    return tuple(found[:MAX_CHANGES])


def _is_new_in(sentence: Sentence, before: Past, ledger: Ledger, rarity: _Rarity) -> bool:
    """Whether an edited article's sentence says something new, or was put in where nothing was."""
    inserted = shingles(tokens_of(sentence.text)).isdisjoint(before.hashes)
    novelty = _novelty(sentence, ledger, rarity, least=2 if inserted else 3)
    return novelty >= (INSERTED_NOVELTY if inserted else ACT_NOVELTY)


def replaced(
    reading: Reading, differences: Differences, ledger: Ledger, found: Sequence[Change] = ()
) -> Iterator[Change]:
    """Numbers and names that stand where an earlier version had others, unless story or `found` has them already."""
    printed = " ".join(f"{c.before} {c.after}" for c in found)
    for old, new in differences.numbers:
        if new not in printed:
            yield Change("number", _sentence_with(reading, new), old, new)
    for old, new in differences.names:
        if new not in printed and not all(stem(part) in ledger.names for part in new.split()):
            yield Change("name", _sentence_with(reading, new), old.title(), new.title())


def _add_new(found: list[Change], more: Iterable[Change]) -> None:
    """Add changes whose sentence is not yet among those found."""
    covered = {change.text for change in found}
    found.extend(change for change in more if change.text not in covered)


def _told(change: Change, ledger: Ledger) -> bool:
    return any(figure.text == change.after for figure, _ in ledger.figures(change.about))


def _title_matters(new: Sentence, old: Past) -> bool:
    mine, theirs = set(new.words), old.side.title_words
    if new.text == old.title or not theirs or not mine or not mine - theirs:
        return False
    renamed = bool((new.names - old.side.title_names) and (old.side.title_names - new.names))
    return renamed or len(mine & theirs) < 0.34 * max(len(mine), len(theirs))


def _sentence_with(reading: Reading, value: str) -> str:
    wanted = set(value.split())
    for sentence in (reading.title, *reading.body):
        if wanted <= set(tokens_of(sentence.text)):
            return sentence.text
    return value


def _changed_numbers(reading: Reading, time: datetime, ledger: Ledger, *, edited: bool = False) -> Iterator[Change]:
    """Numbers of a thing the story has told another number of; one change a thing, the topmost sentence's."""
    done: set[str] = set()
    for place, sentence in enumerate((reading.title, *reading.body[:NUMBER_SENTENCES])):
        if place > 1 and BACKGROUND.search(sentence.text):
            continue
        for figure in sentence.figures:
            told = ledger.figures(figure.about)
            known = [(f, t) for f, t in told if _same_thing(figure, f, place)]
            if figure.about in done or not known or any(figure.low == f.low for f, _ in told):
                continue
            if _is_known(figure, [f for f, _ in known]) or _stands_beside(figure, sentence, known):
                continue
            before = _superseded(figure, known, time, lowers=edited or _lowers(figure, sentence))
            if before is not None:
                done.add(figure.about)
                yield Change("number", sentence.text, before=before.text, after=figure.text, about=figure.about)


def _stands_beside(figure: Figure, sentence: Sentence, known: list[tuple[Figure, datetime]]) -> bool:
    """Whether its sentence gives the known number too, and does not say that it moved: "7.5, not the 7 expected"."""
    moved = figure.revised or NOT_THAT.search(sentence.text)
    return not moved and bool({f.low for f, _ in known} & {f.low for f in sentence.figures if f.about == figure.about})


def _is_known(figure: Figure, known: list[Figure]) -> bool:
    """Whether one has been told that it can stand beside and the text does not say that it moved."""
    moved = figure.revised and figure.low != max(f.low for f in known)
    return not moved and any(figure.agrees(f) for f in known)


def _superseded(figure: Figure, known: list[tuple[Figure, datetime]], time: datetime, *, lowers: bool) -> Figure | None:
    """The number told before that this one replaces, None where it is itself an older one."""
    latest, latest_time = max(known, key=lambda k: (k[1], k[0].low))
    if figure.about not in RISING:
        several = len({f.low for f, t in known if t == latest_time}) > 1
        return None if time < latest_time or (several and not figure.revised) else latest
    highest = max((f for f, _ in known), key=lambda f: f.high)
    if highest.low < figure.low < MAX_RISE * max(1.0, highest.low):
        return highest
    return latest if lowers and figure.low < highest.low else None


def _lowers(figure: Figure, sentence: Sentence) -> bool:
    """Whether the text says that the number was taken down."""
    return figure.revised and bool(LOWERED.search(sentence.text))


def _same_thing(new: Figure, old: Figure, place: int) -> bool:
    """Whether two counts of a sort are of one thing: their sentences share words, the fewer the nearer to the top."""
    shared = len(new.context & old.context)
    least = max(1, min(len(new.context), len(old.context)))
    if new.about in RISING:
        return place <= 2 or shared >= 2
    if new.about == "troops":
        return shared >= 2
    return shared >= 3 and shared >= (0.5 if new.about in {"$", "percent"} else 0.4 if new.revised else UNMOVED) * least


def is_aside(sentence: Sentence) -> tuple[bool, bool]:
    """For sorting: background last, and before it what neither counts people nor tells of a material act."""
    told = bool(sentence.actions & MATERIAL) or any(f.about in RISING for f in sentence.figures)
    return bool(BACKGROUND.search(sentence.text)), not told


def _novelty(sentence: Sentence, ledger: Ledger, rarity: _Rarity, *, least: int = 3) -> float:
    """Share of the sentence's words, by rarity, that the story has not told; 0 for fewer than `least` words."""
    words = set(sentence.words)
    if len(words) < least:
        return 0.0
    total = sum(rarity(w) for w in words)
    return sum(rarity(w) for w in words if not ledger.has_word(w)) / total if total else 0.0


def _stances(reading: Reading, ledger: Ledger, rarity: _Rarity) -> Iterator[Change]:
    """A denial or confirmation where the story has had none of its kind."""
    done: set[str] = set()
    for sentence in (reading.title, *reading.body[:NEWS_SENTENCES]):
        for mark in stances_of(sentence):
            if mark in ledger.marks or mark in done or _novelty(sentence, ledger, rarity) < 0.2:
                continue
            done.add(mark)
            yield Change("denial" if mark == "denial" else "statement", sentence.text)


def _events(reading: Reading, time: datetime, ledger: Ledger, rarity: _Rarity) -> Iterator[Change]:
    """Sentences at the top that tell of an event new to the story."""
    top = [s for n, s in enumerate((reading.title, *reading.body[:2])) if n < 2 or not BACKGROUND.search(s.text)]
    fresh = [
        s
        for s in top
        if _novelty(s, ledger, rarity) >= (ACTING_NOVELTY if _new_acts(s, ledger) else FIRST_NOVELTY)
        or _first_counts(s, ledger)
    ]
    if not fresh:
        return
    acting = [s for s in top if _new_acts(s, ledger) or _first_counts(s, ledger)]
    novelty = [_novelty(s, ledger, rarity) for s in top[:2]]
    days = days_of([w for s in (reading.title, *reading.body[:2]) for w in tokens_of(s.text)], time.date())
    anchored = max(novelty) >= ANCHORED_NOVELTY or any(
        s.names - ledger.names or any(not ledger.has_value(f) for f in s.figures) for s in top
    )
    twice = any(_new_acts(a, ledger) & _new_acts(b, ledger) for n, a in enumerate(acting) for b in acting[:n])
    logit = (
        NO_EVENT
        + IN_TITLE * (reading.title in acting)
        + IN_LEAD * (reading.body[:1] != () and reading.body[0] in acting)
        + TWICE * twice
        + NEW_DAY * (bool(days) and max(days) > ledger.last_day())
        + LOOKS_BACK * reading.looks_back
        + AN_HOUR * _hours(time - ledger.first_time())
        + A_STILL_HOUR * _hours(time - ledger.last_time())
        + NOVELTY * sum(novelty) / len(novelty)
    )
    if logit > 0 and (acting or anchored):
        told = list(_said_once([*(s for s in fresh if s in acting), fresh[0]]))
        yield from sorted(told, key=lambda change: [s.text for s in top].index(change.text))
    else:
        yield from _said_once(s for s in fresh if s in top[:2] and FIRST_TIME.search(s.text))


def _hours(passed: timedelta) -> float:
    """Hours on a scale on which the first count most."""
    return math.log1p(min(max(passed, timedelta(0)), LONGEST_WAIT) / timedelta(hours=1))


def _new_acts(sentence: Sentence, ledger: Ledger) -> frozenset[str]:
    """Acts that are news and that the story has not told of."""
    return (sentence.actions & MATERIAL) - ledger.actions


def _first_counts(sentence: Sentence, ledger: Ledger) -> bool:
    """Whether it counts dead, injured or others of whom the story has had no number."""
    return any(f.about in RISING and not ledger.figures(f.about) for f in sentence.figures)


def _said_once(sentences: Iterable[Sentence]) -> Iterator[Change]:
    """One change for each sentence that does not repeat the one before in other words."""
    taken: list[set[str]] = []
    for sentence in sentences:
        words = set(sentence.words)
        if any(len(words & t) >= 0.4 * min(len(words), len(t)) for t in taken):
            continue
        taken.append(words)
        yield Change("event", sentence.text)
