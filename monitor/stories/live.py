"""The live members of all stories, and the ways to look among them: by entry, page, shared text and rare words."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from monitor.model.article import Article
from monitor.model.story import Member
from monitor.stories.additions import marks_of
from monitor.stories.identity import canonical_url
from monitor.stories.ledger import Ledger, Told, notices_of, tell
from monitor.stories.neardup import HASHES, MIN_AGREEING, Side, shingles, signature
from monitor.stories.reading import LEAD_SENTENCES, MAX_CHARS, Reading, read
from monitor.stories.sounds import is_cyrillic, sound_of
from monitor.stories.terms import Codes, Numbers, Query, Shared, TermIndex, count_of, key_of, sounding, terms_of
from monitor.stories.trace import Past, Trace, pack_past, unpack, unpack_past
from monitor.stories.vocabulary import ACTIONS, COMMON_STEMS

MAX_LOOKALIKES = 50
MAX_AT_PAGE = 20
PASTS_KEPT = 1024
LEDGERS_KEPT = 256
MAX_TOKENS = 800
"""Copies are told by the first so many words."""

NEAR = timedelta(days=14)
"""Days farther off are history, and the same in every report of a series."""

CLOCK_WRONG = timedelta(days=2)
MAX_PLACES, MAX_DAYS, MAX_SOUNDS = 20, 60, 16
_FIRST_LOOK, _ENOUGH = 24, 2
"""So many rows of the signatures are compared with everything; the rest only where enough of these agree."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article read, hashed and weighed once.

    Attributes:
        time: the time to reckon from.
        hashes: word shingles.
        pages: canonical addresses of its page, its own first.
    """

    time: datetime
    reading: Reading
    hashes: frozenset[int]
    side: Side
    told: Told
    trace: Trace
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Live:
    """A member as it is kept.

    Attributes:
        slot: its number in order of arrival.
        entry: source and key.
        numbers: of its words in the term index, 32 bits each; codes: as in `Terms`.
    """

    slot: int
    story_id: str
    article_id: str
    entry: tuple[str, str]
    time: datetime
    fetched: datetime
    numbers: bytes
    codes: bytes
    lead: int
    places: tuple[int, ...]
    days: tuple[int, ...]
    all_days: tuple[int, ...]
    acts: tuple[int, ...]
    pages: tuple[int, ...]
    digest: bytes
    lang: str
    again: bool
    looks_back: bool
    roundup: bool
    titled_only: bool
    stub: bool
    body: bytes
    first: bool

    def terms(self) -> tuple[Numbers, Codes, int]:
        """Word numbers, codes and size of the lead."""
        return np.frombuffer(self.numbers, dtype=np.uint32), np.frombuffer(self.codes, dtype=np.uint8), self.lead


def prepare(article: Article | Member) -> Prepared:
    """Read an article for deciding. Pure."""
    time = article.time if isinstance(article, Member) else article.likely_time
    reading = read(article.title, article.text, time)
    tokens = reading.tokens[:MAX_TOKENS]
    hashes = shingles(tokens)
    side = Side(
        tokens=tokens,
        names=reading.names,
        title_words=frozenset(reading.title.words),
        title_names=reading.title.names,
        days=frozenset(day for day in reading.all_days if abs(day - time.date()) <= NEAR),
        notices=tuple(notice.text for notice in notices_of(reading)),
        titled_only=reading.titled_only,
    )
    told = tell(reading, time)
    in_lead = len({word for sentence in (reading.title, *reading.body[:LEAD_SENTENCES]) for word in sentence.words})
    content = f"{article.title}\0{article.text}".encode("utf-8", "surrogatepass")
    pages = pages_of(article)
    trace = Trace(
        digest=hashlib.blake2b(content, digest_size=8).digest(),
        page=page_key(pages[0]) if pages else 0,
        signature=signature(hashes),
        terms=terms_of(reading.weights, reading.names, _subjects(reading), in_lead, _beside(reading)),
        places=tuple(sorted(key_of(place) for place in reading.places))[:MAX_PLACES],
        days=tuple(sorted(day.toordinal() for day in reading.days))[:MAX_DAYS],
        all_days=tuple(sorted(day.toordinal() for day in reading.all_days))[:MAX_DAYS],
        acts=tuple(sorted(key_of(act) for act in {a for s in reading.lead[:2] for a in s.actions}))[:MAX_DAYS],
        lang=article.lang,
        again=reading.again,
        looks_back=reading.looks_back,
        roundup=reading.roundup,
        titled_only=reading.titled_only,
        stub=reading.stub,
        body=pack_past(article.title[:1000], side, told, _marks(article, reading)),
    )
    return Prepared(time, reading, hashes, side, told, trace, pages)


def knowing(article: Article, prepared: Prepared, added: Told, before: Past) -> Prepared:
    """A newer version of an article, kept with all that it and its earlier versions have told."""
    told = added.joined(prepared.told).joined(before.told)
    body = pack_past(article.title[:1000], prepared.side, told, _marks(article, prepared.reading))
    return replace(prepared, told=told, trace=replace(prepared.trace, body=body))


def _marks(article: Article | Member, reading: Reading) -> frozenset[int]:
    """Of its sentences, where more is said than what is kept of the words."""
    long = len(reading.tokens) > MAX_TOKENS or len(article.text) > MAX_CHARS
    return marks_of(article.text) if long else frozenset()


def _subjects(reading: Reading) -> frozenset[str]:
    """Words of the title that say what the article is about, written as names or not."""
    return frozenset(w for w in reading.title.words if w not in ACTIONS and w not in COMMON_STEMS)


def pages_of(article: Article | Member) -> tuple[str, ...]:
    """The canonical addresses of its page, its own first."""
    found = (canonical_url(url) for url in (article.url, *article.addresses))
    return tuple(dict.fromkeys(page for page in found if page))


def _beside(reading: Reading) -> list[tuple[int, int]]:
    """The numbers of title and lead, and how its names sound."""
    sounds = dict.fromkeys(
        sounding(sound, cyrillic=is_cyrillic(name)) for name in sorted(reading.lead_names) if (sound := sound_of(name))
    )
    return [*(count_of(number) for number in reading.counts), *list(sounds)[:MAX_SOUNDS]]


def page_key(page: str) -> int:
    """64 bits that stand for a canonical address."""
    return int.from_bytes(hashlib.blake2b(page.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class LiveMembers:
    """What can still be joined: everything that arrived within the window, up to a limit; the oldest goes first."""

    def __init__(self, window: timedelta, limit: int) -> None:
        self.terms = TermIndex()
        self._window, self._limit = window, limit
        self._members: dict[int, Live] = {}
        self._next = 0
        self._base = 0
        self._clock: datetime | None = None
        self._entries: dict[tuple[str, str], Live] = {}
        self._pages: dict[int, list[Live]] = {}
        self._stories: dict[str, list[int]] = {}
        self._ledgers: OrderedDict[str, Ledger] = OrderedDict()
        self._signatures = np.zeros((HASHES, 1024), dtype=np.uint8)
        self._first_column = 0
        self._pasts: OrderedDict[int, Past] = OrderedDict()
        self._known: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._members)

    def entry(self, source: str, key: str) -> Live | None:
        """The newest revision of an entry."""
        return self._entries.get((source, key))

    def at_pages(self, pages: Sequence[str]) -> list[tuple[Live, str]]:
        """Members at one of these canonical addresses and which that is, newest first; some of many."""
        found = {live.slot: (live, page) for page in reversed(pages) for live in self._pages.get(page_key(page), ())}
        return [found[slot] for slot in sorted(found, reverse=True)[:MAX_AT_PAGE]]

    def ledger(self, story_id: str) -> Ledger:
        """What a live story has told."""
        ledger = self._ledgers.get(story_id)
        if ledger is None:
            ledger = self._ledgers[story_id] = Ledger(self.terms.number)
            for slot in self._stories[story_id]:
                member = self._members[slot]
                ledger.add(self.past(member).told, member.terms()[0].tolist())
            if len(self._ledgers) > LEDGERS_KEPT:
                self._ledgers.popitem(last=False)
        else:
            self._ledgers.move_to_end(story_id)
        return ledger

    def size(self, story_id: str) -> int:
        """How many live members a story has."""
        return len(self._stories[story_id])

    def likely(self, query: Query, limit: int) -> list[tuple[Live, Shared]]:
        """Members that share the weightiest words, likeliest first, with what they share."""
        found = [self._members[slot] for slot in self.terms.candidates(query, self._base, limit)]
        return list(zip(found, self.terms.shared(query, [m.terms() for m in found]), strict=True))

    def has_word(self, live: Live, key: int) -> bool:
        """Whether a member has a word, by its key."""
        number = self.terms.number_of(key)
        return number is not None and number in live.terms()[0]

    def lookalikes(self, prepared: Prepared) -> list[Live]:
        """Members whose signature says they may share much of the text, oldest first."""
        if not self._members or not prepared.hashes:
            return []
        columns = self._signatures[:, self._base - self._first_column : self._next - self._first_column]
        wanted = prepared.trace.signature
        seen = np.zeros(columns.shape[1], dtype=np.uint8)
        for row, byte in zip(columns[:_FIRST_LOOK], wanted, strict=False):
            seen += row == byte
        maybe = np.flatnonzero(seen >= _ENOUGH)
        agreeing = (columns[:, maybe] == wanted[:, None]).sum(axis=0)
        enough = agreeing >= MIN_AGREEING
        found, agreeing = maybe[enough], agreeing[enough]
        if len(found) > MAX_LOOKALIKES:
            found = np.sort(found[np.argsort(-agreeing, kind="stable")[:MAX_LOOKALIKES]])
        return [self._members[self._base + int(at)] for at in found]

    def past(self, live: Live) -> Past:
        """A member's words, from the cache or unpacked."""
        known = self._pasts.get(live.slot)
        if known is None:
            known = unpack_past(live.body, live.time, titled_only=live.titled_only)
            self._keep(live.slot, known)
        else:
            self._pasts.move_to_end(live.slot)
        return known

    def add(self, member: Member, prepared: Prepared | None = None) -> None:
        """Take in a member, read before or not, then let go of what is too old or too much."""
        trace = prepared.trace if prepared is not None else _trace_of(member)
        first = member.article_id == member.story_id
        story_id = self._known.setdefault(member.story_id, member.story_id)
        live = Live(
            slot=self._next,
            story_id=story_id,
            article_id=story_id if member.article_id == story_id else member.article_id,
            entry=(self._known.setdefault(member.source, member.source), member.key),
            time=member.time,
            fetched=member.time if member.fetched == member.time else member.fetched,
            numbers=self.terms.add(self._next, trace.terms.keys, first=first).tobytes(),
            codes=trace.terms.codes.tobytes(),
            lead=trace.terms.lead,
            places=trace.places,
            days=trace.days,
            all_days=trace.all_days,
            acts=trace.acts,
            pages=_page_keys(member, trace.page),
            digest=trace.digest,
            lang=self._known.setdefault(trace.lang, trace.lang),
            again=trace.again,
            looks_back=trace.looks_back,
            roundup=trace.roundup,
            titled_only=trace.titled_only,
            stub=trace.stub,
            body=trace.body,
            first=first,
        )
        self._members[live.slot] = live
        self._next += 1
        self._write_signature(live.slot, trace.signature)
        self._entries[live.entry] = live
        for page in live.pages:
            self._pages.setdefault(page, []).append(live)
        self._stories.setdefault(live.story_id, []).append(live.slot)
        if live.story_id in self._ledgers:
            self._ledgers[live.story_id].add(self.past(live).told, live.terms()[0].tolist())
        # What was fetched far ahead of the others met a clock that has been set right since.
        ahead = self._clock is not None and self._clock - member.fetched > CLOCK_WRONG
        self._clock = member.fetched if self._clock is None or ahead else max(self._clock, member.fetched)
        self._evict(self._clock - self._window)

    def move(self, article_id: str, story_id: str) -> None:
        """Put a member into another story."""
        before = next((live for live in self._members.values() if live.article_id == article_id), None)
        if before is None or before.story_id == story_id:
            return
        live = replace(before, story_id=story_id, first=article_id == story_id)
        self.terms.recount(live.terms()[0], was_first=before.first, is_first=live.first)
        self._members[live.slot] = live
        if self._entries.get(live.entry) is before:
            self._entries[live.entry] = live
        for page in live.pages:
            self._pages[page] = [live if one is before else one for one in self._pages[page]]
        self._leave(before)
        slots = self._stories.setdefault(story_id, [])
        slots.append(live.slot)
        slots.sort()
        self._ledgers.pop(story_id, None)

    def _leave(self, live: Live) -> None:
        """Take a member out of its story."""
        self._ledgers.pop(live.story_id, None)
        slots = self._stories[live.story_id]
        slots.remove(live.slot)
        if not slots:
            del self._stories[live.story_id]
            self._known.pop(live.story_id, None)

    def _keep(self, slot: int, past: Past) -> None:
        self._pasts[slot] = past
        if len(self._pasts) > PASTS_KEPT:
            self._pasts.popitem(last=False)

    def _write_signature(self, slot: int, values: npt.NDArray[np.uint8]) -> None:
        width = self._signatures.shape[1]
        if slot - self._first_column >= width:
            live = slot - self._base
            moved = np.zeros((HASHES, width if live < width // 2 else 2 * width), dtype=np.uint8)
            moved[:, :live] = self._signatures[:, self._base - self._first_column : slot - self._first_column]
            self._signatures, self._first_column = moved, self._base
        self._signatures[:, slot - self._first_column] = values

    def _evict(self, since: datetime) -> None:
        gone = 0
        while self._members:
            oldest = self._members[self._base + gone]
            if oldest.fetched >= since and len(self._members) <= self._limit:
                break
            self._forget(oldest)
            gone += 1
        self._base += gone

    def _forget(self, live: Live) -> None:
        del self._members[live.slot]
        self.terms.remove(live.slot, live.terms()[0], first=live.first)
        self._pasts.pop(live.slot, None)
        if self._entries.get(live.entry) is live:
            del self._entries[live.entry]
        for page in live.pages:
            same_page = self._pages[page]
            same_page.remove(live)
            if not same_page:
                del self._pages[page]
        self._leave(live)


def _page_keys(member: Member, own: int) -> tuple[int, ...]:
    """All addresses of its page as keys; the trace has its own."""
    if not member.addresses:
        return (own,) if own else ()
    return tuple(page_key(page) for page in pages_of(member))


def _trace_of(member: Member) -> Trace:
    """The stored trace; where there is none the text is read again."""
    return unpack(member.trace) if member.trace else prepare(member).trace
