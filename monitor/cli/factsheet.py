"""Key facts on a terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor.cli.shared import printable
from monitor.model.facts import Claim, Entity, Event, Facts, Quantity, Quote, Span, TimeRef, credited

Row = tuple[str, str, str]


def print_facts(facts: Facts, title: str) -> None:
    """Print every kind of fact that was found, most telling first."""
    console = Console(highlight=False)
    if title:
        console.print(Text(printable(title), style="bold"))
    model = facts.model or "rules only, no model"
    lang = "unknown" if facts.lang in {"", "und"} else facts.lang
    console.print(Text(f"language {lang} · {model} · {facts.analysed} characters", style="dim"))
    for note in facts.notes:
        console.print(Text(f"note: {note}", style="yellow"))
    claims = {position: _source(claim) for position, claim in enumerate(facts.claims)}
    _section(console, "Key facts", ((h.text, credited(h.attribution, h.text), _at(h.span)) for h in facts.headlines))
    _section(console, "Entities", (_entity(entity) for entity in facts.entities))
    _section(console, "Times", (_time(time) for time in facts.times))
    _section(console, "Events", (_event(event, claims) for event in facts.events))
    _section(console, "Claims", (_claim(claim, facts.text) for claim in facts.claims))
    _section(console, "Quotes", (_quote(quote) for quote in facts.quotes))
    _section(
        console,
        "Not said, not done",
        (
            (n.text, f"{n.actor.text if n.actor else 'nobody named'}: {n.act.replace('_', ' ')}", _at(n.span))
            for n in facts.non_events
        ),
    )
    _section(console, "Numbers", (_quantity(quantity) for quantity in facts.quantities))
    _section(console, "Acronyms", ((a.short, a.canonical, _at(a.span)) for a in facts.acronyms))


def _section(console: Console, name: str, rows: Iterable[Row]) -> None:
    listed = list(rows)
    if not listed:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(ratio=5, overflow="fold")
    table.add_column(ratio=4, overflow="fold", style="cyan")
    table.add_column(justify="right", style="dim", no_wrap=True)
    for what, known, where in listed:
        table.add_row(Text(printable(what)), Text(printable(known)), Text(where))
    table.expand = True
    console.print()
    console.print(Text(name, style="bold"))
    console.print(Padding(table, (0, 0, 0, 2)))


def _at(span: Span) -> str:
    return f"{span.start}-{span.end}"


def _source(claim: Claim) -> str:
    if claim.source is None:
        return "an unnamed source"
    return claim.source.entity or claim.source.text


def _entity(entity: Entity) -> Row:
    known: list[str] = [entity.type]
    known += [entity.title] if entity.title else []
    known += [entity.affiliation] if entity.affiliation else []
    known += [f"= {', '.join(entity.aliases)}"] if entity.aliases else []
    known += [f"{entity.geo.lat:.2f}, {entity.geo.lon:.2f} {entity.geo.country}"] if entity.geo else []
    known += [f"stands for {entity.metonym_of}"] if entity.metonym_of else []
    known += [f"short {entity.acronym}"] if entity.acronym and entity.acronym != entity.canonical else []
    return entity.canonical, ", ".join(known), f"{len(entity.mentions)}x {_at(entity.span)}"


def _time(time: TimeRef) -> Row:
    value = f"{time.value} to {time.end}" if time.end else time.value
    return time.text, f"{'about ' if time.approx else ''}{value} ({time.granularity})", _at(time.span)


def _event(event: Event, claims: dict[int, str]) -> Row:
    roles = (
        ("who", event.agent),
        ("whom", event.patient),
        ("to", event.recipient),
        ("with", event.instrument),
        ("where", event.place),
        ("when", event.time),
        ("why", event.purpose),
    )
    known = [f"{name} {role.entity or role.text}" for name, role in roles if role is not None]
    known += [event.modality] if event.modality != "asserted" else []
    known += ["NOT"] if event.polarity == "negative" else []
    known += [f"claimed by {claims[event.claim]}"] if event.claim is not None else []
    return event.text, f"{event.lemma}: {'; '.join(known)}", _at(event.span)


def _claim(claim: Claim, text: str) -> Row:
    content = " … ".join(text[piece.start : piece.end] for piece in claim.content)
    via = f", {claim.via}" if claim.via else ""
    source = f"{_source(claim)} ({claim.source_type})"
    told = f"{claim.cue} {source}" if claim.cue.casefold().endswith(" to") else f"{source} {claim.cue}"
    return content, f"{told}{via}", _at(claim.span)


def _quote(quote: Quote) -> Row:
    speaker = (quote.speaker.entity or quote.speaker.text) if quote.speaker else "speaker unknown"
    return f"“{quote.text}”", f"{speaker} ({quote.type})", _at(quote.span)


def _quantity(quantity: Quantity) -> Row:
    value = f"{quantity.value:g}" + (f"-{quantity.high:g}" if quantity.high is not None else "")
    bound = f"{quantity.bound.replace('_', ' ')} " if quantity.bound else ""
    return (
        quantity.text,
        " ".join(part for part in (f"{bound}{value}", quantity.unit, quantity.of) if part),
        _at(quantity.span),
    )
