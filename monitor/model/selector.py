"""Choosing among what would alert: one vocabulary for routes, silences and inhibition."""

from dataclasses import dataclass, fields
from fnmatch import fnmatchcase

from monitor.model.rule import Severity


@dataclass(frozen=True, slots=True)
class Subject:
    """What a selector looks at: one rule that matched one article, on its way to one channel.

    Attributes:
        source: the feed's URL, or "seeds"; outlet, group, lang: as the article has them.
        countries: ISO 3166-1 alpha-2 codes of the places the article names.
        channel, story: "" where they are not known yet.
    """

    rule: str = ""
    labels: tuple[str, ...] = ()
    severity: Severity = Severity.MEDIUM
    source: str = ""
    outlet: str = ""
    group: str = ""
    lang: str = ""
    countries: tuple[str, ...] = ()
    channel: str = ""
    story: str = ""


@dataclass(frozen=True, slots=True)
class Selector:
    """Takes a subject that has, for every key given, one of the values; without keys it takes everything.

    Case doesn't matter, and a `*` stands for any run of characters. A source need only contain a value without `*`.
    Channels are compared without a leading `#`; languages by what stands before a hyphen.
    """

    rule: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()
    source: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    story: tuple[str, ...] = ()

    def takes(self, subject: Subject) -> bool:
        """Whether the subject has what is asked for."""
        return all(
            not wanted or any(_like(value, pattern, key) for value in _values(subject, key) for pattern in wanted)
            for key in SELECTOR_KEYS
            for wanted in [getattr(self, key)]
        )

    def __str__(self) -> str:
        """The keys as a person writes them: `severity=high,critical label=war`; `everything` without keys."""
        given = ((key, getattr(self, key)) for key in SELECTOR_KEYS)
        return " ".join(f"{key}={','.join(map(str, values))}" for key, values in given if values) or "everything"


SELECTOR_KEYS = tuple(field.name for field in fields(Selector))

_PLURALS = {"label": "labels", "country": "countries"}


def _values(subject: Subject, key: str) -> tuple[str, ...]:
    value = getattr(subject, _PLURALS.get(key, key))
    return value if isinstance(value, tuple) else (value,)


def _like(value: str, pattern: str, key: str) -> bool:
    value, pattern = str(value).casefold(), str(pattern).casefold()
    if key == "channel":
        value, pattern = value.strip().removeprefix("#"), pattern.strip().removeprefix("#")
    elif key == "lang":
        value, pattern = value.partition("-")[0], pattern.partition("-")[0]
    elif key == "source" and "*" not in pattern:
        return pattern in value
    # Only `*` is special; fnmatch's `?` and `[` stand in addresses.
    return fnmatchcase(value, pattern.replace("[", "[[]").replace("?", "[?]"))
