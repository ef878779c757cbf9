"""The slash command."""

import json
from datetime import timedelta

import pytest

from monitor.model.article import Batch
from tests.support.nouns import article
from tests.unit.answers.house import House


@pytest.mark.parametrize("typed", ["", "help", "HELP", "  "])
async def test_without_a_verb_it_shows_all_of_them(house: House, typed: str) -> None:
    answer = await house.server.socket.command(typed)
    for form in ("status", "last [N]", "search WORDS", "mute [ALERT]", "snooze RULE", "test QUERY", "add [QUERY]"):
        assert f"/watch {form}" in answer


async def test_a_slip_gets_the_nearest_verb(house: House) -> None:
    assert "did you mean `status`?" in await house.server.socket.command("statu")
    assert "<!channel>" not in await house.server.socket.command("<!channel>")


async def test_status(house: House) -> None:
    assert "All is well" in await house.server.socket.command("status")
    house.health.report("alerts", "failing", "channel #war is archived <!here>")
    answer = await house.server.socket.command("status")
    assert "Something is failing" in answer
    assert "channel #war is archived" in answer
    assert "<!here>" not in answer
    assert "1 rule in force" in answer


async def test_last_lists_the_channels_own(house: House) -> None:
    assert await house.server.socket.command("last") == "No alerts in this channel yet."
    for number in range(7):
        alert, _ = await house.raise_alert(f"a{number}", title=f"Story {number} <!here>")
        house.clock.forward(minutes=1)
    await house.raise_alert("elsewhere", channel="#war", title="Elsewhere")
    answer = await house.server.socket.command("last")
    assert [number for number in range(7) if f"Story {number}" in answer] == [2, 3, 4, 5, 6]
    assert alert.id in answer
    assert "<!here>" not in answer
    assert "Elsewhere" not in answer
    assert "Story 0" in await house.server.socket.command("last 20")
    assert "takes a number" in await house.server.socket.command("last week")


async def test_search_finds_all_the_words_in_titles(house: House) -> None:
    titles = ["Grain ship leaves Odesa", "Odesa's grain", "Grain in Kansas", "Rain in Odesa"]
    house.store.ingest(Batch(articles=tuple(article(title, title=title) for title in titles)))
    answer = await house.server.socket.command("search odesa GRAIN")
    assert [title for title in titles if title in answer] == titles[:2]
    assert "No article has" in await house.server.socket.command("search nothing & <here>")
    assert "What shall I look for" in await house.server.socket.command("search")


async def test_mute_takes_the_newest_story_or_an_id(house: House) -> None:
    assert "There is no alert" in await house.server.socket.command("mute")
    first, _ = await house.raise_alert("one", title="First one")
    house.clock.forward(minutes=1)
    second, _ = await house.raise_alert("two", title="Second one")
    assert "Second one" in await house.server.socket.command("mute")
    assert "First one" in await house.server.socket.command(f"mute {first.id} 3h")
    silences = house.store.silences(house.clock.now())
    assert {silence.selector.story for silence in silences} == {(first.story_id,), (second.story_id,)}
    assert timedelta(hours=3) in {silence.ends - silence.created for silence in silences}
    assert "There is no alert ffff" in await house.server.socket.command("mute ffff")
    assert "30 days at most" in await house.server.socket.command(f"mute {first.id} 31d")


async def test_snooze_and_end(house: House) -> None:
    assert "did you mean `missiles`?" in await house.server.socket.command("snooze missile")
    answer = await house.server.socket.command("snooze missiles 90m")
    [silence] = house.store.silences(house.clock.now())
    assert silence.selector.rule == ("missiles",)
    assert silence.ends - silence.created == timedelta(minutes=90)
    assert silence.id in answer
    assert "not held back any more" in await house.server.socket.command(f"end {silence.id}")
    assert house.store.silences(house.clock.now()) == []
    assert "No silence" in await house.server.socket.command(f"end {silence.id}")
    assert "No silence" in await house.server.socket.command("end")


