"""Alerts by mail and to the hundred services that Apprise knows; needs the extra "apprise"."""

import asyncio
import logging
import re
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
_REFUSED = re.compile(r"error=(?:400|401|403|404|410)\b")
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


class _Said(logging.Handler):
    """What Apprise logs about failures: its own answer is only yes or no.

    Its work is done in threads, so what is said while several notifications are under way is nobody's in particular.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._under_way, self._alone, self._newest = 0, True, ""

    def __enter__(self) -> "_Said":
        self._under_way += 1
        self._alone = self._under_way == 1
        self._newest = ""
        if self._alone:
            logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._under_way -= 1
        if not self._under_way:
            logging.getLogger("apprise").removeHandler(self)

    @property
    def newest(self) -> str:
        """The newest failure, "" where it may be another notification's."""
        return self._newest if self._alone else ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, without what may be an address: those hold passwords."""
        words = (word for word in record.getMessage().split() if "/" not in word and "@" not in word)
        self._newest = cut(" ".join(words).rstrip("."), 160)


class AppriseSink:
    """Notifies through Apprise, at least once: its services can rarely be asked what they have got."""

    name = "apprise"

    def __init__(self, targets: Mapping[str, Any], timeout: float, deps: Deps) -> None:
        self._targets, self._timeout, self._deps = dict(targets), timeout, deps
        self._said = _Said()

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
        with self._said as said:
            try:
                taken = await asyncio.wait_for(notifying, self._timeout)
            except TimeoutError:
                problem = f"Apprise target {target} does not answer; it may have the message"
                return Failed(problem, retry=True, uncertain=True, blocks="channel")
        if taken:
            return Sent(alert.id)
        why = f": {said.newest}" if said.newest else "; Apprise does not say why"
        refused = _REFUSED.search(said.newest) is not None
        todo = "; mend its URL in apprise.targets" if refused else ""
        problem = f"Apprise target {target} has not taken it{why}{todo}"
        return Failed(problem, retry=True, blocks="channel", operator=refused)

    async def find(self, delivery: Delivery) -> Sent | Failed | None:  # noqa: ARG002 - the seam's signature
        """None: what a service has got before is not known, and an alert twice is better than none."""
        return None

    async def close(self) -> None:
        """Nothing to release."""
