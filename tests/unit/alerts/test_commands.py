"""`monitor alerts ...`: routes, tests, silences, and why something did or did not alert."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner, Result

from monitor.alerts.words import WORDS
from monitor.cli import app
from monitor.clock import SystemClock
from monitor.model.alert import Reason
from monitor.model.article import Batch
from monitor.model.policy import GroupBy
from monitor.model.selector import SELECTOR_KEYS
from monitor.rules.alertfile import FILE_KEYS, HANDLING_KEYS, ROUTE_KEYS, TEST_KEYS, load_policy, parse_policy
from monitor.store.sql import SqlStore, open_store
from tests.support.nouns import NOON, article, processed

ROOT = Path(__file__).parents[3]
RULES = "rules: [{id: fires, severity: high, channel: '#war', labels: [war], any: [fire]}]"
ALERTS = """
times: {always: {days: mon-sun}}
routes:
  - name: war
    if: {label: war}
    escalate: {after: 15m, to: "#chiefs"}
    routes: [{if: {severity: low}, quiet: always}]
tests:
  - {name: good, rule: fires, expect: {"#war": now}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "monitor.toml").write_text("[slack]\nchannel = '#news'\n")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fires.yaml").write_text(RULES)
    (tmp_path / "alerts.yaml").write_text(ALERTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{folder / 'var' / 'monitor.db'}")
    yield opened
    opened.close()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *words])


@pytest.mark.usefixtures("folder")
def test_route_says_where_and_why() -> None:
    said = run("route", "--rule", "fires").output
    assert "#war: now" in said
    assert "route: default > war to #war" in said
    assert "escalate to #chiefs" in said
    (low,) = [
        json.loads(line) for line in run("route", "--rule", "fires", "--severity", "low", "--json").output.splitlines()
    ]
    assert (low["channel"], low["outcome"]) == ("#war", "quiet_hours")
    assert "#news: now" in run("route", "--severity", "medium").output


def test_the_moment_of_a_route_is_read_in_the_file_s_zone(folder: Path) -> None:
    (folder / "alerts.yaml").write_text("zone: Asia/Tokyo\ntimes: {night: 22:00-07:00}\ndefault: {quiet: night}")
    assert "quiet_hours" in run("route", "--severity", "low", "--at", "2025-03-01 23:30").output
    assert ": now" in run("route", "--severity", "low", "--at", "2025-03-01 23:30+00:00").output


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [["--severity", "worst"], ["--rule", "nothing"], ["--at", "noon"]])
def test_route_refuses_what_it_does_not_know(words: list[str]) -> None:
    assert run("route", *words).exit_code == 2


def test_tests_of_the_file_are_run(folder: Path) -> None:
    assert run("test").output == "1 of 1 tests passed\n"
    (folder / "alerts.yaml").write_text(ALERTS + '  - {name: bad, severity: low, expect: {"#war": now}}\n')
    result = run("test")
    assert result.exit_code == 1
    assert "alerts.yaml:10: bad: expected #war: now, but it is #news: now" in result.output
    (folder / "alerts.yaml").write_text("routs: []")
    assert run("test").exit_code == 2


def test_why_and_explain(store: SqlStore) -> None:
    about = article("one", fetched=NOON)
    what = processed(about, channel="#war")
    quiet = article("two", fetched=NOON)
    store.ingest(Batch(articles=(about, quiet)))
    store.commit([what], ["slack"], NOON)
    alert = what.alerts[0].id
    assert f"alert {alert[:8]}, {WORDS[Reason.NEW_STORY]}" in run("why", about.id).output
    assert "1 new_story" in run("why", "missiles").output
    assert "is not processed yet" in run("why", quiet.id).output
    assert run("why", "nothing").exit_code == 1
    assert WORDS[Reason.NEW_STORY] in run("explain", alert[:6]).output
    assert run("explain", "ffff").exit_code == 1


def test_silences_from_the_command_line(store: SqlStore) -> None:
    assert run("silence", "rule=fires", "severity=low,medium", "--for", "2h", "--by", "ana").exit_code == 0
    (silence,) = store.silences(SystemClock().now())
    assert (str(silence.selector), silence.author) == ("rule=fires severity=low,medium", "ana")
    assert silence.id in run("silences").output
    assert run("unsilence", silence.id, "--by", "ben").exit_code == 0
    assert run("unsilence", silence.id).exit_code == 1
    assert json.loads(run("silences", "--all", "--json").output)["ended_by"] == "ben"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["rul=fires", "--for", "1h"], "did you mean `rule`?"),
        (["severity=worst", "--for", "1h"], "`worst` is not a severity"),
        (["rule=fires", "--for", "soon"], "no length of time"),
        (["rule=", "--for", "1h"], "nothing after `rule`"),
    ],
)
def test_a_silence_that_is_not_meant_so_is_refused(words: list[str], problem: str) -> None:
    result = run("silence", *words)
    assert result.exit_code == 2
    assert problem in " ".join(re.sub("[│\n]", " ", result.output).split())


def test_an_alert_is_acknowledged_once(store: SqlStore) -> None:
    about = article("one")
    what = processed(about)
    store.ingest(Batch(articles=(about,)))
    store.commit([what], ["slack"], NOON)
    assert run("ack", what.alerts[0].id[:8], "--by", "ana").output == "Acknowledged by ana.\n"
    assert "before" in run("ack", what.alerts[0].id[:8], "--by", "ana").output
    assert run("held").exit_code == 0


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(Reason)


def test_every_key_of_the_file_is_documented_and_the_example_holds() -> None:
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    for key in {*FILE_KEYS, *HANDLING_KEYS, *ROUTE_KEYS, *TEST_KEYS, *SELECTOR_KEYS, *get_args(GroupBy)}:
        assert re.search(rf"\b{key}\b", text), key
    [example] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert parse_policy(example.encode(), "docs/alerts.md").errors == ()


def test_the_shipped_file_is_good() -> None:
    assert load_policy(ROOT / "alerts.yaml").errors == ()
