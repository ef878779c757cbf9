"""What is shown to somebody: a few words only for them, a modal, or corrections to one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.alerts.text import cut, smooth
from monitor.sinks.slack_blocks import Block, inert, literal, parsed

LONGEST_CODE = 2_800
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """Words only for the asker.

    Attributes:
        text: the whole answer in short, formatted as Slack does; what came from outside is escaped in it.
        blocks: the answer at length, () where the text is all.
    """

    text: str
    blocks: tuple[Block, ...] = ()

    @property
    def payload(self) -> dict[str, Any]:
        """The message as Slack takes it."""
        message: dict[str, Any] = {"response_type": "ephemeral", "text": self.text}
        return message | ({"blocks": list(self.blocks)} if self.blocks else {})


@dataclass(frozen=True, slots=True)
class Modal:
    """A modal to open, or to show in place of the one submitted.

    Attributes:
        view: the modal.
        later: makes the view that replaces it once a longer work is done.
    """

    view: View
    later: Callable[[], Awaitable[View]] | None = None


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is wrong in a submitted modal: words by block id."""

    words: Mapping[str, str] = field(default_factory=dict)


def header(text: str) -> Block:
    """A headline."""
    return {"type": "header", "text": {"type": "plain_text", "text": cut(literal(text), 140) or "–"}}


def note(*texts: str) -> Block:
    """Small print; each text formatted as Slack does and escaped."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(text, 1_900)} for text in texts if text]}


def section(text: str) -> Block:
    """A paragraph, formatted as Slack does and escaped."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def code(text: str) -> Block:
    """Lines as they are, in a fixed width; what looks like a mention is broken."""
    # `smooth` would take the indentation with it.
    rows = (f"{' ' * (len(line) - len(line.lstrip()))}{inert(smooth(line.lstrip()))}" for line in text.splitlines())
    lines = "\n".join(rows)
    shown = lines if len(lines) <= LONGEST_CODE else lines[: lines.rfind("\n", 0, LONGEST_CODE)] + "\n…"
    inside = [{"type": "text", "text": shown or "–"}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": inside}]}


def bullets(lines: Sequence[Sequence[Block]]) -> Block:
    """A list, each line made of `words` and `link`."""
    elements = [{"type": "rich_text_section", "elements": list(line)} for line in lines]
    return {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": elements}]}


def words(text: str, *, bold: bool = False, longest: int = 300) -> Block:
    """A piece of a line, in which nothing is formatted; spaces at its ends stay."""
    shown = cut(literal(text), longest) or "–"
    shown = f"{' ' if text[:1].isspace() else ''}{shown}{' ' if text[-1:].isspace() else ''}"
    return {"type": "text", "text": shown, **({"style": {"bold": True}} if bold else {})}


def link(text: str, url: str) -> Block:
    """A link, or its text alone where the address is none."""
    usable = url.startswith(("http://", "https://")) and len(url) <= 2_000 and url.isprintable() and " " not in url
    return {"type": "link", "url": url, "text": cut(literal(text), 200) or "–"} if usable else words(text)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 rule", "2,000 rules"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def verbatim(text: str, longest: int = 300) -> str:
    """Text as it is, to be copied, for a place that Slack parses."""
    shown = cut(smooth(text).strip(), longest).replace("`", "'")
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        shown = shown.replace(sign, entity)
    return f"`{shown or ' '}`"


def escaped(text: str, longest: int = 200) -> str:
    """Text from outside for a place that Slack parses."""
    return parsed(cut(text, longest))
