"""`monitor alerts explain` and `why`: how an alert was decided, and why something did or did not alert."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.alerts import DEFAULT_CHANNEL, app, none_such
from monitor.cli.shared import ConfigOption, JsonOption, LimitOption, local_time, open_store, print_json, printable

if TYPE_CHECKING:
    from monitor.model.alert import AlertDecision, Held
    from monitor.store.sql import SqlStore


@app.command()
def explain(
    alert: Annotated[str, typer.Argument(help="The alert's id, or how it begins.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Tell how an alert came about: what each stage of the policy found, or what a digest tells."""
    with open_store(config) as store:
        status = store.alert(alert)
        if status is None:
            none_such(alert)
        made = status.alert
        decisions = [one for one in store.outcome(made.article_id).decisions if one.channel == made.channel]
        told = store.held(told_by=made.id)
    if json:
        steps = [line for decision in decisions for line in decision.trace]
        print_json([{"id": made.id, "reason": made.reason, "trace": steps, "tells": [_held_json(one) for one in told]}])
        return
    from monitor.alerts.words import WORDS

    typer.secho(printable(made.card.headline), bold=True)
    typer.echo(
        f"{made.kind.value} to {made.channel or DEFAULT_CHANNEL}, {local_time(made.created)}: {WORDS[made.reason]}"
    )
    if made.card.items:
        typer.echo(f"It tells {len(told)} that waited:")
        for one in told:
            typer.echo(f"  {local_time(one.since)}  {one.severity.value:<8}  {printable(one.card.headline)}")
        return
    for decision in decisions:
        for line in (*decision.trace, *(f"over time: {line}" for line in decision.because)):
            typer.echo(f"  {printable(line)}")


@app.command()
def why(
    subject: Annotated[str, typer.Argument(metavar="ARTICLE|RULE", help="An article's id, or a rule's.")],
    config: ConfigOption = None,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """Answer 'why did I (not) get this?' for an article, or for what a rule has matched lately."""
    with open_store(config) as store:
        article = store.article(subject)
        if article is not None:
            outcome = store.outcome(article.id)
            rows = [(article.fetched, decision) for decision in outcome.decisions]
            empty = _unmatched(outcome.processed, subject, article.id)
        else:
            rows = store.decided_for(subject, limit)
            empty = f"{subject} is no article, and no rule of that id has matched; see `monitor articles list`."
        answers = [_answer(store, at, decision, "" if article else subject) for at, decision in rows]
    if json:
        print_json(answers)
        return
    if not answers:
        typer.echo(empty, err=True)
        raise typer.Exit(1)
    for answer in answers:
        typer.echo(f"{local_time(answer['at'])}  {printable(answer['headline'])}")
        typer.echo(f"    {answer['channel'] or DEFAULT_CHANNEL}: {answer['answer']}")
    if article is None:
        counts = Counter(answer["reason"] for answer in answers)
        typer.echo(", ".join(f"{count} {reason}" for reason, count in counts.most_common()))


def _unmatched(processed: datetime | None, subject: str, article_id: str) -> str:
    if processed is None:
        return f"{subject} is not processed yet."
    return f"No rule matched it; `monitor rules explain RULE {article_id}` tells what a rule missed."


def _answer(store: "SqlStore", at: datetime, decision: "AlertDecision", rule: str) -> dict[str, Any]:
    from monitor.why import why as answered

    told = answered(store, at, decision, rule)
    if told.raised and told.alert is not None:
        text = f"alert {told.alert.id[:8]}, {told.words}"
    else:
        text = f"no alert of its own: {told.words}"
    for one in told.held:
        text += f"; {_ending(one)}"
    because = f" ({'; '.join(decision.because)})" if decision.because else ""
    return {
        "at": at,
        "article": decision.article_id,
        "headline": told.headline,
        "channel": decision.channel,
        "rules": decision.rules,
        "reason": decision.reason.value,
        "answer": text + because,
        "trace": decision.trace,
    }


def _ending(held: "Held") -> str:
    if held.ended is None:
        return f"it waits until {local_time(held.due)}"
    return f"told by alert {held.told_by[:8]} on {local_time(held.ended)}" if held.told_by else "nobody needed it"


def _held_json(held: "Held") -> dict[str, Any]:
    from monitor.model.alert import Held as HeldAlert
    from monitor.wire import to_json

    values: dict[str, Any] = to_json(HeldAlert, held)
    return values
