"""The area over one interval by a population model fitted to all levels of a patient file (MAP)."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding, Refused, refuse, settle
from tdmcli.domain.history import days_after_start, period_at
from tdmcli.domain.units import from_float, show
from tdmcli.errors import Code
from tdmcli.pharmacokinetics.exposure import area_ng_h_ml, by_panels
from tdmcli.pharmacokinetics.linear_algebra import form
from tdmcli.pharmacokinetics.prediction import leg_kinetics, make_case, predict
from tdmcli.tables.model_forms import Covariate
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.answer import Citations, reason_of
from tdmcli.workflows.auc_data import MAP_NAME, MethodAnswer, ParametersUsed
from tdmcli.workflows.auc_map_checks import against_course, against_levels
from tdmcli.workflows.best_model import choose_model
from tdmcli.workflows.forecast_data import IgnoredLevel
from tdmcli.workflows.model_choice import consider
from tdmcli.workflows.model_course import course_of
from tdmcli.workflows.model_covariates import steps_of
from tdmcli.workflows.model_fit import visits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tdmcli.domain.regimen import Regimen
    from tdmcli.pharmacokinetics.estimate import Estimate
    from tdmcli.pharmacokinetics.prediction import Step
    from tdmcli.records.patient import PatientRecord
    from tdmcli.workflows.auc_data import AucQuestion
    from tdmcli.workflows.auc_samples import Interval
    from tdmcli.workflows.best_model import Chosen
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.model_choice import Fitting
    from tdmcli.workflows.model_course import ModelCourse

_Z_80 = 1.2815515655446004  # standard deviations that bound the middle 80 % of a normal distribution
_STEP = 1e-4  # of an unknown, for a slope
_PANELS_PER_H = 20  # of an area in whole blood where binding makes mass balance speak of plasma


class Window(NamedTuple):
    """The interval that the area is over, in hours after the course's zero."""

    start_h: float
    end_h: float


class ByModel(NamedTuple):
    """The area by a model, what to be minded of the fit, and the levels of the file that it leaves out."""

    answer: MethodAnswer
    findings: tuple[Finding, ...] = ()
    ignored: tuple[IgnoredLevel, ...] = ()


def by_model(
    question: AucQuestion,
    facts: Facts,
    interval: Interval,
    regimen: Regimen,
    doubts: Sequence[Finding],
    citations: Citations,
) -> ByModel:
    """Return the area of the interval that begins with a dose (without one: the last intake), or why there is none.

    Without a patient file there is no fit.
    """
    empty = MethodAnswer(id="map", kind="map", name=MAP_NAME, sources=())
    try:
        settle(doubts, frozenset())
        about_levels = settle(against_levels(question, facts, interval, regimen), frozenset())
        made = _fitted(empty, facts, interval, regimen.interval_h, citations)
    except Refused as refused:
        first = refused.findings[0]
        misfit = (first._replace(refuses=False),) if first.code is Code.FIT_FAILED else ()  # beside the regressions too
        return ByModel(empty._replace(refused=str(first.code), why=reason_of(first)), misfit)
    return made._replace(findings=made.findings + tuple(one for one in about_levels if one not in doubts))


def _fitted(empty: MethodAnswer, facts: Facts, interval: Interval, interval_h: int, citations: Citations) -> ByModel:
    if facts.record is None:
        raise refuse(Code.NO_MODEL, why="MAP needs the doses and times of a patient file")
    history, dose_at = facts.record.history, interval.dose_at
    course = course_of(history, facts.now)
    if not course.levels:
        raise refuse(Code.MISSING_LEVEL, why=" in the patient file that a model can use")
    start = course.zero + timedelta(hours=course.doses[-1].time_h) if dose_at is None else dose_at
    period = period_at(history, start)
    if period is None or period.route != "oral":
        raise refuse(Code.NOT_ORAL, route=period.route if period else "unknown")
    dose = min(course.doses, key=lambda one: abs(one.time_h - course.hour(start)))
    if abs(dose.time_h - course.hour(start)) * 60 > read_policy().auc.sample_minutes:
        raise refuse(Code.MISSED_DOSE, why="the dose that its levels name is no intake of the file's regimen")
    settle(against_course(history, course, facts.now, (start, start + timedelta(hours=interval_h))), frozenset())
    for record, why in course.ignored:
        known = record.last_dose is not None or record in interval.records
        if record == facts.drawn and known:  # an older level must not outvote it (R46)
            raise refuse(Code.MISSING_LEVEL, why=f": the newest, of {record.taken.date()}, is set aside: {why}")
    then = facts._replace(day=days_after_start(history, start), current=period.regimen)
    considered = consider(then, _steps(facts.record, course, facts.now, start), None)
    strict = None if dose_at is not None else read_policy().auc.trough_misfit_percent  # a trough alone bears the area
    chosen = choose_model(considered, course, hold=False, newest_percent=strict)
    fitting, _, found = chosen.made
    window = Window(dose.time_h, dose.time_h + interval_h)
    area, low, high = _area_with_limits(fitting, course, found, window)
    row = fitting.model.row
    if len(set(period.regimen.intakes_mg)) == 1:
        _refuse_below_trough(area, interval, interval_h, row.id)
    answer = empty._replace(
        name=f"{row.name}, fitted to {_counted(course, facts.now)} (MAP); {chosen.why}",
        sources=(citations.add(row.source, row.locator),),
        auc_ng_h_ml=from_float(area, 1),
        interval_h=interval_h,
        p10_ng_h_ml=from_float(low, 1),
        p90_ng_h_ml=from_float(high, 1),
        model=row.id,
        parameters=ParametersUsed(from_float(_clearance(fitting, course, found, window), 1), len(course.levels)),
        from_=course.moment(dose.time_h).astimezone(history.zone),
        patients=row.patients,
        note=row.limits,
        assumed=fitting.assumed,
    )
    ignored = tuple(
        IgnoredLevel(one.taken.astimezone(history.zone), one.level.text, why) for one, why in course.ignored
    )
    return ByModel(answer, chosen.doubts + _elsewhere(chosen, course, window, (low, high)), ignored)


