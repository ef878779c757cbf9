"""The seams: what can be replaced, each as a Protocol over the nouns."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

from monitor.model.alert import Alert, AlertDecision, Delivery, Held, Standing
from monitor.model.article import Article, Batch, FeedState
from monitor.model.facts import Facts
from monitor.model.rule import Match
from monitor.model.story import Member, Position, StoryDecision
from monitor.model.trend import SeenName


class Clock(Protocol):
    """Where the time comes from, so that a test or a replay can run a week in a second."""

    def now(self) -> datetime:
        """The present time, aware and in UTC."""


class FactExtractor(Protocol):
    """Turns a document into key facts."""

    async def extract(self, document: str, published: datetime, lang: str, title_length: int = 0) -> Facts:
        """Facts of the document, whose first `title_length` characters are its title.

        Time expressions are reckoned from `published`.

        Raises:
            ExtractionError: the worker died or ran out of time, twice.
        """


@dataclass(frozen=True, slots=True)
class Sent:
    """The sink has accepted the message.

    Attributes:
        ref: its name there, for edits.
        thread: the message that the story's next ones belong under, where it is another than for this one.
    """

    ref: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The sink has not accepted the message, as far as is known.

    Attributes:
        error: what happened and what to do, one line.
        retry: whether the same message may be accepted later.
        after: how long the sink asks to wait, None to let the outbox decide.
        uncertain: the message may have arrived all the same; look with `find` before sending again.
        blocks: what else cannot be delivered for now: nothing more, the same channel, or the whole sink.
        operator: a person must mend something (token, channel); say so loudly.
    """

    error: str
    retry: bool
    after: timedelta | None = None
    uncertain: bool = False
    blocks: Literal["message", "channel", "sink"] = "message"
    operator: bool = False


class Sink(Protocol):
    """Where alerts go."""

    name: str

    async def send(self, delivery: Delivery) -> Sent | Failed:
        """Send once; never retry inside, never raise for what the far side does."""

    async def find(self, delivery: Delivery) -> Sent | Failed | None:
        """The message of an earlier send whose outcome is unknown: Sent, None for surely not there, or Failed."""

    async def close(self) -> None:
        """Release connections."""


@runtime_checkable
class Editor(Protocol):
    """A sink whose messages can be brought up to date."""

    name: str

    async def edit(self, delivery: Delivery, standing: Standing) -> Sent | Failed:
        """Show how the story stands now on a sent message; harmless when repeated."""


@dataclass(frozen=True, slots=True)
class Processed:
    """Everything decided about one article; the store writes it in one transaction.

    Attributes:
        met: by rule, the names and terms it meets here for the first time.
        held: alerts that wait, for a time or for nobody to answer.
        trace: what the grouping keeps of the article, packed.
    """

    article: Article
    matches: tuple[Match, ...] = ()
    facts: Facts | None = None
    story: StoryDecision | None = None
    decisions: tuple[AlertDecision, ...] = ()
    alerts: tuple[Alert, ...] = ()
    met: Mapping[str, tuple[SeenName, ...]] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    trace: bytes = b""


class Store(Protocol):
    """The truth. Every write is one transaction and harmless when repeated."""

    def ingest(self, batch: Batch) -> list[Article]:
        """Store new articles and new revisions with the source's new state; the ones that were new come back."""

    def next_up(self, limit: int, apart_from: Collection[str] = ()) -> list[Article]:
        """Articles to decide about now, what is new before what a first poll brought."""

    def commit(
        self, processed: Sequence[Processed], sinks: Sequence[str], now: datetime, seen: Position | None = None
    ) -> frozenset[str]:
        """Store decisions, alerts and one delivery per alert and sink, and mark the articles processed.

        The ids of those that nobody had decided before come back.

        Raises:
            OvertakenError: stories have got farther than `seen`; nothing was stored.
        """

    def members(self, since: datetime) -> Iterable[Member]:
        """Articles in stories since then, in the order they were decided."""

    def alerts_of(self, story_id: str) -> list[Alert]:
        """The alerts a story has raised, in all channels, oldest first."""

    def claim(
        self,
        sink: str,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        *,
        each: int | None = None,
        apart_from: Sequence[str] = (),
    ) -> list[Delivery]:
        """Take due deliveries; none before its story's earlier alerts in the same channel are settled.

        At most `each` of one channel; those for the channels `apart_from` stay where they are.
        """

    def fold(
        self,
        sink: str,
        channel: str,
        *,
        before: datetime,
        in_hand: Sequence[int],
        digest: Callable[[Sequence[Alert]], Alert],
        now: datetime,
    ) -> tuple[Alert, list[int]] | None:
        """Tell in one digest what was raised before that time and has not reached the channel; None for too little."""

    def doubtful(self, sink: str, channel: str, before: datetime) -> int:
        """How many deliveries raised before then may or may not have reached the channel, those in hand apart."""

    def settle(self, delivery: Delivery, now: datetime) -> None:
        """Write what became of a claimed delivery."""

    def feed_states(self) -> dict[str, FeedState]:
        """Polling states by feed URL."""
