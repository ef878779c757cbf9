"""Alerts by mail and to the hundred services that Apprise knows; needs the extra "apprise"."""

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from monitor.alerts.plain import body, subject
from monitor.alerts.text import cut
from monitor.errors import ConfigError
from monitor.model.alert import Delivery
from monitor.model.rule import Severity
from monitor.ports import Failed, Sent
from monitor.sinks import Deps
from monitor.sinks.options import checked

_SUBJECT = 200
_TYPES = {
    Severity.CRITICAL: "failure",
    Severity.HIGH: "warning",
    Severity.MEDIUM: "info",
    Severity.LOW: "info",
}


class Options(BaseModel):
    """Settings of the Apprise sink.

    Attributes:
        targets: Apprise URLs by name, several separated by spaces; an alert for the channel "apprise:duty" goes to
            the target "duty".
        timeout: seconds for one notification.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    targets: dict[str, SecretStr]
    timeout: float = Field(30, gt=0)


def make(options: Mapping[str, object], deps: Deps) -> "AppriseSink":
    """The Apprise sink.

    Raises:
        ConfigError: an option is unknown or wrong, a URL is none that Apprise knows, or Apprise is not installed.
    """
    try:
        import apprise  # noqa: PLC0415 - an extra
    except ImportError:
        raise ConfigError(
            "apprise.targets are set but Apprise is missing; pip install 'newsmonitor[apprise]'"
        ) from None
    chosen = checked(Options, options, "apprise")
    targets = {}
    for name, urls in chosen.targets.items():
        service = apprise.Apprise()
        for url in urls.get_secret_value().split():
            if not service.add(url):
                raise ConfigError(f"apprise.targets: {name} holds a URL that Apprise does not know; correct it")
        targets[name.lower()] = service
    return AppriseSink(targets, chosen.timeout, deps)


class AppriseSink:
    """Notifies through Apprise, at least once: its services can rarely be asked what they have got."""

    name = "apprise"

    def __init__(self, targets: Mapping[str, Any], timeout: float, deps: Deps) -> None:
        self._targets, self._timeout, self._deps = dict(targets), timeout, deps

    async def send(self, delivery: Delivery) -> Sent | Failed:
        """Notify the target."""
        alert = delivery.alert
        target = alert.channel.partition(":")[2].strip().lower()
        service = self._targets.get(target)
        if service is None:
            known = ", ".join(self._targets) or "none"
            problem = f"no Apprise target is named {target!r} (known: {known}); add it to apprise.targets"
            return Failed(problem, retry=True, blocks="channel", operator=True)
        text = body(alert.card) or subject(alert.card)
        notifying = service.async_notify(
            body=text.encode("utf-8", "replace").decode(),
            title=cut(subject(alert.card), _SUBJECT).encode("utf-8", "replace").decode(),
            notify_type=_TYPES[alert.severity],
            body_format="text",
        )
        try:
            taken = await asyncio.wait_for(notifying, self._timeout)
        except TimeoutError:
            problem = f"Apprise target {target} does not answer; it may have the message"
            return Failed(problem, retry=True, uncertain=True, blocks="channel")
        if taken:
            return Sent(alert.id)
        # Apprise says no more than that; its own log has the cause.
        return Failed(f"Apprise target {target} has not taken it; the log tells more", retry=True, blocks="channel")

    async def find(self, delivery: Delivery) -> Sent | Failed | None:  # noqa: ARG002 - the seam's signature
        """None: what a service has got before is not known, and an alert twice is better than none."""
        return None

    async def close(self) -> None:
        """Nothing to release."""
