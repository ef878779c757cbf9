"""Words of a text in arrays: each character is looked up once in a table of what becomes of it.

The table is filled as characters are met. Where what becomes of a character depends on its neighbours (Korean letters
apart, half-width Japanese voicing marks and the like), `read` gives up, and the text is read the slow way.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

import numpy as np

from monitor.matching.ragged import Flags, Numbers

PARAGRAPH = "\x01"
"""Stands for a blank line; as a control character it can never be part of a word."""

_CLASS_SHIFT: Final = 21  # a character needs 21 bits, its class stands above
_CHARACTER: Final = (1 << _CLASS_SHIFT) - 1
_SEPARATOR, _LETTER, _LINE, _UNSPACED, _MARK, _UNSPACED_MARK, _INVISIBLE, _ACCENT, _EXPANDED, _NEIGHBOURLY = range(
    1, 11
)
_ATTACHED: Final = np.isin(np.arange(_NEIGHBOURLY + 1), (_MARK, _UNSPACED_MARK, _ACCENT))
_END: Final = np.full(2, _SEPARATOR << _CLASS_SHIFT, np.uint32)
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
# Accents that make й, ё, ї; й and ї are letters of their own, so whether these count depends on what they stand on.
_LETTER_MAKING_ACCENTS = "\u0306\u0308"
_ACCENTED_LETTERS = "йїЙЇ"


class Words:
    """The words of a text; a blank line is a word of its own.

    Args:
        chars, classes: code points, and what they are, of the changed text and one separator after it.
        lines: first and last character of each blank line.
        source: for each character but the last, the place in the original it comes from; None where nothing moved.
        original: classes of the original's characters.
    """

    def __init__(
        self,
        chars: Numbers,
        classes: Numbers,
        lines: list[tuple[int, int]],
        source: Numbers | None,
        original: Numbers,
    ) -> None:
        self._chars, self._classes, self._lines = chars, classes, lines
        self._source, self._original = source, original

    def haystack(self) -> bytes:
        """The words with one space before and after each, in UTF-8."""
        classes = self._classes
        if classes.max(initial=_SEPARATOR) > _LINE:
            begins = _word_beginnings(classes)
            kept = (classes != _SEPARATOR).nonzero()[0]
            begins = begins[kept]
            text = np.full(len(kept) + np.count_nonzero(begins) + 1, ord(" "), np.uint32)
            text[np.arange(len(kept)) + np.cumsum(begins)] = self._chars[kept]
            return _utf8(text)
        # The text has separators between any two words, of which one is kept.
        words = classes != _SEPARATOR
        chars = np.where(words, self._chars, ord(" "))
        words[1:] |= words[:-1]
        data = b" " + _utf8(chars[words])
        if self._lines:
            mark = PARAGRAPH.encode()
            data = data.replace(mark, b" %b " % mark).replace(b"   ", b" ").replace(b"  ", b" ")
        return data if data.endswith(b" ") else data + b" "

    def spans(self) -> tuple[Numbers, Numbers]:
        """Where each word begins and ends in the original."""
        begins = _word_beginnings(self._classes)
        kept = (self._classes != _SEPARATOR).nonzero()[0]
        first = begins[kept].nonzero()[0]
        start, last = kept[first], kept[np.append(first[1:], len(kept))[: len(first)] - 1]
        if self._lines:
            ends = dict(self._lines)
            lines = (self._classes[start] == _LINE).nonzero()[0]
            last[lines] = [ends[one] for one in start[lines].tolist()]
        if self._source is None:
            return start, last + 1
        return self._source[start], _source_ends(self._source, last, self._original)


class Alphabet:
    """What becomes of each character by itself.

    Args:
        change: the text as it is compared, see `monitor.matching.text`.
        is_invisible, is_word, is_unspaced: of one character of the text, or of the changed text.
    """

    def __init__(
        self,
        change: Callable[[str], str],
        *,
        is_invisible: Callable[[str], bool],
        is_word: Callable[[str], bool],
        is_unspaced: Callable[[str], bool],
    ) -> None:
        self._change, self._is_invisible = change, is_invisible
        self._is_word, self._is_unspaced = is_word, is_unspaced
        # Untouched pages of it take no memory.
        self._table = np.zeros(0x110000, np.uint32)
        self._expansions: dict[int, Numbers] = {}

    def read(self, text: str) -> Words | None:
        """The words of the text, None where characters depend on one another."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        found: Numbers = self._table.take(codes)
        if not found.all():
            for code in set(codes[found == 0].tolist()):
                self._table[code] = self._learn(chr(code))
            found = self._table.take(codes)
        classes = (found >> _CLASS_SHIFT).astype(np.uint8)
        source: Numbers | None = None
        highest = int(classes.max(initial=_SEPARATOR))
        if highest >= _MARK and not _context_free(text, codes, found, classes):
            return None
        if highest >= _INVISIBLE:
            found, source = self._expanded(codes, found, classes)
            visible = found < _INVISIBLE << _CLASS_SHIFT
            found, source = found[visible], source[visible]
        # Two separators at the end spare every look ahead the test for it.
        found = np.concatenate((found, _END))
        chars, kinds = found & _CHARACTER, (found >> _CLASS_SHIFT).astype(np.uint8)
        _resolve_apostrophes(chars, kinds)
        lines = _blank_lines(chars)
        for begin, _ in lines:
            chars[begin], kinds[begin] = ord(PARAGRAPH), _LINE
        return Words(chars[:-1], kinds[:-1], lines, source, classes)

    def _learn(self, char: str) -> int:
        """The table's entry for a character."""
        changed = self._change(char)
        if self._is_invisible(char):
            return _INVISIBLE << _CLASS_SHIFT | ord(char)
        if (
            _JAMO.search(changed)
            or (char in _LETTER_MAKING_ACCENTS and changed != char)
            or (changed != char and any(map(self._may_join, changed)))
        ):
            return _NEIGHBOURLY << _CLASS_SHIFT
        if not changed:
            return _ACCENT << _CLASS_SHIFT
        if len(changed) == 1:
            return self._class(changed) << _CLASS_SHIFT | ord(changed)
        self._expansions[ord(char)] = np.array(
            [self._class(one) << _CLASS_SHIFT | ord(one) for one in changed], np.uint32
        )
        return _EXPANDED << _CLASS_SHIFT | len(changed)

    def _may_join(self, char: str) -> bool:
        # Thai and Lao have a vowel that comes apart, into pieces that are never put together or in another order.
        thai = self._is_unspaced(char) and not unicodedata.combining(char)
        return unicodedata.category(char)[0] == "M" and not thai

    def _class(self, char: str) -> int:
        if unicodedata.category(char)[0] == "M":
            return _UNSPACED_MARK if self._is_unspaced(char) else _MARK
        if not self._is_word(char):
            return _SEPARATOR
        return _UNSPACED if self._is_unspaced(char) else _LETTER

    def _expanded(self, codes: Numbers, found: Numbers, classes: Numbers) -> tuple[Numbers, Numbers]:
        """The characters with those that become several written out, and where each comes from."""
        source = np.arange(len(found))
        longer = classes == _EXPANDED
        if not longer.any():
            return found, source
        sizes = np.where(longer, found & _CHARACTER, 1)
        source = np.repeat(source, sizes)
        begins = np.cumsum(sizes) - sizes
        out = found[source]
        for code in set(codes[longer].tolist()):
            places = begins[codes == code]
            for offset, entry in enumerate(self._expansions[code].tolist()):
                out[places + offset] = entry
        return out, source


