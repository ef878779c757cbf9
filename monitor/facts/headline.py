"""The facts worth a line on the card, best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.facts.reading import FINITE, Reading, subject_of, title_parts
from monitor.model.facts import ATTITUDES, Arg, Claim, Event, Headline, Modality, Quote, Span, credited

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

MAX_HEADLINES = 5
LONGEST = 320
_ENOUGH_WORDS = 4
"""A shorter part of a title ('attack repelled') leans on the rest of it."""
_WEIGHT = {
    "attack": 3.0,
    "kill": 3.2,
    "die": 3.2,
    "injure": 3.0,
    "destroy": 2.8,
    "permit": 3.0,
    "stop": 2.4,
    "move": 2.2,
    "agree": 2.2,
    "rescue": 2.4,
    "meet": 1.6,
    "win": 2.4,
    "office": 2.6,
    "justice": 2.6,
    "give": 2.0,
    "trade": 2.0,
    "change": 1.8,
    "use": 1.6,
    "find": 1.6,
    "protest": 2.2,
    "threaten": 2.0,
    "demand": 1.8,
    "tell": 1.8,
    "other": 1.0,
    "be": 0.3,
}
_MODALITY = {"asserted": 1.0, "planned": 0.8, "requested": 0.65, "denied": 0.7, "possible": 0.6, "conditional": 0.3}
_PLACE = (3.6, 1.7, 1.3, 1.1, 1.0)
"""News says first what matters: what the first sentences below the title, the title among them, count."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    score: float
    index: int


def find(
    reading: Reading, events: Sequence[Event], claims: Sequence[Claim], quotes: Sequence[Quote]
) -> tuple[Headline, ...]:
    """Up to five facts, no two telling the same; one that stands inside a claim carries who claims it."""
    quoted = [piece for quote in quotes if quote.type == "direct" for piece in quote.pieces]
    ranked = sorted(
        (_Ranked(_score(reading, event, claims, quoted), index) for index, event in enumerate(events)),
        key=lambda r: (-r.score, r.index),
    )
    chosen: list[Headline] = []
    for candidate in ranked:
        if candidate.score <= 0 or len(chosen) >= MAX_HEADLINES:
            break
        event = events[candidate.index]
        span = _told(reading, event, claims)
        if span is None or _tells_only_who_says(event, span, claims):
            continue
        if event.claim is None:
            span = _labelled(reading, span)
        index = _main(reading, candidate.index, span, events)
        headline = _headline(reading, events[index], span, _Ranked(candidate.score, index), claims)
        if any(_same(headline, other) for other in chosen):
            continue
        chosen.append(headline)
    if not chosen:
        chosen.extend(_plain(reading, claims))
    return tuple(chosen)


def _labelled(reading: Reading, span: Span) -> Span:
    """A title's clause with the label before it, which may be who says so: 'Sheriff: Deputy shot'."""
    label = title_parts(reading.mended, reading.title_length)[0]
    labels = reading.mended[: label.end].rstrip().endswith(":")
    return Span(label.start, span.end) if labels and label.end <= span.start < reading.title_length else span


def _score(reading: Reading, event: Event, claims: Sequence[Claim], quoted: Sequence[Span]) -> float:
    if event.rule == "event.noun" or event.span.end - event.span.start < 12:
        return 0.0
    if any(piece.start <= event.trigger_span.start < piece.end for piece in quoted):
        return 0.0
    if reading.sentence_span(event.sentence).end - reading.sentence_span(event.sentence).start > 1500:
        return 0.0
    weight = _WEIGHT.get(event.type, 1.0)
    score = (1 + 0.6 * (weight - 1) if weight > 1 else weight) * _MODALITY[event.modality]
    first = reading.sentence(reading.title_length) if reading.title_length else 0
    place = max(0, event.sentence - max(0, first))
    score *= _PLACE[place] if place < len(_PLACE) else max(0.3, 0.9 - 0.03 * place)
    if event.span.start < reading.title_length:
        score *= 1.25 if len(event.text.split()) >= _ENOUGH_WORDS else 0.3
    if reading.text[: reading.sentence_span(event.sentence).end].rstrip().endswith("?"):
        score *= 0.3
    score *= 1.0 + 0.25 * (event.agent is not None and bool(event.agent.entity)) + 0.2 * (event.patient is not None)
    score *= 1.0 + 0.1 * (event.place is not None) + 0.1 * (event.time is not None)
    if (
        event.agent is not None
        and not event.agent.entity
        and event.agent.text.lower() in {"it", "this", "that", "they", "he", "she", "we", "i", "you", "which", "who"}
    ):
        score *= 0.35
    if event.agent is None and event.patient is None:
        return 0.0
    if any(
        mark in reading.text[event.span.start : event.trigger_span.start] for mark in (", which ", ", who ", ", whose ")
    ):
        score *= 0.6
    verb = _governor(reading, event)
    if verb is not None and verb.dep_ in {"advcl", "relcl", "acl", "pcomp"}:
        score *= 0.3
    elif _is_subordinate(event, reading):
        score *= 0.6
    if event.claim is not None:
        score *= 0.9 if claims[event.claim].source is not None else 0.7
    return score


