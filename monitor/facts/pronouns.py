"""Whom 'he', 'she', 'they' and 'the company' mean.

Salience in the line of Lappin and Leass (1994): role, distance in sentences and number of mentions. Candidates that
binding or gender rule out are dropped, and a close race is left undecided.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.facts.entities import Names
from monitor.facts.reading import Reading, is_subject
from monitor.facts.titles import is_person_noun
from monitor.model.facts import Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_HE = frozenset({"he", "him", "his", "himself"})
_SHE = frozenset({"she", "her", "hers", "herself"})
_IT = frozenset({"it", "its", "itself"})
_THEY = frozenset({"they", "them", "their", "theirs", "themselves"})
PRONOUNS = _HE | _SHE | _IT | _THEY
_REACH = 4
_MARGIN = 8.0
_TOWARDS = frozenset({"on", "to", "for", "against", "of", "from", "at"})
"""Prepositions after which a pronoun is another than the subject: 'called on him'."""
_BODIES = frozenset(
    {
        "company",
        "firm",
        "group",
        "bank",
        "agency",
        "organization",
        "organisation",
        "carmaker",
        "airline",
        "manufacturer",
        "retailer",
    }
)
_COMPANIES = _BODIES - {"group", "agency", "organization", "organisation"}
_ROLES = frozenset(
    {"president", "premier", "chancellor", "senator", "governor", "mayor", "minister", "pope", "king", "queen", "coach"}
)


@dataclass(slots=True)
class Candidate:
    """Something a pronoun could mean; `entity` is None for a nameless person."""

    token: "Token"
    entity: int | None
    sentence: int
    gender: str
    plural: bool
    person: bool
    weight: float
    quote: int


@dataclass(slots=True)
class Antecedents:
    """All candidates of a document, found once; `quotes` are the stretches between quotation marks."""

    reading: Reading
    names: Names
    quotes: Sequence[Span] = ()
    candidates: list[Candidate] = field(default_factory=list)
    mentions: dict[int, int] = field(default_factory=dict)
    _by_sentence: dict[int, list[Candidate]] = field(default_factory=dict)
    _memo: dict[int, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for token in self.reading.doc:
            candidate = self._candidate(token)
            if candidate is not None:
                self.candidates.append(candidate)
                self._by_sentence.setdefault(candidate.sentence, []).append(candidate)

    def _candidate(self, token: "Token") -> Candidate | None:
        if token.pos_ not in {"NOUN", "PROPN"} or token.dep_ in {"compound", "amod", "nmod"}:
            return None
        index = self.names.index_at(token)
        weight = _role_weight(token)
        sentence = self.reading.sentence(token.idx)
        if index is None:
            if token.pos_ == "NOUN" and is_person_noun(token) and is_subject(token):
                plural = token.tag_ in {"NNS", "NNPS"}
                quote = self._quote(token)
                return Candidate(token, None, sentence, "", plural, person=True, weight=weight, quote=quote)
            return None
        entity = self.names.entities[index]
        if entity.type not in {"PERSON", "ORG", "GPE"}:
            return None
        self.mentions[index] = self.mentions.get(index, 0) + 1
        return Candidate(
            token,
            index,
            sentence,
            self.names.genders.get(index, ""),
            plural=False,
            person=entity.type == "PERSON",
            weight=weight,
            quote=self._quote(token),
        )

    def _quote(self, token: "Token") -> int:
        """The number of the quotation a token stands in, -1 outside of all."""
        number = bisect.bisect_right(self.quotes, token.idx, key=lambda span: span.start) - 1
        return number if number >= 0 and token.idx < self.quotes[number].end else -1

    def resolve(self, token: "Token") -> int | None:
        """Index of the entity a pronoun or a definite role noun means, None where it is uncertain."""
        if token.i not in self._memo:
            self._memo[token.i] = None
            self._memo[token.i] = self._resolve(token)
        return self._memo[token.i]

    def _resolve(self, token: "Token") -> int | None:
        word = token.lower_
        if word in _HE or word in _SHE:
            return self._best(token, "m" if word in _HE else "f", person=True)
        if (
            word in _IT
            and is_subject(token)
            and token.head.lemma_ not in {"be", "seem", "appear", "rain", "snow", "mean", "make", "take"}
        ):
            return self._body_before(token)
        if token.lemma_.lower() in _BODIES and _definite(token):
            return self._only("ORG", token)
        if (
            token.lemma_.lower() in _ROLES
            and _definite(token)
            and not any(c.dep_ in {"amod", "prep", "compound"} for c in token.children)
        ):
            return self._by_title(token)
        return None

    def _best(self, token: "Token", gender: str, *, person: bool) -> int | None:
        here, quote = self.reading.sentence(token.idx), self._quote(token)
        doer = _pronoun_doer(token)
        apart = self.resolve(doer) if doer is not None else None
        reach = _REACH if person else 1
        scores: dict[int, float] = {}
        nameless = 0.0
        for sentence in range(max(0, here - reach), here + 1):
            for candidate in self._by_sentence.get(sentence, ()):
                if candidate.person != person or candidate.plural or candidate.token.i >= token.i:
                    continue
                # Those a quotation talks of are not who the article means by 'he' outside it, the speaker least of all.
                if candidate.quote not in {-1, quote}:
                    continue
                if gender and candidate.gender and candidate.gender != gender:
                    continue
                if _bound_apart(token, candidate.token) or (apart is not None and candidate.entity == apart):
                    continue
                score = candidate.weight * 0.6 ** (here - sentence)
                if candidate.entity is None:
                    nameless = max(nameless, score)
                    continue
                score += min(self.mentions.get(candidate.entity, 0), 5) * 2 + (
                    6 if gender and candidate.gender == gender else 0
                )
                scores[candidate.entity] = max(scores.get(candidate.entity, 0.0), score)
        if not scores:
            return None
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        best, top = ranked[0]
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        unsure = nameless > top - _MARGIN and not (gender and self.names.genders.get(best, "") == gender)
        if nameless > top or unsure or top - second < (_MARGIN if person else _MARGIN * 2):
            return None
        return best

    def _body_before(self, token: "Token") -> int | None:
        """'it' is a body only where that is the one subject of the sentence before, or of this one so far."""
        here = self.reading.sentence(token.idx)
        for sentence in (here, here - 1):
            if self._nameless_subject(sentence, token):
                return None
            subjects = [
                c
                for c in self._by_sentence.get(sentence, ())
                if not c.person and c.token.i < token.i and is_subject(c.token) and c.token.head.i != token.head.i
            ]
            if subjects:
                one = subjects[0].entity
                same = all(c.entity == one for c in subjects)
                return one if same and one is not None and self.names.entities[one].type == "ORG" else None
        return None

    def _nameless_subject(self, sentence: int, token: "Token") -> bool:
        """Whether a thing without a known name is a subject there: 'it' could be that."""
        span = self.reading.sentence_span(sentence)
        return any(
            other.pos_ in {"NOUN", "PROPN"}
            and is_subject(other)
            and self.names.index_at(other) is None
            and not is_person_noun(other)
            for other in self.reading.tokens(span.start, min(span.end, token.idx))
        )

    def _only(self, kind: str, token: "Token") -> int | None:
        """The one body named so far; those a gazetteer knows are mostly offices, which nobody calls a company."""
        known = token.lemma_.lower() in _COMPANIES
        found = {
            c.entity
            for c in self.candidates
            if c.entity is not None
            and self.names.entities[c.entity].type == kind
            and c.token.i < token.i
            and not (known and self.names.entities[c.entity].rule == "gazetteer")
        }
        return found.pop() if len(found) == 1 else None

    def _by_title(self, token: "Token") -> int | None:
        word = token.lemma_.lower()
        found = {
            i
            for i, entity in enumerate(self.names.entities)
            if entity.type == "PERSON"
            and entity.title.lower().split(" ")[-1:] == [word]
            and entity.span.start < token.idx
        }
        return found.pop() if len(found) == 1 else None


def _definite(token: "Token") -> bool:
    return any(child.lower_ == "the" for child in token.children)


def _role_weight(token: "Token") -> float:
    if is_subject(token):
        return 50.0 if token.head.dep_ in {"ROOT", "conj", "ccomp"} else 40.0
    if token.dep_ == "appos" and is_subject(token.head):
        return 45.0
    if token.dep_ in {"dobj", "attr", "dative"}:
        return 25.0
    if token.dep_ == "pobj":
        return 25.0 if token.head.dep_ == "agent" or token.head.head.lower_ == "according" else 15.0
    return 12.0


def _pronoun_doer(pronoun: "Token") -> "Token | None":
    """In 'she had not asked him to go' she, who is not him."""
    verb = pronoun.head
    if pronoun.lower_ not in {"him", "her", "it", "them"} or pronoun.dep_ == "poss":
        return None
    raised = pronoun.dep_ == "nsubj" and verb.dep_ in {"ccomp", "xcomp"} and any(c.tag_ == "TO" for c in verb.children)
    beside = pronoun.dep_ == "pobj" and verb.dep_ == "prep" and verb.lower_ in _TOWARDS
    if raised or beside:
        verb = verb.head
    elif pronoun.dep_ not in {"dobj", "dative"}:
        return None
    return next((c for c in verb.children if is_subject(c) and c.pos_ == "PRON" and c.i < pronoun.i), None)


def _bound_apart(pronoun: "Token", candidate: "Token") -> bool:
    """A verb's subject and its plain pronoun object are two different people."""
    if pronoun.lower_ in {"his", "her", "its", "their"} or pronoun.lower_.endswith(("self", "selves")):
        return False
    if candidate.dep_ == "appos":
        candidate = candidate.head
    verb, steps = pronoun.head, 0
    while verb.dep_ in {"conj", "xcomp"} and verb.head.i != verb.i and steps < 4:
        # 'the producer sued and defamed her', 'wanted to sue her'
        if pronoun.dep_ in {"dobj", "dative"} and is_subject(candidate) and candidate.head.i == verb.i:
            return True
        if any(is_subject(c) for c in verb.children) or any(c.dep_ == "dobj" for c in verb.head.children):
            break
        verb, steps = verb.head, steps + 1
    if pronoun.dep_ in {"dobj", "dative"} and candidate.head.i == verb.i and is_subject(candidate):
        return True
    if pronoun.dep_ == "pobj" and verb.lower_ in _TOWARDS:
        # 'Labour called on him to resign'
        return is_subject(candidate) and candidate.head.i == verb.head.i
    return candidate.dep_ in {"dobj", "dative"} and candidate.head.i == pronoun.head.i
