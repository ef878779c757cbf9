"""Where alerts go: one module a kind, each with `make(options, deps)`; only configured kinds are imported."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points

from structlog.typing import FilteringBoundLogger

from monitor.errors import ConfigError
from monitor.ports import Clock, Sink

KINDS = ("console", "slack", "slack_webhook", "webhook", "apprise", "jsonl")
ENTRY_POINTS = "monitor.sinks"


@dataclass(frozen=True, slots=True)
class Deps:
    """What sinks are given.

    Attributes:
        sleep, monotonic: how they wait and measure waiting, in seconds.
    """

    clock: Clock
    log: FilteringBoundLogger
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Destinations:
    """Every sink in use, by what it takes.

    Attributes:
        main: takes plain channels, such as "#news".
        records: take every alert besides.
        addressed: take channels of their kind, such as "webhook:siem".
        told: the same in words, for the person who starts it.
    """

    main: Sink
    records: tuple[Sink, ...] = ()
    addressed: tuple[Sink, ...] = ()
    told: str = ""

    @property
    def all(self) -> tuple[Sink, ...]:
        """Every sink."""
        return (self.main, *self.records, *self.addressed)

    @property
    def takers(self) -> tuple[str, ...]:
        """Names of those that take plain channels: the main one first, then the records."""
        return tuple(sink.name for sink in (self.main, *self.records))


def make(kind: str, options: Mapping[str, object], deps: Deps) -> Sink:
    """The sink of a kind: a module of this package, or an entry point in the group "monitor.sinks".

    Raises:
        ConfigError: no such kind, or its options are wrong.
    """
    if kind in KINDS:
        sink: Sink = import_module(f"monitor.sinks.{kind}").make(options, deps)
        return sink
    for entry in entry_points(group=ENTRY_POINTS, name=kind):
        third_party: Sink = entry.load()(options, deps)
        return third_party
    known = ", ".join(sorted({*KINDS, *(entry.name for entry in entry_points(group=ENTRY_POINTS))}))
    raise ConfigError(f"sink {kind!r} is not known; use one of {known}, or install the package that brings it")
