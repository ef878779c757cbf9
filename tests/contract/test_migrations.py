"""Migrating keeps what is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from monitor.store.engine import MIGRATIONS, open_engine, transaction
from monitor.store.sql import open_store
from tests.support.nouns import alert, article

NOON = "2024-11-18 12:00:00"
CARD = (
    '{"severity": "high", "kind": "first", "rules": ["R"], "headline": "H", "url": "", "outlet": "", "published": null}'
)
BEFORE = {
    "articles (id, source, key, revision, kind, title, text, content_hash, url, lang, outlet, 'group', authors, "
    "categories, flags, fetched)": ("a", "s", "k", 1, "feed", "t", "x", "h", "", "", "", "", "[]", "[]", "[]", NOON),
    "alerts": ("the alert", "s", "#c", "first", 0, "a", '["r"]', "high", "new_story", NOON, CARD),
    "deliveries": (7, "the alert", "slack", "dead", 3, NOON, 0, None, "", None, NOON, "", "gone"),
}


def test_alerts_and_deliveries_survive_being_rebuilt_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'monitor.db'}"
    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    name = alert(article(), story="s", channel="#c").id
    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for table, values in BEFORE.items():
            row = {f"v{place}": name if value == "the alert" else value for place, value in enumerate(values)}
            connection.execute(text(f"INSERT INTO {table} VALUES ({', '.join(f':{key}' for key in row)})"), row)
    engine.dispose()
    store = open_store(url)
    [status] = store.alerts()
    assert (status.alert.card.headline, [(d.id, d.error) for d in status.deliveries]) == ("H", [(7, "gone")])
    assert store.resend(name, status.alert.created) == 1
    store.close()
