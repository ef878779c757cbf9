"""The live stories in memory, kept in step with the database.

They are read back at the start, and followed while others change them: people who move articles, and further daemons.
"""

import asyncio

from monitor.model.article import Article
from monitor.model.story import Position, StoryDecision
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.stories.grouping import Grouper

_AT_ONCE = 2_000
"""So many members are read in one call: others need the store meanwhile, and the memory."""


class LiveStories:
    """The grouping with how much of the database it knows."""

    def __init__(self, store: SqlStore, call: StoreThread, grouper: Grouper) -> None:
        self.grouper = grouper
        self._store, self._call = store, call
        self._at: Position | None = None

    @property
    def at(self) -> Position | None:
        """How far the database is known; None before anything was read."""
        return self._at

    async def follow(self) -> None:
        """Take in what has come to be in stories since the last time; the first time, what can still be joined."""
        at = await self._call(self._store.position)
        if self._at is None:
            limits = self.grouper.settings
            first = await self._call(self._store.live_since, limits.window, limits.max_members)
            self._at = Position(first - 1, at.move)
        for start in range(self._at.member + 1, at.member + 1, _AT_ONCE):
            last = min(start + _AT_ONCE - 1, at.member)
            members = await self._call(self._store.members_between, start, last)
            # In a thread: tens of thousands take a while, and polling need not wait.
            await asyncio.to_thread(self.grouper.restore, members)
            self._at = Position(last, self._at.move)
        if at.move > self._at.move:
            for move in await self._call(self._store.moves_between, self._at.move + 1, at.move):
                self.grouper.move(move.article_id, move.story_id)
        self._at = at

    def admit(self, article: Article, decision: StoryDecision) -> None:
        """Take in what was decided on this ground and stored."""
        self.grouper.admit(article, decision)
        if self._at is not None:
            self._at = Position(self._at.member + 1, self._at.move)
