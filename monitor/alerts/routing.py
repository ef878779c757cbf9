"""Where an alert goes: down the routing tree, for each rule that matched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model.article import Article
from monitor.model.facts import Facts
from monitor.model.policy import Handling, Policy, Route
from monitor.model.rule import Rule
from monitor.model.selector import Subject


@dataclass(frozen=True, slots=True)
class Way:
    """One channel that a rule's alert leads to.

    Attributes:
        route: names of the routes that led here, from the root.
    """

    channel: str
    handling: Handling
    route: tuple[str, ...]


def subject_of(article: Article, rule: Rule, story: str, countries: tuple[str, ...] = (), channel: str = "") -> Subject:
    """What selectors see of a rule that matched an article; `countries` are those of the places it names."""
    return Subject(
        rule=rule.id,
        labels=(*rule.labels, *article.labels),
        severity=rule.severity,
        source=article.source,
        outlet=article.outlet,
        group=article.group,
        lang=article.lang,
        countries=tuple(dict.fromkeys((*countries, *filter(None, (article.country,))))),
        channel=channel,
        story=story,
    )


def countries_of(facts: Facts | None) -> tuple[str, ...]:
    """The countries of the places an article names."""
    entities = facts.entities if facts else ()
    return tuple(dict.fromkeys(entity.geo.country for entity in entities if entity.geo and entity.geo.country))


def ways(
    policy: Policy, subject: Subject, own: tuple[str, ...], now: datetime, default_channel: str
) -> tuple[Way, ...]:
    """The channels an alert leads to, each once, by the first route that names it; never none.

    `own` are the channels the rule itself names: they hold where no route on the way sets others.
    """
    found: dict[str, Way] = {}
    for route, names in _taking(policy, policy.root, subject, now):
        for channel in route.handling.channels or own or (default_channel,):
            found.setdefault(channel_key(channel), Way(channel.strip() or default_channel, route.handling, names))
    return tuple(found.values())


def same_channel(one: str, other: str) -> bool:
    """Whether two spellings name one channel: `#News` and `news` do."""
    return channel_key(one) == channel_key(other)


def takers(channel: str, sinks: Sequence[str]) -> tuple[str, ...]:
    """The sinks that an alert for the channel goes to.

    The first sink takes plain channels, and a channel "KIND:NAME" goes to the sink of that kind instead; the sinks
    behind the first keep a record of every alert.
    """
    kind, named, _ = channel.partition(":")
    main = kind.strip().lower() if named else next(iter(sinks), "")
    return tuple(dict.fromkeys(name for name in (main, *sinks[1:]) if name))


def channel_key(channel: str) -> str:
    """What all spellings of a channel have in common."""
    return channel.strip().removeprefix("#").casefold()


def _taking(policy: Policy, route: Route, subject: Subject, now: datetime) -> Iterator[tuple[Route, tuple[str, ...]]]:
    """The routes that handle the subject, with their names from the root."""
    for branch in route.routes:
        if not branch.selector.takes(subject):
            continue
        if branch.during and not any(times.covers(now) for times in policy.named(branch.during)):
            continue
        for taking, names in _taking(policy, branch, subject, now):
            yield taking, (route.name, *names)
        if not branch.go_on:
            return
    yield route, (route.name,)
