"""The query string: `(missil* OR drone*) AND Kursk NEAR/10 "North Korean" NOT title:film`.

From tightest to loosest: quotes and parentheses; `field:`; `NEAR/n` and `BEFORE/n`; `NOT` and `-`; `AND`, which also
stands between words with nothing between them; `OR` and `|`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, get_args

from monitor.model.rule import (
    AllOf,
    AnyOf,
    Attribute,
    AttributeName,
    Condition,
    InField,
    Near,
    NoneOf,
    Together,
    Unit,
)
from monitor.rules.nearest import nearest
from monitor.rules.shapes import about_text, about_words, conjunction, has_places
from monitor.rules.syntax import FIELDS, AliasName, TermError, country_problem, parse_term

MAX_QUERY = 20_000
"""Characters of one query."""
MAX_PARENTHESES = 20
"""Parentheses inside one another."""
MAX_DISTANCE = 100
"""Words between the sides of NEAR."""
MAX_NEAR = 8
"""Things that stand near one another: what a choice of places costs doubles with each."""

_UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
_ATTRIBUTES: Final[tuple[AttributeName, ...]] = get_args(AttributeName)
QUERY_FIELDS: Final = (*FIELDS, *_UNITS, *_ATTRIBUTES)

# What other search languages call it.
_MEANT_FIELDS = {
    "intitle": "title", "allintitle": "title", "headline": "title", "inurl": "url", "site": "source", "feed": "source",
    "intext": "text", "content": "text", "language": "lang", "by": "author", "publisher": "outlet",
}  # fmt: skip
_MEANT_OPERATORS = {
    "and": "AND",
    "or": "OR",
    "not": "NOT",
    "near": "NEAR/10",
    "around": "NEAR/10",
    "before": "BEFORE/10",
    "&&": "AND",
    "||": "OR",
    "&": "AND",
}
_DISTANT = re.compile(r"(?:NEAR|BEFORE)/(\d{1,4})")
_FOREIGN_DISTANT = re.compile(r"(?i)(near|w|within|n|pre|before|onear|adj)/(\d{1,4})")
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<open>\()|(?P<close>\))|(?P<or>\|\|?)
    |(?P<quoted>=?(?:["“”„][^"“”„]*["“”]|[«»][^«»"“”„]*[«»])\*?(?:~(?!\d))?)
    |(?P<single>'[^'"]*\s[^'"]*'(?=[\s)]|$))
    |(?P<regex>=?/(?:\\.|[^/\\\s]|[ ](?=[^/]*/(?:[\s)]|$)))+/(?=[\s)]|$))
    |(?P<minus>-(?=[^\s-]))
    |(?P<word>[^\s()"“”„«»|]+)""",
    re.VERBOSE,
)
_QUOTES = '"“”„«»'
_FIELD = re.compile(r"([A-Za-z_]+):(?=\S)")


class QueryError(ValueError):
    """The query cannot be read.

    Attributes:
        problem: what is wrong and what to write instead.
        offset: where, in characters from the query's beginning.
    """

    def __init__(self, problem: str, offset: int) -> None:
        self.problem, self.offset = problem, offset
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # open, close, term, field, and, or, not, near, end
    text: str
    offset: int


def parse_query(text: str, name: Callable[[str], Condition]) -> Condition:
    """The condition a query stands for.

    Args:
        text: the query.
        name: what `$name` stands for; raises TermError where there is no such name.

    Raises:
        QueryError: the query is not in the language.
    """
    if len(text) > MAX_QUERY:
        raise QueryError(f"a query of {len(text):,} characters; at most {MAX_QUERY:,}, split the rule", 0)
    return _Parser(_tokens(text), name).parse()


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise QueryError(f"the quote {text[position]} is opened and not closed; close it", position)
        kind = found.lastgroup
        if kind == "word":
            field = _FIELD.match(text, position)
            if field:
                tokens.append(_field(field[1], position))
                position = field.end()
                continue
            tokens.append(_word(found[0], position))
        elif kind == "single":
            phrase = found[0][1:-1][:60]
            raise QueryError(f'single quotes make no phrase; write "{phrase}" in double ones', position)
        elif kind in {"quoted", "regex"}:
            tokens.append(_Token("term", found[0], position))
        elif kind == "minus":
            tokens.append(_Token("not", "-", position))
        elif kind in {"open", "close", "or"}:
            tokens.append(_Token(str(kind), found[0], position))
        position = found.end()
    tokens.append(_Token("end", "", len(text.rstrip())))
    return tokens


