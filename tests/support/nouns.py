"""Nouns for tests, each with everything that doesn't matter filled in."""

from datetime import UTC, datetime, timedelta

from monitor.model.alert import Alert, AlertDecision, AlertKind, Card, Reason
from monitor.model.article import Article, FeedState
from monitor.model.rule import Hit, Match, Severity
from monitor.model.story import Relation, StoryDecision
from monitor.ports import Processed

NOON = datetime(2024, 11, 18, 12, tzinfo=UTC)


class FakeClock:
    """A clock that moves when told to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def forward(self, **amount: float) -> datetime:
        self.time += timedelta(**amount)
        return self.time


def article(key: str = "one", text: str = "Missiles were approved.", **values: object) -> Article:
    given: dict[str, object] = {
        "source": "https://feed.example/rss",
        "key": key,
        "title": f"Title of {key}",
        "text": text,
        "fetched": NOON,
        "published": NOON - timedelta(minutes=5),
        "url": f"https://feed.example/{key}",
        "lang": "en",
        "outlet": "Example",
    }
    return Article(**(given | values))  # type: ignore[arg-type]


def feed_state(url: str = "https://feed.example/rss", **values: object) -> FeedState:
    given: dict[str, object] = {"url": url, "next_poll": NOON}
    return FeedState(**(given | values))  # type: ignore[arg-type]


def alert(about: Article, *, story: str = "", seq: int = 0, channel: str = "#news", **values: object) -> Alert:
    card = Card(
        severity=Severity.HIGH,
        kind=AlertKind.UPDATE if seq else AlertKind.FIRST,
        rules=("Missiles",),
        headline=about.title,
        url=about.url,
        outlet=about.outlet,
        published=about.published,
    )
    given: dict[str, object] = {
        "story_id": story or about.id,
        "channel": channel,
        "kind": card.kind,
        "seq": seq,
        "article_id": about.id,
        "rules": ("missiles",),
        "severity": Severity.HIGH,
        "reason": Reason.NEW_FACTS if seq else Reason.NEW_STORY,
        "created": NOON + timedelta(minutes=seq),
        "card": card,
    }
    return Alert(**(given | values))  # type: ignore[arg-type]


def processed(about: Article, *, story: str = "", seq: int = 0, channel: str = "#news") -> Processed:
    """A matched article that raises one alert."""
    story_id = story or about.id
    raised = alert(about, story=story_id, seq=seq, channel=channel)
    return Processed(
        article=about,
        matches=(Match("missiles", "v1", (Hit("missiles", "text", 0, 8),)),),
        story=StoryDecision(about.id, story_id, Relation.UPDATE if seq else Relation.NEW, reason="test"),
        decisions=(
            AlertDecision(about.id, story_id, channel, raised.kind, raised.reason, ("missiles",), Severity.HIGH),
        ),
        alerts=(raised,),
    )
