"""Conditions over time, asked of the store: what a rule has matched and met before an article."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model.alert import Alert, Verdict
from monitor.model.article import Article
from monitor.model.facts import Facts
from monitor.model.rule import Match, Rule
from monitor.model.story import StoryDecision
from monitor.model.trend import FirstSeen, SeenName
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.trends.judge import Past, judge, reach, unseen
from monitor.trends.names import names_in

_LEARNT_FROM = 2_000
"""Earlier matches whose names count as met when a rule first asks for what is new."""


class History:
    """Judges matches of rules that have conditions over time; all it knows is in the store."""

    def __init__(self, store: SqlStore, call: StoreThread) -> None:
        self._store, self._call = store, call
        self._since: dict[str, datetime] = {}
        self._learnt: set[str] = set()

    async def fallen_out(
        self, article: Article, matches: Iterable[Match], rules: Mapping[str, Rule]
    ) -> tuple[Match, ...]:
        """Rules that watch for edits and matched the revision before this one, which they no longer match."""
        if article.revision < 2:
            return ()
        matching = {match.rule_id for match in matches}
        before = await self._call(self._store.matched_before, article)
        gone = (rules[rule_id] for rule_id in sorted(before - matching) if rule_id in rules)
        return tuple(Match(rule.id, rule.version, ()) for rule in gone if rule.trends.edited and rule.enabled)

    async def judge(
        self,
        article: Article,
        matches: Sequence[Match],
        rules: Mapping[str, Rule],
        story: StoryDecision,
        facts: Facts | None,
        *,
        prior: Sequence[Alert],
        fallen_out: Sequence[Match],
        now: datetime,
    ) -> tuple[dict[str, Verdict], dict[str, tuple[SeenName, ...]]]:
        """By rule: whether its conditions over time hold, and the names it meets here for the first time."""
        verdicts: dict[str, Verdict] = {}
        met: dict[str, tuple[SeenName, ...]] = {}
        for match in (*matches, *fallen_out):
            rule = rules.get(match.rule_id)
            if rule is None or not rule.trends.on_articles:
                continue
            past = Past(
                since=await self._in_force(rule, now),
                told=any(rule.id in alert.rules for alert in prior if alert.article_id != article.id),
                fallen_out=match in fallen_out,
            )
            if (stretch := reach(rule, article)) is not None:
                past = replace(past, sightings=await self._call(self._store.sightings, rule.id, *stretch, article.id))
            if rule.trends.first_seen:
                new = await self._new_names(rule.trends.first_seen, match, facts)
                past = replace(past, new=new)
                met[rule.id] = new or ()
            verdicts[rule.id] = judge(rule, article, story, past)
        return verdicts, met

    async def _in_force(self, rule: Rule, now: datetime) -> datetime:
        if rule.id not in self._since:
            watches = await self._call(self._store.watches, [rule.id], now)
            self._since[rule.id] = watches[rule.id].since
        return self._since[rule.id]

    async def _new_names(self, asked: FirstSeen, match: Match, facts: Facts | None) -> tuple[SeenName, ...] | None:
        names = names_in(asked, match, facts)
        if names is None:
            return None
        if match.rule_id not in self._learnt:
            await self._learn_from_the_past(asked, match.rule_id)
        return unseen(names, await self._call(self._store.names_met, match.rule_id, names))

    async def _learn_from_the_past(self, asked: FirstSeen, rule_id: str) -> None:
        """What a rule matched before it asked for what is new, it has met."""
        if not await self._call(self._store.has_met_any, rule_id):
            for article_id, match, facts in await self._call(self._store.past_matches, rule_id, _LEARNT_FROM):
                if names := names_in(asked, match, facts):
                    await self._call(self._store.learn, rule_id, article_id, names)
        self._learnt.add(rule_id)
