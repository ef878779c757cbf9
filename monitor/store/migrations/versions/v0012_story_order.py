"""The order in which articles were put into stories, so that who decides can tell whether others have decided since."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Number what is there as it was read back so far: by the time it was decided, then by arrival."""
    op.add_column("story_members", sa.Column("seq", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        """
        UPDATE story_members SET seq = numbered.n FROM (
            SELECT m.article_id, row_number() OVER (ORDER BY a.processed, a.seq) AS n
            FROM story_members m JOIN articles a ON a.id = m.article_id
        ) AS numbered WHERE numbered.article_id = story_members.article_id
        """
    )
    op.create_index("ix_story_members_seq", "story_members", ["seq"], unique=True)
