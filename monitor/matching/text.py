"""Text as the automaton reads it: words without case, accents and punctuation, and the way back to the original.

`haystack` is on every article's way; `words` says where its words stand in the original, and is asked only for articles
that a rule matches. Both do whole texts at a time (`monitor.matching.letters`); what this module does with regular
expressions is the same for the few texts whose characters depend on one another, and says what a word is.

A text is read twice where that may find more: with hyphens as spaces (`cease fire`), and with hyphenated words closed
up (`ceasefire`).

A word is a run of letters and digits; a Chinese, Japanese, Thai, Lao, Khmer or Burmese character is a word by itself,
since these scripts set no spaces. A blank line counts as a word of its own, so that no phrase reaches across it.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator

import numpy as np

from monitor.matching.letters import PARAGRAPH, Alphabet
from monitor.matching.ragged import Numbers

_APOSTROPHES = "’‘‛ʼ＇`´′՚"
_HYPHENS = "-‐‑‒–—―−﹘﹣－"
# Each is replaced by one ASCII character, so offsets stay; most Western text is plain ASCII afterwards. Trade marks
# and footnote digits would otherwise decompose into letters and digits and grow onto the word before them.
_TYPOGRAPHY = (
    *((char, "'") for char in _APOSTROPHES if char != "'"),
    *((char, "-") for char in _HYPHENS if char != "-"),
    *((char, " ") for char in "\u00a0“”„«»…•·™℠®©°€£¥§¹²³⁰⁴⁵⁶⁷⁸⁹"),
)

# Drawn nowhere: zero-width characters, soft hyphens, bidirectional marks, variation selectors, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)
# Accents, Hebrew points, Arabic vowels and the tatweel. Vowel signs of Indic and Southeast Asian scripts and the
# Japanese voicing marks are letters to their readers and stay, as do the marks of й and ї.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
    "ʻʽʾʿ](?<![иИ]\u0306)(?<![іІ]\u0308)"
)
# Letters Unicode does not decompose, and letters that Persian and Arabic keyboards give different codes.
_PLAINER = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "n", "ŧ": "t", "þ": "th",
    "ə": "e", "ی": "ي", "ى": "ي", "ک": "ك",
}  # fmt: skip
_PLAINER_CHARS = re.compile(f"[{''.join(_PLAINER)}]")

# Thai, Lao, Burmese, Khmer, kana and ideographs.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)


def _marks(without: re.Pattern[str] | None = None) -> str:
    """Every combining mark, as ranges for a character class; those past the last script are invisible ones."""
    ranges: list[list[int]] = []
    for code in range(0x300, 0x1E950):
        if unicodedata.category(chr(code))[0] != "M" or (without and without.match(chr(code))):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_UNSPACED_WORD = re.compile(f"[{_UNSPACED}]")
_MARKS, _SPACED_MARKS = _marks(), _marks(without=_UNSPACED_WORD)
_LETTER = rf"[^\W_{_UNSPACED}]"
_TOKEN = re.compile(
    rf"{_LETTER}+(?:[{_SPACED_MARKS}]+{_LETTER}*)*|(?:\r?\n){{2}}|(?=[^\W_])[{_UNSPACED}][{_MARKS}]*"
    rf"|[{_SPACED_MARKS}]+{_LETTER}*(?:[{_SPACED_MARKS}]+{_LETTER}*)*"
)
_POSSESSIVE = re.compile(rf"'[sS](?![\w{_MARKS}])")
_POSSESSIVE_ASCII = re.compile(rb"'[sS](?![A-Za-z0-9_])")
# re-sign and resign, re-form and reform are different words.
_HYPHEN = re.compile(r"-(?=[^\W_])(?<=[^\W_]-)(?<!\b[rR]e-)")
# No word reaches across another ASCII character.
_RUN = re.compile("[A-Za-z0-9'\u0080-\U0010ffff-]+")
_SURE_WORD = re.compile(r"[^\W_sS]")  # an s alone may be a possessive ending
_CYRILLIC_APOSTROPHE = re.compile("(?<=[\u0400-\u052f])'(?=[\u0400-\u052f])")
# One letter as folding sees it: a character with all that attaches to it (marks, jamo, half-width voicing marks).
_CLUSTER = re.compile(
    f"(?s:.)[{_MARKS}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u3131-\u318e\uff9e\uff9f\uffa0-\uffdc{_INVISIBLE.pattern[1:-2]}]*"
)


def _table(*, fold: bool) -> bytes:
    kept = {code: chr(code).lower() if fold else chr(code) for code in range(128) if chr(code).isalnum()}
    kept[ord("\n")] = "\n"
    return "".join(kept.get(code, " ") for code in range(256)).encode()


_FOLDING, _EXACT = _table(fold=True), _table(fold=False)


def haystack(document: str, *, exact: bool = False) -> bytes:
    """The document's words, each with one space before and after it, in UTF-8; `exact` keeps case and accents."""
    document = _typed(document)
    if document.isascii():
        return _ascii_haystack(document.encode(), _EXACT if exact else _FOLDING)
    read = (_EXACT_ALPHABET if exact else _ALPHABET).read(document)
    if read is None:
        # Read once more with letters and their accents in one; where that does not help, the slow way.
        composed = unicodedata.normalize("NFC", document)
        read = (_EXACT_ALPHABET if exact else _ALPHABET).read(composed) if composed != document else None
    if read is not None:
        return read.haystack()
    found = _TOKEN.findall(_joints(_exact(document) if exact else fold(document)))
    text = " ".join([PARAGRAPH if token[0] in "\r\n" else token for token in found])
    return f" {text} ".encode("utf-8", "surrogatepass")


