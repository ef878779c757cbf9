"""What the commands share: options, opening the store, and printing tables or JSON lines."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model.article import Article
    from monitor.model.rule import Rule
    from monitor.rules.load import Reloaded
    from monitor.store.sql import SqlStore

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="Configuration file; ./monitor.toml if there is one.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, max=100_000, help="At most so many.")]


def settings(config: Path | None) -> "Settings":
    """The configuration.

    Raises:
        ConfigError: it has mistakes.
    """
    from monitor.config import load

    return load(config)


@contextmanager
def open_store(config: Path | None) -> "Iterator[SqlStore]":
    """The configured store, brought up to date.

    Raises:
        ConfigError, StoreError: the configuration or the database cannot be used.
    """
    from monitor.store.sql import open_store as open_url

    store = open_url(settings(config).database_url)
    try:
        yield store
    finally:
        store.close()


def print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print one object a line."""
    for row in rows:
        typer.echo(json.dumps(row, ensure_ascii=False, default=_plain))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print aligned columns on a terminal and tab-separated ones in a pipe; `empty` says why there are none."""
    import sys

    listed = [[_cell(value) for value in row] for row in rows]
    if not listed:
        typer.echo(empty, err=True)
        return
    if not sys.stdout.isatty():
        for row in listed:
            typer.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for position, name in enumerate(columns):
        last = position == len(columns) - 1
        table.add_column(name, overflow="ellipsis" if not last else "fold", no_wrap=not last)
    for row in listed:
        table.add_row(*(_escape(cell) for cell in row))
    Console().print(table)


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def local_time(time: datetime | None) -> str:
    """A time as a person at this machine reads it, "" for none."""
    return f"{time.astimezone():%a %d %b %H:%M}" if time is not None else ""


def printable(text: str) -> str:
    """The text on one line, without control characters that could command a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text.split()))


def _cell(value: object) -> str:
    return local_time(value) if isinstance(value, datetime) else printable(str(value if value is not None else ""))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)


def rule_folder(path: Path) -> "Reloaded":
    """The rules of a folder or file as they are now, with the mistakes in them."""
    from monitor.rules.load import RuleFolder

    return RuleFolder(path).reload()


def watch_rules(config: Path | None) -> "tuple[Rule, ...]":
    """The configured rules, after telling of mistakes in their files."""
    loaded = rule_folder(settings(config).paths.rules)
    for error in loaded.errors:
        typer.secho(str(error), fg="red", err=True)
    return loaded.rules


def read_articles(file: Path, *, repeats: bool = False) -> "Iterator[Article]":
    """The articles of a seed file, or of standard input for `-`: plain text, or JSON by its first character.

    What cannot be read is told on standard error; a file that holds nothing readable ends the command with 2. With
    `repeats`, an id that comes again is kept under that id.
    """
    import sys

    from monitor.clock import SystemClock
    from monitor.sources.seeds import SUFFIXES, read_seed

    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        typer.secho(f"error: {file}: cannot be read ({error.strerror}); check the path", fg="red", err=True)
        raise typer.Exit(2) from error
    name = file.name if file.suffix.lower() in SUFFIXES else f"{file.name}{_guess_suffix(data)}"
    articles, unreadable = read_seed(data, name, SystemClock().now(), repeats=repeats)
    for entry in unreadable:
        typer.secho(f"{file}: {entry.reason}", fg="red", err=True)
    if unreadable and not articles:
        raise typer.Exit(2)
    yield from articles


def _guess_suffix(data: bytes) -> str:
    start = data.lstrip()[:1]
    if start not in {b"{", b"["}:
        return ".txt"
    return ".jsonl" if data.strip().count(b"\n{") else ".json"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 rule`, `20 rules`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
