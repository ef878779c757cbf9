"""Findings about rule files as SARIF 2.1.0, which code hosts show beside the changed lines."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from monitor.errors import RuleError
from monitor.rules.lint import Doubt

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(errors: Iterable[RuleError], doubts: Iterable[Doubt], version: str) -> dict[str, Any]:
    """One run of the program with a result for each finding; paths are given as they are."""
    results = [_result("error", "mistake", e.problem, e.file, e.line, column=e.column) for e in errors]
    results += [
        _result("warning", d.code, f"{d.rule}: {d.problem}" if d.rule else d.problem, d.file, d.line) for d in doubts
    ]
    kinds = [{"id": kind} for kind in dict.fromkeys(result["ruleId"] for result in results)]
    driver = {"name": "monitor rules check", "version": version, "rules": kinds}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(level: str, kind: str, message: str, file: str, line: int, *, column: int = 0) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": PurePath(file).as_posix()}}
    if line:
        # SARIF counts from 1, as this program does; a column is given only where it is known.
        place["region"] = {"startLine": line} | ({"startColumn": column} if column else {})
    return {
        "ruleId": kind,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
    }
