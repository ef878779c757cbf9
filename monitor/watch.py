"""The rules and the alert policy in force: read again when a file changes, made aside, swapped whole."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from monitor.errors import RuleError
from monitor.model.policy import Policy
from monitor.pipeline import Rulebook
from monitor.rules.alertfile import load_policy
from monitor.rules.kept import Kept
from monitor.rules.load import RuleFolder
from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics

Signature = frozenset[tuple[str, int, int]]


def signature(folder: Path, patterns: Sequence[str]) -> Signature:
    """What a folder looks like from outside: each file's path, modification time and size.

    Comparing two is how changes are noticed; unlike the kernel's notices it also works on network file systems and
    on folders mounted into containers.
    """
    found = set()
    for pattern in patterns:
        for path in folder.rglob(pattern):
            try:
                stat = path.stat()
            except OSError:
                continue
            if path.is_file():
                found.add((str(path), stat.st_mtime_ns, stat.st_size))
    return frozenset(found)


class RulesInForce:
    """Holds the current rulebook and replaces it when the folder changes."""

    def __init__(self, folder: Path, metrics: Metrics, health: Health, kept: Kept | None = None) -> None:
        self._folder, self._files, self._kept = folder, RuleFolder(folder, kept), kept
        self._metrics, self._health = metrics, health
        self._seen: Signature | None = None
        self._log = structlog.get_logger("monitor.rules")
        self.book = Rulebook()
        self.errors: tuple[RuleError, ...] = ()

    async def reload(self) -> bool:
        """Read the folder again if it looks different; whether another rulebook is in force now."""
        seen = await asyncio.to_thread(signature, self._folder, ("*.yaml", "*.yml"))
        if seen == self._seen:
            return False
        first, self._seen = self._seen is None, seen
        loaded = await asyncio.to_thread(self._files.reload)
        mended = bool(self.errors) and not loaded.errors
        self._report(loaded.errors)
        if self._kept is not None and self._kept.problem:
            self._log.warning("last good rules would not outlive a restart", error=self._kept.problem)
        if not loaded.changed and not first:
            if mended:
                self._log.info("rule files are good again", rules=len(self.book.matcher.rules))
            return False
        self.book = await asyncio.to_thread(Rulebook.of, loaded.rules)
        self._metrics.rules.set(len(self.book.matcher.rules))
        if not first:
            self._log.info("rules reloaded", rules=len(self.book.matcher.rules), mistakes=len(loaded.errors))
        return True

    @property
    def mistakes(self) -> list[str]:
        """What is wrong in the files, each named from the rules folder on."""
        return [self.named(str(error)) for error in self.errors]

    def named(self, file: str) -> str:
        """A file of the rules folder, or what begins with one, named from that folder on."""
        return file.removeprefix(f"{self._folder.parent}/")

    def _report(self, errors: tuple[RuleError, ...]) -> None:
        for error in errors:
            if str(error) not in {str(known) for known in self.errors}:
                self._log.error("rule file has a mistake; its last good version stays in force", error=str(error))
        self.errors = errors
        self._metrics.rule_errors.set(len(errors))
        self._health.report("rules", "degraded" if errors else "ok", "; ".join(str(error) for error in errors[:5]))


class PolicyInForce:
    """Holds the current alert policy and replaces it when its file changes."""

    def __init__(self, file: Path, health: Health) -> None:
        self._file, self._health = file, health
        self._seen: tuple[int, int] | None = None
        self._read = False
        self._log = structlog.get_logger("monitor.alerts")
        self.policy = Policy()

    def reload(self) -> bool:
        """Read the file again if it looks different; whether another policy is in force now.

        A file with a mistake leaves the last good policy in force, and says so.
        """
        try:
            stat = self._file.stat()
            seen: tuple[int, int] | None = (stat.st_mtime_ns, stat.st_size)
        except OSError:
            seen = None
        if self._read and seen == self._seen:
            return False
        first, self._seen, self._read = not self._read, seen, True
        loaded = load_policy(self._file)
        for error in loaded.errors:
            self._log.error("alerts.yaml has a mistake; the last good version stays in force", error=str(error))
        detail = "; ".join(str(error) for error in loaded.errors[:5])
        self._health.report("routes", "degraded" if loaded.errors else "ok", detail)
        if loaded.errors:
            return False
        self.policy = loaded.policy
        if not first:
            self._log.info("alerts.yaml reloaded")
        return True
