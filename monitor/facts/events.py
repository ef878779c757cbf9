"""Who did what to whom: clauses and nouns of action with their roles, polarity and modality."""

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.facts import acts, cues
from monitor.facts.entities import Names
from monitor.facts.fillers import Fillers
from monitor.facts.modality import Force, Forces
from monitor.facts.pronouns import Antecedents
from monitor.facts.reading import Reading, chars, is_subject, phrase
from monitor.facts.roles import Roles
from monitor.facts.voice import is_passive
from monitor.model.facts import ATTITUDES, Arg, Claim, Event, Modality, Polarity, Span, TimeRef

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

MAX_EVENTS = 2_000
_RELATIVE_OPENING = re.compile(r"(?:in|of|by|on|at|for|to|with|from|during|under) (?:which|whom|whose) ")
_EMPTY_VERBS = frozenset(
    {"have", "do", "go", "seem", "appear", "get", "come", "let", "need", "keep", "try", "begin", "start", "continue"}
)
_TRADE = frozenset({"purchase", "import", "sale", "order", "buying", "export", "acquisition", "delivery", "shipment"})


@dataclass(slots=True)
class Events:
    """Finds the events of one document."""

    reading: Reading
    names: Names
    antecedents: Antecedents
    claims: Sequence[Claim]
    times: Sequence[TimeRef]
    roles: Roles = field(init=False)
    forces: Forces = field(init=False)
    fillers: Fillers = field(init=False)
    _cues: frozenset[int] = frozenset()
    _contents: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.roles = Roles(self.reading, self.names, self.times)
        self.forces = Forces(self.reading, self.roles)
        self.fillers = Fillers(self.reading, self.names, self.antecedents, self.times)

    def find(self) -> tuple[Event, ...]:
        """All events in reading order."""
        self._cues = frozenset(
            token.i
            for claim in self.claims
            if claim.cue_class not in ATTITUDES
            for token in self.reading.tokens(claim.cue_span.start, claim.cue_span.end)
        )
        self._contents = sorted(
            (s.start, s.end, i)
            for i, claim in enumerate(self.claims)
            if claim.cue_class != "intend" and (claim.cue_class != "predict" or claim.source is not None)
            for s in claim.content
        )
        found: list[Event] = []
        for token in self.reading.doc:
            if len(found) >= MAX_EVENTS:
                break
            event = self._event(token)
            if event is not None:
                found.append(event)
        return tuple(found)

    def _event(self, token: "Token") -> Event | None:
        if token.pos_ == "VERB" and token.dep_ not in {"aux", "auxpass", "amod", "compound"}:
            return self._verbal(token)
        if token.pos_ == "AUX" and token.dep_ not in {"aux", "auxpass"} and token.lemma_ == "be":
            return self._copular(token)
        if token.pos_ == "NOUN" and token.lemma_.lower() in acts.NOUNS:
            return self._nominal(token)
        return None

    def _verbal(self, verb: "Token") -> Event | None:
        lemma = verb.lemma_.lower()
        kind = acts.TYPE_OF.get(lemma, "say" if lemma in cues.SPEECH else "other")
        if verb.i in self._cues and kind in {"say", "other", "find"} and not _posts_figures(verb):
            return None
        if (kind == "say" and not _tells_something(verb)) or (lemma in _EMPTY_VERBS and not _is_whole(verb)):
            return None
        if _names_a_row(verb) or _is_noun_of_title(verb):
            return None
        passive = is_passive(verb)
        patient = self.roles.patient(verb, passive=passive)
        agent = self.roles.agent(verb, passive=passive)
        if agent is None and patient is None:
            return None
        fired = self.names.at(patient) if lemma == "fire" and patient is not None else None
        if fired is not None and fired.type == "PERSON":
            kind = "office"
        particle = next((c.lower_ for c in verb.children if c.dep_ == "prt"), "")
        if particle:
            # 'called off' is the reverse of 'called'
            lemma = f"{lemma} {particle}"
            kind = acts.PHRASAL.get(lemma, kind)
        light = self.roles.light(verb, patient)
        if light is not None:
            lemma, kind = light
        return self._made(
            verb,
            lemma,
            kind,
            agent,
            patient,
            0.85 if agent is not None and agent.dep_ in {"nsubj", "pobj"} else 0.7,
            "event.verb",
        )

    def _copular(self, verb: "Token") -> Event | None:
        complement = next((c for c in verb.children if c.dep_ in {"attr", "acomp"} and c.i > verb.i), None)
        subject = next((c for c in verb.children if c.dep_ in {"nsubj", "csubj"}), None)
        if complement is None or subject is None or complement.lower_ in {"what", "who"}:
            return None
        agent = self.roles.antecedent(verb, subject)
        return self._made(verb, f"be {complement.lemma_.lower()}", "be", agent, None, 0.6, "event.copular")

    def _nominal(self, noun: "Token") -> Event | None:  # noqa: C901, PLR0912 - a cascade of rules
        if noun.dep_ in {"compound", "amod"}:
            return None
        if noun.dep_ == "dobj" and self.roles.light(noun.head, noun) is not None:
            return None
        agent = patient = None
        for child in noun.children:
            if child.dep_ == "poss" and child.lower_ not in {"this", "that"} and not self.roles.is_time(child):
                agent = child
            elif child.dep_ in {"amod", "compound", "nmod"} and child.i < noun.i and agent is None:
                entity = self.names.at(child)
                if entity is not None and entity.type in {"NORP", "GPE", "ORG", "PERSON"}:
                    agent = None if _of_goods(child, noun) else child
            elif child.dep_ in {"prep", "agent"}:
                target = next((g for g in child.children if g.dep_ == "pobj"), None)
                if target is None:
                    continue
                if child.lower_ == "by":
                    agent = target
                elif child.lower_ in {"on", "against", "of"} and patient is None:
                    patient = target
        if (
            noun.lemma_
            in {
                "death",
                "arrest",
                "conviction",
                "dismissal",
                "detention",
                "assassination",
                "murder",
                "killing",
                "acquisition",
            }
            and agent is not None
            and patient is None
        ):
            agent, patient = None, agent
        if agent is None and patient is None:
            return None
        if (
            patient is not None
            and patient.dep_ == "pobj"
            and noun.lemma_ in {"resignation", "departure", "arrival", "withdrawal", "victory", "retreat"}
            and agent is None
        ):
            agent, patient = patient, None
        return self._made(
            noun, noun.lemma_.lower(), acts.NOUNS[noun.lemma_.lower()], agent, patient, 0.55, "event.noun"
        )

    def _time(self, verb: "Token") -> TimeRef | None:
        """The time nearest to the verb inside its clause that no verb below it takes; one after it before one ahead."""
        found: list[tuple[bool, int, TimeRef]] = []
        for ref in self.fillers.times_between(verb.left_edge.idx, verb.right_edge.idx + len(verb.right_edge)):
            token = next(iter(self.reading.tokens(ref.span.start, ref.span.end)), None)
            if token is None:
                continue
            above, steps = token, 0
            while above.i not in (verb.i, above.head.i) and steps < 12:
                above, steps = above.head, steps + 1
                if above.pos_ in {"VERB", "AUX"} and above.dep_ not in {"aux", "auxpass"}:
                    break
            if above.i == verb.i:
                found.append((ref.span.start < verb.idx, abs(ref.span.start - verb.idx), ref))
        return min(found, key=lambda one: one[:2])[2] if found else None

    def _made(  # noqa: PLR0917
        self,
        trigger: "Token",
        lemma: str,
        kind: str,
        agent: "Token | None",
        patient: "Token | None",
        confidence: float,
        rule: str,
    ) -> Event:
        force = self.forces.force(trigger)
        claim = self._claim_at(trigger)
        modality = force.modality
        if claim is not None:
            modality = _in_claim(self.claims[claim], modality)
        polarity: Polarity = "negative" if force.negative else "positive"
        span = self._clause(trigger, force, agent, claim)
        recipient = (
            self.roles.recipient(trigger)
            if kind in {"give", "permit", "move", "agree"} and trigger.pos_ == "VERB"
            else None
        )
        if recipient is not None and kind in {"move", "agree"} and self.roles.is_place(recipient):
            recipient = None
        time = self._time(trigger)
        place = self.fillers.arg(self.roles.place(trigger))
        return Event(
            text=self.reading.text[span.start : span.end],
            span=span,
            sentence=self.reading.sentence(trigger.idx),
            trigger=self.reading.text[trigger.idx : trigger.idx + len(trigger)],
            trigger_span=Span(trigger.idx, trigger.idx + len(trigger)),
            lemma=lemma,
            type=kind,
            confidence=confidence,
            rule=rule,
            agent=self.fillers.arg(agent),
            patient=self.fillers.arg(patient),
            recipient=self.fillers.arg(recipient),
            instrument=self.fillers.arg(self.roles.instrument(trigger)) if trigger.pos_ == "VERB" else None,
            place=place,
            time=Arg(time.text, time.span, f"{time.value}/{time.end}" if time.end else time.value) if time else None,
            purpose=self._purpose(trigger),
            polarity=polarity,
            modality=modality,
            claim=claim,
        )

    def _purpose(self, verb: "Token") -> Arg | None:
        for child in verb.children:
            if child.dep_ in {"advcl", "xcomp"} and child.i > verb.i and any(g.tag_ == "TO" for g in child.children):
                if child.dep_ == "xcomp" and verb.lemma_.lower() not in acts.LIGHT_VERBS:
                    continue
                span = chars(self.reading, child.left_edge.i, min(child.right_edge.i, verb.sent.end - 1))
                span = self.reading.trimmed(span.start, span.end)
                return Arg(self.reading.text[span.start : span.end], span)
        return None

    def _claim_at(self, token: "Token") -> int | None:
        best: tuple[int, int] | None = None
        high = bisect.bisect_right(self._contents, (token.idx, 1 << 60, 0))
        for start, end, index in self._contents[max(0, high - 60) : high]:
            # Of what somebody condemns or thanks for only whole clauses are theirs to vouch for.
            judged = self.claims[index].cue_class in ATTITUDES and token.pos_ not in {"VERB", "AUX"}
            if start <= token.idx < end and not judged and (best is None or end - start < best[0]):
                best = (end - start, index)
        return best[1] if best else None

    def _clause(self, trigger: "Token", force: Force, agent: "Token | None", claim: int | None) -> Span:
        """The words that tell the event, with the governing words that hedge or negate it."""
        first, last = self._extent(trigger)
        if agent is not None and agent.i < first and agent.sent.start == trigger.sent.start and first - agent.i < 12:
            first = phrase(agent)[0]
        governor, steps = force.governor, 0
        while governor is not None and governor.sent.start == trigger.sent.start and steps < 5:
            begin, _ = self._extent(governor)
            first = min(first, begin if governor.i < trigger.i else first)
            last = max(last, governor.i)
            above = self.forces.force(governor)
            governor, steps = above.governor, steps + 1
        span = chars(self.reading, first, last)
        if claim is not None:
            for piece in self.claims[claim].content:
                if piece.start <= trigger.idx < piece.end:
                    span = Span(max(span.start, piece.start), min(span.end, piece.end))
        span = self.reading.whole(span)
        relative = _RELATIVE_OPENING.match(self.reading.mended, span.start, span.end)
        span = self.reading.trimmed(relative.end() if relative is not None else span.start, span.end)
        return span if span.end > span.start else Span(trigger.idx, trigger.idx + len(trigger))

    def _extent(self, head: "Token") -> tuple[int, int]:
        """The tokens of a clause: its subtree without attribution tags and without coordinated clauses."""
        sentence = head.sent
        first, last = max(head.left_edge.i, sentence.start), min(head.right_edge.i, sentence.end - 1)
        if head.pos_ == "NOUN":
            return phrase(head)
        for child in head.children:
            tag = child.dep_ == "parataxis" or (child.lower_ == "according" and child.dep_ in {"prep", "advcl", "acl"})
            coordinated = child.dep_ == "conj" and child.i > head.i
            if child.i > head.i and (tag or coordinated):
                last = min(last, child.left_edge.i - 1)
            elif (
                child.i < head.i and (tag or (child.dep_ in {"cc", "mark"} and child.lower_ in {"and", "but", "that"}))
            ) or (child.i < head.i and child.dep_ == "ccomp"):
                first = max(first, child.right_edge.i + 1)
        while first < min(last, head.i) and (
            self.reading.doc[first].is_space
            or self.reading.doc[first].text in ",;—"
            or _opens_clause(self.reading.doc[first], head)
        ):
            first += 1
        while last > first and (
            self.reading.doc[last].is_punct or self.reading.doc[last].is_space or self.reading.doc[last].dep_ == "cc"
        ):
            last -= 1
        if last > first and self.reading.doc[last].is_quote:
            last -= 1
        return min(first, head.i), max(last, head.i)


