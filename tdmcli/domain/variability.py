"""How much a patient's troughs vary: coefficients of variation with their interval, mean absolute deviation.

Pure arithmetic on values that were judged before (`counted_levels`); how many each measure needs is policy.
"""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_PERCENT = 100


class Point(NamedTuple):
    """A value (a trough in ng/mL, or a ratio) and when it was taken."""

    taken: datetime
    value: Decimal


def mean(values: Sequence[Decimal]) -> Decimal:
    """Return the mean, in the unit of the values."""
    return sum(values, Decimal(0)) / len(values)


def sample_sd(values: Sequence[Decimal]) -> Decimal:
    """Return the standard deviation of a sample (n - 1), in the unit of the values; it needs two of them."""
    middle = mean(values)
    return (sum(((value - middle) ** 2 for value in values), Decimal(0)) / (len(values) - 1)).sqrt()


def cv_percent(values: Sequence[Decimal]) -> Decimal:
    """Return the coefficient of variation in per cent: sample standard deviation over mean.

    Source: variability-review, Table 2 (standard deviation / mean x 100). The dose-normalised one takes C0/D for C0.
    """
    return _PERCENT * sample_sd(values) / mean(values)


def mean_absolute_deviation_percent(values: Sequence[Decimal]) -> Decimal:
    """Return the mean distance from the mean, in per cent of the mean.

    Source: policy; studies name the measure, its formula was not read in one.
    """
    middle = mean(values)
    return _PERCENT * mean([abs(value - middle) for value in values]) / middle


def time_weighted_cv_percent(points: Sequence[Point]) -> Decimal | None:
    """Return the CV in per cent where each value weighs half the time to the value before and to the one after.

    None where all were taken at once. Source: policy; how the studies that use such a CV weigh time was not read.
    """
    seconds = [int(point.taken.timestamp()) for point in points]
    gaps = [later - earlier for earlier, later in pairwise(seconds)]
    weights = [Decimal(before + after) / 2 for before, after in zip([0, *gaps], [*gaps, 0], strict=True)]
    total = sum(weights, Decimal(0))
    if not total:
        return None
    middle = sum((weight * point.value for weight, point in zip(weights, points, strict=True)), Decimal(0)) / total
    squares = ((weight * (point.value - middle) ** 2) for weight, point in zip(weights, points, strict=True))
    return _PERCENT * (sum(squares, Decimal(0)) / total).sqrt() / middle


def cv_interval_percent(cv: Decimal, count: int, confidence_percent: Decimal) -> tuple[Decimal, Decimal] | None:
    """Return the limits in per cent between which the true CV lies; None where the method gives no upper one.

    The modified method of McKay, made for independent values with a normal distribution: k / sqrt(((u + 2) / n - 1) k^2
    + u / (n - 1)), u being the chi-square quantile of n - 1 degrees of freedom.
    Source: vangel-1996, as a published program has it.
    """
    share, tail = cv / _PERCENT, (1 - float(confidence_percent) / _PERCENT) / 2
    limits = []
    for probability in (1 - tail, tail):
        quantile = Decimal(chi_square_quantile(probability, count - 1))
        under_root = ((quantile + 2) / count - 1) * share**2 + quantile / (count - 1)
        if under_root <= 0:
            return None
        limits.append(_PERCENT * share / under_root.sqrt())
    return limits[0], limits[1]


def chi_square_quantile(probability: float, degrees: int) -> float:
    """Return the value below which a chi-square variable of so many degrees of freedom lies with a probability."""
    low, high = 0.0, 1.0
    while _chi_square_below(high, degrees) < probability:
        low, high = high, 2 * high
    while True:
        middle = (low + high) / 2
        if middle in {low, high}:
            return middle
        if _chi_square_below(middle, degrees) < probability:
            low = middle
        else:
            high = middle


def _chi_square_below(value: float, degrees: int) -> float:
    """Return the probability that a chi-square variable lies below a value: the series of the incomplete gamma."""
    half, x = degrees / 2, value / 2
    term = total = 1 / half
    denominator = half
    while term > total * 1e-17:
        denominator += 1
        term *= x / denominator
        total += term
    return total * math.exp(half * math.log(x) - x - math.lgamma(half)) if x else 0.0
