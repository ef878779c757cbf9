"""How a story stands now: who reports it, the newest numbers, and what people did about it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from monitor.alerts.routing import same_channel
from monitor.alerts.text import clean, cut
from monitor.model.alert import Alert, AlertKind, Reaction, Report, Standing
from monitor.model.answer import Answer, AnswerKind, Silence
from monitor.model.story import Member, Relation

_NEWS = (AlertKind.UPDATE, AlertKind.CORRECTION)
_MOST_LINES = 6
_MOST_DISPUTES = 3
_CHANGED = " → "


def standing(
    root: Alert,
    alerts: Sequence[Alert],
    members: Sequence[Member],
    answers: Sequence[Answer] = (),
    silences: Sequence[Silence] = (),
    *,
    wire: str = "",
    disputes: Sequence[str] = (),
) -> Standing:
    """The standing of a story, for the message that began its thread in one channel.

    Args:
        root: the alert of that message.
        alerts: all alerts of the story, in any channel.
        members: its articles, in order of arrival.
        answers: to its alerts.
        silences: those in force.
        wire: whose text the copies repeat.
        disputes: what its reports say against one another.
    """
    here = [alert for alert in alerts if alert.channel == root.channel and alert.seq > root.seq and alert.kind in _NEWS]
    news = sorted(here, key=lambda alert: -alert.seq)
    original = [member for member in members if member.relation is not Relation.COPY and member.outlet]
    voices: dict[str, str] = {}
    for member in original:
        voices.setdefault(member.owner or member.outlet, member.outlet)
    told = {alert.card.outlet for alert in alerts if alert.channel == root.channel}
    muted = any(silence.selector.story and _holds(silence, root) for silence in silences)
    reports: dict[str, Report] = {}
    for member in () if muted else original:
        outlet = cut(clean(member.outlet), 80)
        if outlet not in told:
            reports.setdefault(outlet, Report(outlet, member.title, member.url))
    return Standing(
        outlets=tuple(voices.values()),
        reports=tuple(reports.values()),
        copies=sum(member.relation is Relation.COPY for member in members),
        latest=_latest(news),
        updated=news[0].created if news else None,
        answers=tuple(reaction for _, reaction in sorted(_reactions(root, answers, silences), key=lambda one: one[0])),
        acknowledged=any(answer.kind is AnswerKind.ACKNOWLEDGED for answer in answers),
        wire=wire,
        disputes=tuple(disputes[-_MOST_DISPUTES:]),
    )


def _latest(news: Sequence[Alert]) -> tuple[str, ...]:
    """The newest line about each thing, newest first; a number that has changed again is told once."""
    lines: dict[str, str] = {}
    for alert in news:
        for line in alert.card.changes:
            about = line.partition(":")[0].casefold() if _CHANGED in line else line.casefold()
            lines.setdefault(about, line)
    return tuple(lines.values())[:_MOST_LINES]


def _reactions(
    root: Alert, answers: Sequence[Answer], silences: Sequence[Silence]
) -> Iterator[tuple[datetime, Reaction]]:
    for answer in answers:
        if answer.kind is AnswerKind.ACKNOWLEDGED:
            yield answer.at, Reaction(answer.author, "acknowledged this", answer.at)
        else:
            why = answer.note or "no reason given"
            yield answer.at, Reaction(answer.author, f"called this not relevant: {why}")
    for silence in silences:
        chosen = silence.selector
        if not _holds(silence, root):
            continue
        if chosen.story:
            yield silence.created, Reaction(silence.author, "muted this story until", silence.ends)
        else:
            rules = ", ".join(rule for rule in root.rules if rule in chosen.rule)
            yield silence.created, Reaction(silence.author, f"snoozed {rules} until", silence.ends)


def _holds(silence: Silence, root: Alert) -> bool:
    """Whether a silence is about the story or a rule of the message, and its channel."""
    chosen = silence.selector
    here = not chosen.channel or any(same_channel(channel, root.channel) for channel in chosen.channel)
    return here and (root.story_id in chosen.story or (not chosen.story and bool(set(chosen.rule) & set(root.rules))))
