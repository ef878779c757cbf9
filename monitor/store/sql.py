"""The store on a SQL database: its parts by noun, on one engine."""

from sqlalchemy import Engine

from monitor.store.articles import ArticleStore
from monitor.store.deliveries import DeliveryStore
from monitor.store.engine import open_engine, upgrade
from monitor.store.outcomes import OutcomeStore


class SqlStore(ArticleStore, OutcomeStore, DeliveryStore):
    """The store on SQLite or PostgreSQL."""

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_store(url: str) -> SqlStore:
    """Connect, bring the schema up to date, and give the store.

    Raises:
        StoreError: the database cannot be used; the message says why.
    """
    engine: Engine = open_engine(url)
    upgrade(engine)
    return SqlStore(engine)
