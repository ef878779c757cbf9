"""Names across scripts: one key for a name in Cyrillic letters and in the Latin ones it is written with elsewhere.

The key keeps the consonants in classes that transliterations agree on (Ukrainian and Russian г are h and g, х is kh and
h) and drops the vowels, which they do not; the idea is that of Soundex (Russell, 1918). Short names keep their vowels.
"""

import re
import unicodedata
from functools import lru_cache

MAX_KEY = 5
_LEAST = 3

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN_GROUPS = (
    ("shch", "s"), ("sch", "s"), ("zh", "z"), ("kh", "g"), ("ch", "c"), ("sh", "s"), ("ts", "c"), ("tz", "c"),
    ("cz", "c"), ("ph", "f"), ("ck", "k"), ("x", "ks"), ("q", "k"), ("w", "v"), ("h", "g"),
)  # fmt: skip
_LATIN = str.maketrans({"c": "k", "j": "i", "y": "i", "e": "i", "o": "a"})
_LETTERS = str.maketrans(
    dict(zip("аоеиэуюябвгджзклмнпрстфхцчшщіїєґыёй", "aaiiiuuabvgdzzklmnprstfgccssiiigiii", strict=True))
    | dict.fromkeys("ьъ'’ʼ", "")
)
_VOWELS = "aiu"


def is_cyrillic(word: str) -> bool:
    """Whether it has a Cyrillic letter."""
    return bool(_CYRILLIC.search(word))


@lru_cache(maxsize=16_384)
def sound_of(name: str) -> str:
    """The key of a folded name without its ending, "" where too little is left to tell names apart."""
    if is_cyrillic(name):
        plain = name.translate(_LETTERS)
    else:
        plain = "".join(c for c in unicodedata.normalize("NFKD", name) if c.isascii() and c.isalpha())
        for group, one in _LATIN_GROUPS:
            plain = plain.replace(group, one)
        plain = plain.translate(_LATIN)
    plain = re.sub(r"(.)\1+", r"\1", plain)
    start = "a" if plain[:1] in {*_VOWELS} else ""
    key = start + re.sub(r"(.)\1+", r"\1", "".join(c for c in plain if c not in _VOWELS))
    if len(key) < _LEAST:
        key = plain.rstrip(_VOWELS)
    return key[:MAX_KEY] if len(key) >= _LEAST else ""
