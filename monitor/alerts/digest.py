"""What waited, told: one story as the card it would have been, several as one ranked list."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.routing import same_channel
from monitor.alerts.stages import CALLS
from monitor.model.alert import Alert, AlertDecision, AlertKind, Card, CardItem, Held, Reason
from monitor.model.rule import Severity

LISTED = 20
"""Stories a digest names; the rest is counted, and listed by the command its note gives."""

_NAMES = 3


@dataclass(frozen=True, slots=True)
class Release:
    """An alert that tells what waited.

    Attributes:
        tells: what it tells; for a reminder that is to come again, `again` says when.
    """

    alert: Alert
    tells: tuple[Held, ...]
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One report in a digest."""

    story_id: str
    article_id: str
    card: Card
    rules: tuple[str, ...]
    at: datetime


def release(
    held: Sequence[Held],
    prior: Sequence[Alert],
    now: datetime,
    beside: Sequence[Held] = (),
    listed: Sequence[Held] = (),
) -> tuple[Release, ...]:
    """Tell what is due: what waits under one key in one channel together, calls each by itself.

    `prior` are the alerts that the stories of `held` have raised; `beside` waits for something else and is told with
    the reports of its story, or the channel would be told the same story twice; `listed` has been told before.
    """
    together: dict[tuple[str, str], list[Held]] = {}
    calls: list[Held] = []
    for one in held:
        if one.key in CALLS:
            calls.append(one)
        else:
            together.setdefault((one.channel, one.key), []).append(one)
    told = [_told(group, _of_their_stories(group, beside), prior, now) for group in together.values()]
    return (*told, *(_called(one, prior, now, _of_their_stories([one], beside), listed) for one in calls))


def digest(
    entries: Sequence[Entry], channel: str, reason: Reason, now: datetime, *, since: datetime, key: str = ""
) -> Alert:
    """One alert that lists the entries' stories, gravest first; its id follows from what it lists."""
    stories: dict[str, list[Entry]] = {}
    for entry in entries:
        stories.setdefault(entry.story_id, []).append(entry)
    ranked = sorted(stories.values(), key=lambda reports: (_gravest(reports).rank, len(reports), reports[-1].at))
    ranked.reverse()
    names = tuple(dict.fromkeys(name for reports in ranked for entry in reports for name in entry.card.rules))
    listed = sorted(f"{entry.article_id}:{entry.at.isoformat()}" for entry in entries)
    story_id = hashlib.sha256("\0".join((channel, key, reason.value, *listed)).encode()).hexdigest()[:16]
    severity = _gravest(ranked[0])
    card = Card(
        severity=severity,
        kind=AlertKind.DIGEST,
        rules=names,
        headline=_headline(reason, len(ranked), names, now - since),
        url="",
        outlet="",
        published=None,
        items=tuple(_item(reports) for reports in ranked[:LISTED]),
        mentions=tuple(dict.fromkeys(name for entry in entries for name in entry.card.mentions)),
    )
    alert = Alert(
        story_id=story_id,
        channel=channel,
        kind=AlertKind.DIGEST,
        seq=0,
        article_id=ranked[0][-1].article_id,
        rules=tuple(dict.fromkeys(rule for reports in ranked for entry in reports for rule in entry.rules)),
        severity=severity,
        reason=reason,
        created=now,
        card=card,
    )
    more = len(ranked) - LISTED
    rest = f"and {more} more; " if more > 0 else ""
    listing = "list --state folded" if reason is Reason.STALE else f"held --in {alert.id[:8]}"
    note = f"{rest}all of it: monitor alerts {listing}"
    return replace(alert, card=replace(card, notes=(note,)))


def with_waiting(card: Card, decision: AlertDecision, held: Sequence[Held]) -> Card:
    """The card of an update, with the changes of earlier ones that still wait and that it tells too."""
    if decision.kind not in (AlertKind.UPDATE, AlertKind.CORRECTION):
        return card
    waits = (one for one in held if one.ended is None and one.channel == decision.channel and one.key not in CALLS)
    changes = dict.fromkeys((*(change for one in waits for change in one.card.changes), *card.changes))
    return replace(card, changes=tuple(changes))


def late(alerts: Sequence[Alert], now: datetime) -> Alert:
    """One alert in place of several of one channel that could not be delivered in time."""
    entries = [Entry(alert.story_id, alert.article_id, alert.card, alert.rules, alert.created) for alert in alerts]
    since = min(alert.created for alert in alerts)
    return digest(entries, alerts[0].channel, Reason.STALE, now, since=since)


def _of_their_stories(group: Sequence[Held], beside: Sequence[Held]) -> list[Held]:
    stories = {one.story_id for one in group}
    return [one for one in beside if one.story_id in stories and same_channel(one.channel, group[0].channel)]


