"""Noting that a story's messages are due for an edit; part of whatever transaction changes the story."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.engine import Connection

from monitor.store.connected import put
from monitor.store.tables import story_edits


def note_news(connection: Connection, story_id: str, now: datetime, at_most_every: timedelta) -> None:
    """The story has changed: its messages are due, but not sooner than this after their last edit."""
    row = connection.execute(select(story_edits).where(story_edits.c.story_id == story_id)).one_or_none()
    edited = row.edited if row is not None else None
    # An edit later than now was made by a clock that has been set back since.
    due = max(now, min(edited, now) + at_most_every) if edited is not None else now
    if row is not None and row.due is not None:
        due = min(due, row.due)
    put(connection, story_edits, [{"story_id": story_id, "due": due, "noted": now, "edited": edited}])
