"""What a rule does and when: severity, channels, people, age, schedule, throttle; set by a rule, a file or a folder."""

import re
from collections.abc import Callable
from collections.abc import Mapping as Fields
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from monitor.model.article import FullText
from monitor.model.rule import ALWAYS, Digest, Schedule, Severity, Throttle, Updates
from monitor.model.trend import NO_TRENDS, Trends
from monitor.rules.durations import LONGEST, read_duration
from monitor.rules.reading import Reading
from monitor.rules.schedule import read_active, read_end, read_start
from monitor.rules.tree import Node, Scalar, Sequence
from monitor.rules.trends import TREND_KEYS, read_trend

CHANNEL: Final = re.compile(r"(?:[#@]|[a-z][a-z0-9_]{0,30}:)?[\w.-]{1,80}")
"""A channel of the main sink, or one of another: `webhook:siem`."""

_LABEL = re.compile(r"[\w][\w.:/-]{0,79}")
_THROTTLE = re.compile(r"(\d{1,6}) ?(?:/|per|an?|in|within) ?(.+)", re.IGNORECASE)
_SHORTEST = timedelta(minutes=1)
# Alerts are counted so far back.
_LONGEST_THROTTLE = timedelta(days=7)
_MOST_CHANNELS = 20
_MENTION = re.compile(r"@?[\w.-]{1,80}|<[@!#][\w^|.-]{1,80}>")
_LINK = re.compile(r"https?://[^\s<>\"]{1,2000}")
_YES, _NO = ("true", "yes", "on"), ("false", "no", "off")


@dataclass(frozen=True, slots=True)
class Settings:
    """What `defaults` and each rule may set alike."""

    severity: Severity = Severity.MEDIUM
    channels: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    max_age: timedelta = timedelta(hours=48)
    full_text: FullText = FullText.NEVER
    schedule: Schedule = ALWAYS
    mention: str = ""
    owner: str = ""
    runbook: str = ""
    throttle: Throttle | None = None
    digest: Digest = Digest.OFF
    updates: Updates = Updates.ALL
    trends: Trends = NO_TRENDS
    enabled: bool = True


def read_settings(reading: Reading, fields: Fields[str, Node], defaults: Settings) -> Settings:
    """The defaults with what the fields set; other fields are left alone."""
    settings = defaults
    for key, change in _CHANGES.items():
        if key in fields:
            settings = change(reading, settings, fields[key])
    for key in TREND_KEYS:
        if key in fields:
            settings = replace(settings, trends=read_trend(reading, settings.trends, key, fields[key]))
    return settings


def _severity(reading: Reading, settings: Settings, node: Node) -> Settings:
    written = reading.text(node, "severity").lower()
    if written and written not in list(Severity):
        near = reading.nearest(written, list(Severity))
        hint = f"; did you mean {near}?" if near else ""
        reading.fail(node, f"`{written[:60]}` is not a severity: {', '.join(Severity)}{hint}")
        return settings
    return replace(settings, severity=Severity(written)) if written else settings


def _channel(reading: Reading, settings: Settings, node: Node) -> Settings:
    if isinstance(node, Scalar) and node.plain and not node.text:
        reading.fail(node, 'nothing after `channel:`; quote a name that begins with #, as in channel: "#ukraine"')
        return settings
    if isinstance(node, Sequence) and len(node.items) > _MOST_CHANNELS:
        reading.fail(node, f"{len(node.items)} channels; at most {_MOST_CHANNELS}, since each gets every alert")
        return settings
    channels: list[str] = []
    for item in reading.items(node, "`channel`"):
        written = reading.text(item, "channel")
        if written and not CHANNEL.fullmatch(written):
            reading.fail(item, f'`{written[:60]}` is not a channel; write a name or id, as in "#ukraine" or C0123ABCD')
        channels.append(written)
    return replace(settings, channels=tuple(dict.fromkeys(channels)))


def _labels(reading: Reading, settings: Settings, node: Node) -> Settings:
    labels: list[str] = []
    for item in reading.items(node, "`labels`", empty=True):
        label = reading.text(item, "labels")
        if label and not _LABEL.fullmatch(label):
            reading.fail(item, f"`{label[:60]}` is not a label; use letters, digits and - _ . : / without spaces")
        labels.append(label)
    return replace(settings, labels=tuple(dict.fromkeys(labels)))


def _max_age(reading: Reading, settings: Settings, node: Node) -> Settings:
    written = reading.text(node, "max_age")
    length = read_duration(written)
    if length is None and written:
        reading.fail(node, f"`{written[:60]}` is not an age; write a number and m, h, d or w, as in 48h or 7d")
    if length is None:
        return settings
    if not _SHORTEST <= length <= LONGEST:
        reading.fail(node, f"an age of {written} is not sensible; from 1m to {LONGEST.days}d")
        return settings
    return replace(settings, max_age=length)


