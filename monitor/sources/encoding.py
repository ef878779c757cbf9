"""Bytes to text: which encoding a document is really in, whatever it claims."""

import codecs
import re
from itertools import pairwise
from unicodedata import category

from monitor.sources.language import guess

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a label means in practice: the superset that browsers read for it. Source: WHATWG Encoding standard.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "johab": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-8",  # without a byte order mark such a label is nearly always wrong; see _wide
    "utf-32": "utf-8",
}
_MULTIBYTE = {"gb18030", "cp932", "cp949", "big5hkscs", "euc_jp", "euc_jisx0213", "hz"}
_SEVEN_BIT = ("iso2022", "hz", "utf-7")
# Codecs of Python's that are no character encodings, or that a page cannot mean.
_NOT_TEXT = {"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode", "unicode_escape",
             "raw_unicode_escape", "undefined", "mbcs", "oem"}  # fmt: skip
_XML_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]{2,40})")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{2,40})", re.IGNORECASE)
# Markup at the beginning, whatever follows: in UTF-16, Chinese and Korean have no zero bytes.
_WIDE_STARTS = (
    (b"\0\0\0<", "utf-32-be"), (b"\0\0\0{", "utf-32-be"), (b"<\0\0\0", "utf-32-le"), (b"{\0\0\0", "utf-32-le"),
    (b"<\0", "utf-16-le"), (b"{\0", "utf-16-le"), (b"\0<", "utf-16-be"), (b"\0{", "utf-16-be"),
)  # fmt: skip
_TAGS = re.compile(r"<[^<>]{0,200}>")
# What to try for bytes that declare nothing, and the languages written in it.
_WRITTEN_IN: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (name, frozenset(languages.split()))
    for name, languages in (
        ("cp1252", "en de fr es it pt nl sv da no fi is ca gl eu ga id ms"),
        ("cp1251", "ru uk be bg sr mk kk ky tg"),
        ("koi8-u", "ru uk be bg"),
        ("iso8859-5", "ru uk be bg sr mk"),
        ("cp866", "ru uk be bg"),
        ("cp1250", "pl cs sk hu sl hr ro sq bs"),
        ("iso8859-2", "pl cs sk hu sl hr ro sq bs"),
        ("cp1253", "el"),
        ("cp1254", "tr az"),
        ("cp1255", "he yi"),
        ("cp1256", "ar fa ur"),
        ("iso8859-6", "ar"),
        ("cp1257", "lt lv et"),
        ("cp1258", "vi"),
        ("cp874", "th"),
        ("gb18030", "zh"),
        ("big5hkscs", "zh"),
        ("cp932", "ja"),
        ("euc_jp", "ja"),
        ("cp949", "ko"),
    )
)
_FINAL = frozenset("ςךםןףץ")
_LEADING = frozenset("เแโใไ")
_LATIN = {"cp1252", "cp1250", "iso8859-2", "cp1254", "cp1257", "cp1258"}
_RARE = {"iso8859-5", "iso8859-6", "cp866"}
_JAPANESE_ESCAPE = b"\x1b$"
_FAR_MORE = 0.3
# Fewer bytes beyond ASCII than that say nothing, unless nearly all of the text is made of them.
_FEW, _MANY = 6, 0.25
_SAMPLE = 64 * 1024
_DAMAGE = 0.02


