"""What the handlers work with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from monitor.ports import Clock
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.health import Health
from monitor.watch import RulesInForce


@dataclass(frozen=True, slots=True)
class Context:
    """The running daemon, as far as answers need it.

    Attributes:
        folder: where the rules are.
        window: how long a story can be joined, and so how long muting one makes sense.
        touched: called with a story's id once somebody has done something about it, so that its card shows it.
        saving, trying: rule files are written one after the other, and so are backtests run.
    """

    store: SqlStore
    call: StoreThread
    rules: RulesInForce
    folder: Path
    clock: Clock
    health: Health
    window: timedelta
    touched: Callable[[str], Awaitable[None]]
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)
    trying: asyncio.Lock = field(default_factory=asyncio.Lock)
