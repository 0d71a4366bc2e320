"""What is to be estimated: a patient, the levels, how they scatter, and what is known before any of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.drift import covariance
from tdmcli.pharmacokinetics.likelihood import term
from tdmcli.pharmacokinetics.linear_algebra import Matrix, factor, form, inverse
from tdmcli.pharmacokinetics.population_model import error_model
from tdmcli.pharmacokinetics.prediction import Case, make_case, predict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.dosing_history import Dose
    from tdmcli.pharmacokinetics.drift import Drift
    from tdmcli.pharmacokinetics.likelihood import ErrorModel, Level, Term
    from tdmcli.pharmacokinetics.population_model import PopulationModel
    from tdmcli.pharmacokinetics.prediction import Step


class NothingAbsorbedError(ValueError):
    """A level was drawn before any of the first dose was absorbed: no parameters give it."""


class Problem(NamedTuple):
    """A patient, the levels in order, how each scatters, and the unknowns before any level: precision and deviation."""

    case: Case
    levels: tuple[Level, ...]
    errors: tuple[ErrorModel, ...]
    precision: Matrix
    prior_sd: tuple[float, ...]


def make_problem(
    model: PopulationModel,
    doses: Sequence[Dose],
    steps: Sequence[Step],
    levels: Sequence[Level],
    drift: Drift | None = None,
    occasion_ends_h: Sequence[float] = (),
) -> Problem:
    """Return what is to be estimated.

    With a drift there is one more unknown for each occasion, the last for the time after the last end.

    Raises:
        ValueError: a level is no number above 0.
        NothingAbsorbedError: one was drawn when nothing had been absorbed.

    """
    if not all(math.isfinite(one.time_h) and 0 < one.value_ng_ml < math.inf for one in levels):
        raise ValueError("a level must be a number above 0 at a finite hour; a censored one has its limit in its place")
    ordered = tuple(sorted(levels, key=lambda one: one.time_h))
    ends = () if drift is None else tuple(occasion_ends_h)
    case = make_case(model, doses, steps, [one.time_h for one in ordered], ends)
    lower = factor(model.omega)
    if lower is None:
        message = f"{model.row.id}: the variances between patients are no covariance"
        raise ValueError(message)
    precision = inverse(lower)
    variances = [row[i] for i, row in enumerate(model.omega)]
    if drift is not None:
        moving = covariance(drift, len(ends) + 1)
        variances += [row[i] for i, row in enumerate(moving)]
        own = inverse(factor(moving) or [[math.inf]])
        zeros = [0.0] * len(own)
        precision = [[*row, *zeros] for row in precision] + [[0.0] * case.etas + row for row in own]
    if any(one <= 0 for one in predict(case, [0.0] * len(precision))):
        raise NothingAbsorbedError("a level before anything was absorbed says nothing of the patient")
    return Problem(
        case,
        ordered,
        tuple(error_model(model, one.assay) for one in ordered),
        precision,
        tuple(map(math.sqrt, variances)),
    )


def terms_of(problem: Problem, predicted: Sequence[float]) -> list[Term]:
    """Return what each level adds to the objective, with its slopes, where it is predicted so."""
    return [term(*one) for one in zip(problem.errors, problem.levels, predicted, strict=True)]


def objective(problem: Problem, unknowns: Sequence[float]) -> float:
    """Return minus twice the log posterior, but for constants: the terms of the levels and u' precision u.

    Source: Kang and colleagues' MAP objective, as mapbayr has it.
    """
    terms = terms_of(problem, predict(problem.case, unknowns))
    return sum(one.value for one in terms) + form(problem.precision, unknowns)
