"""YAML text into a tree of nodes that know their place.

Built from the parser's events: scalars stay the text the user wrote (`no`, `12:30` and `1.10` are words, not a
Boolean, a number of minutes and 1.1), no tag can make an object, and depth and size are bounded while reading.
The events come from libyaml, which reads a hundred thousand lines while a parser in Python reads three thousand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from monitor.errors import RuleError

MAX_BYTES = 4_000_000
MAX_DEPTH = 24
MAX_NODES = 400_000
"""Nodes of one file, those behind YAML aliases counted each time they are used."""

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR_TAGS = (None, "!", "tag:yaml.org,2002:str")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_QUOTE = "if this begins a term or a text, put it in double quotes"
_ADVICE = (
    ("found unexpected ':'", f"a colon has a meaning here; {_QUOTE}"),
    ("mapping values are not allowed", f"a colon followed by a space begins a mapping; {_QUOTE}, or mend the indent"),
    ("expected alphabetic or numeric character", f"* and & at the beginning have a meaning in YAML; {_QUOTE}"),
    ("cannot start any token", f"YAML does not allow this character here; {_QUOTE}"),
    ("could not find expected ':'", "a key needs a colon after it; or the line is indented wrongly"),
    (
        "did not find expected key",
        "the line is indented wrongly, or text follows a closing quote; put such a value on the next line, after >-",
    ),
    ("expected <block end>", "the line is indented wrongly, or the text after a closing quote has no comma before it"),
    ("expected ',' or", "a bracket is not closed, a comma is missing, or a term in the list needs double quotes"),
    ("unexpected end of stream", "a quote or bracket is opened and not closed"),
    ("undefined tag handle", f"! at the beginning has a meaning in YAML; {_QUOTE}"),
)


@dataclass(slots=True)
class Scalar:
    """A word or text, as written; `plain` where it stands without quotes."""

    line: int
    column: int
    text: str
    plain: bool
    size: int = 1


@dataclass(slots=True)
class Sequence:
    """A list."""

    line: int
    column: int
    items: list["Node"] = field(default_factory=list)
    size: int = 1


@dataclass(slots=True)
class Mapping:
    """Keys and values in the file's order, repeated keys included."""

    line: int
    column: int
    pairs: list[tuple[Scalar, "Node"]] = field(default_factory=list)
    size: int = 1
    key: Scalar | None = None  # read, and waiting for its value


Node: TypeAlias = Scalar | Sequence | Mapping


def read(content: bytes, file: str) -> Node:
    """The file's one document.

    Raises:
        RuleError: not UTF-8, not YAML, empty, too big, too deep, or more than plain data.
    """
    return build(decode(content, file), file)


def build(text: str, file: str) -> Node:
    """The one document of a file whose text has been decoded.

    Raises:
        RuleError: as `read`.
    """
    try:
        node = _Builder(file).build(yaml.parse(text, Loader=_PARSER))
    except MarkedYAMLError as error:
        raise _yaml_error(error, text, file) from error
    except (YAMLError, ValueError, RecursionError) as error:
        problem = f"not YAML: {' '.join(str(error).split())[:200]}"
        raise RuleError(problem, file=file) from error
    if node is None or (isinstance(node, Scalar) and node.plain and not node.text):
        raise RuleError("the file is empty; begin with `rules:`, or delete the file", file=file)
    return node


