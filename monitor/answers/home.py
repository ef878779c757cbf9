"""The app's home tab: today's stories, how the rules do, and the silences of whoever looks at it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.alerts.times import hour
from monitor.answers.context import Context
from monitor.answers.replies import View, bullets, counted, escaped, header, link, note, section, verbatim, words
from monitor.model.answer import RuleVerdicts, Silence
from monitor.sinks.slack_blocks import DOT, Block, when
from monitor.sinks.slack_buttons import button
from monitor.store.overview import ToldStory

END = "end_silence"
REFRESH = "refresh"
_TODAY, _VERDICTS = timedelta(hours=24), timedelta(days=30)
_MOST_STORIES, _MOST_RULES, _MOST_SILENCES = 15, 15, 20


async def home(context: Context, user: str) -> View:
    """The tab for a user, as of now."""
    now = context.clock.now()
    stories = await context.call(lambda: context.store.told_since(now - _TODAY, limit=_MOST_STORIES + 1))
    verdicts = await context.call(context.store.verdicts, now - _VERDICTS)
    silences = await context.call(context.store.silences, now)
    mine = [silence for silence in silences if silence.author == user][:_MOST_SILENCES]
    muted = {silence.id: await _muted(context, silence) for silence in mine}
    blocks = [
        header("Today"),
        *_stories(stories),
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


def _stories(told: Sequence[ToldStory]) -> list[Block]:
    if not told:
        return [note("No alerts in the last 24 hours.")]
    lines = [
        [words(f"{DOT[story.severity]} "), link(story.headline, story.url), words(f" — {_about(story)}")]
        for story in told[:_MOST_STORIES]
    ]
    more = [note("and more: `monitor alerts list`, or the web page")] if len(told) > _MOST_STORIES else []
    return [bullets(lines), *more]


def _about(story: ToldStory) -> str:
    """When and where a story was told first, who reports it, and what came since."""
    parts = [hour(story.first), ", ".join(story.channels)]
    parts += [counted(story.outlets, "outlet")] if story.outlets > 1 else []
    parts += [counted(story.updates, "update")] if story.updates else []
    parts += ["corrected"] if story.corrected else []
    return ", ".join(part for part in parts if part)


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
        section(f"{muted[silence.id]} until {when(silence.ends)}")
        | {"block_id": f"silence-{silence.id}", "accessory": button("End now", END, silence.id)}
        for silence in silences
    ]
