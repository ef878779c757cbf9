"""A folder of rule files, read again whenever asked; a broken file keeps its last good version."""

import gc
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import RuleError
from monitor.model.rule import AnyOf, Rule
from monitor.rules.kept import Kept
from monitor.rules.schema import NO_DEFAULTS, Defaults, Draft, RuleFile
from monitor.rules.tree import MAX_BYTES
from monitor.rules.vocabulary import SharedName, Vocabulary, gather, shares_names

MAX_FILES = 5_000
_SUFFIXES = (".yaml", ".yml")
_FOLDER_DEFAULTS = ("_defaults.yaml", "_defaults.yml")
"""Names of the file whose `defaults` hold for a folder and all below it."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The rules as they hold now.

    Attributes:
        rules: of all files, in the order of their paths; for a broken file those of its last good version.
        errors: what is wrong in the files as they are on disk.
        changed: whether `rules` differs from the reload before.
        vocabulary: the names shared among files.
        unused: names that nothing uses: file, line, name.
    """

    rules: tuple[Rule, ...]
    errors: tuple[RuleError, ...]
    changed: bool
    vocabulary: tuple[SharedName, ...] = ()
    unused: tuple[tuple[str, int, str], ...] = ()


@dataclass(slots=True)
class _Known:
    """What is remembered of one file.

    Attributes:
        digest: of the content read last.
        read: what that content says, with the names and defaults below.
        names: what the names it uses stood for.
        rules: those of its last good version.
        ever_good: whether there is one.
    """

    digest: bytes
    read: RuleFile
    names: dict[str, AnyOf | None]
    defaults: Defaults
    rules: tuple[Rule, ...] = ()
    ever_good: bool = False


