"""What each page tells, and that nothing from outside gets through to the browser."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.outbox import Trouble
from monitor.model.alert import AlertKind, DeliveryState, FactLine, Reason
from monitor.model.answer import Answer, AnswerKind
from monitor.model.article import Batch, Feed
from monitor.model.rule import Severity
from monitor.model.story import Change, Relation, StoryDecision
from monitor.sources.condition import Condition
from monitor.sources.condition import Trouble as FeedTrouble
from monitor.web.app import PAGES
from tests.support.nouns import NOON, article, feed_state, processed
from tests.unit.web.house import House, Reader, text_of

LATER = NOON + timedelta(hours=5)
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7*7 }}\u202egnp.exe'


async def test_every_page_is_shown_where_there_is_nothing_yet(reader: Reader) -> None:
    for path in PAGES:
        if "{" not in path:
            page = await reader.get(path)
            assert reader.status == 200, page


async def test_all_is_well_is_said_only_where_it_is(house: House, reader: Reader) -> None:
    feed = feed_state(last_ok=NOON)
    house.feeds[feed.url], house.states[feed.url] = Feed(feed.url), feed
    house.clock.forward(seconds=40)
    assert "All is well. Last feed read 40 s ago." in text_of(await reader.get("/"))
    house.troubles.append(
        Trouble("slack", "#news", "is_archived: unarchive the channel", True, NOON - timedelta(hours=2), NOON)
    )
    text = text_of(await reader.get("/"))
    assert "All is well" not in text
    assert "Slack #news takes no alerts until somebody mends it for 2 h is_archived: unarchive the channel." in text
    assert "Nothing is lost" in text


async def test_the_banner_names_what_the_parts_say_and_feeds_that_need_a_look(house: House, reader: Reader) -> None:
    house.health.report("database", "failing", "the disk is full; free some space")
    house.health.report("rules", "degraded", "mine.yaml:3:1: unknown key")
    house.feed_troubles["u"] = Condition(FeedTrouble.FAILS, "Harbour Wire: HTTP 500, since 18 Nov 10:00 UTC")
    text = text_of(await reader.get("/"))
    assert "The database is in trouble the disk is full" in text
    assert "Rule files have mistakes; what they said before stays in force mine.yaml:3:1: unknown key" in text
    assert "1 feed needs a look Harbour Wire: HTTP 500" in text
    assert text.index("The database") < text.index("Rule files")


async def test_a_feed_that_fails_for_a_minute_is_no_trouble_but_all_failing_is(house: House, reader: Reader) -> None:
    for n in range(2):
        state = feed_state(f"https://{n}.example/rss", failures=1, last_error="connection refused", last_ok=NOON)
        house.feeds[state.url], house.states[state.url] = Feed(state.url), state
    house.states["https://0.example/rss"] = replace(house.states["https://0.example/rss"], failures=0)
    assert "All is well" in text_of(await reader.get("/"))
    house.states["https://0.example/rss"] = replace(house.states["https://0.example/rss"], failures=1)
    assert "No feed can be read" in text_of(await reader.get("/"))


async def test_the_first_page_has_the_last_day_by_severity_with_outlets_and_what_was_held(
    house: House, reader: Reader
) -> None:
    first = article("quake", title="Quake in Velmora", outlet="Harbour Wire")
    house.told(article("minor", title="A minor thing"), severity=Severity.LOW)
    house.told(first, severity=Severity.CRITICAL)
    later = article("more", title="Quake: 17 dead", outlet="Courier")
    house.told(later, story=first.id, seq=1, severity=Severity.CRITICAL)
    house.held(article("night", title="At night"))
    house.untold(article("copy", title="The same again"))
    assert "corrected" not in text_of(await reader.get("/"))
    house.told(
        article("right", title="Quake: 7 dead", outlet="Courier"), story=first.id, seq=2, kind=AlertKind.CORRECTION
    )
    house.told(article("old", title="Of last week"), created=NOON - timedelta(days=3))
    text = text_of(await reader.get("/"))
    assert text.index("Quake in Velmora") < text.index("A minor thing")
    assert "2 outlets" in text
    assert "2 updates corrected" in text
    assert "Of last week" not in text
    assert "1 held back by quiet hours" in text
    assert "1 a copy of a report the channel has had" in text


async def test_a_story_has_its_timeline_coverage_contradictions_alerts_and_edits(house: House, reader: Reader) -> None:
    first = article("one", "A bridge fell in Velmora, killing 12 people.", title="Bridge falls", outlet="Harbour Wire")
    house.told(first)
    second = article("two", "The bridge collapse killed 9 people, police said.", title="Bridge: 9 dead",
                     outlet="Tribune", fetched=LATER, published=LATER)  # fmt: skip
    edited = article("one", "A bridge fell in Velmora, killing 14 people.", title="Bridge falls", outlet="Harbour Wire",
                     fetched=NOON + timedelta(hours=6))  # fmt: skip
    for words, relation, changes in (
        (second, Relation.UPDATE, (Change("number", "killed 9 people", "12", "9", "killed"),)),
        (edited, Relation.EDITED, ()),
    ):
        [about] = house.store.ingest(Batch(articles=(words,)))
        decision = StoryDecision(about.id, first.id, relation, first.id, "same_event", 0.8, changes=changes)
        made = replace(processed(about, story=first.id), story=decision, alerts=(), decisions=())
        house.store.commit([made], ["slack"], NOON)
    page = await reader.get(f"/stories/{first.id}")
    text = text_of(page)
    assert "2 independent outlets" in text
    assert "Against each other killed" in text
    assert "killed 12 → 9" in text
    assert "<del>12</del> <ins>14</ins>" in page
    assert "#news first missiles" in text
    assert f'href="/silences?story={first.id}&amp;for=7d#new"' in page


async def test_an_article_has_its_text_and_why_it_did_not_alert(house: House, reader: Reader) -> None:
    about = article("copy", "First paragraph.\n\nSecond paragraph.")
    house.untold(about)
    text = text_of(await reader.get(f"/articles/{about.id}"))
    assert "No alert of its own: a copy of a report the channel has had" in text
    assert "First paragraph. Second paragraph." in text
    assert "Matched missiles (missiles)" in text


@pytest.mark.parametrize(
    ("show", "told"),
    [
        ("waiting", ["Of waiting"]),
        ("dead", ["Of dead", "msg_too_long: shorten it"]),
        ("held", ["At night", "held back by quiet hours"]),
        ("untold", ["The same again", "a copy of a report"]),
    ],
)
async def test_alerts_are_listed_by_what_became_of_them(
    house: House, reader: Reader, show: str, told: list[str]
) -> None:
    house.told(article("a", title="Of sent"))
    house.told(article("c", title="Of dead"), state=DeliveryState.DEAD, error="msg_too_long: shorten it")
    house.held(article("d", title="At night"))
    house.untold(article("e", title="The same again"))
    house.told(article("b", title="Of waiting"), state=DeliveryState.PENDING)
    text = text_of(await reader.get(f"/alerts?show={show}"))
    assert all(words in text for words in told)
    assert "Of sent" not in text
    assert "Of sent" in text_of(await reader.get("/alerts"))


async def test_an_alert_is_shown_as_its_card_with_where_it_went_and_why(house: House, reader: Reader) -> None:
    about = article("one", "Missiles were approved.")
    card = replace(
        processed(about).alerts[0].card,
        facts=(FactLine("What", "Missiles were approved", "according to officials"),),
        also="also Reuters",
        disputes=("killed: 17 (AFP), 15 (TASS)",),
    )
    alert = house.told(about, state=DeliveryState.DEAD, error="not_in_channel: invite the app", card=card)
    house.store.answer(Answer(AnswerKind.ACKNOWLEDGED, alert.id, "ada", NOON, "seen"))
    text = text_of(await reader.get(f"/alerts/{alert.id[:8]}"))
    assert "Missiles were approved – according to officials" in text
    assert "Disputed killed: 17 (AFP), 15 (TASS)" in text
    assert "slack dead" in text
    assert "not_in_channel: invite the app" in text
    assert "ada: acknowledged – seen" in text
    assert "✓ missile*: Title of one [Missiles] were approved." in text


async def test_feeds_in_trouble_come_first(house: House, reader: Reader) -> None:
    for name, state in (("Well", {}), ("Broken", {"failures": 4, "last_error": "HTTP 500", "failing_since": NOON})):
        url = f"https://{name.lower()}.example/rss"
        house.feeds[url] = Feed(url, name=name)
        house.states[url] = feed_state(url, **state)
    text = text_of(await reader.get("/feeds"))
    assert text.index("Broken") < text.index("Well")
    assert "HTTP 500 failing for 0 s" in text
    assert "Well" not in text_of(await reader.get("/feeds?show=trouble"))
    assert "Broken" not in text_of(await reader.get("/feeds?q=well"))


async def test_rules_have_matches_a_day_the_last_match_and_precision(house: House, reader: Reader) -> None:
    for n in range(4):
        alert = house.told(article(str(n)))
        kind = AnswerKind.NOT_RELEVANT if n == 0 else AnswerKind.ACKNOWLEDGED
        house.store.answer(Answer(kind, alert.id, "ada", NOON))
    page = await reader.get("/rules")
    assert 'aria-label="by day: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4"' in page
    assert "Missiles missiles high 0.3 11:55 4 75% of 4" in text_of(page)
    assert "Quiet quiet medium 0.0 never 0" in text_of(page)
    text = text_of(await reader.get("/rules/missiles"))
    assert "Long-range weapons." in text
    assert "rules/mine.yaml:2" in text
    assert "Title of 3 Alerted : a story the channel had not been told" in text


async def test_mistakes_in_rule_files_stand_above_the_rules(house: House, reader: Reader) -> None:
    (house.folder / "bad.yaml").write_text("rules:\n  - id: x\n    anny: [y]\n")
    await house.rules.reload()
    assert "rules/bad.yaml:3:5: " in text_of(await reader.get("/rules"))


@pytest.mark.parametrize("path", ["/stories/0000aaaa", "/articles/0000aaaa", "/alerts/0000aaaa", "/rules/none"])
async def test_what_is_not_there_is_said_so(reader: Reader, path: str) -> None:
    text = text_of(await reader.get(path))
    assert reader.status == 404
    assert "Not here" in text


async def test_long_lists_come_in_pages(house: House, reader: Reader) -> None:
    for n in range(60):
        house.told(article(f"n{n}", title=f"Headline {n}"), created=NOON + timedelta(seconds=n))
    first, second = text_of(await reader.get("/alerts")), text_of(await reader.get("/alerts?page=2"))
    assert "Headline 59 " in first
    assert "Headline 10 " in first
    assert "Headline 9 " in second
    assert "Older" in first
    assert "Older" not in second
    assert text_of(await reader.get("/?page=2")).count("Headline") == 10
    for odd in ("0", "-1", "x", "9" * 30, "٣"):
        await reader.get(f"/alerts?page={odd}")
        assert reader.status == 200


async def test_nothing_from_an_article_reaches_the_browser_as_markup(house: House, reader: Reader) -> None:
    about = article(
        "x", f"{HOSTILE} missiles", title=HOSTILE, outlet=HOSTILE, url="javascript:alert(1)", labels=(HOSTILE,)
    )
    card = replace(
        processed(about).alerts[0].card, headline=HOSTILE, url="javascript:alert(1)", facts=(FactLine("Who", HOSTILE),)
    )
    alert = house.told(about, card=card, state=DeliveryState.DEAD, error=HOSTILE)
    house.held(article("y", title=HOSTILE), Reason.QUIET)
    house.untold(article("z", title=HOSTILE))
    house.feeds["u"] = Feed("javascript:alert(1)", name=HOSTILE, group=HOSTILE)
    house.troubles.append(Trouble("slack", HOSTILE, HOSTILE, True, NOON, NOON))
    paths = [path for path in PAGES if "{" not in path]
    paths += [f"/alerts/{alert.id}", f"/stories/{about.id}", f"/articles/{about.id}", "/rules/missiles"]
    paths += [f"/alerts?show={tab}" for tab in ("dead", "held", "untold")]
    paths += ["/stories?q=%3Cscript%3E", "/feeds?q=%22%3E%3Cscript%3E", "/alerts?rule=%22%3E%3Cscript%3E"]
    paths += ["/stories?q=%00", "/alerts?rule=%00%ff", "/feeds?q=%ed%a0%80"]
    paths += ["/silences?rule=%22%3E%3Cscript%3E&reason=%3Cscript%3E&done=%3Cscript%3E"]
    for path in paths:
        page = await reader.get(path)
        assert reader.status == 200, path
        for bad in ("<script>", "<img", 'href="javascript', "\u202e"):
            assert bad not in page, (path, bad)
        assert page.count("<script") == 1, path


async def test_pages_may_load_nothing_from_elsewhere_and_are_not_kept(reader: Reader) -> None:
    page = await reader.get("/")
    policy = reader.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert reader.headers["Cache-Control"] == "no-store"
    assert "style=" not in page
    assert "onclick" not in page
    [style] = [part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("/static/style.css")]
    await reader.get(style)
    assert reader.status == 200
    assert "immutable" in reader.headers["Cache-Control"]
    await reader.get("/static/../app.py")
    assert reader.status == 404


async def test_while_the_database_does_not_answer_the_page_says_so(house: House, reader: Reader) -> None:
    house.store._engine.dispose()
    file = house.store.url.removeprefix("sqlite:///")
    with open(file, "r+b") as broken:  # noqa: ASYNC230, PTH123 - a few bytes
        broken.write(b"not a database at all" * 300)
    text = text_of(await reader.get("/alerts"))
    assert reader.status == 503
    assert "The database does not answer" in text
