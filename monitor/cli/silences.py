"""`monitor alerts held`, `ack`, `silence`, `silences`, `unsilence`: what waits, and what people say."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.alerts import DEFAULT_CHANNEL, app, none_such
from monitor.cli.shared import (
    ConfigOption,
    JsonOption,
    LimitOption,
    local_time,
    open_store,
    print_json,
    print_table,
    rule_folder,
    settings,
)

ByOption = Annotated[str, typer.Option("--by", help="Who says so; your login name by default.")]
MatcherArgument = Annotated[
    list[str], typer.Argument(metavar="KEY=VALUE...", help="Such as rule=fires severity=low,medium channel=#news.")
]


@app.command()
def held(
    config: ConfigOption = None,
    within: Annotated[str, typer.Option("--in", help="What this alert has told; its id, or how that begins.")] = "",
    limit: LimitOption = 1_000,
    json: JsonOption = False,
) -> None:
    """List what waits: for quiet hours or a silence to end, for a digest, for its group, for nobody to answer."""
    with open_store(config) as store:
        found = store.held(told_by=within, limit=limit)
    from monitor.alerts.words import CALLS_IN_WORDS

    if json:
        from monitor.model.alert import Held
        from monitor.wire import to_json

        print_json(to_json(Held, one) for one in found)
        return
    rows = (
        (
            one.due,
            one.channel or DEFAULT_CHANNEL,
            one.severity.value,
            CALLS_IN_WORDS.get(one.key, one.reason.value.replace("_", " ")),
            one.card.headline,
        )
        for one in found
    )
    print_table(("until", "channel", "severity", "why", "headline"), rows, "Nothing waits.")


@app.command()
def ack(
    alert: Annotated[str, typer.Argument(help="The alert's id, or how it begins.")],
    note: Annotated[str, typer.Option(help="What you did about it.")] = "",
    by: ByOption = "",
    config: ConfigOption = None,
) -> None:
    """Acknowledge an alert: nobody else is called about its story."""
    from monitor.clock import SystemClock
    from monitor.model.answer import Answer, AnswerKind

    with open_store(config) as store:
        status = store.alert(alert)
        if status is None:
            none_such(alert)
        author = by or getpass.getuser()
        new = store.answer(Answer(AnswerKind.ACKNOWLEDGED, status.alert.id, author, SystemClock().now(), note))
    typer.echo(f"Acknowledged by {author}." if new else f"{author} had acknowledged it before.")


@app.command()
def silence(
    matchers: MatcherArgument,
    lasts: Annotated[str, typer.Option("--for", help="How long: 2h, 1d.")],
    reason: Annotated[str, typer.Option(help="Why; others will read it.")] = "",
    by: ByOption = "",
    config: ConfigOption = None,
) -> None:
    """Hold back what the matchers select; it is listed in its channel when the silence ends."""
    from monitor.clock import SystemClock
    from monitor.model.answer import Silence
    from monitor.rules.alertfile import selector_of
    from monitor.rules.durations import LONGEST, read_duration

    length = read_duration(lasts)
    if not length or length > LONGEST:
        raise typer.BadParameter(f"{lasts!r} is no length of time; write 30m, 2h or 1d", param_hint="--for")
    selector, problems = selector_of(matchers)
    if problems:
        raise typer.BadParameter("; ".join(problems), param_hint="KEY=VALUE")
    now = SystemClock().now()
    made = Silence(selector, by or getpass.getuser(), reason, now, now + length)
    with open_store(config) as store:
        store.silence(made)
    typer.echo(
        f"Silence {made.id}: {selector}, until {local_time(made.ends)}. End it: monitor alerts unsilence {made.id}"
    )
    unknown = set(selector.rule) - _rule_ids(config)
    if unknown and not any("*" in name for name in unknown):
        typer.secho(f"note: no rule has the id {', '.join(sorted(unknown))}", fg="yellow", err=True)


@app.command()
def silences(
    config: ConfigOption = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    json: JsonOption = False,
) -> None:
    """List the silences in force."""
    from monitor.clock import SystemClock

    with open_store(config) as store:
        found = store.silences(None if every else SystemClock().now())
    if json:
        print_json(
            {
                "id": one.id,
                "selects": str(one.selector),
                "author": one.author,
                "reason": one.reason,
                "created": one.created,
                "ends": one.ends,
                "ended_by": one.ended_by,
            }
            for one in found
        )
        return
    rows = ((one.id, one.ends, one.author, str(one.selector), one.reason) for one in found)
    print_table(("id", "until", "by", "selects", "reason"), rows, "No silence is in force.")


@app.command()
def unsilence(
    silence_id: Annotated[str, typer.Argument(metavar="ID", help="The silence's id.")],
    by: ByOption = "",
    config: ConfigOption = None,
) -> None:
    """End a silence now; what it held back is listed in its channel."""
    from monitor.clock import SystemClock

    with open_store(config) as store:
        ended = store.end_silence(silence_id, by or getpass.getuser(), SystemClock().now())
    if ended is None:
        typer.echo(f"No silence {silence_id} is in force; see `monitor alerts silences`.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Ended: {ended.selector}.")


def _rule_ids(config: Path | None) -> set[str]:
    return {rule.id for rule in rule_folder(settings(config).paths.rules).rules}
