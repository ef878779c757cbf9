"""The command line. Commands import what they need when they run, so that `monitor --help` answers at once."""

import sys
from typing import Annotated

import typer

from monitor import __version__
from monitor.cli import (
    alert_routes,
    alert_why,
    alerts,
    articles,
    check,
    db,
    extract,
    feeds,
    group,
    match,
    rules,
    run,
    silences,
    stories,
)
from monitor.errors import MonitorError

app = typer.Typer(
    name="monitor",
    help="Watches news feeds and folders, and alerts when an article matches a rule.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("match")(match.match)
app.command("extract")(extract.extract)
app.command("group")(group.group)
app.add_typer(rules.app, name="rules")
# These add their commands to `monitor alerts`.
_ = alert_routes, alert_why, silences
app.add_typer(alerts.app, name="alerts")
app.add_typer(articles.app, name="articles")
app.add_typer(stories.app, name="stories")
app.add_typer(feeds.app, name="feeds")
app.add_typer(db.app, name="db")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


def main() -> None:
    """Run a command. Exit code 0 is good, 1 means findings, 2 a mistake in usage or configuration."""
    try:
        app()
    except MonitorError as error:
        typer.secho("\n".join(f"error: {line}" for line in str(error).splitlines()), fg="red", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output, such as `head`, has had enough.
        sys.stderr.close()
        sys.exit(0)
