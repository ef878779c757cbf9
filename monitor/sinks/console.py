"""Alerts to the terminal, as cards that also read well without colour, piped, or in 80 columns."""

import io
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from monitor.alerts.text import clean, smooth
from monitor.alerts.times import stamp
from monitor.errors import ConfigError
from monitor.model.alert import Alert, AlertKind, Card, CardItem, Delivery, Excerpt, FactLine
from monitor.model.rule import Severity
from monitor.ports import Failed, Sent
from monitor.sinks import Deps

_COLOUR = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "dark_orange",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}
_OPENING = (AlertKind.FIRST, AlertKind.DIGEST)
# Wider lines are harder to read, however wide the terminal.
_WIDEST = 100
_INDENT = 4
_LABEL_WIDTH = 13


class Options(BaseModel):
    """Settings of the console sink.

    Attributes:
        width: columns to use, None for the terminal's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int | None = Field(None, ge=40)


def make(options: Mapping[str, object], deps: Deps) -> "ConsoleSink":
    """The console sink, on standard output.

    Raises:
        ConfigError: an option is unknown or wrong.
    """
    try:
        width = Options.model_validate(dict(options)).width
    except ValidationError as problem:
        wrong = "; ".join(f"console.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
        raise ConfigError(f"{wrong}; mend the [console] section or its environment variables") from None
    return ConsoleSink(Console(width=width, highlight=False, emoji=False), deps)


class ConsoleSink:
    """Prints each alert once it is due; at least once, since a terminal cannot be asked what it showed."""

    name = "console"

    def __init__(self, console: Console, deps: Deps) -> None:
        self._console, self._deps = console, deps
        if isinstance(console.file, io.TextIOWrapper):
            # Where the terminal's encoding lacks a letter it shows a question mark, not an error.
            console.file.reconfigure(errors="replace")

    async def send(self, delivery: Delivery) -> Sent | Failed:
        """Print the card."""
        try:
            self._console.print(alert_view(delivery.alert), end="")
            self._console.file.flush()
        except (OSError, ValueError) as problem:
            # A closed pipe or terminal; the alert waits for the next start.
            return Failed(f"standard output cannot be written: {problem}", retry=True, blocks="sink", operator=True)
        return Sent(delivery.alert.id)

    async def find(self, delivery: Delivery) -> Sent | Failed | None:  # noqa: ARG002 - the seam's signature
        """None: what a terminal showed before is not known, and showing it again does no harm."""
        return None

    async def close(self) -> None:
        """Nothing to release."""


def alert_view(alert: Alert) -> RenderableType:
    """The alert's card for rich, with the id that `monitor alerts show` takes."""
    return card_view(alert.card, alert.channel, alert.id[:8])


def card_view(card: Card, channel: str = "", name: str = "") -> RenderableType:
    """The card for rich: a first alert at full width, what follows in its story smaller and indented."""
    follows = card.kind not in _OPENING
    parts: list[RenderableType] = [_heading(card, channel)]
    if follows:
        parts += [Text(f"new  {clean(change)}", style="bold") for change in card.changes]
        parts.append(_headline(card, "none"))
    else:
        parts.append(_headline(card, "bold"))
    parts.append(_source(card, name, with_url=not follows))
    if card.items:
        parts += [Text(), _items(card.items)]
    parts += [Text(clean(line), style="bold") for line in card.because]
    parts += [Text(f"disputed  {clean(line)}") for line in card.disputes]
    if card.facts:
        parts += [Text(), _facts(card.facts)]
    if not follows:
        parts += _evidence(card)
    duty = [f"owner {', '.join(card.owners)}"] if card.owners else []
    duty += [f"runbook {link}" for link in card.runbooks]
    parts += [Text(clean(line), style="dim", overflow="fold") for line in duty]
    parts += [Text(f"note: {clean(note)}", style="italic dim") for note in card.notes]
    return _Bar(Group(*parts), _COLOUR[card.severity], indent=_INDENT if follows else 0)


