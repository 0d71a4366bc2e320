"""What happens to an amount once it is in the blood: one or two compartments as a sum of exponentials."""

from __future__ import annotations

import math
from typing import NamedTuple

NG_ML_PER_MG_L = 1000.0


class Kinetics(NamedTuple):
    """One patient's parameters while nothing changes.

    `steps` absorption compartments are left at `step_rate`; where `last_rate` is above 0, one more at that rate.
    First-order absorption is one step. `exchange` is 0 with one compartment.
    """

    clearance_l_h: float
    volume_l: float
    exchange_l_h: float
    peripheral_volume_l: float
    steps: int
    step_rate_per_h: float
    last_rate_per_h: float = 0.0
    bioavailability: float = 1.0


class Disposition(NamedTuple):
    """The answer of the central compartment to a unit amount: fast_share e^(-fast t) + slow_share e^(-slow t).

    With one compartment the fast share is 0. `to_blood` and `to_tissue` are the rates of exchange over fast - slow.
    """

    fast: float
    slow: float
    fast_share: float
    slow_share: float
    to_tissue: float
    to_blood: float


def disposition(kinetics: Kinetics) -> Disposition:
    """Return the exponentials (1/h) of the disposition, and how they share in it.

    Source: roots of s^2 + (k10 + k12 + k21) s + k10 k21; the slow one as k10 k21 / fast, which loses no digits.
    """
    k10 = kinetics.clearance_l_h / kinetics.volume_l
    if not kinetics.exchange_l_h:
        return Disposition(k10, k10, 0.0, 1.0, 0.0, 0.0)
    k12 = kinetics.exchange_l_h / kinetics.volume_l
    k21 = kinetics.exchange_l_h / kinetics.peripheral_volume_l
    apart = math.sqrt((k10 + k12 - k21) ** 2 + 4 * k12 * k21)
    fast = (k10 + k12 + k21 + apart) / 2
    slow = k10 * k21 / fast
    # fast - k21 and k21 - slow sum to apart and multiply to k12 k21: the smaller one from the product keeps its digits
    difference = k10 + k12 - k21
    larger = (apart + abs(difference)) / 2
    smaller = k12 * k21 / larger
    over, under = (larger, smaller) if difference > 0 else (smaller, larger)
    return Disposition(fast, slow, over / apart, under / apart, k12 / apart, k21 / apart)
