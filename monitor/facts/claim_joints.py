"""How the claims of a document join: quotes that go on with a speaker, tags of their own, one claim inside another."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.facts.pronouns import PRONOUNS
from monitor.facts.quotes import Quoted, is_speech
from monitor.facts.reading import Reading
from monitor.facts.sources import SELF
from monitor.model.facts import ATTITUDES, Claim, Span

_FAR = 400
_REST = 120
"""Characters that may follow a cue in its sentence: 'in an interview with the paper'."""
_CONNECTIVE = re.compile(r"\b(?:And|But|Yet|So|Still)\s+$")
_NEIGHBOURS = 40


def joined(reading: Reading, quoted: Sequence[Quoted], claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims in the order of their cues, quotes that go on added to them, nested ones marked."""
    found = _apart(reading, _continued(reading, quoted, claims))
    return tuple(_nested(_outspoken(sorted(found, key=lambda claim: claim.cue_span.start))))


def stretched(reading: Reading, claim: Claim) -> Claim:
    """The claim with its span and text over source, cue and content."""
    spans = [claim.cue_span, *claim.content]
    if claim.source is not None and reading.sentence(claim.source.span.start) == claim.sentence:
        spans.append(claim.source.span)
    span = Span(min(s.start for s in spans), max(s.end for s in spans))
    return replace(claim, span=span, text=reading.text[span.start : span.end])


def _continued(reading: Reading, quoted: Sequence[Quoted], claims: Sequence[Claim]) -> list[Claim]:
    """A quote with no tag of its own that follows a quoted claim is that claim's too."""
    found = list(claims)
    taken = sorted((span.start, span.end) for claim in found for span in claim.content)
    for one in quoted:
        if any(start < one.end and one.start < end for start, end in taken) or not is_speech(reading, one):
            continue
        own = _CONNECTIVE.sub("", reading.mended[max(0, one.outer.start - 8) : one.outer.start]).strip()
        if own and own[-1] not in '.!?”"':
            continue
        target = _before(reading, one, found)
        if target is None:
            target = _after(reading, one, found)
        if target is not None:
            old = found[target]
            content = tuple(sorted((*old.content, one.outer), key=lambda span: span.start))
            found[target] = stretched(reading, replace(old, content=content))
    return found


def _before(reading: Reading, one: Quoted, claims: Sequence[Claim]) -> int | None:
    """The last claim before a quote that it can go on with."""
    best: int | None = None
    for index, claim in enumerate(claims):
        if not 0 <= one.outer.start - claim.span.end <= _FAR:
            continue
        if claim.source is None or claim.cue_class not in {"say", "deny", "predict", "promise"}:
            continue
        if not _quotes(reading, claim) or not _follows(reading, one, claim):
            continue
        if best is None or claim.span.end >= claims[best].span.end:
            best = index
    return best


def _quotes(reading: Reading, claim: Claim) -> bool:
    text = reading.mended
    return any(text[s.start] in '“"«„' or text[s.end - 1] in '”"»' for s in claim.content)


def _follows(reading: Reading, one: Quoted, claim: Claim) -> bool:
    """The quote begins the sentence after the claim's, or is the whole of the next paragraph."""
    between = reading.text[claim.span.end : one.outer.start].strip()
    end = max(claim.span.end, claim.content[-1].end)
    paragraph = reading.paragraph(end - 1)
    if paragraph == one.paragraph:
        sentence = reading.sentence_span(reading.sentence(end - 1))
        return (
            not any(mark in between[1:] for mark in ".!?") or not reading.text[sentence.end : one.outer.start].strip()
        )
    whole = reading.paragraphs[one.paragraph]
    alone = one.outer.start == whole.start and not reading.text[one.outer.end : whole.end].strip()
    ends = reading.trimmed(end, reading.paragraphs[paragraph].end).end - 1
    last = len(between) <= _REST and reading.sentence(end - 1) == reading.sentence(max(ends, end - 1))
    return paragraph + 1 == one.paragraph and alone and last


def _after(reading: Reading, one: Quoted, claims: Sequence[Claim]) -> int | None:
    """'“A.” “B,” he said': rare, but a quote right before the quoted claim is the same speaker's."""
    for index, claim in enumerate(claims):
        gap = claim.span.start - one.outer.end
        if (
            0 <= gap <= 2
            and reading.mended[claim.span.start] in '“"'
            and claim.source is not None
            and reading.paragraph(claim.span.start) == one.paragraph
        ):
            return index
    return None


def _apart(reading: Reading, claims: Sequence[Claim]) -> Iterator[Claim]:
    """'stressed A - "B," he stated': B has a tag of its own and is not content of the first cue."""
    tagged = [claim for claim in claims if claim.rule == "claim.quote"]
    for claim in claims:
        yield _without_tagged(reading, claim, tagged)


def _without_tagged(reading: Reading, claim: Claim, tagged: Sequence[Claim]) -> Claim:
    for other in tagged:
        if other is claim or abs(other.sentence - claim.sentence) > 1:
            continue
        first = other.content[0]
        for number, span in enumerate(claim.content):
            inside = span.start < first.start and first.end < other.cue_span.end <= span.end
            if not inside or claim.cue_span.end > span.start:
                continue
            kept = reading.trimmed(span.start, first.start)
            if kept.end > kept.start:
                content = (*claim.content[:number], kept, *claim.content[number + 1 :])
                return stretched(reading, replace(claim, content=content))
    return claim


def _outspoken(claims: list[Claim]) -> list[Claim]:
    """Without what stands in another claim and adds nobody: 'he said he fears ...' is one claim, by him."""
    return [
        claim
        for claim, nested in zip(claims, _nested(claims), strict=True)
        if nested.within is None
        or not (
            claim.source is None
            or claim.cue_class in ATTITUDES
            or claim.source.text.lower() in PRONOUNS | SELF
            or claim.rule in {"claim.adjective", "claim.object"}
        )
    ]


def _nested(claims: Sequence[Claim]) -> Iterator[Claim]:
    """Each with the number of the innermost claim whose content holds its cue."""
    for number, claim in enumerate(claims):
        best: tuple[int, int] | None = None
        first = max(0, number - _NEIGHBOURS)
        for other, outer in enumerate(claims[first : number + _NEIGHBOURS], first):
            for span in outer.content if other != number else ():
                if span.start <= claim.cue_span.start and claim.cue_span.end <= span.end:
                    size = span.end - span.start
                    if best is None or size < best[0]:
                        best = (size, other)
        if best is not None and not _inside(claims[best[1]].cue_span, claim.content):
            yield replace(claim, within=best[1])
        else:
            yield claim


def _inside(span: Span, spans: tuple[Span, ...]) -> bool:
    return any(s.start <= span.start and span.end <= s.end for s in spans)
