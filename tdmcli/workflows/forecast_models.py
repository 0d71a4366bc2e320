"""What population models say of a patient: the one used, its estimate, what the others say, and the typical patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.units import show
from tdmcli.errors import Code
from tdmcli.pharmacokinetics.estimate import Doubt
from tdmcli.pharmacokinetics.forecast import look_ahead, most_probable
from tdmcli.pharmacokinetics.population_model import individual
from tdmcli.workflows.forecast_candidates import Plan, doses_on, look_at, number, position_of, spread
from tdmcli.workflows.forecast_data import (
    Apriori,
    ConsideredAnswer,
    EtaAnswer,
    FittedLevel,
    ModelAnswer,
    ParametersAnswer,
)
from tdmcli.workflows.model_choice import best_of, drift_for, fit, foretell
from tdmcli.workflows.model_course import assay_of

if TYPE_CHECKING:
    from tdmcli.domain.regimen import Regimen
    from tdmcli.pharmacokinetics.estimate import Estimate, Problem
    from tdmcli.pharmacokinetics.forecast import Ahead
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.answer import Citations
    from tdmcli.workflows.forecast_candidates import Seen
    from tdmcli.workflows.model_choice import Considered, Fitting
    from tdmcli.workflows.model_course import ModelCourse

DRAWS = 500  # their 10th and 90th percentiles lie within 2 % of those of 16,000


class Setting(NamedTuple):
    """What every model is asked: the plan with its course, the current regimen, and whether clearance is held."""

    plan: Plan
    current: Regimen
    hold: bool

    @property
    def course(self) -> ModelCourse:
        """Return the doses and levels."""
        return self.plan.course

    def ahead(self, problem: Problem, found: Estimate, draws: int) -> Ahead:
        """Return the patient of an estimate as they stand before the next intake."""
        assay = assay_of(self.course.records[-1].assay)
        now_h = self.course.hour(self.plan.start)
        return look_ahead(problem, found, self.course.doses, now_h, assay, draws)


def choose_model(
    considered: tuple[Considered, ...], setting: Setting, forced: str | None
) -> tuple[Fitting, str, dict[str, Fitting]]:
    """Return the model to use and why, and all that apply, each with how it would have foretold the last levels.

    Raises:
        Refused: none applies, or the one that was named does not.

    """
    applying = {
        one.row.id: foretell(one.fitting, setting.course, hold=setting.hold)
        for one in considered
        if one.fitting is not None
    }
    if forced is not None:
        against = next(one.against for one in considered if one.row.id == forced)
        if forced not in applying:
            raise refuse(Code.NO_MODEL, why=f"{forced}: {against}")
        return applying[forced], "named with --model", applying
    if not applying:
        raise refuse(Code.NO_MODEL, why="; ".join(f"{one.row.id}: {one.against}" for one in considered))
    fitting, why = best_of(tuple(applying.values()))
    return fitting, why, applying


def doubts_of_fit(fitting: Fitting, found: Estimate) -> tuple[Finding, ...]:
    """Return how far from its patients the model had to go; refuse where the fit did not settle (R60)."""
    model = fitting.model.row.id
    for doubt in (Doubt.NOT_CONVERGED, Doubt.NOT_POSITIVE_DEFINITE):
        if doubt in found.doubts:
            raise refuse(Code.FIT_FAILED, model=model, why=str(doubt))
    if Doubt.BEYOND_3_SD not in found.doubts:
        return ()
    names = [*(one.name for one in fitting.model.row.random_effect), *("clearance of a visit" for _ in found.z_scores)]
    name, score = max(zip(names, found.z_scores, strict=False), key=lambda one: abs(one[1]))
    return (Finding(Code.FIT_DOUBTFUL, {"what": name, "sd": f"{abs(score):.1f}", "model": model}),)


def considered_answer(
    one: Considered, applying: dict[str, Fitting], setting: Setting, citations: Citations
) -> ConsideredAnswer:
    """Return what a model is to this patient, and what it says of the current regimen."""
    fitting = applying.get(one.row.id)
    if fitting is None:
        return ConsideredAnswer(one.row.id, False, one.against, (), None, 0, None, None, None)
    source = citations.add(one.row.source, one.row.locator)
    problem, found = fit(fitting, setting.course, hold=setting.hold)
    doses, times = doses_on(setting.plan, setting.current)
    trough = most_probable(setting.ahead(problem, found, 0), doses, setting.course.hour(times[-1]))
    error = fitting.error_percent
    return ConsideredAnswer(
        id=one.row.id,
        applies=True,
        against=None,
        assumed=fitting.assumed,
        error_percent=None if error is None else number(error, 1),
        levels_foretold=fitting.foretold,
        cl_l_h=parameters(problem, found).cl_l_h,
        trough_ng_ml=number(trough),
        source=source,
    )


def models_disagree(others: tuple[ConsideredAnswer, ...], used: Fitting, now: Seen, aim: Aim) -> tuple[Finding, ...]:
    """Return which models put the trough of the current dose on another side of a limit."""
    here = position_of(now.found.most_probable_ng_ml, aim)
    elsewhere = [
        f"{one.id} {show(one.trough_ng_ml, 1)} ng/mL"
        for one in others
        if one.trough_ng_ml is not None
        and one.id != used.model.row.id
        and position_of(float(one.trough_ng_ml), aim) is not here
    ]
    return (Finding(Code.MODELS_DISAGREE, {"what": ", ".join(elsewhere)}),) if elsewhere else ()


def model_answer(fitting: Fitting, why: str, citations: Citations, *, hold: bool) -> ModelAnswer:
    """Return the model that is used, as answers show it."""
    row = fitting.model.row
    drift = drift_for(fitting.model, hold=hold)
    by = None if drift is None else "the project's own fit [policy]" if row.drift is not None else "the paper's"
    return ModelAnswer(
        id=row.id,
        name=row.name,
        why=why,
        patients=row.patients,
        limits=row.limits,
        assumed=fitting.assumed,
        drift=by,
        source=citations.add(row.source, row.locator),
    )


def parameters(problem: Problem, found: Estimate) -> ParametersAnswer:
    """Return the patient's parameters at the latest covariates; clearance is apparent (over F)."""
    known = problem.case.etas
    kappa = found.unknowns[-1] if len(found.unknowns) > known else 0.0
    kinetics = individual(problem.case.typicals[-1], found.unknowns[:known], kappa)
    share = kinetics.bioavailability
    return ParametersAnswer(
        cl_l_h=number(kinetics.clearance_l_h / share),
        v1_l=number(kinetics.volume_l / share, 1),
        q_l_h=number(kinetics.exchange_l_h / share),
        v2_l=number(kinetics.peripheral_volume_l / share, 1),
        bioavailability=number(share, 3),
    )


