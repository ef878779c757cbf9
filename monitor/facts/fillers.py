"""The words that fill a role: the phrase around its head and the name it stands for."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.facts.entities import Names
from monitor.facts.pronouns import PRONOUNS, Antecedents
from monitor.facts.reading import Reading, chars, phrase
from monitor.model.facts import Arg, Entity, Span, TimeRef

if TYPE_CHECKING:
    from monitor.facts.nlp import Token


@dataclass(frozen=True, slots=True)
class Fillers:
    """Makes the fillers of one document; `times` are its times in reading order."""

    reading: Reading
    names: Names
    antecedents: Antecedents
    times: Sequence[TimeRef]

    def arg(self, token: "Token | None") -> Arg | None:
        """A role's filler with its phrase and, where known, its name."""
        if token is None:
            return None
        span = self.reading.whole(self.names.widened(chars(self.reading, *phrase(token))))
        span = self._without_time(token, span)
        entity = self.names.at(token)
        leader = self._with_followers(token)
        if leader is not None:
            entity, span = leader[0], Span(leader[1], span.end)
        name = entity.canonical if entity is not None else ""
        if not name:
            named = next(
                (
                    e
                    for c in token.children
                    if c.dep_ == "appos" and (e := self.names.at(c)) is not None and e.type == "PERSON"
                ),
                None,
            )
            if named is None and token.pos_ == "NOUN" and token.i + 1 < len(token.doc):
                # 'the Russian skater Kamila Valieva', where the parser leaves the name outside
                beside = self.names.at(token.nbor(1))
                if beside is not None and beside.type == "PERSON":
                    named, span = beside, self.names.widened(Span(span.start, max(span.end, token.nbor(1).idx + 1)))
            if named is not None and token.pos_ == "NOUN":
                return Arg(self.reading.text[span.start : span.end], span, named.canonical)
            index = self.antecedents.resolve(token) if token.lower_ in PRONOUNS or token.pos_ == "NOUN" else None
            name = self.names.entities[index].canonical if index is not None else ""
        return Arg(self.reading.text[span.start : span.end], span, name)

    def _with_followers(self, head: "Token") -> tuple[Entity, int] | None:
        """In 'OPEC and its allies agreed', where the parser joins clauses, OPEC acts too: it, and where it begins."""
        first = head.left_edge
        if first.lower_ not in {"its", "their", "his", "her"} or first.i < 2 or first.nbor(-1).lower_ != "and":
            return None
        before = first.nbor(-2)
        before = before.nbor(-1) if before.text == ")" and before.i else before
        entity = self.names.at(before)
        if entity is None or before.sent.start != head.sent.start:
            return None
        start = before.idx
        while True:
            near = [s for s in entity.mentions if (s.end <= start and start - s.end <= 2) or s.start < start < s.end]
            earlier = min((s.start for s in near), default=start)
            if earlier >= start:
                break
            start = earlier
        article = self.reading.mended[max(0, start - 4) : start].lower()
        return entity, start - 4 if article == "the " else start

    def _without_time(self, head: "Token", span: Span) -> Span:
        """'The court on Monday' is the court."""
        for ref in self.times_between(head.idx + len(head), span.end):
            words = self.reading.tokens(head.idx + len(head), ref.span.start)
            opens = words[-1] if words and words[-1].pos_ == "ADP" else None
            if ref.span.end >= span.end and (
                opens is None or opens.lower_ in {"on", "in", "at", "by", "from", "since"}
            ):
                return self.reading.trimmed(span.start, opens.idx if opens is not None else ref.span.start)
        return span

    def times_between(self, start: int, end: int) -> Sequence[TimeRef]:
        """The times that start within a stretch."""
        low = bisect.bisect_left(self.times, start, key=lambda ref: ref.span.start)
        high = bisect.bisect_left(self.times, end, key=lambda ref: ref.span.start)
        return self.times[low:high]
