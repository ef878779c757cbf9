"""A card as Slack's Block Kit and as plain text, within every documented limit whatever the article holds.

Article text goes into rich_text elements, which Slack never parses: mentions, links and formatting cannot be
formed there by construction. Where a text is parsed (context blocks, the fallback) it is escaped, and what would
format is replaced by a look-alike.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.alerts.render import reported_by
from monitor.alerts.text import clean, cut, smooth
from monitor.alerts.times import stamp
from monitor.model.alert import Card, CardItem, Excerpt, FactLine, Report, Standing
from monitor.model.rule import Severity

Block = dict[str, Any]

# Documented: 50 blocks, 3,000 characters a text, 10 elements a context block; about 13,200 in all was refused.
MOST_CHARACTERS = 12_000
LONGEST_TEXT = 2_900
LONGEST_URL = 2_000

NO_HEADLINE = "(no headline)"

_MOST_LATEST, _MOST_ANSWERS, _MOST_ITEMS = 6, 5, 20

DOT = {Severity.CRITICAL: "🔴", Severity.HIGH: "🟠", Severity.MEDIUM: "🟡", Severity.LOW: "⚪"}
_KIND = {"update": "Update", "correction": "Correction", "reminder": "Reminder", "digest": "Digest"}
_IN_THREAD = frozenset({"update", "correction"})

_FORMATTING = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_EMOJI_CODE = re.compile(r":(?=[\w+'-]+:)")
_MENTION = re.compile(r"<(?=[!@#])|@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_USER = re.compile("[UW][A-Z0-9]{1,20}")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")


def blocks(
    card: Card,
    lost_thread: bool = False,
    standing: Standing | None = None,
    *,
    channel: str = "",
    below: Sequence[Block] = (),
) -> list[Block]:
    """The message's blocks.

    With `lost_thread` the card says that it should have been a reply to a message that is gone; with `standing` it
    also says how the story stands now; `channel` is told where the message may stand in another; `below` ends the
    message and is never shortened.
    """
    update = card.kind.value in _IN_THREAD
    parts = {
        "heading": [_context(_heading(card) + (f"  ·  for {parsed(cut(channel, 80))}" if channel else ""))],
        "changes": _rich(_lines([_change(change) for change in card.changes[:8]])),
        "title": _rich(_lines([_title(card)])),
        "source": [] if card.items else [_context(_source(card, standing, when) or "source not named")],
        "because": _rich(_lines([_because(line) for line in card.because[:5]])),
        "latest": _rich(_lines(_latest(standing))) if standing else [],
        "disputes": _rich(_lines(_disputes((standing.disputes if standing else ()) or card.disputes))),
        "facts": _rich(_lines([_fact(line) for line in card.facts])),
        "items": _rich(_items(card.items[:_MOST_ITEMS])),
        "why": [] if update and card.changes else _rich([_quote(excerpt) for excerpt in card.why]),
        "footer": _footer(card, lost_thread),
        "answers": _answered(standing) if standing else [],
        "below": list(below),
    }
    # What is needed least goes first where an article's words take more room than a message has.
    for name, shorter in _shortened(card):
        if _size(parts) <= MOST_CHARACTERS:
            break
        if parts[name]:
            parts[name] = shorter
    return [block for part in parts.values() for block in part]


def _shortened(card: Card) -> Iterator[tuple[str, list[Block]]]:
    """Parts of a card as they may be shortened, one after the other."""
    yield "why", []
    yield "facts", _rich(_lines([_fact(line) for line in card.facts[:3]]))
    yield "facts", []
    yield "changes", _rich(_lines([_change(change) for change in card.changes[:3]]))
    yield "answers", []
    yield "changes", []
    for most in (10, 4, 2):
        left = len(card.items[:_MOST_ITEMS]) - most
        rest: list[Block] = [{"type": "rich_text_section", "elements": [_text(f"and {left} more")]}] if left > 0 else []
        yield "items", _rich([*_items(card.items[:most]), *rest])
    yield "disputes", []
    yield "latest", []
    yield "because", []
    duty = _duty(card)
    yield "footer", [_context(duty)] if duty else []


def fallback(card: Card) -> str:
    """What a phone's notification and a screen reader show: severity, headline, and the first new or key fact."""
    first = card.changes[:1] or tuple(_spoken(line) for line in card.facts[:1])
    kind = f"{_KIND[card.kind.value]}: " if card.kind.value in _KIND else ""
    head = f"{DOT[card.severity]} {kind}{parsed(cut(card.headline, 200)) or NO_HEADLINE}"
    named = parsed(cut(card.outlet, 60))
    outlet = f" ({named})" if named else ""
    rest = "".join(f"\n{parsed(cut(line, 200))}" for line in first)
    return f"{head}{outlet}{rest}"