def _tells_only_who_says(event: Event, span: Span, claims: Sequence[Claim]) -> bool:
    """'The spokesman warned', without what he warned of."""
    if event.type == "say" and event.patient is None and span.end - span.start < 30:
        return True
    return any(
        claim.cue_span.start <= event.trigger_span.start < claim.cue_span.end
        and not any(_covers(span, piece) or _covers(piece, span) for piece in claim.content)
        for claim in claims
    )


def _main(reading: Reading, index: int, span: Span, events: Sequence[Event]) -> int:
    """Of the events in a stretch the one that its first main verb tells, so that who and what are the stretch's own."""
    verb = _governor(reading, events[index])
    if verb is None or verb.dep_ == "ROOT":
        return index
    inside = [i for i, one in enumerate(events) if _covers(span, one.trigger_span) and one.rule != "event.noun"]
    tokens = reading.tokens(span.start, span.end)
    if not tokens:
        return index
    first, last = tokens[0].i, tokens[-1].i
    for i in inside:
        top = _governor(reading, events[i])
        if top is not None and (top.dep_ == "ROOT" or not first <= top.head.i <= last):
            return i
    return index


def _is_subordinate(event: Event, reading: Reading) -> bool:
    sentence = reading.sentence_span(event.sentence)
    return event.span.end - event.span.start < 0.35 * (sentence.end - sentence.start)


def _told(reading: Reading, event: Event, claims: Sequence[Claim]) -> Span | None:
    """The words that tell an event to somebody who reads nothing else: a whole clause, else the whole sentence.

    None where neither is short enough; a fragment could say what the article doesn't.
    """
    sentence = reading.sentence_span(event.sentence)
    candidates = [_main_clause(reading, event)]
    if event.claim is not None:
        content = claims[event.claim].content
        told = claims[event.claim].cue_class in {"say", "report"} and not claims[event.claim].negated
        # what somebody denies, fears or asks for is told in the sentence's own words
        inside = content[0] if len(content) == 1 and told else None
        candidates.insert(0, inside if inside and _covers(inside, event.trigger_span) else None)
    candidates.append(sentence)
    for span in candidates:
        if span is None:
            continue
        trimmed = reading.trimmed(span.start, span.end)
        if trimmed.end - trimmed.start <= LONGEST and (span is sentence or _is_whole(reading, trimmed)):
            return trimmed
    return None


def _governor(reading: Reading, event: Event) -> "Token | None":
    """The verb whose place in the sentence the event shares: joined verbs and complements go with their head."""
    verb = next(iter(reading.tokens(event.trigger_span.start, event.trigger_span.end)), None)
    while verb is not None and verb.dep_ in {"conj", "xcomp", "aux", "auxpass"} and verb.head.i != verb.i:
        verb = verb.head
    return verb


def _main_clause(reading: Reading, event: Event) -> Span | None:
    """The event's clause where it is its sentence's main one."""
    verb = _governor(reading, event)
    return event.span if verb is not None and verb.dep_ == "ROOT" else None