async def test_a_private_channel_is_called_as_its_alerts_call_it(house: House) -> None:
    await house.raise_alert("one", channel="#war")
    await house.server.socket.command("snooze missiles", channel="war", private=True)
    [silence] = house.store.silences(house.clock.now())
    assert silence.selector.channel == ("#war",)


async def test_a_query_is_tested_on_the_articles_of_the_week(house: House) -> None:
    texts = ["Grain left Odesa.", "Grain left Kansas.", "Nothing at all."]
    house.store.ingest(Batch(articles=tuple(article(text, text=text, title=text) for text in texts)))
    answer = await house.server.socket.command("test grain AND (Odesa OR Odessa)")
    assert "1 match" in answer
    assert "3 articles of 7 days" in answer
    assert "Grain left Odesa." in answer
    assert "write OR" in await house.server.socket.command("test grain AND (Odesa or Odessa)")
    assert "Nothing of last week" in await house.server.socket.command('test "black swan"')


async def test_adding_a_rule_tries_it_and_saves_it_once_confirmed(house: House) -> None:
    house.store.ingest(Batch(articles=(article("g", text="Grain left Odesa.", title="Grain"),)))
    await house.server.socket.command("add grain AND Odesa", user="U5")
    asked = await house.view("Words to watch for")
    wrong = await house.server.socket.submit(asked, {"query": "grain AND (Odesa or Kyiv)"})
    assert "write OR" in wrong.answer["errors"]["query"]
    await house.server.socket.submit(asked, {"severity": "high"})
    confirm = await house.view("1 match")
    assert "grain AND Odesa" in confirm.text
    assert not (house.folder / "from-slack.yaml").exists()
    await house.server.socket.submit(confirm)
    assert (await house.view("is saved in")).body["title"]["text"] == "Watch this"
    saved = (house.folder / "from-slack.yaml").read_text()
    assert "severity: high" in saved
    assert "Drafted in Slack by U5" in saved
    await house.rules.reload()
    rule = house.rules.book.rules["grain-and-odesa"]
    assert rule.channels == ("#alerts",)
    assert house.rules.errors == ()


async def test_the_same_confirmation_twice_saves_one_rule(house: House) -> None:
    await house.server.socket.command("add ships")
    await house.server.socket.submit(await house.view("Words to watch for"))
    confirm = await house.view("Nothing of") if house.store.find_articles() else await house.view("0 matches")
    body = json.loads(json.dumps(confirm.body))
    for _ in range(2):
        confirm.body = body
        await house.server.socket.submit(confirm)
    await house.rules.reload()
    assert sorted(house.rules.book.rules) == ["missiles", "ships"]


async def test_two_rules_of_like_names_in_one_minute_are_both_saved(house: House) -> None:
    for query in ("ships Odesa", "ships"):
        await house.server.socket.command(f"add {query}")
        await house.server.socket.submit(await house.view("Words to watch for"))
        await house.server.socket.submit(await house.view("0 matches"))
    await house.rules.reload()
    assert sorted(house.rules.book.rules) == ["missiles", "ships", "ships-odesa"]


async def test_comments_of_the_file_survive_a_saved_rule(house: House) -> None:
    kept = "# ours\nrules:\n  # ships\n  - id: boats\n    any: [boat*]  # all of them\n# the end\n"
    (house.folder / "from-slack.yaml").write_text(kept)
    await house.rules.reload()
    await house.server.socket.command("add boats")
    await house.server.socket.submit(await house.view("Words to watch for"))
    await house.server.socket.submit(await house.view("0 matches"))
    after = (house.folder / "from-slack.yaml").read_text()
    for comment in ("# ours", "# ships", "# all of them", "# the end"):
        assert comment in after
    await house.rules.reload()
    assert sorted(house.rules.book.rules) == ["boats", "boats-2", "missiles"]
