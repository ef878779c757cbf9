"""Annotations in brat's standoff format: text-bound spans and the attributions that join them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.model.facts import Span


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says what by which cue; any part can be in pieces, and the source left out."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article and what its annotators found."""

    name: str
    text: str
    attributions: tuple[Attribution, ...]


def articles(folder: Path) -> Iterator[Annotated]:
    """The articles under text/ with their annotations under attributions/; of several annotators the first counts."""
    for path in sorted((folder / "text").glob("*.txt")):
        files = sorted((folder / "attributions").glob(f"{path.stem}_*.ann"))
        if files:
            yield Annotated(
                path.stem,
                path.read_text(encoding="utf-8"),
                tuple(attributions(files[0].read_text(encoding="utf-8"))),
            )


def attributions(lines: str) -> Iterator[Attribution]:
    """All attributions that have a cue and a content, in the order of their contents."""
    spans: dict[str, tuple[Span, ...]] = {}
    events: list[dict[str, list[str]]] = []
    for line in lines.splitlines():
        fields = line.split("\t")
        if line.startswith("T"):
            places = fields[1].partition(" ")[2]
            spans[fields[0]] = tuple(Span(int(a), int(b)) for a, b in re.findall(r"(\d+) (\d+)", places))
        elif line.startswith("E"):
            roles: dict[str, list[str]] = {}
            for part in fields[1].split():
                role, _, target = part.partition(":")
                roles.setdefault(role.rstrip("0123456789"), []).append(target)
            events.append(roles)
    found = []
    for roles in events:
        source, cue, content = (
            tuple(sorted((s for t in roles.get(role, ()) for s in spans.get(t, ())), key=lambda s: s.start))
            for role in ("Source", "Cue", "Content")
        )
        if cue and content:
            found.append(Attribution(source, cue, content))
    yield from sorted(found, key=lambda a: a.content[0].start)
