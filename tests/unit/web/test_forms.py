"""What can be done from the page, by whom, and what is refused."""

from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from monitor.model.alert import DeliveryState
from monitor.model.answer import Silence
from monitor.model.selector import Selector
from monitor.web.access import COOKIE, Access, is_loopback
from tests.support.nouns import NOON, FakeClock, article
from tests.unit.web.house import House, Reader, open_house, text_of

SILENCE = {"rule": "missiles", "channel": "#news", "for": "2h", "reason": "planned works", "by": "Ada"}


async def test_a_silence_is_made_with_author_reason_matchers_and_end(house: House, reader: Reader) -> None:
    text = text_of(await reader.post("/silences", SILENCE | {"token": await reader.token()}))
    assert "Held back." in text
    assert "rule=missiles channel=#news" in text
    [made] = house.store.silences(NOON)
    assert made == Silence(
        Selector(rule=("missiles",), channel=("#news",)), "Ada", "planned works", NOON, NOON + timedelta(hours=2)
    )
    # The browser remembers the name, and all matchers of the command line are understood.
    assert 'value="Ada"' in await reader.get("/silences")
    await reader.post(
        "/silences", {"more": "group=sport severity=low", "for": "1d", "reason": "cup", "token": await reader.token()}
    )
    assert str(house.store.silences(NOON)[0].selector) in {"severity=low group=sport", "rule=missiles channel=#news"}
    assert {silence.author for silence in house.store.silences(NOON)} == {"Ada"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"for": "soon"}, "'soon' is no length of time; write 30m, 2h or 1d"),
        ({"for": "0h"}, "is no length of time"),
        ({"rule": "", "channel": ""}, "say what to hold back"),
        ({"reason": " "}, "say why"),
        ({"more": "colour=red"}, "colour"),
        ({"severity": "huge"}, "huge"),
    ],
)
async def test_a_mistake_shows_the_form_again_with_what_was_written(
    house: House, reader: Reader, change: dict[str, str], problem: str
) -> None:
    page = await reader.post("/silences", SILENCE | change | {"token": await reader.token()})
    assert reader.status == 422
    assert problem in text_of(page)
    if change.get("reason") is None:
        assert 'value="planned works"' in page
    assert house.store.silences() == []


async def test_ending_a_silence_early_lets_go_of_what_it_holds(house: House, reader: Reader) -> None:
    silence = Silence(Selector(story=("abcd",)), "U1", "", NOON, NOON + timedelta(hours=5))
    house.store.silence(silence)
    house.clock.forward(minutes=1)
    form = {"token": await reader.token(), "by": "Ada"}
    assert "Ended." in text_of(await reader.post(f"/silences/{silence.id}/end", form))
    assert house.store.silences(house.clock.now()) == []
    assert house.store.silences()[0].ended_by == "Ada"
    assert house.touched == ["abcd"]
    assert "had ended already" in text_of(await reader.post(f"/silences/{silence.id}/end", form))


async def test_a_dead_alert_is_sent_again(house: House, reader: Reader) -> None:
    alert = house.told(article("one"), state=DeliveryState.DEAD, error="gone")
    form = {"token": await reader.token(), "by": "Ada"}
    assert "Queued" in text_of(await reader.post(f"/alerts/{alert.id}/resend", form))
    status = house.store.alert(alert.id)
    assert status is not None
    assert status.deliveries[0].state is DeliveryState.PENDING
    assert house.nudges


async def test_acknowledging_is_noted_with_who_and_shown_on_the_card(house: House, reader: Reader) -> None:
    alert = house.told(article("one"))
    form = {"token": await reader.token(), "by": "Ada"}
    assert "Acknowledged." in text_of(await reader.post(f"/alerts/{alert.id}/acknowledge", form))
    assert [(answer.author, answer.kind) for answer in house.store.answers([alert.id])] == [("Ada", "acknowledged")]
    assert house.touched == [alert.story_id]
    assert "before" in text_of(await reader.post(f"/alerts/{alert.id}/acknowledge", form))


async def test_whoever_has_not_said_who_they_are_is_asked_first(house: House, reader: Reader) -> None:
    alert = house.told(article("one"))
    path = f"/alerts/{alert.id}/acknowledge"
    page = await reader.post(path, {"token": await reader.token(), "by": "  ", "note": "on it"})
    assert reader.status == 422
    assert "Who are you?" in text_of(page)
    assert f'action="{path}"' in page
    assert '<input type="hidden" name="note" value="on it">' in page
    assert house.store.answers([alert.id]) == []
    await reader.post(path, {"token": await reader.token(), "by": "Ada", "note": "on it"})
    await reader.post(f"/alerts/{alert.id}/resend", {"token": await reader.token()})
    assert [(answer.author, answer.note) for answer in house.store.answers([alert.id])] == [("Ada", "on it")]
    assert house.nudges


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, True),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "HERE", "Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "HERE", "Sec-Fetch-Site": "same-origin"}, False),
    ],
)
async def test_a_form_from_elsewhere_or_without_its_token_does_nothing(
    house: House, reader: Reader, headers: dict[str, str], token: bool
) -> None:
    sent = {name: house.address if value == "HERE" else value for name, value in headers.items()}
    form = SILENCE | ({"token": await reader.token()} if token else {"token": "0" * 64})
    await reader.post("/silences", form, headers=sent)
    assert reader.status == 403
    assert house.store.silences() == []


async def test_the_token_of_another_browser_does_not_count(house: House, reader: Reader) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        theirs = await Reader(session, house.address).token()
    await reader.get("/")
    await reader.post("/silences", SILENCE | {"token": theirs})
    assert reader.status == 403


