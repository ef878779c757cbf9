"""Makes untrusted XML fit for the parsers: bombs refused, entities resolved, small damage repaired."""

import html
import re
from html.entities import name2codepoint

from monitor.errors import ParseError

_PROLOG = 256 * 1024
_MAX_ENTITIES = 400
_MAX_VALUE = 200
_MAX_GROWTH = 2_000_000
_MAX_DEPTH = 1_000

_MARKUP = re.compile(r"<(?:!--|\?|!DOCTYPE)?", re.IGNORECASE)
_SUBSET_END = re.compile(r"\]\s*>")
_ENTITY = re.compile(
    r"<!ENTITY\s+(?P<percent>%\s+)?(?P<name>[^\s\"'<>]{1,200})\s+"
    r"(?:(?P<external>SYSTEM|PUBLIC)\b|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')"
)
_NAMED = re.compile(r"&(?!#)([^;\s&<>]{1,200});")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*>")
# Halves of a character, which are none; libxml2 lets them through where it repairs.
_HALF = r"#(?:x0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*(?:55(?:29[6-9]|[3-9]\d\d)|56\d{3}|57(?:[0-2]\d\d|3[0-3]\d|34[0-3])));"
# An ampersand that is none of XML's own references.
_STRAY = re.compile(
    rf"&(?!(?!{_HALF})(?:lt|gt|amp|quot|apos|#(?:9|1[03]|3[2-9]|[4-9]\d|\d{{3,6}}|x(?:9|[aAdD]|[2-9a-fA-F][0-9a-fA-F]|[0-9a-fA-F]{{3,5}})));)"
    r"(?:([A-Za-z][A-Za-z0-9]{1,31});|#[xX][0-9a-fA-F]{0,9};?|#\d{0,9};?)?"
)
_XML_OWN = {"lt", "gt", "amp", "quot", "apos"}
# Some servers go on after the end, with a script or a comment of their own.
_ROOT_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_CLOSERS = (("</item>", "<item", "</rss>"), ("</entry>", "<entry", "</feed>"))


def without_prolog(text: str) -> str:
    """The document from its first element on, the harmless entities its DOCTYPE declares written out.

    Raises:
        ParseError: it declares external or nested entities, or ones that would blow it up.
    """
    text, entities = _without_prolog(text)
    return _written_out(text, entities) if entities else text


def mend(text: str, *, depth: bool = True) -> str:
    """A document without DOCTYPE, with the same content, without what strict parsers stumble over.

    HTML's named entities become characters, loose ampersands and illegal characters are repaired.

    Args:
        text: the document.
        depth: refuse one that is nested too deeply for a parser, or full of tags that never end.

    Raises:
        ParseError: it is.
    """
    if _ILLEGAL.search(text):
        text = _ILLEGAL.sub("", text)
    if _STRAY.search(text):
        text = _outside_cdata(text)
    if not depth:
        return text.strip()
    if text.count("<") > 2 * text.count(">") + _MAX_DEPTH:
        raise ParseError("the document is full of tags that never end; refused")
    if text.count("<") - 2 * text.count("</") - text.count("/>") - text.count("<!") > _MAX_DEPTH:
        _check_depth(text)
    return text.strip()


def complete(text: str) -> tuple[str, bool]:
    """A document that stops in the middle, cut back to its last whole entry; and whether that was needed."""
    tail = text[-2_000:].lower()
    ended = _ROOT_END.search(text, max(0, len(text) - 2_000))
    if ended:
        return text[: ended.end()], False
    if "</rss" in tail or "</feed" in tail or "</rdf" in tail or ":rss>" in tail or ":feed>" in tail:
        return text, False
    for closer, opener, end in _CLOSERS:
        last = text.rfind(closer)
        if last >= 0 and (text.find(opener, last) >= 0 or not tail.rstrip().endswith(">")):
            channel = "</channel>" if "<channel" in text[:5_000] and end == "</rss>" else ""
            root = "</rdf:RDF>" if "<rdf:RDF" in text[:5_000] else end
            return text[: last + len(closer)] + ("" if root == "</rdf:RDF>" else channel) + root, True
    return text, False


