"""Public suites of feeds with what is expected of them, as cases over the core fields."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIELDS = {"id", "link", "title", "text", "published", "updated", "date", "author", "lang"}
"""What is compared of an entry; of the feed itself title, link and lang, and how many entries there are."""

_EXPECT = re.compile(r"Description:\s*(.*?)\s*Expect:\s*(.*?)\s*-->", re.DOTALL)
_HEADER = re.compile(r"^Header:\s+([^:]+):\s*(.*)$", re.MULTILINE)
_ENCODINGS = ("utf-8", "utf-16", "utf-32-be", "utf-32-le", "utf-16-be", "utf-16-le", "latin-1")

# feedparser's names for the core fields, by path below an entry or the feed.
_ENTRY_PATHS = {
    ("title",): "title", ("title_detail", "value"): "title",
    ("link",): "link", ("id",): "id", ("guid",): "id",
    ("description",): "text", ("summary",): "text", ("summary_detail", "value"): "text",
    ("content", 0, "value"): "text",
    ("published_parsed",): "published", ("updated_parsed",): "updated", ("modified_parsed",): "updated",
    ("published",): "published", ("updated",): "updated", ("modified",): "updated",
    ("author",): "author", ("author_detail", "name"): "author",
    ("title_detail", "language"): "lang", ("summary_detail", "language"): "lang", ("content", 0, "language"): "lang",
}  # fmt: skip
_FEED_PATHS = {
    ("title",): "title", ("title_detail", "value"): "title", ("link",): "link", ("language",): "lang",
}  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """One thing a case expects: `field` of entry number `entry`, or of the feed where that is None."""

    field: str
    entry: int | None
    value: Any


@dataclass(frozen=True)
class Case:
    """A document and all that is expected of it; `content_type` as its server would send it."""

    suite: str
    path: Path
    body: bytes
    expected: tuple[Expected, ...]
    content_type: str = ""


def cases(folder: Path) -> Iterator[Case]:
    """All cases whose expectations are about the core fields only."""
    yield from _feedparser(folder / "feedparser")
    yield from _gofeed(folder / "gofeed")
    yield from _feed_rs(folder / "feed-rs")


def documents(folder: Path) -> dict[str, list[bytes]]:
    """Every XML document by suite, whatever is expected of it."""
    return {
        suite: [path.read_bytes() for path in sorted((folder / suite).rglob("*.xml"))]
        for suite in ("feedparser", "gofeed", "feed-rs")
    }


def _feedparser(folder: Path) -> Iterator[Case]:
    for path in sorted([*folder.rglob("*.xml"), *folder.rglob("*.json")]):
        body = path.read_bytes()
        found = next(filter(None, (_EXPECT.search(body.decode(name, "replace")) for name in _ENCODINGS)), None)
        expected = _of_expression(found[2]) if found else None
        # Some concern the client that fetches them, not the document.
        if found and expected and "http" not in path.name.partition("_")[0] and path.parent.name != "http":
            headers = {name.lower(): value.strip() for name, value in _HEADER.findall(body.decode("utf-8", "replace"))}
            suite = "feedparser: HTML" if path.parent.name == "sanitize" else "feedparser"
            yield Case(suite, path, body, expected, headers.get("content-type", ""))


def _of_expression(expression: str) -> tuple[Expected, ...] | None:
    """The comparisons a Python expression over feedparser's result is made of; None where it asks for more than the
    core fields."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    expected: list[Expected] = []
    for part in parts:
        if ast.unparse(part) in {"not bozo", "bozo"}:
            continue
        if not isinstance(part, ast.Compare) or not all(isinstance(op, ast.Eq) for op in part.ops):
            return None
        *paths, last = [part.left, *part.comparators]
        try:
            value = ast.literal_eval(_joined(last))
        except ValueError:
            return None
        for node in paths:
            what = _core(node)
            if what is None:
                return None
            expected.append(Expected(*what, value))
    return tuple(expected) or None


