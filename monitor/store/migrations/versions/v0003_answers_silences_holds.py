"""Answers and silences; held alerts; decisions tell their way; one article may alert a channel again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The new tables, and alerts without the constraint that a reminder would break."""
    op.add_column("decisions", sa.Column("trace", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("decisions", sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_decisions_at"), "decisions", ["at"])
    op.create_index("ix_decisions_story", "decisions", ["story_id"])
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_on_sqlite()
    else:
        op.drop_constraint(op.f("uq_alerts_article_id"), "alerts", type_="unique")
    op.create_table(
        "holds",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("story_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_holds_article_id")),
        sa.PrimaryKeyConstraint("article_id", "channel", "key", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_story", "holds", ["story_id"])
    op.create_index(
        "ix_holds_due",
        "holds",
        ["due"],
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_table(
        "answers",
        sa.Column("alert_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_answers_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "kind", "author", name=op.f("pk_answers")),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("selector", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index(op.f("ix_silences_ends"), "silences", ["ends"])


def _rebuild_on_sqlite() -> None:
    """SQLite drops no constraint; deliveries are rebuilt too, since a table others refer to cannot be dropped."""
    op.create_table(
        "alerts_new",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("story_id", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_alerts_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("story_id", "channel", "seq", name=op.f("uq_alerts_story_id")),
    )
    op.create_table(
        "deliveries_new",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.String(length=16), nullable=False),
        sa.Column("sink", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("first_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts_new.id"], name=op.f("fk_deliveries_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("alert_id", "sink", name=op.f("uq_deliveries_alert_id")),
    )
    for table in ("alerts", "deliveries"):
        op.execute(f"INSERT INTO {table}_new SELECT * FROM {table}")  # noqa: S608 - the names stand above
    for table in ("deliveries", "alerts"):
        op.drop_table(table)
    for table in ("alerts", "deliveries"):
        op.rename_table(f"{table}_new", table)
    op.create_index(op.f("ix_alerts_created"), "alerts", ["created"])
    op.create_index("ix_deliveries_open", "deliveries", ["sink", "state", "next_try"])
