"""Words in quotation marks: where they stand, whether they are speech, and whose."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.facts.reading import FINITE, Reading
from monitor.model.facts import Arg, Claim, Quote, QuoteKind, Span

MAX_QUOTES = 500
_PAIRS = {"“": '”"', "„": '“”"', "«": "»", "‹": "›", "「": "」", "『": "』", "‘": "’", '"': '"“”', "”": "”"}

_ELISION = re.compile(r"\d\d(?!\d)|(?:em|til|bout|cause|tis|twas|n|round)\b", re.IGNORECASE)
"""What an opening mark before it stands for left-out letters: ‘08, ‘em."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """One stretch between marks; `start` and `end` leave the marks out, `outer` has them."""

    start: int
    end: int
    outer: Span
    paragraph: int


def pair(reading: Reading) -> list[Quoted]:
    """All quoted stretches in reading order; one left open at a paragraph's end goes on if the next reopens it."""
    found: list[Quoted] = []
    for number, paragraph in enumerate(reading.paragraphs):
        reopened = number + 1 < len(reading.paragraphs) and reading.text[reading.paragraphs[number + 1].start] in '“"«„'
        found.extend(_in_paragraph(reading.text, paragraph, number, reopened=reopened))
        if len(found) >= MAX_QUOTES:
            break
    return found[:MAX_QUOTES]


def _in_paragraph(text: str, paragraph: Span, number: int, *, reopened: bool) -> list[Quoted]:
    found: list[Quoted] = []
    opened = -1
    closers = ""
    for place in range(paragraph.start, paragraph.end):
        char = text[place]
        if opened >= 0:
            if char in closers and _closes(text, place, char, paragraph):
                if text[opened + 1 : place].strip():
                    found.append(Quoted(opened + 1, place, Span(opened, place + 1), number))
                opened = -1
            elif char == text[opened] and char == "“":
                opened = place
        elif char in _PAIRS and _opens(text, place, char, paragraph):
            opened, closers = place, _PAIRS[char]
        if len(found) >= MAX_QUOTES:
            return found
    if opened >= 0 and reopened and text[opened] != "‘" and paragraph.end - opened > 20:
        end = paragraph.end
        while text[end - 1].isspace():
            end -= 1
        if end > opened + 1:
            found.append(Quoted(opened + 1, end, Span(opened, end), number))
    return found


def _opens(text: str, place: int, char: str, paragraph: Span) -> bool:
    before = text[place - 1] if place > paragraph.start else " "
    after = text[place + 1] if place + 1 < paragraph.end else " "
    if char == "”":
        return False
    if char in '‘"':
        if char == '"' and before.isdigit():
            return False
        if char == "‘" and _ELISION.match(text, place + 1):
            return False
        return not before.isalnum() and not after.isspace() and (char == '"' or after.isalnum())
    return True


def _closes(text: str, place: int, char: str, paragraph: Span) -> bool:
    after = text[place + 1] if place + 1 < paragraph.end else " "
    if char == "’":
        return not after.isalnum()
    return not (char == '"' and text[place - 1].isspace() and after.isalnum())


def is_speech(reading: Reading, quoted: Quoted) -> bool:
    """Whether the words are a sentence or most of one, not a name or a term."""
    words = reading.text[quoted.start : quoted.end].split()
    if len(words) >= 8:
        return True
    if len(words) < 2:
        return False
    tokens = reading.tokens(quoted.start, quoted.end)
    if not reading.parses:
        return len(words) >= 4
    if any(token.tag_ in FINITE for token in tokens):
        return True
    name = all(word[:1].isupper() or len(word) < 4 for word in words)
    return len(words) >= 3 and reading.text[quoted.end - 1] in ("!?" if name else ",.!?")


