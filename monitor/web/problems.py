"""What is wrong now, in words for the person on duty: the banner of the first page."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.troubles import Trouble
from monitor.web.context import Context

MANY_WAIT = 1_000
"""Articles that wait to be processed before it is worth a word; a large feed's first poll brings hundreds."""
NO_POLL_FOR = timedelta(hours=1)
_NAMED = 3
_HEADS: Mapping[str, str] = {
    "database": "The database is in trouble",
    "pipeline": "Articles are not being processed",
    "alerts": "Alerts are late",
    "rules": "Rule files have mistakes; what they said before stays in force",
    "routes": "alerts.yaml has a mistake; what it said before stays in force",
    "feeds.yaml": "The feed list has a mistake; the feeds stay as they were",
    "answers": "Answers from Slack do not come through",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        grave: somebody should act now.
        head: what it is; detail: what was said about it, and what to do.
        since: when it began, None where that is not known.
        link: the page that tells more, "" for none.
    """

    grave: bool
    head: str
    detail: str = ""
    since: datetime | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """What waits.

    Attributes:
        backlog: articles not processed yet.
        deliveries: deliveries not settled yet; oldest: when the oldest of their alerts was raised.
        dead: deliveries given up within a day.
    """

    backlog: int
    deliveries: int
    oldest: datetime | None
    dead: int


def problems(context: Context, load: Load) -> list[Problem]:
    """All that is wrong, gravest first."""
    found = [*_sinks(context), *_parts(context), *_network(context), *_intake(context, load)]
    return sorted(found, key=lambda problem: not problem.grave)


def lamp(context: Context) -> str:
    """How the daemon itself is doing, in one word: "ok", "degraded" or "failing"."""
    found = [*_sinks(context), *_parts(context), *_network(context)]
    return "failing" if any(problem.grave for problem in found) else "degraded" if found else "ok"


def _sinks(context: Context) -> Iterator[Problem]:
    for trouble in context.troubles():
        where = _where(trouble)
        if trouble.operator:
            head = f"{where} takes no alerts until somebody mends it"
            detail = f"{trouble.error}. Nothing is lost: what waits is delivered once it is mended."
            yield Problem(True, head, detail, trouble.since, "/alerts?show=waiting")
        else:
            detail = f"{trouble.error}. It is tried again by itself, and nothing is lost."
            yield Problem(False, f"{where} takes no alerts just now", detail, trouble.since, "/alerts?show=waiting")


def _where(trouble: Trouble) -> str:
    return f"{trouble.sink.capitalize()} {trouble.channel}".strip()


def _parts(context: Context) -> Iterator[Problem]:
    told = bool(context.troubles())
    for name, (state, detail) in context.health.parts().items():
        # Feeds have their own words below: of thousands, some always fail for a minute.
        if state == "ok" or name == "feeds" or (name == "alerts" and told):
            continue
        link = {"rules": "/rules", "alerts": "/alerts?show=waiting", "feeds.yaml": "/feeds"}.get(name, "")
        yield Problem(state == "failing", _HEADS.get(name, f"{name}: {state}"), detail, link=link)


def _intake(context: Context, load: Load) -> Iterator[Problem]:
    troubled = list(context.feed_troubles().values())
    if troubled:
        count = len(troubled)
        lines = "; ".join(condition.line for condition in troubled[:_NAMED])
        more = f"; and {count - _NAMED} more" if count > _NAMED else ""
        head = "1 feed needs a look" if count == 1 else f"{count:,} feeds need a look"
        yield Problem(False, head, lines + more, link="/feeds?show=trouble")
    if load.backlog > MANY_WAIT:
        yield Problem(False, f"{load.backlog:,} articles wait to be processed", "Alerts about them come late.")
    if load.dead:
        head = "1 alert could not be delivered" if load.dead == 1 else f"{load.dead:,} alerts could not be delivered"
        yield Problem(True, head, "Each says why, and can be sent again.", link="/alerts?show=dead")


def _network(context: Context) -> Iterator[Problem]:
    """What is wrong with all feeds at once."""
    states, last = context.feed_states(), last_poll(context)
    if len(states) > 1 and all(state.failures or state.retired for state in states.values()):
        error = max(Counter(state.last_error for state in states.values()).items(), key=lambda item: item[1])[0]
        yield Problem(True, "No feed can be read", f"Most say: {error}" if error else "", last, "/feeds")
    elif last is not None and context.clock.now() - last > NO_POLL_FOR:
        yield Problem(True, "No feed has been read for a while", "Is the network up?", last, "/feeds")


def last_poll(context: Context) -> datetime | None:
    """When a feed was last read, None where none has been."""
    return max((state.last_ok for state in context.feed_states().values() if state.last_ok), default=None)
