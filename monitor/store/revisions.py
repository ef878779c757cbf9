"""Which of the articles that polls brought are new, or new revisions of what is stored."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.engine import Connection

from monitor.model.article import Article, Batch, SourceKind, article_id, is_another
from monitor.store.connected import chunks
from monitor.store.tables import articles


@dataclass(frozen=True, slots=True)
class New:
    """An article that is not stored yet, with its id and the hash of its words."""

    article: Article
    id: str
    content: str


@dataclass(slots=True)
class _Stored:
    """What is stored under one key: the hashes of its words, and the newest revision."""

    contents: set[str]
    newest: int = 0


def new_revisions(connection: Connection, batches: Sequence[Batch]) -> list[list[New]]:
    """What is new of each batch, in its order.

    An article whose words were stored before under the same key is not new, whichever revision had them.
    """
    found = [[New(article, article.id, article.content_hash) for article in batch.articles] for batch in batches]
    # Every article has a first revision. Where there is none, or it has the same words, nothing more need be asked.
    first = _first_revisions(connection, [one.id for batch in found for one in batch])
    changed: dict[str, dict[str, list[New]]] = defaultdict(lambda: defaultdict(list))
    for one in (one for batch in found for one in batch):
        if one.id in first and first[one.id] != one.content:
            changed[one.article.source][one.article.key].append(one)
    known = {one_id: _Stored({content}, 1) for one_id, content in first.items()}
    again: dict[int, New] = {}
    for source, by_key in changed.items():
        stored = _stored(connection, source, list(by_key))
        moved = _with_used_ids(connection, source, by_key, stored)
        again.update(moved)
        stored |= _stored(connection, source, list({one.article.key for one in moved.values()}))
        known.update({article_id(source, key, 1): what for key, what in stored.items()})
    return [list(_new(batch, known, again)) for batch in found]


def _new(batch: Sequence[New], known: dict[str, _Stored], again: Mapping[int, New]) -> Iterable[New]:
    for place in batch:
        one = again.get(id(place), place)
        stored = known.setdefault(one.id, _Stored(set()))
        if one.content in stored.contents:
            continue
        stored.newest += 1
        stored.contents.add(one.content)
        if stored.newest == one.article.revision:
            yield one
        else:
            revised = replace(one.article, revision=stored.newest)
            yield New(revised, revised.id, one.content)


def _first_revisions(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The hashes of the words of those first revisions that are stored, by id."""
    first: dict[str, str] = {}
    for chunk in chunks(ids):
        query = select(articles.c.id, articles.c.content_hash).where(articles.c.id.in_(chunk))
        first.update({row[0]: row[1] for row in connection.execute(query)})
    return first


def _stored(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, _Stored]:
    stored: dict[str, _Stored] = {}
    for chunk in chunks(keys):
        query = select(articles.c.key, articles.c.revision, articles.c.content_hash).where(
            articles.c.source == source, articles.c.key.in_(chunk)
        )
        for row in connection.execute(query):
            known = stored.setdefault(row.key, _Stored(set()))
            known.contents.add(row.content_hash)
            known.newest = max(known.newest, row.revision)
    return stored


def _with_used_ids(
    connection: Connection, source: str, by_key: Mapping[str, Sequence[New]], stored: Mapping[str, _Stored]
) -> dict[int, New]:
    """Articles whose id their feed gave to others before, under keys of their own; by the object they came as."""
    changed = [
        key
        for key, versions in by_key.items()
        if versions[0].article.kind is SourceKind.FEED
        and any(one.content not in stored[key].contents for one in versions)
    ]
    again: dict[int, New] = {}
    for chunk in chunks(changed):
        query = (
            select(articles.c.key, articles.c.title, articles.c.url, articles.c.published)
            .where(articles.c.source == source, articles.c.key.in_(chunk))
            .order_by(articles.c.revision)
        )
        newest = {row.key: (row.title, row.url, row.published) for row in connection.execute(query)}
        for key, before in newest.items():
            for one in by_key[key]:
                if is_another(one.article, *before):
                    named = one.article.url or one.article.title
                    own = f"{key[:200]}~{hashlib.sha256(named.encode()).hexdigest()[:16]}"
                    other = replace(one.article, key=own)
                    again[id(one)] = New(other, other.id, one.content)
    return again
