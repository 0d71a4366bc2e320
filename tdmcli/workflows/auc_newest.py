"""What the newest level of a patient file says, also where it is none of the interval's (R31, R32, R57)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.history import hours_between, usable_levels
from tdmcli.domain.sample_checks import check_previous
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_far_above
from tdmcli.domain.units import show
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.adjust_data import AdjustQuestion
from tdmcli.workflows.aim import find_aim
from tdmcli.workflows.auc_samples import is_early, is_late, with_dose
from tdmcli.workflows.facts import history_findings

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.domain.history import History, LevelRecord
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.auc_data import AucQuestion
    from tdmcli.workflows.auc_samples import Interval
    from tdmcli.workflows.facts import Facts


def newest_outside(facts: Facts, interval: Interval) -> LevelRecord | None:
    """Return the newest level of the file where it is none of the interval's."""
    return None if facts.record is None or facts.drawn in interval.records else facts.drawn


def about_newest(question: AucQuestion, facts: Facts, interval: Interval, product: ProductRow) -> tuple[Finding, ...]:
    """Return that levels after an older dose are not of the interval, and what the newest level says that is not.

    An area that leaves out a newest level which contradicts it, or is far too high, is none.
    """
    if facts.record is None:
        return ()
    zone = facts.record.history.zone
    findings: tuple[Finding, ...] = ()
    if interval.older is not None and interval.records:
        taken = interval.older.taken.astimezone(zone)
        values = {
            "day": taken.date().isoformat(),
            "trough": f"{interval.records[0].taken.astimezone(zone):%Y-%m-%d %H:%M}",
            "moment": taken.replace(tzinfo=None).isoformat(timespec="seconds" if taken.second else "minutes"),
        }
        findings += (Finding(Code.OLDER_PROFILE, values),)
    newest = newest_outside(facts, interval)
    if newest is None:
        return findings
    at = newest.taken.astimezone(zone)
    values = {
        "level": newest.level.text,
        "taken": at.date().isoformat() if newest.untimed else f"{at:%Y-%m-%d %H:%M}",
        "why": _why_outside(facts.record.history, newest, facts.now),
        "use": "; with its time and last_dose the level could be used"
        if newest.untimed or newest.last_dose is None
        else "",
    }
    findings += (Finding(Code.NOT_OF_INTERVAL, values),)
    against = too_high(question, facts, interval, product) + about_last(facts, interval)
    return findings + tuple(one for one in against if one.code in {Code.DISCREPANT, Code.TOO_HIGH_TO_SCALE})


def _why_outside(history: History, newest: LevelRecord, now: datetime) -> str:
    if newest.untimed:
        return "the file has its date only"
    record = with_dose(history, newest, usable_levels(history, now)[0])
    if record.last_dose is None:
        return "its last dose is not known"
    if record.last_dose >= record.taken:
        return "its last dose is not before it"
    if is_late(history, record):
        return f"it was drawn {show(hours_between(record.last_dose, record.taken), 1)} h after its last dose"
    return f"it is of another interval, within {show(read_policy().forecast.same_visit_h)} h of these levels [policy]"


def too_high(
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


def _fell(history: History, before: LevelRecord | None, drawn: LevelRecord) -> bool:
    """Return whether a level is lower than one soon after a dose before it."""
    return before is not None and drawn.level.value_ng_ml < before.level.value_ng_ml and is_early(history, before)


def about_last(facts: Facts, interval: Interval) -> tuple[Finding, ...]:
    """Return what the file says against its last level, which may be none of the interval's (R32, R48-R55)."""
    if facts.record is None or facts.drawn is None:
        return ()
    history = facts.record.history
    meant = {facts.drawn, facts.before} <= set(interval.records) or _fell(history, facts.before, facts.drawn)
    findings = tuple(
        one
        for one in history_findings(facts, Position.UNDETERMINED)
        if not (meant and one.code is Code.DISCREPANT)  # levels around one dose differ, and a trough is below a peak
    )
    if is_early(history, facts.drawn):
        return findings
    used, _ = usable_levels(history, facts.now)
    troughs = [one for one in used if one.last_dose is not None and one.taken < facts.drawn.taken]
    before = next((one for one in reversed(troughs) if not one.untimed and not is_early(history, one)), None)
    return findings + check_previous(history, facts.drawn, before, read_policy().level.previous_ratio)
