"""Short forms and what they stand for.

The alignment of letters follows Schwartz and Hearst (2003), extended to the left edge of the name, since
theirs stops at the first word that accounts for the letters ('for Defense of Democracies' for FDD).
"""

import re
from collections.abc import Iterator

from monitor.facts.reading import Reading
from monitor.model.facts import Acronym, Span

_BRACKETED = re.compile(
    r"\(\s*(?:the |or |known as (?:the )?|[\"“'])?([a-z]?[A-Z][A-Za-z0-9&./+-]{1,11})[\"”']?"
    r"\s*(?:[,;][^()]{0,60})?\)"
)
_COMPOUND = re.compile(r"\(([A-Z][a-z]+) ([A-Z]{2,6})\)")
"""'(Africa CDC)': a name's first word and the initials of the rest."""
_BETWEEN_COMMAS = re.compile(
    r", (?:or|known as|also known as|abbreviated to) (?:the )?([A-Z][A-Za-z0-9&]{1,9})(?=[,.;)])"
)
"""'the Federal Aviation Administration, or FAA,'"""
_FOREIGN = re.compile(
    r"(?:\b[Tt]he|['’]s) ((?:[A-Z][\w'’.-]+|UN|EU|US|UK)(?:[ ,]+(?:(?:of|for|and|the|on|in|de|del|des|du) ){0,2}"
    r"[A-Z][\w'’.-]+){1,7})$"
)
"""A capitalised name of two words or more before letters of another language: 'the Kurdistan Workers' Party (PKK)'."""
_PLAIN_BODY = re.compile(
    r"(?:\b[Tt]he ((?:[\w'’-]+ ){1,3}?|)|\b([A-Z]\w+['’]s (?:[\w'’-]+ ){0,3}?))"
    r"(agency|ministry|service|watchdog|regulator|police|authority|commission|office|union|party|directorate)$"
)
"""'the UN refugee agency' before '(UNHCR)': a body told by what it does."""
_EXPANDED = re.compile(
    r"\b([A-Z][A-Z0-9&]{1,9}s?)\s*(?:\(|, (?:short for|which stands for|or) (?:the )?)([^()\n,]{6,90})(?:\)|,)"
)
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*\.?")
_LINKING = frozenset(
    {"of", "for", "and", "the", "on", "in", "to", "de", "des", "la", "du", "del", "against", "with", "at", "&"}
)
_NO_SINGULAR = frozenset({"United States", "United Nations"})
_NOT_SHORT = frozenset({"AM", "PM", "ET", "GMT", "BST", "EST", "EDT", "PST", "UTC", "R", "D"})
_KEEP_PLURAL = re.compile(
    r"(?:Nations|States|Forces|Services|Affairs|Sports|Communications|Democracies|Emirates|Studies|Relations)$"
)
_COUNTED_HEADS = re.compile(
    r"(?:Systems|Missiles|Vehicles|Drones|Devices|Agreements|Weapons|Rockets|Officers|Vessels|Units|Zones|Munitions)$"
)


def find(reading: Reading) -> tuple[Acronym, ...]:
    """Every short form the article explains, each once, in reading order."""
    found: dict[str, Acronym] = {}
    for acronym in sorted(
        (*_bracketed(reading), *_compound(reading), *_expanded(reading), *_between_commas(reading)),
        key=lambda item: item.span.start,
    ):
        found.setdefault(acronym.short, acronym)
    return tuple(found.values())


def _bracketed(reading: Reading) -> Iterator[Acronym]:
    text = reading.mended
    for match in _BRACKETED.finditer(text):
        short = match.group(1).rstrip(".")
        if not _is_short(short):
            continue
        before = text[max(0, match.start() - 160) : match.start()].rstrip()
        start = _align(before, short)
        if start is None:
            start = _described(before, short)
        if start is None:
            continue
        offset = match.start() - len(text[max(0, match.start() - 160) : match.start()])
        long = before[start:].rstrip()
        if len(long) <= len(short) or short in long.split():
            continue
        begin = offset + start
        yield _made(reading, Span(begin, match.end()), short, reading.text[begin : begin + len(long)], "bracketed")


