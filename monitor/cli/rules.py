"""`monitor rules`: the watch rules."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.shared import ConfigOption, JsonOption, print_json, print_table, rule_folder, settings

app = typer.Typer(help="Watch rules: list, check and test them.", no_args_is_help=True)
FolderArgument = Annotated[Path | None, typer.Argument(help="A folder of rules, or one file; the configured folder.")]


@app.command("list")
def list_(config: ConfigOption = None, json: JsonOption = False) -> None:
    """List the rules that can be read."""
    loaded = rule_folder(settings(config).paths.rules)
    if json:
        print_json(
            {
                "id": rule.id,
                "name": rule.name,
                "severity": rule.severity.value,
                "channel": rule.channel,
                "enabled": rule.enabled,
                "labels": rule.labels,
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
                r.channel or "(default)",
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
def check(folder: FolderArgument = None, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Check rule files: every mistake with its place."""
    loaded = rule_folder(folder or settings(config).paths.rules)
    if json:
        print_json({"file": e.file, "line": e.line, "column": e.column, "problem": e.problem} for e in loaded.errors)
    else:
        for error in loaded.errors:
            typer.secho(str(error), fg="red")
        typer.echo(f"{len(loaded.rules)} rules are good, {len(loaded.errors)} mistakes")
    if loaded.errors:
        raise typer.Exit(1)


@app.command("test")
def run_file_tests(folder: FolderArgument = None, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Run the tests that rule files carry."""
    from monitor.matching.matcher import Matcher
    from monitor.rules.testing import run_tests

    loaded = rule_folder(folder or settings(config).paths.rules)
    results = run_tests(loaded.rules, Matcher)
    failed = [result for result in results if not result.passed]
    if json:
        print_json(
            {
                "rule": result.rule.id,
                "file": result.file,
                "line": result.line,
                "passed": result.passed,
                "expect": result.test.expect,
                "text": result.test.text,
                "terms": result.terms,
            }
            for result in results
        )
    else:
        for result in failed:
            typer.secho(result.message, fg="red")
        untested = [rule for rule in loaded.rules if not rule.tests]
        for rule in untested:
            typer.secho(f"{rule.file}:{rule.line}: {rule.id}: has no tests", fg="yellow")
        typer.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed, {len(untested)} rules without tests")
    for error in loaded.errors:
        typer.secho(str(error), fg="red", err=True)
    if failed or loaded.errors:
        raise typer.Exit(1)
