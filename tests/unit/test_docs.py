"""Documentation and code say the same."""

import re
from pathlib import Path

import pytest
import typer.main

from monitor.cli import app
from monitor.telemetry.metrics import Metrics

ROOT = Path(__file__).parents[2]
DOCS = {path: path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}


def commands() -> set[str]:
    found = set()

    def walk(group: object, words: str) -> None:
        for name, command in group.commands.items():  # type: ignore[attr-defined]
            if hasattr(command, "commands"):
                walk(command, f"{words} {name}")
            else:
                found.add(f"{words} {name}")

    walk(typer.main.get_command(app), "monitor")
    return found


def test_every_command_is_documented_and_every_documented_one_exists() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    told = {" ".join(match.split()) for match in re.findall(r"^\| `(monitor [a-z]+(?: [a-z]+)?)", text, re.MULTILINE)}
    assert told == commands()


def test_every_metric_is_documented_and_every_documented_one_exists() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(monitor_\w+)`", text, re.MULTILINE))
    kept = {
        f"{family.name}_total" if family.type == "counter" else family.name for family in Metrics().registry.collect()
    }
    assert told == kept


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", DOCS[path]):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_the_readme_teaches_a_rule_that_works() -> None:
    from monitor.matching.matcher import Matcher  # noqa: PLC0415
    from monitor.rules.schema import parse  # noqa: PLC0415
    from monitor.rules.testing import run_tests  # noqa: PLC0415

    [block] = re.findall(r"```yaml\n(.*?)```", DOCS[ROOT / "README.md"], re.DOTALL)
    read = parse(block.encode(), "README.md")
    assert read.errors == ()
    assert [result.message for result in run_tests(read.rules, Matcher) if not result.passed] == []
