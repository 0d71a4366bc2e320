"""How a model fits a patient: the estimate, how it would have foretold the levels, what speaks against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.units import from_float, show
from tdmcli.errors import Code
from tdmcli.pharmacokinetics.drift import Drift, drift_of, occasion_ends_h
from tdmcli.pharmacokinetics.estimate import Doubt, Estimate, estimate
from tdmcli.pharmacokinetics.likelihood import distance
from tdmcli.pharmacokinetics.prediction import make_case, predict
from tdmcli.pharmacokinetics.problem import Problem, make_problem
from tdmcli.tables.model_forms import Assay
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.model_choice import Fitting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from tdmcli.pharmacokinetics.likelihood import Level
    from tdmcli.pharmacokinetics.population_model import PopulationModel
    from tdmcli.workflows.model_course import ModelCourse


class Fit(NamedTuple):
    """A model fitted to a patient: what was asked and the most probable parameters."""

    fitting: Fitting
    problem: Problem
    found: Estimate


def drift_for(model: PopulationModel, *, hold: bool) -> Drift | None:
    """Return how clearance drifts in a model, None where it is held constant or no number is known."""
    return None if hold else drift_of(model.row)


def visits(fitting: Fitting, levels: Sequence[Level], *, hold: bool) -> tuple[float, ...]:
    """Return the hour at which each visit ends, after which clearance may have drifted; none where it is held."""
    if drift_for(fitting.model, hold=hold) is None:
        return ()
    return occasion_ends_h(levels, float(read_policy().forecast.same_visit_h))


def fit(fitting: Fitting, course: ModelCourse, levels: Sequence[Level], *, hold: bool) -> Fit:
    """Return the patient's most probable parameters given the doses of a course and these levels."""
    ends = visits(fitting, levels, hold=hold)
    drift = drift_for(fitting.model, hold=hold)
    problem = make_problem(fitting.model, course.doses, fitting.steps, levels, drift, ends)
    return Fit(fitting, problem, estimate(problem))


def foretell(fitting: Fitting, course: ModelCourse, *, hold: bool) -> Fitting:
    """Return a fitting with how far it would have missed the last levels, each from those before it, in per cent."""
    misses = []
    tried = read_policy().forecast.levels_tried
    for number in range(max(1, len(course.levels) - tried), len(course.levels)):
        level = course.levels[number]
        if level.censoring is not None:
            continue
        before = course.levels[:number]
        found = fit(fitting, course, before, hold=hold).found
        occasions = visits(fitting, before, hold=hold)
        case = make_case(fitting.model, course.doses, fitting.steps, (level.time_h,), occasions)
        predicted = predict(case, found.unknowns)[0]
        misses.append(abs(math.log(predicted / level.value_ng_ml)))
    if not misses:
        return fitting
    return fitting._replace(error_percent=100 * math.expm1(sum(misses) / len(misses)), foretold=len(misses))


def doubts_of(fitting: Fitting, *, hold: bool) -> tuple[Finding, ...]:
    """Return that a patient lies outside a model, and that clearance does not drift: intervals are too narrow then."""
    model = fitting.model.row.id
    beyond = (*fitting.outside, *fitting.apart)
    found = (Finding(Code.OUTSIDE_MODEL, {"model": model, "what": "; ".join(beyond)}),)
    constant = (Finding(Code.CLEARANCE_CONSTANT, {"model": model}),)
    return (found if beyond else ()) + (() if drift_for(fitting.model, hold=hold) else constant)


def doubts_of_fit(made: Fit, course: ModelCourse, newest_percent: Decimal | None = None) -> tuple[Finding, ...]:
    """Return how far from its patients the model had to go, and which levels it misses.

    Args:
        made: the model fitted to the patient.
        course: the doses and levels.
        newest_percent: by how much it may miss the newest level; without it what a forecast may.

    Raises:
        Refused: the fit did not settle, or it misses the newest level (R60).

    """
    row, found = made.fitting.model.row, made.found
    for doubt in (Doubt.NOT_CONVERGED, Doubt.NOT_POSITIVE_DEFINITE):
        if doubt in found.doubts:
            raise refuse(Code.FIT_FAILED, model=row.id, why=str(doubt))
    misfits = _misfits(made, course, newest_percent) + _other_assay(made)
    if Doubt.BEYOND_3_SD not in found.doubts:
        return misfits
    names = [*(one.name for one in row.random_effect), *("clearance of a visit" for _ in found.z_scores)]
    name, score = max(zip(names, found.z_scores, strict=False), key=lambda one: abs(one[1]))
    return (Finding(Code.FIT_DOUBTFUL, {"what": name, "sd": f"{abs(score):.1f}", "model": row.id}), *misfits)


def _other_assay(made: Fit) -> tuple[Finding, ...]:
    """Return how many levels are by immunoassay where the model was made from LC-MS/MS alone (R53)."""
    row = made.fitting.model.row
    number = sum(one.assay is Assay.IMMUNOASSAY for one in made.problem.levels)
    if not number or {one.assay for one in row.error} != {Assay.LC_MS_MS}:
        return ()
    return (Finding(Code.OTHER_ASSAY, {"model": row.id, "number": str(number), "all": str(len(made.problem.levels))}),)


def _misfits(made: Fit, course: ModelCourse, newest_percent: Decimal | None) -> tuple[Finding, ...]:
    """Return the levels that the fit misses by more than levels scatter; refuse where it misses the newest (R60)."""
    policy, problem = read_policy().forecast, made.problem
    model, missed = made.fitting.model.row.id, []
    share = policy.newest_misfit_percent if newest_percent is None else newest_percent
    for record, level, error, predicted in zip(
        course.records, problem.levels, problem.errors, made.found.predicted_ng_ml, strict=True
    ):
        told = f"{record.level.text} of {record.taken.date()} (it gives {show(from_float(predicted, 1))})"
        far = abs(distance(error, level, predicted)) > policy.misfit_sd
        newest = record is course.records[-1] and level.censoring is None
        apart = max(predicted / level.value_ng_ml, level.value_ng_ml / predicted)
        if newest and (far or apart > 1 + share / 100):
            raise refuse(Code.FIT_FAILED, model=model, why=f"it does not explain the last level, {told}")
        missed += [told] if far else []
    return (Finding(Code.LEVEL_MISFIT, {"model": model, "what": ", ".join(missed)}),) if missed else ()
