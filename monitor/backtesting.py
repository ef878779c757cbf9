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


def run(
    rules: Sequence[Rule], archive: Iterable[Article], before: Iterable[tuple[str, str]] = ()
) -> tuple[list[Backtest], int]:
    """What each rule finds in the articles, and how many articles there were.

    `before` are rule and article ids of what the running versions have found.
    """
    by_rule: dict[str, set[str]] = {}
    by_article: dict[str, set[str]] = {}
    for rule_id, article_id in before:
        by_rule.setdefault(rule_id, set()).add(article_id)
        by_article.setdefault(article_id, set()).add(rule_id)
    found = {rule.id: Backtest(rule, by_rule.get(rule.id, frozenset())) for rule in rules}
    matcher = Matcher(rules)
    articles = 0
    for article in archive:
        articles += 1
        matching = matcher.which(article)
        for rule in matching:
            found[rule.id].add(article)
        for rule_id in by_article.get(article.id, set()).difference(rule.id for rule in matching) & found.keys():
            found[rule_id].miss(article)
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
