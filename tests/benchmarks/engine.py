"""How long a fit and a forecast take in a warm process: cpu milliseconds, median over made-up patients.

    .venv/bin/python tests/benchmarks/engine.py [PATIENTS]

A patient has 90 days of doses twice a day with three changes, missed doses and three haematocrits, and 3 to 10 levels.
The goals are 5 ms a fit and 200 ms for 1,000 draws; a loaded machine doubles them, so the last line says what it made
of a loop that takes 10 ms on a quiet one.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING

from tdmcli.pharmacokinetics.ahead import look_ahead
from tdmcli.pharmacokinetics.dosing_history import regular_doses
from tdmcli.pharmacokinetics.drift import Drift, occasion_ends_h
from tdmcli.pharmacokinetics.estimate import estimate
from tdmcli.pharmacokinetics.forecast import outlook
from tdmcli.pharmacokinetics.likelihood import Level
from tdmcli.pharmacokinetics.population_model import make_model
from tdmcli.pharmacokinetics.prediction import Step, make_case, predict
from tdmcli.pharmacokinetics.problem import make_problem
from tdmcli.tables.model_forms import Assay, Covariate
from tdmcli.tables.model_readers import read_model

if TYPE_CHECKING:
    from tdmcli.pharmacokinetics.problem import Problem

MODEL = make_model(read_model("woillard-2011"))
DRIFT = Drift(0.05, 3.0, 0.01)


def any_problem(chance: random.Random, drift: Drift | None) -> Problem:
    """Return a patient on Prograf with troughs around a course of their own."""
    days = sorted(chance.sample(range(4, 89), 2 + chance.randint(1, 8)))
    edges = [0.0, 168.0, 504.0, 1200.0, 2160.0]
    doses = [
        dose
        for start, end in pairwise(edges)
        for dose in regular_doses(start, (chance.choice([2.0, 3.0, 4.0]),), 12.0, end)
        if chance.random() > 0.01
    ]
    steps = [
        Step(
            hour,
            {
                Covariate.HEMATOCRIT_PERCENT: chance.uniform(25, 40),
                Covariate.CYP3A5: "*3/*3",
                Covariate.RELEASE: "immediate",
            },
        )
        for hour in (0.0, 336.0, 1008.0)
    ]
    hours = [24.0 * day for day in days]
    etas = [chance.gauss(0, math.sqrt(MODEL.omega[i][i])) for i in range(5)]
    values = predict(make_case(MODEL, doses, steps, hours), etas)
    levels = [Level(hour, value * math.exp(chance.gauss(0, 0.15))) for hour, value in zip(hours, values, strict=True)]
    return make_problem(MODEL, doses, steps, levels, drift, occasion_ends_h(levels, 36.0) if drift else ())


def cpu_ms(problem: Problem) -> float:
    """Return the cpu milliseconds of one fit."""
    start = time.process_time()
    estimate(problem)
    return 1000 * (time.process_time() - start)


def forecast_ms(problem: Problem) -> float:
    """Return the cpu milliseconds of 1,000 draws and what one regimen gives each: trough, area, probability."""
    found = estimate(problem)
    start = time.process_time()
    ahead = look_ahead(problem, found, (), 2160.0, Assay.LC_MS_MS, 1000)
    outlook(ahead, regular_doses(2160.0, (3.0,), 12.0, 2328.0), 2328.0, 12.0, 6.0, 9.0)
    return 1000 * (time.process_time() - start)


def yardstick_ms() -> float:
    """Return the cpu milliseconds of a loop of floats that takes 10 on the quiet machine the goals were set on."""
    start = time.process_time()
    total = 0.0
    for i in range(130_000):
        total += math.exp(-i * 1e-6)
    return 1000 * (time.process_time() - start)


def main() -> None:
    """Print the medians."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    for name, drift in (("one clearance", None), ("a clearance for each visit", DRIFT)):
        problems = [any_problem(random.Random(number), drift) for number in range(patients)]  # noqa: S311
        estimate(problems[0])
        found = [cpu_ms(problem) for problem in problems]
        draws = [forecast_ms(problem) for problem in problems]
        print(f"fit, {name:28} median {statistics.median(found):6.1f} ms, longest {max(found):6.1f} ms")
        print(
            f"forecast, 1,000 draws            median {statistics.median(draws):6.1f} ms, longest {max(draws):6.1f} ms"
        )
    print(f"yardstick                         {statistics.median(yardstick_ms() for _ in range(9)):6.1f} ms (10 quiet)")


if __name__ == "__main__":
    main()
