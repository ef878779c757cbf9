"""The seeds folder: articles dropped there as files are read like a feed."""

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.errors import ParseError
from monitor.model.article import Article, Batch, Quarantined, SourceKind
from monitor.sources.clean import MAX_TEXT, plain_title, storable
from monitor.sources.dates import parse_date
from monitor.sources.encoding import decode, is_binary
from monitor.sources.feeds import http_url
from monitor.sources.language import code_of, detect
from monitor.sources.seedfiles import READERS, SeedItem
from monitor.sources.seedmail import BYTE_READERS

SOURCE = "seeds"
MAX_FILE = 50_000_000
_HALF_WRITTEN = (".tmp", ".part", ".partial", ".crdownload", ".swp", ".swx", ".bak", "~")
SUFFIXES = frozenset(READERS | BYTE_READERS)
_MAX_COMPLAINTS = 50
_UNREADABLE = "unreadable"


def read_folder(
    folder: Path,
    known: Mapping[str, str],
    now: datetime,
    *,
    stable_for: timedelta = timedelta(seconds=1),
    wrong: Collection[str] = (),
) -> Batch:
    """Articles of the files that are new or whose content changed since they were read last.

    Left alone: hidden files, half-written ones (by name, changed less than `stable_for` ago, or with something wrong in
    them and changed less than ten times that ago), links that lead outside the folder, and files of other kinds. A file
    that cannot be read is quarantined once, not at each look; one that was moved or renamed brings nothing new, but one
    with something wrong in it is named anew.

    Args:
        folder: the seeds folder; a missing one is an empty one.
        known: path relative to the folder -> fingerprint, as earlier batches gave it in `files`.
        now: the time (UTC).
        stable_for: how long a file must have been untouched.
        wrong: files that something was wrong with when they were read last.

    Returns:
        Articles in order of path, the fingerprints of the files that were read ("" for one of `wrong` that is gone),
        and what could not be read.
    """
    articles: list[Article] = []
    files: dict[str, str] = {}
    quarantined: list[Quarantined] = []
    present = {storable(path.relative_to(folder).as_posix()): path for path in _files(folder)}
    files |= {name: "" for name in wrong if name not in present and known.get(name)}
    gone = {print_.partition("-")[0] for name, print_ in known.items() if name not in present and name not in wrong}
    for relative, path in present.items():
        seen_hash, _, seen_stamp = known.get(relative, "").partition("-")
        try:
            stamp = _stamp(path)
            if (stamp == seen_stamp and seen_hash != _UNREADABLE) or _in_use(path, now, stable_for):
                continue
            data = b"" if path.stat().st_size > MAX_FILE else _read(path, folder)
            if _stamp(path) != stamp:
                continue
        except FileNotFoundError:
            continue
        except OSError as error:
            if seen_hash != _UNREADABLE:
                files[relative] = f"{_UNREADABLE}-{stamp}"
                quarantined.append(Quarantined(SOURCE, relative, f"the file cannot be read: {error.strerror}", now))
            continue
        found: list[Article] = []
        complaints: list[Quarantined] = []
        content_hash = hashlib.sha256(data).hexdigest()[:32]
        print_ = f"{content_hash}-{stamp}"
        if path.stat().st_size > MAX_FILE:
            size = f"{path.stat().st_size / 1e6:.0f} MB; the limit is {MAX_FILE // 1_000_000} MB. Split it"
            complaints.append(Quarantined(SOURCE, relative, f"the file has {size}", now))
        elif content_hash != seen_hash and content_hash not in gone:
            found, complaints = read_seed(data, relative, now)
            if complaints and _in_use(path, now, 10 * stable_for):
                continue
        files[relative] = print_
        articles.extend(found)
        quarantined.extend(complaints)
    return Batch(articles=tuple(articles), files=files, quarantined=tuple(quarantined))