def _described(before: str, short: str) -> int | None:
    """Where a body's name starts whose letters the short form does not have, for it is short in another language."""
    if not re.fullmatch(r"[A-Z][A-Za-z]{0,3}[A-Z0-9][A-Za-z0-9]{0,2}", short):
        return None
    window = max(0, len(before) - 90)
    named = _FOREIGN.search(before, window)
    if named is not None:
        return named.start(1)
    plain = _PLAIN_BODY.search(before, window)
    if plain is None:
        return None
    return plain.start(2) if plain.group(2) else plain.start(1)


def _between_commas(reading: Reading) -> Iterator[Acronym]:
    text = reading.mended
    for match in _BETWEEN_COMMAS.finditer(text):
        window = max(0, match.start() - 120)
        before, short = text[window : match.start()], match.group(1)
        start = _align(before, short) if _is_short(short) else None
        if start is not None and len(before) - start > len(short):
            begin = window + start
            yield _made(reading, Span(begin, match.end()), short, reading.text[begin : match.start()], "bracketed")


def _compound(reading: Reading) -> Iterator[Acronym]:
    text = reading.mended
    for match in _COMPOUND.finditer(text):
        window = max(0, match.start() - 160)
        before = text[window : match.start()].rstrip()
        start = _align(before, match.group(2))
        if start is None:
            continue
        begin = window + start
        if before[:start].endswith(f"{match.group(1)} "):
            begin -= len(match.group(1)) + 1
        elif not before[start:].startswith(f"{match.group(1)} "):
            continue
        long = reading.text[begin : window + len(before)]
        yield _made(reading, Span(begin, match.end()), f"{match.group(1)} {match.group(2)}", long, "bracketed")


def _expanded(reading: Reading) -> Iterator[Acronym]:
    """'ATACMS (Army Tactical Missile System)'."""
    for match in _EXPANDED.finditer(reading.mended):
        short, long = match.groups()
        words = _WORD.findall(long)
        if not _is_short(short) or not words or not words[0][0].isupper() or len(words) > len(short) * 2 + 2:
            continue
        start = _align(long, short)
        if start == 0:
            yield _made(
                reading,
                Span(match.start(), match.end()),
                short,
                reading.text[match.start(2) : match.end(2)],
                "expanded",
            )


def _is_short(short: str) -> bool:
    capitals = sum(char.isupper() or char.isdigit() for char in short)
    return len(short) >= 2 and capitals >= 2 and capitals >= len(short) / 2 and short not in _NOT_SHORT


def _align(before: str, short: str) -> int | None:
    """Offset at which the long form starts in the text that ends before the bracket."""
    letters = re.findall(r"\d+|[^\W\d_]", short)
    plural = len(letters) > 2 and letters[-1] == "s"
    if plural:
        letters = letters[:-1]
    words = list(_WORD.finditer(before))[-(len(letters) * 2 + 3) :]
    within = [word for word in words if word.start() >= _sentence_edge(before)]
    for linking_count in (False, True):
        by_initials = _by_initials(within, letters, linking_count=linking_count)
        if by_initials is not None:
            return by_initials
    listed = [word for word in words if word.start() >= _sentence_edge(before, commas=False)]
    for start in (_by_initials(listed, letters, linking_count=False), _by_compounds(within, letters)):
        if start is not None:
            return start
    return _by_letters(before, within, letters)


def _sentence_edge(before: str, *, commas: bool = True) -> int:
    ends = r"[,;:()\"“”]\s" if commas else r"[;:()\"“”]\s"
    marks = [match.end() for match in re.finditer(ends + r"|[.!?]\s(?=[A-Z])(?<![A-Z]\.\s)", before)]
    return marks[-1] if marks else 0


def _by_initials(words: list[re.Match[str]], letters: list[str], *, linking_count: bool) -> int | None:
    """One word a letter, the usual case; small linking words are skipped, or counted (DoD) at a second try."""
    position = len(letters) - 1
    index = len(words) - 1
    while index >= 0 and position >= 0:
        word = words[index].group()
        linking = word.lower() in _LINKING
        if _opens_with(word, letters[position]) and (not linking or linking_count):
            position -= 1
        elif not linking or position == len(letters) - 1:
            return None
        index -= 1
    if position >= 0:
        return None
    return words[index + 1].start()


