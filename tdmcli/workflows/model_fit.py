"""How a population model fits a patient: the estimate, how it would have foretold the levels, which is best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding, refuse
from tdmcli.errors import Code
from tdmcli.pharmacokinetics.drift import Drift, drift_of, occasion_ends_h
from tdmcli.pharmacokinetics.estimate import Doubt, Estimate, estimate
from tdmcli.pharmacokinetics.prediction import make_case, predict
from tdmcli.pharmacokinetics.problem import Problem, make_problem
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.model_choice import Fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def best_of(fittings: Sequence[Fitting]) -> tuple[Fitting, str]:
    """Return the model to use and why: within its population, the one that foretold the levels best.

    With too few levels to foretell, one that takes no value for unknown, and that lets clearance drift, comes first.
    """
    inside = [one for one in fittings if not one.outside] or list(fittings)
    enough = read_policy().forecast.levels_tried
    if len(inside) > 1 and all(one.error_percent is not None and one.foretold >= enough for one in inside):
        best = min(inside, key=lambda one: one.error_percent or 0.0)
        return best, f"it foretold the last {best.foretold} levels best of {len(inside)} models for this patient"
    best = min(inside, key=lambda one: (len(one.assumed), drift_of(one.model.row) is None, one.model.row.id))
    if len(inside) == 1:
        return best, "the only model for this patient"
    return best, "of the models for this patient it assumes least; too few levels yet to compare them"


def doubts_of(fitting: Fitting, *, hold: bool) -> tuple[Finding, ...]:
    """Return that a patient lies outside a model, and that clearance does not drift: intervals are too narrow then."""
    model = fitting.model.row.id
    found = (Finding(Code.OUTSIDE_MODEL, {"model": model, "what": "; ".join(fitting.outside)}),)
    constant = (Finding(Code.CLEARANCE_CONSTANT, {"model": model}),)
    return (found if fitting.outside else ()) + (() if drift_for(fitting.model, hold=hold) else constant)


def doubts_of_fit(made: Fit) -> tuple[Finding, ...]:
    """Return how far from its patients the model had to go; refuse where the fit did not settle (R60)."""
    row, found = made.fitting.model.row, made.found
    for doubt in (Doubt.NOT_CONVERGED, Doubt.NOT_POSITIVE_DEFINITE):
        if doubt in found.doubts:
            raise refuse(Code.FIT_FAILED, model=row.id, why=str(doubt))
    if Doubt.BEYOND_3_SD not in found.doubts:
        return ()
    names = [*(one.name for one in row.random_effect), *("clearance of a visit" for _ in found.z_scores)]
    name, score = max(zip(names, found.z_scores, strict=False), key=lambda one: abs(one[1]))
    return (Finding(Code.FIT_DOUBTFUL, {"what": name, "sd": f"{abs(score):.1f}", "model": row.id}),)
