"""Which regimens a forecast looks at, what each would give, and which one is proposed (R56-R59)."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.capsules import achievable_regimens, units_for
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import from_float, rounded
from tdmcli.pharmacokinetics.dosing_history import Dose
from tdmcli.pharmacokinetics.responses import Clock, outlooks
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.forecast_data import CandidateAnswer, SpreadAnswer
from tdmcli.workflows.intakes_due import scheduled
from tdmcli.workflows.regimens import units_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.domain.history import History
    from tdmcli.domain.regimen import Regimen
    from tdmcli.pharmacokinetics.ahead import Ahead
    from tdmcli.pharmacokinetics.forecast import Outlook, Spread
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.model_course import ModelCourse

_A_DAY_H, _HALF_A_DAY_H = 24, 12


class Plan(NamedTuple):
    """From when a regimen would be taken, until when it is looked at, and the patient whose clock it follows.

    `times` are the hours of the day of the intakes, from the morning on; `turn` is which of them comes first: who
    takes 3 mg in the morning and 2 mg in the evening goes on with the evening's. `near`: the end was asked for, and
    comes before the one that a dose is chosen by.
    """

    start: datetime
    turn: int
    times: tuple[time, ...]
    until: datetime
    near: bool
    course: ModelCourse
    history: History


class Seen(NamedTuple):
    """A regimen with what it would give."""

    regimen: Regimen
    found: Outlook


def doses_on(plan: Plan, regimen: Regimen) -> tuple[tuple[Dose, ...], tuple[datetime, ...]]:
    """Return the doses of a regimen from its start until the trough that is looked at, and the times of its intakes."""
    times = list(scheduled(plan.start, regimen, plan.until, plan.history, plan.turn))
    doses = tuple(Dose(plan.course.hour(at), mg) for at, mg in times)
    return doses, tuple(at for at, _ in times)


def look_at(ahead: Ahead, plan: Plan, regimens: Sequence[Regimen], aim: Aim) -> tuple[Seen, ...]:
    """Return what each regimen of one interval would give: its trough before the last intake within the plan."""
    _, times = doses_on(plan, regimens[0])
    hours = tuple(plan.course.hour(at) for at in times)
    clock = Clock(hours, hours[-1], area_hours(regimens[0]))
    cycles = [_from_turn(tuple(map(float, one.day_mg)), plan.turn) for one in regimens]
    found = outlooks(ahead, clock, cycles, float(aim.low), float(aim.high))
    return tuple(map(Seen, regimens, found))


def _from_turn(cycle: tuple[float, ...], turn: int) -> tuple[float, ...]:
    """Return a cycle of intakes that begins with the one whose turn it is."""
    first = turn % len(cycle)
    return cycle[first:] + cycle[:first]


def area_hours(regimen: Regimen) -> int:
    """Return the hours that an area is told over: 12 for a dose twice a day or oftener, else 24."""
    return _HALF_A_DAY_H if regimen.interval_h <= _HALF_A_DAY_H else _A_DAY_H


def regimens_around(
    current: Regimen, product: ProductRow, wanted_mg: Decimal, tried: tuple[Regimen, ...]
) -> tuple[Regimen, ...]:
    """Return the regimens of whole units around a daily dose, or under the cap below it, with those taken and tried."""
    policy = read_policy().dose
    most = 2 * max(wanted_mg, current.daily_dose_mg, product.strengths_mg[0])
    all_ = achievable_regimens(product, current.interval_h, most, policy.units_per_intake, equal=policy.equal_intakes)
    below = [one for one in all_ if one.daily_dose_mg <= wanted_mg][-policy.options_each_side :]
    above = [one for one in all_ if one.daily_dose_mg > wanted_mg][: policy.options_each_side]
    found = {one.day_mg: one for one in (*below, *above)}
    capped = [one for one in all_ if one.daily_dose_mg > current.daily_dose_mg and not over_cap(one, current)]
    if wanted_mg <= current.daily_dose_mg or any(one in capped for one in found.values()):
        capped = []
    for one in (*capped[-policy.options_each_side :], current, *tried):
        found.setdefault(one.day_mg, one)
    return tuple(sorted(found.values(), key=lambda one: (one.daily_dose_mg, one.day_mg)))


def position_of(level_ng_ml: float, aim: Aim) -> Position:
    """Return where a predicted trough lies."""
    if level_ng_ml < float(aim.low):
        return Position.BELOW
    return Position.ABOVE if level_ng_ml > float(aim.high) else Position.WITHIN


def change_percent(regimen: Regimen, current: Regimen) -> Decimal:
    """Return the change of the daily dose in per cent."""
    return rounded((regimen.daily_dose_mg / current.daily_dose_mg - 1) * 100, 2)


def over_cap(regimen: Regimen, current: Regimen) -> bool:
    """Return whether a regimen raises the daily dose by more than one step may (R56)."""
    most = current.daily_dose_mg * (1 + read_policy().dose.max_increase_percent / 100)
    return rounded(regimen.daily_dose_mg, 9) > rounded(most, 9)


def candidate(
    seen: Seen, current: Regimen, product: ProductRow, aim: Aim, *, proposed: bool, tried: bool
) -> CandidateAnswer:
    """Return a regimen as answers show it."""
    regimen, found = seen.regimen, seen.found
    most = read_policy().dose.units_per_intake
    area = found.area_ng_h_ml
    return CandidateAnswer(
        intakes_mg=regimen.day_mg,
        interval_h=regimen.interval_h,
        daily_dose_mg=regimen.daily_dose_mg,
        text=regimen.text,
        change_percent=change_percent(regimen, current),
        most_probable_trough_ng_ml=from_float(found.most_probable_ng_ml),
        trough_ng_ml=spread(found.trough_ng_ml),
        position=position_of(found.trough_ng_ml.median, aim),
        probability_in_target=from_float(found.probability_in_range, 4),
        auc_ng_h_ml=from_float(area.median, 1),
        auc_p10_ng_h_ml=from_float(area.p10, 1),
        auc_p90_ng_h_ml=from_float(area.p90, 1),
        auc_over_h=area_hours(regimen),
        in_range_after_h=None if found.in_range_after_h is None else from_float(found.in_range_after_h, 1),
        units=tuple(units_answer(units_for(mg, product, most)) for mg in regimen.day_mg),
        current=regimen.day_mg == current.day_mg,
        proposed=proposed,
        tried=tried,
        over_cap=over_cap(regimen, current),
    )


def spread(found: Spread) -> SpreadAnswer:
    """Return a spread with two places."""
    return SpreadAnswer(*map(from_float, (found.p2_5, found.p10, found.median, found.p90, found.p97_5)))


def utc(moment: datetime) -> datetime:
    """Return a moment in UTC, for comparing."""
    return moment.astimezone(UTC)
