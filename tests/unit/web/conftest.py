"""The page, and somebody who looks at it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.unit.web.house import House, Reader, open_house


@pytest.fixture
async def house(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[House]:
    async with open_house(tmp_path, unused_tcp_port) as opened:
        yield opened


@pytest.fixture
async def reader(house: House) -> AsyncIterator[Reader]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Reader(session, house.address)
