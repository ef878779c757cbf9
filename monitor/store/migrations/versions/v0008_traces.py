"""What the grouping keeps of a story's articles, so that a restart reads no text again; and moves made by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Members stored before have no trace: their text is read again."""
    op.add_column("story_members", sa.Column("trace", sa.LargeBinary(), nullable=True))
    op.create_table(
        "story_moves",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("story_id", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_moves")),
    )
