"""Which of an article's facts go on its card: at most seven lines a person reads in five seconds."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from monitor.alerts.text import clean, cut, sentence_around
from monitor.alerts.times import human
from monitor.model.alert import FactLine
from monitor.model.facts import (
    ATTITUDES,
    Arg,
    Claim,
    CueClass,
    Entity,
    Facts,
    Headline,
    NonEvent,
    Quantity,
    Quote,
    Span,
    TimeRef,
    is_impersonal,
)

_T = TypeVar("_T")

MOST = 7
LONGEST = 280
_NAMES = 4
_DETERMINERS = frozenset(
    {
        "a",
        "an",
        "the",
        "some",
        "several",
        "many",
        "most",
        "various",
        "two",
        "three",
        "his",
        "her",
        "its",
        "their",
        "one",
    }
    | {"unnamed", "anonymous", "local", "senior", "military", "official", "officials", "other", "sources"}
)

_PRONOUNS = frozenset({"he", "she", "it", "they"})
_SITUATES = frozenset({"in", "on", "at", "near", "from", "outside", "inside", "around", "across", "over"})

_BY: dict[CueClass, str] = {
    "say": "according to",
    "report": "according to",
    "believe": "believed by",
    "deny": "denied by",
    "predict": "predicted by",
    "promise": "promised by",
    "demand": "demanded by",
    "intend": "intended by",
    "react": "as seen by",
}
_NOT_SAID = {
    "decline_comment": "No comment",
    "no_reply": "No reply",
    "deny": "Denied",
    "refuse": "Refused",
    "not_confirmed": "Not confirmed",
}
_SPEAKERS = frozenset(
    {"officials", "sources", "lawmakers", "analysts", "witnesses", "diplomats", "experts", "aides", "reporters"}
)
_ACTORS = ("PERSON", "ORG", "UNIT", "GPE")
_PLACES = ("FAC", "LOC", "GPE")


def key_facts(facts: Facts, title: str, focus: Sequence[Span] = (), most: int = MOST) -> tuple[FactLine, ...]:
    """The lines in reading order: what happened or is claimed, who, where, when, numbers, quotes, non-events.

    Nothing is printed that the article doesn't say; where it only reports a claim, the attribution is printed too.
    A line that only repeats `title`, as the card shows it, is left out. `focus` is where the rules' terms were
    found, in characters of `facts.text`; facts told there come early.
    """
    headlines = _headlines(facts, title, focus)
    shown = [clean(headline.text) for headline in headlines]
    what = [_headline_line(facts, headline) for headline in headlines]
    said = list(_said(facts, focus, (title, *shown)))
    groups = {
        "what": what[:2],
        "who": _who(facts, headlines),
        "where": _where(facts, headlines),
        "when": _when(facts, headlines),
        "numbers": _numbers(facts, headlines, (title, *shown)),
        "said": said[:1],
        "not": list(_non_events(facts)),
        "more": what[2:],
        "more said": said[1:],
    }
    budget = most
    kept: dict[str, list[FactLine]] = {}
    for name, lines in groups.items():
        kept[name] = lines[:budget]
        budget -= len(kept[name])
    order = ("what", "more", "who", "where", "when", "numbers", "said", "more said", "not")
    return tuple(line for name in order for line in kept[name])


def attribution(facts: Facts, span: Span) -> str:
    """Who says what stands at the span: "according to U.S. officials", or "" where the article itself does."""
    holding = [
        c
        for c in facts.claims
        if c.cue_class not in ATTITUDES and any(p.start <= span.start and span.end <= p.end for p in c.content)
    ]
    innermost = min(holding, key=lambda c: sum(p.end - p.start for p in c.content), default=None)
    return _credit(facts, innermost) if innermost else ""


def _credit(facts: Facts, claim: Claim) -> str:
    if claim.source is None:
        return f"{_by(claim)} {clean(claim.via)}" if claim.via else claim.impersonal()
    unnamed = claim.source_type == "pronoun" or claim.source.text.casefold() in _PRONOUNS
    source = _named(facts, claim.source) if unnamed else clean(claim.source.text)
    return f"{_by(claim)} {_within_sentence(source)}"


def _by(claim: Claim | None) -> str:
    """'according to', 'denied by', and of a cue that is negated itself 'not denied by'."""
    by = _BY[claim.cue_class if claim else "say"]
    if claim is None or not claim.negated:
        return by
    return "not said by" if by == "according to" else f"not {by}"


def _within_sentence(source: str) -> str:
    """'an insider' for 'An insider': the source began its sentence, here it doesn't."""
    first, _, rest = source.partition(" ")
    return f"{first.lower()} {rest}" if rest and first.lower() in _DETERMINERS else source


def _named(facts: Facts, arg: Arg) -> str:
    """The person's name where a pronoun or surname stands for one the article names in full."""
    name = arg.entity or arg.text
    return clean(name if _says(facts, name) else arg.text)


