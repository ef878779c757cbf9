"""What is done with alerts: routes, quiet hours, grouping, digests, escalation, inhibition. See docs/alerts.md."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal

from monitor.model.rule import Schedule, Throttle
from monitor.model.selector import Selector

GroupBy = Literal["story", "rule", "label"]

_LOOKED_AHEAD = 800
"""Days within which a stretch of time must end or a digest must come."""


@dataclass(frozen=True, slots=True)
class Times:
    """A named set of stretches of time, such as nights or holidays."""

    name: str
    schedules: tuple[Schedule, ...]

    def covers(self, moment: datetime) -> bool:
        """Whether the moment (aware) lies in one of them."""
        return any(schedule.covers(moment) for schedule in self.schedules)


def first_outside(times: tuple[Times, ...], moment: datetime) -> datetime:
    """The first moment from `moment` on that none of the times covers; `moment` plus two years where they never end."""
    covered = [one for one in times if one.covers(moment)]
    if not covered:
        return moment
    zones = {schedule.zone for one in times for schedule in one.schedules}
    clock = {time(0)} | {
        edge for one in times for schedule in one.schedules for hours in schedule.hours for edge in hours
    }
    edges = (
        at
        for day in range(_LOOKED_AHEAD)
        for at in sorted(
            datetime.combine(moment.astimezone(zone).date() + timedelta(days=day), edge, zone)
            .replace(fold=fold)
            .astimezone(UTC)
            for zone in zones
            for edge in clock
            # Where clocks are set back an hour comes twice, and so do the edges in it.
            for fold in (0, 1)
        )
    )
    return next(
        (at for at in edges if at > moment and not any(one.covers(at) for one in times)),
        moment + timedelta(days=_LOOKED_AHEAD),
    )


@dataclass(frozen=True, slots=True)
class DigestTimes:
    """When a digest comes: at these times of the day, on these days of the week (Monday is 0; empty for all)."""

    at: tuple[time, ...]
    days: tuple[int, ...] = ()
    zone: tzinfo = UTC

    def next(self, moment: datetime) -> datetime:
        """The first one after the moment."""
        today = moment.astimezone(self.zone).date()
        return next(
            due
            for day in range(_LOOKED_AHEAD)
            for at in sorted(self.at)
            for date in [today + timedelta(days=day)]
            if not self.days or date.weekday() in self.days
            for due in [datetime.combine(date, at, self.zone).astimezone(UTC)]
            if due > moment
        )


HOURLY = DigestTimes(tuple(time(hour) for hour in range(24)))


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom to tell when nobody has acknowledged an alert in time."""

    after: timedelta
    channel: str


@dataclass(frozen=True, slots=True)
class Handling:
    """How alerts of one route go out.

    Attributes:
        channels: where; empty for the rule's own, and where it names none the default channel.
        group_by: what is told together: reports of one story, stories of one rule, or stories with one label.
        group_wait: how long an alert below high severity waits for others of its group.
        group_interval: the least time between two cards of one group, below high severity.
        throttle: for rules without a throttle of their own.
        quiet: names of times in which alerts wait; what waited comes as one digest when they end.
        digest: alerts are gathered until then; None: a rule's own `digest` decides.
        escalate: whom to tell about first alerts nobody acknowledges.
        repeat: how often to come again until somebody acknowledges; None for never.
    """

    channels: tuple[str, ...] = ()
    group_by: GroupBy = "story"
    group_wait: timedelta = timedelta(0)
    group_interval: timedelta = timedelta(0)
    throttle: Throttle | None = None
    quiet: tuple[str, ...] = ()
    digest: DigestTimes | None = None
    escalate: Escalation | None = None
    repeat: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A branch of the routing tree.

    Attributes:
        name: as the file calls it, or its place in the file.
        selector: which alerts it takes; during: and only within these times (names; empty for always).
        handling: complete, with what it inherits from the branch above.
        routes: tried in order for what it takes; what none of them stops, it handles itself.
        go_on: whether what it takes is offered to the routes behind it too.
    """

    name: str
    selector: Selector
    handling: Handling
    during: tuple[str, ...] = ()
    routes: tuple["Route", ...] = ()
    go_on: bool = False


@dataclass(frozen=True, slots=True)
class Inhibition:
    """Within one story, what `source` selects hushes the rules that `hushed` selects, in every channel."""

    source: Selector
    hushed: Selector


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """One example a policy file carries to prove itself.

    Attributes:
        given: what alerts, by the first value of each key; a rule of this id gives the severity, labels and channels
            that are not set, and keys the example leaves out are empty.
        at: the moment it happens.
        earlier: what the same story has raised before, given likewise.
        silences: selectors of silences in force.
        expect: what becomes of it in each channel: "now" or the name of a reason such as "quiet_hours".
        line: where it stands in the file.
    """

    name: str
    given: Selector
    at: datetime
    earlier: tuple[Selector, ...]
    silences: tuple[Selector, ...]
    expect: tuple[tuple[str, str], ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that decides where, when and how alerts go.

    Attributes:
        late: alerts that could not be delivered for so long come in one digest; 0 for never.
        zone: of times that name none.
        root: handles what no route takes; it always exists.
        times: by name.
        daily: when the digest of a rule with `digest: daily` comes.
        storm: how many times its usual a rule must fire in an hour to be folded into one card; 0 turns it off.
    """

    root: Route = Route("default", Selector(), Handling())
    times: dict[str, Times] = field(default_factory=dict)
    inhibitions: tuple[Inhibition, ...] = ()
    daily: DigestTimes = DigestTimes((time(8),))
    storm: float = 50
    late: timedelta = timedelta(hours=6)
    zone: tzinfo = UTC
    tests: tuple[PolicyTest, ...] = ()

    def named(self, names: tuple[str, ...]) -> tuple[Times, ...]:
        """The times of these names."""
        return tuple(self.times[name] for name in names if name in self.times)
