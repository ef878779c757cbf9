"""The outbox: brings stored alerts to their sinks, in order, once, whatever fails on the way."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Protocol, TypeVar, TypeVarTuple

from structlog.typing import FilteringBoundLogger

from monitor.alerts.backoff import delay
from monitor.alerts.digest import late
from monitor.alerts.troubles import Trouble, Troubles, loud
from monitor.errors import StoreError
from monitor.model.alert import Delivery, DeliveryState
from monitor.ports import Clock, Failed, Sent, Sink, Store

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

_WRITES_TRIED = 5
_LONGEST_REST = 0.5
# So long late alerts of unknown fate wait for each other before they are told together.
_DOUBTS_SETTLE = timedelta(seconds=5)


class Runner(Protocol):
    """Runs a synchronous store call where it may block."""

    async def __call__(self, fn: Callable[[*_Ts], _T], *args: *_Ts) -> _T:
        """What fn(*args) returns or raises."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How the outbox paces itself.

    Attributes:
        lease: how long a claimed delivery is ours; what is not settled by then comes back as uncertain.
        poll: how often to look for due deliveries when nobody calls `nudge`.
        grace: how long sends under way may take once asked to stop.
        batch: deliveries of one sink in hand at a time.
        queue: of these, of one channel: a channel of many must not take the room of others, and after a kill all of
            them are looked for before they are sent.
    """

    lease: timedelta = timedelta(minutes=2)
    poll: timedelta = timedelta(seconds=1)
    grace: timedelta = timedelta(seconds=3)
    batch: int = 256
    queue: int = 8


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of the deliveries of one drain.

    Attributes:
        sent: accepted by the sink just now.
        found: had arrived in an earlier attempt whose outcome was unknown.
        failed: failed attempts that will be repeated.
        held: put back untried, because their channel or sink is paused.
        dead: given up.
        folded: told in a digest instead, because they came too late.
    """

    sent: int = 0
    found: int = 0
    failed: int = 0
    held: int = 0
    dead: int = 0
    folded: int = 0


@dataclass(slots=True)
class _Lane:
    """The deliveries of one channel of one sink, sent one after the other."""

    sink: Sink
    channel: str
    queue: deque[tuple[Delivery, datetime]] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None

    def take(self) -> tuple[Delivery, datetime]:
        """The gravest delivery, and when it was claimed; of several the first. No two are of one story's thread."""
        chosen = max(self.queue, key=lambda waiting: waiting[0].alert.severity.rank)
        self.queue.remove(chosen)
        return chosen


