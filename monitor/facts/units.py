"""What amounts are measured in: currencies by sign and name, lengths, weights and the like."""

import re

CURRENCIES = {
    "$": "USD",
    "US$": "USD",
    "A$": "AUD",
    "C$": "CAD",
    "HK$": "HKD",
    "NZ$": "NZD",
    "S$": "SGD",
    "R$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "₴": "UAH",
    "₩": "KRW",
    "₺": "TRY",
    "₪": "ILS",
    "₦": "NGN",
}
MONEY_WORDS = {
    "dollar": "USD",
    "euro": "EUR",
    "pound": "GBP",
    "yen": "JPY",
    "yuan": "CNY",
    "renminbi": "CNY",
    "rouble": "RUB",
    "ruble": "RUB",
    "rupee": "INR",
    "hryvnia": "UAH",
    "won": "KRW",
    "franc": "CHF",
    "krona": "SEK",
    "krone": "NOK",
    "zloty": "PLN",
    "lira": "TRY",
    "shekel": "ILS",
    "rand": "ZAR",
    "peso": "MXN",
    "real": "BRL",
    "naira": "NGN",
    "dirham": "AED",
    "riyal": "SAR",
}
_MEASURES = {
    "km": "km",
    "kilometer": "km",
    "kilometre": "km",
    "mile": "mi",
    "meter": "m",
    "metre": "m",
    "foot": "ft",
    "feet": "ft",
    "inch": "in",
    "yard": "yd",
    "centimeter": "cm",
    "centimetre": "cm",
    "nautical mile": "nmi",
    "square kilometer": "km2",
    "square kilometre": "km2",
    "square mile": "mi2",
    "sq km": "km2",
    "hectare": "ha",
    "acre": "ac",
    "ton": "t",
    "tonne": "t",
    "metric ton": "t",
    "kilogram": "kg",
    "kg": "kg",
    "pound": "lb",
    "gram": "g",
    "barrel": "bbl",
    "liter": "l",
    "litre": "l",
    "gallon": "gal",
    "megawatt": "MW",
    "gigawatt": "GW",
    "mph": "mph",
    "kph": "km/h",
    "km/h": "km/h",
    "knot": "kn",
    "basis point": "bp",
    "degree": "deg",
    "celsius": "C",
    "mw": "MW",
    "gw": "GW",
    "mm": "mm",
    "millimeter": "mm",
    "millimetre": "mm",
    "cm": "cm",
}
MEASURE_WORD = "|".join(sorted((rf"{re.escape(word)}(?:e?s)?" for word in _MEASURES), key=lambda w: (-len(w), w)))
MONEY_WORD = "|".join(sorted(MONEY_WORDS, key=lambda w: (-len(w), w)))
SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=lambda s: (-len(s), s)))


def measure_unit(word: str) -> str:
    """The symbol of a measure's word in singular or plural; the word itself where there is none."""
    low = word.lower()
    for form in (low, low.removesuffix("s"), low.removesuffix("es")):
        if form in _MEASURES:
            return _MEASURES[form]
    return low
