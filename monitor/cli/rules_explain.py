"""`monitor rules explain`: why a rule matches an article, or why not, and whether it alerts."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.rules_facts import facts_of
from monitor.cli.rules_files import load
from monitor.cli.shared import ConfigOption, JsonOption, open_store, print_json, read_articles, settings
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.matching import Explained
    from monitor.model.alert import AlertDecision
    from monitor.model.article import Article
    from monitor.model.facts import Facts
    from monitor.model.rule import Rule

RulesOption = Annotated[Path | None, typer.Option("--rules", "-r", help="Folder or file the rule is in.")]


def explain(
    rule: Annotated[str, typer.Argument(help="The id of a rule.")],
    article: Annotated[str, typer.Argument(help="An article file, - for standard input, or the id of an article.")],
    rules: RulesOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Tell why a rule matches an article, or why not, and what keeps it from alerting; 1 where it does not match."""
    from monitor.clock import SystemClock
    from monitor.matching import explain as answer
    from monitor.matching import render
    from monitor.rules.standing import obstacles, waits_for

    chosen = _rule(rule, rules, config)
    extract = facts_of([chosen], settings(config))
    now = SystemClock().now()
    every = True
    for one, known, decisions in _articles(article, config):
        answered = answer(chosen, one, known or extract(one))
        every = every and answered.holds
        against = obstacles(chosen, one, now)
        decided = [decision for decision in decisions if chosen.id in decision.rules]
        if json:
            print_json(
                [
                    {"rule": chosen.id, "version": chosen.version, "article": one.id}
                    | _json(answered)
                    | {
                        "obstacles": against,
                        "waits_for": waits_for(chosen.trends),
                        "channels": chosen.channels,
                        "decided": [
                            {"channel": d.channel, "alert": d.kind, "reason": d.reason, "because": d.because}
                            for d in decided
                        ],
                    }
                ]
            )
            continue
        said = "matches" if answered.holds else "does not match"
        typer.secho(f"{chosen.id} {said}: {_one_line(one.title or one.text[:100])}", bold=True)
        for line in render(answered):
            typer.echo(_one_line(line, keep_indent=True))
        for line in against:
            typer.secho(f"no alert now: {line}", fg="yellow")
        for line in waits_for(chosen.trends):
            typer.echo(f"waits for {line}")
        typer.echo(f"alerts go to {', '.join(chosen.channels) or 'the default channel'}")
        for decision in decided:
            typer.echo(_one_line(_decided(decision)))
    if not every:
        raise typer.Exit(1)


def _decided(decision: "AlertDecision") -> str:
    alert = decision.kind.value if decision.kind else "no alert"
    because = f": {'; '.join(decision.because)}" if decision.because else ""
    return f"decided for {decision.channel or 'the default channel'}: {alert} ({decision.reason.value}){because}"


def _rule(rule_id: str, rules: Path | None, config: Path | None) -> "Rule":
    from monitor.rules.nearest import nearest

    loaded = load(rules, config)
    found = {rule.id: rule for rule in loaded.rules}
    if rule_id in found:
        return found[rule_id]
    for error in loaded.errors:
        typer.secho(str(error), fg="red", err=True)
    near = nearest(rule_id, found)
    hint = f"did you mean {near}?" if near else "see `monitor rules list`"
    raise MonitorError(f"there is no rule {rule_id}; {hint}")


def _articles(named: str, config: Path | None) -> "Iterator[tuple[Article, Facts | None, tuple[AlertDecision, ...]]]":
    """The articles of a file, or a stored one with its facts and what was decided about it."""
    if named == "-" or Path(named).exists():
        for read in read_articles(Path(named)):
            yield read, None, ()
        return
    with open_store(config) as store:
        article = store.article(named)
        outcome = store.outcome(article.id) if article is not None else None
    if article is None or outcome is None:
        problem = f"{named} is neither a file nor the id of one article"
        raise MonitorError(f"{problem}; see `monitor articles list`")
    yield article, outcome.facts, outcome.decisions


def _json(node: "Explained") -> dict[str, object]:
    found: dict[str, object] = {"label": node.label, "holds": node.holds}
    if node.note:
        found["note"] = node.note
    if node.hits:
        found["hits"] = [{"field": h.field, "start": h.start, "end": h.end} for h in node.hits]
        found["passages"] = node.passages
    if node.parts:
        found["parts"] = [_json(part) for part in node.parts]
    return found


def _one_line(text: str, *, keep_indent: bool = False) -> str:
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown.rstrip() if keep_indent else " ".join(shown.split())
