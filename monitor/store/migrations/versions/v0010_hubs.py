"""The hub a feed names, and how long it has promised to push."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; a feed's next body says whether it has a hub."""
    op.add_column("feed_states", sa.Column("hub", sa.Text(), nullable=False, server_default=""))
    op.add_column("feed_states", sa.Column("topic", sa.Text(), nullable=False, server_default=""))
    op.add_column("feed_states", sa.Column("pushed_until", sa.DateTime(timezone=True), nullable=True))
