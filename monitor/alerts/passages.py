"""Why an article matched: the few sentences that hold every matched term, with the words marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.alerts.text import ELLIPSIS, grapheme_start, sentence_around, smooth
from monitor.model.alert import Excerpt
from monitor.model.article import Article
from monitor.model.rule import Hit, Match

LONGEST = 200
MOST = 3
# A term that stands in the text a thousand times needs no thousand looks.
_HITS_READ = 400


@dataclass(frozen=True, slots=True)
class _Passage:
    text: str
    start: int
    end: int
    hits: tuple[Hit, ...]
    title: bool

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(hit.term for hit in self.hits)


def passages(
    article: Article, matches: Sequence[Match], *, most: int = MOST, longest: int = LONGEST
) -> tuple[Excerpt, ...]:
    """The sentences that together show every matched term, in reading order, each cut to about `longest`.

    The title is shown only for terms that the text never mentions: the card has it as its headline already.
    """
    left = _sentences(article, matches)
    chosen: list[_Passage] = []
    shown: set[str] = set()
    while left and len(chosen) < most:
        best = max(left, key=lambda passage: (len(passage.terms - shown), not passage.title, -passage.start))
        if not best.terms - shown:
            break
        left.remove(best)
        chosen.append(best)
        shown |= best.terms
    chosen.sort(key=lambda passage: (not passage.title, passage.start))
    return tuple(_excerpt(passage, longest) for passage in chosen)


def terms(matches: Sequence[Match], *, most: int = 12) -> tuple[str, ...]:
    """The matched terms as the rules write them, each once, first rule's first."""
    return tuple(dict.fromkeys(hit.term for match in matches for hit in match.hits))[:most]


def _sentences(article: Article, matches: Sequence[Match]) -> list[_Passage]:
    grouped: dict[tuple[bool, int, int], list[Hit]] = {}
    for hit in sorted({hit for match in matches for hit in _readable(article, match.hits)}, key=_place)[:_HITS_READ]:
        text = article.title if hit.field == "title" else article.text
        begin, end = sentence_around(text, hit.start, hit.end)
        grouped.setdefault((hit.field == "title", begin, end), []).append(hit)
    return [
        _Passage(article.title if title else article.text, begin, end, tuple(hits), title)
        for (title, begin, end), hits in grouped.items()
    ]


def _readable(article: Article, hits: Iterable[Hit]) -> Iterable[Hit]:
    for hit in hits:
        if 0 <= hit.start < hit.end <= len(article.title if hit.field == "title" else article.text):
            yield hit


def _place(hit: Hit) -> tuple[bool, int, int, str]:
    return hit.field != "title", hit.start, hit.end, hit.term


def _excerpt(passage: _Passage, longest: int) -> Excerpt:
    text, marks = passage.text, _merged((hit.start, hit.end) for hit in passage.hits)
    begin, end = _window(text, passage.start, passage.end, marks, longest)
    pieces = [f"{ELLIPSIS} " if begin > passage.start else ""]
    spots = []
    at = begin
    for start, stop in marks:
        if start < at or stop > end:
            continue
        # White space met twice in a row shrinks to one, also where pieces meet.
        _append(pieces, text[at:start])
        from_ = sum(map(len, pieces))
        _append(pieces, text[start:stop])
        if (to := sum(map(len, pieces))) > from_:
            spots.append((from_, to))
        at = stop
    _append(pieces, text[at:end])
    shown = "".join(pieces).rstrip()
    return Excerpt(shown + (ELLIPSIS if end < passage.end else ""), tuple(spots))


def _append(pieces: list[str], raw: str) -> None:
    piece = smooth(raw)
    if piece.startswith(" ") and (not any(pieces) or next(p for p in reversed(pieces) if p).endswith(" ")):
        piece = piece[1:]
    pieces.append(piece)


def _merged(spots: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spots):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _window(text: str, start: int, end: int, marks: Sequence[tuple[int, int]], longest: int) -> tuple[int, int]:
    """The part of [start, end) to show: all of it, or as much as fits around the marks, on word boundaries."""
    if end - start <= longest:
        return start, end
    first = marks[0]
    last = next((mark for mark in reversed(marks) if mark[1] - first[0] <= longest), first)
    spare = max(longest - (last[1] - first[0]), 0)
    begin = max(start, min(first[0] - spare // 2, end - longest))
    stop = min(end, max(begin + longest, first[1]))
    if begin > start:
        space = text.find(" ", begin, first[0])
        begin = space + 1 if space >= 0 else min(grapheme_start(text, begin), first[0])
    if stop < end:
        space = text.rfind(" ", last[1] if last[1] < stop else first[1], stop + 1)
        stop = space if space >= 0 else max(grapheme_start(text, stop), min(first[1], stop))
    return begin, stop