def decode(content: bytes, file: str) -> str:
    """The text of a file, with line ends as Unix has them.

    Raises:
        RuleError: too big, not UTF-8, or with control characters.
    """
    if len(content) > MAX_BYTES:
        problem = f"the file has {len(content):,} bytes, more than {MAX_BYTES:,}; split it into several files"
        raise RuleError(problem, file=file)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RuleError("the file is UTF-16; save it as UTF-8", file=file, line=1, column=1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        line, column = _position(before, len(before))
        problem = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise RuleError(problem, file=file, line=line, column=column) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    control = _CONTROL.search(text)
    if control:
        line, column = _position(text, control.start())
        problem = f"control character U+{ord(control[0]):04X}; delete it"
        raise RuleError(problem, file=file, line=line, column=column)
    return text


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _yaml_error(error: MarkedYAMLError, text: str, file: str) -> RuleError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    said = " ".join(str(error.problem or error.context or error).split())[:200]
    lines = text.split("\n")
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent:
        problem = "a tab in the indentation; YAML allows only spaces there"
        return RuleError(problem, file=file, line=line, column=indent.index("\t") + 1)
    advice = next((advice for words, advice in _ADVICE if words in said), "check quotes, colons and indentation")
    began = error.context_mark
    if began is not None and began.line + 1 != line:
        advice += f"; see line {began.line + 1}, where this part begins"
    return RuleError(f"not YAML ({said}): {advice}", file=file, line=line, column=column)


class _Builder:
    """Puts nodes together from events, without recursion."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[Sequence | Mapping] = []
        self._anchors: dict[str, Node] = {}
        self._pending: list[str | None] = []  # anchors of the open nodes; usable only once they are closed
        self._nodes = 0
        self._root: Node | None = None

    def build(self, events: Iterator[Event]) -> Node | None:
        documents = 0
        for event in events:
            if type(event) is ScalarEvent and event.tag is None:
                self._scalar(event)
            elif isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error("a second document (`---`) begins here; put it into a file of its own", event)
            elif isinstance(event, NodeEvent):
                self._node(event)
            elif isinstance(event, CollectionEndEvent):
                self._close()
        return self._root

    def _node(self, event: NodeEvent) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, AliasEvent):
            self._place(self._aliased(event), event)
            return
        tag = getattr(event, "tag", None)
        if tag is not None and (tag not in _STR_TAGS or not isinstance(event, ScalarEvent)):
            raise self._error(f"the tag {str(tag)[:60]} is not allowed; {_QUOTE}", event)
        if isinstance(event, ScalarEvent):
            self._scalar(event)
            return
        if len(self._open) >= MAX_DEPTH:
            raise self._error(f"nested more than {MAX_DEPTH} deep; write it flatter", event)
        node: Sequence | Mapping = (
            Sequence(line, column) if isinstance(event, SequenceStartEvent) else Mapping(line, column)
        )
        if self._open and isinstance(self._open[-1], Mapping) and self._open[-1].key is None:
            raise self._error("a list or mapping stands where a key is expected; keys are plain words", event)
        self._open.append(node)
        self._pending.append(event.anchor)

    def _scalar(self, event: ScalarEvent) -> None:
        mark = event.start_mark
        scalar = Scalar(mark.line + 1, mark.column + 1, event.value, plain=not event.style)
        if event.anchor:
            self._anchors[event.anchor] = scalar
        self._place(scalar, event)

    def _aliased(self, event: AliasEvent) -> Node:
        node = self._anchors.get(event.anchor)
        if node is not None:
            return node
        if event.anchor in self._pending:
            raise self._error(f"*{event.anchor} stands inside itself; take it out", event)
        problem = f"*{event.anchor} has no anchor before it; a wildcard goes to the end of a word, as in missil*"
        raise self._error(problem, event)

    def _close(self) -> None:
        node, anchor = self._open.pop(), self._pending.pop()
        if anchor:
            self._anchors[anchor] = node
        self._place(node, None)

    def _place(self, node: Node, event: Event | None) -> None:
        if event is not None:
            self._nodes += node.size
        if self._nodes > MAX_NODES:
            problem = f"more than {MAX_NODES:,} entries, counting each use of a YAML alias; split the file"
            raise RuleError(problem, file=self._file, line=node.line, column=node.column)
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        parent.size += node.size
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif parent.key is not None:
            if isinstance(node, Scalar) and node.plain and not node.text:
                # The parser puts a missing value where the next thing begins.
                node.line, node.column = parent.key.line, parent.key.column
            parent.pairs.append((parent.key, node))
            parent.key = None
        elif isinstance(node, Scalar):
            parent.key = node
        else:
            problem = "a list or mapping stands where a key is expected; keys are plain words"
            raise RuleError(problem, file=self._file, line=node.line, column=node.column)

    def _error(self, problem: str, event: Event) -> RuleError:
        mark = event.start_mark
        return RuleError(problem, file=self._file, line=mark.line + 1, column=mark.column + 1)
