"""How much a feed publishes, and when: learnt online from what polling it brings.

A feed's articles are taken for a Poisson process whose rate is a level times the hour of the day times the day of the
week (UTC). The level is a mixture of four Gamma-Poisson estimates, each forgetting at its own speed (an hour and a
half, half a day, five days, four weeks) and leaning on the next slower one; their weights follow how well each foretold
what came, with a fixed share going back to all (Herbster and Warmuth, "Tracking the Best Expert", 1998), so that a
burst, a feed that wakes and one that falls silent are each met by the estimate that fits. Hours and days are ratios of
counts to expectations, leaning on 1.

Everything works on many feeds at once: a row for each in a float array of shape (feeds, WIDTH), times in seconds since
the epoch, rates in articles a second. The functions are pure; `MEMORY` names the columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

HOUR, DAY = 3600.0, 86_400.0
HORIZONS = np.array([1.5 * HOUR, 0.5 * DAY, 5 * DAY, 28 * DAY])
LEVELS = len(HORIZONS)
PIECE = DAY
"""The longest stretch that is learnt from at once; a longer absence is taken in pieces."""

# What is supposed of a feed before anything is known: half an article of evidence for four a day.
_PRIOR_COUNT = 0.5
_PRIOR_EXPOSURE = _PRIOR_COUNT / (4 / DAY)
# How much a faster estimate leans on the slower: an article's worth, but never more than this part of its horizon.
_LEAN_COUNT = 1.0
_LEAN_PART = 0.5
_SHARE = 0.03
_START = np.array([0.05, 0.1, 0.25, 0.6])
# Articles' worth of leaning: of an hour on the hours around it, of those and of a day on "all are alike".
_LEAN_HOUR = 2.0
_EVEN_HOURS = 0.5
_EVEN_DAYS = 12.0
_SEASON_MEMORY = 42 * DAY


def _shares(*weights: float) -> Array:
    """A matrix that gives each hour shares of those 0, 1, 2... hours away, round the clock."""
    away = np.abs(np.arange(24)[:, None] - np.arange(24))
    shares: Array = np.array([*weights, *[0.0] * 24])[np.minimum(away, 24 - away)]
    return shares


_NEAR = _shares(0.5, 0.25)
_AROUND = _shares(0.16, 0.15, 0.12, 0.09, 0.05, 0.01)
_BINS = 26

COUNT = slice(0, LEVELS)
EXPOSURE = slice(LEVELS, 2 * LEVELS)
WEIGHT = slice(2 * LEVELS, 3 * LEVELS)
HOURS_SEEN = slice(12, 36)
HOURS_EXPECTED = slice(36, 60)
DAYS_SEEN = slice(60, 67)
DAYS_EXPECTED = slice(67, 74)
WIDTH = 74


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected publishing, stretch by stretch; arrays of shape (feeds, stretches).

    Attributes:
        edges: where the stretches begin and the last one ends, seconds since the epoch; one more than stretches.
        rates: articles a second in each.
    """

    edges: Array
    rates: Array


def blank(feeds: int) -> Array:
    """The memory of feeds of which nothing is known."""
    known = np.zeros((feeds, WIDTH))
    known[:, WEIGHT] = _START
    return known


def learn(known: Array, since: Array, until: Array, rows: Index, times: Array) -> Array:
    """The memory after a look that shows everything published in (since, until].

    Args:
        known: memory before, (feeds, WIDTH).
        since: where the stretch looked at begins, (feeds,).
        until: where it ends.
        rows: which feed each article belongs to, (articles,).
        times: when each came out, (articles,); outside of its feed's stretch it is moved to its nearer end.
    """
    known = known.copy()
    start = np.maximum(since, until - HORIZONS[-1])
    times = np.clip(times, start[rows], until[rows])
    while True:
        end = np.minimum(start + PIECE, until)
        going = end > start
        if not going.any():
            return known
        # An article on the edge belongs to the stretch it ends.
        inside = going[rows] & (times <= end[rows]) & ((times > start[rows]) | (start[rows] == since[rows]))
        inside &= ~((times == start[rows]) & (start[rows] > since[rows]))
        place = np.cumsum(going) - 1
        known[going] = _learn_piece(known[going], start[going], end[going], place[rows[inside]], times[inside])
        start = end


def _learn_piece(known: Array, since: Array, until: Array, rows: Index, times: Array) -> Array:
    hours, days = _hours(known), _days(known)
    edges, hour, day = _stretches(since, _BINS)
    lengths = np.diff(np.minimum(edges, until[:, None]), axis=1)
    of_hour = np.take_along_axis(hours, hour, 1)
    of_day = np.take_along_axis(days, day, 1)
    exposure = (lengths * of_hour * of_day).sum(axis=1)
    count = np.bincount(rows, minlength=len(known)).astype(float)

    out = known.copy()
    alpha, beta = _levels(known)
    out[:, WEIGHT] = _reweighed(known[:, WEIGHT], alpha, beta, count, exposure)

    span = (until - since)[:, None]
    decay = np.exp(-span / HORIZONS)
    # Inside the stretch, too, what is older counts less.
    fresh = np.exp(-(until[rows] - times)[:, None] / HORIZONS)
    arrived = np.zeros((len(known), LEVELS))
    np.add.at(arrived, rows, fresh)
    out[:, COUNT] = known[:, COUNT] * decay + arrived
    out[:, EXPOSURE] = known[:, EXPOSURE] * decay + exposure[:, None] * HORIZONS * (1 - decay) / span

    fade = np.exp(-span / _SEASON_MEMORY)
    for part in (HOURS_SEEN, HOURS_EXPECTED, DAYS_SEEN, DAYS_EXPECTED):
        out[:, part] = known[:, part] * fade
    level = (alpha / beta)[:, -1:]
    lines = np.arange(len(known))[:, None]
    seen = out[:, HOURS_SEEN], out[:, DAYS_SEEN]
    expected = out[:, HOURS_EXPECTED], out[:, DAYS_EXPECTED]
    np.add.at(expected[0], (lines, hour), lengths * level * of_day)
    np.add.at(expected[1], (lines, day), lengths * level * of_hour)
    np.add.at(seen[0], (rows, _hour_of(times)), 1.0)
    np.add.at(seen[1], (rows, _day_of(times)), 1.0)
    return out


