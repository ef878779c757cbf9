"""The part of `monitor check` that looks at where alerts go, and sends a test card where that is wanted."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model.alert import Delivery
    from monitor.model.policy import Handling, Policy, Route
    from monitor.model.rule import Rule


def channels(chosen: "Settings", rules: "Sequence[Rule]", policy: "Policy") -> list[str]:
    """Every channel that rules and routes name, and the default one where it is used; "" where that is not set."""
    enabled = [rule for rule in rules if rule.enabled]
    named = {channel or chosen.slack.channel for rule in enabled for channel in rule.channels or ("",)}
    named |= {chosen.slack.fallback_channel} - {""}
    for handling in _handlings(policy.root):
        named |= set(handling.channels)
        named |= {handling.escalate.channel} if handling.escalate else set()
    return sorted(named)


def problems(chosen: "Settings", rules: "Sequence[Rule]", policy: "Policy", *, send: bool) -> tuple[str, list[str]]:
    """Where alerts go, in words, and what keeps them from it; with `send` a test card goes to every sink."""
    return asyncio.run(_look(chosen, channels(chosen, rules, policy), send=send))


async def _look(chosen: "Settings", wanted: list[str], *, send: bool) -> tuple[str, list[str]]:
    from monitor.cli.run import sinks
    from monitor.ports import Failed
    from monitor.sinks.slack import SlackSink

    made = sinks(chosen)
    found = []
    if "" in wanted and chosen.slack.token:
        found.append("some rules name no channel and slack.channel is empty; set MONITOR_SLACK__CHANNEL")
    named = [channel for channel in wanted if channel and ":" not in channel]
    untaken = _untaken(chosen, wanted)
    found += [f"nothing takes the channel {channel}; configure it as docs/sinks.md tells" for channel in untaken]
    for sink in made.all:
        if isinstance(sink, SlackSink):
            found += await sink.check(named, chosen.slack.socket_token)
        if send and sink not in made.addressed:
            outcome = await sink.send(_test_card(sink.name, chosen.slack.channel or next(iter(named), "")))
            if isinstance(outcome, Failed):
                found.append(f"the test card was not sent: {outcome.error}")
        await sink.close()
    return f"{made.told}{'; a test card is there' if send else ''}", found


def _untaken(chosen: "Settings", wanted: list[str]) -> list[str]:
    """Channels such as "webhook:siem" that are configured nowhere."""
    targets = {f"webhook:{name.lower()}" for name in chosen.webhook.targets}
    targets |= {f"apprise:{name.lower()}" for name in chosen.apprise.services}
    return [
        channel
        for channel in wanted
        if ":" in channel and channel.lower() not in targets and channel.partition(":")[0] not in chosen.plugins.sinks
    ]


def _test_card(sink: str, channel: str) -> "Delivery":
    from monitor.clock import SystemClock
    from monitor.model.alert import Alert, AlertKind, Card, Delivery, DeliveryState, FactLine, Reason
    from monitor.model.rule import Severity

    now = SystemClock().now()
    card = Card(
        severity=Severity.LOW,
        kind=AlertKind.FIRST,
        rules=("Test",),
        headline="A test: newsmonitor can send alerts here",
        url="",
        outlet="newsmonitor",
        published=now,
        facts=(FactLine("What", "nothing has happened; somebody ran `monitor check --send`"),),
    )
    alert = Alert(
        story_id=f"test {now.isoformat()}",
        channel=channel,
        kind=AlertKind.FIRST,
        seq=0,
        article_id="",
        rules=(),
        severity=Severity.LOW,
        reason=Reason.OPERATIONS,
        created=now,
        card=card,
    )
    return Delivery(0, alert, sink, DeliveryState.SENDING, 1, now, first_try=now)


def _handlings(route: "Route") -> "Iterator[Handling]":
    yield route.handling
    for branch in route.routes:
        yield from _handlings(branch)
