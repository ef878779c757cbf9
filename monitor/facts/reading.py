"""One document as the rules see it: the text, its tokens and its sentences."""

import bisect
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.facts.nlp import Pipeline, lexicon, mend
from monitor.facts.words import words
from monitor.model.facts import Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Doc, Token

_PARAGRAPH = re.compile(r"[^\S\n]*\n\s*")
_DATELINE = re.compile(
    r"[A-Z][\w.'-]*(?:[ ,/]+[A-Z][\w.'-]*){0,5},?(?: \d{1,2})?(?: ?\([^()\n]{2,40}\) ?[—–-]+| ?[—–]| --?) "
    r"|[A-Z]{3,}(?:[ ,]+[A-Z]{2,}){0,3} ?[—–] "
    r"|[A-Z]{3,}(?:[ ,]+[A-Z][\w.'-]*){0,4}, (?:\d{1,2} [A-Z][a-z]+\.?|[A-Z][a-z]+\.? \d{1,2}),? \d{4}"
    r"(?: ?\([^()\n]{2,40}\))? ?[—–-]+ "
)
"""'KYIV, Nov 18 (Reuters) - ' before the first sentence is no part of it."""
_STAMP = re.compile(
    r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?| (?:GMT|BST|UTC|CET|CEST|EST|EDT|ET|PT))?(?: ?[-–—|:])? (?=[A-Z])"
)
"""'02:14 ' before a note of a live blog."""
_IN_WHAT = r"(?: in (?:[\w'-]+ ){0,2}[\w'-]+)?"
_SAYS = (
    r"(?:says?|said|told|tells|hears?|heard|rules?|ruled|finds?|found|claims?|claimed|warns?|warned|reports?|shows?"
    r"|suggests?|reveals?|insists?|argues?|believes?)"
)
_TITLE_TAG = re.compile(
    rf"(?<=\w)[,.] (?:(?P<who>(?:[\w.'&-]+ ){{0,3}}[\w.'&-]+) (?P<cue>{_SAYS})"
    rf"|(?P<first>{_SAYS}) (?P<named>(?:[\w.'&-]+ ){{0,4}}[\w.'&-]+))(?={_IN_WHAT}\s*[.;]?\s*$)"
)
_TITLE_END = r"\s*(?:$|; )"
_TITLE_JOINT = re.compile(
    r"; |^(?:[\w.'&-]+ ){0,3}[\w.'&-]+: (?=\S)"
    r"|(?<=\w), (?!and |but |including |who |which |after )(?=(?:(?:[^\W\d][\w'&-]*|\d+) ){1,3}"
    rf"(?:[a-z]{{2,}}ed|held|hurt|shot|found|missing|dead|feared)"
    rf"(?:{_TITLE_END}| (?:as|after|in|when|over|near) ))"
    rf"|(?<=\w), (?=(?:shares|stock|stocks|profits) [a-z]+{_TITLE_END})"
)
"""Where a title goes on with a clause of its own: 'Two charged, third cleared', 'Firm cuts jobs; union sues'."""
_HAPPENED = re.compile(
    r"\b(?:[a-z]{2,}ed|held|hurt|shot|found|dead|dies)\b|(?<= )[a-z]+[^s\W]s (?!(?:in|from|of|at|on|and|with)\b)"
)
_DASHES = re.compile("[—–-]+(?= $)")
_JOINED = re.compile(r"(?:-[^\W\d_]\w*)+")
_OPENING = re.compile(r"(?<![\w-])(?:ex|co|vice|then|half|step|non)-$", re.IGNORECASE)
_OF_FIGURE = re.compile(r"(?:[.,]\d+)*(?:\s?%|[a-z]{1,3}\b)")
_SENTENCE_END = tuple(".!?:;\"”»’'…)]")
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass", "expl"})
FINITE = frozenset({"VBZ", "VBP", "VBD", "MD"})
"""Penn Treebank tags of finite verbs and modals."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SMALL_WORDS = words(
    "a an and as at but by for from in into is it its nor of off on onto or out over so than that the their to"
    " up via was with after against amid are be been before between could has have he her his how if may might"
    " more most new no not now our say says she should some them they this those under until us we were what"
    " when where which while who why will would you your about above again all also among"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A parsed document.

    Attributes:
        text: what is analysed, in the article's own characters; every span points into it.
        mended: the same, character for character, as the model read it.
        doc: the tokens over `mended`.
        title_length: how many leading characters are the title.
        parses: whether there is clause structure.
        starts: character offsets at which sentences start, ascending.
        paragraphs: character spans of the paragraphs.
        vocabulary: every word of the text, as it is written.

    """

    text: str
    mended: str
    doc: "Doc"
    title_length: int
    parses: bool
    starts: tuple[int, ...]
    paragraphs: tuple[Span, ...]
    vocabulary: frozenset[str]

    def sentence(self, offset: int) -> int:
        """Number of the sentence a character stands in."""
        return max(0, bisect.bisect_right(self.starts, offset) - 1)

    def sentence_span(self, number: int) -> Span:
        """Where a sentence stands."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return Span(self.starts[number] if self.starts else 0, end)

    def paragraph(self, offset: int) -> int:
        """Number of the paragraph a character stands in."""
        return max(0, bisect.bisect_right(self.paragraphs, offset, key=lambda span: span.start) - 1)

    def tokens(self, start: int, end: int) -> "list[Token]":
        """The tokens that lie within [start, end), spaces left out."""
        low = bisect.bisect_left(self.doc, start, key=lambda token: token.idx)
        found = []
        for token in self.doc[low:]:
            if token.idx >= end:
                break
            if not token.is_space:
                found.append(token)
        return found

    def whole(self, span: Span) -> Span:
        """The span with the rest of the word it cuts through: '5' of '5%', '64' of '64m', 'aide' of 'ex-aide'."""
        opening = _OPENING.search(self.mended, max(0, span.start - 24), span.start)
        if opening is not None and self.mended[span.start : span.start + 1].isalnum():
            span = Span(opening.start(), span.end)
        joined = _JOINED.match(self.mended, span.end)
        if joined is not None and self.mended[span.end - 1].isalnum():
            return Span(span.start, joined.end())
        if not self.mended[span.end - 1 : span.end].isdigit():
            return span
        rest = _OF_FIGURE.match(self.mended, span.end)
        return Span(span.start, rest.end()) if rest is not None else span

    def trimmed(self, start: int, end: int) -> Span:
        """The span without blanks and loose punctuation at its ends."""
        while start < end and (self.text[start].isspace() or self.text[start] in ",;:—–-"):
            start += 1
        while end > start and (self.text[end - 1].isspace() or self.text[end - 1] in ",;:—–-"):
            end -= 1
        return Span(start, end)


def read(text: str, title_length: int, pipeline: Pipeline, known: Mapping[str, str] | None = None) -> Reading:
    """Mend and parse one document; `known` gives names their usual case where the text is all capitals."""
    title_length = max(0, min(title_length, len(text)))
    mended = mend(text)
    mended = _truecase(mended, title_length, lexicon(pipeline), known or {})
    paragraphs = _paragraphs(text, title_length)
    datelines = [
        match for span in paragraphs if (match := _DATELINE.match(mended, span.start, min(span.end, span.start + 120)))
    ]
    for match in datelines:
        mended = mended[: match.start()] + _quieted(match.group(), known or {}) + mended[match.end() :]
    mended = _closed(mended, paragraphs)
    parts = title_parts(mended, title_length)
    tags = title_tags(mended, title_length)
    joints = {part.start for part in parts[1:]} | {tag.start() + 2 for tag in tags}
    for stop in sorted(joints):
        if mended[stop - 2] == ",":
            mended = f"{mended[: stop - 2]}.{mended[stop - 1 :]}"
    stamps = [match.end() for span in paragraphs if (match := _STAMP.match(mended, span.start, span.end))]
    breaks = {span.start for span in paragraphs} | {match.end() for match in datelines} | set(stamps)
    doc = pipeline.read(mended, frozenset(breaks | joints), title_length)
    starts = []
    for sentence in doc.sents if len(doc) else ():
        first = next((token for token in sentence if not token.is_space), None)
        if first is not None:
            starts.append(first.idx)
    if starts:
        starts[0] = 0
    return Reading(
        text,
        mended,
        doc,
        title_length,
        pipeline.parses,
        tuple(starts) or (0,),
        tuple(paragraphs),
        frozenset(re.findall(r"\w+", mended)),
    )


def title_parts(text: str, title_length: int) -> list[Span]:
    """The clauses that marks part in a title."""
    parts, start = [], 0
    for joint in _TITLE_JOINT.finditer(text, 0, title_length):
        if joint.group() == ", " and not _HAPPENED.search(text, start, joint.start()):
            # 'Mother, daughter killed' are two
            continue
        parts.append(Span(start, joint.end()))
        start = joint.end()
    return [*parts, Span(start, title_length)]


def title_tags(text: str, title_length: int) -> list[re.Match[str]]:
    """', inquiry told', '. judge rules', ', says official' at the end of a title or its part."""
    found = (_TITLE_TAG.search(text, part.start, part.end) for part in title_parts(text, title_length))
    return [match for match in found if match is not None]


def _closed(mended: str, paragraphs: Sequence[Span]) -> str:
    """A full stop in the gap after a title or heading that has none, lest the model run on into what follows."""
    pieces, done = [], 0
    for span, following in itertools.pairwise(paragraphs):
        end = len(mended[span.start : following.start].rstrip()) + span.start
        if end + 1 < following.start and end > span.start and mended[end - 1].isalnum():
            pieces += [mended[done:end], ". "]
            done = end + 2
    return "".join([*pieces, mended[done:]])


def _quieted(dateline: str, known: Mapping[str, str]) -> str:
    """'LUBBOCK, Texas - ' with its city in usual case, and a full stop for its dash to part it from the sentence.

    What is not in capitals stays.
    """
    dateline = _DASHES.sub(lambda dash: "." + " " * (len(dash.group()) - 1), dateline)
    place, bracket, agency = dateline.partition("(")

    def quiet(match: re.Match[str]) -> str:
        word = match.group()
        return _unshouted(word, frozenset(), known) if word[1:2].isupper() else word

    return _WORD.sub(quiet, place) + bracket + _WORD.sub(lambda match: _lower(match.group()), agency)


def _paragraphs(text: str, title_length: int) -> list[Span]:
    """Blocks of text: blank lines part them, and so does a line end after a finished sentence or a short line."""
    spans: list[Span] = []
    start = line = 0
    for gap in _PARAGRAPH.finditer(text):
        before = text[line : gap.start()].rstrip()
        after = text[gap.end() : gap.end() + 1]
        parts = (
            gap.group().count("\n") > 1
            or before.endswith(_SENTENCE_END)
            or (len(before) < 60 and not after.islower())
            or gap.start() <= title_length <= gap.end()
        )
        line = gap.end()
        if parts:
            if text[start : gap.start()].strip():
                spans.append(Span(start, gap.start()))
            start = gap.end()
    if text[start:].strip():
        spans.append(Span(start, len(text)))
    return spans


def _truecase(mended: str, title_length: int, verbs: frozenset[str], known: Mapping[str, str]) -> str:
    """Headline Case and ALL CAPITALS turned to sentence case as far as the body tells names from words."""
    title, body = mended[:title_length], mended[title_length:]
    if _capital_share(body) > 0.7 and len(body) > 20:
        body = _unshouted(body, verbs, known)
    if title:
        words = [match.group() for match in _WORD.finditer(title)]
        capitals = sum(word[0].isupper() for word in words)
        if len(words) > 3 and capitals >= 0.65 * len(words):
            inner = re.findall(r"(?<=[\w,;] )[^\W\d_][\w'-]*", body)
            names = frozenset(word.removesuffix("'s") for word in inner if word[0].isupper())
            plain = frozenset(word for word in _WORD.findall(body) if word[0].islower())
            title = (
                _unshouted(title, verbs, known, names)
                if _capital_share(title) > 0.7
                else _lowered(title, verbs, names, plain, known)
            )
    return title + body


def _capital_share(text: str) -> float:
    letters = [char for char in text[:5000] if char.isalpha()]
    return sum(char.isupper() for char in letters) / len(letters) if letters else 0.0


def _lowered(
    text: str, verbs: frozenset[str], names: frozenset[str], plain: frozenset[str], known: Mapping[str, str]
) -> str:
    """Headline Case made sentence case: words the body has in lower case and verbs are lowered, names are kept."""

    def mended_word(match: re.Match[str]) -> str:
        word = match.group()
        low = _lower(word)
        bare, stem = low.removesuffix("'s"), word.removesuffix("'s")
        first = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".!?:"
        if first or stem in names or (word.isupper() and len(word) > 1):
            return word
        if bare in _SMALL_WORDS or bare in plain:
            return low
        if known.get(stem.upper()) == stem:
            return word
        return low if bare in verbs or _inflected(bare, verbs) else word

    return _WORD.sub(mended_word, text)


def _unshouted(text: str, verbs: frozenset[str], known: Mapping[str, str], names: frozenset[str] = frozenset()) -> str:
    """ALL CAPITALS made sentence case: known names get their own case, other words are lowered."""

    def mended_word(match: re.Match[str]) -> str:
        word = match.group()
        low = _lower(word)
        stem = word.removesuffix("'S").removesuffix("'s")
        rest = low[len(stem) :]
        capital = word[0] + low[1:]
        if stem in known and len(known[stem]) == len(stem):
            return known[stem] + rest
        if capital.removesuffix("'s") in names:
            return capital
        before = (
            text[: match.start()].rstrip()[-1:]
            if match.start() < 200
            else text[match.start() - 4 : match.start()].rstrip()[-1:]
        )
        if not before or before in ".!?":
            return capital
        common = low in _SMALL_WORDS or low in verbs or _inflected(low, verbs)
        return low if common or not verbs else (capital if len(low) > 3 and _after_title(text, match.start()) else low)

    return _WORD.sub(mended_word, text)


def _after_title(text: str, start: int) -> bool:
    return bool(
        re.search(
            r"\b(?:PRESIDENT|MINISTER|SENATOR|GENERAL|MR|MRS|MS|DR|JUDGE|MAYOR|GOVERNOR|CHANCELLOR|KING|QUEEN"
            r"|POPE)\.? $",
            text[max(0, start - 14) : start],
        )
    )


def _inflected(word: str, verbs: frozenset[str]) -> bool:
    for ending, stem in (
        ("s", ""),
        ("es", ""),
        ("ies", "y"),
        ("ed", ""),
        ("d", ""),
        ("ing", ""),
        ("ing", "e"),
        ("ied", "y"),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 2 and word.removesuffix(ending) + stem in verbs:
            return True
    return False


def _lower(word: str) -> str:
    """Lower case that keeps the length."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in word)


