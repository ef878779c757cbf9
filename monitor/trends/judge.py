"""Whether a rule's conditions over time hold for an article it matches, and what led to it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.alert import Reason, Verdict
from monitor.model.article import Article
from monitor.model.rule import Rule
from monitor.model.story import Relation, StoryDecision
from monitor.model.trend import MIN_WINDOWS, Edited, FirstSeen, Frequency, SeenKind, SeenName, Sighting, Spike
from monitor.trends.wording import counted, listed, span


@dataclass(frozen=True, slots=True)
class Past:
    """What a rule has met before an article; of the matches only those that may matter for it.

    Attributes:
        since: when the rule came into force.
        sightings: articles it has matched within `reach`, the article itself left out.
        new: names and terms of the article that it never met before; None where the article's facts are missing.
        told: the article's story has alerted for this rule already.
        fallen_out: an earlier version of the article matched, and this one no longer does.
    """

    since: datetime
    sightings: Sequence[Sighting] = ()
    new: tuple[SeenName, ...] | None = ()
    told: bool = False
    fallen_out: bool = False


def reach(rule: Rule, article: Article) -> tuple[datetime, datetime] | None:
    """From when to when earlier matches matter for the article; None where none do."""
    trends, at = rule.trends, article.moment
    begins, ends = [], []
    if trends.frequency:
        begins.append(at - trends.frequency.within)
        ends.append(at + trends.frequency.within)
    if trends.spike:
        begins.append(at - trends.spike.within - trends.spike.over)
        ends.append(at)
    return (min(begins), max(ends)) if begins else None


def judge(rule: Rule, article: Article, story: StoryDecision, past: Past) -> Verdict:
    """Whether all of the rule's conditions over time hold for an article it has matched.

    A story that has alerted for the rule before is followed whatever the numbers are now; only edits are asked for
    each time.
    """
    trends = rule.trends
    verdicts: list[Verdict] = []
    if trends.flatline and trends.flatline.only:
        verdicts.append(Verdict(Reason.SILENCE_ONLY, ("the rule alerts only when nothing matches",)))
    if trends.edited:
        verdicts.append(_edited(trends.edited, story, past))
    if not past.told:
        here = _sighting(article, story)
        if trends.frequency:
            verdicts.append(_frequency(trends.frequency, here, past.sightings))
        if trends.spike:
            verdicts.append(_spike(trends.spike, here, past))
        if trends.first_seen:
            verdicts.append(_first_seen(trends.first_seen, here.at, past))
    held = next((verdict for verdict in verdicts if verdict.held), None)
    if held is not None:
        return held
    because = tuple(line for verdict in verdicts for line in verdict.because)
    return Verdict(None, because, speaks=any(verdict.speaks for verdict in verdicts))


def unseen(names: Iterable[SeenName], known: Mapping[SeenKind, frozenset[str]]) -> tuple[SeenName, ...]:
    """Those of the names that are not known."""
    return tuple(name for name in names if name.key not in known.get(name.kind, frozenset()))


def _sighting(article: Article, story: StoryDecision) -> Sighting:
    copy = story.relation is Relation.COPY
    return Sighting(article.id, article.moment, article.entry, article.outlet or article.source, story.story_id, copy)


def _frequency(asked: Frequency, here: Sighting, sightings: Sequence[Sighting]) -> Verdict:
    counted_in = [here, *sightings]
    if asked.one_story:
        counted_in = [one for one in counted_in if one.story_id == here.story_id]
    outlets = _most_outlets(counted_in, here, asked.within)
    within = f"in {span(asked.within)}: {listed(outlets)}"
    if len(outlets) < asked.outlets:
        return Verdict(
            Reason.BELOW_FREQUENCY, (f"{len(outlets)} of {counted(asked.outlets, 'independent outlet')} {within}",)
        )
    return Verdict(None, (f"{counted(len(outlets), 'independent outlet')} {within}",))


def _most_outlets(sightings: Iterable[Sighting], here: Sighting, within: timedelta) -> list[str]:
    """The outlets of that stretch of such a length around the article that has the most of them."""
    independent = sorted(
        (one for one in sightings if abs(one.at - here.at) <= within and (one is here or not one.copy)),
        key=lambda one: one.at,
    )
    outlets: Counter[str] = Counter()
    best, best_run, first = 0, (0, 0), 0
    for last, newest in enumerate(independent):
        outlets[newest.outlet.casefold()] += not newest.copy
        while newest.at - independent[first].at > within:
            gone = independent[first].outlet.casefold()
            outlets[gone] -= not independent[first].copy
            first += 1
        number = len(+outlets)
        if number > best and independent[first].at <= here.at <= newest.at:
            best, best_run = number, (first, last + 1)
    names = {one.outlet.casefold(): one.outlet for one in independent[slice(*best_run)] if not one.copy}
    return sorted(names.values(), key=str.casefold)


def _spike(asked: Spike, here: Sighting, past: Past) -> Verdict:
    begin = here.at - asked.within
    usual_from = max(begin - asked.over, past.since)
    watched = begin - usual_from
    if watched < MIN_WINDOWS * asked.within:
        known_at = past.since + (MIN_WINDOWS + 1) * asked.within
        return Verdict(Reason.NO_BASELINE, (f"what is usual for the rule is known from {known_at:%d %b %H:%M} UTC on",))
    entries = {one.entry for one in (here, *past.sightings) if not one.copy and begin < one.at <= here.at}
    before = {one.entry for one in past.sightings if not one.copy and usual_from < one.at <= begin}
    usual = len(before) / (watched / asked.within)
    found = f"{counted(len(entries), 'article')} in {span(asked.within)}, usually {usual:.1f}".removesuffix(".0")
    if len(entries) < max(asked.least, asked.factor * usual):
        return Verdict(Reason.NO_SPIKE, (found,))
    return Verdict(None, (found,))


def _first_seen(asked: FirstSeen, at: datetime, past: Past) -> Verdict:
    if past.new is None:
        return Verdict(None, ("whether anything in it is new is not known, since its facts are missing",))
    if asked.learn and at < past.since + asked.learn:
        until = past.since + asked.learn
        return Verdict(Reason.LEARNING, (f"the rule learns what is known until {until:%d %b %H:%M} UTC",))
    if not past.new:
        return Verdict(Reason.SEEN_BEFORE, ("everything in it was met before",))
    return Verdict(None, (f"first seen: {listed([name.name for name in past.new])}",))


def _edited(asked: Edited, story: StoryDecision, past: Past) -> Verdict:
    said = {"correction": "corrected", "retraction": "retracted"}
    kinds = {said[change.kind] for change in story.changes if change.kind in said}
    if story.relation is Relation.EDITED or past.fallen_out:
        kinds.add("any")
    found = [kind for kind in ("retracted", "corrected", "any") if kind in kinds and kind in asked.kinds]
    if not found:
        return Verdict(Reason.NOT_EDITED, ("it is no later version of what the rule has matched",))
    line = {"retracted": "withdrawn", "corrected": "corrected", "any": "edited since it was first seen"}[found[0]]
    if past.fallen_out:
        line += "; what the rule looks for is no longer in it"
    return Verdict(None, (line,), speaks=True)
