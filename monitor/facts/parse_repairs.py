"""Misparses of the small English model that grammar gives away, set right before anything reads the tree.

Each repair needs a shape that no right parse has: a sentence without a verb beside a participle with an object of its
own, a noun with a subject, an auxiliary that the joined verb cannot share.
"""

from typing import TYPE_CHECKING

from monitor.facts import acts
from monitor.facts.words import words

if TYPE_CHECKING:
    from monitor.facts.nlp import Doc, Token

_TWO_OBJECTS = frozenset(
    {"give", "grant", "offer", "award", "pay", "send", "hand", "deny", "call", "name", "show", "teach", "tell", "lend"}
)
"""Verbs that keep an object in the passive: 'the man denied a visa'."""

_CALLS = words("calls claims charges plans demands talks attacks")
_ANSWERS = words(
    "reject face deny dismiss defy resist ignore drop seek back join lead launch end halt order block fight"
)
_SHORTEST_GOVERNOR = 4
_NEEDS_SPEAKER = words("deny reject accuse blame urge vow demand dismiss condemn")
_TAGS = words("say find show hear report state conclude claim announce tell suggest")
"""Verbs that may close a sentence: '..., a report published on Monday found.'"""


def repair(doc: "Doc", title_length: int = 0) -> None:  # noqa: C901, PLR0912 - a list of shapes
    """Set heads, labels and tags of a parsed document right, in place; titles have a grammar of their own."""
    for token in doc:
        if token.idx < title_length:
            _mend_title(token)
        if token.dep_ == "acl" and token.tag_ == "VBN":
            _make_main_verb(token)
        elif token.dep_ == "csubj" and token.tag_ in {"VBN", "VBD"}:
            _make_participle(token)
        elif token.dep_ in {"conj", "ROOT"} and token.tag_ in {"VB", "VBN", "VBG"} and _give_subject(token):
            continue
        elif token.dep_ == "conj" and token.tag_ == "VB" and any(c.lower_ == "did" for c in token.children):
            _join_higher(token)
        elif token.dep_ == "conj" and token.tag_ == "VBD":
            _join_higher(token)
            _make_passive(token)
        elif token.dep_ == "relcl" and token.lemma_.lower() in _TAGS:
            _make_tag(token)
        elif token.tag_ in {"NN", "NNS"}:
            _make_verb(token)
            _make_claiming_verb(token)
            _make_closing_verb(token)
        elif token.dep_ == "prep" and token.lower_ == "of":
            _give_charge(token)
        elif token.dep_ == "amod" and token.tag_ == "JJ":
            _make_subject(token)
        elif token.dep_ == "aux" and token.head.tag_ == "VBG":
            _make_governor(token)
        elif token.dep_ == "auxpass" and token.lower_ == "'s":
            _make_perfect(token)


def _mend_title(token: "Token") -> None:
    if token.dep_ == "ROOT" and token.tag_ == "NNS":
        _make_title_verb(token)
        return
    subjects = [c for c in token.children if c.dep_ == "nsubj" and c.i < token.i]
    if len(subjects) > 1 and any(c.dep_ == "mark" and subjects[0].i < c.i < subjects[1].i for c in token.children):
        # 'Three missing after boat capsizes': the boat does
        subjects[0].dep_ = "dep"
        return
    subject = next((c for c in token.children if c.dep_ == "nsubj" and c.i < token.i), None)
    if subject is None or token.i == 0:
        return
    before = token.nbor(-1)
    if before.dep_ == "pobj" and before.i != subject.i and before.head.lower_ in {"after", "as", "before", "until"}:
        opening = before.head
        subject.dep_ = "dep"
        before.head = token
        before.dep_ = "nsubj"
        opening.head = token
        opening.dep_ = "mark"
    elif subject.i == token.i - 1 and token.lower_ in _CALLS and subject.lemma_.lower() in _ANSWERS and subject.i:
        # 'Starmer rejects calls to resign': nobody calls
        owner = next((c for c in subject.children if c.dep_ == "compound"), None)
        if owner is not None:
            later = [c for c in token.children if c.i > token.i]
            subject.head, subject.dep_ = token, "dep"
            token.tag_, token.pos_ = "NNS", "NOUN"
            top = token.head if token.head.i != token.i else subject
            subject.head = top
            subject.dep_ = "ROOT" if top is subject else token.dep_
            subject.tag_, subject.pos_ = "VBZ", "VERB"
            token.head, token.dep_ = subject, "dobj"
            owner.head, owner.dep_ = subject, "nsubj"
            for child in later:
                if child.is_punct:
                    child.head = subject


