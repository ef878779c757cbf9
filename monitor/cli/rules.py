"""`monitor rules`: the watch rules."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import rules_backtest, rules_check, rules_explain
from monitor.cli.rules_files import load
from monitor.cli.shared import ConfigOption, JsonOption, counted, print_json, print_table
from monitor.errors import MonitorError

app = typer.Typer(help="Watch rules: list, check, test, explain and try them.", no_args_is_help=True)
_LARGEST = 4_000_000
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

    text = _foreign(file)
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
    typer.secho(f"{counted(imported.count, 'rule')}, {len(imported.problems)} left out", err=True)
    if imported.problems:
        raise typer.Exit(1)


def _foreign(file: Path) -> str:
    """What another tool has exported: UTF-8, or UTF-16 that says so, as spreadsheets write it.

    Raises:
        MonitorError: it cannot be read, is too large, or is in an encoding that would have to be guessed.
    """
    from codecs import BOM_UTF16_BE, BOM_UTF16_LE

    try:
        size = file.stat().st_size
        if size > _LARGEST:
            raise MonitorError(f"{file}: {size:,} bytes, more than {_LARGEST:,}; split it into several files")
        content = file.read_bytes()
    except OSError as error:
        raise MonitorError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    encoding = "utf-16" if content.startswith((BOM_UTF16_BE, BOM_UTF16_LE)) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8 (CSV UTF-8 in a spreadsheet)"
        raise MonitorError(f"{file}:{line}: {problem}") from error
