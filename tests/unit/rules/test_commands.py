"""`monitor rules ...`, run in this process."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.errors import MonitorError
from monitor.model.article import Article, Batch
from monitor.store.sql import open_store

FILE = """\
rules:
  - id: quake
    query: quake* AND (Kyoto or Tokyo)
  - id: flood
    any: [flood, flood*]
    tests:
      match: [A flood., Two floods.]
      no_match: [Rain.]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("rules", "var", "seeds"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"MONITOR_PATHS__{name.upper()}", str(tmp_path / name))
    (tmp_path / "rules" / "a.yaml").write_text(FILE)
    return tmp_path


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["rules", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def mend(folder: Path) -> None:
    (folder / "rules" / "a.yaml").write_text(FILE.replace(" or ", " OR "))


def test_check_puts_a_caret_under_the_mistake_and_warns(folder):
    lines = run("check", code=1).splitlines()
    assert lines[0].endswith("a.yaml:3:30: `or` is no operator; write OR, or quotes around a word to search for")
    assert lines[1][lines[2].index("^") :].startswith("or Tokyo")
    mend(folder)
    lines = run("check").splitlines()
    assert [line.rpartition(" ")[2] for line in lines] == ["[untested]", "[swallowed]", "warnings"]
    run("check", "--strict", code=1)


def test_check_speaks_json_and_sarif(folder):
    levels = [json.loads(line)["level"] for line in run("check", "--json", code=1).splitlines()]
    assert levels == ["error"]
    mend(folder)
    (log,) = (json.loads(line) for line in run("check", "--sarif").splitlines())
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "rules/a.yaml"
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["untested", "swallowed"]


def test_test_tells_of_branches_no_example_tries(folder):
    mend(folder)
    output = run("test")
    assert "ok   flood" in output
    assert "2/2 branches" in output
    assert "3 passed, 0 failed, 1 rule without tests, 100% of 2 branches tried" in output
    (folder / "rules" / "a.yaml").write_text(FILE.replace(" or ", " OR ").replace("Two floods.", "Rain."))
    assert 'must match but does not: "Rain."' in run("test", code=1)


def test_explain_answers_both_ways(folder):
    mend(folder)
    article = folder / "article.txt"
    article.write_text("A quake shook Kyoto.")
    assert "quake matches" in run("explain", "quake", str(article))
    article.write_text("A quake shook Lima.")
    output = run("explain", "quake", str(article), code=1)
    assert "quake does not match" in output
    assert "Tokyo" in output
    with pytest.raises(MonitorError, match="did you mean quake"):
        run("explain", "quack", str(article))


def test_backtest_counts_days_and_what_changed(folder):
    mend(folder)
    now = datetime.now(UTC)
    store = open_store(f"sqlite:///{folder / 'var' / 'monitor.db'}")
    titles = ["Flood in Kent", "Floods in Kent: hundreds flee", "Rain in Kent", "Flood in Peru kills nine"]
    articles = tuple(
        Article("feed", title, title, f"{title}. More follows.", now - timedelta(days=day), lang="en")
        for day, title in enumerate(titles)
    )
    store.ingest(Batch(articles=articles))
    store.close()
    (found,) = (json.loads(line) for line in run("backtest", "flood", "--json").splitlines())
    assert (found["articles"], found["matches"], found["new"], found["lost"]) == (4, 3, 3, 0)
    assert sum(found["days"].values()) == 3
    assert 1 <= found["alerts"] <= 3
    assert "3 matches" in run("backtest", "flood")
    assert "1 match, " in run("backtest", str(folder / "rules" / "a.yaml"), "--since", "12h")
    with pytest.raises(MonitorError, match="no length of time"):
        run("backtest", "flood", "--since", "soon")


def test_schema_and_import_print_files(folder):
    assert json.loads(run("schema"))["title"] == "Watch rules"
    (folder / "queries.txt").write_text('# Us\n"Acme Corp" OR acme\n')
    assert 'query: "\\"Acme Corp\\" OR acme"' in run("import", "queries.txt")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("query\nFüße AND Schuhe\n".encode(), 'query: "Füße AND Schuhe"'),
        ("query\nFüße AND Schuhe\n".encode("utf-16"), 'query: "Füße AND Schuhe"'),
        ("query\nFüße AND Schuhe\n".encode("cp1252"), "foreign.csv:2: byte 0xfc is not UTF-8; save the file as UTF-8"),
        (b"query\n" + b"ship\n" * 1_000_000, "5,000,006 bytes, more than 4,000,000; split it"),
    ],
    ids=["UTF-8", "UTF-16", "another encoding", "too large"],
)
def test_what_is_imported_is_read_right_or_refused(folder, content, said):
    (folder / "foreign.csv").write_bytes(content)
    try:
        output = run("import", str(folder / "foreign.csv"))
    except MonitorError as error:
        output = str(error)
    assert said in output


def test_a_thousand_rules_without_tests_hide_nothing_else(folder):
    many = "".join(f"  - {{id: r{number}, any: [w{number}]}}\n" for number in range(1_000))
    (folder / "rules" / "a.yaml").write_text(f"rules:\n{many}  - {{id: same, any: [w1, w1]}}\n")
    lines = run("check").splitlines()
    assert sum("[untested]" in line for line in lines) == 21
    assert "and 981 more [untested]; --json tells of all" in lines
    assert any("[repeated]" in line for line in lines)
    assert len(run("check", "--json").splitlines()) > 1_000
