"""Words in quotation marks: where they stand, whether they are speech, and whose."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.facts.nlp import CLOSING_APOSTROPHES, OPENING_APOSTROPHES
from monitor.facts.reading import FINITE, Reading
from monitor.model.facts import Arg, Claim, Quote, QuoteKind, Span

MAX_QUOTES = 500
_PAIRS = {"“": '”"', "„": '“”"', "«": "»", "»": "«", "‹": "›", "「": "」", "『": "』", "‘": "’", '"': '"“”', "”": "”"}

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
    # The inner of two apostrophes stands for the mark, so that its neighbours tell which way it points.
    text = CLOSING_APOSTROPHES.sub("” ", OPENING_APOSTROPHES.sub(" “", reading.text))
    for number, paragraph in enumerate(reading.paragraphs):
        after = reading.paragraphs[number + 1].start if number + 1 < len(reading.paragraphs) else len(text)
        reopened = reading.mended[after : after + 1] in {"“", '"', "«", "„"}
        found.extend(_widened(reading.text, one) for one in _in_paragraph(text, paragraph, number, reopened=reopened))
        if len(found) >= MAX_QUOTES:
            break
    return found[:MAX_QUOTES]


def _widened(text: str, one: Quoted) -> Quoted:
    """With both apostrophes of a mark made of two."""
    start, end = one.outer.start, one.outer.end
    if text[start] in "'`" and text[start - 1 : start] == text[start]:
        start -= 1
    if text[end - 1] == "'" and text[end : end + 1] == "'":
        end += 1
    return Quoted(one.start, one.end, Span(start, end), one.paragraph)


def _in_paragraph(text: str, paragraph: Span, number: int, *, reopened: bool) -> list[Quoted]:
    found: list[Quoted] = []
    opened = -1
    inner = False
    for place in range(paragraph.start, paragraph.end):
        char = text[place]
        if opened < 0:
            if char in _PAIRS and _opens(text, place, char, paragraph):
                opened, inner = place, False
        elif text[opened] == '"' and (inner if char == "”" else _opens_inner(text, place, opened)):
            # Curly marks inside straight ones hold a quote within the quote.
            inner = not inner
        elif (char in _PAIRS[text[opened]] and _closes(text, place, char, paragraph)) or _turned(text, place, opened):
            if text[opened + 1 : place].strip():
                found.append(_quoted(text, opened, place, number))
            opened = -1
        elif char == text[opened] and char == "“":
            opened = place
        if len(found) >= MAX_QUOTES:
            return found
    if opened >= 0 and reopened and text[opened] != "‘" and paragraph.end - opened > 20:
        end = paragraph.end
        while text[end - 1].isspace():
            end -= 1
        if end > opened + 1:
            found.append(Quoted(opened + 1, end, Span(opened, end), number))
    return found


def _quoted(text: str, opened: int, closed: int, number: int) -> Quoted:
    """The stretch between two marks; the blanks that French sets inside them belong to neither."""
    start, end = opened + 1, closed
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return Quoted(start, end, Span(opened, closed + 1), number)


def _turned(text: str, place: int, opened: int) -> bool:
    """An opening mark where a quote can only end: '“... for her here,“ said Lee'."""
    return (
        text[place] == text[opened] == "“" and text[place - 1] in ",.!?" and not text[place + 1 : place + 2].isalnum()
    )


def _opens_inner(text: str, place: int, opened: int) -> bool:
    return text[place] == "“" and place > opened + 1 and text[place + 1 : place + 2].isalnum()


def _opens(text: str, place: int, char: str, paragraph: Span) -> bool:
    before = text[place - 1] if place > paragraph.start else " "
    after = text[place + 1] if place + 1 < paragraph.end else " "
    if char == "”":
        return False
    if char == "»":
        # German books and papers open with the mark that closes elsewhere
        return not before.isalnum() and before not in ".!?…,»" and after.isalnum()
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
        parted = next((c for c in claims if claim is None and _parts(c, one)), None)
        if parted is not None:
            pieces, claim = _around_tag(reading.text, one, parted), parted
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
    return (
        claim.rule in {"claim.quote", "claim.signed", "claim.tag"} and claim.content[0] == one.outer and first.isupper()
    )


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


def _parts(claim: Claim, one: Quoted) -> bool:
    """Whether the tag of a claim stands within the quote that is its content."""
    return claim.rule == "claim.tag" and one.start < claim.cue_span.start < one.end


def _around_tag(text: str, one: Quoted, claim: Claim) -> list[Quoted]:
    """What is left of a quote around the tag within it."""
    spans = (Span(max(span.start, one.start), min(span.end, one.end)) for span in claim.content)
    return [Quoted(span.start, span.end, span, one.paragraph) for span in spans if text[span.start : span.end].strip()]


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
