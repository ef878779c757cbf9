"""How a term is written: `word`, `a phrase`, `missil*`, `=ICE`, `$alias`."""

import re
import unicodedata
from dataclasses import dataclass

from monitor.model.rule import Term

MAX_TERM = 200
"""Characters of one term."""

_ALIAS = re.compile(r"\$([^\W\d][\w-]*)")
_OPERATOR = re.compile(r'(?<=[\w*")]) (AND|OR|NOT|NEAR(?:/\d+)?) (?=[\w"(=$])')
_POSSESSIVE_ALONE = re.compile(r"^\W*['’]s\W*$", re.IGNORECASE)
_SHORTEST_PREFIX = 2


@dataclass(frozen=True, slots=True)
class AliasName:
    """A use of an alias, to be resolved in its file."""

    name: str


class TermError(ValueError):
    """The text is not a term; the message says why and what to do."""


def parse_term(written: str) -> Term | AliasName:
    """The term or alias that the text stands for.

    Raises:
        TermError: nothing to search for, a wildcard elsewhere than at the end, an operator inside, too long.
    """
    text = " ".join(written.split())
    if not text:
        raise TermError("an empty term; write a word, and put one that begins with # in double quotes")
    if len(text) > MAX_TERM:
        raise TermError(f"a term of {len(text):,} characters; at most {MAX_TERM}, shorten it or split it with `all`")
    if text.startswith("$"):
        return _alias(text)
    exact = text.startswith("=")
    body = text[1:].lstrip() if exact else text
    prefix = body.endswith("*")
    body = body[:-1] if prefix else body
    operator = _OPERATOR.search(body)
    if operator:
        problem = f"`{operator[1]}` inside a term; write lists instead: `any:` for OR, `all:` for AND, `none:` for NOT"
        raise TermError(problem)
    if "*" in body:
        raise TermError(f"`{text}` has a * before its end; a wildcard ends a term, as in missil*")
    if _blank(body):
        raise TermError(f"`{text}` has no letter or digit, so there is nothing to find; punctuation is not searched")
    if prefix and _too_short(body):
        raise TermError(f"`{text}` would match a large part of all words; write at least {_SHORTEST_PREFIX} letters")
    return Term(body, exact=exact, prefix=prefix)


def _alias(text: str) -> AliasName:
    name = _ALIAS.fullmatch(text)
    if name:
        return AliasName(name[1])
    problem = f"`{text}` is not the name of an alias; an alias stands alone, as in $zelensky"
    raise TermError(f"{problem}. For the words themselves, leave the $ out")


def _blank(body: str) -> bool:
    """Whether nothing is left of the term once case, accents, invisible characters and punctuation are gone."""
    if _POSSESSIVE_ALONE.match(body):
        return True
    decomposed = unicodedata.normalize("NFKD", body)
    return not any(
        char.isalnum() and unicodedata.category(char) != "Lm" and char not in "\u115f\u1160" for char in decomposed
    )


def _too_short(body: str) -> bool:
    if not body[-1:].isalnum():
        return True
    last = re.split(r"[\W_]+", body)[-1]
    return len(last) < _SHORTEST_PREFIX and "LATIN" in unicodedata.name(last[-1], "LATIN")
