"""Names for lists of spellings: `zelensky: [Zelensky, Zelenskyy, Зеленський]`, used as `$zelensky`.

Those under `aliases` hold in their file, those under `vocabulary` in every file of the folder.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from monitor.errors import RuleError
from monitor.model.rule import AnyOf, Regex, Term
from monitor.rules.reading import Reading
from monitor.rules.syntax import AliasName, TermError, parse_term
from monitor.rules.tree import Node, Scalar

MAX_ALIAS_DEPTH = 8
"""Names that name names."""
MAX_SPELLED_OUT = 1_000_000
"""Terms of all names of a file or a vocabulary together, those of the names they use counted each time."""

_ALIAS_NAME = re.compile(r"[^\W\d][\w-]{0,99}")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name as a file defines it, before the names in it are spelled out.

    Attributes:
        reading: of the file, where mistakes are noted.
        line, column: where its list begins.
        items: its terms and the names it uses, each with its place.
    """

    reading: Reading
    line: int
    column: int
    items: tuple[tuple[Scalar, Term | Regex | AliasName], ...]

    @property
    def uses(self) -> set[str]:
        """The names it is made of."""
        return {item.name for _, item in self.items if isinstance(item, AliasName)}

    def fail(self, problem: str) -> None:
        """Note a mistake at the place where the name stands."""
        self.reading.errors.append(RuleError(problem, file=self.reading.file, line=self.line, column=self.column))


def read_spellings(reading: Reading, node: Node, what: str) -> dict[str, Spelling]:
    """The names a file defines under `aliases` or `vocabulary`."""
    fields = reading.fields(node, None, f"`{what}`") or {}
    return {name: _spelling(reading, name, value) for name, value in fields.items()}


def _spelling(reading: Reading, name: str, node: Node) -> Spelling:
    if not _ALIAS_NAME.fullmatch(name):
        reading.fail(node, f"`{name[:60]}` is not a name for an alias; use letters, digits, `-` and `_`, no `$`")
    items: list[tuple[Scalar, Term | Regex | AliasName]] = []
    for item in reading.items(node, f"the alias `{name[:60]}`"):
        if not isinstance(item, Scalar):
            reading.fail(item, "an alias is a list of terms; any/all/none belong into a rule")
            continue
        try:
            items.extend((item, part) for part in _parts(item.text))
        except TermError as error:
            reading.fail(item, str(error))
    return Spelling(reading, node.line, node.column, tuple(items))


def _parts(text: str) -> Iterator[Term | Regex | AliasName]:
    term = parse_term(text)
    if isinstance(term, AnyOf):
        yield from (form for form in term.parts if isinstance(form, Term))
    else:
        yield term


def spell_out(spellings: Mapping[str, Spelling], known: Mapping[str, AnyOf] | None = None) -> dict[str, AnyOf]:
    """Each name with all its terms; those of the names it uses included, which may also be among the `known`.

    Unknown names and circles are noted as mistakes of the files they stand in.
    """
    speller = _Speller(spellings, known or {})
    for name in spellings:
        speller.terms(name, ())
    return {name: AnyOf(tuple(terms), alias=name) for name, terms in speller.done.items()}


class _Speller:
    """Spells out each name once."""

    def __init__(self, spellings: Mapping[str, Spelling], known: Mapping[str, AnyOf]) -> None:
        self._spellings, self._known = spellings, known
        self._count = 0
        self.done: dict[str, dict[Term | Regex, None]] = {}

    def terms(self, name: str, path: tuple[str, ...]) -> dict[Term | Regex, None]:
        """The name's terms; `path` are the names on the way to it."""
        if name in self.done:
            return self.done[name]
        terms: dict[Term | Regex, None] = {}
        spelling = self._spellings[name]
        for node, item in spelling.items:
            added = {item: None} if isinstance(item, Term | Regex) else self._named(spelling, node, item, (*path, name))
            self._count += len(added)
            if self._count > MAX_SPELLED_OUT:
                problem = f"the names have more than {MAX_SPELLED_OUT:,} terms, each use of a name counted"
                spelling.reading.fail(node, f"{problem}; write fewer names that use others")
                break
            terms.update(added)
        self.done[name] = terms
        return terms

    def _named(
        self, spelling: Spelling, node: Scalar, item: AliasName, path: tuple[str, ...]
    ) -> dict[Term | Regex, None]:
        """The terms of a name that another uses."""
        problem = ""
        if item.name in path:
            circle = " -> ".join(f"${step}" for step in (*path, item.name))
            problem = f"aliases in a circle: {circle}; take one step out"
        elif item.name not in self._spellings and item.name in self._known:
            return dict.fromkeys(part for part in self._known[item.name].parts if isinstance(part, Term | Regex))
        elif item.name not in self._spellings:
            near = spelling.reading.nearest(item.name, chain(self._spellings, self._known))
            hint = f"did you mean ${near}?" if near else "write it beside this one, or in a `vocabulary:` file"
            problem = f"unknown alias ${item.name}; {hint}"
        elif len(path) > MAX_ALIAS_DEPTH:
            problem = f"aliases nested more than {MAX_ALIAS_DEPTH} deep; write them flatter"
        if problem:
            spelling.reading.fail(node, problem)
            return {}
        return self.terms(item.name, path)
