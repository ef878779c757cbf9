"""The page in a real browser: what only a browser can tell."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model.article import Feed
from tests.support.browser import Tab, browser, find_browser
from tests.support.nouns import NOON, article, feed_state
from tests.unit.web.house import House

HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium or Chrome is installed")
    async with browser(path, tmp_path / "profile") as opened:
        yield opened


async def test_the_page_works_under_its_own_policy_and_asks_nobody_else(house: House, tab: Tab) -> None:
    house.told(article("one", HOSTILE, title=HOSTILE))
    await tab.ask("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
    await tab.open(f"{house.address}/")
    assert await tab.run("document.querySelector('.headline').textContent") == HOSTILE
    assert await tab.run("document.title") == "Now · newsmonitor"
    assert await tab.run("getComputedStyle(document.querySelector('.stories li')).borderLeftWidth") == "4px"
    # Times are told in the zone of whoever reads them: noon in UTC is nine in the evening there.
    await tab.open(f"{house.address}/alerts")
    shown = await tab.run("document.querySelector('time').title")
    assert "9:00:00" in shown or "21:00:00" in shown
    assert tab.complaints == []
    assert {address.split("/")[2] for address in tab.requested} == {house.address.removeprefix("http://")}


async def test_a_silence_can_be_made_and_ended_and_pages_fit_a_phone(house: House, tab: Tab) -> None:
    alert = house.told(article("one", title="A rather long headline about the quake " * 8))
    url = "https://feed.example/" + "x" * 300
    house.feeds[url], house.states[url] = Feed(url), feed_state(url, failures=1, last_error="e" * 400)
    await tab.look(width=390, height=800, phone=True)
    paths = ["/", "/stories", "/alerts", "/feeds", "/rules", "/silences", f"/alerts/{alert.id}", "/rules/missiles"]
    for path in [*paths, f"/stories/{alert.story_id}", f"/articles/{alert.article_id}"]:
        await tab.open(house.address + path)
        assert await tab.run("document.documentElement.scrollWidth") <= 390, path
    await tab.open(f"{house.address}/silences?rule=missiles")
    await tab.run("document.querySelector('[name=reason]').value = 'planned works'")
    await tab.run("document.querySelector('[name=by]').value = 'Ada'")
    await tab.submit("document.querySelector('form.silence button').click()")
    [made] = house.store.silences(NOON)
    assert (made.author, made.reason, made.ends - made.created) == ("Ada", "planned works", timedelta(hours=4))
    await tab.submit("document.querySelector('.list button').click()")
    assert house.store.silences(NOON) == []
    assert tab.complaints == []


async def test_the_first_page_keeps_itself_fresh_and_says_when_nobody_answers(house: House, tab: Tab) -> None:
    await tab.open(f"{house.address}/")
    house.told(article("one", title="Just in"))
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    seen = (
        "new Promise(done => { const n = setInterval(() => document.body.innerText.includes(%r)"
        " && (clearInterval(n), done(true)), 20) })"
    )
    await tab.run(look)
    assert await tab.run(seen % "Just in")
    await tab.run("window.fetch = () => Promise.reject(new Error('gone'))")
    await tab.run(look)
    assert await tab.run(seen % "does not answer since")
