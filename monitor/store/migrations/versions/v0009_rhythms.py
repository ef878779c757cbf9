"""What polling teaches about a feed: its rhythm, its wishes, its name, and since when it is watched."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns; a feed polled before has been watched since then."""
    for column in (
        sa.Column("not_a_feed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("first_ok", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_new", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.Text(), nullable=False, server_default=""),
        sa.Column("ttl", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("skip_hours", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("skip_days", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("rhythm", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("feed_states", column)
    op.execute("UPDATE feed_states SET first_ok = last_ok")
