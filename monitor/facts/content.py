"""What is said: the content of a claim, as a clause, a quote, or the sentence around an inserted tag."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.facts import attitudes, cues
from monitor.facts.clause_ends import ClauseEnds
from monitor.facts.clauses import clause_span, covers, cue_extent, is_to_infinitive, right_edge, stripped, without
from monitor.facts.quoted_content import QuotesOfCues
from monitor.facts.reading import FINITE, Reading, chars, is_subject, phrase
from monitor.model.facts import Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_OPEN_COMPLEMENTS = frozenset({"ccomp"})
_PARTING = frozenset({"“", "”", '"', ":", ";", "—", "–", "--"})
_CIRCUMSTANCE = frozenset({"on", "at", "during", "after", "before", "since", "until", "while", "by"})


@dataclass(slots=True)
class Contents:
    """Finds the content that belongs to a cue."""

    reading: Reading
    quotes: QuotesOfCues
    ends: ClauseEnds = field(init=False)

    def __post_init__(self) -> None:
        self.ends = ClauseEnds(self.reading, self.quotes)

    def content(
        self, verb: "Token", lemma: str, source: "Token | None", *, reaction: bool, passive: bool
    ) -> tuple[tuple[Span, ...], str]:
        """What a cue verb gives to say, and which rule found it; empty where nothing does."""
        found, rule = self._quoted_or_clause(verb, lemma, source, reaction=reaction) or self._phrase(
            verb, lemma, source, reaction=reaction, passive=passive
        )
        if len(found) == 1 and found[0].start > verb.idx and rule != "quote":
            found = (self.ends.without_venue(found[0], verb, clause=rule == "clause"),)
        return found, rule

    def _quoted_or_clause(
        self, verb: "Token", lemma: str, source: "Token | None", *, reaction: bool
    ) -> tuple[tuple[Span, ...], str] | None:
        """A quote, a clause of its own, or the sentence around the tag."""
        spoken = lemma in cues.SPEECH or lemma in cues.SURE
        around = self.quotes.beside(verb)
        if lemma in {"say", "answer", "reply"} and source is not None and (answer := self._answer(verb)) is not None:
            return (chars(self.reading, answer.i, answer.i),), "object"
        complement = None if reaction else self._complement(verb, lemma)
        own_quote = any(self.quotes.stands_alone(number, verb) for number in around)
        quote_first = (
            complement is not None
            and bool(around)
            and complement.i < verb.i
            and not any(self._in_quote(complement, number) for number in around)
        )
        if (own_quote and spoken) or quote_first:
            return self.quotes.outer(around), "quote"
        if complement is not None and not (source is not None and covers(complement, source)):
            return self._clause(verb, source, complement, around), "clause"
        if around and spoken:
            led = [self.quotes.led_in(verb, span) for span in self.quotes.outer(around)]
            if verb.tag_ in FINITE and led[0].end < verb.idx and led[0].start > self.reading.doc[verb.sent.start].idx:
                led[0] = self._from_the_start(led[0], verb)
            return tuple(led), "quote"
        infinitive = any(c.dep_ == "xcomp" and c.i > verb.i for c in verb.children)
        inserted = (
            (self._inserted(verb, source) or self._before_final_tag(verb, source)) if spoken and not infinitive else ()
        )
        if len(inserted) == 1 and source is not None and inserted[0].start < verb.idx:
            inserted += self._resumed(verb, source)
        return (inserted, "inserted") if inserted else None

    def _answer(self, verb: "Token") -> "Token | None":
        """'Said yes', 'said so': the word after the verb is all that is said."""
        last = cue_extent(verb)[1] + 1
        after = self.reading.doc[last] if last < verb.sent.end else None
        negated = any(c.dep_ == "neg" for c in verb.children)
        answers = {"yes", "no", "so"} if not negated else {"when", "where", "why", "how", "who"}
        if after is None or after.lower_ not in answers or after.dep_ == "det":
            return None
        alone = last + 1 >= verb.sent.end or self.reading.doc[last + 1].pos_ in {"PUNCT", "CCONJ", "SCONJ", "ADP"}
        return after if alone else None

    def _before_final_tag(self, verb: "Token", source: "Token | None") -> tuple[Span, ...]:
        """'The plan is dead, his aide told reporters': the parser may hang such a tag anywhere."""
        if source is None or verb.tag_ not in FINITE or source.i > verb.i or verb.i - source.i > 8:
            return ()
        sentence = verb.sent
        first = source.left_edge.i
        while first > sentence.start and self.reading.doc[first - 1].dep_ in {"amod", "compound", "det", "poss"}:
            first -= 1
        if first - sentence.start < 4 or sentence.end - verb.i > 12 or self.reading.doc[first - 1].text != ",":
            return ()
        if self._finite_between(verb.i + 1, sentence.end) or not self._finite_between(sentence.start, first):
            return ()
        if self._is_circumstance(verb, first):
            return ()
        whole = self.reading.sentence_span(self.reading.sentence(verb.idx))
        return without(self.reading, whole, Span(self.reading.doc[first].idx, whole.end))

    def _clause(
        self, verb: "Token", source: "Token | None", complement: "Token", around: list[int]
    ) -> tuple[Span, ...]:
        """The clause that is a verb's complement, the tag left out and the quotes it runs into taken in."""
        span = clause_span(self.reading, complement)
        tag = chars(self.reading, *cue_extent(verb))
        if source is not None:
            source_span = chars(self.reading, *phrase(source))
            tag = Span(min(tag.start, source_span.start), max(tag.end, source_span.end))
            if complement.i < verb.i and source.left_edge.i > complement.i:
                # the tag stands after its content: the source with all that describes it is no part of that
                tag = Span(min(tag.start, self.reading.doc[source.left_edge.i].idx), tag.end)
        span = self._after_the_day(complement, verb, self.ends.of(complement, verb, span))
        parts = (
            without(self.reading, span, tag)
            if span.start < tag.start < span.end
            else (stripped(self.reading, self.reading.trimmed(span.start, span.end)),)
        )
        if complement.i < verb.i:
            parts = (self._from_the_start(parts[0], verb), *parts[1:]) if parts else parts
            parts += self._resumed(verb, source) if source is not None else ()
        return self.quotes.widened(parts, sorted({*around, *self.quotes.spoken_in(parts)}), tag)

    def _after_the_day(self, complement: "Token", verb: "Token", span: Span) -> Span:
        """'Said on Friday they had found it': the parser takes the day of the saying for that of the finding."""
        subject = next((c for c in complement.children if is_subject(c)), None)
        if subject is None or complement.i < verb.i or complement.left_edge.i != verb.i + 1:
            return span
        first = subject.left_edge.i
        lead = self.reading.doc[verb.i + 1 : first]
        dated = any(t.ent_type_ in {"DATE", "TIME"} for t in lead)
        if not dated or not all(t.ent_type_ in {"DATE", "TIME"} or t.lower_ in {"on", "late", "early"} for t in lead):
            return span
        return Span(self.reading.doc[first].idx, span.end)

    def _from_the_start(self, span: Span, verb: "Token") -> Span:
        """'The towns “deserve more than that,” she said': the sentence before a quote that goes on with it."""
        start = self.reading.doc[verb.sent.start].idx
        first = span.start + 1 if self.reading.mended[span.start] in '“"' else span.start
        lead = self.reading.tokens(start, span.start)
        if not self.reading.mended[first : first + 1].islower() or not lead or any(t.text in _PARTING for t in lead):
            return span
        return stripped(self.reading, Span(lead[0].idx, span.end))

    def _resumed(self, verb: "Token", source: "Token") -> tuple[Span, ...]:
        """'It fell, she said, and will not rise', '..., he said, in the worst attack since May': on after the tag."""
        end = verb.sent.end
        if source.i > verb.i or verb.i in self.quotes.number_at:
            return ()
        comma = next((t.i for t in self.reading.doc[verb.i + 1 : verb.i + 8] if t.text == ","), None)
        if comma is None or comma + 3 > end or self._finite_between(verb.i + 1, comma):
            return ()
        first = self.reading.doc[comma + 1]
        if first.dep_ == "cc":
            own = next((c for c in verb.children if c.dep_ == "conj" and c.i > comma), None)
            acts = own is not None and own.lemma_.lower() in cues.CLASS_OF.keys() | attitudes.REACTIONS
            if own is None or acts or any(is_subject(c) for c in own.children):
                return ()
            first = self.reading.doc[comma + 2]
        else:
            host = next((c for c in verb.children if c.i > comma and c.left_edge.i == comma + 1), None)
            if host is None or host.dep_ not in {"prep", "agent"}:
                return ()
            if any(c.lemma_.lower() in cues.ACTS for c in host.children):
                # '..., in a decision that could change the trade' tells of the act of saying
                return ()
        last = self.reading.doc[end - 1]
        return (stripped(self.reading, self.reading.trimmed(first.idx, last.idx + len(last))),)

    def _phrase(
        self, verb: "Token", lemma: str, source: "Token | None", *, reaction: bool, passive: bool
    ) -> tuple[tuple[Span, ...], str]:
        """An infinitive, an object, the rest of the clause, or the subject of a passive."""
        infinitive = () if reaction else self._infinitive(verb, lemma)
        if infinitive:
            return infinitive, "infinitive"
        points_out = lemma == "point" and any(c.dep_ == "prt" and c.lower_ == "out" for c in verb.children)
        takes_object = reaction or points_out or lemma in cues.OBJECT | attitudes.ATTITUDES | attitudes.PREDICATING
        if passive:
            if lemma in {"ask", "press", "question", "quiz"} and source is None:
                return self._after_preposition(verb), "asked"
            return (self._passive(verb) if takes_object and source is not None else ()), "object"
        if takes_object or lemma in attitudes.PREPOSITIONAL:
            return self._object(verb), "object"
        rest = self._rest(verb, lemma) if source is not None else ()
        if rest:
            return rest, "rest"
        return (self._object(verb) if lemma == "say" and source is not None else ()), "object"

    def _passive(self, verb: "Token") -> tuple[Span, ...]:
        """'The plan was welcomed by the mayor', 'a plan welcomed by the mayor': what stands before the verb."""
        if verb.dep_ == "acl":
            return (chars(self.reading, *phrase(verb.head)),)
        subject = next((child for child in verb.children if child.dep_ == "nsubjpass"), None)
        if subject is None:
            return ()
        of = next((c for c in verb.children if c.dep_ == "prep" and c.lower_ == "of" and c.i > verb.i), None)
        charge = of is not None and verb.lemma_ in {"accuse", "suspect"}
        said = chars(self.reading, *phrase(subject))
        return (said, clause_span(self.reading, of)) if of is not None and charge else (said,)

    def _infinitive(self, verb: "Token", lemma: str) -> tuple[Span, ...]:
        """'promised to leave', 'told them to leave': the infinitive, with the one it is told to."""
        infinitive = next(
            (
                c
                for c in verb.children
                if c.dep_ in {"xcomp", "ccomp", "advcl"} and is_to_infinitive(c) and c.i > verb.i
            ),
            None,
        )
        if infinitive is None or not (lemma in cues.INFINITIVE | attitudes.INTENTIONS or lemma in cues.ADDRESSED):
            return ()
        addressee = next((c for c in verb.children if c.dep_ in {"dobj", "dative"} and c.i < infinitive.i), None)
        span = clause_span(self.reading, infinitive)
        start = span.start
        appealed = self._appealed_to(verb, lemma, infinitive)
        if appealed is not None:
            start = min(start, self.reading.doc[appealed.left_edge.i].idx)
        elif addressee is not None and lemma in cues.ADDRESSED:
            start = min(start, self.reading.doc[addressee.left_edge.i].idx)
        return (stripped(self.reading, Span(start, span.end)),)

    def _appealed_to(self, verb: "Token", lemma: str, infinitive: "Token") -> "Token | None":
        """'Called on the state to act', 'called for both sides to leave': who is to do it."""
        if lemma not in {"call", "appeal", "press", "push", "plead", "lobby"}:
            return None
        governing = attitudes.PREPOSITIONAL.get(lemma, frozenset({"for", "on"}))
        for child in verb.children:
            if child.dep_ == "prep" and child.lower_ in governing and verb.i < child.i < infinitive.i:
                return next((c for c in child.children if c.dep_ == "pobj" and c.i < infinitive.i), None)
        return None

    def _in_quote(self, head: "Token", number: int) -> bool:
        outer = self.quotes.quoted[number].outer
        span = clause_span(self.reading, head)
        return span.start < outer.end and outer.start < span.end

    def _complement(self, verb: "Token", lemma: str) -> "Token | None":
        for child in verb.children:
            if child.dep_ in _OPEN_COMPLEMENTS and not is_to_infinitive(child) and not self._parted(child, verb):
                return child
            if child.dep_ == "prep" and child.i > verb.i and lemma in cues.SURE:
                # 'said in a statement that ...': the parser hangs the content on the statement
                for clause in (
                    g for noun in child.children if noun.lemma_.lower() in cues.CHANNELS for g in noun.children
                ):
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

    def _parted(self, complement: "Token", verb: "Token") -> bool:
        """A semicolon between the two, or a colon after the complement, ends the complement's sentence."""
        low, high = sorted((complement.i, verb.i))
        if any(
            token.text == ";" or (token.text == ":" and complement.i < verb.i and token.i not in self.quotes.number_at)
            for token in self.reading.doc[low:high]
        ):
            return True
        return complement.i < verb.i and not self._tag_is_set_off(verb)

    def _tag_is_set_off(self, verb: "Token") -> bool:
        """Whether a mark parts a tag of source and cue from the content before it."""
        subject = next((child for child in verb.children if is_subject(child) and child.i < verb.i), None)
        first = subject.left_edge.i if subject is not None else cue_extent(verb)[0]
        before = self.reading.doc[first - 1] if first else None
        while before is not None and before.i and before.dep_ in {"advmod", "cc", "amod", "compound", "det"}:
            before = self.reading.doc[before.i - 1]
        return before is None or before.is_punct or before.is_quote

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
        return (stripped(self.reading, span),)

    def _object(self, verb: "Token") -> tuple[Span, ...]:
        """The object and what follows it in the verb phrase: 'blamed Russia for the attack'."""
        lemma = verb.lemma_.lower()
        if lemma in attitudes.PREPOSITIONAL and lemma not in cues.OBJECT | attitudes.ATTITUDES | attitudes.PREDICATING:
            return self._after_preposition(verb)
        main = next((c for c in verb.children if c.i > verb.i and c.dep_ in {"dobj", "oprd", "xcomp", "ccomp"}), None)
        if main is None or is_to_infinitive(main):
            return self._after_preposition(verb)
        last = right_edge(main)
        for child in verb.children:
            if child.i > main.i and child.left_edge.i == last + 1 and self._goes_on(child):
                last = right_edge(child)
        last = min(last, self._sentence_last(verb))
        span = chars(self.reading, main.left_edge.i, max(main.i, last))
        return (stripped(self.reading, self.reading.trimmed(span.start, span.end)),)

    def _goes_on(self, child: "Token") -> bool:
        """What follows an object belongs to the content, but for when, where and to whom it was said."""
        if child.dep_ in {"oprd", "xcomp", "ccomp", "dobj", "acomp"}:
            return True
        by_name = child.lower_ == "by" and any(c.lower_ == "name" for c in child.children)
        return child.dep_ == "prep" and (child.lower_ not in _CIRCUMSTANCE or by_name)

    def _after_preposition(self, verb: "Token") -> tuple[Span, ...]:
        """'spoke about the war', 'referred to it as a war': what the verb's own preposition governs, and on."""
        governing = attitudes.PREPOSITIONAL.get(verb.lemma_.lower(), frozenset())
        for child in verb.children:
            if child.i > verb.i and any(
                g.dep_ == "mark" and g.lower_ == "for" and g.lower_ in governing for g in child.children
            ):
                # 'called for all sides to leave': the parser takes 'for' for a conjunction
                first = min(child.left_edge.i + 1, child.i)
                span = chars(self.reading, first, min(right_edge(child), self._sentence_last(verb)))
                return (stripped(self.reading, self.reading.trimmed(span.start, span.end)),)
            if child.dep_ != "prep" or child.lower_ not in governing or child.i < verb.i:
                continue
            target = next((c for c in child.children if c.dep_ in {"pobj", "pcomp"}), None)
            if target is None:
                continue
            last = max(right_edge(target), target.i)
            for other in verb.children:
                if other.left_edge.i == last + 1 and (self._goes_on(other) or other.dep_ == "acl"):
                    last = right_edge(other)
            span = chars(self.reading, target.left_edge.i, min(last, self._sentence_last(verb)))
            return (stripped(self.reading, self.reading.trimmed(span.start, span.end)),)
        return ()

    def of_noun(self, noun: "Token", governing: frozenset[str]) -> tuple[Span, ...]:
        """What a noun of attitude governs: an infinitive, or what one of the prepositions has."""
        hosts = (noun, noun.head) if noun.dep_ == "dobj" else (noun,)
        for child in (c for host in hosts for c in host.children if c.i > noun.i):
            if "to" in governing and child.dep_ in {"acl", "xcomp", "ccomp"} and is_to_infinitive(child):
                return (stripped(self.reading, clause_span(self.reading, child)),)
            if child.dep_ == "prep" and child.lower_ in governing:
                target = next((c for c in child.children if c.dep_ in {"pobj", "pcomp"}), None)
                if target is not None:
                    last = min(max(right_edge(target), target.i), self._sentence_last(noun))
                    return (stripped(self.reading, chars(self.reading, target.left_edge.i, last)),)
        return ()

    def of_adjective(self, adjective: "Token") -> tuple[Span, ...]:
        """What an adjective of belief or attitude governs: a clause, an infinitive or what its preposition has."""
        for child in adjective.children:
            if child.i < adjective.i:
                continue
            if child.dep_ in {"ccomp", "xcomp"}:
                span = clause_span(self.reading, child)
                return (stripped(self.reading, self.reading.trimmed(span.start, span.end)),)
            if child.dep_ == "prep" and child.lower_ in {"of", "about", "with", "to", "by", "over", "in", "at"}:
                target = next((c for c in child.children if c.dep_ in {"pobj", "pcomp"}), None)
                if target is not None:
                    last = min(max(right_edge(target), target.i), self._sentence_last(adjective))
                    span = chars(self.reading, target.left_edge.i, last)
                    return (stripped(self.reading, self.reading.trimmed(span.start, span.end)),)
        return ()

    def _sentence_last(self, token: "Token") -> int:
        return token.sent.end - 1

    def _inserted(self, verb: "Token", source: "Token | None") -> tuple[Span, ...]:
        """'The plan, he said, is dead': the content is the sentence around the tag."""
        if verb.dep_ == "advcl" and any(c.dep_ == "mark" and c.lower_ == "as" for c in verb.children):
            # 'As the paper reported, ...'
            if source is None or any(c.dep_ in {"dobj", "xcomp"} for c in verb.children):
                return ()
            sentence = self.reading.sentence_span(self.reading.sentence(verb.idx))
            tag = chars(self.reading, verb.left_edge.i, min(verb.right_edge.i, self._sentence_last(verb)))
            top = verb.sent.root
            denied = next((c for c in top.children if c.dep_ == "ccomp" and c.i > top.i), None)
            if denied is not None and cues.CLASS_OF.get(top.lemma_.lower()) == "deny" and verb.i > denied.i:
                # 'denied that he had lied, as his rival claims': the rival claims that he lied
                sentence = clause_span(self.reading, denied)
            return without(self.reading, sentence, tag)
        if verb.dep_ == "parataxis" or (
            verb.dep_ in {"ccomp", "dep"} and source is not None and verb.head.i != verb.i and self._set_off(verb)
        ):
            first = min([verb.left_edge.i, *([source.left_edge.i] if source is not None else [])])
            last = verb.right_edge.i
            hole = chars(self.reading, first, last)
            host = (
                clause_span(self.reading, verb.head)
                if verb.head.dep_ in {"ccomp", "conj"}
                else self.reading.sentence_span(self.reading.sentence(verb.idx))
            )
            return without(self.reading, host, hole)
        if verb.dep_ == "ROOT" and source is not None and self._set_off(verb):
            first = min(verb.i, source.left_edge.i)
            sentence = self.reading.sentence_span(self.reading.sentence(verb.idx))
            hole = Span(self.reading.doc[first].idx, sentence.end)
            if (
                hole.start - sentence.start > 15
                and not self._finite_between(verb.i + 1, verb.sent.end)
                and self._finite_between(verb.sent.start, first)
                and not self._is_circumstance(verb, first)
            ):
                return without(self.reading, sentence, hole)
        return ()

    def _is_circumstance(self, verb: "Token", end: int) -> bool:
        """Whether all that stands before the tag only tells when or why it was said: 'Asked who won, he said no'."""
        opening = next((t for t in verb.sent if not t.is_punct and not t.is_space), None)
        if opening is None or opening.i >= end:
            return False
        top = opening
        while top.head.i not in {top.i, verb.i}:
            top = top.head
        return top.dep_ in {"advcl", "prep", "npadvmod", "advmod", "mark"} and top.right_edge.i >= end - 2

    def _finite_between(self, first: int, end: int) -> bool:
        return any(t.tag_ in FINITE for t in self.reading.doc[first:end])

    def _set_off(self, verb: "Token") -> bool:
        """A comma or closing mark stands right before the tag of source and cue."""
        subject = next((child for child in verb.children if is_subject(child)), None)
        first = min(verb.i, subject.left_edge.i) if subject is not None else verb.i
        if first == 0:
            return False
        return self.reading.doc[first - 1].text in {",", "”", '"', "—", "--", "»"}
