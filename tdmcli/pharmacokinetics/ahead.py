"""A patient as they stand now: the most probable one, and draws of all those whom the levels allow.

Draws from the normal approximation of the posterior, at quasi-random points that are always the same: the
same question has the same answer to the last digit, and the draws fill the space more evenly than random ones would.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.arrival import Curve, curve_of
from tdmcli.pharmacokinetics.concentration import Amounts, amounts_at
from tdmcli.pharmacokinetics.dosing_history import courses_of
from tdmcli.pharmacokinetics.linear_algebra import factor
from tdmcli.pharmacokinetics.population_model import error_model, individual
from tdmcli.pharmacokinetics.prediction import leg_kinetics, walk
from tdmcli.pharmacokinetics.quasi_random import normal_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.dosing_history import Course, Dose
    from tdmcli.pharmacokinetics.estimate import Estimate
    from tdmcli.pharmacokinetics.likelihood import ErrorModel
    from tdmcli.pharmacokinetics.population_model import PopulationModel
    from tdmcli.pharmacokinetics.problem import Problem
    from tdmcli.tables.model_forms import Assay

DRAWS = 2000  # fewer leave the outer 5 % unsteady
_STEP = 1e-4
_LEAST_AMOUNT_MG = 1e-30


class Draw(NamedTuple):
    """One patient whom the levels allow: exponentials, and the amounts now; `noise` scatters the next level."""

    curve: Curve
    amounts: Amounts
    noise: float


class Ahead(NamedTuple):
    """A patient at an hour: the most probable one, draws around it, doses still in their lag, the last haematocrit."""

    model: PopulationModel
    now_h: float
    lag_h: float
    waiting: tuple[Course, ...]
    hematocrit: float
    error: ErrorModel
    best: Draw
    draws: tuple[Draw, ...]


def look_ahead(
    problem: Problem, found: Estimate, history: Sequence[Dose], now_h: float, assay: Assay, count: int = DRAWS
) -> Ahead:
    """Return a patient as they stand before a dose at an hour after all levels, with so many draws.

    Raises:
        ValueError: something still changes after that hour.

    """
    case = problem.case
    line = case.line
    if now_h < line.legs[-1].start_h:
        raise ValueError("a forecast begins after the last change and the last level")
    best = Draw(_curve(problem, found.unknowns), _amounts_now(problem, found.unknowns, now_h), 0.0)
    waiting = [one for one in history if now_h - line.lag_h < one.time_h < now_h and not one.infusion_h]
    return Ahead(
        case.model,
        now_h,
        line.lag_h,
        _entering(waiting, line.lag_h),
        case.typicals[-1].hematocrit,
        error_model(case.model, assay),
        best,
        _draws(problem, found, best, now_h, count) if count else (),
    )


def _draws(problem: Problem, found: Estimate, best: Draw, now_h: float, count: int) -> tuple[Draw, ...]:
    """Return patients drawn from the posterior.

    Each has its own parameters; the amounts of now follow them by their slopes on the log scale, which are exact for
    the most probable patient: they matter only until today's drug is gone.
    """
    at_best = _logs(best.amounts)
    slopes = []
    for i in range(len(found.unknowns)):
        moved = [one + _STEP * (k == i) for k, one in enumerate(found.unknowns)]
        logs = _logs(_amounts_now(problem, moved, now_h))
        slopes.append([(one - two) / _STEP for one, two in zip(logs, at_best, strict=True)])
    lower = factor(found.covariance) or []
    draws = []
    for *point, noise in normal_points(count, len(found.unknowns) + 1):
        away = [sum(map(float.__mul__, row, point)) for row in lower]
        unknowns = [one + by for one, by in zip(found.unknowns, away, strict=True)]
        logs = [one + sum(by * row[k] for by, row in zip(away, slopes, strict=True)) for k, one in enumerate(at_best)]
        draws.append(Draw(_curve(problem, unknowns), _amounts(logs), noise))
    return tuple(draws)


def _curve(problem: Problem, unknowns: Sequence[float]) -> Curve:
    """Return the exponentials of a patient at the latest covariates and in the time after the last visit."""
    etas = problem.case.etas
    kappa = unknowns[-1] if len(unknowns) > etas else 0.0
    return curve_of(individual(problem.case.typicals[-1], unknowns[:etas], kappa))


def _amounts_now(problem: Problem, unknowns: Sequence[float], now_h: float) -> Amounts:
    _, entered = walk(problem.case, leg_kinetics(problem.case, unknowns))
    return amounts_at(entered[-1].part, now_h)


def _logs(amounts: Amounts) -> list[float]:
    return [math.log(max(one, _LEAST_AMOUNT_MG)) for one in (*amounts.steps, amounts.blood, amounts.tissue)]


def _amounts(logs: Sequence[float]) -> Amounts:
    *steps, blood, tissue = (math.exp(one) for one in logs)
    least = 2 * _LEAST_AMOUNT_MG
    return Amounts(
        tuple(one if one > least else 0.0 for one in steps),
        blood if blood > least else 0.0,
        tissue if tissue > least else 0.0,
    )


def _entering(doses: Sequence[Dose], lag_h: float) -> tuple[Course, ...]:
    return tuple(one if one.infusion_h else one._replace(first_h=one.first_h + lag_h) for one in courses_of(doses))


def courses_ahead(ahead: Ahead, doses: Sequence[Dose]) -> tuple[Course, ...]:
    """Return what enters the gut from now on: doses still in their lag, and those to come."""
    return (*ahead.waiting, *_entering(doses, ahead.lag_h))
