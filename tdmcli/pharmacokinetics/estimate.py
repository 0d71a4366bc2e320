"""The most probable parameters of a patient given levels, and how sure they are.

Fisher scoring from the typical patient, damped where a step does not go down, finished by Newton's method; the
covariance is twice the inverse of the observed Hessian of the objective (Laplace).
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.linear_algebra import Matrix, factor, inverse, solve, times
from tdmcli.pharmacokinetics.problem import terms_of
from tdmcli.pharmacokinetics.slopes import Slopes, slopes, weighted_bend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.likelihood import Term
    from tdmcli.pharmacokinetics.problem import Problem

_MOST_ROUNDS, _FISHER_ROUNDS = 60, 6
_CLOSE = 1e-6  # standard deviations from the optimum, by Newton's decrement
_CONVERGED = 1e-5  # farther than this is not said to be the optimum
_NEARLY = 1e-3  # from here on Newton's method alone
_SLOW = 4.0  # a round that brings the point less than so much nearer asks for a new Hessian
_LEAST_DAMPING, _MOST_DAMPING = 1e-6, 1e12
_BEYOND_SD = 3.0
_FARTHEST = 5.0  # e^5: no step multiplies a parameter by more
_ROUNDING = 1e-12


class Doubt(StrEnum):
    """Why an estimate must not be used as it stands (R60)."""

    NOT_CONVERGED = "not-converged"
    NOT_POSITIVE_DEFINITE = "not-positive-definite"
    BEYOND_3_SD = "beyond-3-sd"


class Estimate(NamedTuple):
    """The most probable unknowns (etas, then occasions), their covariance, and what speaks against them.

    `z_scores` is each unknown over its standard deviation between patients, or between visits. The covariance is the
    prior's where the Hessian gives none; `doubts` then says so.
    """

    unknowns: tuple[float, ...]
    covariance: Matrix
    objective: float
    objective_at_typical: float
    predicted_ng_ml: tuple[float, ...]
    typical_ng_ml: tuple[float, ...]
    z_scores: tuple[float, ...]
    rounds: int
    doubts: tuple[Doubt, ...]


class _Place(NamedTuple):
    """The objective at a point with its gradient, and the Hessian that is expected there."""

    unknowns: list[float]
    value: float
    terms: list[Term]
    found: Slopes
    gradient: list[float]
    expected: Matrix


def _look(problem: Problem, unknowns: list[float]) -> _Place:
    found = slopes(problem.case, unknowns)
    terms = terms_of(problem, found.predicted)
    prior = times(problem.precision, unknowns)
    score = [one.slope for one in terms]
    gradient = [sum(map(float.__mul__, row, score)) + 2 * own for row, own in zip(found.rows, prior, strict=True)]
    value = sum(one.value for one in terms) + sum(map(float.__mul__, unknowns, prior))
    expected = _hessian(problem, found.rows, [one.expected for one in terms])
    return _Place(unknowns, value, terms, found, gradient, expected)


def _hessian(problem: Problem, rows: Matrix, weights: Sequence[float]) -> Matrix:
    weighted = [list(map(float.__mul__, row, weights)) for row in rows]
    size = len(rows)
    hessian = [[2 * one for one in row] for row in problem.precision]
    for i in range(size):
        for j in range(i + 1):
            hessian[i][j] += sum(map(float.__mul__, weighted[i], rows[j]))
            hessian[j][i] = hessian[i][j]
    return hessian


def _observed(problem: Problem, at: _Place) -> Matrix:
    """Return the Hessian of the objective at a point."""
    hessian = _hessian(problem, at.found.rows, [one.curvature for one in at.terms])
    bend = weighted_bend(problem.case, at.unknowns, at.found.predicted, [one.slope for one in at.terms])
    return [list(map(float.__add__, *rows)) for rows in zip(hessian, bend, strict=True)]


def estimate(problem: Problem) -> Estimate:
    """Return the most probable unknowns; without a level they are 0 and the covariance is the prior's."""
    size = len(problem.precision)
    first = _look(problem, [0.0] * size)
    at, rounds, hessian = _descend(problem, first)
    doubts = []
    lower = factor(hessian)
    if lower is None:
        doubts.append(Doubt.NOT_POSITIVE_DEFINITE)
        lower = factor([[2 * one for one in row] for row in problem.precision]) or []
    elif _decrement(lower, at.gradient) > _CONVERGED:
        doubts.append(Doubt.NOT_CONVERGED)
    scores = tuple(one / sd for one, sd in zip(at.unknowns, problem.prior_sd, strict=True))
    if any(abs(one) > _BEYOND_SD for one in scores):
        doubts.append(Doubt.BEYOND_3_SD)
    return Estimate(
        tuple(at.unknowns),
        [[2 * one for one in row] for row in inverse(lower)],
        at.value,
        first.value,
        tuple(at.found.predicted),
        tuple(first.found.predicted),
        scores,
        rounds,
        tuple(doubts),
    )


def _decrement(lower: Matrix, gradient: Sequence[float]) -> float:
    """Return how far the optimum is, in standard deviations: the root of g' H^-1 g / 2."""
    return math.sqrt(max(0.0, sum(map(float.__mul__, gradient, solve(lower, gradient))) / 2))


def _descend(problem: Problem, at: _Place) -> tuple[_Place, int, Matrix]:
    """Return where the objective is lowest, the rounds that it took, and the observed Hessian there."""
    damping, rounds = 0.0, 0
    lower = factor(at.expected) or []
    away = _decrement(lower, at.gradient)
    newton: Matrix | None = None  # the observed Hessian, kept while it brings the point nearer
    seen = math.inf  # how far the optimum was where it was taken
    while away >= _CLOSE and rounds < _MOST_ROUNDS:
        rounds += 1
        moved, damping = _step(problem, at, newton or at.expected, damping)
        if moved is None:
            break
        at = moved
        before, away = away, _decrement(lower, at.gradient)
        if newton is not None and away <= before / _SLOW:
            continue
        if newton is not None or away < _NEARLY or rounds >= _FISHER_ROUNDS:
            observed = _observed(problem, at)
            own = factor(observed)
            newton, seen = (None, math.inf) if own is None else (observed, away)
            lower = own or factor(at.expected) or []
        else:
            lower = factor(at.expected) or []
        away = _decrement(lower, at.gradient)
    if newton is None or seen > _NEARLY:
        newton = _observed(problem, at)
    return at, rounds, newton


def _step(problem: Problem, at: _Place, matrix: Matrix, damping: float) -> tuple[_Place | None, float]:
    """Return the point after one step that goes down, damped as far as that needs, or None where none does."""
    while damping < _MOST_DAMPING:
        damped = [[one * (1 + damping) if i == j else one for j, one in enumerate(row)] for i, row in enumerate(matrix)]
        lower = factor(damped)
        if lower is not None:
            away = solve(lower, at.gradient)
            unknowns = [one - step for one, step in zip(at.unknowns, away, strict=True)]
            if max(map(abs, away)) < _FARTHEST:
                moved = _look(problem, unknowns)
                if moved.value <= at.value + _ROUNDING * (1 + abs(at.value)):
                    return moved, damping / 10 if damping > _LEAST_DAMPING else 0.0
        damping = max(_LEAST_DAMPING, damping * 10) if damping else 1e-3
    return None, damping
