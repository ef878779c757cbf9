"""Mentions whose type the text around them settles: surnames of known persons, and names of towns."""

import re
from dataclasses import replace

from monitor.facts import places
from monitor.facts.mentions import Mention
from monitor.facts.reading import Reading

SUFFIXES = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})
_IN_A_PLACE = re.compile(r"\b(?:in|In|near|Near|at|outside|around|into|throughout) $")
_DIVISION_AFTER = re.compile(r" (?:state|province|oblast|region|district|county|governorate|prefecture)\b")


def people(reading: Reading, mentions: list[Mention]) -> list[Mention]:
    """A surname of a person named in full is that person, whatever the model called it."""
    mentions = _joined(reading, mentions)
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


def _joined(reading: Reading, mentions: list[Mention]) -> list[Mention]:
    """Two persons with only a space between them are one, whose name the model has cut: 'Mohammad Tajul' 'Islam'."""
    kept: list[Mention] = []
    for mention in mentions:
        before = kept[-1] if kept else None
        if (
            before is not None
            and before.type == mention.type == "PERSON"
            and before.entry is None
            and mention.entry is None
            and reading.text[before.end : mention.start] == " "
        ):
            name = f"{before.name} {mention.name}"
            kept[-1] = replace(before, end=mention.end, name=name, confidence=0.7, weak=False)
        else:
            kept.append(mention)
    return kept


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
    words = [word for word in name.split() if word not in SUFFIXES]
    return words[-1] if words else name


def towns(reading: Reading, mentions: list[Mention]) -> list[Mention]:
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
