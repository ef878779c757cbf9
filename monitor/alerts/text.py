"""Plain text for cards: cleaned of what no reader should meet, and cut where the meaning allows."""

import re
import unicodedata

ELLIPSIS = "…"

# Terminal sequences; controls; bidi embeddings, overrides and isolates; interlinear marks, BOM, noncharacters.
_UNWANTED = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]|"
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"[\s\x85\u2028\u2029]+")

_END = re.compile(r"[.!?…؟।]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[”’」』）]*|\n")
_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "st",
        "gen",
        "sen",
        "rep",
        "gov",
        "lt",
        "col",
        "sgt",
        "capt",
        "maj",
        "adm",
        "cmdr",
        "prof",
        "jr",
        "sr",
        "no",
        "vs",
        "inc",
        "ltd",
        "co",
        "corp",
        "fig",
        "al",
        "etc",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "approx",
        "dept",
        "est",
        "hon",
        "rev",
    ]
)
_WORD_BEFORE = re.compile(r"(\w+)\.?$")
_CLAUSE_END = re.compile(r"[,;:–—](?=\s)|\s[-–—](?=\s)")
# Sentences longer than this are taken as they stand around the place asked for.
_REACH = 1_000


def clean(text: str) -> str:
    """The text on one line without control characters, bidi overrides or lone surrogates."""
    return smooth(text).strip()


def smooth(text: str) -> str:
    """Like `clean`, but a space at either end stays; for pieces that are joined again."""
    return _SPACES.sub(" ", harmless(text))


def harmless(text: str) -> str:
    """The text with its lines and spaces, without what would command a terminal or hide and reorder words."""
    return _SURROGATE.sub("\ufffd", _UNWANTED.sub("", text))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters: whole sentences if they fill most of it, else a clause, else words.

    What is cut off is marked with an ellipsis; a letter is never parted from its marks, nor an emoji in two.
    """
    if len(text) <= limit:
        return text
    if limit <= 1:
        return ELLIPSIS[:limit]
    room = limit - 1
    ends = [end for end in sentence_ends(text, 0, room) if end >= room * 0.6]
    if ends:
        return text[: ends[-1]].rstrip() + ELLIPSIS
    clauses = [found.start() for found in _CLAUSE_END.finditer(text, int(room * 0.75), room)]
    if clauses:
        return text[: clauses[-1]].rstrip() + ELLIPSIS
    space = text.rfind(" ", int(room * 0.6), room + 1)
    end = space if space > 0 else grapheme_start(text, room)
    return text[:end].rstrip(" ,;:–—-") + ELLIPSIS


def grapheme_start(text: str, position: int) -> int:
    """The nearest place at or before `position` where a user-perceived character begins."""
    at = min(position, len(text))
    lowest = max(0, at - 64)
    while at > lowest and at < len(text) and _joined(text, at):
        at -= 1
    # A run of 64 marks on one letter is an attack on the layout, not a letter.
    return at if at > lowest or lowest == 0 else position


def _joined(text: str, at: int) -> bool:
    here, before = text[at], text[at - 1]
    if before == "\u200d" or here in "\u200d\u200c" or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    if "\U000e0020" <= here <= "\U000e007f" or unicodedata.category(here) in ("Mn", "Me", "Mc"):
        return True
    if _regional(here) and _regional(before):
        run = at
        while run > 0 and _regional(text[run - 1]):
            run -= 1
        return (at - run) % 2 == 1
    return False


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def first_sentence(text: str) -> str:
    """The first sentence that has words, cleaned."""
    begun = text[:_REACH].lstrip()
    ends = sentence_ends(begun, 0, len(begun))
    return clean(begun[: ends[0]] if ends else begun)


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """[start, end) of the sentence that holds the given place, without surrounding white space."""
    before = sentence_ends(text, max(0, start - _REACH), start)
    begin = before[-1] if before else max(0, start - _REACH)
    after = sentence_ends(text, max(start, end - 1), min(len(text), end + _REACH))
    stop = max(end, after[0] if after else min(len(text), end + _REACH))
    while begin < start and text[begin].isspace():
        begin += 1
    while stop > end and text[stop - 1].isspace():
        stop -= 1
    return begin, stop


def sentence_ends(text: str, low: int, high: int) -> list[int]:
    """Offsets just behind each sentence that ends within [low, high]."""
    # The few characters behind `high` show whether a full stop there really ends something.
    found = _END.finditer(text, low, min(len(text), high + 8))
    return [end.end() for end in found if end.end() <= high and not _abbreviation(text, end)]


def _abbreviation(text: str, found: re.Match[str]) -> bool:
    if not found.group().startswith(".") or len(found.group()) > 1:
        return False
    follows = text[found.end() : found.end() + 8].lstrip()
    if follows[:1].islower():
        return True
    word = _WORD_BEFORE.search(text[max(0, found.start() - 20) : found.start()])
    return word is not None and (
        (len(word.group(1)) == 1 and word.group(1).isupper()) or word.group(1).lower() in _ABBREVIATIONS
    )