def decode(data: bytes, declared: str = "") -> str:
    """The text of `data`: byte order mark first, then UTF-8 where it is valid, then what is declared, then a guess.

    Args:
        data: the document's bytes.
        declared: the charset of the transport; the document's own declaration is looked for in it.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, "replace").lstrip("\ufeff")
    wide = _wide(data)
    if wide:
        return data.decode(wide, "replace")
    if _JAPANESE_ESCAPE in data[:_SAMPLE] and data.isascii():
        return data.decode("iso2022_jp", "replace")
    for name in _candidates(data, declared):
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        # Servers say Latin-1 by default, whatever they send.
        return text if name != "cp1252" or data.isascii() else data.decode(_likelier(data, name), "replace")
    return _damaged(data, declared)


def is_binary(data: bytes) -> bool:
    """Whether the bytes are no text in any encoding this module reads."""
    sample = data[:_SAMPLE]
    if not sample or any(sample.startswith(bom) for bom, _ in _BOMS) or _wide(sample):
        return False
    controls = sum(sample.count(bytes([code])) for code in (*range(9), *range(14, 27), *range(28, 32), 127))
    return b"\0" in sample or controls > len(sample) * 0.02


def _candidates(data: bytes, declared: str) -> list[str]:
    """Encodings to try strictly, best first."""
    head = data[:2048]
    inner = _XML_DECLARATION.search(head) or _META_CHARSET.search(head)
    labels = [codec_of(declared), codec_of(inner[1].decode("ascii")) if inner else ""]
    # A label for a multi-byte or seven-bit encoding says something that cannot be seen in the bytes; a single-byte
    # label says nothing against text that is valid UTF-8.
    strong = [label for label in labels if label in _MULTIBYTE or label.startswith(_SEVEN_BIT)]
    return [*strong, "utf-8", *(label for label in labels if label and label not in strong)]


def codec_of(label: str) -> str:
    """Python's name of the codec to read a charset label with, "" for none."""
    label = label.strip().strip("\"'").lower()
    if not label:
        return ""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return "" if name in _NOT_TEXT else _SUPERSETS.get(name, name)


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 without a byte order mark, told by where the zero bytes of "<" and spaces stand."""
    sample = data[:512]
    if len(sample) < 4 or b"\0" not in sample:
        return ""
    for start, name in _WIDE_STARTS:
        if sample.startswith(start):
            return name
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.3 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.02 * half:
        return "utf-16-be"
    return ""


def _damaged(data: bytes, declared: str) -> str:
    """Nothing fits strictly: repair UTF-8 with a few wrong bytes, else guess."""
    text = data.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= char <= "\udcff" for char in text)
    other = sum(char > "\x7f" for char in text) - wrong
    if wrong <= max(3, other * _DAMAGE) and (other or not declared):
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if other > 20 else _mixed(text)
    for name in _candidates(data, declared):
        if name != "utf-8" and name:
            damaged = data.decode(name, "replace")
            if damaged.count("\ufffd") <= max(3, len(damaged) * _DAMAGE):
                return damaged if name != "cp1252" else data.decode(_likelier(data, name), "replace")
    return data.decode(_guessed(data), "replace")


def _guessed(data: bytes) -> str:
    """The encoding in which the text reads most like one of the languages written in it."""
    scores = _scores(data)
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0 else "cp1252"


def _likelier(data: bytes, declared: str) -> str:
    """The declared encoding, unless the text reads far more like a language in another one, and has enough to tell."""
    high = sum(byte > 0x7F for byte in data[:_SAMPLE])
    if high < _FEW and high < len(data) * _MANY:
        return declared
    scores = _scores(data)
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > max(scores[declared], 0) + _FAR_MORE else declared


def _scores(data: bytes) -> dict[str, float]:
    """How much the text reads like one of the languages written in each encoding; at most 1."""
    # Only lines that say something: markup and ASCII look the same in every encoding.
    sample = b" ".join(line for line in data[:_SAMPLE].splitlines() if not line.isascii())[:4_000] or data[:4_000]
    scores = {}
    for name, languages in _WRITTEN_IN:
        text = _TAGS.sub(" ", sample.decode(name, "replace"))
        code, score = guess(text, enough=8)
        scores[name] = (score if code in languages else 0.0) - _strangeness(text, latin=name in _LATIN)
        if name in _RARE:
            scores[name] -= 0.15
    return scores


def _strangeness(text: str, *, latin: bool) -> float:
    """How unlike real writing a text looks.

    Counted are characters that are none, capitals and final letters inside words, words of two alphabets, Thai vowel
    signs without their consonant, and nothing but accents.
    """
    letters = sum(char.isalpha() for char in text) or 1
    damage = sum(char == "\ufffd" or "\x80" <= char <= "\x9f" for char in text)
    inside = sum(left.islower() and right.isupper() for left, right in pairwise(text))
    misplaced = sum(
        (left in _FINAL and right.isalpha())
        or (left in _LEADING and category(right) == "Mn")
        # A word is in one alphabet: "cafй" is none.
        or (left.isascii() and left.isalpha() and "\u0370" <= right <= "\u06ff")
        for left, right in pairwise(text)
    )
    accents = sum(char.isalpha() and char > "\x7f" for char in text)
    return (
        100 * damage / len(text)
        + (3 * inside + 10 * misplaced) / letters
        + (1.0 if latin and accents > letters / 2 else 0.0)
    )


def _mixed(text: str) -> str:
    """Text read with surrogateescape whose stray bytes are Windows-1252."""
    return "".join(
        bytes([ord(char) - 0xDC00]).decode("cp1252", "replace") if "\udc80" <= char <= "\udcff" else char
        for char in text
    )
