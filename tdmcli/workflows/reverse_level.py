"""The level that `interact --reverse` explains, and the level before it: a steady trough, or none to compare with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain.counted_levels import judge_levels
from tdmcli.domain.findings import refuse
from tdmcli.domain.units import show
from tdmcli.errors import Code
from tdmcli.tables.readers import read_interactions_naming, read_policy, read_products
from tdmcli.workflows.reverse_cause import Sample

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.counted_levels import Judged
    from tdmcli.domain.history import History, LevelRecord, RegimenPeriod
    from tdmcli.workflows.facts import Facts


def find_sample(facts: Facts) -> Sample:
    """Return the level that is asked about, with the regimen that gave it and the levels before it.

    Raises:
        Refused: there is none.

    """
    if facts.record is None:
        if facts.level is None:
            raise refuse(Code.MISSING_LEVEL, why="")
        return Sample(past.LevelRecord(facts.now, facts.level), facts.now, untold=True)
    history = facts.record.history
    record = _asked(facts, history)
    earlier = [one for one in _judged(history, record) if one.record.taken < record.taken]
    alike = [one for one in earlier if _unlike(one) is None]
    usable = [one for one in earlier if all(found.code is not Code.LEVEL_IGNORED for found in one.against)]
    last = usable[-1] if usable else None
    moment = past.dosed_at(history, record)
    return Sample(
        record,
        moment,
        past.period_at(history, moment),
        previous=alike[-1].record if alike else None,
        previous_period=alike[-1].period if alike else None,
        before=last.record if last else None,
        unlike=_unlike(last) if last else None,
        untold=facts.level_given,
    )


def _asked(facts: Facts, history: History) -> LevelRecord:
    """Return the level that was typed, else the last of the file, flagged or not, that none corrects (R54).

    Raises:
        Refused: the file has none.

    """
    if facts.level_given and facts.drawn is not None:
        return facts.drawn
    used, ignored = past.usable_levels(history, facts.now + timedelta(minutes=read_policy().stale.future_minutes))
    flagged = [one for one, _ in ignored if one.flags and one.taken <= facts.now and not _corrected(one, history)]
    records = sorted([*used, *flagged], key=lambda one: one.taken)
    if not records:
        raise refuse(Code.MISSING_LEVEL, why=" in the patient file")
    return records[-1]


def _corrected(record: LevelRecord, history: History) -> bool:
    return any(one is not record and one.corrects == record.taken for one in history.levels)


def _judged(history: History, record: LevelRecord) -> tuple[Judged, ...]:
    policy = read_policy()
    usual = {row.intervals_h[0] for row in read_products()}
    soonest = min(one.refuse_before for one in policy.sampling if one.interval_h in usual)
    rows = read_interactions_naming(drug.name for drug in history.drugs)
    return judge_levels(history, record.taken, rows, policy, soonest)


def _unlike(one: Judged) -> str | None:
    """Return why a level is no steady trough to compare with, in words, or None where it is one."""
    for found in (*one.against, *one.moving):
        return found.code.value.replace("_", " ").lower()
    hours = hours_of_clock(one.period, one.record)
    return None if hours is None else f"by the regimen's clock drawn {show(hours, 1)} h after an intake"


def hours_of_clock(period: RegimenPeriod | None, record: LevelRecord) -> Decimal | None:
    """Return the hours since the intake of the regimen's clock where they are those of no trough; else None.

    The clock is asked only where the file does not say when the last dose was taken.
    """
    if period is None or record.untimed or record.last_dose is not None:
        return None
    interval_h = period.regimen.interval_h
    window = next((one for one in read_policy().sampling if one.interval_h == interval_h), None)
    hours = past.hours_by_the_clock(period, record.taken)
    return hours if window is not None and window.late_after - interval_h < hours < window.early_before else None
