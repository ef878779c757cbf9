"""The truth: SQLAlchemy tables and queries on SQLite or PostgreSQL. Every write is one transaction."""
