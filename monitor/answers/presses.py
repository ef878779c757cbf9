"""The buttons below a card: acknowledge, mute, snooze, not relevant, why."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from monitor.alerts.words import WORDS
from monitor.answers import drafting
from monitor.answers.context import Context
from monitor.answers.people import Asker
from monitor.answers.replies import Corrections, Modal, Reply, View, code, escaped, note, section, verbatim
from monitor.matching import explain, render
from monitor.model.alert import Alert
from monitor.model.answer import Answer, AnswerKind, Silence
from monitor.model.selector import Selector
from monitor.sinks.slack_blocks import person, when
from monitor.sinks.slack_buttons import Press, chosen, option, plain

_MOST_EXPLAINED = 3
_EXPLAINED_LINES = 60
NOT_RELEVANT = "not_relevant"
"""The callback id of the modal that asks why."""
_REASONS = ("Not our topic", "Already known", "Not important enough", "The facts are wrong", "Something else")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press below the card of an alert; `value` is what the button or the choice carries."""

    by: Asker
    alert: Alert
    value: str


async def acknowledge(context: Context, pressed: Pressed) -> Reply | None:
    """Take the story: it stops calling others, and its card says who has it."""
    answer = Answer(AnswerKind.ACKNOWLEDGED, pressed.alert.id, pressed.by.user, context.clock.now())
    if not await context.call(context.store.answer, answer):
        return Reply("You have acknowledged this already.")
    await context.touched(pressed.alert.story_id)
    return None


async def mute(context: Context, pressed: Pressed) -> Reply:
    """Hold back what the story brings, in the channel of the card, for as long as it can go on."""
    selector = Selector(story=(pressed.alert.story_id,), channel=(pressed.alert.channel,))
    return await hold(context, pressed.by, selector, context.window, "the story", story=pressed.alert.story_id)


async def snooze(context: Context, pressed: Pressed) -> Reply:
    """Hold back what a rule brings, in the channel of the card, for an hour or a day."""
    choice = chosen(pressed.value)
    if choice is None or choice[1] >= len(pressed.alert.rules):
        return Reply("This menu is of an older version and cannot be read any more; use `/watch snooze RULE 1h`.")
    rule = pressed.alert.rules[choice[1]]
    selector = Selector(rule=(rule,), channel=(pressed.alert.channel,))
    ends = timedelta(hours=choice[2])
    return await hold(context, pressed.by, selector, ends, f"the rule {verbatim(rule)}", story=pressed.alert.story_id)


async def hold(
    context: Context, by: Asker, selector: Selector, length: timedelta, what: str, *, story: str = ""
) -> Reply:
    """Make a silence, unless one like it lasts as long already; `what` it holds is formatted as Slack does."""
    now = context.clock.now()
    in_force = await context.call(context.store.silences, now)
    same = [silence for silence in in_force if silence.selector == selector and silence.ends >= now + length / 2]
    channel = f" in {escaped(selector.channel[0])}" if selector.channel else ""
    held = f"{what[:1].upper() + what[1:]} is held back{channel} until"
    if same:
        by_whom = "you" if same[0].author == by.user else person(same[0].author)
        return Reply(f"{held} {when(same[0].ends)} already, by {by_whom}.")
    silence = Silence(selector, by.user, "from Slack", now, now + length)
    await context.call(context.store.silence, silence)
    if story:
        await context.touched(story)
    ending = f"what it brings is listed then. To end this earlier: `/watch end {silence.id}`."
    return Reply(f"{held} {when(silence.ends)}; {ending}")


