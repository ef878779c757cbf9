"""How an article stands to what is already known."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Relation(StrEnum):
    """What an article is to the stories seen so far."""

    NEW = "new"
    COPY = "copy"
    SAME_STORY = "same-story"
    UPDATE = "update"
    EDITED = "edited"


_MAJOR = 1.25
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


def _value(text: str) -> float:
    """The first number of a text in digits, 0 for none."""
    found = _DIGITS.search(text)
    return float(found[0].replace(",", "")) if found else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """One material thing an article adds to its story.

    Attributes:
        kind: "number", "event", "denial", "correction", "retraction", "statement", "title" or "name"; the last two are
            edits of the headline or of a proper name.
        text: the sentence or phrase of the article that says it.
        before, after: the values, for a changed number: "12", "17".
        about: of what, for a changed number: "killed".
    """

    kind: str
    text: str
    before: str = ""
    after: str = ""
    about: str = ""

    @property
    def major(self) -> bool:
        """Whether it is a new event, a denial or a notice, or a number that changed by a quarter or more."""
        if self.kind in {"title", "name", "statement"}:
            return False
        before, after = _value(self.before), _value(self.after)
        if self.kind != "number" or not before or not after:
            return True
        return max(before, after) >= _MAJOR * min(before, after)


@dataclass(frozen=True, slots=True)
class StoryDecision:
    """Where an article belongs, and why.

    Attributes:
        of: the id of the article it copies, edits or follows, "" for a new story.
        reason: the named rule that decided, such as "same_url" or "near_duplicate".
        score: the similarity that decided, 0 to 1.
        evidence: readable lines behind the decision, for `explain`.
        changes: what it adds to the story; not empty for an update.
    """

    article_id: str
    story_id: str
    relation: Relation
    of: str = ""
    reason: str = ""
    score: float = 0.0
    evidence: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """How far the stories in the database are known: the newest decision, and the newest move made by hand.

    A decision is written only where nobody has got farther meanwhile.
    """

    member: int = 0
    move: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """An article that somebody put into another story."""

    article_id: str
    story_id: str


@dataclass(frozen=True, slots=True)
class Member:
    """An article that belongs to a story: all that is needed to rebuild the grouping after a restart.

    Attributes:
        owner: whose outlet that is, "" where unknown, then the outlet counts.
        addresses: other links to its page.
        trace: what the grouping keeps of its words, packed; empty where the text has to be read again.
    """

    story_id: str
    article_id: str
    source: str
    key: str
    url: str
    title: str
    text: str
    lang: str
    outlet: str
    time: datetime
    fetched: datetime
    relation: Relation
    trace: bytes = b""
    owner: str = ""
    addresses: tuple[str, ...] = ()
