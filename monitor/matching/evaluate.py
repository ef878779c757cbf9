"""When a condition holds, and what in the article makes it hold: the only place that says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.matching.attributes import attribute_holds
from monitor.matching.facts import fact_evidence, fact_label
from monitor.matching.near import near
from monitor.matching.reading import Found, Reading, apart
from monitor.matching.terms import Place
from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Condition,
    FactCondition,
    InField,
    Near,
    NoneOf,
    Regex,
    Score,
    Term,
    Times,
    Together,
)


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
        outer = [one for one in stretches if not any(_is_inside(one, other) for other in stretches if other != one)]
        return View(self.reading, tuple(dict.fromkeys(outer)))

    def places(self, condition: Condition) -> Sequence[Place]:
        """The places that count of a term, an expression, or any of such."""
        if isinstance(condition, AnyOf):
            return sorted({place for part in condition.parts for place in self.places(part)})
        if not isinstance(condition, Term | Regex):
            msg = f"{type(condition).__name__} has no places of its own; only terms, regular expressions and `any` have"
            raise TypeError(msg)
        if isinstance(condition, Regex):
            search = self.reading.expression
            return sorted({place for start, end in self._stretches() for place in search(condition, start, end)})
        places = self.reading.places(condition)
        return places if self.within is None else list(filter(self.counts, places))

    def _stretches(self) -> Sequence[Place]:
        """What an expression is searched in, each by itself."""
        return (self.reading.field("title"), self.reading.field("text")) if self.within is None else self.within

    def counts(self, place: Place | Found) -> bool:
        """Whether it lies in view."""
        return self.within is None or any(_is_inside(place[:2], one) for one in self.within)

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
    """Whether the condition is true of what is in view.

    Before the facts are known, a condition on them counts as `hope` says.
    """
    match condition:
        case Term():
            true = view.reading.has(condition) and (view.within is None or bool(view.places(condition)))
        case AnyOf(parts):
            true = any(holds(part, view, hope=hope) for part in parts)
        case AllOf(parts):
            true = all(holds(part, view, hope=hope) for part in parts)
        case NoneOf(parts):
            true = not any(holds(part, view, hope=not hope) for part in parts)
        case AtLeast(count, parts):
            true = sum(holds(part, view, hope=hope) for part in parts) >= count
        case Together(_, parts):
            true = any(all(holds(part, unit, hope=hope) for part in parts) for unit in view.units(condition))
        case InField(_, part):
            true = holds(part, view.in_fields(condition), hope=hope)
        case Score(part, least):
            true = holds(part, view, hope=hope) and score(part, view) >= least
        case _:
            true = _simple_holds(condition, view, hope=hope)
    return true


def _simple_holds(condition: Regex | Near | Times | Attribute | FactCondition, view: View, *, hope: bool) -> bool:
    """The same for what has no conditions inside but such with places."""
    match condition:
        case Regex():
            return bool(view.places(condition))
        case Near():
            return bool(chosen(condition, view)[0])
        case Times(part, at_least):
            return len(apart(view.places(part))) >= at_least
        case Attribute():
            return attribute_holds(condition, view.reading.article)
        case _:
            facts = view.reading.facts
            return hope if facts is None else next(fact_evidence(condition, facts), None) is not None


def evidence(condition: Condition, view: View) -> list[Found]:
    """Places that make a condition hold which does; of `any` and the like, those of all true parts."""
    found: list[Found] = []
    _collect(condition, view, found)
    return sorted(set(found)) if len(found) > 1 else found


def _collect(condition: Condition, view: View, found: list[Found]) -> None:
    match condition:
        case Term():
            some = view.reading.found(condition)
            found.extend(some if view.within is None else filter(view.counts, some))
        case AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                if isinstance(part, Term) or holds(part, view):
                    _collect(part, view, found)
        case AllOf(parts):
            for part in parts:
                _collect(part, view, found)
        case Together(_, parts):
            together = AllOf(parts)
            for unit in view.units(condition):
                _collect(AnyOf((together,)), unit, found)
        case InField(_, part):
            _collect(part, view.in_fields(condition), found)
        case Times(part) | Score(part):
            _collect(part, view, found)
        case NoneOf() | Attribute():
            pass
        case _:
            found.extend(_simple_evidence(condition, view))


def _simple_evidence(condition: Regex | Near | FactCondition, view: View) -> Iterator[Found]:
    match condition:
        case Regex():
            for start, end in view.places(condition):
                yield Found(start, end, str(condition))
        case Near(_, parts):
            for part, places in zip(parts, chosen(condition, view), strict=True):
                yield from (one for one in evidence(part, view) if one[:2] in places)
        case _:
            if view.reading.facts is not None:
                for span in fact_evidence(condition, view.reading.facts):
                    yield Found(span.start, span.end, fact_label(condition))


def chosen(condition: Near, view: View) -> list[set[Place]]:
    """For each part, its places that stand near a place of every other; all empty where there are none."""
    places = [view.places(part) for part in condition.parts]
    if not all(places):
        return [set() for _ in places]
    return near(places, condition.distance, view.reading, ordered=condition.ordered)


def score(part: Condition, view: View) -> float:
    """How much the article is about what the part finds in it, 0 to 100, as `Score` defines it."""
    reading = view.reading
    places = apart(found[:2] for found in evidence(part, view))
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
    return any(_is_inside(place, stretch) for place in places)


def _is_inside(place: Place, stretch: Place) -> bool:
    return stretch[0] <= place[0] and place[1] <= stretch[1]
