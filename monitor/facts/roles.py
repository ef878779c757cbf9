"""Who fills which role of a verb: agent, patient, recipient, instrument, place, also where the subject is elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.facts import acts, attitudes, cues
from monitor.facts.entities import Names
from monitor.facts.reading import Reading, is_subject
from monitor.facts.titles import is_person_noun
from monitor.facts.voice import RELATIVE, is_passive, passive_subject
from monitor.model.facts import TimeRef

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

DEPTH = 8
_CHARGES = frozenset({"suspicion", "charge", "count", "allegation", "accusation"})


@dataclass(frozen=True, slots=True)
class Roles:
    """Finds the fillers in one document."""

    reading: Reading
    names: Names
    times: Sequence[TimeRef]

    def light(self, verb: "Token", patient: "Token | None") -> tuple[str, str] | None:
        """'gave the green light', 'carried out an attack': the noun tells the act."""
        if patient is None or verb.lemma_.lower() not in acts.LIGHT_VERBS:
            return None
        noun = patient.lemma_.lower()
        if noun in acts.PERMISSION_NOUNS and verb.lemma_.lower() in {"give", "grant", "issue"}:
            if noun == "light" and not any(c.lower_ == "green" for c in patient.children):
                return None
            name = "green light" if noun == "light" else noun
            return f"{verb.lemma_.lower()} {name}", "permit"
        if noun in acts.NOUNS and patient.dep_ == "dobj":
            return f"{verb.lemma_.lower()} {noun}", acts.NOUNS[noun]
        return None

    def patient(self, verb: "Token", *, passive: bool) -> "Token | None":  # noqa: C901, PLR0911, PLR0912 - a cascade of rules
        """Whom or what a verb is done to."""
        if passive:
            own = passive_subject(verb)
            if own is not None:
                empty = own.lower_ == "it" and any(c.dep_ == "ccomp" and c.i > verb.i for c in verb.children)
                return None if empty else self.antecedent(verb, own)
            counted = next((c for c in verb.children if c.pos_ == "NUM" and c.i < verb.i), None)
            if counted is not None:
                return counted
            if verb.i and self.reading.doc[verb.i - 1].pos_ == "NUM" and verb.dep_ == "conj":
                return self.reading.doc[verb.i - 1]
            first = min((c.i for c in verb.children if c.dep_ in {"aux", "auxpass"}), default=0)
            if verb.dep_ == "conj" and first and self.reading.doc[first - 1].pos_ == "NUM":
                # 'three were freed and two are being held'
                return self.reading.doc[first - 1]
            if verb.dep_ == "conj" and verb.head.pos_ == "VERB" and is_passive(verb.head):
                return self.patient(verb.head, passive=True)
            if verb.dep_ == "acl" and verb.head.pos_ in {"NOUN", "PROPN", "PRON"}:
                return verb.head
            if verb.dep_ == "xcomp":
                return self._controller(verb, 0)
            return None
        own = next((c for c in verb.children if c.dep_ == "dobj"), None)
        if (
            verb.dep_ == "relcl"
            and verb.head.lemma_.lower() in cues.NOUNS
            and any(c.lower_ == "that" for c in verb.children)
        ):
            # 'rumours that he had died' tells a content, not what was done to the rumours
            return None if own is None or own.lower_ == "that" else own
        if own is not None and own.lower_ in RELATIVE and verb.dep_ == "relcl":
            return verb.head
        if own is not None and own.i < verb.i and own.lower_ in {"what", "that", "which", "who", "whom"}:
            return None
        if (
            own is None
            and verb.dep_ == "relcl"
            and not any(c.lower_ in RELATIVE and is_subject(c) for c in verb.children)
        ):
            return (
                verb.head
                if any(is_subject(c) for c in verb.children)
                and not any(c.lower_ in {"where", "when", "why", "how"} for c in verb.children)
                and not any(c.dep_ == "prep" for c in verb.children)
                else None
            )
        if own is None and verb.dep_ != "relcl":
            # verbs with a fixed preposition: 'called for a ceasefire', 'fired at protesters'
            for child in verb.children:
                if (
                    child.dep_ == "prep"
                    and child.lower_ in {"at", "on", "for", "against"}
                    and child.i == verb.i + 1
                    and acts.TYPE_OF.get(verb.lemma_.lower()) in {"attack", "demand", "protest"}
                ):
                    return next((g for g in child.children if g.dep_ == "pobj"), None)
        return own

    def agent(self, verb: "Token", *, passive: bool) -> "Token | None":
        """Who does what a verb says."""
        if passive:
            for child in verb.children:
                if child.dep_ == "agent":
                    agent = next((g for g in child.children if g.dep_ == "pobj"), None)
                    if agent is None or agent.pos_ == "VERB" or self.is_time(agent) or _is_means(agent):
                        return None
                    return agent
            return None
        return self._actor(verb, 0)

    def _actor(self, verb: "Token", depth: int) -> "Token | None":  # noqa: PLR0911 - a cascade of rules
        """The one who does what an active verb says, also where the verb's subject stands elsewhere."""
        if depth > DEPTH:
            return None
        own = next((c for c in verb.children if c.dep_ in {"nsubj", "csubj"}), None)
        if own is not None:
            return (
                None if own.dep_ == "csubj" or own.lower_ in {"there", "what", "where"} else self.antecedent(verb, own)
            )
        if verb.tag_ == "VBG":
            # 'from shelling by the army'
            by = next((c for c in verb.children if c.lower_ == "by" and c.i == verb.i + 1), None)
            doer = next((g for g in by.children if g.dep_ == "pobj"), None) if by is not None else None
            if doer is not None and verb.dep_ == "pcomp" and not self.is_time(doer) and not _is_means(doer):
                return doer
        beneficiary = self.for_subject(verb)
        if beneficiary is not None:
            return beneficiary
        head = verb.head
        if head.i == verb.i:
            return None
        if verb.dep_ == "conj" and head.pos_ in {"VERB", "AUX"}:
            if is_passive(head):
                return self._passive_subject(head) if not is_passive(verb) else None
            told = self._told_before(head)
            return self._actor(told if told is not None else head, depth + 1)
        if verb.dep_ in {"xcomp", "pcomp", "advcl", "acl", "relcl", "ccomp", "dep"}:
            return self._controller(verb, depth + 1)
        return None

    def _told_before(self, tag: "Token") -> "Token | None":
        """In 'It stayed open, a spokesman said, and will not move' what follows goes on with what was told."""
        if tag.lemma_.lower() not in cues.SPEECH:
            return None
        if tag.dep_ == "parataxis" and tag.head.pos_ in {"VERB", "AUX"} and tag.head.i < tag.i:
            return tag.head
        before = [c for c in tag.children if c.dep_ == "ccomp" and c.i < tag.i]
        return before[0] if before else None

    def for_subject(self, verb: "Token") -> "Token | None":
        """In 'for Ukraine to use missiles' Ukraine is the user."""
        to = next((c for c in verb.children if c.tag_ == "TO"), None)
        if to is None or to.i == 0:
            return None
        before = self.reading.doc[to.i - 1]
        steps = 0
        while steps < 6 and before.i > 0:
            if before.dep_ == "pobj" and before.head.lower_ == "for" and before.head.i < before.i:
                noun = before
                return noun if noun.right_edge.i >= to.i - 1 or noun.i == to.i - 1 else None
            if before.head.i == before.i or before.head.i > to.i:
                return None
            before, steps = before.head, steps + 1
        return None

    def _controller(self, verb: "Token", depth: int) -> "Token | None":  # noqa: C901, PLR0911, PLR0912 - a cascade of rules
        if depth > DEPTH:
            return None
        head = verb.head
        if verb.dep_ == "relcl":
            return None
        if verb.dep_ == "acl":
            if verb.tag_ == "VBG" and head.pos_ in {"NOUN", "PROPN"}:
                return head
            return self._holder(head, depth)
        if verb.dep_ == "pcomp":
            return self._under_preposition(head, depth)
        if head.pos_ == "ADJ" and head.head.pos_ in {"AUX", "VERB"}:
            head = head.head
        if head.pos_ in {"NOUN", "PROPN"}:
            return self._holder(head, depth)
        if head.pos_ not in {"VERB", "AUX"}:
            return None
        if verb.dep_ == "ccomp" and not any(c.tag_ == "TO" for c in verb.children):
            return None
        lemma = head.lemma_.lower()
        if verb.tag_ == "VBG" and lemma in acts.OPPOSING | acts.FAVOURING:
            return None
        asked = _called_on(head) if verb.i > head.i else None
        if asked is not None:
            return asked
        if is_passive(head):
            return self._passive_subject(head) if verb.dep_ in {"xcomp", "ccomp"} else None
        if verb.dep_ in {"xcomp", "ccomp"} or (verb.dep_ == "advcl" and lemma in acts.OBJECT_CONTROL):
            target = next((c for c in head.children if c.dep_ in {"dobj", "dative"} and c.i < verb.i), None)
            if target is not None and lemma in acts.OBJECT_CONTROL:
                return (
                    next((g for g in target.children if g.dep_ == "pobj"), target) if target.pos_ == "ADP" else target
                )
        if lemma in {"give", "grant", "offer", "issue"} and any(c.tag_ == "TO" for c in verb.children):
            permission = next((c for c in head.children if c.dep_ == "dobj"), None)
            if permission is not None and permission.lemma_.lower() in acts.ABILITY_NOUNS:
                return self.recipient(head)
        return self._actor(head, depth)

    def _holder(self, noun: "Token", depth: int) -> "Token | None":
        """Whose plan, decision or right it is: 'Biden's decision to', 'made a decision to'."""
        owner = next((c for c in noun.children if c.dep_ == "poss"), None)
        if owner is not None:
            return owner
        lemma = noun.lemma_.lower()
        if noun.dep_ == "pobj" and noun.head.dep_ == "prep" and noun.head.head.lemma_ == "be":
            # 'is in talks to buy', 'is on course to win'
            return self._actor(noun.head.head, depth + 1)
        if noun.dep_ == "dobj" and noun.head.pos_ == "VERB":
            if lemma in acts.ABILITY_NOUNS and noun.head.lemma_.lower() in {"give", "grant", "offer", "deny", "issue"}:
                return self.recipient(noun.head)
            if (
                lemma in acts.PLAN_NOUNS | acts.ABILITY_NOUNS
                and not is_passive(noun.head)
                and noun.head.lemma_.lower()
                in {
                    "make",
                    "have",
                    "announce",
                    "take",
                    "unveil",
                    "approve",
                    "get",
                    "receive",
                    "win",
                    "abandon",
                    "drop",
                    "reach",
                    "sign",
                    "launch",
                    "outline",
                    "issue",
                }
            ):
                return self._actor(noun.head, depth + 1)
        return None

    def _under_preposition(self, preposition: "Token", depth: int) -> "Token | None":  # noqa: PLR0911 - a cascade of rules
        governor = preposition.head
        target = None
        if governor.pos_ in {"NOUN", "PROPN"} and governor.dep_ == "dobj" and governor.head.pos_ == "VERB":
            # 'accused the banker of stealing', where the parser hangs 'of' on the banker
            target, governor = governor, governor.head
        aimed = preposition.lower_ in {"of", "from", "for", "into", "against"} and (
            governor.lemma_.lower() in acts.PREVENTING | attitudes.REACTIONS | acts.AIMED
        )
        if target is not None and not aimed:
            return self._holder(target, depth)
        if governor.lemma_.lower() in _CHARGES and governor.dep_ == "pobj" and governor.head.head.pos_ == "VERB":
            return self.patient(governor.head.head, passive=is_passive(governor.head.head))
        if governor.lower_ == "short" and governor.head.pos_ == "VERB":
            return self._actor(governor.head, depth + 1)
        if governor.pos_ not in {"VERB", "AUX"}:
            return self._holder(governor, depth) if governor.pos_ == "NOUN" else None
        if aimed:
            if is_passive(governor):
                return self.patient(governor, passive=True)
            target = target or next((c for c in governor.children if c.dep_ == "dobj"), None)
            if target is not None:
                return target
        return None if is_passive(governor) else self._actor(governor, depth + 1)

    def _passive_subject(self, verb: "Token") -> "Token | None":
        own = passive_subject(verb)
        return self.antecedent(verb, own) if own is not None else None

    def antecedent(self, verb: "Token", subject: "Token") -> "Token":
        """The noun that a relative pronoun stands for, else the subject itself."""
        if subject.lower_ not in RELATIVE or verb.dep_ != "relcl":
            return subject
        noun, steps = verb.head, 0
        beside = self.reading.doc[subject.i - 1] if subject.i else noun
        if subject.lower_ == "who" and noun.pos_ == "NOUN" and _is_person_below(beside, noun):
            # 'the deportation of a student who led protests'
            return beside
        while steps < 4 and not self._may_be_meant(verb, noun):
            above = noun.head.head if noun.dep_ == "pobj" and noun.head.dep_ == "prep" else None
            if above is None or above.pos_ not in {"NOUN", "PROPN"}:
                # better nobody than the wrong one: the pronoun itself is told
                return subject
            noun, steps = above, steps + 1
        return noun if steps < 4 else subject

    def _may_be_meant(self, verb: "Token", noun: "Token") -> bool:
        """Whether a relative clause can be about a noun: their numbers agree, and no place kills."""
        who = any(c.lower_ == "who" and is_subject(c) for c in verb.children)
        if who and noun.pos_ == "NOUN" and not is_person_noun(noun) and _is_part_of_person(noun):
            return False
        number = _number(verb)
        if number and noun.tag_ in {"NN", "NNS"} and number != noun.tag_ and not any(noun.conjuncts):
            return False
        harms = acts.TYPE_OF.get(verb.lemma_.lower()) in {"kill", "injure", "attack", "destroy"}
        harms = harms or (verb.lemma_.lower() == "leave" and any(c.dep_ in {"dobj", "ccomp"} for c in verb.children))
        return not harms or is_passive(verb) or not (self.is_place(noun) or noun.lemma_.lower() in acts.PLACES)

    def recipient(self, verb: "Token") -> "Token | None":
        """To or for whom."""
        for child in verb.children:
            if child.dep_ == "dative":
                return next((g for g in child.children if g.dep_ == "pobj"), child) if child.pos_ == "ADP" else child
        for child in verb.children:
            if child.dep_ == "prep" and child.lower_ in {"to", "for"} and child.i > verb.i:
                target = next((g for g in child.children if g.dep_ == "pobj"), None)
                if target is not None and (self._is_actor(target) or child.lower_ == "to"):
                    return target
            if child.dep_ == "dobj":
                for prep in child.children:
                    if prep.dep_ == "prep" and prep.lower_ in {"to", "for"}:
                        target = next((g for g in prep.children if g.dep_ == "pobj"), None)
                        if target is not None and self.names.at(target) is not None:
                            return target
        return None

    def _is_actor(self, token: "Token") -> bool:
        entity = self.names.at(token)
        return is_person_noun(token) if entity is None else entity.type in {"PERSON", "ORG", "GPE", "NORP"}

    def instrument(self, verb: "Token") -> "Token | None":
        """With what."""
        for child in verb.children:
            if child.dep_ == "prep" and child.lower_ in {"with", "using"}:
                target = next((g for g in child.children if g.dep_ == "pobj"), None)
                entity = self.names.at(target) if target is not None else None
                if (
                    target is not None
                    and target.pos_ == "NOUN"
                    and (entity is None or entity.type in {"WEAPON", "PRODUCT"})
                ):
                    return target
        return None

    def place(self, verb: "Token") -> "Token | None":
        """Where; what is said or given to a country is not done there."""
        lemma = verb.lemma_.lower()
        for holder in (verb, *(c for c in verb.children if c.dep_ in {"dobj", "nsubjpass", "prep", "attr"})):
            for child in holder.children:
                for prep in (
                    child,
                    *(c for c in child.children if c.dep_ == "prep" and child.dep_ in {"pobj", "prep"}),
                ):
                    if prep.dep_ != "prep" or prep.lower_ not in acts.PLACE_PREPOSITIONS:
                        continue
                    target = next((g for g in prep.children if g.dep_ == "pobj"), None)
                    if target is None or not self.is_place(target) or self.is_time(target):
                        continue
                    if prep.lower_ != "to" or acts.TYPE_OF.get(lemma, "move" if lemma in acts.GOING else "") == "move":
                        return target
        if verb.dep_ == "relcl" and any(c.lower_ == "where" for c in verb.children) and self.is_place(verb.head):
            return verb.head
        return None

    def is_place(self, token: "Token") -> bool:
        """Whether a noun phrase names a place."""
        candidates = (token, *(c for c in token.children if c.dep_ in {"compound", "poss"}))
        for candidate in candidates:
            entity = self.names.at(candidate)
            if entity is not None and entity.type in {"GPE", "LOC", "FAC"}:
                return True
        return False

    def is_time(self, token: "Token") -> bool:
        """Whether a token belongs to a time expression."""
        end = token.idx + len(token)
        return any(ref.span.start <= token.idx and end <= ref.span.end for ref in self.times)

    def permits(self, verb: "Token") -> bool:
        """Whether a verb with its object gives permission."""
        target = next((c for c in verb.children if c.dep_ == "dobj"), None)
        light = self.light(verb, target)
        return light is not None and light[1] == "permit"


