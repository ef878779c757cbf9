"""What waits outlives the process that made it wait, and is told once by the next one."""

import json
from pathlib import Path

from tests.support.program import daemon, environment, json_lines, monitor, wait_for

RULES = "rules: [{id: fires, any: [fire], channel: '#war'}]"
ALERTS = "default: {group_by: rule, group_wait: 1h}"


def alerts(env: dict[str, str]) -> list[dict[str, object]]:
    return json_lines(monitor("alerts", "list", "--json", env=env))


def held(env: dict[str, str], *words: str) -> list[dict[str, object]]:
    return json_lines(monitor("alerts", "held", "--json", *words, env=env))


def test_a_group_survives_a_kill_and_is_told_once(tmp_path: Path) -> None:
    env = environment(tmp_path)
    for name, text in (("rules/fires.yaml", RULES), ("alerts.yaml", ALERTS)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "seeds").mkdir()
    for number, town in enumerate(("Belrast", "Corvale")):
        article = {"title": f"A fire in {town}", "text": f"A fire broke out at the port of {town}, police said."}
        (tmp_path / "seeds" / f"{number}.json").write_text(json.dumps(article))
    with daemon(env) as process:
        wait_for(lambda: len(held(env)) == 2)
        process.kill()
    assert alerts(env) == []
    # One pass has nobody to wait for.
    assert monitor("run", "--once", env=env).returncode == 0
    (digest,) = alerts(env)
    assert (digest["kind"], digest["reason"]) == ("digest", "grouped")
    assert held(env) == []
    assert len(held(env, "--in", str(digest["id"]))) == 2
    assert monitor("run", "--once", env=env).returncode == 0
    assert len(alerts(env)) == 1
