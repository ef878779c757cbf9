"""Key facts of one article. Every span is [start, end) in characters of `Facts.text`."""

import re
from dataclasses import dataclass
from typing import Literal

EntityType = Literal[
    "PERSON",
    "ORG",
    "GPE",
    "LOC",
    "FAC",
    "WEAPON",
    "UNIT",
    "NORP",
    "PRODUCT",
    "EVENT",
    "LAW",
    "DISEASE",
    "SHIP",
    "OTHER",
]
Modality = Literal["asserted", "possible", "conditional", "planned", "denied", "requested"]
Polarity = Literal["positive", "negative"]
CueClass = Literal["say", "believe", "deny", "predict", "promise", "demand", "report", "intend", "react"]
ATTITUDES: frozenset[CueClass] = frozenset({"intend", "react"})
"""Cues by which somebody wants or judges a thing ('refused to', 'welcomed'); what they hold true is not said."""
UNNAMED = "source not named"
"""Credit for a claim whose words leave open who makes it."""
SourceType = Literal["named", "anonymous", "collective", "pronoun"]
QuoteKind = Literal["direct", "mixed", "scare"]
Granularity = Literal[
    "minute", "hour", "daypart", "day", "week", "month", "quarter", "season", "half", "year", "decade"
]


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands in the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Geo:
    """Where a place is: WGS 84 degrees, ISO 3166-1 alpha-2 country, and how exact that is.

    `region` is the first-level region of the country it lies in: Kursk -> Kursk Oblast (-> RU).
    """

    lat: float
    lon: float
    country: str
    precision: Literal["point", "city", "region", "country"]
    region: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, place, organisation or thing, with every mention of it.

    Attributes:
        canonical: its full name as the article or a gazetteer gives it.
        text, span, sentence: the first mention.
        mentions: all mentions by name, in reading order.
        aliases: other names used for it in the article.
        title, affiliation: for a person: "President", "Foundation for Defense of Democracies".
        metonym_of: what the name stands for: Pyongyang -> North Korea (as an actor).
        acronym: its short form, where the article or a gazetteer gives one.
        rule: the gazetteer, rule or model that found it.
    """

    canonical: str
    type: EntityType
    text: str
    span: Span
    sentence: int
    mentions: tuple[Span, ...]
    confidence: float
    rule: str
    aliases: tuple[str, ...] = ()
    title: str = ""
    affiliation: str = ""
    geo: Geo | None = None
    metonym_of: str = ""
    acronym: str = ""
    kind: Literal["entity"] = "entity"


@dataclass(frozen=True, slots=True)
class TimeRef:
    """A time expression and what it means.

    Attributes:
        value: ISO 8601 cut to its granularity: 2024-11-17, 2024-10, 2024-W46, 2024-11-17T14:00.
        end: the last value of an interval, inclusive, "" where it is not one.
        approx: the text says "about", "around", "some".
        anchor: what it was reckoned from: "published" or "absolute".
    """

    text: str
    span: Span
    sentence: int
    value: str
    granularity: Granularity
    confidence: float
    rule: str
    end: str = ""
    approx: bool = False
    anchor: str = "published"
    kind: Literal["time"] = "time"


@dataclass(frozen=True, slots=True)
class Arg:
    """Who or what fills a role; `entity` is its canonical name where it is a known entity."""

    text: str
    span: Span
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what to whom.

    Attributes:
        text, span: the clause that tells it; trigger is the word that names the act.
        type: a coarse class such as "attack", "permit", "say", "move", "agree", "die", "other".
        polarity: "negative" for "did not".
        claim: index into Facts.claims of the innermost claim it stands in, None where the article asserts it.
    """

    text: str
    span: Span
    sentence: int
    trigger: str
    trigger_span: Span
    lemma: str
    type: str
    confidence: float
    rule: str
    agent: Arg | None = None
    patient: Arg | None = None
    recipient: Arg | None = None
    instrument: Arg | None = None
    place: Arg | None = None
    time: Arg | None = None
    purpose: Arg | None = None
    polarity: Polarity = "positive"
    modality: Modality = "asserted"
    claim: int | None = None
    kind: Literal["event"] = "event"


