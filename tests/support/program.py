"""Runs the installed program in processes of its own."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MONITOR = (sys.executable, "-m", "monitor")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a daemon that lives in the folder; settings by name, such as SLACK__CHANNEL."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    paths = {f"PATHS__{name.upper()}": str(folder / name) for name in ("rules", "seeds", "var")}
    defaults = {
        **paths,
        "PATHS__FEEDS": str(folder / "feeds.yaml"),
        "PATHS__ALERTS": str(folder / "alerts.yaml"),
        "HEALTH__PORT": "0",
    }
    # The servers of tests are on this machine, and each has a host of its own only by its port.
    defaults |= {"SOURCES__ALLOW_NETWORKS": '["127.0.0.0/8"]', "SOURCES__HOST_RATE": "1000"}
    return (
        outside
        | {"LOG": str(folder / "log")}
        | {f"MONITOR_{name}": value for name, value in (defaults | settings).items()}
    )


def monitor(
    *words: str, env: dict[str, str], stdin: str | None = None, seconds: int = 120
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*MONITOR, *words], env=env, input=stdin, capture_output=True, text=True, timeout=seconds, check=False
    )


def json_lines(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """What a command with --json printed."""
    assert result.returncode in {0, 1}, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


@contextmanager
def daemon(env: dict[str, str], *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A running daemon that logs to the file env["LOG"]; it is killed at the end if it still runs."""
    with Path(env["LOG"]).open("wb") as log:
        process = subprocess.Popen([*MONITOR, "run", *words], env=env, stdout=subprocess.DEVNULL, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until another process has done something; its clock cannot be moved from here."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError("it did not happen in time")
        threading.Event().wait(0.1)
