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
        np.cumsum(np.bincount(keys, minlength=count), out=bounds[1:])
        return cls(values[np.argsort(keys, kind="stable")], bounds)

    def sizes(self, lists: Numbers) -> Numbers:
        """How long each of the lists is."""
        return self.bounds[lists + 1] - self.bounds[lists]

    def of(self, lists: Numbers) -> Numbers:
        """The values of the lists, end to end."""
        return self.values[stretches(self.bounds[lists], self.sizes(lists))]


def stretches(starts: Numbers, sizes: Numbers) -> Numbers:
    """start, start + 1, ... for each start, end to end: as many as its size says."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - ends + sizes, sizes) + np.arange(total)
