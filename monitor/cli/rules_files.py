"""Rule files for the commands below `monitor rules`: reading them, and showing mistakes with their line."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import printable, rule_folder, settings
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from datetime import timedelta

    from monitor.errors import RuleError
    from monitor.rules.load import Reloaded

FolderArgument = Annotated[Path | None, typer.Argument(help="A folder of rules, or one file; the configured folder.")]
RulesSince = Annotated[str, typer.Option("--since", help="How far back: 12h, 7d, 4w.")]
_WIDEST = 160


def load(path: Path | None, config: Path | None) -> "Reloaded":
    """The rules of a folder or file, the configured folder where none is given.

    A file in the configured folder is read together with it, for the names and defaults it shares.

    Raises:
        MonitorError: there is no such file.
    """
    configured = settings(config).paths.rules
    if path is None:
        return rule_folder(configured)
    if not path.exists():
        raise MonitorError(f"{path} is not there; give a folder of rules or one file")
    inside = path.is_file() and configured.is_dir() and path.resolve().is_relative_to(configured.resolve())
    if not inside:
        return rule_folder(path)
    whole, file = rule_folder(configured), path.resolve()
    return replace(
        whole,
        rules=tuple(rule for rule in whole.rules if Path(rule.file).resolve() == file),
        errors=tuple(error for error in whole.errors if Path(error.file).resolve() == file),
        unused=tuple(name for name in whole.unused if Path(name[0]).resolve() == file),
    )


def show(error: "RuleError") -> Iterator[str]:
    """The mistake, and below it the line of the file with a caret under the place."""
    yield str(error)
    if not error.line or not error.column:
        return
    from monitor.rules.tree import MAX_BYTES

    try:
        with Path(error.file).open(encoding="utf-8", errors="replace") as file:
            lines = file.read(MAX_BYTES).split("\n")
    except OSError:
        return
    if error.line > len(lines):
        return
    line = lines[error.line - 1].expandtabs(1).rstrip()
    start = max(0, error.column - _WIDEST // 2)
    yield f"    {printable_line(line[start : start + _WIDEST])}"
    yield f"    {' ' * (error.column - 1 - start)}^"


def printable_line(line: str) -> str:
    """The line without control characters, every character in its column."""
    return "".join(char if char.isprintable() else " " for char in line)


def period(since: str) -> "timedelta":
    """The length of time a text such as 7d stands for.

    Raises:
        MonitorError: it is none.
    """
    import re
    from datetime import timedelta

    found = re.fullmatch(r"(\d{1,4}) ?([hdw])", since.strip().lower())
    if not found or not int(found[1]):
        raise MonitorError(
            f"--since {printable(since[:40])} is no length of time; write a number and h, d or w, as in 7d"
        )
    return timedelta(hours=int(found[1]) * {"h": 1, "d": 24, "w": 168}[found[2]])
