"""What the parts of the store share: the engine, and writing rows idempotently."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Dialect, Engine, Table, and_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

CHUNK = 500
CLOCK_WRONG = timedelta(days=2)
"""No time is set so far ahead for a retry, a lease or the beginning of a wait: a clock was wrong then."""
T = TypeVar("T")


class Connected:
    """A part of the store, on an open engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def url(self) -> str:
        """The database's address without its password."""
        return self._engine.url.render_as_string(hide_password=True)


def insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows, all of the same columns, whose unique keys are not there yet; the others stay as they are."""
    if not rows:
        return
    if not connection.dialect.positional:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)
        return
    # SQLite's rows are made here: SQLAlchemy's own way costs three times as much, and articles come by the thousand.
    statement, columns = _prepared(connection.dialect, table, tuple(rows[0]))
    values = [tuple([row[name] if to is None else to(row[name]) for name, to in columns]) for row in rows]
    connection.exec_driver_sql(statement, values)


def put(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows, or overwrite those with the same primary key."""
    if rows:
        keys = [column.name for column in table.primary_key]
        insert = _insert(connection, table)
        values = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=values), rows)


def _insert(connection: Connection, table: Table) -> Any:  # noqa: ANN401
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


@lru_cache(maxsize=64)
def _prepared(dialect: Dialect, table: Table, names: Sequence[str]) -> tuple[str, list[tuple[str, Any]]]:
    """The statement that inserts missing rows of these columns; their names in its order, with what converts each."""
    insert = sqlite.insert(table).on_conflict_do_nothing().compile(dialect=dialect, column_keys=names)
    types = {name: table.c[name].type.dialect_impl(dialect) for name in names}
    return str(insert), [(name, types[name].bind_processor(dialect)) for name in insert.positiontup or ()]


def begins(column: Column[Any], prefix: str) -> ColumnElement[bool]:
    """Whether an id begins so; ids are hex digits, so that the column's index answers, which it doesn't for LIKE."""
    return and_(column >= prefix, column < f"{prefix}g", column.startswith(prefix, autoescape=True))


def chunks(items: Sequence[T], size: int = CHUNK) -> list[Sequence[T]]:
    """The items in runs that stay below the databases' limits on bound values."""
    return [items[start : start + size] for start in range(0, len(items), size)]