def _is_whole(verb: "Token") -> bool:
    """Whether a verb that mostly helps another stands for itself: 'has a plan', 'the trial starts on Monday'."""
    if any(c.dep_ in {"dobj", "prt"} for c in verb.children):
        return True
    begins = verb.lemma_.lower() in {"begin", "start", "continue", "come", "go"}
    alone = not any(c.dep_ in {"xcomp", "ccomp", "acomp", "attr"} for c in verb.children)
    return begins and alone and any(c.dep_ == "nsubj" and c.pos_ in {"NOUN", "PROPN", "PRON"} for c in verb.children)


def _tells_something(verb: "Token") -> bool:
    """Whether a verb of speech is an act of its own: 'reported a bird strike', 'did not say when'."""
    if any(c.dep_ == "neg" for c in verb.children):
        return True
    target = next((c for c in verb.children if c.dep_ == "dobj"), None)
    return target is not None and target.pos_ in {"NOUN", "PROPN"}


def _posts_figures(verb: "Token") -> bool:
    """'Reported a net loss' is an act of a company."""
    target = next((c for c in verb.children if c.dep_ == "dobj"), None)
    return (
        verb.lemma_.lower() in {"report", "post", "record", "book"}
        and target is not None
        and target.lemma_.lower() in acts.FIGURES
    )


