"""`monitor extract`: the key facts of a file."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.shared import ConfigOption, JsonOption, print_json, read_articles, settings

if TYPE_CHECKING:
    from monitor.model.facts import Facts


def _print_schema(wanted: bool) -> None:
    if wanted:
        from json import dumps

        from monitor.cli.factschema import facts_schema

        typer.echo(dumps(facts_schema(), indent=2, ensure_ascii=False))
        raise typer.Exit


def extract(
    file: Annotated[
        Path, typer.Argument(help="An article file: txt, md, html, json, jsonl, eml; - is standard input.")
    ],
    config: ConfigOption = None,
    published: Annotated[
        str,
        typer.Option(
            help="When it was published, ISO 8601: 2024-11-18 or 2024-11-18T09:30Z; else the file's own, or now."
        ),
    ] = "",
    json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option(
            help="Write a page here with the article marked and the facts beside it, for looking at mistakes."
        ),
    ] = None,
    schema: Annotated[  # noqa: ARG001 - printed before the command runs
        bool, typer.Option("--schema", callback=_print_schema, is_eager=True, help="Print the JSON Schema of --json.")
    ] = False,
) -> None:
    """Extract the key facts of an article."""
    from monitor.facts.extract import Extractor

    at = _moment(published) if published else None
    chosen = settings(config)
    extractor = Extractor(chosen.facts.model, chosen.paths.gazetteer_files)
    shown: list[tuple[str, Facts, int]] = []
    for article in read_articles(file):
        facts = extractor.extract(article.document, at or article.time, article.lang, title_length=len(article.title))
        if html is not None:
            shown.append((article.title, facts, len(article.title)))
        if json:
            print_json([facts_json(facts)])
        elif html is None:
            from monitor.cli.factsheet import print_facts

            print_facts(facts, article.title)
    if html is not None:
        _write_page(html, shown)


def facts_json(facts: "Facts") -> dict[str, Any]:
    """The facts in the documented schema."""
    from monitor.cli.factschema import VERSION
    from monitor.model.facts import Facts
    from monitor.wire import to_json

    return {"schema": VERSION, **to_json(Facts, facts)}


def _write_page(target: Path, shown: "list[tuple[str, Facts, int]]") -> None:
    from monitor.cli.factpage import page

    try:
        target.write_text(page(shown), encoding="utf-8", errors="replace")
    except OSError as error:
        typer.secho(f"error: {target}: cannot be written ({error.strerror}); check the path", fg="red", err=True)
        raise typer.Exit(2) from error
    typer.secho(f"wrote {target}", err=True)


def _moment(text: str) -> datetime:
    from datetime import UTC

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not an ISO 8601 date or time", param_hint="--published") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
