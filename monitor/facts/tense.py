"""Which way a time lies from the day of publication, as the verb that governs it tells."""

import re
from typing import TYPE_CHECKING, Literal

from monitor.facts import cues
from monitor.facts.reading import Reading
from monitor.facts.words import words

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

Lean = Literal["past", "present", "future", ""]

_AHEAD = re.compile(
    r"\b(?:as (?:early|soon|late) as|no (?:later|earlier|sooner) than|ahead of|due|(?:scheduled|set|slated|planned"
    r"|expected|pencilled in|billed) for|expected|starting|beginning|effective|upcoming) (?:(?:on|in|at|by|from"
    r"|the) )*$",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:than (?:in |on |at )?|since |(?:figures|data|results|earnings|sales|profits|statistics) (?:for|in|from|of) )"
    r"(?:the )?(?:early |late |mid-)?$",
    re.IGNORECASE,
)
_UP_TO = re.compile(r"\b(?:until|till|through|by|before) (?:at )?(?:the )?$", re.IGNORECASE)
_PUT_OFF = re.compile(
    r"\b(?:adjourned|postponed|delayed|deferred|remanded|suspended|extended|put (?:off|back)|rescheduled|shelved|banned"
    r"|moved|pushed back)\b[^.;!?]{0,60} until (?:the )?$",
    re.IGNORECASE,
)
"""What is put off now is put off to a day to come."""
_SPOKEN_OF_AHEAD = re.compile(
    r"\b(?:will|due|scheduled|set to|expected to|plans? to|slated|going to|is to|are to|shall|starting|beginning"
    r"|(?:would|may|might|could|can)(?! (?:\w+ )?have\b))\b[^.!?;]{0,80}$",
    re.IGNORECASE,
)
_AHEAD_AUX = words("will shall 'll wo would may might could can ca should must ought")
_DONE = words(
    "manage fail begin start try attempt continue seem appear force use struggle proceed come decline refuse "
    "happen help"
    " tend"
)
"""Verbs whose infinitive tells what took place, or did not, at their own time."""
_NOT_SAID = words("continue begin conclude open close end")
_BARRING = words("discourage deter dissuade ban bar prevent stop prohibit warn advise")
_TO_COME = words("expect schedule plan set slate hope intend aim pencil bill")
_STEPS = 12


def lean(reading: Reading, start: int, end: int) -> Lean:
    """How the time at [start, end) lies: "past", "future", "present" (told of now, or of a fixed date), "" unknown."""
    before = reading.mended[max(0, start - 110) : start]
    if _BACK.search(before):
        return "past"
    if found := _AHEAD.search(before):
        return "past" if re.search(r"\bhad (?:\w+ ){0,3}$", before[: found.start()]) else "future"
    if not reading.parses:
        found = _SPOKEN_OF_AHEAD.search(before)
        told: Lean = "future" if found and not re.search(r"\b(?:said|was|were|had|did)\b", found.group()[4:]) else ""
    else:
        verb = _governor(reading, start, end)
        told = "" if verb is None else _of_verb(verb, 0)
    if _UP_TO.search(before):
        return "future" if told in {"", "present"} or _PUT_OFF.search(before) else told
    return told


def spoken(reading: Reading, start: int, end: int) -> bool:
    """Whether the time at [start, end) is that of a statement: 'said on Friday'."""
    verb = _governor(reading, start, end) if reading.parses else None
    return verb is not None and verb.lemma_.lower() in cues.SPEECH


def _governor(reading: Reading, start: int, end: int) -> "Token | None":
    token = next(iter(reading.tokens(start, end)), None)
    steps = 0
    while token is not None and steps < _STEPS:
        if token.pos_ in {"VERB", "AUX"} and token.dep_ not in {"aux", "auxpass", "amod", "compound"}:
            return token
        if token.head.i == token.i:
            return None
        token, steps = token.head, steps + 1
    return None


def _of_verb(verb: "Token", depth: int) -> Lean:  # noqa: PLR0911 - a cascade of rules
    auxiliaries = [child for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    low = {child.lower_ for child in auxiliaries}
    if low & _AHEAD_AUX:
        return "past" if "have" in low else "future"
    if "had" in low:
        return "past"
    if "to" in low:
        return _of_infinitive(verb, depth)
    if low & {"have", "has", "was", "were", "did", "'ve"}:
        return "future" if verb.lemma_.lower() in _TO_COME and not low & {"have", "has", "'ve"} else "past"
    if verb.dep_ == "conj" and verb.tag_ in {"VB", "VBN", "VBG"} and not auxiliaries:
        return _above(verb, depth)
    if low & {"is", "are", "'s", "'re", "am", "does", "do", "be", "being"}:
        return "future" if verb.lemma_.lower() in _TO_COME else "present"
    if verb.tag_ in {"VBD", "VBN"}:
        return "past"
    if verb.tag_ == "VBG" and verb.dep_ == "pcomp" and verb.head.head.lemma_.lower() in _BARRING:
        return "future"
    if verb.tag_ in {"VBZ", "VBP"}:
        return "past" if verb.lemma_.lower() in cues.CLASS_OF.keys() - _NOT_SAID else "present"
    return _above(verb, depth)


def _of_infinitive(verb: "Token", depth: int) -> Lean:
    head = verb.head
    if head.i == verb.i:
        return "future"
    if head.pos_ == "ADJ" and head.lemma_.lower() == "able":
        return _above(head, depth)
    if head.pos_ in {"VERB", "AUX"} and verb.dep_ in {"xcomp", "ccomp", "advcl", "conj"}:
        if head.lemma_.lower() in _DONE and not any(c.lower_ in _AHEAD_AUX for c in head.children):
            return _of_verb(head, depth + 1) if depth < _STEPS else ""
        if any(child.lower_ == "had" and child.dep_ == "aux" for child in head.children):
            return "past"
    return "future"


def _above(token: "Token", depth: int) -> Lean:
    """What the next verb upwards tells."""
    head, steps = token.head, 0
    while head.head.i != head.i and head.pos_ not in {"VERB", "AUX"} and steps < _STEPS:
        head, steps = head.head, steps + 1
    if head.i == token.i or head.pos_ not in {"VERB", "AUX"} or depth >= _STEPS:
        return ""
    return _of_verb(head, depth + 1)
