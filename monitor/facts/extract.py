"""One document in, its key facts out."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from monitor.facts import (
    acronyms,
    claims,
    dates,
    entities,
    events,
    foreign_quantities,
    gazetteer,
    headline,
    nlp,
    non_events,
    pronouns,
    quantities,
    quote_tags,
    quotes,
    reading,
)
from monitor.model.facts import Facts

MAX_CHARACTERS = 100_000
"""How much of a document is read by default; the rest is kept in `Facts.text` and noted."""

_ENGLISH = re.compile(
    r"\b(?:the|of|and|to|in|that|is|was|for|with|said|has|have|on|by|from|are|were|will|not)\b", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W\d_]+")


class Extractor:
    """Reads documents; models and name lists are loaded once, at the first document.

    Args:
        model: "auto", or the package or path of an English spaCy model.
        gazetteers: the user's own name lists, read after the shipped ones.
        limit: characters that are read at most.

    """

    def __init__(self, model: str = "auto", gazetteers: Sequence[Path] = (), limit: int = MAX_CHARACTERS) -> None:
        self._model = model
        self._gazetteers = gazetteer.paths(gazetteers)
        self._limit = limit

    def prepare(self) -> None:
        """Load the English model now, so that the first document need not wait for it."""
        nlp.load(self._model, "en")

    def extract(self, document: str, published: datetime, lang: str, title_length: int = 0) -> Facts:
        """The key facts of one document; the same text gives the same facts.

        Args:
            document: title, blank line and body, or the body alone.
            published: when it appeared; days are counted in its zone.
            lang: ISO 639-1 code; "" has English told from the rest by its small words.
            title_length: how many leading characters are the title.

        Raises:
            ConfigError: one of the user's gazetteers cannot be used.

        """
        code = lang.lower().split("-")[0].split("_")[0] or ("en" if _looks_english(document) else "und")
        names = gazetteer.load(self._gazetteers)
        pipeline = nlp.load(self._model, code)
        analysed = boundary(document, self._limit)
        extent = pipeline.extent(document[:analysed])
        if extent < analysed:
            analysed = boundary(document[:analysed], extent)
        notes = [pipeline.note] if pipeline.note else []
        if analysed < len(document):
            notes.append(f"only the first {analysed} of {len(document)} characters were analysed")
        text = document[:analysed]
        if not text.strip():
            return Facts(document, code, pipeline.name, analysed, notes=tuple(notes))
        read = reading.read(text, title_length, pipeline, names.words)
        short_forms = acronyms.find(read)
        known = entities.find(read, names, short_forms, code, model=pipeline.names_entities)
        times = dates.find(read, published, code)
        quoted = quotes.pair(read)
        antecedents = pronouns.Antecedents(read, known, [one.outer for one in quoted])
        if pipeline.parses:
            said = claims.Claims(read, known, quoted, antecedents).find()
        else:
            said = tuple(quote_tags.find(read, known, quoted, code))
        clauses = events.Events(read, known, antecedents, said, times)
        happened = clauses.find() if pipeline.parses else ()
        spoken = quotes.assemble(read, quoted, said)
        return Facts(
            text=document,
            lang=code,
            model=pipeline.name,
            analysed=analysed,
            entities=known.entities,
            times=times,
            events=happened,
            claims=said,
            quotes=spoken,
            non_events=non_events.find(read, clauses.fillers.arg) if code == "en" else (),
            quantities=quantities.find(read, times, known.entities, short_forms)
            if code == "en" or not lang
            else foreign_quantities.find(read, times, known.entities, code),
            acronyms=short_forms,
            headlines=headline.find(read, happened, said, spoken),
            notes=tuple(notes),
        )


def _looks_english(text: str) -> bool:
    words = _WORDS.findall(text[:5000])
    return bool(words) and len(_ENGLISH.findall(text[:5000])) >= 0.12 * len(words)


def boundary(text: str, limit: int) -> int:
    """Where to stop reading: the last end of a paragraph or sentence before the limit, else a blank, else the limit."""
    if len(text) <= limit:
        return len(text)
    window = text[:limit]
    for mark in ("\n\n", "\n", ". ", "! ", "? ", " "):
        place = window.rfind(mark, limit // 2)
        if place > 0:
            return place + (1 if mark[0] in ".!?" else 0)
    return limit
