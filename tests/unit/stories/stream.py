"""The project's own stream of stories with what is true of each article: written reports and what is made of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ruamel.yaml import YAML

from monitor.model.article import Article

DATA = Path(__file__).parents[2] / "data" / "stories"
START = datetime(2024, 11, 17, 0, 0, tzinfo=UTC)
PROMO = "Sign up for our evening newsletter to get the day's stories in your inbox."


@dataclass(frozen=True, slots=True)
class Gold:
    """An article with what is true of it.

    Attributes:
        story: its story's name.
        relation: what it is to the stories before it.
        news: what the changes of an update must mention, alternatives between bars.
    """

    article: Article
    story: str
    relation: str
    news: tuple[str, ...] = ()


def stream() -> list[Gold]:
    """Every article in order of time."""
    return sorted((*_written(), *_bulletins(), *_lookalikes()), key=lambda g: (g.article.time, g.article.key))


def make(source: str, key: str, title: str, text: str, when: datetime, **more: object) -> Article:
    """An article published and fetched at one time."""
    return replace(Article(source, key, title, text, when, when, outlet=source), **more)  # type: ignore[arg-type]


def when(at: float) -> datetime:
    """Days and tenths of a day after the start; a tenth is 2.4 hours."""
    return START + timedelta(days=at)


def _written() -> Iterator[Gold]:
    for story in YAML(typ="safe").load((DATA / "written.yaml").read_text(encoding="utf-8")):
        for number, a in enumerate(story["articles"]):
            key = f"{story['story']}-{number}"
            original = make(a["outlet"], key, a["title"], a["text"], when(a["at"]))
            yield Gold(original, story["story"], a["relation"], tuple(a.get("news", ())))
            if a["relation"] in {"new", "update"} and story.get("copies", True):
                yield from _copies(original, story["story"], number)


def _copies(original: Article, story: str, number: int) -> Iterator[Gold]:
    """A syndicated copy with a promo inside, and for every other report one cut short with another title."""
    later = original.time + timedelta(minutes=25 + 7 * number)
    paragraphs = original.text.split("\n\n")
    if len(original.text.split()) < 25 or "briefing" in story:
        return
    with_promo = "\n\n".join((paragraphs[0], PROMO, *paragraphs[1:]))
    yield Gold(make("Syndicate Daily", f"{story}-{number}-copy", original.title, with_promo, later), story, "copy")
    if number % 2 == 0 and len(paragraphs) > 1 and "stub" not in story:
        cut = "\n\n".join(paragraphs[:2])
        title = f"{original.title.split(':')[-1].strip()} - agencies"
        yield Gold(
            make("City Paper", f"{story}-{number}-cut", title, cut, later + timedelta(minutes=30)), story, "copy"
        )


_MARKETS = (
    "The Nordmark 30 closed {way} {change} percent at {level} points on {day}, with {leader} gaining the most. "
    "Volume was {volume} million shares. Traders said investors were waiting for inflation figures due at the end"
    " of the month. The euro stood at 1.0{cents}."
)
_SHELLING = (
    "Russian forces shelled the Nikopol district {times} times on {day} with artillery and drones, regional "
    "governor Serhiy Lysak said. {wounded} people were wounded. {houses} houses, a school and power lines were "
    "damaged. Police are recording the damage."
)
_WEATHER = (
    "Rain will spread from the west on {day}, with highs of {high} degrees and lows of {low}. Winds will gust up "
    "to {wind} km/h on the coast. The outlook for the days after is drier, the meteorological office said."
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday")
_LEADERS = ("Holmen Steel", "Vik Shipping", "Aker Foods", "Dal Telecom")
_WOUNDED = ("Two", "Five", "Three", "Four")


def _bulletins() -> Iterator[Gold]:
    """Three series with the same words and other numbers, a day apart: each is its own story."""
    for n, day in enumerate(_DAYS):
        market = _MARKETS.format(
            way=("up", "down")[n % 2],
            change=f"0.{3 + n}",
            level=f"2,{310 + 17 * n}",
            day=day,
            leader=_LEADERS[n],
            volume=410 + 23 * n,
            cents=52 + n,
        )
        shelling = _SHELLING.format(times=12 + 3 * n, day=day, wounded=_WOUNDED[n], houses=14 + 5 * n)
        weather = _WEATHER.format(day=day, high=9 + n, low=2 + n, wind=60 + 8 * n)
        for series, outlet, title, text in (
            ("market", "Ledger Markets", f"Nordmark stocks close {('higher', 'lower')[n % 2]}", market),
            ("shelling", "Black Sea Desk", f"Nikopol shelled {12 + 3 * n} times in a day", shelling),
            ("weather", "Valley Courier", f"Weather for {day}: rain from the west", weather),
        ):
            at = START + timedelta(days=n + 1, hours=17)
            yield Gold(make(outlet, f"{series}-{n}", title, text, at), f"{series}-{n}", "new")


_RAID = (
    "A Russian drone struck {what} in {town} early on {day}, {harm}, regional officials said. Air defences shot down "
    "{downed} of the {sent} drones launched overnight."
)


def _lookalikes() -> Iterator[Gold]:
    """One kind of event in other towns and on other days: each is its own story, with a copy."""
    raids = (
        (1.2, "a bakery", "Sumy", "Monday", "killing two women", 11, 14),
        (1.3, "a bus depot", "Zaporizhzhia", "Monday", "wounding five drivers", 20, 26),
        (2.2, "a warehouse", "Poltava", "Tuesday", "injuring a guard", 31, 40),
        (4.2, "a clinic", "Sumy", "Thursday", "killing a nurse", 17, 22),
        (3.2, "a substation", "Chernihiv", "Wednesday", "cutting power to 8,000 homes", 9, 12),
    )
    for n, (at, what, town, day, harm, downed, sent) in enumerate(raids):
        text = _RAID.format(what=what, town=town, day=day, harm=harm, downed=downed, sent=sent)
        title = f"Drone hits {what.split(' ', 1)[1]} in {town}"
        yield Gold(make("Black Sea Desk", f"raid-{n}", title, text, when(at)), f"raid-{n}", "new")
        yield Gold(
            make("Syndicate Daily", f"raid-{n}-copy", f"{title}, officials say", text, when(at + 0.02)),
            f"raid-{n}",
            "copy",
        )
