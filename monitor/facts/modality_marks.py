"""The marks of negation and modality that a clause bears itself: 'not', 'nobody', 'could', 'if', a question mark."""

from typing import TYPE_CHECKING

from monitor.facts import acts
from monitor.facts.reading import is_subject
from monitor.model.facts import Modality

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_NEGATIONS = frozenset({"not", "n't", "never", "neither", "nor", "hardly", "barely", "scarcely", "n’t"})
_NOBODY = frozenset({"nobody", "none", "nothing", "no-one"})


def own_negation(token: "Token") -> bool:
    """Whether the clause's own words negate it."""
    head = token.head
    describes = token.dep_ == "acl" and token.tag_ in {"VBN", "VBG"}
    negative = describes and head.lemma_.lower() not in acts.PROOF_NOUNS and _is_none(head)
    for child in token.children:
        if child.dep_ == "neg" or (
            child.lower_ in _NEGATIONS and child.dep_ in {"advmod", "preconj", "punct", "cc"} and child.i < token.i + 3
        ):
            negative = not (child.lower_ == "not" and (_is_not_only(child) or _is_of_phrase(child, token)))
        elif child.dep_ in {"nsubj", "nsubjpass", "dobj", "attr"}:
            if (
                child.left_edge.lower_ in {"hardly", "barely", "scarcely"}
                or _is_of_none(child)
                or child.lower_ in _NOBODY
                or any(g.lower_ in {"no", "neither"} and g.dep_ in {"det", "neg", "preconj"} for g in child.children)
                or (child.lower_ == "one" and any(g.lower_ == "no" for g in child.children))
            ):
                negative = True
        elif child.dep_ == "advmod" and child.lower_ == "longer" and any(g.lower_ == "no" for g in child.children):
            negative = True
    return negative or has_yet_to(token)


def _is_of_phrase(negation: "Token", verb: "Token") -> bool:
    """'Found at farm, not in milk': it was found."""
    if negation.i < verb.i + 2 or negation.i + 1 >= len(negation.doc):
        return False
    return negation.nbor(-1).text in {",", "—", "–"} and negation.nbor(1).pos_ == "ADP"


def _is_none(noun: "Token") -> bool:
    return any(c.lower_ == "no" and c.dep_ in {"det", "neg"} for c in noun.children)


def _is_of_none(noun: "Token") -> bool:
    """'No tsunami warning', where the parser hangs 'no' on the tsunami."""
    first = noun.left_edge
    between = noun.doc[first.i + 1 : noun.i]
    return first.lower_ == "no" and first.i < noun.i and all(t.pos_ in {"NOUN", "PROPN", "ADJ"} for t in between)


def _is_not_only(negation: "Token") -> bool:
    following = negation.doc[negation.i + 1] if negation.i + 1 < len(negation.doc) else None
    return following is not None and following.lower_ in {"only", "just", "merely"}


def own_modality(token: "Token") -> Modality:  # noqa: PLR0911 - a cascade of rules
    """The modality that the clause's own words give it."""
    auxiliaries = {child.lower_ for child in token.children if child.dep_ in {"aux", "auxpass"}}
    marks = {child.lower_ for child in token.children if child.dep_ in {"mark", "advmod"}}
    if marks & {"if", "unless"} or _is_inverted_condition(token):
        return "conditional"
    if marks & {"whether"}:
        return "possible"
    if marks & {"until", "till", "once"} and _is_present(token):
        return "possible"
    if auxiliaries & acts.POSSIBLE_AUX or marks & acts.WEAK_ADVERBS:
        return "possible"
    if _is_unproven(token):
        return "possible"
    if auxiliaries & {"would", "'d", "’d"} and "have" in auxiliaries:
        return "conditional"
    if auxiliaries & {"would", "'d", "’d"}:
        return (
            "conditional"
            if _has_condition(token)
            else ("planned" if token.dep_ in {"ccomp", "relcl", "conj"} else "conditional")
        )
    if auxiliaries & {"will", "shall", "'ll", "’ll", "wo", "gon"}:
        return "planned"
    if auxiliaries & {"should", "must", "ought"}:
        return "requested"
    absolute = (
        token.dep_ in {"relcl", "acl"} and any(c.dep_ == "nsubjpass" for c in token.children) and "for" not in marks
    )
    if "to" in auxiliaries and (token.dep_ == "ROOT" or absolute):
        return "planned"
    if is_question(token) and token.dep_ in {"ROOT", "conj"}:
        return "possible"
    return "asserted"


def _is_unproven(token: "Token") -> bool:
    """'No evidence hackers stole data': a title without its 'that'."""
    subjects = sum(map(is_subject, token.children))
    led = (child.left_edge for child in token.children if child.i < token.i and is_subject(child))
    if any(
        first.lower_ in {"no", "little", "scant"} and first.nbor(1).lemma_.lower() in acts.PROOF_NOUNS
        for first in led
        if first.i + 2 < token.i and first.nbor(2).pos_ != "ADP" and first.nbor(1).head.i != token.i
    ):
        # 'no sign missing jet was shot down'
        return True
    return any(
        child.i < token.i
        and child.lemma_.lower() in acts.PROOF_NOUNS
        and child.left_edge.lower_ in {"no", "little", "scant"}
        and subjects > is_subject(child)
        for child in token.children
    )


def _is_present(token: "Token") -> bool:
    finite = next((c for c in token.children if c.dep_ in {"aux", "auxpass"}), token)
    return finite.tag_ in {"VBZ", "VBP"}


def is_question(token: "Token") -> bool:
    """Whether the sentence asks."""
    return [t.text for t in token.sent if not t.is_space][-1:] == ["?"]


def _has_condition(token: "Token") -> bool:
    return any(
        c.dep_ == "advcl" and any(g.lower_ in {"if", "unless", "should", "were"} for g in c.children)
        for c in token.children
    )


def has_yet_to(token: "Token") -> bool:
    """'Has yet to decide', 'is yet to reply': nothing of it happened."""
    to = next((c for c in token.children if c.tag_ == "TO"), None)
    if to is not None and to.i and to.nbor(-1).lower_ == "yet":
        return True
    before = {"yet"} & {c.lower_ for c in token.head.children if c.i < token.i}
    return (
        token.dep_ == "xcomp"
        and token.head.lemma_ in {"have", "be"}
        and bool(before)
        and any(c.tag_ == "TO" for c in token.children)
    )


def _is_inverted_condition(token: "Token") -> bool:
    """'Had she lost, she would...', 'should talks fail', 'were it granted'."""
    if token.dep_ not in {"advcl", "ccomp", "dep"}:
        return False
    opening = token.head
    if opening.lower_ in {"had", "were"} and opening.dep_ == "advcl" and not any(map(is_subject, opening.children)):
        # 'resigned had the council not backed her', where the parser takes 'had' for the verb
        return _is_hypothetical(opening.head)
    if token.i > token.head.i and not _is_hypothetical(token.head):
        return False
    first = next((c for c in token.children if c.dep_ in {"aux", "auxpass"}), None)
    subject = next((c for c in token.children if is_subject(c)), None)
    return (
        first is not None and subject is not None and first.i < subject.i and first.lower_ in {"had", "should", "were"}
    )


def _is_hypothetical(verb: "Token") -> bool:
    return any(c.lower_ in {"would", "could", "might"} for c in verb.children)
