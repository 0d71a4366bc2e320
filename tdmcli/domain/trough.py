"""What may be said of a level before it is used: plausible, a trough, at steady state, recent, near its aim.

Each check returns findings; none changes a number. Rules: SAFETY R31, R37, R42-R44, R46, R57.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import Level, show
from tdmcli.errors import Code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from tdmcli.tables.policy import DosePolicy, LevelPolicy, SamplingPolicy, StalePolicy, SteadyStatePolicy
    from tdmcli.tables.rows import Release


class Change(StrEnum):
    """What last changed before a level, and so which way the level is still moving."""

    START = "start"
    INCREASE = "increase"
    DECREASE = "decrease"


RISING = frozenset({Change.START, Change.INCREASE})


def check_size(level: Level, policy: LevelPolicy) -> tuple[Finding, ...]:
    """Return a finding for each limit that a level passes, the highest first (R31)."""
    limits = (
        (Code.CRITICAL_LEVEL, policy.critical),
        (Code.ABOVE_ASSAY_RANGE, policy.above_assay),
        (Code.HIGH_LEVEL, policy.high),
    )
    return tuple(
        Finding(code, {"level": level.text, "limit": show(limit)})
        for code, limit in limits
        if level.value_ng_ml > limit
    )


def check_size_for_dose(level: Level, policy: LevelPolicy) -> tuple[Finding, ...]:
    """Return what `check_size` finds, a critical level refusing: no dose is worked out from it (R31)."""
    return tuple(one._replace(refuses=one.code is Code.CRITICAL_LEVEL) for one in check_size(level, policy))


def check_sample_time(
    hours: Decimal | None, interval_h: int, policies: Iterable[SamplingPolicy]
) -> tuple[Finding, ...]:
    """Return what the hours between dose and sample say of a level as a trough (R42, R43).

    After an early sample the true trough is lower: no decrease on it; after a late one it was higher: no increase.
    Nothing is found when the hours are not known.
    """
    if hours is None:
        return ()
    window = next((policy for policy in policies if policy.interval_h == interval_h), None)
    values = {"hours": show(hours, 1), "interval": str(interval_h)}
    if hours == 0:
        return (Finding(Code.SAMPLE_AT_DOSE, values, refuses=True),)
    if window is None:
        return (Finding(Code.UNTIMED_LEVEL, {"why": f"no hours are set for a {interval_h}-hourly trough"}),)
    if hours < window.refuse_before:
        return (Finding(Code.NOT_A_TROUGH, {**values, "limit": show(window.refuse_before)}, refuses=True),)
    if hours > window.refuse_after:
        why = f"drawn {values['hours']} h after the last dose, later than {show(window.refuse_after)} h [policy]"
        return (Finding(Code.MISSED_DOSE, {"why": why}, refuses=True),)
    if hours < window.early_before:
        return (Finding(Code.EARLY_SAMPLE, values),)
    if hours > window.late_after:
        return (Finding(Code.LATE_SAMPLE, values),)
    return ()


def check_steady_state(
    days: Decimal | None,
    change: Change | None,
    position: Position,
    release: Release,
    policies: Iterable[SteadyStatePolicy],
) -> tuple[Finding, ...]:
    """Return what the days on an unchanged dose say, with its direction (R44).

    A level that is still rising and already above the range may lower the dose; one still falling and already
    below may raise it; else too few days refuse any change.
    """
    if days is None:
        return ()
    policy = next(policy for policy in policies if policy.release is release)
    needed = {
        Position.BELOW: policy.increase_days,
        Position.UNDETERMINED: max(policy.increase_days, policy.decrease_days),
    }.get(position, policy.decrease_days)
    if days >= needed:
        return ()
    values = {"days": show(days, 1), "needed": show(needed), "left": show(needed - days, 1)}
    why = {"why": f"on this dose for {values['days']} d"}
    if position is Position.ABOVE and change in RISING:
        return (Finding(Code.STILL_RISING, why),)
    if position is Position.BELOW and change is Change.DECREASE:
        return (Finding(Code.STILL_FALLING, why),)
    return (Finding(Code.NOT_STEADY_STATE, values, refuses=position is not Position.WITHIN),)


def check_age(age_days: Decimal, days_after_transplant: int | None, policy: StalePolicy) -> tuple[Finding, ...]:
    """Return whether a level is too old to decide a dose (R46)."""
    early = days_after_transplant is not None and days_after_transplant < policy.first_days
    limit = policy.refuse_in_first_days if early else policy.refuse_later_days
    values = {"age": show(age_days, 0), "limit": str(limit)}
    if age_days > limit:
        return (Finding(Code.STALE_LEVEL, values, refuses=True),)
    if not early and age_days > policy.warn_later_days:
        return (Finding(Code.AGEING_LEVEL, {"age": values["age"], "limit": str(policy.warn_later_days)}),)
    return ()


def check_far_above(text: str, level_ng_ml: Decimal, aim_ng_ml: Decimal, policy: DosePolicy) -> tuple[Finding, ...]:
    """Return a refusal where a level is so far above its aim that no cut of the dose is an answer (R57)."""
    if level_ng_ml <= policy.refuse_above_aims * aim_ng_ml:
        return ()
    return (Finding(Code.TOO_HIGH_TO_SCALE, _beside_aim(text, aim_ng_ml, policy), refuses=True),)


def check_far_below(text: str, level_ng_ml: Decimal, aim_ng_ml: Decimal, policy: DosePolicy) -> tuple[Finding, ...]:
    """Return a finding where a level is so far below its aim that missed doses are likelier than a low dose."""
    if level_ng_ml * policy.refuse_above_aims >= aim_ng_ml:
        return ()
    return (Finding(Code.VERY_LOW, _beside_aim(text, aim_ng_ml, policy)),)


def _beside_aim(text: str, aim_ng_ml: Decimal, policy: DosePolicy) -> dict[str, str]:
    return {"level": text, "aim": show(aim_ng_ml), "times": show(policy.refuse_above_aims)}
