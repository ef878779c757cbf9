"""Quotes given to the speaker named right beside them by the words alone, for languages that no parser reads."""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from monitor.facts.entities import Names
from monitor.facts.quotes import Quoted, is_speech
from monitor.facts.reading import Reading
from monitor.facts.words import words
from monitor.model.facts import Arg, Claim, Entity, SourceType, Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_LISTS = Path(__file__).with_name("speech.yaml")
_WINDOW = 160
"""Characters after a quote, or before it, in which its tag stands."""
_LONGEST_SOURCE = 8
_MOST_WORDS = 24
_MOST_GAPS = 10
_ARTICLES = words("der die das le la les l' l’ el los las")
_OF = words("von de du des d' d’ del")
_GENITIVE = ("ого", "его", "ої")
_SPEAKERS = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_WORD = re.compile(r"[^\W\d_](?:[\w’'-]*\w)?\.?")
_GAP = re.compile(r"[\s,.…–—―-]*")
_END = re.compile(r"[.!?…]\s|[:;«»„“”\"()\n]")
_INSERTED = re.compile(r"[,.!?…] ?[—–-] |, ")
"""What stands before a tag within a quote."""
_INSERTED_END = re.compile(r"[,.]? ?[—–-] |, ")
_APPOSED = re.compile(r", [^\W\d_a-zа-яіїєґß-ÿ][\w’'-]+(?: [^\W\d_a-zа-яіїєґß-ÿ][\w’'-]+){1,3}(?=[,.;)])")
"""A name of two words or more set off by commas: ', Anne Hidalgo,'."""
_TWO_NAMES = re.compile(r"\b[^\W\d_a-zа-яіїєґß-ÿ][\w’'-]+ [^\W\d_a-zа-яіїєґß-ÿ]")


@dataclass(frozen=True, slots=True)
class Speech:
    """The words that tag a quote in one language, in lower case; see speech.yaml."""

    verbs: frozenset[str]
    helpers: frozenset[str]
    between: frozenset[str]
    ends: frozenset[str]
    he: frozenset[str]
    she: frozenset[str]
    pronouns: frozenset[str]
    by: re.Pattern[str]
    hanging: re.Pattern[str] | None


def find(reading: Reading, names: Names, quoted: Sequence[Quoted], lang: str) -> Iterator[Claim]:
    """A claim for each quote that a verb of saying and a speaker stand beside; none in a language without a list."""
    speech = _speech().get(lang)
    if speech is None:
        return
    last: Entity | None = None
    for one in quoted:
        first = reading.text[one.start]
        if not is_speech(reading, one) and not first.isupper() and reading.text[one.end - 1] not in ",!?":
            continue
        tagger = _Tagger(reading, names, speech)
        claim = tagger.tagged(one, last)
        if claim is not None:
            last = tagger.named or last
            yield claim


@functools.lru_cache(maxsize=1)
def _speech() -> dict[str, Speech]:
    read = YAML(typ="safe", pure=True).load(_LISTS.read_text(encoding="utf-8"))
    found = {}
    for lang, lists in read.items():
        he, she, rest = (words(lists["pronouns"].get(kind, "")) for kind in ("m", "f", "any"))
        suffix = lists.get("suffix")
        pronouns = he | she | rest
        found[lang] = Speech(
            verbs=words(lists["verbs"]),
            helpers=words(lists["helpers"]),
            between=words(lists["between"]),
            ends=words(lists["ends"]),
            he=he,
            she=she,
            pronouns=pronouns,
            by=re.compile(rf"({'|'.join(lists['by'])})\s+", re.IGNORECASE),
            hanging=re.compile(f"{suffix}({'|'.join(sorted(pronouns))})\\b") if suffix else None,
        )
    return found


