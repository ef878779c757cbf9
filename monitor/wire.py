"""Nouns to plain JSON values and back, by their types."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter


@cache
def _adapter(noun: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type pydantic can read
    return TypeAdapter(noun)


def to_json(noun: Any, value: object) -> Any:  # noqa: ANN401
    """A noun, or a tuple of them, as plain JSON values; `noun` is its type."""
    return _adapter(noun).dump_python(value, mode="json")


def from_json(noun: Any, value: object) -> Any:  # noqa: ANN401
    """The noun that `to_json` wrote."""
    return _adapter(noun).validate_python(value)
