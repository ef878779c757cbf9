"""What is said: the content of a claim, as a clause, a quote, or the sentence around an inserted tag."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.facts import cues
from monitor.facts.quotes import Quoted, is_speech
from monitor.facts.reading import Reading, chars, is_subject, phrase
from monitor.facts.words import words
from monitor.model.facts import Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_OPEN_COMPLEMENTS = frozenset({"ccomp"})
_FINITE = frozenset({"VBZ", "VBP", "VBD", "MD"})
CHANNELS = words(
    "statement interview speech address tweet post briefing conference email letter report television tv radio"
    " telegram facebook twitter x video testimony remarks hearing article note message court memo filing"
    " reporters journalists lawmakers call debate rally show reporter journalist lawmaker remark"
)


@dataclass(slots=True)
class Contents:
    """Finds the content that belongs to a cue.

    Attributes:
        quote_at: which quoted stretch a token stands in.

    """

    reading: Reading
    quoted: Sequence[Quoted]
    quote_at: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, one in enumerate(self.quoted):
            for token in self.reading.tokens(one.outer.start, one.outer.end):
                self.quote_at[token.i] = number

    def host_clause(self, clause: "Token", cue: "Token") -> Span:
        """The clause a floating attribution belongs to: its sentence, or its half of one joined by 'but'."""
        sentence = self.reading.sentence_span(self.reading.sentence(cue.idx))
        if clause.dep_ in {"ccomp", "relcl", "advcl"} and clause.head.lemma_.lower() in cues.CLASS_OF:
            return self.clause_span(clause)
        if (
            clause.dep_ == "conj"
            and clause.pos_ in {"VERB", "AUX"}
            and any(is_subject(child) for child in clause.children)
        ):
            return self.clause_span(clause)
        return sentence

    def without(self, span: Span, hole: Span) -> tuple[Span, ...]:
        """What is left of a span around a hole."""
        parts = (
            self.reading.trimmed(span.start, min(hole.start, span.end)),
            self.reading.trimmed(max(hole.end, span.start), span.end),
        )
        kept = [self.stripped(part) for part in parts if part.end - part.start > 2]
        return tuple(part for part in kept if any(char.isalnum() for char in self.reading.text[part.start : part.end]))

    def stripped(self, span: Span) -> Span:
        """Without the final full stop and leading conjunction."""
        end = span.end
        text = self.reading.text
        opened = any(mark in text[span.start : end - 1] for mark in '"“«')
        if not opened:
            while end - span.start > 2 and text[end - 1] in ',"”»':
                end -= 1
        if self.reading.text[end - 1] == "." and end - span.start > 2:
            end -= 1
        start = span.start
        for word in ("But ", "And ", "and ", "but ", "that ", "That "):
            if self.reading.mended.startswith(word, start):
                start += len(word)
        return Span(start, end) if start < end else span

    def content(  # noqa: C901, PLR0911 - a cascade of rules
        self, verb: "Token", lemma: str, source: "Token | None", *, reaction: bool, passive: bool
    ) -> tuple[tuple[Span, ...], str]:
        """What a cue verb gives to say, and which rule found it; empty where nothing does."""
        source_span = None if source is None else chars(self.reading, *phrase(source))
        around = self.quotes_beside(verb)
        complement = None if reaction else self._complement(verb, lemma)
        own_quote = [number for number in around if self._stands_alone(number, verb)]
        if own_quote and (lemma in cues.SPEECH or lemma in cues.SURE):
            return tuple(self.quoted[number].outer for number in around), "quote"
        if (
            complement is not None
            and around
            and complement.i < verb.i
            and not any(self._in_quote(complement, n) for n in around)
        ):
            return tuple(self.quoted[number].outer for number in around), "quote"
        if complement is not None and not (source is not None and _covers(complement, source)):
            span = self.clause_span(complement)
            cue = cue_extent(verb)
            cue_span = chars(self.reading, *cue)
            tag = (
                cue_span
                if source_span is None
                else Span(min(cue_span.start, source_span.start), max(cue_span.end, source_span.end))
            )
            if complement.i < verb.i and source is not None and source.left_edge.i > complement.i:
                # the tag stands after its content: the source with all that describes it is no part of that
                tag = Span(min(tag.start, self.reading.doc[source.left_edge.i].idx), tag.end)
            span = self._cut_coordinate(complement, verb, self._to_the_end(complement, verb, span))
            parts = (
                self.without(span, tag)
                if span.start < tag.start < span.end
                else (self.stripped(self.reading.trimmed(span.start, span.end)),)
            )
            touched = [
                i
                for i, one in enumerate(self.quoted)
                if any(s.start < one.outer.end and one.outer.start < s.end for s in parts)
                and is_speech(self.reading, one)
            ]
            return self.with_quotes(parts, sorted({*around, *touched}), tag), "clause"
        if around and (lemma in cues.SPEECH or lemma in cues.SURE):
            return tuple(self._led_in(verb, self.quoted[number].outer) for number in around), "quote"
        inserted = self._inserted(verb, source) if lemma in cues.SPEECH | cues.SURE else ()
        if inserted:
            return inserted, "inserted"
        infinitive = next(
            (
                c
                for c in verb.children
                if c.dep_ in {"xcomp", "ccomp", "advcl"} and _is_to_infinitive(c) and c.i > verb.i
            ),
            None,
        )
        if infinitive is not None and not reaction and (lemma in cues.INFINITIVE or lemma in cues.ADDRESSED):
            addressee = next((c for c in verb.children if c.dep_ in {"dobj", "dative"} and c.i < infinitive.i), None)
            start = self.clause_span(infinitive).start
            if addressee is not None and lemma in cues.ADDRESSED:
                start = min(start, self.reading.doc[addressee.left_edge.i].idx)
            return (self.stripped(Span(start, self.clause_span(infinitive).end)),), "infinitive"
        if (lemma in cues.OBJECT or reaction or lemma in cues.PREPOSITIONAL) and not passive:
            return self._object(verb), "object"
        rest = self._rest(verb, lemma)
        if rest and source is not None and not passive:
            return rest, "rest"
        if passive and verb.dep_ != "acl" and (reaction or lemma in cues.OBJECT):
            subject = next((child for child in verb.children if child.dep_ == "nsubjpass"), None)
            if subject is not None and source is not None:
                return (chars(self.reading, *phrase(subject)),), "object"
        return (), "object"

    def _in_quote(self, head: "Token", number: int) -> bool:
        outer = self.quoted[number].outer
        span = self.clause_span(head)
        return span.start < outer.end and outer.start < span.end

    def _complement(self, verb: "Token", lemma: str) -> "Token | None":
        for child in verb.children:
            if (
                child.dep_ in _OPEN_COMPLEMENTS
                and not _is_to_infinitive(child)
                and not self._semicolon_between(child, verb)
            ):
                return child
            if child.dep_ == "prep" and child.i > verb.i and lemma in cues.SURE:
                # 'said in a statement that ...': the parser hangs the content on the statement
                for clause in (g for noun in child.children if noun.lemma_.lower() in CHANNELS for g in noun.children):
                    if clause.dep_ in {"acl", "ccomp", "relcl"} and any(
                        g.lower_ == "that" and g.dep_ == "mark" for g in clause.children
                    ):
                        return clause
            asked = child.dep_ == "advcl" and any(
                g.lower_ in {"if", "whether"} and g.dep_ == "mark" for g in child.children
            )
            if asked and child.i > verb.i and lemma in {"ask", "wonder", "question", "say", "know", "see"}:
                return child
        return None

    def _semicolon_between(self, one: "Token", other: "Token") -> bool:
        low, high = sorted((one.i, other.i))
        return any(token.text == ";" for token in self.reading.doc[low:high])

    def _stands_alone(self, number: int, verb: "Token") -> bool:
        """A quote before the tag that is set off by a dash, comma or sentence start is the whole content."""
        outer = self.quoted[number].outer
        if outer.start > verb.idx:
            return False
        before = self.reading.text[max(0, outer.start - 2) : outer.start].rstrip()
        return not before or before[-1] in '—–―:.!?”"' or before.endswith("--") or outer.start in self.reading.starts

    def _led_in(self, verb: "Token", outer: Span) -> Span:
        """In 'says no deal is near, "not at all"' the clause before the quote is content too."""
        if outer.start < verb.idx:
            return outer
        between = [t for t in self.reading.tokens(verb.idx + len(verb), outer.start) if t.i > verb.i]
        text = self.reading.text
        lead = text[max(0, outer.start - 2) : outer.start].rstrip()
        partial = lead[-1:].isalnum() and text[outer.start + 1 : outer.start + 2].islower()
        if not between or between[0].sent.start != verb.sent.start:
            return outer
        if not partial and not any(t.tag_ in _FINITE for t in between):
            return outer
        first = next((t for t in between if not t.is_punct and t.lower_ != "that"), between[0])
        return Span(first.idx, outer.end)

    def _to_the_end(self, complement: "Token", verb: "Token", span: Span) -> Span:
        """A complement runs to the end of the sentence where what follows is no act of the speaker's own."""
        last = min(complement.right_edge.i, verb.sent.end - 1)
        end = verb.sent.end - 1
        if complement.i < verb.i or last >= end:
            return span
        for token in self.reading.doc[last + 1 : end + 1]:
            if token.head.i == verb.i and token.dep_ in {"advcl", "prep", "parataxis", "npadvmod", "ccomp"}:
                return span
            if token.head.i == verb.i and token.dep_ == "conj":
                own = any(is_subject(c) for c in token.children)
                if not own or token.lemma_.lower() in cues.CLASS_OF:
                    return span
            if (
                token.lemma_.lower() in cues.SPEECH
                and token.pos_ == "VERB"
                and any(is_subject(c) for c in token.children)
            ):
                return span
            if token.dep_ == "ROOT" or (token.head.i < complement.left_edge.i and token.head.i != verb.i):
                return span
        return self.reading.trimmed(span.start, self.reading.doc[end].idx + len(self.reading.doc[end]))

    def _cut_coordinate(self, complement: "Token", verb: "Token", span: Span) -> Span:
        """'said A and told B': the second verb of saying is the speaker's act, not part of what is said."""
        for child in self.reading.tokens(span.start, span.end):
            adding = (
                child.tag_ == "VBG" and child.dep_ == "advcl" and child.lemma_.lower() in cues.SPEECH | cues.REACTIONS
            )
            if adding and complement.i > verb.i and child.i > complement.i and child.i not in self.quote_at:
                before = self.reading.doc[child.left_edge.i - 1]
                if before.text == "," and span.start < before.idx:
                    return self.reading.trimmed(span.start, before.idx)
            if (
                child.dep_ == "conj"
                and child.i > complement.i
                and child.pos_ == "VERB"
                and child.lemma_.lower() in cues.CLASS_OF
            ):
                auxiliary = next((c.tag_ for c in child.children if c.dep_ == "aux"), child.tag_)
                same_form = auxiliary == verb.tag_ and child.i not in self.quote_at
                if same_form and complement.i > verb.i and not any(is_subject(c) for c in child.children):
                    end = self.reading.doc[max(child.left_edge.i - 1, complement.i)]
                    cut = end.idx if end.dep_ == "cc" else end.idx + len(end)
                    if span.start < cut < span.end:
                        return self.reading.trimmed(span.start, cut)
        return span

    def _rest(self, verb: "Token", lemma: str) -> tuple[Span, ...]:
        """What follows a verb of saying to the end of its clause, where the parser lost the thread."""
        if lemma not in cues.SURE or lemma in {"respond", "reply", "continue"} or verb.dep_ not in {"ROOT", "conj"}:
            return ()
        first = verb.i + 1
        skipped = {
            c.i
            for c in verb.children
            if c.dep_ in {"dobj", "npadvmod", "prep", "advmod", "dative", "prt"} and c.i > verb.i
        }
        last = min(verb.right_edge.i, verb.sent.end - 1)
        position = first
        while position <= last and any(
            g.i in skipped for g in (self.reading.doc[position], *self.reading.doc[position].ancestors)
        ):
            position += 1
        span = self.reading.trimmed(
            self.reading.doc[min(position, last)].idx, self.reading.doc[last].idx + len(self.reading.doc[last])
        )
        if last - position < 4 or not self._finite_between(position, last + 1):
            return ()
        return (self.stripped(span),)

    def _object(self, verb: "Token") -> tuple[Span, ...]:
        """The object and what follows it in the verb phrase: 'blamed Russia for the attack'."""
        heads = [
            c
            for c in verb.children
            if c.i > verb.i and c.dep_ in {"dobj", "oprd", "prep", "dative", "xcomp", "pcomp", "ccomp", "prt", "acomp"}
        ]
        main = [
            c
            for c in heads
            if c.dep_ in {"dobj", "oprd", "xcomp", "ccomp"}
            or (c.dep_ == "prep" and verb.lemma_ in {"call", "apologize", "complain", "comment", "speak"})
        ]
        if not main:
            return self._after_preposition(verb)
        framed = verb.lemma_.lower() in cues.REACTIONS or verb.lemma_ == "call"
        first = min(c.left_edge.i for c in main)
        heads = [
            c
            for c in heads
            if c.i >= first
            and (c in main or (framed and c.lower_ in {"for", "of", "as", "to", "with", "over", "about", "against"}))
        ]
        last = max(_right_edge(c) for c in heads)
        last = min(last, self._sentence_last(verb))
        span = chars(self.reading, first, max(first, last))
        return (self.stripped(self.reading.trimmed(span.start, span.end)),)

    def _after_preposition(self, verb: "Token") -> tuple[Span, ...]:
        """'spoke about the war', 'pointed to the results': what the verb's own preposition governs."""
        for child in verb.children:
            if (
                child.dep_ == "prep"
                and child.lower_ in cues.PREPOSITIONAL.get(verb.lemma_.lower(), ())
                and child.i > verb.i
            ):
                target = next((c for c in child.children if c.dep_ in {"pobj", "pcomp"}), None)
                if target is not None:
                    last = min(_right_edge(target), self._sentence_last(verb))
                    span = chars(self.reading, target.left_edge.i, max(last, target.i))
                    return (self.stripped(self.reading.trimmed(span.start, span.end)),)
        return ()

    def _sentence_last(self, token: "Token") -> int:
        return token.sent.end - 1

    def _inserted(self, verb: "Token", source: "Token | None") -> tuple[Span, ...]:
        """'The plan, he said, is dead': the content is the sentence around the tag."""
        if verb.dep_ == "parataxis" or (
            verb.dep_ in {"ccomp", "dep"} and source is not None and verb.head.i != verb.i and self._set_off(verb)
        ):
            first = min([verb.left_edge.i, *([source.left_edge.i] if source is not None else [])])
            last = verb.right_edge.i
            hole = chars(self.reading, first, last)
            host = (
                self.clause_span(verb.head)
                if verb.head.dep_ in {"ccomp", "conj"}
                else self.reading.sentence_span(self.reading.sentence(verb.idx))
            )
            return self.without(host, hole)
        if verb.dep_ == "ROOT" and source is not None and self._set_off(verb):
            first = min(verb.i, source.left_edge.i)
            sentence = self.reading.sentence_span(self.reading.sentence(verb.idx))
            hole = Span(self.reading.doc[first].idx, sentence.end)
            if (
                hole.start - sentence.start > 15
                and not self._finite_between(verb.i + 1, verb.sent.end)
                and self._finite_between(verb.sent.start, first)
            ):
                return self.without(sentence, hole)
        return ()

    def _finite_between(self, first: int, end: int) -> bool:
        return any(t.tag_ in _FINITE for t in self.reading.doc[first:end])

    def _set_off(self, verb: "Token") -> bool:
        """A comma or closing mark stands right before the tag of source and cue."""
        subject = next((child for child in verb.children if is_subject(child)), None)
        first = min(verb.i, subject.left_edge.i) if subject is not None else verb.i
        if first == 0:
            return False
        return self.reading.doc[first - 1].text in {",", "”", '"', "—", "--", "»"}

    def clause_span(self, head: "Token") -> Span:
        """The span of a clause, linking words and commas at its ends left out."""
        sentence = head.sent
        first, last = max(head.left_edge.i, sentence.start), min(head.right_edge.i, sentence.end - 1)
        while first < last and (self.reading.doc[first].is_space or self.reading.doc[first].text in {",", "that", "—"}):
            first += 1
        while last > first and (self.reading.doc[last].is_space or self.reading.doc[last].text in {",", ";", "—"}):
            last -= 1
        return chars(self.reading, first, last)

    def quotes_beside(self, verb: "Token", *, strict: bool = False) -> list[int]:
        """Quotes that stand right before or after the tag of a cue in its sentence, or end just before it.

        With `strict` only commas, colons and the source may stand between.
        """
        number_here = self.quote_at.get(verb.i)
        sentence = verb.sent
        found: list[int] = []
        before = after = None
        for token in reversed(list(self.reading.doc[max(sentence.start, verb.i - 14) : verb.i])):
            number = self.quote_at.get(token.i)
            if number is not None and number != number_here and self._spoken(number):
                before = number
                break
            if token.lemma_.lower() in cues.SURE and token.pos_ == "VERB":
                break
        right = any(c.dep_ == "ccomp" and c.i > verb.i for c in verb.children)
        if before is None and not right and verb.i - sentence.start <= 8 and sentence.start > 0:
            for token in (self.reading.doc[sentence.start - 1], self.reading.doc[max(0, sentence.start - 2)]):
                number = self.quote_at.get(token.i)
                if number is not None and number != number_here and self._same_paragraph(token, verb):
                    before = number
                    break
        if (
            before is not None
            and self._gap_is_tag(self.quoted[before].outer.end, verb)
            and (not strict or self._gap_is_source(before, verb))
        ):
            found.append(before)
        for token in self.reading.doc[verb.i + 1 : verb.i + 24]:
            number = self.quote_at.get(token.i)
            if number is not None and number != number_here and self._same_paragraph(token, verb, slack=1):
                after = number
                break
        close = after is not None and (not strict or self.quoted[after].outer.start - verb.idx - len(verb) <= 3)
        if (
            after is not None
            and close
            and self._spoken(after, led=True)
            and self._leads_in(verb, self.quoted[after].outer.start, tagged=bool(found))
        ):
            found.append(after)
        return sorted(found)

    def _spoken(self, number: int, *, led: bool = False) -> bool:
        """A sentence, or a word or two that a comma or full stop inside the marks shows to be said."""
        one = self.quoted[number]
        if is_speech(self.reading, one) or self.reading.text[one.end - 1] in ",!?":
            return True
        before = self.reading.text[max(0, one.outer.start - 2) : one.outer.start].rstrip()[-1:]
        return led and before in {",", ":"} and self.reading.text[one.end - 1] == "."

    def _gap_is_source(self, number: int, verb: "Token") -> bool:
        subject = next((c for c in verb.children if is_subject(c)), None)
        if subject is None:
            return False
        end = self.quoted[number].outer.end
        gap = self.reading.tokens(end, verb.idx)
        comma = self.reading.text[self.quoted[number].end - 1] in ",!?"
        return (
            comma
            and len(gap) <= 12
            and all(
                subject.left_edge.i <= t.i <= subject.right_edge.i or t.pos_ in {"ADV", "AUX", "PUNCT"} for t in gap
            )
        )

    def _same_paragraph(self, one: "Token", other: "Token", slack: int = 0) -> bool:
        return 0 <= self.reading.paragraph(one.idx) - self.reading.paragraph(other.idx) <= slack or (
            self.reading.paragraph(one.idx) == self.reading.paragraph(other.idx)
        )

    def _gap_is_tag(self, end: int, verb: "Token") -> bool:
        """Between the quote and the cue stands only the source (and short adverbs)."""
        gap = self.reading.mended[end : verb.idx]
        return len(gap) < 120 and not any(mark in gap for mark in ".!?;:“”")

    def _leads_in(self, verb: "Token", start: int, *, tagged: bool) -> bool:
        """The quote is the cue's: a comma, colon or 'that' leads in, with no other clause between."""
        gap = self.reading.mended[verb.idx + len(verb) : start]
        if len(gap) > 160 or any(mark in gap for mark in "!?;“”"):
            return False
        stripped = gap.rstrip()
        if stripped.endswith((":", ",", "—", "-", " that")) or stripped in {"", "that"}:
            return True
        # '... he said. “We will ...' goes on with the same speaker in the same paragraph
        return (
            tagged
            and stripped.endswith(".")
            and gap.count(".") == 1
            and len(gap) < 90
            and self.reading.paragraph(verb.idx) == self.reading.paragraph(start)
        )

    def with_quotes(self, parts: tuple[Span, ...], around: list[int], tag: Span) -> tuple[Span, ...]:
        """Content widened to the whole of each quote it touches."""
        spans = list(parts)
        for number in around:
            outer = self.quoted[number].outer
            touching = [i for i, span in enumerate(spans) if span.start < outer.end and outer.start < span.end]
            if touching:
                merged = Span(
                    min(outer.start, *(spans[i].start for i in touching)),
                    max(outer.end, *(spans[i].end for i in touching)),
                )
                spans = [span for i, span in enumerate(spans) if i not in touching]
                outer = merged
            if outer.start < tag.start < outer.end:
                spans.extend(self.without(outer, tag))
            else:
                spans.append(outer)
        return tuple(sorted(spans, key=lambda span: span.start))


def _right_edge(head: "Token") -> int:
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


def _covers(head: "Token", token: "Token") -> bool:
    return head.left_edge.i <= token.i <= head.right_edge.i and any(
        ancestor.i == head.i for ancestor in token.ancestors
    )


def _is_to_infinitive(verb: "Token") -> bool:
    return any(child.tag_ == "TO" for child in verb.children) and not any(is_subject(c) for c in verb.children)


def cue_extent(verb: "Token") -> tuple[int, int]:
    """The verb with its auxiliaries, negation and particle where they touch it."""
    parts = {child.i for child in verb.children if child.dep_ in {"aux", "auxpass", "neg", "prt"}}
    first = last = verb.i
    while first - 1 in parts:
        first -= 1
    while last + 1 in parts:
        last += 1
    return first, last
