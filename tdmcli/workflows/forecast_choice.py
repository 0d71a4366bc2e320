"""Which regimen a forecast proposes (R56-R59)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import show, show_percent
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.forecast_candidates import change_percent, over_cap, position_of

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.forecast_candidates import Seen


class Held(NamedTuple):
    """What the last level says of a change.

    `out` is the side of the range it lies on for sure: beyond the margin, or like the level before it (R58).
    `in_range`: it lies in the range, at steady state on the dose of now (R58). `no_increase` is what forbids an
    increase, or empty; `timed` whether the file has the time of its last dose.
    """

    out: Position | None
    in_range: bool
    no_increase: str
    timed: bool


def choose(
    seen: tuple[Seen, ...], current: Regimen, aim: Aim, held: Held
) -> tuple[Seen, str | None, tuple[Finding, ...]]:
    """Return the regimen to propose, why it is the current one, and what is to be said.

    The highest probability of a trough in the range decides, within the largest increase (R56) and never the wrong
    way. The current dose stays where its trough is predicted in range, or just outside while no level was out (R58).
    """
    policy = read_policy().dose
    now = next(one for one in seen if one.regimen.day_mg == current.day_mg)
    trough = now.found.trough_ng_ml.median
    where = position_of(trough, aim)
    if where is Position.WITHIN:
        return now, "its trough is predicted in range", ()
    if held.in_range:
        return now, "the last level lay in range on it; the trough predicted does not: repeat the level", ()
    margin = float(policy.marginal_percent) / 100
    if held.out is not where and float(aim.low) * (1 - margin) <= trough <= float(aim.high) * (1 + margin):
        values = {"level": f"The trough predicted, {trough:.1f} ng/mL,", "percent": show(policy.marginal_percent)}
        return now, "repeat the level first", (Finding(Code.REPEAT_BEFORE_CHANGING, values),)
    if where is Position.BELOW and held.no_increase:
        values = {"change": "increase", "why": held.no_increase}
        return now, "repeat the level first", (Finding(Code.HELD_BY_TIMING, values),)
    right_way = [one for one in seen if one is now or _moves(one, current, where)]
    allowed = [one for one in right_way if not over_cap(one.regimen, current)]

    def liking(one: Seen) -> tuple[float, Decimal]:
        return round(one.found.probability_in_range, 6), -abs(one.regimen.daily_dose_mg - current.daily_dose_mg)

    best, free = max(allowed, key=liking), max(right_way, key=liking)
    findings = _about_change(best, free, current, held)
    kept = (
        "no step of whole units is within the cap"
        if free is not best
        else "no other regimen is likelier to reach the range"
    )
    return best, kept if best is now else None, findings


def _moves(one: Seen, current: Regimen, where: Position) -> bool:
    """Return whether a regimen changes the daily dose towards the range."""
    change = one.regimen.daily_dose_mg - current.daily_dose_mg
    return change > 0 if where is Position.BELOW else change < 0


def _about_change(best: Seen, free: Seen, current: Regimen, held: Held) -> tuple[Finding, ...]:
    policy = read_policy().dose
    found: tuple[Finding, ...] = ()
    if free is not best:
        values = {
            "unrounded": show(free.regimen.daily_dose_mg),
            "capped": show(best.regimen.daily_dose_mg),
            "limit": f"{show(policy.max_increase_percent)} %",
        }
        found = (Finding(Code.CAPPED, values),)
    change = change_percent(best.regimen, current)
    if change < -policy.large_decrease_percent and not held.timed:
        found += (Finding(Code.LARGE_DECREASE_UNVERIFIED, {"percent": show_percent(change)}),)
    return found