class Outbox:
    """Claims due deliveries, sends them and writes down what became of each.

    Channels are served side by side, each in order. A failure that concerns a whole channel or sink pauses just
    that, with one probe at the end of each pause. What was raised longer ago than `late_after()` by the time its
    channel takes alerts again is told in one digest, never as a flood. What needs a person is logged once as an
    error, and once more when it is mended. Retryable failures are repeated for ever, at most a minute apart.
    """

    def __init__(
        self,
        store: Store,
        sinks: Sequence[Sink],
        clock: Clock,
        rng: Random,
        owner: str,
        *,
        call: Runner,
        log: FilteringBoundLogger,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timing: Timing | None = None,
        late_after: Callable[[], timedelta] = timedelta,
    ) -> None:
        self._late = late_after
        self._store, self._sinks, self._clock, self._rng, self._owner = store, tuple(sinks), clock, rng, owner
        self._call, self._log, self._sleep, self._timing = call, log, sleep, timing or Timing()
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._troubles = Troubles(rng, log)
        self._in_hand: dict[int, str] = {}
        self._waiting: dict[int, datetime] = {}
        self._tally: Counter[str] = Counter()
        self._floor: datetime | None = None
        self._stopping = False
        self._wake = asyncio.Event()

    @property
    def troubles(self) -> Sequence[Trouble]:
        """What is paused and why, for health pages."""
        return self._troubles.all

    @property
    def totals(self) -> Mapping[str, int]:
        """Outcomes counted since the start, by the names of `Drained`."""
        return dict(self._tally)

    def nudge(self) -> None:
        """New deliveries are stored: look now instead of at the next poll."""
        self._wake.set()

    async def drain(self, now: datetime, patience: timedelta = timedelta(0)) -> Drained:
        """Attempt everything that is due, and what falls due again within `patience`; then return.

        Each delivery gets one attempt per due time, so this ends also while a sink is out of reach.
        """
        before = Counter(self._tally)
        self._floor, self._stopping = now, False
        while True:
            claimed = await self._fill(self._floor, fair=False)
            await self._finish_lanes()
            if claimed:
                continue
            # What was due and not claimed has been taken by somebody else.
            self._waiting = {number: due for number, due in self._waiting.items() if due > self._floor}
            upcoming = min(self._waiting.values(), default=None)
            if upcoming is None or upcoming > now + patience:
                break
            await self._sleep(max((upcoming - self._clock.now()).total_seconds(), 0))
            self._floor = max(self._floor, upcoming)
        self._floor = None
        return Drained(**(self._tally - before))

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; then sends under way may finish and everything else is put back."""
        stopped = asyncio.ensure_future(stop.wait())
        self._stopping = False
        time = asyncio.get_running_loop().time
        try:
            while not stop.is_set():
                self._wake.clear()
                began = time()
                await self._fill(self._clock.now(), fair=True)
                # Where very much waits, a claim takes long; others need the store in between.
                await asyncio.wait({stopped}, timeout=min(time() - began, _LONGEST_REST))
                woken = asyncio.ensure_future(self._wake.wait())
                poll = self._timing.poll.total_seconds()
                await asyncio.wait({stopped, woken}, timeout=poll, return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
        finally:
            stopped.cancel()
            await self._wind_up()

    async def _wind_up(self) -> None:
        self._stopping = True
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._timing.grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _fill(self, now: datetime, *, fair: bool) -> int:
        """Claim what is due and queue it in its lane; how many were claimed."""
        total = 0
        for sink in self._sinks:
            room = self._timing.batch - sum(name == sink.name for name in self._in_hand.values())
            if room <= 0 or self._troubles.paused_until(sink.name, "", now):
                continue
            try:
                claimed = await self._call(partial(self._claim, sink.name, now, room, self._shut(sink.name, now, fair)))
            except StoreError as problem:
                self._log.warning("outbox_cannot_claim", sink=sink.name, error=str(problem))
                continue
            total += len(claimed)
            for delivery in claimed:
                await self._queue(sink, delivery, now)
        return total

    def _claim(self, sink: str, now: datetime, room: int, shut: Sequence[str]) -> list[Delivery]:
        each = self._timing.queue
        return self._store.claim(sink, self._owner, now, self._timing.lease, room, each=each, apart_from=shut)

    def _shut(self, sink: str, now: datetime, fair: bool) -> list[str]:
        """Channels that take nothing now: what waits for them, however much, takes no room from others."""
        if not fair:
            return []
        most = self._timing.queue
        full = {lane.channel for lane in self._lanes.values() if lane.sink.name == sink and len(lane.queue) >= most}
        return sorted(self._troubles.shut(sink, now) | full)

    async def _queue(self, sink: Sink, delivery: Delivery, now: datetime) -> None:
        self._waiting.pop(delivery.id, None)
        if delivery.id in self._in_hand:
            return
        channel = delivery.alert.channel
        lane = self._lanes.setdefault((sink.name, channel), _Lane(sink, channel))
        until = self._troubles.paused_until(sink.name, channel, now)
        if until:
            await self._put_back(delivery, until)
            return
        self._in_hand[delivery.id] = sink.name
        lane.queue.append((delivery, self._clock.now()))
        if lane.task is None or lane.task.done():
            lane.task = asyncio.create_task(self._work(lane), name=f"outbox {sink.name} {channel}")

    async def _finish_lanes(self) -> None:
        while tasks := [lane.task for lane in self._lanes.values() if lane.task and not lane.task.done()]:
            await asyncio.gather(*tasks)

    async def _work(self, lane: _Lane) -> None:
        """Send a lane's deliveries in order until none is left."""
        while lane.queue:
            delivery, claimed = lane.take()
            try:
                await self._handle(lane, delivery, claimed)
            except asyncio.CancelledError:
                # The message may be on its way: say so, or the next start would send it again.
                await self._write(replace(delivery, state=DeliveryState.PENDING, uncertain=True, next_try=self._now()))
                while lane.queue:
                    queued, _ = lane.queue.popleft()
                    await self._put_back(queued, self._now())
                    self._in_hand.pop(queued.id, None)
                raise
            except Exception:  # noqa: BLE001 - a mistake of ours on one delivery must not leave the others lying
                # Its lease runs out unsettled, so it comes back as uncertain.
                self._log.exception("delivery_failed", alert=delivery.alert.id, sink=lane.sink.name)
            finally:
                self._in_hand.pop(delivery.id, None)
        lane.task = None
        self._wake.set()

    async def _handle(self, lane: _Lane, delivery: Delivery, claimed: datetime) -> None:
        now = self._now()
        paused = self._troubles.paused_until(lane.sink.name, lane.channel, now)
        if paused or self._stopping or self._clock.now() - claimed > self._timing.lease / 2:
            await self._put_back(delivery, paused or now)
            return
        outcome = await self._find(lane.sink, delivery) if delivery.uncertain else None
        found = isinstance(outcome, Sent)
        if outcome is None:
            if self._is_late(lane, delivery, now) and await self._told_late(lane, delivery, now):
                return
            outcome = await self._send(lane.sink, delivery)
        if isinstance(outcome, Sent):
            self._tally["found" if found else "sent"] += 1
            self._troubles.mended(lane.sink.name, lane.channel)
            thread = outcome.thread or delivery.parent_ref or outcome.ref
            done = replace(
                delivery, state=DeliveryState.SENT, ref=outcome.ref, thread=thread, uncertain=False, error=""
            )
            await self._write(done)
            self._log.info(
                "alert_found" if found else "alert_sent",
                alert=delivery.alert.id,
                article=delivery.alert.article_id,
                sink=lane.sink.name,
                channel=lane.channel,
                attempts=delivery.attempts,
            )
        elif outcome.retry:
            await self._retry(lane, delivery, outcome)
        else:
            self._tally["dead"] += 1
            self._log.error(
                "alert_undeliverable",
                alert=delivery.alert.id,
                sink=lane.sink.name,
                channel=lane.channel,
                error=outcome.error,
                next="monitor alerts resend",
            )
            await self._write(
                replace(delivery, state=DeliveryState.DEAD, uncertain=outcome.uncertain, error=outcome.error)
            )

    def _is_late(self, lane: _Lane, delivery: Delivery, now: datetime) -> bool:
        """Whether it is history by now, and its channel known to take alerts or not yet tried: a probe is no digest."""
        limit, alert = self._late(), delivery.alert
        return bool(limit) and now - alert.created >= limit and not self._troubles.known(lane.sink.name, lane.channel)

    async def _told_late(self, lane: _Lane, delivery: Delivery, now: datetime) -> bool:
        """Leave a late delivery, which has not arrived, to a digest; False where it is to come as a card.

        In an outage most sends end without an answer. The digest comes once all of the channel's have been looked for.
        """
        before = now - self._late()
        try:
            doubts = await self._call(self._store.doubtful, lane.sink.name, lane.channel, before)
        except StoreError:
            doubts = 1
        if delivery.uncertain or doubts or any(queued.uncertain for queued, _ in lane.queue):
            await self._put_back(replace(delivery, uncertain=False), now + _DOUBTS_SETTLE)
            return True
        return await self._fold(lane, delivery, now)

    async def _fold(self, lane: _Lane, delivery: Delivery, now: datetime) -> bool:
        """Tell the channel's late alerts in one digest; whether that was done with this one."""
        in_hand = [delivery.id, *(queued.id for queued, _ in lane.queue)]
        try:
            done = await self._call(
                lambda: self._store.fold(
                    lane.sink.name,
                    lane.channel,
                    before=now - self._late(),
                    in_hand=in_hand,
                    digest=lambda alerts: late(alerts, now),
                    now=now,
                )
            )
        except StoreError as problem:
            self._log.warning("outbox_cannot_fold", sink=lane.sink.name, channel=lane.channel, error=str(problem))
            return False
        if done is None:
            return False
        digest, folded = done
        for queued, claimed in tuple(lane.queue):
            if queued.id in folded:
                lane.queue.remove((queued, claimed))
                self._in_hand.pop(queued.id, None)
        self._tally["folded"] += len(folded)
        self._log.warning(
            "late_alerts_folded", sink=lane.sink.name, channel=lane.channel, alerts=len(folded), digest=digest.id
        )
        self._wake.set()
        return delivery.id in folded

    async def _find(self, sink: Sink, delivery: Delivery) -> Sent | Failed | None:
        """What an earlier send of unknown outcome has come to; None where it has not arrived."""
        try:
            found = await sink.find(delivery)
        except Exception as problem:  # noqa: BLE001 - as below
            found = self._raised(sink, delivery, problem)
        return replace(found, uncertain=True) if isinstance(found, Failed) else found

    async def _send(self, sink: Sink, delivery: Delivery) -> Sent | Failed:
        try:
            return await sink.send(delivery)
        except Exception as problem:  # noqa: BLE001 - third-party sinks
            # A sink must not raise; one that does costs itself a retry, not everybody the loop.
            return self._raised(sink, delivery, problem)

    def _raised(self, sink: Sink, delivery: Delivery, problem: Exception) -> Failed:
        self._log.exception("sink_raised", sink=sink.name, alert=delivery.alert.id)
        return Failed(f"{type(problem).__name__}: {problem}", retry=True, uncertain=True)

    async def _retry(self, lane: _Lane, delivery: Delivery, failed: Failed) -> None:
        self._tally["failed"] += 1
        now = self._now()
        if failed.blocks == "message":
            until = now + delay(delivery.attempts, self._rng, asked=failed.after)
            loud(self._log, failed)(
                "alert_delayed",
                alert=delivery.alert.id,
                sink=lane.sink.name,
                channel=lane.channel,
                error=failed.error,
                until=until.isoformat(timespec="seconds"),
            )
        else:
            until = self._troubles.pause(lane.sink.name, lane.channel, failed, now)
        await self._write(
            replace(
                delivery,
                state=DeliveryState.PENDING,
                next_try=until,
                uncertain=failed.uncertain,
                error=failed.error,
            )
        )

    async def _put_back(self, delivery: Delivery, until: datetime) -> None:
        """Give a claimed delivery back untried."""
        self._tally["held"] += 1
        await self._write(
            replace(delivery, state=DeliveryState.PENDING, attempts=max(delivery.attempts - 1, 0), next_try=until)
        )

    async def _write(self, delivery: Delivery) -> None:
        """Settle the delivery; while the store cannot, try again within the lease."""
        if delivery.state is DeliveryState.PENDING:
            self._waiting[delivery.id] = delivery.next_try
        for failures in range(1, _WRITES_TRIED + 1):
            try:
                await self._call(self._store.settle, delivery, self._clock.now())
            except StoreError as problem:
                self._log.warning(
                    "outbox_cannot_settle", alert=delivery.alert.id, sink=delivery.sink, error=str(problem)
                )
                await self._sleep(delay(failures, self._rng).total_seconds())
            else:
                return
        # Its lease runs out unsettled: it comes back as uncertain and is looked for before it is sent again.
        self._log.error("delivery_left_to_lease", alert=delivery.alert.id, sink=delivery.sink)

    def _now(self) -> datetime:
        """The present; within a drain never before the time it was called for, so that every wait lies ahead."""
        now = self._clock.now()
        return max(now, self._floor) if self._floor else now
