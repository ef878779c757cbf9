"""Where a budget of requests finds news soonest.

Delay is least when every request saves the same: polls in proportion to the square root of rate times weight, timed
after the bursts (Sia, Cho and Cho, "Efficient Monitoring Algorithm for Fast News Alerts", 2007). One price for a
request, in article-seconds of delay, says it for all feeds: a feed is polled as soon as the articles expected since
the last poll reach sqrt(2 * price * rate / weight), which at a steady rate is every sqrt(2 * price / (rate * weight))
seconds, and falls due at once where the rate drops. The price is what makes the requests add up to the budget.
"""

from dataclasses import dataclass

import numpy as np

from monitor.sources.rhythm import DAY, Array, Forecast


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds between two polls of one feed, whatever its rate."""

    shortest: float = 300.0
    longest: float = DAY


def gap(expected: Forecast, weight: Array, price: float, bounds: Bounds) -> Array:
    """Seconds until each feed is best polled again, (feeds,).

    Args:
        expected: publishing from now on.
        weight: what a second's delay of its articles counts, (feeds,).
        price: of a request.
        bounds: kept whatever the rates say.
    """
    rates = np.maximum(expected.rates, 1e-12)
    begin, end = expected.edges[:, :-1], expected.edges[:, 1:]
    waiting = np.cumsum(rates * (end - begin), axis=1)
    before = np.concatenate([np.zeros((len(rates), 1)), waiting[:, :-1]], axis=1)
    enough = np.sqrt(2 * price * rates / weight[:, None])
    when = begin + np.maximum(enough - before, 0.0) / rates
    reached = when <= end
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), rates.shape[1] - 1)
    chosen = np.take_along_axis(when, first[:, None], 1)[:, 0]
    seconds: Array = np.clip(chosen - expected.edges[:, 0], bounds.shortest, bounds.longest)
    return seconds


def requests(rates: Array, weight: Array, price: float, bounds: Bounds) -> float:
    """Requests a second that all feeds together make at this price; `rates` as (feeds, hours) or (feeds,)."""
    each = np.sqrt((rates.T * weight).T / (2 * price))
    return float(np.clip(each, 1 / bounds.longest, 1 / bounds.shortest).sum() / (rates.size / len(rates)))


def price_of(rates: Array, weight: Array, budget: float, bounds: Bounds, start: float = 1e4) -> float:
    """The price at which the requests add up to `budget` a second; the nearest where the bounds forbid that.

    Args:
        rates: articles a second, (feeds, hours) over a day or (feeds,).
        weight: (feeds,).
        budget: requests a second for all.
        bounds: of each feed.
        start: a price to begin from, such as the last one.
    """
    low, high = 1e-6, 1e15
    price = min(max(start, low), high)
    for _ in range(60):
        made = requests(rates, weight, price, bounds)
        if abs(made - budget) <= 1e-3 * budget:
            break
        low, high = (price, high) if made > budget else (low, price)
        # Requests go with the inverse square root of the price, except at the bounds.
        step = price * (made / budget) ** 2
        price = step if low < step < high else (low * high) ** 0.5
    return price
