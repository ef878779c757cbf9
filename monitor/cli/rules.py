"""`monitor rules`: the watch rules."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import rules_backtest, rules_check, rules_explain
from monitor.cli.rules_files import load
from monitor.cli.shared import ConfigOption, JsonOption, print_json, print_table
from monitor.errors import MonitorError

app = typer.Typer(help="Watch rules: list, check, test, explain and try them.", no_args_is_help=True)
app.command("check")(rules_check.check)
app.command("test")(rules_check.run_file_tests)
app.command("explain")(rules_explain.explain)
app.command("backtest")(rules_backtest.backtest)


@app.command("list")
def list_(config: ConfigOption = None, json: JsonOption = False) -> None:
    """List the rules that can be read."""
    loaded = load(None, config)
    if json:
        print_json(
            {
                "id": rule.id,
                "name": rule.name,
                "severity": rule.severity.value,
                "channels": rule.channels,
                "enabled": rule.enabled,
                "labels": rule.labels,
                "owner": rule.owner,
                "runbook": rule.runbook,
                "tests": len(rule.tests),
                "file": rule.file,
                "line": rule.line,
                "version": rule.version,
            }
            for rule in loaded.rules
        )
    else:
        rows = (
            (
                r.id,
                r.severity.value,
                "on" if r.enabled else "off",
                ", ".join(r.channels) or "(default)",
                f"{r.file}:{r.line}",
                r.name,
            )
            for r in loaded.rules
        )
        print_table(("id", "severity", "state", "channel", "place", "name"), rows, "No rules yet; see docs/rules.md.")
    for error in loaded.errors:
        typer.secho(str(error), fg="red", err=True)
    if loaded.errors:
        raise typer.Exit(1)


@app.command()
def schema(
    markdown: Annotated[bool, typer.Option("--markdown", help="As the page docs/rules-reference.md.")] = False,
) -> None:
    """Print the JSON Schema of a rule file, for editors."""
    from json import dumps

    from monitor.rules.jsonschema import rule_file_schema
    from monitor.rules.reference import reference

    if markdown:
        typer.echo(reference(), nl=False)
        return
    typer.echo(dumps(rule_file_schema(), indent=2, ensure_ascii=False))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Boolean strings, one a line; a keyword list; or a CSV table.")],
    keywords: Annotated[bool, typer.Option("--keywords", help="A list of words for one rule.")] = False,
    name: Annotated[str, typer.Option("--name", help="What the rule of a keyword list is called.")] = "",
) -> None:
    """Make rules of Boolean strings, a keyword list or a table; the YAML goes to standard output."""
    from monitor.rules.importing import import_keywords, import_queries, import_table

    try:
        text = file.read_bytes()[:2_000_000].decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise MonitorError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    if keywords:
        imported = import_keywords(text, name or file.stem)
    elif file.suffix.lower() in {".csv", ".tsv"}:
        imported = import_table(text)
    else:
        imported = import_queries(text)
    if imported.yaml:
        typer.echo(imported.yaml, nl=False)
    for problem in imported.problems:
        typer.secho(f"{file}: {problem}", fg="red", err=True)
    typer.secho(f"{imported.count} rules, {len(imported.problems)} left out", err=True)
    if imported.problems:
        raise typer.Exit(1)
