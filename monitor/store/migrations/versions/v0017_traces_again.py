"""Traces of stories' articles have numbers and the sounds of names in them; those stored before are read again."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Empty the stored traces."""
    op.execute("UPDATE story_members SET trace = NULL")
