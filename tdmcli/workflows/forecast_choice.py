"""Which regimen a forecast proposes (R56-R59)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import show, show_percent
from tdmcli.errors import Code
from tdmcli.tables.policy import After
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.forecast_candidates import change_percent, over_cap, position_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.forecast_candidates import Seen
    from tdmcli.workflows.forecast_level import LastLevel

_REPEAT = "repeat the level first"


class Choice(NamedTuple):
    """The regimen to propose, why it is the current one, what the next level comes after, and what is to be said."""

    best: Seen
    kept: str | None
    after: After
    findings: tuple[Finding, ...] = ()


def choose(seen: Sequence[Seen], current: Regimen, aim: Aim, last: LastLevel, *, aimed: bool, too_near: bool) -> Choice:
    """Return the regimen to propose.

    Args:
        seen: what the regimens would give.
        current: the one taken now.
        aim: the range, and the level aimed at.
        last: what the last level says.
        aimed: the aim was asked for: it decides among chances that are the same.
        too_near: the trough asked for comes too soon to choose a dose by it.

    Raises:
        Refused: two levels in a row lie on a side of the range where the model does not see the dose of now.

    """
    now = next(one for one in seen if one.regimen.day_mg == current.day_mg)
    where = position_of(now.found.trough_ng_ml.median, aim)
    held = _held(now, where, aim, last)
    if held is not None:
        return held
    if too_near:
        return Choice(now, "the trough asked for is too near to choose a dose by", After.REPEAT)
    return _likeliest(seen, now, current, aim, last, aimed=aimed)


def _held(now: Seen, where: Position, aim: Aim, last: LastLevel) -> Choice | None:
    """Return why the dose stays, or None where it may change: the level goes before the model (R44, R58)."""
    trough, policy = now.found.trough_ng_ml.median, read_policy().dose
    if last.where in {Position.BELOW, Position.ABOVE} and last.sampled is None and where is not last.where:
        values = {"level": last.text, "where": str(last.where), "trough": f"{trough:.1f}"}
        against = Finding(Code.LEVEL_AGAINST_MODEL, values, refuses=last.steady and last.twice and last.far)
        if against.refuses:
            raise Refused(against)
        if last.out is not None or where is not Position.WITHIN:
            return Choice(now, _REPEAT, After.REPEAT, (against,))
    if where is Position.WITHIN:
        after = After.KEEP if last.steady and last.where is where else After.REPEAT
        after = After.CHANGE if last.sampled is not None else after
        return Choice(now, "its trough is predicted in range", after)
    if last.scaled is not None and last.scaled is not where:
        return Choice(now, "the dose was changed since the last level: measure on it first", After.CHANGE)
    if last.sampled is None and last.where is Position.WITHIN:
        why = "the last level lay in range on it; the trough predicted does not: repeat the level"
        return Choice(now, why, After.REPEAT)
    percent = show(policy.marginal_percent)
    if last.steady and last.out is None and last.where is not Position.UNDETERMINED:
        values = {"level": f"The last level, {last.text},", "percent": percent}
        return Choice(now, _REPEAT, After.REPEAT, (Finding(Code.REPEAT_BEFORE_CHANGING, values),))
    margin = float(policy.marginal_percent) / 100
    if last.out is not where and float(aim.low) * (1 - margin) <= trough <= float(aim.high) * (1 + margin):
        values = {"level": f"The trough predicted, {trough:.1f} ng/mL,", "percent": percent}
        return Choice(now, _REPEAT, After.REPEAT, (Finding(Code.REPEAT_BEFORE_CHANGING, values),))
    if where is Position.BELOW and last.no_increase:
        values = {"change": "increase", "why": last.no_increase}
        return Choice(now, _REPEAT, After.REPEAT, (Finding(Code.HELD_BY_TIMING, values),))
    return None


def _likeliest(seen: Sequence[Seen], now: Seen, current: Regimen, aim: Aim, last: LastLevel, *, aimed: bool) -> Choice:
    """Return the change towards the range that is likeliest to reach it, of equal chances the smallest in range."""
    where = position_of(now.found.trough_ng_ml.median, aim)
    right_way = [one for one in seen if one is now or _moves(one, current, where)]
    measured = [one for one in right_way if one is now or _as_measured(one, current, last)]
    allowed = [one for one in measured if not over_cap(one.regimen, current)]
    policy = read_policy().forecast
    same = float(policy.aimed_chance_percent if aimed else policy.same_chance_percent) / 100

    def nearest(among: Sequence[Seen]) -> Seen:
        most = max(one.found.probability_in_range for one in among)
        equal = [one for one in among if one.found.probability_in_range >= most - same]
        if aimed and aim.aim is not None:
            middle = float(aim.aim)
            return min(equal, key=lambda one: abs(one.found.trough_ng_ml.median - middle))
        inside = [one for one in equal if position_of(one.found.trough_ng_ml.median, aim) is Position.WITHIN]
        return min(inside or equal, key=lambda one: abs(one.regimen.daily_dose_mg - current.daily_dose_mg))

    best, free = nearest(allowed), nearest(measured)
    if best is now and nearest(right_way) is not now and measured == [now]:
        values = {"change": "increase" if where is Position.BELOW else "decrease", "why": "a change since the level"}
        why = "the dose was changed since the last level: measure on it first"
        return Choice(now, why, After.CHANGE, (Finding(Code.HELD_BY_TIMING, values),))
    findings = _about_change(best, free, current, last)
    if best is not now:
        return Choice(best, None, After.CHANGE, findings)
    kept = (
        "no step of whole units is within the cap"
        if free is not best
        else "no other regimen is likelier to reach the range"
    )
    return Choice(now, kept, After.REPEAT, findings)


def _as_measured(one: Seen, current: Regimen, last: LastLevel) -> bool:
    """Return whether a regimen goes no further than levels have told: back towards the dose that gave the last one.

    Where the dose was changed since, it has not been measured on yet; back to the old dose itself only where that
    gave a level in range.
    """
    if last.sampled is None:
        return True
    old, new, daily = last.sampled.daily_dose_mg, current.daily_dose_mg, one.regimen.daily_dose_mg
    if daily == old:
        return last.where is Position.WITHIN
    return min(old, new) <= daily <= max(old, new)


def _moves(one: Seen, current: Regimen, where: Position) -> bool:
    """Return whether a regimen changes the daily dose towards the range."""
    change = one.regimen.daily_dose_mg - current.daily_dose_mg
    return change > 0 if where is Position.BELOW else change < 0


def _about_change(best: Seen, free: Seen, current: Regimen, last: LastLevel) -> tuple[Finding, ...]:
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
    if change < -policy.large_decrease_percent and not last.timed:
        found += (Finding(Code.LARGE_DECREASE_UNVERIFIED, {"percent": show_percent(change)}),)
    return found
