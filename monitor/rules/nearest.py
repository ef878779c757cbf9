"""The word that was probably meant."""

import difflib
from collections.abc import Iterable
from itertools import islice


def nearest(written: str, known: Iterable[str]) -> str:
    """The known word closest to what was written, "" where none is close."""
    near = difflib.get_close_matches(written[:60].lower(), list(islice(known, 2_000)), n=1, cutoff=0.6)
    return near[0] if near else ""
