"""What to watch for: rules, their conditions, and what a match found."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

MatchField = Literal["title", "text"]


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


Condition = Term | AnyOf | AllOf | NoneOf


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One example a rule file carries to prove its own rule.

    Attributes:
        text: the article or sentence.
        expect: whether the rule must match it.
        line: where it stands in the file, from 1.
        title: the article's headline, where the example gives one.
    """

    text: str
    expect: bool
    line: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One watch rule, compiled from YAML.

    Attributes:
        id: unique among all files; letters, digits, `-`, `_`, `.`.
        name: what the card calls it.
        condition: the tree that decides.
        severity, channel: what an alert carries; channel "" means the configured default.
        max_age: articles published longer ago do not alert.
        file, line: where it is written, for messages.
        version: changes whenever the meaning of the rule does.
    """

    id: str
    name: str
    condition: Condition
    severity: Severity = Severity.MEDIUM
    channel: str = ""
    enabled: bool = True
    labels: tuple[str, ...] = ()
    description: str = ""
    max_age: timedelta = timedelta(hours=48)
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
