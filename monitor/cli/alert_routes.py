"""`monitor alerts route` and `test`: where alerts would go, by alerts.yaml and the rules."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.alerts import app
from monitor.cli.shared import ConfigOption, JsonOption, print_json, printable, rule_folder, settings

if TYPE_CHECKING:
    from monitor.model.policy import Policy
    from monitor.model.rule import Rule

ListOption = Annotated[list[str] | None, typer.Option()]


@app.command()
def route(
    config: ConfigOption = None,
    rule: Annotated[str, typer.Option(help="A rule's id; it lends severity, labels and channels.")] = "",
    severity: Annotated[str, typer.Option(help="low, medium, high or critical.")] = "",
    label: ListOption = None,
    source: Annotated[str, typer.Option(help="The feed's address.")] = "",
    outlet: Annotated[str, typer.Option()] = "",
    group: Annotated[str, typer.Option(help="The feed's group.")] = "",
    lang: Annotated[str, typer.Option(help="The article's language, such as en.")] = "",
    country: Annotated[str, typer.Option(help="A country the article names, such as UA.")] = "",
    at: Annotated[str, typer.Option(help="When: 2025-03-01 23:30, in the zone of alerts.yaml; now by default.")] = "",
    json: JsonOption = False,
) -> None:
    """Print where a new story would go, when, and why."""
    from monitor.alerts.trial import attempt, outcome
    from monitor.clock import SystemClock
    from monitor.model.rule import Severity
    from monitor.model.selector import Selector

    chosen = settings(config)
    policy, rules = _policy(chosen.paths.alerts), _rules(config)
    if severity and severity not in list(Severity):
        raise typer.BadParameter(f"{severity!r} is none of {', '.join(Severity)}", param_hint="--severity")
    if rule and rule not in rules:
        raise typer.BadParameter(f"no rule has the id {rule!r}; see `monitor rules list`", param_hint="--rule")
    try:
        moment = datetime.fromisoformat(at) if at else SystemClock().now()
    except ValueError:
        raise typer.BadParameter(f"{at!r} is no moment; write 2025-03-01 23:30", param_hint="--at") from None
    given = Selector(
        rule=(rule,) if rule else (),
        severity=(Severity(severity),) if severity else (),
        label=tuple(label or ()),
        source=(source,) if source else (),
        outlet=(outlet,) if outlet else (),
        group=(group,) if group else (),
        lang=(lang,) if lang else (),
        country=(country.upper(),) if country else (),
    )
    moment = moment if moment.tzinfo else moment.replace(tzinfo=policy.zone)
    decisions = attempt(policy, given, moment, rules, chosen.slack.channel or "(default channel)")
    if json:
        print_json(
            {"channel": one.channel, "outcome": outcome(one), "due": one.hold.due if one.hold else None,
             "escalates_to": [call.channel for call in one.calls], "trace": one.trace}
            for one in decisions
        )  # fmt: skip
        return
    for one in decisions:
        typer.secho(f"{one.channel}: {outcome(one)}", bold=True)
        for line in (*one.trace, *(f"{call.key} to {call.channel} at {call.due:%H:%M} UTC" for call in one.calls)):
            typer.echo(f"    {printable(line)}")


@app.command("test")
def run_file_tests(
    path: Annotated[Path | None, typer.Argument(help="The file; the configured alerts.yaml by default.")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Run the tests that alerts.yaml carries; 1 where one fails."""
    from monitor.alerts.trial import run_tests

    chosen = settings(config)
    file = path or chosen.paths.alerts
    if not file.exists():
        typer.secho(f"error: {file}: no such file; docs/alerts.md tells what to write", fg="red", err=True)
        raise typer.Exit(2)
    policy = _policy(file)
    results = run_tests(policy, _rules(config), chosen.slack.channel or "(default channel)")
    if json:
        print_json({"test": r.name, "line": r.line, "passed": not r.message, "message": r.message} for r in results)
    else:
        for result in results:
            if result.message:
                typer.echo(printable(f"{file}:{result.line}: {result.name}: {result.message}"))
        failed = sum(bool(result.message) for result in results)
        typer.echo(f"{len(results) - failed} of {len(results)} tests passed")
    if any(result.message for result in results):
        raise typer.Exit(1)


def _policy(file: Path) -> "Policy":
    """The policy of a file; its mistakes end the command with 2."""
    from monitor.rules.alertfile import load_policy

    loaded = load_policy(file)
    for error in loaded.errors:
        typer.secho(str(error), fg="red", err=True)
    if loaded.errors:
        raise typer.Exit(2)
    return loaded.policy


def _rules(config: Path | None) -> "dict[str, Rule]":
    return {rule.id: rule for rule in rule_folder(settings(config).paths.rules).rules}
