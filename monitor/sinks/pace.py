"""Keeping to a rate by ourselves, so that the far side rarely has to say no."""

from collections.abc import Awaitable, Callable


class Pace:
    """A token bucket: `burst` at once, then `per_second`.

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
        self._gap, self._slack = 1 / per_second, (burst - 1) / per_second
        self._monotonic, self._sleep = monotonic, sleep
        self._next = float("-inf")

    async def turn(self) -> None:
        """Wait until the next message may go."""
        now = self._monotonic()
        # `_next` runs behind the clock by as much as the burst allows.
        place = max(self._next, now - self._slack)
        self._next = place + self._gap
        if place > now:
            await self._sleep(place - now)
