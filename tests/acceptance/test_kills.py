"""Killed at random points and started again, a run over 200 articles ends with the alerts of an undisturbed run."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.support.program import MONITOR, environment, json_lines, monitor
from tests.support.slack_server import TOKEN, SlackServer
from tests.support.wire import CHANNELS, write

KILLS = 8


def slack_environment(folder: Path, server: SlackServer) -> dict[str, str]:
    channel = f"#{CHANNELS[0]}"
    return environment(folder, SLACK__BOT_TOKEN=TOKEN, SLACK__BASE_URL=server.base_url, SLACK__CHANNEL=channel)


async def start(env: dict[str, str], *words: str) -> asyncio.subprocess.Process:
    nowhere = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(*MONITOR, "run", *words, env=env, stdout=nowhere, stderr=nowhere)


async def finish(env: dict[str, str]) -> None:
    """Run until nothing is left to do."""
    for _ in range(10):
        process = await start(env, "--once")
        if await asyncio.wait_for(process.wait(), 120) == 0:
            return
    pytest.fail("something is left undelivered after ten runs")


def outcome(server: SlackServer) -> dict[str, Counter[tuple[str, str]]]:
    """What stands in each channel: every message's text with that of the thread it is in."""
    seen = {}
    for channel in server.channels:
        texts = {message["ts"]: message["text"] for message in channel.messages}
        seen[channel.name] = Counter(
            (message["text"], texts.get(message.get("thread_ts", ""), "")) for message in channel.messages
        )
    return seen


async def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    assert write(calm) == write(rough) == 200
    async with SlackServer(channel_names=CHANNELS) as quiet, SlackServer(channel_names=CHANNELS) as server:
        await finish(slack_environment(calm, quiet))

        rng = random.Random(20241118)
        env = slack_environment(rough, server)
        for _ in range(KILLS):
            process = await start(env)
            # Real time, because the point is to hit the real process anywhere between its start and its last send.
            await asyncio.sleep(rng.uniform(1.0, 5.0))
            process.kill()
            await process.wait()
        await finish(env)

        assert len(quiet.messages) >= 60
        assert outcome(server) == outcome(quiet)
        assert max(Counter(server.alert_ids()).values()) == 1
    alerts = json_lines(monitor("alerts", "list", "--json", "--limit", "1000", env=env))
    assert {delivery["state"] for alert in alerts for delivery in alert["deliveries"]} == {"sent"}