def simplified(card: Card, lost_thread: bool = False) -> str:
    """The whole card as one short escaped text, for when Slack does not take the blocks."""
    lines = [
        _heading(card),
        *(parsed(cut(change, 300)) for change in card.changes),
        *(f"Disputed: {parsed(cut(line, 300))}" for line in card.disputes),
        parsed(cut(card.headline, 300)) or NO_HEADLINE,
        _source(card, None, stamp),
        *(parsed(cut(line, 300)) for line in card.because[:5]),
        *(f"• {line.label}: {parsed(cut(_spoken(line), 300))}" for line in card.facts),
        *(parsed(note) for note in _notes(card, lost_thread)),
    ]
    text = "\n".join(line for line in lines if line)
    while len(text) > LONGEST_TEXT and "\n" in text:
        text = text[: text.rindex("\n")]
    address = _address(card.url)
    # Escaped as Slack wants it, so that it becomes a link again.
    return f"{text}\n{address.translate(_ENTITIES)}" if address else text


def also(reports: Sequence[Report]) -> Block:
    """The message that names other outlets' reports in a thread."""
    text = f"Also reported by {', '.join(parsed(cut(report.outlet, 60)) for report in reports)}"
    lines = []
    for report in reports:
        title, address = literal(cut(report.title, 160)), _address(report.url)
        linked: Block = {"type": "link", "url": address, "text": title or "report"} if address else _text(title or "–")
        line = [_text(f"{literal(cut(report.outlet, 60)) or '–'}: ", bold=True), linked]
        lines.append({"type": "rich_text_section", "elements": line})
    part = {"type": "rich_text_list", "style": "bullet", "elements": lines}
    shown = [_context("*Also reported by*"), {"type": "rich_text", "elements": [part]}]
    return {"text": text, **({"blocks": shown} if _size({"all": shown}) <= MOST_CHARACTERS else {})}


def parsed(text: str) -> str:
    """Article text where Slack parses: nothing in it can mention, link, format or become an emoji."""
    return _guarded(text).translate(_FORMATTING).translate(_ENTITIES)


def literal(text: str) -> str:
    """Article text where Slack does not parse; what looks like a mention is broken all the same."""
    return _guarded(text)


def _guarded(text: str) -> str:
    plain = inert(clean(text))
    # Isolated, so that the line around a right-to-left text keeps its order.
    return f"\u2068{plain}\u2069" if _RIGHT_TO_LEFT.search(plain) else plain


def inert(text: str) -> str:
    """The same to the eye, but no longer a mention or an emoji's code."""
    text = _EMOJI_CODE.sub(f":{_WORD_JOINER}", text)
    return _MENTION.sub(lambda found: found.group() + _WORD_JOINER, text)


def _heading(card: Card) -> str:
    kind = f"{_KIND[card.kind.value]} · " if card.kind.value in _KIND else ""
    shown = [parsed(cut(name, 60)) for name in card.rules[:5]]
    more = f" and {len(card.rules) - 5} more" if len(card.rules) > 5 else ""
    return f"{DOT[card.severity]} *{kind}{card.severity.value.upper()}*  ·  {', '.join(shown)}{more}"


