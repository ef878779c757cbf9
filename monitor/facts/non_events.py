"""What somebody did not say or do: no comment, no reply, denial, refusal, no confirmation."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from monitor.facts.reading import Reading, chars, is_subject, phrase, subject_of
from monitor.model.facts import Arg, NonEvent

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

Act = Literal["decline_comment", "no_reply", "deny", "refuse", "not_confirmed"]
ArgOf = Callable[["Token | None"], "Arg | None"]

_COMMENT = (
    r"(?:comment|elaborate|discuss|answer|speak|say|disclose|talk|confirm|be drawn|be interviewed|respond|specify"
    r"|(?:provide|give|offer)(?: [\w'’-]+){0,3}? (?:details?|information|comments?|answers?|repl(?:y|ies)|responses?"
    r"|reasons?|names?|figures?|numbers?|explanations?|specifics|interviews?|statements?|evidence|timelines?|dates?))"
)
_PATTERNS: tuple[tuple[Act, re.Pattern[str]], ...] = (
    (
        "decline_comment",
        re.compile(
            rf"\b(?P<cue>declin\w+|refus\w+|chos\w+ not|choos\w+ not|opt\w+ not|elect\w+ not|wasn't willing"
            rf"|was not willing|would not|wouldn't|did not want|didn't want|was unwilling"
            rf"|were unwilling) (?:immediately )?(?:to )?(?:publicly )?{_COMMENT}\b",
            re.IGNORECASE,
        ),
    ),
    (
        "decline_comment",
        re.compile(
            r"\b(?P<cue>did|does|do|had|has|have|offered|made|gave)(?: not|n't"
            r"| no) (?:immediate(?:ly)? )?(?:further )?comment(?:ed)?\b",
            re.IGNORECASE,
        ),
    ),
    (
        "decline_comment",
        re.compile(
            r"\b(?P<cue>declined|refused)(?: (?:a|an|all|any|further|our|the))? (?:request for |requests for "
            r"|interview )?(?:comment|interview|to be)\w*\b",
            re.IGNORECASE,
        ),
    ),
    (
        "no_reply",
        re.compile(
            r"\b(?P<cue>(?:did|has|have|had|does|do|could)(?: not|n't| yet to| yet)(?: immediately| yet"
            r"| immediately be)?) (?:immediately )?(?:respond\w*|repl\w+|return\w*|answer\w*|be reached)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "no_reply",
        re.compile(r"\b(?P<cue>could not|couldn't|cannot) (?:immediately )?be (?:reached|contacted)\b", re.IGNORECASE),
    ),
    (
        "no_reply",
        re.compile(
            r"\b(?P<cue>was|were|is|are) not (?:immediately )?(?:available|reachable) for comment\b", re.IGNORECASE
        ),
    ),
    (
        "no_reply",
        re.compile(
            r"\b(?P<cue>went unanswered|unavailable for comment|(?:was|were) not returned|(?:was|were)n't returned)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "not_confirmed",
        re.compile(
            r"\b(?P<cue>(?:could|can|has|have|had|was|were)(?: not|n't)(?: immediately| independently"
            r"| yet)*(?: been| be| able to)?)(?: immediately| independently| yet)* (?:be )?(?:verif\w+"
            r"|confirm\w*|corroborat\w+|authenticat\w+)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "not_confirmed",
        re.compile(
            r"\b(?P<cue>cannot|unable to|impossible to|no way to|yet to) (?:be )?(?:immediately "
            r"|independently )?(?:be )?(?:verif\w+|confirm\w*|corroborat\w+)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "not_confirmed",
        re.compile(
            r"\b(?:[Nn]either|[Nn]one|[Nn]o)\b[^.,;!?\n]{1,60}? (?P<cue>could|can|has|have|was|were)(?: been| be)"
            r"(?: immediately| independently| yet)*(?: be)? (?:verif\w+|confirm\w*|corroborat\w+)\b"
        ),
    ),
    ("not_confirmed", re.compile(r"\b(?P<cue>neither confirm\w*) (?:nor|or) (?:den\w+)\b", re.IGNORECASE)),
)
_REFUSALS = frozenset({"refuse", "decline", "reject"})


def find(reading: Reading, arg: ArgOf) -> tuple[NonEvent, ...]:
    """All of them, in reading order; `arg` makes a role's filler from its head token."""
    found: list[NonEvent] = []
    for act, pattern in _PATTERNS:
        for match in pattern.finditer(reading.mended):
            if any(n.span.start < match.end() and match.start() < n.span.end for n in found):
                continue
            found.append(_from_pattern(reading, act, match, arg))
    if reading.parses:
        covered = [(n.span.start, n.span.end) for n in found]
        for token in reading.doc:
            if token.pos_ != "VERB" or any(start <= token.idx < end for start, end in covered):
                continue
            made = _from_verb(reading, token, arg)
            if made is not None:
                found.append(made)
    return tuple(sorted(found, key=lambda item: item.span.start))


