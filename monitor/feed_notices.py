"""Troubles of feeds, told in the alert channel once: when a feed breaks or falls silent, and when it is well."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from monitor.model.article import Feed, FeedState
from monitor.model.rule import Severity
from monitor.model.trend import OpenNotice
from monitor.notices import Notice, processed
from monitor.ports import Clock
from monitor.sources.condition import Condition, Trouble, is_silent
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore

_TOPIC = "feed "
# From so many on, and if they are most of all feeds, the trouble is likelier at home.
_MANY = 5


class FeedNotices:
    """Tells what has changed since it was told last, all that comes up together on one card.

    Each troubled feed remembers, in the database, on which card it was told, and is told to be well in that thread.
    """

    def __init__(self, *, store: SqlStore, call: StoreThread, sinks: Sequence[str], channel: str, clock: Clock) -> None:
        self._store, self._call = store, call
        self._sinks, self._channel, self._clock = tuple(sinks), channel, clock
        self._said: dict[str, OpenNotice] | None = None
        self._log = structlog.get_logger("monitor.notices")

    async def look(
        self, feeds: Sequence[Feed], states: Mapping[str, FeedState], troubles: Mapping[str, Condition]
    ) -> int:
        """Tell what has changed; how many cards that were."""
        now = self._clock.now()
        if self._said is None:
            open_now = await self._call(self._store.open_notices, _TOPIC)
            self._said = {notice.topic.removeprefix(_TOPIC): notice for notice in open_now}
        names = {feed.url: feed.name or feed.url for feed in feeds}
        begun = {url: found for url, found in troubles.items() if url not in self._said}
        over = {
            url: said
            for url, said in self._said.items()
            if url not in names or (url not in troubles and _well(said, states.get(url), now))
        }
        told = 0
        for story in {said.story_id for said in over.values()}:
            ended = [url for url, said in over.items() if said.story_id == story]
            # A feed that is no longer listed, or counts as what it has become, needs no word.
            well = [url for url in ended if url in names and not _accepted(self._said[url], states.get(url))]
            await self._tell_ended(story, ended, [names[url] for url in well], now)
            told += bool(well)
        if begun:
            await self._tell_begun(begun, len(feeds), now)
            told += 1
        return told

    async def _tell_begun(self, begun: Mapping[str, Condition], feeds: int, now: datetime) -> None:
        conditions = list(begun.values())
        notice = Notice(
            key=f"feeds {now.isoformat()}",
            headline=_headline(conditions, feeds),
            lines=tuple(f"{one.line}" for one in conditions),
            label="Feed",
            advice="failing feeds are asked again by themselves; see `monitor feeds health`",
            severity=Severity.HIGH if len(begun) >= _MANY else Severity.MEDIUM,
        )
        told, current = processed(notice, _TOPIC, None, self._channel, now)
        new = {
            url: replace(current, topic=f"{_TOPIC}{url}", text=condition.trouble.name)
            for url, condition in begun.items()
        }
        topics = {notice.topic: notice for notice in new.values()}
        await self._call(lambda: self._store.tell(told, self._sinks, now, topics=topics))
        self._said = {**(self._said or {}), **new}
        self._log.info("told in the alert channel", topic="feeds", headline=notice.headline)

    async def _tell_ended(self, story: str, ended: Sequence[str], well: Sequence[str], now: datetime) -> None:
        said = self._said or {}
        before = max((one for one in said.values() if one.story_id == story), key=lambda one: one.seq)
        notice = Notice(
            key=f"feeds well {story} {now.isoformat()}",
            headline=f"{well[0]} is well again" if len(well) == 1 else f"{len(well)} feeds are well again",
            lines=tuple(well) if len(well) > 1 else (),
            label="Feed",
            advice="",
            severity=Severity.LOW,
        )
        told, current = processed(notice, _TOPIC, before, self._channel, now)
        left = {url: one for url, one in said.items() if url not in ended}
        if well:
            # The thread's count goes on with those that are left in it.
            left = {url: replace(one, seq=current.seq) if one.story_id == story else one for url, one in left.items()}
        topics: dict[str, OpenNotice | None] = {f"{_TOPIC}{url}": None for url in ended}
        topics |= {one.topic: one for one in left.values() if one.story_id == story}
        if well:
            await self._call(lambda: self._store.tell(told, self._sinks, now, topics=topics))
            self._log.info("told in the alert channel", topic="feeds", headline=notice.headline)
        else:
            await self._call(self._store.close_notices, [f"{_TOPIC}{url}" for url in ended])
        self._said = left


def _well(said: OpenNotice, state: FeedState | None, now: datetime) -> bool:
    """Whether the feed has done what its trouble kept it from."""
    if state is None:
        # It was added anew, and nothing is known yet.
        return False
    if said.text == Trouble.STALE.name:
        return not is_silent(state, now)
    if said.text == Trouble.OTHER.name:
        return not state.other
    return not state.failures and not state.retired


def _accepted(said: OpenNotice, state: FeedState | None) -> bool:
    """Whether a feed that has become another one counts as that."""
    return said.text == Trouble.OTHER.name and state is not None and state.other_since is not None


def _headline(conditions: Sequence[Condition], feeds: int) -> str:
    if len(conditions) == 1:
        return f"{conditions[0].line.partition(': ')[0]} {conditions[0].trouble.value}"
    if len(conditions) >= _MANY and len(conditions) > feeds / 2:
        return f"{len(conditions)} of {feeds} feeds fail: is this machine's own network up?"
    return f"{len(conditions)} feeds need a look"
