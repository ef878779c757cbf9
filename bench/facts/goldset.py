"""The articles in tests/data/facts/gold and gold2: how their annotations are read, as README.md there tells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "data" / "facts" / "gold"
SECOND = FOLDER.with_name("gold2")
KINDS = ("dates", "acronyms", "events", "entities", "places", "quantities", "quotes", "claims", "non_events", "lead")
Half = Literal["development", "held out", "second set"]
_MODALITIES = frozenset({"asserted", "possible", "conditional", "planned", "denied", "requested"})
_SHAPES = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d", "minute"),
    (r"\d{4}-\d\d-\d\dT\d\d", "hour"),
    (r"\d{4}-\d\d-\d\dT[A-Z]{2}", "daypart"),
    (r"\d{4}-\d\d-\d\d", "day"),
    (r"\d{4}-W\d\d", "week"),
    (r"\d{4}-Q\d", "quarter"),
    (r"\d{4}-H\d", "half"),
    (r"\d{4}-(?:SP|SU|FA|WI)", "season"),
    (r"\d{4}-\d\d", "month"),
    (r"\d{4}", "year"),
)


@dataclass(frozen=True, slots=True)
class Date:
    """A time expression: where it stands and what it means."""

    text: str
    start: int
    value: str
    end: str
    granularity: str
    approx: bool


@dataclass(frozen=True, slots=True)
class Act:
    """An event; each of the roles is its alternatives, empty for nobody named, None where it is not judged."""

    trigger: str
    actor: tuple[str, ...] | None
    patient: tuple[str, ...] | None
    negative: bool
    modalities: frozenset[str]
    claimed: bool
    line: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One annotated text: an article, or a sentence of the lists; `lines` are its annotations, kind by kind."""

    name: str
    published: datetime
    text: str
    lines: dict[str, list[str]]
    half: Half


def articles() -> list[Piece]:
    """The annotated articles of the first set, file by file."""
    return [piece for path in sorted(FOLDER.glob("*.yaml")) for piece in _articles(path)]


def second() -> list[Piece]:
    """The annotated articles of the second set, file by file."""
    return [replace(piece, half="second set") for path in sorted(SECOND.glob("*.yaml")) for piece in _articles(path)]


def sentences(name: str) -> list[Piece]:
    """The sentences of `dates.txt` or `acronyms.txt`, annotated for that one kind."""
    found = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        *day, text, marks = (part.strip() for part in line.split("|"))
        expected = [mark.strip() for mark in marks.split(" ; ") if mark.strip()]
        found.append(_piece(text, day[0] if day else "2025-02-12", text, {name: expected}))
    return found


def dates(piece: Piece) -> Iterator[Date]:
    """The annotated time expressions, in reading order."""
    place = 0
    for line in piece.lines.get("dates", ()):
        text, _, told = line.partition(" => ")
        words = told.split()
        value, _, end = words[0].partition("/")
        start = piece.text.find(text, place)
        start = start if start >= 0 else piece.text.find(text)
        if start < 0:
            raise ValueError(f"{piece.name}: no {text!r} in the text")
        place = start + 1
        granularity = next((word for word in words[1:] if word != "~"), "") or _granularity(value)
        yield Date(text, start, value, end, granularity, "~" in words)


def acts(piece: Piece) -> Iterator[Act]:
    """The annotated events."""
    for line in piece.lines.get("events", ()):
        actor, trigger, patient, flags = (part.strip() for part in line.split("|"))
        words = flags.replace("/", " ").split()
        modalities = frozenset(words) & _MODALITIES or frozenset({"asserted"})
        yield Act(trigger, _role(actor), _role(patient), "neg" in words, modalities, "claimed" in words, line)


def _role(text: str) -> tuple[str, ...] | None:
    if text == "?":
        return None
    return () if text == "-" else tuple(text.split("/"))


def _granularity(value: str) -> str:
    return next(name for shape, name in _SHAPES if re.fullmatch(shape, value))


def _articles(path: Path) -> Iterator[Piece]:
    for raw in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")):
        lines = {kind: str(raw.get(kind, "")).strip().splitlines() for kind in KINDS}
        yield _piece(raw["name"], str(raw["published"]), raw["text"].strip(), lines)


def _piece(name: str, day: str, text: str, lines: dict[str, list[str]]) -> Piece:
    published = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    even = sha256(name.encode()).digest()[0] % 2 == 0
    return Piece(name, published, text, lines, "development" if even else "held out")
