"""Feeds: how each is doing, those in trouble first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from monitor.model.article import Feed, FeedState
from monitor.sources.condition import Condition, standing
from monitor.sources.pacing import a_day
from monitor.web import page
from monitor.web.context import Context
from monitor.web.page import Page

_PER_PAGE = 100
_DELAYS_OF = timedelta(days=14)
_ORDER = ("failing", "gone", "another feed", "not polled yet", "healthy", "off")


@dataclass(frozen=True, slots=True)
class Line:
    """One feed; `delay` is seconds from publication to being stored, None where that is not known."""

    feed: Feed
    state: FeedState | None
    standing: str
    condition: Condition | None
    articles_a_day: float | None
    delay: float | None

    @property
    def last_error(self) -> str:
        """What was wrong with it last, "" while it is healthy."""
        return (self.state.last_error or self.state.other) if self.state else ""

    @property
    def newest(self) -> datetime | None:
        """When something new came."""
        return self.state.last_new if self.state else None


async def index(context: Context, request: web.Request) -> Page:
    """A table, a hundred at a time; by name or address, or only those in trouble."""
    asked, only = page.asked(request, "q"), page.asked(request, "show")
    states, troubles = context.feed_states(), context.feed_troubles()
    feeds = [
        feed
        for feed in context.feeds()
        if (not asked or asked.casefold() in f"{feed.name} {feed.url} {feed.group}".casefold())
        and (only != "trouble" or _in_trouble(feed, states, troubles))
    ]
    feeds.sort(key=lambda feed: _order(feed, states, troubles))
    which = page.number(request)
    limit, offset = page.bounds(which, _PER_PAGE)
    shown = feeds[offset : offset + limit]
    since = context.clock.now() - _DELAYS_OF
    delays = await context.reads(
        lambda: context.store.feed_delays(since, sources=[feed.url for feed in shown[:_PER_PAGE]])
    )
    lines = [_line(feed, states.get(feed.url), troubles.get(feed.url), delays.get(feed.url)) for feed in shown]
    total = context.feeds()
    return Page(
        "feeds.html",
        {
            "feeds": page.part(lines, which, _PER_PAGE),
            "asked": asked,
            "only": only,
            "total": len(total),
            "in_trouble": sum(_in_trouble(feed, states, troubles) for feed in total),
        },
    )


def _in_trouble(feed: Feed, states: Mapping[str, FeedState], troubles: Mapping[str, Condition]) -> bool:
    return feed.url in troubles or standing(feed, states.get(feed.url)) in {"failing", "gone", "another feed"}


def _order(
    feed: Feed, states: Mapping[str, FeedState], troubles: Mapping[str, Condition]
) -> tuple[bool, int, str, str]:
    return (
        feed.url not in troubles,
        _ORDER.index(standing(feed, states.get(feed.url))),
        feed.group.casefold(),
        (feed.name or feed.url).casefold(),
    )


def _line(feed: Feed, state: FeedState | None, condition: Condition | None, delay: float | None) -> Line:
    articles = a_day(state) if state is not None and state.rhythm else None
    return Line(feed, state, standing(feed, state), condition, articles, delay)
