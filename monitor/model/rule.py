"""What to watch for: rules, their conditions, and what a match found."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Literal

from monitor.model.article import FullText
from monitor.model.facts import CueClass, EntityType, Polarity, SourceType
from monitor.model.trend import NO_TRENDS, Trends

MatchField = Literal["title", "text"]
FieldName = Literal["title", "text", "lead"]
Unit = Literal["sentence", "paragraph"]
AttributeName = Literal["url", "author", "source", "outlet", "group", "lang", "country", "category"]
Comparison = Literal["<", "<=", "=", ">=", ">"]

LEAD_WORDS = 60
"""Words of the text that count as its lead: about two paragraphs of a news report."""


class Severity(StrEnum):
    """How much a match matters, in rising order."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase to find.

    Attributes:
        text: as the user wrote it, without the wildcard and the mark for exact case.
        exact: letters must have the same case and accents (`=ICE` is not ice).
        prefix: also matches longer words that begin so (`missil*`).
    """

    text: str
    exact: bool = False
    prefix: bool = False

    def __str__(self) -> str:
        """The term as a rule writes it."""
        return f"{'=' if self.exact else ''}{self.text}{'*' if self.prefix else ''}"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where at least one part is.

    Attributes:
        alias: the alias the rule calls it by, without `$`; "" where it is written out.
    """

    parts: tuple["Condition", ...]
    alias: str = ""


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where every part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """True where no part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression in RE2's syntax, found where it matches.

    It is searched in the title and in the text, each by itself and as it is written: no case, accent or quote is
    changed, `^` and `$` are the field's ends unless the pattern says `(?m)`. An empty match finds nothing.

    Attributes:
        exact: letters must have the same case.
    """

    pattern: str
    exact: bool = False

    def __str__(self) -> str:
        """The expression as a rule writes it."""
        return f"{'=' if self.exact else ''}/{self.pattern}/"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True where at least `count` of the parts are; 1 <= count <= number of parts."""

    count: int
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Near:
    """True where a place of each part can be chosen so that they stand close together.

    The chosen places lie in one paragraph (the title is a paragraph of its own) and do not overlap; put in reading
    order, between each and the next stand at most `distance` words (0: none). Words are the engine's: one each for a
    character of Chinese, Japanese, Thai and their like. Its evidence are the places of all such choices.

    Attributes:
        parts: two or more, each a Term, a Regex, or an AnyOf of such (nested at will), whose places are those of its
            terms.
        ordered: the reading order must also be that of `parts`.
    """

    distance: int
    parts: tuple["Condition", ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """True where one sentence or one paragraph, read as if it were the whole text, makes every part true.

    Only words wholly inside that one sentence or paragraph count for its parts, under `none` too. Paragraphs are
    divided by blank lines; the title is a sentence and a paragraph of its own. Parts are made of Term, Regex, AnyOf,
    AllOf, NoneOf, AtLeast, Near and Times. Its evidence is that of the parts in every unit that makes them true.
    """

    unit: Unit
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class InField:
    """True where the part is when only words wholly inside one of the fields count (under `none` too).

    "title" is the article's title, "text" its text, "lead" the first `LEAD_WORDS` words of the text. A field that is
    empty holds no words. The part may be anything but an attribute or a condition on facts.
    """

    fields: tuple[FieldName, ...]
    part: "Condition"


@dataclass(frozen=True, slots=True)
class Times:
    """True where the part has at least `at_least` places; places that overlap count as one (at_least >= 2).

    The part is a Term, a Regex, or an AnyOf of such, whose places are those of its terms.
    """

    part: "Condition"
    at_least: int


@dataclass(frozen=True, slots=True)
class Score:
    """True where the part is, and the article is about it rather than mentioning it: a score of 0 to 100.

    Of the places that are evidence for the part, overlapping ones counted as one, the score is the sum of

    - 40 where one lies in the title, or in the first sentence of an article without a title;
    - 30 where one lies in the lead, else 30 * (1 - b / w), with b words before the first one in the text, else 0;
    - 30 * min(1, n / (0.02 * w)): their number n against the words of the document, full from two in a hundred on.

    w is the number of words of the text in the second line and of the title and the text together in the third.

    Attributes:
        part: without attributes and conditions on facts.
        min_score: 1 to 100; true where the score is not below it.
    """

    part: "Condition"
    min_score: float


@dataclass(frozen=True, slots=True)
class Attribute:
    """True where the article has one of the values; it has no places.

    Case and accents don't matter. "url" and "author" (any of the authors) need only contain a value; "source" (the
    feed's URL, or "seeds") likewise. "outlet", "group", "lang", "country" (of the outlet) and "category" (any of them)
    must equal it. A `*` in a value stands for any run of characters. "lang" compares only the part before a hyphen,
    and an article whose language is unknown has any language.
    """

    name: AttributeName
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasEntity:
    """True where the article names an entity of one of the types with one of the names; evidence is its mentions.

    Attributes:
        types: empty for any type.
        names: compared with the canonical name, the aliases, the acronym and `metonym_of`, case and accents apart; a
            `*` stands for any run of characters. Empty for any name.
    """

    names: tuple[str, ...] = ()
    types: tuple[EntityType, ...] = ()


@dataclass(frozen=True, slots=True)
class HasPlace:
    """True where the article names a place (an entity with coordinates) that is within all the limits given.

    Attributes:
        countries: ISO 3166-1 alpha-2 codes it may lie in; empty for anywhere.
        center: latitude and longitude in degrees; None for anywhere.
        radius_km: great-circle distance from the center; countries named as a whole are never within it.
    """

    countries: tuple[str, ...] = ()
    center: tuple[float, float] | None = None
    radius_km: float = 0.0


@dataclass(frozen=True, slots=True)
class HasEvent:
    """True where one event of the article has all that is asked for; evidence is its clause.

    Attributes:
        actors, objects: names of the agent, and of the patient or recipient: compared with the argument's entity and
            with its text, as in HasEntity. Empty for any or none.
        actions: compared with the event's type and with the lemma of its act. Empty for any.
        polarity: None for either.
    """

    actors: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    polarity: Polarity | None = None


@dataclass(frozen=True, slots=True)
class HasQuantity:
    """True where a number of the article compares so; evidence is its text.

    Attributes:
        of: what is counted or its unit: compared with `Quantity.of` and `Quantity.unit`, where one word of it is
            enough, and with names as in HasEntity. Empty for anything.
        comparison, value: for `>` and `>=` the upper end of a range is compared, for `<` and `<=` its lower end, for
            `=` whether the value lies in it; hedges ("about", "at least") don't matter.
        written: as the rule writes it.
    """

    comparison: Comparison
    value: float
    of: tuple[str, ...] = ()
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class HasQuote:
    """True where somebody of these names is quoted (not in scare quotes); evidence is the quote.

    Attributes:
        speakers: compared with the speaker's entity and text as in HasEntity; empty for any known speaker.
    """

    speakers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HasClaim:
    """True where the article reports a claim of such a source; evidence is the statement.

    Attributes:
        sources: compared with the source's entity and text as in HasEntity; empty for any.
        types: kinds of source; empty for any.
        cues: classes of the cue ("deny"); empty for any.
    """

    sources: tuple[str, ...] = ()
    types: tuple[SourceType, ...] = ()
    cues: tuple[CueClass, ...] = ()


FactCondition = HasEntity | HasPlace | HasEvent | HasQuantity | HasQuote | HasClaim
"""Needs the article's facts. Before they are known it counts as what lets the rule hold: true, under an odd number of
`none` false. A rule never consists of such conditions alone."""

Condition = (
    Term
    | Regex
    | AnyOf
    | AllOf
    | NoneOf
    | AtLeast
    | Near
    | Together
    | InField
    | Times
    | Score
    | Attribute
    | FactCondition
)


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One example a rule file carries to prove its own rule.

    Attributes:
        text: the article or sentence.
        expect: whether the rule must match it.
        line: where it stands in the file, from 1.
        title: the article's headline, where the example gives one.
        finds: words that must be found in it, as the example writes them; only where it must match.
        facts: what the facts extracted from it must say; only where it must match.
        article: further attributes of the article, such as (("lang", "fr"), ("outlet", "Le Monde")).
    """

    text: str
    expect: bool
    line: int = 0
    title: str = ""
    finds: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    article: tuple[tuple[AttributeName, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule is in force.

    Attributes:
        start, end: first and last day, both included; None for open.
        days: days of the week, Monday is 0; empty for all.
        hours: stretches of the day [from, to); one whose end is not after its beginning goes on past midnight and
            belongs to the day it begins on. Empty for the whole day.
        zone: what days and hours are reckoned in.
    """

    start: date | None = None
    end: date | None = None
    days: tuple[int, ...] = ()
    hours: tuple[tuple[time, time], ...] = ()
    zone: tzinfo = UTC

    def covers(self, moment: datetime) -> bool:
        """Whether the moment (aware) lies in it."""
        local = moment.astimezone(self.zone)
        if not self.hours:
            return self._covers_day(local.date())
        now, today = local.time(), local.date()
        yesterday = today - timedelta(days=1)
        for begin, end in self.hours:
            if begin < end:
                if begin <= now < end and self._covers_day(today):
                    return True
            elif (now >= begin and self._covers_day(today)) or (now < end and self._covers_day(yesterday)):
                return True
        return False

    def _covers_day(self, day: date) -> bool:
        return (
            (self.start is None or day >= self.start)
            and (self.end is None or day <= self.end)
            and (not self.days or day.weekday() in self.days)
        )


ALWAYS = Schedule()


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most so many alerts of one rule in one channel within any stretch of such a length."""

    alerts: int
    within: timedelta


class Updates(StrEnum):
    """Which news of a story that has alerted alert again; corrections and retractions always do."""

    ALL = "all"
    MAJOR = "major"
    NONE = "none"


class Digest(StrEnum):
    """Whether a rule's alerts go out one by one, or gathered once an hour or a day."""

    OFF = "off"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Rule:
    """One watch rule, compiled from YAML.

    Attributes:
        id: unique among all files; letters, digits, `-`, `_`, `.`.
        name: what the card calls it.
        condition: the tree that decides.
        severity: what an alert carries.
        channels: where alerts go; empty means the configured default.
        throttle: how many alerts a channel bears; None for any number.
        digest: whether alerts are gathered.
        updates: which news of a story that has alerted alert again.
        trends: what must come together over time before a match alerts.
        max_age: articles published longer ago do not alert.
        full_text: of which articles the page is read, where the feed gives a summary and has no wish of its own.
        schedule: when it is in force; outside of it, what matches does not alert.
        mention: whom its alerts call, as the channel writes it (`@here`, a user or group id); "" for nobody.
        owner: who answers for the rule; runbook: where it is written what to do, an http(s) link; "" for none.
        file, line: where it is written, for messages.
        version: changes whenever the meaning of the rule does.
    """

    id: str
    name: str
    condition: Condition
    severity: Severity = Severity.MEDIUM
    channels: tuple[str, ...] = ()
    enabled: bool = True
    labels: tuple[str, ...] = ()
    description: str = ""
    max_age: timedelta = timedelta(hours=48)
    full_text: FullText = FullText.NEVER
    schedule: Schedule = ALWAYS
    mention: str = ""
    owner: str = ""
    runbook: str = ""
    throttle: Throttle | None = None
    digest: Digest = Digest.OFF
    updates: Updates = Updates.ALL
    trends: Trends = NO_TRENDS
    tests: tuple[RuleTest, ...] = ()
    file: str = ""
    line: int = 0
    version: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a term of a rule was found.

    Attributes:
        term: the term as the rule writes it.
        field: "title" or "text"; start and end are character offsets into that field of the article.
    """

    term: str
    field: MatchField
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds for an article, with the evidence.

    Attributes:
        hits: every place that made it hold, title first, in reading order.
    """

    rule_id: str
    rule_version: str
    hits: tuple[Hit, ...]
