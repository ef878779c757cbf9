"""Where a clause that is said ends: what follows it may be said too, or be what the speaker does next."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.facts import attitudes, cues
from monitor.facts.clauses import stripped
from monitor.facts.pronouns import PRONOUNS
from monitor.facts.quoted_content import QuotesOfCues
from monitor.facts.reading import FINITE, Reading, is_subject
from monitor.facts.words import words
from monitor.model.facts import Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_BREAKS = frozenset({",", "”", '"', "’", "—", "–", "--"})
_AT = words("in on at during via")
_AGAINST = words("though although whereas however")
_REASONS = (["because"], ["if"], ["unless"])
_AND_THAT = (["and", "that"], ["but", "that"])
"""Words right after a complement by which it goes on."""
_GOING_ON = words("refer contrast assert compare")
"""Participles by which a speaker goes on, beside those of speech."""


@dataclass(frozen=True, slots=True)
class ClauseEnds:
    """Sets right where the parser ends the complement of a cue."""

    reading: Reading
    quotes: QuotesOfCues

    def of(self, complement: "Token", verb: "Token", span: Span) -> Span:
        """The span of a complement, run on or cut short."""
        if complement.i < verb.i:
            return span
        return self._aside(self._cut(complement, verb, self._to_the_end(complement, verb, span)))

    def _to_the_end(self, complement: "Token", verb: "Token", span: Span) -> Span:
        """A complement runs to the end of the sentence where what follows is no act of the speaker's own."""
        last = min(complement.right_edge.i, verb.sent.end - 1)
        end = verb.sent.end - 1
        if last >= end:
            return span
        next_words = [t.lower_ for t in self.reading.doc[last + 1 : last + 4] if not t.is_punct]
        if next_words[:1] in _REASONS or next_words[:2] in _AND_THAT:
            return self.reading.trimmed(span.start, self.reading.doc[end].idx + len(self.reading.doc[end]))
        if any(self._goes_elsewhere(token, complement, verb) for token in self.reading.doc[last + 1 : end + 1]):
            return span
        return self.reading.trimmed(span.start, self.reading.doc[end].idx + len(self.reading.doc[end]))

    def _goes_elsewhere(self, token: "Token", complement: "Token", verb: "Token") -> bool:
        """Whether a token after a complement belongs to the cue, to another speaker or to the sentence above."""
        if token.head.i == verb.i and token.dep_ in {"advcl", "prep", "parataxis", "npadvmod"}:
            return True
        has_subject = any(is_subject(c) for c in token.children)
        if token.head.i == verb.i and token.dep_ == "conj":
            return not has_subject or token.lemma_.lower() in cues.CLASS_OF
        if token.lemma_.lower() in cues.SPEECH and token.pos_ == "VERB" and has_subject:
            return True
        return token.dep_ == "ROOT" or (token.head.i < complement.left_edge.i and token.head.i != verb.i)

    def _cut(self, complement: "Token", verb: "Token", span: Span) -> Span:
        """'said A and told B': the second verb of saying is the speaker's act, not part of what is said."""
        for child in self.reading.tokens(span.start, span.end):
            if child.i <= complement.i or child.i in self.quotes.number_at:
                continue
            if self._adds(child):
                before = self.reading.doc[child.left_edge.i - 1]
                if before.dep_ == "cc" and verb.tag_ == "VBG" and span.start < before.idx:
                    return self.reading.trimmed(span.start, before.idx)
                if before.text in _BREAKS and span.start < before.idx:
                    closing = before.text in '”"’'
                    return self.reading.trimmed(span.start, before.idx + (len(before) if closing else 0))
            if self._others_act(child, verb):
                return self.reading.trimmed(span.start, self.reading.doc[child.left_edge.i - 1].idx)
            if self._own_act(child, complement, verb):
                end = self.reading.doc[max(child.left_edge.i - 1, complement.i)]
                cut = end.idx if end.dep_ == "cc" else end.idx + len(end)
                if span.start < cut < span.end:
                    return self.reading.trimmed(span.start, cut)
        return span

    def _aside(self, span: Span) -> Span:
        """Without what the article itself sets against it: '..., though the vote is open'."""
        for token in self.reading.tokens(span.start, span.end)[4:]:
            if self._is_said_elsewhere(token, span.end):
                return self.reading.trimmed(span.start, token.idx)
            if token.lower_ not in _AGAINST or token.i in self.quotes.number_at:
                continue
            if self.reading.doc[token.i - 1].text in {",", "”", '"'} and self._has_new_subject(token):
                return self.reading.trimmed(span.start, token.idx)
        return span

    def _is_said_elsewhere(self, token: "Token", end: int) -> bool:
        """'..., which she called a disaster': a relative clause that has a cue and a speaker of its own."""
        if token.lower_ != "which" or self.reading.doc[token.i - 1].text != "," or token.i in self.quotes.number_at:
            return False
        verb = next((a for a in token.ancestors if a.dep_ == "relcl"), None)
        return (
            verb is not None
            and verb.right_edge.idx + len(verb.right_edge) >= end - 2
            and verb.lemma_.lower() in cues.CLASS_OF.keys() | attitudes.PREDICATING
            and any(is_subject(c) and c.i > token.i for c in verb.children)
        )

    def _has_new_subject(self, link: "Token") -> bool:
        """Whether a clause that follows has a subject that cannot be the speaker."""
        first = next((t for t in self.reading.doc[link.i + 1 : link.sent.end] if is_subject(t)), None)
        return first is not None and first.lower_ not in PRONOUNS | {"i", "we", "you"} and first.i - link.i < 8

    def without_venue(self, span: Span, verb: "Token", *, clause: bool) -> Span:
        """Without where it was said, at the end: '... in an interview with the paper', 'on his Facebook page'."""
        tokens = self.reading.tokens(span.start, span.end)
        for token in tokens[1:]:
            if token.dep_ != "prep" or token.lower_ not in _AT or token.i in self.quotes.number_at:
                continue
            place = next((c for c in token.children if c.dep_ == "pobj"), None)
            if place is None or place.lemma_.lower() not in cues.VENUES:
                continue
            after_quote = self.reading.doc[token.i - 1].text in {"”", '"'}
            own = token.head.i == verb.i or after_quote or (not clause and token.head.pos_ not in {"VERB", "AUX"})
            if own and all(
                t.i <= token.right_edge.i or t.is_punct or t.ent_type_ == "DATE" for t in tokens if t.i > token.i
            ):
                return (
                    self.reading.trimmed(span.start, token.idx)
                    if after_quote
                    else stripped(self.reading, self.reading.trimmed(span.start, token.idx))
                )
        return span

    def _adds(self, child: "Token") -> bool:
        """'..., adding that ...': the speaker goes on."""
        return (
            child.tag_ == "VBG"
            and child.dep_ in {"advcl", "acl", "dep", "conj"}
            and child.lemma_.lower() in cues.SPEECH | attitudes.REACTIONS | _GOING_ON
        )

    def _others_act(self, child: "Token", verb: "Token") -> bool:
        """'A third said it was fair, and half said it was not': a second act of saying, with a subject of its own."""
        if child.dep_ != "conj" or child.lemma_.lower() not in cues.CLASS_OF.keys() | attitudes.REACTIONS:
            return False
        link = self.reading.doc[child.left_edge.i - 1]
        comma = self.reading.doc[link.i - 1]
        return (
            form(child) == verb.tag_
            and any(is_subject(c) for c in child.children)
            and not any(c.dep_ == "mark" for c in child.children)
            and link.dep_ == "cc"
            and comma.text == ","
        )

    def _own_act(self, child: "Token", complement: "Token", verb: "Token") -> bool:
        """Whether a verb joined by 'and' has the form of the cue and not that of the content."""
        if child.dep_ != "conj" or child.pos_ not in {"VERB", "AUX"} or any(is_subject(c) for c in child.children):
            return False
        own = form(child)
        if own != verb.tag_:
            return False
        return child.lemma_.lower() in cues.CLASS_OF or (
            child.head.i == complement.i and own in FINITE and form(complement) != own
        )


def form(verb: "Token") -> str:
    """The tag of a verb's first auxiliary, else its own."""
    return next((c.tag_ for c in verb.children if c.dep_ in {"aux", "auxpass"}), verb.tag_)
