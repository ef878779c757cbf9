"""What the grouping knows of languages other than English: numbers, what is counted, and acts; by far not all of each.

Only words that mean nothing else in another of the languages (Ukrainian, Russian, German, Spanish, French, Portuguese,
Italian) are listed.
"""

_NUMBERS = """
2: два дві двоє две двое zwei deux dos dois due
3: три троє трое drei trois tres três
4: чотири четверо четыре vier quatre cuatro quatro quattro
5: п'ять п’ять п'ятеро п’ятеро пять пятеро fünf cinq cinco cinque
6: шість шестеро шесть sechs seis
7: сім семеро семь sieben siete sete sette
8: вісім восьмеро восемь acht huit ocho oito otto
9: дев'ять дев’ять дев'ятеро дев’ятеро девять девятеро neun neuf nueve nove
10: десять десятеро zehn dix diez dez dieci
11: одинадцять одиннадцать elf onze undici
12: дванадцять двенадцать zwölf douze doce doze dodici
13: тринадцять тринадцать dreizehn treize trece treze
14: чотирнадцять четырнадцать vierzehn quatorze catorce
15: п'ятнадцять п’ятнадцять пятнадцать fünfzehn quinze quince
16: шістнадцять шестнадцать
17: сімнадцять семнадцать
18: вісімнадцять восемнадцать
19: дев'ятнадцять дев’ятнадцять девятнадцать
20: двадцять двадцать zwanzig vingt veinte vinte
30: тридцять тридцать dreißig trente treinta trinta
40: сорок vierzig quarante cuarenta
50: п'ятдесят п’ятдесят пятьдесят fünfzig cinquante cincuenta
"""
_SCALES = """
1000: тисяч тисячі тисячу тис тысяч тысячи тысячу тыс tausend
1000000: мільйон мільйона мільйони мільйонів миллион миллиона миллионов млн millionen mio millones millón milhões
1000000: millions milioni
1000000000: мільярд мільярда мільярдів миллиард миллиарда миллиардов млрд milliarden mrd milliards miliardi
"""
_COUNTED = """
killed: загинули загинув загиблих загиблі загиблого погибли погиб погибших погибшие убиты вбито жертв getötet tote toten
killed: todesopfer muertos muertas muerto murieron mueren fallecidos fallecieron morts tués mortos morreram morti
injured: поранені поранених поранено поранення постраждалих постраждали травмовано ранены раненых ранено ранения
injured: пострадали пострадавших verletzt verletzte verletzten heridos heridas blessés feridos feridas feriti
missing: зниклих зникли пропавших пропали vermisst vermisste desaparecidos desaparecidas disparus desaparecidos dispersi
arrested: затримано затриманих заарештовано задержаны задержано арестованы festgenommen detenidos arrêtés
arrested: detidos arrestati
evacuated: евакуйовано эвакуированы evakuiert evacuados évacués
"""
_ACTS = """
attack: атакували атаковали удар удару обстріл обстріляли обстрел обстреляли вибух взрыв angriff ataque attaque attentat
kill: загинули загинув загибель погибли погиб убиты вбито getötet tote todesopfer muertos murió fallecidos morts tués
kill: mortos
injure: поранені поранено ранены пострадали verletzt heridos blessés feridos
arrest: затримали затримано заарештували задержали задержан арестовали festgenommen verhaftet detenido arrêté detido
charge: підозру обвинувачення обвинение angeklagt acusado accusé inculpé
sentence: засудили вирок приговор приговорили verurteilt condenado condamné
resign: відставку відставка отставку отставка zurückgetreten rücktritt dimite dimitió dimisión démissionne démission
appoint: призначили призначено назначили назначен ernannt nombrado nommé
approve: схвалили ухвалили одобрили утвердили verabschiedet aprueba aprobó approuve
ban: заборонили запретили verboten prohíbe interdit
agree: угоду домовилися соглашение договорились abkommen einigung acuerdo accord
evacuate: евакуювали эвакуировали evakuiert evacuados évacués
rescue: врятували спасли gerettet rescatados sauvés
release: звільнили освободили freigelassen liberado liberados libéré
reopen: відновили возобновили восстановили wiedereröffnet reanuda reprend rétabli
win: переміг победил gewinnt gana gagne remporte
"""


def _lines(text: str) -> dict[str, str]:
    return {
        word: name for line in text.strip().splitlines() for name, words in [line.split(":")] for word in words.split()
    }


NUMBERS = {word: int(value) for word, value in _lines(_NUMBERS).items()}
SCALES = {word: float(value) for word, value in _lines(_SCALES).items()}
COUNTED = _lines(_COUNTED)
"""Word -> what is counted."""

ACTS = _lines(_ACTS)
"""Word -> the class of act it names."""
