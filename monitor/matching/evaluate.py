"""When a condition holds, and what in the article makes it hold: the only place that says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from monitor.matching.attributes import attribute_holds
from monitor.matching.facts import fact_evidence
from monitor.matching.near import near
from monitor.matching.reading import Place, Reading, apart
from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Condition,
    InField,
    Near,
    NoneOf,
    Regex,
    Score,
    Term,
    Times,
    Together,
)


class Found(NamedTuple):
    """A piece of evidence: characters [start, end) of the document, and the leaf it is a place of."""

    start: int
    end: int
    leaf: str


@dataclass(frozen=True, slots=True)
class View:
    """An article, or those stretches of it that count.

    Attributes:
        within: only what lies wholly inside one of these counts; None for no limit.
    """

    reading: Reading
    within: tuple[Place, ...] | None = None

    def only(self, stretches: Sequence[Place]) -> "View":
        """The same with a further limit."""
        if self.within is not None:
            both = ((max(a, c), min(b, d)) for a, b in self.within for c, d in stretches)
            stretches = [(start, end) for start, end in both if start < end]
        return replace(self, within=tuple(stretches))

    def places(self, condition: Condition) -> Sequence[Place]:
        """The places that count of a term, an expression, or any of such."""
        if isinstance(condition, AnyOf):
            return sorted({place for part in condition.parts for place in self.places(part)})
        if not isinstance(condition, Term | Regex):
            msg = f"{type(condition).__name__} has no places of its own; only terms, regular expressions and `any` have"
            raise TypeError(msg)
        places = self.reading.places(condition)
        if self.within is None:
            return places
        return [place for place in places if any(a <= place[0] and place[1] <= b for a, b in self.within)]

    def in_fields(self, condition: InField) -> "View":
        """The view the part of such a condition is judged in."""
        return self.only([place for name in condition.fields if (place := self.reading.field(name))[0] < place[1]])

    def units(self, condition: Together) -> Iterator["View"]:
        """The views the parts of such a condition are judged in, one a sentence or paragraph."""
        for unit in self.reading.units(condition.unit):
            view = self.only([unit])
            if view.within:
                yield view


def holds(condition: Condition, view: View, *, hope: bool = True) -> bool:
    """Whether the condition is true of what is in view; `hope` is what a condition on facts counts as before they are
    known.
    """
    match condition:
        case Term():
            return view.reading.has(condition) and (view.within is None or bool(view.places(condition)))
        case AnyOf(parts):
            return any(holds(part, view, hope=hope) for part in parts)
        case AllOf(parts):
            return all(holds(part, view, hope=hope) for part in parts)
        case NoneOf(parts):
            return not any(holds(part, view, hope=not hope) for part in parts)
        case AtLeast(count, parts):
            return sum(holds(part, view, hope=hope) for part in parts) >= count
        case Regex():
            return bool(view.places(condition))
        case Near():
            return bool(chosen(condition, view)[0])
        case Together(_, parts):
            return any(all(holds(part, unit, hope=hope) for part in parts) for unit in view.units(condition))
        case InField(_, part):
            return holds(part, view.in_fields(condition), hope=hope)
        case Times(part, at_least):
            return len(apart(view.places(part))) >= at_least
        case Score(part, least):
            return holds(part, view, hope=hope) and score(part, view) >= least
        case Attribute():
            return attribute_holds(condition, view.reading.article)
        case _:
            facts = view.reading.facts
            return hope if facts is None else next(fact_evidence(condition, facts), None) is not None


def evidence(condition: Condition, view: View) -> Iterator[Found]:
    """Places that make a condition hold which does; of `any` and the like, those of all true parts."""
    match condition:
        case Term() | Regex():
            leaf = str(condition)
            for start, end in view.places(condition):
                yield Found(start, end, leaf)
        case AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                if isinstance(part, Term) or holds(part, view):
                    yield from evidence(part, view)
        case AllOf(parts):
            for part in parts:
                yield from evidence(part, view)
        case Near():
            for part, places in zip(condition.parts, chosen(condition, view), strict=True):
                yield from (found for found in evidence(part, view) if (found.start, found.end) in places)
        case Together(_, parts):
            for unit in view.units(condition):
                if all(holds(part, unit) for part in parts):
                    for part in parts:
                        yield from evidence(part, unit)
        case InField(_, part):
            yield from evidence(part, view.in_fields(condition))
        case Times(part) | Score(part):
            yield from evidence(part, view)
        case NoneOf() | Attribute():
            return
        case _:
            if view.reading.facts is not None:
                for span in fact_evidence(condition, view.reading.facts):
                    yield Found(span.start, span.end, str(condition))


def chosen(condition: Near, view: View) -> list[set[Place]]:
    """For each part, its places that stand near a place of every other; all empty where there are none."""
    places = [view.places(part) for part in condition.parts]
    if not all(places):
        return [set() for _ in places]
    return near(places, condition.distance, view.reading, ordered=condition.ordered)


def score(part: Condition, view: View) -> float:
    """How much the article is about what the part finds in it, 0 to 100, as `Score` defines it."""
    reading = view.reading
    places = apart((found.start, found.end) for found in evidence(part, view))
    if not places:
        return 0.0
    text, lead = reading.field("text"), reading.field("lead")
    headline = reading.field("title") if reading.article.title else reading.units("sentence")[0]
    title_points = 40.0 if _any_inside(places, headline) else 0.0
    in_text = [start for start, end in places if text[0] <= start and end <= text[1]]
    place_points = 0.0
    if _any_inside(places, lead):
        place_points = 30.0
    elif in_text:
        first = reading.words_before(text[0])
        all_words = reading.words_before(text[1]) - first
        place_points = 30.0 * (1 - (reading.words_before(in_text[0]) - first) / max(1, all_words))
    density = len(places) / (0.02 * max(1, reading.words_before(len(reading.document))))
    return title_points + place_points + 30.0 * min(1.0, density)


def _any_inside(places: Sequence[Place], stretch: Place) -> bool:
    return any(stretch[0] <= start and end <= stretch[1] for start, end in places)
