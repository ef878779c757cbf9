"""Rules that alert when nothing matches: looked at by a tick, told once for each silence."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from monitor.alerts.policy import Situation, alerts_from, decide, held_from
from monitor.alerts.times import stamp
from monitor.model.alert import AlertDecision, AlertKind, Card, FactLine, Reason
from monitor.model.article import Article, SourceKind
from monitor.model.policy import Policy
from monitor.model.rule import Match, Rule
from monitor.model.story import Relation, StoryDecision
from monitor.model.trend import Flatline, Watch
from monitor.pipeline import Rulebook
from monitor.ports import Clock, Processed
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.metrics import Metrics
from monitor.trends.silence import look
from monitor.trends.wording import span

OUTLET = "newsmonitor"


class Flatlines:
    """Raises an alert, through the same policy and outbox as any, for a rule that has been silent for too long."""

    def __init__(
        self,
        *,
        store: SqlStore,
        call: StoreThread,
        book: Callable[[], Rulebook],
        sinks: Sequence[str],
        default_channel: str,
        clock: Clock,
        metrics: Metrics,
        policy: Callable[[], Policy] = Policy,
    ) -> None:
        self._store, self._call, self._book, self._policy = store, call, book, policy
        self._sinks, self._default_channel = tuple(sinks), default_channel
        self._clock, self._metrics = clock, metrics
        self._log = structlog.get_logger("monitor.flatlines")
        self._watched: tuple[Rulebook, tuple[tuple[Rule, Flatline], ...]] | None = None

    async def look(self) -> int:
        """Look at every rule that guards against silence; how many alerts that raised."""
        rules = self._rules()
        if not rules:
            return 0
        now = self._clock.now()
        ids = [rule.id for rule, _ in rules]
        watches = await self._call(self._store.watches, ids, now)
        last = await self._call(self._store.last_matches, ids)
        unchanged: list[Watch] = []
        raised = 0
        for rule, asked in rules:
            watch, due = look(watches[rule.id], asked, last.get(rule.id), now)
            if due and not rule.schedule.covers(now):
                # Told when the rule is on duty again, if it is still silent then.
                watch, due = replace(watch, told=False), False
            if due:
                raised += await self._tell(rule, asked, watch, now)
            else:
                unchanged.append(watch)
        await self._call(self._store.put_watches, unchanged)
        return raised

    def _rules(self) -> tuple[tuple[Rule, Flatline], ...]:
        """The rules with a flatline; found once for each rulebook, since there may be a hundred thousand others."""
        book = self._book()
        if self._watched is None or self._watched[0] is not book:
            rules = tuple((rule, asked) for rule in book.matcher.rules if (asked := rule.trends.flatline) is not None)
            self._watched = book, rules
        return self._watched[1]

    async def _tell(self, rule: Rule, asked: Flatline, watch: Watch, now: datetime) -> int:
        title = f"Nothing has matched “{rule.name}” for {span(asked.after)}"
        about = Article(
            source="monitor",
            key=f"flatline {rule.id} {watch.quiet.isoformat()}",
            title=title,
            text="",
            fetched=now,
            published=now,
            outlet=OUTLET,
            kind=SourceKind.NOTICE,
        )
        story = StoryDecision(about.id, about.id, Relation.NEW)
        matches, silences = [Match(rule.id, rule.version, ())], await self._call(self._store.silences, now)
        situation = Situation(about, matches, {rule.id: rule}, story, now, self._policy(), silences=silences)
        decisions = decide(situation, self._default_channel)
        decisions = tuple(replace(one, reason=Reason.FLATLINE) if one.kind else one for one in decisions)
        newest = await self._call(self._store.newest_match, rule.id)
        failing = [state for state in (await self._call(self._store.feed_states)).values() if state.failures]

        def card(decision: AlertDecision) -> Card:
            return silence_card(rule, decision, title, newest, len(failing))

        alerts, held = alerts_from(decisions, card, (), now), held_from(decisions, card, now)
        notice = Processed(about, decisions=decisions, alerts=alerts, held=held)
        await self._call(lambda: self._store.tell(notice, self._sinks, now, watches=[watch]))
        for decision in decisions:
            self._metrics.decisions.labels(decision.reason.value).inc()
        for alert in alerts:
            self._metrics.alerts.labels(alert.severity.value).inc()
            self._log.info("alert", id=alert.id, rules=rule.id, channel=alert.channel, headline=title)
        return len(alerts)


def silence_card(rule: Rule, decision: AlertDecision, title: str, newest: Article | None, failing: int) -> Card:
    """The card of a silence: what was expected, what came last, and whether feeds fail."""
    facts = []
    if newest is not None:
        told = " · ".join(part for part in (newest.outlet, stamp(newest.time)) if part)
        facts.append(FactLine("Last match", newest.title or newest.text[:200], told))
    fail = "1 feed fails" if failing == 1 else f"{failing} feeds fail"
    notes = [f"{fail} at present, which may be the reason; see `monitor feeds list`"] if failing else []
    return Card(
        severity=decision.severity,
        kind=AlertKind.FIRST,
        rules=(rule.name,),
        headline=title,
        url=newest.url if newest is not None else "",
        outlet=OUTLET,
        published=None,
        facts=tuple(facts),
        notes=tuple(notes),
        mentions=(rule.mention,) if rule.mention else (),
        owners=(rule.owner,) if rule.owner else (),
        runbooks=(rule.runbook,) if rule.runbook else (),
    )
