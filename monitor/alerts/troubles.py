"""What keeps a sink or a channel from taking alerts, until when, and who is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from structlog.typing import FilteringBoundLogger

from monitor.alerts.backoff import LONGEST_ASKED, delay
from monitor.ports import Failed


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a sink, or one channel of it ("" for all), gets nothing for now.

    Attributes:
        since: the first failure; until: when the next attempt is due.
        operator: a person must mend something.
    """

    sink: str
    channel: str
    error: str
    operator: bool
    since: datetime
    until: datetime
    failures: int = 1


class Troubles:
    """The pauses in force. What needs a person is logged once as an error, and once more when it is mended."""

    def __init__(self, rng: Random, log: FilteringBoundLogger) -> None:
        self._rng, self._log = rng, log
        self._known: dict[tuple[str, str], Trouble] = {}

    @property
    def all(self) -> Sequence[Trouble]:
        """Every one."""
        return tuple(self._known.values())

    def known(self, sink: str, channel: str) -> bool:
        """Whether the channel or its sink has not taken anything since a failure."""
        return bool({(sink, channel), (sink, "")} & self._known.keys())

    def paused_until(self, sink: str, channel: str, now: datetime) -> datetime | None:
        """When the channel of a sink ("" for the sink itself) may be tried again; None for now."""
        ends = [self._known[key].until for key in {(sink, channel), (sink, "")} if key in self._known]
        # An end further ahead was reckoned by a clock that has been set right since.
        return max((end for end in ends if now < end <= now + 2 * LONGEST_ASKED), default=None)

    def shut(self, sink: str, now: datetime) -> set[str]:
        """The sink's channels that are paused."""
        channels = {channel for name, channel in self._known if name == sink and channel}
        return {channel for channel in channels if self.paused_until(sink, channel, now)}

    def pause(self, sink: str, channel: str, failed: Failed, now: datetime) -> datetime:
        """Pause the channel or the sink, and say until when; several that fail at once count as one failure."""
        key = (sink, channel if failed.blocks == "channel" else "")
        known = self._known.get(key)
        if known and known.until > now and failed.after is None:
            return known.until
        failures = known.failures + 1 if known else 1
        until = now + delay(failures, self._rng, asked=failed.after)
        since = known.since if known else now
        self._known[key] = Trouble(*key, failed.error, failed.operator, since, until, failures)
        if known is None or known.error != failed.error:
            event = "sink_needs_operator" if failed.operator else "sink_paused"
            loud(self._log, failed)(
                event,
                sink=key[0],
                channel=key[1],
                error=failed.error,
                until=until.isoformat(timespec="seconds"),
            )
        return until

    def mended(self, sink: str, channel: str) -> None:
        """The channel has taken something, so neither it nor its sink is in trouble."""
        for key in ((sink, channel), (sink, "")):
            trouble = self._known.pop(key, None)
            if trouble:
                self._log.warning(
                    "sink_mended",
                    sink=key[0],
                    channel=key[1],
                    was=trouble.error,
                    operator=trouble.operator,
                    since=trouble.since.isoformat(timespec="seconds"),
                )


def loud(log: FilteringBoundLogger, failed: Failed) -> Callable[..., object]:
    """How a failure is logged: as an error where a person must mend something."""
    return log.error if failed.operator else log.warning
