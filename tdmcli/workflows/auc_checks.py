"""What is said against the levels of one interval: their size, and what a patient file tells of them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding
from tdmcli.domain.history import days_on_dose, dosed_at, hours_between, usable_levels
from tdmcli.domain.limited_sampling import Sample, falls_after_dose
from tdmcli.domain.sample_checks import check_events
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_size, check_steady_state
from tdmcli.domain.units import show
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.tables.rows import Release
from tdmcli.workflows.auc_newest import newest_outside
from tdmcli.workflows.auc_samples import is_early
from tdmcli.workflows.facts import history_findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.domain.history import LevelRecord
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.auc_samples import Interval
    from tdmcli.workflows.facts import Facts


def sizes(facts: Facts, interval: Interval) -> tuple[Finding, ...]:
    """Return what the levels' size says (R31), and of the newest one: critical refuses; high is said of a trough."""
    policy = read_policy().level
    levels = [(one.level, not one.hours) for one in interval.samples]
    newest = newest_outside(facts, interval)
    if facts.record is not None and newest is not None:
        levels.append((newest.level, not is_early(facts.record.history, newest)))
    said = {Code.CRITICAL_LEVEL, Code.ABOVE_ASSAY_RANGE}
    return tuple(
        finding._replace(refuses=finding.code is Code.CRITICAL_LEVEL)
        for level, trough in levels
        for finding in check_size(level, policy)
        if finding.code in said or trough
    )


def shape(interval: Interval, regimen: Regimen, release: Release) -> tuple[Finding, ...]:
    """Refuse levels that fall after a dose, and troughs around it that contradict each other: none have an area (R32).

    A level drawn just before the dose counts here where it is no C0, its own dose being too long ago.
    """
    policy, interval_h, samples = read_policy(), regimen.interval_h, interval.samples
    trough_h = next((one.refuse_before for one in policy.sampling if one.interval_h == interval_h), Decimal(interval_h))
    before, dose_at = interval.before, interval.dose_at
    if before is not None and dose_at is not None and samples and samples[0].hours:
        just = hours_between(before.taken, dose_at) <= interval_h - trough_h
        samples = (Sample(Decimal(0), before.level), *samples) if just else samples
    lowest = policy.auc.lowest_after_dose_percent
    found = falls_after_dose(samples, trough_h, lowest, prompt=release is Release.IMMEDIATE)
    return (() if found is None else (found,)) + _around(samples, trough_h, policy.level.previous_ratio)


def _around(samples: tuple[Sample, ...], trough_h: Decimal, ratio: Decimal) -> tuple[Finding, ...]:
    """Refuse a trough after a dose that contradicts the one before it, like two of two days."""
    first = next((one.level for one in samples if not one.hours and one.level.is_number), None)
    for one in samples:
        if first is None or one.hours < trough_h or not one.level.is_number:
            continue
        low, high = sorted((first.value_ng_ml, one.level.value_ng_ml))
        if high > low * ratio:
            values = {"level": f"{one.level.text} ({show(one.hours, 1)} h after a dose)", "before": first.text}
            return (Finding(Code.DISCREPANT, {**values, "ratio": show(ratio)}, refuses=True),)
    return ()


def small_without_age(facts: Facts) -> tuple[Finding, ...]:
    """Refuse to take someone small for an adult (R28)."""
    weight = facts.weight_kg
    if facts.population is not None or weight is None or weight >= read_policy().weight.age_needed_below_kg:
        return ()
    return (Finding(Code.MISSING_AGE, {"what": f"An area at {show(weight)} kg"}, refuses=True),)


def against_file(facts: Facts, interval: Interval) -> tuple[Finding, ...]:
    """Return what the file says against the levels, as if the first of them were the level asked about.

    Where no level has a known last dose it is the last one that counts: a model may still use it.
    """
    regimen = interval.regimen
    if facts.record is None or regimen is None or not interval.records:
        return history_findings(facts, Position.UNDETERMINED)
    history, first = facts.record.history, interval.records[0]
    since = interval.dose_at or dosed_at(history, first)
    on_dose = days_on_dose(history, since)
    as_level = facts._replace(
        level=first.level,
        drawn=first,
        before=None if interval.samples[0].hours else interval.before,
        sampled=regimen,
        hours_after_dose=interval.samples[0].hours,  # known: nothing is guessed by the regimen's clock
    )
    findings = interval.findings + history_findings(as_level, Position.UNDETERMINED)
    findings += check_events(history, interval.records[-1].taken, Decimal(regimen.interval_h), read_policy().event)
    last = interval.records[-1].taken
    if interval.dose_at is not None and any(interval.dose_at < one.start < last for one in history.regimens):
        why = "another regimen began between its dose and the last sample"
        findings += (Finding(Code.MISSED_DOSE, {"why": why}, refuses=True),)
    findings += contradictions(interval.records, usable_levels(history, facts.now)[0])
    if on_dose is not None and regimen.product is not None:
        policies = read_policy().steady_state
        findings += check_steady_state(on_dose[0], on_dose[1], Position.UNDETERMINED, regimen.product.release, policies)
    if interval.dose_at is None and facts.current not in {None, regimen}:
        what = f"of the regimen when the trough was drawn ({regimen.text}), not of the one now"
        findings += (Finding(Code.OTHER_SITUATION, {"what": what}, refuses=True),)
    return findings


def contradictions(records: Iterable[LevelRecord], others: Iterable[LevelRecord]) -> tuple[Finding, ...]:
    """Return each level after whose own last dose another level names one that was before its sample."""
    named = sorted({one.last_dose for one in others if one.last_dose is not None})
    within = timedelta(minutes=read_policy().auc.sample_minutes)  # nearer, it is the same dose
    findings: tuple[Finding, ...] = ()
    for record in records:
        if record.last_dose is None or record.untimed:
            continue
        between = next((dose for dose in named if record.last_dose + within < dose < record.taken), None)
        if between is not None:
            what = f"another level names a dose at {between:%Y-%m-%d %H:%M}"
            why = f"{what}, between the last dose of {record.level.text} and its sample"
            findings += (Finding(Code.MISSED_DOSE, {"why": why}, refuses=True),)
    return findings