async def test_only_plain_forms_are_read(house: House, reader: Reader) -> None:
    await reader.get("/")
    headers = {"Origin": house.address, "Content-Type": "application/json"}
    await reader.post("/silences", {}, headers=headers)
    assert reader.status == 415


class TestWithoutAPassword:
    async def test_only_this_machine_by_its_own_name_is_answered(self, house: House, reader: Reader) -> None:
        await reader.get("/", headers={"Host": "evil.example:8787"})
        assert reader.status == 403
        await reader.get("/", headers={"Host": "localhost:8787"})
        assert reader.status == 200

    async def test_a_proxy_that_asks_for_localhost_gets_nothing(self, house: House, reader: Reader) -> None:
        for header in ("X-Forwarded-For", "Forwarded", "Via"):
            page = await reader.get("/", headers={header: "for=198.51.100.7"})
            assert reader.status == 403
            assert "a proxy leads others to it" in page

    async def test_a_page_that_others_can_reach_is_closed(self, tmp_path: Path, unused_tcp_port: int) -> None:
        async with open_house(tmp_path, unused_tcp_port, host="0.0.0.0") as house, aiohttp.ClientSession() as session:
            reader = Reader(session, house.address)
            for path in ("/", "/alerts", "/rules/missiles"):
                assert "MONITOR_WEB__PASSWORD" in await reader.get(path)
                assert reader.status == 403
            await reader.post("/silences", SILENCE)
            assert reader.status == 403
            await reader.get("/healthz")
            assert reader.status == 200

    @pytest.mark.parametrize(
        ("host", "own"),
        [
            ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("localhost", True),
            ("LOCALHOST.", True), ("a.localhost", True), ("0.0.0.0", False), ("::", False), ("10.0.0.1", False),
            ("localhost.evil.example", False), ("127.0.0.1.evil.example", False), ("", False),
        ],
    )  # fmt: skip
    def test_what_counts_as_this_machine(self, host: str, own: bool) -> None:
        assert is_loopback(host) is own


class TestWithAPassword:
    @pytest.fixture
    async def guarded(self, tmp_path: Path, unused_tcp_port: int) -> object:
        async with open_house(tmp_path, unused_tcp_port, password="correct horse", host="0.0.0.0") as opened:
            yield opened

    @pytest.fixture
    async def stranger(self, guarded: House) -> object:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            yield Reader(session, guarded.address)

    async def test_nothing_is_shown_or_done_before_signing_in(self, guarded: House, stranger: Reader) -> None:
        guarded.told(article("one", title="Secret"))
        for path in ("/", "/alerts", "/stories", "/silences"):
            assert "Secret" not in await stranger.get(path)
            assert stranger.status == 401
        await stranger.post("/silences", SILENCE | {"token": await stranger.token("/")})
        assert stranger.status == 401
        assert guarded.store.silences() == []

    async def test_who_signs_in_comes_to_the_page_asked_for_under_their_name(
        self, guarded: House, stranger: Reader
    ) -> None:
        form = {
            "by": "Ada",
            "password": "correct horse",
            "next": "/silences",
            "token": await stranger.token("/silences"),
        }
        page = await stranger.post("/enter", form)
        assert "Signed in as Ada." in text_of(page)
        # Whatever a form claims, the name is that of the one signed in.
        await stranger.post("/silences", SILENCE | {"by": "Eve", "token": await stranger.token()})
        assert [silence.author for silence in guarded.store.silences()] == ["Ada"]
        await stranger.post("/leave", {"token": await stranger.token()})
        await stranger.get("/")
        assert stranger.status == 401

    async def test_forms_are_taken_behind_a_proxy_that_tells_another_host(
        self, guarded: House, stranger: Reader
    ) -> None:
        form = {"by": "Ada", "password": "correct horse", "next": "/", "token": await stranger.token("/")}
        headers = {
            "Origin": "https://monitor.example",
            "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-For": "198.51.100.7",
        }
        await stranger.post("/enter", form, headers=headers)
        assert stranger.status == 200

    async def test_a_wrong_password_is_refused_and_guessing_slowed_down(self, guarded: House, stranger: Reader) -> None:
        form = {"by": "Eve", "password": "wrong", "next": "/", "token": await stranger.token("/")}
        for _ in range(10):
            assert "That is not the password." in text_of(await stranger.post("/enter", form))
        assert "Too many wrong passwords" in text_of(
            await stranger.post("/enter", form | {"password": "correct horse"})
        )
        guarded.clock.forward(seconds=61)
        await stranger.post("/enter", form | {"password": "correct horse"})
        assert stranger.status == 200

    @pytest.mark.parametrize("follow", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y"])
    async def test_signing_in_leads_nowhere_else(self, guarded: House, stranger: Reader, follow: str) -> None:
        form = {"by": "A", "password": "correct horse", "next": follow, "token": await stranger.token("/")}
        page = await stranger.post("/enter", form)
        assert stranger.status == 200
        assert "All is well" in text_of(page)

    async def test_a_cookie_lasts_through_a_restart_but_not_a_new_password_or_forever(self) -> None:
        clock = FakeClock()
        access = Access("0.0.0.0", "old", clock)
        entered = access.enter("Ada", "old")
        assert not isinstance(entered, str)
        cookie = access.cookie(entered)
        assert Access("0.0.0.0", "old", clock).visitor(cookie) == entered
        assert not Access("0.0.0.0", "new", clock).visitor(cookie).entered
        for forged in (
            cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
            "W10." + cookie.partition(".")[2],
            "x",
            "." * 9,
        ):
            assert not access.visitor(forged).entered
        clock.forward(days=31)
        assert not access.visitor(cookie).entered

    async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
        self, guarded: House, stranger: Reader
    ) -> None:
        await stranger.get("/", headers={"X-Forwarded-Proto": "https"})
        cookie = stranger.headers["Set-Cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" in cookie
