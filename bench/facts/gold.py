"""The project's own annotated articles: every kind of fact, the development half and the held-out half apart."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from bench.facts import goldset
from bench.facts.goldset import Act, Piece
from bench.facts.report import Context, Result, Table
from monitor.model.facts import Arg, Event, Facts, TimeRef

HALVES = ("development", "held out", "second set")
Verdict = tuple[str, str]
"""What became of one annotation, or of one finding that has none, and the line that tells it."""
Scorer = Callable[[Piece, Facts], Iterator[Verdict]]


def measure(context: Context) -> Result:
    """All kinds over the articles, dates and acronyms over their lists of sentences too."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    errors: list[str] = []
    pieces = [
        *((piece, tuple(SCORERS)) for piece in (*goldset.articles(), *goldset.second())),
        *((piece, ("dates",)) for piece in goldset.sentences("dates")),
        *((piece, ("acronyms",)) for piece in goldset.sentences("acronyms")),
    ]
    for piece, kinds in pieces:
        facts = context.extractor.extract(piece.text, piece.published, "en")
        for kind in kinds:
            tally = counts.setdefault((kind, piece.half), Counter())
            for verdict, line in SCORERS[kind](piece, facts):
                tally[verdict] += 1
                if verdict not in {"right", "object right"}:
                    errors.append(f"{piece.half}\t{kind}\t{verdict}\t{line}\t{piece.name[:60]}")
    return Result(
        [
            Table("own articles: exactly right", ("kind", *HALVES, "there", "spurious"), list(_rows(counts))),
            Table("own articles: events", ("figure", *HALVES), list(_event_rows(counts))),
        ],
        sorted(errors),
    )


def _there(tally: Counter[str]) -> int:
    return sum(tally.values()) - tally["spurious"] - tally["object right"]


def _rows(counts: dict[tuple[str, str], Counter[str]]) -> Iterator[tuple[str | int | float | None, ...]]:
    for kind in SCORERS:
        halves = [counts.get((kind, half), Counter()) for half in HALVES]
        shares = [tally["right"] / _there(tally) if _there(tally) > 0 else None for tally in halves]
        spurious = sum(tally["spurious"] for tally in halves) if kind in {"dates", "acronyms"} else None
        yield (kind, *shares, sum(map(_there, halves)), spurious)


def _event_rows(counts: dict[tuple[str, str], Counter[str]]) -> Iterator[tuple[str | int | float | None, ...]]:
    halves = [counts.get(("events", half), Counter()) for half in HALVES]
    found = [max(1, _there(tally) - tally["missed"]) for tally in halves]
    yield ("found", *(n / max(1, _there(tally)) for n, tally in zip(found, halves, strict=True)))
    for verdict in ("wrong actor", "no actor"):
        yield (f"{verdict}, of those found", *(t[verdict] / n for t, n in zip(halves, found, strict=True)))
    yield ("object right, of those found", *(t["object right"] / n for t, n in zip(halves, found, strict=True)))
    for verdict in ("lost negation", "lost modality", "claim told as a fact", "wrong force", "wrongly claimed"):
        yield (verdict, *(tally[verdict] for tally in halves))
    cards = [counts.get(("cards", half), Counter()) for half in HALVES]
    for verdict in CARD_ERRORS:
        yield (f"on the card: {verdict}", *(tally[verdict] for tally in cards))