def _make_title_verb(noun: "Token") -> None:
    """'Senate votes against impeaching judge'."""
    owner = next((c for c in noun.children if c.dep_ == "compound" and c.i == noun.i - 1), None)
    acts = any(c.dep_ == "prep" and any(g.dep_ == "pcomp" for g in c.children) for c in noun.children)
    if owner is not None and acts:
        noun.tag_, noun.pos_ = "VBZ", "VERB"
        owner.dep_ = "nsubj"


def _make_main_verb(verb: "Token") -> None:
    """'An explosion at a hospital in the enclave killed 200 people': 'killed' is no participle of the enclave."""
    top = verb.sent.root
    if top.pos_ not in {"NOUN", "PROPN"} or top.i >= verb.i or verb.lemma_.lower() in _TWO_OBJECTS:
        return
    if not any(c.dep_ == "dobj" for c in verb.children) or any(c.dep_.startswith("aux") for c in verb.children):
        return
    if any(c.dep_ in {"cop", "nsubj", "nsubjpass"} for c in top.children):
        return
    later = [c for c in top.children if c.i > verb.i]
    verb.head = verb
    verb.dep_, verb.tag_ = "ROOT", "VBD"
    top.head = verb
    top.dep_ = "nsubj"
    for child in later:
        child.head = verb


