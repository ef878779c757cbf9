"""Why two articles are or are not one story, in words."""

from collections.abc import Iterator
from datetime import timedelta

from monitor.stories import neardup
from monitor.stories.live import Live, LiveMembers, Prepared, page_key
from monitor.stories.neardup import Verdict
from monitor.stories.novelty import changes
from monitor.stories.sameness import Likeness, Setting, likeness, names_shared

_VERDICTS = {
    Verdict.COPY: "a copy",
    Verdict.REVISED: "the same text with something changed",
    Verdict.EXTENDED: "the same text with more",
    Verdict.TEMPLATE: "one form filled in twice: another subject, or the next bulletin of its series",
    Verdict.UNLIKE: "too few in common for a copy",
}
_SHOWN = 8


def explained(new: Prepared, other: Live, live: LiveMembers, *, needed: float, copy_window: timedelta) -> Iterator[str]:
    """Everything that is compared of an article and a member, and what came of it.

    Args:
        new: the later article.
        other: the earlier one, a live member.
        live: the members both are seen among.
        needed: likeness from which an article joins a story.
        copy_window: time after which a short text with the same words is the next of a series.
    """
    gap = abs(new.time - other.time)
    past = live.past(other)
    same = next((page for page in new.pages if page_key(page) in other.pages), "")
    if same:
        yield f"page: both are at {same}"
    if new.trace.digest == other.digest:
        yield "text: the same, word for word"
    common = neardup.overlap(new.hashes, past.hashes)
    verdict, found = neardup.judge(new.side, past.side, common, gap, copy_window)
    yield (
        f"word groups: {common.jaccard:.0%} of all shared, {common.containment:.0%} of the shorter text's: "
        f"{_VERDICTS[verdict]}"
    )
    found = found or neardup.differences(new.side, past.side)
    for kind, pairs in (("numbers", found.numbers), ("days", found.days), ("names", found.names)):
        if pairs:
            yield f"{kind} in the same places: {', '.join(f'{old} -> {now}' for old, now in pairs[:_SHOWN])}"
    seen = compare(new, other, live)
    yield from evidence(new, other, seen, live)
    yield f"time between them: {gap.total_seconds() / 3600:.1f} hours"
    yield f"likeness {seen.score:.2f}, {needed:.2f} is needed to be one story"
    ledger = live.ledger(other.story_id)
    news = changes(new.reading, new.time, ledger, live.terms.rarity, other_language=other_language(new, other))
    for change in news:
        moved = f" ({change.about} {change.before} -> {change.after})" if change.before and change.after else ""
        yield f"new in the later one: {change.kind}{moved}: {change.text}"
    if not news:
        yield "new in the later one: nothing that matters"


def compare(new: Prepared, other: Live, live: LiveMembers) -> Likeness:
    """How alike an article and a member are."""
    shared = live.terms.shared(live.terms.query(new.trace.terms), [other.terms()])[0]
    my_keys = set(new.trace.terms.keys.tolist())
    return likeness(
        shared,
        Setting(
            new.trace.places,
            new.trace.days,
            new.trace.all_days,
            new.trace.acts,
            new.trace.again,
            new.trace.looks_back,
            my_keys.__contains__,
        ),
        Setting(
            other.places,
            other.days,
            other.all_days,
            other.acts,
            other.again,
            other.looks_back,
            lambda key: live.has_word(other, key),
        ),
        gap=abs(new.time - other.time),
        other_language=other_language(new, other),
    )


def other_language(new: Prepared, other: Live) -> bool:
    """Whether both languages are known and differ."""
    return bool(new.trace.lang and other.lang and new.trace.lang != other.lang)


def evidence(new: Prepared, other: Live, seen: Likeness, live: LiveMembers) -> Iterator[str]:
    """The weightiest words and names in common, and what speaks against."""
    theirs = set(other.terms()[0].tolist())
    weight = {
        word: w * live.terms.rarity(word)
        for word, w in new.reading.weights.items()
        if live.terms.number(word) in theirs
    }
    yield f"words {seen.shared.words:.2f}: {', '.join(sorted(weight, key=lambda w: (-weight[w], w))[:_SHOWN])}"
    if both := new.reading.lead_names & weight.keys():
        yield f"names {names_shared(seen.shared):.2f}: {', '.join(sorted(both))}"
    if alike := [name for name in sorted(new.reading.lead_names) if live.terms.sounds_like(name, theirs)]:
        yield f"names that sound alike: {', '.join(alike)}"
    if seen.conflict:
        yield f"against: other {seen.conflict}"
