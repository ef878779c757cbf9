"""The store on a SQL database: its parts by noun, on one engine."""

from sqlalchemy import Engine, text

from monitor.store.answers import AnswerStore
from monitor.store.articles import ArticleStore
from monitor.store.deliveries import DeliveryStore
from monitor.store.engine import open_engine, transaction, upgrade
from monitor.store.holds import HoldStore
from monitor.store.outcomes import OutcomeStore
from monitor.store.overview import OverviewStore
from monitor.store.retention import RetentionStore
from monitor.store.storylog import StoryLog
from monitor.store.trends import TrendStore
from monitor.store.upkeep import UpkeepStore


class SqlStore(
    ArticleStore,
    OutcomeStore,
    TrendStore,
    DeliveryStore,
    AnswerStore,
    UpkeepStore,
    HoldStore,
    RetentionStore,
    StoryLog,
    OverviewStore,
):
    """The store on SQLite or PostgreSQL."""

    def probe(self) -> None:
        """Write without changing anything.

        Raises:
            StoreError: the database cannot be written now; reading may work all the same, as on a full disk.
        """
        with transaction(self._engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))

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
