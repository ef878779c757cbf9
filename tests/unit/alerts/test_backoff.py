from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.backoff import LONGEST, LONGEST_ASKED, delay


@given(st.integers(0, 10_000), st.integers())
def test_doubles_up_to_the_longest_and_is_never_nothing(failures: int, seed: int) -> None:
    wait = delay(failures, Random(seed))
    full = min(timedelta(seconds=2 ** min(max(failures, 1) - 1, 20)), LONGEST)
    assert full / 2 <= wait <= full


@given(st.integers(1, 50), st.integers(), st.integers(-10, 10**9))
def test_never_sooner_than_asked(failures: int, seed: int, seconds: int) -> None:
    asked = timedelta(seconds=seconds)
    wait = delay(failures, Random(seed), asked=asked)
    assert min(asked, LONGEST_ASKED) <= wait <= LONGEST_ASKED * 1.1
    assert wait >= timedelta(0)


def test_many_waiting_do_not_return_at_once() -> None:
    rng = Random(1)
    assert len({delay(5, rng) for _ in range(50)}) == 50