def assemble(reading: Reading, quoted: Sequence[Quoted], claims: Sequence[Claim]) -> tuple[Quote, ...]:
    """Quotes with their speakers: from the claim whose content they are, else from the quote before."""
    quotes: list[Quote] = []
    previous: tuple[Arg | None, int] = (None, -10)
    used: set[int] = set()
    for index, one in enumerate(quoted):
        if index in used:
            continue
        claim = _claim_of(one, claims)
        pieces = [one]
        if claim is not None:
            for other in range(index + 1, min(index + 6, len(quoted))):
                if _claim_of(quoted[other], claims) is claim and is_speech(reading, quoted[other]):
                    pieces.append(quoted[other])
                    used.add(other)
        speech = is_speech(reading, one)
        speaker, how, kind = _speaker(reading, one, claim, speech, previous)
        if kind == "scare":
            pieces = pieces[:1]
        quotes.append(_made(reading, pieces, speaker, how, kind))
        if kind == "direct" or (kind == "mixed" and how == "cue"):
            previous = (speaker, pieces[-1].paragraph)
    return tuple(quotes)


def _speaker(
    reading: Reading, one: Quoted, claim: Claim | None, speech: bool, previous: tuple[Arg | None, int]
) -> tuple[Arg | None, str, QuoteKind]:
    whole = speech and _whole(reading, one)
    if claim is not None:
        words = len(reading.text[one.start : one.end].split())
        kind: QuoteKind = "direct" if whole or _is_all(reading, one, claim) else "mixed"
        if kind == "mixed" and words <= 2 and not speech and claim.cue_class != "say":
            kind = "scare"
        return (
            (None if kind == "scare" else claim.source),
            ("none" if kind == "scare" or claim.source is None else "cue"),
            kind,
        )
    if whole and previous[0] is not None and one.paragraph - previous[1] in {0, 1} and _alone(reading, one):
        return previous[0], "previous_speaker", "direct"
    if whole and _alone(reading, one):
        return None, "none", "direct"
    return None, "none", ("mixed" if speech else "scare")


def _whole(reading: Reading, one: Quoted) -> bool:
    """A sentence of its own: it begins with a capital, or a comma, colon or dash leads to a clause of its own."""
    text = reading.text
    first = next((char for char in text[one.start : one.end] if char.isalnum()), "")
    before = text[max(0, one.outer.start - 2) : one.outer.start].rstrip()[-1:]
    if first.isupper() or first.isdigit():
        return True
    return before in {",", ":", "—", "–"} and any(t.tag_ in FINITE for t in reading.tokens(one.start, one.end))


def _is_all(reading: Reading, one: Quoted, claim: Claim) -> bool:
    """Whether a claim's content is this quote and begins like a sentence, as in '"Denver," he answered'."""
    first = reading.text[one.start : one.start + 1]
    return claim.rule in {"claim.quote", "claim.signed"} and claim.content[0] == one.outer and first.isupper()


def _alone(reading: Reading, one: Quoted) -> bool:
    before = reading.text[max(0, one.outer.start - 3) : one.outer.start].strip()
    return not before or before[-1] in '.!?”"’:»' or one.outer.start == reading.paragraphs[one.paragraph].start


def _claim_of(one: Quoted, claims: Sequence[Claim]) -> Claim | None:
    """The innermost claim that has the quoted words in its content."""
    best: tuple[int, Claim] | None = None
    for claim in claims:
        for span in claim.content:
            if span.start <= one.start + 1 and one.end - 1 <= span.end:
                size = span.end - span.start
                if best is None or size < best[0]:
                    best = (size, claim)
    return best[1] if best else None


def _made(reading: Reading, pieces: list[Quoted], speaker: Arg | None, how: str, kind: QuoteKind) -> Quote:
    spans = tuple(Span(piece.start, piece.end) for piece in pieces)
    span = Span(spans[0].start, spans[-1].end)
    confidence = {"cue": 0.9, "nearest": 0.7, "previous_speaker": 0.6, "none": 0.5}[how]
    return Quote(
        text=reading.text[span.start : span.end],
        span=span,
        sentence=reading.sentence(span.start),
        pieces=spans,
        speaker=speaker,
        how=how,
        type=kind,
        confidence=confidence if kind != "scare" else 0.6,
        rule=f"quote.{how}",
    )
