"""What population models say of a patient: the one used, its estimate, what the others say, and the typical patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding
from tdmcli.domain.units import from_float, show
from tdmcli.errors import Code
from tdmcli.pharmacokinetics.ahead import look_ahead
from tdmcli.pharmacokinetics.forecast import most_probable
from tdmcli.pharmacokinetics.population_model import individual
from tdmcli.workflows.forecast_candidates import Plan, doses_on, look_at, position_of, spread
from tdmcli.workflows.forecast_data import (
    Apriori,
    ConsideredAnswer,
    CovariateAnswer,
    EtaAnswer,
    FittedLevel,
    ModelAnswer,
    ParametersAnswer,
)
from tdmcli.workflows.model_choice import covariate_name
from tdmcli.workflows.model_course import assay_of
from tdmcli.workflows.model_covariates import last_measured
from tdmcli.workflows.model_fit import drift_for, fit

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.domain.history import History
    from tdmcli.domain.regimen import Regimen
    from tdmcli.pharmacokinetics.ahead import Ahead
    from tdmcli.pharmacokinetics.estimate import Estimate
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.answer import Citations
    from tdmcli.workflows.best_model import Chosen
    from tdmcli.workflows.forecast_candidates import Seen
    from tdmcli.workflows.model_choice import Considered, Fitting
    from tdmcli.workflows.model_course import ModelCourse
    from tdmcli.workflows.model_fit import Fit

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

    def ahead(self, made: Fit, draws: int) -> Ahead:
        """Return the patient of a fit as they stand before the next intake."""
        assay = assay_of(self.course.records[-1].assay)
        now_h = self.course.hour(self.plan.start)
        return look_ahead(made.problem, made.found, self.course.doses, now_h, assay, draws)


def considered_answer(one: Considered, chosen: Chosen, setting: Setting, citations: Citations) -> ConsideredAnswer:
    """Return what a model is to this patient, and what it says of the current regimen."""
    made = chosen.fits.get(one.row.id)
    if made is None:
        against = chosen.failed.get(one.row.id, one.against)
        return ConsideredAnswer(one.row.id, False, against, (), None, 0, None, None, None)
    source = citations.add(one.row.source, one.row.locator)
    doses, times = doses_on(setting.plan, setting.current)
    trough = most_probable(setting.ahead(made, 0), doses, setting.course.hour(times[-1]))
    fitting = made.fitting
    error = fitting.error_percent
    return ConsideredAnswer(
        id=one.row.id,
        applies=True,
        against=None,
        assumed=fitting.assumed,
        error_percent=None if error is None else from_float(error, 1),
        levels_foretold=fitting.foretold,
        cl_l_h=parameters(made).cl_l_h,
        trough_ng_ml=from_float(trough),
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


def covariates_now(fitting: Fitting, history: History, now: datetime) -> tuple[CovariateAnswer, ...]:
    """Return what the model takes of the file for the patient now, with the day of what was measured."""
    return tuple(
        CovariateAnswer(
            covariate=str(covariate),
            name=covariate_name(covariate),
            value=from_float(value) if isinstance(value, float) else value,
            measured=last_measured(history, covariate, now),
        )
        for covariate, value in fitting.steps[-1].values.items()
        if covariate not in fitting.unknown
    )


def parameters(made: Fit) -> ParametersAnswer:
    """Return the patient's parameters at the latest covariates; clearance is apparent (over F)."""
    problem, found = made.problem, made.found
    known = problem.case.etas
    kappa = found.unknowns[-1] if len(found.unknowns) > known else 0.0
    kinetics = individual(problem.case.typicals[-1], found.unknowns[:known], kappa)
    share = kinetics.bioavailability
    return ParametersAnswer(
        cl_l_h=from_float(kinetics.clearance_l_h / share),
        v1_l=from_float(kinetics.volume_l / share, 1),
        q_l_h=from_float(kinetics.exchange_l_h / share),
        v2_l=from_float(kinetics.peripheral_volume_l / share, 1),
        bioavailability=from_float(share, 3),
    )


def etas(made: Fit) -> tuple[EtaAnswer, ...]:
    """Return each deviation from the typical patient, and of each visit the one of clearance."""
    found = made.found
    names = [one.name for one in made.fitting.model.row.random_effect]
    visits = [f"clearance, visit {one + 1}" for one in range(len(found.unknowns) - len(names))]
    if visits:
        visits[-1] = "clearance, ahead"
    return tuple(
        EtaAnswer(name, from_float(value, 5), from_float(score))
        for name, value, score in zip([*names, *visits], found.unknowns, found.z_scores, strict=True)
    )


def fitted_levels(course: ModelCourse, found: Estimate) -> tuple[FittedLevel, ...]:
    """Return each level beside what the patient and the typical patient have there."""
    return tuple(
        FittedLevel(record.taken, record.level.text, record.level.value_ng_ml, from_float(one), from_float(typical))
        for record, one, typical in zip(course.records, found.predicted_ng_ml, found.typical_ng_ml, strict=True)
    )


def apriori(fitting: Fitting, setting: Setting, aim: Aim) -> Apriori:
    """Return what the typical patient with these covariates would have on the current regimen (R60)."""
    made = fit(fitting, setting.course, (), hold=True)
    (seen,) = look_at(setting.ahead(made, DRAWS), setting.plan, (setting.current,), aim)
    return Apriori(parameters(made).cl_l_h, spread(seen.found.trough_ng_ml))
