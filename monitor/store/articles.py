"""Articles in: what a poll brought, feed states, seed files, quarantine, and the queue of unprocessed articles."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from operator import attrgetter
from statistics import median
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, and_, delete, exists, func, select, update
from sqlalchemy.engine import Connection

from monitor.model.article import (
    BASELINE,
    Article,
    Batch,
    FeedState,
    Quarantined,
    SourceKind,
    likely_time,
)
from monitor.store.connected import Connected, begins, chunks, insert_missing, put
from monitor.store.engine import transaction
from monitor.store.revisions import new_revisions
from monitor.store.tables import articles, feed_states, matches, quarantine, seed_files

_LONGEST_REASON = 2_000
_PAGE = 1_000
_TOGETHER = 500
"""So many of the articles whose turn it is are put in order."""
_ROUND = 50
"""Articles of one poll that are taken in one round: as many as most feeds list."""
_LATER, _OLDEST = 16, 4
"""Articles that are not new taken at once; and how many of these are the oldest."""
_LISTS = ("addresses", "authors", "categories", "flags", "labels")
_COLUMNS = [
    column for column in articles.columns if column.name not in {"seq", "id", "content_hash", "processed", "turn"}
]
_NAMES = [column.name for column in _COLUMNS]
_VALUES = attrgetter(*_NAMES)
_STATE_NAMES = [column.name for column in feed_states.columns]
_STATE_LISTS = ("sites", "skip_hours", "skip_days")


_WAITING = [articles.c[name] for name in ("turn", "id", "source", "key", "revision", "published", "fetched", "kind")]


@dataclass(frozen=True, slots=True, order=True)
class _Waiting:
    """An article that waits, in the order in which those that came in together are decided."""

    time: datetime
    source: str
    key: str
    revision: int
    id: str

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> "_Waiting":
        time = likely_time(row.published, row.fetched, SourceKind(row.kind))
        return cls(time, row.source, row.key, row.revision, row.id)


class ArticleStore(Connected):
    """Reads and writes articles and what is known of their sources."""

    def ingest(self, batch: Batch) -> list[Article]:
        """Store new articles and new revisions with the source's new state, in one transaction.

        An article whose words were stored before under the same key is not new, whichever revision had them.
        """
        with transaction(self._engine) as connection:
            [new] = _ingest(connection, [batch])
            put(connection, feed_states, [_state_row(state) for state in [batch.state] if state is not None])
        return new

    def ingest_many(self, batches: Sequence[Batch]) -> list[list[Article]]:
        """Store what several polls brought in one transaction, but for the states; what was new of each comes back."""
        with transaction(self._engine) as connection:
            return _ingest(connection, batches)

    def put_feed_states(self, states: Sequence[FeedState]) -> None:
        """Store the states of feeds after polls whose articles are stored."""
        with transaction(self._engine) as connection:
            put(connection, feed_states, [_state_row(state) for state in states])

    def forget_feed(self, url: str) -> None:
        """Drop what polling a feed has taught, so that it begins anew; its articles stay."""
        with transaction(self._engine) as connection:
            connection.execute(delete(feed_states).where(feed_states.c.url == url))
            connection.execute(delete(quarantine).where(quarantine.c.source == url))

    def unprocessed(self, limit: int) -> list[Article]:
        """Articles nobody has decided about yet, in order of arrival."""
        query = select(*_COLUMNS).where(articles.c.processed.is_(None)).order_by(articles.c.seq).limit(limit)
        with transaction(self._engine, read_only=True) as connection:
            return [read_article(row) for row in connection.execute(query)]

    def next_up(self, limit: int, apart_from: Collection[str] = ()) -> list[Article]:
        """Of the articles that wait those to decide about now, by the time they were published.

        What is new comes first, in order of arrival. What a first poll brought, and what is left of a very long list,
        follows in rounds that take fifty articles of each poll, so that no feed waits for all of another's; few at
        once, so that what comes in meanwhile need not wait for long; and some of the oldest always, so that none waits
        forever. What came in together is decided in one order, whatever order it came in.
        """
        apart = frozenset(apart_from)
        with transaction(self._engine, read_only=True) as connection:

            def waiting(where: ColumnElement[bool], *order: Column[Any], most: int = _TOGETHER) -> list[_Waiting]:
                query = select(*_WAITING).where(articles.c.processed.is_(None), where).order_by(*order)
                found = [row for row in connection.execute(query.limit(most + len(apart))) if row.id not in apart]
                return sorted(_Waiting.of(row) for row in found[:most] if row.turn == found[0].turn)

            new = waiting(articles.c.turn == 0, articles.c.seq)
            later = waiting(articles.c.turn > 0, articles.c.turn, articles.c.seq)
            if later:
                later = list(dict.fromkeys([*waiting(articles.c.turn > 0, articles.c.seq, most=_OLDEST), *later]))
            new = new[: limit - min(len(later), _OLDEST, limit // 2)]
            ids = [one.id for one in sorted([*new, *later[: min(_LATER, limit - len(new))]])]
            chosen = select(*_COLUMNS).where(articles.c.id.in_(ids))
            found = {article.id: article for article in map(read_article, connection.execute(chosen))}
        return [found[name] for name in ids if name in found]

    def complete(self, article: Article) -> None:
        """Store what an article's page added to it.

        Its content hash stays that of the feed's words, so that the feed listing it again brings nothing new.
        """
        row = {name: getattr(article, name) for name in ("title", "text", "html", "url", "lang", "published")}
        row |= {name: list(getattr(article, name)) for name in ("addresses", "authors", "flags")}
        with transaction(self._engine) as connection:
            connection.execute(update(articles).where(articles.c.id == article.id).values(row))

    def backlog(self) -> int:
        """How many articles wait to be processed."""
        query = select(func.count()).select_from(articles).where(articles.c.processed.is_(None))
        with transaction(self._engine, read_only=True) as connection:
            return connection.execute(query).scalar_one()

    def waiting(self) -> tuple[int, int]:
        """How many articles wait to be processed: of what is new, and of what comes after it."""
        query = select(func.count(), func.count().filter(articles.c.turn == 0)).where(articles.c.processed.is_(None))
        with transaction(self._engine, read_only=True) as connection:
            total, new = connection.execute(query).one()
        return new, total - new

    def feed_states(self) -> dict[str, FeedState]:
        """Polling states by feed URL."""
        with transaction(self._engine, read_only=True) as connection:
            return {row.url: _read_state(row) for row in connection.execute(select(feed_states))}

    def feed_delays(
        self, since: datetime, newest: int = 50, *, sources: Sequence[str] | None = None
    ) -> dict[str, float]:
        """Seconds from publication to being stored, the median of each feed's newest articles, by source.

        With `sources`, only of these.

        What a feed listed at its first poll says nothing about delay and does not count.
        """
        query = (
            select(articles.c.source, articles.c.published, articles.c.fetched, articles.c.flags)
            .where(articles.c.fetched >= since, articles.c.published.is_not(None), articles.c.revision == 1)
            .where(articles.c.kind == SourceKind.FEED.value)
            .order_by(articles.c.seq.desc())
        )
        if sources is not None:
            query = query.where(articles.c.source.in_(sources))
        delays: dict[str, list[float]] = defaultdict(list)
        with transaction(self._engine, read_only=True) as connection:
            for row in connection.execute(query):
                if BASELINE not in row.flags and len(delays[row.source]) < newest:
                    delays[row.source].append((row.fetched - row.published).total_seconds())
        return {source: median(found) for source, found in delays.items() if found}

    def seed_files(self) -> dict[str, str]:
        """Fingerprints of the seed files read so far, by path."""
        with transaction(self._engine, read_only=True) as connection:
            return {row.path: row.fingerprint for row in connection.execute(select(seed_files))}

    def quarantined(self, limit: int = 1_000) -> list[Quarantined]:
        """What could not be read, newest first."""
        query = select(quarantine).order_by(quarantine.c.at.desc(), quarantine.c.ref).limit(limit)
        with transaction(self._engine, read_only=True) as connection:
            return [Quarantined(**row._mapping) for row in connection.execute(query)]

    def quarantine(self, entry: Quarantined) -> None:
        """Add one entry that was found unreadable after it was stored."""
        with transaction(self._engine) as connection:
            put(connection, quarantine, [asdict(entry)])

    def find_articles(
        self, *, limit: int = 50, source: str = "", contains: str = "", matched: bool = False
    ) -> list[Article]:
        """Articles newest first, of one source, with some words in the title, or only those a rule matched."""
        conditions: list[ColumnElement[bool]] = []
        if source:
            conditions.append(articles.c.source == source)
        if contains:
            conditions.append(articles.c.title.icontains(contains, autoescape=True))
        if matched:
            conditions.append(exists().where(matches.c.article_id == articles.c.id))
        query = select(*_COLUMNS).where(and_(True, *conditions)).order_by(articles.c.seq.desc()).limit(limit)
        with transaction(self._engine, read_only=True) as connection:
            return [read_article(row) for row in connection.execute(query)]

    def article(self, prefix: str) -> Article | None:
        """The article whose id begins so; None where there is none or more than one."""
        query = select(*_COLUMNS).where(begins(articles.c.id, prefix)).limit(2)
        with transaction(self._engine, read_only=True) as connection:
            found = [read_article(row) for row in connection.execute(query)]
        return found[0] if len(found) == 1 else None

    def archive(self, since: datetime, limit: int = 1_000_000) -> Iterator[Article]:
        """Articles fetched since then in order of arrival, a page at a time; the newest ones, where there are more."""
        newest = (
            select(articles.c.seq)
            .where(articles.c.fetched >= since, articles.c.kind != SourceKind.NOTICE.value)
            .order_by(articles.c.seq.desc())
        )
        with transaction(self._engine, read_only=True) as connection:
            first = connection.execute(newest.offset(limit - 1).limit(1)).scalar()
        after = (first or 0) - 1
        while True:
            query = (
                select(articles.c.seq, *_COLUMNS)
                .where(articles.c.fetched >= since, articles.c.seq > after)
                .where(articles.c.kind != SourceKind.NOTICE.value)
                .order_by(articles.c.seq)
                .limit(_PAGE)
            )
            with transaction(self._engine, read_only=True) as connection:
                rows = connection.execute(query).all()
            yield from map(read_article, rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1].seq

    def matched_since(self, since: datetime) -> set[tuple[str, str]]:
        """Rule and article ids of the matches stored of articles fetched since then."""
        query = (
            select(matches.c.rule_id, matches.c.article_id)
            .join(articles, articles.c.id == matches.c.article_id)
            .where(articles.c.fetched >= since)
        )
        with transaction(self._engine, read_only=True) as connection:
            return {(row.rule_id, row.article_id) for row in connection.execute(query)}

    def drop_old_texts(self, before: datetime) -> int:
        """Empty the text of processed articles that matched no rule and were fetched earlier; how many.

        The row with its key and content hash stays, so that a feed that still lists the article brings nothing new.
        """
        query = (
            update(articles)
            .where(articles.c.fetched < before, articles.c.processed.is_not(None), articles.c.text != "")
            .where(~exists().where(matches.c.article_id == articles.c.id))
            .values(text="", html="")
        )
        with transaction(self._engine) as connection:
            return connection.execute(query).rowcount


def _ingest(connection: Connection, batches: Sequence[Batch]) -> list[list[Article]]:
    new = new_revisions(connection, batches)
    rows = []
    for batch, found in zip(batches, new, strict=True):
        for place, one in enumerate(found):
            rows.append(article_row(one.article, one.id, one.content))
            rows[-1]["turn"] = _turn(one.article, batch.ahead + place)
    insert_missing(connection, articles, rows)
    files = {path: digest for batch in batches for path, digest in batch.files.items()}
    put(connection, seed_files, [{"path": path, "fingerprint": digest} for path, digest in files.items()])
    _clear_quarantine(connection, batches)
    put(connection, quarantine, _complaints(entry for batch in batches for entry in batch.quarantined))
    return [[one.article for one in found] for found in new]


def _turn(article: Article, place: int) -> int:
    """The round in which an article at this place of its poll is taken from the queue; 0 for what is new."""
    return (BASELINE in article.flags) + place // _ROUND


def _state_row(state: FeedState) -> dict[str, Any]:
    row = {name: getattr(state, name) for name in _STATE_NAMES}
    return row | {name: list(row[name]) for name in _STATE_LISTS}


def _read_state(row: Row[*tuple[Any, ...]]) -> FeedState:
    lists = {name: tuple(row._mapping[name]) for name in _STATE_LISTS}
    return FeedState(**{**row._mapping, **lists, "rhythm": row.rhythm or b"", "seen": row.seen or b""})


def _clear_quarantine(connection: Connection, batches: Sequence[Batch]) -> None:
    """Forget what was wrong with sources and files that have now been read."""
    read = [batch.state.url for batch in batches if batch.state is not None and not batch.state.failures]
    for chunk in chunks(read):
        connection.execute(delete(quarantine).where(quarantine.c.source.in_(chunk)))
    for path in (path for batch in batches for path in batch.files):
        mine = (quarantine.c.ref == path) | quarantine.c.ref.startswith(f"{path}:", autoescape=True)
        connection.execute(delete(quarantine).where(quarantine.c.source == "seeds", mine))


def _complaints(entries: Iterable[Quarantined]) -> list[dict[str, Any]]:
    """One row for each source and file, with all that is wrong in it."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in entries:
        row = rows.setdefault((entry.source, entry.ref), asdict(entry) | {"reason": ""})
        row["reason"] = f"{row['reason']}; {entry.reason}".removeprefix("; ")[:_LONGEST_REASON]
    return list(rows.values())


def article_row(article: Article, name: str = "", content: str = "") -> dict[str, Any]:
    """The row of an article; its id and the hash of its words are reckoned where not given."""
    row: dict[str, Any] = dict(zip(_NAMES, _VALUES(article), strict=True))
    row["id"], row["content_hash"] = name or article.id, content or article.content_hash
    row["kind"] = article.kind.value
    return row


def read_article(row: Row[*tuple[Any, ...]]) -> Article:
    """An article from a row that has its columns."""
    values = {column.name: row._mapping[column.name] for column in _COLUMNS}
    values |= {name: tuple(values[name]) for name in _LISTS}
    return Article(**values | {"kind": SourceKind(values["kind"])})