def _from_pattern(reading: Reading, act: Act, match: re.Match[str], arg: ArgOf) -> NonEvent:
    actor = None
    end = match.end()
    about = ""
    tokens = reading.tokens(match.start(), match.end())
    if reading.parses and tokens:
        verb = next((t for t in tokens if t.pos_ == "VERB"), tokens[0])
        subject, steps = subject_of(verb), 0
        top = verb
        while subject is None and top.head.i != top.i and steps < 5:
            top, steps = top.head, steps + 1
            subject = subject_of(top) if top.pos_ in {"VERB", "AUX"} else None
        if subject is not None and subject.lower_ in {"who", "which", "that"} and top.dep_ == "relcl":
            subject = top.head
        if subject is not None and reading.sentence(subject.idx) == reading.sentence(match.start()):
            if act == "not_confirmed" and subject.pos_ in {"NOUN", "PRON"} and _passive(verb):
                span = chars(reading, *phrase(subject))
                about = reading.text[span.start : span.end]
            else:
                actor = arg(subject)
        last = tokens[-1]
        about = about or _about(reading, last)
    start = actor.span.start if actor is not None and actor.span.start < match.start() else match.start()
    span_end = max(end, start)
    if about and act != "not_confirmed":
        place = reading.text.find(about, end, end + 300)
        if place >= 0:
            span_end = place + len(about)
    span = reading.trimmed(start, span_end)
    return NonEvent(
        text=reading.text[span.start : span.end],
        span=span,
        sentence=reading.sentence(span.start),
        actor=actor,
        act=act,
        confidence=0.9 if actor is not None or act == "not_confirmed" else 0.7,
        rule=f"non_event.{act}",
        about=about,
    )


def _passive(verb: "Token") -> bool:
    return any(c.dep_ in {"auxpass", "nsubjpass"} for c in verb.children)


def _about(reading: Reading, last: "Token") -> str:
    """'on this situation', 'to a request for comment on the plan'."""
    limit = last.sent.end
    rest = [t for t in reading.doc[last.i + 1 : min(limit, last.i + 40)] if not t.is_space]
    opener = next((t for t in rest[:10] if t.lower_ in {"on", "about", "regarding", "whether"}), None)
    if opener is None:
        return ""
    end = opener.right_edge.i if opener.dep_ == "prep" else min(limit - 1, opener.i + 25)
    first = opener.i if opener.lower_ == "whether" else opener.i + 1
    words = [t for t in reading.doc[first : end + 1] if not t.is_space]
    while words and words[-1].is_punct:
        words.pop()
    if not words:
        return ""
    span = reading.trimmed(words[0].idx, words[-1].idx + len(words[-1]))
    return reading.text[span.start : span.end]


def _from_verb(reading: Reading, verb: "Token", arg: ArgOf) -> NonEvent | None:
    lemma = verb.lemma_.lower()
    if lemma == "deny":
        act: Act = "deny"
    elif lemma in _REFUSALS and any(c.dep_ == "xcomp" for c in verb.children):
        act = "refuse"
    else:
        return None
    if any(c.dep_ in {"neg", "auxpass"} for c in verb.children) or verb.dep_ == "amod":
        return None
    if lemma == "deny" and any(c.dep_ == "dative" for c in verb.children):
        return None
    subject = subject_of(verb)
    top, steps = verb, 0
    while subject is None and top.dep_ in {"xcomp", "advcl", "relcl", "acl", "conj"} and steps < 4:
        top, steps = top.head, steps + 1
        subject = subject_of(top) if top.pos_ in {"VERB", "AUX"} else (top if top.pos_ in {"NOUN", "PROPN"} else None)
    if (
        subject is not None
        and is_subject(subject)
        and subject.lower_ in {"who", "which", "that"}
        and subject.head.dep_ == "relcl"
    ):
        subject = subject.head.head
    content = next((c for c in verb.children if c.dep_ in {"dobj", "ccomp", "xcomp"} and c.i > verb.i), None)
    if content is None or subject is None:
        return None
    right = min(content.right_edge.i, verb.sent.end - 1)
    left = content.left_edge.i
    whole = chars(reading, left, right)
    about_span = reading.trimmed(whole.start, whole.end)
    actor = arg(subject)
    start = actor.span.start if actor is not None and actor.span.start < verb.idx else verb.idx
    span = reading.trimmed(start, max(about_span.end, verb.idx + len(verb)))
    return NonEvent(
        text=reading.text[span.start : span.end],
        span=span,
        sentence=reading.sentence(verb.idx),
        actor=actor,
        act=act,
        confidence=0.85,
        rule=f"non_event.{act}",
        about=reading.text[about_span.start : about_span.end],
    )
