"""Lists of integers of different lengths, kept end to end in one array."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.integer[Any]]
"""A one-dimensional array of integers."""
Flags: TypeAlias = npt.NDArray[np.bool_]
"""A one-dimensional array of truth values."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """Lists of integers, numbered from 0: list n is `values[bounds[n] : bounds[n + 1]]`."""

    values: Numbers
    bounds: Numbers

    @classmethod
    def grouped(cls, keys: Numbers, values: Numbers, count: int) -> "Ragged":
        """`count` lists: list n has the values whose key is n, in their order."""
        bounds = np.zeros(count + 1, np.int64)
        np.bincount(keys, minlength=count).cumsum(out=bounds[1:])
        return cls(values[np.argsort(keys, kind="stable")], bounds)

    def picked(self, lists: Numbers) -> "Ragged":
        """The lists named, in that order."""
        bounds = np.zeros(len(lists) + 1, np.int64)
        self.sizes(lists).cumsum(out=bounds[1:])
        return Ragged(self.of(lists), bounds)

    def sizes(self, lists: Numbers) -> Numbers:
        """How long each of the lists is."""
        return self.bounds[lists + 1] - self.bounds[lists]

    def places(self, lists: Numbers) -> Numbers:
        """Where in `values` those of the lists stand."""
        starts = self.bounds[lists]
        return stretches(starts, self.bounds[lists + 1] - starts)

    def of(self, lists: Numbers) -> Numbers:
        """The values of the lists, end to end."""
        return self.values[self.places(lists)]


def stretches(starts: Numbers, sizes: Numbers) -> Numbers:
    """start, start + 1, ... for each start, end to end: as many as its size says."""
    ends = sizes.cumsum()
    indices: Numbers = (starts - ends + sizes).repeat(sizes)
    indices += np.arange(len(indices))
    return indices


def distinct(numbers: Numbers) -> Numbers:
    """Each number once, rising."""
    if len(numbers) < 2:
        return numbers
    ordered = np.sort(numbers)
    new = np.empty(len(ordered), np.bool_)
    new[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]
