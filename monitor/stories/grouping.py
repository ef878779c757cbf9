"""Deciding, article by article in order of arrival, which story each belongs to and what it adds to it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from monitor.model.article import Article
from monitor.model.story import Change, Member, Relation, StoryDecision
from monitor.stories import additions, neardup, novelty
from monitor.stories.explain import evidence, explained, other_language
from monitor.stories.ledger import tell
from monitor.stories.live import Live, LiveMembers, Prepared, knowing, prepare
from monitor.stories.neardup import Overlap, Verdict
from monitor.stories.reading import NUMBERED_SENTENCES, read
from monitor.stories.sameness import Likeness, Setting, likeness
from monitor.stories.trace import Past, pack

MIN_WORDS = 0.03
"""Below this likeness of words nothing else can make two articles one story."""

STORY_SAMPLE = 6
"""A story is as like an article as its likest member and so many of its likest on average: one link makes no chain."""

TITLE_ALONE = 0.6
"""Where one of two articles has no text they need this much likeness to be one story."""

MOST_GONE = 0.1
"""A newer version that keeps all but so much of the older one only adds to it."""

FORM_WORDS, FORM_OVERLAP, SHORT_OVERLAP = 0.4, 0.2, 0.1
"""From this likeness of words and share of common word groups on, articles may be two fillings of one form."""


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """Limits and thresholds of the grouping.

    Attributes:
        window: an article can join what arrived up to this long before it; older members are forgotten.
        max_members: at most so many articles are kept; the oldest go first.
        copy_window: a short text with the same words after this long is the next of a series, not a copy.
        same_story: likeness from which an article joins a story, 0 to 1.
        candidates: how many of the likeliest members are compared word by word.
    """

    window: timedelta = timedelta(days=30)
    max_members: int = 100_000
    copy_window: timedelta = timedelta(hours=70)
    same_story: float = 0.45
    candidates: int = 24


class Grouper:
    """The live stories. Decisions follow from the admitted articles alone, so a restart changes none of them."""

    def __init__(self, settings: GroupSettings | None = None) -> None:
        self.settings = settings or GroupSettings()
        self._live = LiveMembers(self.settings.window, self.settings.max_members)
        self._just_read: tuple[Article, Prepared] | None = None

    def __len__(self) -> int:
        return len(self._live)

    def restore(self, members: Iterable[Member]) -> None:
        """Take in what was admitted before a restart, in the order it was."""
        for member in members:
            self._live.add(member)

    def admit(self, article: Article, decision: StoryDecision) -> Member:
        """Add a decided article; the member it returns is all that `restore` needs."""
        member = self.member(article, decision)
        self._live.add(member, self._read(article))
        return member

    def member(self, article: Article, decision: StoryDecision) -> Member:
        """A decided article as its story keeps it."""
        return Member(
            story_id=decision.story_id,
            article_id=article.id,
            source=article.source,
            key=article.key,
            url=article.url,
            title=article.title,
            text=article.text,
            lang=article.lang,
            outlet=article.outlet,
            time=article.likely_time,
            fetched=article.fetched,
            relation=decision.relation,
            trace=self.trace(article),
            owner=article.owner,
            addresses=article.addresses,
        )

    def trace(self, article: Article) -> bytes:
        """What to store of an article, so that `restore` need not read its text again."""
        return pack(self._read(article).trace)

    def move(self, article_id: str, story_id: str) -> None:
        """Put a live member into another story, as somebody has decided; one that is live no more is passed over."""
        self._live.move(article_id, story_id)

    def decide(self, article: Article) -> StoryDecision:
        """Where an article belongs. Changes nothing; the same members and article give the same decision."""
        new = self._read(article)
        lookalikes = self._live.lookalikes(new)
        return (
            self._same_entry(article, new)
            or self._same_page(article, new)
            or self._near_duplicate(article, new, lookalikes)
            or self._same_story(article, new, lookalikes)
            or StoryDecision(
                article.id, article.id, Relation.NEW, reason="roundup" if new.reading.roundup else "nothing_alike"
            )
        )

    def explain(self, later: Article, earlier: Article) -> Iterator[str]:
        """Everything that is compared of two articles, in words, and what came of it; both must not be live yet."""
        self.admit(earlier, StoryDecision(earlier.id, earlier.id, Relation.NEW))
        new = self._read(later)
        other = self._live.entry(earlier.source, earlier.key)
        if other is None or other.article_id != earlier.id:
            yield "the earlier article is not live any more: it is older than the window"
            return
        yield from explained(
            new, other, self._live, needed=self.settings.same_story, copy_window=self.settings.copy_window
        )

    def _read(self, article: Article) -> Prepared:
        """Read an article once for deciding and admitting."""
        if self._just_read is None or self._just_read[0] is not article:
            self._just_read = article, prepare(article)
        return self._just_read[1]

    def _same_entry(self, article: Article, new: Prepared) -> StoryDecision | None:
        before = self._live.entry(article.source, article.key)
        if before is None:
            return None
        if before.digest == new.trace.digest:
            return _join(article, before, Relation.COPY, "same_entry", 1.0)
        old = self._live.past(before)
        common = neardup.overlap(new.hashes, old.hashes)
        if not _still_about(new, old, common):
            return None
        added = self._edits(article, new, old, before.story_id)
        return _join(article, before, Relation.EDITED, "edited_entry", common.jaccard, changes=added)

    def _same_page(self, article: Article, new: Prepared) -> StoryDecision | None:
        for before, page in self._live.at_pages(new.pages):
            old = self._live.past(before)
            common = neardup.overlap(new.hashes, old.hashes)
            if not _still_about(new, old, common):
                continue
            added = self._edits(article, new, old, before.story_id) if before.time <= new.time else ()
            if article.source != before.entry[0]:
                # Another feed's headline for the page is no edit of it.
                added = tuple(change for change in added if change.kind != "title")
            relation = Relation.EDITED if added else Relation.COPY
            return _join(
                article,
                before,
                relation,
                "same_url",
                common.containment,
                changes=added,
                evidence=(f"page {page}",),
            )
        return None

    def _near_duplicate(self, article: Article, new: Prepared, lookalikes: list[Live]) -> StoryDecision | None:
        best: tuple[Overlap, Live, Verdict] | None = None
        for other in lookalikes:
            verdict, common = self._judge(new, other)
            evidence = (
                f"{common.jaccard:.0%} of all word groups shared, {common.containment:.0%} of the shorter text's",
            )
            if verdict is Verdict.COPY:
                return _join(article, other, Relation.COPY, "near_duplicate", common.containment, evidence=evidence)
            if new.reading.roundup or other.roundup:
                # The next briefing is made of the last one's headlines, and belongs to none of their stories.
                continue
            if verdict in {Verdict.REVISED, Verdict.EXTENDED} and (best is None or common.inside >= best[0].inside):
                best = common, other, verdict
        if best is None:
            return None
        common, other, verdict = best
        reason = f"near_duplicate_{verdict}"
        ledger = self._live.ledger(other.story_id)
        added = novelty.changes(new.reading, new.time, ledger, self._live.terms.rarity)
        if not added and verdict is Verdict.REVISED and new.time >= other.time:
            old = self._live.past(other)
            added = tuple(novelty.replaced(new.reading, neardup.differences(new.side, old.side), ledger))
        if added:
            return _join(article, other, Relation.UPDATE, reason, common.containment, changes=added)
        relation = Relation.COPY if common.inside >= 0.45 else Relation.SAME_STORY
        return _join(article, other, relation, reason, common.containment)

    def _same_story(self, article: Article, new: Prepared, lookalikes: list[Live]) -> StoryDecision | None:
        if new.reading.roundup or not new.reading.weights:
            return None
        found = self._likest_story(new, lookalikes)
        if found is None:
            return None
        score, other, seen = found
        if score < (TITLE_ALONE if new.reading.titled_only or other.titled_only else self.settings.same_story):
            return None
        added = novelty.changes(
            new.reading,
            new.time,
            self._live.ledger(other.story_id),
            self._live.terms.rarity,
            other_language=other_language(new, other),
        )
        relation = Relation.UPDATE if added else Relation.SAME_STORY
        why = tuple(evidence(new, other, seen, self._live))
        return _join(article, other, relation, "same_event", score, changes=added, evidence=why)

    def _likest_story(self, new: Prepared, lookalikes: list[Live]) -> tuple[float, Live, Likeness] | None:
        """The story most like an article: its score, its likest member, and how that one is alike."""
        sharing = {other.slot for other in lookalikes}
        forms: set[str] = set()
        series = False
        stories: dict[str, list[tuple[float, Live, Likeness]]] = {}
        for other, seen in self._compare(new):
            gap = abs(new.time - other.time)
            one_more = new.reading.again and seen.conflict == "events"
            if one_more or self._is_form(new, other, gap, words=seen.shared.words, shares=other.slot in sharing):
                forms.add(other.story_id)
                series = series or gap >= neardup.NEXT_DAY
                continue
            stories.setdefault(other.story_id, []).append((seen.score, other, seen))
        best: tuple[float, Live, Likeness] | None = None
        for story_id, members in stories.items():
            # The next bulletin of a series is about its day: it joins what others tell of that, and no older story.
            if story_id in forms or (series and all(abs(new.time - m[1].time) >= neardup.NEXT_DAY for m in members)):
                continue
            members.sort(key=lambda m: (-m[0], m[1].slot))
            live = self._live.size(story_id)
            size = min(live, max(STORY_SAMPLE, math.isqrt(live)))
            score = 0.5 * members[0][0] + 0.5 * sum(m[0] for m in members[:size]) / size
            if best is None or score > best[0]:
                best = score, members[0][1], members[0][2]
        return best

    def _compare(self, new: Prepared) -> Iterator[tuple[Live, Likeness]]:
        """The likeliest members with how alike each is."""
        terms, trace = self._live.terms, new.trace
        my_keys = set(trace.terms.keys.tolist())
        mine = Setting(
            trace.places, trace.days, trace.all_days, trace.acts, trace.again, trace.looks_back, my_keys.__contains__
        )
        for other, shared in self._live.likely(terms.query(trace.terms), self.settings.candidates):
            if max(shared.words, shared.sounds) < MIN_WORDS or other.roundup:
                continue
            if other.stub and not new.reading.titled_only:
                continue
            has_word = partial(self._live.has_word, other)
            theirs = Setting(
                other.places, other.days, other.all_days, other.acts, other.again, other.looks_back, has_word
            )
            yield (
                other,
                likeness(
                    shared,
                    mine,
                    theirs,
                    gap=abs(new.time - other.time),
                    other_language=other_language(new, other),
                ),
            )

    def _is_form(self, new: Prepared, other: Live, gap: timedelta, *, words: float, shares: bool) -> bool:
        """Whether the words in common are a form's: filled in for another subject, or the next bulletin of a series."""
        if shares and self._judge(new, other)[0] is Verdict.TEMPLATE:
            return True
        if words < FORM_WORDS and not shares:
            return False
        old = self._live.past(other)
        needed = (
            FORM_OVERLAP if min(len(new.side.tokens), len(old.side.tokens)) >= neardup.SHORT_TOKENS else SHORT_OVERLAP
        )
        return neardup.overlap(new.hashes, old.hashes).containment >= needed and neardup.is_filled_anew(
            new.side, old.side, gap
        )

    def _judge(self, new: Prepared, other: Live) -> tuple[Verdict, Overlap]:
        old = self._live.past(other)
        common = neardup.overlap(new.hashes, old.hashes)
        verdict, _ = neardup.judge(new.side, old.side, common, abs(new.time - other.time), self.settings.copy_window)
        return verdict, common

    def _edits(self, article: Article, new: Prepared, old: Past, story_id: str) -> tuple[Change, ...]:
        """What matters of what a newer version of an article says and the older one does not."""
        if len(new.reading.body) > NUMBERED_SENTENCES or old.marks:
            more = read(article.title, additions.added(article.text, old.hashes, old.marks), new.time)
            self._just_read = article, knowing(article, new, tell(more, new.time), old)
            more = replace(more, title=new.reading.title)
        else:
            body = (s for s in new.reading.body if not additions.is_known(s.text, old.hashes, old.marks))
            more = replace(new.reading, body=tuple(body))
        if len(old.hashes - new.hashes) < MOST_GONE * len(old.hashes):
            # A page that only grows: each addition is the top of an entry of its own, wherever it stands.
            more = replace(more, body=tuple(sorted(more.body, key=novelty.is_aside)))
        return novelty.edits(
            more,
            old,
            additions.really(neardup.differences(new.side, old.side), old.side.tokens, new.hashes),
            time=new.time,
            ledger=self._live.ledger(story_id),
            rarity=self._live.terms.rarity,
        )


def _join(
    article: Article,
    other: Live,
    relation: Relation,
    reason: str,
    score: float,
    *,
    changes: tuple[Change, ...] = (),
    evidence: tuple[str, ...] = (),
) -> StoryDecision:
    return StoryDecision(
        article.id, other.story_id, relation, other.article_id, reason, round(score, 4), evidence, changes
    )


def _still_about(new: Prepared, old: Past, common: Overlap) -> bool:
    """Whether two texts under one key or address are one article, not a page whose contents were replaced."""
    if common.containment >= 0.3 or new.reading.title.text == old.title:
        return True
    mine, theirs = new.side.title_words, old.side.title_words
    alike = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
    return alike >= 0.7 or (alike >= 0.3 and common.containment >= 0.1)
