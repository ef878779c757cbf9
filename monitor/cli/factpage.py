"""Key facts as one self-contained page: the article with its spans marked, and the facts beside it.

For looking at mistakes: a fact shows where it was read when it is pointed at, and a marked word shows its fact.
Everything in the page comes from a hostile text and is escaped; the page loads nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from string import Template

from monitor.model.facts import Arg, Claim, Entity, Event, Facts, Headline, Quantity, Quote, Span, TimeRef, credited

_TEMPLATE = Path(__file__).with_name("factpage.html")
_KINDS = (
    ("entity", "names and places"),
    ("time", "times"),
    ("quantity", "numbers"),
    ("event", "events"),
    ("quote", "quotes"),
    ("claim", "claims"),
)


@dataclass(frozen=True, slots=True)
class _Fact:
    """One row of the list, and the stretches of the text it marks, each with its style."""

    text: str
    about: str
    marks: tuple[tuple[str, Span], ...]
    style: str = ""


def page(articles: Sequence[tuple[str, Facts, int]]) -> str:
    """The page of one or more articles: title, facts, and how many leading characters of the text are the title."""
    title = articles[0][0] if len(articles) == 1 and articles[0][0] else "Key facts"
    bodies = "\n<hr>\n".join(_article(*article) for article in articles)
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(title=escape(_clean(title)), articles=bodies)


def _article(title: str, facts: Facts, title_length: int) -> str:
    sections = [(name, list(rows)) for name, rows in _sections(facts)]
    numbered: list[tuple[int, str, Span]] = []
    lists = []
    count = 0
    for name, rows in sections:
        if not rows:
            continue
        items = []
        for row in rows:
            numbered.extend((count, style, span) for style, span in row.marks)
            about = f"<small>{row.about}</small>" if row.about else ""
            items.append(f'<li data-fact="{count}"{row.style}>{row.text}{about}</li>')
            count += 1
        lists.append(f"<h2>{escape(name)} <b>{len(rows)}</b></h2>\n<ol>\n{chr(10).join(items)}\n</ol>")
    boxes = "".join(
        f'<label class="l-{kind}"><input type="checkbox" value="{kind}" checked>{escape(name)}</label>'
        for kind, name in _KINDS
    )
    model = facts.model or "rules only, no model"
    notes = "".join(f'<div class="note">{escape(note)}</div>' for note in facts.notes)
    shown = " ".join(f"show-{kind}" for kind, _ in _KINDS)
    body = _marked(facts, title_length, numbered)
    lang = "unknown" if facts.lang in {"", "und"} else facts.lang
    return (
        f'<article class="{shown}">\n<header><h1>{escape(_clean(title or "Key facts"))}</h1>'
        f'<div class="about">language {escape(lang)} · {escape(model)} · '
        f"{facts.analysed:,} characters</div>{notes}"
        f'<div class="kinds">{boxes}</div></header>\n'
        f'<main><div class="text" lang="{escape(facts.lang)}" dir="auto">{body}</div>\n'
        f'<div class="facts">{"".join(lists)}</div></main>\n</article>'
    )


def _marked(facts: Facts, title_length: int, marks: Sequence[tuple[int, str, Span]]) -> str:
    """The text cut at every mark's ends; each piece carries the styles and facts of all marks over it."""
    text = facts.text
    cuts = sorted({0, len(text), min(title_length, len(text)), facts.analysed, *_ends(marks)})
    opening: dict[int, list[int]] = {}
    for number, (_, _, span) in enumerate(marks):
        opening.setdefault(span.start, []).append(number)
    active: list[int] = []
    pieces = []
    for start, end in pairwise(cuts):
        active = [number for number in active if marks[number][2].end > start]
        active += [number for number in opening.get(start, ()) if marks[number][2].end > start]
        piece = escape(_clean(text[start:end], keep_lines=True))
        if active:
            styles = " ".join(sorted({f"k-{marks[number][1]}" for number in active}))
            order = sorted(active, key=lambda number: marks[number][2].start - marks[number][2].end)
            facts_here = " ".join(dict.fromkeys(str(marks[number][0]) for number in order))
            piece = f'<i class="{styles}" data-of="{facts_here}">{piece}</i>'
        if start >= facts.analysed:
            piece = f'<span class="unread">{piece}</span>'
        pieces.append(f'<span class="title">{piece}</span>' if end <= title_length else piece)
    return "".join(pieces)


def _ends(marks: Iterable[tuple[int, str, Span]]) -> Iterator[int]:
    for _, _, span in marks:
        yield span.start
        yield span.end


def _clean(text: str, *, keep_lines: bool = False) -> str:
    """Control and direction characters that could disturb the page become a visible sign; the length stays."""
    return "".join(
        sign if sign.isprintable() or sign == " " or (keep_lines and sign in "\n\t") else "\ufffd" for sign in text
    )


