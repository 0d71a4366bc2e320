"""Small symmetric matrices as lists of rows: factor, solve, invert."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Matrix = list[list[float]]
_TINY = 1e-14  # of the diagonal: below, a pivot is rounding


def factor(matrix: Sequence[Sequence[float]]) -> Matrix | None:
    """Return the lower Cholesky factor, or None where the matrix is not positive definite."""
    found: Matrix = []
    for i, row in enumerate(matrix):
        own: list[float] = []
        for j in range(i):
            other = found[j]
            own.append((row[j] - sum(map(float.__mul__, own, other[:j]))) / other[j])
        pivot = row[i] - sum(one * one for one in own)
        if not pivot > _TINY * abs(row[i]):
            return None
        own.append(math.sqrt(pivot))
        found.append(own)
    return found


def solve(lower: Matrix, right: Sequence[float]) -> list[float]:
    """Return x of A x = right, A given by its Cholesky factor."""
    size = len(lower)
    middle: list[float] = []
    for i in range(size):
        row = lower[i]
        middle.append((right[i] - sum(row[j] * middle[j] for j in range(i))) / row[i])
    found = [0.0] * size
    for i in range(size - 1, -1, -1):
        found[i] = (middle[i] - sum(lower[j][i] * found[j] for j in range(i + 1, size))) / lower[i][i]
    return found


def inverse(lower: Matrix) -> Matrix:
    """Return the inverse of a matrix given by its Cholesky factor, exactly symmetric."""
    size = len(lower)
    columns = [solve(lower, [float(i == j) for i in range(size)]) for j in range(size)]
    return [[(columns[i][j] + columns[j][i]) / 2 for j in range(size)] for i in range(size)]


def form(matrix: Sequence[Sequence[float]], x: Sequence[float]) -> float:
    """Return x' A x."""
    return sum(one * sum(map(float.__mul__, row, x)) for one, row in zip(x, matrix, strict=True))


def times(matrix: Sequence[Sequence[float]], x: Sequence[float]) -> list[float]:
    """Return A x."""
    return [sum(map(float.__mul__, row, x)) for row in matrix]
