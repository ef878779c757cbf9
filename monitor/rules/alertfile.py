"""alerts.yaml: where, when and how alerts go, read into a policy with file:line:column for every mistake."""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Fields
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final, get_args

from monitor.errors import RuleError
from monitor.model.policy import (
    HOURLY,
    DigestTimes,
    Escalation,
    GroupBy,
    Handling,
    Inhibition,
    Policy,
    PolicyTest,
    Route,
    Times,
)
from monitor.model.rule import ALWAYS, Schedule, Severity
from monitor.model.selector import SELECTOR_KEYS, Selector
from monitor.rules.durations import LONGEST, read_duration
from monitor.rules.reading import MAX_ERRORS, Reading
from monitor.rules.schedule import ACTIVE_KEYS, read_active, read_days, read_end, read_start, read_zone
from monitor.rules.settings import Settings, read_settings
from monitor.rules.tree import Mapping, Node, Scalar, Sequence, read

FILE_KEYS: Final = ("zone", "daily", "storm", "late", "times", "default", "routes", "inhibit", "tests")
HANDLING_KEYS: Final = (
    "channel", "group_by", "group_wait", "group_interval", "throttle", "quiet", "digest", "escalate", "repeat",
)  # fmt: skip
ROUTE_KEYS: Final = ("name", "if", "during", "continue", "routes", *HANDLING_KEYS)
TEST_KEYS: Final = ("name", "at", "earlier", "silence", "expect", *SELECTOR_KEYS)

# What other alert routers call these, and other words people try.
_MEANT = {
    "match": "if", "match_re": "if", "matchers": "if", "matches": "if", "when": "if", "selector": "if",
    "channels": "channel", "receiver": "channel", "to": "channel", "sink": "channel", "target": "channel",
    "route": "routes", "children": "routes", "root": "default", "repeat_interval": "repeat", "remind": "repeat",
    "active_time_intervals": "during", "mute_time_intervals": "quiet", "time_intervals": "times", "mute": "quiet",
    "quiet_hours": "quiet", "timezone": "zone", "inhibit_rules": "inhibit", "inhibitions": "inhibit",
    "source_match": "if", "source_matchers": "if", "target_match": "hush", "target_matchers": "hush", "then": "hush",
    "cooldown": "throttle", "rate_limit": "throttle", "limit": "throttle", "escalation": "escalate",
    "wait": "group_wait", "interval": "group_interval", "group": "group_by", "test": "tests", "silences": "silence",
    "expected": "expect", "rules": "rule", "labels": "label", "tag": "label", "tags": "label",
    "priority": "severity", "level": "severity", "feed": "source", "language": "lang", "countries": "country",
    "outlets": "outlet", "time": "at", "stop": "continue",
}  # fmt: skip
_MAX_DEPTH = 8
_SHORTEST_REPEAT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What a file says; with errors, the policy is what could be read and must not be put in force."""

    policy: Policy
    errors: tuple[RuleError, ...] = ()


def load_policy(path: Path) -> PolicyFile:
    """Read the file; without one the built-in policy holds: everything to its rule's channel, at once."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return PolicyFile(Policy())
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); mend its rights"
        return PolicyFile(Policy(), (RuleError(problem, file=str(path)),))
    return parse_policy(content, str(path))


def parse_policy(content: bytes, file: str) -> PolicyFile:
    """Read a file's content."""
    try:
        root = read(content, file)
    except RuleError as error:
        return PolicyFile(Policy(), (error,))
    reading = _PolicyReading(file)
    policy = reading.policy(root)
    return PolicyFile(policy, tuple(reading.errors[:MAX_ERRORS]))


def selector_of(matchers: Iterable[str]) -> tuple[Selector, list[str]]:
    """The selector of matchers such as `rule=fires` and `severity=low,medium`, and what is wrong with them."""
    reading = _PolicyReading("")
    pairs: list[tuple[Scalar, Node]] = []
    for matcher in matchers:
        key, _, values = matcher.partition("=")
        parts = [Scalar(0, 0, value.strip(), plain=False) for value in values.split(",")]
        pairs.append((Scalar(0, 0, key.strip(), plain=False), Sequence(0, 0, list(parts))))
    selector = reading.selector(Mapping(0, 0, pairs), "a matcher")
    return selector, [error.problem for error in reading.errors]


