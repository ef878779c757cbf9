"""`monitor rules check` and `monitor rules test`: whether the files are right and do what they say."""

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.rules_facts import facts_of
from monitor.cli.rules_files import FolderArgument, load, show
from monitor.cli.shared import ConfigOption, JsonOption, counted, print_json, settings
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.rules.lint import Doubt
    from monitor.rules.load import Reloaded
    from monitor.rules.testing import Coverage, TestResult

_MOST_OF_A_KIND = 20
_SAMPLE = 20_000
"""The newest of last week's articles by which a rule is called too broad."""


def check(
    folder: FolderArgument = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="SARIF 2.1.0, for code hosts.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail the check too.")] = False,
) -> None:
    """Check rule files: every mistake with its place, and what cannot be meant so."""
    from monitor.clock import SystemClock
    from monitor.rules.lint import lint

    loaded = load(folder, config)
    doubts = [*lint(loaded.rules, loaded.unused, SystemClock().now().date()), *_broad(loaded, config)]
    if sarif:
        from monitor import __version__
        from monitor.rules import sarif as report

        print_json([report.sarif(loaded.errors, doubts, __version__)])
    elif json:
        print_json(
            {"level": "error", "file": e.file, "line": e.line, "column": e.column, "problem": e.problem}
            for e in loaded.errors
        )
        print_json(
            {"level": "warning", "code": d.code, "rule": d.rule, "file": d.file, "line": d.line, "problem": d.problem}
            for d in doubts
        )
    else:
        for error in loaded.errors:
            first, *excerpt = show(error)
            typer.secho(first, fg="red")
            for line in excerpt:
                typer.echo(line)
        _few([(doubt.code, str(doubt)) for doubt in doubts])
        good = f"{len(loaded.rules)} {'rule is' if len(loaded.rules) == 1 else 'rules are'} good"
        typer.echo(f"{good}, {counted(len(loaded.errors), 'mistake')}, {counted(len(doubts), 'warning')}")
    if loaded.errors or (strict and doubts):
        raise typer.Exit(1)


def _few(warnings: "list[tuple[str, str]]") -> None:
    """Print the warnings, of each kind the first ones only: a thousand rules without tests would hide all else."""
    seen: dict[str, int] = {}
    for kind, warning in warnings:
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= _MOST_OF_A_KIND:
            typer.secho(warning, fg="yellow")
    for kind, count in seen.items():
        if count > _MOST_OF_A_KIND:
            typer.secho(f"and {count - _MOST_OF_A_KIND:,} more [{kind}]; --json tells of all", fg="yellow")


def _broad(loaded: "Reloaded", config: "Path | None") -> "tuple[Doubt, ...]":
    """Rules that match a large share of last week's articles, or lose all to `none`, where a database can tell."""
    from collections import Counter
    from datetime import timedelta

    from monitor.clock import SystemClock
    from monitor.matching.matcher import Matcher
    from monitor.rules.lint import emptied, too_broad, without_none
    from monitor.store.sql import open_store

    chosen = settings(config)
    if not chosen.database.url and not (chosen.paths.var / "monitor.db").exists():
        return ()
    try:
        store = open_store(chosen.database_url)
    except MonitorError as error:
        typer.secho(f"how broad the rules are is not known: {error}", fg="yellow", err=True)
        return ()
    matcher = Matcher(loaded.rules)
    wider = Matcher(rule for one in loaded.rules if (rule := without_none(one)) is not None)
    matched: Counter[str] = Counter()
    otherwise: Counter[str] = Counter()
    articles = 0
    try:
        for article in store.archive(SystemClock().now() - timedelta(days=7), _SAMPLE):
            articles += 1
            matched.update(rule.id for rule in matcher.which(article))
            otherwise.update(rule.id for rule in wider.which(article))
    finally:
        store.close()
    by_id = {rule.id: rule for rule in loaded.rules}
    return (*too_broad(by_id, matched, articles), *emptied(by_id, matched, otherwise))


def run_file_tests(
    folder: FolderArgument = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell of every test and untried branch.")] = False,
) -> None:
    """Run the tests that rule files carry, and tell what of the rules they leave untried."""
    from monitor.matching import Matcher, explain
    from monitor.rules.testing import coverage, run_tests

    loaded = load(folder, config)
    known = facts_of(loaded.rules, settings(config))
    results = run_tests(loaded.rules, Matcher, known)
    covered = [coverage(rule, explain, known) for rule in loaded.rules if rule.tests]
    if json:
        _test_json(results, covered)
    else:
        _test_text(loaded, results, covered, verbose=verbose)
    for error in loaded.errors:
        typer.secho("\n".join(show(error)), fg="red", err=True)
    if loaded.errors or not all(result.passed for result in results):
        raise typer.Exit(1)


def _test_json(results: "tuple[TestResult, ...]", covered: "list[Coverage]") -> None:
    print_json(
        {
            "kind": "test",
            "rule": result.rule.id,
            "file": result.file,
            "line": result.line,
            "passed": result.passed,
            "expect": result.test.expect,
            "text": result.test.text,
            "terms": result.terms,
            "missing": result.missing,
        }
        for result in results
    )
    print_json(
        {
            "kind": "coverage",
            "rule": one.rule.id,
            "file": one.rule.file,
            "line": one.rule.line,
            "branches": one.branches,
            "untried": one.untried,
        }
        for one in covered
    )


def _test_text(
    loaded: "Reloaded", results: "tuple[TestResult, ...]", covered: "list[Coverage]", *, verbose: bool
) -> None:
    by_rule: dict[str, list[TestResult]] = {}
    for result in results:
        by_rule.setdefault(result.rule.id, []).append(result)
    file = ""
    for one in covered:
        if one.rule.file != file:
            file = one.rule.file
            typer.secho(file, bold=True)
        mine = by_rule.get(one.rule.id, [])
        failed = [result for result in mine if not result.passed]
        tried = one.branches - len(one.untried)
        mark = typer.style("FAIL", fg="red") if failed else typer.style("ok  ", fg="green")
        share = f"{tried}/{one.branches} branches"
        typer.echo(f"  {mark} {one.rule.id:<40} {len(mine) - len(failed)}/{len(mine)} tests  {share}")
        for result in mine if verbose else failed:
            typer.secho(f"       {result.message}", fg="red" if not result.passed else None)
        if verbose and one.untried:
            typer.secho(f"       never tried: {', '.join(one.untried)}", fg="yellow")
    untested = [rule for rule in loaded.rules if not rule.tests]
    _few([("untested", f"{rule.file}:{rule.line}: {rule.id}: has no tests") for rule in untested])
    good = sum(result.passed for result in results)
    branches = sum(one.branches for one in covered)
    tried = branches - sum(len(one.untried) for one in covered)
    typer.echo(
        f"{good} passed, {len(results) - good} failed, {counted(len(untested), 'rule')} without tests"
        + (f", {tried / branches:.0%} of {branches} branches tried" if branches else "")
    )
