"""What a regimen would give from now on: troughs, areas, and how sure they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.ahead import courses_ahead
from tdmcli.pharmacokinetics.arrival import left_of, past_of
from tdmcli.pharmacokinetics.concentration import Stretch, amounts_at, blood_and_tissue
from tdmcli.pharmacokinetics.disposition import NG_ML_PER_MG_L
from tdmcli.pharmacokinetics.exposure import by_panels
from tdmcli.pharmacokinetics.likelihood import log_normal_share, variance
from tdmcli.pharmacokinetics.population_model import whole_blood
from tdmcli.tables.model_forms import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.ahead import Ahead, Draw
    from tdmcli.pharmacokinetics.dosing_history import Course, Dose
    from tdmcli.pharmacokinetics.likelihood import ErrorModel

_PANELS_PER_H = 4
_CLOCKS_H = 2


class Spread(NamedTuple):
    """A quantity of the future: its median, the middle 80 % and the middle 95 %."""

    median: float
    p10: float
    p90: float
    p2_5: float
    p97_5: float


class Outlook(NamedTuple):
    """What a regimen would give: a trough as it would be measured, and the area over the hours before it.

    `trough_ng_ml` and the probability count how well the patient is known, the drift, and the scatter of a level; the
    area does not scatter. `most_probable_ng_ml` is the trough of the most probable patient, which no scatter moves.
    `in_range_after_h` is from when on the most probable course has its troughs in the range, None for never.
    """

    most_probable_ng_ml: float
    trough_ng_ml: Spread
    probability_in_range: float
    area_ng_h_ml: Spread
    in_range_after_h: float | None


def outlook(
    ahead: Ahead, doses: Sequence[Dose], trough_h: float, over_h: float, low_ng_ml: float, high_ng_ml: float
) -> Outlook:
    """Return what doses from now on would give.

    Args:
        ahead: the patient now.
        doses: those of the regimen, the first not before now.
        trough_h: when the next level is drawn, before a dose at that hour.
        over_h: hours before it that the area is over, 12 or 24.
        low_ng_ml: the range that the trough should lie in.
        high_ng_ml: its upper end.

    """
    courses = courses_ahead(ahead, doses)
    seen = [seen_of(ahead, draw, courses, trough_h, over_h) for draw in ahead.draws]
    best = most_probable(ahead, doses, trough_h)
    return draw_outlook(ahead, best, seen, (low_ng_ml, high_ng_ml), first_in_range(ahead, doses, low_ng_ml, high_ng_ml))


class Seen(NamedTuple):
    """The trough (ng/mL) and the area before it (ng*h/mL) of one patient."""

    level_ng_ml: float
    area_ng_h_ml: float


def seen_of(ahead: Ahead, draw: Draw, courses: Sequence[Course], trough_h: float, over_h: float) -> Seen:
    """Return the trough and the area of one draw on what enters from now on."""
    part = _part(ahead, draw, courses)
    if ahead.model.binding is not None:

        def levels_at(hours: Sequence[float]) -> list[float]:
            return [_level(ahead, part, hour) for hour in hours]

        area = by_panels(levels_at, trough_h - over_h, trough_h, _PANELS_PER_H)
        return Seen(_level(ahead, part, trough_h), area)
    before, after = amounts_at(part, trough_h - over_h), amounts_at(part, trough_h)
    kinetics = part.curve.kinetics
    came = sum(
        one.amount_mg * (one.count_before(trough_h) - one.count_before(trough_h - over_h))
        for one in courses
        if not one.infusion_h
    )
    balance = came * kinetics.bioavailability + before.total - after.total
    return Seen(NG_ML_PER_MG_L * after.blood / kinetics.volume_l, NG_ML_PER_MG_L * balance / kinetics.clearance_l_h)


def first_in_range(ahead: Ahead, doses: Sequence[Dose], low_ng_ml: float, high_ng_ml: float) -> float | None:
    """Return after how many hours the most probable patient's troughs are in a range and stay there, None for never.

    Where intakes differ, those of the last one's time of day: the others are not looked at.
    """
    part = _part(ahead, ahead.best, courses_ahead(ahead, doses))
    last, equal = doses[-1].time_h, len({one.amount_mg for one in doses}) == 1
    asked = [one for one in doses if one.time_h > ahead.now_h and (equal or _same_time(one.time_h, last))]
    first = None
    for dose in reversed(asked):
        if not low_ng_ml <= _level(ahead, part, dose.time_h) <= high_ng_ml:
            break
        first = dose.time_h - ahead.now_h
    return first


def _same_time(one_h: float, other_h: float) -> bool:
    """Return whether two hours are of one time of day, a change of clocks aside."""
    return abs((other_h - one_h + 12) % 24 - 12) < _CLOCKS_H


def draw_outlook(
    ahead: Ahead,
    best_ng_ml: float,
    seen: Sequence[tuple[float, float]],
    limits: tuple[float, float],
    in_range_after_h: float | None,
) -> Outlook:
    """Return the outlook that the troughs and areas of all draws make, each level scattered as one is measured."""
    inside = sum(_below(ahead.error, level, limits[1]) - _below(ahead.error, level, limits[0]) for level, _ in seen)
    levels = [_scattered(ahead.error, one[0], draw.noise) for one, draw in zip(seen, ahead.draws, strict=True)]
    areas = [area for _, area in seen]
    return Outlook(best_ng_ml, _spread(levels), inside / len(seen), _spread(areas), in_range_after_h)


def most_probable(ahead: Ahead, doses: Sequence[Dose], hour: float) -> float:
    """Return the level (ng/mL) of the most probable patient at an hour on doses from now on; no draws are needed."""
    return _level(ahead, _part(ahead, ahead.best, courses_ahead(ahead, doses)), hour)


def troughs(ahead: Ahead, doses: Sequence[Dose], hours: Sequence[float]) -> tuple[Spread, ...]:
    """Return the level at each hour on doses from now on, as it would be measured: for a picture of the course."""
    courses = courses_ahead(ahead, doses)
    parts = [(_part(ahead, draw, courses), draw.noise) for draw in ahead.draws]
    return tuple(
        _spread([_scattered(ahead.error, _level(ahead, part, hour), noise) for part, noise in parts]) for hour in hours
    )


def _part(ahead: Ahead, draw: Draw, courses: Sequence[Course]) -> Stretch:
    share = draw.curve.kinetics.bioavailability
    absorbed = courses
    if share != 1.0:
        absorbed = [one if one.infusion_h else one._replace(amount_mg=one.amount_mg * share) for one in courses]
    carried = left_of(draw.curve, draw.amounts.steps)
    return Stretch(draw.curve, ahead.now_h, draw.amounts, past_of(absorbed), carried)


def _level(ahead: Ahead, part: Stretch, hour: float) -> float:
    plain = NG_ML_PER_MG_L * blood_and_tissue(part, hour)[0] / part.curve.kinetics.volume_l
    return whole_blood(ahead.model, plain, ahead.hematocrit)[0]


def _scattered(error: ErrorModel, level: float, noise: float) -> float:
    if error.kind is ErrorKind.LOG:
        return level * math.exp(error.proportional * noise)
    return max(0.0, level + noise * math.sqrt(variance(error, level)[0]))


def _below(error: ErrorModel, level: float, limit: float) -> float:
    """Return the probability that a level is measured below a limit."""
    if error.kind is ErrorKind.LOG:
        z = math.log(limit / level) / error.proportional
    else:
        z = (limit - level) / math.sqrt(variance(error, level)[0])
    return math.exp(log_normal_share(z)[0])


def _spread(values: Sequence[float]) -> Spread:
    ordered = sorted(values)

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        i = min(int(place), len(ordered) - 2)
        return ordered[i] + (place - i) * (ordered[i + 1] - ordered[i])

    return Spread(at(0.5), at(0.1), at(0.9), at(0.025), at(0.975))