class _PolicyReading(Reading):
    """One alerts.yaml being read."""

    meant = _MEANT

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.zone: tzinfo = UTC
        self.times: dict[str, Times] = {}

    def policy(self, root: Node) -> Policy:
        """The whole file."""
        given = self.fields(root, FILE_KEYS, "the file") or {}
        if "zone" in given:
            self.zone = read_zone(self, given["zone"]) or UTC
        if "times" in given:
            self.times = self._times(given["times"])
        default = self.fields(given["default"], HANDLING_KEYS, "`default`") or {} if "default" in given else {}
        handling = self._handling(default, Handling())
        routes = self._routes(given["routes"], handling, "routes", 1) if "routes" in given else ()
        daily = self._digest(given["daily"], "daily") if "daily" in given else None
        return Policy(
            root=Route("default", Selector(), handling, routes=routes),
            times=self.times,
            inhibitions=tuple(self._inhibitions(given["inhibit"])) if "inhibit" in given else (),
            daily=daily or DigestTimes((time(8),), zone=self.zone),
            storm=self._storm(given["storm"]) if "storm" in given else Policy().storm,
            late=self._duration(given["late"], "late", off=True) if "late" in given else Policy().late,
            zone=self.zone,
            tests=tuple(self._tests(given["tests"])) if "tests" in given else (),
        )

    def _times(self, node: Node) -> dict[str, Times]:
        named: dict[str, Times] = {}
        for name, value in (self.fields(node, None, "`times`") or {}).items():
            parts = value.items if isinstance(value, Sequence) else [value]
            named[name] = Times(name, tuple(self._schedule(part) for part in parts))
        return named

    def _schedule(self, node: Node) -> Schedule:
        schedule = replace(ALWAYS, zone=self.zone)
        if isinstance(node, Scalar):
            return read_active(self, schedule, node)
        given = self.fields(node, ("start", "end", *ACTIVE_KEYS), "a stretch of time") or {}
        if isinstance(node, Mapping):
            inner = [pair for pair in node.pairs if pair[0].text in ACTIVE_KEYS]
            schedule = read_active(self, schedule, Mapping(node.line, node.column, inner)) if inner else schedule
        schedule = read_start(self, schedule, given["start"]) if "start" in given else schedule
        schedule = read_end(self, schedule, given["end"]) if "end" in given else schedule
        if isinstance(node, Mapping) and schedule == replace(ALWAYS, zone=schedule.zone):
            self.fail(node, "a stretch of time needs hours, days, start or end")
        return schedule

    def _routes(self, node: Node, handling: Handling, where: str, depth: int) -> tuple[Route, ...]:
        if depth > _MAX_DEPTH:
            self.fail(node, f"routes stand {depth} deep in one another; at most {_MAX_DEPTH}")
            return ()
        return tuple(
            self._route(item, handling, f"{where}[{number}]", depth)
            for number, item in enumerate(self.items(node, f"`{where}`", scalars=False), 1)
        )

    def _route(self, node: Node, above: Handling, where: str, depth: int) -> Route:
        given = self.fields(node, ROUTE_KEYS, "a route") or {}
        handling = self._handling(given, above)
        name = self.text(given["name"], "name") if "name" in given else where
        return Route(
            name=" ".join(name.split())[:80],
            selector=self.selector(given["if"], "`if`") if "if" in given else Selector(),
            handling=handling,
            during=self._names(given["during"], "during") if "during" in given else (),
            routes=self._routes(given["routes"], handling, "routes", depth + 1) if "routes" in given else (),
            go_on=self._flag(given["continue"], "continue") if "continue" in given else False,
        )

    def _handling(self, given: Fields[str, Node], above: Handling) -> Handling:
        changes: dict[str, object] = {}
        if "channel" in given:
            changes["channels"] = read_settings(self, {"channel": given["channel"]}, Settings()).channels
        if "throttle" in given:
            changes["throttle"] = read_settings(self, {"throttle": given["throttle"]}, Settings()).throttle
        readers: dict[str, Callable[[Node], object]] = {
            "group_by": self._group_by,
            "group_wait": lambda node: self._duration(node, "group_wait", off=True),
            "group_interval": lambda node: self._duration(node, "group_interval", off=True),
            "quiet": lambda node: self._names(node, "quiet"),
            "digest": lambda node: self._digest(node, "digest"),
            "escalate": self._escalation,
            "repeat": lambda node: self._duration(node, "repeat", off=True) or None,
        }
        changes |= {key: reader(given[key]) for key, reader in readers.items() if key in given}
        return replace(above, **changes)  # type: ignore[arg-type]

    def selector(self, node: Node, what: str) -> Selector:
        """A mapping with the keys of a selector."""
        given = self.fields(node, SELECTOR_KEYS, what) or {}
        return self._selected(given)

    def _selected(self, given: Fields[str, Node]) -> Selector:
        values: dict[str, tuple[object, ...]] = {}
        for key in SELECTOR_KEYS:
            if key in given:
                items = self.items(given[key], f"`{key}`")
                values[key] = (
                    tuple(grave for item in items for grave in self._severities(item))
                    if key == "severity"
                    else tuple(filter(None, (self.text(item, key) for item in items)))
                )
        return Selector(**values)  # type: ignore[arg-type]

    def _severities(self, node: Node) -> tuple[Severity, ...]:
        written = self.text(node, "severity").lower()
        name, upwards = written.removesuffix("+").strip(), written.endswith("+")
        if name and name not in list(Severity):
            near = self.nearest(name, list(Severity))
            hint = f"; did you mean {near}?" if near else ""
            self.fail(node, f"`{name[:60]}` is not a severity: {', '.join(Severity)}, or high+ and so on{hint}")
        if name not in list(Severity):
            return ()
        chosen = Severity(name)
        return tuple(grave for grave in Severity if grave.rank >= chosen.rank) if upwards else (chosen,)

    def _names(self, node: Node, key: str) -> tuple[str, ...]:
        """Names of times; `off` for none."""
        names = tuple(self.text(item, key) for item in self.items(node, f"`{key}`", empty=True))
        if names == ("off",):
            return ()
        for name in names:
            if name and name not in self.times:
                near = self.nearest(name, self.times)
                hint = f"did you mean {near}?" if near else "define it under `times`"
                self.fail(node, f"`{name[:60]}` names no times; {hint}")
        return tuple(name for name in names if name in self.times)

    def _duration(self, node: Node, key: str, *, off: bool = False) -> timedelta:
        written = self.text(node, key)
        if off and written.lower() in ("off", "no", "false", "0"):
            return timedelta(0)
        length = read_duration(written) if written else timedelta(0)
        if length is None or length > LONGEST:
            self.fail(node, f"`{written[:60]}` is no length of time; write a number and s, m, h or d, as in 30s or 15m")
            return timedelta(0)
        if key in ("repeat", "after") and length < _SHORTEST_REPEAT and written:
            self.fail(node, f"`{key}` is at least 1m")
        return length

    def _group_by(self, node: Node) -> str:
        written = self.text(node, "group_by").lower()
        if written and written not in get_args(GroupBy):
            self.fail(node, f"`{written[:60]}` is nothing to group by: {', '.join(get_args(GroupBy))}")
            return "story"
        return written or "story"

    def _digest(self, node: Node, key: str) -> DigestTimes | None:
        """`hourly`, `daily`, a time of the day, a list of them, or a mapping with at, days and zone; `off` for none."""
        if isinstance(node, Scalar) and node.text.lower() in ("off", "no", "false"):
            return None
        if isinstance(node, Scalar) and node.text.lower() in ("hourly", "daily"):
            return replace(HOURLY if node.text.lower() == "hourly" else DigestTimes((time(8),)), zone=self.zone)
        if not isinstance(node, Mapping):
            return DigestTimes(self._clock(node, key), zone=self.zone)
        given = self.fields(node, ("at", "days", "zone"), f"`{key}`") or {}
        if "at" not in given:
            self.fail(node, f'`{key}` needs the times of the day: at: "07:00"')
        return DigestTimes(
            at=self._clock(given["at"], "at") if "at" in given else (time(8),),
            days=read_days(self, given["days"]) if "days" in given else (),
            zone=(read_zone(self, given["zone"]) if "zone" in given else None) or self.zone,
        )

    def _clock(self, node: Node, key: str) -> tuple[time, ...]:
        found = []
        for item in self.items(node, f"`{key}`"):
            written = self.text(item, key)
            try:
                found.append(time.fromisoformat(written.zfill(5)).replace(tzinfo=None))
            except ValueError:
                if written:
                    self.fail(item, f"`{written[:40]}` is no time of the day; write 07:00, or hourly, daily or off")
        return tuple(found) or (time(8),)

    def _escalation(self, node: Node) -> Escalation | None:
        if isinstance(node, Scalar) and node.text.lower() in ("off", "no", "false"):
            return None
        given = self.fields(node, ("after", "to"), "`escalate`") or {}
        for key in ("after", "to"):
            if key not in given:
                self.fail(node, f'`escalate` needs `{key}`: {{after: 15m, to: "#duty"}}')
                return None
        channels = read_settings(self, {"channel": given["to"]}, Settings()).channels
        return Escalation(self._duration(given["after"], "after"), next(iter(channels), ""))

    def _inhibitions(self, node: Node) -> list[Inhibition]:
        found = []
        for item in self.items(node, "`inhibit`", scalars=False):
            given = self.fields(item, ("if", "hush"), "an inhibition") or {}
            if set(given) != {"if", "hush"}:
                self.fail(item, "an inhibition needs `if` (what hushes) and `hush` (what is hushed)")
                continue
            found.append(Inhibition(self.selector(given["if"], "`if`"), self.selector(given["hush"], "`hush`")))
        return found

    def _storm(self, node: Node) -> float:
        written = self.text(node, "storm").lower()
        if written in ("off", "no", "false"):
            return 0
        try:
            times = float(written.removesuffix("x"))
        except ValueError:
            times = 0
        if not 2 <= times <= 100_000:
            self.fail(
                node, f"`{written[:40]}` is no measure of a storm; write how many times its usual, as in 50, or off"
            )
            return Policy().storm
        return times

    def _flag(self, node: Node, key: str) -> bool:
        written = self.text(node, key).lower()
        if written not in ("true", "yes", "on", "false", "no", "off"):
            self.fail(node, f"`{key}` is true or false")
        return written in ("true", "yes", "on")

    def _tests(self, node: Node) -> list[PolicyTest]:
        return [self._test(item, number) for number, item in enumerate(self.items(node, "`tests`", scalars=False), 1)]

    def _test(self, node: Node, number: int) -> PolicyTest:
        given = self.fields(node, TEST_KEYS, "a test") or {}
        selected = self._selected({key: value for key, value in given.items() if key in SELECTOR_KEYS})
        expect = self.fields(given["expect"], None, "`expect`") or {} if "expect" in given else {}
        if not expect:
            self.fail(node, 'a test needs `expect`, the outcome by channel: {"#war": now}')
        return PolicyTest(
            name=self.text(given["name"], "name") if "name" in given else f"tests[{number}]",
            given=selected,
            at=self._moment(given["at"]) if "at" in given else datetime(2025, 1, 1, 12, tzinfo=UTC),
            earlier=self._selectors(given, "earlier"),
            silences=self._selectors(given, "silence"),
            expect=tuple((channel, self.text(outcome, "expect")) for channel, outcome in expect.items()),
            line=node.line,
        )

    def _selectors(self, given: Fields[str, Node], key: str) -> tuple[Selector, ...]:
        if key not in given:
            return ()
        node = given[key]
        items = node.items if isinstance(node, Sequence) else [node]
        return tuple(self.selector(item, f"`{key}`") for item in items)

    def _moment(self, node: Node) -> datetime:
        written = self.text(node, "at")
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            if written:
                self.fail(node, f"`{written[:40]}` is no moment; write 2025-03-01 23:30")
            return datetime(2025, 1, 1, 12, tzinfo=UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
