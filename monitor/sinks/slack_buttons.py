"""The buttons below a card. Their values name the alert, so that they work on old messages and after a restart."""

from enum import StrEnum
from typing import Any

from monitor.alerts.text import cut
from monitor.model.alert import Alert, AlertKind, Standing
from monitor.sinks.slack_blocks import Block, literal

ROW = "answers"
"""How the block ids of these rows begin."""
LONGEST_LABEL = 75
_MOST_RULES = 5


class Press(StrEnum):
    """What somebody can press below a card: the action ids."""

    ACKNOWLEDGE = "acknowledge"
    MUTE = "mute"
    SNOOZE = "snooze"
    NOT_RELEVANT = "not_relevant"
    WHY = "why"
    WATCH = "watch"


def buttons(alert: Alert, standing: Standing | None = None, *, reply: bool = False) -> list[Block]:
    """The row of a card; a reply in a thread has only what concerns itself, a digest and a notice of ours nothing."""
    if alert.kind is AlertKind.DIGEST or not alert.rules:
        return []
    row: list[Block] = []
    if alert.kind is AlertKind.REMINDER and reply:
        row.append(button("Acknowledge", Press.ACKNOWLEDGE, alert.id, style="primary"))
    if not reply:
        if standing is None or not standing.acknowledged:
            row.append(button("Acknowledge", Press.ACKNOWLEDGE, alert.id, style="primary"))
        row.append(button("Mute story", Press.MUTE, alert.id))
        row.append(_snooze(alert))
    row.append(button("Not relevant", Press.NOT_RELEVANT, alert.id))
    row.append(button("Why?", Press.WHY, alert.id))
    if not reply:
        row.append(button("Watch this entity", Press.WATCH, alert.id))
    return [{"type": "actions", "block_id": f"{ROW}-{alert.id}", "elements": row}]


def button(label: str, action: str, value: str = "", *, style: str = "", confirm: str = "") -> Block:
    """A button; with `confirm` it asks that question first."""
    made: Block = {"type": "button", "text": plain(label), "action_id": action}
    if value:
        made["value"] = value
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = {
            "title": plain(label),
            "text": plain(confirm, 300),
            "confirm": plain("Yes"),
            "deny": plain("No"),
        }
    return made


def plain(text: str, longest: int = LONGEST_LABEL) -> Block:
    """A plain text object that no text can make too long or empty."""
    shown = literal(text)
    # Slack counts characters beyond the basic plane twice.
    shown = cut(shown, longest // 2 if any(char > "\uffff" for char in shown) else longest)
    return {"type": "plain_text", "text": shown or "–"}


def option(label: str, value: str) -> Block:
    """One choice of a menu."""
    return {"text": plain(label), "value": value}


def _snooze(alert: Alert) -> Block:
    """A menu of how long, for each rule of the card."""
    names = alert.card.rules if len(alert.card.rules) == len(alert.rules) else alert.rules
    made: Block = {"type": "static_select", "action_id": Press.SNOOZE, "placeholder": plain("Snooze rule")}
    hours = (("1 hour", 1), ("1 day", 24))
    if len(names) <= 1:
        made["options"] = [option(label, f"{alert.id}:0:{count}") for label, count in hours]
        return made
    made["option_groups"] = [
        {"label": plain(name), "options": [option(label, f"{alert.id}:{number}:{count}") for label, count in hours]}
        for number, name in enumerate(names[:_MOST_RULES])
    ]
    return made


def chosen(value: str) -> tuple[str, int, int] | None:
    """The alert, the number of its rule and the hours that a choice of the snooze menu names; None for other values."""
    alert_id, _, rest = value.partition(":")
    number, _, hours = rest.partition(":")
    return (alert_id, int(number), int(hours)) if number.isdecimal() and hours.isdecimal() else None


def values(element: dict[str, Any]) -> str:
    """What an action says: a button's value, or the chosen option's."""
    option_ = element.get("selected_option")
    found = option_.get("value") if isinstance(option_, dict) else element.get("value")
    return found if isinstance(found, str) else ""
