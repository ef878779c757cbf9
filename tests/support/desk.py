"""A policy with its rules, store and clock: what is published is decided, stored and released as in the daemon."""

from typing import Any

from monitor.alerts.policy import Situation, alerts_from, decide, held_from
from monitor.alerts.recent import WINDOW, Recent
from monitor.model.alert import Alert, AlertDecision, Card
from monitor.model.article import Batch
from monitor.model.rule import AnyOf, Hit, Match, Rule, Severity
from monitor.model.story import Change, Relation, StoryDecision
from monitor.ports import Processed
from monitor.release import Releaser
from monitor.rules.alertfile import parse_policy
from monitor.store.sql import SqlStore
from monitor.telemetry.metrics import Metrics
from tests.support.nouns import FakeClock, article


class Desk:
    """A policy with its rules, store and clock."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.clock, self.recent = store, FakeClock(), Recent()
        self.rules: dict[str, Rule] = {}
        self.rule("fires", Severity.MEDIUM)
        self.under("")

    def under(self, text: str) -> None:
        read = parse_policy(text.encode() or b"{}", "alerts.yaml")
        assert read.errors == ()
        self.policy = read.policy

    def rule(self, name: str, severity: Severity, **more: Any) -> None:
        self.rules[name] = Rule(name, name.title(), AnyOf(()), severity, **more)

    def publish(
        self,
        key: str,
        *names: str,
        story: str = "",
        relation: Relation = Relation.NEW,
        changes: tuple[str, ...] = (),
        **more: object,
    ) -> list[AlertDecision]:
        now = self.clock.now()
        about = article(key, **{"fetched": now, "published": now, **more})
        story_id = article(story).id if story else about.id
        kind = "correction" if relation is Relation.EDITED else "event"
        told = StoryDecision(about.id, story_id, relation, changes=tuple(Change(kind, text) for text in changes))
        record = self.store.story_record(story_id, now)
        matches = [Match(name, "v", (Hit(name, "text", 0, 3),)) for name in names or ("fires",)]
        situation = Situation(
            about,
            matches,
            self.rules,
            told,
            now,
            self.policy,
            prior=record.alerts,
            held=record.held,
            silences=record.silences,
            recent=self.recent,
        )
        decisions = decide(situation, "#news")

        def card(decision: AlertDecision) -> Card:
            assert decision.kind
            rules = tuple(self.rules[name].name for name in decision.rules)
            return Card(decision.severity, decision.kind, rules, about.title, about.url, "Ex", now, changes=changes)

        alerts = alerts_from(decisions, card, record.alerts, now)
        held = held_from(decisions, card, now)
        self.store.ingest(Batch(articles=(about,)))
        self.store.commit([Processed(about, tuple(matches), None, told, decisions, alerts, held=held)], ["slack"], now)
        for decision in decisions:
            self.recent.note(decision, now)
        return list(decisions)

    def reasons(self, key: str, *names: str, **more: Any) -> list[str]:
        return [decision.reason.value for decision in self.publish(key, *names, **more)]

    async def release(self, *, once: bool = False) -> list[Alert]:
        async def call(fn: Any, *args: Any) -> Any:
            return fn(*args)

        before = {alert.id for alert in self.store.newest_alerts("", 10_000)}
        releaser = Releaser(
            store=self.store,
            call=call,
            sinks=["slack"],
            clock=self.clock,
            recent=self.recent,
            metrics=Metrics(),
            rules=lambda: self.rules,
            policy=lambda: self.policy,
            default_channel="#news",
        )
        if not await releaser.release(once=once):
            return []
        return [alert for alert in self.store.newest_alerts("", 10_000) if alert.id not in before][::-1]

    def restart(self) -> None:
        self.recent = Recent()
        since = self.clock.now() - WINDOW
        self.recent.restore(self.store.decided_since(since), self.store.held(), self.store.released_since(since))
