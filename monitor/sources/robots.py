"""robots.txt, asked before pages are fetched: feeds are meant for programs, pages are not."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego
from yarl import URL

from monitor.errors import FetchError, HostHeldError
from monitor.sources.encoding import decode
from monitor.sources.http import GuardedClient

# RFC 9309: at least so much of the file is read, and it is not used longer than a day.
_WIRE = 512_000
_GOOD_FOR = timedelta(days=1)
_RETRY = timedelta(minutes=30)
_REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class _Rules:
    """A site's rules, None for "everything is allowed" and "nothing is"; which of them, and until when."""

    rules: Protego | None
    allowed: bool
    until: datetime


class Robots:
    """Whether pages may be fetched, by their sites' robots.txt.

    Source: RFC 9309. A site without the file allows everything; while it is out of reach nothing is fetched.

    Args:
        client: what to fetch the files with.
        agent: the product token that sites address.
        now: the time (UTC).
    """

    def __init__(self, client: GuardedClient, agent: str, now: Callable[[], datetime]) -> None:
        self._client, self._agent, self._now = client, agent, now
        self._sites: OrderedDict[str, _Rules] = OrderedDict()

    async def allow(self, url: str) -> bool:
        """Whether the page may be fetched.

        Raises:
            HostHeldError: its host is to be left alone for a while.
        """
        try:
            origin = str(URL(url).origin())
        except ValueError:
            return False
        site = self._sites.get(origin)
        if site is None or site.until <= self._now():
            site = await self._fetch(origin)
            self._sites[origin] = site
            while len(self._sites) > _REMEMBERED:
                self._sites.popitem(last=False)
        return bool(site.rules.can_fetch(url, self._agent)) if site.rules is not None else site.allowed

    async def _fetch(self, origin: str) -> _Rules:
        now = self._now()
        try:
            answer = await self._client.get(f"{origin}/robots.txt", accept="text/plain, */*;q=0.5", wire=_WIRE)
        except HostHeldError:
            raise
        except FetchError as error:
            if 400 <= error.status < 500 and error.status != 429:
                return _Rules(None, allowed=True, until=now + _GOOD_FOR)
            return _Rules(None, allowed=False, until=now + _RETRY)
        rules = Protego.parse(decode(answer.body, answer.encoding))
        return _Rules(rules, allowed=True, until=now + _GOOD_FOR)
