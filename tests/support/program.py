"""Runs the installed program in processes of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MONITOR = (sys.executable, "-m", "monitor")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a daemon that lives in the folder; settings by name, such as SLACK__CHANNEL."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    paths = {f"PATHS__{name.upper()}": str(folder / name) for name in ("rules", "seeds", "var")}
    defaults = {**paths, "PATHS__FEEDS": str(folder / "feeds.yaml"), "HEALTH__PORT": "0"}
    return outside | {f"MONITOR_{name}": value for name, value in (defaults | settings).items()}


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
def daemon(env: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """A running daemon; it is killed at the end if it still runs."""
    process = subprocess.Popen(
        [*MONITOR, "run", *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