def _is_whole(reading: Reading, span: Span) -> bool:
    """Whether a stretch reads as a sentence: its main verb is finite and has its subject, and no mark is left open."""
    tokens = reading.tokens(span.start, span.end)
    text = reading.text[span.start : span.end]
    if not tokens or text.count('"') % 2 or text.count("“") != text.count("”") or text.count("(") != text.count(")"):
        return False
    first, last = tokens[0].i, tokens[-1].i
    tops = [token for token in tokens if not first <= token.head.i <= last or token.head.i == token.i]
    verb = next((token for token in tops if token.pos_ in {"VERB", "AUX"}), None)
    if verb is None or tokens[0].dep_ in {"mark", "cc"} or tokens[0].tag_ in {"WDT", "WP", "WRB"}:
        return False
    subject = subject_of(verb)
    finite = verb.tag_ in FINITE or any(child.tag_ in FINITE for child in verb.children if child.dep_.startswith("aux"))
    return finite and subject is not None and first <= subject.i <= last and subject.tag_ not in {"WDT", "WP"}


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _headline(reading: Reading, event: Event, span: Span, ranked: _Ranked, claims: Sequence[Claim]) -> Headline:
    return Headline(
        text=reading.text[span.start : span.end],
        span=span,
        sentence=event.sentence,
        attribution=attribution(
            event.claim if event.claim is not None else _claim_told(reading, span, event, claims), claims
        ),
        confidence=min(0.95, round(event.confidence * min(1.0, 0.5 + ranked.score / 8), 2)),
        rule="headline.event",
        event=ranked.index,
        who=_name(event.agent),
        what=_what(event),
        whom=_name(event.patient or event.recipient),
        where=_name(event.place),
        when=event.time.entity if event.time is not None else "",
    )


_FORCE: dict[Modality, str] = {
    "asserted": "",
    "possible": "may",
    "planned": "to",
    "conditional": "would",
    "requested": "should",
    "denied": "denied:",
}


def _what(event: Event) -> str:
    """The act with its force: 'attack', 'not attack', 'may attack', 'denied: attack'."""
    force = _FORCE[event.modality]
    negation = "not" if event.polarity == "negative" else ""
    order = (negation, force) if force == "to" else (force, negation)
    return " ".join(word for word in (*order, event.lemma) if word)


def _claim_told(reading: Reading, span: Span, event: Event, claims: Sequence[Claim]) -> int | None:
    """The claim a stretch around an asserted event reports: its sentence says so, or most of the stretch is claimed."""
    for number, claim in enumerate(claims):
        if claim.sentence != event.sentence or claim.within is not None or claim.cue_class in ATTITUDES:
            continue
        cue = reading.tokens(claim.cue_span.start, claim.cue_span.end)
        reports = _covers(span, claim.cue_span) and any(token.dep_ == "ROOT" for token in cue)
        shared = sum(max(0, min(span.end, c.end) - max(span.start, c.start)) for c in claim.content)
        if reports or shared > 0.5 * (span.end - span.start):
            return number
    return None


def attribution(claim: int | None, claims: Sequence[Claim]) -> str:
    """Who says so, from the innermost claim outwards; where the text names nobody, words such as "it is believed"."""
    parts: list[str] = []
    steps = 0
    while claim is not None and steps < 3:
        one = claims[claim]
        parts.append(_source(one) if not parts else credited(_source(one)))
        claim, steps = one.within, steps + 1
    return ", ".join(parts)


def _source(claim: Claim) -> str:
    if claim.source is None:
        return claim.impersonal()
    if claim.source.entity and claim.source.text.lower() in {"he", "she", "it", "they"}:
        return claim.source.entity
    return claim.source.text


def _name(arg: Arg | None) -> str:
    if arg is None:
        return ""
    return (
        arg.entity if arg.entity and arg.text.lower() in {"he", "she", "it", "they", "him", "her", "them"} else arg.text
    )


def _same(one: Headline, other: Headline) -> bool:
    if one.sentence == other.sentence:
        return True
    shared = min(one.span.end, other.span.end) - max(one.span.start, other.span.start)
    shorter = min(one.span.end - one.span.start, other.span.end - other.span.start)
    return shared > 0.3 * shorter or (one.who == other.who and one.what == other.what and one.whom == other.whom)


def _plain(reading: Reading, claims: Sequence[Claim]) -> list[Headline]:
    """With no event to show: the title, or else the first sentence, as it stands and attributed where it is a claim."""
    span = reading.trimmed(0, reading.title_length) if reading.title_length else None
    if span is None or span.end - span.start < 8:
        first = reading.sentence_span(0)
        span = reading.trimmed(first.start, min(first.end, first.start + 300))
    if span.end - span.start < 8:
        return []
    inside = next(
        (
            i
            for i, c in enumerate(claims)
            if c.cue_class not in ATTITUDES and any(s.start < span.end and span.start < s.end for s in c.content)
        ),
        None,
    )
    return [
        Headline(
            reading.text[span.start : span.end],
            span,
            reading.sentence(span.start),
            attribution(inside, claims),
            0.3,
            "headline.plain",
        )
    ]
