"""What the text makes of an event: told as having happened, or negated, denied, planned, possible, asked for."""

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.facts import acts, cues
from monitor.facts.modality_marks import has_yet_to, is_question, own_modality, own_negation
from monitor.facts.reading import Reading, is_subject
from monitor.facts.roles import DEPTH, Roles
from monitor.facts.voice import is_passive
from monitor.model.facts import Modality

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_OPEN_DETERMINERS = frozenset(
    {
        "no",
        "any",
        "possible",
        "potential",
        "planned",
        "alleged",
        "future",
        "further",
        "another",
        "more",
        "threatened",
    }
)
_NEG_RAISING = (
    acts.PLANNING
    | acts.ATTEMPTING
    | acts.PERMITTING
    | acts.SEEMING
    | acts.FACTUAL
    | frozenset({"be", "have", "able", "manage", "dare"})
)


@dataclass(frozen=True, slots=True)
class Force:
    """What the text makes of an event."""

    negative: bool
    modality: Modality
    governor: "Token | None"
    """The word above that made it so, None where the clause itself does."""


_NOUN_FORCES: tuple[tuple[frozenset[str], bool, Modality], ...] = (
    (acts.PLAN_NOUNS, False, "planned"),
    (acts.REQUEST_NOUNS, False, "requested"),
    (acts.ABILITY_NOUNS, False, "possible"),
    (acts.OPEN_NOUNS, False, "possible"),
    (frozenset({"refusal", "failure", "inability", "unwillingness"}), True, "asserted"),
    (frozenset({"denial"}), False, "denied"),
)
"""What nouns make of the clause that hangs on them: whether they turn it, and its modality."""


def _rules_out(verb: "Token") -> bool:
    return verb.lemma_.lower() == "rule" and any(c.dep_ == "prt" and c.lower_ == "out" for c in verb.children)


def _goes_further(verb: "Token") -> bool:
    """'Had never met them, let alone taken money', 'much less paid'."""
    words = tuple(t.lower_ for t in verb.doc[max(0, verb.left_edge.i - 2) : verb.i])
    pairs = set(itertools.pairwise(words))
    return bool(pairs & {("let", "alone"), ("much", "less"), ("still", "less"), ("never", "mind")})


def _has_to(verb: "Token") -> bool:
    return any(child.tag_ == "TO" for child in verb.children)


def _told_of(token: "Token", copula: "Token", above: Force) -> tuple[bool, Modality, "Token | None"] | None:
    """'It is possible that', 'it is not true that': what a copula's adjective makes of the clause after it."""
    word = next((c for c in copula.children if c.dep_ == "acomp" and c.i < token.i), None)
    if word is None or not any(c.lower_ in {"that", "whether", "if"} for c in token.children):
        return None
    if word.lower_ in acts.OPEN_ADJECTIVES:
        return False, "possible", copula
    if word.lower_ in acts.UNTRUE_ADJECTIVES or (word.lower_ in acts.TRUE_ADJECTIVES and above.negative):
        return True, "denied", copula
    if word.lower_ in {"clear", "certain", "sure", "evident"} and above.negative:
        return False, "possible", copula
    if word.lower_ == "unlikely":
        return True, "possible", copula
    return None


def _is_subjunctive(verb: "Token", head: "Token") -> bool:
    """'Proposed that they meet', 'demanded that it be withdrawn' ask; 'suggests that prices fall' tells."""
    lemma = head.lemma_.lower()
    if lemma not in acts.REQUESTING:
        return False
    finite = next((c for c in verb.children if c.dep_ in {"aux", "auxpass"}), verb)
    if finite.lower_ == "be" or finite.tag_ == "VB":
        return True
    subject = next((c for c in verb.children if is_subject(c)), None)
    bare = finite.i == verb.i and verb.tag_ == "VBP" and verb.lower_ == verb.lemma_
    return bare and (lemma not in {"suggest", "insist"} or (subject is not None and subject.tag_ in {"NN", "NNP"}))


