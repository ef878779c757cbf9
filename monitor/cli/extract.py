"""`monitor extract`: the key facts of a file."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.shared import ConfigOption, JsonOption, print_json, read_articles, settings

if TYPE_CHECKING:
    from monitor.model.facts import Facts

SCHEMA_VERSION = 1


def extract(
    file: Annotated[Path, typer.Argument(help="An article file: txt, md, html, json or jsonl; - is standard input.")],
    config: ConfigOption = None,
    published: Annotated[
        str,
        typer.Option(
            help="When it was published, ISO 8601: 2024-11-18 or 2024-11-18T09:30Z; else the file's own, or now."
        ),
    ] = "",
    json: JsonOption = False,
) -> None:
    """Extract the key facts of an article."""
    from monitor.facts.extract import Extractor

    at = _moment(published) if published else None
    chosen = settings(config)
    extractor = Extractor(chosen.facts.model, chosen.paths.gazetteer_files)
    for article in read_articles(file):
        facts = extractor.extract(article.document, at or article.time, article.lang, title_length=len(article.title))
        if json:
            print_json([facts_json(facts)])
        else:
            from monitor.cli.factsheet import print_facts

            print_facts(facts, article.title)


def facts_json(facts: "Facts") -> dict[str, Any]:
    """The facts in the documented schema."""
    from monitor.model.facts import Facts
    from monitor.wire import to_json

    return {"schema": SCHEMA_VERSION, **to_json(Facts, facts)}


def _moment(text: str) -> datetime:
    from datetime import UTC

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not an ISO 8601 date or time", param_hint="--published") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
