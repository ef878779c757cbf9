"""Companies and other bodies the model does not know: by legal form, by the words around them, by what they do."""

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.facts import cues, places
from monitor.facts.mentions import Mention
from monitor.facts.reading import Reading, is_subject
from monitor.facts.titles import GIVEN_NAMES
from monitor.facts.words import words

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_FORM = (
    r"(?:AG|PLC|Plc|plc|Inc\b\.?|Corp\b\.?|Ltd\b\.?|Co\b\.?|LLC|LLP|GmbH|SE|NV|N\.V\.|SA|S\.A\.|SpA|S\.p\.A\.|ASA|AB|A/S"
    r"|Oyj|KK|Holdings?|Pty)"
)
_WITH_FORM = re.compile(rf"(?<![\w'’-])(?:[A-Z][\w&'’.-]*[\w&] ){{1,4}}{_FORM}(?![\w'’])")
_BODY = (
    r"(?:company|firm|maker|producer|refiner|miner|bank|retailer|airline|operator|rival|group|start-?up|lender|insurer"
    r"|supplier|agency|broadcaster|newspaper|carrier|platform|manufacturer|developer|chain|conglomerate|brewer|utility"
    r"|exchange|charity|union|regulator|publisher|drugmaker|carmaker|chipmaker|watchdog|daily|magazine|website|parent"
    r"|owner)"
)
_APPOSED = re.compile(rf", (?:an?|the|its|another|one of|whose)(?: [\w'’-]+){{0,6}}? {_BODY}\b")
_OWNED = re.compile(
    r"['’]s? (?:\w+ )?(?:shares?|stock|revenues?|profits?|sales|earnings|dividend|chief executive|CEO|CFO|board"
    r"|chair(?:wo)?man|finance director|customers|shareholders|headquarters|spokes\w+|owners?|employees|plants?"
    r"|results|outlook|rating|website|app)\b"
)
_AFTER = re.compile(r" (?:shares|stock|executives|shareholders|employees|customers)\b")
_BEFORE = re.compile(
    r"\b(?:[Ss]hares in|[Ss]takes? (?:of [\w.%]+ )?in|investors in|customers of|owner of|parent of|newspaper|daily"
    r"|magazine|broadcaster|website|news agency|rival|union|charity|ratings? agency|watchdog) $"
)
_ACTS = cues.SPEECH | words(
    "downgrade upgrade post cut raise forecast expect agree buy acquire sell recall launch unveil appoint hire file sue"
    " pay earn lose report publish announce plan operate own produce supply win warn decline"
)
"""Verbs that a bare name before them is likely to be a company's or a person's."""
_DOUBTFUL = frozenset({"PERSON", "PRODUCT", "GPE", "FAC", "LOC", "EVENT"})
_LONGEST = 60
_ENOUGH = 30
"""Namings of one body that are looked at."""


def settle(reading: Reading, mentions: list[Mention]) -> list[Mention]:
    """The mentions with those of companies added and set right."""
    kept = _with_forms(reading, mentions)
    bodies = _bodies(reading, kept)
    kept = [_as_company(mention, bodies) for mention in kept]
    kept = sorted([*kept, *_bare(reading, kept)], key=lambda m: m.start)
    return _shortened(reading, kept)


def _with_forms(reading: Reading, mentions: list[Mention]) -> list[Mention]:
    """'Novalis AG', 'Acme Holdings plc': the form tells, whatever the model made of the name."""
    found = [
        Mention(match.start(), match.end(), "ORG", match.group(), 0.85, "company form")
        for match in _WITH_FORM.finditer(reading.mended)
        if match.end() - match.start() <= _LONGEST
        and reading.sentence(match.start()) == reading.sentence(match.end() - 1)
    ]
    if not found:
        return mentions
    starts = [one.start for one in found]

    def covered(mention: Mention) -> bool:
        place = bisect.bisect_right(starts, mention.end - 1) - 1
        return place >= 0 and mention.start < found[place].end

    sure = [m for m in mentions if m.entry is not None and not m.weak and m.type == "ORG" and covered(m)]
    found = [one for one in found if not any(m.start < one.end and one.start < m.end for m in sure)]
    starts = [one.start for one in found]
    return sorted([*(m for m in mentions if not covered(m)), *found], key=lambda m: m.start)


