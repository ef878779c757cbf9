"""What a newer version of a text adds to an older one, wherever it stands: live pages grow at either end all day."""

import re
import zlib
from collections.abc import Collection, Sequence
from dataclasses import replace

from monitor.stories.neardup import SHINGLE, Differences, shingles
from monitor.stories.reading import tokens_of

MOST_CHARS = 200_000
"""Of a longer text only this much is looked at, half of it from each end."""

_ENDS = re.compile(r"\n+|(?<=[.!?…])\s+(?=[^\sa-zа-яіїєґ])|(?<=[。！？])")


def sentences_of(text: str) -> list[str]:
    """The sentences of the whole text, told by punctuation and line ends alone."""
    if len(text) > MOST_CHARS:
        text = f"{text[: MOST_CHARS // 2]}\n{text[-MOST_CHARS // 2 :]}"
    return [stripped for one in _ENDS.split(text) if (stripped := one.strip())]


def marks_of(text: str) -> frozenset[int]:
    """32 bits for each sentence, to know it again by."""
    return frozenset(map(_mark, sentences_of(text)))


def is_known(sentence: str, hashes: frozenset[int], marks: Collection[int]) -> bool:
    """Whether an earlier version has the sentence; for `hashes` and `marks` see `added`."""
    return _mark(sentence) in marks or _is_within(tokens_of(sentence), hashes)


def added(text: str, hashes: frozenset[int], marks: Collection[int]) -> str:
    """The sentences of a text that its earlier version has not, one a line.

    Args:
        text: the newer version.
        hashes: word shingles of the beginning of the older one.
        marks: of its sentences; empty where its beginning is all of it.
    """
    return "\n".join(sentence for sentence in sentences_of(text) if not is_known(sentence, hashes, marks))


def really(found: Differences, tokens: Sequence[str], hashes: frozenset[int]) -> Differences:
    """Of what stands in the same places of two versions, that whose older words are gone: what was added replaces none.

    Args:
        found: numbers, days and names that differ.
        tokens: of the older version.
        hashes: word shingles of the newer one.
    """

    def gone(pair: tuple[str, str]) -> bool:
        words = pair[0].split()
        places = [at for at in range(len(tokens)) if list(tokens[at : at + len(words)]) == words]
        around = (tokens[max(0, at - SHINGLE + 1) : at + len(words) + SHINGLE - 1] for at in places)
        return not places or not all(shingles(some) <= hashes for some in around)

    return replace(
        found,
        numbers=tuple(filter(gone, found.numbers)),
        days=tuple(filter(gone, found.days)),
        names=tuple(filter(gone, found.names)),
        lead_names=tuple(filter(gone, found.lead_names)),
    )


def _is_within(tokens: list[str], hashes: frozenset[int]) -> bool:
    """Whether the words stand there in this order; of fewer than a shingle that cannot be told."""
    return len(tokens) >= SHINGLE and shingles(tokens) <= hashes


def _mark(sentence: str) -> int:
    return zlib.crc32(" ".join(sentence.split()).casefold().encode("utf-8", "surrogatepass"))
