"""What is in a patient who has taken the same dose at the same interval for ever."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tdmcli.pharmacokinetics.absorption import absorbed
from tdmcli.pharmacokinetics.arrival import GONE, GONE_PER_STEP, curve_of, series
from tdmcli.pharmacokinetics.concentration import Amounts, move, nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.disposition import Disposition, Kinetics


def steady_state(kinetics: Kinetics, amount_mg: float, interval_h: float, lag_h: float, infusion_h: float) -> Amounts:
    """Return the amounts just before a dose that has been taken at its interval for ever.

    Raises:
        ValueError: a dose would not have left its lag before the next.

    """
    if lag_h >= interval_h:
        raise ValueError("steady state needs a lag that is shorter than the interval")
    curve = curve_of(kinetics)
    parts = curve.parts
    if infusion_h:
        return _steady_infusion(parts, kinetics, amount_mg, interval_h, infusion_h)
    n, k, last = kinetics.steps, kinetics.step_rate_per_h, kinetics.last_rate_per_h
    horizon = curve.horizon_h if math.isfinite(curve.horizon_h) else (GONE + GONE_PER_STEP * n) / min(k, last or k)
    steps = [0.0] * len(nothing(kinetics).steps)
    fast = slow = 0.0
    number = 1
    while (h := number * interval_h - lag_h) <= horizon:
        slow += absorbed(n, k, last, parts.slow, h)
        fast += absorbed(n, k, last, parts.fast, h)
        move(kinetics, (1.0,), h, steps)
        number += 1
    slow += curve.slow_left * series(parts.slow, h, interval_h, math.inf)
    fast += curve.fast_left * series(parts.fast, h, interval_h, math.inf)
    return _mixed(parts, fast, slow, amount_mg, steps)


def _steady_infusion(
    parts: Disposition, kinetics: Kinetics, amount_mg: float, interval_h: float, infusion_h: float
) -> Amounts:
    fast, slow = (
        -math.expm1(-rate * infusion_h)
        / (rate * infusion_h)
        * series(rate, interval_h - infusion_h, interval_h, math.inf)
        for rate in (parts.fast, parts.slow)
    )
    return _mixed(parts, fast, slow, amount_mg, list(nothing(kinetics).steps))


def _mixed(parts: Disposition, fast: float, slow: float, amount_mg: float, steps: Sequence[float]) -> Amounts:
    blood = parts.fast_share * fast + parts.slow_share * slow
    return Amounts(
        tuple(amount_mg * one for one in steps), amount_mg * blood, amount_mg * parts.to_tissue * (slow - fast)
    )
