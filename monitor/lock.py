"""One daemon for each var folder: a lock that the kernel drops when its holder dies, however it dies."""

import fcntl
import os
import secrets
from pathlib import Path

from monitor.errors import ConfigError


class DaemonLock:
    """An exclusive lock on var/monitor.lock, which holds the daemon's process id."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "monitor.lock"
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            ConfigError: another daemon has it, or the folder cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ConfigError(
                f"paths.var: {self._path} cannot be written ({error.strerror}); mend its rights"
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise ConfigError(
                f"another monitor (process {holder}) is running with {self._path.parent}; "
                "stop it first, or give this one its own MONITOR_PATHS__VAR"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def instance(folder: Path) -> str:
    """The name of the daemon that works in this var folder, the same at every start: var/instance, made at the first.

    By it a daemon knows what it was sending when it died from what another one on its database is sending now.

    Raises:
        ConfigError: the file cannot be read or written.
    """
    path = folder / "instance"
    try:
        known = path.read_text().strip() if path.exists() else ""
        if not known:
            known = secrets.token_hex(8)
            path.write_text(f"{known}\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"paths.var: {path} cannot be used ({error}); mend its rights or take it away") from error
    return known
