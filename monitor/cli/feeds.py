"""`monitor feeds`: the feeds to watch."""

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

import typer

from monitor.cli.shared import (
    ConfigOption,
    JsonOption,
    counted,
    local_time,
    open_store,
    print_json,
    print_table,
    printable,
    settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from monitor.model.article import Feed, FeedState
    from monitor.sources.discover import Found
    from monitor.sources.http import GuardedClient

T = TypeVar("T")

# An address as people say it.
_BARE = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?(?:/\S*)?")
_NOT_THERE = {404, 410}

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
        (
            feed.name or feed.url,
            feed.group,
            _state(feed, state),
            _next(state),
            _wrong(state),
        )
        for feed in feeds
        for state in [states.get(feed.url)]
    )
    print_table(("name", "group", "state", "next poll", "last error"), rows, "No feeds; `monitor feeds add URL`.")


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="The feed's address, or a web page that has some.")],
    config: ConfigOption = None,
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    group: Annotated[str, typer.Option(help="The group to put it in.")] = "",
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Add it without looking at it.")] = False,
) -> None:
    """Add a feed to feeds.yaml; comments and order there survive. Of a web page, show its feeds."""
    from monitor.model.article import Feed
    from monitor.sources import feedlist

    file = settings(config).paths.feeds
    if not unchecked:
        url = _chosen(url, config)
    added = feedlist.add_feeds(file, [Feed(url=url, name=name, group=group)])
    if added:
        with open_store(config) as store:
            # One that was gone or failing under this address before begins anew.
            store.forget_feed(added[0].url)
        typer.echo(f"added {added[0].url} to {file}; a running daemon polls it within seconds")
    else:
        typer.echo(f"{url} is in {file} already")


def _chosen(url: str, config: Path | None) -> str:
    """The one feed an address stands for; where there are several they are shown, and the command ends."""
    from monitor.errors import FeedListError, FetchError
    from monitor.sources.discover import discover
    from monitor.sources.feedentry import feed_url

    if _BARE.fullmatch(url):
        url = f"https://{url}"
    address = feed_url(url)
    if not address:
        raise FeedListError(f"{url!r} is not an http or https address")
    if "@" in urlsplit(url.strip()).netloc:
        words = "a password does not belong in an address; add it without, and name where it stands in feeds.yaml"
        raise FeedListError(f"{words}: `login: {{env: NAME}}`")
    try:
        found = _ask(config, lambda client, now: discover(address, client, now))
    except FetchError as error:
        if error.status in _NOT_THERE:
            raise FeedListError(f"{address}: {error}; check it, or add it with --unchecked") from error
        typer.secho(f"{address} cannot be read now ({error}); it is added all the same", fg="yellow", err=True)
        return address
    if not found:
        typer.secho(f"no feed found at {address}; give the feed's own address", fg="red", err=True)
        raise typer.Exit(1)
    if len(found) > 1:
        typer.echo(f"{len(found)} feeds at {address}; add one by its address:\n")
        for feed in found:
            _show(feed)
        raise typer.Exit(1)
    if found[0].url != address:
        _show(found[0])
    return found[0].url