def _joined(node: ast.expr) -> ast.expr:
    """Strings written as a sum, as one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = ast.literal_eval(_joined(node.left)), ast.literal_eval(_joined(node.right))
        return ast.Constant(left + right)
    return node


def _core(node: ast.expr) -> tuple[str, int | None] | None:
    if ast.unparse(node) == "len(entries)":
        return "entries", None
    path: list[Any] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            path.insert(0, node.slice.value)
        elif isinstance(node, ast.Attribute):
            path.insert(0, node.attr)
        else:
            return None
        node = node.value
    if node.id == "entries" and path and isinstance(path[0], int):
        field = _ENTRY_PATHS.get(tuple(path[1:]))
        return (field, path[0]) if field else None
    field = _FEED_PATHS.get(tuple(path)) if node.id == "feed" else None
    return (field, None) if field else None


def _gofeed(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.rglob("*.xml")):
        gold = path.with_suffix(".json")
        if gold.exists():
            yield Case("gofeed", path, path.read_bytes(), _of_gofeed(json.loads(gold.read_text())))
    for gold in sorted(folder.rglob("*_expected.json")):
        path = gold.with_name(gold.name.replace("_expected", ""))
        yield Case("gofeed", path, path.read_bytes(), _of_gofeed(json.loads(gold.read_text())))


def _of_gofeed(gold: dict[str, Any]) -> tuple[Expected, ...]:
    """The core fields of gofeed's own structures (Atom, RSS, JSON) and of its universal one."""
    items = gold.get("items", gold.get("entries", []))
    expected = [Expected("entries", None, len(items))]
    expected += _given(None, title=gold.get("title"), lang=gold.get("language"))
    expected += _given(None, link=gold.get("link") or gold.get("home_page_url") or _alternate(gold.get("links")))
    for number, item in enumerate(items):
        guid = item.get("guid", item.get("id"))
        expected += _given(
            number,
            id=guid.get("value") if isinstance(guid, dict) else guid,
            link=item.get("link") or item.get("url") or _alternate(item.get("links")),
            title=item.get("title"),
            published=item.get("publishedParsed") or item.get("pubDateParsed") or item.get("date_published"),
            updated=item.get("updatedParsed") or item.get("date_modified"),
            author=_person(item.get("authors") or item.get("author")),
        )
        content = item.get("content")
        texts = [item.get("description"), item.get("summary"), item.get("content_html") or item.get("content_text"),
                 content.get("value") if isinstance(content, dict) else content]  # fmt: skip
        expected += [Expected("text", number, text) for text in texts if text]
    return tuple(expected)


def _feed_rs(folder: Path) -> Iterator[Case]:
    for gold in sorted(folder.rglob("*.serde.json")):
        name = gold.name.replace(".serde.json", "")
        path = next((path for ending in (".xml", ".json") if (path := gold.with_name(name + ending)).exists()), None)
        if path is not None:
            body = path.read_bytes()
            yield Case("feed-rs", path, body, _of_feed_rs(json.loads(gold.read_text()), body))


def _of_feed_rs(gold: dict[str, Any], body: bytes) -> tuple[Expected, ...]:
    expected = [Expected("entries", None, len(gold["entries"]))]
    expected += _given(None, title=_content(gold["title"]), lang=gold["language"], link=_alternate(gold["links"]))
    for number, entry in enumerate(gold["entries"]):
        # Ids that are not in the document are feed-rs's own making.
        identity = entry["id"] if entry["id"].encode() in body else None
        expected += _given(
            number,
            id=identity,
            link=_alternate(entry["links"]),
            title=_content(entry["title"]),
            date=entry["published"] or entry["updated"],
            author=_person(entry["authors"]),
            lang=entry["language"],
        )
        texts = [_content(entry["summary"]), (entry["content"] or {}).get("body")]
        expected += [Expected("text", number, text) for text in texts if text]
    return tuple(expected)


def _content(text: dict[str, Any] | None) -> str | None:
    return text["content"] if text else None


def _alternate(links: list[Any] | None) -> str | None:
    """The link to the page itself, of a list of objects that describe links."""
    for link in links or []:
        if isinstance(link, dict) and link.get("rel") in {None, "", "alternate"} and link.get("href"):
            return str(link["href"])
    return None


def _person(people: Any) -> str | None:
    first = people[0] if isinstance(people, list) and people else people
    if isinstance(first, dict):
        # feed-rs names those after their element that only have an address.
        name = first.get("name")
        return (None if name == "author" else name) or first.get("email")
    return first or None


def _given(entry: int | None, **fields: Any) -> list[Expected]:
    return [Expected(name, entry, value) for name, value in fields.items() if value]