def _number(verb: "Token") -> str:
    """The tag of the noun a verb in the present agrees with, "" where its form does not tell."""
    finite = next((c for c in verb.children if c.dep_ in {"aux", "auxpass"} and c.i < verb.i), verb)
    if finite.tag_ == "VBZ" or finite.lower_ == "was":
        return "NN"
    return "NNS" if finite.lower_ in {"are", "were", "have"} else ""


def _is_person_below(beside: "Token", noun: "Token") -> bool:
    of = beside.head
    return (
        beside.dep_ == "pobj"
        and of.lower_ == "of"
        and of.head.i == noun.i
        and is_person_noun(beside)
        and not is_person_noun(noun)
    )


def _is_part_of_person(noun: "Token") -> bool:
    """'A doctor at a hospital, who asked': the hospital stands below somebody who can be meant."""
    above = noun.head.head if noun.dep_ == "pobj" and noun.head.dep_ == "prep" else None
    return above is not None and above.pos_ == "NOUN" and is_person_noun(above)


def _called_on(verb: "Token") -> "Token | None":
    """Whom 'called on Pyongyang to withdraw' and 'appealed to donors to pay' ask."""
    wanted = {"call": {"on", "upon"}, "appeal": {"to"}, "plead": {"with"}, "count": {"on"}, "rely": {"on"}}
    words = wanted.get(verb.lemma_.lower(), set())
    for child in verb.children:
        if child.dep_ == "prep" and child.lower_ in words:
            return next((g for g in child.children if g.dep_ == "pobj"), None)
    return None


def _is_means(noun: "Token") -> bool:
    """'By boat', 'by hand', 'by mistake' tell how, and not who."""
    if noun.lower_ in {"light", "side", "edge", "end", "time", "help"}:
        # 'by the light of', 'by the side of'
        return any(c.lower_ == "of" for c in noun.children)
    return noun.tag_ == "NN" and not any(True for _ in noun.children) and noun.lower_ in acts.MEANS
