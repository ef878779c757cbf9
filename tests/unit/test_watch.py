"""Rules change under a running daemon."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.telemetry.health import Health
from monitor.telemetry.metrics import Metrics
from monitor.watch import RulesInForce
from tests.support.nouns import FakeClock, article

GOOD = "rules:\n  - id: missiles\n    name: Missiles\n    any: [missiles]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "one.yaml").write_text(GOOD)
    return tmp_path / "rules"


@pytest.fixture
def health() -> Health:
    return Health(FakeClock())


@pytest.fixture
def rules(folder: Path, health: Health) -> RulesInForce:
    return RulesInForce(folder, Metrics(), health)


def matched(rules: RulesInForce, text: str) -> list[str]:
    return [match.rule_id for match in rules.book.matcher.match(article(text=text))]


async def test_a_saved_file_takes_effect(rules: RulesInForce, folder: Path) -> None:
    assert await rules.reload()
    assert matched(rules, "drones over the port") == []
    (folder / "two.yaml").write_text(GOOD.replace("missiles", "drones"))
    assert await rules.reload()
    assert matched(rules, "drones over the port") == ["drones"]


async def test_nothing_is_read_again_while_nothing_changes(rules: RulesInForce) -> None:
    assert await rules.reload()
    book = rules.book
    assert not await rules.reload()
    assert rules.book is book


async def test_a_broken_file_keeps_its_last_good_rules_and_says_where(
    rules: RulesInForce, folder: Path, health: Health
) -> None:
    await rules.reload()
    (folder / "one.yaml").write_text(GOOD + "    anny: [drones]\n")
    await rules.reload()
    assert matched(rules, "missiles were seen") == ["missiles"]
    state, detail = health.parts()["rules"]
    assert state == "degraded"
    assert "one.yaml:5:5" in detail
    (folder / "one.yaml").write_text(GOOD)
    with capture_logs() as logs:
        await rules.reload()
    assert health.parts()["rules"] == ("ok", "")
    assert [line["event"] for line in logs] == ["rule files are good again"]


async def test_an_article_under_way_keeps_the_rules_it_began_with(rules: RulesInForce, folder: Path) -> None:
    await rules.reload()
    before = rules.book
    (folder / "one.yaml").unlink()
    await rules.reload()
    assert before.matcher.match(article(text="missiles were seen"))
    assert matched(rules, "missiles were seen") == []