async def ask_why_not_relevant(context: Context, pressed: Pressed) -> Modal:  # noqa: ARG001 - one signature for all
    """Ask for the reason; the answer counts in the rule's precision."""
    reasons = [option(reason, reason) for reason in _REASONS]
    blocks = [
        section(f"*{escaped(pressed.alert.card.headline)}*"),
        {
            "type": "input",
            "block_id": "reason",
            "label": plain("Why is this alert not relevant?"),
            "element": {
                "type": "radio_buttons",
                "action_id": "reason",
                "options": reasons,
                "initial_option": reasons[0],
            },
        },
        {
            "type": "input",
            "block_id": "words",
            "optional": True,
            "label": plain("What should the rule leave out?"),
            "element": {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": 500},
        },
        note(f"It counts against the precision of {escaped(', '.join(pressed.alert.rules))}."),
    ]
    return Modal(
        {
            "type": "modal",
            "callback_id": NOT_RELEVANT,
            "private_metadata": pressed.alert.id,
            "title": plain("Not relevant", 24),
            "submit": plain("Send", 24),
            "close": plain("Cancel", 24),
            "blocks": blocks,
        }
    )


async def not_relevant(context: Context, by: Asker, view: View) -> Corrections | None:
    """Note the verdict of a submitted modal."""
    values = view.get("state", {}).get("values", {})
    picked = values.get("reason", {}).get("reason", {}).get("selected_option") or {}
    words = str(values.get("words", {}).get("words", {}).get("value") or "").strip()
    reason = str(picked.get("value") or _REASONS[-1])
    said = f"{reason}: {words}" if words else reason
    alert_id = str(view.get("private_metadata") or "")
    answer = Answer(AnswerKind.NOT_RELEVANT, alert_id, by.user, context.clock.now(), said[:600])
    if not await context.call(context.store.answer, answer):
        return Corrections({"reason": "You have said so already, or this alert is not kept any more."})
    status = await context.call(context.store.alert, alert_id)
    if status is not None:
        await context.touched(status.alert.story_id)
    return None


async def why(context: Context, pressed: Pressed) -> Reply:
    """The condition of each rule answered for the article, and how the article stands to its story."""
    alert = pressed.alert
    article = await context.call(context.store.article, alert.article_id)
    if article is None:
        return Reply("The article of this alert is not kept any more, so it cannot be explained.")
    outcome = await context.call(context.store.outcome, article.id)
    blocks = [section(f"*Why you got this: {escaped(alert.card.headline)}*")]
    for rule_id in alert.rules[:_MOST_EXPLAINED]:
        rule = context.rules.book.rules.get(rule_id)
        if rule is None:
            blocks.append(note(f"The rule {verbatim(rule_id)} is gone from the rule files."))
            continue
        lines = list(render(explain(rule, article, outcome.facts)))
        more = [f"… and {len(lines) - _EXPLAINED_LINES} more lines"] if len(lines) > _EXPLAINED_LINES else []
        blocks += [note(f"Rule {verbatim(rule_id)}"), code("\n".join([*lines[:_EXPLAINED_LINES], *more]))]
    if len(alert.rules) > _MOST_EXPLAINED:
        blocks.append(note(f"and {len(alert.rules) - _MOST_EXPLAINED} more rules"))
    told = [f"Alerted {when(alert.created)}: {escaped(WORDS[alert.reason])}"]
    if outcome.story is not None:
        story = f"story: {outcome.story.relation.value} ({outcome.story.reason.replace('_', ' ')})"
        told.append(escaped(" · ".join((story, *outcome.story.evidence[:3])), 900))
    blocks += [note(*told), note(f"`monitor articles show {article.id}` tells all of it.")]
    return Reply(f"Why you got this: {escaped(alert.card.headline)}", tuple(blocks))


PRESSES: Mapping[str, Callable[[Context, Pressed], Awaitable[Reply | Modal | None]]] = {
    Press.ACKNOWLEDGE: acknowledge,
    Press.MUTE: mute,
    Press.SNOOZE: snooze,
    Press.NOT_RELEVANT: ask_why_not_relevant,
    Press.WHY: why,
    Press.WATCH: lambda context, pressed: drafting.ask_for_entity(context, pressed.alert),
}

Submitted = Callable[[Context, Asker, dict[str, Any]], Awaitable[Modal | Corrections | None]]
SUBMISSIONS: Mapping[str, Submitted] = {
    NOT_RELEVANT: not_relevant,
    drafting.ASK: drafting.try_out,
    drafting.SAVE: drafting.save,
}
