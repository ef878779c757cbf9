"""What the daemon is made of: every part built from the settings and put together, with what closes it again."""

import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from monitor import __version__
from monitor.alerts.outbox import Outbox
from monitor.alerts.recent import Recent
from monitor.alerts.upkeep import Upkeep
from monitor.config import Settings, Sources
from monitor.feed_notices import FeedNotices
from monitor.flatlines import Flatlines
from monitor.fulltext import Pages
from monitor.intake import Intake
from monitor.lock import instance
from monitor.model.story import Member
from monitor.notices import Notices, tellable, with_deliveries, with_rules
from monitor.pipeline import Pipeline
from monitor.ports import Clock, Editor, Sink
from monitor.release import Releaser
from monitor.rules.kept import Kept
from monitor.sinks import Destinations
from monitor.sources.http import GuardedClient, Limits
from monitor.sources.robots import Robots
from monitor.sources.schedule import Pace
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.stories.account import disputes
from monitor.stories.coverage import Voice, coverage
from monitor.stories.grouping import Grouper, GroupSettings
from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics
from monitor.watch import PolicyInForce, RulesInForce
from monitor.workers import FactWorkers, FeedWorkers, PageWorkers, load_extractor


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every part is given.

    Attributes:
        wake: called when articles wait for the pipeline.
        on_restart: called with the reason when a worker was replaced.
    """

    settings: Settings
    store: SqlStore
    call: StoreThread
    clock: Clock
    rng: random.Random
    metrics: Metrics
    health: Health
    wake: Callable[[], None]
    on_restart: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a daemon, ready to run.

    Attributes:
        destination: where alerts go, in words.
        window: how long a story lives after its last article.
    """

    sinks: tuple[Sink, ...]
    destination: str
    rules: RulesInForce
    policy: PolicyInForce
    recent: Recent
    window: timedelta
    client: GuardedClient
    pages: Pages
    pipeline: Pipeline
    releaser: Releaser
    flatlines: Flatlines
    feed_notices: FeedNotices
    notices: Notices
    outbox: Outbox
    upkeep: Upkeep
    intake: Intake


