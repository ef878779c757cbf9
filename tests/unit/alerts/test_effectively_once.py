"""Store, outbox, Slack sink and a faulty Slack together: nothing lost, nothing doubled, threads in order."""

import asyncio
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from monitor.alerts.outbox import Outbox
from monitor.model.article import Batch
from monitor.sinks import Deps, make
from monitor.store.sql import open_store
from tests.support.nouns import FakeClock, article, feed_state, processed
from tests.support.slack_server import Fault, SlackServer

STORIES, UPDATES, CHANNELS = 18, 3, ("alerts", "war", "trade")
FAULTS: list[Fault | None] = [
    "reset_before", "reset_after", "error_before", "error_after", "timeout_before", "timeout_after",
    "garbage_before", "garbage_after", "html", "limited", *[None] * 20,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
async def test_every_fault_and_some_kills(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    clock = FakeClock()
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    expected: dict[str, list[str]] = {}
    for number in range(STORIES):
        for seq in range(UPDATES):
            about = article(f"{number}.{seq}")
            store.ingest(Batch(articles=(about,), state=feed_state()))
            what = processed(about, story=f"s{number}", seq=seq, channel=CHANNELS[number % 3])
            store.commit([what], ["slack"], clock.now())
            expected.setdefault(f"s{number}", []).append(what.alerts[0].id)

    async def call(fn: Any, *args: Any) -> Any:
        return fn(*args)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)
        clock.forward(seconds=seconds)

    async with SlackServer(channel_names=CHANNELS, page=20) as server:
        server.faults.extend(rng.choice(FAULTS) for _ in range(300))
        deps = Deps(clock, CapturingLogger(), sleep=sleep)
        options = {"bot_token": "xoxb-test", "base_url": server.base_url, "timeout": 0.2, "per_second": 1_000}
        sink = make("slack", options, deps)
        clock.forward(hours=1)
        # A process killed between Slack's answer and its own note of it.
        for killed in store.claim("slack", "killed", clock.now(), timedelta(minutes=1), 5):
            await sink.send(killed)
        clock.forward(minutes=2)
        outbox = Outbox(store, [sink], clock, rng, "me", call=call, log=CapturingLogger(), sleep=sleep)
        await outbox.drain(clock.now(), timedelta(days=1))
        await sink.close()
        assert store.open_deliveries()[0] == 0
        accepted = server.alert_ids()
        assert sorted(accepted) == sorted(alert for alerts in expected.values() for alert in alerts)
        for alerts in expected.values():
            assert [alert for alert in accepted if alert in alerts] == alerts
        parents = {m["metadata"]["event_payload"]["story_id"]: m["ts"] for m in server.messages if "thread_ts" not in m}
        assert all(
            m["thread_ts"] == parents[m["metadata"]["event_payload"]["story_id"]]
            for m in server.messages
            if "thread_ts" in m
        )
    store.close()