def _field(written: str, offset: int) -> _Token:
    name = written.lower()
    if name not in QUERY_FIELDS:
        near = _MEANT_FIELDS.get(name) or nearest(name, QUERY_FIELDS)
        hint = f"did you mean `{near}:`?" if near else f"known are {', '.join(QUERY_FIELDS)}"
        problem = f"`{written[:40]}:` is not a field; {hint} A word with a colon in it goes into quotes"
        raise QueryError(problem, offset)
    return _Token("field", name, offset)


def _word(word: str, offset: int) -> _Token:
    if word in {"AND", "OR", "NOT"}:
        return _Token(word.lower(), word, offset)
    if _DISTANT.fullmatch(word):
        return _Token("near", word, offset)
    meant = _MEANT_OPERATORS.get(word.lower()) if word.lower() != "before" or word.isupper() else None
    foreign = _FOREIGN_DISTANT.fullmatch(word)
    if foreign:
        ordered = foreign[1].lower() in {"pre", "before", "onear"}
        meant = f"{'BEFORE' if ordered else 'NEAR'}/{foreign[2]}"
    if meant:
        raise QueryError(f"`{word}` is no operator; write {meant}, or quotes around a word to search for", offset)
    if word.startswith("~") and word[1:].isdigit():
        raise QueryError(f"`{word}` after a phrase; write NEAR/{word[1:]} between two words instead", offset)
    return _Token("term", word, offset)


