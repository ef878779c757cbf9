"""A folder of rule files, read again whenever asked; a broken file keeps its last good version."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import RuleError
from monitor.model.rule import Rule
from monitor.rules.schema import RuleFile, parse
from monitor.rules.tree import MAX_BYTES

MAX_FILES = 5_000
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The rules as they hold now.

    Attributes:
        rules: of all files, in the order of their paths; for a broken file those of its last good version.
        errors: what is wrong in the files as they are on disk.
        changed: whether `rules` differs from the reload before.
    """

    rules: tuple[Rule, ...]
    errors: tuple[RuleError, ...]
    changed: bool


class RuleFolder:
    """Rule files (*.yaml, *.yml) below a folder, or one file; hidden files and folders are left out.

    It remembers each file's last good version for as long as it lives. One thread at a time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: dict[Path, tuple[bytes, RuleFile]] = {}  # by content hash, so that unchanged files cost nothing
        self._good: dict[Path, tuple[Rule, ...]] = {}
        self._rules: tuple[Rule, ...] | None = None

    def reload(self) -> Reloaded:
        """Read what has changed since the last time; never raises for what stands in the files."""
        errors: list[RuleError] = []
        paths = self._paths(errors)
        if paths is None:
            return Reloaded(self._rules or (), tuple(errors), changed=False)
        for gone in (self._good.keys() | self._read.keys()) - set(paths):
            self._good.pop(gone, None)
            self._read.pop(gone, None)
        rules: dict[str, Rule] = {}
        for path in paths:
            read = self._file(path, errors)
            if read is not None and not read.errors:
                clashes = [
                    _clash(rule, column, rules[rule.id])
                    for rule, column in zip(read.rules, read.columns, strict=True)
                    if rule.id in rules
                ]
                errors.extend(clashes)
                if not clashes:
                    self._good[path] = read.rules
            for rule in self._good.get(path, ()):
                rules.setdefault(rule.id, rule)
        before, self._rules = self._rules, tuple(rules.values())
        return Reloaded(self._rules, tuple(errors), changed=self._rules != before)

    def _file(self, path: Path, errors: list[RuleError]) -> RuleFile | None:
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
                if len(content) > MAX_BYTES:
                    size = os.fstat(file.fileno()).st_size
                    problem = f"the file has {size:,} bytes, more than {MAX_BYTES:,}; split it into several files"
                    errors.append(RuleError(problem, file=str(path)))
                    return None
        except OSError as error:
            problem = f"the file cannot be read ({error.strerror or error}); check its permissions"
            errors.append(RuleError(problem, file=str(path)))
            return None
        digest = hashlib.sha256(content).digest()
        known = self._read.get(path)
        read = known[1] if known and known[0] == digest else parse(content, str(path))
        self._read[path] = digest, read
        errors.extend(read.errors)
        return read

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
