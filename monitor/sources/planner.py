"""Plans the polls of all feeds: what each publishes, as learnt so far, and the price of a request now."""

import numpy as np

from monitor.sources import budget, rhythm
from monitor.sources.budget import Bounds
from monitor.sources.rhythm import DAY, Array, Index


class Planner:
    """Learns from polls and says when to come back, within a budget for all feeds together.

    A row stands for a feed. No clock of its own: times are seconds since the epoch.

    Args:
        known: what was learnt before, see rhythm; (feeds, WIDTH).
        weight: what a second's delay of each feed's articles counts, 0 for one that has no part in the budget.
        interval: seconds between two polls of a feed on the average of all.
        bounds: of each feed.
    """

    def __init__(self, known: Array, weight: Array, interval: float, bounds: Bounds) -> None:
        self.known, self._bounds = known, bounds
        self._planned = weight > 0
        self._weight = np.where(self._planned, weight, 1.0)
        self._budget = max(float(self._planned.sum()), 1.0) / interval
        self._price = 1e4
        self._made = self._budget
        self._made_until: float | None = None
        self.reprice()

    @property
    def price(self) -> float:
        """Of a request, in article-seconds of delay."""
        return self._price

    def reprice(self) -> None:
        """Set the price anew so that the requests add up to the budget; do so every few minutes."""
        known = self.known[self._planned]
        if not len(known):
            return
        rates = rhythm.level(known)[:, None] * rhythm.profile(known)
        # What was made too much or too little of late is given back.
        wanted = self._budget * min(max(2 - self._made / self._budget, 0.8), 1.25)
        self._price = budget.price_of(rates, self._weight[self._planned], wanted, self._bounds, self._price)

    def learn(self, of: Index, since: Array, until: Array, rows: Index, times: Array) -> None:
        """Take in polls at `until` of the feeds `of`, last looked at `since`; articles as rows of `of` and times."""
        self.known[of] = rhythm.learn(self.known[of], since, until, rows, times)

    def gaps(self, of: Index, now: Array) -> Array:
        """Seconds until each of these feeds, polled now, is best polled again."""
        self._count(int(self._planned[of].sum()), float(now.max()))
        expected = rhythm.forecast(self.known[of], now)
        return budget.gap(expected, self._weight[of], self._price, self._bounds)

    def _count(self, polls: int, now: float) -> None:
        """Requests a second of late, the day before counting for a third of today."""
        if self._made_until is None:
            self._made_until = now
        fade = float(np.exp(-max(now - self._made_until, 0.0) / DAY))
        self._made = self._made * fade + polls / DAY
        self._made_until = max(now, self._made_until)
