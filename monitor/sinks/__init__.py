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

KINDS = ("console", "slack", "slack_webhook")
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
