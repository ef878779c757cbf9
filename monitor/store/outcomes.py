"""What was decided: matches, facts, stories, alert decisions and alerts, one transaction for each article."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Text, case, cast, func, select, update
from sqlalchemy.engine import Connection

from monitor.alerts.upkeep import AT_MOST_EVERY
from monitor.errors import OvertakenError
from monitor.model.alert import Alert, AlertDecision
from monitor.model.article import SourceKind, likely_time
from monitor.model.facts import Facts
from monitor.model.rule import Hit, Match
from monitor.model.story import Change, Member, Position, Relation, StoryDecision
from monitor.ports import Processed
from monitor.store.connected import CLOCK_WRONG, Connected, chunks, insert_missing
from monitor.store.edits import note_news
from monitor.store.engine import transaction
from monitor.store.raising import raised_by, read_alert, read_decision, write_alerts
from monitor.store.storyorder import lock_stories, position
from monitor.store.tables import alerts, articles, decisions, facts, matches, rule_names, stories
from monitor.wire import from_json, to_json


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that is known about one article after it was processed."""

    processed: datetime | None
    matches: tuple[Match, ...]
    facts: Facts | None
    story: StoryDecision | None
    decisions: tuple[AlertDecision, ...]


class OutcomeStore(Connected):
    """Reads and writes decisions."""

    def commit(
        self, processed: Sequence[Processed], sinks: Sequence[str], now: datetime, seen: Position | None = None
    ) -> frozenset[str]:
        """Store decisions, alerts and one delivery per alert and sink, and mark the articles processed.

        An article that is marked already keeps what was decided first; the ids of the others come back.

        Raises:
            OvertakenError: stories have got farther than `seen`, which the decisions rest on; nothing was stored.
        """
        written = set()
        with transaction(self._engine) as connection:
            seq = 0
            if any(outcome.story is not None for outcome in processed):
                lock_stories(connection)
                at = position(connection)
                if seen is not None and at != seen:
                    raise OvertakenError("another program has put articles into stories meanwhile; decided again")
                seq = at.member
            for outcome in processed:
                marked = connection.execute(
                    update(articles)
                    .where(articles.c.id == outcome.article.id, articles.c.processed.is_(None))
                    .values(processed=now)
                )
                if marked.rowcount:
                    written.add(outcome.article.id)
                    seq += outcome.story is not None
                    _write(connection, outcome, sinks, now, seq)
                    if outcome.story is not None and outcome.story.relation is not Relation.NEW:
                        note_news(connection, outcome.story.story_id, now, AT_MOST_EVERY)
        return frozenset(written)

    def position(self) -> Position:
        """How far stories have got."""
        with transaction(self._engine, read_only=True) as connection:
            return position(connection)

    def live_since(self, window: timedelta, limit: int) -> int:
        """The number of the first member that can still be joined.

        It was fetched at most `window` before the newest, and is among the newest `limit`.
        """
        joined = stories.join(articles, articles.c.id == stories.c.article_id)
        newest = select(articles.c.fetched).select_from(joined).order_by(stories.c.seq.desc()).limit(1)
        with transaction(self._engine, read_only=True) as connection:
            last = connection.execute(newest).scalar()
            if last is None:
                return 1
            # What was fetched far ahead of the last one met a clock that has been set right since.
            latest = select(func.max(articles.c.fetched)).select_from(joined)
            last = connection.execute(latest.where(articles.c.fetched <= last + CLOCK_WRONG)).scalar() or last
            begins = select(func.min(stories.c.seq)).select_from(joined).where(articles.c.fetched >= last - window)
            return max(connection.execute(begins).scalar() or 1, position(connection).member - limit + 1)

    def members_between(self, first: int, last: int) -> list[Member]:
        """Members by number, both included, in order; text only where there is no trace."""
        with transaction(self._engine, read_only=True) as connection:
            rows = connection.execute(_MEMBERS.where(stories.c.seq.between(first, last)))
            return [_member(row) for row in rows]

    def members(self, since: datetime) -> list[Member]:
        """Articles in stories fetched since then, in the order they were decided; text only where there is no trace."""
        with transaction(self._engine, read_only=True) as connection:
            return [_member(row) for row in connection.execute(_MEMBERS.where(articles.c.fetched >= since))]

    def story(self, story_id: str) -> list[Member]:
        """The articles of one story, in the order they were decided."""
        with transaction(self._engine, read_only=True) as connection:
            query = (
                select(*(stories.c[name] for name in ("story_id", "relation", "trace")), *_TOLD)
                .join(articles, articles.c.id == stories.c.article_id)
                .where(stories.c.story_id == story_id)
                .order_by(stories.c.seq)
            )
            return [_member(row) for row in connection.execute(query)]

    def outcome(self, article_id: str) -> Outcome:
        """What was decided about an article, for people who ask."""
        with transaction(self._engine, read_only=True) as connection:
            done = connection.execute(
                select(articles.c.processed).where(articles.c.id == article_id)
            ).scalar_one_or_none()
            found = connection.execute(
                select(matches).where(matches.c.article_id == article_id).order_by(matches.c.rule_id)
            ).all()
            body = connection.execute(select(facts.c.body).where(facts.c.article_id == article_id)).scalar_one_or_none()
            story = connection.execute(select(stories).where(stories.c.article_id == article_id)).one_or_none()
            decided = connection.execute(
                select(decisions).where(decisions.c.article_id == article_id).order_by(decisions.c.channel)
            ).all()
        return Outcome(
            processed=done,
            matches=tuple(Match(row.rule_id, row.rule_version, from_json(tuple[Hit, ...], row.hits)) for row in found),
            facts=from_json(Facts, body) if body is not None else None,
            story=read_story(story, article_id) if story is not None else None,
            decisions=tuple(read_decision(row) for row in decided),
        )

    def decided_since(self, since: datetime) -> list[tuple[datetime, AlertDecision]]:
        """Decisions since then with their times, oldest first; what they held back is not in them."""
        query = select(decisions).where(decisions.c.at >= since).order_by(decisions.c.at)
        with transaction(self._engine, read_only=True) as connection:
            return [(row.at, read_decision(row)) for row in connection.execute(query)]

    def decided_for(self, rule_id: str, limit: int) -> list[tuple[datetime, AlertDecision]]:
        """The newest decisions in which the rule speaks, or is kept from speaking, with their times."""
        # Rules are a short JSON list in a small table; the exact comparison is made here.
        naming = select(decisions).where(cast(decisions.c.rules, Text).contains(json.dumps(rule_id), autoescape=True))
        matched = select(matches.c.article_id).where(matches.c.rule_id == rule_id).order_by(matches.c.at.desc())
        with transaction(self._engine, read_only=True) as connection:
            rows = list(connection.execute(naming.order_by(decisions.c.at.desc()).limit(limit)))
            ids = list(connection.execute(matched.limit(limit)).scalars())
            for some in chunks(ids):
                rows += connection.execute(select(decisions).where(decisions.c.article_id.in_(some)))
        found = {(row.article_id, row.channel): (row.at, read_decision(row)) for row in rows if row.at is not None}
        mine = [one for one in found.values() if rule_id in one[1].rules or one[1].left_out(rule_id)]
        return sorted(mine, key=lambda one: one[0], reverse=True)[:limit]

    def alerts_of(self, story_id: str) -> list[Alert]:
        """The alerts a story and its articles have raised, in all channels, oldest first."""
        query = select(alerts).where(raised_by(story_id)).order_by(alerts.c.created, alerts.c.seq)
        with transaction(self._engine, read_only=True) as connection:
            return [read_alert(row) for row in connection.execute(query)]


