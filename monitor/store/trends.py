"""What conditions over time remember: earlier matches of a rule, names it has met, silences; and notices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.engine import Connection

from monitor.model.article import Article
from monitor.model.facts import Facts
from monitor.model.rule import Hit, Match
from monitor.model.story import Relation
from monitor.model.trend import OpenNotice, SeenKind, SeenName, Sighting, Watch
from monitor.ports import Processed
from monitor.store.articles import article_row, read_article
from monitor.store.connected import Connected, chunks, insert_missing, put
from monitor.store.engine import transaction
from monitor.store.raising import write_alerts
from monitor.store.tables import articles, facts, matches, notices, rule_names, rule_watch, stories
from monitor.wire import from_json

MOST_SIGHTINGS = 20_000
"""Earlier matches of a rule that are looked at, the newest."""


class TrendStore(Connected):
    """Reads and writes the history of rules."""

    def sightings(self, rule_id: str, begin: datetime, end: datetime, apart_from: str = "") -> list[Sighting]:
        """Articles the rule has matched in that time, both ends included, newest first, one article left out."""
        query = (
            select(
                articles.c.id,
                matches.c.at,
                articles.c.source,
                articles.c.key,
                articles.c.outlet,
                stories.c.story_id,
                stories.c.relation,
            )
            .join(articles, articles.c.id == matches.c.article_id)
            .outerjoin(stories, stories.c.article_id == matches.c.article_id)
            .where(matches.c.rule_id == rule_id, matches.c.at >= begin, matches.c.at <= end)
            .where(matches.c.article_id != apart_from)
            .order_by(matches.c.at.desc())
            .limit(MOST_SIGHTINGS)
        )
        with transaction(self._engine, read_only=True) as connection:
            return [
                Sighting(
                    row.id,
                    row.at,
                    f"{row.source}\0{row.key}",
                    row.outlet or row.source,
                    row.story_id or "",
                    row.relation == Relation.COPY.value,
                )
                for row in connection.execute(query)
            ]

    def matched_before(self, article: Article) -> set[str]:
        """The rules that matched the revision before this one of the article."""
        query = (
            select(matches.c.rule_id)
            .join(articles, articles.c.id == matches.c.article_id)
            .where(articles.c.source == article.source, articles.c.key == article.key)
            .where(articles.c.revision == article.revision - 1)
        )
        with transaction(self._engine, read_only=True) as connection:
            return set(connection.execute(query).scalars())

    def names_met(self, rule_id: str, names: Iterable[SeenName]) -> dict[SeenKind, frozenset[str]]:
        """Which of the names the rule has met, by kind."""
        met: dict[SeenKind, set[str]] = {}
        with transaction(self._engine, read_only=True) as connection:
            for chunk in chunks(sorted({name.key for name in names})):
                query = select(rule_names.c.kind, rule_names.c.key).where(
                    rule_names.c.rule_id == rule_id, rule_names.c.key.in_(chunk)
                )
                for row in connection.execute(query):
                    met.setdefault(row.kind, set()).add(row.key)
        return {kind: frozenset(keys) for kind, keys in met.items()}

    def has_met_any(self, rule_id: str) -> bool:
        """Whether any name is known of the rule."""
        query = select(exists().where(rule_names.c.rule_id == rule_id))
        with transaction(self._engine, read_only=True) as connection:
            return bool(connection.execute(query).scalar_one())

    def past_matches(self, rule_id: str, limit: int) -> list[tuple[str, Match, Facts | None]]:
        """The newest articles the rule has matched: id, match and facts."""
        query = (
            select(matches, facts.c.body)
            .outerjoin(facts, facts.c.article_id == matches.c.article_id)
            .where(matches.c.rule_id == rule_id)
            .order_by(matches.c.at.desc())
            .limit(limit)
        )
        with transaction(self._engine, read_only=True) as connection:
            return [
                (
                    row.article_id,
                    Match(row.rule_id, row.rule_version, from_json(tuple[Hit, ...], row.hits)),
                    from_json(Facts, row.body) if row.body is not None else None,
                )
                for row in connection.execute(query)
            ]

    def learn(self, rule_id: str, article_id: str, names: Sequence[SeenName]) -> None:
        """Count the names as met."""
        with transaction(self._engine) as connection:
            rows = [{"rule_id": rule_id, "article_id": article_id, **asdict(name)} for name in names]
            insert_missing(connection, rule_names, rows)

    def watches(self, rule_ids: Sequence[str], now: datetime) -> dict[str, Watch]:
        """Since when the rules are in force, by id: those not known yet since their first match, or from now on."""
        with transaction(self._engine) as connection:
            known = _watches(connection, rule_ids)
            new = [rule_id for rule_id in rule_ids if rule_id not in known]
            for rule_id in new:
                first = connection.execute(
                    select(func.min(matches.c.at)).where(matches.c.rule_id == rule_id)
                ).scalar_one()
                watch = Watch(rule_id, min(first or now, now), looked=now, quiet=now)
                insert_missing(connection, rule_watch, [asdict(watch)])
                known[rule_id] = watch
        return known

    def last_matches(self, rule_ids: Sequence[str]) -> dict[str, datetime]:
        """When the newest match of each rule was news."""
        with transaction(self._engine, read_only=True) as connection:
            found = {}
            for rule_id in rule_ids:
                query = select(func.max(matches.c.at)).where(matches.c.rule_id == rule_id)
                if (last := connection.execute(query).scalar_one()) is not None:
                    found[rule_id] = last
            return found

    def newest_match(self, rule_id: str) -> Article | None:
        """The newest article the rule has matched."""
        query = (
            select(articles)
            .join(matches, articles.c.id == matches.c.article_id)
            .where(matches.c.rule_id == rule_id)
            .order_by(matches.c.at.desc())
            .limit(1)
        )
        with transaction(self._engine, read_only=True) as connection:
            row = connection.execute(query).one_or_none()
            return read_article(row) if row is not None else None

    def open_notice(self, topic: str) -> OpenNotice | None:
        """What was said last about a trouble that goes on."""
        with transaction(self._engine, read_only=True) as connection:
            row = connection.execute(select(notices).where(notices.c.topic == topic)).one_or_none()
            return OpenNotice(**row._mapping) if row is not None else None

    def open_notices(self, prefix: str) -> list[OpenNotice]:
        """What was said last about every trouble whose topic begins so."""
        query = select(notices).where(notices.c.topic.startswith(prefix, autoescape=True))
        with transaction(self._engine, read_only=True) as connection:
            return [OpenNotice(**row._mapping) for row in connection.execute(query)]

    def close_notices(self, topics: Sequence[str]) -> None:
        """Forget what was said about these troubles, without a word."""
        with transaction(self._engine) as connection:
            for chunk in chunks(topics):
                connection.execute(delete(notices).where(notices.c.topic.in_(chunk)))

    def tell(
        self,
        notice: Processed,
        sinks: Sequence[str],
        now: datetime,
        *,
        watches: Sequence[Watch] = (),
        topics: Mapping[str, OpenNotice | None] | None = None,
    ) -> None:
        """Store a notice of the monitor's own with its alerts, as processed, and what is remembered about it."""
        with transaction(self._engine) as connection:
            insert_missing(connection, articles, [article_row(notice.article) | {"processed": now}])
            write_alerts(connection, notice, sinks, now)
            put(connection, rule_watch, [asdict(watch) for watch in watches])
            for topic, said in (topics or {}).items():
                if said is None:
                    connection.execute(delete(notices).where(notices.c.topic == topic))
                else:
                    put(connection, notices, [asdict(said)])

    def put_watches(self, watches: Sequence[Watch]) -> None:
        """Remember how long rules have been silent."""
        with transaction(self._engine) as connection:
            put(connection, rule_watch, [asdict(watch) for watch in watches])


def _watches(connection: Connection, rule_ids: Sequence[str]) -> dict[str, Watch]:
    found = {}
    for chunk in chunks(rule_ids):
        for row in connection.execute(select(rule_watch).where(rule_watch.c.rule_id.in_(chunk))):
            found[row.rule_id] = Watch(**row._mapping)
    return found