def _context_free(text: str, codes: Numbers, found: Numbers, classes: Numbers) -> bool:
    """Whether each character becomes what it becomes by itself.

    Marks that stay must follow what does not change, or new neighbours might be joined, or put in another order.
    """
    if (classes == _NEIGHBOURLY).any():
        return False
    attached = _ATTACHED[classes].nonzero()[0]
    if not len(attached):
        return True
    attached = attached[attached > 0]
    before, marks = attached - 1, classes[attached] != _ACCENT
    return bool(
        unicodedata.is_normalized("NFC", text)
        and not np.isin(codes[before], [ord(char) for char in _ACCENTED_LETTERS]).any()
        and not (classes[before] == _INVISIBLE).any()
        and ((found[before] & _CHARACTER) == codes[before])[marks].all()
        and not (classes[before] == _ACCENT)[marks].any()
    )


def _resolve_apostrophes(chars: Numbers, classes: Numbers) -> None:
    """Blank possessive endings out, and make the Ukrainian apostrophe a letter."""
    places = (chars == ord("'")).nonzero()[0]
    if not len(places):
        return
    following, after = chars[places + 1], places + 2
    ended = ((classes[after] == _SEPARATOR) | (classes[after] == _LINE)) & (chars[after] != ord("_"))
    possessive = ((following == ord("s")) | (following == ord("S"))) & ended
    inside = (chars[places - 1] >= 0x400) & (chars[places - 1] <= 0x52F) & (following >= 0x400) & (following <= 0x52F)
    classes[places[possessive] + 1] = _SEPARATOR
    chars[places[inside]], classes[places[inside]] = ord("ʹ"), _LETTER


