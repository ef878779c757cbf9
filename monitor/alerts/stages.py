"""The stages of the alert policy: each looks at a draft and passes it on, narrower, held or settled.

All have one signature; `policy.STAGES` composes them. The idea is Prometheus Alertmanager's notification pipeline.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.alerts.recent import Recent
from monitor.alerts.routing import channel_key, subject_of
from monitor.model.alert import Alert, AlertKind, Held, Hold, Reason, Verdict
from monitor.model.answer import Silence
from monitor.model.article import BASELINE, Article, SourceKind
from monitor.model.policy import HOURLY, DigestTimes, Handling, Policy, first_outside
from monitor.model.rule import Digest, Match, Rule, Severity, Updates
from monitor.model.selector import Subject
from monitor.model.story import Change, Relation, StoryDecision

CALLS = ("escalate", "repeat")
"""Keys of what waits for nobody to answer."""

BASELINE_AGE = timedelta(hours=6)
"""What a new feed lists is old news beyond this age."""
_CORRECTIONS = frozenset({"correction", "retraction"})
_NO_NEWS = {Relation.COPY: Reason.COPY, Relation.EDITED: Reason.EDITED_NO_NEWS}
_FREE = Verdict()
# Below so many in an hour it is no storm, however rarely the rule fires.
_STORM_LEAST = 30
_STORM_PAUSE = timedelta(minutes=15)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the decision about one article rests on.

    Attributes:
        prior: alerts of its story in any channel; held: what of its story waits or has waited, likewise.
        countries: ISO 3166-1 alpha-2 codes of the places the article names.
        verdicts: by rule, what its conditions over time make of the match.
    """

    article: Article
    matches: Sequence[Match]
    rules: Mapping[str, Rule]
    story: StoryDecision
    now: datetime
    policy: Policy
    prior: Sequence[Alert] = ()
    held: Sequence[Held] = ()
    silences: Sequence[Silence] = ()
    recent: Recent = field(default_factory=Recent)
    countries: tuple[str, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision in the making, for one channel.

    Attributes:
        rules: those that still speak, gravest first; never empty.
        kind, reason: None until the stage `news` has found them.
        hold: set by the first stage that makes it wait.
        settled: nothing that follows changes it.
        trace: what the stages so far found.
    """

    channel: str
    rules: tuple[Rule, ...]
    handling: Handling
    kind: AlertKind | None = None
    reason: Reason | None = None
    hold: Hold | None = None
    settled: bool = False
    trace: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """The gravest of the rules that speak."""
        return self.rules[0].severity

    def noting(self, line: str) -> "Draft":
        """The draft with one more line in its trace."""
        return replace(self, trace=(*self.trace, line))

    def settle(self, reason: Reason, line: str, kind: AlertKind | None = None) -> "Draft":
        """The draft, decided."""
        return replace(self.noting(line), reason=reason, kind=kind, settled=True)

    def wait(self, key: str, reason: Reason, due: datetime, line: str) -> "Draft":
        """The draft, made to wait."""
        until = f"{due:%Y-%m-%d %H:%M:%S} UTC"
        hold = Hold(key, self.kind or AlertKind.FIRST, reason, due)
        return replace(self.noting(f"{line}; waits until {until}"), hold=hold)


Stage = Callable[[Draft, Situation], Draft]


def repeated(draft: Draft, about: Situation) -> Draft:
    """An article that has alerted here already is decided as it was."""
    again = next((alert for alert in _raised(draft, about) if alert.article_id == about.article.id), None)
    if again is None:
        return draft
    rules = tuple(about.rules[name] for name in again.rules if name in about.rules) or draft.rules
    return replace(draft, rules=rules).settle(again.reason, "decided before", again.kind)


def on_duty(draft: Draft, about: Situation) -> Draft:
    """Rules outside of their schedule do not speak."""
    on = tuple(rule for rule in draft.rules if rule.schedule.covers(about.now))
    if not on:
        return draft.settle(Reason.OFF_SCHEDULE, "no rule is in force at this time")
    off = [rule.id for rule in draft.rules if rule not in on]
    return replace(draft, rules=on).noting(f"schedule: {', '.join(off)} off") if off else draft


def over_time(draft: Draft, about: Situation) -> Draft:
    """Rules whose conditions over time do not hold do not speak."""
    verdicts = [about.verdicts.get(rule.id, _FREE) for rule in draft.rules]
    free = tuple(rule for rule, verdict in zip(draft.rules, verdicts, strict=True) if verdict.held is None)
    held = [verdict for verdict in verdicts if verdict.held is not None]
    if not held:
        return draft
    because = "; ".join(dict.fromkeys(line for verdict in held for line in verdict.because))
    line = f"over time: {', '.join(rule.id for rule in draft.rules if rule not in free)} held back, {because}"
    return replace(draft, rules=free).noting(line) if free else draft.settle(held[0].held or Reason.NO_NEWS, line)


def inhibited(draft: Draft, about: Situation) -> Draft:
    """What graver rules say about the same story hushes lesser ones."""
    matched = [about.rules[match.rule_id] for match in about.matches if match.rule_id in about.rules]
    earlier = [about.rules[name] for alert in about.prior for name in alert.rules if name in about.rules]
    speaking, hushed = list(draft.rules), []
    for inhibition in about.policy.inhibitions:
        sources = [
            rule for rule in (*matched, *earlier) if inhibition.source.takes(_subject(rule, about, draft.channel))
        ]
        for rule in tuple(speaking):
            by = next((source for source in sources if source.id != rule.id), None)
            if by is not None and inhibition.hushed.takes(_subject(rule, about, draft.channel)):
                speaking.remove(rule)
                hushed.append(f"{rule.id} is hushed by {by.id}")
    if not hushed:
        return draft
    line = f"inhibition: {', '.join(hushed)}"
    if not speaking:
        return draft.settle(Reason.INHIBITED, line)
    return replace(draft, rules=tuple(speaking)).noting(line)


def silenced(draft: Draft, about: Situation) -> Draft:
    """Silenced rules do not speak; where all are, the alert waits for the first silence to end."""
    by = {rule.id: _silence(rule, draft, about) for rule in draft.rules}
    speaking = tuple(rule for rule in draft.rules if by[rule.id] is None)
    held_by = [silence for silence in by.values() if silence is not None]
    if not held_by:
        return draft
    first = min(held_by, key=lambda silence: (silence.ends, silence.id))
    told = ", ".join(f"{name} by {silence.id}" for name, silence in by.items() if silence is not None)
    if speaking:
        return replace(draft, rules=speaking).noting(f"silence: {told}")
    why = f" ({first.reason})" if first.reason else ""
    return draft.wait(f"silence:{first.id}", Reason.SILENCED, first.ends, f"silence: {told}, {first.author}{why}")


def news(draft: Draft, about: Situation) -> Draft:
    """Whether the article tells this channel anything it has not been told."""
    age = _age(about.article, about.now)
    too_old = age > max(rule.max_age for rule in draft.rules)
    if BASELINE in about.article.flags and not too_old and (about.article.published is None or age > BASELINE_AGE):
        return draft.settle(Reason.BASELINE, "the feed is new, and listed this already")
    raised, listed = _raised(draft, about), [held for held in _held(draft, about) if held.told_by]
    kind: AlertKind | None
    if raised or listed:
        told = [*(alert.severity for alert in raised), *(held.severity for held in listed)]
        kind, reason = _follow_up(draft, about, told, too_old=too_old)
    else:
        kind, reason = (None, Reason.TOO_OLD) if too_old else (AlertKind.FIRST, Reason.NEW_STORY)
    line = f"story: {about.story.relation.value} ({about.story.reason or 'not compared'}), {reason.value}"
    if kind is None:
        return draft.settle(reason, line)
    hold = replace(draft.hold, kind=kind) if draft.hold else None
    return replace(draft, kind=kind, reason=reason, hold=hold).noting(line)


def quiet(draft: Draft, about: Situation) -> Draft:
    """In quiet hours alerts wait for their end."""
    covered = [times.name for times in about.policy.named(draft.handling.quiet) if times.covers(about.now)]
    if draft.hold or not covered:
        return draft
    end = first_outside(about.policy.named(draft.handling.quiet), about.now)
    return draft.wait("quiet", Reason.QUIET, end, f"quiet hours: {', '.join(covered)}")


def gathered(draft: Draft, about: Situation) -> Draft:
    """Where all of it is for a digest, it waits for the next one."""
    if draft.hold:
        return draft
    plans = [_digest(rule, draft, about) for rule in draft.rules]
    wanted = [plan.next(about.now) for plan in plans if plan is not None]
    if len(wanted) < len(plans):
        return draft
    return draft.wait("digest", Reason.GATHERED, min(wanted), "digest")


def grouped(draft: Draft, about: Situation) -> Draft:
    """Below high severity, and unless it corrects, an alert waits for others of its group."""
    handling, now = draft.handling, about.now
    if draft.hold or draft.severity.rank >= Severity.HIGH.rank or draft.kind is AlertKind.CORRECTION:
        return draft
    if not handling.group_wait and not handling.group_interval:
        return draft
    name, last = _group(draft, about)
    key = f"group:{name}"[:120]
    joined = about.recent.due(draft.channel, key, now)
    due = joined or max(now + handling.group_wait, last + handling.group_interval if last else now)
    return draft.wait(key, Reason.GROUPED, due, f"group: {name}") if due > now else draft


def throttled(draft: Draft, about: Situation) -> Draft:
    """Once a channel has had as many alerts as it bears of every rule that would tell at once, the rest waits."""
    if draft.hold or draft.kind is AlertKind.CORRECTION:
        return draft
    frees = [(_free_again(rule, draft, about), rule.id) for rule in _at_once(draft, about)]
    full = [(due, name) for due, name in frees if due is not None]
    if len(full) < len(frees):
        return draft
    due, name = min(full)
    key = f"throttle:{name}"[:120]
    due = about.recent.due(draft.channel, key, about.now) or due
    return draft.wait(key, Reason.THROTTLED, due, f"throttle: {name} has told enough")


def storm(draft: Draft, about: Situation) -> Draft:
    """A rule that fires far more than usual is folded into one card at a time."""
    if draft.hold or not about.policy.storm or draft.kind is AlertKind.CORRECTION:
        return draft
    telling = [rule for rule in _at_once(draft, about) if _free_again(rule, draft, about) is None]
    for rule in telling:
        surge = about.recent.surge(rule.id, about.now)
        if surge is None or surge[0] < max(_STORM_LEAST, about.policy.storm * surge[1]):
            return draft
    name = telling[0].id
    count, usual = about.recent.surge(name, about.now) or (0, 0.0)
    key = f"storm:{name}"[:120]
    due = about.recent.due(draft.channel, key, about.now) or about.now + _STORM_PAUSE
    return draft.wait(key, Reason.STORM, due, f"storm: {name} fired {count} times in an hour, usually {usual:.1f}")


def waits_already(draft: Draft, about: Situation) -> Draft:
    """What would wait beside an earlier report of its story, and adds nothing to it, is only noted."""
    if draft.hold is None or about.story.changes:
        return draft
    open_ = [held for held in _held(draft, about) if held.ended is None and held.key == draft.hold.key]
    if not open_ or max(held.severity.rank for held in open_) < draft.severity.rank:
        return draft
    reason = _NO_NEWS.get(about.story.relation, Reason.NO_NEWS)
    return replace(draft, hold=None).settle(reason, f"an earlier report of the story waits already: {reason.value}")


def after_quiet(draft: Draft, about: Situation) -> Draft:
    """What waits for something else is not told in quiet hours either."""
    if draft.hold is None:
        return draft
    due = first_outside(about.policy.named(draft.handling.quiet), draft.hold.due)
    if due == draft.hold.due:
        return draft
    line = f"quiet hours then: waits until {due:%Y-%m-%d %H:%M} UTC"
    return replace(draft.noting(line), hold=replace(draft.hold, due=due))


def _follow_up(
    draft: Draft, about: Situation, told: Iterable[Severity], *, too_old: bool
) -> tuple[AlertKind | None, Reason]:
    """What an article means to a channel that knows its story."""
    story = about.story
    # An edit is news of the day it was seen, however long ago its article was published.
    if too_old and story.relation is not Relation.EDITED:
        return None, Reason.TOO_OLD
    if any(change.kind in _CORRECTIONS for change in story.changes):
        return AlertKind.CORRECTION, Reason.CORRECTED
    brings = story.changes if story.relation is not Relation.COPY else ()
    if _wanted(draft.rules, brings):
        return AlertKind.UPDATE, Reason.NEW_FACTS
    if any(about.verdicts.get(rule.id, _FREE).speaks for rule in draft.rules):
        return AlertKind.UPDATE, Reason.EDITED
    if draft.severity.rank > max(severity.rank for severity in told):
        return AlertKind.UPDATE, Reason.SEVERITY_ROSE
    return None, Reason.MINOR_NEWS if brings else _NO_NEWS.get(story.relation, Reason.NO_NEWS)


def _wanted(rules: Iterable[Rule], changes: Sequence[Change]) -> bool:
    """Whether one of the rules asks for news of this kind."""
    asked = {rule.updates for rule in rules}
    return (Updates.ALL in asked and bool(changes)) or (Updates.MAJOR in asked and any(c.major for c in changes))


def _raised(draft: Draft, about: Situation) -> list[Alert]:
    """The story's alerts in this channel, also those its articles raised before they were put into it."""
    here = channel_key(draft.channel)
    return [alert for alert in about.prior if channel_key(alert.channel) == here]


def _held(draft: Draft, about: Situation) -> list[Held]:
    """What of the story waits or has waited for this channel, calls apart."""
    here, story = channel_key(draft.channel), about.story.story_id
    return [
        held
        for held in about.held
        if held.story_id == story and channel_key(held.channel) == here and held.key not in CALLS
    ]


def _subject(rule: Rule, about: Situation, channel: str) -> Subject:
    return subject_of(about.article, rule, about.story.story_id, about.countries, channel)


def _silence(rule: Rule, draft: Draft, about: Situation) -> Silence | None:
    """The silence that holds the rule longest."""
    subject = _subject(rule, about, draft.channel)
    holding = [s for s in about.silences if s.holds(about.now) and s.selector.takes(subject)]
    return max(holding, key=lambda silence: (silence.ends, silence.id), default=None)


def _age(article: Article, now: datetime) -> timedelta:
    """Feed articles age from publication; a seed is news the day it is dropped in."""
    return now - (article.fetched if article.kind is SourceKind.SEED else article.time)


def _digest(rule: Rule, draft: Draft, about: Situation) -> DigestTimes | None:
    """The digest the rule's alerts wait for here, None where they are told at once."""
    return draft.handling.digest or {Digest.HOURLY: HOURLY, Digest.DAILY: about.policy.daily}.get(rule.digest)


def _at_once(draft: Draft, about: Situation) -> list[Rule]:
    """The rules that wait for no digest: while one of them may speak, the alert is told."""
    return [rule for rule in draft.rules if _digest(rule, draft, about) is None]


def _free_again(rule: Rule, draft: Draft, about: Situation) -> datetime | None:
    """When the channel may have the next alert of the rule; None for now."""
    throttle = rule.throttle or draft.handling.throttle
    if throttle is None:
        return None
    told = about.recent.told(rule.id, draft.channel, about.now - throttle.within, about.now)
    return told[-throttle.alerts] + throttle.within if len(told) >= throttle.alerts else None


def _group(draft: Draft, about: Situation) -> tuple[str, datetime | None]:
    """The group's name, and when it was last told here."""
    rule, now, interval = draft.rules[0], about.now, draft.handling.group_interval
    if draft.handling.group_by == "story":
        last = max((alert.created for alert in _raised(draft, about) if alert.created <= now), default=None)
        return f"story {about.story.story_id}", last
    label = rule.labels[0] if draft.handling.group_by == "label" and rule.labels else ""
    members = [r.id for r in about.rules.values() if label in r.labels] if label else [rule.id]
    told = [at for name in members for at in about.recent.told(name, draft.channel, now - interval, now)]
    return (f"label {label}" if label else f"rule {rule.id}"), max(told, default=None)
