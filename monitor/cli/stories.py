"""`monitor stories`: what belongs together and why, and setting it right."""

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from monitor.cli.shared import (
    ConfigOption,
    JsonOption,
    LimitOption,
    local_time,
    open_store,
    print_json,
    print_table,
    printable,
    settings,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from monitor.model.article import Article
    from monitor.store.sql import SqlStore
    from monitor.store.storylog import StoryLine, Told
    from monitor.stories.account import Contradiction, Fact

app = typer.Typer(help="Stories: what belongs together, why, and setting it right.", no_args_is_help=True)

StoryArgument = Annotated[str, typer.Argument(help="The story's id, or how it begins.")]
_WORDS = {"new": "first report", "same-story": "also", "copy": "copy", "update": "update", "edited": "edited"}
_SHOWN, _WIDTH = 30, 160
_ID = 8
"""So many digits tell a story or an article from the others; every command takes them."""
_COPIES = 2
"""More copies in a row than these are told on one line."""


@app.command("list")
def list_(
    config: ConfigOption = None,
    limit: LimitOption = 30,
    contains: Annotated[str, typer.Option(help="Only those with these words in a title.")] = "",
    json: JsonOption = False,
) -> None:
    """List stories, those with the newest articles first."""
    with open_store(config) as store:
        found = store.stories(limit=limit, contains=contains)
    if json:
        from dataclasses import asdict

        print_json(asdict(line) for line in found)
        return
    import sys

    if sys.stdout.isatty() and found:
        _list(found)
        return
    rows = (
        (line.story_id, line.first, line.last, line.articles, line.outlets, line.copies, line.updates, line.title)
        for line in found
    )
    columns = ("id", "first", "newest", "articles", "outlets", "copies", "updates", "title")
    print_table(columns, rows, "No stories yet: a story begins with the first article that matches a rule.")


@app.command()
def show(story: StoryArgument, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Show a story: who reported it when, what was new, what was edited, each fact's sources, and contradictions."""
    with open_store(config) as store:
        told = _told(store, story)
    if json:
        print_json([_json(told)])
    else:
        _print(told)


@app.command()
def explain(
    one: Annotated[str, typer.Argument(help="An article's id, or how it begins.")],
    other: Annotated[str, typer.Argument(help="Another article's.")],
    config: ConfigOption = None,
) -> None:
    """Say why two articles are or are not one story: everything that was compared, and what came of it."""
    from datetime import timedelta

    from monitor.stories.grouping import Grouper, GroupSettings

    chosen = settings(config).stories
    window = timedelta(days=chosen.window_days)
    with open_store(config) as store:
        earlier, later = sorted((_article(store, one), _article(store, other)), key=lambda a: (a.fetched, a.time))
        members = store.members(earlier.fetched - window)
        decided = store.outcome(later.id).story
    grouper = Grouper(GroupSettings(window=timedelta(days=36_500), max_members=chosen.max_articles))
    grouper.restore(m for m in members if m.fetched <= later.fetched and m.article_id not in {earlier.id, later.id})
    for line in grouper.explain(later, earlier):
        typer.echo(printable(line))
    if decided is not None:
        of = f" of {decided.of}" if decided.of else ""
        typer.echo(
            f"decided then: {decided.relation.value}{of} in story {decided.story_id} "
            f"({decided.reason}, {decided.score:.2f})"
        )


@app.command()
def merge(
    story: StoryArgument,
    into: Annotated[str, typer.Argument(help="The story it belongs to, or how its id begins.")],
    config: ConfigOption = None,
) -> None:
    """Make two stories one. Nothing alerts again; a running daemon follows within seconds."""
    from monitor.clock import SystemClock

    with open_store(config) as store:
        moving, target = _told(store, story), _told(store, into)
        target_id = target[0].decision.story_id
        if moving[0].decision.story_id == target_id:
            raise typer.BadParameter("both are the same story", param_hint="INTO")
        moved = store.move([one.article.id for one in moving], target_id, SystemClock().now())
    typer.echo(f"{moved} {'article' if moved == 1 else 'articles'} moved into story {target_id}.")


@app.command()
def split(
    story: StoryArgument,
    articles: Annotated[list[str], typer.Argument(metavar="ARTICLE...", help="What is another story, by id.")],
    config: ConfigOption = None,
) -> None:
    """Take articles out of a story into one of their own. Nothing alerts again; a running daemon follows."""
    from monitor.clock import SystemClock

    with open_store(config) as store:
        told = _told(store, story)
        leaving = []
        for prefix in articles:
            found = [one for one in told if one.article.id.startswith(prefix)]
            if len(found) != 1:
                raise typer.BadParameter(
                    f"{prefix!r} begins the id of {len(found)} articles of the story; see `monitor stories show`",
                    param_hint="ARTICLE",
                )
            leaving.append(found[0].article)
        if len(leaving) == len(told):
            raise typer.BadParameter("these are all of its articles; nothing would be left", param_hint="ARTICLE")
        kept = told[0].decision.story_id
        named = next((a for a in leaving if a.id != kept), None)
        if named is None:
            raise typer.BadParameter(
                f"the story is named after {kept}; take out the other articles instead", param_hint="ARTICLE"
            )
        store.move([article.id for article in leaving], named.id, SystemClock().now())
    typer.echo(f"{len(leaving)} {'article' if len(leaving) == 1 else 'articles'} in story {named.id} now.")


@app.command()
def mute(
    story: StoryArgument,
    lasts: Annotated[str, typer.Option("--for", help="How long: 2h, 1d.")] = "1d",
    reason: Annotated[str, typer.Option(help="Why; others will read it.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who says so; your login name by default.")] = "",
    config: ConfigOption = None,
) -> None:
    """Hold back a story's updates; they are listed in their channel when that ends."""
    from monitor.cli.silences import silence

    with open_store(config) as store:
        story_id = _told(store, story)[0].decision.story_id
    silence([f"story={story_id}"], lasts=lasts, reason=reason, by=by, config=config)


def _told(store: "SqlStore", prefix: str) -> "list[Told]":
    told = store.story_told(prefix)
    if not told:
        _none_such("story", prefix, "monitor stories list")
    return told


def _article(store: "SqlStore", prefix: str) -> "Article":
    found = store.article(prefix)
    if found is None:
        _none_such("article", prefix, "monitor articles list")
    return found


def _none_such(what: str, prefix: str, where: str) -> NoReturn:
    typer.echo(f"No single {what} has an id that begins with {prefix!r}; see `{where}`.", err=True)
    raise typer.Exit(1)


def _json(told: "list[Told]") -> dict[str, Any]:
    from dataclasses import asdict

    from monitor.cli.articles import article_json
    from monitor.model.story import Relation, StoryDecision
    from monitor.stories.account import contradictions, facts_of
    from monitor.wire import to_json

    articles = [one.article for one in told if one.decision.relation is not Relation.COPY]
    return {
        "story": told[0].decision.story_id,
        "coverage": asdict(_coverage(told)),
        "articles": [article_json(one.article) | to_json(StoryDecision, one.decision) for one in told],
        "facts": [asdict(fact) for fact in facts_of(articles)],
        "contradictions": [asdict(found) for found in contradictions(articles)],
    }


def _coverage(told: "list[Told]") -> Any:  # noqa: ANN401 - imported when it runs
    from monitor.stories.coverage import Voice, coverage

    return coverage(
        [Voice(one.article.outlet, one.article.owner, one.article.text, one.decision.relation) for one in told]
    )


def _list(found: "Sequence[StoryLine]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2), expand=True)
    for width, justify in ((5, "left"), (_ID, "left"), (None, "left"), (22, "right")):
        table.add_column(width=width, justify=justify, ratio=None if width else 1)  # type: ignore[arg-type]
    day = ""
    for line in found:
        newest = line.last.astimezone()
        if (today := f"{newest:%A %d %B}") != day:
            table.add_row(*([""] * 4) if day else ())
            table.add_row("", "", Text(today, style="bold"), "")
            day = today
        parts = [_counted(line.outlets, "outlet"), _counted(line.updates, "update") if line.updates else ""]
        counts = " · ".join(part for part in parts if part)
        title = Text(printable(line.title) or "(no title)")
        table.add_row(f"{newest:%H:%M}", Text(line.story_id[:_ID], style="dim"), title, Text(counts, style="dim"))
    Console(highlight=False).print(table)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _print(told: "list[Told]") -> None:
    import sys

    from rich.console import Console
    from rich.text import Text

    from monitor.model.story import Relation
    from monitor.stories.account import contradictions, facts_of

    # In a pipe nothing is wrapped.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 10_000)
    first, cover = told[0].article, _coverage(told)
    console.print(Text(printable(first.title or first.text[:120]), style="bold"))
    counted = f"{len(cover.outlets)} independent {'outlet' if len(cover.outlets) == 1 else 'outlets'}"
    if cover.copies:
        of = f" of {cover.wire}" if cover.wire else ""
        counted += f", {cover.copies} {'copy' if cover.copies == 1 else 'copies'}{of}"
    console.print(Text(f"story {told[0].decision.story_id} · {counted}", style="dim"))
    _print_timeline(console, told)
    own = [one.article for one in told if one.decision.relation is not Relation.COPY]
    _print_facts(console, [fact for fact in facts_of(own) if fact.kind != "event"])
    _print_contradictions(console, contradictions(own))


def _grid(*widths: int) -> "Table":
    from rich.table import Table

    table = Table.grid(padding=(0, 1))
    for width in widths:
        table.add_column(width=width, no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _print_timeline(console: "Console", told: "Sequence[Told]") -> None:
    """Report after report under its day; copies that follow one another are gathered on one line."""
    from itertools import groupby

    from rich.text import Text

    table, day = _grid(5, 12), ""
    before: dict[tuple[str, str], Article] = {}

    def begin(one: "Told") -> str:
        nonlocal day, table
        when = one.time.astimezone()
        if (today := f"{when:%A %d %B %Y}") != day:
            if table.row_count:
                console.print(table)
            console.print(Text(f"\n{today}", style="dim"))
            table, day = _grid(5, 12), today
        return f"{when:%H:%M}"

    for is_copy, some in groupby(told, key=lambda one: one.decision.relation.value == "copy"):
        run = list(some)
        if is_copy and len(run) > _COPIES:
            names = dict.fromkeys(printable(one.article.outlet or one.article.source) for one in run)
            cells = begin(run[0]), f"{len(run)} copies", ", ".join(names)
            table.add_row(*(Text(cell, style="dim") for cell in cells))
            continue
        for one in run:
            at = begin(one)
            _add_report(
                table, at, one, before.get((one.article.source, one.article.key)), marks=not console.is_terminal
            )
            before[one.article.source, one.article.key] = one.article
    console.print(table)


def _add_report(table: "Table", at: str, one: "Told", before: "Article | None", *, marks: bool) -> None:
    """A report's lines; `marks` tells what an edit took and brought with signs, where colours don't come through."""
    from rich.text import Text

    from monitor.stories.account import word_diff

    article, decision = one.article, one.decision
    kind = _WORDS[decision.relation.value]
    if any(change.kind in {"correction", "retraction"} for change in decision.changes):
        kind = next(c.kind for c in decision.changes if c.kind in {"correction", "retraction"})
    style = {"copy": "dim", "also": "", "edited": ""}.get(kind, "bold")
    title = printable(article.title or article.text[:100])
    said = f"{printable(article.outlet or article.source)}: {title}"
    table.add_row(
        Text(at, style="dim"),
        Text(kind, style=style),
        Text.assemble((said, "dim" if kind == "copy" else ""), (f"  {article.id[:_ID]}", "dim")),
    )
    for change in decision.changes:
        moved = f"{change.about} {change.before} → {change.after}".strip() if change.before and change.after else ""
        new = "" if moved and change.text == title else _short(change.text)
        if new != title:
            table.add_row("", "", Text(f"+ {': '.join(part for part in (moved, new) if part)}", style="green"))
    if decision.relation.value == "edited" and before is not None:
        line = Text()
        for sort, words in word_diff(before.document, article.document):
            told = " ".join(words.split())
            if marks:
                told = {"gone": f"[-{told}-]", "new": f"{{+{told}+}}"}.get(sort, told)
            line.append(told + " ", {"gone": "red strike", "new": "green"}.get(sort, "dim"))
        table.add_row("", "", line)


def _print_facts(console: "Console", facts: "Sequence[Fact]") -> None:
    """The ledger: each fact, who reported it first and when, and how many since."""
    from rich.text import Text

    if not facts:
        return
    console.print(Text("\nFacts", style="bold"))
    table = _grid(18)
    for fact in facts[:_SHOWN]:
        what, told = (fact.about, fact.text) if fact.kind == "number" else (fact.kind, _short(fact.text))
        since = len(fact.voices) - 1
        also = f", {_counted(since, 'independent outlet')} since" if since else ""
        who = f"  {printable(fact.first)} first, {local_time(fact.time)}{also}"
        table.add_row(Text(what, style="dim"), Text.assemble(printable(told), (who, "dim")))
    console.print(table)
    if len(facts) > _SHOWN:
        console.print(Text(f"and {len(facts) - _SHOWN} more; see --json", style="dim"))


def _print_contradictions(console: "Console", found: "Sequence[Contradiction]") -> None:
    from rich.text import Text

    if not found:
        return
    console.print(Text("\nAgainst each other", style="bold yellow"))
    table = _grid(18)
    for one in found[:_SHOWN]:
        for fact in (one.one, one.other):
            where = f"  {printable(fact.first)}, {local_time(fact.time)}"
            table.add_row(
                Text(one.about if fact is one.one else "", style="dim"),
                Text.assemble(_short(fact.text), (where, "dim")),
            )
    console.print(table)


def _short(text: str) -> str:
    line = printable(text)
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1].rstrip()}…"
