"""What a patient file says against an area by a fitted model: where in doubt there is none (R31, R32, R51, R57)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding
from tdmcli.domain.history import days_on_dose
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_size_for_dose, check_steady_state
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.auc_checks import contradictions
from tdmcli.workflows.auc_newest import about_last, too_high

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.domain.history import History
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.auc_data import AucQuestion
    from tdmcli.workflows.auc_samples import Interval
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.model_course import ModelCourse


def against_levels(question: AucQuestion, facts: Facts, interval: Interval, regimen: Regimen) -> tuple[Finding, ...]:
    """Return what speaks against the last level, and a trough alone against speaking of the interval of now."""
    findings = too_high(question, facts, interval, regimen.product)
    findings += about_last(facts, interval)
    if interval.dose_at is None:
        findings += _not_of_now(facts, interval.regimen if interval.records else facts.sampled)
    return findings


def against_course(
    history: History, course: ModelCourse, now: datetime, interval: tuple[datetime, datetime]
) -> tuple[Finding, ...]:
    """Return what speaks against any level that is fitted, and the doses not kept before or in the interval."""
    policy = read_policy()
    critical = (
        one for record in course.records for one in check_size_for_dose(record.level, policy.level) if one.refuses
    )
    at_dose = (
        Finding(Code.SAMPLE_AT_DOSE, refuses=True)
        for one in course.records
        if one.last_dose is not None and abs(one.taken - one.last_dose) < timedelta(minutes=1)
    )
    return (
        *critical,
        *at_dose,
        *contradictions(course.records, course.records),
        *_not_kept(history, now, interval),
    )


def _not_kept(history: History, now: datetime, interval: tuple[datetime, datetime]) -> tuple[Finding, ...]:
    """Return a missed or vomited dose that the interval still shows.

    A missed dose is left out of the fit, levels soon after a vomited one are set aside: before that neither counts.
    """
    start, end = interval
    recent = timedelta(days=read_policy().event.recent_days)
    for event in (one for one in history.events if one.at <= now):
        day = event.at.astimezone(history.zone).date().isoformat()
        shown = start - recent <= event.at < end
        if event.kind == "vomited" and shown:
            why = f"a dose was vomited on {day}, and how much of it was absorbed is not known"
            return (Finding(Code.MISSED_DOSE, {"why": why}, refuses=True),)
        if event.kind == "missed-dose" and shown:
            why = f"a dose was missed on {day}, shortly before the interval or in it"
            return (Finding(Code.MISSED_DOSE, {"why": why}, refuses=True),)
    return ()


def _not_of_now(facts: Facts, then: Regimen | None) -> tuple[Finding, ...]:
    """Return why a trough does not tell of the interval of now: another regimen, or no steady state."""
    now = facts.current
    if facts.record is None or then is None or now is None or now.product is None:
        return ()
    if now != then:
        values = {"sampled": then.text, "current": now.text, "trough": "a level not yet measured"}
        return (Finding(Code.DOSE_CHANGED_SINCE, values, refuses=True),)
    policies, release = read_policy().steady_state, now.product.release
    on_dose = days_on_dose(facts.record.history, facts.now)
    findings = check_steady_state(facts.days_on_dose, facts.change, Position.UNDETERMINED, release, policies)
    if on_dose is not None:
        findings += check_steady_state(on_dose[0], on_dose[1], Position.UNDETERMINED, release, policies)
    return findings
