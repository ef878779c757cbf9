"""What of an article counts as met: its entities by type, and the terms it was found by."""

import unicodedata
from collections.abc import Iterator

from monitor.model.facts import Facts
from monitor.model.rule import Match
from monitor.model.trend import FirstSeen, SeenName

_LONGEST = 200


def names_in(asked: FirstSeen, match: Match, facts: Facts | None) -> tuple[SeenName, ...] | None:
    """The names and terms of the asked kinds, each once; None where entities are asked for and facts are missing."""
    if facts is None and any(kind != "TERM" for kind in asked.kinds):
        return None
    found: dict[tuple[str, str], SeenName] = {}
    for name in (*_terms(asked, match), *_entities(asked, facts)):
        if name.key:
            found.setdefault((name.kind, name.key), name)
    return tuple(found.values())


def _terms(asked: FirstSeen, match: Match) -> Iterator[SeenName]:
    if "TERM" in asked.kinds:
        yield from (SeenName("TERM", hit.term[:_LONGEST], hit.term[:_LONGEST]) for hit in match.hits)


def _entities(asked: FirstSeen, facts: Facts | None) -> Iterator[SeenName]:
    for entity in facts.entities if facts else ():
        if entity.type in asked.kinds:
            name = " ".join(entity.canonical.split())[:_LONGEST]
            yield SeenName(entity.type, _folded(name), name)


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()