def _title(card: Card) -> list[Block]:
    headline = literal(cut(card.headline, 300)) or NO_HEADLINE
    address = _address(card.url)
    if address:
        return [{"type": "link", "url": address, "text": headline, "style": {"bold": True}}]
    return [_text(headline, bold=True)]


def _address(url: str) -> str:
    """The link with everything encoded that could end it early; "" where it is no usable web address."""
    if not url.startswith(("http://", "https://")) or clean(url) != url:
        return ""
    encoded = re.sub(r"[\s<>|\"`{}^\\]", lambda found: "".join(f"%{byte:02X}" for byte in found.group().encode()), url)
    return encoded if len(encoded) <= LONGEST_URL else ""


def when(moment: datetime) -> str:
    """A moment where Slack parses, shown to each reader in their own zone; where it cannot be, in UTC."""
    seconds, words = int(moment.timestamp()), stamp(moment)
    return f"<!date^{seconds}^{{date_short_pretty}} at {{time}}|{words}>" if seconds > 0 else words


def _source(card: Card, standing: Standing | None, told: Callable[[datetime], str]) -> str:
    """Who reported it and when, who else does, and when the newest news came; `told` writes times."""
    others = reported_by(standing.outlets, standing.copies, card.outlet, standing.wire) if standing else ""
    parts = [
        parsed(cut(card.outlet, 80)),
        told(card.published) if card.published else "",
        parsed(cut(others or card.also, 300)),
        f"updated {told(standing.updated)}" if standing and standing.updated else "",
    ]
    return " · ".join(part for part in parts if part)


def _latest(standing: Standing) -> list[list[Block]]:
    """What became known since the first report."""
    if not standing.latest:
        return []
    first, *others = (_text(literal(cut(line, 300))) for line in standing.latest[:_MOST_LATEST])
    return [[_text("Now  ", bold=True), first], *([other] for other in others)]


def _disputes(lines: Sequence[str]) -> list[list[Block]]:
    """What reports say against one another, each with its source."""
    return [[_text("Disputed  ", bold=True), _text(literal(cut(line, 300)))] for line in lines[:3]]


def _answered(standing: Standing) -> list[Block]:
    """Who did what."""
    told = [
        f"{person(told.author)} {parsed(cut(told.did, 200))}{f' {when(told.time)}' if told.time else ''}"
        for told in standing.answers[-_MOST_ANSWERS:]
    ]
    return [_context(*told)] if told else []


def person(author: str) -> str:
    """Somebody's name where Slack parses: one of its own users as a mention, which an edit does not ring for."""
    return f"<@{author}>" if _USER.fullmatch(author) else f"*{parsed(cut(author, 60)) or 'somebody'}*"


def _items(items: Sequence[CardItem]) -> list[Block]:
    """The stories of a digest as a list."""
    return [{"type": "rich_text_list", "style": "bullet", "elements": list(map(_item, items[:_MOST_ITEMS]))}]


def _item(item: CardItem) -> Block:
    """One story on one line: how grave, what, who says so, and which rules."""
    headline = literal(cut(item.headline, 160)) or NO_HEADLINE
    address = _address(item.url)
    name: Block = {"type": "link", "url": address, "text": headline} if address else _text(headline)
    told = (cut(item.outlet, 60), cut(item.note, 60), cut(", ".join(item.rules[:3]), 80))
    rest = " · ".join(literal(part) for part in told if part)
    elements = [_text(f"{DOT[item.severity]} "), name, *([_text(f" — {rest}", italic=True)] if rest else [])]
    return {"type": "rich_text_section", "elements": elements}


def _change(change: str) -> list[Block]:
    return [_text("New  ", bold=True), _text(literal(cut(change, 400)))]


def _because(line: str) -> list[Block]:
    return [_text(literal(cut(line, 300)), bold=True)]


