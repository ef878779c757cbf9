"""An article's sanitised markup beside its text."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column; articles stored before have none."""
    op.add_column("articles", sa.Column("html", sa.Text(), nullable=False, server_default=""))
