"""How predicted levels change with each unknown, and how that changes.

Differences, which are good because the prediction is exact: first slopes to seven digits, second ones to four. Those of
an occasion need its own legs only, since what it leaves behind decays without doses.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.arrival import left_of, past_of
from tdmcli.pharmacokinetics.concentration import Amounts, Stretch, amounts_at, blood_and_tissue
from tdmcli.pharmacokinetics.disposition import NG_ML_PER_MG_L
from tdmcli.pharmacokinetics.prediction import blood, leg_kinetics, predict, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.linear_algebra import Matrix
    from tdmcli.pharmacokinetics.prediction import Case
    from tdmcli.pharmacokinetics.timeline import Entered

_STEP = 1e-7  # of an unknown, for first slopes: rounding and curvature weigh the same
_WIDE = 1e-4  # for second slopes
_NOTHING = 1e-10


class Slopes(NamedTuple):
    """Predicted levels, and a row for each unknown with the slope of each of them."""

    predicted: list[float]
    rows: Matrix


def slopes(case: Case, unknowns: Sequence[float]) -> Slopes:
    """Return predicted levels with their slopes in every unknown."""
    base = list(unknowns)
    plain, entered = walk(case, leg_kinetics(case, base))
    levels = blood(case, plain)
    predicted = [value for value, _ in levels]
    rows = []
    for i in range(case.etas):
        up = predict(case, _moved(base, i, _STEP))
        rows.append([(one - mid) / _STEP for one, mid in zip(up, predicted, strict=True)])
    for occasion in range(len(base) - case.etas):
        found = occasion_slopes(case, occasion, plain, entered)
        rows.append([slope * by for slope, (_, by) in zip(found, levels, strict=True)])
    return Slopes(predicted, rows)


def _moved(unknowns: Sequence[float], place: int, by: float) -> list[float]:
    return [*unknowns[:place], unknowns[place] + by, *unknowns[place + 1 :]]


def occasion_slopes(
    case: Case, occasion: int, plain: list[float], entered: list[Entered], step: float = _STEP
) -> list[float]:
    """Return the slopes of the model's concentrations in the deviation of one occasion.

    `plain` and `entered` are what walking without it gave.
    """
    own = [number for number, leg in enumerate(case.line.legs) if leg.occasion == occasion]
    first, last = own[0], own[-1] + 1
    skipped = sum(map(len, case.hours[:first]))
    start = entered[first - 1].end if first else None
    kinetics = [one.part.curve.kinetics for one in entered]
    for number in own:
        clearance = kinetics[number].clearance_l_h * math.exp(step)
        kinetics[number] = kinetics[number]._replace(clearance_l_h=clearance)
    up, up_legs = walk(case, kinetics, first, last, start)
    found = [0.0] * skipped + [(one - mid) / step for one, mid in zip(up, plain[skipped:], strict=False)]
    above, there = up_legs[-1].end, entered[last - 1].end
    if above is None or there is None:
        return found
    left = Amounts(
        tuple((one - two) / step for one, two in zip(above.steps, there.steps, strict=True)),
        (above.blood - there.blood) / step,
        (above.tissue - there.tissue) / step,
    )
    return found + _decayed(case, entered, last, left)


def _decayed(case: Case, entered: Sequence[Entered], first: int, amounts: Amounts) -> list[float]:
    """Return what amounts alone, without doses, give at the hours asked for from a leg on.

    They end at a steady state, or where next to nothing of them is left.
    """
    found: list[float] = []
    least = _NOTHING * _size(amounts)
    for number in range(first, len(case.line.legs)):
        leg, curve = case.line.legs[number], entered[number].part.curve
        part = Stretch(curve, leg.start_h, amounts, past_of(()), left_of(curve, amounts.steps))
        scale = NG_ML_PER_MG_L / curve.kinetics.volume_l
        for hour in case.hours[number]:
            forgotten = leg.steady is not None and hour == leg.end_h
            found.append(0.0 if forgotten else scale * blood_and_tissue(part, hour)[0])
        if number + 1 == len(case.line.legs):
            break
        amounts = amounts_at(part, leg.end_h)
        if leg.steady is not None or _size(amounts) <= least:
            return found + [0.0] * sum(map(len, case.hours[number + 1 :]))
    return found


def _size(amounts: Amounts) -> float:
    return sum(map(abs, (*amounts.steps, amounts.blood, amounts.tissue)))


def weighted_bend(
    case: Case, unknowns: Sequence[float], predicted: Sequence[float], weights: Sequence[float]
) -> Matrix:
    """Return the sum over levels of weight times the second slopes in each two unknowns.

    Two occasions meet only in what one leaves to the next; their mixed second slopes are left out as 0.
    """
    base, etas, size = list(unknowns), case.etas, len(unknowns)
    bend = [[0.0] * size for _ in range(size)]

    def weighed(*places: int, by: float) -> float:
        moved = [one + by * (k in places) for k, one in enumerate(base)]
        return sum(map(float.__mul__, weights, predict(case, moved)))

    middle = sum(map(float.__mul__, weights, predicted))
    ups = [weighed(i, by=_WIDE) for i in range(etas)]
    for i in range(etas):
        bend[i][i] = (ups[i] - 2 * middle + weighed(i, by=-_WIDE)) / _WIDE**2
        for j in range(i):
            bend[i][j] = bend[j][i] = (weighed(i, j, by=_WIDE) - ups[i] - ups[j] + middle) / _WIDE**2
    if size > etas:
        plain, entered = walk(case, leg_kinetics(case, base))
        at = _occasions(case, weights, plain, entered)
        turned = _occasions(case, weights, plain, entered, -_WIDE)
        for place, (one, two) in enumerate(zip(at, turned, strict=True), etas):
            bend[place][place] = (one - two) / _WIDE
        for i in range(etas):
            moved = _moved(base, i, _WIDE)
            own = _occasions(case, weights, *walk(case, leg_kinetics(case, moved)))
            for place, (one, two) in enumerate(zip(own, at, strict=True), etas):
                bend[i][place] = bend[place][i] = (one - two) / _WIDE
    return bend


def _occasions(
    case: Case, weights: Sequence[float], plain: list[float], entered: list[Entered], step: float = _WIDE
) -> list[float]:
    """Return the weighed sum of the slopes of levels in the deviation of each occasion."""
    by = [weight * slope for weight, (_, slope) in zip(weights, blood(case, plain), strict=True)]
    occasions = case.line.legs[-1].occasion + 1
    return [
        sum(map(float.__mul__, by, occasion_slopes(case, occasion, plain, entered, step)))
        for occasion in range(occasions)
    ]
