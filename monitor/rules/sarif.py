"""Findings about rule files as SARIF 2.1.0, which code hosts show beside the changed lines."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from monitor.errors import RuleError
from monitor.rules.lint import Doubt

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(errors: Iterable[RuleError], doubts: Iterable[Doubt], version: str) -> dict[str, Any]:
    """One run of the program with a result for each finding; paths below the current folder are relative to it.

    Code hosts find a file by its path from the root of the checkout, where checks are run.
    """
    results = [_result("error", "mistake", e.problem, e.file, e.line, column=e.column) for e in errors]
    results += [
        _result("warning", d.code, f"{d.rule}: {d.problem}" if d.rule else d.problem, d.file, d.line) for d in doubts
    ]
    kinds = [{"id": kind} for kind in dict.fromkeys(result["ruleId"] for result in results)]
    driver = {"name": "monitor rules check", "version": version, "rules": kinds}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(level: str, kind: str, message: str, file: str, line: int, *, column: int = 0) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    if line:
        # SARIF counts from 1, as this program does; a column is given only where it is known.
        place["region"] = {"startLine": line} | ({"startColumn": column} if column else {})
    return {
        "ruleId": kind,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
    }


def _uri(file: str) -> str:
    path, here = Path(file), Path.cwd()
    if path.is_absolute():
        return quote(path.relative_to(here).as_posix()) if path.is_relative_to(here) else path.as_uri()
    return quote(path.as_posix())
