"""What a number counts where no unit stands beside it: people and what befell them, or the things named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.facts.reading import Reading
from monitor.facts.words import words

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_HARM = {
    "kill": "killed",
    "die": "killed",
    "injure": "injured",
    "wound": "injured",
    "hurt": "injured",
    "miss": "missing",
    "displace": "displaced",
    "arrest": "arrested",
    "detain": "detained",
    "evacuate": "evacuated",
    "infect": "infected",
    "hospitalize": "hospitalised",
    "hospitalise": "hospitalised",
    "capture": "captured",
    "rescue": "rescued",
    "trap": "trapped",
    "abduct": "abducted",
    "lose": "lost",
    "destroy": "destroyed",
    "damage": "damaged",
    "shoot": "shot",
    "intercept": "intercepted",
    "fire": "fired",
    "launch": "launched",
    "drown": "killed",
    "perish": "killed",
    "murder": "killed",
    "massacre": "killed",
    "slay": "killed",
    "strand": "stranded",
}
_AFTER = re.compile(
    r"^ (?:other |more |additional )?(?:[\w-]+ ){0,3}?(?:(?:were|was|have been|had been|has been|are|is|remain"
    r"|be|being) )?(?:also |later |already |feared |reported |confirmed )*"
    r"(killed|dead|died|deaths|injured|wounded|hurt|injuries|missing|displaced|arrested|detained|evacuated"
    r"|homeless|infected|hospitali[sz]ed|captured|rescued|trapped|drowned|stranded)\b"
)
_NORMAL = {
    "dead": "killed",
    "died": "killed",
    "deaths": "killed",
    "wounded": "injured",
    "hurt": "injured",
    "injuries": "injured",
    "drowned": "killed",
}
_PEOPLE = words(
    "people person civilian soldier troop child woman man worker resident victim passenger patient migrant"
    " refugee police officer policeman protester demonstrator fighter militant student teacher employee"
    " death injury casualty hostage prisoner voter rescuer firefighter villager miner tourist journalist"
    " servicemember national pupil deputy lawmaker parliamentarian senator delegate nurse doctor dockworker"
    " miner farmer commuter driver pilot sailor marine conscript mercenary reservist veteran pensioner homeowner"
    " subscriber customer user investor volunteer inmate detainee captive evacuee settler activist campaigner supporter"
    " fan spectator pilgrim worshipper guest candidate applicant bystander pedestrian cyclist motorist survivor"
    " citizen inhabitant native youth teenager minor toddler infant baby parent father mother family member relative"
    " member personnel adult girl boy crew recruit serviceman suspect"
)
_SKIP_NOUNS = words("year month week day hour minute second decade time century night a.m p.m am pm o'clock")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a number counts: a unit, what of it, and the offset at which its words end."""

    unit: str
    of: str
    end: int
    confidence: float


def counted(reading: Reading, start: int, end: int) -> Counted | None:
    """What a bare number counts; None where it counts nothing that is told (page numbers, scores, years)."""
    following = _AFTER.match(reading.mended[end : end + 80])
    tokens = reading.tokens(start, end)
    head = _head(tokens) if reading.parses else None
    if head is None:
        return _by_words(reading, end, following)
    noun = head.lemma_.lower()
    if noun in _SKIP_NOUNS or head.i - tokens[-1].i > 6:
        return None
    harm = (
        _harm(head)
        or next((found for token in tokens if (found := _harm(token))), "")
        or (_NORMAL.get(following.group(1), following.group(1)) if following else "")
    )
    stop = max(end, head.idx + len(head))
    if noun in _PEOPLE or _is_people(head):
        unit = "people"
        kind = _NORMAL.get(head.lower_, "") or ("killed" if noun == "death" else "injured" if noun == "injury" else "")
        described = reading.text[head.idx : head.idx + len(head)].lower()
        of = harm or kind or ("" if noun in {"people", "person"} else described)
        return Counted(unit, of, stop, 0.9)
    if head.pos_ in {"VERB", "ADJ"}:
        word = head.lower_
        return (
            Counted("people", _NORMAL.get(word, _HARM.get(noun, word)), stop, 0.8)
            if word in _NORMAL or noun in _HARM
            else None
        )
    if head.pos_ in {"NUM", "CD"} or head.i in {t.i for t in tokens}:
        return Counted("people", harm, end, 0.75) if harm else None
    return Counted(head.lower_, harm, stop, 0.75)


_WORKERS = re.compile(r"(?:workers|men|women|people|folk|goers|holders|makers|keepers)$")


def _is_people(head: "Token") -> bool:
    """Whether a plural is of people: workers and those of a nation; others ('deputies') are in the list of words."""
    if head.tag_ not in {"NNS", "NNPS"}:
        return False
    if head.tag_ == "NNPS" or head.text[0].isupper():
        return head.ent_type_ == "NORP"
    return _WORKERS.search(head.lower_) is not None


def _by_words(reading: Reading, end: int, following: re.Match[str] | None) -> Counted | None:
    """What is counted as the words after the number alone tell it, without clause structure."""
    if following:
        word = following.group(1)
        return Counted("people", _NORMAL.get(word, word), end, 0.75)
    plain = re.match(r" (?:of )?((?:[^\W\d_]+[ -]){0,2}?[^\W\d_]{3,})", reading.mended[end : end + 40])
    if plain is None or reading.parses:
        return None
    return Counted(plain.group(1), "", end, 0.5)


def _head(tokens: "Sequence[Token]") -> "Token | None":
    """The noun a number modifies, or the number itself where it stands alone."""
    for token in reversed(tokens):
        if token.pos_ not in {"NUM", "NOUN", "DET", "ADJ"}:
            continue
        if token.dep_ in {"quantmod", "compound"} and any(token.head.i == other.i for other in tokens):
            continue
        if token.dep_ in {"nummod", "quantmod", "compound", "amod", "det", "npadvmod"} and token.head.i >= token.i:
            head, steps = token.head, 0
            while head.dep_ in {"nummod", "quantmod", "compound"} and head.head.i > head.i and steps < 4:
                head, steps = head.head, steps + 1
            if head.pos_ in {"NOUN", "PROPN", "ADJ", "VERB", "SYM"}:
                return head
        of = next((c for c in token.children if c.lower_ == "of"), None)
        if of is not None:
            return next((g for g in of.children if g.dep_ == "pobj"), token)
        return token
    return None


def _harm(head: "Token") -> str:
    """What befell those counted: the verb they are the subject of a passive or the object of."""
    verb = head.head
    if verb.pos_ != "VERB" or verb.i == head.i:
        for child in head.children:
            if child.dep_ == "acl" and child.lemma_.lower() in _HARM:
                return _HARM[child.lemma_.lower()]
        return ""
    lemma = verb.lemma_.lower()
    if head.dep_ in {"nsubjpass", "dobj"} or (head.dep_ == "nsubj" and lemma in {"die", "drown", "perish"}):
        return _HARM.get(lemma, "")
    return ""
