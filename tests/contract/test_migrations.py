"""Migrating keeps what is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from monitor.store.engine import MIGRATIONS, open_engine, transaction
from monitor.store.sql import open_store


def test_alerts_and_deliveries_survive_being_rebuilt_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'monitor.db'}"
    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in (
            (
                "INSERT INTO articles (id, source, key, revision, kind, title, text, content_hash, url, lang, outlet, "
                "\"group\", authors, categories, flags, fetched) VALUES ('a', 's', 'k', 1, 'feed', 't', 'x', 'h', '', '', "
                "'', '', '[]', '[]', '[]', '2024-11-18 12:00:00')"
            ),
            (
                "INSERT INTO alerts VALUES ('975cd8885ed2cfe1', 's', '#c', 'first', 0, 'a', '[\"r\"]', 'high', 'new_story', "
                '\'2024-11-18 12:00:00\', \'{"severity": "high", "kind": "first", "rules": ["R"], "headline": '
                '"H", "url": "", "outlet": "", "published": null}\')'
            ),
            (
                "INSERT INTO deliveries VALUES (7, '975cd8885ed2cfe1', 'slack', 'dead', 3, '2024-11-18 12:00:00', 0, NULL, '', NULL, "
                "'2024-11-18 12:00:00', '', 'gone')"
            ),
        ):
            connection.execute(text(statement))
    engine.dispose()
    store = open_store(url)
    [status] = store.alerts()
    assert (status.alert.card.headline, [(d.id, d.error) for d in status.deliveries]) == ("H", [(7, "gone")])
    assert store.resend(status.alert.id, status.alert.created) == 1
    store.close()
