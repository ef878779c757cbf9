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


_EVERYWHERE = """
ukraine ukrainian russia russian kyiv kiev moscow kremlin europe nato america american germany german france french
poland polish china chinese britain british israel iran turkey syria washington london berlin paris brussels zelensky
putin trump biden україна украина український украинский росія россия російський российский київ киев москва кремль
європа европа нато сша америка німеччина германия німецький немецкий франція франция польща польша китай британія
британия ізраїль израиль іран иран туреччина турция сирія сирия вашингтон лондон берлін берлин париж брюссель
зеленський зеленский путін путин трамп байден volodymyr vladimir oleksandr aleksandr alexander serhiy sergei sergey
andriy andrei andrey ivan mykola nikolai dmytro dmitry oleh oleg yuriy yuri viktor victor mykhailo mikhail maria olena
elena anna natalia maksym maxim pavlo pavel vasyl vasily володимир владимир олександр александр сергій сергей андрій
андрей іван иван микола николай дмитро дмитрий олег юрій юрий віктор виктор михайло михаил марія мария олена елена
анна наталія наталья максим павло павел василь василий
"""
EVERYWHERE = tuple(_EVERYWHERE.split())
"""Names of countries, capitals, their heads and people's first names: to have them in common says little."""
