"""Random policies, news, silences, outages and kills: whatever comes together, nothing is lost or told twice."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from monitor.alerts.outbox import Outbox
from monitor.alerts.routing import subject_of
from monitor.alerts.stages import CALLS
from monitor.model.alert import HELD, Alert, AlertDecision, AlertKind, Delivery, DeliveryState, Held
from monitor.model.answer import Answer, AnswerKind, Silence
from monitor.model.rule import Digest, Severity, Throttle, Updates
from monitor.model.selector import Selector
from monitor.model.story import Relation
from monitor.ports import Failed, Sent
from monitor.store.sql import SqlStore, open_store
from tests.support.desk import Desk

SEEDS, STEPS = 6, 40
CHANNELS = ("#news", "#war", "#duty")
NAMES = ("fires", "floods", "strikes", "trials")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Flaky:
    """A sink that loses answers and goes away; it knows what it has, as Slack's history does."""

    name = "slack"

    def __init__(self, rng: Random) -> None:
        self.rng, self.down, self.has = rng, False, list[Delivery]()

    async def send(self, delivery: Delivery) -> Sent | Failed:
        if self.down:
            return Failed("down", retry=True, blocks="sink")
        fate = self.rng.random()
        if fate < 0.08:
            return Failed("refused", retry=True, blocks=self.rng.choice(("message", "channel")))
        if fate < 0.16:
            return Failed("reset before", retry=True, uncertain=True, blocks="channel")
        self.has.append(delivery)
        if fate < 0.24:
            return Failed("reset after", retry=True, uncertain=True)
        return Sent(f"C:{len(self.has)}")

    async def find(self, delivery: Delivery) -> Sent | Failed | None:
        if self.down:
            return Failed("down", retry=True, blocks="sink")
        places = [number for number, one in enumerate(self.has, 1) if one.alert.id == delivery.alert.id]
        return Sent(f"C:{places[0]}") if places else None

    async def close(self) -> None: ...