def _fact(line: FactLine) -> list[Block]:
    elements = [_text(f"{literal(line.label)}  ", bold=True), _text(literal(cut(line.text, 400)))]
    if line.attribution:
        elements.append(_text(f" — {literal(cut(line.attribution, 200))}", italic=True))
    return elements


def _spoken(line: FactLine) -> str:
    return f"{line.text} — {line.attribution}" if line.attribution else line.text


def _quote(excerpt: Excerpt) -> Block:
    """The passage with its matched words in bold."""
    pieces, at = [], 0
    for start, end in excerpt.marks[:20]:
        if at <= start < end <= len(excerpt.text):
            pieces += [_piece(excerpt.text[at:start]), _piece(excerpt.text[start:end], bold=True)]
            at = end
    pieces.append(_piece(excerpt.text[at : at + 600]))
    if _RIGHT_TO_LEFT.search(excerpt.text):
        pieces = [_text("\u2068"), *pieces, _text("\u2069")]
    return {"type": "rich_text_quote", "elements": [piece for piece in pieces if piece["text"]]}


def _piece(raw: str, *, bold: bool = False) -> Block:
    """A stretch of a sentence, the spaces at its ends kept."""
    return _text(inert(smooth(raw)), bold=bold)


def _footer(card: Card, lost_thread: bool) -> list[Block]:
    texts = [f"Matched: {parsed(cut(', '.join(card.terms), 300))}"] if card.terms else []
    texts += filter(None, (parsed(note) for note in _notes(card, lost_thread)))
    return [_context(*some) for some in (texts, [_duty(card)]) if any(some)]


def _duty(card: Card) -> str:
    """Whom the rules call, who owns them and what is to be done, as far as one text takes it."""
    parts = [" ".join(filter(None, map(_call, card.mentions[:5])))]
    parts += [f"Owner: {parsed(cut(', '.join(card.owners), 200))}"] if card.owners else []
    parts += [f"<{_address(link)}|Runbook>" for link in card.runbooks[:3] if _address(link)]
    told = ""
    for part in filter(None, parts):
        longer = f"{told} · {part}" if told else part
        told = longer if len(longer) <= LONGEST_TEXT else told
    return told


def _call(mention: str) -> str:
    """A rule's `mention` in Slack's way of writing; rules are the operator's own, so theirs alone may call people."""
    name = mention.strip().strip("<>")
    if name.lstrip("@!") in {"here", "channel", "everyone"}:
        return f"<!{name.lstrip('@!')}>"
    if name.startswith("!subteam^") or re.fullmatch(r"S[A-Z0-9]{6,}", name):
        return f"<!subteam^{name.removeprefix('!subteam^')}>"
    return f"<@{name.lstrip('@')}>" if re.fullmatch(r"@?[UW][A-Z0-9]{6,}", name) else parsed(cut(name, 60))


def _notes(card: Card, lost_thread: bool) -> list[str]:
    lost = ["The first message of this story is gone, so this starts a new thread."] if lost_thread else []
    return lost + [cut(note, 200) for note in card.notes[:5]]


def _context(*texts: str) -> Block:
    return {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": text, "verbatim": True} for text in texts if text],
    }


def _rich(elements: Sequence[Block]) -> list[Block]:
    kept = [element for element in elements if element["elements"]]
    return [{"type": "rich_text", "elements": kept}] if kept else []


def _lines(lines: Sequence[list[Block]]) -> list[Block]:
    """One section whose parts stand on lines of their own."""
    elements: list[Block] = []
    for line in lines:
        told = [element for element in line if element["text"]]
        elements += [_text("\n"), *told] if elements else told
    return [{"type": "rich_text_section", "elements": elements}]


def _text(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _size(parts: Mapping[str, Sequence[Block]]) -> int:
    """Characters of the blocks' JSON as Slack may count them, in UTF-16 units."""
    text = json.dumps([block for part in parts.values() for block in part], ensure_ascii=False)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
