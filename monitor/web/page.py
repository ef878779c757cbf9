"""What a page answers with, and how it asks for more of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from aiohttp import web

from monitor.alerts.text import clean

T = TypeVar("T")

PER_PAGE = 50
_DEEPEST = 100_000
_LONGEST_ASKED = 200


@dataclass(frozen=True, slots=True)
class Page:
    """A page to show.

    Attributes:
        template: file in templates/; values: what it shows.
        status: of the answer.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Done:
    """A form was dealt with: where the browser goes, and which words of `WORDS` it shows there.

    Attributes:
        name: what the visitor calls themselves, "" where the form did not say.
    """

    path: str
    words: str = ""
    name: str = ""


WORDS: Mapping[str, str] = {
    "queued": "Queued; it is sent as soon as its channel takes it.",
    "nothing": "There was nothing to send again: the alert is still on its way.",
    "acknowledged": "Acknowledged. Nobody else is called about this story.",
    "again": "You had acknowledged this before.",
    "silenced": "Held back. What comes is listed when the silence ends.",
    "ended": "Ended. What it held is listed in its channel.",
    "gone": "That silence had ended already.",
}


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One page of a long list; `more` where another follows."""

    items: Sequence[T]
    number: int
    more: bool


def asked(request: web.Request, key: str) -> str:
    """What the address asks for under a key, short and without signs that no database takes."""
    return clean(request.query.get(key, "")[:_LONGEST_ASKED])


def number(request: web.Request) -> int:
    """Which page of a list is asked for, from 1."""
    page = asked(request, "page")
    return min(max(int(page), 1), _DEEPEST) if page.isascii() and page.isdigit() and len(page) < 9 else 1


def bounds(page: int, size: int = PER_PAGE) -> tuple[int, int]:
    """Limit and offset to ask the store for: one more than is shown tells whether there is a next page."""
    return size + 1, (page - 1) * size


def part(found: Sequence[T], page: int, size: int = PER_PAGE) -> Part[T]:
    """What is shown of what the store gave."""
    return Part(found[:size], page, len(found) > size)


def not_found(what: str) -> Page:
    """The page for something that is not there."""
    return Page("message.html", {"head": "Not here", "text": what}, status=404)
