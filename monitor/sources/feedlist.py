"""feeds.yaml: reading it with exact error places, changing it with comments and order kept."""

import contextlib
import difflib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from monitor.errors import FeedListError
from monitor.model.article import Feed
from monitor.sources.feedentry import Complaint, entry_of, feed_url, nearest, read_entry

_TOP_KEYS = ("groups", "feeds")
_MAX_SIZE = 20_000_000
_NEW_FILE = """\
# The feeds to watch. `monitor feeds add URL` adds one; see docs for every key.
groups: {}
"""


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds of a feeds.yaml, in its order.

    The file has `groups`, a mapping of headings to lists of feeds, and `feeds`, a list of those without a heading.
    A feed is a URL, or a mapping of the keys in feedentry.

    Raises:
        FeedListError: it cannot be read; the message gives file:line:column and what to do.
    """
    return _feeds(_parsed(_read(path), path), path)


def add_feeds(path: Path, feeds: Iterable[Feed]) -> tuple[Feed, ...]:
    """Write feeds into the file, each at the end of its group; those already there are left as they are.

    Returns:
        The feeds that were added. A missing file is made.

    Raises:
        FeedListError: the file or one of the feeds cannot be used.
    """
    text = _read(path) if path.exists() else _NEW_FILE
    document = _parsed(text, path)
    known = {feed.url for feed in _feeds(document, path)}
    added: dict[str, list[Feed]] = {}
    for feed in feeds:
        url = feed_url(feed.url)
        if not url:
            raise FeedListError(f"{feed.url!r} is not an http or https address")
        if url not in known:
            known.add(url)
            added.setdefault(feed.group, []).append(replace(feed, url=url))
    if added:
        expected = _urls(document, path) + [(feed.group, feed.url) for members in added.values() for feed in members]
        _save((_with_lines(text, document, added), _with_entries(document, added)), expected, path)
    return tuple(feed for members in added.values() for feed in members)


def remove_feed(path: Path, which: str) -> Feed:
    """Take the feed with this URL, or with this name, out of the file.

    Returns:
        The feed that was removed.

    Raises:
        FeedListError: there is no such feed, or several have this name.
    """
    text = _read(path)
    document = _parsed(text, path)
    feeds = _feeds(document, path)
    url = feed_url(which)
    matches = [feed for feed in feeds if feed.url in {which, url}] or [feed for feed in feeds if feed.name == which]
    if not matches:
        near = difflib.get_close_matches(which, [name for feed in feeds for name in (feed.url, feed.name)], n=1)
        raise FeedListError(f"{path}: no feed {which!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    if len(matches) > 1:
        raise FeedListError(f"{path}: {len(matches)} feeds are called {which!r}; give the URL")
    feed = matches[0]
    expected = [pair for pair in _urls(document, path) if pair != (feed.group, feed.url)]
    entries = next(entries for group, entries in _lists(document, path) if group == feed.group)
    index = [_url_of(entry) for entry in entries].index(feed.url)
    first, last = entries.lc.item(index)[0], _last_line(entries, index)
    lines = text.splitlines(keepends=True)
    del lines[first : last + 1]
    del entries[index]
    _save(("".join(lines), _dumped(document)), expected, path)
    return feed


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_SIZE:
            raise FeedListError(f"{path}: larger than {_MAX_SIZE // 1_000_000} MB; this is no feed list")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        hint = "; `monitor feeds add URL` makes one" if isinstance(error, FileNotFoundError) else ""
        raise FeedListError(f"{path}: {error.strerror}{hint}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FeedListError(f"{path}:{line}:1: not UTF-8 text; save it as UTF-8") from error


def _parsed(text: str, path: Path) -> CommentedMap:
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise FeedListError(f"{place}: not YAML: {error.problem or error.context}") from error
    except (YAMLError, RecursionError, ValueError) as error:
        raise FeedListError(f"{path}: not YAML that can be read: {str(error).splitlines()[0][:200]}") from error
    if document is None:
        document = _yaml().load(_NEW_FILE)
    if isinstance(document, CommentedSeq):
        # A bare list of feeds is clear enough to be taken.
        document = CommentedMap({"feeds": document})
    if not isinstance(document, CommentedMap):
        raise FeedListError(f"{path}:1:1: expected `groups:` with lists of feeds, found {type(document).__name__}")
    return document


def _lists(document: CommentedMap, path: Path) -> Iterator[tuple[str, CommentedSeq]]:
    """Each group's name and list of entries, in the file's order."""
    for key, value in document.items():
        if key not in _TOP_KEYS:
            raise _wrong(path, document, key, f"unknown key {str(key)!r}{nearest(key, _TOP_KEYS)}")
        if value is None:
            continue
        if key == "feeds":
            yield "", _as_list(value, path, document, key)
            continue
        if not isinstance(value, CommentedMap):
            raise _wrong(path, document, key, "`groups` must map names to lists of feeds")
        for name, entries in value.items():
            if entries is not None:
                yield str(name), _as_list(entries, path, value, name)


def _urls(document: CommentedMap, path: Path) -> list[tuple[str, str]]:
    """Group and URL of every feed, in order: what a change to one feed must not touch."""
    return [(group, _url_of(entry)) for group, entries in _lists(document, path) for entry in entries]


def _url_of(entry: object) -> str:
    return feed_url(str(entry["url"] if isinstance(entry, CommentedMap) else entry))


def _last_line(entries: CommentedSeq, index: int) -> int:
    """The line, counted from 0, on which an entry ends."""
    entry, line = entries[index], int(entries.lc.item(index)[0])
    if not isinstance(entry, CommentedMap):
        return line
    return max([line, *(int(entry.lc.value(key)[0]) for key in entry)])


def _as_list(value: object, path: Path, parent: CommentedMap, key: object) -> CommentedSeq:
    if isinstance(value, CommentedSeq):
        return value
    raise _wrong(path, parent, key, f"{str(key)!r} must be a list of feeds, each on a line that begins with `- `")


def _feeds(document: CommentedMap, path: Path) -> tuple[Feed, ...]:
    feeds: dict[str, Feed] = {}
    places: dict[str, str] = {}
    for group, entries in _lists(document, path):
        for index, entry in enumerate(entries):
            line, column = entries.lc.item(index)
            place = f"{path}:{line + 1}:{column + 1}"
            if not isinstance(entry, (str, CommentedMap)):
                raise FeedListError(f"{place}: a feed is a URL or has a `url:`, found {type(entry).__name__}")
            feed = read_entry(entry, group, path.absolute().parent, _complaint(path, entry, place))
            if feed.url in feeds:
                raise FeedListError(f"{place}: {feed.url} is already listed at {places[feed.url]}; remove one of them")
            feeds[feed.url], places[feed.url] = feed, place.removeprefix(f"{path}:")
    return tuple(feeds.values())


def _complaint(path: Path, entry: str | CommentedMap, place: str) -> Complaint:
    def wrong(key: object, problem: str) -> FeedListError:
        if key is None or isinstance(entry, str):
            return FeedListError(f"{place}: {problem}")
        return _wrong(path, entry, key, problem)

    return wrong


def _wrong(path: Path, parent: CommentedMap, key: object, problem: str) -> FeedListError:
    try:
        line, column = parent.lc.key(key)
    except (KeyError, TypeError, AttributeError):
        return FeedListError(f"{path}: {problem}")
    return FeedListError(f"{path}:{line + 1}:{column + 1}: {problem}")


def _with_lines(text: str, document: CommentedMap, added: Mapping[str, Sequence[Feed]]) -> str:
    """The file's text with feeds written below the last of their group, every other byte as it was.

    "" where a group is missing, empty or not written as a list of lines.
    """
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    groups = document.get("groups") or {}
    places: list[tuple[int, str, Sequence[Feed]]] = []
    for group, members in added.items():
        entries = groups.get(group) if group else document.get("feeds")
        if not entries or entries.fa.flow_style():
            return ""
        last = len(entries) - 1
        indent = lines[entries.lc.item(last)[0]].partition("-")[0]
        places.append((_last_line(entries, last) + 1, indent, members))
    for line, indent, members in sorted(places, key=lambda place: place[0], reverse=True):
        written = _dumped(CommentedSeq(CommentedMap(entry_of(feed)) for feed in members)).splitlines(keepends=True)
        margin = len(written[0]) - len(written[0].lstrip())
        lines[line:line] = [indent + new[margin:] for new in written]
    return "".join(lines)


def _with_entries(document: CommentedMap, added: Mapping[str, Sequence[Feed]]) -> str:
    """The document with feeds added, written anew; comments are kept where the YAML library can."""
    for group, members in added.items():
        holder: CommentedMap = document
        if group:
            if not document.get("groups"):
                document["groups"] = CommentedMap()
            holder = document["groups"]
            holder.fa.set_block_style()
        if not holder.get(group or "feeds"):
            holder[group or "feeds"] = CommentedSeq()
        entries = holder[group or "feeds"]
        entries.fa.set_block_style()
        entries.extend(CommentedMap(entry_of(feed)) for feed in members)
    return _dumped(document)


def _dumped(node: CommentedMap | CommentedSeq) -> str:
    out = io.StringIO()
    _yaml().dump(node, out)
    return out.getvalue()


def _save(candidates: Iterable[str], expected: Sequence[tuple[str, str]], path: Path) -> None:
    """Write the first text that holds exactly the expected feeds, in one step: never half a file."""
    for text in candidates:
        with contextlib.suppress(FeedListError):
            # Groups may change places with each other, feeds may not leave theirs.
            if text and sorted(_urls(_parsed(text, path), path)) == sorted(expected):
                break
    else:
        raise FeedListError(f"{path}: cannot be changed without damage to its layout; edit it by hand")
    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
            Path(temporary).replace(target)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise FeedListError(f"{path}: cannot be written: {error.strerror}") from error
