"""What is served beside /healthz and /metrics: the web page and the feeds of alerts."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import structlog
from aiohttp import web

from monitor.feedpage import AlertFeeds
from monitor.parts import Parts, Surroundings
from monitor.storage import StoreThread
from monitor.web.access import Access
from monitor.web.app import WebPage
from monitor.web.context import Context


def served(
    parts: Parts, around: Surroundings, touched: Callable[[str], Awaitable[None]], stack: AsyncExitStack
) -> list[web.RouteDef]:
    """The routes; the stack closes what they need.

    Raises:
        ConfigError: the page's password cannot be read.
    """
    settings, reads = around.settings, StoreThread()
    stack.callback(reads.close)
    context = Context(
        store=around.store,
        call=around.call,
        reads=reads,
        clock=around.clock,
        health=around.health,
        rules=parts.rules,
        feeds=lambda: parts.intake.feeds,
        feed_states=lambda: parts.intake.states,
        feed_troubles=parts.intake.troubles,
        troubles=lambda: parts.outbox.troubles,
        window=parts.window,
        touched=touched,
        nudge=parts.outbox.nudge,
    )
    access = Access(settings.health.host, settings.web.shared_password, around.clock)
    if access.shut:
        structlog.get_logger("monitor.web").warning(
            "the web page is closed: others could reach it, and it has no password; set web.password_file",
            host=settings.health.host,
        )
    return [*AlertFeeds(around.store, reads).routes(), *WebPage(context, access).routes()]
