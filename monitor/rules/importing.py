"""Rules out of what other tools keep: Boolean strings, keyword lists, spreadsheets."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.model.rule import Condition
from monitor.rules.query import QUERY_FIELDS, QueryError, parse_query
from monitor.rules.schema import parse
from monitor.rules.syntax import TermError, parse_term

_FOREIGN_FIELDS = (
    (re.compile(r"\b(?:intitle|headline|title):\s*", re.IGNORECASE), "title:"),
    (re.compile(r"\b(?:site|inurl|url):\s*", re.IGNORECASE), "url:"),
    (re.compile(r"\b(?:language|lang):\s*", re.IGNORECASE), "lang:"),
    (re.compile(r"\b(?:intext|text):\s*", re.IGNORECASE), "text:"),
)
_FOREIGN_DISTANCE = (
    (re.compile(r"\b(?:AROUND|NEAR)\((\d+)\)"), r"NEAR/\1"),
    (re.compile(r"\b(?:near|w|within)/(\d+)\b", re.IGNORECASE), r"NEAR/\1"),
    (re.compile(r"\b(?:pre|onear)/(\d+)\b", re.IGNORECASE), r"BEFORE/\1"),
    (re.compile(r'"([^"\s]+) ([^"\s]+)"~(\d+)'), r"(\1 NEAR/\3 \2)"),
)
_ALL_IN = re.compile(r"allin(title|text|url):\s*(.+)", re.IGNORECASE)
"""Stands at the beginning of a query, and holds for all of it."""
_A_FIELD = re.compile(r"(?:all)?in(?:title|text|url)|headline|site|language|" + "|".join(QUERY_FIELDS), re.IGNORECASE)
_LOWER_OPERATOR = re.compile(r"(?<=\s)(and|or|not)(?=\s)")
_QUOTED = re.compile(r'("[^"]*")')
_NAMES = ("id", "name", "rule", "title", "label")
_QUERIES = ("query", "boolean", "search", "string", "keywords", "terms", "keyword", "term")
_SETTINGS = ("severity", "channel", "owner", "description")
_ID = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of some foreign rules.

    Attributes:
        yaml: a rule file; every rule in it can be read.
        count: how many rules it has.
        problems: what could not be taken over, with the line it stands on.
    """

    yaml: str
    count: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    line: int
    name: str
    query: str
    settings: tuple[tuple[str, str], ...] = ()


def import_queries(text: str) -> Imported:
    """One rule for each line that holds a Boolean string; `name: query` or a line above with # gives its name."""
    return _rules(list(_query_lines(text)))


def import_keywords(text: str, name: str) -> Imported:
    """One rule that matches any word of a list, one to a line or with commas between them."""
    words: dict[str, None] = {}
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        for word in re.split(r"[,;\t]", line.split("#", 1)[0] if line.lstrip().startswith("#") else line):
            term = " ".join(word.strip().strip("\"'").split())
            if not term:
                continue
            try:
                parse_term(term)
            except TermError as error:
                problems.append(f"line {number}: {error}")
                continue
            words[term] = None
    if not words:
        return Imported("", 0, (*problems, "no words were found"))
    body = "".join(f"      - {_quoted(word)}\n" for word in words)
    yaml = f"rules:\n  - id: {_id_of(name, set())}\n    name: {_quoted(name)}\n    any:\n{body}"
    return Imported(yaml, 1, tuple(problems))


