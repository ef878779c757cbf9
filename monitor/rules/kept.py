"""Last good versions of rule files, kept on disk so that they outlive the process."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path


class Kept:
    """Copies of rule files as they were when they were last good, one file each in a folder of its own.

    Attributes:
        problem: why the newest copy could not be written, "" where it could.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[Path, bytes] = {}
        self.problem = ""

    def load(self, path: Path) -> bytes | None:
        """The last good version of a rule file, None where none is known."""
        try:
            return self._copy(path).read_bytes()
        except OSError:
            return None

    def save(self, path: Path, content: bytes) -> None:
        """Remember the content as good; written aside and moved, so that a crash leaves the old copy or the new one."""
        digest = hashlib.sha256(content).digest()
        if self._written.get(path) == digest:
            return
        copy = self._copy(path)
        if self.load(path) != content:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                aside = copy.with_suffix(".new")
                aside.write_bytes(content)
                aside.replace(copy)
            except OSError as error:
                self.problem = f"{self._folder} cannot be written ({error.strerror or error})"
                return
        self.problem = ""
        self._written[path] = digest

    def forget(self, path: Path) -> None:
        """Drop the copy of a file that is gone."""
        self._written.pop(path, None)
        # A copy that cannot be deleted does no harm: it counts only where a file of this name is broken.
        with suppress(OSError):
            self._copy(path).unlink()

    def _copy(self, path: Path) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:24]}.yaml"
