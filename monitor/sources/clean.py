"""Markup to plain text: nothing active survives, paragraphs do.

A scanner rather than a tree: it is linear in the input whatever the nesting, and broken markup cannot upset it.
"""

import html
import re

MAX_TITLE = 1_000
MAX_TEXT = 1_000_000
_MAX_MARKUP = 4 * MAX_TEXT

_TAG = re.compile(r"<(?:!--|[!?]|(/?)([a-zA-Z][a-zA-Z0-9:-]*))")
_TAG_LIKE = re.compile(r"<(?:!--|/?[a-zA-Z][a-zA-Z0-9:-]*(?:\s[^<>]*)?/?>)")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u200b\u2060\ufeff]")
# First byte and next byte of UTF-8's two-byte and three-byte characters, seen as Windows-1252.
_SCRAMBLED = re.compile("[ÂÃâÐÑÎÏãåæçèé][\u0080-\u00bf\u0152\u0153\u0160\u0161\u2013-\u2030\u2039\u203a\u20ac\u2122]")
_BLANK_LINES = re.compile(r"\n{3,}")

# Their content is no text.
_DROPPED = {
    "script", "style", "template", "noscript", "object", "applet", "head",
    "select", "textarea", "button", "audio", "video", "canvas", "map", "noembed", "noframes", "xml",
}  # fmt: skip
# Of these not even an unclosed one is text.
_RAW = {"script", "style", "template", "textarea", "xml"}
_PARAGRAPH = {
    "p", "div", "article", "section", "header", "footer", "aside", "main", "nav", "blockquote", "pre", "figure",
    "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "hr", "form", "fieldset", "address",
    "center", "details", "summary", "body", "html", "tbody", "thead", "frameset", "frame", "tfoot", "caption",
}  # fmt: skip
_LINE = {"br", "li", "tr", "dt", "dd", "option"}
_CELL = {"td", "th"}
_INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "input", "ins", "kbd", "label", "link", "mark", "meta", "q", "rp", "rt", "ruby", "s", "samp", "small", "source",
    "span", "strike", "strong", "sub", "sup", "time", "title", "tt", "u", "var", "wbr", "picture", "base", "nobr",
    "embed", "iframe", "svg", "math", "area", "col", "colgroup", "command", "keygen", "param", "track", "marquee",
    "blink",
}  # fmt: skip
_KNOWN = _DROPPED | _PARAGRAPH | _LINE | _CELL | _INLINE

# A whole tag with its attributes, quotes respected, and what stands for it in text. Others are for the scanner.
_WHOLE_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>\"']*(?:\"[^\"<>]*\"[^<>\"']*|'[^'<>]*'[^<>\"']*)*)?/?>")
_STANDS_FOR: dict[str, str] = (
    dict.fromkeys((*_INLINE, *(f"/{name}" for name in (*_INLINE, *_LINE, *_CELL))), "")
    | dict.fromkeys((*_PARAGRAPH, *(f"/{name}" for name in _PARAGRAPH)), "\n\n")
    | dict.fromkeys(_LINE, "\n")
    | dict.fromkeys(_CELL, " ")
)

# The C1 controls are what Windows-1252 punctuation turns into when it is mistaken for ISO 8859-1.
_WINDOWS: dict[int, str] = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}


def _unscrambled(text: str) -> str:
    """Text that was UTF-8 taken for Windows-1252 (`itâ€™s`), put right; other text as it is."""
    if _SCRAMBLED.search(text) is None:
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def storable(text: str) -> str:
    """Text without what a database or a terminal cannot take: NUL, controls, surrogates, invisible joints."""
    if text.replace("\n", "").isprintable() or _CONTROL.search(text) is None:
        return text
    return _CONTROL.sub("", text.translate(_WINDOWS))


def plain_title(markup: str, limit: int = MAX_TITLE) -> str:
    """A title on one line, markup taken out and entities resolved, even where they were encoded twice."""
    text = markup[: limit * 8]
    if "<" not in text and "&" not in text and text.isascii() and text.isprintable():
        return " ".join(text.split())[:limit].rstrip()
    for _ in range(2):
        if "<" in text and _has_markup(text):
            text = strip_markup(text)
        if "&" not in text or _REFERENCE.search(text) is None:
            break
        text = html.unescape(text)
    if "<" in text and _has_markup(text):
        text = strip_markup(text)
    return " ".join(_unscrambled(storable(text)).split())[:limit].rstrip()


def plain_text(markup: str, limit: int = MAX_TEXT) -> str:
    """Plain text, paragraphs separated by a blank line.

    Markup that was escaped once too often (`&lt;p&gt;...`) is read as the markup it is; text without any markup keeps
    its own line breaks.
    """
    text = markup[:_MAX_MARKUP]
    if "<" not in text and "&" not in text and text.isascii():
        # Nothing in it can be markup, a reference or scrambled.
        return tidy(text)[:limit].rstrip()
    if _has_markup(text):
        text = strip_markup(text)
        if "<" in text and _mostly_markup(text):
            text = strip_markup(text)
    elif "&" in text:
        text = html.unescape(text)
        if _has_markup(text):
            text = strip_markup(text)
    if "&" in text and _REFERENCE.search(text):
        text = html.unescape(text)
    return tidy(_unscrambled(storable(text)))[:limit].rstrip()


