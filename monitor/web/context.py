"""What the pages work with."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.alerts.troubles import Trouble
from monitor.model.article import Feed, FeedState
from monitor.ports import Clock
from monitor.sources.condition import Condition
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.health import Health
from monitor.watch import RulesInForce


@dataclass(frozen=True, slots=True)
class Context:
    """The running daemon, as far as pages need it.

    Attributes:
        call: where the daemon's own store calls run; changes are made there.
        reads: where pages are answered from, so that a long list delays nothing else.
        feeds, feed_states, feed_troubles: the feeds that are polled, what is known of them, and what is wrong.
        troubles: what takes no alerts for now.
        window: how long a story can be joined, and so how long muting one makes sense.
        touched: called with a story's id once somebody has done something about it.
        nudge: called when something is to be sent.
    """

    store: SqlStore
    call: StoreThread
    reads: StoreThread
    clock: Clock
    health: Health
    rules: RulesInForce
    feeds: Callable[[], Sequence[Feed]]
    feed_states: Callable[[], Mapping[str, FeedState]]
    feed_troubles: Callable[[], Mapping[str, Condition]]
    troubles: Callable[[], Sequence[Trouble]]
    window: timedelta
    touched: Callable[[str], Awaitable[None]]
    nudge: Callable[[], None]