def _full_text(reading: Reading, settings: Settings, node: Node) -> Settings:
    written = reading.text(node, "full_text").lower()
    written = "never" if written in _NO else written
    if written and written not in list(FullText):
        near = reading.nearest(written, list(FullText))
        hint = f"; did you mean {near}?" if near else ""
        reading.fail(node, f"`{written[:60]}` says not whose pages to read: {', '.join(FullText)}{hint}")
        return settings
    return replace(settings, full_text=FullText(written)) if written else settings


def _start(reading: Reading, settings: Settings, node: Node) -> Settings:
    return replace(settings, schedule=read_start(reading, settings.schedule, node))


def _end(reading: Reading, settings: Settings, node: Node) -> Settings:
    return replace(settings, schedule=read_end(reading, settings.schedule, node))


def _active(reading: Reading, settings: Settings, node: Node) -> Settings:
    return replace(settings, schedule=read_active(reading, settings.schedule, node))


def _mention(reading: Reading, settings: Settings, node: Node) -> Settings:
    written = reading.text(node, "mention")
    if written and not _MENTION.fullmatch(written):
        problem = f"`{written[:60]}` names nobody to mention"
        reading.fail(node, f'{problem}; write "@here", "@channel", or the id of one user or group, such as U0123ABCD')
    return replace(settings, mention=written)


def _owner(reading: Reading, settings: Settings, node: Node) -> Settings:
    return replace(settings, owner=" ".join(reading.text(node, "owner").split()))


def _runbook(reading: Reading, settings: Settings, node: Node) -> Settings:
    written = reading.text(node, "runbook")
    if written and not _LINK.fullmatch(written):
        reading.fail(node, f"`{written[:60]}` is not a link; write an address that begins with http:// or https://")
    return replace(settings, runbook=written)


def _throttle(reading: Reading, settings: Settings, node: Node) -> Settings:
    written = reading.text(node, "throttle").lower()
    if not written or written in _NO:
        return replace(settings, throttle=None)
    found = _THROTTLE.fullmatch(written)
    within = read_duration(found[2]) if found else None
    if found is None or within is None or not int(found[1]) or not _SHORTEST <= within <= LONGEST:
        reading.fail(
            node, f"`{written[:60]}` is no throttle; write how many alerts in what time: 5 per 1h; off for none"
        )
        return settings
    if within > _LONGEST_THROTTLE:
        reading.fail(node, f"`{written[:60]}` looks back too far; a throttle counts the alerts of 7 days at most")
        return settings
    return replace(settings, throttle=Throttle(int(found[1]), within))


def _digest(reading: Reading, settings: Settings, node: Node) -> Settings:
    written = reading.text(node, "digest").lower()
    written = "off" if written in _NO else written
    if written and written not in list(Digest):
        near = reading.nearest(written, list(Digest))
        hint = f"; did you mean {near}?" if near else ""
        reading.fail(node, f"`{written[:60]}` is not a digest: {', '.join(Digest)}{hint}")
        return settings
    return replace(settings, digest=Digest(written)) if written else settings


def _updates(reading: Reading, settings: Settings, node: Node) -> Settings:
    written = reading.text(node, "updates").lower()
    written = "none" if written in _NO else "all" if written in _YES else written
    if written and written not in list(Updates):
        near = reading.nearest(written, list(Updates))
        hint = f"; did you mean {near}?" if near else ""
        reading.fail(node, f"`{written[:60]}` is none of {', '.join(Updates)}{hint}")
        return settings
    return replace(settings, updates=Updates(written)) if written else settings


def _enabled(reading: Reading, settings: Settings, node: Node) -> Settings:
    written = reading.text(node, "enabled").lower()
    if written and written not in _YES + _NO:
        reading.fail(node, f"`{written[:60]}` is neither true nor false")
    return replace(settings, enabled=written in _YES)


_CHANGES: Final[dict[str, Callable[[Reading, Settings, Node], Settings]]] = {
    "severity": _severity,
    "channel": _channel,
    "labels": _labels,
    "max_age": _max_age,
    "full_text": _full_text,
    "start": _start,
    "end": _end,
    "active": _active,
    "mention": _mention,
    "owner": _owner,
    "runbook": _runbook,
    "throttle": _throttle,
    "digest": _digest,
    "updates": _updates,
    "enabled": _enabled,
}
SETTING_KEYS = (*_CHANGES, *TREND_KEYS)