def _sections(facts: Facts) -> Iterator[tuple[str, Iterable[_Fact]]]:
    sources = [_source(claim) for claim in facts.claims]
    yield "Key facts", (_headline(headline) for headline in facts.headlines)
    yield "Claims", (_claim(claim, facts.text) for claim in facts.claims)
    yield "Quotes", (_quote(quote) for quote in facts.quotes)
    yield (
        "Not said, not done",
        (
            _Fact(_text(n.text), _text(f"{_name(n.actor)}: {n.act.replace('_', ' ')}"), (("unsaid", n.span),))
            for n in facts.non_events
        ),
    )
    yield "Names and places", (_entity(entity) for entity in facts.entities)
    yield "Times", (_time(time) for time in facts.times)
    yield "Numbers", (_quantity(quantity) for quantity in facts.quantities)
    yield "Events", (_event(event, sources) for event in facts.events)
    yield "Acronyms", (_Fact(_text(a.short), _text(a.canonical), (("entity", a.span),)) for a in facts.acronyms)


def _text(text: str) -> str:
    return escape(_clean(" ".join(text.split())))


def _name(arg: Arg | None) -> str:
    return (arg.entity or arg.text) if arg is not None else "nobody named"


def _source(claim: Claim) -> str:
    return _name(claim.source) if claim.source is not None else "an unnamed source"


def _headline(headline: Headline) -> _Fact:
    credit = credited(headline.attribution, headline.text)
    by = f'<span class="who">{_text(credit)}</span>' if credit else ""
    parts = [f"{name}: {value}" for name, value in (("where", headline.where), ("when", headline.when)) if value]
    about = " · ".join([*([by] if by else []), *map(_text, parts)])
    return _Fact(_text(headline.text), about, (("lead", headline.span),), ' class="lead"')


def _claim(claim: Claim, text: str) -> _Fact:
    marks = (*(("claim", span) for span in claim.content), ("cue", claim.cue_span))
    via = f", {claim.via}" if claim.via else ""
    about = f"{claim.cue_class}, {claim.source_type} source{via} · {claim.rule}"
    content = _text(" … ".join(text[piece.start : piece.end] for piece in claim.content))
    source, cue = _source(claim), claim.cue
    told = f"{cue} {source}:" if cue.casefold().endswith(" to") else f"{source} {cue}"
    who = f'<span class="who">{_text(told)}</span> {content}'
    return _Fact(who, _text(about), marks)


def _quote(quote: Quote) -> _Fact:
    who = _name(quote.speaker) if quote.speaker is not None else "speaker unknown"
    marks = tuple(("quote", span) for span in quote.pieces)
    return _Fact(f"“{_text(quote.text)}”", _text(f"{who} · {quote.type}, found by {quote.how}"), marks)


def _entity(entity: Entity) -> _Fact:
    known = [entity.type, entity.title, entity.affiliation]
    if entity.geo is not None:
        where = ", ".join(part for part in (entity.geo.region, entity.geo.country) if part)
        known.append(f"{where} ({entity.geo.lat:.2f}, {entity.geo.lon:.2f})")
    known += [f"stands for {entity.metonym_of}" if entity.metonym_of else ""]
    known += [f"also {', '.join(entity.aliases)}" if entity.aliases else "", entity.rule]
    style = "place" if entity.type in {"GPE", "LOC", "FAC"} else "entity"
    marks = tuple((style, span) for span in entity.mentions)
    return _Fact(_text(entity.canonical), _text(" · ".join(part for part in known if part)), marks)


def _time(time: TimeRef) -> _Fact:
    value = f"{time.value} to {time.end}" if time.end else time.value
    about = f"{'about ' if time.approx else ''}{value} ({time.granularity}) · {time.rule}"
    return _Fact(_text(time.text), _text(about), (("time", time.span),))


def _quantity(quantity: Quantity) -> _Fact:
    value = f"{quantity.value:,g}" + (f" to {quantity.high:,g}" if quantity.high is not None else "")
    parts = (quantity.bound.replace("_", " "), value, quantity.unit, quantity.of)
    return _Fact(_text(quantity.text), _text(" ".join(part for part in parts if part)), (("quantity", quantity.span),))


def _event(event: Event, sources: Sequence[str]) -> _Fact:
    not_ = '<span class="not">not</span> ' if event.polarity == "negative" else ""
    who = f"{_text(_name(event.agent))} · " if event.agent is not None else ""
    whom = f" · {_text(_name(event.patient))}" if event.patient is not None else ""
    known = [event.type, event.modality if event.modality != "asserted" else ""]
    for name, arg in (
        ("to", event.recipient),
        ("with", event.instrument),
        ("where", event.place),
        ("when", event.time),
    ):
        known.append(f"{name} {_name(arg)}" if arg is not None else "")
    known.append(f"claimed by {sources[event.claim]}" if event.claim is not None else "")
    about = " · ".join(part for part in known if part)
    return _Fact(f"{who}{not_}<b>{_text(event.lemma)}</b>{whom}", _text(about), (("event", event.trigger_span),))
