"""The marks of the entries a feed listed last, so that those which have not changed are not read again."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column; a feed's next body fills it."""
    op.add_column("feed_states", sa.Column("seen", sa.LargeBinary(), nullable=True))
