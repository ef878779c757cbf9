"""What rules would have found in articles that came in before."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from monitor.model.article import Article, SourceKind
from monitor.model.rule import Rule

_BARS = "▁▂▃▄▅▆▇█"
_SAMPLES = 5


@dataclass(slots=True)
class Backtest:
    """One rule's matches among past articles.

    Attributes:
        days: matches by the day (UTC) the article came in.
        ids: of the matched articles.
        alerting: those of them that would have alerted but for others of the same story: young enough, and the rule in
            force when they came in.
        before: ids of the articles that the running version has found.
        titles: of the newest matches; where there is a running version, of those that are new against it.
        lost_titles: of the newest articles that only the running version has found.
    """

    rule: Rule
    before: AbstractSet[str] = frozenset()
    days: Counter[date] = field(default_factory=Counter)
    ids: set[str] = field(default_factory=set)
    alerting: list[Article] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    lost_titles: list[str] = field(default_factory=list)

    def add(self, article: Article) -> None:
        """Count an article the rule matches."""
        self.ids.add(article.id)
        self.days[article.fetched.date()] += 1
        if article.id not in self.before:
            self.titles = [*self.titles[1 - _SAMPLES :], _title(article)]
        age = timedelta() if article.kind is SourceKind.SEED else article.fetched - article.time
        if age <= self.rule.max_age and self.rule.schedule.covers(article.fetched):
            self.alerting.append(article)

    def miss(self, article: Article) -> None:
        """Note an article that only the running version has found."""
        self.lost_titles = [*self.lost_titles[1 - _SAMPLES :], _title(article)]

    @property
    def new(self) -> int:
        """How many matches are not among those of the running version."""
        return len(self.ids - self.before)

    @property
    def lost(self) -> int:
        """How many matches of the running version it no longer has."""
        return len(self.before - self.ids)

    def by_day(self, since: datetime, until: datetime) -> list[int]:
        """Matches of each day from the first to the last, both included."""
        first, last = since.date(), until.date()
        return [self.days[first + timedelta(days=day)] for day in range((last - first).days + 1)]


def _title(article: Article) -> str:
    return " ".join((article.title or article.text[:100]).split())


def sparkline(counts: list[int]) -> str:
    """The counts as a row of bars, the highest full; a day without matches is a dot."""
    top = max(counts, default=0)
    return "".join(_BARS[(count * len(_BARS) - 1) // top] if count else "·" for count in counts)
