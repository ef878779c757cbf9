"""`monitor run`: the daemon."""

import contextlib
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from monitor.cli.shared import ConfigOption, settings

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.daemon import Started
    from monitor.sinks import Destinations


def run(
    config: ConfigOption = None,
    once: Annotated[
        bool, typer.Option("--once", help="One pass over all that is due, deliver, and exit; 1 if something is left.")
    ] = False,
) -> None:
    """Run the daemon until Ctrl-C or SIGTERM."""
    chosen = settings(config)
    from monitor.telemetry.logs import set_up

    # Cards on the same terminal tell what these would.
    told_by_cards = (
        ()
        if chosen.slack.token or chosen.slack.webhooks or not sys.stdout.isatty()
        else ("monitor.pipeline", "monitor.outbox")
    )
    set_up(chosen.log.level, chosen.log.format, quiet=told_by_cards)
    import uvloop

    from monitor.daemon import Daemon

    async def main() -> None:
        greet = sys.stdout.isatty() and not once
        daemon = Daemon(chosen, sinks=sinks, on_start=(lambda started: _greet(started, chosen)) if greet else _silent)
        _leave(await daemon.run(once=once))

    uvloop.run(main())


def _leave(code: int) -> NoReturn:
    """End the process now that all is stored and closed.

    Threads that look up names may hang for half a minute where the network is gone; an ordinary exit waits for them.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def sinks(chosen: "Settings") -> "Destinations":
    """Where alerts go: Slack where there is a token, else this terminal; and whatever else is configured.

    Raises:
        ConfigError: a sink's options are wrong.
    """
    import structlog

    from monitor.clock import SystemClock
    from monitor.sinks import Deps, Destinations, make

    deps = Deps(clock=SystemClock(), log=structlog.get_logger("monitor.sinks"))
    if chosen.slack.token:
        options = {
            "bot_token": chosen.slack.token,
            "base_url": chosen.slack.base_url,
            "timeout": chosen.slack.timeout,
            "answers": bool(chosen.slack.socket_token),
        }
        main = make("slack", options, deps)
        told = f"Slack, {chosen.slack.channel or 'no default channel: set slack.channel'}"
        told += ", with buttons" if chosen.slack.socket_token else ", without buttons: slack.app_token is not set"
    elif channels := dict(chosen.slack.webhooks):
        guarantee, rest = chosen.slack.webhook_guarantee, channels.pop("", "")
        webhook = {"url": rest, "channels": channels, "guarantee": guarantee, "timeout": chosen.slack.timeout}
        several = f"Slack webhooks for {', '.join(channels)}" + (" and the rest" if rest else "")
        told = f"{several if channels else 'a Slack webhook'}, {guarantee.replace('_', ' ')}"
        main = make("slack_webhook", webhook, deps)
    else:
        main, told = make("console", {}, deps), "this terminal; docs/slack.md tells how to connect Slack"
    addressed: dict[str, dict[str, object]] = dict(chosen.plugins.sinks)
    if chosen.webhook.targets:
        secret, timeout = chosen.webhook.signing_secret, chosen.webhook.timeout
        addressed["webhook"] = {"targets": chosen.webhook.targets, "secret": secret, "timeout": timeout}
    if services := chosen.apprise.services:
        addressed["apprise"] = {"targets": services, "timeout": chosen.apprise.timeout}
    records = [make("jsonl", {"path": chosen.jsonl.path}, deps)] if chosen.jsonl.path else []
    others = tuple(make(kind, options, deps) for kind, options in addressed.items())
    also = [str(chosen.jsonl.path)] if chosen.jsonl.path else []
    also += [f"{sink.name}:NAME" for sink in others]
    return Destinations(main, tuple(records), others, "; also ".join((told, *also)))


def _silent(_started: "Started") -> None: ...


def _greet(started: "Started", chosen: "Settings") -> None:
    """Print what runs and what to try next."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right", min_width=9)
    table.add_column(overflow="fold")
    mistakes = f", {len(started.rule_errors)} mistakes: see `monitor check`" if started.rule_errors else ""
    rows = {
        "rules": f"{started.rules} in {_short(chosen.paths.rules)}/{mistakes}",
        "feeds": f"{started.feeds} in {_short(chosen.paths.feeds)}",
        "seeds": f"{_short(chosen.paths.seeds)}/",
        "store": started.database,
        "alerts": started.destination,
        "web page": f"{started.health}/ (also /healthz, /metrics)" if started.health else "off",
        "try": f"edit {_short(chosen.paths.rules)}/ukraine.yaml, drop a text into {_short(chosen.paths.seeds)}/, "
        "or in another terminal: monitor alerts list",
        "stop": "Ctrl-C",
    }
    for name, value in rows.items():
        table.add_row(name, Text(value))
    console.print()
    console.print(Text("  newsmonitor", style="bold"))
    console.print(table)
    console.print()


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