def read_seed(
    data: bytes, relative: str, now: datetime, *, repeats: bool = False
) -> tuple[list[Article], list[Quarantined]]:
    """The articles of one file's bytes, and what in it could not be read.

    Two records with one id are two articles, since the id may be a mistake and neither shall be lost; with `repeats`
    the file is a stream in which the later one is the earlier one again.
    """
    suffix = Path(relative).suffix.lower()
    problem = "" if data.strip() else "the file is empty"
    if not problem and suffix not in BYTE_READERS and is_binary(data):
        problem = "the file is binary, not text; save it as UTF-8 text"
    if problem:
        return [], [Quarantined(SOURCE, relative, problem, now)]
    articles: list[Article] = []
    keys: set[str] = set()
    complaints: list[str] = []
    try:
        for item in _items(data, suffix):
            if item.problem:
                complaints.append(item.problem)
            elif item.title or item.text:
                article = _article(item, relative, now)
                if article.key in keys and not repeats:
                    article = replace(article, key=f"{article.key}@{len(articles)}")
                keys.add(article.key)
                articles.append(article)
            else:
                complaints.append("there is no text in it")
    except ParseError as error:
        complaints.append(str(error))
    if len(complaints) > _MAX_COMPLAINTS:
        more = len(complaints) - _MAX_COMPLAINTS + 1
        complaints[_MAX_COMPLAINTS - 1 :] = [f"{more} more articles of this file could not be read"]
    return articles, [Quarantined(SOURCE, relative, storable(c)[:300], now) for c in complaints]


def _items(data: bytes, suffix: str) -> Iterator[SeedItem]:
    if suffix in BYTE_READERS:
        return BYTE_READERS[suffix](data)
    return READERS[suffix](decode(data).replace("\r\n", "\n").replace("\r", "\n"))


def _article(item: SeedItem, relative: str, now: datetime) -> Article:
    flags: list[str] = []
    published = parse_date(item.published, now) if item.published else None
    if item.published and published is None:
        flags.append("published_unreadable")
    elif published is not None and published > now:
        published = now
        flags.append("published_in_future")
    text = item.text
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT].rstrip()
    if len(text) >= MAX_TEXT - 1:
        flags.append("text_cut")
    key = f"{relative}#{plain_title(item.ref)}" if item.ref else relative
    if len(key) > 300:
        key = f"{key[:200]}#{hashlib.sha256(key.encode()).hexdigest()[:32]}"
    return Article(
        source=SOURCE,
        key=key,
        title=item.title,
        text=text,
        fetched=now,
        published=published,
        url=http_url(item.url, ""),
        lang=code_of(item.lang) or detect(f"{item.title}. {text}"),
        outlet=plain_title(item.source, 200),
        group=SOURCE,
        kind=SourceKind.SEED,
        authors=tuple(filter(None, (plain_title(author, 200) for author in item.authors))),
        flags=tuple(flags),
    )


def _files(folder: Path) -> Iterator[Path]:
    """Readable files in and below the folder, in order of path."""
    root = folder.resolve()
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if name.startswith((".", "~", "#")) or name.lower().endswith(_HALF_WRITTEN):
                continue
            if path.suffix.lower() not in SUFFIXES:
                continue
            # A link that leads in a circle, or nowhere, is no file; asked first, for resolving it would fail.
            if path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(root)):
                found.append(path)
    return iter(sorted(found, key=lambda path: path.relative_to(folder).as_posix()))


def _read(path: Path, folder: Path) -> bytes:
    """The file's content; a link put in its place since it was found is not followed outside.

    Raises:
        OSError: it cannot be read, or it leads outside.
    """
    target = path.resolve(strict=True)
    if not target.is_relative_to(folder.resolve()):
        raise FileNotFoundError(path)
    descriptor = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_FILE + 1)


def _stamp(path: Path) -> str:
    """Size and time of change: enough to tell that a file need not be read again."""
    status = path.stat()
    return f"{status.st_size:x}-{status.st_mtime_ns:x}"


def _in_use(path: Path, now: datetime, stable_for: timedelta) -> bool:
    """Whether the file was changed so recently that somebody may still be writing it."""
    age = now - datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return timedelta(0) <= age < stable_for
