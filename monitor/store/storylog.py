"""Stories as people look at them and set them right: lists, members with their decisions, and moves made by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from monitor.model.article import Article
from monitor.model.story import Move, Relation, StoryDecision
from monitor.store.articles import read_article
from monitor.store.connected import Connected, begins, chunks
from monitor.store.engine import transaction
from monitor.store.outcomes import read_story
from monitor.store.storyorder import lock_stories
from monitor.store.tables import articles, stories, story_moves


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One story in a list.

    Attributes:
        first, last: when its first and newest article were fetched.
        title: of the first.
        outlets: how many report it themselves.
    """

    story_id: str
    title: str
    first: datetime
    last: datetime
    articles: int
    outlets: int
    copies: int
    updates: int


@dataclass(frozen=True, slots=True)
class Told:
    """An article of a story with what was decided about it."""

    article: Article
    decision: StoryDecision

    @property
    def time(self) -> datetime:
        """When it was told: a report when it was published, an edit, which keeps its date, when it was seen."""
        return self.article.fetched if self.decision.relation is Relation.EDITED else self.article.time


class StoryLog(Connected):
    """Reads stories, and moves articles between them."""

    def stories(self, *, limit: int = 50, contains: str = "") -> list[StoryLine]:
        """Stories with the newest articles first; those with some words in a title."""
        mine = select(stories.c.story_id, func.max(articles.c.fetched).label("last")).join(
            articles, articles.c.id == stories.c.article_id
        )
        if contains:
            mine = mine.where(articles.c.title.icontains(contains, autoescape=True))
        newest = mine.group_by(stories.c.story_id).order_by(func.max(articles.c.fetched).desc()).limit(limit)
        with transaction(self._engine, read_only=True) as connection:
            ids = [row.story_id for row in connection.execute(newest)]
            found: dict[str, list[tuple[datetime, str, str, str]]] = {}
            for chunk in chunks(ids):
                query = (
                    select(
                        stories.c.story_id,
                        stories.c.relation,
                        articles.c.fetched,
                        articles.c.title,
                        articles.c.outlet,
                        articles.c.owner,
                    )
                    .join(articles, articles.c.id == stories.c.article_id)
                    .where(stories.c.story_id.in_(chunk))
                    .order_by(stories.c.seq)
                )
                for row in connection.execute(query):
                    told = (row.fetched, row.title, row.owner or row.outlet, row.relation)
                    found.setdefault(row.story_id, []).append(told)
        return [_line(story_id, found[story_id]) for story_id in ids]

    def story_told(self, prefix: str) -> list[Told]:
        """The articles of the story whose id begins so, in the order decided; none where that is no single story."""
        with transaction(self._engine, read_only=True) as connection:
            mine = begins(stories.c.story_id, prefix)
            ids = connection.execute(select(stories.c.story_id).where(mine).distinct().limit(2)).scalars().all()
            if len(ids) != 1:
                return []
            query = (
                select(articles, *(column for column in stories.columns if column.name not in {"article_id", "seq"}))
                .join(articles, articles.c.id == stories.c.article_id)
                .where(stories.c.story_id == ids[0])
                .order_by(stories.c.seq)
            )
            return [Told(read_article(row), read_story(row, row.id)) for row in connection.execute(query)]

    def move(self, article_ids: Sequence[str], story_id: str, now: datetime) -> int:
        """Put articles into a story, and leave word for the daemon; how many were not in it before.

        Nothing alerts for that: what the articles have raised counts as told in their new story.
        """
        moved = 0
        with transaction(self._engine) as connection:
            lock_stories(connection)
            for article_id in article_ids:
                changed = connection.execute(
                    update(stories)
                    .where(stories.c.article_id == article_id, stories.c.story_id != story_id)
                    .values(story_id=story_id)
                ).rowcount
                if changed:
                    connection.execute(story_moves.insert().values(article_id=article_id, story_id=story_id, at=now))
                    moved += 1
        return moved

    def moves_between(self, first: int, last: int) -> list[Move]:
        """Moves made by hand, by number, both included, in order."""
        query = select(story_moves).where(story_moves.c.id.between(first, last)).order_by(story_moves.c.id)
        with transaction(self._engine, read_only=True) as connection:
            return [Move(row.article_id, row.story_id) for row in connection.execute(query)]


def _line(story_id: str, told: Sequence[tuple[datetime, str, str, str]]) -> StoryLine:
    return StoryLine(
        story_id=story_id,
        title=told[0][1],
        first=told[0][0],
        last=max(fetched for fetched, *_ in told),
        articles=len(told),
        outlets=len({outlet for _, _, outlet, relation in told if outlet and relation != Relation.COPY}),
        copies=sum(relation == Relation.COPY for *_, relation in told),
        updates=sum(relation == Relation.UPDATE for *_, relation in told),
    )