def _names_a_row(verb: "Token") -> bool:
    """'Boss quits after bullying claims': what the claims are of, which nobody is said to have done."""
    following = verb.nbor(1) if verb.i + 1 < len(verb.doc) else None
    if verb.tag_ != "VBG" or verb.dep_ != "pcomp" or following is None or verb.head.lower_ == "of":
        return False
    if verb.lemma_.lower() in acts.REJECTING | acts.UPON_CLAIMS:
        return False
    return following.lemma_.lower() in acts.CHARGE_NOUNS | acts.ROW_NOUNS and following.tag_ in {"NN", "NNS"}


def _is_noun_of_title(verb: "Token") -> bool:
    """'Nurses reject offer, but strike not certain': a bare verb is not followed by 'not' and an adjective."""
    if verb.tag_ not in {"VB", "VBP", "NN"} or verb.idx >= verb.doc.user_data.get("title", 0):
        return False
    after = verb.doc[verb.i + 1 : verb.i + 3]
    return len(after) > 1 and after[0].lower_ == "not" and after[1].pos_ == "ADJ"


def _opens_clause(token: "Token", head: "Token") -> bool:
    """'where', 'because', 'that' before a clause add nothing to it; 'if' and 'whether' do."""
    return (
        token.head.i == head.i
        and token.lower_
        in {"where", "when", "because", "that", "as", "while", "since", "although", "though", "and", "but"}
        and token.pos_ in {"SCONJ", "ADV", "CCONJ", "PRON"}
        and not is_subject(token)
    )


def _in_claim(claim: Claim, modality: Modality) -> Modality:
    """A denied or demanded content colours what stands in it."""
    if modality != "asserted":
        return modality
    if claim.cue_class == "deny":
        return "possible" if claim.negated else "denied"
    if claim.cue_class == "demand":
        return "requested"
    if claim.cue_class == "promise":
        return "planned"
    if claim.cue_class == "predict" or claim.rule == "claim.adverb":
        return "possible"
    return modality


def _of_goods(name: "Token", noun: "Token") -> bool:
    """Whether a name says where goods come from, not who trades: 'Russian crude purchases'."""
    return name.i + 1 < noun.i and noun.lemma_.lower() in _TRADE
