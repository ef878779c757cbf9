"""The project's own stream of stories with what is true of each article: written reports and what is made of them.

It comes in parts. Thresholds may be chosen on all but `held_out`, which only tells how well they were: who looks at its
errors to mend them makes it one more part for development and writes another.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from monitor.model.article import Article

DATA = Path(__file__).parents[2] / "data" / "stories"
PARTS = {
    "development": ("written.yaml", "development.yaml"),
    "second": ("second.yaml",),
    "third": ("third.yaml",),
    "held_out": ("held_out.yaml",),
}
START = datetime(2024, 11, 17, 0, 0, tzinfo=UTC)
LEAST_WORDS = 25
"""Nobody syndicates a shorter text."""

PROMO = "Sign up for our evening newsletter to get the day's stories in your inbox."
EMBED = "Watch: our correspondent explains what happened and what may come next in two minutes."
ABOUT = (
    "City Paper is read by 200,000 people every day. Call our tip line or write to the newsroom if you know more about "
    "this. Our reporters rely on readers like you; support independent journalism from one euro a week."
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z'\"“])")
_DATELINE = re.compile(r"^[A-Z][\w ,]*\((?:AP|AFP|Reuters)\) [—-] ")


@dataclass(frozen=True, slots=True)
class Gold:
    """An article with what is true of it.

    Attributes:
        story: its story's name.
        relation: what it is to the stories before it.
        news: what the changes of an update must mention, alternatives between bars.
        kind: what sort of article it is: "written", "copy: cut", "bulletin", ...
    """

    article: Article
    story: str
    relation: str
    news: tuple[str, ...] = ()
    kind: str = "written"

    @property
    def brings_news(self) -> bool:
        """Whether a reader who knows its story wants to hear of it."""
        return self.relation == "update" or (self.relation == "edited" and bool(self.news))


def stream(part: str = "development") -> list[Gold]:
    """Every article of one part in order of time."""
    found = [gold for name in PARTS[part] for gold in _written(name)]
    found += _bulletins(part)
    return sorted(found, key=lambda g: (g.article.time, g.article.key, g.article.revision))


def make(source: str, key: str, title: str, text: str, when: datetime, **more: object) -> Article:
    """An article published and fetched at one time."""
    return replace(Article(source, key, title, text, when, when, outlet=source), **more)  # type: ignore[arg-type]


def when(at: float) -> datetime:
    """Days and tenths of a day after the start; a tenth is 2.4 hours."""
    return START + timedelta(days=at)


def load(name: str) -> Any:
    """A YAML file of this package's test cases."""
    return YAML(typ="safe").load((DATA / name).read_text(encoding="utf-8"))


def _written(name: str) -> Iterator[Gold]:
    for story in load(name):
        revisions: dict[str, int] = {}
        for number, a in enumerate(story["articles"]):
            key = a.get("entry", f"{story['story']}-{number}")
            revisions[key] = revisions.get(key, 0) + 1
            original = make(
                a["outlet"],
                key,
                a["title"],
                a["text"],
                when(a["at"]),
                lang=a.get("lang", "en"),
                revision=revisions[key],
            )
            kind = "other language" if "lang" in a else "live or edited" if "entry" in a else "written"
            yield Gold(original, story["story"], a["relation"], tuple(a.get("news", ())), kind)
            if a["relation"] in {"new", "update"} and story.get("copies", True) and "entry" not in a:
                yield from _copies(original, story["story"], number, wire="credit" in a)


def _copies(original: Article, story: str, number: int, *, wire: bool) -> Iterator[Gold]:
    """What other outlets print of a report: with promos, cut, under other headlines, resent with small edits."""
    if len(original.text.split()) < LEAST_WORDS:
        return
    later = original.time + timedelta(minutes=25 + 7 * number)
    paragraphs = original.text.split("\n\n")
    sentences = _SENTENCE.split(original.text.replace("\n\n", " "))

    def copy(outlet: str, how: str, title: str, text: str, minutes: int) -> Gold:
        key = f"{story}-{number}-{how}"
        article = make(outlet, key, title, text, later + timedelta(minutes=minutes), lang=original.lang)
        return Gold(article, story, "copy", kind=f"copy: {how}")

    with_promo = "\n\n".join((paragraphs[0], PROMO, *paragraphs[1:]))
    yield copy("Syndicate Daily", "promo", original.title, with_promo, 0)
    if number % 2 == 0 and len(sentences) > 2:
        cut = " ".join(sentences[: max(2, round(0.6 * len(sentences)))])
        yield copy("City Paper", "cut", f"{original.title.split(':')[-1].strip()} - agencies", cut, 30)
    if number % 3 == 1 and len(sentences) > 2:
        resent = " ".join((*sentences[:-1], sentences[-1].replace(" said", " has said").replace(" was ", " had been ")))
        yield copy(f"{original.outlet} Plus", "resent", original.title, resent, 5)
    if wire:
        body = _DATELINE.sub("", original.text)
        shortened = "\n\n".join((*body.split("\n\n")[:2], EMBED, *body.split("\n\n")[3:4], ABOUT))
        yield copy("Harbour Sentinel", "wire, shortened", _headline(sentences[1]), shortened, 45)
        yield copy("North County News", "wire, no dateline", original.title, f"{body}\n\n{ABOUT}", 60)
        lead = f"Officials gave new details of what had happened.\n\n{body}"
        yield copy("Metro Online", "wire, own lead", _headline(sentences[-1]), lead, 75)


def _headline(sentence: str) -> str:
    """Another desk's headline: the first words of a later sentence."""
    return " ".join(sentence.rstrip(".").split()[:8])


def _bulletins(part: str) -> Iterator[Gold]:
    """Series with the same words and other numbers, and one kind of event in other towns and on other days."""
    for series in load("bulletins.yaml")[part]:
        for n, filling in enumerate(series["fillings"]):
            story = f"{series['story']}-{n}"
            title, text = series["title"].format_map(filling), series["text"].format_map(filling)
            at = when(filling["at"])
            yield Gold(make(series["outlet"], story, title, text, at, lang="en"), story, "new", kind="bulletin")
            if n % 2 == 0:
                printed = make("Syndicate Daily", f"{story}-copy", title, text, at + timedelta(minutes=40), lang="en")
                yield Gold(printed, story, "copy", kind="copy: bulletin")
