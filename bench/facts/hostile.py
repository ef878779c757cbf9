"""Texts made to be slow: what each costs beside prose of its length, and how the cost grows with twice the text."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle, islice
from time import process_time

from bench.facts.report import Context, Result, Table

DAY = datetime(2024, 11, 18, tzinfo=UTC)
LENGTH = 10_000
PROSE = (
    "The minister said on Monday that 12 people were killed in Kyiv. “We will rebuild,” Anna Lee told reporters. "
    "Officials in Paris welcomed the deal, according to a report by the ministry.\n\n"
)
TEXTS = {
    "prose": PROSE,
    "no full stop": PROSE.replace(".", " and").replace("\n", " "),
    "quotation marks": '"',
    "quotation marks and blanks": '" ',
    "one word in marks": '"said" ',
    "marks never closed": "“said he ",
    "table": "12\t3,400\t5.6%\tKyiv\t—\n",
    "transcript": 'SMITH: I think that we said they will go. "No," he said.\n',
    "all capitals": PROSE.upper(),
    "no capitals": PROSE.lower(),
    "mixed scripts": "Путин said 北京 حزب Kyiv “नमस्ते” that Ελλάδα. ",
    "one name": "Joe Biden, ",
    "names and colons": "Biden: ",
    "cues in a chain": "officials said that ",
    "according to": "according to ",
    "dates": "May 1, 2020, ",
    "numbers": "1,000 killed and ",
    "acronyms": "(ABC) ",
    "one letter a line": "a\n",
    "bidirectional marks": "\u202eabc ",
    "families of emoji": "👨‍👩‍👧‍👦 ",
}


def measure(context: Context) -> Result:
    """Every text at one length and at twice that; a cost that grows with the square is an error."""
    extract: Callable[[str], object] = lambda text: context.extractor.extract(text, DAY, "en")  # noqa: E731
    extract(PROSE)
    rows: list[tuple[str | int | float | None, ...]] = []
    errors: list[str] = []
    prose = 0.0
    for name, unit in TEXTS.items():
        once, twice = (_seconds(extract, "".join(islice(cycle(unit), length))) for length in (LENGTH, 2 * LENGTH))
        prose = prose or once
        rows.append((name, once * 1e3, once / prose, twice / once))
        if twice / once > 3 and once > 0.1 * prose:
            errors.append(f"slow\t{name}\ttwice the text costs {twice / once:.1f} times as much")
    title = f"hostile texts of {LENGTH:,} characters"
    return Result([Table(title, ("", "ms", "times prose", "for twice the text"), rows)], errors)


def _seconds(extract: Callable[[str], object], text: str) -> float:
    started = process_time()
    extract(text)
    return process_time() - started