def _dates(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    used: set[int] = set()
    for date in goldset.dates(piece):
        end = date.start + len(date.text)
        over = [t for t in facts.times if t.span.start < end and date.start < t.span.end]
        used.update(id(t) for t in over)
        best = max(over, key=lambda t: min(end, t.span.end) - max(date.start, t.span.start), default=None)
        wanted = (date.value, date.end, date.granularity, date.approx)
        told = _time(best) if best else None
        verdict = "missed" if best is None else ("right" if told == wanted else "wrong")
        yield verdict, f"{date.text!r} {wanted} but {best and best.text!r} {told}"
    for time in facts.times:
        if id(time) not in used:
            yield (
                "spurious",
                f"{time.text!r} {_time(time)} {piece.text[max(0, time.span.start - 30) : time.span.end]!r}",
            )


def _time(time: TimeRef) -> tuple[str, str, str, bool]:
    return time.value, time.end, time.granularity, time.approx


def _acronyms(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    told = {found.short.rstrip("s"): found.canonical for found in facts.acronyms if found.rule != "gazetteer"}
    for line in piece.lines["acronyms"]:
        short, _, long = line.partition(" => ")
        got = told.pop(short.rstrip("s"), None)
        right = got is not None and got.lower() in long.lower().split("/")
        yield ("right" if right else "missed" if got is None else "wrong"), f"{line} but {got}"
    for short, long in told.items():
        yield "spurious", f"{short} => {long}"


def _events(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    for act in goldset.acts(piece):
        places = [(m.start(), m.end()) for m in re.finditer(rf"(?<!\w){re.escape(act.trigger)}(?!\w)", piece.text)]
        found = [e for e in facts.events if any(e.trigger_span.start < b and a < e.trigger_span.end for a, b in places)]
        if not found:
            yield "missed", act.line
            continue
        best = max(found, key=lambda e: (_meets(e.agent, act.actor), _meets(e.patient, act.patient), e.confidence))
        told = (
            f"{act.line} but {best.agent and best.agent.text} | {best.patient and best.patient.text} "
            f"| {best.polarity} {best.modality} claim {best.claim}"
        )
        yield _verdict(act, best), told
        if _meets(best.patient, act.patient):
            yield "object right", told


def _verdict(act: Act, event: Event) -> str:
    """The worst thing that is wrong with it."""
    if not _meets(event.agent, act.actor):
        return "no actor" if event.agent is None else "wrong actor"
    return _force(act, event) or "right"


def _force(act: Act, event: Event) -> str:
    """What is wrong with polarity, modality and attribution; what is denied, asked or planned may stand in a claim."""
    denies = event.polarity == "negative" or event.modality == "denied"
    # 'Did not prove that it causes': annotated as open, where the extractor may say either
    denies = denies or (act.negative and "denied" in act.modalities and event.modality in act.modalities - {"asserted"})
    loose = event.claim is None and event.modality in {"asserted", "planned"}
    held = event.claim is not None and not act.claimed and not act.negative
    kinds = (
        ("lost negation", act.negative and not denies),
        ("lost modality", "asserted" not in act.modalities and event.modality == "asserted" and not denies),
        ("claim told as a fact", act.claimed and loose),
        ("wrong force", denies and not (act.negative or "denied" in act.modalities)),
        ("wrong force", not denies and (act.negative or act.modalities == {"denied"})),
        ("wrong force", event.modality not in act.modalities and not act.negative),
        ("wrongly claimed", held and act.modalities & {"asserted", "possible"}),
    )
    return next((kind for kind, wrong in kinds if wrong), "")


def _plain(text: str) -> str:
    return re.sub(r"^(?:the|a|an) ", "", " ".join(text.lower().split()))


def _meets(arg: Arg | None, wanted: Sequence[str] | None) -> bool:
    """Whether a role is filled as annotated: by the words, a part of them, or the name they stand for."""
    if wanted is None:
        return True
    if arg is None:
        return not wanted or "-" in wanted
    texts = [_plain(arg.text), *([_plain(arg.entity)] if arg.entity else [])]
    return any(_plain(w) in text or text in _plain(w) for w in wanted for text in texts if w != "-")


def _entities(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    told = {entity.canonical: entity.type for entity in facts.entities}
    for line in piece.lines["entities"]:
        name, _, kind = line.partition(" => ")
        got = told.get(name)
        yield ("right" if got == kind else "missed" if got is None else "wrong"), f"{line} but {got}"


def _places(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    for line in piece.lines["places"]:
        name, _, where = line.partition(" => ")
        country, _, region = where.partition(", ")
        start = piece.text.find(name)
        entity = next((e for e in facts.entities if any(s.start <= start < s.end for s in e.mentions)), None)
        geo = entity.geo if entity else None
        told = (geo.country, getattr(geo, "region", "")) if geo else None
        right = told is not None and told[0] == country.replace("-", "") and region in {"", told[1]}
        yield ("right" if right else "missed" if told is None else "wrong"), f"{line} but {told}"


def _quantities(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    for line in piece.lines["quantities"]:
        text, _, told = line.partition(" => ")
        start, words = piece.text.find(text), told.split()
        low, _, high = words[0].partition("..")
        wanted = (float(low), float(high) if high else None, words[1], words[2] if len(words) > 2 else "")
        over = [q for q in facts.quantities if q.span.start < start + len(text) and start < q.span.end]
        got = [(q.value, q.high, q.unit, q.bound) for q in over]
        yield ("right" if wanted in got else "wrong" if got else "missed"), f"{line} but {got}"


def _quotes(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    for line in piece.lines["quotes"]:
        words, _, told = line.partition(" => ")
        speaker, _, kind = told.rstrip(")").partition(" (")
        quote = next((q for q in facts.quotes if words in q.text or q.text in words), None)
        got = (quote.speaker and (quote.speaker.entity or quote.speaker.text), quote.type) if quote else None
        right = quote is not None and quote.type == kind and _meets(quote.speaker, () if speaker == "-" else (speaker,))
        yield ("right" if right else "missed" if quote is None else "wrong"), f"{line} but {got}"


def _claims(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    for line in piece.lines["claims"]:
        source, _, content = line.partition(" :: ")
        first, _, last = content.partition(" ... ")
        start = piece.text.find(first)
        stop = piece.text.find(last, start) + len(last) if last else start + len(first)
        wanted = set(range(start, stop))
        scored = [
            (len(wanted & covered) / len(wanted | covered), claim)
            for claim in facts.claims
            if (covered := {place for span in claim.content for place in range(span.start, span.end)})
        ]
        share, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        if best is None or share < 0.5:
            yield "missed", line
        else:
            right = _meets(best.source, (source,))
            yield ("right" if right else "wrong"), f"{line} but {best.source and best.source.text} ({share:.2f})"


def _non_events(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    left = list(facts.non_events)
    for line in piece.lines["non_events"]:
        actor, act = (part.strip() for part in line.split("|"))
        wanted = () if actor == "-" else tuple(actor.split("/"))
        found = [one for one in left if one.act == act]
        best = next((one for one in found if _meets(one.actor, wanted)), None)
        if best is not None:
            left.remove(best)
        yield ("right" if best else "wrong" if found else "missed"), f"{line} but {[o.text for o in found]}"


CARD_ERRORS = ("claim told as a fact", "wrong actor", "lost negation", "lost modality")


def _cards(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    """Each line of the card that tells an annotated event, as its reader understands it."""
    acts = [act for act in goldset.acts(piece) if len(re.findall(rf"\b{re.escape(act.trigger)}\b", piece.text)) == 1]
    for line in facts.headlines:
        event = facts.events[line.event] if line.event is not None else None
        act = next((a for a in acts if event is not None and event.trigger in a.trigger.split()), None)
        if act is None or event is None:
            continue
        told = f"[{line.attribution}] {line.text!r}: {line.who} | {line.what} | {line.whom}; {act.line}"
        verdict = _verdict(act, event)
        if act.claimed and not line.attribution and event.modality in {"asserted", "planned"}:
            verdict = "claim told as a fact"
        elif verdict == "claim told as a fact":
            verdict = "right"
        yield (verdict if verdict in CARD_ERRORS else "right"), told


def _leads(piece: Piece, facts: Facts) -> Iterator[Verdict]:
    """Whether the card's first line tells what the article is about."""
    for line in piece.lines["lead"]:
        words = line.split("/")
        first = facts.headlines[0].text if facts.headlines else ""
        there = any(re.search(rf"\b{re.escape(word)}\b", first) for word in words)
        yield ("right" if there else "missed"), f"{line} but {first!r}"


SCORERS: dict[str, Scorer] = {
    "dates": _dates,
    "acronyms": _acronyms,
    "events": _events,
    "entities": _entities,
    "places": _places,
    "quantities": _quantities,
    "quotes": _quotes,
    "claims": _claims,
    "non-events": _non_events,
    "cards": _cards,
    "leads": _leads,
}
