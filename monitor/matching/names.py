"""Names as people write them, compared: case, accents and spaces apart, `*` for any run of characters."""

from collections.abc import Iterable

from monitor.matching.text import fold


def plain(name: str) -> str:
    """The name without case, accents and doubled spaces."""
    return " ".join(fold(name).split())


def same(pattern: str, name: str) -> bool:
    """Whether the whole name is what the pattern says."""
    first, *others = plain(pattern).split("*")
    name = plain(name)
    if not others:
        return name == first
    last = others.pop()
    if len(name) < len(first) + len(last) or not name.startswith(first) or not name.endswith(last):
        return False
    return _in_order(others, name[len(first) : len(name) - len(last)])


def contains(pattern: str, name: str) -> bool:
    """Whether some part of the name is what the pattern says."""
    return _in_order(plain(pattern).split("*"), plain(name))


def any_same(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Whether one of the patterns says one of the names; an empty name is none."""
    names = [name for name in names if name]
    return any(same(pattern, name) for pattern in patterns for name in names)


def _in_order(pieces: Iterable[str], name: str) -> bool:
    place = 0
    for piece in pieces:
        place = name.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return True
