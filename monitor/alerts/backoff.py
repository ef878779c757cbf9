"""How long to wait before trying again: exponential, jittered, never sooner than asked."""

from datetime import timedelta
from random import Random

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=1)
# What a far side may ask for at most; a wrong header must not park an alert for a year.
LONGEST_ASKED = timedelta(days=1)


def delay(
    failures: int,
    rng: Random,
    *,
    asked: timedelta | None = None,
    first: timedelta = FIRST,
) -> timedelta:
    """The wait after the given number of failures in a row, counted from 1.

    Half of it is fixed and half random, so that many waiting at once don't return at once.
    `asked` is what the far side asked for (Retry-After): the answer is never shorter, and up to a tenth longer.
    """
    doubled: timedelta = first * 2 ** min(max(failures, 1) - 1, 30)
    if asked is not None:
        wanted = min(max(asked, timedelta(0)), LONGEST_ASKED)
        return wanted + max(wanted / 10, timedelta(milliseconds=50)) * rng.random()
    share = 0.5 + rng.random() / 2
    return min(doubled, LONGEST) * share