def is_subject(token: "Token") -> bool:
    """Whether a token fills a subject place."""
    return token.dep_ in _SUBJECTS


def subject_of(verb: "Token") -> "Token | None":
    """A verb's own subject, else that of the verb it is joined to by 'and'."""
    seen = 0
    while seen < 8:
        for child in verb.children:
            if child.dep_ in _SUBJECTS and child.dep_ != "expl":
                return child
        if verb.dep_ != "conj" or verb.head.i == verb.i:
            return None
        verb, seen = verb.head, seen + 1
    return None


def phrase(head: "Token", *, clauses: bool = False) -> tuple[int, int]:
    """First and last token of a noun phrase, relative clauses and loose appositions left out unless asked for."""
    first = last = head.i
    skipped = {"relcl", "acl", "appos", "parataxis", "advcl", "ccomp", "cc", "conj", "punct"}
    stack = [head]
    budget = 60
    while stack and budget:
        token = stack.pop()
        budget -= 1
        for child in token.children:
            if child.is_space or (not clauses and child.dep_ in skipped and not _inner_punct(child, token)):
                continue
            if (
                child.dep_ == "prep"
                and token.i == head.i
                and not clauses
                and (child.lower_ in {"after", "before", "during", "since", "until"} or _is_day(child))
            ):
                continue
            first, last = min(first, child.i), max(last, child.i)
            stack.append(child)
    if not clauses:
        first, last = _with_conjuncts(head, first, last)
    while first < last and (head.doc[first].is_punct and not head.doc[first].is_quote):
        first += 1
    while last > first and head.doc[last].is_punct and not head.doc[last].is_quote:
        last -= 1
    return first, last


def _is_day(prep: "Token") -> bool:
    """'on Sunday', which the parser hangs on a name: 'Lee on Sunday said'."""
    return prep.lower_ == "on" and any(child.ent_type_ == "DATE" for child in prep.children)


def _with_conjuncts(head: "Token", first: int, last: int) -> tuple[int, int]:
    for other in head.conjuncts:
        if other.i > head.i and other.i - last <= 12 and other.pos_ in {"NOUN", "PROPN", "NUM", "PRON"}:
            last = max(last, *(token.i for token in _plain_subtree(other)))
    return first, last


def _plain_subtree(head: "Token") -> "Iterator[Token]":
    yield head
    for child in head.children:
        if child.dep_ in {"compound", "amod", "det", "poss", "nummod", "nmod", "case"}:
            yield child


def _inner_punct(child: "Token", head: "Token") -> bool:
    return child.dep_ == "punct" and (child.tag_ == "HYPH" or child.is_quote) and abs(child.i - head.i) < 8


def chars(reading: Reading, first: int, last: int) -> Span:
    """Character span of the tokens first..last."""
    return Span(reading.doc[first].idx, reading.doc[last].idx + len(reading.doc[last]))
