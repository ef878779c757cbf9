"""The live members of all stories, and the ways to look among them: by entry, page, shared text and rare words."""

import hashlib
import zlib
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from monitor.model.article import Article
from monitor.model.story import Member
from monitor.stories.identity import canonical_url
from monitor.stories.ledger import Ledger, Told, notice_of, tell
from monitor.stories.neardup import HASHES, MIN_AGREEING, Side, shingles, signature
from monitor.stories.reading import Reading, read
from monitor.stories.sameness import Profile, Query, TermIndex

MAX_LOOKALIKES = 50
READINGS_KEPT = 256
LEDGERS_KEPT = 256


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article read, hashed and weighed once.

    Attributes:
        time: the time to reckon from.
        digest: of title and text as they are.
        page: canonical address, "" for none.
        hashes: word shingles; signature: their MinHash.
    """

    time: datetime
    digest: bytes
    page: str
    reading: Reading
    hashes: frozenset[int]
    signature: npt.NDArray[np.uint8]
    side: Side
    profile: Profile


@dataclass(frozen=True, slots=True)
class Live:
    """A member as it is kept; its text is packed and read again when a comparison needs the words.

    Attributes:
        slot: its number in order of arrival.
        entry: source and key.
        words: numbers of its words in the term index; weights: how much it is about each.
    """

    slot: int
    story_id: str
    article_id: str
    entry: tuple[str, str]
    page: str
    title: str
    packed: bytes
    digest: bytes
    time: datetime
    fetched: datetime
    words: "array[int]"
    weights: "array[float]"
    profile: Profile
    told: Told
    roundup: bool


def prepare(article: Article | Member) -> Prepared:
    """Read an article for deciding. Pure."""
    reading = read(article.title, article.text, article.time)
    hashes = shingles(reading.tokens)
    digest = hashlib.blake2b(
        f"{article.title}\0{article.text}".encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()
    return Prepared(
        time=article.time,
        digest=digest,
        page=canonical_url(article.url),
        reading=reading,
        hashes=hashes,
        signature=signature(hashes),
        side=Side(
            tokens=reading.tokens,
            names=reading.names,
            title_words=frozenset(reading.title.words),
            title_names=reading.title.names,
            days=reading.all_days,
            has_notice=notice_of(reading) is not None,
            titled_only=reading.titled_only,
        ),
        profile=Profile(reading.names, reading.lead_names, reading.places, reading.days, reading.all_days),
    )


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
        self._pages: dict[str, list[Live]] = {}
        self._stories: dict[str, list[int]] = {}
        self._ledgers: OrderedDict[str, Ledger] = OrderedDict()
        self._signatures = np.zeros((HASHES, 1024), dtype=np.uint8)
        self._prepared: OrderedDict[int, Prepared] = OrderedDict()

    def __len__(self) -> int:
        return len(self._members)

    def entry(self, source: str, key: str) -> Live | None:
        """The newest revision of an entry."""
        return self._entries.get((source, key))

    def page(self, page: str) -> tuple[Live, ...]:
        """Members at a canonical address, oldest first."""
        return tuple(self._pages.get(page, ())) if page else ()

    def ledger(self, story_id: str) -> Ledger:
        """What a live story has told."""
        ledger = self._ledgers.get(story_id)
        if ledger is None:
            ledger = self._ledgers[story_id] = Ledger(self.terms.number)
            for slot in self._stories[story_id]:
                ledger.add(self._members[slot].told, self._members[slot].words)
            if len(self._ledgers) > LEDGERS_KEPT:
                self._ledgers.popitem(last=False)
        else:
            self._ledgers.move_to_end(story_id)
        return ledger

    def size(self, story_id: str) -> int:
        """How many live members a story has."""
        return len(self._stories[story_id])

    def likely(self, query: Query, limit: int) -> list[tuple[Live, float]]:
        """Members that share the weightiest words, likeliest first, with the cosine similarity of all words."""
        found = [self._members[slot] for slot in self.terms.candidates(query, self._base, limit)]
        return list(zip(found, self.terms.cosines(query, [(m.words, m.weights) for m in found]), strict=True))

    def lookalikes(self, prepared: Prepared) -> list[Live]:
        """Members whose signature says they may share much of the text, oldest first."""
        if not self._members or not prepared.hashes:
            return []
        agreeing = np.zeros(self._next - self._base, dtype=np.uint8)
        for row, byte in zip(self._signatures, prepared.signature, strict=True):
            agreeing += row[: len(agreeing)] == byte
        found = np.flatnonzero(agreeing >= MIN_AGREEING)
        if len(found) > MAX_LOOKALIKES:
            found = np.sort(found[np.argsort(-agreeing[found].astype(np.int16), kind="stable")[:MAX_LOOKALIKES]])
        return [self._members[self._base + int(at)] for at in found]

    def read_again(self, live: Live) -> Prepared:
        """A member's words, from the cache or its packed text."""
        known = self._prepared.get(live.slot)
        if known is None:
            text = zlib.decompress(live.packed).decode("utf-8", "surrogatepass")
            source, key = live.entry
            known = prepare(Article(source, key, live.title, text, live.fetched, live.time))
            self._keep(live.slot, known)
        else:
            self._prepared.move_to_end(live.slot)
        return known

    def add(self, member: Member, prepared: Prepared | None = None) -> None:
        """Take in a member, read before or not, then let go of what is too old or too much."""
        prepared = prepared or prepare(member)
        live = Live(
            slot=self._next,
            story_id=member.story_id,
            article_id=member.article_id,
            entry=(member.source, member.key),
            page=prepared.page,
            title=member.title,
            packed=zlib.compress(member.text.encode("utf-8", "surrogatepass"), 1),
            digest=prepared.digest,
            time=member.time,
            fetched=member.fetched,
            words=self.terms.add(self._next, list(prepared.reading.weights)),
            weights=array("f", prepared.reading.weights.values()),
            profile=prepared.profile,
            told=tell(prepared.reading, member.time),
            roundup=prepared.reading.roundup,
        )
        self._members[live.slot] = live
        self._next += 1
        self._write_signature(live.slot, prepared.signature)
        self._entries[live.entry] = live
        if live.page:
            self._pages.setdefault(live.page, []).append(live)
        self._stories.setdefault(live.story_id, []).append(live.slot)
        if live.story_id in self._ledgers:
            self._ledgers[live.story_id].add(live.told, live.words)
        self._keep(live.slot, prepared)
        self._clock = max(self._clock or member.fetched, member.fetched)
        self._evict(self._clock - self._window)

    def _keep(self, slot: int, prepared: Prepared) -> None:
        self._prepared[slot] = prepared
        if len(self._prepared) > READINGS_KEPT:
            self._prepared.popitem(last=False)

    def _write_signature(self, slot: int, values: npt.NDArray[np.uint8]) -> None:
        at = slot - self._base
        if at >= self._signatures.shape[1]:
            grown = np.zeros((HASHES, 2 * self._signatures.shape[1]), dtype=np.uint8)
            grown[:, : self._signatures.shape[1]] = self._signatures
            self._signatures = grown
        self._signatures[:, at] = values

    def _evict(self, since: datetime) -> None:
        gone = 0
        while self._members:
            oldest = self._members[self._base + gone]
            if oldest.fetched >= since and len(self._members) <= self._limit:
                break
            self._forget(oldest)
            gone += 1
        if gone:
            self._base += gone
            self._signatures[:, :-gone] = self._signatures[:, gone:].copy()

    def _forget(self, live: Live) -> None:
        del self._members[live.slot]
        self.terms.remove(live.slot, live.words)
        self._prepared.pop(live.slot, None)
        if self._entries.get(live.entry) is live:
            del self._entries[live.entry]
        if live.page:
            same_page = self._pages[live.page]
            same_page.remove(live)
            if not same_page:
                del self._pages[live.page]
        self._ledgers.pop(live.story_id, None)
        slots = self._stories[live.story_id]
        slots.remove(live.slot)
        if not slots:
            del self._stories[live.story_id]
