"""Conditions over time: what must come together, and within how long, before a match becomes an alert."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.model.facts import EntityType

MIN_WINDOWS = 4
"""A rule's usual number is known once it has been in force for so many stretches of a spike's length."""

SeenKind = EntityType | Literal["TERM"]
EditKind = Literal["any", "corrected", "retracted"]


@dataclass(frozen=True, slots=True)
class Frequency:
    """At least so many independent outlets have reported within some stretch of time that the article lies in.

    An outlet whose report only repeats another's text does not count.

    Attributes:
        one_story: only reports of the article's own story count.
    """

    outlets: int
    within: timedelta
    one_story: bool = False


@dataclass(frozen=True, slots=True)
class Spike:
    """Articles come `factor` times as often as is usual for the rule.

    Attributes:
        within: the articles of this long before the newest are counted, copies left out.
        least: fewer than so many are never a spike.
        over: the usual number for so long a time is the mean over this long before.
    """

    factor: float
    within: timedelta
    least: int = 3
    over: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """The article has an entity of one of these types, or a term of the rule, that none of its matches had before.

    Attributes:
        kinds: types of entities, and TERM for the rule's own terms.
        learn: so long after the rule came into force everything counts as known.
    """

    kinds: tuple[SeenKind, ...]
    learn: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Flatline:
    """Nothing has matched for so long: an alert of its own, once for each silence.

    Attributes:
        only: articles that match raise no alert.
    """

    after: timedelta
    only: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """The article is a later version of one that the rule matched, or corrects or withdraws what its story told."""

    kinds: tuple[EditKind, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """The conditions over time of one rule; all of them must hold. None where it has no such condition."""

    frequency: Frequency | None = None
    spike: Spike | None = None
    first_seen: FirstSeen | None = None
    flatline: Flatline | None = None
    edited: Edited | None = None

    @property
    def on_articles(self) -> bool:
        """Whether any of them decides about articles."""
        only = self.flatline is not None and self.flatline.only
        return only or any((self.frequency, self.spike, self.first_seen, self.edited))


NO_TRENDS = Trends()


@dataclass(frozen=True, slots=True)
class Sighting:
    """One article that a rule has matched.

    Attributes:
        at: when it was news: see `Article.moment`.
        entry: the same for all revisions of one article.
        copy: it only repeats another's text.
    """

    article_id: str
    at: datetime
    entry: str
    outlet: str
    story_id: str = ""
    copy: bool = False


@dataclass(frozen=True, slots=True)
class SeenName:
    """A name or term that a rule has met.

    Attributes:
        key: the name with case and accents folded, by which it is known again.
    """

    kind: SeenKind
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Watch:
    """How long a rule has been in force, and how long it has been silent.

    Attributes:
        since: when it came into force first.
        looked: when its silence was looked at last.
        quiet: when the silence began; later by the time in which nobody looked.
        last: the newest match known then.
        told: the silence has been alerted.
    """

    rule_id: str
    since: datetime
    looked: datetime
    quiet: datetime
    last: datetime | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class OpenNotice:
    """The newest thing said about a trouble that goes on.

    Attributes:
        topic: what it is about: "rules".
        seq: how many things were said about it before.
    """

    topic: str
    story_id: str
    seq: int
    text: str
