"""Who reports a story: independent outlets, and copies of which wire."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model.story import Relation

_WIRES = {
    "AP": r"AP|Associated\s+Press",
    "Reuters": r"Reuters|REUTERS?",
    "AFP": r"AFP|Agence\s+France[- ]Presse",
    "dpa": r"dpa(?:-AFX)?|Deutsche\s+Presse-Agentur",
    "Bloomberg": r"Bloomberg(?:\s+News)?",
    "UPI": r"UPI|United\s+Press\s+International",
    "EFE": r"EFE",
    "ANSA": r"ANSA",
    "Xinhua": r"Xinhua",
    "Kyodo": r"Kyodo(?:\s+News)?",
    "PTI": r"PTI|Press\s+Trust\s+of\s+India",
    "TASS": r"TASS",
    "Interfax": r"Interfax",
    "Ukrinform": r"Ukrinform",
    "PA": r"PA\s+Media|Press\s+Association",
}
_ANY = "(?P<wire>" + "|".join(_WIRES.values()) + ")"
_WHOLE = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _WIRES.items()}
_DATELINE = re.compile(rf"^[^\n]{{0,80}}?\({_ANY}\)|^{_ANY.replace('wire', 'bare')}\s+[-–—]\s")
_LINE = re.compile(
    rf"(?:^|\n)[^\w\n]*(?:(?:source|by|via|from|with|©|copyright)[\s:©]+)*(?:\d{{4}}\s+)?(?:the\s+)?{_ANY}"
    r"(?:\s+(?:newsroom|staff))?\W*(?:\n|$)",
    re.IGNORECASE,
)
_CONTRIBUTED = re.compile(rf"\b{_ANY}\s+contributed\s+to\s+this\s+(?:report|story|article)", re.IGNORECASE)
_LOOKED_AT = 400
"""A credit stands in the first or last so many characters."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One report: whose it is, what it says, and what it is to its story."""

    outlet: str
    owner: str
    text: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who reports a story.

    Attributes:
        outlets: one name for each independent voice, in order of arrival; outlets of one owner are one voice.
        copies: reports that only repeat another's text.
        wire: the agency most of them credit, "" for none.
    """

    outlets: tuple[str, ...] = ()
    copies: int = 0
    wire: str = ""


def coverage(reports: Sequence[Voice]) -> Coverage:
    """Count independent voices and copies; a report that credits a wire is that wire's voice."""
    voices: dict[str, str] = {}
    wires: Counter[str] = Counter()
    copies = 0
    for report in reports:
        wire = credit_of(report.text)
        if report.relation is Relation.COPY:
            copies += 1
        elif report.relation is not Relation.EDITED and (report.outlet or wire):
            voices.setdefault((wire or report.owner or report.outlet).casefold(), wire or report.outlet)
        if wire:
            wires[wire] += 1
    wire, count = wires.most_common(1)[0] if wires else ("", 0)
    return Coverage(tuple(voices.values()), copies, wire if 2 * count > copies else "")


def credit_of(text: str) -> str:
    """The agency whose text it says it is, in a dateline like "PARIS (AFP) -" or a line of its own; "" for none."""
    top, tail = text[:_LOOKED_AT], text[-_LOOKED_AT:]
    found = _DATELINE.search(top) or _LINE.search(top) or _LINE.search(tail) or _CONTRIBUTED.search(tail)
    if found is None:
        return ""
    written = next(value for value in found.groupdict().values() if value)
    return next(name for name, pattern in _WHOLE.items() if pattern.fullmatch(written))
