"""What the text makes of an event: told as having happened, or negated, denied, planned, possible, asked for."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.facts import acts, cues
from monitor.facts.reading import Reading, is_subject
from monitor.facts.roles import DEPTH, Roles
from monitor.model.facts import Modality

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_NEGATIONS = frozenset({"not", "n't", "never", "neither", "nor", "hardly", "barely", "scarcely", "n’t"})
_NOBODY = frozenset({"nobody", "none", "nothing", "no-one"})
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
        negative = self._own_negation(token)
        modality = self._own_modality(token)
        if depth > DEPTH or token.head.i == token.i:
            return Force(negative, modality, None)
        turned, above, governor = self._from_above(token, depth)
        if turned:
            negative = not negative
        if modality == "asserted" and above != "asserted":
            return Force(negative, above, governor)
        return Force(negative, modality, governor if turned else None)

    def _own_negation(self, token: "Token") -> bool:
        negative = False
        for child in token.children:
            if child.dep_ == "neg" or (
                child.lower_ in _NEGATIONS
                and child.dep_ in {"advmod", "preconj", "punct", "cc"}
                and child.i < token.i + 3
            ):
                negative = not (child.lower_ == "not" and self._is_not_only(child))
            elif child.dep_ in {"nsubj", "nsubjpass", "dobj", "attr"}:
                if (
                    child.lower_ in _NOBODY
                    or any(
                        g.lower_ in {"no", "neither"} and g.dep_ in {"det", "neg", "preconj"} for g in child.children
                    )
                    or (child.lower_ == "one" and any(g.lower_ == "no" for g in child.children))
                ):
                    negative = True
            elif child.dep_ == "advmod" and child.lower_ == "longer" and any(g.lower_ == "no" for g in child.children):
                negative = True
        return negative

    def _is_not_only(self, negation: "Token") -> bool:
        following = self.reading.doc[negation.i + 1] if negation.i + 1 < len(self.reading.doc) else None
        return following is not None and following.lower_ in {"only", "just", "merely"}

    def _own_modality(self, token: "Token") -> Modality:  # noqa: PLR0911 - a cascade of rules
        auxiliaries = {child.lower_ for child in token.children if child.dep_ in {"aux", "auxpass"}}
        marks = {child.lower_ for child in token.children if child.dep_ in {"mark", "advmod"}}
        if marks & {"if", "unless"}:
            return "conditional"
        if marks & {"whether"}:
            return "possible"
        if auxiliaries & acts.POSSIBLE_AUX or marks & acts.WEAK_ADVERBS:
            return "possible"
        if auxiliaries & {"would", "'d", "’d"}:
            return (
                "conditional"
                if self._has_condition(token)
                else ("planned" if token.dep_ in {"ccomp", "relcl", "conj"} else "conditional")
            )
        if auxiliaries & {"will", "shall", "'ll", "’ll", "wo", "gon"}:
            return "planned"
        if auxiliaries & {"should", "must", "ought"}:
            return "requested"
        if "to" in auxiliaries and token.dep_ == "ROOT":
            return "planned"
        if self._is_question(token) and token.dep_ in {"ROOT", "conj"}:
            return "possible"
        return "asserted"

    def _is_question(self, token: "Token") -> bool:
        return [t.text for t in token.sent if not t.is_space][-1:] == ["?"]

    def _has_condition(self, token: "Token") -> bool:
        return any(
            c.dep_ == "advcl" and any(g.lower_ in {"if", "unless", "should", "were"} for g in c.children)
            for c in token.children
        )

    def _from_above(self, token: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:  # noqa: PLR0911 - a cascade of rules
        """Whether what governs the event turns its polarity, and the modality it lends."""
        head = token.head
        if token.pos_ == "NOUN":
            return self._noun_from_above(token, depth)
        if token.dep_ == "conj":
            return self._conjoined(token, depth)
        if token.dep_ == "pcomp":
            return self._from_preposition(token, head, depth)
        if token.dep_ == "acl" or (head.pos_ == "NOUN" and token.dep_ in {"advcl", "xcomp", "relcl"}):
            return self._from_noun(token, head)
        if token.dep_ == "csubj" and token.tag_ in {"VBG", "VB"}:
            return False, "possible", None
        if token.dep_ not in {"xcomp", "ccomp", "advcl", "dep"}:
            return False, "asserted", None
        if head.pos_ == "ADJ":
            word = head.lower_
            linked = self.force(head.head, depth + 1) if head.head.pos_ in {"AUX", "VERB"} else None
            turned = bool(linked and linked.negative) or word in {"unable", "unwilling", "unlikely", "reluctant"}
            if linked and linked.negative and word in {"unable", "unwilling", "unlikely", "reluctant"}:
                turned = False
            return (
                turned,
                "possible" if word in {"likely", "unlikely", "able", "possible", "unable"} else "planned",
                head,
            )
        if head.pos_ not in {"VERB", "AUX"}:
            return False, "asserted", None
        if token.dep_ == "advcl":
            return self._adverbial(token, head, depth)
        return self._complement(token, head, depth)

    def _complement(self, token: "Token", head: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:
        if self._stands_apart(token, head):
            return False, "asserted", None
        lemma = head.lemma_.lower()
        above = self.force(head, depth + 1)
        to = any(c.tag_ == "TO" for c in token.children)
        if lemma == "deny":
            return False, "denied" if not above.negative else "asserted", head
        if token.dep_ == "ccomp" and not to:
            return self._content(head, above)
        turned = above.negative and (lemma in _NEG_RAISING or token.dep_ == "xcomp")
        if lemma in acts.FAILING | acts.PREVENTING or _rules_out(head):
            return not above.negative, above.modality, head
        modality: Modality = above.modality
        if to and modality == "asserted":
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

    def _content(self, head: "Token", above: Force) -> tuple[bool, Modality, "Token | None"]:
        """What a clause is that a verb has as its content: 'said that', 'did not prove that'."""
        lemma = head.lemma_.lower()
        if lemma not in cues.CLASS_OF:
            left_open = above.negative and lemma not in acts.FACTIVE
            return False, "possible" if left_open else above.modality, head if left_open else None
        if above.negative and lemma in {"believe", "think", "expect"}:
            return True, "denied", head
        unsure = lemma in {"doubt", "fear", "suspect", "wonder", "hope", "wish"}
        open_still = above.negative and lemma in cues.UNSAID
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
        return False, "asserted", None

    def _conjoined(self, token: "Token", depth: int) -> tuple[bool, Modality, "Token | None"]:
        head = token.head
        if head.pos_ not in {"VERB", "AUX"} or any(is_subject(c) for c in token.children):
            return False, "asserted", None
        above = self.force(head, depth + 1)
        own_aux = any(c.dep_ in {"aux", "auxpass"} for c in token.children)
        shares = token.tag_ == "VB" and not own_aux
        first_own = Force(self._own_negation(head), self._own_modality(head), None)
        turned = above.negative and (shares or (above.negative != first_own.negative))
        if shares or above.modality != first_own.modality:
            return turned, above.modality, above.governor or (head if shares else None)
        return turned, "asserted", head if turned else None

    def _from_preposition(
        self, token: "Token", preposition: "Token", depth: int
    ) -> tuple[bool, Modality, "Token | None"]:
        word = preposition.lower_
        governor = preposition.head
        if word in {"without", "instead", "than"} or (word == "of" and governor.lower_ == "instead"):
            return True, "asserted", preposition
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
        if word in {"of", "with", "for"} and lemma in {"accuse", "suspect", "charge", "blame"}:
            return False, "possible", governor
        if word == "against" and lemma in {"warn", "advise", "caution", "decide"}:
            return True, "requested" if lemma != "decide" else "asserted", governor
        if lemma in {"think", "talk", "dream", "insist", "consider"}:
            return False, "planned", governor
        return False, above.modality, governor if above.modality != "asserted" else None

    def _from_noun(self, token: "Token", noun: "Token") -> tuple[bool, Modality, "Token | None"]:
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
        if lemma in acts.PLAN_NOUNS | acts.ABILITY_NOUNS and (
            none or (noun.dep_ == "dobj" and governor.pos_ == "VERB" and self.force(governor, DEPTH).negative)
        ):
            return True, "planned" if lemma in acts.PLAN_NOUNS else "possible", noun
        for words, negative, modality in _NOUN_FORCES:
            if lemma in words:
                return negative, modality, noun
        if token.dep_ == "acl" and any(c.tag_ == "TO" for c in token.children):
            return False, "planned", noun
        return False, "asserted", None

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
