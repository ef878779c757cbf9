"""The app's home tab: today's stories, how the rules do, and the silences of whoever looks at it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from monitor.alerts.times import hour, stamp
from monitor.answers.context import Context
from monitor.answers.replies import View, bullets, counted, escaped, header, link, note, section, verbatim, words
from monitor.model.alert import Alert
from monitor.model.answer import RuleVerdicts, Silence
from monitor.sinks.slack_blocks import DOT, Block
from monitor.sinks.slack_buttons import button

END = "end_silence"
REFRESH = "refresh"
_TODAY, _VERDICTS = timedelta(hours=24), timedelta(days=30)
_MOST_STORIES, _MOST_RULES, _MOST_SILENCES, _MOST_ALERTS = 15, 15, 20, 500


async def home(context: Context, user: str) -> View:
    """The tab for a user, as of now."""
    now = context.clock.now()
    statuses = await context.call(lambda: context.store.alerts(limit=_MOST_ALERTS))
    verdicts = await context.call(context.store.verdicts, now - _VERDICTS)
    silences = await context.call(context.store.silences, now)
    today = [status.alert for status in statuses if status.alert.created > now - _TODAY]
    mine = [silence for silence in silences if silence.author == user][:_MOST_SILENCES]
    muted = {silence.id: await _muted(context, silence) for silence in mine}
    blocks = [
        header("Today"),
        *_stories(today),
        header("Rules"),
        *_rules(context, verdicts.values()),
        header("Your silences"),
        *_silences(mine, muted),
        {"type": "divider"},
        note(f"As of {hour(now)}. `/watch` shows what else you can ask for."),
        {"type": "actions", "block_id": "home", "elements": [button("Refresh", REFRESH)]},
    ]
    return {"type": "home", "blocks": blocks}


def refused(words_: str) -> View:
    """The tab for somebody who may not see it."""
    return {"type": "home", "blocks": [section(words_)]}


def _stories(alerts: list[Alert]) -> list[Block]:
    stories: dict[str, list[Alert]] = {}
    for alert in alerts:
        stories.setdefault(alert.story_id, []).append(alert)
    ranked = sorted(stories.values(), key=lambda told: (-max(a.severity.rank for a in told), -len(told)))
    if not ranked:
        return [note("No alerts in the last 24 hours.")]
    lines = []
    for told in ranked[:_MOST_STORIES]:
        first, gravest = told[-1], max(told, key=lambda alert: alert.severity.rank)
        more = f", {len(told) - 1} more since" if len(told) > 1 else ""
        about = f" — {hour(first.created)}, {first.channel}{more}"
        lines.append([words(f"{DOT[gravest.severity]} "), link(first.card.headline, first.card.url), words(about)])
    rest = len(ranked) - _MOST_STORIES
    return [bullets(lines), *([note(f"and {rest} more: `monitor alerts list`")] if rest > 0 else [])]


def _rules(context: Context, verdicts: Iterable[RuleVerdicts]) -> list[Block]:
    book, errors = context.rules.book, context.rules.errors
    ranked = sorted(verdicts, key=lambda verdict: -verdict.alerts)
    lines = [[words(verdict.rule_id, bold=True), words(_record(verdict))] for verdict in ranked[:_MOST_RULES]]
    blocks = [section(f"{counted(len(book.matcher.rules), 'rule')} in force")]
    blocks += [section(f":warning: {escaped(str(error), 400)}") for error in errors[:5]]
    return [*blocks, *([bullets(lines)] if lines else [note("No rule has alerted in 30 days.")])]


def _record(verdict: RuleVerdicts) -> str:
    raised = f"  {counted(verdict.alerts, 'alert')} in 30 days"
    if verdict.precision is None:
        return f"{raised}, nobody has answered"
    answered = verdict.acknowledged + verdict.not_relevant
    return f"{raised}, {verdict.precision:.0%} of {answered} answered relevant"


async def _muted(context: Context, silence: Silence) -> str:
    """What a silence holds, as a person knows it: a story by its headline."""
    where = f" in {escaped(', '.join(silence.selector.channel))}" if silence.selector.channel else ""
    if not silence.selector.story:
        rest = replace(silence.selector, channel=())
        return f"{verbatim(str(rest))}{where}"
    told = await context.call(context.store.alerts_of, silence.selector.story[0])
    headline = told[0].card.headline if told else f"story {silence.selector.story[0]}"
    return f"{escaped(headline)}{where}"


def _silences(silences: list[Silence], muted: Mapping[str, str]) -> list[Block]:
    if not silences:
        return [note("None. A card's buttons or `/watch mute` and `/watch snooze` make them.")]
    return [
        section(f"{muted[silence.id]} until {stamp(silence.ends)}")
        | {"block_id": f"silence-{silence.id}", "accessory": button("End now", END, silence.id)}
        for silence in silences
    ]