class _Tagger:
    """Reads the words beside one quote; `named` is the known person a claim was given to."""

    def __init__(self, reading: Reading, names: Names, speech: Speech) -> None:
        self._reading = reading
        self._names = names
        self._speech = speech
        self._text = reading.mended
        self.named: Entity | None = None

    def tagged(self, one: Quoted, last: Entity | None) -> Claim | None:
        """The claim of one quote by the tag within, after or before it; `last` is who spoke before."""
        return self._within(one, last) or self._after(one, last) or self._before(one, last)

    def _within(self, one: Quoted, last: Entity | None) -> Claim | None:
        """'«Мы готовы, — заявил он, — к переговорам»': the tag parts the quote."""
        for gap in itertools.islice(_INSERTED.finditer(self._text, one.start, one.end), _MOST_GAPS):
            found = self._words(gap.end(), one.end)
            while len(found) > 1 and self._low(found[0]) in self._speech.helpers:
                del found[0]
            source = self._source(found[1:]) if found and self._low(found[0]) in self._speech.verbs else None
            closing = _INSERTED_END.match(self._text, source.end, one.end) if source is not None else None
            if source is None or closing is None:
                continue
            content = (Span(one.outer.start, gap.start()), Span(closing.end(), one.outer.end))
            return self._claim(one, source, found[0], last, content=content)
        return None

    def _after(self, one: Quoted, last: Entity | None) -> Claim | None:
        """'«...», — сказав Зеленський', '« ... », a-t-il dit', '„...“, laut Polizei'."""
        limit = min(self._reading.paragraphs[one.paragraph].end, one.outer.end + _WINDOW)
        gap = _GAP.match(self._text, one.outer.end, limit)
        found = self._words(gap.end() if gap is not None else limit, limit)
        if found and (by := self._speech.by.match(self._text, found[0].start, limit)):
            return self._claim(one, self._source(self._words(by.end(), limit)), Span(*by.span(1)), last)
        for number, word in enumerate(found):
            cue, pronoun = self._verb(word)
            if cue is None:
                continue
            before = [w for w in found[:number] if self._low(w) not in self._speech.helpers]
            if pronoun is None and before:
                return self._claim(one, Span(before[0].start, before[-1].end), cue, last, leads=True)
            return self._claim(one, pronoun or self._source(found[number + 1 :]), cue, last)
        return None

    def _before(self, one: Quoted, last: Entity | None) -> Claim | None:
        """'Merkel sagte: „...“', 'Как заявил Песков, «...»', 'Selon lui, « ... »'."""
        start = max(self._reading.paragraphs[one.paragraph].start, one.outer.start - _WINDOW)
        lead = self._text[start : one.outer.start].rstrip()
        if not lead.endswith((":", ",")):
            return None
        stops = list(_END.finditer(lead, 0, len(lead) - 1))
        first = start + (stops[-1].end() if stops else 0)
        gap = _GAP.match(self._text, first)
        found = self._words(gap.end() if gap is not None else first, one.outer.start)
        if found and (by := self._speech.by.match(self._text, found[0].start, one.outer.start)):
            return self._claim(one, self._source(self._words(by.end(), one.outer.start)), Span(*by.span(1)), last)
        place = next((n for n in reversed(range(len(found))) if self._low(found[n]) in self._speech.verbs), None)
        if place is None:
            return None
        cue = found[place]
        if (after := self._source(found[place + 1 :])) and (claim := self._claim(one, after, cue, last)):
            return claim
        ahead = list(found[max(0, place - _LONGEST_SOURCE) : place])
        while ahead and self._low(ahead[-1]) in self._speech.helpers - self._speech.pronouns:
            ahead.pop()
        return self._claim(one, Span(ahead[0].start, ahead[-1].end), cue, last, leads=True) if ahead else None

    def _verb(self, word: Span) -> tuple[Span | None, Span | None]:
        """A verb of saying and the pronoun that hangs on it or on its auxiliary, as far as the word has them."""
        hanging = self._speech.hanging.search(self._text, word.start, word.end) if self._speech.hanging else None
        stem = Span(word.start, hanging.start()) if hanging is not None else word
        if self._low(stem) in self._speech.verbs:
            return stem, (Span(*hanging.span(1)) if hanging is not None else None)
        if hanging is not None and self._low(stem) in self._speech.helpers:
            # 'a-t-il dit'
            verb = self._words(word.end + 1, word.end + 40)[:1]
            if verb and self._low(verb[0]) in self._speech.verbs:
                return verb[0], Span(*hanging.span(1))
        return None, None

    def _words(self, place: int, limit: int) -> list[Span]:
        """The words from a place on until a mark that ends a clause."""
        found: list[Span] = []
        while len(found) < _MOST_WORDS:
            while place < limit and self._text[place] == " ":
                place += 1
            word = _WORD.match(self._text, place, limit)
            if word is None:
                break
            # The full stop belongs to an initial, not to the last word of a sentence.
            place = word.end() - (word.group().endswith(".") and len(word.group()) > 3)
            found.append(Span(word.start(), place))
            if self._text[place : place + 1] != " ":
                break
        return found

    def _low(self, word: Span) -> str:
        return self._text[word.start : word.end].lower()

    def _source(self, found: Sequence[Span]) -> Span | None:
        """The words after a verb of saying up to one that goes on with something else, a name set off taken in."""
        start = 0
        while start < len(found) and self._low(found[start]) in self._speech.between - self._speech.pronouns:
            start += 1
        end = start
        while end < len(found) and end - start < _LONGEST_SOURCE and self._low(found[end]) not in self._speech.ends:
            end += 1
        if end == start:
            return None
        stop = found[end - 1].end
        name = _APPOSED.match(self._text, stop) if end == len(found) else None
        return Span(found[start].start, name.end() if name is not None else stop)

    def _claim(
        self,
        one: Quoted,
        source: Span | None,
        cue: Span,
        last: Entity | None,
        *,
        leads: bool = False,
        content: tuple[Span, ...] = (),
    ) -> Claim | None:
        """The claim, where the words can be a speaker; those that lead to the verb must name one."""
        if source is None:
            return None
        text = self._reading.text
        said = text[source.start : source.end]
        entity = self._entity(source, nearest_last=leads)
        kind: SourceType = "anonymous"
        if entity is not None:
            kind = "named"
        elif said.lower() in self._speech.pronouns:
            entity = self._resolved(said.lower(), last)
            kind = "named" if entity is not None else "pronoun"
        elif leads and not any(char.isupper() for char in said):
            return None
        elif _TWO_NAMES.search(said):
            kind = "named"
        if entity is not None and entity.type == "PERSON":
            self.named = entity
        span = Span(min(source.start, cue.start, one.outer.start), max(cue.end, source.end, one.outer.end))
        return Claim(
            text=text[span.start : span.end],
            span=span,
            sentence=self._reading.sentence(cue.start),
            source=Arg(said, source, entity.canonical if entity is not None else ""),
            source_type=kind,
            cue=text[cue.start : cue.end],
            cue_span=cue,
            cue_class="say",
            content=content or (one.outer,),
            confidence=0.7,
            rule="claim.tag",
        )

    def _entity(self, source: Span, *, nearest_last: bool) -> Entity | None:
        """The person the words name, else the body they are nothing but."""
        tokens = self._reading.tokens(source.start, source.end)
        known = [(t, e) for t in tokens if (e := self._names.at(t)) is not None and e.type in _SPEAKERS]
        people = [e for t, e in known if e.type == "PERSON" and not self._owns(t)]
        if people:
            return people[-1] if nearest_last else people[0]
        head = tokens[1] if len(tokens) > 1 and tokens[0].lower_ in _ARTICLES else tokens[0]
        return next((e for t, e in known if t.i == head.i and e.type != "PERSON"), None)

    def _owns(self, token: "Token") -> bool:
        """Whether a name only tells whose the speaker is: 'ein Sprecher von Scholz', 'речник Зеленського'."""
        first = token
        while first.i and self._names.at(first.nbor(-1)) is self._names.at(token):
            first = first.nbor(-1)
        return first.i > 0 and (first.nbor(-1).lower_ in _OF or token.lower_.endswith(_GENITIVE))

    def _resolved(self, pronoun: str, last: Entity | None) -> Entity | None:
        """Whoever spoke last, where the gender allows it."""
        if last is None or pronoun not in self._speech.he | self._speech.she:
            return None
        number = next((n for n, e in enumerate(self._names.entities) if e is last), None)
        gender = self._names.genders.get(number, "") if number is not None else ""
        return last if gender in {"", "m" if pronoun in self._speech.he else "f"} else None
