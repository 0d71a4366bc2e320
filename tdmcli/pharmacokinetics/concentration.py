"""The amounts in a patient over a stretch in which nothing but time and doses changes, exact at every hour.

A dose long ago has left only its exponentials: a course of equal doses is a geometric series and costs as much as one
dose; only the last few doses, still on their way, are summed one by one. At a change of parameters
the amounts are written down and the next stretch starts from them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.absorption import absorbed, chain, in_steps
from tdmcli.pharmacokinetics.disposition import Disposition, Kinetics, disposition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.dosing_history import Course

# e^-42 of a dose is below what a float can show of it; each step of absorption takes 3.5 hours of rate more
_GONE, _GONE_PER_STEP = 42.0, 3.5
_ROUNDED = 0.999


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
    """The parameters of a stretch with what follows from them alone, its start, and the amounts then.

    `fast_left` and `slow_left` are what a unit dose older than the horizon adds to an exponential, as if given at once.
    """

    kinetics: Kinetics
    curve: Disposition
    horizon_h: float
    fast_left: float
    slow_left: float
    start_h: float
    amounts: Amounts


def nothing(kinetics: Kinetics) -> Amounts:
    """Return no drug anywhere."""
    return Amounts((0.0,) * (kinetics.steps + (kinetics.last_rate_per_h > 0)), 0.0, 0.0)


def stretch(kinetics: Kinetics, start_h: float, amounts: Amounts) -> Stretch:
    """Return a stretch that starts at an hour with what is there."""
    curve = disposition(kinetics)
    enough = _GONE + _GONE_PER_STEP * kinetics.steps
    k = min(kinetics.step_rate_per_h, kinetics.last_rate_per_h or kinetics.step_rate_per_h)
    if k <= curve.slow:  # absorption is the slowest of all: every dose is summed
        return Stretch(kinetics, curve, math.inf, 0.0, 0.0, start_h, amounts)
    horizon = enough / (k - curve.slow)
    if curve.fast_share:
        # the fast exponential stands alone too, or is gone beside the slow one
        beside = enough + max(0.0, math.log(curve.fast_share / curve.slow_share)) if curve.slow_share else math.inf
        gone = beside / (min(k, curve.fast) - curve.slow)
        horizon = max(horizon, min(enough / (k - curve.fast) if k > curve.fast else math.inf, gone))
    alone = curve.fast_share and (k - curve.fast) * horizon >= enough * _ROUNDED
    fast_left = _left(kinetics, curve.fast) if alone else 0.0
    return Stretch(kinetics, curve, horizon, fast_left, _left(kinetics, curve.slow), start_h, amounts)


def _left(kinetics: Kinetics, rate: float) -> float:
    k, last = kinetics.step_rate_per_h, kinetics.last_rate_per_h
    return float((k / (k - rate)) ** kinetics.steps) * (last / (last - rate) if last else 1.0)


def _given(part: Stretch, courses: Sequence[Course], hour: float) -> tuple[float, float]:
    """Return what the doses of courses have brought to the fast and slow exponential by an hour, in mg."""
    kinetics, curve = part.kinetics, part.curve
    n, k, last = kinetics.steps, kinetics.step_rate_per_h, kinetics.last_rate_per_h
    fast = slow = 0.0
    for course in courses:
        if course.infusion_h:
            for_fast, for_slow = _infused(course, curve, hour)
            fast, slow = fast + for_fast, slow + for_slow
            continue
        number = course.count_before(hour) - 1
        near_fast = near_slow = 0.0
        while number >= 0:
            h = hour - course.time_h(number)
            if h > part.horizon_h:
                break
            near_slow += absorbed(n, k, last, curve.slow, h) if last else chain(n, k, curve.slow, h)
            if curve.fast_share:
                near_fast += absorbed(n, k, last, curve.fast, h) if last else chain(n, k, curve.fast, h)
            number -= 1
        if number >= 0:
            h = hour - course.time_h(number)
            near_slow += part.slow_left * _series(curve.slow, h, course.interval_h, number + 1)
            if part.fast_left:
                near_fast += part.fast_left * _series(curve.fast, h, course.interval_h, number + 1)
        fast, slow = fast + course.amount_mg * near_fast, slow + course.amount_mg * near_slow
    return fast, slow


def _series(rate: float, h: float, interval_h: float, count: float) -> float:
    """Return e^(-rate h) + e^(-rate (h + interval)) + …, `count` terms, or for ever where it is infinite."""
    first = math.exp(-rate * h)
    if count == 1:
        return first
    return first * math.expm1(-rate * interval_h * count) / math.expm1(-rate * interval_h)


def _infused(course: Course, curve: Disposition, hour: float) -> tuple[float, float]:
    fast = slow = 0.0
    for number in range(course.count_before(hour)):
        h = hour - course.time_h(number)
        running = min(h, course.infusion_h)
        each = course.amount_mg / course.infusion_h
        slow += each * math.exp(-curve.slow * (h - running)) * -math.expm1(-curve.slow * running) / curve.slow
        fast += each * math.exp(-curve.fast * (h - running)) * -math.expm1(-curve.fast * running) / curve.fast
    return fast, slow


def _carried(part: Stretch, hour: float) -> tuple[float, float]:
    """Return what was on its way into the blood at the start has brought to both exponentials by an hour, in mg."""
    kinetics, curve, steps = part.kinetics, part.curve, part.amounts.steps
    n, k, last = kinetics.steps, kinetics.step_rate_per_h, kinetics.last_rate_per_h
    h = hour - part.start_h
    fast = slow = 0.0
    for i, amount in enumerate(steps[:n]):
        if amount:
            slow += amount * absorbed(n - i, k, last, curve.slow, h)
            fast += amount * absorbed(n - i, k, last, curve.fast, h)
    if last and steps[n]:
        slow += steps[n] * chain(1, last, curve.slow, h)
        fast += steps[n] * chain(1, last, curve.fast, h)
    return fast, slow


def blood_and_tissue(part: Stretch, courses: Sequence[Course], hour: float) -> tuple[float, float]:
    """Return the amounts in blood and tissue at an hour of the stretch, before a dose at that hour, in mg.

    The courses are those whose doses come into this stretch.
    Source: the two-compartment system solved for the central and the peripheral amount.
    """
    curve = part.curve
    h = hour - part.start_h
    fast, slow = _given(part, courses, hour)
    if any(part.amounts.steps):
        for_fast, for_slow = _carried(part, hour)
        fast, slow = fast + for_fast, slow + for_slow
    blood = curve.fast_share * fast + curve.slow_share * slow
    tissue = curve.to_tissue * (slow - fast)
    at_start, in_tissue = part.amounts.blood, part.amounts.tissue
    if at_start or in_tissue:
        e_slow, e_fast = math.exp(-curve.slow * h), math.exp(-curve.fast * h)
        between = e_slow * -math.expm1(-(curve.fast - curve.slow) * h)
        blood += (
            at_start * (curve.fast_share * e_fast + curve.slow_share * e_slow) + in_tissue * curve.to_blood * between
        )
        tissue += at_start * curve.to_tissue * between
        tissue += in_tissue * (curve.slow_share * e_fast + curve.fast_share * e_slow)
    return blood, tissue


def amounts_at(part: Stretch, courses: Sequence[Course], hour: float) -> Amounts:
    """Return every amount at an hour of the stretch, before a dose at that hour."""
    kinetics = part.kinetics
    blood, tissue = blood_and_tissue(part, courses, hour)
    steps = [0.0] * len(part.amounts.steps)
    if any(part.amounts.steps):
        _move(kinetics, part.amounts.steps, hour - part.start_h, steps)
    for course in courses:
        if course.infusion_h:
            continue
        for number in range(course.count_before(hour) - 1, -1, -1):
            h = hour - course.time_h(number)
            if h > part.horizon_h:
                break
            _move(kinetics, (course.amount_mg,), h, steps)
    return Amounts(tuple(steps), blood, tissue)


def _move(kinetics: Kinetics, amounts: Sequence[float], h: float, steps: list[float]) -> None:
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


def steady_state(kinetics: Kinetics, amount_mg: float, interval_h: float, lag_h: float, infusion_h: float) -> Amounts:
    """Return the amounts just before a dose that has been taken at its interval for ever.

    Raises:
        ValueError: a dose would not have left its lag before the next.

    """
    if lag_h >= interval_h:
        raise ValueError("steady state needs a lag that is shorter than the interval")
    curve = disposition(kinetics)
    if infusion_h:
        return _steady_infusion(curve, kinetics, amount_mg, interval_h, infusion_h)
    part = stretch(kinetics, 0.0, nothing(kinetics))
    n, k, last = kinetics.steps, kinetics.step_rate_per_h, kinetics.last_rate_per_h
    horizon = part.horizon_h if math.isfinite(part.horizon_h) else (_GONE + _GONE_PER_STEP * n) / min(k, last or k)
    steps = [0.0] * len(part.amounts.steps)
    fast = slow = 0.0
    number = 1
    while (h := number * interval_h - lag_h) <= horizon:
        slow += absorbed(n, k, last, curve.slow, h)
        fast += absorbed(n, k, last, curve.fast, h)
        _move(kinetics, (1.0,), h, steps)
        number += 1
    slow += part.slow_left * _series(curve.slow, h, interval_h, math.inf)
    fast += part.fast_left * _series(curve.fast, h, interval_h, math.inf)
    return _mixed(curve, fast, slow, amount_mg, steps)


def _steady_infusion(
    curve: Disposition, kinetics: Kinetics, amount_mg: float, interval_h: float, infusion_h: float
) -> Amounts:
    fast, slow = (
        -math.expm1(-rate * infusion_h)
        / (rate * infusion_h)
        * _series(rate, interval_h - infusion_h, interval_h, math.inf)
        for rate in (curve.fast, curve.slow)
    )
    return _mixed(curve, fast, slow, amount_mg, list(nothing(kinetics).steps))


def _mixed(curve: Disposition, fast: float, slow: float, amount_mg: float, steps: Sequence[float]) -> Amounts:
    blood = curve.fast_share * fast + curve.slow_share * slow
    return Amounts(
        tuple(amount_mg * one for one in steps), amount_mg * blood, amount_mg * curve.to_tissue * (slow - fast)
    )
