"""Copies: the same words with cuts, another headline or other furniture, told apart from forms filled in anew.

Candidates come from b-bit MinHash signatures (Broder, "On the resemblance and containment of documents", 1997; Li and
König, "b-Bit Minwise Hashing", 2010) compared by brute force, which needs 64 bytes an article and no tuning of bands;
each is verified by the exact Jaccard similarity and containment of its word shingles, and by what stands where the
words differ.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from monitor.stories.numbers import SCALES, WORD_VALUES, number_of
from monitor.stories.vocabulary import MONTHS, STOP, WEEKDAYS, stem

SHINGLE = 4
HASHES = 64
_rng = np.random.RandomState(20241117)
_A = _rng.randint(1, 2**63 - 1, size=(HASHES, 1), dtype=np.uint64) | np.uint64(1)
_B = _rng.randint(0, 2**63 - 1, size=(HASHES, 1), dtype=np.uint64)

MIN_AGREEING = 5
"""Signature bytes of 64 that make a candidate; unrelated texts agree in a quarter of one."""

LEAD_TOKENS = 45
SHORT_TOKENS = 120
MOST = 0.6
NEXT_DAY = timedelta(hours=14)
"""From here on the same words with other numbers are the next bulletin, not a revision of this one."""


class Verdict(StrEnum):
    """What two articles with many words in common are to each other."""

    COPY = "copy"
    REVISED = "revised"
    EXTENDED = "extended"
    TEMPLATE = "template"
    UNLIKE = "unlike"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shared word shingles.

    Attributes:
        jaccard: shared / all.
        containment: shared / the smaller one's.
        inside: how much of the newer text the older has: shared / the newer one's.
        size: shingles of the smaller.
    """

    jaccard: float
    containment: float
    inside: float
    size: int


@dataclass(frozen=True, slots=True)
class Differences:
    """What stands in the same places of two texts and is not the same.

    Attributes:
        numbers, days: pairs (older, newer).
        lead_names: pairs of names swapped in the lead; names: anywhere.
        aligned: how many numbers stand in the same place of both, equal or not.
    """

    numbers: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]
    lead_names: tuple[tuple[str, str], ...]
    aligned: int


def shingles(tokens: Sequence[str]) -> frozenset[int]:
    """Hashes of every four words in a row (of all words, for a text of fewer)."""
    words = [token.encode("utf-8", "surrogatepass") for token in tokens]
    if len(words) <= SHINGLE:
        return frozenset([zlib.crc32(b" ".join(words))] if words else ())
    groups = zip(words, words[1:], words[2:], words[3:], strict=False)
    return frozenset([zlib.crc32(b"%b %b %b %b" % group) for group in groups])


