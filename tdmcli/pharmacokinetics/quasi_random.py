"""Normal numbers at evenly spread points, the same at every call."""

from __future__ import annotations

import math
from functools import cache

from tdmcli.pharmacokinetics.likelihood import log_normal_share

_ROUNDS = 8  # of Newton's method from the quantile before


@cache
def normal_points(count: int, size: int) -> tuple[tuple[float, ...], ...]:
    """Return so many points of independent normal numbers, mean 0, variance 1 and uncorrelated as they stand.

    Each coordinate takes the same evenly spaced normal quantiles once, in the order of an additive recurrence of its
    own; what correlation is left between coordinates is taken out.
    Source: Richtmyer's recurrence (square roots of primes) for the order, Latin hypercube sampling for the values, Gram
    and Schmidt for the rest.
    """
    values = _quantiles(count)
    columns: list[list[float]] = []
    for step in _steps(size):
        order = sorted(range(count), key=[(number * step) % 1.0 for number in range(count)].__getitem__)
        column = [0.0] * count
        for value, number in zip(values, order, strict=True):
            column[number] = value
        for other in columns:
            shared = sum(map(float.__mul__, column, other)) / count
            column = [one - shared * two for one, two in zip(column, other, strict=True)]
        size_of = math.sqrt(sum(one * one for one in column) / count)
        columns.append([one / size_of for one in column])
    return tuple(zip(*columns, strict=True))


def _steps(size: int) -> list[float]:
    """Return the square roots of as many primes: no two of them march in step."""
    primes: list[int] = []
    number = 2
    while len(primes) < size:
        if all(number % prime for prime in primes):
            primes.append(number)
        number += 1
    return [math.sqrt(prime) for prime in primes]


def _quantiles(count: int) -> list[float]:
    """Return the normal quantiles of (i + 1/2) / count, in order."""
    upper: list[float] = []
    z = 0.0
    for i in range((count + 1) // 2, count):
        share = (i + 0.5) / count
        for _ in range(_ROUNDS):
            log_share, over = log_normal_share(z)
            z += (share - math.exp(log_share)) / (over * math.exp(log_share))
        upper.append(z)
    return [*(-one for one in reversed(upper)), *([0.0] * (count % 2)), *upper]
