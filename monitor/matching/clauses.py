"""What a condition cannot hold without, in terms alone."""

from dataclasses import dataclass, field

from monitor.matching.terms import Terms
from monitor.model.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    InField,
    Near,
    NoneOf,
    Score,
    Term,
    Times,
    Together,
)


@dataclass(slots=True)
class Clauses:
    """Necessary conditions over term numbers.

    Attributes:
        needed: of each clause at least one term must be found; an empty one can never be met.
        excluded: none of these may be found.
        exact: the condition holds exactly where all this is met.
    """

    needed: list[list[int]] = field(default_factory=list)
    excluded: list[int] = field(default_factory=list)
    exact: bool = True


def clauses(condition: Condition, terms: Terms) -> Clauses:
    """The clauses of a condition; all its terms are added to `terms`."""
    found = Clauses()
    _need(condition, terms, found)
    return found


def _need(condition: Condition, terms: Terms, found: Clauses) -> None:
    """Add what the condition needs to what was found."""
    match condition:
        case Term():
            found.needed.append([terms.add(condition)])
        case AllOf(parts):
            for part in parts:
                _need(part, terms, found)
        case AnyOf(parts):
            _need_some(parts, 1, terms, found)
        case AtLeast(count, parts):
            _need_some(parts, count, terms, found)
        case NoneOf(parts):
            for part in parts:
                _exclude(part, terms, found)
        case Near(parts=parts) | Together(parts=parts):
            found.exact = False
            for part in parts:
                # What is excluded from one sentence may stand in another.
                within = clauses(part, terms)
                found.needed.extend(within.needed)
        case InField(part=part) | Times(part=part):
            found.exact = False
            found.needed.extend(clauses(part, terms).needed)
        case Score(part=part):
            found.exact = False
            _need(part, terms, found)
        case _:
            found.exact = False


def _need_some(parts: tuple[Condition, ...], count: int, terms: Terms, found: Clauses) -> None:
    """Add what is needed for `count` of the parts to hold."""
    if count == 1 and (numbers := terms.add_all(parts)) is not None:
        found.needed.append(numbers)
        return
    if count == len(parts):
        for part in parts:
            _need(part, terms, found)
        return
    each: list[list[int]] = []
    for part in parts:
        of_part = clauses(part, terms)
        if of_part.needed:
            each.append(min(of_part.needed, key=lambda clause: sum(map(terms.likelihood, clause))))
        found.exact &= of_part.exact and not of_part.excluded and len(of_part.needed) == 1
    found.exact &= count == 1
    # Where all but count - 1 parts fail, the condition does.
    most = len(parts) - count + 1
    if len(each) >= most:
        each.sort(key=lambda clause: sum(map(terms.likelihood, clause)))
        found.needed.append(list({term: None for clause in each[:most] for term in clause}))
    else:
        found.exact = False


def _exclude(part: Condition, terms: Terms, found: Clauses) -> None:
    """Add what must not be found for the part not to hold."""
    if isinstance(part, AnyOf):
        for one in part.parts:
            _exclude(one, terms, found)
    elif isinstance(part, NoneOf) and len(part.parts) == 1:
        _need(part.parts[0], terms, found)
    else:
        inside = clauses(part, terms)
        if inside.exact and not inside.excluded and len(inside.needed) == 1:
            found.excluded.extend(inside.needed[0])
        else:
            found.exact = False
