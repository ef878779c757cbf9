"""Finding the alerts of an article, and what an alert has told, without reading all there are."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_alerts_article", "alerts", ["article_id"])
    op.create_index("ix_holds_told_by", "holds", ["told_by"])
