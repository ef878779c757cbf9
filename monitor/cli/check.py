"""`monitor check`: what is wrong, and what to do about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import ConfigOption, JsonOption, print_json, printable, rule_folder, settings
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model.rule import Rule
    from monitor.rules.load import Reloaded

_MOST = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found; `problem` says what to do, "" where all is well."""

    part: str
    detail: str
    problem: str = ""


def check(
    config: ConfigOption = None,
    send: Annotated[bool, typer.Option("--send", help="Also send a test card to where alerts go by default.")] = False,
    json: JsonOption = False,
) -> None:
    """Check configuration, rules, feeds, database, model and Slack; 1 where something is wrong."""
    chosen = settings(config)
    loaded = rule_folder(chosen.paths.rules)
    looks = {
        "rules": _rules(chosen, loaded),
        "routes": _routes(chosen, loaded.rules),
        "feeds": _feeds(chosen),
        "seeds": _seeds(chosen),
        "database": _database(chosen),
        "model": _model(chosen),
        "alerts": _alerts(chosen, loaded.rules, send=send),
    }
    findings = [finding for name, look in looks.items() for finding in _run(name, look)]
    if json:
        print_json({"part": f.part, "ok": not f.problem, "detail": f.detail, "problem": f.problem} for f in findings)
    else:
        for finding in findings:
            mark = typer.style("wrong", fg="red") if finding.problem else typer.style("good ", fg="green")
            typer.echo(f"{mark}  {finding.part:<9} {printable(finding.problem or finding.detail)}")
    if any(finding.problem for finding in findings):
        raise typer.Exit(1)


def _run(name: str, look: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from look
    except MonitorError as error:
        yield Finding(name, "", str(error))


def _rules(chosen: "Settings", loaded: "Reloaded") -> Iterator[Finding]:
    from monitor.cli.rules_facts import facts_of
    from monitor.matching.matcher import Matcher
    from monitor.rules.testing import run_tests

    results = run_tests(loaded.rules, Matcher, facts_of(loaded.rules, chosen))
    problems = [str(error) for error in loaded.errors]
    problems += [result.message for result in results if not result.passed]
    for problem in problems[:_MOST]:
        yield Finding("rules", "", problem)
    if len(problems) > _MOST:
        yield Finding(
            "rules", "", f"and {len(problems) - _MOST} more; see `monitor rules check` and `monitor rules test`"
        )
    if not problems:
        active = sum(rule.enabled for rule in loaded.rules)
        yield Finding("rules", f"{active} rules in {chosen.paths.rules}, {len(results)} tests passed")


def _routes(chosen: "Settings", watched: "Sequence[Rule]") -> Iterator[Finding]:
    from monitor.alerts.trial import run_tests
    from monitor.rules.alertfile import load_policy

    loaded = load_policy(chosen.paths.alerts)
    if loaded.errors or not chosen.paths.alerts.exists():
        return
    rules = {rule.id: rule for rule in watched}
    results = run_tests(loaded.policy, rules, chosen.slack.channel)
    failed = [result for result in results if result.message]
    for result in failed[:_MOST]:
        yield Finding("routes", "", f"{chosen.paths.alerts}:{result.line}: {result.name}: {result.message}")
    if not failed:
        yield Finding("routes", f"{chosen.paths.alerts}, {len(results)} tests passed")


def _feeds(chosen: "Settings") -> Iterator[Finding]:
    from monitor.sources import feedlist

    if not chosen.paths.feeds.exists():
        yield Finding("feeds", "", f"{chosen.paths.feeds} is not there; add a feed with `monitor feeds add URL`")
        return
    feeds = feedlist.load_feeds(chosen.paths.feeds)
    yield Finding("feeds", f"{sum(feed.enabled for feed in feeds)} feeds in {chosen.paths.feeds}")


def _seeds(chosen: "Settings") -> Iterator[Finding]:
    if chosen.paths.seeds.is_dir():
        yield Finding("seeds", f"files dropped into {chosen.paths.seeds} are read")
    else:
        yield Finding("seeds", "", f"{chosen.paths.seeds} is no folder; make it, or set paths.seeds")


def _database(chosen: "Settings") -> Iterator[Finding]:
    from monitor.model.alert import DeliveryState
    from monitor.store.sql import open_store

    store = open_store(chosen.database_url)
    try:
        yield Finding("database", store.url)
        failing = [state for state in store.feed_states().values() if state.failures]
        dead = store.alerts(limit=1_000, state=DeliveryState.DEAD)
        waiting, _ = store.open_deliveries()
        unreadable = store.quarantined()
    finally:
        store.close()
    if failing:
        first = min(failing, key=lambda state: state.failing_since or state.next_poll)
        yield Finding(
            "feeds", "", f"{len(failing)} fail, such as {first.url}: {first.last_error}; see `monitor feeds list`"
        )
    if unreadable:
        first_bad = unreadable[0]
        yield Finding(
            "sources",
            "",
            f"{len(unreadable)} could not be read, such as {first_bad.ref or first_bad.source}: {first_bad.reason}; "
            "see `monitor articles list --quarantined`",
        )
    if dead:
        yield Finding("alerts", "", f"{len(dead)} could not be delivered; see `monitor alerts list --state dead`")
    if waiting:
        yield Finding("alerts", f"{waiting} deliveries are on their way")


def _model(chosen: "Settings") -> Iterator[Finding]:
    from monitor.clock import SystemClock
    from monitor.facts.extract import Extractor

    extractor = Extractor(chosen.facts.model, chosen.paths.gazetteer_files)
    facts = extractor.extract("Officials met in Kyiv on Monday.", SystemClock().now(), "en")
    if facts.model:
        yield Finding("model", f"{facts.model} extracts the key facts of English articles")
    else:
        yield Finding("model", "", "no spaCy model is installed: facts come from rules alone; run `make run` again")


def _alerts(chosen: "Settings", rules: "Sequence[Rule]", *, send: bool = False) -> Iterator[Finding]:
    from monitor.cli.check_alerts import problems
    from monitor.rules.alertfile import load_policy

    routes = load_policy(chosen.paths.alerts)
    for error in routes.errors[:_MOST]:
        yield Finding("alerts", "", str(error))
    destination, found = problems(chosen, rules, routes.policy, send=send)
    for problem in found:
        yield Finding("slack" if chosen.slack.token else "alerts", "", problem)
    if not found:
        yield Finding("alerts", f"go to {destination}")
