"""Which stories' messages are to be brought up to date."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """The table."""
    op.create_table(
        "story_edits",
        sa.Column("story_id", sa.String(length=16), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noted", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_story_edits")),
    )
    op.create_index(op.f("ix_story_edits_due"), "story_edits", ["due"], unique=False)
