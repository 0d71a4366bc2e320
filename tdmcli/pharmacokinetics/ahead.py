"""A patient as they stand now: the most probable one, and draws of all those whom the levels allow.

Draws from the normal approximation of the posterior, at quasi-random points that are always the same: the
same question has the same answer to the last digit, and the draws fill the space more evenly than random ones would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.concentration import amounts_at
from tdmcli.pharmacokinetics.dosing_history import Course, entering
from tdmcli.pharmacokinetics.linear_algebra import factor
from tdmcli.pharmacokinetics.population_model import error_model
from tdmcli.pharmacokinetics.prediction import leg_kinetics, walk
from tdmcli.pharmacokinetics.quasi_random import normal_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdmcli.pharmacokinetics.arrival import Curve
    from tdmcli.pharmacokinetics.concentration import Amounts
    from tdmcli.pharmacokinetics.dosing_history import Dose
    from tdmcli.pharmacokinetics.estimate import Estimate
    from tdmcli.pharmacokinetics.likelihood import ErrorModel
    from tdmcli.pharmacokinetics.population_model import PopulationModel
    from tdmcli.pharmacokinetics.prediction import Case
    from tdmcli.pharmacokinetics.problem import Problem
    from tdmcli.tables.model_forms import Assay

DRAWS = 2000  # fewer leave the outer 5 % unsteady


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
    line = problem.case.line
    if now_h < line.legs[-1].start_h:
        raise ValueError("a forecast begins after the last change and the last level")
    case = problem.case._replace(hours=((),) * len(line.legs))  # the levels are not asked for again
    waiting = [one for one in history if now_h - line.lag_h < one.time_h < now_h and not one.infusion_h]
    return Ahead(
        case.model,
        now_h,
        line.lag_h,
        entering(waiting, line.lag_h),
        case.typicals[-1].hematocrit,
        error_model(case.model, assay),
        _drawn(case, found.unknowns, now_h),
        tuple(_draws(case, found, now_h, count)) if count else (),
    )


def _draws(case: Case, found: Estimate, now_h: float, count: int) -> Iterator[Draw]:
    """Yield patients drawn from the posterior, each with its own course from the first dose to now.

    Exact at a price of tens of microseconds a draw: amounts that follow the parameters by slopes would not do, since
    what is left in the gut hours after a dose moves with e to the rate of absorption.
    """
    lower = factor(found.covariance) or []
    for *point, noise in normal_points(count, len(found.unknowns) + 1):
        away = (sum(map(float.__mul__, row, point)) for row in lower)
        yield _drawn(case, [one + by for one, by in zip(found.unknowns, away, strict=True)], now_h, noise)


def _drawn(case: Case, unknowns: Sequence[float], now_h: float, noise: float = 0.0) -> Draw:
    """Return the patient of these unknowns: the last leg has the latest covariates and the time after all visits."""
    _, entered = walk(case, leg_kinetics(case, unknowns))
    part = entered[-1].part
    return Draw(part.curve, amounts_at(part, now_h), noise)


def courses_ahead(ahead: Ahead, doses: Sequence[Dose]) -> tuple[Course, ...]:
    """Return what enters the gut from now on: doses still in their lag, and those to come."""
    return (*ahead.waiting, *entering(doses, ahead.lag_h))