@app.command("test")
def try_(
    feed: Annotated[str, typer.Argument(help="A feed's address, or the name of one in feeds.yaml.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Fetch a feed now and show what is read in it; nothing is stored."""
    from monitor.errors import FeedListError, FetchError, ParseError
    from monitor.model.article import Feed
    from monitor.sources import feedlist
    from monitor.sources.discover import look
    from monitor.sources.feedentry import feed_url
    from monitor.sources.secrets import request_headers

    file = settings(config).paths.feeds
    listed = feedlist.load_feeds(file) if file.exists() else ()
    known = next((one for one in listed if feed in {one.url, one.name} or feed_url(feed) == one.url), None)
    if known is None and not feed_url(feed):
        raise FeedListError(f"{feed!r} is neither an http or https address nor the name of a feed in {file}")
    chosen = known or Feed(feed_url(feed))
    try:
        found = _ask(config, lambda client, now: look(chosen, client, now, request_headers(chosen)))
    except (FetchError, ParseError) as error:
        typer.secho(f"{chosen.url}: {error}", fg="red", err=True)
        raise typer.Exit(1) from error
    if json:
        from dataclasses import asdict

        print_json({"url": found.url, "title": found.title, **asdict(article)} for article in found.articles)
        return
    _show(found)
    for complaint in found.complaints:
        typer.secho(f"  {printable(complaint)}", fg="yellow", err=True)


def _show(found: "Found") -> None:
    typer.secho(printable(found.title or found.url), bold=True)
    typer.echo(f"  {found.url}")
    newest = f", newest {local_time(found.newest)}" if found.newest else ", without dates" if found.articles else ""
    wish = f", asks to be left alone for {found.ttl} min" if found.ttl else ""
    typer.echo(f"  {counted(len(found.articles), 'article')}{newest}{wish}")
    for sample in found.samples:
        typer.echo(f"  · {printable(sample)[:110]}")
    typer.echo("")


def _ask(config: Path | None, question: "Callable[[GuardedClient, datetime], Coroutine[Any, Any, T]]") -> "T":
    """Ask something of the net, by the daemon's own client and limits."""
    import asyncio

    from monitor.clock import SystemClock
    from monitor.parts import feed_client

    async def asked() -> "T":
        clock = SystemClock()
        async with feed_client(settings(config).sources, clock) as client:
            return await question(client, clock.now())

    return asyncio.run(asked())


@app.command()
def health(config: ConfigOption = None, json: JsonOption = False) -> None:
    """How each feed is doing, those in trouble first: state, next poll, articles a day, delay of its news."""
    from datetime import timedelta

    from monitor.clock import SystemClock
    from monitor.sources import feedlist
    from monitor.sources.pacing import a_day

    feeds = feedlist.load_feeds(settings(config).paths.feeds)
    with open_store(config) as store:
        states = store.feed_states()
        delays = store.feed_delays(SystemClock().now() - timedelta(days=14))
    order = sorted(feeds, key=lambda feed: (_rank(feed, states.get(feed.url)), feed.group, feed.name))
    rates = {url: a_day(state) for url, state in states.items() if state.rhythm}
    if json:
        print_json(_health_json(feed, states.get(feed.url), rates, delays) for feed in order)
        return
    rows = (
        (
            feed.name or feed.url,
            _state(feed, state),
            _next(state),
            f"{rates[feed.url]:.1f}" if feed.url in rates else "",
            _span(delays.get(feed.url)),
            state.last_new if state else None,
            _wrong(state),
        )
        for feed in order
        for state in [states.get(feed.url)]
    )
    columns = ("name", "state", "next poll", "a day", "delay", "newest", "last error")
    print_table(columns, rows, "No feeds; `monitor feeds add URL`.")
    if order:
        kinds = Counter(_state(feed, states.get(feed.url)).partition(" since")[0] for feed in order)
        listed = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items())
        typer.echo(f"{counted(len(order), 'feed')}: {listed}", err=True)


def _rank(feed: "Feed", state: "FeedState | None") -> int:
    """Where a feed stands in a list that begins with those in trouble and ends with those that are off."""
    return {"healthy": 1, "not polled yet": 1, "off": 2}.get(_state(feed, state), 0)


def _health_json(
    feed: "Feed", state: "FeedState | None", rates: "Mapping[str, float]", delays: "Mapping[str, float]"
) -> dict[str, Any]:
    return {
        "url": feed.url,
        "name": feed.name,
        "health": _state(feed, state),
        "next_poll": _next(state) or None,
        "articles_a_day": rates.get(feed.url),
        "median_delay_seconds": delays.get(feed.url),
        "last_new": state.last_new if state else None,
        "last_error": _wrong(state),
    }


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


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
        print_json({"name": entry.name, "outcome": "left_out", "reason": entry.reason} for entry in report.left_out)
    else:
        for entry in report.refused:
            typer.secho(f"refused {printable(entry.name)}: {printable(entry.reason)}", fg="yellow", err=True)
        for entry in report.left_out:
            typer.secho(f"left out of {printable(entry.name)}: {printable(entry.reason)}", fg="yellow", err=True)
        counts = f"{len(report.added)} added, {len(report.skipped)} known already, {len(report.refused)} refused"
        typer.echo(f"{target}: {counts}")
    if report.refused:
        raise typer.Exit(1)


@app.command()
def export(config: ConfigOption = None) -> None:
    """Print the feeds as OPML, for other readers."""
    from monitor.sources import feedlist, opml

    feeds = feedlist.load_feeds(settings(config).paths.feeds)
    typer.echo(opml.write_opml(feeds), nl=False)
    kept = sum(bool(feed.headers or feed.login) for feed in feeds)
    if kept:
        typer.secho(
            f"headers and login of {kept} feeds are left out: set them where it is imported", fg="yellow", err=True
        )


def _json(feed: "Feed", state: "FeedState | None") -> dict[str, Any]:
    from dataclasses import asdict

    known = {key: value for key, value in asdict(state).items() if key not in {"url", "rhythm"}} if state else None
    interval = feed.interval.total_seconds() if feed.interval else None
    return {**asdict(feed), "interval": interval, "health": _state(feed, state), "state": known}


def _state(feed: "Feed", state: "FeedState | None") -> str:
    from monitor.sources.condition import standing

    word = standing(feed, state)
    since = {"failing": state.failing_since, "another feed": state.other_since}.get(word) if state else None
    return f"{word} since {local_time(since)}" if since else word


def _wrong(state: "FeedState | None") -> str:
    return (state.last_error or state.other) if state else ""


def _next(state: "FeedState | None") -> datetime | str:
    return "" if state is None or state.retired else state.next_poll
