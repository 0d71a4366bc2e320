"""Second implementations of the kinetics that share nothing with the program's: matrix exponentials and a solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath as mp  # type: ignore[import-untyped]
import numpy as np
from scipy.integrate import solve_ivp  # type: ignore[import-untyped]

from tdmcli.pharmacokinetics.disposition import Kinetics, disposition
from tdmcli.pharmacokinetics.dosing_history import Dose

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence


def rates(kinetics: Kinetics) -> list[float]:
    """Return the rate at which each step of absorption is left."""
    own = [kinetics.step_rate_per_h] * kinetics.steps
    return [*own, kinetics.last_rate_per_h] if kinetics.last_rate_per_h else own


def matrix(kinetics: Kinetics) -> tuple[Any, int]:
    """Return the system matrix with the exact ratios, and the row of the blood."""
    steps = rates(kinetics)
    blood = len(steps)
    system = mp.zeros(blood + (2 if kinetics.exchange_l_h else 1))
    for i, rate in enumerate(steps):
        system[i, i] -= mp.mpf(rate)
        system[i + 1, i] += mp.mpf(rate)
    system[blood, blood] -= mp.mpf(kinetics.clearance_l_h) / mp.mpf(kinetics.volume_l)
    if kinetics.exchange_l_h:
        k12 = mp.mpf(kinetics.exchange_l_h) / mp.mpf(kinetics.volume_l)
        k21 = mp.mpf(kinetics.exchange_l_h) / mp.mpf(kinetics.peripheral_volume_l)
        system[blood, blood] -= k12
        system[blood + 1, blood] += k12
        system[blood, blood + 1] += k21
        system[blood + 1, blood + 1] -= k21
    return system, blood


def exact_blood(
    doses: Sequence[Dose], kinetics: Sequence[Kinetics], changes_h: Sequence[float], hours: Sequence[float]
) -> list[Any]:
    """Return the amounts in blood at hours (mg), by matrix exponentials of the digits that mpmath is set to."""
    known: dict[tuple[int, Any], Any] = {}
    systems = [matrix(one)[0] for one in kinetics]
    blood = matrix(kinetics[0])[1]
    state, leg, now = mp.zeros(systems[0].rows, 1), 0, mp.mpf(doses[0].time_h)
    events = [(hour, 0, 0.0) for hour in hours] + [(hour, 1, 0.0) for hour in changes_h]
    found = []
    for hour, kind, mg in sorted([*events, *((dose.time_h, 2, dose.amount_mg) for dose in doses)]):
        gap = mp.mpf(hour) - now
        if gap > 0:
            if (leg, gap) not in known:
                known[leg, gap] = mp.expm(systems[leg] * gap)
            state, now = known[leg, gap] * state, mp.mpf(hour)
        if kind == 0:
            found.append(state[blood])
        elif kind == 1:
            leg += 1
        else:
            state[0] += mp.mpf(mg) * mp.mpf(kinetics[leg].bioavailability)
    return found


def solved_blood(doses: Sequence[Dose], kinetics: Kinetics, hours: Sequence[float], lag_h: float = 0.0) -> list[float]:
    """Return the amounts in blood at hours (mg), by DOP853 restarted at each dose."""
    exact, blood = matrix(kinetics)
    system = np.array([[float(value) for value in row] for row in exact.tolist()])
    state, now, found = np.zeros(len(system)), doses[0].time_h, []
    entering = [(dose.time_h + lag_h, 1, dose.amount_mg) for dose in doses]
    for hour, kind, mg in sorted([*((hour, 0, 0.0) for hour in hours), *entering]):
        if hour > now:
            step = solve_ivp(lambda _, x: system @ x, (now, hour), state, "DOP853", rtol=1e-12, atol=1e-18)
            state, now = step.y[:, -1], hour
        if kind == 0:
            found.append(float(state[blood]))
        else:
            state[0] += mg * kinetics.bioavailability
    return found


def any_kinetics(chance: random.Random, steps: int, *, last: bool, two: bool) -> Kinetics:
    """Return parameters as they come or worse: rates that meet exactly or nearly, slow and fast exchange, flip-flop."""
    exchange = chance.choice([1e-6, 8.0, 79.0, 1e3]) if two else 0.0
    volume, tissue = chance.choice([22.0, 141.0, 486.0, 700.0]), chance.choice([145.0, 271.0, 7670.0])
    found = Kinetics(10 ** chance.uniform(0, 1.7), volume, exchange, tissue, steps, 1.0)
    curve = disposition(found)
    near = [curve.fast, curve.slow, curve.fast * (1 + 1e-6), curve.fast * (1 + 1e-12), curve.fast * 0.9, curve.slow / 3]
    k = chance.choice([*near, 30.0, 5.11, 3.34, 0.35, 0.05])
    then = chance.choice([curve.fast, curve.slow, k, 0.72, 0.2]) if last else 0.0
    return found._replace(step_rate_per_h=k, last_rate_per_h=then, bioavailability=chance.choice([1.0, 0.8]))


def any_doses(chance: random.Random, count: int = 20) -> list[Dose]:
    """Return doses every 12 hours, some missed, some late, of two sizes."""
    found: list[Dose] = []
    hour = 0.0
    for _ in range(count):
        if chance.random() > 0.1 or not found:
            found.append(Dose(hour, chance.choice([3.0, 3.0, 4.0])))
        hour += 12.0 if chance.random() < 0.9 else chance.uniform(6, 18)
    return found