def _says(facts: Facts, words: str) -> bool:
    return bool(words) and words.casefold() in facts.text.casefold()


def _headlines(facts: Facts, title: str, focus: Sequence[Span]) -> list[Headline]:
    """Best first, but after the very best those told where the rules' terms stand; three at most."""
    first, others = facts.headlines[:1], facts.headlines[1:]
    near = [headline for headline in others if _touches(facts, headline.span, focus)]
    chosen: list[Headline] = []
    for headline in [*first, *near, *(headline for headline in others if headline not in near)]:
        shown = [title, *(f"{other.text} {other.attribution}" for other in chosen)]
        # A repetition that adds who says so is worth its line.
        if not any(_repeats(headline.text, text) and _holds(text, headline.attribution) for text in shown):
            chosen.append(headline)
    return chosen[:3]


def _headline_line(facts: Facts, headline: Headline) -> FactLine:
    credit = clean(headline.attribution)
    if not is_impersonal(credit) and not credit.casefold().startswith(tuple(_BY.values())):
        event = _at(facts.events, headline.event)
        claim = _at(facts.claims, event.claim) if event else None
        credit = f"{_by(claim)} {_within_sentence(credit)}"
    told = cut(clean(headline.text), LONGEST)
    # A whole sentence names its source in its own words, or says in them that something is believed.
    said = clean(headline.attribution)
    named = bool(credit) and _holds(told, said.split()[-1] if is_impersonal(said) else said)
    return FactLine("Claimed" if credit else "What", told, "" if named else credit)


def _who(facts: Facts, headlines: Sequence[Headline]) -> list[FactLine]:
    """Those who act or are acted on in the headline facts first, then the people and bodies named most."""
    does = " ".join(headline.who for headline in headlines).casefold()
    meets = " ".join(headline.whom for headline in headlines).casefold()

    def acts(entity: Entity) -> bool:
        # A country inside an object is mostly a place: "forces in the Kursk region".
        roles = does if entity.type == "GPE" else f"{does} {meets}"
        names = [name.casefold() for name in _names(entity)]
        return any(name in roles and not (entity.type == "GPE" and _situates(roles, name, entity)) for name in names)

    actors = [entity for entity in facts.entities if entity.type in _ACTORS]
    chosen = [entity for entity in actors if entity.type != "GPE" or acts(entity)]
    chosen.sort(key=lambda entity: (not acts(entity), entity.type == "GPE", -len(entity.mentions)))
    names = _distinct(_introduced(facts, entity) for entity in chosen)[:_NAMES]
    return [FactLine("Who", cut("; ".join(names), LONGEST))] if names else []


def _names(entity: Entity) -> list[str]:
    return [name for name in (entity.canonical, entity.text, *entity.aliases) if name]


def _situates(roles: str, name: str, entity: Entity) -> bool:
    """Whether a place only tells where those are who act: 'a strike on a block in Kharkiv', 'the port of Rotterdam'."""
    words = roles.partition(name)[0].split()
    before = next((word for word in reversed(words) if word != "the"), "")
    country = entity.geo is None or entity.geo.precision == "country"
    return before in _SITUATES or (before == "of" and not country)


def _introduced(facts: Facts, entity: Entity) -> str:
    """The name with office and short form, as far as the article itself gives them with the name."""
    name = entity.canonical if _says(facts, entity.canonical) else entity.text
    title, short, affiliation = entity.title, entity.acronym, entity.affiliation
    parts = [f"{title} {name}" if _beside(facts, entity, title) and not _holds(name, title) else name]
    if _beside(facts, entity, short) and not _holds(name, short):
        parts.append(f"({short})")
    if _beside(facts, entity, affiliation) and not _holds(name, affiliation):
        parts.append(f"({affiliation})")
    return cut(clean(" ".join(parts)), 100)


def _beside(facts: Facts, entity: Entity, words: str) -> bool:
    """Whether the words stand beside one of the mentions."""
    around = (facts.text[max(0, m.start - 40) : m.end + 40 + len(words)] for m in (entity.span, *entity.mentions[:20]))
    return bool(words) and any(_holds(text, words) for text in around)


def _where(facts: Facts, headlines: Sequence[Headline]) -> list[FactLine]:
    told = [headline.where for headline in headlines if headline.where]
    if told and not headlines[0].where:
        told = [*_scenes(facts, headlines[0]), *told]
    places = [entity for entity in facts.entities if entity.type in _PLACES]
    places.sort(key=lambda entity: (_PLACES.index(entity.type), -len(entity.mentions)))
    # A country that is named is more often an actor than the scene; it counts where nothing nearer is known.
    scenes = [entity.text for entity in places if entity.type != "GPE"] or [entity.text for entity in places]
    names: list[str] = []
    for name in (clean(name) for name in (told or scenes)):
        if name and not any(_holds(other, name) for other in names):
            names.append(cut(name, 80))
    return [FactLine("Where", "; ".join(names[:3]))] if names else []


