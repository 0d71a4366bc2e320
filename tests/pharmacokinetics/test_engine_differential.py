"""A second engine, from the equations alone, over random patients: matrix exponentials and an optimiser.

It shares the numbers of the models and the shapes of a patient with the program, and none of its arithmetic.
TDMCLI_PATIENTS sets how many patients are compared: 12 in the suite, 500 in the long form.
"""

from __future__ import annotations

import math
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.linalg import expm  # type: ignore[import-untyped]
from scipy.optimize import minimize  # type: ignore[import-untyped]

from tdmcli.pharmacokinetics.dosing_history import Dose
from tdmcli.pharmacokinetics.estimate import estimate
from tdmcli.pharmacokinetics.likelihood import Censoring, Level
from tdmcli.pharmacokinetics.population_model import make_model
from tdmcli.pharmacokinetics.prediction import Step, make_case, predict
from tdmcli.pharmacokinetics.problem import make_problem
from tdmcli.tables.model_forms import Absorption, Assay, Covariate, ErrorKind, Parameter
from tdmcli.tables.model_readers import model_ids, read_model

sys.path.insert(0, str(Path(__file__).parent))
from test_models import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tdmcli.pharmacokinetics.covariates import Values
    from tdmcli.tables.model_rows import EffectRow

PATIENTS = int(os.environ.get("TDMCLI_PATIENTS", "12"))
DAY_H = 24.0


def plain_factor(effect: EffectRow, x: float) -> float:
    """Return the factor of an effect of one number, from the definitions of the forms."""
    size, reference = float(effect.size or 0), float(effect.reference or 0)
    half, steep = float(effect.half or 0), float(effect.steepness or 0)
    forms: dict[str, Callable[[], float]] = {
        "power": lambda: float((x / reference) ** size),
        "linear": lambda: 1 + size * (x - reference),
        "exponential": lambda: math.exp(size * (x - reference)),
        "hill": lambda: 1 + size * float(x**steep / (half**steep + x**steep)),
        "below": lambda: size if x < reference else 1.0,
    }
    return forms[effect.form.value]()


def parameters(name: str, values: Values, etas: Sequence[float]) -> dict[str, float]:
    """Return the parameters by name: typical value, effects one by one, e^eta; written from the forms' definitions."""
    row = read_model(name)
    found = {one.parameter.value: float(one.value) for one in row.parameter}
    for effect in row.effect:
        given = [values[one] for one in effect.covariates]
        if effect.factors:
            by = next(float(one.factor) for one in effect.factors if list(one.words) == given)
        else:
            x = float(given[0]) if effect.cap is None else min(float(given[0]), float(effect.cap))
            by = plain_factor(effect, x)
        found[effect.parameter.value] *= by
    for one, eta in zip(row.random_effect, etas, strict=True):
        holds = one.when is None or (
            values[one.when] == one.when_word if one.when_below is None else float(values[one.when]) < one.when_below
        )
        if holds:
            found[one.parameter.value] *= math.exp(eta)
    return found


def system(name: str, p: dict[str, float]) -> tuple[np.ndarray[Any, Any], float, float]:
    """Return the system matrix with blood second to last, the central volume and the share absorbed."""
    row = read_model(name)
    if row.absorption is Absorption.FIRST_ORDER:
        rates = [p[Parameter.ABSORPTION]]
    elif row.absorption is Absorption.ERLANG:
        rates = [p[Parameter.STEP_RATE]] * row.steps
    else:
        rates = [row.steps / p[Parameter.TRANSIT_TIME]] * row.steps + [p[Parameter.ABSORPTION]]
    volume = p[Parameter.VOLUME]
    out = p.get(Parameter.TO_PERIPHERAL, p.get(Parameter.EXCHANGE, 0.0) / volume)
    back = p.get(Parameter.FROM_PERIPHERAL, p.get(Parameter.EXCHANGE, 0.0) / p.get(Parameter.PERIPHERAL_VOLUME, 1.0))
    size = len(rates) + 2
    matrix = np.zeros((size, size))
    for i, rate in enumerate(rates):
        matrix[i, i] = -rate
        matrix[i + 1, i] += rate
    blood, tissue = size - 2, size - 1
    matrix[blood, blood] = -p[Parameter.CLEARANCE] / volume - out
    matrix[tissue, blood], matrix[blood, tissue], matrix[tissue, tissue] = out, back, -back
    return matrix, volume, p.get(Parameter.BIOAVAILABILITY, 1.0)


