"""The home tab, watching an entity, and what must not be seen."""

import asyncio
import json
from pathlib import Path

from monitor.facts.extract import Extractor
from monitor.model.article import Batch
from monitor.sinks.slack_buttons import Press
from tests.support.nouns import article
from tests.support.slack_server import SlackServer
from tests.support.slack_socket import View
from tests.unit.answers.house import House, listening, open_house

TEXT = "Vladimir Putin met Recep Tayyip Erdogan in Ankara on Monday. Putin said talks on missiles would go on."


async def home_of(house: House, user: str, *, older: View | None = None) -> View:
    socket = house.server.socket
    async with socket.said:
        await asyncio.wait_for(socket.said.wait_for(lambda: socket.homes.get(user) not in (None, older)), 5)
    return socket.homes[user]


async def test_the_home_tab_shows_today_the_rules_and_own_silences(house: House) -> None:
    await house.raise_alert("old", title="Yesterday's news")
    house.clock.forward(hours=30)
    alert, message = await house.raise_alert("new", title="Today's <!here> news")
    await house.server.socket.press(message, Press.ACKNOWLEDGE)
    await house.server.socket.command("snooze missiles 2h", user="U1")
    await house.server.socket.command(f"mute {alert.id}", user="U2")
    await house.server.socket.open_home("U1")
    shown = await home_of(house, "U1")
    assert "Today's" in shown.text
    assert "<!here>" not in shown.text
    assert "Yesterday's news" not in shown.text
    assert "2 alerts in 30 days, 100% of 1 answered relevant" in shown.text
    assert "1 rule in force" in shown.text
    assert "rule=missiles" in shown.text
    assert "until" in shown.text
    await house.server.socket.command(f"mute {alert.id}", channel="war")
    await house.server.socket.open_home("U2")
    assert "Today's" in json.dumps((await home_of(house, "U2")).body["blocks"][-5:])


async def test_a_silence_is_ended_from_the_home_tab(house: House) -> None:
    await house.server.socket.command("snooze missiles 2h")
    await house.server.socket.open_home("U1")
    before = await home_of(house, "U1")
    await house.server.socket.act(before, "end_silence")
    after = await home_of(house, "U1", older=before)
    assert house.store.silences(house.clock.now()) == []
    assert "rule=missiles" not in after.text


async def test_mistakes_in_rule_files_are_shown(house: House) -> None:
    (house.folder / "broken.yaml").write_text("rules:\n  - id: x\n    anny: [a]\n")
    await house.rules.reload()
    await house.server.socket.open_home("U1")
    assert "did you mean" in (await home_of(house, "U1")).text


async def test_an_empty_home_tab_says_so(house: House) -> None:
    await house.server.socket.open_home("U1")
    shown = await home_of(house, "U1")
    for words in ("No alerts in the last 24 hours", "No rule has alerted", "None. A card's buttons"):
        assert words in shown.text


async def test_who_may_not_answer_sees_nothing_at_home(tmp_path: Path, server: SlackServer) -> None:
    async with open_house(tmp_path, server, allowed_users=("U1",)) as house, listening(house):
        await house.raise_alert("new", title="Secret news")
        await server.socket.open_home("U2")
        shown = await home_of(house, "U2")
        assert "slack.allowed_users" in shown.text
        assert "Secret" not in shown.text


async def test_watching_an_entity_of_the_article(house: House) -> None:
    house.store.ingest(Batch(articles=(article("p", text="Putin spoke in Moscow.", title="A speech"),)))
    about = article("talks", text=TEXT, title="Talks in Ankara")
    facts = Extractor().extract(about.document, about.time, "en", title_length=len(about.title))
    _, message = await house.raise_alert("talks", text=TEXT, title="Talks in Ankara", facts=facts)
    await house.server.socket.press(message, Press.WATCH)
    asked = await house.view("Whom or what to watch")
    menu = next(b["element"] for b in asked.body["blocks"] if b["block_id"] == "entity")
    label = next(o["text"]["text"] for o in menu["options"] if o["text"]["text"].startswith("Vladimir Putin"))
    await house.server.socket.submit(asked, {"entity": label})
    confirm = await house.view("of 7 days")
    assert "A speech" in confirm.text
    await house.server.socket.submit(confirm)
    await house.view("is saved in")
    await house.rules.reload()
    rule = house.rules.book.rules["vladimir-putin"]
    assert rule.severity.value == "high"
    assert rule.channels == ("#alerts",)
    assert [r.id for r in house.rules.book.matcher.which(article(text="Putin spoke."))] == ["vladimir-putin"]
