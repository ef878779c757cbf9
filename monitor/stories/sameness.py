"""Same story: how much two articles are about one event, by rare words, names, places and days."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from monitor.stories.terms import Shared, key_of

WORDS, NAMES, TITLES, TOLD, COUNTS = 4.5, 6.6, 0.25, 2.0, 0.47
OTHER_PLACE, ELSEWHERE, OTHER_EVENT, A_DAY, UNLIKE = -2.1, -2.8, -5.0, -0.12, -4.25
"""Weights of a logistic model, fitted to pairs of articles of the parts of the project's stream for development."""

MOST_TITLES, MOST_COUNTS = 10.0, 8.0
"""Rarer than that, in nats, what titles and numbers have in common says no more."""

MANY_NAMES = 10.0
"""Names in common count in full from this rarity on, in nats: two or three names that few others have."""

NO_NAME, A_NAME = -4.0, 1.0
"""Both name something in the lead, and what they share of it is rarer than `A_NAME` nats in neither: two fillings of a
form have most words in common and no name."""

ONE_WORD = -1.5
"""All they have in common is one word, such as the town."""

LONGEST_GAP = timedelta(days=30)

REPEATED = frozenset(
    key_of(act) for act in ("attack", "kill", "injure", "collapse", "arrest", "protest", "rate", "win")
)
"""Acts that happen again: told of another day, they are another event unless the text looks back at the first one."""

HARM = frozenset(key_of(act) for act in ("attack", "kill", "injure"))
MANY_SOUNDS = 14.0
"""Names that sound alike count in full from this rarity on, in nats: three of them, as two may do so by chance."""

ACROSS_LANGUAGES = 0.4
"""What shared names stand for in place of shared words where the languages differ."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when an article's events are, beside its words.

    Attributes:
        places: of title and lead, by number or key.
        days: of title and lead; all_days: of the whole text, as ordinals.
        acts: keys of the acts title and lead tell of.
        again: title or first sentence tell of one more event of a kind.
        looks_back: title or lead speak of an event told before.
        has_word: whether a place's word stands anywhere in the article.
    """

    places: Collection[int]
    days: Collection[int]
    all_days: Collection[int]
    acts: Collection[int]
    again: bool
    looks_back: bool
    has_word: Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike an article and a member of a story are, and from what.

    Attributes:
        score: 0 to 1, after all corrections.
        shared: what it comes from.
        conflict: what speaks against, in words; "" for nothing.
    """

    score: float
    shared: Shared
    conflict: str = ""


def likeness(shared: Shared, mine: Setting, theirs: Setting, *, gap: timedelta, other_language: bool) -> Likeness:
    """How alike an article and a member are by words and names, less what speaks against it.

    Args:
        shared: words and names of the article to decide on and the member.
        mine: places, days and acts of the article.
        theirs: of the member.
        gap: time between the two articles.
        other_language: the two are in different languages, so that only names can be the same.
    """
    names, words = names_shared(shared), shared.words
    if other_language:
        names = max(names, min(1.0, shared.sounds / MANY_SOUNDS))
        words = max(words, ACROSS_LANGUAGES * names)
    conflict = conflict_of(mine, theirs)
    logit = (
        UNLIKE
        + WORDS * words
        + NAMES * names
        + TITLES * min(shared.titles, MOST_TITLES)
        + TOLD * (max(0.0, shared.told) + max(0.0, shared.their_told)) / 2
        + ONE_WORD * (shared.rare <= 1 and not other_language)
        + COUNTS * min(shared.counts, MOST_COUNTS)
        + NO_NAME
        * (
            not (other_language and shared.sounds)
            and min(shared.names, shared.their_names) >= 0
            and shared.name_mass < A_NAME
        )
        + A_DAY * (min(gap, LONGEST_GAP) / timedelta(days=1))
        + {"": 0.0, "places": OTHER_PLACE, "places and days": ELSEWHERE, "events": OTHER_EVENT}[conflict]
    )
    return Likeness(1.0 / (1.0 + math.exp(-logit)), shared, conflict)


def names_shared(shared: Shared) -> float:
    """Share of the lead's names that the other has, 0 to 1, less where these are few and common."""
    return max(0.0, shared.names, shared.their_names) * min(1.0, shared.name_mass / MANY_NAMES)


def conflict_of(mine: Setting, theirs: Setting) -> str:
    """What makes them two: "places" the other never names, "places and days", "events" of a kind on different days."""
    same_day = set(mine.days) & set(theirs.all_days) or set(theirs.days) & set(mine.all_days)
    other_days = mine.days and theirs.days and not same_day and not mine.looks_back and not theirs.looks_back
    if mine.places and theirs.places and not set(mine.places) & set(theirs.places):
        only_mine = [place for place in mine.places if not theirs.has_word(place)]
        only_theirs = [place for place in theirs.places if not mine.has_word(place)]
        if only_mine and only_theirs:
            return "places and days" if other_days else "places"
    if other_days:
        repeated = REPEATED & set(mine.acts) & set(theirs.acts)
        if len(repeated) > 1 or repeated & HARM or mine.again or theirs.again:
            return "events"
    return ""
