"""Claims that a noun or an adjective holds: 'their support for the plan', 'his claim that ...', 'critical of ...'."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.facts import attitudes, cues
from monitor.facts.clauses import clause_span, stripped
from monitor.facts.content import Contents
from monitor.facts.reading import Reading
from monitor.facts.sources import SELF, Sources
from monitor.facts.words import words
from monitor.model.facts import Claim, Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_COPULAS = frozenset({"be", "become", "remain", "feel", "seem", "sound", "get", "grow"})

# Who makes, repeats or issues a claim holds it; who confirms, denies or reads one does not.
_OWN_WORDS = words(
    "make issue repeat release have voice express raise reiterate offer give publish announce reaffirm pledge declare"
    " unleash take deliver launch"
)


@dataclass(frozen=True, slots=True)
class HeldClaims:
    """Finds them; `make` builds a claim from its cue, source, class and content."""

    reading: Reading
    sources: Sources
    contents: Contents
    make: Callable[..., Claim]

    def by(self, token: "Token") -> Claim | None:
        """The claim that a word holds, if it is a noun or an adjective that can."""
        if token.pos_ == "NOUN":
            return self._noun(token) or self._held(token) or self._predicate(token)
        if token.pos_ == "ADJ" and token.lower_ in attitudes.ADJECTIVES:
            return self._adjective(token)
        return None

    def _adjective(self, token: "Token") -> Claim | None:
        """'The minister is confident that ...', 'critics are worried about ...'."""
        if token.head.lemma_ not in _COPULAS or token.dep_ != "acomp":
            return None
        source, _ = self.sources.source(token.head)
        if source is None or source.lower_ in SELF or not self.sources.can_speak(source):
            return None
        content = self.contents.of_adjective(token)
        if not content:
            return None
        kind = attitudes.ADJECTIVES[token.lower_]
        return self.make(token, (token.i, token.i), source, kind, content, "claim.adjective", 0.65)

    def _noun(self, token: "Token") -> Claim | None:
        if token.lemma_.lower() not in cues.NOUNS:
            return None
        clause = next(
            (
                c
                for c in token.children
                if c.dep_ in {"acl", "ccomp", "relcl"}
                and any(g.lower_ == "that" and g.dep_ in {"mark", "det"} for g in c.children)
            ),
            None,
        )
        if clause is None or clause.i < token.i:
            return None
        if any(g.dep_ in {"nsubj", "nsubjpass", "dobj"} and g.lower_ == "that" for g in clause.children):
            return None
        source = next((child for child in token.children if child.dep_ == "poss"), None)
        if source is None:
            by = next(
                (
                    child
                    for child in token.children
                    if child.dep_ == "prep" and child.lower_ in {"by", "from", "among", "of"}
                ),
                None,
            )
            source = next((g for g in by.children if g.dep_ == "pobj"), None) if by is not None else None
        if source is None and token.dep_ == "pobj" and token.head.head.lemma_.lower() in cues.SURE:
            return None
        if source is None and token.dep_ == "dobj" and token.head.lemma_.lower() in _OWN_WORDS:
            source = self.sources.source(token.head)[0]
        content = (self._said(clause),)
        return self.make(
            token, (token.i, token.i), source, cues.NOUNS[token.lemma_.lower()], content, "claim.noun", 0.75
        )

    def _said(self, clause: "Token") -> Span:
        span = clause_span(self.reading, clause)
        return stripped(self.reading, self.reading.trimmed(span.start, span.end))

    def _predicate(self, token: "Token") -> Claim | None:
        """'The senator's answer was that ...': what a noun of saying is said to be."""
        lemma = token.lemma_.lower()
        verb = token.head
        if token.dep_ != "nsubj" or verb.lemma_ != "be" or lemma not in cues.NOUNS.keys() | cues.ANSWERS:
            return None
        source = next((child for child in token.children if child.dep_ == "poss"), None)
        clause = next((c for c in verb.children if c.dep_ == "ccomp" and c.i > verb.i), None)
        if source is None or clause is None:
            return None
        content = (self._said(clause),)
        return self.make(token, (token.i, token.i), source, cues.NOUNS.get(lemma, "say"), content, "claim.noun", 0.75)

    def _held(self, token: "Token") -> Claim | None:
        """'Their support for the plan', 'expressed concern about the vote', 'his refusal to leave'."""
        lemma = token.lemma_.lower()
        if lemma not in attitudes.ABOUT or token.dep_ in {"compound", "nmod"}:
            return None
        source = self._holder(token)
        if source is None or source.lower_ in SELF or not self.sources.can_speak(source):
            return None
        if lemma in attitudes.BLOWS and not self.sources.is_person(source):
            return None
        content = self.contents.of_noun(token, attitudes.ABOUT[lemma])
        if not content:
            return None
        infinitive = self.reading.mended.startswith("to ", content[0].start)
        return self.make(
            token, (token.i, token.i), source, "intend" if infinitive else "react", content, "claim.held", 0.6
        )

    def _holder(self, noun: "Token") -> "Token | None":
        """Whose a noun of saying is: its possessor, who it is by, or the subject of 'expressed', 'has', 'made'."""
        for child in noun.children:
            if child.dep_ == "poss":
                return child
            if child.dep_ == "prep" and child.lower_ in {"by", "from", "among"}:
                return next((g for g in child.children if g.dep_ == "pobj"), None)
        if noun.dep_ == "dobj" and noun.head.lemma_.lower() in _OWN_WORDS:
            return self.sources.source(noun.head)[0]
        return None
