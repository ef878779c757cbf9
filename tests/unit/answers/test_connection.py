"""The connection for answers: refreshed, cut, refused, late; and a database that takes its time."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.answers.service import PART
from monitor.sinks.slack_buttons import Press
from tests.support.slack_server import SlackServer
from tests.unit.answers.house import House, listening, open_house


async def until(done: Callable[[], object]) -> None:
    """Wait until something has happened that nothing tells of."""
    for _ in range(1_000):
        if done():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")


async def connections(server: SlackServer, opened: int) -> None:
    """Wait until the app has asked for so many addresses and is connected."""
    await until(lambda: server.socket.opened >= opened and server.socket.connections)


async def test_a_refresh_is_followed(house: House) -> None:
    alert, message = await house.raise_alert()
    await house.server.socket.refresh()
    await connections(house.server, 2)
    await house.server.socket.press(message, Press.ACKNOWLEDGE)
    assert len(house.store.answers([alert.id])) == 1


async def test_a_cut_connection_comes_back(house: House) -> None:
    alert, message = await house.raise_alert()
    await house.server.socket.drop()
    await connections(house.server, 2)
    await house.server.socket.press(message, Press.ACKNOWLEDGE)
    assert len(house.store.answers([alert.id])) == 1


async def test_an_acknowledgement_does_not_wait_for_a_slow_database(house: House) -> None:
    alert, message = await house.raise_alert()
    free = threading.Event()
    blocked = asyncio.create_task(house.context.call(free.wait))
    envelope = await house.server.socket.press(message, Press.ACKNOWLEDGE)
    assert envelope.acked.is_set()
    assert house.store.answers([alert.id]) == []
    typed = asyncio.create_task(house.server.socket.command("last"))
    await asyncio.wait({typed}, timeout=2.8)
    free.set()
    await blocked
    await typed
    said = await house.said()
    assert "Title of one" in str(said["blocks"])
    await until(lambda: len(house.store.answers([alert.id])) == 1)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("interactive", {}),
        ("interactive", {"type": "block_actions", "actions": ["x", None]}),
        ("interactive", {"type": "block_actions", "user": "U1", "actions": [{"action_id": "mute"}]}),
        ("interactive", {"type": "block_actions", "user": {"id": "U1"}, "actions": [{"action_id": ["mute"]}]}),
        ("interactive", {"type": "view_submission", "user": {"id": "U1"}, "view": {"callback_id": "save"}}),
        ("interactive", {"type": "view_submission", "user": {"id": "U1"}, "view": {"callback_id": "not_relevant"}}),
        ("interactive", {"type": "view_submission", "user": {"id": "U1"}, "view": "x"}),
        ("slash_commands", {}),
        ("slash_commands", {"user_id": "U1", "team_id": "T1", "text": None}),
        ("events_api", {"event": []}),
        ("events_api", {"event": "x"}),
        ("something_new", {"type": "x"}),
    ],
)
async def test_what_cannot_be_read_is_acknowledged_and_does_no_harm(
    house: House, kind: str, payload: dict[str, object]
) -> None:
    alert, message = await house.raise_alert()
    await house.server.socket.deliver(kind, payload)
    await house.server.socket.press(message, Press.ACKNOWLEDGE)
    assert len(house.store.answers([alert.id])) == 1
    assert house.store.silences() == []


async def test_a_refused_app_token_is_said_to_the_operator(tmp_path: Path, server: SlackServer) -> None:
    async with open_house(tmp_path, server) as opened:
        wrong = opened.settings.model_copy(update={"app_token": type(opened.settings.app_token)("xapp-wrong")})
        opened.settings = wrong
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1), listening(opened):
                pass
        state, detail = opened.health.parts()[PART]
        assert state == "failing"
        assert "slack.app_token" in detail
        assert "xapp-wrong" not in detail


async def test_slack_is_left_alone_as_long_as_it_asks(tmp_path: Path, server: SlackServer) -> None:
    server.open_limits.append(2)
    async with open_house(tmp_path, server) as house, listening(house):
        assert server.calls["apps.connections.open"] == 2


async def test_a_mistake_of_ours_is_told_and_ends_nothing(house: House) -> None:
    alert, message = await house.raise_alert()
    house.store.close()
    (house.folder.parent / "monitor.db").rename(house.folder.parent / "gone.db")
    (house.folder.parent / "monitor.db").mkdir()
    await house.server.socket.press(message, Press.ACKNOWLEDGE)
    assert "did not work" in (await house.said())["text"]
    assert "did not work" in await house.server.socket.command("last")
    (house.folder.parent / "monitor.db").rmdir()
    (house.folder.parent / "gone.db").rename(house.folder.parent / "monitor.db")
    await house.server.socket.press(message, Press.ACKNOWLEDGE)
    assert len(house.store.answers([alert.id])) == 1
