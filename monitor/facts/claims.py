"""Who says what: speech, belief, denial, promise, demand and report, with the source and the content."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.facts import attitudes, cues, marked
from monitor.facts.claim_joints import joined, stretched
from monitor.facts.clauses import clause_span, cue_extent, host_clause, is_to_infinitive, stripped, without
from monitor.facts.content import Contents
from monitor.facts.entities import Names
from monitor.facts.held import HeldClaims
from monitor.facts.pronouns import Antecedents
from monitor.facts.quoted_content import QuotesOfCues
from monitor.facts.quotes import Quoted, is_speech
from monitor.facts.reading import FINITE, Reading, chars, is_subject, phrase
from monitor.facts.sources import SELF, Sources
from monitor.model.facts import Claim, CueClass, Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

MAX_CLAIMS = 1_500
_GOES_ON = re.compile(r"(?!,)| ?, (?:but|and|while|although|though|yet)\b")
"""What follows a source that stands in the middle: the rest of its own description, or a statement of another."""
_UNNAMED = re.compile(r" (?:not to|that \w+ not) be (?:named|identified|quoted)\b")
"""What a source asks of a reporter is no news."""
_QUESTION = re.compile(r"(?:when|where|what|who|whom|whose|why|how|whether|if|which)\b", re.IGNORECASE)


@dataclass(slots=True)
class Claims:
    """Finds the claims of one document."""

    reading: Reading
    names: Names
    quoted: Sequence[Quoted]
    antecedents: Antecedents
    found: list[Claim] = field(default_factory=list)
    quotes: QuotesOfCues = field(init=False)
    contents: Contents = field(init=False)
    sources: Sources = field(init=False)
    held: HeldClaims = field(init=False)

    def __post_init__(self) -> None:
        self.quotes = QuotesOfCues(self.reading, self.quoted)
        self.contents = Contents(self.reading, self.quotes)
        self.sources = Sources(self.reading, self.names, self.antecedents, self.found)
        self.held = HeldClaims(self.reading, self.sources, self.contents, self._claim)

    def find(self) -> tuple[Claim, ...]:
        """All claims in the order of their cues, nested ones marked."""
        for token in self.reading.doc:
            if len(self.found) >= MAX_CLAIMS:
                break
            claim = self._by_cue(token)
            if claim is not None and self._tells(claim, token):
                self.found.append(claim)
        self._marked()
        self._after_colon()
        return joined(self.reading, self.quoted, self.found)

    def _tells(self, claim: Claim, cue: "Token") -> bool:
        """Of what a quoted speaker says only the words of others are claims of their own: not 'I think', 'you know'."""
        number = self.quotes.number_at.get(cue.i)
        if number is None or not is_speech(self.reading, self.quoted[number]):
            return True
        told = claim.rule in {"claim.clause", "claim.according_to"} and claim.cue_class == "say"
        return told and claim.source_type in {"named", "collective"} and cue.lemma_.lower() in cues.SURE | {"according"}

    def _by_cue(self, token: "Token") -> Claim | None:
        if (
            token.lower_ == "according"
            and token.i + 1 < len(self.reading.doc)
            and self.reading.doc[token.i + 1].lower_ == "to"
        ):
            return self._according(token)
        if token.lower_ in cues.REPORTED_ADVERBS and token.pos_ == "ADV":
            return self._adverb(token)
        if token.pos_ in {"VERB", "AUX"}:
            return self._verb(token)
        return self.held.by(token)

    def _according(self, token: "Token") -> Claim | None:
        to = self.reading.doc[token.i + 1]
        source = next(
            (child for child in (*to.children, *token.children) if child.dep_ in {"pobj", "pcomp"} and child.i > to.i),
            None,
        )
        if source is None:
            source = next((t for t in self.reading.doc[to.i + 1 : to.i + 6] if t.pos_ in {"NOUN", "PROPN"}), None)
        if source is None or (source.lower_ in {"plan", "schedule", "rule"} and not any(source.children)):
            return None
        _first, last = phrase(source)
        last = max(last, self._source_end(source, token))
        outer = chars(self.reading, token.i, last)
        clause = token.head
        while clause.pos_ not in {"VERB", "AUX"} and clause.head.i != clause.i:
            clause = clause.head
        host = host_clause(self.reading, clause, token)
        content = without(self.reading, host, outer)
        if len(content) > 1 and _GOES_ON.match(self.reading.mended, outer.end):
            content = content[:1]
        if not content:
            return None
        content = self.quotes.widened(content, self.quotes.spoken_in(content), outer)
        return self._claim(
            token,
            (token.i, to.i),
            source,
            "say",
            content,
            "claim.according_to",
            0.92,
            source_span=chars(self.reading, *phrase(source)),
        )

    def _source_end(self, source: "Token", cue: "Token") -> int:
        """Where all that describes the source of 'according to' ends."""
        edge = source.right_edge.i
        if edge - source.i < 12:
            return edge
        # 'According to results of polls conducted by Lee, ...': up to the comma
        until = self.reading.doc[source.i : min(edge + 2, cue.sent.end)] if cue.text.istitle() else ()
        return next((t.i - 1 for t in until if t.text == ","), source.i)

    def _adverb(self, token: "Token") -> Claim | None:
        clause = token.head
        if clause.pos_ not in {"VERB", "AUX"}:
            return None
        content = without(self.reading, clause_span(self.reading, clause), Span(token.idx, token.idx + len(token)))
        if not content:
            return None
        return self._claim(token, (token.i, token.i), None, "report", content, "claim.adverb", 0.7)

    def _verb(self, token: "Token") -> Claim | None:  # noqa: PLR0911 - a cascade of rules
        lemma = token.lemma_.lower()
        kind = cues.CLASS_OF.get(lemma)
        reaction = kind is None and lemma not in attitudes.INTENTIONS
        if (
            reaction
            and lemma not in attitudes.ATTITUDES | attitudes.PREDICATING
            and lemma not in attitudes.PREPOSITIONAL
        ):
            return self._unlisted(token) if self.quoted else None
        if self._is_no_act(token):
            return None
        to = any(child.tag_ == "TO" for child in token.children)
        joined_verb = token.dep_ == "xcomp" and token.head.lemma_.lower() not in attitudes.INTENTIONS
        if to and (reaction or kind in {None, "believe"}) and not (reaction and joined_verb):
            return None
        source, passive = self.sources.source(token)
        if source is not None and self.quotes.number_at.get(source.i, -1) != self.quotes.number_at.get(token.i, -1):
            # nobody within a quote says what the quote says
            source = self.sources.adjacent(token) if source.i in self.quotes.number_at else source
        raised = self._raised(token, lemma) if passive and source is None else None
        if raised is not None:
            return raised
        if kind == "believe" and source is not None and source.lower_ in SELF:
            return None
        content, rule = self.contents.content(token, lemma, source, reaction=reaction, passive=passive)
        if source is None and rule == "quote":
            source = self._after_quote(token)
        negated = any(child.dep_ == "neg" for child in token.children)
        left_open = negated and lemma in cues.UNSAID and lemma != "mention"
        withheld = lemma in cues.WITHHELD and rule == "object"
        if (left_open and not withheld and not self._leaves_open(content)) or (
            negated and rule == "object" and kind == "report"
        ):
            return None
        if not content or not self._plausible(lemma, source, rule, passive=passive):
            return None
        if rule == "object" and source is not None and any(s.start <= source.idx < s.end for s in content):
            return None
        if to and rule != "quote" and token.dep_ in {"advcl", "acl", "relcl"}:
            return None
        to_do = rule == "infinitive" and passive
        first, last = cue_extent(token)
        confidence = {
            "clause": 0.9,
            "quote": 0.9,
            "inserted": 0.88,
            "infinitive": 0.75,
            "object": 0.65,
            "rest": 0.6,
            "asked": 0.6,
        }[rule]
        return self._claim(
            token,
            (first, last),
            source,
            "intend" if left_open or (source is None and to_do) else self._class(token, lemma, rule),
            content,
            f"claim.{rule}",
            confidence,
            via=self.sources.via(token),
        )

    def _after_quote(self, verb: "Token") -> "Token | None":
        """'“...,” Lee, founder of the firm, told the paper': the name that follows the quote, whatever the parse."""
        before = [one.outer.end for one in self.quoted if one.outer.end <= verb.idx]
        gap = self.reading.tokens(before[-1], verb.idx) if before else []
        name = next((t for t in gap if t.pos_ in {"PROPN", "NOUN", "PRON"}), None)
        while name is not None and name.dep_ in {"compound", "amod", "nmod", "poss"} and name.head in gap:
            name = name.head
        return name if name is not None and verb.tag_ in FINITE and self.sources.can_speak(name) else None

    def _leaves_open(self, content: tuple[Span, ...]) -> bool:
        """'Did not say when', 'would not confirm whether': a question nobody answers, not what is said."""
        return len(content) == 1 and bool(_QUESTION.match(self.reading.mended, content[0].start))

    def _raised(self, verb: "Token", lemma: str) -> Claim | None:
        """'Two soldiers are believed to have died': what is believed stands on both sides of the cue."""
        if lemma not in cues.RAISING:
            return None
        subject = next((c for c in verb.children if c.dep_ == "nsubjpass"), None)
        complement = next((c for c in verb.children if c.dep_ == "xcomp" and is_to_infinitive(c)), None)
        if subject is None or complement is None or complement.i < verb.i:
            return None
        right = clause_span(self.reading, complement)
        content = (chars(self.reading, *phrase(subject)), stripped(self.reading, right))
        kind = cues.CLASS_OF.get(lemma, "report")
        return self._claim(verb, cue_extent(verb), None, kind, content, "claim.raised", 0.75)

    def _class(self, verb: "Token", lemma: str, rule: str) -> CueClass:
        """What kind of cue a verb is with the content it has."""
        kind = cues.CLASS_OF.get(lemma)
        if rule == "asked" or (rule == "object" and lemma in attitudes.ATTITUDES - cues.OBJECT):
            return "react"
        if lemma in attitudes.INTENTIONS and (rule == "infinitive" or kind is None):
            return "intend"
        if lemma == "call" and rule == "object":
            return "demand" if self._calls_for(verb) else "say"
        if kind is not None:
            return kind
        return "say" if rule == "quote" or lemma in attitudes.PREDICATING | attitudes.TALKING else "react"

    def _calls_for(self, verb: "Token") -> bool:
        return any(c.dep_ == "prep" and c.lower_ in {"for", "on"} for c in verb.children)

    def _reads(self, verb: "Token") -> Claim | None:
        """'A sign that read "Stay home"', '"Stay home," reads the headline'."""
        around = self.quotes.touching(verb)
        if not around or verb.i in self.quotes.number_at:
            return None
        source, passive = self.sources.source(verb)
        if source is None and self.quotes.quoted[around[0]].end < verb.idx:
            source = next((c for c in verb.children if c.i > verb.i and c.dep_ in {"dobj", "npadvmod", "attr"}), None)
        if source is None or passive or source.i in self.quotes.number_at:
            return None
        return self._claim(verb, cue_extent(verb), source, "say", self.quotes.outer(around), "claim.quote", 0.75)

    def _unlisted(self, verb: "Token") -> Claim | None:
        """Any verb of a person or body with a quote right beside it speaks: '"Stay there!" a man roared'."""
        if verb.lemma_ == "read" and (claim := self._reads(verb)) is not None:
            return claim
        puts_it = verb.lemma_ == "put" and any(c.dep_ == "dobj" and c.lower_ == "it" for c in verb.children)
        if (
            verb.pos_ == "AUX"
            or verb.dep_ in {"amod", "compound", "aux", "xcomp"}
            or verb.i in self.quotes.number_at
            or not (any(is_subject(c) for c in verb.children) or verb.dep_ == "conj" or verb.lemma_ == "read")
        ):
            return None
        around = self.quotes.beside(verb, strict=not puts_it)
        source, passive = self.sources.source(verb)
        if not around or source is None or passive or not self.sources.can_speak(source) or source.lower_ == "it":
            return None
        return self._claim(verb, cue_extent(verb), source, "say", self.quotes.outer(around), "claim.quote", 0.75)

    def _is_no_act(self, token: "Token") -> bool:
        """A verb that is a description or a word in a title, or that somebody declined to do."""
        undone = token.dep_ == "xcomp" and token.head.lemma_.lower() in cues.UNDONE
        hyphened = token.i > 0 and self.reading.doc[token.i - 1].tag_ == "HYPH"
        unnamed = _UNNAMED.match(self.reading.mended, token.idx + len(token)) is not None
        return (
            undone
            or hyphened
            or unnamed
            or token.dep_ in {"amod", "compound", "aux"}
            or self._inside_short_quote(token)
        )

    def _inside_short_quote(self, token: "Token") -> bool:
        number = self.quotes.number_at.get(token.i)
        return number is not None and self.quoted[number].end - self.quoted[number].start < 40

    def _plausible(self, lemma: str, source: "Token | None", rule: str, *, passive: bool) -> bool:
        if rule in {"quote", "inserted"}:
            return source is not None or lemma in cues.SURE
        if source is None:
            told_to = rule == "infinitive" and passive and lemma in cues.ADDRESSED
            return told_to or rule == "asked" or (rule == "clause" and (passive or lemma in cues.SURE))
        if source.lower_ in {"nobody", "none", "neither"} or any(
            c.lower_ in {"no", "neither"} for c in source.children
        ):
            return False
        if source.lower_ in {"it", "this", "there"} and rule != "clause":
            return False
        if rule == "object" and not self._puts_in_words(lemma, source):
            return False
        return not (
            lemma in {"show", "find", "see", "indicate", "add", "mean", "continue"}
            and rule == "object"
            and not self.sources.is_document(source)
        )

    def _puts_in_words(self, lemma: str, source: "Token") -> bool:
        """Whether whoever is the subject can do to an object in words what the verb says."""
        if lemma in attitudes.BLOWS | {"recall"}:
            return self.sources.is_person(source)
        animate = lemma in attitudes.REACTIONS | cues.ANIMATE and source.pos_ in {"NOUN", "PROPN"}
        return animate or self.sources.can_speak(source)

    def _marked(self) -> None:
        """Claims that only a mark attributes, where no word has claimed the same before."""
        for claim in marked.find(self.reading, self.names, self.quoted):
            content = claim.content[0]
            taken = any(s.start < content.end and content.start < s.end for c in self.found for s in c.content)
            by_word = any(claim.span.start <= c.cue_span.start < claim.cue_span.start for c in self.found)
            if not taken or (claim.rule == "claim.heading" and not by_word):
                self.found.append(claim)

    def _after_colon(self) -> None:
        """A paragraph that ends in a colon gives the quote that opens the next one to its subject."""
        for number, paragraph in enumerate(self.reading.paragraphs[:-1]):
            end = self.reading.trimmed(paragraph.start, paragraph.end).end
            colon = self.reading.text.rfind(":", paragraph.start, paragraph.end)
            one = next((q for q in self.quoted if q.outer.start == self.reading.paragraphs[number + 1].start), None)
            if (
                colon < end - 1
                or colon < 0
                or one is None
                or any(s.start < one.end and one.start < s.end for c in self.found for s in c.content)
            ):
                continue
            tokens = self.reading.tokens(max(paragraph.start, colon - 400), colon)
            root = next((t for t in tokens if t.dep_ == "ROOT" and t.sent.end_char >= colon - 2), None)
            source = self.sources.source(root)[0] if root is not None else None
            if root is None or source is None or not self.sources.can_speak(source):
                continue
            self.found.append(self._claim(root, (root.i, root.i), source, "say", (one.outer,), "claim.colon", 0.75))

    def _claim(  # noqa: PLR0917
        self,
        token: "Token",
        cue: tuple[int, int],
        source: "Token | None",
        kind: CueClass,
        content: tuple[Span, ...],
        rule: str,
        confidence: float,
        *,
        via: str = "",
        source_span: Span | None = None,
    ) -> Claim:
        arg, source_type = self.sources.source_arg(source, token, source_span)
        cue_span = chars(self.reading, *cue)
        content = self.quotes.completed(content, cue_span)
        claim = Claim(
            text="",
            span=cue_span,
            sentence=self.reading.sentence(token.idx),
            source=arg,
            source_type=source_type,
            cue=self.reading.text[cue_span.start : cue_span.end],
            cue_span=cue_span,
            cue_class=kind,
            content=content,
            confidence=confidence if source is not None else confidence - 0.15,
            rule=rule,
            via=via,
        )
        return stretched(self.reading, claim)