_TOLD = [column for column in articles.columns if column.name not in {"html", "seq"}]
_MEMBERS = (
    select(
        stories.c.story_id,
        stories.c.relation,
        stories.c.trace,
        articles.c.id,
        *(articles.c[name] for name in ("source", "key", "url", "title", "lang", "outlet", "owner", "kind")),
        articles.c.addresses,
        case((stories.c.trace.is_(None), articles.c.text), else_="").label("text"),
        articles.c.published,
        articles.c.fetched,
    )
    .join(articles, articles.c.id == stories.c.article_id)
    .order_by(stories.c.seq)
)


def _write(connection: Connection, outcome: Processed, sinks: Sequence[str], now: datetime, seq: int) -> None:
    article_id = outcome.article.id
    insert_missing(
        connection,
        matches,
        [
            {
                "article_id": article_id,
                "rule_id": match.rule_id,
                "rule_version": match.rule_version,
                "hits": to_json(tuple[Hit, ...], match.hits),
                "at": outcome.article.moment,
            }
            for match in outcome.matches
        ],
    )
    insert_missing(
        connection,
        rule_names,
        [
            {"rule_id": rule_id, "article_id": article_id, **asdict(name)}
            for rule_id, names in outcome.met.items()
            for name in names
        ],
    )
    if outcome.facts is not None:
        insert_missing(connection, facts, [{"article_id": article_id, "body": to_json(Facts, outcome.facts)}])
    if outcome.story is not None:
        row = to_json(StoryDecision, outcome.story) | {"trace": outcome.trace or None, "seq": seq}
        connection.execute(stories.insert().values(row))
    write_alerts(connection, outcome, sinks, now)


def _member(row: Row[*tuple[Any, ...]]) -> Member:
    return Member(
        story_id=row.story_id,
        article_id=row.id,
        source=row.source,
        key=row.key,
        url=row.url,
        title=row.title,
        text=row.text,
        lang=row.lang,
        outlet=row.outlet,
        owner=row.owner,
        time=likely_time(row.published, row.fetched, SourceKind(row.kind)),
        fetched=row.fetched,
        relation=Relation(row.relation),
        trace=row.trace or b"",
        addresses=tuple(row.addresses),
    )


def read_story(row: Row[*tuple[Any, ...]], article_id: str) -> StoryDecision:
    """An article's story decision from a row that has its columns."""
    return StoryDecision(
        article_id=article_id,
        story_id=row.story_id,
        relation=Relation(row.relation),
        of=row.of,
        reason=row.reason,
        score=row.score,
        evidence=tuple(row.evidence),
        changes=from_json(tuple[Change, ...], row.changes),
    )