async def assemble(around: Surroundings, destinations: Destinations, stack: AsyncExitStack) -> Parts:
    """Build all parts; the stack closes them in the opposite order.

    Raises:
        ConfigError, StoreError: one of them cannot start; the message says what to do.
    """
    settings, store, call = around.settings, around.store, around.call
    clock, metrics = around.clock, around.metrics
    sinks, takers, channel = destinations.all, destinations.takers, settings.slack.channel
    for sink in sinks:
        stack.push_async_callback(sink.close)
    owner = instance(settings.paths.var)
    recovered = await call(store.recover, clock.now(), [sink.name for sink in sinks], owner)
    if recovered:
        structlog.get_logger("monitor.daemon").info("deliveries of an earlier run go on", deliveries=recovered)
    rules = RulesInForce(settings.paths.rules, metrics, around.health, Kept(settings.paths.var / "rules"))
    await rules.reload()
    policy = PolicyInForce(settings.paths.alerts, around.health)
    policy.reload()
    recent = Recent()
    workers = FactWorkers(
        partial(load_extractor, settings.facts.model, settings.paths.gazetteer_files),
        workers=settings.facts.workers,
        timeout=timedelta(seconds=settings.facts.timeout),
        on_restart=around.on_restart,
    )
    stack.callback(workers.close)
    page_workers = PageWorkers(around.on_restart)
    stack.callback(page_workers.close)
    window = timedelta(days=settings.stories.window_days)
    grouper = Grouper(GroupSettings(window=window, max_members=settings.stories.max_articles))
    client = feed_client(settings.sources, clock)
    stack.push_async_callback(client.close)
    feed_workers = FeedWorkers(around.on_restart)
    stack.callback(feed_workers.close)
    intake = Intake(
        store=store,
        call=call,
        client=client,
        feeds_file=settings.paths.feeds,
        seeds_folder=settings.paths.seeds,
        pace=pace(settings.sources),
        concurrency=settings.sources.concurrency,
        clock=clock,
        rng=around.rng,
        metrics=metrics,
        health=around.health,
        on_new=around.wake,
        read=feed_workers.read,
    )
    stack.push_async_callback(intake.close)
    pages = Pages(
        store=store,
        call=call,
        client=client,
        robots=Robots(client, "newsmonitor", clock.now),
        workers=page_workers,
        mode_of=intake.full_text,
        clock=clock,
        metrics=metrics,
        on_ready=around.wake,
    )
    stack.push_async_callback(pages.close)
    pipeline = Pipeline(
        store=store,
        call=call,
        extractor=workers,
        grouper=grouper,
        sinks=takers,
        default_channel=channel,
        clock=clock,
        metrics=metrics,
        policy=lambda: policy.policy,
        recent=recent,
        pages=pages,
    )
    outbox = Outbox(
        store,
        sinks,
        clock,
        around.rng,
        owner,
        call=call,
        log=structlog.get_logger("monitor.outbox"),
        late_after=lambda: policy.policy.late,
    )

    def blocked() -> list[str]:
        # What takes no alerts until a person mends it, as far as that can be told by another way.
        return tellable(outbox.troubles, settings.slack.fallback_channel or channel)

    notices = Notices(
        {
            "rules": with_rules(lambda: rules.mistakes),
            "deliveries": with_deliveries(blocked, settings.slack.fallback_channel),
        },
        store=store,
        call=call,
        sinks=takers,
        channel=channel,
        clock=clock,
    )
    editors = [sink for sink in sinks if isinstance(sink, Editor)]
    parts = Parts(
        sinks=sinks,
        destination=destinations.told,
        rules=rules,
        policy=policy,
        recent=recent,
        window=window,
        client=client,
        pages=pages,
        pipeline=pipeline,
        releaser=Releaser(
            store=store,
            call=call,
            sinks=takers,
            clock=clock,
            recent=recent,
            metrics=metrics,
            rules=lambda: rules.book.rules,
            policy=lambda: policy.policy,
            default_channel=channel,
        ),
        flatlines=Flatlines(
            store=store,
            call=call,
            book=lambda: rules.book,
            sinks=takers,
            default_channel=channel,
            clock=clock,
            metrics=metrics,
            policy=lambda: policy.policy,
        ),
        feed_notices=FeedNotices(
            store=store, call=call, sinks=[sink.name for sink in sinks], channel=channel, clock=clock
        ),
        notices=notices,
        outbox=outbox,
        upkeep=Upkeep(store, editors, clock, call=call, log=structlog.get_logger("monitor.upkeep"), account=account_of),
        intake=intake,
    )
    await intake.open()
    return parts


def account_of(members: Sequence[Member]) -> tuple[str, Sequence[str]]:
    """Whose text a story's copies repeat, and what its reports say against one another."""
    voices = [Voice(member.outlet, member.owner, member.text, member.relation) for member in members]
    return coverage(voices).wire, disputes(members)


def feed_client(sources: Sources, clock: Clock) -> GuardedClient:
    """The client that everything is fetched with."""
    return GuardedClient(
        user_agent=user_agent(sources.contact),
        limits=Limits(
            total=sources.timeout,
            wire=sources.max_bytes,
            body=sources.max_unpacked_bytes,
            connections=sources.host_connections,
            rate=sources.host_rate,
        ),
        allow_networks=sources.allow_networks,
        now=clock.now,
    )


def pace(sources: Sources) -> Pace:
    """How often feeds are polled; an average beyond the bounds moves them."""
    shortest, longest = min(sources.min_interval, sources.interval), max(sources.max_interval, sources.interval)
    return Pace(
        interval=timedelta(seconds=sources.interval),
        minimum=timedelta(seconds=shortest),
        maximum=timedelta(seconds=longest),
    )


def user_agent(contact: str) -> str:
    """The honest name under which feeds are fetched."""
    return f"newsmonitor/{__version__}" + (f" (+{contact})" if contact else "")
