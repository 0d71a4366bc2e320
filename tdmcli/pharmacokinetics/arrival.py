"""What courses of doses have brought to the exponentials of the disposition, exact at every hour.

A dose long ago has left only its exponentials: a course of equal doses is a geometric series and costs as much as one
dose, and courses that ended long ago are one number. Only the last few doses, still on their way, are summed singly.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.absorption import absorbed, chain
from tdmcli.pharmacokinetics.disposition import disposition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.disposition import Disposition, Kinetics
    from tdmcli.pharmacokinetics.dosing_history import Course

# e^-42 of a dose is below what a float can show of it; each step of absorption takes 3.5 hours of rate more
GONE, GONE_PER_STEP = 42.0, 3.5
_ROUNDED = 0.999


class Curve(NamedTuple):
    """The exponentials of a patient with what follows for doses.

    Doses older than `horizon_h` have left only exponentials; a unit of them adds `fast_left` and `slow_left`, as
    if given at once. The horizon has no end where absorption is the slowest of all: then every dose is summed.
    """

    kinetics: Kinetics
    parts: Disposition
    horizon_h: float
    fast_left: float
    slow_left: float


def curve_of(kinetics: Kinetics) -> Curve:
    """Return the exponentials of a patient."""
    parts = disposition(kinetics)
    enough = GONE + GONE_PER_STEP * kinetics.steps
    k = min(kinetics.step_rate_per_h, kinetics.last_rate_per_h or kinetics.step_rate_per_h)
    if k <= parts.slow:
        return Curve(kinetics, parts, math.inf, 0.0, 0.0)
    horizon = enough / (k - parts.slow)
    fast_left = 0.0
    if parts.fast_share:
        # the fast exponential stands alone too, or is gone beside the slow one
        beside = enough + max(0.0, math.log(parts.fast_share / parts.slow_share)) if parts.slow_share else math.inf
        gone = beside / (min(k, parts.fast) - parts.slow)
        horizon = max(horizon, min(enough / (k - parts.fast) if k > parts.fast else math.inf, gone))
        if (k - parts.fast) * horizon >= enough * _ROUNDED:
            fast_left = _left(kinetics, parts.fast)
    return Curve(kinetics, parts, horizon, fast_left, _left(kinetics, parts.slow))


def _left(kinetics: Kinetics, rate: float, done: int = 0) -> float:
    """Return what a unit that is `done` steps on its way adds to an exponential, as if given at once."""
    k, last = kinetics.step_rate_per_h, kinetics.last_rate_per_h
    return float((k / (k - rate)) ** (kinetics.steps - done)) * (last / (last - rate) if last else 1.0)


def left_of(curve: Curve, steps: Sequence[float]) -> tuple[float, float]:
    """Return what amounts in the steps add to the fast and slow exponential, as if given at once, in mg."""
    if not curve.slow_left:
        return 0.0, 0.0
    rates = (curve.parts.fast if curve.fast_left else None, curve.parts.slow)
    fast, slow = (
        0.0 if rate is None else sum(one * _left(curve.kinetics, rate, done) for done, one in enumerate(steps))
        for rate in rates
    )
    return fast, slow


class Past(NamedTuple):
    """Swallowed courses in the order of their last doses.

    `fast` and `slow` are what all up to each have left by its last dose, in mg: as far as it was asked for.
    """

    courses: tuple[Course, ...]
    ends_h: list[float]
    fast: list[float]
    slow: list[float]
    infusions: tuple[Course, ...]


def past_of(courses: Sequence[Course]) -> Past:
    """Return courses ready to be asked for any hour, of one curve."""
    swallowed = [one for one in courses if not one.infusion_h]
    if len(swallowed) > 1:
        swallowed.sort(key=_end_h)
    infusions = tuple(one for one in courses if one.infusion_h) if len(swallowed) < len(courses) else ()
    return Past(tuple(swallowed), [_end_h(one) for one in swallowed], [], [], infusions)


def _fold(curve: Curve, past: Past, number: int) -> None:
    """Add up what the first so many courses have left."""
    fast_rate, slow_rate = curve.parts.fast, curve.parts.slow
    for i in range(len(past.slow), number):
        one = past.courses[i]
        slow = one.amount_mg * series(slow_rate, 0.0, one.interval_h, one.doses)
        fast = one.amount_mg * series(fast_rate, 0.0, one.interval_h, one.doses) if curve.fast_left else 0.0
        if i:
            gap = past.ends_h[i] - past.ends_h[i - 1]
            slow += past.slow[i - 1] * math.exp(-slow_rate * gap)
            if curve.fast_left:
                fast += past.fast[i - 1] * math.exp(-fast_rate * gap)
        past.slow.append(slow)
        past.fast.append(fast)


def _end_h(course: Course) -> float:
    return course.time_h(course.doses - 1)


def arrived(curve: Curve, past: Past, hour: float) -> tuple[float, float]:
    """Return what the doses before an hour have brought to the fast and slow exponential, in mg."""
    kinetics, (fast_rate, slow_rate, fast_share, *_) = curve.kinetics, curve.parts
    n, k, last = kinetics.steps, kinetics.step_rate_per_h, kinetics.last_rate_per_h
    fast = slow = 0.0
    gone = bisect_left(past.ends_h, hour - curve.horizon_h)
    if gone:
        if gone > len(past.slow):
            _fold(curve, past, gone)
        h = hour - past.ends_h[gone - 1]
        slow = curve.slow_left * past.slow[gone - 1] * math.exp(-slow_rate * h)
        if curve.fast_left:
            fast = curve.fast_left * past.fast[gone - 1] * math.exp(-fast_rate * h)
    for course in past.courses[gone:]:
        number = course.count_before(hour) - 1
        near_fast = near_slow = 0.0
        while number >= 0 and (h := hour - course.time_h(number)) <= curve.horizon_h:
            near_slow += absorbed(n, k, last, slow_rate, h) if last else chain(n, k, slow_rate, h)
            if fast_share:
                near_fast += absorbed(n, k, last, fast_rate, h) if last else chain(n, k, fast_rate, h)
            number -= 1
        if number >= 0:
            h = hour - course.time_h(number)
            near_slow += curve.slow_left * series(slow_rate, h, course.interval_h, number + 1)
            if curve.fast_left:
                near_fast += curve.fast_left * series(fast_rate, h, course.interval_h, number + 1)
        fast, slow = fast + course.amount_mg * near_fast, slow + course.amount_mg * near_slow
    for course in past.infusions:
        for_fast, for_slow = _infused(course, curve.parts, hour)
        fast, slow = fast + for_fast, slow + for_slow
    return fast, slow


def series(rate: float, h: float, interval_h: float, count: float) -> float:
    """Return e^(-rate h) + e^(-rate (h + interval)) + …, `count` terms, or for ever where it is infinite."""
    first = math.exp(-rate * h)
    if count == 1:
        return first
    return first * math.expm1(-rate * interval_h * count) / math.expm1(-rate * interval_h)


def _infused(course: Course, parts: Disposition, hour: float) -> tuple[float, float]:
    fast = slow = 0.0
    for number in range(course.count_before(hour)):
        h = hour - course.time_h(number)
        running = min(h, course.infusion_h)
        each = course.amount_mg / course.infusion_h
        slow += each * math.exp(-parts.slow * (h - running)) * -math.expm1(-parts.slow * running) / parts.slow
        fast += each * math.exp(-parts.fast * (h - running)) * -math.expm1(-parts.fast * running) / parts.fast
    return fast, slow