def _ascii_haystack(data: bytes, table: bytes) -> bytes:
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if b"'" in data:
        data = _POSSESSIVE_ASCII.sub(b" ", data)
    data = data.translate(table)
    if b"\n" in data:
        data = data.replace(b"\n\n", b" \x01 ").replace(b"\n", b" ")
    chars = np.frombuffer(data + b" ", np.uint8)
    kept = chars != ord(" ")
    kept[1:] |= kept[:-1]
    haystack: bytes = b" " + chars[kept].tobytes()
    return haystack


def words(document: str, *, exact: bool = False) -> tuple[Numbers, Numbers]:
    """Where the words of `haystack(document)` begin and end in the document, in the same order."""
    document = _typed(document)
    if document.isascii() and "\r" not in document:
        return _ascii_words(document.encode())
    read = (_EXACT_ALPHABET if exact else _ALPHABET).read(document)
    return _words_by_letter(document, exact=exact) if read is None else read.spans()


def _ascii_words(data: bytes) -> tuple[Numbers, Numbers]:
    if b"'" in data:
        data = _POSSESSIVE_ASCII.sub(b"  ", data)
    # Begin and end of a blank line; no other characters of it are left that low.
    chars = np.frombuffer(data.translate(_EXACT).replace(b"\n\n", b"\x01\x02"), np.uint8)
    letters = np.zeros(len(chars) + 2, np.bool_)
    np.greater(chars, ord(" "), out=letters[1:-1])
    starts = letters[1:-1] & ~letters[:-2] | (chars == 1)
    ends = letters[1:-1] & ~letters[2:] | (chars == 2)
    return starts.nonzero()[0], ends.nonzero()[0] + 1


def _words_by_letter(document: str, *, exact: bool) -> tuple[Numbers, Numbers]:
    pieces: list[str] = []
    offsets = [0]  # where each piece begins in the folded text
    places: list[int] = []  # and in the original
    change = _exact if exact else fold
    for cluster in _CLUSTER.finditer(document):
        piece = change(cluster[0])
        pieces.append(piece)
        places.append(cluster.start())
        offsets.append(offsets[-1] + len(piece))
    places.append(len(document))
    starts: list[int] = []
    ends: list[int] = []
    for token in _TOKEN.finditer(_joints("".join(pieces))):
        end = places[_piece(offsets, token.end() - 1) + 1]
        while _INVISIBLE.match(document, end - 1):
            end -= 1
        starts.append(places[_piece(offsets, token.start())])
        ends.append(end)
    return np.array(starts, np.int64), np.array(ends, np.int64)


