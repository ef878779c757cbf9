"""A slow, obvious evaluator: what a term and a condition mean, written a second time and without any cleverness.

It shares no code with the engine and knows only the characters the property tests write with.
"""

import unicodedata

from monitor.model.article import Article
from monitor.model.rule import AllOf, AnyOf, Condition, NoneOf, Rule, Term

INVISIBLE = "\u00ad\u200b\u200d\u2060\u202a\u202c\u200f"
APOSTROPHES = "'’ʼ"
HYPHENS = "-‑–—"
UNSPACED = "乌克兰在ミサイルガ"
PARAGRAPH = "¶"


def letters(text: str, *, exact: bool) -> str:
    """Letters and digits as they are compared, everything else as it was."""
    text = "".join(char for char in text if char not in INVISIBLE)
    if exact:
        return unicodedata.normalize("NFKC", text)
    text = unicodedata.normalize("NFKD", text)
    kept = ""
    for place, char in enumerate(text):
        before = text[place - 1] if place else ""
        accent = 0x300 <= ord(char) <= 0x36F
        if accent and not (char == "\u0306" and before in "иИ") and not (char == "\u0308" and before in "іІ"):
            continue
        kept += char
    return unicodedata.normalize("NFC", kept.casefold()).replace("ł", "l").replace("ø", "o")


def words(text: str, *, exact: bool, join: bool) -> list[str]:
    """The words of a text; `join` closes hyphenated words up."""
    for hyphen in HYPHENS:
        text = text.replace(hyphen, "-")
    for apostrophe in APOSTROPHES:
        text = text.replace(apostrophe, "'")
    if join:
        kept = ""
        for place, char in enumerate(text):
            inside = 0 < place < len(text) - 1 and text[place - 1].isalnum() and text[place + 1].isalnum()
            re = text[:place].lower().endswith("re") and not text[: place - 2][-1:].isalnum()
            kept += "" if char == "-" and inside and not re else char
        text = kept
    text = letters(text.replace("\r\n", "\n").replace("\n\n", PARAGRAPH), exact=exact)
    spaced = ""
    for place, char in enumerate(text):
        after = text[place + 1 :]
        if char == PARAGRAPH or char in UNSPACED:
            spaced += f" {char} "
        elif char == "'":
            possessive = after[:1] in ("s", "S") and not after[1:2].isalnum()
            cyrillic = place and "\u0400" <= text[place - 1] <= "\u052f" and after and "\u0400" <= after[0] <= "\u052f"
            spaced += " \0" if possessive else "ʹ" if cyrillic else " "
        else:
            spaced += char if char.isalnum() else " "
    return spaced.replace("\0s", " ").replace("\0S", " ").replace("\0", " ").split()


def found(term: Term, text: str) -> bool:
    """Whether a term stands in a text, in any spelling of both."""
    wanted = [words(term.text, exact=term.exact, join=join) for join in (False, True)]
    if 2 <= len(term.text) <= 6 and term.text.isascii() and term.text.isalpha() and term.text.isupper():
        wanted.append(words(" ".join(term.text), exact=term.exact, join=False))
    for join in (False, True):
        there = words(text, exact=term.exact, join=join)
        for phrase in wanted:
            for start in range(len(there) - len(phrase) + 1):
                piece = there[start : start + len(phrase)]
                if piece == phrase:
                    return True
                prefix = term.prefix or unicodedata.name(phrase[-1][-1]).startswith("HANGUL")
                if prefix and piece[:-1] == phrase[:-1] and piece[-1].startswith(phrase[-1]):
                    return True
    return False


def holds(condition: Condition, text: str) -> bool:
    """Whether a condition is true of a text."""
    match condition:
        case Term():
            return found(condition, text)
        case AnyOf(parts):
            return any(holds(part, text) for part in parts)
        case AllOf(parts):
            return all(holds(part, text) for part in parts)
        case NoneOf(parts):
            return not any(holds(part, text) for part in parts)


def matching(rules: list[Rule], article: Article) -> list[str]:
    """Ids of the rules that hold, in their order."""
    text = f"{article.title}\n\n{article.text}" if article.title and article.text else article.title or article.text
    return [rule.id for rule in rules if rule.enabled and holds(rule.condition, text)]
