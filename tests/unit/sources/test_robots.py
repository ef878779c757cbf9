"""Pages are fetched where robots.txt allows it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.sources.http import GuardedClient, Limits
from monitor.sources.robots import Robots
from tests.support import feed_server as play
from tests.support.feed_server import FeedServer

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)
RULES = b"""User-agent: *
Disallow: /private/
Allow: /private/open
Disallow: /*.pdf$

User-agent: newsmonitor
Disallow: /ours/
"""


class Site:
    """A site with a robots.txt, and who asks it, with a clock."""

    def __init__(self, server: FeedServer, client: GuardedClient) -> None:
        self.server, self.now = server, NOW
        self.robots = Robots(client, "newsmonitor", lambda: self.now)

    async def allows(self, path: str) -> bool:
        return await self.robots.allow(self.server.url(path))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with FeedServer() as server:
        limits = Limits(read=0.3, rate=1_000)
        async with GuardedClient(user_agent="test", allow_networks=["127.0.0.1"], limits=limits) as client:
            yield Site(server, client)


async def test_the_rules_for_this_program_count(site: Site) -> None:
    site.server.routes["/robots.txt"] = play.body(RULES, "text/plain")
    assert await site.allows("/news/1")
    assert await site.allows("/private/x"), "a group of its own replaces the one for all"
    assert not await site.allows("/ours/x")
    assert len(site.server.requests) == 1, "the file is asked for once"
    site.now += timedelta(days=2)
    site.server.routes["/robots.txt"] = play.body(RULES.partition(b"\n\n")[0], "text/plain")
    assert [await site.allows(path) for path in ("/ours/x", "/private/x", "/private/open", "/a.pdf")] == [
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("handler", "allowed"),
    [(play.status(404), True), (play.status(403), True), (play.status(500), False), (play.reset, False)],
)
async def test_no_file_allows_all_and_no_answer_nothing(site: Site, handler: play.Handler, allowed: bool) -> None:
    site.server.routes["/robots.txt"] = handler
    assert await site.allows("/news/1") is allowed