class _Parser:
    """Recursive descent, one method for each level of precedence."""

    def __init__(self, tokens: list[_Token], name: Callable[[str], Condition]) -> None:
        self._tokens, self._name = tokens, name
        self._next = 0
        self._open: list[_Token] = []
        self._fields = 0  # fields inside one another

    def parse(self) -> Condition:
        if self._peek().kind == "end":
            raise QueryError("an empty query; write words, such as missil* AND Kursk", 0)
        condition = self._either()
        token = self._peek()
        if token.kind == "close":
            raise QueryError("this ) closes nothing; take it out, or add the ( before it", token.offset)
        return condition

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _either(self) -> Condition:
        parts = [self._every()]
        while self._peek().kind == "or":
            self._take()
            parts.append(self._every())
        if len(parts) == 1:
            return parts[0]
        return AnyOf(tuple(inner for part in parts for inner in _choices(part)))

    def _every(self) -> Condition:
        parts: list[Condition] = []
        refused: list[Condition] = []
        while True:
            negated = False
            while self._peek().kind == "not":
                self._take()
                negated = not negated
            (refused if negated else parts).append(self._close_together())
            token = self._peek()
            if token.kind == "and":
                self._take()
            elif token.kind in {"or", "close", "end"}:
                break
        if refused:
            parts.append(NoneOf(tuple(refused)))
        return conjunction(parts)

    def _close_together(self) -> Condition:
        first = self._peek()
        parts = [self._primary()]
        operator: _Token | None = None
        while self._peek().kind == "near":
            token = self._take()
            if operator is not None and token.text != operator.text:
                problem = (
                    f"{operator.text} and {token.text} in one row; write (a {operator.text} b) AND (b {token.text} c)"
                )
                raise QueryError(problem, token.offset)
            operator = token
            parts.append(self._primary())
        if operator is None:
            return parts[0]
        if len(parts) > MAX_NEAR:
            problem = f"{len(parts)} words in one row of {operator.text}; at most {MAX_NEAR}"
            raise QueryError(f"{problem}, use sentence:(...) for more", first.offset)
        distance = int(operator.text.partition("/")[2])
        if distance > MAX_DISTANCE:
            raise QueryError(f"{operator.text} is too far; at most {MAX_DISTANCE} words", operator.offset)
        for part in parts:
            if not has_places(part):
                problem = f"both sides of {operator.text} are words, phrases, or words with OR in parentheses"
                raise QueryError(f"{problem}; put AND and NOT outside of it", first.offset)
        return Near(distance, tuple(parts), ordered=operator.text.startswith("BEFORE"))

    def _primary(self) -> Condition:
        token = self._take()
        match token.kind:
            case "open":
                return self._inside(token)
            case "field":
                return self._in_field(token)
            case "term":
                return self._term(token)
        raise self._missing(token)

    def _inside(self, token: _Token) -> Condition:
        if len(self._open) >= MAX_PARENTHESES:
            raise QueryError(f"parentheses nested more than {MAX_PARENTHESES} deep; write it flatter", token.offset)
        if self._peek().kind == "close":
            raise QueryError("nothing between the parentheses; write words or take them out", token.offset)
        self._open.append(token)
        condition = self._either()
        if self._peek().kind != "close":
            raise QueryError("this ( is not closed; add the )", token.offset)
        self._take()
        self._open.pop()
        return condition

    def _missing(self, token: _Token) -> QueryError:
        before = self._tokens[self._next - 2] if self._next > 1 else None
        if token.kind == "close" and not self._open:
            return QueryError("this ) closes nothing; take it out, or add the ( before it", token.offset)
        if before is not None and before.kind in {"and", "or", "not", "near", "field"}:
            written = f"{before.text}:" if before.kind == "field" else before.text
            return QueryError(f"nothing to the right of {written}; write a word there, or take it out", before.offset)
        written = token.text or "the end"
        problem = f"{written} where a word is expected; an operator stands between two words"
        return QueryError(f'{problem}. To search for the word, put it in quotes: "{token.text}"', token.offset)

    def _in_field(self, token: _Token) -> Condition:
        if token.text in _ATTRIBUTES:
            return self._attribute(token)
        if self._peek().kind == "field" and self._peek().text == token.text:
            raise QueryError(f"{token.text}: stands twice; take one of them out", token.offset)
        self._fields += 1
        if self._fields > MAX_PARENTHESES:
            raise QueryError(f"fields nested more than {MAX_PARENTHESES} deep; write it flatter", token.offset)
        condition = self._primary()
        self._fields -= 1
        if token.text in FIELDS:
            if not about_text(condition):
                raise QueryError(f"only words can be in the {token.text}; put the rest outside", token.offset)
            return InField((FIELDS[token.text],), condition)
        for unit in _UNITS:
            if token.text == unit:
                if not about_words(condition):
                    problem = f"only words, NEAR, AND, OR and NOT go into {unit}:(...); put the rest outside"
                    raise QueryError(problem, token.offset)
                return Together(unit, condition.parts if isinstance(condition, AllOf) else (condition,))
        raise QueryError(f"`{token.text}:` is not a field", token.offset)

    def _attribute(self, token: _Token) -> Attribute:
        opened = self._take() if self._peek().kind == "open" else None
        values = [self._value(token)]
        while opened is not None and self._peek().kind == "or":
            self._take()
            values.append(self._value(token))
        if opened is not None and self._take().kind != "close":
            problem = f"in {token.text}:(...) stand values with OR between them, and a ) at the end"
            raise QueryError(problem, self._tokens[self._next - 1].offset)
        (name,) = (name for name in _ATTRIBUTES if name == token.text)
        return Attribute(name, tuple(values))

    def _value(self, field: _Token) -> str:
        token = self._take()
        value = " ".join(token.text.strip(_QUOTES).split())
        if token.kind != "term" or not value.strip("*"):
            problem = f"nothing to the right of {field.text}:; write a value, or several: {field.text}:(one OR two)"
            raise QueryError(problem, field.offset)
        if field.text == "country" and (problem := country_problem(value)):
            raise QueryError(problem, token.offset)
        return value

    def _term(self, token: _Token) -> Condition:
        try:
            term = parse_term(_unquoted(token.text))
            return self._name(term.name) if isinstance(term, AliasName) else term
        except TermError as error:
            raise QueryError(str(error), token.offset) from error


def _unquoted(text: str) -> str:
    mark = "=" if text.startswith("=") else ""
    body = text.removeprefix("=")
    if body[:1] not in _QUOTES:
        return text
    end = max(body.rfind(quote) for quote in _QUOTES)
    return f"{mark}{body[1:end]}{body[end + 1 :]}"


def _choices(part: Condition) -> tuple[Condition, ...]:
    """The parts of a choice without a name, which one choice with its neighbours."""
    return part.parts if isinstance(part, AnyOf) and not part.alias else (part,)
