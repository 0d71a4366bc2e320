"""The amounts in a patient over a stretch in which nothing but time and doses changes, exact at every hour.

At a change of parameters the amounts are written down and the next stretch starts from them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.absorption import absorbed, chain, in_steps
from tdmcli.pharmacokinetics.arrival import Curve, Past, arrived, curve_of, left_of, past_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.disposition import Kinetics
    from tdmcli.pharmacokinetics.dosing_history import Course


_IN_STEPS = 50.0  # hours times rate after which a dose is no longer in the steps: e^-50


class Amounts(NamedTuple):
    """What is where, in mg: each step of absorption (and the last one, if it has its own rate), blood, tissue."""

    steps: tuple[float, ...]
    blood: float
    tissue: float

    @property
    def total(self) -> float:
        """Return all of it, in mg."""
        return sum(self.steps) + self.blood + self.tissue


class Stretch(NamedTuple):
    """The exponentials of a stretch, its start with the amounts then, and the doses that come into it.

    `carried` is what the amounts in steps leave in both exponentials once they are through, as if at the start.
    """

    curve: Curve
    start_h: float
    amounts: Amounts
    past: Past
    carried: tuple[float, float]


def nothing(kinetics: Kinetics) -> Amounts:
    """Return no drug anywhere."""
    return Amounts((0.0,) * (kinetics.steps + (kinetics.last_rate_per_h > 0)), 0.0, 0.0)


def stretch(kinetics: Kinetics, start_h: float, amounts: Amounts, courses: Sequence[Course]) -> Stretch:
    """Return a stretch that starts at an hour with what is there; the courses are those that come into it."""
    curve = curve_of(kinetics)
    carried = left_of(curve, amounts.steps) if any(amounts.steps) else (0.0, 0.0)
    return Stretch(curve, start_h, amounts, past_of(courses), carried)


def _carried(part: Stretch, hour: float) -> tuple[float, float]:
    """Return what was on its way into the blood at the start has brought to both exponentials by an hour, in mg."""
    kinetics, curve, steps = part.curve.kinetics, part.curve.parts, part.amounts.steps
    n, k, last = kinetics.steps, kinetics.step_rate_per_h, kinetics.last_rate_per_h
    h = hour - part.start_h
    if h > part.curve.horizon_h:
        return part.carried[0] * math.exp(-curve.fast * h), part.carried[1] * math.exp(-curve.slow * h)
    fast = slow = 0.0
    for i, amount in enumerate(steps[:n]):
        if amount:
            slow += amount * absorbed(n - i, k, last, curve.slow, h)
            fast += amount * absorbed(n - i, k, last, curve.fast, h)
    if last and steps[n]:
        slow += steps[n] * chain(1, last, curve.slow, h)
        fast += steps[n] * chain(1, last, curve.fast, h)
    return fast, slow


def blood_and_tissue(part: Stretch, hour: float) -> tuple[float, float]:
    """Return the amounts in blood and tissue at an hour of the stretch, before a dose at that hour, in mg.

    Source: the two-compartment system solved for the central and the peripheral amount.
    """
    curve = part.curve.parts
    fast, slow = arrived(part.curve, part.past, hour)
    if any(part.amounts.steps):
        for_fast, for_slow = _carried(part, hour)
        fast, slow = fast + for_fast, slow + for_slow
    blood = curve.fast_share * fast + curve.slow_share * slow
    tissue = curve.to_tissue * (slow - fast)
    at_start, in_tissue = part.amounts.blood, part.amounts.tissue
    if at_start or in_tissue:
        h = hour - part.start_h
        e_slow, e_fast = math.exp(-curve.slow * h), math.exp(-curve.fast * h)
        between = e_slow * -math.expm1(-(curve.fast - curve.slow) * h)
        blood += (
            at_start * (curve.fast_share * e_fast + curve.slow_share * e_slow) + in_tissue * curve.to_blood * between
        )
        tissue += at_start * curve.to_tissue * between
        tissue += in_tissue * (curve.slow_share * e_fast + curve.fast_share * e_slow)
    return blood, tissue


def amounts_at(part: Stretch, hour: float) -> Amounts:
    """Return every amount at an hour of the stretch, before a dose at that hour."""
    kinetics = part.curve.kinetics
    slowest = min(kinetics.step_rate_per_h, kinetics.last_rate_per_h or kinetics.step_rate_per_h)
    longest = min(part.curve.horizon_h, _IN_STEPS / slowest) if part.curve.slow_left else math.inf
    blood, tissue = blood_and_tissue(part, hour)
    steps = [0.0] * len(part.amounts.steps)
    if any(part.amounts.steps):
        move(kinetics, part.amounts.steps, hour - part.start_h, steps)
    for course in part.past.courses:
        number = course.count_before(hour) - 1
        while number >= 0 and (h := hour - course.time_h(number)) <= longest:
            move(kinetics, (course.amount_mg,), h, steps)
            number -= 1
    return Amounts(tuple(steps), blood, tissue)


def move(kinetics: Kinetics, amounts: Sequence[float], h: float, steps: list[float]) -> None:
    """Add to the steps what amounts in the first of them have become after h hours."""
    n, k, last = kinetics.steps, kinetics.step_rate_per_h, kinetics.last_rate_per_h
    shares = in_steps(n, k, h)
    for i, amount in enumerate(amounts[:n]):
        if amount:
            for j in range(i, n):
                steps[j] += amount * shares[j - i]
            if last:
                steps[n] += amount * chain(n - i, k, last, h)
    if last and len(amounts) > n:
        steps[n] += amounts[n] * math.exp(-last * h)
