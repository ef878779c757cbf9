"""Conditions over time, run over articles of the past: what a backtest cannot ask the store."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.model.article import Article
from monitor.model.rule import Rule
from monitor.model.story import Relation, StoryDecision
from monitor.model.trend import Sighting
from monitor.trends.judge import Past, judge


class Replay:
    """One rule's conditions over time; articles go in in the order they came.

    What is new to a rule rests on facts, which a backtest does not extract, so `first_seen` counts as true here; nor is
    it known which articles matched only before they were edited.
    """

    def __init__(self, rule: Rule, since: datetime) -> None:
        self._rule, self._since = rule, since
        self._sightings: list[Sighting] = []
        self._told: set[str] = set()

    def alerts(self, article: Article, story: StoryDecision) -> bool:
        """Whether the conditions hold for an article that the rule matches."""
        past = Past(self._since, self._sightings, new=None, told=story.story_id in self._told)
        holds = judge(self._rule, article, story, past).held is None
        if holds:
            self._told.add(story.story_id)
        copy = story.relation is Relation.COPY
        outlet = article.outlet or article.source
        self._sightings.append(Sighting(article.id, article.moment, article.entry, outlet, story.story_id, copy))
        return holds


def silences(articles: Iterable[Article], begin: datetime, until: datetime, after: timedelta) -> int:
    """How many stretches of at least so long had no article."""
    moments = sorted(max(begin, article.moment) for article in articles)
    return sum(later - earlier >= after for earlier, later in pairwise([begin, *moments, until]))
