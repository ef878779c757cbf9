"""`monitor rules backtest`: what rules would have found in the articles of the past."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.rules_files import RulesSince, load, period, show
from monitor.cli.shared import ConfigOption, JsonOption, counted, open_store, print_json, printable
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model.rule import Rule
    from monitor.rules.backtest import Backtest
    from monitor.rules.load import Reloaded


def backtest(
    rules: Annotated[str, typer.Argument(help="The id of a rule, a file or a folder; all rules.")] = "",
    since: RulesSince = "7d",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Run rules over the stored articles: how much they find, a day and by story, and what changed.

    New and lost matches are against what the running version of each rule has found in the same articles.
    """
    from monitor.backtesting import run
    from monitor.clock import SystemClock

    loaded, chosen = _chosen(rules, config)
    until = SystemClock().now()
    begin = until - period(since)
    with open_store(config) as store:
        found, articles = run(chosen, store.archive(begin), store.matched_since(begin))
    if json:
        print_json(_json(one, articles, begin, until) for one in found)
    else:
        typer.echo(f"{counted(articles, 'article')} since {begin:%a %d %b %H:%M} UTC")
        for one in found:
            _print(one, begin, until)
        if len(found) > 1:
            total, new, lost = (
                sum(numbers) for numbers in zip(*((len(f.ids), f.new, f.lost) for f in found), strict=True)
            )
            matches = counted(total, "match", "matches")
            typer.secho(f"{counted(len(found), 'rule')}: {matches}, {new:,} new, {lost:,} lost", bold=True)
    for error in loaded.errors:
        typer.secho("\n".join(show(error)), fg="red", err=True)
    if loaded.errors:
        raise typer.Exit(1)


def _chosen(rules: str, config: Path | None) -> "tuple[Reloaded, Sequence[Rule]]":
    """The rules to run; those of a file also when they are disabled."""
    from dataclasses import replace

    if not rules or Path(rules).exists():
        loaded = load(Path(rules) if rules else None, config)
        chosen = loaded.rules
    else:
        loaded = load(None, config)
        chosen = tuple(rule for rule in loaded.rules if rule.id == rules)
        if not chosen:
            raise MonitorError(f"there is no rule and no file {rules}; see `monitor rules list`")
    return loaded, [replace(rule, enabled=True) for rule in chosen]


def _silences(one: "Backtest", begin: "datetime", until: "datetime") -> int | None:
    """How many alerts of silence there would have been; None for a rule that does not guard against it."""
    from monitor.replay import silences

    asked = one.rule.trends.flatline
    return silences(one.alerting, begin, until, asked.after) if asked else None


def _json(one: "Backtest", articles: int, begin: "datetime", until: "datetime") -> dict[str, object]:
    from monitor.backtesting import stories

    return {
        "rule": one.rule.id,
        "version": one.rule.version,
        "articles": articles,
        "matches": len(one.ids),
        "alerts": stories(one, begin),
        "silences": _silences(one, begin, until),
        "days": {str(day): one.days[day] for day in sorted(one.days)},
        "new": one.new,
        "lost": one.lost,
        "since": begin,
        "until": until,
        "samples": one.titles,
        "lost_samples": one.lost_titles,
    }


def _print(one: "Backtest", begin: "datetime", until: "datetime") -> None:
    from monitor.backtesting import stories
    from monitor.rules.backtest import sparkline

    days = one.by_day(begin, until)
    told = stories(one, begin)
    quiet = _silences(one, begin, until)
    alerts = f"{counted(told, 'alert')} after dedup" if told is not None else "too many matches to tell stories apart"
    alerts += f", {counted(quiet, 'silence')}" if quiet is not None else ""
    typer.secho(f"{one.rule.id}", bold=True)
    matches = counted(len(one.ids), "match", "matches")
    typer.echo(f"  {sparkline(days)}  {matches}, {len(one.ids) / len(days):.1f} a day, {alerts}")
    if one.before:
        typer.echo(f"  against the running version: {one.new:,} new, {one.lost:,} lost")
    for title in reversed(one.titles):
        typer.echo(f"    {typer.style('+', fg='green') if one.before else '·'} {printable(title)}")
    for title in reversed(one.lost_titles):
        typer.echo(f"    {typer.style('-', fg='red')} {printable(title)}")
