"""Bad input and a bad day: a clear word about each, and everything else goes on."""

import json
import signal
import sqlite3
import urllib.request
from pathlib import Path

import pytest

from tests.support.program import daemon, environment, json_lines, monitor, wait_for

RULE = "rules:\n  - id: ferries\n    name: Ferries\n    severity: high\n    any: [ferry, ferries, паром*]\n"
GOOD = "Ferry aground\n\nA ferry ran aground off Lanport on Sunday night, the coastguard said. Nobody was hurt."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("rules", "seeds", "var"):
        (tmp_path / name).mkdir()
    (tmp_path / "rules" / "ferries.yaml").write_text(RULE)
    return tmp_path


def quarantined(env: dict[str, str]) -> dict[str, str]:
    rows = json_lines(monitor("articles", "list", "--quarantined", "--json", env=env))
    return {row["ref"]: row["reason"] for row in rows}


def headlines(env: dict[str, str]) -> set[str]:
    return {row["card"]["headline"] for row in json_lines(monitor("alerts", "list", "--json", env=env))}


def test_every_unreadable_seed_is_named_and_the_others_are_read(folder: Path) -> None:
    seeds, env = folder / "seeds", environment(folder)
    (seeds / "empty.txt").write_bytes(b"")
    (seeds / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (seeds / "picture.html").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50)
    with (seeds / "huge.txt").open("wb") as huge:
        huge.truncate(50_000_001)
    (seeds / "broken.json").write_text('{"title": "Ferry"')
    lines = [json.dumps({"id": "1", "title": "Ferry one sinks", "text": "The ferry Alba sank."}), "{oops", "[]"]
    lines.append(
        json.dumps({"id": "4", "title": "Unrelated", "text": "Ferries were praised by the queen of Ruritania."})
    )
    (seeds / "lines.jsonl").write_text("\n".join(lines))
    (seeds / "russian.txt").write_bytes("Паром сел на мель\n\nПаром сел на мель у берегов Ланпорта.".encode("cp1251"))
    (seeds / "utf16.txt").write_text(GOOD.replace("Lanport", "Corvale"), encoding="utf-16")
    result = monitor("run", "--once", env=env)
    assert result.returncode == 0, result.stderr
    told = quarantined(env)
    assert set(told) == {"empty.txt", "binary.txt", "picture.html", "huge.txt", "broken.json", "lines.jsonl"}
    for name, words in {"empty.txt": "empty", "binary.txt": "binary", "huge.txt": "50 MB", "lines.jsonl": "2"}.items():
        assert words in told[name], told[name]
    assert headlines(env) >= {"Ferry one sinks", "Unrelated", "Паром сел на мель", "Ferry aground"}
    again = monitor("run", "--once", env=env)
    assert "cannot be read" not in again.stderr
    (seeds / "empty.txt").write_text(GOOD.replace("Lanport", "Dunmere"))
    monitor("run", "--once", env=env)
    assert "empty.txt" not in quarantined(env)


@pytest.mark.parametrize(
    "content", [b"rules: [", b"\x00\x01\x02", b"just words", b"", b"rules:\n  - id: a\n    anny: [x]\n"]
)
def test_a_broken_rule_file_is_named_and_the_others_hold(folder: Path, content: bytes) -> None:
    env = environment(folder)
    (folder / "rules" / "broken.yaml").write_bytes(content)
    (folder / "seeds" / "good.txt").write_text(GOOD)
    result = monitor("run", "--once", env=env)
    assert result.returncode == 0, result.stderr
    assert headlines(env) == {"Ferry aground"}
    checked = monitor("rules", "check", env=env)
    assert checked.returncode == 1
    assert "broken.yaml" in checked.stdout
    assert "Traceback" not in checked.stdout + checked.stderr + result.stderr


def test_the_page_and_the_health_of_a_running_daemon_name_a_broken_rule_file(
    folder: Path, unused_tcp_port: int
) -> None:
    (folder / "rules" / "bad.yaml").write_text("rules:\n  - id: x\n    anny: [y]\n")
    (folder / "alerts.yaml").write_text("rutes: []\n")
    env = environment(folder, HEALTH__PORT=str(unused_tcp_port))
    address = f"http://localhost:{unused_tcp_port}"

    def page(path: str) -> str:
        try:
            with urllib.request.urlopen(address + path, timeout=10) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    with daemon(env):
        # Ticks that find nothing to read again don't make it well.
        wait_for(lambda: '"rule files": {"state": "ok"' in page("/healthz"))
        health, now = json.loads(page("/healthz")), page("/")
    assert health["state"] == "degraded"
    assert "bad.yaml:3:5" in health["parts"]["rules"]["detail"]
    assert "Rule files have mistakes" in now
    assert "bad.yaml:3:5" in now
    assert "alerts.yaml:1:1" in now


def test_a_database_locked_by_another_program_delays_and_loses_nothing(folder: Path) -> None:
    env = environment(folder)
    assert monitor("db", "upgrade", env=env).returncode == 0
    with daemon(env) as process:
        wait_for((folder / "var" / "monitor.lock").exists)
        other = sqlite3.connect(folder / "var" / "monitor.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        (folder / "seeds" / "good.txt").write_text(GOOD)
        wait_for(lambda: "locked" in Path(env["LOG"]).read_text())
        other.execute("ROLLBACK")
        other.close()
        wait_for(lambda: headlines(env) == {"Ferry aground"})
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_database_that_is_none_is_refused_with_what_to_do(folder: Path) -> None:
    (folder / "var" / "monitor.db").write_bytes(b"this is not a database" * 200)
    result = monitor("run", "--once", env=environment(folder))
    assert result.returncode == 2
    assert "not a database" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("words", [["match"], ["extract"], ["group"]])
def test_commands_name_a_file_they_cannot_read(folder: Path, words: list[str]) -> None:
    env = environment(folder)
    binary = folder / "binary.txt"
    binary.write_bytes(bytes(range(256)) * 50)
    for file, problem in ((folder / "missing.txt", "cannot be read"), (binary, "binary")):
        result = monitor(*words, str(file), env=env)
        assert result.returncode == 2
        assert problem in result.stderr
        assert "Traceback" not in result.stderr
