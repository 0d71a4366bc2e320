"""What a patient file says against a forecast."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, refuse, settle
from tdmcli.domain.history import day_of, days_between, hours_between, period_at
from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_far_above, check_far_below, check_size_for_dose
from tdmcli.domain.units import clean, from_float, show
from tdmcli.errors import Code
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.facts import history_findings
from tdmcli.workflows.forecast_level import place_of
from tdmcli.workflows.ranges import disagreement

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.domain.history import History, RegimenPeriod
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.forecast_candidates import Seen
    from tdmcli.workflows.model_course import ModelCourse

_HANDLED = frozenset({Code.MISSED_DOSE, Code.DOSE_CHANGED_SINCE, Code.NOT_STEADY_STATE})  # the model counts these in


def needed(facts: Facts, history: History) -> tuple[RegimenPeriod, ProductRow]:
    """Return the regimen in force and its product.

    Raises:
        Refused: none is in force, its product is not known, or it is not taken by mouth.

    """
    if facts.current is None:
        settle(history_findings(facts, Position.UNDETERMINED), frozenset())
    period = period_at(history, facts.now)
    if facts.current is None or period is None:
        raise refuse(Code.MISSING_REGIMEN, what="none is in force in the patient file")
    if period.regimen.product is None:
        raise refuse(Code.MISSING_PRODUCT)
    for one in history.regimens:  # a model of apparent clearance can't tell a swallowed mg from one that was not
        if one.route != "oral" and one.start <= facts.now:
            raise refuse(Code.NOT_ORAL, route=one.route)
    return period, period.regimen.product


def refuse_change_to_come(facts: Facts, history: History, period: RegimenPeriod, until: datetime) -> None:
    """Refuse where the file changes the dose later on, or until an hour a drug that moves the level."""
    coming = [(day_of(one.start, history.zone), "another regimen") for one in history.regimens if one.start > facts.now]
    if period.stop is not None:
        coming.append((day_of(period.stop, history.zone), "no dose"))
    rows = read_interactions_naming(drug.name for drug in history.drugs)
    last = day_of(until, history.zone)
    for drug in history.drugs:
        row = find_drug(drug.name, rows)
        if row is None or direction_of(row) is None:
            continue
        if facts.today < drug.start <= last:
            coming.append((drug.start, clean(drug.name)))
        elif drug.stop is not None and facts.today <= drug.stop < last:
            coming.append((drug.stop + timedelta(days=1), f"no {clean(drug.name)}"))
    if coming:
        day, what = min(coming)
        raise refuse(Code.CHANGE_TO_COME, what=what, day=day.isoformat())


def refuse_without_newest(facts: Facts, course: ModelCourse) -> None:
    """Refuse where no level can be used, or the newest one is not: an older one must not outvote it (R46).

    Raises:
        Refused: so, with why; or the newest is a limit alone, or two doses lie too close before it.

    """
    reasons = dict(course.ignored)
    newest = facts.drawn
    if newest is None or not course.levels:
        why = "; ".join(dict.fromkeys(reasons.values()))
        raise refuse(Code.MISSING_LEVEL, why=f" in the patient file{f': {why}' if why else ''}")
    if newest not in course.records:
        day = newest.taken.date()
        raise refuse(Code.MISSING_LEVEL, why=f": the newest, of {day}, is set aside: {reasons.get(newest, 'unused')}")
    if not newest.level.is_number:
        raise refuse(Code.CENSORED_LEVEL, level=newest.level.text)


def refuse_doses_too_close(facts: Facts, course: ModelCourse, history: History) -> None:
    """Refuse where the file has two doses much closer than an interval that the newest level or the future shows."""
    policy = read_policy().forecast
    seen = facts.now if facts.drawn is None else min(facts.drawn.taken, facts.now)
    since = seen - timedelta(days=policy.unknown_doses_days)
    for before, after in course.taken.close:
        if after >= since:
            at = f"{after.astimezone(history.zone):%Y-%m-%d %H:%M}"
            raise refuse(Code.DOSES_TOO_CLOSE, at=at, hours=show(hours_between(before, after), 1))


def after_newest(facts: Facts, course: ModelCourse) -> tuple[Finding, ...]:
    """Return what is open of the doses since the newest level: no level has shown it yet."""
    drawn = course.records[-1].taken
    return tuple(
        Finding(Code.MISSED_DOSE, {"why": f"{one.why}; it came after the last level, and the next ones will show it"})
        for one in course.taken.doubts
        if drawn < one.at and days_between(one.at, facts.now) <= one.days
    )


def about_level(facts: Facts, aim: Aim) -> tuple[Finding, ...]:
    """Return what the file says against its last level, less what the model counts in: time, dose, steady state."""
    where = place_of(facts, aim)
    if facts.level is None:
        return history_findings(facts, where)
    handled = _handled(facts)
    findings = tuple(one for one in history_findings(facts, where) if one.code not in handled)
    findings += check_size_for_dose(facts.level, read_policy().level)
    if where is Position.UNDETERMINED:
        return findings
    if aim.ranges is not None:
        findings += disagreement(facts.level, aim.low, aim.high, aim.row, aim.ranges)
    if aim.aim is not None:
        findings += check_far_below(facts.level.text, facts.level.value_ng_ml, aim.aim, read_policy().dose)
    return findings


def _handled(facts: Facts) -> frozenset[Code]:
    """Return what the model counts in; how much of a vomited dose was absorbed it can't know."""
    kinds = {one.kind for one in facts.record.history.events} if facts.record else set()
    told, vomited = "missed-dose" in kinds, "vomited" in kinds
    return _HANDLED if told and not vomited else _HANDLED - {Code.MISSED_DOSE}


def refuse_far_above(facts: Facts, now: Seen, aim: Aim) -> None:
    """Refuse where the last level, or the trough ahead, is so far above the aim that no cut is an answer (R57)."""
    if aim.aim is None:
        return
    ahead = from_float(now.found.trough_ng_ml.median)
    levels = {f"{show(ahead)} ng/mL ahead": ahead}
    if facts.level is not None and place_of(facts, aim) is not Position.UNDETERMINED:
        levels[facts.level.text] = facts.level.value_ng_ml
    for text, level in levels.items():
        settle(check_far_above(text, level, aim.aim, read_policy().dose), frozenset())
