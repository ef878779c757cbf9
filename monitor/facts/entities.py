"""Who and what the article names: known names first, then acronyms, then the model, joined into entities."""

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor.facts import places, titles
from monitor.facts.gazetteer import Entry, Gazetteer
from monitor.facts.reading import Reading
from monitor.model.facts import Acronym, Entity, EntityType, Geo, Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

MAX_ENTITIES = 2_000

_LABELS: dict[str, EntityType] = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "ORG": "ORG",
    "GPE": "GPE",
    "LOC": "LOC",
    "FAC": "FAC",
    "NORP": "NORP",
    "PRODUCT": "PRODUCT",
    "EVENT": "EVENT",
    "LAW": "LAW",
}
_COVERING = frozenset({"PERSON", "ORG", "FAC", "LOC", "EVENT", "LAW", "PRODUCT"})
_SUFFIXES = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})
_WEAPON_WORDS = re.compile(
    r"\b(?:missile|rocket|artillery|howitzer|drone|munition|torpedo|bomb|launcher|tank)s?\b(?: systems?)?$|"
    r"\b(?:missile|rocket|artillery|weapons?) systems?$",
    re.IGNORECASE,
)
_FACILITY_WORDS = re.compile(r"\b(?:Plant|Airport|Bridge|Stadium|Station|Tower|Dam|Reactor|Canal|Tunnel|Collider)$")
_CAPITAL_WITHIN = re.compile(r"\s[A-Z]")
_PLACE_WORDS = re.compile(
    r"\b(?:region|province|district|county|valley|river|sea|strait|gulf|island|islands|peninsula|bay|oblast)$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\b(?:(?:\d+(?:st|nd|rd|th)|[A-Z][\w-]+) )+(?:(?:Separate|Mechanized|Mechanised|Assault|Airborne|Infantry"
    r"|Tank|Marine|Armored"
    r"|Armoured|Motorized|Air|Guards|Artillery|Mountain|Naval) )*(?:Brigade|Division|Regiment|Battalion|Corps"
    r"|Squadron|Fleet)\b"
)
_ORG_WORDS = re.compile(
    r"\b(?:University|Institute|Ministry|Department|Committee|Council|Court|Agency|Authority|Bank|Party|Union"
    r"|Association|Foundation"
    r"|Group|Inc|Inc\.|Corp|Corp\.|Ltd|LLC|PLC|Company|Commission|Police|Army|Navy|Force|Forces|Bureau|Center"
    r"|Centre|Hospital"
    r"|Airlines|Airways|Motors|Times|Post|Journal|News)$"
)
_AT_A_PLACE = re.compile(
    r"\b(?:off|(?:coast|island|town|city|village|province|district|port|capital|suburb|outskirts) of) $", re.IGNORECASE
)
_IN_A_PLACE = re.compile(r"\b(?:in|In|near|Near|at|outside|around|into|throughout) $")
_DIVISION_AFTER = re.compile(r" (?:state|province|oblast|region|district|county|governorate|prefecture)\b")
_COMPANY = re.compile(
    r"\b(?:(?:chip|car|drug|plane|phone|steel|toy|truck|ship|aircraft)maker|carrier|airline|retailer|lender|insurer"
    r"|brewer|start-?up|conglomerate) ([A-Z][\w&'’-]+(?: [A-Z][\w&'’-]+){0,2})"
)
_VERBS_OF_ACTORS = frozenset(
    {"say", "tell", "warn", "urge", "accuse", "announce", "deny", "vow", "threaten", "agree", "refuse"}
)
_NOT_NAMES = frozenset(
    {"Covid", "Internet", "God", "Mr", "Mrs", "Ms", "Dr", "Twitter", "Monday", "Sunday", "State", "Video", "Photo"}
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming in the text, before mentions are joined."""

    start: int
    end: int
    type: EntityType
    name: str
    confidence: float
    rule: str
    entry: Entry | None = None
    weak: bool = False


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


def find(reading: Reading, gazetteer: Gazetteer, acronyms: Sequence[Acronym], *, model: bool) -> Names:
    """All entities of a document; `model` says whether the pipeline's own entities are to be used."""
    known = [
        Mention(h.start, h.end, h.entry.type, h.entry.name, 0.95, "gazetteer", h.entry, h.weak)
        for h in gazetteer.find(reading.mended)
    ]
    explained = list(_explained(reading, acronyms, gazetteer))
    patterned = [Mention(m.start(), m.end(), "UNIT", m.group(), 0.8, "unit") for m in _UNIT.finditer(reading.mended)]
    modelled = list(_modelled(reading)) if model else []
    titled = [
        Mention(match.start(2), match.end(2), "PERSON", match.group(2), 0.8, "title")
        for match in titles.NAMED.finditer(reading.mended)
    ]
    companies = [
        Mention(match.start(1), match.end(1), "ORG", match.group(1), 0.8, "company")
        for match in _COMPANY.finditer(reading.mended)
    ]
    mentions = _settle([*explained, *patterned, *companies], known, modelled, titled)
    if model:
        mentions = _towns(reading, _people(reading, mentions))
    return _join(reading, mentions[: MAX_ENTITIES * 4], gazetteer)


def _explained(reading: Reading, acronyms: Sequence[Acronym], gazetteer: Gazetteer) -> Iterator[Mention]:
    for acronym in acronyms:
        entry = gazetteer.named(acronym.canonical)
        kind: EntityType = "ORG"
        if entry is not None:
            kind = entry.type
        elif _WEAPON_WORDS.search(acronym.canonical):
            kind = "WEAPON"
        elif _FACILITY_WORDS.search(acronym.canonical):
            kind = "FAC"
        elif not _CAPITAL_WITHIN.search(acronym.canonical):
            kind = "OTHER"
        entry = entry or Entry(acronym.canonical, kind, acronym=acronym.short)
        start = reading.mended.find(acronym.long, acronym.span.start)
        if start < 0:
            start = reading.text.find(acronym.long, acronym.span.start)
        if start >= 0:
            yield Mention(start, start + len(acronym.long), kind, entry.name, 0.95, "acronym", entry)
        for match in re.finditer(rf"(?<!\w){re.escape(acronym.short)}(?!\w)", reading.mended):
            yield Mention(match.start(), match.end(), kind, entry.name, 0.95, "acronym", entry)


def _modelled(reading: Reading) -> Iterator[Mention]:
    for found in reading.doc.ents:
        kind = _LABELS.get(found.label_)
        if kind is None:
            continue
        first, last = found.start, found.end - 1
        doc = reading.doc
        while first <= last and (doc[first].is_space or doc[first].is_punct or doc[first].lower_ in {"the", "a", "an"}):
            first += 1
        while last >= first and (
            doc[last].is_space or doc[last].tag_ == "POS" or (doc[last].is_punct and doc[last].text != ".")
        ):
            last -= 1
        if first > last or last - first > 9 or any(doc[i].is_space for i in range(first, last + 1)):
            continue
        start, end = doc[first].idx, doc[last].idx + len(doc[last])
        if reading.sentence(start) != reading.sentence(end - 1):
            continue
        if first == last and kind in {"PERSON", "ORG", "PRODUCT"} and _opens_as_word(reading, doc[first]):
            continue
        yield from _sane(reading, start, end, kind)


def _opens_as_word(reading: Reading, token: "Token") -> bool:
    """Whether a word has its capital only because it opens a sentence: 'Strikes are not...' is nobody's name."""
    before = reading.doc[token.i - 1] if token.i else None
    opens = (
        before is None or token.is_sent_start or before.is_space or before.is_quote or before.text in {":", ".", "—"}
    )
    if not opens:
        return False
    if token.tag_ in {"NNS", "NNPS"} or token.lemma_.lower() != token.lower_:
        return True
    return token.lower_ in reading.vocabulary


def _sane(reading: Reading, start: int, end: int, kind: EntityType) -> Iterator[Mention]:
    text = reading.mended[start:end]
    if titles.is_rank(text):
        return
    if (
        not any(char.isupper() for char in text)
        or text in _NOT_NAMES
        or len(text) < 2
        or not any(char.isalpha() for char in text)
    ):
        return
    if kind in {"PERSON", "PRODUCT", "GPE"}:
        if _ORG_WORDS.search(text):
            kind = "ORG"
        elif _PLACE_WORDS.search(text):
            kind = "LOC"
    if kind in {"PERSON", "ORG", "PRODUCT"} and _AT_A_PLACE.search(reading.mended[max(0, start - 30) : start]):
        kind = "LOC"
    if kind in {"ORG", "PRODUCT"} and _WEAPON_WORDS.search(text) and len(text.split()) > 1:
        kind = "WEAPON"
    if kind == "PERSON":
        cut = titles.strip(text)
        start += len(text) - len(cut)
        text = cut
        if not text or text[0].islower():
            return
    yield Mention(start, end, kind, text, 0.8 if " " in text else 0.65, "model")


def _settle(sure: list[Mention], known: list[Mention], modelled: list[Mention], titled: list[Mention]) -> list[Mention]:
    """Overlaps: explained names, then longer model spans around a known name, then known names, then the model."""
    taken: list[Mention] = []
    covering = []
    for mention in modelled:
        low = bisect.bisect_left(known, mention.start, key=lambda k: k.start)
        inside = [k for k in known[low : low + 12] if k.end <= mention.end]
        longer = any(k.end - k.start < mention.end - mention.start for k in inside)
        whole = any(not k.weak and k.type in {"PERSON", "ORG", "WEAPON"} and " " in k.name for k in inside)
        if (
            inside
            and longer
            and not whole
            and (mention.type in _COVERING or (mention.type == "GPE" and places.table().named(mention.name)))
            and "'s " not in mention.name
            and len(inside) == 1
        ):
            if mention.type == "PERSON" and inside[0].type not in {"PERSON", "GPE"}:
                continue
            covering.append(mention)
    occupied = _Occupied()
    for group in (sure, covering, known, [m for m in modelled if m.type == "PERSON"], titled, modelled):
        for mention in sorted(group, key=lambda m: (-(m.end - m.start), m.start)):
            if occupied.free(mention.start, mention.end):
                occupied.take(mention.start, mention.end)
                taken.append(mention)
    return sorted(taken, key=lambda m: m.start)


class _Occupied:
    """Characters that a mention already covers."""

    def __init__(self) -> None:
        self._chars: set[int] = set()

    def free(self, start: int, end: int) -> bool:
        return not any(place in self._chars for place in range(start, end))

    def take(self, start: int, end: int) -> None:
        self._chars.update(range(start, end))


def _people(reading: Reading, mentions: list[Mention]) -> list[Mention]:
    """A surname of a person named in full is that person, whatever the model called it."""
    full: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.type == "PERSON" and " " in mention.name and not mention.weak:
            full.setdefault(_surname(mention.name), []).append(mention)
    firsts: dict[str, list[Mention]] = {}
    for group in full.values():
        for mention in group:
            firsts.setdefault(mention.name.split()[0], []).append(mention)
    kept = [_same_person(reading, mention, full, firsts) for mention in mentions]
    covered = {place for mention in kept for place in range(mention.start, mention.end)}
    for token in reading.doc:
        if token.idx in covered or token.text not in full or token.pos_ not in {"PROPN", "NOUN"}:
            continue
        person = _nearest(full[token.text], token.idx)
        kept.append(Mention(token.idx, token.idx + len(token), "PERSON", person.name, 0.85, "surname", person.entry))
    return sorted(kept, key=lambda m: m.start)


def _towns(reading: Reading, mentions: list[Mention]) -> list[Mention]:
    """A name of the table of places is one where a place would stand: 'near Orikhiv', 'the Dayton fire marshal'."""
    people = {word for m in mentions if m.type == "PERSON" and " " in m.name for word in m.name.split()}
    kept = [_as_town(reading, mention) if mention.name not in people else mention for mention in mentions]
    towns = {m.name for m in kept if m.type == "GPE" and m.entry is None and m.name not in people}
    kept = [
        replace(m, type="GPE", confidence=0.6, rule="place") if m.rule == "model" and m.name in towns else m
        for m in kept
    ]
    covered = {place for mention in kept for place in range(mention.start, mention.end)}
    for token in reading.doc:
        if token.idx in covered or token.pos_ != "PROPN" or token.text in people:
            continue
        end = token.idx + len(token)
        if token.text in towns:
            kept.append(Mention(token.idx, end, "GPE", token.text, 0.6, "place"))
            continue
        if token.dep_ != "pobj":
            continue
        known = places.table().named(token.text)
        if (
            known
            and known[0].thousands >= 15
            and _IN_A_PLACE.search(reading.mended[max(0, token.idx - 12) : token.idx])
        ):
            kept.append(Mention(token.idx, end, "GPE", token.text, 0.6, "place"))
    return sorted(kept, key=lambda m: m.start)


def _as_town(reading: Reading, mention: Mention) -> Mention:
    """The mention with its type set right, where the model took a place for something else."""
    if mention.rule != "model" or mention.type in {"GPE", "LOC", "FAC"}:
        return mention
    after = reading.mended[mention.end : mention.end + 14]
    if _DIVISION_AFTER.match(after) and mention.type in {"NORP", "PERSON", "ORG", "PRODUCT"}:
        return replace(mention, type="GPE", confidence=0.7, rule="place")
    before = reading.mended[max(0, mention.start - 12) : mention.start]
    if not places.table().named(mention.name):
        return mention
    modifies = mention.type == "PERSON" and re.search(r"\b[Tt]he $", before) and re.match(r" [a-z]", after)
    if modifies or _IN_A_PLACE.search(before):
        return replace(mention, type="GPE", confidence=0.7, rule="place")
    return mention


def _same_person(
    reading: Reading, mention: Mention, full: dict[str, list[Mention]], firsts: dict[str, list[Mention]]
) -> Mention:
    if " " in mention.name and not mention.weak:
        return mention
    text = reading.mended[mention.start : mention.end]
    group = full.get(text)
    if (
        group
        and mention.type != "WEAPON"
        and not (mention.type in {"GPE", "LOC"} and _after_place_preposition(reading, mention))
    ):
        person = _nearest(group, mention.start)
        return replace(
            mention, type="PERSON", name=person.name, entry=person.entry, rule="surname", confidence=0.9, weak=False
        )
    if mention.type == "PERSON" and mention.entry is None and len({m.name for m in firsts.get(text, ())}) == 1:
        person = firsts[text][0]
        return replace(mention, name=person.name, entry=person.entry, rule="first name", confidence=0.75)
    return mention


def _after_place_preposition(reading: Reading, mention: Mention) -> bool:
    return bool(
        re.search(
            r"\b(?:in|from|to|at|near|of|across|into|outside) (?:the )?$",
            reading.mended[max(0, mention.start - 16) : mention.start],
        )
    )


def _nearest(group: list[Mention], place: int) -> Mention:
    before = [mention for mention in group if mention.start <= place]
    return before[-1] if before else group[0]


def _surname(name: str) -> str:
    words = [word for word in name.split() if word not in _SUFFIXES]
    return words[-1] if words else name


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
        words = [word for word in name.split() if word not in _SUFFIXES]
        if len(words) > 1:
            longest.setdefault((words[0], words[-1]), name)
    known = {m.name for m in mentions if m.entry is not None}
    aliases = {}
    for name in names - known:
        words = [word for word in name.split() if word not in _SUFFIXES]
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