def tidy(text: str) -> str:
    """Storable text with single spaces, no spaces at line ends and at most one blank line in a row."""
    if text.isprintable():
        # On one line, for no line break is.
        return _spaced(text)
    if not text.replace("\n", "").isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
        text = storable(text)
    return _BLANK_LINES.sub("\n\n", "\n".join(map(_spaced, text.split("\n")))).strip()


def _spaced(line: str) -> str:
    """A line with single spaces between its words."""
    line = line.strip()
    # The space is the only white space that can be printed.
    return line if "  " not in line and line.isprintable() else " ".join(line.split())


def strip_markup(markup: str, clutter: frozenset[str] = frozenset()) -> str:
    """The text between the tags, entities resolved; block elements become paragraph breaks.

    Elements named in `clutter` are left out with all that is in them, as scripts and styles always are.
    """
    if not clutter:
        # Most markup is plain paragraphs with a few links.
        pieces = _WHOLE_TAG.split(markup.replace("\r", " ").replace("\n", " "))
        # Every other one is a tag's name; one that is not known leaves a mark that no text without markup has.
        pieces[1::2] = [_STANDS_FOR.get(name.lower(), "<") for name in pieces[1::2]]
        simple = "".join(pieces)
        if "<" not in simple:
            return html.unescape(simple) if "&" in simple else simple
    return _scanned(markup, clutter)


def _scanned(markup: str, clutter: frozenset[str]) -> str:
    out: list[str] = []
    unclosed: set[str] = set()
    position, end = 0, len(markup)
    while position < end:
        tag = _TAG.search(markup, position)
        if tag is None:
            out.append(_text(markup[position:]))
            break
        if tag.start() > position:
            out.append(_text(markup[position : tag.start()]))
        name = (tag[2] or "").lower()
        if not name:
            position = _after_declaration(markup, tag)
            continue
        close = _tag_end(markup, tag.end())
        if close < 0:
            # An unfinished tag: a feed cut off in the middle, or "a <b" in running text.
            if name not in _KNOWN:
                out.append(_text(markup[tag.start() :]))
            break
        if name not in _KNOWN and not _TAG_LIKE.match(markup, tag.start()):
            out.append("<")
            position = tag.start() + 1
            continue
        position = close
        if (name in _DROPPED or name in clutter) and not tag[1]:
            if markup[close - 2] != "/" and name not in unclosed:
                position = _after_element(markup, name, close)
                if position < 0:
                    # Looked for once: a page of unclosed tags must not cost the square of its length.
                    unclosed.add(name)
                    position = len(markup) if name in _RAW else close
            out.append(" ")
        else:
            out.append(_break(name, closing=bool(tag[1])))
    return "".join(out)


def _break(name: str, *, closing: bool) -> str:
    if name in _PARAGRAPH:
        return "\n\n"
    if name in _LINE:
        return "" if closing else "\n"
    return " " if name in _CELL else ""


def _text(piece: str) -> str:
    """Running text of markup: line breaks in it are spaces."""
    if "\n" in piece or "\r" in piece:
        piece = piece.replace("\r", " ").replace("\n", " ")
    return html.unescape(piece) if "&" in piece else piece


def _after_declaration(markup: str, tag: re.Match[str]) -> int:
    """Where a comment, CDATA mark, doctype or processing instruction ends."""
    start = tag.start()
    if markup.startswith("<!--", start):
        close, skip = markup.find("-->", start + 4), 3
        if close < 0:
            # Never closed. Rather a comment too short than the rest of the text lost.
            close, skip = markup.find(">", start + 4), 1
    elif markup.startswith("<![CDATA[", start):
        return start + 9
    else:
        close, skip = markup.find(">", start + 2), 1
    return len(markup) if close < 0 else close + skip


def _tag_end(markup: str, position: int) -> int:
    """The position after the tag's '>', quoted attribute values respected; -1 where there is none."""
    close = markup.find(">", position)
    if close < 0:
        return -1
    inside = markup[position:close]
    for quote in ('"', "'"):
        if inside.count(quote) % 2 and ("=" + quote) in inside:
            # The '>' stands in an attribute's value. Looked for nearby only, so that unclosed quotes cost nothing.
            closing = markup.find(quote, close, close + 2_000)
            after = markup.find(">", closing, closing + 2_000) if closing >= 0 else -1
            return after + 1 if after >= 0 else close + 1
    return close + 1


def _after_element(markup: str, name: str, position: int) -> int:
    """Where the content of an element that is no text ends; -1 where it is not closed."""
    close = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(markup, position)
    return close.end() if close else -1


def _has_markup(text: str) -> bool:
    """Whether at least one real HTML tag or comment is in it; "a < b" and "<redacted>" are not."""
    if "<" not in text:
        return False
    for tag in _TAG.finditer(text):
        if tag[0] == "<!--" or ((tag[2] or "").lower() in _KNOWN and _TAG_LIKE.match(text, tag.start())):
            return True
    return False


def _mostly_markup(text: str) -> bool:
    """Whether text that came out of markup is itself markup, escaped once too often."""
    return text.lstrip().startswith("<") and _has_markup(text)
