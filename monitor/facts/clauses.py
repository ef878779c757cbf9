"""Clauses as spans of text: where one runs, and what is left of it around a tag of source and cue."""

from typing import TYPE_CHECKING

from monitor.facts import cues
from monitor.facts.reading import Reading, chars, is_subject
from monitor.model.facts import Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token


def clause_span(reading: Reading, head: "Token") -> Span:
    """The span of a clause, linking words and commas at its ends left out."""
    sentence = head.sent
    first, last = max(head.left_edge.i, sentence.start), min(head.right_edge.i, sentence.end - 1)
    while first < last and (reading.doc[first].is_space or _links(reading.doc[first])):
        first += 1
    while last > first and (reading.doc[last].is_space or reading.doc[last].text in {",", ";", "—"}):
        last -= 1
    return chars(reading, first, last)


def _links(token: "Token") -> bool:
    return token.text in {",", "—"} or (token.text == "that" and token.dep_ not in {"nsubj", "nsubjpass"})


def host_clause(reading: Reading, clause: "Token", cue: "Token") -> Span:
    """The clause a floating attribution belongs to: its sentence, or its half of one joined by 'but'."""
    sentence = reading.sentence_span(reading.sentence(cue.idx))
    floats = cue.i > clause.i and reading.doc[cue.i - 1].text == "," and clause.dep_ == "ccomp"
    if clause.dep_ in {"ccomp", "relcl", "advcl"} and clause.head.lemma_.lower() in cues.CLASS_OF and not floats:
        return clause_span(reading, clause)
    joined = clause.dep_ == "conj" and clause.pos_ in {"VERB", "AUX"}
    last = clause.right_edge.i >= clause.sent.end - 2 and cue.i > clause.i and reading.doc[cue.i - 1].text == ","
    if joined and not last and any(is_subject(child) for child in clause.children):
        return clause_span(reading, clause)
    return sentence


def without(reading: Reading, span: Span, hole: Span) -> tuple[Span, ...]:
    """What is left of a span around a hole."""
    parts = (
        reading.trimmed(span.start, min(hole.start, span.end)),
        reading.trimmed(max(hole.end, span.start), span.end),
    )
    kept = [stripped(reading, part) for part in parts if part.end - part.start > 2]
    return tuple(part for part in kept if any(char.isalnum() for char in reading.text[part.start : part.end]))


def stripped(reading: Reading, span: Span) -> Span:
    """Without the final full stop and leading conjunction."""
    end = span.end
    text = reading.mended
    opened = any(mark in text[span.start : end - 1] for mark in '"“«')
    if not opened:
        while end - span.start > 2 and text[end - 1] in ',"”» ':
            end -= 1
    if text[end - 1] == "." and end - span.start > 2:
        end -= 1
    start = span.start
    for word in ("But ", "And ", "and ", "but ", "that ", "That "):
        if reading.mended.startswith(word, start):
            start += len(word)
    return Span(start, end) if start < end else span


def cue_extent(verb: "Token") -> tuple[int, int]:
    """The verb with its auxiliaries, negation and particle where they touch it."""
    parts = {child.i for child in verb.children if child.dep_ in {"aux", "auxpass", "neg", "prt"}}
    first = last = verb.i
    while first - 1 in parts:
        first -= 1
    while last + 1 in parts:
        last += 1
    return first, last


def right_edge(head: "Token") -> int:
    """The last token of a phrase, a relative clause set off by a comma left out."""
    last: int = head.right_edge.i
    for child in head.children:
        if (
            child.dep_ in {"relcl", "acl", "advcl"}
            and child.left_edge.i > head.i
            and child.doc[child.left_edge.i - 1].text == ","
        ):
            last = min(last, child.left_edge.i - 2)
    return max(last, head.i)


def covers(head: "Token", token: "Token") -> bool:
    """Whether a token stands in the clause or phrase of a head."""
    return head.left_edge.i <= token.i <= head.right_edge.i and any(
        ancestor.i == head.i for ancestor in token.ancestors
    )


def is_to_infinitive(verb: "Token") -> bool:
    """Whether a verb is an infinitive with 'to' and no subject of its own."""
    return any(child.tag_ == "TO" for child in verb.children) and not any(is_subject(c) for c in verb.children)
