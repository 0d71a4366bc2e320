"""What a patient file says against an area by a fitted model: where in doubt there is none (R31, R32, R51, R57)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.history import days_on_dose, usable_levels
from tdmcli.domain.sample_checks import check_previous
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_far_above, check_size, check_steady_state
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.adjust_data import AdjustQuestion
from tdmcli.workflows.aim import find_aim
from tdmcli.workflows.auc_checks import contradictions
from tdmcli.workflows.auc_samples import is_early
from tdmcli.workflows.facts import history_findings

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.domain.history import History
    from tdmcli.domain.regimen import Regimen
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.auc_data import AucQuestion
    from tdmcli.workflows.auc_samples import Interval
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.model_course import ModelCourse


def against_levels(question: AucQuestion, facts: Facts, interval: Interval, regimen: Regimen) -> tuple[Finding, ...]:
    """Return what speaks against the last level, and a trough alone against speaking of the interval of now."""
    findings = _too_high(question, facts, interval, regimen.product)
    findings += _about_last(facts, interval)
    if interval.dose_at is None:
        findings += _not_of_now(facts, interval.regimen if interval.records else facts.sampled)
    return findings


def against_course(
    history: History, course: ModelCourse, now: datetime, interval: tuple[datetime, datetime]
) -> tuple[Finding, ...]:
    """Return what speaks against any level that is fitted, and the doses not kept before or in the interval."""
    policy = read_policy()
    critical = (
        one._replace(refuses=True)
        for record in course.records
        for one in check_size(record.level, policy.level)
        if one.code is Code.CRITICAL_LEVEL
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
    """Return a missed dose that the interval still shows, and any vomited one: what of it was absorbed is not known."""
    start, end = interval
    since = start - timedelta(days=read_policy().event.recent_days)
    for event in history.events:
        day = event.at.astimezone(history.zone).date().isoformat()
        if event.kind == "vomited" and event.at <= now:
            why = f"a dose was vomited on {day}, and how much of it was absorbed is not known"
            return (Finding(Code.MISSED_DOSE, {"why": why}, refuses=True),)
        if event.kind == "missed-dose" and since <= event.at < end and event.at <= now:
            why = f"a dose was missed on {day}, shortly before the interval or in it"
            return (Finding(Code.MISSED_DOSE, {"why": why}, refuses=True),)
    return ()


def _too_high(
    question: AucQuestion, facts: Facts, interval: Interval, product: ProductRow | None
) -> tuple[Finding, ...]:
    """Return whether the last level is many times a known aim (R57); hours after a dose its trough is asked instead."""
    level = facts.level
    for sample, record in zip(interval.samples, interval.records, strict=False):
        if record == facts.drawn and sample.hours:
            level = None if interval.samples[0].hours else interval.samples[0].level
    if level is None or product is None:
        return ()
    try:
        aim = find_aim(AdjustQuestion(question.asked), facts, product).aim
    except Refused:
        return ()
    return () if aim is None else check_far_above(level.text, level.value_ng_ml, aim, read_policy().dose)


def _about_last(facts: Facts, interval: Interval) -> tuple[Finding, ...]:
    """Return what the file says against its last level, which may be none of the interval's (R32, R48-R55)."""
    if facts.record is None or facts.drawn is None:
        return ()
    same = {facts.drawn, facts.before} <= set(interval.records)
    findings = tuple(
        one
        for one in history_findings(facts, Position.UNDETERMINED)
        if not (same and one.code is Code.DISCREPANT)  # levels around one dose are meant to differ
    )
    history = facts.record.history
    if facts.drawn.last_dose is None or is_early(history, facts.drawn):
        return findings
    used, _ = usable_levels(history, facts.now)
    troughs = [one for one in used if one.last_dose is not None and one.taken < facts.drawn.taken]
    before = next((one for one in reversed(troughs) if not one.untimed and not is_early(history, one)), None)
    return findings + check_previous(history, facts.drawn, before, read_policy().level.previous_ratio)


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
