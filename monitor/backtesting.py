"""Running rules over stored articles: matching and grouping put together, for the command line and for Slack."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.matching.matcher import Matcher
from monitor.model.article import Article
from monitor.model.rule import Rule
from monitor.replay import Replay
from monitor.rules.backtest import Backtest
from monitor.stories.grouping import Grouper

_MOST_GROUPED = 1_000
"""Matched articles of one rule beyond which telling its stories apart takes too long."""


def run(rules: Sequence[Rule], archive: Iterable[Article]) -> tuple[list[Backtest], int]:
    """What each rule finds in the articles, and how many articles there were."""
    found = {rule.id: Backtest(rule) for rule in rules}
    matcher = Matcher(rules)
    articles = 0
    for article in archive:
        articles += 1
        for rule in matcher.which(article):
            found[rule.id].add(article)
    return list(found.values()), articles


def stories(one: Backtest, begin: datetime) -> int | None:
    """How many stories the alerting articles since `begin` tell, which is how many first alerts there would have been.

    None where there are too many articles to tell.
    """
    if len(one.alerting) > _MOST_GROUPED:
        return None
    grouper, replay = Grouper(), Replay(one.rule, begin)
    told: set[str] = set()
    for article in one.alerting:
        decision = grouper.decide(article)
        grouper.admit(article, decision)
        if not one.rule.trends.on_articles or replay.alerts(article, decision):
            told.add(decision.story_id)
    return len(told)
