"""Opening the database: engine, migrations, and its errors in our words."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from monitor.errors import StoreBusyError, StoreError, StoreFullError

MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_MS = 5_000
_SCHEMA = 0x5C8E_3A00
"""The number of the lock on the schema."""
_ENCODER = json.JSONEncoder()
WAL_PAGES = 8_000
"""Pages of four kilobytes after which the write-ahead log is merged into the database; each merge writes every page
that was touched, so a burst of articles costs far less with a few large ones than with one at every commit."""


def open_engine(url: str) -> Engine:
    """Make the engine for a SQLAlchemy URL; nothing is connected yet.

    Raises:
        StoreError: the URL cannot be read or names a database that is not supported.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed)
        if parsed.get_backend_name() == "postgresql":
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args={"connect_timeout": 10}
            )
    except (ArgumentError, NoSuchModuleError, SQLAlchemyError) as error:
        raise StoreError(
            f"database.url is not a database address ({error}); write sqlite:///FILE or postgresql://..."
        ) from error
    raise StoreError(f"database.url: {parsed.get_backend_name()} is not supported; use sqlite or postgresql")


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        folder = Path(url.database).expanduser().parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"database folder {folder} cannot be made ({error.strerror}); mend its rights") from error
    # Transactions are begun by hand below, because sqlite3's own implicit ones begin too late to take the write lock.
    engine = create_engine(
        url, connect_args={"timeout": BUSY_MS / 1000, "isolation_level": None}, json_serializer=_json
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - a raw DBAPI connection
        cursor = connection.cursor()
        # FULL costs one fsync a commit and keeps a 'sent' mark through a power cut, which NORMAL would not.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(
            "BEGIN" if connection.get_execution_options().get("read_only") else "BEGIN IMMEDIATE"
        )

    return engine


def _json(value: object) -> str:
    # Most lists of an article are empty, and making an encoder each time costs as much as storing the row.
    return "[]" if value in ([], ()) else _ENCODER.encode(value)


@contextmanager
def transaction(engine: Engine, *, read_only: bool = False) -> Iterator[Connection]:
    """One transaction, committed at the end, with the database's errors in our words.

    Raises:
        StoreBusyError, StoreFullError, StoreError: see monitor.errors.
    """
    try:
        with engine.connect().execution_options(read_only=read_only) as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        raise _translated(error, engine) from error


def _translated(error: DBAPIError, engine: Engine) -> StoreError:
    message = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    name = engine.url.render_as_string(hide_password=True)
    lowered = message.lower()
    if "disk is full" in lowered or "no space left" in lowered or "disk full" in lowered:
        return StoreFullError(f"the disk of {name} is full; free some space, nothing already stored is lost")
    if "locked" in lowered or "busy" in lowered:
        return StoreBusyError(f"{name} is locked by another program; it is tried again")
    if error.connection_invalidated or "connect" in lowered or "server closed" in lowered or "shutting down" in lowered:
        return StoreBusyError(f"{name} cannot be reached ({message}); it is tried again")
    if "malformed" in lowered or "not a database" in lowered:
        return StoreError(f"{name} is damaged or not a database ({message}); move it away or restore a backup")
    return StoreError(f"{name}: {message}")


def upgrade(engine: Engine) -> tuple[str, str]:
    """Bring the schema to the newest version; revision before ("" for an empty database) and after.

    Raises:
        StoreError: the database is newer than this program, or cannot be written.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    newest = script.get_current_head() or ""
    with transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Of daemons that start at once, one brings the schema up to date; SQLite lets one write at a time anyway.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA})
        current = MigrationContext.configure(connection).get_current_revision() or ""
        if current == newest:
            return current, newest
        if current and current not in {revision.revision for revision in script.walk_revisions()}:
            raise StoreError(
                f"the database is at revision {current}, which this version does not know; install the newer one"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return current, newest
