"""From values to HTML: the templates, and how times, lengths of time and links are written.

Everything that comes from an article is hostile: templates escape all values, words are cleaned of what would reorder
or hide text, and only http(s) addresses become links.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from monitor.alerts.text import clean, cut, harmless
from monitor.ports import Clock

HERE = Path(__file__).parent
STATIC: Mapping[str, str] = {
    "style.css": "text/css",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_LONGEST_LINE = 400
_BARS_HEIGHT = 18


def environment(clock: Clock) -> Environment:
    """The templates, with everything they call."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "time": lambda time: moment(time, clock.now()),
        "ago": lambda then: ago((clock.now() - then).total_seconds()),
        "left": lambda then: ago((then - clock.now()).total_seconds()),
        "span": ago,
        "line": line,
        "clean": clean,
        "web": web_address,
        "count": counted,
    }
    made.globals |= {"bars": bars, "asset": _assets(), "paragraphs": paragraphs}
    return made


def _harmless(value: object) -> object:
    """Every value on its way into a page; what is markup already was made here."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def moment(time: datetime | None, now: datetime) -> Markup:
    """A time in UTC, as short as it can be told from others; the page's script shows it in the reader's own zone."""
    if time is None:
        return Markup("")
    utc = time.astimezone(UTC)
    day = f"{utc.day} {utc:%b}"
    words = (
        f"{day} {utc:%Y}"
        if utc.year != now.year
        else f"{utc:%H:%M}"
        if utc.date() == now.date()
        else f"{day} {utc:%H:%M}"
    )
    return Markup('<time datetime="{}">{}</time>').format(f"{utc:%Y-%m-%dT%H:%M:%SZ}", words)


def ago(seconds: float) -> str:
    """A length of time in its largest unit: "40 s", "3 min", "2 h", "4 days"."""
    seconds = max(seconds, 0)
    for size, word, until in ((1, "s", 90), (60, "min", 5_400), (3_600, "h", 172_800)):
        if seconds < until:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds / 86_400:.0f} days"


def line(text: str, limit: int = _LONGEST_LINE) -> str:
    """Words from outside on one line, cut where the meaning allows."""
    return cut(clean(text), limit)


def web_address(address: str) -> str:
    """The address where it is one of the web, else ""."""
    plain = clean(address)
    return plain if plain.lower().startswith(("https://", "http://")) else ""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 rule`, `20 rules`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def paragraphs(text: str) -> list[str]:
    """A text's paragraphs, each cleaned."""
    return [words for block in text.split("\n") if (words := clean(block))]


def bars(numbers: Sequence[int]) -> Markup:
    """A row of small bars, one for each number, the largest at full height."""
    most = max(*numbers, 1)
    parts = []
    for position, value in enumerate(numbers):
        height = max(round(value / most * _BARS_HEIGHT), 1)
        parts.append(
            Markup('<rect x="{}" y="{}" width="4" height="{}"{}/>').format(
                position * 6, _BARS_HEIGHT - height, height, Markup(' class="none"') if not value else ""
            )
        )
    told = ", ".join(map(str, numbers))
    return Markup('<svg class="bars" width="{}" height="{}" role="img" aria-label="{}">{}</svg>').format(
        len(numbers) * 6 - 2, _BARS_HEIGHT, f"by day: {told}", Markup("").join(parts)
    )


def _assets() -> dict[str, str]:
    """The address of each static file, which changes with its content so that browsers may keep it."""
    return {
        name: f"/static/{name}?{hashlib.sha256((HERE / 'static' / name).read_bytes()).hexdigest()[:12]}"
        for name in STATIC
    }
