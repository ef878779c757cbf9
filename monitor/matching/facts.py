"""Conditions on the facts of an article: which of them they ask for."""

from collections.abc import Iterator
from math import asin, cos, radians, sin, sqrt

from monitor.matching.names import any_same
from monitor.model.facts import Arg, Entity, Facts, Geo, Quantity, Span
from monitor.model.rule import (
    FactCondition,
    HasClaim,
    HasEntity,
    HasEvent,
    HasPlace,
    HasQuantity,
    HasQuote,
)

_EARTH_KM = 6371.0


def fact_evidence(condition: FactCondition, facts: Facts) -> Iterator[Span]:
    """Where the facts stand that make the condition true; none where it isn't."""
    match condition:
        case HasEntity(names, types):
            for entity in facts.entities:
                if (not types or entity.type in types) and (not names or any_same(names, _names(entity))):
                    yield from entity.mentions or (entity.span,)
        case HasPlace():
            for entity in facts.entities:
                if entity.geo is not None and _lies_in(condition, entity.geo):
                    yield from entity.mentions or (entity.span,)
        case HasEvent(actors, actions, objects, polarity):
            for event in facts.events:
                if (
                    (polarity is None or event.polarity == polarity)
                    and (not actions or any_same(actions, (event.type, event.lemma)))
                    and (not actors or _is_one_of(event.agent, actors, facts))
                    and (
                        not objects
                        or _is_one_of(event.patient, objects, facts)
                        or _is_one_of(event.recipient, objects, facts)
                    )
                ):
                    yield event.span
        case HasQuantity():
            for quantity in facts.quantities:
                if _compares(condition, quantity):
                    yield quantity.span
        case HasQuote(speakers):
            for quote in facts.quotes:
                if quote.type != "scare" and quote.speaker and (not speakers or _is_one_of(quote.speaker, speakers, facts)):
                    yield quote.span
        case HasClaim(sources, types, cues):
            for claim in facts.claims:
                if (
                    (not types or claim.source_type in types)
                    and (not cues or claim.cue_class in cues)
                    and (not sources or _is_one_of(claim.source, sources, facts))
                ):
                    yield claim.span


def _names(entity: Entity) -> tuple[str, ...]:
    return entity.canonical, *entity.aliases, entity.acronym, entity.metonym_of


def _is_one_of(argument: Arg | None, names: tuple[str, ...], facts: Facts) -> bool:
    if argument is None:
        return False
    if any_same(names, (argument.text, argument.entity)):
        return True
    return bool(argument.entity) and any(
        any_same(names, _names(entity)) for entity in facts.entities if entity.canonical == argument.entity
    )


def _compares(condition: HasQuantity, quantity: Quantity) -> bool:
    low, high = quantity.value, quantity.value if quantity.high is None else quantity.high
    value = condition.value
    match condition.comparison:
        case ">":
            true = high > value
        case ">=":
            true = high >= value
        case "<":
            true = low < value
        case "<=":
            true = low <= value
        case "=":
            true = low <= value <= high
    described = (quantity.of, quantity.unit)
    return true and (
        not condition.of or any_same(condition.of, (*described, *(word for text in described for word in text.split())))
    )


def _lies_in(condition: HasPlace, place: Geo) -> bool:
    if condition.countries and place.country.upper() not in map(str.upper, condition.countries):
        return False
    if condition.center is None:
        return True
    return place.precision != "country" and _distance_km(condition.center, (place.lat, place.lon)) <= condition.radius_km


def _distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))