def closed_up(document: str) -> str:
    """The document with the hyphens inside words taken out."""
    return _HYPHEN.sub("", _typed(document))


def closed_up_words(document: str, *, exact: bool = False) -> tuple[Numbers, Numbers]:
    """Where the words of `haystack(closed_up(document))` stand in the document itself."""
    # Where a hyphen was taken out of the shorter text: everything from there on is one further right in the original.
    cuts = np.array([hyphen.start() - taken for taken, hyphen in enumerate(_HYPHEN.finditer(_typed(document)))])
    starts, ends = words(closed_up(document), exact=exact)
    return starts + np.searchsorted(cuts, starts, "right"), ends + np.searchsorted(cuts, ends - 1, "right")


def hyphenated(document: str) -> list[str]:
    """The words with hyphens inside, closed up, each with no more around it than signs that are not ASCII."""
    document = _typed(document)
    return [
        _HYPHEN.sub("", run)
        for start, end in _hyphenated_stretches(document)
        for run in _RUN.findall(document, start, end)
        if "-" in run
    ]


def around_hyphens(document: str, reach: int) -> str:
    """The words with hyphens inside, closed up, each with `reach` words or more on either side, as paragraphs."""
    document = _typed(document)
    found: list[str] = []
    for start, end in _hyphenated_stretches(document):
        first, last = start, end
        for _ in range(reach):
            first = _word_before(document, first)
            last = _word_after(document, last)
        found.append(_HYPHEN.sub("", document[first:last]))
    return "\n\n".join(found)


def _hyphenated_stretches(document: str) -> Iterator[tuple[int, int]]:
    """What stands between spaces and has a hyphen inside a word."""
    place = document.find("-")
    while place >= 0:
        end = place + 1
        if _HYPHEN.match(document, place):
            start, end = document.rfind(" ", 0, place) + 1, document.find(" ", end)
            end = len(document) if end < 0 else end
            yield start, end
        place = document.find("-", end)


def _word_before(document: str, place: int) -> int:
    """Where what stands between spaces before the place begins, and has a word for sure."""
    while place > 0:
        end, place = place, document.rfind(" ", 0, place - 1) + 1
        if _SURE_WORD.search(document, place, end):
            break
    return place


def _word_after(document: str, place: int) -> int:
    while place < len(document):
        start, place = place, document.find(" ", place + 1)
        place = len(document) if place < 0 else place
        if _SURE_WORD.search(document, start, place):
            break
    return place


def _piece(offsets: list[int], position: int) -> int:
    """Index of the piece that holds the folded text's character at `position`."""
    return bisect_left(offsets, position + 1) - 1


def fold(text: str) -> str:
    """The text without case, accents, compatibility forms and invisible characters; punctuation stays."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", text).casefold())
    return _PLAINER_CHARS.sub(lambda char: _PLAINER[char[0]], text)


def _typed(text: str) -> str:
    """Curly quotes, dashes and the like as a typewriter has them; every character stays in its place."""
    if not text.isascii():
        for char, plain in _TYPOGRAPHY:
            if char in text:
                text = text.replace(char, plain)
    return text


def _exact(text: str) -> str:
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def _joints(text: str) -> str:
    """Possessive endings blanked out and the Ukrainian apostrophe made a letter; offsets stay."""
    if "'" in text:
        text = _POSSESSIVE.sub("  ", text)
        if not text.isascii():
            text = _CYRILLIC_APOSTROPHE.sub("ʹ", text)
    return text


def _is_unspaced(char: str) -> bool:
    return _UNSPACED_WORD.match(char) is not None


def _is_word(char: str) -> bool:
    return char.isalnum()


def _is_invisible(char: str) -> bool:
    return _INVISIBLE.match(char) is not None


_ALPHABET, _EXACT_ALPHABET = (
    Alphabet(change, is_invisible=_is_invisible, is_word=_is_word, is_unspaced=_is_unspaced)
    for change in (fold, _exact)
)
