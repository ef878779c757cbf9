"""Decisions about stories in one order, also where several daemons make them: a number for each, and a short lock."""

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from monitor.model.story import Position
from monitor.store.tables import stories, story_moves

_LOCK = 0x5707_1E5


def lock_stories(connection: Connection) -> None:
    """Wait until no other transaction puts articles into stories; this one's commit lets the next go on.

    On SQLite a writing transaction is alone from its beginning.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def position(connection: Connection) -> Position:
    """How far stories have got."""
    return Position(
        connection.execute(select(func.max(stories.c.seq))).scalar() or 0,
        connection.execute(select(func.max(story_moves.c.id))).scalar() or 0,
    )
