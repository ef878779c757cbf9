"""Names for lists of spellings: `zelensky: [Zelensky, Zelenskyy, Зеленський]`, used as `$zelensky`."""

import re
from typing import TypeAlias

from monitor.model.rule import AnyOf, Term
from monitor.rules.reading import Reading, nearest
from monitor.rules.syntax import AliasName, TermError, parse_term
from monitor.rules.tree import Node, Scalar

MAX_ALIAS_DEPTH = 8
"""Aliases that name aliases."""

_ALIAS_NAME = re.compile(r"[^\W\d][\w-]{0,99}")
_Spellings: TypeAlias = dict[str, list[tuple[Scalar, Term | AliasName]]]


def read_aliases(reading: Reading, node: Node) -> dict[str, AnyOf]:
    """The aliases of a file, each spelled out to terms."""
    fields = reading.fields(node, None, "`aliases`") or {}
    spellings: _Spellings = {}
    for name, value in fields.items():
        if not _ALIAS_NAME.fullmatch(name):
            reading.fail(value, f"`{name[:60]}` is not a name for an alias; use letters, digits, `-` and `_`, no `$`")
        spellings[name] = []
        for item in reading.items(value, f"the alias `{name[:60]}`"):
            if not isinstance(item, Scalar):
                reading.fail(item, "an alias is a list of terms; any/all/none belong into a rule")
                continue
            try:
                spellings[name].append((item, parse_term(item.text)))
            except TermError as error:
                reading.fail(item, str(error))
    done: dict[str, dict[Term, None]] = {}
    for name in spellings:
        _resolve(reading, name, spellings, done, [])
    return {name: AnyOf(tuple(terms), alias=name) for name, terms in done.items()}


def _resolve(
    reading: Reading,
    name: str,
    spellings: _Spellings,
    done: dict[str, dict[Term, None]],
    path: list[str],
) -> dict[Term, None]:
    """The alias's terms, those of the aliases it names included; each alias is spelled out once."""
    if name in done:
        return done[name]
    terms: dict[Term, None] = {}
    for node, spelling in spellings[name]:
        if isinstance(spelling, Term):
            terms[spelling] = None
        elif spelling.name not in spellings:
            near = nearest(spelling.name, spellings)
            hint = f"; did you mean ${near}?" if near else "; write it under `aliases:` too"
            reading.fail(node, f"unknown alias ${spelling.name}{hint}")
        elif spelling.name == name or spelling.name in path:
            circle = " -> ".join(f"${step}" for step in (*path, name, spelling.name))
            reading.fail(node, f"aliases in a circle: {circle}; take one step out")
        elif len(path) >= MAX_ALIAS_DEPTH:
            reading.fail(node, f"aliases nested more than {MAX_ALIAS_DEPTH} deep; write them flatter")
        else:
            terms.update(_resolve(reading, spelling.name, spellings, done, [*path, name]))
    done[name] = terms
    return terms
