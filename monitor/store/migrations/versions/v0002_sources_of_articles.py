"""Whose outlet an article comes from, its country, and its feed's labels."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; articles stored before have none of it."""
    op.add_column("articles", sa.Column("owner", sa.Text(), nullable=False, server_default=""))
    op.add_column("articles", sa.Column("country", sa.String(length=2), nullable=False, server_default=""))
    op.add_column("articles", sa.Column("labels", sa.JSON(), nullable=False, server_default="[]"))