def _make_participle(verb: "Token") -> None:
    """'A man accused of fraud will fight extradition': the man fights, 'accused' tells which man."""
    subject = next((c for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"} and c.i < verb.i), None)
    main = verb.head
    if subject is None or main.i < verb.i or any(c.dep_.startswith("aux") for c in verb.children):
        return
    subject.head = main
    subject.dep_ = "nsubjpass" if any(c.dep_ == "auxpass" for c in main.children) else "nsubj"
    verb.head = subject
    verb.dep_, verb.tag_ = "acl", "VBN"


def _join_higher(verb: "Token") -> None:
    """'Did not deny that staff had left but called it false': who did not deny called it so, not the staff."""
    inner = verb.head
    outer = inner.head
    if inner.tag_ == "VB" and inner.dep_ == "xcomp" and any(c.tag_ == "TO" for c in inner.children):
        # 'was asked to mediate but refused': a past does not go on from an infinitive
        bare = not any(c.dep_.startswith(("aux", "nsubj")) for c in verb.children)
        joint = [c for c in inner.children if c.dep_ in {"cc", "punct"} and inner.i < c.i < verb.i]
        if bare and outer.pos_ == "VERB" and outer.i < inner.i:
            verb.head = outer
            for mark in joint:
                mark.head = outer
        return
    if inner.dep_ != "ccomp" or outer.pos_ != "VERB" or outer.i > inner.i:
        return
    but = any(c.dep_ == "cc" and c.lower_ == "but" for c in inner.children)
    contrast = but and any(c.dep_ == "neg" for c in outer.children)
    alone = not any(c.dep_.startswith(("aux", "nsubj")) for c in verb.children)
    # 'admitted that its software had been mistaken but denied that she had been harmed'
    told = verb.lemma_ in _NEEDS_SPEAKER and any(c.dep_ == "auxpass" for c in inner.children)
    if told and alone and any(c.dep_ in {"ccomp", "dobj"} for c in verb.children):
        verb.head = outer
    # 'knew that a priest was abusing boys but did not tell police'
    knew = outer.lemma_ in {"know", "realise", "realize"} and any(c.dep_ == "mark" for c in inner.children)
    if but and knew and not any(c.dep_.startswith("nsubj") for c in verb.children):
        verb.head = outer
    if contrast and alone and any(c.dep_.startswith("aux") for c in inner.children):
        verb.head = outer


def _make_passive(verb: "Token") -> None:
    """'Was arrested and denied bail', 'were held and refused entry': a bare thing that others deny."""
    if verb.lemma_.lower() not in {"deny", "refuse", "offer", "give", "grant", "award"}:
        return
    if not any(c.dep_ == "auxpass" for c in verb.head.children) or any(c.dep_.startswith("aux") for c in verb.children):
        return
    thing = next((c for c in verb.children if c.dep_ == "dobj" and c.i > verb.i), None)
    if thing is None or thing.pos_ != "NOUN" or thing.lemma_.lower() in acts.DENIED_THINGS:
        return
    if not any(c.dep_ in {"det", "poss"} for c in thing.children):
        verb.tag_ = "VBN"


def _give_subject(verb: "Token") -> bool:
    """'Vowed the killing would not go unpunished', 'after a 19-year-old was stabbed': nothing joins the second verb."""
    above = verb.dep_ == "conj"
    upper = verb.head if above else next((c for c in verb.children if c.dep_ == "ccomp" and c.i < verb.i), verb)
    first = next((c for c in verb.children if c.dep_ in {"aux", "auxpass"}), None)
    if first is None or first.tag_ not in {"MD", "VBD", "VBZ", "VBP"} or first.i == 0 or upper.pos_ != "VERB":
        return False
    if any(c.dep_ in {"nsubj", "nsubjpass", "expl", "cc"} and c.i < verb.i for c in verb.children):
        return False
    if any(c.dep_ in {"cc", "punct"} and upper.i < c.i < verb.i for c in upper.children):
        return False
    nouns = [c for c in upper.children if c.dep_ == "dobj"]
    openings = [c for c in upper.children if c.lower_ in {"after", "before", "as", "until", "since"}]
    nouns += [g for c in openings for g in c.children if g.dep_ == "pobj"]
    subject = next((n for n in nouns if upper.i < n.i and n.right_edge.i == first.i - 1), None)
    if subject is None:
        return False
    opening = subject.head if subject.dep_ == "pobj" else None
    passive = any(c.dep_ == "auxpass" for c in verb.children)
    subject.head, subject.dep_ = verb, "nsubjpass" if passive else "nsubj"
    if not above:
        upper.head, upper.dep_ = upper, "ROOT"
        verb.head = upper
    verb.dep_ = "ccomp" if opening is None else "advcl"
    if opening is not None:
        opening.head, opening.dep_ = verb, "mark"
    return True


def _make_governor(aux: "Token") -> None:
    """'Most oppose sending missiles': only forms of 'be' help a verb in '-ing'."""
    verb = aux.head
    if (
        aux.tag_ not in {"VBP", "VBZ", "VBD"}
        or aux.lemma_ in {"be", "have"}
        or aux.i > verb.i
        or len(aux) < _SHORTEST_GOVERNOR
    ):
        return
    for child in list(verb.children):
        if child.i < aux.i:
            child.head = aux
    top, relation = verb.head, verb.dep_
    aux.head = aux if top.i == verb.i else top
    aux.dep_, aux.pos_ = relation, "VERB"
    verb.head, verb.dep_ = aux, "xcomp"


def _make_claiming_verb(noun: "Token") -> None:
    """'It knew, a former worker claims in a lawsuit.': 'a' has no plural, so the worker claims."""
    subject = noun.nbor(-1) if noun.i else None
    article = next((c for c in noun.children if c.dep_ == "det" and c.lower_ in {"a", "an"}), None)
    top = noun.sent.root
    if noun.tag_ != "NNS" or article is None or subject is None or subject.head.i != noun.i:
        return
    if noun.lemma_.lower() not in _TAGS | {"allege", "rule"} or article.i < 2 or article.nbor(-1).text != ",":
        return
    if subject.dep_ != "compound" or not top.i < article.i or top.pos_ not in {"VERB", "AUX"}:
        return
    for child in list(noun.children):
        if child.i < subject.i and child.dep_ in {"det", "amod", "compound", "nmod", "poss"}:
            child.head = subject
    noun.head = noun
    noun.dep_, noun.tag_, noun.pos_ = "ROOT", "VBZ", "VERB"
    subject.head, subject.dep_ = noun, "nsubj"
    top.head, top.dep_ = noun, "ccomp"


def _make_closing_verb(noun: "Token") -> None:
    """'Three have died, local media report.': a noun that closes a sentence with what is reported before it."""
    if noun.dep_ != "ROOT" or noun.lemma_.lower() not in _TAGS or noun.i == 0:
        return
    subject = noun.nbor(-1)
    clause = next((c for c in noun.children if c.dep_ == "ccomp" and c.i < noun.i), None)
    closes = all(t.is_punct or t.is_space for t in noun.doc[noun.i + 1 : noun.sent.end])
    if clause is None or not closes or subject.dep_ not in {"compound", "amod"} or subject.head.i != noun.i:
        return
    for child in list(noun.children):
        if child.dep_ in {"amod", "compound", "det", "poss"} and clause.i < child.i < subject.i:
            child.head = subject
    subject.dep_ = "nsubj"
    noun.tag_, noun.pos_ = ("VBP" if noun.tag_ == "NN" else "VBZ"), "VERB"


def _give_charge(prep: "Token") -> None:
    """'Accused by prosecutors of theft': of what belongs to the verb, not to who accuses."""
    agent = prep.head.head
    if prep.head.dep_ == "pobj" and agent.dep_ == "agent" and agent.head.lemma_ in {"accuse", "suspect", "convict"}:
        prep.head = agent.head


def _make_subject(word: "Token") -> None:
    """'Kyiv claims to have sunk it': a name right before a verb that has no subject."""
    verb = word.head
    if verb.tag_ not in {"VBZ", "VBD"} or verb.i != word.i + 1 or not word.text.istitle():
        return
    if any(c.dep_ in {"nsubj", "nsubjpass", "expl"} for c in verb.children):
        return
    word.dep_, word.tag_, word.pos_ = "nsubj", "NNP", "PROPN"


def _make_perfect(aux: "Token") -> None:
    """'He's predicted big wins': he has, for what is predicted stands after the verb."""
    verb = aux.head
    subject = next((c for c in verb.children if c.dep_ == "nsubjpass" and c.i < aux.i), None)
    has_object = any(c.dep_ in {"dobj", "ccomp"} and c.i > verb.i for c in verb.children)
    by = any(c.dep_ == "agent" for c in verb.children)
    if subject is None or not has_object or by or verb.lemma_.lower() in _TWO_OBJECTS:
        return
    aux.dep_, aux.lemma_ = "aux", "have"
    subject.dep_ = "nsubj"


def _make_tag(verb: "Token") -> None:
    """'They were locked in, a report by the prisons ombudsman found.': the report found that, it was not found."""
    noun = verb.head
    top = verb.sent.root
    before = verb.doc[noun.left_edge.i - 1] if noun.left_edge.i > verb.sent.start else None
    closes = all(t.is_punct or t.is_space for t in verb.doc[verb.i + 1 : verb.sent.end])
    if not closes or before is None or before.text != "," or not top.i < noun.i or top.pos_ not in {"VERB", "AUX"}:
        return
    if any(c.dep_ in {"dobj", "ccomp"} or c.tag_ in {"WDT", "WP"} for c in verb.children):
        return
    inner = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    if inner is not None and inner.i - 1 != noun.i and inner.left_edge.i - 1 != noun.i:
        inner.head = verb.doc[inner.left_edge.i - 1]
        inner.dep_ = "appos"
    elif inner is not None:
        return
    verb.head = verb
    verb.dep_ = "ROOT"
    top.head = verb
    top.dep_ = "ccomp"
    noun.head = verb
    noun.dep_ = "nsubj"


def _make_verb(noun: "Token") -> None:
    """'Economists at the bank doubt that they will': a noun that has both a subject and a clause is a verb."""
    if noun.dep_ not in {"ROOT", "ccomp", "conj"}:
        return
    subject = next((c for c in noun.children if c.dep_ == "nsubj" and c.i < noun.i), None)
    clause = next((c for c in noun.children if c.dep_ in {"ccomp", "xcomp"} and c.i > noun.i), None)
    if subject is None or clause is None or any(c.dep_ in {"det", "poss", "cop"} for c in noun.children):
        return
    if noun.tag_ == "NN" and subject.tag_ in {"NN", "NNP"}:
        return
    noun.tag_, noun.pos_ = ("VBP" if noun.tag_ == "NN" else "VBZ"), "VERB"
