"""Who and what the article names: known names first, then acronyms, then the model, joined into entities."""

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.facts import companies, mentions, namesakes, places, titles
from monitor.facts.gazetteer import Entry, Gazetteer
from monitor.facts.mentions import Mention
from monitor.facts.reading import Reading
from monitor.model.facts import Acronym, Entity, EntityType, Geo, Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

MAX_ENTITIES = 2_000


@dataclass(frozen=True, slots=True)
class Names:
    """The document's entities and a way to ask which one stands at a token."""

    entities: tuple[Entity, ...]
    by_token: dict[int, int] = field(repr=False)
    genders: dict[int, str] = field(repr=False)
    spans: tuple[Span, ...] = field(default=(), repr=False)

    def at(self, token: "Token") -> Entity | None:
        """The entity a token belongs to."""
        index = self.by_token.get(token.i)
        return None if index is None else self.entities[index]

    def widened(self, span: Span) -> Span:
        """The span with the names it cuts through taken in whole."""
        low = bisect.bisect_left(self.spans, span.start, key=lambda known: known.end)
        start, end = span.start, span.end
        for known in self.spans[low : low + 50]:
            if known.start >= span.end:
                break
            if known.end > span.start:
                start, end = min(start, known.start), max(end, known.end)
        return Span(start, end)

    def index_at(self, token: "Token") -> int | None:
        """The same as an index into `entities`."""
        return self.by_token.get(token.i)


def find(reading: Reading, gazetteer: Gazetteer, acronyms: Sequence[Acronym], lang: str, *, model: bool) -> Names:
    """All entities of a document; `model` says whether the pipeline's own entities are to be used."""
    found = mentions.find(reading, gazetteer, acronyms, lang, model=model)
    if model:
        found = companies.settle(reading, namesakes.towns(reading, namesakes.people(reading, found)))
    return _join(reading, found[: MAX_ENTITIES * 4], gazetteer)


def _join(reading: Reading, mentions: list[Mention], gazetteer: Gazetteer) -> Names:
    groups: dict[tuple[str, str], list[Mention]] = {}
    alias = _person_aliases(mentions)
    for mention in mentions:
        name = alias.get(mention.name, mention.name)
        key = (mention.type if mention.entry is None else mention.entry.type, name.removesuffix("'s"))
        groups.setdefault(_existing(groups, key), []).append(mention)
    entities: list[Entity] = []
    by_token: dict[int, int] = {}
    genders: dict[int, str] = {}
    for (kind, name), group in list(groups.items())[:MAX_ENTITIES]:
        entry = next((m.entry for m in group if m.entry is not None and m.entry.name == name), None)
        entities.append(_entity(reading, kind, name, group, entry, gazetteer.entries))  # type: ignore[arg-type]
        number = len(entities) - 1
        genders[number] = (entry.gender if entry else "") or titles.gender(reading, group[0].start, group[0].end)
        for mention in group:
            for token in reading.tokens(mention.start, mention.end):
                by_token[token.i] = number
    spans = sorted((span for entity in entities for span in entity.mentions), key=lambda span: span.start)
    return Names(places.located(reading, entities, gazetteer), by_token, genders, tuple(spans))


def _person_aliases(mentions: list[Mention]) -> dict[str, str]:
    """'Robert F. Kennedy' and 'Robert Kennedy' are one: the same first and last word."""
    longest: dict[tuple[str, str], str] = {}
    names = {m.name for m in mentions if m.type == "PERSON" and " " in m.name}
    for name in sorted(names, key=lambda n: (-len(n), n)):
        words = [word for word in name.split() if word not in namesakes.SUFFIXES]
        if len(words) > 1:
            longest.setdefault((words[0], words[-1]), name)
    known = {m.name for m in mentions if m.entry is not None}
    aliases = {}
    for name in names - known:
        words = [word for word in name.split() if word not in namesakes.SUFFIXES]
        if len(words) > 1:
            target = longest[words[0], words[-1]]
            if target != name:
                aliases[name] = target
    return aliases


def _existing(groups: dict[tuple[str, str], list[Mention]], key: tuple[str, str]) -> tuple[str, str]:
    """The same name under another of the model's labels is the same thing."""
    if key in groups:
        return key
    return next((other for other in groups if other[1] == key[1]), key)


def _entity(  # noqa: PLR0917
    reading: Reading,
    kind: EntityType,
    name: str,
    group: list[Mention],
    entry: Entry | None,
    demonyms: Mapping[str, Entry],
) -> Entity:
    first = group[0]
    spans = tuple(Span(m.start, m.end) for m in group)
    texts = {reading.text[m.start : m.end] for m in group}
    title, affiliation = "", entry.affiliation if entry else ""
    if kind == "PERSON":
        title, near = titles.of_person(reading, group)
        affiliation = near or affiliation
        country = demonyms.get(affiliation)
        affiliation = country.affiliation if country is not None and country.type == "NORP" else affiliation
        title = title or (entry.title if entry else "")
    return Entity(
        canonical=name,
        type=kind,
        text=reading.text[first.start : first.end],
        span=spans[0],
        sentence=reading.sentence(first.start),
        mentions=spans,
        confidence=max(m.confidence for m in group),
        rule=first.rule,
        aliases=tuple(sorted(texts - {name})),
        title=title,
        affiliation=affiliation,
        geo=_geo(entry),
        metonym_of=_metonym(reading, group, entry),
        acronym=entry.acronym if entry else "",
    )


def _geo(entry: Entry | None) -> Geo | None:
    return entry.geo if entry else None


def _metonym(reading: Reading, group: list[Mention], entry: Entry | None) -> str:
    if entry is None or not entry.stands_for:
        return ""
    if entry.always_stands:
        return entry.stands_for
    for mention in group:
        tokens = reading.tokens(mention.start, mention.end)
        if tokens and _acts(tokens[-1]):
            return entry.stands_for
    return ""


def _acts(token: "Token") -> bool:
    """A city that says, fears or is encouraged acts as its government."""
    if token.dep_ == "nsubj" and token.head.pos_ == "VERB":
        return True
    if token.dep_ == "dobj" and any(child.dep_ in {"xcomp", "ccomp"} for child in token.head.children):
        return True
    return token.dep_ == "pobj" and token.head.dep_ == "agent"
