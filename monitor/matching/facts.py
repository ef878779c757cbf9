"""Conditions on the facts of an article: which of them they ask for."""

from collections.abc import Iterator
from dataclasses import fields
from math import asin, cos, radians, sin, sqrt

from monitor.matching.names import any_same
from monitor.model.facts import ATTITUDES, Arg, Claim, Entity, Event, Facts, Geo, Quantity, Quote, Span
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


def fact_label(condition: FactCondition) -> str:
    """The condition in a few words: what kind of fact, and what is asked of it."""
    if isinstance(condition, HasQuantity) and condition.written:
        return condition.written
    asked = [getattr(condition, field.name) for field in fields(condition)]
    words = [" or ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in asked if one]
    return " ".join([type(condition).__name__.removeprefix("Has").lower(), *words])


def fact_evidence(condition: FactCondition, facts: Facts) -> Iterator[Span]:
    """Where the facts stand that make the condition true; none where it isn't."""
    match condition:
        case HasEntity():
            return _entities(condition, facts)
        case HasPlace():
            return _places(condition, facts)
        case HasEvent():
            return (event.span for event in facts.events if _is_event(condition, event, facts))
        case HasQuantity():
            return (quantity.span for quantity in facts.quantities if _compares(condition, quantity))
        case HasQuote():
            return (quote.span for quote in facts.quotes if _is_quote(condition, quote, facts))
        case HasClaim():
            return (claim.span for claim in facts.claims if _is_claim(condition, claim, facts))


def facts_instead(condition: FactCondition, facts: Facts) -> tuple[str, ...]:
    """What the article has of the kind a condition asks for, where it does not hold; () where that says little."""
    match condition:
        case HasQuantity():
            found = [_told(quantity) for quantity in facts.quantities]
        case HasQuote():
            found = [quote.speaker.text for quote in facts.quotes if quote.speaker is not None]
        case HasPlace():
            found = [entity.canonical for entity in facts.entities if entity.geo is not None]
        case _:
            found = []
    return tuple(dict.fromkeys(found))


def _told(quantity: Quantity) -> str:
    """The number with what it counts."""
    counted = set(quantity.of.split())
    return f"{quantity.text} {quantity.of}" if counted and counted.isdisjoint(quantity.text.split()) else quantity.text


def _entities(condition: HasEntity, facts: Facts) -> Iterator[Span]:
    for entity in facts.entities:
        if (not condition.types or entity.type in condition.types) and (
            not condition.names or any_same(condition.names, _names(entity))
        ):
            yield from entity.mentions or (entity.span,)


def _places(condition: HasPlace, facts: Facts) -> Iterator[Span]:
    for entity in facts.entities:
        if entity.geo is not None and _lies_in(condition, entity.geo):
            yield from entity.mentions or (entity.span,)


def _is_event(condition: HasEvent, event: Event, facts: Facts) -> bool:
    return (
        (condition.polarity is None or event.polarity == condition.polarity)
        and (
            not condition.actions
            or any_same(condition.actions, (event.type, event.lemma, event.lemma.partition(" ")[0]))
        )
        and _is_one_of(event.agent, condition.actors, facts)
        and (
            _is_one_of(event.patient, condition.objects, facts) or _is_one_of(event.recipient, condition.objects, facts)
        )
    )


def _is_quote(condition: HasQuote, quote: Quote, facts: Facts) -> bool:
    return quote.type != "scare" and quote.speaker is not None and _is_one_of(quote.speaker, condition.speakers, facts)


def _is_claim(condition: HasClaim, claim: Claim, facts: Facts) -> bool:
    return (
        (not condition.types or claim.source_type in condition.types)
        and (claim.cue_class in condition.cues if condition.cues else claim.cue_class not in ATTITUDES)
        and _is_one_of(claim.source, condition.sources, facts)
    )


def _names(entity: Entity) -> tuple[str, ...]:
    return entity.canonical, *entity.aliases, entity.acronym, entity.metonym_of


def _is_one_of(argument: Arg | None, names: tuple[str, ...], facts: Facts) -> bool:
    """Whether it goes by one of the names; where no names are asked for, nobody will do."""
    if not names or argument is None:
        return not names
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
    if place.precision == "country":
        return False
    lat, lon = condition.center
    return _distance_km(lat, lon, place.lat, place.lon) <= condition.radius_km


def _distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Along the great circle, between points in degrees."""
    one, other = radians(lat1), radians(lat2)
    half = sin((other - one) / 2) ** 2 + cos(one) * cos(other) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))
