"""Every alert as one line of JSON at the end of a file: a record to keep, and to feed into other programs."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from monitor.model.alert import Delivery
from monitor.ports import Failed, Sent
from monitor.sinks import Deps
from monitor.sinks.options import checked
from monitor.sinks.payload import encoded, payload

# Only the newest lines can be of unknown fate.
_TAIL = 4_000_000


class Options(BaseModel):
    """Settings of the JSON-lines sink.

    Attributes:
        path: the file; its folder is made when missing. It is opened anew for each line, so it may be rotated.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path


def make(options: Mapping[str, object], deps: Deps) -> "JsonLinesSink":
    """The JSON-lines sink.

    Raises:
        ConfigError: an option is unknown or wrong.
    """
    return JsonLinesSink(checked(Options, options, "jsonl").path, deps)


class JsonLinesSink:
    """Appends each alert once: after a kill the end of the file tells whether it is there."""

    name = "jsonl"

    def __init__(self, path: Path, deps: Deps) -> None:
        self._path, self._deps = path, deps
        self._turn = asyncio.Lock()

    async def send(self, delivery: Delivery) -> Sent | Failed:
        """Append the alert, and wait until the disk has it."""
        line = encoded(payload(delivery.alert)).encode()
        async with self._turn:
            try:
                await asyncio.to_thread(_append, self._path, line)
            except OSError as problem:
                what = f"{self._path} cannot be written ({problem.strerror}); mend its rights or free some space"
                # Part of the line may be there; a part is no JSON and is passed over.
                return Failed(what, retry=True, uncertain=True, blocks="sink", operator=True)
        return Sent(delivery.alert.id)

    async def find(self, delivery: Delivery) -> Sent | Failed | None:
        """Look for the alert at the end of the file."""
        try:
            there = await asyncio.to_thread(_holds, self._path, delivery.alert.id)
        except OSError as problem:
            what = f"{self._path} cannot be read ({problem.strerror}); mend its rights"
            return Failed(what, retry=True, uncertain=True, blocks="sink", operator=True)
        return Sent(delivery.alert.id) if there else None

    async def close(self) -> None:
        """Nothing to release."""


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        # A line that a power cut tore apart ends here.
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            line = b"\n" + line
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _holds(path: Path, alert_id: str) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - _TAIL, 0))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return False
    return any(_id(line) == alert_id for line in lines if alert_id.encode() in line)


def _id(line: bytes) -> str:
    try:
        value = json.loads(line)
    except ValueError:
        return ""
    return str(value.get("id", "")) if isinstance(value, dict) else ""