def _heading(card: Card, channel: str) -> Text:
    names = ", ".join(clean(name) for name in card.rules)
    word = card.severity.value.upper()
    if card.kind is not AlertKind.FIRST:
        word = f"{card.kind.value} · {word}"
    heading = Text(word, style=_COLOUR[card.severity])
    heading.append(f"  {names}", style="none")
    if channel:
        heading.append(f"  {clean(channel)}", style="dim")
    return heading


def _headline(card: Card, style: str) -> Text:
    text = Text(clean(card.headline), style=style)
    if card.url:
        text.stylize(Style(link=clean(card.url)))
    return text


def _source(card: Card, name: str, *, with_url: bool) -> Text:
    when = stamp(card.published) if card.published else ""
    line = " · ".join(part for part in (clean(card.outlet), when, clean(card.also), name and f"alert {name}") if part)
    text = Text(line, style="dim")
    if with_url and card.url:
        text.append(f"\n{clean(card.url)}" if line else clean(card.url))
        text.overflow = "fold"
    return text


def _facts(lines: tuple[FactLine, ...]) -> Table:
    table = _rows()
    for line in lines:
        told = Text(clean(line.text))
        if line.attribution:
            told.append(f" — {clean(line.attribution)}", style="italic")
        table.add_row(Text(clean(line.label), style="dim"), told)
    return table


def _items(items: tuple[CardItem, ...]) -> Table:
    table = _rows()
    for item in items:
        told = Text(clean(item.headline))
        if item.url:
            told.stylize(Style(link=clean(item.url)))
        rest = " · ".join(
            part for part in (clean(item.outlet), ", ".join(map(clean, item.rules)), clean(item.note)) if part
        )
        told.append(f"  {rest}", style="dim")
        table.add_row(Text(item.severity.value, style=_COLOUR[item.severity]), told)
    return table


def _evidence(card: Card) -> list[RenderableType]:
    if not card.why and not card.terms:
        return []
    table = _rows()
    for number, excerpt in enumerate(card.why):
        table.add_row(Text("" if number else "Why", style="dim"), _marked(excerpt, _COLOUR[card.severity]))
    if card.terms:
        table.add_row(Text("Matched", style="dim"), Text(clean(", ".join(card.terms)), style="dim"))
    return [Text(), table]


def _rows() -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=_LABEL_WIDTH, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.expand = True
    return table


def _marked(excerpt: Excerpt, colour: str) -> Text:
    """The passage with its matched words underlined, so that they stand out without colour too."""
    text, at = Text(), 0
    for start, end in (*excerpt.marks, (len(excerpt.text), len(excerpt.text))):
        if at <= start <= end:
            text.append(smooth(excerpt.text[at:start])).append(
                smooth(excerpt.text[start:end]), style=f"underline {colour}"
            )
            at = end
    return text


class _Bar:
    """Something with a coloured bar along its left side and an empty line below."""

    def __init__(self, inner: RenderableType, style: str, indent: int) -> None:
        self._inner, self._style, self._indent = inner, style, " " * indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        mark = "▌ " if options.encoding.startswith("utf") else "| "
        width = max(min(options.max_width, _WIDEST) - cell_len(mark) - len(self._indent), 20)
        style = console.get_style(self._style)
        for line in console.render_lines(self._inner, options.update(width=width), pad=False):
            yield Segment(self._indent)
            yield Segment(mark, style)
            yield from _without_trailing_space(line)
            yield Segment.line()
        yield Segment.line()


def _without_trailing_space(line: list[Segment]) -> list[Segment]:
    """Table cells are padded; a line that is piped or copied should end where its words do."""
    kept = list(line)
    while kept and not kept[-1].text.rstrip(" "):
        kept.pop()
    if kept:
        kept[-1] = Segment(kept[-1].text.rstrip(" "), kept[-1].style, kept[-1].control)
    return kept