def _told(due: Sequence[Held], beside: Sequence[Held], prior: Sequence[Alert], now: datetime) -> Release:
    held = (*due, *beside)
    reports = sorted(held, key=lambda one: (one.since, one.article_id))
    lead = max(due, key=lambda one: (one.since, one.article_id))
    newest = replace(reports[-1], channel=lead.channel)
    if len({one.story_id for one in reports}) > 1:
        entries = [Entry(one.story_id, one.article_id, one.card, one.rules, one.since) for one in reports]
        since = reports[0].since
        return Release(digest(entries, lead.channel, lead.reason, now, since=since, key=lead.key), held)
    kind = AlertKind.CORRECTION if any(one.kind is AlertKind.CORRECTION for one in reports) else newest.kind
    gravest = max((one.severity for one in reports), key=lambda severity: severity.rank)
    changes = dict.fromkeys(change for one in reports for change in one.card.changes)
    notes = (*newest.card.notes, *_waited(reports, now))
    card = replace(newest.card, kind=kind, severity=gravest, changes=tuple(changes), notes=notes)
    rules = tuple(dict.fromkeys(rule for one in reversed(reports) for rule in one.rules))
    return Release(_next(newest, prior, now, kind=kind, card=card, rules=rules, reason=lead.reason), held)


def _called(
    held: Held, prior: Sequence[Alert], now: datetime, beside: Sequence[Held], listed: Sequence[Held]
) -> Release:
    """A call because nobody has acknowledged: a first alert to who has not had the story, else a reminder.

    A first one tells what waits `beside` it, too: the channel knows the story then.
    """
    told = [(alert.story_id, alert.channel) for alert in prior] + [(one.story_id, one.channel) for one in listed]
    known = any(story == held.story_id and same_channel(channel, held.channel) for story, channel in told)
    kind = AlertKind.REMINDER if known else AlertKind.FIRST
    card = replace(held.card, kind=kind)
    alert = _next(held, prior, now, kind=kind, card=card, rules=held.rules, reason=Reason.UNACKNOWLEDGED)
    again = now + (held.due - held.since) if held.key == "repeat" else None
    return Release(alert, (held,) if known else (held, *beside), again)


def _next(
    held: Held,
    prior: Sequence[Alert],
    now: datetime,
    *,
    kind: AlertKind,
    card: Card,
    rules: tuple[str, ...],
    reason: Reason,
) -> Alert:
    """The story's next alert in the channel."""
    seq = max((a.seq for a in prior if a.story_id == held.story_id and a.channel == held.channel), default=-1) + 1
    return Alert(
        story_id=held.story_id,
        channel=held.channel,
        kind=kind,
        seq=seq,
        article_id=held.article_id,
        rules=rules,
        severity=card.severity,
        reason=reason,
        created=now,
        card=card,
    )


def _headline(reason: Reason, count: int, names: Sequence[str], length: timedelta) -> str:
    rules = ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES} more rules" if len(names) > _NAMES else "")
    stories = f"{count} {'story' if count == 1 else 'stories'}"
    return {
        Reason.QUIET: f"While it was quiet: {stories}",
        Reason.SILENCED: f"A silence is over: {stories} it held back",
        Reason.GATHERED: f"Digest: {stories}",
        Reason.THROTTLED: f"{count} more from {rules}",
        Reason.STORM: f"Storm: {rules} fires far more than usual, {stories} in {spoken(length)}",
        Reason.STALE: f"Late, because delivery was not possible: {stories}",
    }.get(reason, f"{stories}: {rules}")


def _item(reports: Sequence[Entry]) -> CardItem:
    newest = reports[-1]
    parts = []
    if newest.card.kind in (AlertKind.UPDATE, AlertKind.CORRECTION):
        parts.append(newest.card.kind.value)
    if len(reports) > 1:
        parts.append(f"{len(reports)} reports")
    elif newest.card.also:
        parts.append(newest.card.also)
    return CardItem(
        severity=_gravest(reports),
        rules=newest.card.rules,
        headline=newest.card.headline,
        url=newest.card.url,
        outlet=newest.card.outlet,
        note=", ".join(parts),
    )


def _gravest(reports: Iterable[Entry]) -> Severity:
    return max((entry.card.severity for entry in reports), key=lambda severity: severity.rank)


def _waited(reports: Sequence[Held], now: datetime) -> tuple[str, ...]:
    """What the reader must know of a card that comes late; a short wait for a group is not worth a word."""
    waited = now - reports[0].since
    count = f", {len(reports)} reports meanwhile" if len(reports) > 1 else ""
    if reports[0].reason is Reason.GROUPED and not count:
        return ()
    return (f"held for {spoken(waited)}: {reports[0].reason.value.replace('_', ' ')}{count}",)


def spoken(length: timedelta) -> str:
    """A length of time in its largest unit: "40 s", "15 min", "3 h", "2 days"."""
    seconds = max(length.total_seconds(), 0)
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= (2 if unit == "days" else 1) * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