def level(known: Array) -> Array:
    """Articles a second on the average over a week, as far as is known now, (feeds,)."""
    alpha, beta = _levels(known)
    weight = known[:, WEIGHT]
    mixed: Array = (weight * alpha / beta).sum(axis=1)
    return mixed


def habit(known: Array) -> Array:
    """Articles a second over the last weeks, which a silence of days changes little, (feeds,)."""
    alpha, beta = _levels(known)
    usual: Array = alpha[:, -1] / beta[:, -1]
    return usual


def forecast(known: Array, now: Array, stretches: int = _BINS) -> Forecast:
    """What to expect from now on, hour by hour.

    What the faster estimates say fades as their horizon passes.
    """
    edges, hour, day = _stretches(now, stretches)
    season = np.take_along_axis(_hours(known), hour, 1) * np.take_along_axis(_days(known), day, 1)
    alpha, beta = _levels(known)
    rates, weight = alpha / beta, known[:, WEIGHT]
    steady = rates[:, -1:]
    ahead = edges[:, :-1] - now[:, None]
    mixed = np.repeat(steady, ahead.shape[1], axis=1)
    for number in range(LEVELS - 1):
        excess = weight[:, number] * (rates[:, number] - steady[:, 0])
        mixed += excess[:, None] * np.exp(-ahead / HORIZONS[number])
    return Forecast(edges, mixed * season)


def profile(known: Array) -> Array:
    """Each hour of the day's rate over the average, (feeds, 24)."""
    return _hours(known)


def _levels(known: Array) -> tuple[Array, Array]:
    """Each estimate's Gamma posterior: shape and exposure in seconds, (feeds, LEVELS)."""
    alpha, beta = np.empty((2, len(known), LEVELS))
    alpha[:, -1] = known[:, COUNT][:, -1] + _PRIOR_COUNT
    beta[:, -1] = known[:, EXPOSURE][:, -1] + _PRIOR_EXPOSURE
    for number in range(LEVELS - 2, -1, -1):
        slower = alpha[:, number + 1] / beta[:, number + 1]
        lean = np.minimum(_LEAN_COUNT / slower, _LEAN_PART * HORIZONS[number])
        alpha[:, number] = known[:, COUNT][:, number] + lean * slower
        beta[:, number] = known[:, EXPOSURE][:, number] + lean
    return alpha, beta


def _reweighed(weight: Array, alpha: Array, beta: Array, count: Array, exposure: Array) -> Array:
    """Weights by how likely each estimate held the count (negative binomial), a share given back to all."""
    n, e = count[:, None], np.maximum(exposure, 1e-9)[:, None]
    likely = _log_gamma(alpha + n) - _log_gamma(alpha) - alpha * np.log1p(e / beta) + n * np.log(e / (beta + e))
    scores = np.log(weight) + likely
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
    mixed: Array = (1 - _SHARE) * scores + _SHARE * _START
    return mixed


def _log_gamma(x: Array) -> Array:
    """Logarithm of Gamma by Stirling's series, three steps up, where it is exact to nine digits."""
    y = x + 3
    series = (y - 0.5) * np.log(y) - y + 0.918938533204673 + 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    found: Array = series - np.log(x * (x + 1) * (x + 2))
    return found


def _hours(known: Array) -> Array:
    seen, expected = known[:, HOURS_SEEN], known[:, HOURS_EXPECTED]
    around = (seen @ _AROUND + _EVEN_HOURS) / (expected @ _AROUND + _EVEN_HOURS)
    return _normed((seen @ _NEAR + _LEAN_HOUR * around) / (expected @ _NEAR + _LEAN_HOUR))


def _days(known: Array) -> Array:
    return _normed((known[:, DAYS_SEEN] + _EVEN_DAYS) / (known[:, DAYS_EXPECTED] + _EVEN_DAYS))


def _normed(ratios: Array) -> Array:
    normed: Array = ratios / ratios.mean(axis=1, keepdims=True)
    return normed


def _stretches(start: Array, number: int) -> tuple[Array, Index, Index]:
    """Edges of the clock hours from `start` on, and the hour of day and day of week of each."""
    hours = (start // HOUR).astype(np.int64)[:, None] + np.arange(number + 1)
    edges: Array = (hours * HOUR).astype(np.float64)
    edges[:, 0] = start
    return edges, hours[:, :-1] % 24, hours[:, :-1] // 24 % 7


def _hour_of(times: Array) -> Index:
    return (times // HOUR).astype(np.int64) % 24


def _day_of(times: Array) -> Index:
    return (times // DAY).astype(np.int64) % 7


def pack(known: Array) -> bytes:
    """One feed's memory as it is stored."""
    return known.astype("<f4").tobytes()


def unpack(stored: Sequence[bytes]) -> Array:
    """Memories as they were stored; one that cannot be read is blank."""
    known = blank(len(stored))
    for row, data in enumerate(stored):
        if len(data) == 4 * WIDTH:
            found = np.frombuffer(data, "<f4").astype(float)
            if np.isfinite(found).all() and (found >= 0).all() and found[WEIGHT].min() > 0:
                known[row] = found
    return known