def _blank_lines(chars: Numbers) -> list[tuple[int, int]]:
    """First and last character of each pair of line ends that follow one another."""
    ends = (chars == ord("\n")).nonzero()[0]
    if len(ends) < 2:
        return []
    begins = (ends - (chars[ends - 1] == ord("\r"))).tolist()
    found: list[tuple[int, int]] = []
    previous = None
    for begin, end in zip(begins, ends.tolist(), strict=True):
        if previous is not None and previous[1] + 1 == begin:
            found.append((previous[0], end))
            previous = None
        else:
            previous = begin, end
    return found


def _word_beginnings(classes: Numbers) -> Flags:
    """Where words begin; marks that belong to no word become separators."""
    begins: Flags
    if classes.max(initial=_SEPARATOR) >= _MARK:
        marks = (classes == _MARK) | (classes == _UNSPACED_MARK)
        places = np.arange(len(classes))
        base = classes[np.maximum.accumulate(np.where(marks, 0, places))]
        classes[(classes == _UNSPACED_MARK) & (base != _UNSPACED)] = _SEPARATOR
        marks = (classes == _MARK) | (classes == _UNSPACED_MARK)
        base = classes[np.maximum.accumulate(np.where(marks, 0, places))]
        # A letter goes on the word of a mark, unless that stands on an unspaced letter; a mark may begin a word.
        goes_on = (classes == _LETTER) | (marks & (base != _UNSPACED))
        begins = (classes == _UNSPACED) | (classes == _LINE) | goes_on
        begins[1:] &= ~(goes_on[1:] & goes_on[:-1])
        return begins
    letters = classes == _LETTER
    begins = letters | (classes == _UNSPACED) | (classes == _LINE)
    begins[1:] &= ~(letters[1:] & letters[:-1])
    return begins


def _source_ends(source: Numbers, last: Numbers, classes: Numbers) -> Numbers:
    """Where words end in the text, given their last characters: with their accents, without what is invisible."""
    size = len(classes)
    following = np.append(source, size)[last + 1]
    ends: Numbers = np.maximum(source[last] + 1, following)
    for word in (following > source[last] + 1).nonzero()[0].tolist():
        end = int(ends[word])
        while classes[end - 1] == _INVISIBLE:
            end -= 1
        ends[word] = end
    return ends


def _utf8(chars: Numbers) -> bytes:
    return chars.astype(np.uint32).tobytes().decode("utf-32-le", "surrogatepass").encode("utf-8", "surrogatepass")
