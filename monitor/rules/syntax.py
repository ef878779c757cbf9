"""How a term is written: `word`, `a phrase`, `missil*`, `=ICE`, `strike~`, `/regular expression/`, `$alias`."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

import re2

from monitor.model.rule import AnyOf, FieldName, Regex, Term
from monitor.rules.inflections import inflections

FIELDS: Final[Mapping[str, FieldName]] = {name: name for name in get_args(FieldName)} | {"body": "text"}
"""What the parts of an article are called in rules; `body` is what other tools call the text."""
MAX_TERM = 200
"""Characters of one term."""
MAX_REGEX = 500
"""Characters of one regular expression."""
_REGEX_MEMORY = 1 << 20

_ALIAS = re.compile(r"\$([^\W\d][\w-]*)")
_OPERATOR = re.compile(r'(?<=[\w*")]) (AND|OR|NOT|NEAR(?:/\d+)?) (?=[\w"(=$])')
_POSSESSIVE_ALONE = re.compile(r"^\W*['’]s\W*$", re.IGNORECASE)
_SHORTEST_PREFIX = 2
# As nearly all terms are written; what it lets through needs no other check.
_PLAIN = re.compile(r"([A-Za-z][A-Za-z0-9]+(?: [A-Za-z][A-Za-z0-9]+)*)(\*?)")
_FUZZY = re.compile(r"\w~\d*$")
_ONE_LETTER = re.compile(r"\w\?\w")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_REGEX = re.compile(r"(=?)/(.+)/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AliasName:
    """A use of an alias, to be resolved in its file."""

    name: str


class TermError(ValueError):
    """The text is not a term; the message says why and what to do."""


def parse_term(written: str) -> Term | Regex | AnyOf | AliasName:
    """The term or alias that the text stands for; `word~` is a choice of all its forms.

    Raises:
        TermError: nothing to search for, a wildcard elsewhere than at the end, an operator inside, too long, or a
            regular expression RE2 does not take.
    """
    plain = _PLAIN.fullmatch(written)
    if plain and len(written) <= MAX_TERM and not _OPERATOR.search(written):
        return Term(plain[1], prefix=bool(plain[2]))
    text = " ".join(written.split())
    if not text:
        raise TermError("an empty term; write a word, and put one that begins with # in double quotes")
    regex = _REGEX.fullmatch(written.strip())
    if regex:
        return _regex(regex[2], exact=bool(regex[1]))
    if len(text) > MAX_TERM:
        raise TermError(f"a term of {len(text):,} characters; at most {MAX_TERM}, shorten it or split it with `all`")
    if text.startswith("$"):
        return _alias(text)
    exact = text.startswith("=")
    body = text[1:].lstrip() if exact else text
    if body.endswith("~"):
        return _inflected(body[:-1].rstrip(), exact=exact)
    prefix = body.endswith("*")
    body = body[:-1] if prefix else body
    operator = _OPERATOR.search(body)
    if operator:
        problem = (
            f"`{operator[1]}` inside a term; write `query:`, or lists: `any:` for OR, `all:` for AND, `none:` for NOT"
        )
        raise TermError(problem)
    foreign = _foreign_sign(body)
    if foreign:
        raise TermError(f"`{text}` {foreign}")
    if _blank(body):
        raise TermError(f"`{text}` has no letter or digit, so there is nothing to find; punctuation is not searched")
    if prefix and _too_short(body):
        raise TermError(f"`{text}` would match a large part of all words; write at least {_SHORTEST_PREFIX} letters")
    return Term(body, exact=exact, prefix=prefix)


def _foreign_sign(body: str) -> str:
    """What is wrong with a sign that means something in other search languages, "" for nothing."""
    if _FUZZY.search(body):
        return "asks for similar spellings, which is not known here; write each under `any`"
    if _ONE_LETTER.search(body):
        return "has a ? inside a word, which stands for no letter here; write each spelling, or a regular expression"
    return "has a * before its end; a wildcard ends a term, as in missil*" if "*" in body else ""


def country_problem(written: str) -> str:
    """What is wrong with a country code, "" for nothing."""
    if not _COUNTRY.fullmatch(written):
        return f"`{written[:40]}` is no country; write its two letters, such as UA, GB or US"
    return "`UK` is no country code; write GB" if written.upper() == "UK" else ""


def _inflected(body: str, *, exact: bool) -> AnyOf:
    forms = inflections(body)
    if not forms:
        problem = f"`{body}~` asks for the forms of an English word of three letters or more"
        raise TermError(f"{problem}; in other languages use a wildcard, as in missil*")
    return AnyOf(tuple(Term(form, exact=exact) for form in forms))


def _regex(pattern: str, *, exact: bool) -> Regex:
    if len(pattern) > MAX_REGEX:
        raise TermError(f"a regular expression of {len(pattern):,} characters; at most {MAX_REGEX}")
    options = re2.Options()
    options.max_mem = _REGEX_MEMORY
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
        empty = compiled.search("")
    except re2.error as error:
        said = error.args[0] if error.args else "not understood"
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        problem = f"/{pattern[:60]}/ is no regular expression RE2 takes ({said})"
        raise TermError(f"{problem}; look-around and back-references do not exist there") from error
    if empty:
        raise TermError(f"/{pattern[:60]}/ matches where there is nothing; take out what makes all of it optional")
    if any(all(compiled.search(letter) for letter in letters) for letters in ("eq", "EQ", "эй", "17")):
        raise TermError(
            f"/{pattern[:60]}/ matches a letter or digit of nearly every text; ask for more of them in a row"
        )
    return Regex(pattern, exact=exact)


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
