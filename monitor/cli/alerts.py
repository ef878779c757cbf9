"""`monitor alerts`: what went out."""

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from monitor.cli.shared import ConfigOption, JsonOption, LimitOption, open_store, print_json, print_table

if TYPE_CHECKING:
    from monitor.store.deliveries import AlertStatus

DEFAULT_CHANNEL = "(default)"
"""How the channel without a name is shown: the terminal's, or that of a webhook."""

app = typer.Typer(help="Alerts and their deliveries.", no_args_is_help=True)


@app.command("list")
def list_(
    config: ConfigOption = None,
    limit: LimitOption = 50,
    state: Annotated[str, typer.Option(help="Only those with a pending, sending, sent, dead or folded delivery.")] = "",
    json: JsonOption = False,
) -> None:
    """List alerts, newest first."""
    from monitor.model.alert import DeliveryState

    if state and state not in list(DeliveryState):
        raise typer.BadParameter(f"{state!r} is none of {', '.join(DeliveryState)}", param_hint="--state")
    with open_store(config) as store:
        found = store.alerts(limit=limit, state=DeliveryState(state) if state else None)
    if json:
        print_json(alert_json(status) for status in found)
        return
    rows = (
        (
            status.alert.id[:8],
            status.alert.created,
            status.alert.severity.value,
            status.alert.kind.value,
            status.alert.channel or DEFAULT_CHANNEL,
            _states(status),
            status.alert.card.headline,
        )
        for status in found
    )
    print_table(("id", "raised", "severity", "kind", "channel", "state", "headline"), rows, "No alerts yet.")


@app.command()
def show(
    alert: Annotated[str, typer.Argument(help="The alert's id, or how it begins.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Show an alert as its card, and where it went."""
    with open_store(config) as store:
        status = store.alert(alert)
    if status is None:
        none_such(alert)
    if json:
        print_json([alert_json(status)])
        return
    from rich.console import Console
    from rich.text import Text

    from monitor.sinks.console import alert_view

    console = Console(highlight=False)
    console.print(alert_view(status.alert))
    for delivery in status.deliveries:
        note = f" ({delivery.error})" if delivery.error else ""
        where = f" as {delivery.ref}" if delivery.ref else ""
        tries = f", {delivery.attempts} {'try' if delivery.attempts == 1 else 'tries'}"
        console.print(Text(f"{delivery.sink}: {delivery.state.value}{where}{tries}{note}"))


@app.command()
def resend(
    alert: Annotated[str, typer.Argument(help="The alert's id, or how it begins.")],
    config: ConfigOption = None,
) -> None:
    """Queue an alert again: its dead deliveries, or all of them where none is dead. The running daemon sends it."""
    from monitor.clock import SystemClock

    with open_store(config) as store:
        status = store.alert(alert)
        if status is None:
            none_such(alert)
        queued = store.resend(status.alert.id, SystemClock().now())
    if queued:
        typer.echo(
            f"{queued} {'delivery is' if queued == 1 else 'deliveries are'} queued; the daemon sends what is due."
        )
    else:
        typer.echo("Nothing to resend: the alert is still on its way.", err=True)
        raise typer.Exit(1)


def _states(status: "AlertStatus") -> str:
    """What became of it: one word, unless its sinks differ."""
    states = {delivery.state.value for delivery in status.deliveries}
    if len(states) < 2:
        return next(iter(states), "-")
    return ", ".join(f"{delivery.sink} {delivery.state.value}" for delivery in status.deliveries)


def none_such(alert: str) -> NoReturn:
    """Say that there is no such alert, and end with 1."""
    typer.echo(f"No single alert has an id that begins with {alert!r}; see `monitor alerts list`.", err=True)
    raise typer.Exit(1)


def alert_json(status: "AlertStatus") -> dict[str, Any]:
    """The alert, its card and its deliveries."""
    from monitor.model.alert import Alert
    from monitor.wire import to_json

    return {
        "id": status.alert.id,
        **to_json(Alert, status.alert),
        "deliveries": [
            {
                "sink": delivery.sink,
                "state": delivery.state.value,
                "attempts": delivery.attempts,
                "next_try": delivery.next_try,
                "ref": delivery.ref,
                "error": delivery.error,
            }
            for delivery in status.deliveries
        ],
    }
