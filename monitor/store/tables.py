"""The schema as SQLAlchemy Core tables; migrations/ brings a database here."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out, also on SQLite, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive time rather than guess its zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: times are aware and in UTC")
        return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Attach the zone where the database dropped it."""
        if value is None or not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


articles = Table(
    "articles",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("content_hash", String(16), nullable=False),
    Column("url", Text, nullable=False),
    Column("lang", String(8), nullable=False),
    Column("outlet", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("owner", Text, nullable=False, server_default=""),
    Column("country", String(2), nullable=False, server_default=""),
    Column("labels", JSON, nullable=False, server_default="[]"),
    Column("html", Text, nullable=False, server_default=""),
    Column("addresses", JSON, nullable=False, server_default="[]"),
    Column("published", UtcDateTime),
    Column("fetched", UtcDateTime, nullable=False),
    Column("processed", UtcDateTime),
    Column("turn", Integer, nullable=False, server_default="0"),
    UniqueConstraint("source", "key", "revision"),
    Index(
        "ix_articles_unprocessed",
        "seq",
        sqlite_where=text("processed IS NULL"),
        postgresql_where=text("processed IS NULL"),
    ),
    Index(
        "ix_articles_turn",
        "turn",
        "seq",
        sqlite_where=text("processed IS NULL"),
        postgresql_where=text("processed IS NULL"),
    ),
    Index("ix_articles_fetched", "fetched"),
)

feed_states = Table(
    "feed_states",
    metadata,
    Column("url", Text, primary_key=True),
    Column("next_poll", UtcDateTime, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcDateTime),
    Column("last_error", Text, nullable=False),
    Column("last_ok", UtcDateTime),
    Column("moved_to", Text, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("not_a_feed", Boolean, nullable=False, server_default=false()),
    Column("first_ok", UtcDateTime),
    Column("last_new", UtcDateTime),
    Column("title", Text, nullable=False, server_default=""),
    Column("sites", JSON, nullable=False, server_default="[]"),
    Column("lang", Text, nullable=False, server_default=""),
    Column("other", Text, nullable=False, server_default=""),
    Column("other_since", UtcDateTime),
    Column("ttl", Integer, nullable=False, server_default="0"),
    Column("skip_hours", JSON, nullable=False, server_default="[]"),
    Column("skip_days", JSON, nullable=False, server_default="[]"),
    Column("rhythm", LargeBinary),
    Column("seen", LargeBinary),
    Column("hub", Text, nullable=False, server_default=""),
    Column("topic", Text, nullable=False, server_default=""),
    Column("pushed_until", UtcDateTime),
)

seed_files = Table(
    "seed_files",
    metadata,
    Column("path", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("source", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

matches = Table(
    "matches",
    metadata,
    Column("article_id", String(16), ForeignKey("articles.id"), primary_key=True),
    Column("rule_id", Text, primary_key=True),
    Column("rule_version", Text, nullable=False),
    Column("hits", JSON, nullable=False),
    Column("at", UtcDateTime),
    Index("ix_matches_rule", "rule_id", "at"),
)

rule_watch = Table(
    "rule_watch",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("looked", UtcDateTime, nullable=False),
    Column("quiet", UtcDateTime, nullable=False),
    Column("last", UtcDateTime),
    Column("told", Boolean, nullable=False),
)

rule_names = Table(
    "rule_names",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("article_id", String(16), nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("story_id", String(16), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("text", Text, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("article_id", String(16), ForeignKey("articles.id"), primary_key=True),
    Column("body", JSON, nullable=False),
)

stories = Table(
    "story_members",
    metadata,
    Column("article_id", String(16), ForeignKey("articles.id"), primary_key=True),
    Column("story_id", String(16), nullable=False, index=True),
    Column("relation", String(16), nullable=False),
    Column("of", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("changes", JSON, nullable=False),
    Column("trace", LargeBinary),
    Column("seq", Integer, nullable=False, server_default="0"),
    Index("ix_story_members_seq", "seq", unique=True),
)

story_moves = Table(
    "story_moves",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("article_id", String(16), nullable=False),
    Column("story_id", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("article_id", String(16), ForeignKey("articles.id"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("story_id", String(16), nullable=False),
    Column("kind", String(16)),
    Column("reason", String(32), nullable=False),
    Column("rules", JSON, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("trace", JSON, nullable=False, server_default="[]"),
    Column("because", JSON),
    Column("at", UtcDateTime, index=True),
    Index("ix_decisions_story", "story_id"),
)

holds = Table(
    "holds",
    metadata,
    Column("article_id", String(16), ForeignKey("articles.id"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("key", String(120), primary_key=True),
    Column("story_id", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("rules", JSON, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("card", JSON, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime),
    Column("told_by", String(16), nullable=False),
    Index("ix_holds_story", "story_id"),
    Index("ix_holds_told_by", "told_by"),
    Index("ix_holds_due", "due", sqlite_where=text("ended IS NULL"), postgresql_where=text("ended IS NULL")),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("story_id", String(16), nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("article_id", String(16), ForeignKey("articles.id"), nullable=False),
    Column("rules", JSON, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("created", UtcDateTime, nullable=False, index=True),
    Column("card", JSON, nullable=False),
    UniqueConstraint("story_id", "channel", "seq"),
    Index("ix_alerts_article", "article_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("alert_id", String(16), ForeignKey("alerts.id"), nullable=False),
    Column("sink", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try", UtcDateTime, nullable=False),
    Column("uncertain", Boolean, nullable=False),
    Column("first_try", UtcDateTime),
    Column("owner", Text, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("settled", UtcDateTime),
    Column("ref", Text, nullable=False),
    Column("thread", Text, nullable=False, server_default=""),
    Column("error", Text, nullable=False),
    UniqueConstraint("alert_id", "sink"),
    Index("ix_deliveries_open", "sink", "state", "next_try"),
)

story_edits = Table(
    "story_edits",
    metadata,
    Column("story_id", String(16), primary_key=True),
    Column("due", UtcDateTime, index=True),
    Column("noted", UtcDateTime, nullable=False),
    Column("edited", UtcDateTime),
)

answers = Table(
    "answers",
    metadata,
    Column("alert_id", String(16), ForeignKey("alerts.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("author", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
)

silences = Table(
    "silences",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("selector", JSON, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False, index=True),
    Column("ended_by", Text, nullable=False),
)