@dataclass(slots=True)
class Forces:
    """Reckons polarity and modality of the verbs and nouns of one document, from the words above them down."""

    reading: Reading
    roles: Roles
    _memo: dict[int, Force] = field(default_factory=dict)

    def force(self, token: "Token", depth: int = 0) -> Force:
        """Whether the event is told as having happened, or as denied, planned, possible, conditional or asked for."""
        if token.i not in self._memo:
            self._memo[token.i] = Force(negative=False, modality="asserted", governor=None)
            self._memo[token.i] = self._force(token, depth)
        return self._memo[token.i]

    def _force(self, token: "Token", depth: int) -> Force:
        negative = own_negation(token)
        modality = own_modality(token)
        if depth > DEPTH or token.head.i == token.i:
            return Force(negative, modality, None)
        turned, above, governor = self._from_above(token, depth)
        if turned:
            negative = not negative
        if above == "planned" and is_question(token):
            above = "possible"
        if above == "possible" and modality == "planned" and governor is not None and governor.lemma_ == "doubt":
            modality = "asserted"
        if modality == "asserted" and above != "asserted":
            return Force(negative, above, governor)
        return Force(negative, modality, governor if turned else None)

    def _from_above(self, token: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:  # noqa: PLR0911 - a cascade of rules
        """Whether what governs the event turns its polarity, and the modality it lends."""
        head = token.head
        if token.pos_ == "NOUN":
            return self._noun_from_above(token, depth)
        if token.dep_ == "conj":
            return self._conjoined(token, depth)
        if token.dep_ == "pcomp":
            return self._from_preposition(token, head, depth)
        if token.dep_ == "acl" or (head.pos_ in {"NOUN", "PROPN"} and token.dep_ in {"advcl", "xcomp", "relcl"}):
            return self._from_noun(token, head)
        if token.dep_ == "csubj" and token.tag_ in {"VBG", "VB"}:
            return False, "possible", None
        if token.dep_ == "ccomp" and head.lower_ in acts.CONDITIONS and head.i < token.i:
            return False, "conditional", head
        if token.dep_ not in {"xcomp", "ccomp", "advcl", "dep"}:
            return False, "asserted", None
        if head.pos_ == "ADJ":
            return self._from_adjective(head, depth)
        if head.pos_ not in {"VERB", "AUX"}:
            return False, "asserted", None
        if token.dep_ == "advcl":
            return self._adverbial(token, head, depth)
        return self._complement(token, head, depth)

    def _from_adjective(self, word: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:
        linked = self.force(word.head, depth + 1) if word.head.pos_ in {"AUX", "VERB"} else None
        turned = word.lower_ in {"unable", "unwilling", "unlikely", "reluctant"}
        if linked and linked.negative:
            turned = not turned
        open_still = word.lower_ in acts.OPEN_ADJECTIVES | {"unlikely", "able", "unable"}
        return turned, "possible" if open_still else "planned", word

    def _complement(self, token: "Token", head: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:
        if self._stands_apart(token, head):
            return False, "asserted", None
        lemma = head.lemma_.lower()
        above = self.force(head, depth + 1)
        if lemma == "deny":
            # who neither confirms nor denies leaves it open
            return False, "possible" if above.negative else "denied", head
        bare = token.tag_ == "VB" and lemma in {"let", "make", "help", "have", "bid"}
        if token.dep_ == "ccomp" and not _has_to(token) and not bare:
            return _told_of(token, head, above) or self._content(token, head, above)
        if any(c.lower_ == "whether" for c in token.children):
            return False, "possible", head
        return self._infinitive(token, head, above)

    def _infinitive(self, token: "Token", head: "Token", above: Force) -> tuple[bool, Modality, "Token | None"]:
        """'Refused to send', 'plans to send', 'had them sent'."""
        lemma = head.lemma_.lower()
        if has_yet_to(token):
            return False, "asserted", head
        if lemma == "see" and is_passive(head):
            return above.negative, "possible", head
        turned = above.negative and (lemma in _NEG_RAISING or token.dep_ == "xcomp")
        if token.tag_ == "VBG" and lemma in acts.OPPOSING | acts.FAVOURING:
            return above.negative != (lemma in acts.OPPOSING), "requested", head
        if above.negative and _rules_out(head):
            return False, "possible", head
        if lemma in acts.FAILING | acts.PREVENTING or _rules_out(head):
            return not above.negative, above.modality, head
        modality: Modality = above.modality
        if _has_to(token) and modality == "asserted":
            if lemma == "be" or (lemma == "go" and head.tag_ == "VBG"):
                modality = "planned"
            elif lemma in {"have", "need", "ought"} or (lemma in acts.WANTING and any(map(is_subject, token.children))):
                modality = "requested"
        for kind, words in (
            ("requested", acts.REQUESTING),
            ("possible", acts.PERMITTING | acts.ATTEMPTING | acts.SEEMING),
            ("planned", acts.PLANNING),
        ):
            if lemma in words and modality == "asserted":
                modality = kind  # type: ignore[assignment]
        return turned, modality, head

    def _content(self, token: "Token", head: "Token", above: Force) -> tuple[bool, Modality, "Token | None"]:
        """What a clause is that a verb has as its content: 'said that', 'did not prove that'."""
        lemma = head.lemma_.lower()
        wanted = token.tag_ in {"VBN", "VBD"} and lemma in acts.WANTING | {"order", "demand"}
        if _is_subjunctive(token, head) or (wanted and not any(c.dep_ in {"aux", "mark"} for c in token.children)):
            return above.negative, "requested", head
        if lemma not in cues.CLASS_OF:
            left_open = above.negative and lemma not in acts.FACTIVE
            # 'stopped short of ruling that it was'
            left_open = left_open or any(c.lower_ == "short" and c.dep_ == "advmod" for c in head.children)
            return False, "possible" if left_open else above.modality, head if left_open else None
        if above.negative and lemma in {"believe", "think", "expect"}:
            return True, "denied", head
        unsure = lemma in {"doubt", "fear", "suspect", "wonder", "hope", "wish"}
        open_still = above.negative and lemma in cues.UNSAID | {"rule", "find", "conclude", "determine", "show"}
        return False, "possible" if unsure or open_still else "asserted", head

    def _stands_apart(self, token: "Token", head: "Token") -> bool:
        """'Nine men were charged; all of them deny wrongdoing': the parser's complement is a sentence of its own."""
        return token.i < head.i and any(t.text in {";", ":"} for t in self.reading.doc[token.i : head.i])

    def _adverbial(self, token: "Token", head: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:
        if any(c.tag_ == "TO" for c in token.children):
            if self.roles.for_subject(token) is not None and self.roles.permits(head):
                above = self.force(head, depth + 1)
                return above.negative, "possible" if above.modality == "asserted" else above.modality, head
            if head.lemma_.lower() in acts.PERMITTING | acts.REQUESTING | acts.FAILING | acts.PLANNING:
                return self._complement(token, head, depth)
            if self.roles.permits(head):
                above = self.force(head, depth + 1)
                return above.negative, "possible", head
            return False, "planned", head
        if token.tag_ == "VBG" and token.i > head.i and _rules_out(head):
            above = self.force(head, depth + 1)
            return not above.negative, "possible" if above.negative else above.modality, head
        return False, "asserted", None

    def _conjoined(self, token: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:
        head = token.head
        if head.pos_ not in {"VERB", "AUX"} or any(is_subject(c) for c in token.children):
            return False, "asserted", None
        above = self.force(head, depth + 1)
        own_aux = any(c.dep_ in {"aux", "auxpass"} for c in token.children)
        shares = token.tag_ == "VB" and not own_aux
        first_own = Force(own_negation(head), own_modality(head), None)
        turned = above.negative and (shares or (above.negative != first_own.negative))
        if above.negative and _goes_further(token):
            turned = True
        if above.negative and any(c.lower_ == "nor" and c.dep_ == "cc" for c in head.children):
            turned = True
        if shares or above.modality != first_own.modality:
            return turned, above.modality, above.governor or (head if shares else None)
        return turned, "asserted", head if turned else None

    def _from_preposition(
        self, token: "Token", preposition: "Token", depth: int
    ) -> tuple[bool, Modality, "Token | None"]:
        word = preposition.lower_
        governor = preposition.head
        led = preposition.nbor(-1).lower_ if preposition.i else ""
        if word in {"without", "instead", "than"} or (word, led) in {("of", "instead"), ("from", "far")}:
            return True, "asserted", preposition
        if word == "of" and governor.lower_ == "short" and governor.head.lemma_.lower() in {"stop", "fall"}:
            return not self.force(governor.head, depth + 1).negative, "asserted", governor.head
        if governor.pos_ == "VERB":
            return self._from_verb_with(word, governor, depth)
        if governor.pos_ == "NOUN":
            turned, modality, above_noun = self._from_noun(token, governor)
            if modality == "asserted" and not turned and word in {"about", "of", "on", "for"}:
                return False, "possible", None
            return turned, modality, above_noun
        return False, "asserted", None

    def _from_verb_with(self, word: str, governor: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:
        """'kept from going', 'accused of going', 'warned against going': what a verb makes of its preposition's act."""
        lemma = governor.lemma_.lower()
        above = self.force(governor, depth + 1)
        if above.modality == "asserted" and lemma in {"discourage", "deter", "dissuade"}:
            return not above.negative, "requested", governor
        if word == "from" and lemma in acts.PREVENTING | acts.FAILING:
            return not above.negative, above.modality, governor
        charged = {"clear": "denied", "acquit": "denied", "exonerate": "denied", "absolve": "denied"}
        charged |= dict.fromkeys(("accuse", "suspect", "charge", "blame"), "possible")
        if word in {"of", "with", "for"} and lemma in charged:
            return False, charged[lemma], governor  # type: ignore[return-value]
        if word == "against" and lemma in {"warn", "advise", "caution", "decide", "vote", "argue", "lobby", "campaign"}:
            return True, "asserted" if lemma in {"decide", "vote"} else "requested", governor
        if lemma in {"think", "talk", "dream", "insist", "consider"}:
            return False, "planned", governor
        return False, above.modality, governor if above.modality != "asserted" else None

    def _from_noun(self, token: "Token", noun: "Token") -> tuple[bool, Modality, "Token | None"]:  # noqa: PLR0911 - a cascade of rules
        lemma = noun.lemma_.lower()
        governor = noun.head
        if (
            lemma in acts.CHARGE_NOUNS
            and noun.dep_ in {"dobj", "nsubjpass"}
            and governor.lemma_.lower() in acts.REJECTING
        ):
            return False, "denied", governor
        if noun.dep_ == "pobj" and governor.lower_ == "for" and governor.head.lemma_.lower() in acts.REQUESTING:
            return False, "requested", governor.head
        none = any(c.lower_ == "no" and c.dep_ in {"det", "neg"} for c in noun.children)
        if lemma in acts.PROOF_NOUNS and (none or self._is_lacking(noun)):
            return False, "possible", noun
        standing = noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ in {"in", "on", "at", "under"} else None
        if standing is not None and standing.lemma_ == "be" and any(c.tag_ == "TO" for c in token.children):
            # 'is not in talks to buy', 'is on course to win'
            return self.force(standing, DEPTH).negative, "planned", standing
        if lemma in acts.PLAN_NOUNS | acts.ABILITY_NOUNS and (
            none or (noun.dep_ == "dobj" and governor.pos_ == "VERB" and self.force(governor, DEPTH).negative)
        ):
            return True, "planned" if lemma in acts.PLAN_NOUNS else "possible", noun
        if lemma in acts.NEED_NOUNS and none:
            return True, "requested", noun
        for words, negative, modality in _NOUN_FORCES:
            if lemma in words:
                return negative, modality, noun
        if token.dep_ in {"acl", "relcl"} and _has_to(token):
            return False, "planned", noun
        return False, "asserted", None

    def _is_lacking(self, noun: "Token") -> bool:
        """'Did not provide evidence', 'without proof', 'little sign'."""
        if any(c.lower_ in {"little", "scant", "any"} for c in noun.children):
            return True
        if noun.dep_ == "pobj":
            return noun.head.lower_ == "without"
        return (
            noun.dep_ in {"dobj", "attr"}
            and noun.head.pos_ in {"VERB", "AUX"}
            and self.force(noun.head, DEPTH).negative
        )

    def _noun_from_above(self, noun: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:
        word = next((c.lower_ for c in noun.children if c.lower_ in _OPEN_DETERMINERS), None)
        if word is not None:
            return word == "no", "planned" if word == "planned" else ("asserted" if word == "no" else "possible"), None
        head, steps = noun.head, 0
        while steps < 6 and head.pos_ not in {"VERB", "AUX"} and head.head.i != head.i:
            if head.lemma_.lower() in {
                "threat",
                "risk",
                "possibility",
                "plan",
                "permission",
                "talk",
                "call",
                "end",
                "halt",
            }:
                return False, "possible", head
            head, steps = head.head, steps + 1
        if head.pos_ not in {"VERB", "AUX"}:
            return False, "asserted", None
        above = self.force(head, depth + 1)
        lemma = head.lemma_.lower()
        turned = above.negative and noun.dep_ in {"dobj", "attr", "nsubj", "nsubjpass"}
        if lemma in acts.PLANNING | acts.REQUESTING | acts.PERMITTING | acts.PREVENTING | {
            "halt",
            "end",
            "discuss",
            "avoid",
            "fear",
            "predict",
        } and not is_subject(noun):
            return turned, "possible", head
        if lemma == "deny" and noun.dep_ == "dobj":
            return False, "denied", head
        return turned, above.modality, head if above.modality != "asserted" or turned else None
