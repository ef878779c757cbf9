"""Claims that a mark attributes and no word: 'MERKEL: We can do it.', 'the mayor: "Stay"', '"Enough." - Ann Lee'."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from monitor.facts import cues
from monitor.facts.entities import Names
from monitor.facts.quotes import Quoted
from monitor.facts.reading import Reading, chars, phrase, title_parts, title_tags
from monitor.facts.words import words
from monitor.model.facts import Arg, Claim, Entity, SourceType, Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_NO_SPEAKER = words(
    "update updates note related watch photo photos video correction exclusive breaking live listen read more analysis"
    " opinion explainer factbox timeline"
)
_DASH = re.compile(r"\s*(?:―|—|–|--|-)\s*")
_LONGEST_HEAD = 40
_LONGEST_SIGNATURE = 80


def find(reading: Reading, names: Names, quoted: Sequence[Quoted]) -> Iterator[Claim]:
    """All of them; a heading's claim is the rest of its paragraph."""
    for match in title_tags(reading.mended, reading.title_length):
        tagged = _title_tag(reading, names, match)
        if tagged is not None:
            yield tagged
    for number, paragraph in enumerate(reading.paragraphs):
        claim = _heading(reading, names, paragraph, title=number == 0)
        if claim is not None:
            yield claim
    for one in quoted:
        claim = _led_by_colon(reading, names, one) or _signed(reading, names, one)
        if claim is not None:
            yield claim


def _title_tag(reading: Reading, names: Names, match: re.Match[str]) -> Claim | None:
    who, cue = ("who", "cue") if match["who"] else ("named", "first")
    tokens = reading.tokens(match.start(who), match.end(who))
    entity = names.at(tokens[-1]) if tokens else None
    if entity is None and tokens and not any(t.pos_ in {"NOUN", "PROPN"} for t in tokens):
        return None
    kind: SourceType = "named" if entity is not None else "collective"
    parts = title_parts(reading.mended, reading.title_length)
    content = reading.trimmed(max(part.start for part in parts if part.start <= match.start()), match.start())
    source = Span(match.start(who), match.end(who))
    return _claim(reading, source, entity, kind, Span(match.start(cue), match.end(cue)), content, "claim.title_tag")


def _heading(reading: Reading, names: Names, paragraph: Span, *, title: bool) -> Claim | None:
    """'TRUMP: We will win.' at the start of a paragraph; in a title also 'Merkel in Rome: ...' and 'Report: ...'."""
    text = reading.text
    colon = reading.mended.find(":", paragraph.start, min(paragraph.end, paragraph.start + _LONGEST_HEAD))
    if colon < 0 or colon + 2 >= paragraph.end or text[colon + 1] != " ":
        return None
    tokens = reading.tokens(paragraph.start, colon)
    if not tokens or tokens[-1].lower_ in _NO_SPEAKER or tokens[0].lower_ in _NO_SPEAKER:
        return None
    head = text[paragraph.start : colon]
    entity = names.at(tokens[-1])
    capitals = len(tokens) <= 4 and all(t.text[:1].isupper() or t.is_punct for t in tokens)
    speaks = capitals and (
        (entity is not None and entity.type == "PERSON") or (head.isupper() and len(head) > 3 and not head[0].isdigit())
    )
    if not speaks and title:
        first = names.at(tokens[0]) if len(tokens) <= 6 else None
        entity = first if first is not None and first.type in {"PERSON", "ORG"} else None
        if entity is not None and not _stands_alone(names, entity, tokens):
            entity = None
        speaks = entity is not None or (len(tokens) <= 2 and tokens[-1].lemma_.lower() in cues.DOCUMENTS)
    content = reading.trimmed(colon + 1, paragraph.end)
    if not speaks or content.end - content.start < 3:
        return None
    kind: SourceType = "named" if entity is not None else "collective"
    source = _mention(names, entity, tokens) if entity is not None else reading.trimmed(paragraph.start, colon)
    return _claim(reading, source, entity, kind, Span(colon, colon + 1), content, "claim.heading")


def _stands_alone(names: Names, entity: Entity, tokens: "Sequence[Token]") -> bool:
    """'Merkel:' and 'Merkel in Rome:' speak, 'Tesla recall:' does not."""
    end = _mention(names, entity, tokens).end
    after = next((t for t in tokens if t.idx >= end), None)
    return after is None or after.pos_ in {"ADP", "PUNCT", "PART", "NUM"}


def _led_by_colon(reading: Reading, names: Names, one: Quoted) -> Claim | None:
    """'... says Ann Lee: "Stay."': a name or a report right before a colon and a quote."""
    colon = one.outer.start - 1
    while colon > 0 and reading.text[colon].isspace():
        colon -= 1
    if colon < 1 or reading.text[colon] != ":" or reading.paragraph(colon) != one.paragraph:
        return None
    before = reading.tokens(max(0, colon - 80), colon)
    if not before or before[-1].idx + len(before[-1]) != colon:
        return None
    entity = names.at(before[-1])
    if entity is not None and entity.type in {"PERSON", "ORG"}:
        source = _mention(names, entity, before)
    elif entity is None and before[-1].lemma_.lower() in cues.DOCUMENTS and before[-1].pos_ == "NOUN":
        source = chars(reading, *phrase(before[-1]))
    else:
        return None
    kind: SourceType = "named" if entity is not None else "collective"
    return _claim(reading, source, entity, kind, Span(colon, colon + 1), one.outer, "claim.colon")


def _signed(reading: Reading, names: Names, one: Quoted) -> Claim | None:
    """'"Enough is enough." - Ann Lee, teacher': the quote, a dash and a name end the paragraph."""
    dash = _DASH.match(reading.text, one.outer.end, one.outer.end + 12)
    if dash is None or reading.text[one.outer.start - 1 : one.outer.start].strip() or dash.end() >= len(reading.text):
        return None
    end = reading.paragraphs[reading.paragraph(dash.end())].end
    tokens = reading.tokens(dash.end(), min(end, dash.end() + _LONGEST_SIGNATURE))
    # A title or two may stand before the name.
    entity = next((e for e in map(names.at, tokens[:3]) if e is not None and e.type == "PERSON"), None)
    if entity is None or end - dash.end() > _LONGEST_SIGNATURE:
        return None
    mark = reading.text[dash.start() : dash.end()]
    start = dash.start() + len(mark) - len(mark.lstrip())
    cue = Span(start, start + len(mark.strip()))
    return _claim(reading, _mention(names, entity, tokens), entity, "named", cue, one.outer, "claim.signed")


def _mention(names: Names, entity: Entity, tokens: "Sequence[Token]") -> Span:
    """Where among the tokens the entity is named."""
    own = [token for token in tokens if names.at(token) is entity]
    last = own[0]
    for token in own[1:]:
        if token.i != last.i + 1:
            break
        last = token
    return Span(own[0].idx, last.idx + len(last))


def _claim(  # noqa: PLR0917
    reading: Reading, source: Span, entity: Entity | None, kind: SourceType, cue: Span, content: Span, rule: str
) -> Claim:
    whole = Span(min(source.start, cue.start, content.start), max(source.end, cue.end, content.end))
    text = reading.text
    return Claim(
        text=text[whole.start : whole.end],
        span=whole,
        sentence=reading.sentence(cue.start),
        source=Arg(text[source.start : source.end], source, entity.canonical if entity else ""),
        source_type=kind,
        cue=text[cue.start : cue.end],
        cue_span=cue,
        cue_class="say",
        content=(content,),
        confidence=0.7,
        rule=rule,
    )
