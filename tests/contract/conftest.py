"""The store that contracts are held against: one of each kind of database."""

from collections.abc import Iterator

import pytest

from monitor.store.sql import SqlStore, open_store


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """An empty store."""
    opened = open_store(database_url)
    yield opened
    opened.close()
