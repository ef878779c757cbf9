"""How often and how many at once one host is asked: connections, requests a second, and pauses it has asked for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_CROWD = 20_000
"""Hosts remembered before the idle ones are forgotten."""


@dataclass(slots=True)
class _Host:
    """One host; times are the clock's, in seconds."""

    places: asyncio.Semaphore
    users: int = 0
    next_start: float = 0.0
    held_until: float = 0.0

    def idle(self, now: float) -> bool:
        return not self.users and self.next_start <= now and self.held_until <= now


@dataclass(slots=True)
class HostGate:
    """Lets requests through to each host one after the other.

    Attributes:
        connections: requests under way at once to one host.
        rate: requests a second to one host.
        now, sleep: the clock; the event loop's where not given.
    """

    connections: int
    rate: float
    now: Callable[[], float] = lambda: asyncio.get_running_loop().time()
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _hosts: dict[str, _Host] = field(default_factory=dict)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for this request's turn, and hold one of the host's places."""
        host = self._host(name)
        host.users += 1
        try:
            async with host.places:
                now = self.now()
                start = max(now, host.next_start)
                host.next_start = start + 1 / self.rate
                if start > now:
                    await self.sleep(start - now)
                yield
        finally:
            host.users -= 1

    def hold(self, name: str, seconds: float) -> None:
        """Send nothing to the host for so long: it said it is asked too much."""
        host = self._host(name)
        host.held_until = max(host.held_until, self.now() + seconds)

    def held(self, name: str) -> float:
        """Seconds for which nothing goes to the host, 0.0 where it may be asked."""
        host = self._hosts.get(name)
        return max(0.0, host.held_until - self.now()) if host else 0.0

    def wait(self, name: str) -> float:
        """Seconds until a request to the host could begin, were it made now; an estimate where others are under way."""
        host = self._hosts.get(name)
        if host is None:
            return 0.0
        crowd = max(0, host.users - self.connections + 1) / self.rate
        return max(self.held(name), host.next_start - self.now(), crowd, 0.0)

    def _host(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= _CROWD:
                now = self.now()
                self._hosts = {known: entry for known, entry in self._hosts.items() if not entry.idle(now)}
            host = self._hosts[name] = _Host(asyncio.Semaphore(self.connections))
        return host