def import_table(text: str) -> Imported:
    """One rule for each row of a CSV table whose first row names the columns.

    A column called query, boolean, keywords or terms holds the words: a Boolean string, or keywords with commas or
    semicolons between them. Others give name, severity, channel, owner and description.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    first = lines.partition("\n")[0]
    rows = csv.reader(io.StringIO(lines), delimiter=max(",;\t|", key=first.count))
    try:
        return _rules(list(_table_rows(rows)))
    except csv.Error as error:
        return Imported("", 0, (f"line {rows.line_num}: no CSV ({error}); mend the line and import again",))
    except LookupError:
        return Imported("", 0, (f"line 1: no column is called {', '.join(_QUERIES[:5])}; name one of them so",))


def _table_rows(rows: Iterable[list[str]]) -> Iterator[_Draft]:
    """The rows that hold a query; LookupError where no column is known to."""
    header: list[str] = []
    for number, row in enumerate(rows, 1):
        if not header:
            header = [cell.strip().lower() for cell in row]
            _first_of(_QUERIES, dict.fromkeys(header, ""))
            continue
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        query = _first_of(_QUERIES, dict.fromkeys(header, "") | cells)
        name = _first_of(_NAMES, dict.fromkeys(("name", *header), "") | cells)
        settings = tuple((key, cells[key]) for key in _SETTINGS if cells.get(key))
        if query:
            yield _Draft(number, name, query, settings)
    if not header:
        raise LookupError


def _first_of(names: Iterable[str], cells: Mapping[str, str]) -> str:
    """The cell of the first of the names that is a column."""
    for name in names:
        if name in cells:
            return cells[name]
    raise LookupError


def _query_lines(text: str) -> Iterator[_Draft]:
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("# "):
            name = stripped.strip("# ")
        elif stripped:
            titled = re.fullmatch(r"([\w -]{1,60}):\s+(.+)", stripped)
            titled = None if titled and _A_FIELD.fullmatch(titled[1]) else titled
            yield _Draft(number, titled[1] if titled else name, titled[2] if titled else stripped)
            name = ""


def _rules(drafts: list[_Draft]) -> Imported:
    rules: list[str] = []
    problems: list[str] = []
    ids: set[str] = set()
    for draft in drafts:
        query = _translated(draft.query)
        try:
            parse_query(query, _unknown)
        except QueryError as error:
            problems.append(f"line {draft.line}, character {error.offset + 1} of `{query}`: {error.problem}")
            continue
        rule_id = _id_of(draft.name or query, ids)
        lines = [f"  - id: {rule_id}", f"    name: {_quoted(draft.name or query[:80])}"]
        lines += [f"    {key}: {_quoted(value)}" for key, value in draft.settings]
        lines.append(f"    query: {_quoted(query)}")
        wrong = parse("\n".join(["rules:", *lines, ""]).encode(), "").errors
        if wrong:
            problems.append(f"line {draft.line}: {wrong[0].problem}")
            continue
        ids.add(rule_id)
        rules.append("\n".join(lines))
    yaml = "rules:\n" + "\n\n".join(rules) + "\n" if rules else ""
    return Imported(yaml, len(rules), tuple(problems))


def _translated(query: str) -> str:
    """The query with the words of other search languages replaced by ours."""
    query = " ".join(query.replace("“", '"').replace("”", '"').split())
    if not re.search(r'["()]|\b(?:AND|OR|NOT|NEAR)\b', query) and re.search(r"[,;]", query):
        words = [word.strip() for word in re.split(r"[,;]", query) if word.strip()]
        return " OR ".join(f'"{word}"' if " " in word else word for word in words)
    for pattern, ours in _FOREIGN_DISTANCE:
        query = pattern.sub(ours, query)
    query = _ALL_IN.sub(r"\1:(\2)", query) if _ALL_IN.match(query) else query
    pieces = _QUOTED.split(query)
    for number in range(0, len(pieces), 2):
        for pattern, ours in _FOREIGN_FIELDS:
            pieces[number] = pattern.sub(ours, pieces[number])
        pieces[number] = _LOWER_OPERATOR.sub(lambda operator: operator[0].upper(), pieces[number])
    return "".join(pieces)


def _unknown(name: str) -> Condition:
    # A $ at the beginning of a word means a name only here; elsewhere it is money.
    raise TermError(f"${name} would be an alias; take the $ out")


def _id_of(text: str, taken: set[str]) -> str:
    plain = _ID.sub("-", text.casefold()).strip("-")[:60].strip("-") or "imported"
    number = 2
    found = plain
    while found in taken:
        found = f"{plain}-{number}"
        number += 1
    return found


def _quoted(text: str) -> str:
    """The text as a YAML scalar, in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(char if char.isprintable() else " " for char in escaped)}"'