class World:
    """A desk under a random policy, with an outbox before it."""

    def __init__(self, store: SqlStore, seed: int) -> None:
        self.rng, self.desk = Random(seed), Desk(store)
        self.store, self.clock = store, self.desk.clock
        self.sink = Flaky(self.rng)
        self.stories: list[tuple[str, str]] = []
        self.decided: list[AlertDecision] = []
        self.seen: set[str] = set()
        self.number = 0
        self.desk.rules.clear()
        for name in NAMES:
            self.desk.rule(
                name,
                self.rng.choice(list(Severity)),
                labels=tuple(self.rng.sample(("war", "home"), self.rng.randrange(2))),
                channels=tuple(self.rng.sample(CHANNELS[1:], self.rng.randrange(2))),
                throttle=self.rng.choice((None, None, Throttle(self.rng.randint(1, 4), HOUR))),
                digest=self.rng.choice((Digest.OFF, Digest.OFF, Digest.HOURLY, Digest.DAILY)),
                updates=self.rng.choice(list(Updates)),
            )
        self.desk.under(json.dumps(self.policy()))
        self.outbox = self.deliverer()

    def policy(self) -> dict[str, object]:
        pick = self.rng.choice
        routes = [
            {
                "if": pick(({"severity": "high+"}, {"rule": pick(NAMES)}, {"label": "war"}, {"lang": "de"})),
                "continue": pick((True, False)),
                **({"channel": pick(CHANNELS)} if pick((True, False)) else {}),
                **self.handling(),
            }
            for _ in range(self.rng.randrange(4))
        ]
        hush = {"if": {"severity": "critical"}, "hush": {"severity": ["low", "medium"]}}
        given = {
            "zone": pick(("UTC", "Europe/Kyiv")),
            "storm": pick((2, 50, "off")),
            "times": {"night": "22:00-07:00", "lunch": "12:00-13:30"},
            "default": self.handling(),
            "routes": routes,
            "inhibit": [hush] if pick((True, False)) else [],
        }
        return {key: value for key, value in given.items() if value != []}

    def handling(self) -> dict[str, object]:
        every: dict[str, tuple[object, ...]] = {
            "group_by": ("story", "rule", "label"),
            "group_wait": ("30s", "5m"),
            "group_interval": ("10m", "2h"),
            "throttle": ("2 per 1h",),
            "quiet": ("night", ["night", "lunch"], "off"),
            "digest": ("hourly", "09:00", "off"),
            "escalate": ({"after": "15m", "to": "#duty"},),
            "repeat": ("4h",),
        }
        return {key: self.rng.choice(values) for key, values in every.items() if self.rng.random() < 0.25}

    def deliverer(self) -> Outbox:
        async def call(fn: Any, *args: Any) -> Any:
            return fn(*args)

        async def sleep(seconds: float) -> None:
            await asyncio.sleep(0)
            self.clock.forward(seconds=seconds)

        return Outbox(
            self.store,
            [self.sink],
            self.clock,
            self.rng,
            "me",
            call=call,
            log=CapturingLogger(),
            sleep=sleep,
            late_after=lambda: self.desk.policy.late,
        )

    async def step(self) -> None:
        doings = {
            self.new_story: 8,
            self.more_of_a_story: 8,
            self.burst: 1,
            self.silence: 2,
            self.end_silence: 1,
            self.acknowledge: 1,
            self.wait: 6,
            self.kill: 1,
            self.turn_outage: 1,
        }
        (doing,) = self.rng.choices(list(doings), list(doings.values()))
        doing()
        await self.desk.release()
        self.nothing_silenced_speaks()
        if self.rng.random() < 0.7:
            await self.outbox.drain(self.clock.now())

    def nothing_silenced_speaks(self) -> None:
        """No new alert has only rules that a silence holds now."""
        silences = self.store.silences(self.clock.now())
        for alert in self.store.newest_alerts("", 10_000):
            if alert.id in self.seen or alert.created < self.clock.now():
                continue
            self.seen.add(alert.id)
            about = self.store.article(alert.article_id)
            assert about
            subjects = [
                subject_of(about, self.desk.rules[rule], alert.story_id, (), alert.channel) for rule in alert.rules
            ]
            if alert.kind is not AlertKind.DIGEST:
                assert any(not any(one.selector.takes(subject) for one in silences) for subject in subjects)

    def publish(self, story: str, relation: Relation, changes: tuple[str, ...] = ()) -> str:
        self.number += 1
        key = f"a{self.number}"
        names = self.rng.sample(NAMES, self.rng.choice((1, 1, 2, 3)))
        more = {"lang": self.rng.choice(("en", "de")), "labels": ("feed",) if self.rng.random() < 0.3 else ()}
        self.decided += self.desk.publish(key, *names, story=story, relation=relation, changes=changes, **more)
        return key

    def new_story(self) -> None:
        key = self.publish("", Relation.NEW)
        self.stories.append((key, self.decided[-1].story_id))

    def more_of_a_story(self) -> None:
        if not self.stories:
            return
        key, _ = self.rng.choice(self.stories[-6:])
        relation = self.rng.choice((Relation.COPY, Relation.SAME_STORY, Relation.UPDATE, Relation.EDITED))
        news = (f"fact {self.number}",) if relation in (Relation.UPDATE, Relation.EDITED) else ()
        self.publish(key, relation, news)

    def burst(self) -> None:
        for _ in range(35):
            self.new_story()

    def silence(self) -> None:
        choices = (
            {"rule": (self.rng.choice(NAMES),)},
            {"severity": (Severity.LOW, Severity.MEDIUM)},
            {"channel": (self.rng.choice(CHANNELS),)},
            {"label": ("war", "feed")},
            {"lang": ("de",)},
            {"story": (self.rng.choice(self.stories)[1],)} if self.stories else {},
        )
        now, ends = self.clock.now(), self.clock.now() + self.rng.choice((10 * MINUTE, 3 * HOUR, 20 * HOUR))
        self.store.silence(Silence(Selector(**self.rng.choice(choices)), "ana", "", now, ends))  # type: ignore[arg-type]

    def end_silence(self) -> None:
        for silence in self.store.silences(self.clock.now())[:1]:
            self.store.end_silence(silence.id, "ben", self.clock.now())

    def acknowledge(self) -> None:
        for status in self.store.alerts(limit=1):
            self.store.answer(Answer(AnswerKind.ACKNOWLEDGED, status.alert.id, "ana", self.clock.now()))

    def wait(self) -> None:
        self.clock.forward(seconds=self.rng.choice((5, 40, 600, 3_600, 5 * 3_600, 9 * 3_600)))

    def kill(self) -> None:
        """Some deliveries are under way, some of them have arrived, and all memory is gone."""
        for delivery in self.store.claim("slack", "me", self.clock.now(), 2 * MINUTE, 20, each=3):
            if not self.sink.down and not delivery.uncertain and self.rng.random() < 0.5:
                self.sink.has.append(delivery)
        self.store.recover(self.clock.now(), ["slack"], "me")
        self.outbox = self.deliverer()
        self.desk.restart()

    def turn_outage(self) -> None:
        self.sink.down = not self.sink.down

    async def end(self) -> None:
        """All silences run out, everybody acknowledges, Slack is back."""
        self.sink.down = False
        for _ in range(12):
            self.clock.forward(hours=7)
            await self.desk.release()
            for status in self.store.alerts(limit=10_000):
                self.store.answer(Answer(AnswerKind.ACKNOWLEDGED, status.alert.id, "ana", self.clock.now()))
            await self.outbox.drain(self.clock.now(), HOUR)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_whatever_comes_together_nothing_is_lost_or_told_twice(tmp_path: Path, seed: int) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    world = World(store, seed)
    for _ in range(STEPS):
        await world.step()
    await world.end()
    statuses = {status.alert.id: status for status in store.alerts(limit=10_000)}
    alerts = [status.alert for status in statuses.values()]
    holds = store.held(waiting=False, limit=10_000)
    everything_decided_is_told_or_explained(world.decided, alerts, holds, store)
    nothing_is_told_twice(alerts, holds)
    everything_told_has_arrived_once(world, {key: status.deliveries for key, status in statuses.items()})
    store.close()


