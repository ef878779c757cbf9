"""The formats a seed article may have: txt, md, html, json and jsonl, to raw articles."""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from monitor.errors import ParseError
from monitor.sources.clean import MAX_TEXT, plain_text, plain_title, strip_markup, tidy

_MAX_TITLE_LINE = 200
_HEADER_LINE = re.compile(r"([A-Za-z_]{2,12})[ \t]*:[ \t]*(.*)")
_HEADERS = {
    "title": "title", "headline": "title", "url": "url", "link": "url", "published": "published", "date": "published",
    "source": "source", "outlet": "source", "lang": "lang", "language": "lang", "id": "id", "author": "author",
    "authors": "author",
}  # fmt: skip
_HEADING = re.compile(r"#{1,2}[ \t]+(.+?)[ \t]*#*$")
_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\([^()\s]{0,2000}(?:[ \t]+\"[^\"\n]*\")?\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=\S)([^*_\n]{1,2000}?)(?<=\S)\1(?![\w*])")
_LINE_MARK = re.compile(r"^(?:#{1,6}[ \t]+|>[ \t]?|```.*$)", re.MULTILINE)
_CLUTTER = frozenset({"nav", "header", "footer", "aside", "form", "dialog", "menu", "svg", "iframe"})
_HEAD_TAG = re.compile(r"<(meta|link)\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([A-Za-z-]{2,20})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")
_LANGUAGE = re.compile(r"<html\b[^<>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z-]{2,20})", re.IGNORECASE)


@dataclass(slots=True)
class SeedItem:
    """One article as a seed file writes it.

    Attributes:
        ref: what tells it from others in its file: "" where the file is one article, else id or number.
        line: where in the file it stands, 0 for the whole file.
        problem: why it cannot be read; the other fields are empty then.
    """

    ref: str = ""
    title: str = ""
    text: str = ""
    url: str = ""
    published: str | float = ""
    source: str = ""
    lang: str = ""
    authors: tuple[str, ...] = ()
    line: int = 0
    problem: str = ""


def read_txt(text: str) -> Iterator[SeedItem]:
    """Plain text: an optional block of headers, an optional short first line as title, paragraphs."""
    item, body = _headers(text)
    if not item.title:
        first, _, rest = body.partition("\n")
        if first.strip() and len(first) <= _MAX_TITLE_LINE and rest.startswith("\n") and rest.strip():
            item.title, body = first, rest
    item.title, item.text = plain_title(item.title), tidy(body)
    yield item


def read_markdown(text: str) -> Iterator[SeedItem]:
    """Markdown: front matter or headers, the first heading as title, marks taken out."""
    if text.startswith("---\n") and "\n---" in text[4:]:
        front, _, body = text[4:].partition("\n---")
        item, _ = _headers(front + "\n")
        body = body.lstrip("-").lstrip()
    else:
        item, body = _headers(text)
    first, _, rest = body.lstrip().partition("\n")
    heading = _HEADING.fullmatch(first.strip())
    # Front matter and the first heading mostly give the same title; the text shall not repeat it.
    if heading and item.title in {"", heading[1]}:
        item.title, body = heading[1], rest
    body = _LINE_MARK.sub("", _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", body)))
    item.title, item.text = plain_title(_EMPHASIS.sub(r"\2", item.title)), tidy(body)
    yield item


def read_html(text: str) -> Iterator[SeedItem]:
    """A saved web page: the article element where there is one, and what its head says about it."""
    text = text[: 4 * MAX_TEXT]
    meta: dict[str, str] = {}
    canonical = ""
    for tag in _HEAD_TAG.finditer(text):
        attributes = {
            found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "")
            for found in _ATTRIBUTE.finditer(tag[2])
        }
        if tag[1].lower() == "link":
            canonical = canonical or (attributes.get("href", "") if attributes.get("rel") == "canonical" else "")
            continue
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        if attributes.get("content"):
            meta.setdefault(name.lower(), attributes["content"])
    heading, language = _element(text, "h1"), _LANGUAGE.search(text, 0, 4_000)
    title = meta.get("og:title") or heading or _element(text, "title")
    body = _main(text)
    if heading:
        body = body.replace(heading, "", 1)
    yield SeedItem(
        title=plain_title(title),
        text=tidy(strip_markup(body, _CLUTTER)),
        url=canonical or meta.get("og:url", ""),
        published=meta.get("article:published_time") or meta.get("datepublished") or meta.get("date") or "",
        source=meta.get("og:site_name", ""),
        lang=language[1] if language else "",
        authors=(meta["author"],) if meta.get("author") else (),
    )


def _element(page: str, name: str) -> str:
    """The markup of the first element of this name, tags included; "" where there is none of a title's length."""
    start = re.search(rf"<{name}\b", page, re.IGNORECASE)
    close = (
        re.compile(rf"</{name}\s*>", re.IGNORECASE).search(page, start.end(), start.end() + 3_000) if start else None
    )
    return page[start.start() : close.end()] if start and close else ""


def _main(page: str) -> str:
    """The part of a page that holds the article: its first article element, else main, else the body."""
    for name in ("article", "main", "body"):
        start = re.search(rf"<{name}\b", page, re.IGNORECASE)
        if start:
            end = page.lower().find(f"</{name}", start.end())
            return page[start.start() : end if end > 0 else len(page)]
    return page


def read_json(text: str) -> Iterator[SeedItem]:
    """One object, a list of them, or an object that holds a list as `articles` or `items`.

    Raises:
        ParseError: not JSON, or neither of these.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ParseError(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise ParseError("not JSON that can be read: a number or the nesting is too large") from error
    if isinstance(document, dict):
        listed = document.get("articles", document.get("items"))
        if not isinstance(listed, list):
            yield _record(document, "", 0)
            return
        document = listed
    if not isinstance(document, list):
        raise ParseError("the file must hold an object with title and text, or a list of them")
    for number, record in enumerate(document, start=1):
        yield _record(record, str(number), 0)


def read_jsonl(text: str) -> Iterator[SeedItem]:
    """One object a line; a line that cannot be read doesn't cost the others."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else "too deep or too large"
            yield SeedItem(line=number, ref=str(number), problem=f"line {number} is not JSON: {what}")
            continue
        yield _record(record, str(number), number)


READERS: dict[str, Callable[[str], Iterator[SeedItem]]] = {
    ".txt": read_txt,
    ".text": read_txt,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
}


def _record(record: object, ref: str, line: int) -> SeedItem:
    """One JSON object as an article, or the reason why it is none."""
    place = f"line {line}" if line else f"article {ref}" if ref else "the file"
    if not isinstance(record, dict):
        return SeedItem(ref=ref, line=line, problem=f"{place} is not an object with title and text")
    title, text = _string(record, "title"), _string(record, "text", "content", "body")
    if not title.strip() and not text.strip():
        return SeedItem(ref=ref, line=line, problem=f"{place} has neither title nor text")
    published = next((record[key] for key in ("published", "date", "date_publish") if record.get(key)), "")
    author = record.get("authors", record.get("author"))
    authors = author if isinstance(author, list) else [author]
    return SeedItem(
        ref=_string(record, "id") or ref,
        title=plain_title(title),
        text=plain_text(text),
        url=_string(record, "url", "link"),
        published=published if isinstance(published, str | int | float) and not isinstance(published, bool) else "",
        source=_string(record, "source", "outlet"),
        lang=_string(record, "lang", "language"),
        authors=tuple(name for name in authors if isinstance(name, str) and name),
        line=line,
    )


def _string(record: dict[str, Any], *keys: str) -> str:
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def _headers(text: str) -> tuple[SeedItem, str]:
    """An article with the fields of the header block at the top, and the text below it.

    A header block is lines of known names, up to the first blank line; anything else is text.
    """
    item = SeedItem()
    block, blank, body = text.lstrip("\n").partition("\n\n")
    found: dict[str, str] = {}
    for line in block.splitlines():
        header = _HEADER_LINE.fullmatch(line.strip())
        name = _HEADERS.get(header[1].lower()) if header else None
        if header is None or name is None:
            return item, text
        found[name] = header[2].strip().strip("\"'")
    if not found or (not blank and body == "" and text.count("\n") == 0):
        return item, text
    item.title, item.url, item.published = found.get("title", ""), found.get("url", ""), found.get("published", "")
    item.source, item.lang = found.get("source", ""), found.get("lang", "")
    item.authors = (found["author"],) if found.get("author") else ()
    return item, body