def _scenes(facts: Facts, headline: Headline) -> Iterator[str]:
    """Places named where the fact is told, in its order; no country, more often an actor, nor a town for a body."""
    spots = [
        (mention.start, entity.text)
        for entity in facts.entities
        if entity.type in _PLACES
        and not entity.metonym_of
        and (entity.geo is None or entity.geo.precision != "country")
        for mention in (entity.span, *entity.mentions)
        if headline.span.start <= mention.start < headline.span.end
    ]
    yield from dict.fromkeys(name for _, name in sorted(spots))


def _when(facts: Facts, headlines: Sequence[Headline]) -> list[FactLine]:
    """Up to three times, those of the headline facts first, under the attribution of the first of them."""
    sentences = {headline.sentence for headline in headlines}
    times = sorted(facts.times, key=lambda time: (time.sentence not in sentences, time.span.start))
    if not times:
        return []
    credit = attribution(facts, times[0].span)
    told = _distinct(_time(time) for time in times if attribution(facts, time.span) == credit)
    return [FactLine("When", "; ".join(told[:3]), credit)]


def _time(time: TimeRef) -> str:
    words, told = human(time.value, end=time.end, approx=time.approx), cut(clean(time.text), 60)
    if not words or words.casefold() == told.casefold():
        return told
    return words if time.anchor == "absolute" else f"{words} (“{told}”)"


def _numbers(facts: Facts, headlines: Sequence[Headline], shown: Iterable[str]) -> list[FactLine]:
    """Numbers that no shown line has yet; claimed ones apart, each under who claims them; two lines at most."""
    sentences = {headline.sentence for headline in headlines}
    told: dict[str, list[str]] = {}
    for quantity in sorted(facts.quantities, key=lambda q: (q.sentence not in sentences, q.span.start)):
        if any(_holds(line, quantity.text) for line in shown) or _counts_sources(quantity):
            continue
        text = clean(quantity.text)
        counted = f"{text} {quantity.of}" if quantity.of and not _holds(text, quantity.of) else text
        credited = told.setdefault(attribution(facts, quantity.span), [])
        if len(credited) < 3 and counted not in credited:
            credited.append(cut(clean(counted), 90))
    return [FactLine("Numbers", "; ".join(texts), credit) for credit, texts in told.items()][:2]


def _counts_sources(quantity: Quantity) -> bool:
    """'two officials' counts who talks, not what happened."""
    words = f"{quantity.text} {quantity.of}".casefold().split()
    return any(word in _SPEAKERS for word in words)


def _said(facts: Facts, focus: Sequence[Span], shown: Iterable[str]) -> Iterator[FactLine]:
    """The two most telling quotes whose speaker is known."""

    def weight(quote: Quote) -> tuple[bool, bool, int]:
        return not _touches(facts, quote.span, focus), quote.type != "direct", quote.span.start

    spoken = [quote for quote in facts.quotes if quote.speaker and quote.type != "scare" and " " in quote.text.strip()]
    for quote in sorted(spoken, key=weight)[:2]:
        words = " … ".join(clean(facts.text[piece.start : piece.end]) for piece in quote.pieces) or clean(quote.text)
        words = words.strip("\"“”„«»'‘’ ").rstrip(",")
        if quote.speaker and words and not any(_holds(line, words) for line in shown):
            yield FactLine("Said", f"“{cut(words, LONGEST)}”", _named(facts, quote.speaker))


def _non_events(facts: Facts) -> Iterator[FactLine]:
    seen: list[NonEvent] = []
    for non_event in facts.non_events:
        if not any(other.sentence == non_event.sentence for other in seen):
            seen.append(non_event)
            yield FactLine(
                _NOT_SAID[non_event.act],
                cut(clean(non_event.text), LONGEST),
                attribution(facts, non_event.span),
            )


def _touches(facts: Facts, span: Span, focus: Sequence[Span]) -> bool:
    start, end = sentence_around(facts.text, span.start, span.end)
    return any(start <= spot.start < end for spot in focus)


def _repeats(text: str, line: str) -> bool:
    """Whether the line has (nearly) all the words of the text."""
    words, known = _words(text), _words(line)
    return bool(words) and len(words & known) >= 0.85 * len(words)


def _words(text: str) -> frozenset[str]:
    return frozenset("".join(char if char.isalnum() else " " for char in text.casefold()).split())


def _holds(text: str, part: str) -> bool:
    return clean(part).casefold() in text.casefold()


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _at(items: Sequence[_T], index: int | None) -> _T | None:
    return items[index] if index is not None and 0 <= index < len(items) else None
