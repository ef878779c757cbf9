"""Sentences, as far as a rule needs them: where one ends and the next begins, in any script, without a model."""

import re

_END = re.compile(
    r"[.!?…؟۔।॥]+[\"'”’»)\]]*\s+(?=[\"'“‘«„(\[¿¡—–-]*\s?([^\s\"'“‘«„(\[¿¡—–-]*))|[。！？｡]+[」』”’）\"']*"
)
_ABBREVIATED = re.compile(
    r"(?:^|[\s(\[\"'“‘«„-])(?:(?:[^\W\d_]\.)*[^\W\d_]|"
    r"Adm|Amb|Apr|Art|Aug|Ave|Blvd|Brig|Capt|Cmdr|Co|Col|Corp|Cpl|Dec|Dept|Dr|Eng|Etc|Feb|Fig|Ft|Gen|Gov|Hon|Inc|"
    r"Jan|Jr|Jul|Jun|Lt|Ltd|Maj|Mar|Messrs|Mlle|Mme|Mr|Mrs|Ms|Mt|Nov|Nr|No|Oct|Pfc|Ph\.D|Pres|Prof|Pvt|Rep|Rev|Sen|Sep|"
    r"Sept|Sgt|Sr|Sra|St|Str|Supt|Vol|approx|bzw|ca|cf|e\.g|etc|i\.e|p|pp|resp|vs|z\.B|"
    r"г|гг|др|им|млн|млрд|обл|пр|руб|см|стр|тыс|ул)$"
)
# After an abbreviation only a word that seldom stands inside a sentence with a capital begins a new one.
_OPENER = re.compile(
    "A|After|All|Although|An|And|As|At|Before|Both|But|By|For|From|He|Her|His|However|If|In|It|Its|Meanwhile|Most|No|"
    "On|One|Our|She|Since|So|Some|That|The|Their|There|These|They|This|Those|Though|Two|Under|We|What|When|While|With|"
    "You|В|Он|Она|Они|Но|И|А|По|На|Это"
)


def sentences(document: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of the paragraph document[start:end], end to end: [start, end) each.

    A full stop ends a sentence where a space and no small letter follows, and what stands before it is no abbreviation.
    """
    found: list[tuple[int, int]] = []
    begin = start
    for mark in _END.finditer(document, start, end):
        following = mark[1]
        if following is not None:
            if following[:1].islower():
                continue
            before = document[max(begin, mark.start() - 12) : mark.start()]
            one = document[mark.start()] == "." and document[mark.start() + 1 : mark.start() + 2] != "."
            if one and following and not _OPENER.fullmatch(following) and _ABBREVIATED.search(before):
                continue
        if mark.end() < end:
            found.append((begin, mark.end()))
            begin = mark.end()
    if begin < end:
        found.append((begin, end))
    return found