def everything_decided_is_told_or_explained(
    decided: list[AlertDecision], alerts: list[Alert], holds: list[Held], store: SqlStore
) -> None:
    assert store.held() == []
    ids = {alert.id: alert for alert in alerts}
    raised = {(alert.article_id, alert.channel) for alert in alerts}
    for decision in decided:
        stored = [one for one in store.outcome(decision.article_id).decisions if one.channel == decision.channel]
        assert [replace(one, hold=None, calls=()) for one in stored] == [replace(decision, hold=None, calls=())]
        assert decision.trace
        where = (decision.article_id, decision.channel)
        if decision.kind is not None:
            assert where in raised
        waits = [held for held in holds if (held.article_id, held.channel) == where and held.key not in CALLS]
        assert bool(waits) == (decision.reason in HELD)
        for held in waits:
            assert held.ended is not None
            assert ids[held.told_by].channel == held.channel


def nothing_is_told_twice(alerts: list[Alert], holds: list[Held]) -> None:
    firsts = Counter((alert.story_id, alert.channel) for alert in alerts if alert.kind is AlertKind.FIRST)
    listed = Counter(
        {
            (held.story_id, held.channel, held.told_by)
            for held in holds
            if held.told_by and held.key not in CALLS and held.kind is AlertKind.FIRST
        }
    )
    for held_in in listed:
        firsts[held_in[:2]] += held_in[2] in {alert.id for alert in alerts if alert.kind is AlertKind.DIGEST}
    assert {key: count for key, count in firsts.items() if count > 1} == {}
    per_article = Counter((alert.article_id, alert.channel) for alert in alerts if alert.kind in _REPORTS)
    assert max(per_article.values(), default=0) <= 1


_REPORTS = (AlertKind.FIRST, AlertKind.UPDATE, AlertKind.CORRECTION)


def everything_told_has_arrived_once(world: World, sends: dict[str, tuple[Delivery, ...]]) -> None:
    assert world.store.open_deliveries()[0] == 0
    arrived = Counter(delivery.alert.id for delivery in world.sink.has)
    assert set(arrived.values()) <= {1}
    for alert_id, deliveries in sends.items():
        for delivery in deliveries:
            assert delivery.state in (DeliveryState.SENT, DeliveryState.FOLDED)
            told_by = alert_id if delivery.state is DeliveryState.SENT else delivery.error.rpartition(" ")[2]
            assert arrived[told_by] == 1
    threads: dict[tuple[str, str], list[int]] = {}
    for delivery in world.sink.has:
        threads.setdefault((delivery.alert.story_id, delivery.alert.channel), []).append(delivery.alert.seq)
    assert [seqs for seqs in threads.values() if seqs != sorted(seqs)] == []
