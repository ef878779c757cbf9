"""Troubles of the monitor itself, told in the alert channel once: when they begin, change, and end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitor.alerts.routing import same_channel
from monitor.alerts.troubles import Trouble
from monitor.model.alert import Alert, AlertDecision, AlertKind, Card, FactLine, Reason
from monitor.model.article import Article, SourceKind
from monitor.model.rule import Severity
from monitor.model.trend import OpenNotice
from monitor.ports import Clock, Processed
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore

PATIENCE = timedelta(seconds=30)
"""A trouble is told once it has stood unchanged for so long: people save half-finished files all day."""
_MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of trouble.

    Attributes:
        lines: what is wrong now, one line each; empty where nothing is.
        begun, ended: the headlines.
        advice: what to do.
        label: what each line is called on the card.
        channel: where it is told, "" for where all notices go.
    """

    lines: Callable[[], Sequence[str]]
    begun: str
    ended: str
    advice: str
    label: str = "Mistake"
    channel: str = ""


class Notices:
    """Watches some topics; what was said last is in the database, so that a restart says nothing twice."""

    def __init__(
        self,
        topics: Mapping[str, Topic],
        *,
        store: SqlStore,
        call: StoreThread,
        sinks: Sequence[str],
        channel: str,
        clock: Clock,
    ) -> None:
        self._topics = dict(topics)
        self._store, self._call = store, call
        self._sinks, self._channel, self._clock = tuple(sinks), channel, clock
        self._seen: dict[str, tuple[str, datetime]] = {}
        self._said: dict[str, OpenNotice | None] = {}
        self._log = structlog.get_logger("monitor.notices")

    async def look(self) -> int:
        """Tell what has changed and stood for long enough; how many notices that were."""
        now = self._clock.now()
        told = 0
        for name, topic in self._topics.items():
            text = "\n".join(topic.lines())
            seen = self._seen.get(name)
            if seen is None or seen[0] != text:
                seen = self._seen[name] = (text, now)
            if name not in self._said:
                self._said[name] = await self._call(self._store.open_notice, name)
            said = self._said[name]
            if text != (said.text if said else "") and now - seen[1] >= PATIENCE:
                await self._tell(name, topic, text, said, now)
                told += 1
        return told

    async def _tell(self, name: str, topic: Topic, text: str, said: OpenNotice | None, now: datetime) -> None:
        notice = Notice(
            key=f"{name} {now.isoformat()}",
            headline=topic.begun if text else topic.ended,
            lines=tuple(text.split("\n")) if text else (),
            label=topic.label,
            advice=topic.advice,
            severity=Severity.HIGH if text else Severity.LOW,
        )
        told, current = processed(notice, name, said, topic.channel or self._channel, now)
        current = replace(current, text=text)
        left = current if text else None
        await self._call(lambda: self._store.tell(told, self._sinks, now, topics={name: left}))
        self._said[name] = left
        self._log.info("told in the alert channel", topic=name, headline=notice.headline)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the monitor says of itself.

    Attributes:
        key: no two notices have the same.
        label: what each line is called on the card.
        advice: what to do, "" for nothing.
    """

    key: str
    headline: str
    lines: tuple[str, ...]
    label: str
    advice: str
    severity: Severity


def processed(
    notice: Notice, topic: str, said: OpenNotice | None, channel: str, now: datetime
) -> tuple[Processed, OpenNotice]:
    """The notice as an alert, in the thread of what was `said` before about its topic; and what is said then."""
    seq = said.seq + 1 if said else 0
    text = "\n".join(notice.lines)
    about = Article(
        source="monitor",
        key=notice.key,
        title=notice.headline,
        text=text,
        fetched=now,
        published=now,
        outlet="newsmonitor",
        kind=SourceKind.NOTICE,
    )
    kind = AlertKind.UPDATE if said else AlertKind.FIRST
    current = OpenNotice(topic, said.story_id if said else about.id, seq, text)
    decision = AlertDecision(about.id, current.story_id, channel, kind, Reason.OPERATIONS, (), notice.severity)
    alert = Alert(
        story_id=current.story_id,
        channel=channel,
        kind=kind,
        seq=seq,
        article_id=about.id,
        rules=(),
        severity=notice.severity,
        reason=Reason.OPERATIONS,
        created=now,
        card=_card(notice, about, kind),
    )
    return Processed(about, decisions=(decision,), alerts=(alert,)), current


def _card(notice: Notice, about: Article, kind: AlertKind) -> Card:
    more = len(notice.lines) - _MOST_LINES
    shown = [*notice.lines[:_MOST_LINES], *([f"and {more} more"] if more > 0 else [])]
    return Card(
        severity=notice.severity,
        kind=kind,
        rules=("Monitor",),
        headline=about.title,
        url="",
        outlet=about.outlet,
        published=None,
        facts=tuple(FactLine(notice.label, line) for line in shown),
        notes=(notice.advice,) if notice.lines and notice.advice else (),
    )


def with_rules(lines: Callable[[], Sequence[str]]) -> Topic:
    """The topic of broken rule files."""
    return Topic(
        lines,
        begun="Rule files have mistakes; what they said before stays in force",
        ended="All rule files are good again and in force",
        advice="mend the file, or see `monitor rules check`",
    )


def with_deliveries(lines: Callable[[], Sequence[str]], channel: str) -> Topic:
    """The topic of channels and sinks that take no alerts until a person mends something."""
    return Topic(
        lines,
        begun="Alerts wait for somebody to mend where they go",
        ended="All alerts are delivered again",
        advice="nothing is lost: what waits is delivered once it is mended; see `monitor alerts list --state pending`",
        label="Waiting",
        channel=channel,
    )


def tellable(troubles: Sequence[Trouble], told_in: str) -> list[str]:
    """What takes no alerts until a person mends it, one line each, as far as a notice can get to the channel `told_in`.

    That is where neither the channel itself nor the whole of its sink is what is blocked.
    """
    kind = told_in.partition(":")[0] if ":" in told_in else ""
    return [
        f"{trouble.sink} {trouble.channel}: {trouble.error}" if trouble.channel else f"{trouble.sink}: {trouble.error}"
        for trouble in troubles
        if trouble.operator
        and not (trouble.channel and same_channel(trouble.channel, told_in))
        and (trouble.channel or (kind and trouble.sink != kind))
    ]
