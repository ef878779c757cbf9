"""What is kept of an article for comparing with later ones: a few hundred bytes to two kilobytes, packed.

The packed form is stored with the story's member, so that a restart reads no text again.
"""

import json
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import numpy as np
import numpy.typing as npt

from monitor.stories.ledger import Told
from monitor.stories.neardup import HASHES, Side, shingles
from monitor.stories.numbers import Figure
from monitor.stories.terms import Codes, Numbers, Terms

VERSION = 2
"""Of the packed form. Who changes the form counts this up, and adds a migration that empties what is stored."""

_HEAD = struct.Struct("<BB8s64sHHBBBBQ2s")
_ROUNDUP, _TITLED_ONLY, _LOOKS_BACK, _STUB, _AGAIN = 1, 2, 4, 8, 16


@dataclass(frozen=True, slots=True)
class Trace:
    """An article as it is compared at first sight; `body` is unpacked only where a comparison needs the words.

    Attributes:
        digest: of title and text as they are.
        page: hash of the canonical address, 0 for none.
        signature: MinHash of the word shingles.
        places: keys of names that stand where a place stands, in title and lead.
        days: calendar days the title and lead name; all_days: the whole text, both as ordinals.
        acts: keys of the acts that title and lead tell of.
        lang: ISO 639-1 code or "".
        again: title or first sentence tell of one more event of a kind.
        looks_back: title or lead speak of an event told before.
        roundup: a list of headlines or pictures rather than a report.
        titled_only: there is no text to speak of.
        stub: there is one, but it only asks for a subscription.
        body: see `Past`.
    """

    digest: bytes
    page: int
    signature: npt.NDArray[np.uint8]
    terms: Terms
    places: tuple[int, ...]
    days: tuple[int, ...]
    all_days: tuple[int, ...]
    acts: tuple[int, ...]
    lang: str
    again: bool
    looks_back: bool
    roundup: bool
    titled_only: bool
    stub: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier article unpacked: its words in order, what it told, and the hashes of its word shingles.

    Attributes:
        marks: of the sentences of a text that is too long for its words to be kept, see `additions`.
    """

    title: str
    side: Side
    told: Told
    hashes: frozenset[int]
    marks: frozenset[int] = frozenset()


def pack(trace: Trace) -> bytes:
    """As bytes; `unpack` gives the same again."""
    flags = (_ROUNDUP if trace.roundup else 0) | (_TITLED_ONLY if trace.titled_only else 0)
    flags |= (_LOOKS_BACK if trace.looks_back else 0) | (_STUB if trace.stub else 0) | (_AGAIN if trace.again else 0)
    lang = trace.lang.encode("ascii", "ignore")[:2].ljust(2)
    return b"".join((
        _HEAD.pack(VERSION, flags, trace.digest, trace.signature.tobytes(), len(trace.terms.keys), trace.terms.lead,
                   len(trace.places), len(trace.acts), len(trace.days), len(trace.all_days), trace.page, lang),
        trace.terms.keys.tobytes(),
        trace.terms.codes.tobytes(),
        np.array(trace.places + trace.acts + trace.days + trace.all_days, dtype=np.uint32).tobytes(),
        trace.body,
    ))  # fmt: skip


def unpack(packed: bytes) -> Trace:
    """A trace from its bytes.

    Raises:
        ValueError: they are of another version of the program, or no trace at all.
    """
    if len(packed) < _HEAD.size or packed[0] != VERSION:
        raise ValueError("a packed trace of an unknown version; read the article again")
    _, flags, digest, signature, count, lead, places, acts, days, all_days, page, lang = _HEAD.unpack_from(packed)
    at = _HEAD.size
    keys: Numbers = np.frombuffer(packed, dtype=np.uint32, count=count, offset=at)
    at += 4 * count
    codes: Codes = np.frombuffer(packed, dtype=np.uint8, count=count, offset=at)
    at += count
    found = np.frombuffer(packed, dtype=np.uint32, count=places + acts + days + all_days, offset=at).tolist()
    at += 4 * len(found)
    numbers = iter(found)
    return Trace(
        digest=digest,
        page=page,
        signature=np.frombuffer(signature, dtype=np.uint8, count=HASHES),
        terms=Terms(keys, codes, lead),
        places=tuple(islice(numbers, places)),
        acts=tuple(islice(numbers, acts)),
        days=tuple(islice(numbers, days)),
        all_days=tuple(numbers),
        lang=lang.decode("ascii").strip(),
        again=bool(flags & _AGAIN),
        looks_back=bool(flags & _LOOKS_BACK),
        roundup=bool(flags & _ROUNDUP),
        titled_only=bool(flags & _TITLED_ONLY),
        stub=bool(flags & _STUB),
        body=packed[at:],
    )


def pack_past(title: str, side: Side, told: Told, marks: Collection[int] = ()) -> bytes:
    """The part that is unpacked on demand."""
    figures = [
        (f.text, f.low, f.high, f.about, f.bound, " ".join(sorted(f.context)), int(f.revised)) for f in told.figures
    ]
    values = (
        title,
        " ".join(side.tokens),
        *(" ".join(sorted(words)) for words in (side.names, side.title_words, side.title_names)),
        side.notices,
        " ".join(sorted(told.actions)),
        " ".join(sorted(told.names)),
        sorted(told.marks),
        figures,
        sorted(day.toordinal() for day in told.days),
        np.array(sorted(marks), dtype=np.uint32).tobytes().hex(),
    )
    return zlib.compress(json.dumps(values, separators=(",", ":"), ensure_ascii=True).encode(), 6)


def unpack_past(body: bytes, time: datetime, *, titled_only: bool) -> Past:
    """The words of an article published at that time."""
    (title, tokens, names, title_words, title_names, notices, actions, told_names, marks, figures, days, *rest) = (
        json.loads(zlib.decompress(body))
    )
    all_days = frozenset(date.fromordinal(day) for day in days)
    side = Side(
        tokens=tuple(tokens.split()),
        names=frozenset(names.split()),
        title_words=frozenset(title_words.split()),
        title_names=frozenset(title_names.split()),
        days=all_days,
        notices=tuple(notices),
        titled_only=titled_only,
    )
    told = Told(
        time=time,
        names=frozenset(told_names.split()),
        actions=frozenset(actions.split()),
        figures=tuple(
            Figure(text, low, high, about, bound, frozenset(context.split()), bool(revised))
            for text, low, high, about, bound, context, revised in figures
        ),
        marks=frozenset(marks),
        days=all_days,
    )
    # Members of an earlier release have none.
    known = np.frombuffer(bytes.fromhex(rest[0] if rest else ""), dtype=np.uint32)
    return Past(title, side, told, shingles(side.tokens), frozenset(known.tolist()))
