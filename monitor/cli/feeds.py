"""`monitor feeds`: the feeds to watch."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.shared import (
    ConfigOption,
    JsonOption,
    local_time,
    open_store,
    print_json,
    print_table,
    printable,
    settings,
)

if TYPE_CHECKING:
    from monitor.model.article import Feed, FeedState

app = typer.Typer(help="Feeds: list them with their health, add, remove, import and export.", no_args_is_help=True)


@app.command("list")
def list_(config: ConfigOption = None, json: JsonOption = False) -> None:
    """List the feeds with their health."""
    from monitor.sources import feedlist

    feeds = feedlist.load_feeds(settings(config).paths.feeds)
    with open_store(config) as store:
        states = store.feed_states()
    if json:
        print_json(_json(feed, states.get(feed.url)) for feed in feeds)
        return
    rows = (
        (feed.name or feed.url, feed.group, _state(feed, state), _next(state), state.last_error if state else "")
        for feed in feeds
        for state in [states.get(feed.url)]
    )
    print_table(("name", "group", "state", "next poll", "last error"), rows, "No feeds; `monitor feeds add URL`.")


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    config: ConfigOption = None,
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    group: Annotated[str, typer.Option(help="The group to put it in.")] = "",
) -> None:
    """Add a feed to feeds.yaml; comments and order there survive."""
    from monitor.model.article import Feed
    from monitor.sources import feedlist

    file = settings(config).paths.feeds
    added = feedlist.add_feeds(file, [Feed(url=url, name=name, group=group)])
    if added:
        with open_store(config) as store:
            # One that was gone or failing under this address before begins anew.
            store.forget_feed(added[0].url)
        typer.echo(f"added to {file}; a running daemon polls it within seconds")
    else:
        typer.echo(f"{url} is in {file} already")


@app.command()
def remove(
    feed: Annotated[str, typer.Argument(help="The feed's address, or its name.")], config: ConfigOption = None
) -> None:
    """Remove a feed from feeds.yaml; what it brought stays in the archive."""
    from monitor.sources import feedlist

    file = settings(config).paths.feeds
    removed = feedlist.remove_feed(file, feed)
    typer.echo(f"removed {removed.url} from {file}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An OPML file, as other readers export it.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Add the feeds of an OPML file; importing it twice adds nothing."""
    from monitor.errors import FeedListError
    from monitor.sources import opml

    target = settings(config).paths.feeds
    try:
        report = opml.import_opml(target, file.read_bytes())
    except OSError as error:
        raise FeedListError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    if json:
        print_json({"url": feed.url, "name": feed.name, "outcome": "added"} for feed in report.added)
        print_json({"url": feed.url, "name": feed.name, "outcome": "known"} for feed in report.skipped)
        print_json({"name": entry.name, "outcome": "refused", "reason": entry.reason} for entry in report.refused)
    else:
        for entry in report.refused:
            typer.secho(f"refused {printable(entry.name)}: {entry.reason}", fg="yellow", err=True)
        counts = f"{len(report.added)} added, {len(report.skipped)} known already, {len(report.refused)} refused"
        typer.echo(f"{target}: {counts}")
    if report.refused:
        raise typer.Exit(1)


@app.command()
def export(config: ConfigOption = None) -> None:
    """Print the feeds as OPML, for other readers."""
    from monitor.sources import feedlist, opml

    typer.echo(opml.write_opml(feedlist.load_feeds(settings(config).paths.feeds)), nl=False)


def _json(feed: "Feed", state: "FeedState | None") -> dict[str, Any]:
    from dataclasses import asdict

    known = {key: value for key, value in asdict(state).items() if key != "url"} if state else None
    interval = feed.interval.total_seconds() if feed.interval else None
    return {**asdict(feed), "interval": interval, "health": _state(feed, state), "state": known}


def _state(feed: "Feed", state: "FeedState | None") -> str:
    if not feed.enabled:
        return "off"
    if state is None:
        return "not polled yet"
    if state.retired:
        return "gone"
    if state.failures:
        return f"failing since {local_time(state.failing_since)}"
    return "healthy"


def _next(state: "FeedState | None") -> datetime | str:
    return "" if state is None or state.retired else state.next_poll
