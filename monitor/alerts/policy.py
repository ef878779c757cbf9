"""Which matched articles become alerts: one decision per article and channel, with its reason."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.model.alert import Alert, AlertDecision, AlertKind, Card, Reason, Verdict
from monitor.model.article import Article, SourceKind
from monitor.model.rule import Match, Rule, Severity
from monitor.model.story import Relation, StoryDecision

_CORRECTIONS = frozenset({"correction", "retraction"})
_NO_VERDICTS: Mapping[str, Verdict] = {}
_FREE = Verdict()
_NO_NEWS = {Relation.COPY: Reason.COPY, Relation.EDITED: Reason.EDITED_NO_NEWS}


def decide(
    article: Article,
    matches: Sequence[Match],
    rules: Mapping[str, Rule],
    story: StoryDecision,
    *,
    prior: Sequence[Alert],
    now: datetime,
    default_channel: str,
    verdicts: Mapping[str, Verdict] = _NO_VERDICTS,
) -> tuple[AlertDecision, ...]:
    """Decide what a matched article means for every channel its rules lead to.

    A channel gets one decision naming all its rules, so two rules never tell it the same story twice.
    Deciding again about an article that has alerted already repeats what was decided then.
    `prior` are the alerts the story has raised so far, in any channel; a match whose rule is gone is passed over;
    an article is too old when it is for every rule of the channel; rules outside of their schedule don't alert, nor
    do those that `verdicts`, by rule, hold back.
    """
    decisions = []
    for spelled, matched in _by_channel(matches, rules, default_channel).items():
        raised = [alert for alert in prior if alert.story_id == story.story_id and same_channel(alert.channel, spelled)]
        # Alert ids and threads hang on the spelling, so the one first used stays.
        channel = raised[0].channel if raised else spelled
        decisions.append(_decide(article, channel, matched, story, raised=raised, now=now, verdicts=verdicts))
    return tuple(decisions)


def alerts_from(
    decisions: Sequence[AlertDecision],
    card: Callable[[AlertDecision], Card],
    prior: Sequence[Alert],
    now: datetime,
) -> tuple[Alert, ...]:
    """Alerts for the decisions that raise one, numbered on from the story's earlier ones in the channel.

    An article that alerted there before gives that same alert again.
    """
    alerts = []
    for decision in decisions:
        if decision.kind is None:
            continue
        raised = [a for a in prior if a.story_id == decision.story_id and a.channel == decision.channel]
        again = next((a for a in raised if a.article_id == decision.article_id), None)
        alerts.append(
            again
            or Alert(
                story_id=decision.story_id,
                channel=decision.channel,
                kind=decision.kind,
                seq=max((a.seq for a in raised), default=-1) + 1,
                article_id=decision.article_id,
                rules=decision.rules,
                severity=decision.severity,
                reason=decision.reason,
                created=now,
                card=card(decision),
            )
        )
    return tuple(alerts)


def same_channel(one: str, other: str) -> bool:
    """Whether two spellings name one channel: `#News` and `news` do."""
    return _channel_key(one) == _channel_key(other)


def _channel_key(channel: str) -> str:
    return channel.strip().removeprefix("#").casefold()


def _by_channel(matches: Sequence[Match], rules: Mapping[str, Rule], default_channel: str) -> dict[str, list[Rule]]:
    """The matched rules of each channel, gravest first; the channel spelled as its gravest rule does."""
    matched = {match.rule_id: rules[match.rule_id] for match in matches if match.rule_id in rules}
    channels: dict[str, tuple[str, list[Rule]]] = {}
    for rule in sorted(matched.values(), key=lambda rule: -rule.severity.rank):
        for spelled in {_channel_key(channel): channel for channel in rule.channels or (default_channel,)}.values():
            channels.setdefault(_channel_key(spelled), (spelled, []))[1].append(rule)
    return dict(channels.values())


def _decide(
    article: Article,
    channel: str,
    rules: Sequence[Rule],
    story: StoryDecision,
    *,
    raised: Sequence[Alert],
    now: datetime,
    verdicts: Mapping[str, Verdict],
) -> AlertDecision:
    again = next((alert for alert in raised if alert.article_id == article.id), None)
    if again is not None:
        return AlertDecision(article.id, story.story_id, channel, again.kind, again.reason, again.rules, again.severity)
    on_duty = [rule for rule in rules if rule.schedule.covers(now)]
    free = [rule for rule in on_duty if verdicts.get(rule.id, _FREE).held is None]
    speaking = free or on_duty or rules
    said = [verdicts[rule.id] for rule in speaking if rule.id in verdicts]
    severity = speaking[0].severity
    too_old = _age(article, now) > max(rule.max_age for rule in speaking)
    kind: AlertKind | None
    if not on_duty:
        kind, reason = None, Reason.OFF_SCHEDULE
    elif not free:
        kind, reason = None, said[0].held or Reason.NO_NEWS
    elif raised:
        kind, reason = _follow_up(
            story, severity, raised, too_old=too_old, speaks=any(verdict.speaks for verdict in said)
        )
    else:
        kind, reason = (None, Reason.TOO_OLD) if too_old else (AlertKind.FIRST, Reason.NEW_STORY)
    names = tuple(rule.id for rule in speaking)
    because = tuple(dict.fromkeys(line for verdict in said for line in verdict.because))
    return AlertDecision(article.id, story.story_id, channel, kind, reason, names, severity, because)


def _follow_up(
    story: StoryDecision, severity: Severity, raised: Sequence[Alert], *, too_old: bool, speaks: bool
) -> tuple[AlertKind | None, Reason]:
    """What an article means to a channel that knows its story."""
    # An edit is news of the day it was seen, however long ago its article was published.
    if too_old and story.relation is not Relation.EDITED:
        return None, Reason.TOO_OLD
    if any(change.kind in _CORRECTIONS for change in story.changes):
        return AlertKind.CORRECTION, Reason.CORRECTED
    if story.changes and story.relation is not Relation.COPY:
        return AlertKind.UPDATE, Reason.NEW_FACTS
    if speaks:
        return AlertKind.UPDATE, Reason.EDITED
    if severity.rank > _gravest(raised).rank:
        return AlertKind.UPDATE, Reason.SEVERITY_ROSE
    return None, _NO_NEWS.get(story.relation, Reason.NO_NEWS)


def _age(article: Article, now: datetime) -> timedelta:
    """Feed articles age from publication; a seed is news the day it is dropped in."""
    return now - (article.fetched if article.kind is SourceKind.SEED else article.time)


def _gravest(alerts: Sequence[Alert]) -> Severity:
    return max((alert.severity for alert in alerts), key=lambda severity: severity.rank)
