"""Month names: English in full, and those of the other languages whose dates are read."""

ENGLISH = {
    "january": 1,
    "jan": 1,
    "february": 2,
    "feb": 2,
    "march": 3,
    "mar": 3,
    "april": 4,
    "apr": 4,
    "may": 5,
    "june": 6,
    "jun": 6,
    "july": 7,
    "jul": 7,
    "august": 8,
    "aug": 8,
    "september": 9,
    "sept": 9,
    "sep": 9,
    "october": 10,
    "oct": 10,
    "november": 11,
    "nov": 11,
    "december": 12,
    "dec": 12,
}
ENGLISH_PATTERN = (
    r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER"
    r"|january|february|april|june|july|august|september|october|november|december"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|jan|feb|apr|jul|aug|sept|oct|nov|dec)\b\.?)"
)
"""A month beside a day or a year. 'may' and 'march' are words unless they are capitalised."""

FOREIGN: dict[str, dict[str, int]] = {
    "uk": {
        name: number
        for number, names in enumerate(
            (
                ("січня", "січні", "січень"),
                ("лютого", "лютому", "лютий"),
                ("березня", "березні", "березень"),
                ("квітня", "квітні", "квітень"),
                ("травня", "травні", "травень"),
                ("червня", "червні", "червень"),
                ("липня", "липні", "липень"),
                ("серпня", "серпні", "серпень"),
                ("вересня", "вересні", "вересень"),
                ("жовтня", "жовтні", "жовтень"),
                ("листопада", "листопаді", "листопад"),
                ("грудня", "грудні", "грудень"),
            ),
            1,
        )
        for name in names
    },
    "ru": {
        name: number
        for number, names in enumerate(
            (
                ("января", "январе", "январь"),
                ("февраля", "феврале", "февраль"),
                ("марта", "марте", "март"),
                ("апреля", "апреле", "апрель"),
                ("мая", "мае", "май"),
                ("июня", "июне", "июнь"),
                ("июля", "июле", "июль"),
                ("августа", "августе", "август"),
                ("сентября", "сентябре", "сентябрь"),
                ("октября", "октябре", "октябрь"),
                ("ноября", "ноябре", "ноябрь"),
                ("декабря", "декабре", "декабрь"),
            ),
            1,
        )
        for name in names
    },
    "de": {
        name: number
        for number, name in enumerate(
            (
                "januar",
                "februar",
                "märz",
                "april",
                "mai",
                "juni",
                "juli",
                "august",
                "september",
                "oktober",
                "november",
                "dezember",
            ),
            1,
        )
    },
    "fr": {
        name: number
        for number, name in enumerate(
            (
                "janvier",
                "février",
                "mars",
                "avril",
                "mai",
                "juin",
                "juillet",
                "août",
                "septembre",
                "octobre",
                "novembre",
                "décembre",
            ),
            1,
        )
    },
    "es": {
        name: number
        for number, name in enumerate(
            (
                "enero",
                "febrero",
                "marzo",
                "abril",
                "mayo",
                "junio",
                "julio",
                "agosto",
                "septiembre",
                "octubre",
                "noviembre",
                "diciembre",
            ),
            1,
        )
    },
}

_ABBREVIATED = {
    "uk": "січ лют бер квіт трав черв лип серп вер жовт лист груд",
    "ru": "янв фев мар апр мая июн июл авг сен|сент окт ноя|нояб дек",
    "de": "jan feb mär|mrz apr mai jun jul aug sep|sept okt nov dez",
    "fr": "janv fév|févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sep|sept oct nov dic",
}
SHORT: dict[str, dict[str, int]] = {
    lang: {
        name: number
        for number, names in enumerate(line.split(), 1)
        for name in names.split("|")
        if name not in FOREIGN[lang]
    }
    for lang, line in _ABBREVIATED.items()
}
"""Shortened months of other languages; a full stop may follow them."""
