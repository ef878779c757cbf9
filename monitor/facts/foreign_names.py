"""Persons in languages that are read without a model: a title before a name, and the shape of Slavic surnames."""

import re
from collections.abc import Iterator

_CYRILLIC = r"[А-ЯІЇЄҐЁ][а-яіїєґё]+(?:['’ʼ-][А-ЯІЇЄҐЁа-яіїєґё]+)*"
_BODY = r"(?:Мин|Мін|МИД|МЗС|Госдум|Генштаб|Кабмин|Кабмін|Кремл|Верховн|Рад[аи]|Совет|Росси|Украин|Україн)"
"""Offices and states that stand between a title and a name."""
_LATIN = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+(?:['’-][A-ZÀ-ÖØ-Þa-zß-öø-ÿ]+)*"
_LATIN_NAME = rf"{_LATIN}(?: (?:(?:de|del|de la|von|van|da|di|le|la|el|y) )?{_LATIN}){{1,2}}"
_TITLES = {
    "uk": (
        r"президент\w*|прем'єр\w*|міністр\w*|речни(?:к|ц)\w*|голов[аиуо]\w*|очільни\w*|мер(?:а|у|ом)?|губернатор\w*"
        r"|генерал\w*|командувач\w*|командир\w*|депутат\w*|прокурор\w*|судд[яіею]\w*|адвокат\w*|журналіст\w*"
        r"|пос(?:ол|ла|лу)|канцлер\w*|експерт\w*|аналітик\w*|директор\w*|лідер\w*|активіст\w*|тренер\w*|сенатор\w*"
    ),
    "ru": (
        r"президент\w*|премьер\w*|министр\w*|глав[аыуе]|официальн\w+ представител\w*|представител\w*|пресс-секретар\w*"
        r"|мэр\w*|губернатор\w*|генерал\w*|командующ\w*|командир\w*|депутат\w*|прокурор\w*|судь[яиею]|адвокат\w*"
        r"|журналист\w*|пос(?:ол|ла|лу)|канцлер\w*|эксперт\w*|аналитик\w*|директор\w*|лидер\w*|активист\w*"
        r"|тренер\w*|сенатор\w*|спикер\w*"
    ),
    "de": (
        r"(?:\w+)?(?:[Kk]anzler|[Mm]inister|[Mm]inisterpräsident|[Pp]räsident|[Ss]precher|[Cc]hef|[Bb]ürgermeister"
        r"|[Rr]ichter|[Tt]rainer|[Kk]ommissar|[Dd]irektor|[Bb]eauftragter|[Ee]xperte|[Ff]orscher|[Vv]orsitzende)"
        r"(?:in|r|n|s)?|General|Anwalt|Anwältin|Abgeordnete[rn]?|König(?:in)?|Prinz(?:essin)?"
    ),
    "fr": (
        r"(?:vice-)?présidente?|(?:premi[eè]re? )?ministre|porte-parole|maire|députée?|sénat(?:eur|rice)|procureure?"
        r"|général|avocate?|direct(?:eur|rice)|patronne?|juge|préf[eè]te?|chanceli[eè]re?|secrétaire|écrivaine?"
        r"|journaliste|entraîneur|économiste|analyste"
    ),
    "es": (
        r"(?:vice)?president[ea]|ministr[oa]|portavoz|alcald(?:e|esa)|diputad[oa]|senador(?:a)?|fiscal|general|juez(?:a)?"
        r"|abogad[oa]|director(?:a)?|líder|canciller|gobernador(?:a)?|secretari[oa]|periodista|entrenador(?:a)?"
        r"|economista|analista"
    ),
}
_BETWEEN = {
    "uk": r"(?: (?:[а-яіїєґ'’-]+|[А-ЯІЇЄҐ]{2,7}|Мін\w+|Генштаб\w*|Кабмін\w*|Украї\w+))",
    "ru": r"(?: (?:[а-яё-]+|[А-ЯЁ]{2,7}|Мин\w+|МИДа|Генштаба|Кабмина|Госдумы|Кремля|Росси\w+|Украин\w+))",
    "de": r"(?!)",
    "fr": r"(?: (?:[a-zß-öø-ÿ-]+|[ld]['’]\w+))",
    "es": r"(?: (?:[a-zß-öø-ÿ-]+|(?<=de )[A-ZÁÉÍÓÚ]\w+))",
}
_SURNAME = (
    r"[А-ЯІЇЄҐЁ][а-яіїєґё'’ʼ-]*(?:енк|ськ|цьк|ск|цк|чук|ук|юк|ов|ев|єв|ёв|ин|ін|ович|евич|ич|ян|швілі|швили|дзе)"
    r"(?:о|а|у|ю|ом|ем|им|ім|ой|ою|ій|ый|ий|ого|ому|ая|ую|и|е|і)?"
)


def find(text: str, lang: str) -> Iterator[tuple[int, int, str]]:
    """Stretches that name a person, left to right within each rule, with the rule that found them."""
    if lang not in _TITLES:
        return
    name = rf"(?!{_BODY}){_CYRILLIC}(?: {_CYRILLIC}){{1,2}}" if lang in {"uk", "ru"} else _LATIN_NAME
    titled = rf"(?<!\w)(?i:{_TITLES[lang]}){_BETWEEN[lang]}{{0,4}}?,? ({name})(?!\w)"
    for match in re.finditer(titled, text):
        yield match.start(1), match.end(1), "title"
    if lang in {"uk", "ru"}:
        for match in re.finditer(rf"(?<=[\w,»–—-] )({_CYRILLIC} {_SURNAME})(?!\w)", text):
            yield match.start(1), match.end(1), "surname shape"
