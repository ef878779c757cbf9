"""What a new user gets: the shipped rules and seeds, through the installed program."""

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.program import MONITOR, daemon, environment, json_lines, monitor, wait_for

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a run over the shipped rules and seeds, without feeds, that has ended."""
    folder = tmp_path_factory.mktemp("shipped")
    for name in ("rules", "seeds"):
        shutil.copytree(ROOT / name, folder / name)
    env = environment(folder)
    result = monitor("run", "--once", env=env)
    assert result.returncode == 0, result.stderr
    (folder / "cards.txt").write_text(result.stdout)
    return env


def cards(env: dict[str, str]) -> str:
    return (Path(env["MONITOR_PATHS__VAR"]).parent / "cards.txt").read_text()


def test_the_seeds_show_a_first_alert_a_copy_an_update_and_what_does_not_match(shipped: dict[str, str]) -> None:
    alerts = json_lines(monitor("alerts", "list", "--json", env=shipped))
    articles = json_lines(monitor("articles", "list", "--json", env=shipped))
    matched = json_lines(monitor("articles", "list", "--json", "--matched", env=shipped))
    relations = [
        json_lines(monitor("articles", "show", article["id"], "--json", env=shipped))[0]["story"]["relation"]
        for article in matched
    ]
    assert {alert["kind"] for alert in alerts} >= {"first", "update"}
    assert "copy" in relations
    assert len(matched) < len(articles)
    assert "ATACMS" in cards(shipped)


def test_every_alert_carries_key_facts(shipped: dict[str, str]) -> None:
    for alert in json_lines(monitor("alerts", "list", "--json", env=shipped)):
        assert alert["card"]["facts"], alert["card"]["headline"]
        assert alert["card"]["terms"], alert["card"]["headline"]


def test_a_second_run_alerts_nothing_twice(shipped: dict[str, str]) -> None:
    before = monitor("alerts", "list", "--json", env=shipped).stdout
    again = monitor("run", "--once", env=shipped)
    assert again.returncode == 0
    assert again.stdout == ""
    assert monitor("alerts", "list", "--json", env=shipped).stdout == before


def test_an_alert_can_be_shown_and_resent(shipped: dict[str, str]) -> None:
    alert = json_lines(monitor("alerts", "list", "--json", env=shipped))[-1]
    shown = monitor("alerts", "show", alert["id"][:8], env=shipped)
    assert alert["card"]["rules"][0] in shown.stdout
    assert monitor("alerts", "resend", alert["id"], env=shipped).returncode == 0
    assert monitor("run", "--once", env=shipped).stdout
    assert monitor("alerts", "show", "nothing-like-it", env=shipped).returncode == 1


def test_check_finds_nothing_wrong_but_the_missing_feeds(shipped: dict[str, str]) -> None:
    findings = json_lines(monitor("check", "--json", env=shipped))
    assert {finding["part"] for finding in findings if not finding["ok"]} == {"feeds"}
    model = next(finding for finding in findings if finding["part"] == "model")
    assert "en_core_web" in model["detail"]


def test_the_shipped_rules_pass_their_tests(shipped: dict[str, str]) -> None:
    rows = json_lines(monitor("rules", "test", "--json", env=shipped))
    results = [row for row in rows if row["kind"] == "test"]
    assert len(results) >= 20
    assert [result for result in results if not result["passed"]] == []
    assert monitor("rules", "check", env=shipped).returncode == 0


def test_the_daemon_picks_up_a_seed_and_stops_cleanly(shipped: dict[str, str]) -> None:
    seeds = Path(shipped["MONITOR_PATHS__SEEDS"])
    with daemon(shipped) as process:
        (seeds / "dropped.txt").write_text(
            "Zelensky confirms ATACMS strike\n\nPresident Volodymyr Zelensky said on Thursday that ATACMS missiles "
            "had struck an ammunition depot near Karachev, in the Bryansk region. Three people were injured."
        )
        wait_for(lambda: "Zelensky confirms ATACMS strike" in monitor("alerts", "list", "--json", env=shipped).stdout)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_second_daemon_on_the_same_folder_is_refused(shipped: dict[str, str]) -> None:
    var = Path(shipped["MONITOR_PATHS__VAR"])
    with daemon(shipped) as process:
        wait_for(lambda: (var / "monitor.lock").exists() and str(process.pid) in (var / "monitor.lock").read_text())
        second = monitor("run", "--once", env=shipped)
        assert second.returncode == 2
        assert f"process {process.pid}" in second.stderr


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["rules", "--help"]])
def test_help_needs_no_heavy_library(words: list[str]) -> None:
    heavy = "spacy|sqlalchemy|aiohttp|pydantic_settings|structlog|slack_sdk|numpy"
    code = f"""
import re, sys
from monitor.cli import app
app({words!r}, standalone_mode=False)
print('HEAVY', sorted(name for name in sys.modules if re.fullmatch('{heavy}', name)))
"""
    result = subprocess.run([MONITOR[0], "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in result.stdout
    assert "Usage" in result.stdout


def test_version_and_usage_errors(tmp_path: Path) -> None:
    env = environment(tmp_path)
    assert monitor("--version", env=env).stdout.startswith("monitor ")
    assert monitor("nonsense", env=env).returncode == 2
    wrong = monitor("check", env=env | {"MONITOR_SLACK__CHANEL": "#x"})
    assert wrong.returncode == 2
    assert "did you mean MONITOR_SLACK__CHANNEL?" in wrong.stderr


def test_extract_reads_standard_input_and_prints_facts_that_reslice(tmp_path: Path) -> None:
    text = "Officials in Kyiv said on Monday that 12 people were killed in a missile strike on Odesa."
    result = monitor("extract", "-", "--published", "2024-11-19", "--json", env=environment(tmp_path), stdin=text)
    [facts] = json_lines(result)
    assert facts["text"].strip() == text
    assert "2024-11-18" in {time["value"] for time in facts["times"]}
    for kind in ("entities", "times", "events", "claims", "quantities"):
        assert facts[kind], kind
        for fact in facts[kind]:
            assert facts["text"][fact["span"]["start"] : fact["span"]["end"]] == fact["text"]


def test_group_tells_copies_from_stories(tmp_path: Path) -> None:
    body = "A ferry with 212 passengers ran aground off the coast of Lanport on Sunday night, the coastguard said. " * 3
    lines = [
        {"id": "a", "title": "Ferry runs aground", "text": body, "published": "2024-11-18T08:00Z", "source": "One"},
        {"id": "b", "title": "Ferry aground", "text": body, "published": "2024-11-18T09:00Z", "source": "Two"},
        {
            "id": "c",
            "title": "Bakers strike",
            "text": "Bakers in Corvale walked out over pay. " * 4,
            "published": "2024-11-18T10:00Z",
            "source": "Two",
        },
    ]
    file = tmp_path / "articles.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    rows = json_lines(monitor("group", str(file), "--json", env=environment(tmp_path)))
    assert [(row["id"], row["relation"]) for row in rows] == [("a", "new"), ("b", "copy"), ("c", "new")]
    assert rows[1]["story"] == rows[0]["story"] != rows[2]["story"]
