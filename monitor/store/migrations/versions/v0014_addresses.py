"""Other addresses of an article's page, by which it is known again through another feed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Pages read before are known by one address."""
    op.add_column("articles", sa.Column("addresses", sa.JSON(), nullable=False, server_default="[]"))
