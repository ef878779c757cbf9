"""Whatever articles, rules and people bring: what is shown stays within Slack's limits and mentions nobody."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.answers import command
from monitor.answers.people import Asker
from monitor.answers.replies import Modal
from monitor.model.facts import Entity, Facts, Span
from monitor.sinks.slack_buttons import Press
from tests.support.block_kit import bad_blocks, bad_view
from tests.support.slack_server import SlackServer
from tests.unit.answers.house import House, open_house

NASTY = [
    "<!channel> <!here|x> <@U123> <https://evil.example|Bank>",
    "*bold* `code` ```block``` _it_ ~no~ &amp; & < >",
    "🇺🇦👨‍👩‍👧" * 60,
    "\x00\x1b[31m\u202e\ufeff",
    "a" * 4_000,
    "&" * 1_000,
    "e\u0301" * 1_000,
    "مرحبا *بالعالم* <!channel>",
    " ",
]
ASKER = Asker("U1", "T1", "C00000001X", "alerts")
_OURS = re.compile(r"<@U1>")


def harmless(shown: object) -> bool:
    return not re.search(r"<([@#]|!(?!date\^))", _OURS.sub("", json.dumps(shown, ensure_ascii=False)))


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
async def test_hostile_articles_in_everything_that_is_shown(house: House, nasty: str) -> None:
    text = f"Missiles approved. {nasty}"
    entity = Entity(nasty[:200], "ORG", nasty[:50], Span(0, 5), 0, (Span(0, 5),), 1.0, "test", aliases=(nasty[:100],))
    facts = Facts(f"{nasty}\n\n{text}", "en", "", 10, entities=(entity, entity))
    _, message = await house.raise_alert("one", title=nasty, text=text, outlet=nasty, facts=facts)
    socket = house.server.socket
    await socket.press(message, Press.WHY)
    assert harmless((await house.said())["blocks"])
    await socket.press(message, Press.NOT_RELEVANT)
    await socket.submit(await house.view("Why is this alert"), {"words": nasty[:500]})
    await socket.press(message, Press.MUTE)
    await house.said(2)
    await socket.press(message, Press.WATCH)
    await socket.submit(await house.view("Severity"), {"query": "missile*", "channel": nasty[:80]})
    await socket.open_home()
    async with socket.said:
        await asyncio.wait_for(socket.said.wait_for(lambda: "U1" in socket.homes), 5)
    await house.upkeep.run()
    for shown in (socket.homes["U1"].body, message["blocks"], await socket.command("last")):
        assert harmless(shown)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["", *command.USAGE]),
    st.one_of(
        st.text(max_size=60), st.sampled_from(NASTY), st.sampled_from(["1h", "missiles 1h", "x 99d", "٣", "9" * 30])
    ),
)
def test_whatever_is_typed_gets_an_answer_that_slack_takes(tmp_path: Path, verb: str, rest: str) -> None:
    async def ask() -> None:
        async with SlackServer() as server, open_house(tmp_path, server) as house:
            answer = await command.run(house.context, ASKER, f"{verb} {rest}")
            if isinstance(answer, Modal):
                assert bad_view(answer.view) == ""
                return
            assert bad_blocks(list(answer.blocks) or None) == ""
            assert 0 < len(answer.text) <= 4_000
            assert harmless(answer.payload)

    asyncio.run(ask())
