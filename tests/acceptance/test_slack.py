"""The installed daemon and a Slack of our own: people answer it, it is killed, its channels break and are mended."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import MONITOR, environment, json_lines, monitor
from tests.support.slack_server import TOKEN, SlackServer
from tests.support.slack_socket import APP_TOKEN

RULES = """\
rules:
  - id: grain
    any: [grain]
  - id: ports
    channel: "#ports"
    any: [dockworker*]
"""


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer(channel_names=("news", "ports")) as running:
        yield running
        assert running.problems == []


@pytest.fixture
def env(tmp_path: Path, server: SlackServer) -> dict[str, str]:
    for name in ("rules", "seeds"):
        (tmp_path / name).mkdir()
    (tmp_path / "rules" / "mine.yaml").write_text(RULES)
    (tmp_path / "feeds.yaml").write_text("feeds: []\n")
    tokens = {"SLACK__BOT_TOKEN": TOKEN, "SLACK__APP_TOKEN": APP_TOKEN}
    return environment(tmp_path, SLACK__BASE_URL=server.base_url, SLACK__CHANNEL="#news", **tokens)


@asynccontextmanager
async def daemon(env: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Running, and killed at the end."""
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*MONITOR, "run", env=env, stdout=nowhere, stderr=nowhere)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(server: SlackServer, done: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until the stand-in has been told something."""
    async with server.socket.said:
        await asyncio.wait_for(server.socket.said.wait_for(done), seconds)
    return done()


def drop(env: dict[str, str], name: str, title: str, text: str) -> None:
    folder = Path(env["MONITOR_PATHS__SEEDS"])
    (folder / f".{name}").write_text(json.dumps({"title": title, "text": text, "source": name, "lang": "en"}))
    (folder / f".{name}").rename(folder / f"{name}.json")


def message(server: SlackServer, words: str) -> dict[str, Any] | None:
    return next((m for m in server.messages if words in json.dumps(m.get("blocks"), ensure_ascii=False)), None)


async def test_answers_survive_a_kill_and_a_saved_rule_alerts(env: dict[str, str], server: SlackServer) -> None:
    drop(env, "Harbour Wire", "Grain leaves the port", "The first ship with grain left on Monday, the mayor said.")
    async with daemon(env):
        first = await until(server, lambda: message(server, "Grain leaves the port"))
        await asyncio.wait_for(server.socket.connected.wait(), 20)
        await server.socket.press(first, "acknowledge", user="U2")
        await until(server, lambda: "<@U2> acknowledged this" in json.dumps(first["blocks"]))
        # Killed right behind the press: what was acknowledged to Slack is kept.
        await server.socket.press(first, "snooze", option="1 day", user="U3")
    await asyncio.wait_for(until_disconnected(server), 10)
    async with daemon(env):
        await asyncio.wait_for(server.socket.connected.wait(), 60)
        await until(server, lambda: "<@U3> snoozed grain" in json.dumps(first["blocks"]))
        await server.socket.command("add wheat", channel="news")
        asked = await until(server, lambda: open_view(server, "Words to watch for"))
        await server.socket.submit(asked)
        await server.socket.submit(await until(server, lambda: open_view(server, "of 7 days")))
        drop(env, "Corvale Echo", "Wheat prices rise", "Wheat costs more than last year, traders said.")
        await until(server, lambda: message(server, "Wheat prices rise"))
    assert len(server.alert_ids()) == len(set(server.alert_ids()))


async def until_disconnected(server: SlackServer) -> None:
    while server.socket.connections:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.05)


def open_view(server: SlackServer, words: str) -> Any:
    return next((view for view in server.socket.views.values() if view.open and words in view.text), None)


async def test_the_alerts_of_an_archived_channel_wait_until_it_is_mended(
    env: dict[str, str], server: SlackServer
) -> None:
    server.channel("ports").archived = True
    drop(env, "Harbour Wire", "Dockworkers walk out", "Dockworkers walked out in the port on Monday.")
    drop(env, "Corvale Echo", "Grain leaves the port", "The first ship with grain left on Monday.")
    async with daemon(env):
        await until(server, lambda: message(server, "Grain leaves the port"))
        await until(server, lambda: server.calls["chat.postMessage"] > 1)
        assert message(server, "Dockworkers walk out") is None
        told = json_lines(await asyncio.to_thread(monitor, "alerts", "list", "--json", env=env))
        waiting = [d for one in told for d in one["deliveries"] if d["state"] == "pending"]
        assert len(waiting) == 1
        assert "unarchive it" in waiting[0]["error"]
        server.channel("ports").archived = False
        await until(server, lambda: message(server, "Dockworkers walk out"), 90)
    assert len(server.alert_ids()) == len(set(server.alert_ids()))


async def test_check_names_what_is_missing_and_sends_a_card(env: dict[str, str], server: SlackServer) -> None:
    server.scopes -= {"groups:history", "commands"}
    server.channel("ports").member = False
    found = json_lines(await asyncio.to_thread(monitor, "check", "--send", "--json", env=env))
    problems = " ".join(one["problem"] for one in found)
    for told in ("scope groups:history", "scope commands", "not in channel #ports"):
        assert told in problems
    assert message(server, "newsmonitor can send alerts here") is not None
    assert TOKEN not in json.dumps(found)
