"""What a section of the benchmark hands back: tables of figures and the errors behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.facts.extract import Extractor


class Skipped(Exception):  # noqa: N818 - no error: a section says why it has nothing to measure
    """A section cannot be measured here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a section works with.

    Attributes:
        data: folder of the public benchmark data, which may lack any part.
        extractor: the extractor with the model that ships.

    """

    data: Path
    extractor: Extractor

    def folder(self, *names: str) -> Path:
        """A folder or file of the data.

        Raises:
            Skipped: it is not there.

        """
        path = self.data.joinpath(*names)
        if not path.exists():
            raise Skipped(f"no {'/'.join(names)} in {self.data}")
        return path


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under their headings; a float between 0 and 1 is printed as .123, None as a dash."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str | int | float | None, ...]]


@dataclass(frozen=True, slots=True)
class Result:
    """What one section measured; every error is one line, its kind first, so that it can be sorted and counted."""

    tables: Sequence[Table]
    errors: Sequence[str] = ()


Section = Callable[[Context], Result]


@dataclass(frozen=True, slots=True)
class Score:
    """How many were right, of how many found and how many there are."""

    right: int
    found: int
    there: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.there) if self.found + self.there else 0.0


def printed(table: Table) -> str:
    """A table as text, numbers to the right."""
    cells = [table.columns, *([_cell(value) for value in row] for row in table.rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(table.columns))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return "\n".join([table.title, *(f"  {line}" for line in lines)])


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}".removeprefix("0") if 0 <= value < 1 else f"{value:.2f}"
    return str(value)