@dataclass(frozen=True, slots=True)
class Claim:
    """Something the article reports somebody as saying or holding.

    Attributes:
        text, span: the whole statement, source and cue included.
        source: who says so; None where the text leaves it out.
        source_type: named, anonymous ("officials"), collective ("the ministry") or an unresolved pronoun.
        via: through whom it reached the article: "told reporters", "in a statement", "state television".
        content: what is said, in pieces where the source stands in the middle.
        within: index of the claim it is nested in.
    """

    text: str
    span: Span
    sentence: int
    source: Arg | None
    source_type: SourceType
    cue: str
    cue_span: Span
    cue_class: CueClass
    content: tuple[Span, ...]
    confidence: float
    rule: str
    via: str = ""
    within: int | None = None
    kind: Literal["claim"] = "claim"

    @property
    def negated(self) -> bool:
        """Whether the cue itself is: "did not deny", "does not recommend"."""
        return bool(re.search(r"\b(?:not|never|neither|nor|cannot)\b|n['\u2019]t\b", self.cue, re.IGNORECASE))

    def impersonal(self) -> str:
        """How to credit a claim that leaves out its source: "it is believed", "reportedly", "source not named"."""
        cue = " ".join(self.cue.lower().split())
        if cue.endswith("ly"):
            return cue
        passive = re.fullmatch(
            r"(is|are|was|were|has been|have been|had been) (?:being )?(\w+(?:ed|id|wn|ood|ght|old|eld|elt|een|und))",
            cue,
        )
        if passive is None:
            return UNNAMED
        verb = {"are": "is", "were": "was", "have been": "has been"}.get(passive[1], passive[1])
        return f"it {verb} {passive[2]}"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words in quotation marks, the marks left out.

    Attributes:
        pieces: the quoted stretches, in order, where a speaker's tag splits them.
        how: how the speaker was found: "cue", "nearest", "previous_speaker", "none".
        type: "direct" a whole sentence, "mixed" words inside the article's sentence, "scare" nobody's words.
    """

    text: str
    span: Span
    sentence: int
    pieces: tuple[Span, ...]
    speaker: Arg | None
    how: str
    type: QuoteKind
    confidence: float
    rule: str
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class NonEvent:
    """Somebody who did not say or do a thing that the reader would want."""

    text: str
    span: Span
    sentence: int
    actor: Arg | None
    act: Literal["decline_comment", "no_reply", "deny", "refuse", "not_confirmed"]
    confidence: float
    rule: str
    about: str = ""
    kind: Literal["non_event"] = "non_event"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts.

    Attributes:
        value: the number, or the lower end of a range whose upper end is `high`.
        unit: "people", "USD", "km", "percent", "missiles"...; "" for a bare count.
        of: what is counted or measured: "killed", "civilians".
        bound: "at_least" and "at_most" for "more than", "up to"; "about" for "some".
    """

    text: str
    span: Span
    sentence: int
    value: float
    unit: str
    of: str
    confidence: float
    rule: str
    high: float | None = None
    bound: Literal["", "at_least", "at_most", "about"] = ""
    kind: Literal["quantity"] = "quantity"


@dataclass(frozen=True, slots=True)
class Acronym:
    """A short form and what it stands for, as the article explains it (or a gazetteer knows it)."""

    text: str
    span: Span
    sentence: int
    short: str
    long: str
    canonical: str
    confidence: float
    rule: str
    kind: Literal["acronym"] = "acronym"


def credited(attribution: str, told: str = "") -> str:
    """An attribution as it follows a fact: "according to U.S. officials", "it is believed", "reportedly".

    Empty where the words that are told name the source themselves.
    """
    if is_impersonal(attribution):
        return attribution
    if attribution in told:
        return ""
    first, blank, rest = attribution.partition(" ")
    return f"according to {first.lower() if first in _OPENING else first}{blank}{rest}"


_OPENING = frozenset({"A", "An", "The", "Some", "Several", "Many", "Two", "Three", "His", "Her", "Its", "Their", "One"})
"""Words with which a source began its sentence."""


def is_impersonal(attribution: str) -> bool:
    """Whether an attribution names nobody and so stands alone; an empty one does too."""
    first = attribution.partition(",")[0]
    return not first or first == UNNAMED or bool(re.fullmatch(r"[a-z]+ly|it (?:is|was|has been|had been) \w+", first))


@dataclass(frozen=True, slots=True)
class Headline:
    """A fact worth a line on the card, best first.

    Attributes:
        text: the clause in the article's own words, hedges and negation kept.
        attribution: "U.S. officials", "various news sources"..., or, where nobody is named, words that stand alone as
            "it is believed" and "reportedly"; "" where the article asserts it.
        event: index into Facts.events.
        who, what, whom, where, when: the parts, "" where the article doesn't say.
    """

    text: str
    span: Span
    sentence: int
    attribution: str
    confidence: float
    rule: str
    event: int | None = None
    who: str = ""
    what: str = ""
    whom: str = ""
    where: str = ""
    when: str = ""
    kind: Literal["headline"] = "headline"


@dataclass(frozen=True, slots=True)
class Facts:
    """All key facts of one document.

    Attributes:
        text: the document the spans point into.
        model: the NLP model used, "" for rules alone.
        analysed: how many characters were read; less than len(text) for an overlong article.
        notes: what the reader must know: "language ru has no model: names and numbers only".
    """

    text: str
    lang: str
    model: str
    analysed: int
    entities: tuple[Entity, ...] = ()
    times: tuple[TimeRef, ...] = ()
    events: tuple[Event, ...] = ()
    claims: tuple[Claim, ...] = ()
    quotes: tuple[Quote, ...] = ()
    non_events: tuple[NonEvent, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    acronyms: tuple[Acronym, ...] = ()
    headlines: tuple[Headline, ...] = ()
    notes: tuple[str, ...] = ()