def _bodies(reading: Reading, mentions: Sequence[Mention]) -> frozenset[str]:
    """The names among the model's that the text speaks of as it does of bodies."""
    named = {m.name for m in mentions if m.rule == "model" and m.type in _DOUBTFUL}
    return frozenset(name for name in named if _is_spoken_of_as_body(reading, name))


def _as_company(mention: Mention, bodies: frozenset[str]) -> Mention:
    """'Orlen's shares', 'the newspaper Il Mattino', 'Tupras, a refiner,': no person."""
    if mention.rule != "model" or mention.name not in bodies or mention.type not in _DOUBTFUL:
        return mention
    if mention.type == "PERSON" and mention.name.split()[0] in GIVEN_NAMES:
        return mention
    if mention.type == "GPE" and places.table().named(mention.name):
        return mention
    return replace(mention, type="ORG", rule="company", confidence=0.7)


def _is_spoken_of_as_body(reading: Reading, name: str) -> bool:
    found = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", reading.mended)
    for match in itertools.islice(found, _ENOUGH):
        after = reading.mended[match.end() : match.end() + 90]
        before = reading.mended[max(0, match.start() - 40) : match.start()]
        if _OWNED.match(after) or _AFTER.match(after) or _APPOSED.match(after) or _BEFORE.search(before):
            return True
    return False


def _bare(reading: Reading, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """'Fitch downgraded', 'Tupras said it was': a proper noun that acts and that nothing else explains."""
    covered = {place for mention in mentions for place in range(mention.start, mention.end)}
    known = {mention.name for mention in mentions}
    lowered = reading.vocabulary
    for token in reading.doc:
        if token.pos_ != "PROPN" or token.idx in covered or not is_subject(token) or not token.text[:1].isupper():
            continue
        first = token
        while first.i > token.sent.start and _joins(first.nbor(-1), first) and first.nbor(-1).idx not in covered:
            first = first.nbor(-1)
        name = reading.mended[first.idx : token.idx + len(token)]
        opens_as_word = first.i == first.sent.start and (first.lower_ in lowered or first.lower_ in _OPENERS)
        if name in known or opens_as_word or len(name) < 3 or len(name) > _LONGEST:
            continue
        if _acts_as_body(token):
            yield Mention(first.idx, token.idx + len(token), "ORG", name, 0.55, "company subject")


_OPENERS = words("the a an this that these those it he she they we you i who what there here both all some many most")


def _joins(before: "Token", token: "Token") -> bool:
    return (
        before.pos_ == "PROPN" and before.dep_ == "compound" and before.head.i >= token.i and before.text[:1].isupper()
    )


def _acts_as_body(token: "Token") -> bool:
    """Whether the subject does what bodies do, and no title or courtesy makes it a person."""
    verb = token.head
    if verb.lemma_.lower() not in _ACTS:
        return False
    return not any(
        child.dep_ in {"det", "poss", "compound", "amod", "nummod"} and child.pos_ != "PROPN"
        for child in token.children
    )


def _shortened(reading: Reading, mentions: list[Mention]) -> list[Mention]:
    """'Novalis' is Novalis AG, 'Kestrel' is Kestrel Capital: the first word of a body's longer name."""
    longer: dict[str, set[str]] = {}
    for mention in mentions:
        parts = mention.name.split()
        if mention.type == "ORG" and mention.entry is None and len(parts) > 1 and len(parts[0]) > 3:
            longer.setdefault(parts[0], set()).add(mention.name)
    single = {short: next(iter(names)) for short, names in longer.items() if len(names) == 1}
    known = {m.name for m in mentions if m.entry is not None}
    single = {
        s: n
        for s, n in single.items()
        if s not in known and s.lower() not in reading.vocabulary and not places.table().named(s)
    }
    if not single:
        return mentions
    kept = [
        replace(m, type="ORG", name=single[m.name], rule="short name")
        if m.name in single and m.entry is None and m.start > 0
        else m
        for m in mentions
    ]
    covered = {place for mention in kept for place in range(mention.start, mention.end)}
    kept.extend(
        Mention(token.idx, token.idx + len(token), "ORG", single[token.text], 0.75, "short name")
        for token in reading.doc
        if token.text in single and token.idx not in covered and token.pos_ in {"PROPN", "NOUN"}
    )
    return sorted(kept, key=lambda m: m.start)
