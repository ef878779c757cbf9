"""Where a message's thread begins is kept with it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_OF_THE_FIRST = """
UPDATE deliveries SET thread = COALESCE((
    SELECT first.ref FROM deliveries AS first
    JOIN alerts AS began ON began.id = first.alert_id
    JOIN alerts AS mine ON mine.id = deliveries.alert_id
    WHERE first.sink = deliveries.sink AND first.state = 'sent'
      AND began.story_id = mine.story_id AND began.channel = mine.channel
    ORDER BY began.seq LIMIT 1
), ref)
WHERE state = 'sent'
"""


def upgrade() -> None:
    """The column, filled for what was sent before."""
    op.add_column("deliveries", sa.Column("thread", sa.Text(), nullable=False, server_default=""))
    op.execute(_OF_THE_FIRST)