class RuleFolder:
    """Rule files (*.yaml, *.yml) below a folder, or one file; hidden files and folders are left out.

    Names under `vocabulary` are shared among all files; `_defaults.yaml` sets defaults for its folder and those below.
    It remembers each file's last good version: for as long as it lives, or longer where it is given a place to keep
    them. One thread at a time.
    """

    def __init__(self, path: Path, kept: Kept | None = None) -> None:
        self.path = path
        self._kept = kept
        self._known: dict[Path, _Known] = {}
        self._good: dict[str, bytes] = {}  # last good versions of files that have names or defaults for others
        self._sharing: list[tuple[str, bytes]] = []
        self._names = Vocabulary()
        self._rules: tuple[Rule, ...] | None = None

    def reload(self) -> Reloaded:
        """Read what has changed since the last time; never raises for what stands in the files."""
        with _collector_paused():
            return self._reload()

    def _reload(self) -> Reloaded:
        errors: list[RuleError] = []
        paths = self._paths(errors)
        if paths is None:
            return Reloaded(self._rules or (), tuple(errors), changed=False)
        for gone in self._known.keys() - set(paths):
            del self._known[gone]
            if self._kept is not None:
                self._kept.forget(gone)
        contents = {path: content for path in paths if (content := _content(path, errors)) is not None}
        self._recall_names(contents)
        vocabulary = self._vocabulary(contents)
        folders = self._folder_defaults(contents, errors)
        names = vocabulary.terms
        rules: dict[str, Rule] = {}
        for path in paths:
            if path.name in _FOLDER_DEFAULTS:
                continue
            if path in contents:
                self._read(path, contents[path], names, _defaults_of(path.parent, folders))
                errors.extend(self._mistakes(path, vocabulary, rules))
            if path not in self._known or not self._known[path].ever_good:
                self._recall(path, names, _defaults_of(path.parent, folders))
            for rule in self._known[path].rules if path in self._known else ():
                rules.setdefault(rule.id, rule)
        self._keep(contents, errors)
        before, self._rules = self._rules, tuple(rules.values())
        changed = self._rules != before
        shared = tuple(vocabulary.names.values())
        return Reloaded(self._rules, tuple(errors), changed, shared, tuple(self._unused(vocabulary)))

    def _keep(self, contents: Mapping[Path, bytes], errors: list[RuleError]) -> None:
        """Keep copies of the files that are good as they are."""
        if self._kept is not None:
            broken = {error.file for error in errors}
            for path, content in contents.items():
                if str(path) not in broken:
                    self._kept.save(path, content)

    def _recall(self, path: Path, names: Mapping[str, AnyOf], defaults: Defaults) -> None:
        """For a file that has been broken since the program started, the rules of the kept copy."""
        content = self._kept.load(path) if self._kept is not None else None
        if content is None:
            return
        read = Draft(content, str(path)).finish(names, defaults)
        if not read.errors:
            known = self._known.setdefault(path, _Known(b"", read, {}, defaults))
            known.rules, known.ever_good = read.rules, True

    def _recall_names(self, contents: Mapping[Path, bytes]) -> None:
        """When the program starts, the kept copies of files that have names or defaults for others."""
        if self._kept is None or self._rules is not None:
            return
        for path in contents:
            copy = self._kept.load(path)
            if copy is not None and (path.name in _FOLDER_DEFAULTS or shares_names(copy)):
                self._good[str(path)] = copy

    def _vocabulary(self, contents: Mapping[Path, bytes]) -> Vocabulary:
        sharing = {str(path): content for path, content in contents.items() if shares_names(content)}
        digests = [(file, hashlib.sha256(content).digest()) for file, content in sharing.items()]
        if digests != self._sharing:
            self._sharing, self._names = digests, gather(sharing, self._good)
            self._good |= {file: content for file, content in sharing.items() if file not in self._names.errors}
        return self._names

    def _folder_defaults(self, contents: Mapping[Path, bytes], errors: list[RuleError]) -> dict[Path, Defaults]:
        """What each folder with a defaults file sets, those above it included."""
        folders: dict[Path, Defaults] = {}
        for path in sorted(contents, key=lambda path: len(path.parts)):
            if path.name not in _FOLDER_DEFAULTS:
                continue
            file, above = str(path), _defaults_of(path.parent, folders)
            draft = Draft(contents[path], file)
            defaults = draft.defaults(above)
            if not draft.errors and not draft.only_defaults():
                problem = "this file holds `defaults:` for its folder and nothing else; put rules into a file beside it"
                draft.errors.append(RuleError(problem, file=file, line=1, column=1))
            if not draft.errors:
                self._good[file] = contents[path]
            elif file in self._good:
                defaults = Draft(self._good[file], file).defaults(above)
            else:
                defaults = above
            errors.extend(draft.errors)
            folders[path.parent] = defaults
        return folders

    def _read(self, path: Path, content: bytes, names: Mapping[str, AnyOf], defaults: Defaults) -> None:
        """Read the file if it has changed, or what it uses of others."""
        digest = hashlib.sha256(content).digest()
        known = self._known.get(path)
        if (
            known is not None
            and (known.digest, known.defaults) == (digest, defaults)
            and all(names.get(name) == terms for name, terms in known.names.items())
        ):
            return
        read = Draft(content, str(path)).finish(names, defaults)
        used = {name: names.get(name) for name in read.used}
        self._known[path] = _Known(digest, read, used, defaults, *((known.rules, known.ever_good) if known else ()))

    def _mistakes(self, path: Path, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> list[RuleError]:
        """What is wrong with the file; where nothing is, its rules become its last good version."""
        known = self._known[path]
        found = {(error.line, error.column, error.problem): error for error in known.read.errors}
        for error in vocabulary.errors.get(str(path), ()):
            found.setdefault((error.line, error.column, error.problem), error)
        if found:
            return list(found.values())
        clashes = [
            _clash(rule, column, rules[rule.id])
            for rule, column in zip(known.read.rules, known.read.columns, strict=True)
            if rule.id in rules
        ]
        if not clashes:
            known.rules, known.ever_good = known.read.rules, True
        return clashes

    def _unused(self, vocabulary: Vocabulary) -> Iterator[tuple[str, int, str]]:
        used: set[str] = set().union(*(shared.uses for shared in vocabulary.names.values()))
        used.update(*(known.read.used for known in self._known.values()))
        yield from ((name.file, name.line, name.name) for name in vocabulary.names.values() if name.name not in used)
        for path, known in self._known.items():
            yield from ((str(path), line, name) for name, line in known.read.unused)

    def _paths(self, errors: list[RuleError]) -> list[Path] | None:
        if self.path.is_file():
            return [self.path]
        if not self.path.is_dir():
            problem = "there is no such folder; make it, or set paths.rules to where the rules are"
            errors.append(RuleError(problem, file=str(self.path)))
            return None
        try:
            paths = sorted(_rule_files(self.path), key=lambda path: path.parts)
        except OSError as error:
            problem = f"the folder cannot be read ({error.strerror or error}); check its permissions"
            errors.append(RuleError(problem, file=str(error.filename or self.path)))
            return None
        if len(paths) > MAX_FILES:
            problem = f"{len(paths):,} rule files, more than {MAX_FILES:,}; the rest is left out, put them together"
            errors.append(RuleError(problem, file=str(self.path)))
        return paths[:MAX_FILES]


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without the cyclic garbage collector: a million new nodes, none of them in a cycle, cost it half the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _content(path: Path, errors: list[RuleError]) -> bytes | None:
    try:
        if path.exists() and not path.is_file():
            problem = "this is no regular file, so it is not read; take it away, or name it otherwise"
            errors.append(RuleError(problem, file=str(path)))
            return None
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
            if len(content) <= MAX_BYTES:
                return content
            size = os.fstat(file.fileno()).st_size
            problem = f"the file has {size:,} bytes, more than {MAX_BYTES:,}; split it into several files"
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror or error}); check its permissions"
    errors.append(RuleError(problem, file=str(path)))
    return None


def _defaults_of(folder: Path, folders: Mapping[Path, Defaults]) -> Defaults:
    """The defaults of the nearest folder, from this one up, that has any."""
    for place in (folder, *folder.parents):
        if place in folders:
            return folders[place]
    return NO_DEFAULTS


def _rule_files(folder: Path) -> Iterator[Path]:
    def stop(error: OSError) -> None:
        raise error

    for parent, folders, files in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (
            Path(parent, name) for name in files if name.lower().endswith(_SUFFIXES) and not name.startswith(".")
        )


def _clash(rule: Rule, column: int, earlier: Rule) -> RuleError:
    problem = f"the id `{rule.id}` is used in {earlier.file}:{earlier.line} already; ids are unique among all files"
    return RuleError(problem, file=rule.file, line=rule.line, column=column)
