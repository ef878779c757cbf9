"""The delivery loop on a real store, with a sink that answers as told and a clock that jumps when waited on."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from monitor.alerts.outbox import Drained, Outbox, Timing
from monitor.errors import StoreBusyError
from monitor.model.alert import Delivery, DeliveryState
from monitor.model.article import Batch
from monitor.model.rule import Severity
from monitor.ports import Failed, Sent
from monitor.store.sql import SqlStore, open_store
from tests.support.nouns import NOON, FakeClock, article, feed_state, processed

HOUR = timedelta(hours=1)


class ScriptedSink:
    """Answers by alert or channel as scripted, else accepts; keeps what it accepted."""

    name = "scripted"

    def __init__(self) -> None:
        self.accepted: list[Delivery] = []
        self.sends: list[str] = []
        self.looks: list[str] = []
        self.answers: dict[str, list[Sent | Failed | Exception]] = defaultdict(list)
        self.finds: list[Sent | Failed | None] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.history: set[str] = set()

    async def send(self, delivery: Delivery) -> Sent | Failed:
        alert = delivery.alert
        self.sends.append(alert.id)
        if alert.channel in self.gates:
            await self.gates[alert.channel].wait()
        script = self.answers[alert.id] or self.answers[alert.channel] or self.answers["*"]
        answer = script.pop(0) if script else Sent(f"{alert.channel}:{len(self.accepted)}")
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Sent):
            self.accepted.append(delivery)
        return answer

    async def find(self, delivery: Delivery) -> Sent | Failed | None:
        self.looks.append(delivery.alert.id)
        if delivery.alert.id in self.history:
            return Sent(f"{delivery.alert.channel}:found")
        return self.finds.pop(0) if self.finds else None

    async def close(self) -> None: ...


class House:
    """A store with an outbox before it."""

    def __init__(self, store: SqlStore, timing: Timing | None = None, late: timedelta = timedelta()) -> None:
        self.store, self.clock, self.sink, self.log = store, FakeClock(NOON + HOUR), ScriptedSink(), CapturingLogger()
        self.fail_writes = 0
        self.outbox = Outbox(
            store,
            [self.sink],
            self.clock,
            Random(1),
            "me",
            call=self.call,
            log=self.log,
            sleep=self.sleep,
            timing=timing,
            late_after=lambda: late,
        )

    async def call(self, fn: Any, *args: Any) -> Any:
        await asyncio.sleep(0)
        if fn == self.store.settle and self.fail_writes:
            self.fail_writes -= 1
            raise StoreBusyError("database is locked; try again")
        return fn(*args)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.clock.forward(seconds=seconds)

    def raise_alert(self, key: str, *, story: str = "", seq: int = 0, channel: str = "#war", **values: object) -> str:
        about = article(key)
        self.store.ingest(Batch(articles=(about,), state=feed_state()))
        what = processed(about, story=story, seq=seq, channel=channel)
        what = replace(what, alerts=(replace(what.alerts[0], **values),))
        self.store.commit([what], [self.sink.name], self.clock.now())
        return what.alerts[0].id

    async def drain(self, **patience: float) -> Drained:
        return await self.outbox.drain(self.clock.now(), timedelta(**patience))

    def delivery(self, alert_id: str) -> Delivery:
        status = self.store.alert(alert_id)
        assert status
        return status.deliveries[0]

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [call.kwargs for call in self.log.calls if call.args[:1] == (event,)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield House(store)
    store.close()


async def test_sends_what_is_due_and_writes_it_down(house: House) -> None:
    alert = house.raise_alert("a")
    assert await house.drain() == Drained(sent=1)
    assert house.delivery(alert).state is DeliveryState.SENT
    assert house.delivery(alert).ref == "#war:0"
    assert await house.drain() == Drained()


async def test_updates_follow_their_first_alert_with_its_ref(house: House) -> None:
    ids = [house.raise_alert(f"a{n}", story="s", seq=n) for n in range(4)]
    assert (await house.drain()).sent == 4
    assert house.sink.sends == ids
    assert [d.parent_ref for d in house.sink.accepted] == ["", "#war:0", "#war:0", "#war:0"]


async def test_a_retryable_failure_is_repeated_until_it_works(house: House) -> None:
    alert = house.raise_alert("a")
    house.sink.answers[alert] = [Failed("try later", retry=True)] * 5
    assert await house.drain(hours=1) == Drained(sent=1, failed=5)
    assert house.delivery(alert).attempts == 6
    assert house.sink.looks == []


async def test_retry_after_is_obeyed(house: House) -> None:
    alert = house.raise_alert("a")
    began = house.clock.now()
    house.sink.answers["#war"] = [Failed("slow down", retry=True, after=timedelta(seconds=90), blocks="channel")]
    await house.drain()
    assert house.delivery(alert).next_try >= began + timedelta(seconds=90)


async def test_what_cannot_be_delivered_is_dead_and_said_so(house: House) -> None:
    alert = house.raise_alert("a")
    other = house.raise_alert("b")
    house.sink.answers[alert] = [Failed("gone", retry=False)]
    assert await house.drain() == Drained(sent=1, dead=1)
    assert house.delivery(alert).state is DeliveryState.DEAD
    assert house.delivery(other).state is DeliveryState.SENT
    assert house.logged("alert_undeliverable")[0]["error"] == "gone"


@pytest.mark.parametrize(
    ("found", "sends", "expected"),
    [
        (Sent("#war:7"), 1, Drained(found=1, failed=1)),
        (None, 2, Drained(sent=1, failed=1)),
    ],
)
async def test_an_uncertain_send_is_looked_for_first(
    house: House, found: Sent | None, sends: int, expected: Drained
) -> None:
    alert = house.raise_alert("a")
    house.sink.answers[alert] = [Failed("reset", retry=True, uncertain=True)]
    house.sink.finds = [found]
    assert await house.drain(hours=1) == expected
    assert len(house.sink.sends) == sends
    assert house.sink.looks == [alert]


async def test_while_looking_fails_nothing_is_sent(house: House) -> None:
    alert = house.raise_alert("a")
    house.sink.answers[alert] = [Failed("reset", retry=True, uncertain=True)]
    house.sink.finds = [Failed("down", retry=True), Failed("down", retry=True), Sent("#war:1")]
    assert await house.drain(hours=1) == Drained(found=1, failed=3)
    assert len(house.sink.sends) == 1


async def test_a_delivery_left_by_a_killed_process_is_looked_for(house: House) -> None:
    alert = house.raise_alert("a")
    house.store.claim("scripted", "dead process", house.clock.now(), timedelta(minutes=1), 10)
    house.clock.forward(minutes=2)
    house.sink.finds = [Sent("#war:1")]
    assert await house.drain() == Drained(found=1)
    assert house.sink.looks == [alert]


async def test_a_blocked_channel_blocks_no_other(house: House) -> None:
    blocked = [house.raise_alert(f"a{n}", channel="#shut") for n in range(5)]
    house.raise_alert("b", channel="#open")
    house.sink.answers["#shut"] = [Failed("archived", retry=True, blocks="channel", operator=True)]
    assert await house.drain() == Drained(sent=1, failed=1, held=4)
    assert house.sink.sends.count(blocked[1]) == 0
    assert [(t.channel, t.operator) for t in house.outbox.troubles] == [("#shut", True)]
    assert house.delivery(blocked[4]).attempts == 0
    # Once mended all of it goes out, in order.
    assert (await house.drain(hours=1)).sent == 5
    assert [d.alert.id for d in house.sink.accepted if d.alert.channel == "#shut"] == blocked
    assert house.outbox.troubles == ()


async def test_an_outage_pauses_the_sink_with_one_probe_at_a_time(house: House) -> None:
    ids = [house.raise_alert(f"a{n}", channel=f"#c{n % 3}") for n in range(30)]
    house.sink.answers["*"] = [Failed("refused", retry=True, blocks="sink")] * 12
    drained = await house.drain(hours=1)
    assert drained.sent == 30
    assert len(house.sink.sends) <= 30 + 12
    for channel in range(3):
        sent = [d.alert.id for d in house.sink.accepted if d.alert.channel == f"#c{channel}"]
        assert sent == ids[channel::3]


async def test_the_operator_is_told_once_and_again_when_mended(house: House) -> None:
    house.raise_alert("a")
    house.raise_alert("b")
    revoked = Failed("token_revoked: check slack.bot_token", retry=True, blocks="sink", operator=True)
    house.sink.answers["*"] = [revoked] * 4
    assert (await house.drain(hours=1)).sent == 2
    assert [told["error"] for told in house.logged("sink_needs_operator")] == [revoked.error]
    assert [told["was"] for told in house.logged("sink_mended")] == [revoked.error]


async def test_a_sink_that_raises_costs_only_its_own_alert_a_retry(house: House) -> None:
    alert = house.raise_alert("a", channel="#a")
    house.raise_alert("b", channel="#b")
    house.sink.answers[alert] = [ValueError("a bug")]
    assert await house.drain(hours=1) == Drained(sent=2, failed=1)
    assert house.sink.looks == [alert]


async def test_a_mistake_of_ours_leaves_no_other_delivery_lying(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = house.raise_alert("a"), house.raise_alert("b")
    settle = house.store.settle

    def broken(delivery: Delivery, now: datetime) -> None:
        if delivery.alert.id == first and not house.logged("delivery_failed"):
            raise ValueError("a bug")
        settle(delivery, now)

    monkeypatch.setattr(house.store, "settle", broken)
    await house.drain()
    assert house.delivery(second).state is DeliveryState.SENT
    house.clock.forward(minutes=5)
    house.sink.finds = [Sent("#war:0")]
    assert (await house.drain()).found == 1
    assert house.sink.sends == [first, second]


async def test_a_busy_store_does_not_lose_that_an_alert_was_sent(house: House) -> None:
    alert = house.raise_alert("a")
    house.fail_writes = 3
    await house.drain()
    assert house.delivery(alert).state is DeliveryState.SENT
    assert len(house.sink.sends) == 1


async def test_a_clock_that_jumps_back_ends_no_drain_in_a_loop(house: House) -> None:
    house.raise_alert("a")
    house.sink.answers["*"] = [Failed("later", retry=True)]
    now = house.clock.now()
    house.clock.time = now - timedelta(days=1)
    assert await house.outbox.drain(now) == Drained(failed=1)


class TestAfterAnOutage:
    @pytest.fixture
    def house(self, tmp_path: Path) -> Iterator[House]:
        store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
        yield House(store, late=6 * HOUR)
        store.close()

    def backlog(self, house: House) -> list[str]:
        """A day of alerts, one an hour, each fourth critical."""
        ids = []
        for hour in range(24):
            severity = Severity.CRITICAL if hour % 4 == 0 else Severity.LOW
            created = house.clock.now()
            ids.append(house.raise_alert(f"a{hour}", created=created, severity=severity))
            house.clock.forward(hours=1)
        return ids

    async def test_the_gravest_and_newest_go_first_and_what_is_history_comes_in_one_digest(self, house: House) -> None:
        ids = self.backlog(house)
        drained = await house.drain()
        assert (drained.sent, drained.folded) == (6, 19)
        sent = [delivery.alert for delivery in house.sink.accepted]
        (digest,) = (alert for alert in sent if alert.id not in ids)
        assert [alert.id for alert in sent if alert is not digest] == [ids[20], ids[23], ids[22], ids[21], ids[19]]
        assert (digest.kind.value, digest.reason.value, len(digest.card.items)) == ("digest", "stale", 19)
        assert {house.delivery(alert).state for alert in ids[:19]} == {DeliveryState.FOLDED}
        assert house.delivery(ids[0]).error == f"told too late to come alone; it is in alert {digest.id}"
        assert await house.drain() == Drained()

    async def test_while_the_sink_is_away_nothing_is_folded_again_and_again(self, house: House) -> None:
        ids = self.backlog(house)
        house.sink.answers["*"] = [Failed("refused", retry=True, blocks="sink")] * 40
        drained = await house.drain(hours=3)
        digests = [delivery.alert for delivery in house.sink.accepted if delivery.alert.kind.value == "digest"]
        told = {alert.id for alert in (delivery.alert for delivery in house.sink.accepted)}
        folded = {alert for alert in ids if house.delivery(alert).state is DeliveryState.FOLDED}
        assert len(digests) <= 2
        assert folded | told >= set(ids)
        assert not folded & told
        assert drained.sent == len(ids) - len(folded) + len(digests)

    async def test_what_may_have_arrived_is_looked_for_and_not_folded(self, house: House) -> None:
        ids = self.backlog(house)
        # Killed while these were under way; the two gravest.
        claimed = house.store.claim("scripted", "dead process", house.clock.now(), timedelta(minutes=1), 2)
        house.clock.forward(minutes=2)
        await house.drain()
        assert set(house.sink.looks) == {delivery.alert.id for delivery in claimed} <= set(ids)

    async def test_an_outage_without_answers_ends_in_one_digest_too(self, house: House) -> None:
        ids = self.backlog(house)
        # Each send of the outage ended without an answer; half a dozen of the old ones had arrived all the same.
        house.sink.answers["*"] = [Failed("no answer", retry=True, uncertain=True)] * 24
        house.outbox._late = timedelta
        await house.drain()
        house.outbox._late = lambda: 6 * HOUR
        house.sink.history = set(ids[:6])
        house.clock.forward(minutes=2)
        drained = await house.drain(minutes=10)
        (digest,) = (sent.alert for sent in house.sink.accepted if sent.alert.id not in ids)
        assert (drained.found, drained.folded, digest.reason.value) == (6, 13, "stale")
        assert {house.delivery(alert).state for alert in ids[6:19]} == {DeliveryState.FOLDED}
        cards = [sent.alert.id for sent in house.sink.accepted if sent.alert is not digest]
        assert cards == [ids[20], ids[23], ids[22], ids[21], ids[19]]

    async def test_a_folded_alert_can_be_sent_alone(self, house: House) -> None:
        ids = self.backlog(house)
        await house.drain()
        assert house.store.resend(ids[0], house.clock.now()) == 1
        house.outbox._late = timedelta
        assert (await house.drain()).sent == 1

    async def test_a_few_late_ones_come_as_cards(self, house: House) -> None:
        for number in range(3):
            house.raise_alert(f"a{number}", created=house.clock.now())
        house.clock.forward(hours=10)
        assert (await house.drain()).sent == 3


async def test_a_grave_alert_overtakes_lesser_ones_of_its_channel(house: House) -> None:
    lesser = [house.raise_alert(f"a{n}", severity=Severity.LOW) for n in range(5)]
    grave = house.raise_alert("b", severity=Severity.CRITICAL)
    await house.drain()
    assert house.sink.sends == [grave, *lesser]


class TestRun:
    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 - what is waited for is in the sink's list
                await asyncio.sleep(0.005)

    async def test_delivers_as_alerts_come_and_stops_when_told(self, house: House) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(house.outbox.run(stop))
        house.raise_alert("a")
        house.outbox.nudge()
        await self.until(lambda: len(house.sink.accepted) == 1)
        house.raise_alert("b")
        house.outbox.nudge()
        await self.until(lambda: len(house.sink.accepted) == 2)
        stop.set()
        await running

    async def test_what_waits_for_a_shut_channel_however_much_delays_no_other(self, tmp_path: Path) -> None:
        store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
        house = House(store, Timing(batch=4, queue=2, poll=timedelta(milliseconds=10)))
        shut = [house.raise_alert(f"a{n}", channel="#shut", severity=Severity.CRITICAL) for n in range(40)]
        house.sink.answers["#shut"] = [Failed("archived", retry=True, blocks="channel", operator=True)] * 100
        stop = asyncio.Event()
        running = asyncio.create_task(house.outbox.run(stop))
        await self.until(lambda: house.outbox.troubles)
        house.raise_alert("b", channel="#open", severity=Severity.LOW)
        house.outbox.nudge()
        await self.until(lambda: house.sink.accepted)
        stop.set()
        await running
        untouched = [house.delivery(alert).next_try for alert in shut[10:]]
        assert set(untouched) == {house.delivery(shut[-1]).next_try}
        assert house.outbox.totals["held"] <= 8
        store.close()

    async def test_a_slow_channel_with_a_long_queue_starves_no_other(self, tmp_path: Path) -> None:
        store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
        house = House(store, Timing(queue=4, batch=8, poll=timedelta(milliseconds=10)))
        house.sink.gates["#slow"] = asyncio.Event()
        ids = [house.raise_alert(f"a{n}", channel="#slow") for n in range(30)]
        house.raise_alert("b", channel="#quick")
        stop = asyncio.Event()
        running = asyncio.create_task(house.outbox.run(stop))
        await self.until(lambda: [d.alert.channel for d in house.sink.accepted] == ["#quick"])
        house.sink.gates["#slow"].set()

        def all_there() -> bool:
            house.clock.forward(seconds=1)
            return len(house.sink.accepted) == 31

        await self.until(all_there)
        assert [d.alert.id for d in house.sink.accepted if d.alert.channel == "#slow"] == ids
        stop.set()
        await running
        store.close()

    async def test_a_send_cut_off_by_the_stop_is_uncertain_and_the_rest_is_put_back(self, tmp_path: Path) -> None:
        store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
        house = House(store, Timing(grace=timedelta(milliseconds=20)))
        house.sink.gates["#war"] = asyncio.Event()
        ids = [house.raise_alert(f"a{n}") for n in range(3)]
        stop = asyncio.Event()
        running = asyncio.create_task(house.outbox.run(stop))
        await self.until(lambda: house.sink.sends)
        stop.set()
        await running
        states = [house.delivery(alert) for alert in ids]
        assert [(d.state, d.uncertain) for d in states] == [
            (DeliveryState.PENDING, True),
            (DeliveryState.PENDING, False),
            (DeliveryState.PENDING, False),
        ]
        house.sink.gates.clear()
        house.sink.finds = [Sent("#war:1")]
        assert await house.drain() == Drained(sent=2, found=1)
        store.close()


def test_troubles_say_since_when(house: House) -> None:
    async def fail() -> datetime:
        house.raise_alert("a")
        house.sink.answers["*"] = [Failed("refused", retry=True, blocks="sink")] * 3
        began = house.clock.now()
        await house.drain(seconds=2)
        return began

    began = asyncio.run(fail())
    (trouble,) = house.outbox.troubles
    assert trouble.since == began
    assert trouble.failures >= 2
