"""`monitor articles`: what was read."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.shared import ConfigOption, JsonOption, LimitOption, local_time, open_store, print_json, print_table

if TYPE_CHECKING:
    from monitor.model.article import Article
    from monitor.store.outcomes import Outcome

app = typer.Typer(help="Articles that were read, and what was decided about them.", no_args_is_help=True)


@app.command("list")
def list_(
    config: ConfigOption = None,
    limit: LimitOption = 50,
    source: Annotated[str, typer.Option(help="Only of this source: a feed's URL, or 'seeds'.")] = "",
    title: Annotated[str, typer.Option(help="Only with these words in the title.")] = "",
    matched: Annotated[bool, typer.Option("--matched", help="Only those that a rule matched.")] = False,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="What could not be read, and why.")] = False,
    json: JsonOption = False,
) -> None:
    """List articles, newest first."""
    with open_store(config) as store:
        if quarantined:
            entries = store.quarantined(limit)
            if json:
                from dataclasses import asdict

                print_json(asdict(entry) for entry in entries)
            else:
                rows = ((entry.at, entry.source, entry.ref, entry.reason) for entry in entries)
                print_table(("at", "source", "what", "why"), rows, "Nothing is in quarantine.")
            return
        found = store.find_articles(limit=limit, source=source, contains=title, matched=matched)
    if json:
        print_json(article_json(article) for article in found)
    else:
        listed = ((a.id, a.time, a.outlet or a.source, a.lang, a.title or a.text[:120]) for a in found)
        print_table(("id", "time", "outlet", "lang", "title"), listed, "No articles yet; `monitor run` reads some.")


@app.command()
def show(
    article: Annotated[str, typer.Argument(help="The article's id, or how it begins.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Show an article and everything decided about it."""
    with open_store(config) as store:
        found = store.article(article)
        outcome = store.outcome(found.id) if found else None
    if found is None or outcome is None:
        typer.echo(f"No single article has an id that begins with {article!r}; see `monitor articles list`.", err=True)
        raise typer.Exit(1)
    if json:
        print_json([article_json(found) | {"text": found.text} | _outcome_json(outcome)])
    else:
        _print(found, outcome)


def article_json(article: "Article") -> dict[str, Any]:
    """The article without its text."""
    return {
        "id": article.id,
        "source": article.source,
        "key": article.key,
        "revision": article.revision,
        "kind": article.kind.value,
        "title": article.title,
        "url": article.url,
        "outlet": article.outlet,
        "group": article.group,
        "lang": article.lang,
        "published": article.published,
        "fetched": article.fetched,
        "authors": article.authors,
        "categories": article.categories,
        "flags": article.flags,
    }


def _outcome_json(outcome: "Outcome") -> dict[str, Any]:
    from monitor.store.outcomes import Outcome
    from monitor.wire import to_json

    values: dict[str, Any] = to_json(Outcome, outcome)
    return values


def _print(article: "Article", outcome: "Outcome") -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(article.title or "(no title)", style="bold"))
    where = " · ".join(part for part in (article.outlet, local_time(article.time), article.lang, article.url) if part)
    console.print(Text(where, style="dim"))
    console.print(Text(f"id {article.id} · revision {article.revision} · from {article.source}", style="dim"))
    for flag in article.flags:
        console.print(Text(f"flag: {flag}", style="yellow"))
    console.print()
    console.print(Text(article.text))
    console.print()
    if outcome.processed is None:
        console.print(Text("Not processed yet."))
        return
    if not outcome.matches:
        console.print(Text("No rule matched."))
    for match in outcome.matches:
        terms = ", ".join(dict.fromkeys(hit.term for hit in match.hits))
        console.print(Text(f"matched {match.rule_id}: {terms}"))
    if outcome.story is not None:
        story = outcome.story
        of = f" of {story.of}" if story.of else ""
        console.print(Text(f"story {story.story_id}: {story.relation.value}{of} ({story.reason}, {story.score:.2f})"))
        for line in story.evidence:
            console.print(Text(f"  {line}", style="dim"))
    for decision in outcome.decisions:
        raised = decision.kind.value if decision.kind else "no alert"
        console.print(Text(f"{decision.channel or 'default channel'}: {raised} ({decision.reason.value})"))
        for line in decision.because:
            console.print(Text(f"  {line}", style="dim"))
