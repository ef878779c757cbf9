"""Which quotes are a cue's: those beside its tag of source and cue, and those its content runs into."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.facts import attitudes, cues
from monitor.facts.clauses import cue_extent, without
from monitor.facts.quotes import Quoted, is_speech
from monitor.facts.reading import FINITE, Reading, is_subject
from monitor.model.facts import Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token


@dataclass(slots=True)
class QuotesOfCues:
    """Finds the quotes that belong to a cue.

    Attributes:
        number_at: which quoted stretch a token stands in.

    """

    reading: Reading
    quoted: Sequence[Quoted]
    number_at: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, one in enumerate(self.quoted):
            for token in self.reading.tokens(one.outer.start, one.outer.end):
                self.number_at[token.i] = number

    def beside(self, verb: "Token", *, strict: bool = False) -> list[int]:
        """Quotes that stand right before or after the tag of a cue in its sentence, or end just before it.

        With `strict` only commas, colons and the source may stand between.
        """
        number_here = self.number_at.get(verb.i)
        sentence = verb.sent
        found: list[int] = []
        before = after = None
        for token in reversed(list(self.reading.doc[max(sentence.start, self._tag_start(verb) - 3) : verb.i])):
            number = self.number_at.get(token.i)
            if number is not None and number != number_here and self._spoken(number):
                before = number
                break
            if token.lemma_.lower() in cues.SURE and token.pos_ == "VERB":
                break
        right = any(c.dep_ == "ccomp" and c.i > verb.i for c in verb.children)
        if right and before is not None and (verb.tag_ == "VBG" or self._is_title(before)):
            # '“...,” adding that ...', 'on “This Week,” Lee said that ...': what is said comes after
            before = None
        tells = right or self._has_own_content(verb)
        if before is None and not tells and verb.i - sentence.start <= 8 and sentence.start > 0:
            for token in (self.reading.doc[sentence.start - 1], self.reading.doc[max(0, sentence.start - 2)]):
                number = self.number_at.get(token.i)
                if number is not None and number != number_here and self._same_paragraph(token, verb):
                    before = number
                    break
        if (
            before is not None
            and verb.dep_ != "relcl"
            and self._gap_is_tag(self.quoted[before].outer.end, verb)
            and (not strict or self._gap_is_source(before, verb))
        ):
            found.append(before)
        for token in self.reading.doc[verb.i + 1 : verb.i + 24]:
            number = self.number_at.get(token.i)
            if number is not None and number != number_here and self._same_paragraph(token, verb, slack=1):
                after = number
                break
        last = self.reading.doc[cue_extent(verb)[1]]
        close = after is not None and (not strict or self.quoted[after].outer.start - last.idx - len(last) <= 3)
        if (
            after is not None
            and close
            and self._spoken(after, led=True)
            and self._leads_in(verb, after, tagged=bool(found), full=right or bool(found))
        ):
            found.append(after)
        return sorted(found)

    def _is_title(self, number: int) -> bool:
        """A word or two in marks after other words: 'on CNN's “This Week,” Lee said that ...'."""
        one = self.quoted[number]
        lead = self.reading.mended[max(0, one.outer.start - 2) : one.outer.start].strip()
        return lead[-1:].isalnum() and not is_speech(self.reading, one)

    def _has_own_content(self, verb: "Token") -> bool:
        """An object or infinitive says what is said, so that a quote in the sentence before is somebody else's."""
        addressed = verb.lemma_.lower() in cues.ADDRESSED
        return any(
            c.i > verb.i
            and (
                (c.dep_ == "dobj" and not addressed and c.i not in self.number_at)
                or (c.dep_ == "xcomp" and c.tag_ == "VB")
                or (c.dep_ == "prep" and c.lower_ in attitudes.PREPOSITIONAL.get(verb.lemma_.lower(), ()))
            )
            for c in verb.children
        ) or any(c.dep_ == "auxpass" for c in verb.children)

    def touching(self, verb: "Token") -> list[int]:
        """The quote right after a verb, but for a comma or colon, else the one that ends right before it."""
        last = cue_extent(verb)[1] + 1
        for token in self.reading.doc[last : last + 3]:
            if token.i in self.number_at:
                return [self.number_at[token.i]]
            if token.text not in {",", ":"}:
                break
        before = self.number_at.get(verb.i - 1) if verb.i else None
        return [before] if before is not None else []

    def spoken_in(self, spans: Sequence[Span]) -> list[int]:
        """Quotes of speech that stand in or reach into any of the spans."""
        return [
            number
            for number, one in enumerate(self.quoted)
            if any(span.start < one.outer.end and one.outer.start < span.end for span in spans)
            and is_speech(self.reading, one)
        ]

    def outer(self, numbers: Iterable[int]) -> tuple[Span, ...]:
        """Where these quotes stand, marks and all."""
        return tuple(self.quoted[number].outer for number in numbers)

    def widened(self, parts: tuple[Span, ...], around: list[int], tag: Span) -> tuple[Span, ...]:
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
                spans.extend(without(self.reading, outer, tag))
            else:
                spans.append(outer)
        return tuple(sorted(spans, key=lambda span: span.start))

    def completed(self, spans: tuple[Span, ...], tag: Span) -> tuple[Span, ...]:
        """Content that breaks off within quotation marks taken to the closing one: 'a “long road' ahead”."""
        done = []
        for span in spans:
            end = span.end
            for one in self.quoted:
                outer = one.outer
                inside = outer.start >= span.start or outer.start < tag.start < outer.end
                if inside and outer.start < end <= outer.end and not outer.start < tag.start < outer.end:
                    end = outer.end
            done.append(Span(span.start, end))
        return tuple(done)

    def stands_alone(self, number: int, verb: "Token") -> bool:
        """A quote before the tag that is set off by a dash, comma or sentence start is the whole content."""
        outer = self.quoted[number].outer
        if outer.start > verb.idx:
            return False
        before = self.reading.text[max(0, outer.start - 2) : outer.start].rstrip()
        return not before or before[-1] in '—–―:.!?”"' or before.endswith("--") or outer.start in self.reading.starts

    def led_in(self, verb: "Token", outer: Span) -> Span:
        """In 'says no deal is near, "not at all"' the clause before the quote is content too."""
        if outer.start < verb.idx:
            return outer
        between = [t for t in self.reading.tokens(verb.idx + len(verb), outer.start) if t.i > verb.i]
        text = self.reading.text
        lead = text[max(0, outer.start - 2) : outer.start].rstrip()
        partial = lead[-1:].isalnum() and self.reading.mended[outer.start + 1 : outer.start + 3].strip()[:1].islower()
        if not between or between[0].sent.start != verb.sent.start:
            return outer
        if not partial and not any(t.tag_ in FINITE for t in between):
            return outer
        first = next((t for t in between if not t.is_punct and t.lower_ != "that"), between[0])
        return Span(first.idx, outer.end)

    def _tag_start(self, verb: "Token") -> int:
        subject = next((c for c in verb.children if is_subject(c)), None)
        first = subject.left_edge.i if subject is not None and subject.i < verb.i else verb.i
        return max(min(first, verb.i - 11), verb.i - 60)

    def _spoken(self, number: int, *, led: bool = False) -> bool:
        """A sentence, or a word or two that a comma or full stop inside the marks shows to be said."""
        one = self.quoted[number]
        if is_speech(self.reading, one) or self.reading.text[one.end - 1] in ",!?":
            return True
        before = self.reading.text[max(0, one.outer.start - 2) : one.outer.start].rstrip()[-1:]
        lead = next(iter(self.reading.tokens(max(0, one.outer.start - 14), one.outer.start)[-1:]), None)
        cue = lead is not None and lead.pos_ == "VERB" and lead.lemma_.lower() in cues.SURE
        return led and (before in {",", ":"} or cue) and self.reading.text[one.end - 1] == "."

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
        if any(mark in gap for mark in "!?;:“”") or gap.startswith("."):
            return False
        if len(gap) < 120 and "." not in gap:
            return True
        # 'Trump, the 2016 frontrunner and ..., said': however long, it is the source
        subject = next((c for c in verb.children if is_subject(c)), None)
        return (
            subject is not None
            and len(gap) < 400
            and all(
                subject.left_edge.i <= t.i <= subject.right_edge.i or t.i > subject.right_edge.i or t.is_punct
                for t in self.reading.tokens(end, verb.idx)
            )
        )

    def _leads_in(self, verb: "Token", number: int, *, tagged: bool, full: bool) -> bool:
        """The quote is the cue's: a comma, colon or 'that' leads in, with no other clause between.

        Where the cue is `full`, having content already, a participle of saying leads in for itself.
        """
        start = self.quoted[number].outer.start
        gap = self.reading.mended[verb.idx + len(verb) : start]
        if len(gap) > 160 or any(mark in gap for mark in "!?;“”"):
            return False
        if any(
            token.pos_ == "VERB"
            and token.lemma_.lower() in cues.SPEECH | cues.SURE
            and (
                any(is_subject(child) for child in token.children)
                or (full and (token.tag_ == "VBG" or (token.dep_ == "conj" and token.head.i == verb.i)))
            )
            for token in self.reading.tokens(verb.idx + len(verb), start)
        ):
            return False
        stripped = gap.rstrip()
        if ". " in stripped[:-1] or (
            stripped != gap
            and self.reading.paragraph(verb.idx) != self.reading.paragraph(start)
            and stripped[-1:] != ":"
        ):
            return False
        if stripped.endswith((":", ",", "—", "-", " that")) or stripped in {"", "that"}:
            return True
        # '... he said. “We will ...' goes on with the same speaker in the same paragraph, but for a tag of its own
        return (
            tagged
            and stripped.endswith(".")
            and self.reading.text[self.quoted[number].end - 1] != ","
            and gap.count(".") == 1
            and len(gap) < 90
            and self.reading.paragraph(verb.idx) == self.reading.paragraph(start)
        )
