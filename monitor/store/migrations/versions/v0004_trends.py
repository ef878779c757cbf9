"""When a match was news, and what conditions over time remember."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Conditions over time."""
    op.add_column("matches", sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE matches SET at = (SELECT CASE WHEN kind = 'seed' OR published IS NULL OR published > fetched "
        "THEN fetched ELSE published END FROM articles WHERE articles.id = matches.article_id)"
    )
    op.create_index("ix_matches_rule", "matches", ["rule_id", "at"], unique=False)
    op.add_column("decisions", sa.Column("because", sa.JSON(), nullable=True))
    op.create_table(
        "rule_watch",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quiet", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", name=op.f("pk_rule_watch")),
    )
    op.create_table(
        "rule_names",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "kind", "key", name=op.f("pk_rule_names")),
    )
    op.create_table(
        "notices",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("story_id", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_notices")),
    )
