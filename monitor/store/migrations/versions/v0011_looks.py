"""What a feed looks like, and since when another one stands at its address."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns; a feed's next body fills them."""
    op.add_column("feed_states", sa.Column("sites", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("feed_states", sa.Column("lang", sa.Text(), nullable=False, server_default=""))
    op.add_column("feed_states", sa.Column("other", sa.Text(), nullable=False, server_default=""))
    op.add_column("feed_states", sa.Column("other_since", sa.DateTime(timezone=True), nullable=True))
