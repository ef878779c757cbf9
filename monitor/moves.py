"""Articles that somebody has put into another story, while the daemon runs."""

from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.stories.grouping import Grouper


class Moves:
    """Follows moves made by hand, so that what comes next joins the story people want it in."""

    def __init__(self, store: SqlStore, call: StoreThread, grouper: Grouper) -> None:
        self._store, self._call, self._grouper = store, call, grouper
        self._last: int | None = None

    async def begin(self) -> None:
        """Before the members are read back: all moves made until now are in what is read."""
        self._last = await self._call(self._store.last_move)

    async def follow(self) -> None:
        """Take in the moves made since the last time."""
        if self._last is None:
            await self.begin()
            return
        for move in await self._call(self._store.moves_after, self._last):
            self._grouper.move(move.article_id, move.story_id)
            self._last = move.id
