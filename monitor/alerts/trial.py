"""Trying a policy on made-up alerts: what the tests in alerts.yaml and `monitor alerts route` do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.policy import Situation, decide
from monitor.model.alert import Alert, AlertDecision, AlertKind, Card, Reason
from monitor.model.answer import Silence
from monitor.model.article import Article
from monitor.model.policy import Policy
from monitor.model.rule import AnyOf, Match, Rule, Severity
from monitor.model.selector import Selector
from monitor.model.story import Relation, StoryDecision

NOW = "now"
"""The outcome of an alert that does not wait; any other outcome is the name of a reason."""

_STORY = "0" * 16


@dataclass(frozen=True, slots=True)
class TrialResult:
    """How one test of a policy file went; message is "" where it passed."""

    name: str
    line: int
    message: str = ""


def attempt(
    policy: Policy,
    given: Selector,
    at: datetime,
    rules: Mapping[str, Rule],
    default_channel: str,
    *,
    earlier: Sequence[Selector] = (),
    silences: Sequence[Selector] = (),
) -> tuple[AlertDecision, ...]:
    """Decide about a made-up article of a new story, as it would be decided at that moment.

    `given` says what alerts, by the first value of each key; a rule of that id lends its severity, labels, channels
    and schedule. `earlier` are alerts the same story raised an hour before; `silences` are in force.
    """
    rule, article = _rule(given, rules), _article(given, at)
    past = [_rule(one, rules, f"earlier {number}") for number, one in enumerate(earlier, 1)]
    story = StoryDecision(article.id, _STORY, Relation.UPDATE if past else Relation.NEW, reason="made up")
    about = Situation(
        article,
        (Match(rule.id, "", ()),),
        {**rules, **{one.id: one for one in past}, rule.id: rule},
        story,
        at,
        policy,
        prior=[_alert(one, _article(given, at), at - timedelta(hours=1), seq) for seq, one in enumerate(past)],
        silences=[Silence(one, "test", "", at - timedelta(hours=1), at + timedelta(hours=1)) for one in silences],
        countries=given.country[:1],
    )
    return decide(about, given.channel[0] if given.channel else default_channel)


def run_tests(policy: Policy, rules: Mapping[str, Rule], default_channel: str) -> tuple[TrialResult, ...]:
    """Run the tests a policy file carries."""
    results = []
    for test in policy.tests:
        unknown = [name for one in (test.given, *test.earlier) for name in one.rule if name not in rules]
        if unknown and not test.given.severity:
            message = f"no rule has the id `{unknown[0]}`; correct it, or give the test a severity"
            results.append(TrialResult(test.name, test.line, message))
            continue
        decisions = attempt(
            policy, test.given, test.at, rules, default_channel, earlier=test.earlier, silences=test.silences
        )
        found = {decision.channel: outcome(decision) for decision in decisions}
        wanted = dict(test.expect)
        message = ""
        if found != wanted:
            message = f"expected {_spelled(wanted)}, but it is {_spelled(found)} ({_why(decisions)})"
        results.append(TrialResult(test.name, test.line, message))
    return tuple(results)


def outcome(decision: AlertDecision) -> str:
    """What a test calls the decision."""
    return NOW if decision.kind else decision.reason.value


def _spelled(outcomes: Mapping[str, str]) -> str:
    return ", ".join(f"{channel}: {what}" for channel, what in outcomes.items())


def _why(decisions: Sequence[AlertDecision]) -> str:
    return " | ".join("; ".join(decision.trace) for decision in decisions)


def _rule(given: Selector, rules: Mapping[str, Rule], name: str = "made-up") -> Rule:
    rule_id = given.rule[0] if given.rule else name
    rule = rules.get(rule_id) or Rule(rule_id, rule_id, AnyOf(()))
    if given.severity:
        rule = replace(rule, severity=given.severity[0])
    return replace(rule, labels=given.label or rule.labels)


def _article(given: Selector, at: datetime) -> Article:
    def first(values: tuple[str, ...]) -> str:
        return values[0] if values else ""

    return Article(
        source=first(given.source),
        key="made up",
        title="Made up",
        text="",
        fetched=at,
        published=at,
        outlet=first(given.outlet),
        group=first(given.group),
        lang=first(given.lang),
    )


def _alert(rule: Rule, about: Article, at: datetime, seq: int) -> Alert:
    """An alert that the story raised earlier, in a channel of its own so that it tells nobody else."""
    card = Card(rule.severity, AlertKind.FIRST, (rule.name,), "Made up", "", "", None)
    return Alert(
        story_id=_STORY,
        channel="(earlier)",
        kind=AlertKind.FIRST,
        seq=seq,
        article_id=about.id[::-1],
        rules=(rule.id,),
        severity=Severity(rule.severity),
        reason=Reason.NEW_STORY,
        created=at,
        card=card,
    )
