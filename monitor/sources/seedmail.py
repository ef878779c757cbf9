"""Newsletters dropped into the seeds folder: one message (eml) or a mailbox of them (mbox)."""

import re
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from monitor.errors import ParseError
from monitor.sources.clean import plain_text, plain_title, strip_markup, tidy
from monitor.sources.encoding import decode
from monitor.sources.seedfiles import SeedItem

_MAX_MESSAGES = 10_000
_MAX_PARTS = 200
# The line that begins a message in a mailbox, and how a text line that looks like one is written there.
_FROM = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From [^\r\n]{3,300}\r?\n")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_ONLINE = re.compile(
    r"<a\b[^>]{0,2000}?href\s*=\s*[\"'](https?://[^\"'\s]{5,1500})[\"'][^>]{0,500}>(?:<[^>]{0,300}>|\s)*"
    r"(?:view|read|open|see|im browser|online ansehen|voir|ver en|leggi|visualizza)[^<]{0,60}",
    re.IGNORECASE,
)
_CLUTTER = frozenset({"nav", "svg", "iframe", "title"})
# Invisible padding behind a newsletter's preview line, and its small print.
_PADDING = re.compile("(?:[\u034f\u00ad\u2007\u200c\u200d\u200e\u200f\u061c\u180e]\\s*){3,}")
_SMALL_PRINT = re.compile(
    r"unsubscribe|view (?:it |this )?(?:email )?in (?:your )?browser|(?:manage|update) (?:your )?preferences"
    r"|you(?: are|'re|’re) receiving this|abmelden|abbestellen|se désabonner|darse de baja|disiscriviti|отписаться",
    re.IGNORECASE,
)


def read_eml(data: bytes) -> Iterator[SeedItem]:
    """One message: its subject as title, its sender as source, its text.

    Raises:
        ParseError: it is no message.
    """
    yield _item(data, "")


def read_mbox(data: bytes) -> Iterator[SeedItem]:
    """The messages of a mailbox; one that cannot be read doesn't cost the others.

    Raises:
        ParseError: it is no mailbox.
    """
    starts = list(_FROM.finditer(data))
    if not starts:
        raise ParseError('not a mailbox: its messages begin with a line "From "; save a single message as .eml')
    ends = [start.start() for start in starts[1:]] + [len(data)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        if number > _MAX_MESSAGES:
            yield SeedItem(ref=str(number), problem=f"the mailbox has more than {_MAX_MESSAGES} messages; split it")
            return
        try:
            yield _item(_ESCAPED.sub(rb"\1", data[start.end() : end]), str(number))
        except ParseError as error:
            yield SeedItem(ref=str(number), problem=f"message {number}: {error}")


BYTE_READERS: dict[str, Callable[[bytes], Iterator[SeedItem]]] = {".eml": read_eml, ".mbox": read_mbox}


def _item(data: bytes, ref: str) -> SeedItem:
    try:
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
        _decode_headers(message)
        title, markup, plain = str(message["subject"] or ""), *_bodies(message)
        sender, identity = message["from"], str(message["message-id"] or "").strip("<> \t")
        written = str(message["date"] or "")
    except Exception as error:
        raise ParseError(f"the message cannot be read ({type(error).__name__}); save it again as .eml") from error
    if not message.keys():
        raise ParseError("this is no message: it has no header such as `Subject:`")
    if not title and not markup and not plain:
        raise ParseError("there is no message in it: neither subject nor text")
    online = _ONLINE.search(markup)
    people = getattr(sender, "addresses", ())
    return SeedItem(
        ref=identity or ref if ref else "",
        title=plain_title(title),
        text=_text(markup, plain),
        url=online[1].replace("&amp;", "&") if online else "",
        published=written,
        source=people[0].display_name or people[0].domain if people else "",
        lang=str(message.get("content-language", "")),
    )


def _decode_headers(message: EmailMessage) -> None:
    """Read what stands in the headers as plain bytes, which no standard allows and much mail has."""
    for name, value in list(message.raw_items()):
        if name.lower() in {"subject", "from"} and not value.isascii():
            written = value.encode("ascii", "surrogateescape")
            message.replace_header(name, " ".join(decode(written, message.get_content_charset("")).split()))


def _bodies(message: EmailMessage) -> tuple[str, str]:
    """The first HTML part and the first plain one, attachments left out."""
    found = {"text/html": "", "text/plain": ""}
    for number, part in enumerate(message.walk()):
        kind = part.get_content_type()
        if number > _MAX_PARTS or (found["text/html"] and found["text/plain"]):
            break
        if kind in found and not found[kind] and part.get_content_disposition() != "attachment":
            payload = part.get_payload(decode=True)
            found[kind] = decode(payload, part.get_content_charset("")) if isinstance(payload, bytes) else ""
    return found["text/html"], found["text/plain"]


def _text(markup: str, plain: str) -> str:
    """The fuller of both bodies, paragraphs without padding and small print."""
    shown = tidy(strip_markup(markup, _CLUTTER)) if markup else ""
    text = shown if len(shown) >= len(plain) / 2 else plain_text(plain)
    paragraphs = (_PADDING.sub("", paragraph).strip() for paragraph in text.split("\n\n"))
    return "\n\n".join(line for line in paragraphs if line and not (len(line) < 200 and _SMALL_PRINT.search(line)))
