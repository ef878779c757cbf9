"""In which round an article is taken from the queue: what was there before anybody watched comes after what is new."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column and its index; what waits already is taken in the first round."""
    op.add_column("articles", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    waits = sa.text("processed IS NULL")
    op.create_index("ix_articles_turn", "articles", ["turn", "seq"], sqlite_where=waits, postgresql_where=waits)
