"""What has been going on, counted for people: stories told lately, what waits and why, what rules have matched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Integer, case, cast, distinct, extract, func, select

from monitor.model.alert import Alert, AlertDecision, AlertKind, DeliveryState, Reason
from monitor.model.rule import Severity
from monitor.model.story import Relation
from monitor.store.connected import Connected
from monitor.store.engine import transaction
from monitor.store.raising import read_alert, read_decision
from monitor.store.tables import alerts, articles, decisions, deliveries, holds, matches, stories

_RANK = case({severity.value: severity.rank for severity in Severity}, value=alerts.c.severity)
_NEWS = case((alerts.c.kind.in_((AlertKind.UPDATE.value, AlertKind.CORRECTION.value)), alerts.c.article_id))
_CORRECTS = case((alerts.c.kind == AlertKind.CORRECTION.value, 1), else_=0)
_OWN = stories.c.relation.not_in((Relation.COPY.value, Relation.EDITED.value))
_VOICE = case((_OWN, func.coalesce(func.nullif(articles.c.owner, ""), func.nullif(articles.c.outlet, ""))))
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class ToldStory:
    """A story as its alerts tell it.

    Attributes:
        severity: the gravest of its alerts in the time asked for.
        headline, url: of its first alert, whenever that was.
        rules, channels: of the first alert in each channel.
        first, last: its first alert of all, and its newest.
        updates: articles with news that were told in the time asked for.
        corrected: whether a correction was among them, so that the headline may no longer hold.
        outlets, copies: independent outlets that report it, and reports that only repeat another's text.
        held: what of it waits.
    """

    story_id: str
    severity: Severity
    headline: str
    url: str
    rules: tuple[str, ...]
    first: datetime
    last: datetime
    channels: tuple[str, ...]
    updates: int
    corrected: bool
    outlets: int
    copies: int
    held: int


@dataclass(frozen=True, slots=True)
class NotTold:
    """A matched article that raised no alert at once, with its reason."""

    at: datetime
    title: str
    outlet: str
    decision: AlertDecision


class OverviewStore(Connected):
    """Reads what several tables say together."""

    def told_since(self, since: datetime, *, limit: int = 50, offset: int = 0) -> list[ToldStory]:
        """Stories with alerts since then, gravest first, then those with the newest alert."""
        grouped = (
            select(
                alerts.c.story_id,
                func.max(_RANK).label("gravest"),
                func.max(alerts.c.created).label("last"),
                func.count(distinct(_NEWS)).label("updates"),
                func.max(_CORRECTS).label("corrected"),
            )
            .where(alerts.c.created >= since, alerts.c.reason != Reason.OPERATIONS.value)
            .group_by(alerts.c.story_id)
            .order_by(func.max(_RANK).desc(), func.max(alerts.c.created).desc(), alerts.c.story_id)
            .limit(limit)
            .offset(offset)
        )
        with transaction(self._engine, read_only=True) as connection:
            rows = connection.execute(grouped).all()
            ids = [row.story_id for row in rows]
            begun: dict[str, list[Alert]] = {}
            roots = select(alerts).where(alerts.c.story_id.in_(ids), alerts.c.seq == 0).order_by(alerts.c.created)
            for row in connection.execute(roots):
                begun.setdefault(row.story_id, []).append(read_alert(row))
            members = (
                select(
                    stories.c.story_id,
                    func.count(distinct(_VOICE)).label("outlets"),
                    func.sum(case((stories.c.relation == Relation.COPY.value, 1), else_=0)).label("copies"),
                )
                .join(articles, articles.c.id == stories.c.article_id)
                .where(stories.c.story_id.in_(ids))
                .group_by(stories.c.story_id)
            )
            covered = {row.story_id: (row.outlets, row.copies) for row in connection.execute(members)}
            waits = (
                select(holds.c.story_id, func.count())
                .where(holds.c.story_id.in_(ids), holds.c.ended.is_(None))
                .group_by(holds.c.story_id)
            )
            waiting = {row[0]: row[1] for row in connection.execute(waits)}
        return [
            ToldStory(
                story_id=row.story_id,
                severity=list(Severity)[row.gravest],
                headline=begun[row.story_id][0].card.headline,
                url=begun[row.story_id][0].card.url,
                rules=tuple(dict.fromkeys(rule for first in begun[row.story_id] for rule in first.rules)),
                first=begun[row.story_id][0].created,
                last=row.last,
                channels=tuple(dict.fromkeys(first.channel for first in begun[row.story_id])),
                updates=row.updates,
                corrected=bool(row.corrected),
                outlets=covered.get(row.story_id, (0, 0))[0],
                copies=int(covered.get(row.story_id, (0, 0))[1]),
                held=waiting.get(row.story_id, 0),
            )
            for row in rows
            if row.story_id in begun
        ]

    def held_counts(self) -> dict[Reason, int]:
        """How many alerts wait, by what they wait for."""
        query = select(holds.c.reason, func.count()).where(holds.c.ended.is_(None)).group_by(holds.c.reason)
        with transaction(self._engine, read_only=True) as connection:
            return {Reason(row[0]): row[1] for row in connection.execute(query)}

    def delivery_counts(self) -> dict[DeliveryState, int]:
        """How many deliveries there are in each state."""
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        with transaction(self._engine, read_only=True) as connection:
            return {DeliveryState(row[0]): row[1] for row in connection.execute(query)}

    def dead_since(self, since: datetime) -> int:
        """How many deliveries were given up since then and not sent again."""
        query = (
            select(func.count())
            .select_from(deliveries)
            .where(deliveries.c.state == DeliveryState.DEAD.value, deliveries.c.settled >= since)
        )
        with transaction(self._engine, read_only=True) as connection:
            return connection.execute(query).scalar_one()

    def not_told_counts(self, since: datetime) -> dict[Reason, int]:
        """How many articles since then matched and raised no alert at once, by reason."""
        query = (
            select(decisions.c.reason, func.count())
            .where(decisions.c.at >= since, decisions.c.kind.is_(None))
            .group_by(decisions.c.reason)
        )
        with transaction(self._engine, read_only=True) as connection:
            return {Reason(row[0]): row[1] for row in connection.execute(query)}

    def not_told(self, *, reason: Reason | None = None, limit: int = 50, offset: int = 0) -> list[NotTold]:
        """Matched articles that raised no alert at once, newest first; with `reason`, only for that one."""
        query = (
            select(decisions, articles.c.title, articles.c.outlet, func.substr(articles.c.text, 1, 120).label("begins"))
            .join(articles, articles.c.id == decisions.c.article_id)
            .where(decisions.c.kind.is_(None), decisions.c.at.is_not(None))
            .order_by(decisions.c.at.desc(), decisions.c.article_id, decisions.c.channel)
            .limit(limit)
            .offset(offset)
        )
        if reason is not None:
            query = query.where(decisions.c.reason == reason.value)
        with transaction(self._engine, read_only=True) as connection:
            return [
                NotTold(row.at, row.title or row.begins, row.outlet, read_decision(row))
                for row in connection.execute(query)
            ]

    def matches_by_day(self, since: datetime, rule_ids: Sequence[str] = ()) -> dict[str, dict[date, int]]:
        """How many articles each rule has matched on each day (UTC) since then; of all rules, or of these."""
        seconds = cast(extract("epoch", matches.c.at), Integer)
        day = (seconds - seconds % _DAY) / _DAY
        query = (
            select(matches.c.rule_id, day.label("day"), func.count().label("number"))
            .where(matches.c.at >= since)
            .group_by(matches.c.rule_id, day)
        )
        if rule_ids:
            query = query.where(matches.c.rule_id.in_(rule_ids))
        found: dict[str, dict[date, int]] = {}
        with transaction(self._engine, read_only=True) as connection:
            for row in connection.execute(query):
                on = (datetime.fromtimestamp(0, UTC) + timedelta(days=int(row.day))).date()
                found.setdefault(row.rule_id, {})[on] = row.number
        return found