def course(
    name: str, doses: Sequence[Dose], steps: Sequence[Step], hours: Sequence[float], etas: Sequence[float]
) -> list[float]:
    """Return levels at hours, stepping from event to event with a matrix exponential."""
    row = read_model(name)
    lag = next((float(one.value) for one in row.parameter if one.parameter is Parameter.LAG), 0.0)
    own = [system(name, parameters(name, step.values, etas)) for step in steps]
    at = 0
    events: list[tuple[float, int, float]] = [(hour, 0, 0.0) for hour in hours]
    events += [(step.from_h, 1, 0.0) for step in steps[1:]]
    for dose in doses:
        taken = sum(step.from_h <= dose.time_h for step in steps[1:])
        events.append((dose.time_h + lag, 2, dose.amount_mg * own[taken][2]))
    state, now, found = np.zeros(len(own[0][0])), doses[0].time_h, []
    for hour, kind, mg in sorted(events):
        if hour > now:
            state, now = expm(own[at][0] * (hour - now)) @ state, hour
        if kind == 0:
            plasma = 1000 * float(state[-2]) / own[at][1]
            if row.binding is not None:
                red = float(steps[at].values[Covariate.HEMATOCRIT_PERCENT]) / 100
                plasma *= 1 + float(row.binding.capacity_ng_ml) * red / (plasma + float(row.binding.half_ng_ml))
            found.append(plasma)
        elif kind == 1:
            at += 1
        else:
            state[0] += mg
    return found


def minus_log(name: str, levels: Sequence[Level], predicted: Sequence[float], etas: Sequence[float]) -> float:
    """Return minus twice the log posterior, from the definitions."""
    from scipy.stats import norm  # type: ignore[import-untyped]

    model = make_model(read_model(name))
    total = float(np.asarray(etas) @ np.linalg.solve(np.array(model.omega), np.asarray(etas)))
    row = next((one for one in model.row.error if one.assay is Assay.LC_MS_MS), model.row.error[0])
    b, a = float(row.proportional or 0), float(row.additive_ng_ml or 0)
    for level, f in zip(levels, predicted, strict=True):
        log = row.kind is ErrorKind.LOG
        sd = b if log else math.hypot(b * f, a)
        if level.censoring is not None:
            limit = level.censoring.limit_ng_ml
            total -= 2 * float(norm.logcdf((math.log(limit / f) if log else limit - f) / sd))
        else:
            r = math.log(level.value_ng_ml / f) if log else level.value_ng_ml - f
            total += 2 * math.log(sd) + (r / sd) ** 2
    return total


def any_patient(seed: int) -> tuple[str, list[Dose], list[Step], list[Level]]:
    """Return a model and a patient of it: doses changed and missed, a haematocrit that moves, levels."""
    chance = random.Random(seed)  # noqa: S311
    name = model_ids()[seed % len(model_ids())]
    model = make_model(read_model(name))
    gap = 24.0 if model.row.release == ("prolonged",) else 12.0
    doses = [Dose(gap * i, 3.0 if gap * i < 60 else chance.choice([2.0, 4.0])) for i in range(14)]
    doses = [doses[0], *(dose for dose in doses[1:] if chance.random() > 0.1)]
    values = dict(REFERENCE[name])
    steps = [Step(0.0, values)]
    if Covariate.HEMATOCRIT_PERCENT in values:
        steps.append(Step(70.0, values | {Covariate.HEMATOCRIT_PERCENT: chance.uniform(28, 36)}))
    times = sorted(chance.sample([gap * i + chance.choice([0, 1.5, 3, 7]) for i in range(2, 14)], 4))
    etas = [chance.gauss(0, 0.6 * math.sqrt(model.omega[i][i])) for i in range(len(model.omega))]
    true = predict(make_case(model, doses, steps, times), etas)
    levels = [
        Level(time, value * math.exp(chance.gauss(0, 0.12)), Assay.LC_MS_MS)
        for time, value in zip(times, true, strict=True)
    ]
    if chance.random() < 0.3:
        levels[0] = levels[0]._replace(censoring=Censoring(levels[0].value_ng_ml, below=True))
    return name, doses, steps, levels


@pytest.mark.parametrize("seed", range(PATIENTS))
def test_the_second_engine_agrees(seed: int) -> None:
    """Predictions to 1e-9 at random etas; its objective at the estimate; and no lower optimum by its optimiser."""
    name, doses, steps, levels = any_patient(seed)
    chance = random.Random(seed)  # noqa: S311
    model = make_model(read_model(name))
    problem = make_problem(model, doses, steps, levels)
    hours = [level.time_h for level in levels]
    etas = [chance.gauss(0, 0.5) for _ in model.omega]
    assert predict(problem.case, etas) == pytest.approx(course(name, doses, steps, hours, etas), rel=1e-9)
    found = estimate(problem)
    assert found.doubts == ()

    def objective(x: Sequence[float]) -> float:
        x = [float(one) for one in x]
        return minus_log(name, levels, course(name, doses, steps, hours, x), x)

    best = objective(found.unknowns)
    assert found.objective == pytest.approx(best, rel=1e-9, abs=1e-9)
    other = minimize(objective, [0.0] * len(model.omega), method="BFGS", options={"gtol": 1e-5})
    assert best <= other.fun + 1e-6
    if other.fun < best + 1e-7:
        assert found.unknowns == pytest.approx([float(one) for one in other.x], abs=1e-3)
