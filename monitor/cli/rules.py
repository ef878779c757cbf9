"""`monitor rules`: the watch rules."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import rules_backtest, rules_check
from monitor.cli.rules_files import load
from monitor.cli.shared import ConfigOption, JsonOption, open_store, print_json, print_table, read_articles
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.matching import Explained
    from monitor.model.article import Article
    from monitor.model.rule import Rule

app = typer.Typer(help="Watch rules: list, check, test, explain and try them.", no_args_is_help=True)
app.command("check")(rules_check.check)
app.command("test")(rules_check.run_file_tests)
app.command("backtest")(rules_backtest.backtest)
RulesOption = Annotated[Path | None, typer.Option("--rules", "-r", help="Folder or file the rule is in.")]


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
def explain(
    rule: Annotated[str, typer.Argument(help="The id of a rule.")],
    article: Annotated[str, typer.Argument(help="An article file, - for standard input, or the id of an article.")],
    rules: RulesOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Tell why a rule matches an article, or why not; 1 where it does not."""
    from monitor.matching import explain as answer
    from monitor.matching import render

    chosen = _rule(rule, rules, config)
    every = True
    for one in _articles(article, config):
        answered = answer(chosen, one)
        every = every and answered.holds
        if json:
            print_json([{"rule": chosen.id, "version": chosen.version, "article": one.id} | _json(answered)])
            continue
        said = "matches" if answered.holds else "does not match"
        typer.secho(f"{chosen.id} {said}: {_one_line(one.title or one.text[:100])}", bold=True)
        for line in render(answered):
            typer.echo(_one_line(line, keep_indent=True))
    if not every:
        raise typer.Exit(1)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a rule file, for editors."""
    from json import dumps

    from monitor.rules.jsonschema import rule_file_schema

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


def _rule(rule_id: str, rules: Path | None, config: Path | None) -> "Rule":
    from monitor.rules.nearest import nearest

    loaded = load(rules, config)
    found = {rule.id: rule for rule in loaded.rules}
    if rule_id in found:
        return found[rule_id]
    for error in loaded.errors:
        typer.secho(str(error), fg="red", err=True)
    near = nearest(rule_id, found)
    hint = f"did you mean {near}?" if near else "see `monitor rules list`"
    raise MonitorError(f"there is no rule {rule_id}; {hint}")


def _articles(named: str, config: Path | None) -> "Iterator[Article]":
    if named == "-" or Path(named).exists():
        yield from read_articles(Path(named))
        return
    with open_store(config) as store:
        article = store.article(named)
    if article is None:
        problem = f"{named} is neither a file nor the id of one article"
        raise MonitorError(f"{problem}; see `monitor articles list`")
    yield article


def _json(node: "Explained") -> dict[str, object]:
    found: dict[str, object] = {"label": node.label, "holds": node.holds}
    if node.hits:
        found["hits"] = [{"field": h.field, "start": h.start, "end": h.end} for h in node.hits]
        found["passages"] = node.passages
    if node.parts:
        found["parts"] = [_json(part) for part in node.parts]
    return found


def _one_line(text: str, *, keep_indent: bool = False) -> str:
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown.rstrip() if keep_indent else " ".join(shown.split())
