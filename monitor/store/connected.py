"""What the parts of the store share: the engine, and writing rows idempotently."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Engine, Table, and_
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
    """Insert the rows whose unique keys are not there yet; the others stay as they are."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


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


def begins(column: Column[Any], prefix: str) -> ColumnElement[bool]:
    """Whether an id begins so; ids are hex digits, so that the column's index answers, which it doesn't for LIKE."""
    return and_(column >= prefix, column < f"{prefix}g", column.startswith(prefix, autoescape=True))


def chunks(items: Sequence[T], size: int = CHUNK) -> list[Sequence[T]]:
    """The items in runs that stay below the databases' limits on bound values."""
    return [items[start : start + size] for start in range(0, len(items), size)]
