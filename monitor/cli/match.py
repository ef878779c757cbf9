"""`monitor match`: which rules match a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.shared import ConfigOption, JsonOption, print_json, printable, read_articles, watch_rules

if TYPE_CHECKING:
    from monitor.model.article import Article
    from monitor.model.rule import Match


def match(
    files: Annotated[
        list[Path], typer.Argument(help="Article files: txt, md, html, json, jsonl, eml, mbox; - is standard input.")
    ],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Tell which rules match articles, and where."""
    from monitor.matching.matcher import Matcher

    rules = watch_rules(config)
    matcher = Matcher(rules)
    names = {rule.id: rule.name for rule in rules}
    for file in files:
        for article in read_articles(file):
            matches = matcher.match(article)
            if json:
                print_json([_json(file, article, matches)])
            else:
                _print(file, article, matches, names)


def _json(file: Path, article: "Article", matches: "tuple[Match, ...]") -> dict[str, Any]:
    return {
        "file": str(file),
        "key": article.key,
        "title": article.title,
        "matches": [
            {
                "rule": match.rule_id,
                "version": match.rule_version,
                "spans": [
                    {
                        "term": hit.term,
                        "field": hit.field,
                        "start": hit.start,
                        "end": hit.end,
                        "text": getattr(article, hit.field)[hit.start : hit.end],
                    }
                    for hit in match.hits
                ],
            }
            for match in matches
        ],
    }


def _print(file: Path, article: "Article", matches: "tuple[Match, ...]", names: dict[str, str]) -> None:
    typer.secho(f"{file}: {printable(article.title or article.text[:100])}", bold=True)
    if not matches:
        typer.echo("  no rule matches")
    for match in matches:
        typer.echo(f"  {match.rule_id}: {names[match.rule_id]}")
        for hit in match.hits:
            text = getattr(article, hit.field)
            around = text[max(0, hit.start - 40) : hit.start], text[hit.start : hit.end], text[hit.end : hit.end + 40]
            before, found, after = (_one_line(part) for part in around)
            typer.echo(f"    {hit.field} {hit.start}-{hit.end}  {before}{typer.style(found, fg='yellow')}{after}")


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