def signature(hashes: frozenset[int]) -> npt.NDArray[np.uint8]:
    """64 bytes, each the low byte of one MinHash; the same in every process."""
    if not hashes:
        return np.zeros(HASHES, dtype=np.uint8)
    values = np.fromiter(hashes, dtype=np.uint64, count=len(hashes))
    mixed = values[None, :] * _A + _B
    least = (mixed >> np.uint64(20)).min(axis=1)
    mixed_least: npt.NDArray[np.uint64] = (least * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(56)
    return mixed_least.astype(np.uint8)


def overlap(newer: frozenset[int], older: frozenset[int]) -> Overlap:
    """Exact Jaccard similarity and containment."""
    if not newer or not older:
        return Overlap(0.0, 0.0, 0.0, 0)
    shared = len(newer & older)
    smaller = min(len(newer), len(older))
    return Overlap(shared / (len(newer) + len(older) - shared), shared / smaller, shared / len(newer), smaller)


@dataclass(frozen=True, slots=True)
class Side:
    """What judging needs of one of the two.

    Attributes:
        tokens: words in order.
        names, title_words, title_names: stems.
        days: calendar days it names.
        notices: sentences that say that it corrects or withdraws something.
    """

    tokens: tuple[str, ...]
    names: frozenset[str]
    title_words: frozenset[str]
    title_names: frozenset[str]
    days: frozenset[date]
    notices: tuple[str, ...]
    titled_only: bool


def judge(
    newer: Side, older: Side, common: Overlap, gap: timedelta, copy_window: timedelta
) -> tuple[Verdict, Differences | None]:
    """Copy, revision, extension, or the same form filled in anew.

    Args:
        newer: the article to decide on.
        older: the one it resembles.
        common: the word shingles they share.
        gap: time between the two, whichever came first.
        copy_window: beyond it a short text with the same words is the next of its series.
    """
    if not _alike(newer, older, common):
        return Verdict.UNLIKE, None
    found = differences(newer, older)
    if has_new_notice(newer, older):
        return Verdict.REVISED, found
    if _other_subject(newer, older, found) or _next_of_series(newer, older, found, gap, copy_window):
        return Verdict.TEMPLATE, found
    if found.numbers or (found.lead_names and common.jaccard < 0.95):
        return Verdict.REVISED, found
    if common.inside < 0.6:
        return Verdict.EXTENDED, found
    return Verdict.COPY, found


def is_filled_anew(newer: Side, older: Side, gap: timedelta) -> bool:
    """Whether one is the other's form with other names, or the next bulletin of its series; for much the same words."""
    if newer.notices:
        return False
    found = differences(newer, older)
    if gap >= NEXT_DAY and (_moved_on(newer, older, found) or _same_heading(newer, older)):
        return True
    return (
        min(len(newer.tokens), len(older.tokens)) < SHORT_TOKENS
        and _other_title_names(newer, older)
        and bool(found.lead_names)
    )


def has_new_notice(newer: Side, older: Side) -> bool:
    """Whether the newer says of itself that it corrects something, and the older does not say so in these words."""
    if not newer.notices:
        return False
    return not older.notices or (len(newer.notices) > 1 and not set(newer.notices[1:]) <= set(older.notices))


def _moved_on(newer: Side, older: Side, found: Differences) -> bool:
    """Whether the newer tells the same things of another day; a day that both name makes it the same event again.

    Not so where most numbers have changed: next week's figures name last week's day too.
    """
    if newer.days & older.days:
        return len(found.numbers) >= 3 and len(found.numbers) >= MOST * found.aligned
    return _refilled(found) or (bool(found.numbers or found.days) and newer.title_words == older.title_words)


def _same_heading(newer: Side, older: Side) -> bool:
    """Whether both have one title, of some length, and name no day in common."""
    return len(newer.title_words) > 2 and newer.title_words == older.title_words and not newer.days & older.days


def _refilled(found: Differences) -> bool:
    """Days moved on together with numbers, or a good part of all numbers changed."""
    changed = len(found.numbers)
    return changed > 0 and (bool(found.days) or (changed >= 2 and changed >= 0.34 * found.aligned))


def _alike(newer: Side, older: Side, common: Overlap) -> bool:
    if newer.titled_only or older.titled_only:
        return newer.titled_only and older.titled_only and common.jaccard >= 0.6 and len(newer.tokens) >= 4
    if common.size < 8:
        return common.jaccard >= 0.8
    if common.size < 20:
        return common.jaccard >= 0.55 or common.containment >= 0.85
    return common.jaccard >= 0.45 or common.containment >= 0.62


def _other_subject(newer: Side, older: Side, found: Differences) -> bool:
    """Whether the shared words are a form or the page's furniture around another subject."""
    short = min(len(newer.tokens), len(older.tokens)) < SHORT_TOKENS
    if short and not newer.titled_only and _other_title_names(newer, older):
        return True
    if (
        short
        and not newer.titled_only
        and newer.title_words
        and older.title_words
        and not newer.title_words & older.title_words
    ):
        stems = {stem(t) for t in newer.tokens}
        return not newer.title_words & stems or not older.title_words & {stem(t) for t in older.tokens}
    return len(found.lead_names) >= (1 if short else 2)


def _other_title_names(newer: Side, older: Side) -> bool:
    """Whether each title names something that the other article never mentions."""
    mine, theirs = newer.title_names - older.title_names, older.title_names - newer.title_names
    return (
        bool(mine and theirs)
        and not mine & (older.names | older.title_words)
        and not theirs & (newer.names | newer.title_words)
    )


def _next_of_series(newer: Side, older: Side, found: Differences, gap: timedelta, copy_window: timedelta) -> bool:
    if gap >= copy_window and len(newer.tokens) < SHORT_TOKENS:
        return True
    if newer.titled_only and gap >= NEXT_DAY * 2:
        return True
    if gap < NEXT_DAY:
        return False
    return _moved_on(newer, older, found) or (bool(found.days) and gap >= copy_window)


def differences(newer: Side, older: Side) -> Differences:
    """Numbers, days and names that stand between the same words of both texts and differ.

    A difference counts only where neither text has the other's value anywhere: a value that moved is none.
    """
    new_runs, old_runs = _runs(newer), _runs(older)
    new_values = {v for run in new_runs for v in run.values}
    old_values = {v for run in old_runs for v in run.values}
    by_left: dict[tuple[str, ...], _Run] = {}
    by_right: dict[tuple[str, ...], _Run] = {}
    for run in old_runs:
        by_left.setdefault((run.kind, *run.left), run)
        by_right.setdefault((run.kind, *run.right), run)
    changed: dict[str, list[tuple[str, str]]] = {"number": [], "day": [], "name": []}
    lead: list[tuple[str, str]] = []
    aligned = 0
    for run in new_runs:
        other = by_left.get((run.kind, *run.left)) or by_right.get((run.kind, *run.right))
        if other is None or not (run.left[-1:] == other.left[-1:] or run.right[:1] == other.right[:1]):
            continue
        aligned += run.kind == "number"
        mine, theirs = run.values - old_values, other.values - new_values
        framed = run.left[-1:] == other.left[-1:] and run.right[:1] == other.right[:1]
        replaced = (mine or theirs) if run.kind == "number" and framed else (mine and theirs)
        if not replaced or (run.kind == "name" and _is_spelling(run.raw, other.raw)):
            continue
        pair = (" ".join(other.raw), " ".join(run.raw))
        changed[run.kind].append(pair)
        if (
            run.kind == "name"
            and run.start < LEAD_TOKENS
            and other.start < LEAD_TOKENS
            and run.left[-1:] not in {("told",), ("by",)}
        ):
            lead.append(pair)
    return Differences(tuple(changed["number"]), tuple(changed["day"]), tuple(changed["name"]), tuple(lead), aligned)


@dataclass(frozen=True, slots=True)
class _Run:
    kind: str
    values: frozenset[str]
    raw: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    start: int


def _runs(side: Side) -> list[_Run]:
    """Stretches of numbers, days or names with two words on either side."""
    tokens = side.tokens
    kinds = [_kind(t, side.names) for t in tokens]
    runs: list[_Run] = []
    at = 0
    while at < len(tokens):
        kind = kinds[at]
        if not kind:
            at += 1
            continue
        end = at + 1
        while end < len(tokens) and kinds[end] == kind:
            end += 1
        if kind == "number" and end < len(tokens) and tokens[end] in SCALES:
            end += 1
        raw = tokens[at:end]
        values = _numbers(raw) if kind == "number" else frozenset(stem(t) if kind == "name" else t for t in raw)
        runs.append(_Run(kind, values, raw, tokens[max(0, at - 2) : at], tokens[end : end + 2], at))
        at = end
    return runs


def _kind(word: str, names: frozenset[str]) -> str:
    if word[0].isdigit() or (word in WORD_VALUES and word != "one"):
        return "number"
    if word in WEEKDAYS or (word in MONTHS and word != "may"):
        return "day"
    return "name" if word not in STOP and stem(word) in names else ""


def _numbers(tokens: Sequence[str]) -> frozenset[str]:
    """Values as text of four digits, so that 10.5 mln and 10,500,000 are one."""
    scale = SCALES.get(tokens[-1], 1.0)
    values = []
    for token in tokens:
        if token in WORD_VALUES:
            values.append(WORD_VALUES[token] * scale)
        elif (number := number_of(token) if token[0].isdigit() else None) is not None:
            values.append(number * scale)
    return frozenset(f"{value:.4g}" for value in values)


def _is_spelling(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether the names differ as a misspelling does from the right spelling: in a letter of a longer word."""
    return any(
        a != b and a[0] == b[0] and len(a) >= 5 and _edits_within(a, b, 2 if min(len(a), len(b)) >= 10 else 1)
        for a in mine
        for b in theirs
    )


def _edits_within(a: str, b: str, limit: int) -> bool:
    if abs(len(a) - len(b)) > limit:
        return False
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1] <= limit
