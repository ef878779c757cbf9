"""What besides its condition decides whether a rule alerts: state, age, hours, conditions over time, channels."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.model.article import Article, SourceKind
from monitor.model.rule import Rule
from monitor.model.trend import Trends


def obstacles(rule: Rule, article: Article, now: datetime) -> tuple[str, ...]:
    """Why an article that the rule matches would raise no alert now, one line each; empty where nothing is in the way.

    Conditions over time are told by `waits_for`, since they rest on other articles.
    """
    return tuple(_obstacles(rule, article, now))


def _obstacles(rule: Rule, article: Article, now: datetime) -> Iterator[str]:
    if not rule.enabled:
        yield "the rule is disabled; take `enabled: false` out"
    age = now - (article.fetched if article.kind is SourceKind.SEED else article.time)
    if age > rule.max_age:
        yield f"the article is {length(age)} old, and the rule takes {length(rule.max_age)} (max_age)"
    if not rule.schedule.covers(now):
        yield f"the rule is not in force at {now:%a %d %b %H:%M} UTC (start, end, active)"


def waits_for(trends: Trends) -> tuple[str, ...]:
    """What must come together over time before a match alerts, one line each."""
    return tuple(_waits_for(trends))


def _waits_for(trends: Trends) -> Iterator[str]:
    if asked := trends.frequency:
        story = " on one story" if asked.one_story else ""
        yield f"{asked.outlets} independent outlets in {length(asked.within)}{story} (frequency)"
    if rises := trends.spike:
        yield f"{rises.factor:g} times as many articles as usual in {length(rises.within)} (spike)"
    if trends.first_seen:
        yield f"a {' or '.join(trends.first_seen.kinds).lower()} the rule has not met before (first_seen)"
    if trends.edited:
        yield f"an edit: {' or '.join(trends.edited.kinds)} (edited)"
    if trends.flatline:
        only = "nothing else, " if trends.flatline.only else "also "
        yield f"{only}a silence of {length(trends.flatline.after)} (flatline)"


def length(time: timedelta) -> str:
    """The length of time in its largest sensible unit."""
    minutes = round(time.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes / 60:.3g} h" if minutes < 3 * 1440 else f"{minutes / 1440:.3g} days"
