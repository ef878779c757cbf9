"""Whether a verb is told in the passive, and whom it is done to, also where headlines leave the auxiliary out."""

from typing import TYPE_CHECKING

from monitor.facts import acts

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

RELATIVE = frozenset({"who", "which", "that", "whom"})


def passive_subject(verb: "Token") -> "Token | None":
    """The one a passive verb is done to, as the clause names it."""
    own = next((c for c in verb.children if c.dep_ in {"nsubjpass", "csubjpass"}), None)
    if own is None and (_lacks_auxiliary(verb) or _is_caused(verb)):
        own = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    return own


def _lacks_auxiliary(verb: "Token") -> bool:
    """'Twelve killed in blast': headlines leave 'were' out, and such verbs never stand without whom they befall."""
    lemma = verb.lemma_.lower()
    in_title = verb.idx < verb.doc.user_data.get("title", 0)
    if _is_found_so(verb) or (in_title and (_is_given(verb) or _is_told_to(verb))):
        return True
    self_made = lemma in acts.SELF_MADE and not (lemma == "strike" and any(c.dep_ == "prt" for c in verb.children))
    if (
        verb.tag_ not in {"VBD", "VBN"}
        or verb.lower_ in acts.PAST_ONLY
        or (self_made if in_title else lemma not in acts.BEFALLING)
    ):
        return False
    shared = (g for c in verb.children if c.dep_ == "conj" for g in c.children)
    barring = {"dobj", "aux", "auxpass", "ccomp"} | (set() if in_title else {"xcomp", "prt"})
    if any(c.dep_ in barring for c in (*verb.children, *shared)):
        return False
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    if subject is None or subject.lower_ in RELATIVE | {"he", "she", "they", "we", "i"}:
        return False
    if in_title:
        return True
    following = verb.nbor(1) if verb.i + 1 < len(verb.doc) else None
    return following is None or following.pos_ not in {"NOUN", "PROPN", "DET", "NUM", "PRON", "ADJ"}


def _is_found_so(verb: "Token") -> bool:
    """'A woman found dead was ...': who finds has somebody to find."""
    relations = {c.dep_ for c in verb.children}
    if verb.lemma_ not in {"find", "leave", "declare", "presume", "pronounce"} or verb.tag_ not in {"VBD", "VBN"}:
        return False
    so = any(c.dep_ in {"oprd", "acomp"} and c.pos_ == "ADJ" and c.i == verb.i + 1 for c in verb.children)
    return so and "nsubj" in relations and not relations & {"dobj", "aux", "ccomp"}


def _is_told_to(verb: "Token") -> bool:
    """'Thousands told to leave': who tells has somebody to tell."""
    relations = {c.dep_ for c in verb.children}
    return (
        verb.lemma_ == "tell"
        and verb.tag_ in {"VBD", "VBN"}
        and "xcomp" in relations
        and not relations & {"dobj", "dative", "aux", "ccomp"}
    )


def _is_given(verb: "Token") -> bool:
    """'Mother handed suspended sentence': titles tell what somebody does in the present, so she was given it."""
    if verb.tag_ not in {"VBD", "VBN"} or verb.lemma_.lower() not in {
        "hand",
        "give",
        "award",
        "grant",
        "offer",
        "deny",
        "refuse",
        "spare",
    }:
        return False
    if verb.dep_ not in {"ROOT", "ccomp", "conj", "parataxis"} or any(
        c.dep_ in {"aux", "auxpass", "mark", "ccomp"} for c in verb.children
    ):
        return False
    subject = next((c for c in verb.children if c.dep_ == "nsubj" and c.i < verb.i), None)
    thing = next((c for c in verb.children if c.dep_ == "dobj" and c.i > verb.i), None)
    if subject is None or thing is None or subject.pos_ == "PRON" or thing.lemma_.lower() in acts.DENIED_THINGS:
        return False
    return thing.pos_ in {"NOUN", "NUM"} and not any(c.dep_ in {"det", "poss"} for c in thing.children)


def _is_caused(verb: "Token") -> bool:
    """'Had two bids rejected', 'wants directors prosecuted': done to those named, by somebody not named."""
    if verb.tag_ not in {"VBN", "VBD"} or verb.dep_ not in {"ccomp", "xcomp"} or verb.i < verb.head.i:
        return False
    bare = not any(c.dep_ in {"aux", "mark", "dobj"} for c in verb.children)
    return bare and verb.head.lemma_.lower() in acts.CAUSING and any(c.dep_ == "nsubj" for c in verb.children)


def is_passive(verb: "Token") -> bool:
    """Whether a verb is in the passive."""
    if any(child.dep_ in {"auxpass", "nsubjpass"} for child in verb.children):
        return True
    if _lacks_auxiliary(verb) or _is_caused(verb):
        return True
    if verb.tag_ != "VBN":
        return False
    if verb.dep_ == "acl":
        return not any(child.dep_ == "aux" for child in verb.children)
    return (
        verb.dep_ == "conj"
        and not any(c.dep_ == "aux" for c in verb.children)
        and verb.head.pos_ == "VERB"
        and verb.head.i != verb.i
        and is_passive(verb.head)
    )