def _refuse_below_trough(area: float, interval: Interval, interval_h: int, model: str) -> None:
    """Refuse an area from a trough alone whose mean lies below that trough: doses being equal, none does (R60)."""
    if not interval.trough_only or not interval.samples[0].level.is_number:
        return
    level = interval.samples[0].level
    if area < float(level.value_ng_ml) * interval_h:
        what = f"{show(from_float(area, 0))} ng*h/mL is less than {interval_h} h at its trough, {level.text}"
        raise refuse(Code.FIT_FAILED, model=model, why=what)


def _steps(record: PatientRecord, course: ModelCourse, now: datetime, start: datetime) -> tuple[Step, ...]:
    """Return the covariates of a patient, the days after transplant no later than those of the interval's start.

    A level of a later visit takes the interval to itself, so what a model asks of the days it asks of the interval's.
    """
    day = days_after_start(record.history, start)
    steps = steps_of(record, course, now)
    if day is None:
        return steps
    days = Covariate.DAYS_AFTER_TRANSPLANT
    late = [one.from_h > course.hour(start) and days in one.values for one in steps]
    return tuple(
        one._replace(values={**one.values, days: float(day)}) if is_late else one
        for one, is_late in zip(steps, late, strict=True)
    )


def _counted(course: ModelCourse, now: datetime) -> str:
    """Return how many levels up to now a fit rests on."""
    known = len(course.levels) + sum(one.taken <= now for one, _ in course.ignored)
    return "all levels" if known == len(course.levels) else f"{len(course.levels)} of {known} levels"


def _elsewhere(chosen: Chosen, course: ModelCourse, window: Window, middle: tuple[float, float]) -> tuple[Finding, ...]:
    """Return which other models for this patient put the area outside the middle 80 % of the one used."""
    used = chosen.made.fitting.model.row.id
    areas = {
        name: area_of(made.fitting, course, made.found.unknowns, window)
        for name, made in chosen.fits.items()
        if name != used
    }
    what = ", ".join(
        f"{name} {show(from_float(area, 0))} ng*h/mL"
        for name, area in areas.items()
        if not middle[0] <= area <= middle[1]
    )
    return (Finding(Code.AREAS_DISAGREE, {"model": used, "what": what}),) if what else ()


def _ends(fitting: Fitting, course: ModelCourse, window: Window) -> tuple[float, ...]:
    """Return when each visit ends, the one of the interval with the interval: its clearance holds to its last hour."""
    ends = list(visits(fitting, course.levels, hold=False))
    for number, end in enumerate(ends):
        if window.start_h < end < window.end_h and (number + 1 == len(ends) or ends[number + 1] > window.end_h):
            ends[number] = window.end_h
    return tuple(ends)


def area_of(fitting: Fitting, course: ModelCourse, unknowns: Sequence[float], window: Window) -> float:
    """Return the whole-blood area (ng*h/mL) of an interval, as if nothing more were taken before its end."""
    doses = [one for one in course.doses if one.time_h <= window.start_h]
    ends = _ends(fitting, course, window)
    if fitting.model.binding is None:
        case = make_case(fitting.model, doses, fitting.steps, (), ends)
        return area_ng_h_ml(case.line, leg_kinetics(case, unknowns), window.start_h, window.end_h)

    def levels_at(hours: Sequence[float]) -> list[float]:
        return predict(make_case(fitting.model, doses, fitting.steps, hours, ends), unknowns)

    return by_panels(levels_at, window.start_h, window.end_h, _PANELS_PER_H)


def _area_with_limits(
    fitting: Fitting, course: ModelCourse, found: Estimate, window: Window
) -> tuple[float, float, float]:
    """Return the most probable area and the middle 80 %, log-normal by the slopes at the estimate (delta method)."""
    area = area_of(fitting, course, found.unknowns, window)
    slopes = []
    for place in range(len(found.unknowns)):
        moved = [one + _STEP * (number == place) for number, one in enumerate(found.unknowns)]
        slopes.append(math.log(area_of(fitting, course, moved, window) / area) / _STEP)
    away = math.exp(_Z_80 * math.sqrt(max(form(found.covariance, slopes), 0.0)))
    return area, area / away, area * away


def _clearance(fitting: Fitting, course: ModelCourse, found: Estimate, window: Window) -> float:
    """Return the apparent clearance (CL/F, L/h) at the end of the interval."""
    case = make_case(fitting.model, course.doses, fitting.steps, (), _ends(fitting, course, window))
    kinetics = leg_kinetics(case, found.unknowns)[case.line.leg_of_level(window.end_h)]
    return kinetics.clearance_l_h / kinetics.bioavailability
