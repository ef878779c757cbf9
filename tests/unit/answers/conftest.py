"""A house with its Slack, people listening."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.slack_server import SlackServer
from tests.unit.answers.house import House, listening, open_house


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer(channel_names=("alerts", "war")) as running:
        yield running
        assert running.problems == []


@pytest.fixture
async def house(tmp_path: Path, server: SlackServer) -> AsyncIterator[House]:
    async with open_house(tmp_path, server) as opened, listening(opened):
        yield opened
