"""Which feeds are polled now: those due longest first, and no sort of feed takes every place.

Feeds that were never polled (an import of thousands) and feeds that fail or answer slowly (which hold their place
longest) have lanes of their own, narrower than the whole, and so are the two together, so that they cannot delay the
others. A new feed that lets wait for its answer counts as a slow one meanwhile, and delays no other new one.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

_MOST_LOOKED_AT = 500
"""Feeds of a lane looked at in one go, should thousands wait for one host."""


_SLOW = timedelta(seconds=1)
"""A new feed that has not answered after so long counts as slow."""
_OTHERS = 0.75
"""The part of all places that new and slow feeds may hold together."""


class Lane(Enum):
    """A sort of feeds, and the part of all places it may hold."""

    USUAL = 1.0
    NEW = 0.5
    SLOW = 0.25


@dataclass(slots=True)
class Rota:
    """Feeds by when they are due. Taking some costs only as much as there are to take.

    Attributes:
        places: polls under way at once.
    """

    places: int
    _due: dict[str, tuple[datetime, Lane]] = field(default_factory=dict)
    _queues: dict[Lane, list[tuple[datetime, str]]] = field(default_factory=lambda: {lane: [] for lane in Lane})
    _taken: dict[str, tuple[Lane, datetime]] = field(default_factory=dict)
    _resting: set[str] = field(default_factory=set)

    def put(self, feed: str, when: datetime, lane: Lane) -> None:
        """Have the feed polled then, instead of when it was due before; it gives back the place it holds."""
        self._taken.pop(feed, None)
        self._resting.discard(feed)
        self._due[feed] = (when, lane)
        heapq.heappush(self._queues[lane], (when, feed))

    def drop(self, feed: str) -> None:
        """Poll the feed no more."""
        self._due.pop(feed, None)
        self._taken.pop(feed, None)
        self._resting.discard(feed)

    def rest(self, feed: str) -> None:
        """Give back the place a feed holds; it is not due before it is put again."""
        if self._taken.pop(feed, None) is not None:
            self._resting.add(feed)

    def keep(self, feeds: set[str]) -> None:
        """Drop all other feeds."""
        for feed in [feed for feed in (*self._due, *self._taken, *self._resting) if feed not in feeds]:
            self.drop(feed)

    def polling(self, feed: str) -> bool:
        """Whether the feed holds a place now, or rests."""
        return feed in self._taken or feed in self._resting

    def take(self, now: datetime, *, wait: Callable[[str], float] = lambda _: 0.0) -> list[str]:
        """The feeds to poll now, as far as there are places; each holds one until it is put again or dropped.

        Args:
            now: the time (UTC).
            wait: seconds until a feed's host can be asked; until then it waits on and holds no place.
        """
        taken: list[str] = []
        for lane in Lane:
            room = self._room(lane, now)
            looked, queue = 0, self._queues[lane]
            while room > 0 and looked < _MOST_LOOKED_AT and queue and queue[0][0] <= now:
                looked += 1
                when, feed = heapq.heappop(queue)
                if self._due.get(feed) != (when, lane):
                    continue
                if seconds := wait(feed):
                    self.put(feed, now + timedelta(seconds=seconds), lane)
                    continue
                del self._due[feed]
                self._taken[feed] = (lane, now)
                taken.append(feed)
                room -= 1
        return taken

    def _room(self, lane: Lane, now: datetime) -> int:
        """Places that feeds of this lane may take now."""
        held = Counter(
            Lane.SLOW if sort is Lane.NEW and now - since > _SLOW else sort for sort, since in self._taken.values()
        )
        room = min(self.places - len(self._taken), max(1, int(self.places * lane.value)) - held[lane])
        if lane is Lane.USUAL:
            return room
        return min(room, max(1, int(self.places * _OTHERS)) - held[Lane.NEW] - held[Lane.SLOW])