def _without_prolog(text: str) -> tuple[str, dict[str, str]]:
    """The document from its root element on, and the character entities its DOCTYPE declared.

    Comments, processing instructions and the DOCTYPE before the root go.
    """
    entities: dict[str, str] = {}
    position = 0
    while position < len(text):
        opening = _MARKUP.search(text, position)
        if opening is None or opening[0] == "<":
            break
        start = opening.start()
        if opening[0] == "<!--":
            close, skip = text.find("-->", start + 4), 3
        elif opening[0] == "<?":
            close, skip = text.find(">", start), 1
        else:
            close, skip, entities = _doctype(text, start)
        if close < 0:
            break
        position = close + skip
    return text[position:], entities


def _doctype(text: str, start: int) -> tuple[int, int, dict[str, str]]:
    """Where the DOCTYPE at `start` ends, the length of that end, and the entities it declares."""
    bracket, close = text.find("[", start), text.find(">", start)
    if close < 0:
        raise ParseError("the document type declaration never ends; this is not a feed")
    if bracket < 0 or bracket > close:
        return close, 1, {}
    end = _SUBSET_END.search(text, bracket, bracket + _PROLOG)
    if end is None:
        raise ParseError("the document type declaration is too large or never ends; refused")
    return end.start(), len(end[0]), _entities(text[bracket : end.start()])


def _entities(subset: str) -> dict[str, str]:
    entities: dict[str, str] = {}
    for entity in _ENTITY.finditer(subset):
        name = entity["name"]
        if entity["percent"]:
            # Netscape's RSS 0.91 names HTML's entity sets this way; they are known here and nothing is loaded.
            continue
        if entity["external"]:
            raise ParseError(f"the document declares the external entity {name[:40]!r}; refused")
        value = entity["double"] if entity["double"] is not None else entity["single"]
        if any(inner not in _XML_OWN for inner in _NAMED.findall(value)):
            raise ParseError(f"the document's entity {name[:40]!r} is made of other entities (an XML bomb); refused")
        if len(value) > _MAX_VALUE or len(entities) >= _MAX_ENTITIES:
            raise ParseError("the document declares entities that are too large or too many; refused")
        entities[name] = value
    return entities


def _written_out(text: str, entities: dict[str, str]) -> str:
    growth = sum(text.count(f"&{name};") * len(value) for name, value in entities.items())
    if growth > _MAX_GROWTH:
        raise ParseError("the document's entities would blow it up; refused")
    return _NAMED.sub(lambda reference: entities.get(reference[1], reference[0]), text)


def _outside_cdata(text: str) -> str:
    """Repair references everywhere but in CDATA sections, where an ampersand is just one."""
    out: list[str] = []
    position = 0
    while True:
        start = text.find("<![CDATA[", position)
        end = text.find("]]>", start) if start >= 0 else -1
        if end < 0:
            out.append(_STRAY.sub(_repaired, text[position:]))
            return "".join(out)
        out.extend((_STRAY.sub(_repaired, text[position:start]), text[start : end + 3]))
        position = end + 3


def _check_depth(text: str) -> None:
    """Refuse documents nested so deeply that a parser's time grows with the square of their length."""
    depth = position = 0
    while position < len(text):
        start = text.find("<![CDATA[", position)
        for tag in _TAG.finditer(text, position, start if start >= 0 else len(text)):
            depth += -1 if tag[1] else 0 if tag[0].endswith("/>") else 1
            if depth > _MAX_DEPTH:
                raise ParseError(f"the document's elements are nested deeper than {_MAX_DEPTH}; refused")
        end = text.find("]]>", start) if start >= 0 else -1
        if end < 0:
            return
        position = end + 3


def _repaired(stray: re.Match[str]) -> str:
    if stray[1]:
        # The names of HTML 4, which RSS's own document type took over, before those HTML 5 reads otherwise.
        code = name2codepoint.get(stray[1])
        character = chr(code) if code else html.unescape(stray[0])
        return character if not character.startswith("&") else f"&amp;{stray[0][1:]}"
    if stray[0].startswith("&#X"):
        # HTML's way to write it.
        reference = f"&#x{stray[0][3:].rstrip(';')};"
        return _STRAY.sub("", reference)
    # A reference to no character, such as &#0;
    return "" if stray[0].startswith("&#") else "&amp;"
