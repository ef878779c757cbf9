"""The first page: is everything running, and what has been told today."""

from datetime import datetime, timedelta

from aiohttp import web

from monitor.alerts.words import WORDS
from monitor.store.sql import SqlStore
from monitor.web import page
from monitor.web.context import Context
from monitor.web.page import Page
from monitor.web.problems import Load, last_poll, problems

TODAY = timedelta(hours=24)
_MOST_REASONS = 6


async def show(context: Context, request: web.Request) -> Page:
    """What is wrong, what waits, and the stories of the last 24 hours by severity."""
    now = context.clock.now()
    since, which = now - TODAY, page.number(request)
    limit, offset = page.bounds(which)
    store = context.store
    load = await context.reads(_load, store, since)
    stories = await context.reads(lambda: store.told_since(since, limit=limit, offset=offset))
    held = await context.reads(store.held_counts)
    untold = await context.reads(store.not_told_counts, since)
    silences = await context.reads(store.silences, now)
    states = context.feed_states()
    return Page(
        "now.html",
        {
            "problems": problems(context, load),
            "load": load,
            "last_poll": last_poll(context),
            "feeds": len(context.feeds()),
            "failing": sum(bool(state.failures) for state in states.values()),
            "rules": len(context.rules.book.matcher.rules),
            "silences": len(silences),
            "stories": page.part(stories, which),
            "held": sorted(held.items(), key=lambda item: -item[1]),
            "untold": sorted(untold.items(), key=lambda item: -item[1])[:_MOST_REASONS],
            "words": WORDS,
            "now": now,
        },
    )


def _load(store: SqlStore, since: datetime) -> Load:
    waiting, oldest = store.open_deliveries()
    return Load(store.backlog(), waiting, oldest, store.dead_since(since))
