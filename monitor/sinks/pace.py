"""Keeping to a rate by ourselves, so that the far side rarely has to say no."""

from collections.abc import Awaitable, Callable

_SLOWEST = 1 / 20
"""Of the full rate: no refusal slows further than this."""
_RECOVERY = 300.0
"""Seconds in which a rate halved to nothing would be whole again."""


class Pace:
    """A token bucket: `burst` at once, then `per_second`; slower after a refusal, and faster again with time.

    Callers queue in order of arrival; each gets a place of its own, so no lock is held while waiting.
    """

    def __init__(
        self,
        per_second: float,
        burst: int,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._full, self._rate, self._burst = per_second, per_second, burst
        self._monotonic, self._sleep = monotonic, sleep
        self._next = float("-inf")
        self._changed = monotonic()

    @property
    def per_second(self) -> float:
        """The rate in force now."""
        grown = self._rate + self._full * (self._monotonic() - self._changed) / _RECOVERY
        return min(self._full, grown)

    async def turn(self) -> None:
        """Wait until the next message may go."""
        now, rate = self._monotonic(), self.per_second
        # `_next` runs behind the clock by as much as the burst allows.
        place = max(self._next, now - (self._burst - 1) / rate)
        self._next = place + 1 / rate
        if place > now:
            await self._sleep(place - now)

    def arrived(self) -> None:
        """A message has been answered: the far side may have counted it as late as now, so reckon from here.

        Without this a slow first message, such as one that opens a connection, makes a later one too early.
        """
        rate = self.per_second
        self._next = max(self._next, self._monotonic() - (self._burst - 2) / rate)

    def refused(self) -> None:
        """The far side said that this was too fast: half the rate, and no burst until it has recovered."""
        now = self._monotonic()
        self._rate = max(self.per_second / 2, self._full * _SLOWEST)
        self._changed = now
        self._next = max(self._next, now)
