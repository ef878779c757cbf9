"""Which matched articles become alerts: one decision for each article and channel, with its reason and its trace."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from monitor.alerts import stages
from monitor.alerts.digest import spoken
from monitor.alerts.routing import Way, channel_key, same_channel, subject_of, ways
from monitor.alerts.stages import Draft, Situation, Stage
from monitor.model.alert import Alert, AlertDecision, AlertKind, Call, Card, Held, Hold
from monitor.model.rule import Rule

__all__ = ["STAGES", "Situation", "alerts_from", "decide", "held_from", "same_channel"]

STAGES: Final[tuple[Stage, ...]] = (
    stages.repeated,
    stages.on_duty,
    stages.over_time,
    stages.inhibited,
    stages.silenced,
    stages.news,
    stages.quiet,
    stages.gathered,
    stages.grouped,
    stages.throttled,
    stages.storm,
    stages.waits_already,
    stages.after_quiet,
)


def decide(about: Situation, default_channel: str) -> tuple[AlertDecision, ...]:
    """Decide what a matched article means for every channel its rules lead to.

    A channel gets one decision naming all its rules, so two rules never tell it the same story twice. A match whose
    rule is gone is passed over; an article is too old when it is for every rule of the channel. Deciding again about
    an article that has alerted already repeats what was decided then.
    """
    decisions = []
    for way, rules in _by_channel(about, default_channel):
        told = next((alert.channel for alert in about.prior if same_channel(alert.channel, way.channel)), way.channel)
        # Alert ids and threads hang on the spelling, so the one first used stays.
        draft = Draft(
            told, rules, way.handling, trace=(f"route: {' > '.join(way.route)} to {told or 'the default channel'}",)
        )
        for stage in STAGES:
            if draft.settled:
                break
            draft = stage(draft, about)
        decisions.append(_decision(draft, about))
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


def held_from(
    decisions: Sequence[AlertDecision], card: Callable[[AlertDecision], Card], now: datetime
) -> tuple[Held, ...]:
    """What waits after the decisions: alerts that are held, and calls should nobody acknowledge."""
    held = []
    for decision in decisions:
        if decision.hold is not None:
            told = card(replace(decision, kind=decision.hold.kind))
            held.append(_held(decision, told, now))
        for call in decision.calls:
            told = card(decision)
            told = replace(told, notes=(*told.notes, _unanswered(call, decision, now)))
            hold = Hold(call.key, AlertKind.REMINDER, decision.reason, call.due)
            held.append(_held(replace(decision, channel=call.channel, hold=hold), told, now))
    return tuple(held)


def _held(decision: AlertDecision, card: Card, since: datetime) -> Held:
    hold = decision.hold
    if hold is None:
        raise ValueError("the decision holds nothing")
    return Held(
        article_id=decision.article_id,
        story_id=decision.story_id,
        channel=decision.channel,
        key=hold.key,
        kind=hold.kind,
        reason=decision.reason,
        rules=decision.rules,
        severity=decision.severity,
        card=card,
        since=since,
        due=hold.due,
    )


def _unanswered(call: Call, decision: AlertDecision, now: datetime) -> str:
    if call.key == "repeat":
        return "nobody has acknowledged this yet"
    return f"nobody acknowledged this in {decision.channel} within {spoken(call.due - now)}"


def _by_channel(about: Situation, default_channel: str) -> list[tuple[Way, tuple[Rule, ...]]]:
    """The matched rules that lead to each channel, gravest first; the way and spelling are the gravest rule's."""
    matched = {match.rule_id: about.rules[match.rule_id] for match in about.matches if match.rule_id in about.rules}
    channels: dict[str, tuple[Way, list[Rule]]] = {}
    for rule in sorted(matched.values(), key=lambda rule: -rule.severity.rank):
        subject = subject_of(about.article, rule, about.story.story_id, about.countries)
        for way in ways(about.policy, subject, rule.channels, about.now, default_channel):
            channels.setdefault(channel_key(way.channel), (way, []))[1].append(rule)
    return [(way, tuple(rules)) for way, rules in channels.values()]


def _decision(draft: Draft, about: Situation) -> AlertDecision:
    if draft.reason is None:
        raise ValueError(f"no stage gave a reason for {about.article.id} in {draft.channel}")
    hold = draft.hold if draft.kind is not None else None
    kind = None if hold else draft.kind
    return AlertDecision(
        article_id=about.article.id,
        story_id=about.story.story_id,
        channel=draft.channel,
        kind=kind,
        reason=hold.reason if hold else draft.reason,
        rules=tuple(rule.id for rule in draft.rules),
        severity=draft.severity,
        because=tuple(
            dict.fromkeys(
                line for rule in draft.rules if rule.id in about.verdicts for line in about.verdicts[rule.id].because
            )
        ),
        trace=draft.trace,
        hold=hold,
        calls=_calls(draft, about) if kind is AlertKind.FIRST else (),
    )


def _calls(draft: Draft, about: Situation) -> tuple[Call, ...]:
    escalate, repeat = draft.handling.escalate, draft.handling.repeat
    calls = [Call("escalate", escalate.channel, about.now + escalate.after)] if escalate else []
    calls += [Call("repeat", draft.channel, about.now + repeat)] if repeat else []
    return tuple(calls)