def etas(problem: Problem, found: Estimate) -> tuple[EtaAnswer, ...]:
    """Return each deviation from the typical patient, and of each visit the one of clearance."""
    names = [one.name for one in problem.case.model.row.random_effect]
    visits = [f"clearance, visit {one + 1}" for one in range(len(found.unknowns) - len(names))]
    if visits:
        visits[-1] = "clearance, ahead"
    return tuple(
        EtaAnswer(name, number(value, 5), number(score))
        for name, value, score in zip([*names, *visits], found.unknowns, found.z_scores, strict=True)
    )


def fitted_levels(course: ModelCourse, found: Estimate) -> tuple[FittedLevel, ...]:
    """Return each level beside what the patient and the typical patient have there."""
    return tuple(
        FittedLevel(record.taken, record.level.text, record.level.value_ng_ml, number(one), number(typical))
        for record, one, typical in zip(course.records, found.predicted_ng_ml, found.typical_ng_ml, strict=True)
    )


def apriori(fitting: Fitting, setting: Setting, aim: Aim) -> Apriori:
    """Return what the typical patient with these covariates would have on the current regimen (R60)."""
    problem, found = fit(fitting, setting.course._replace(levels=()), hold=True)
    (seen,) = look_at(setting.ahead(problem, found, DRAWS), setting.plan, (setting.current,), aim)
    return Apriori(parameters(problem, found).cl_l_h, spread(seen.found.trough_ng_ml))