def _opens_with(word: str, letter: str) -> bool:
    return word == letter if letter.isdigit() else word[0].lower() == letter.lower()


def _by_compounds(words: list[re.Match[str]], letters: list[str]) -> int | None:
    """Long words that give several letters: 'intercontinental ballistic missile' for ICBM; all give their first."""
    texts = [word.group().lower() for word in words]
    marks = "".join(letters).lower()
    for first in range(len(texts) - 1, max(-1, len(texts) - len(marks) - 1), -1):
        chosen = texts[first:]
        if not 2 <= len(chosen) < len(marks) or _LINKING & set(chosen):
            continue
        if _spelled(chosen, marks):
            start = words[first].start()
            return _with_first_names(words, start) if words[first].group()[0].isupper() else start
    return None


def _spelled(words: list[str], marks: str) -> bool:
    """Whether the letters are the words' first ones and further ones of theirs, in order, all of them used."""
    if not words:
        return not marks
    if not marks or words[0][0] != marks[0]:
        return False
    rest, place = marks[1:], 0
    while True:
        if _spelled(words[1:], rest):
            return True
        place = words[0].find(rest[0], place + 1) if rest else -1
        if place < 0:
            return False
        rest = rest[1:]


def _by_letters(before: str, words: list[re.Match[str]], letters: list[str]) -> int | None:
    """The letters occur in order from the right, the first one at the start of a word."""
    place = len(before) - 1
    for number, letter in enumerate(reversed(letters)):
        first = number == len(letters) - 1
        while place >= 0 and (
            before[place].lower() != letter.lower()
            or (first and place > 0 and (before[place - 1].isalnum() or not before[place].isupper()))
        ):
            place -= 1
        if place < 0:
            return None
        place -= 1
    start = place + 1
    if not words or start < words[0].start():
        return None
    inside = [word for word in words if word.start() >= start]
    if not inside or len(inside) > len(letters) + 4 or not any(word.group()[0].isupper() for word in inside):
        return None
    return _extended_left(words, start)


def _extended_left(words: list[re.Match[str]], start: int) -> int:
    """Take in capital words left of the start, joined by linking words, so that the name is whole."""
    lefts = [word for word in words if word.start() < start]
    first = next((word for word in words if word.start() == start), None)
    if first is None:
        return start
    if first.group()[0].isupper():
        return _with_first_names(words, start)
    edge = start
    for word in reversed(lefts):
        text = word.group()
        if text[0].isupper() and text.lower() not in _LINKING:
            edge = word.start()
        elif text.lower() not in _LINKING:
            break
    return edge


def _with_first_names(words: list[re.Match[str]], start: int) -> int:
    """'Cboe Volatility Index' for VIX: capitalised words right before the first letter's belong to the name."""
    edge = start
    for word in reversed([word for word in words if word.start() < start]):
        if not word.group()[0].isupper() or word.group().lower() in _LINKING or word.end() + 1 != edge:
            break
        edge = word.start()
    return edge


def _made(reading: Reading, span: Span, short: str, long: str, rule: str) -> Acronym:
    return Acronym(
        text=reading.text[span.start : span.end],
        span=span,
        sentence=reading.sentence(span.start),
        short=short,
        long=long,
        canonical=singular(long, counted=len(short) > 2 and short[-1] == "s" and short[-2].isupper()),
        confidence=0.95 if rule == "bracketed" else 0.9,
        rule=f"acronym.{rule}",
    )


def singular(name: str, *, counted: bool = False) -> str:
    """The name of one of them: 'Army Tactical Missile Systems' -> 'Army Tactical Missile System'.

    `counted` says that the short form is a plural itself (UAVs).
    """
    name = re.sub(r"^(?:the|these|those|an?|its|their) ", "", name, flags=re.IGNORECASE)
    if counted and name.endswith("s") and not name.endswith("ss"):
        return name[:-3] + "y" if name.endswith("ies") else name[:-1]
    if name in _NO_SINGULAR or _KEEP_PLURAL.search(name) or not _COUNTED_HEADS.search(name):
        return name
    return name[:-1]
