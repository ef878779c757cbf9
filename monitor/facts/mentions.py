"""Where a text names somebody or something: by known names, patterns and the model, overlaps settled."""

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.facts import foreign_names, places, titles
from monitor.facts.gazetteer import Entry, Gazetteer
from monitor.facts.reading import Reading
from monitor.model.facts import Acronym, EntityType

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

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
_COMPANY = re.compile(
    r"\b(?:(?:chip|car|drug|plane|phone|steel|toy|truck|ship|aircraft)maker|carrier|airline|retailer|lender|insurer"
    r"|brewer|start-?up|conglomerate) ([A-Z][\w&'’-]+(?: [A-Z][\w&'’-]+){0,2})"
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


def find(
    reading: Reading, gazetteer: Gazetteer, acronyms: Sequence[Acronym], lang: str, *, model: bool
) -> list[Mention]:
    """All mentions of a document in reading order, none over another; `model` says whether the model's are used."""
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
    titled += [
        Mention(start, end, "PERSON", reading.mended[start:end], 0.7, rule)
        for start, end, rule in foreign_names.find(reading.mended, lang)
    ]
    companies = [
        Mention(match.start(1), match.end(1), "ORG", match.group(1), 0.8, "company")
        for match in _COMPANY.finditer(reading.mended)
    ]
    if not reading.parses:
        # 'Дмитрий Песков', 'Курской областью': the list of names says more of them than a model
        starts = [one.start for one in known]
        modelled = [m for m in modelled if m.type == "ORG" or not _overlaps(m, known, starts)]
    return _settle([*explained, *patterned, *companies], known, modelled, titled)


def _overlaps(mention: Mention, known: Sequence[Mention], starts: Sequence[int]) -> bool:
    place = bisect.bisect_left(starts, mention.end) - 1
    return place >= 0 and known[place].end > mention.start


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
    if kind == "ORG" and titles.is_ranked(text):
        kind = "PERSON"
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
            if mention.type == "PERSON" and inside[0].type not in {"PERSON", "GPE"} and not _named(mention, titled):
                continue
            covering.append(mention)
    occupied = _Occupied()
    for group in (sure, covering, known, [m for m in modelled if m.type == "PERSON"], titled, modelled):
        for mention in sorted(group, key=lambda m: (-(m.end - m.start), m.start)):
            if occupied.free(mention.start, mention.end):
                occupied.take(mention.start, mention.end)
                taken.append(mention)
    return sorted(taken, key=lambda m: m.start)


def _named(person: Mention, titled: Sequence[Mention]) -> bool:
    """Whether a title or a first name says that it is a person who is called like a thing: 'Minister A. Bayraktar'."""
    first = person.name.split()[0]
    return first in titles.GIVEN_NAMES or any(t.start == person.start and t.end == person.end for t in titled)


class _Occupied:
    """Characters that a mention already covers."""

    def __init__(self) -> None:
        self._chars: set[int] = set()

    def free(self, start: int, end: int) -> bool:
        return not any(place in self._chars for place in range(start, end))

    def take(self, start: int, end: int) -> None:
        self._chars.update(range(start, end))
