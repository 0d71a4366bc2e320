"""Estimates against other programs' numbers, laws that any estimate obeys, and scipy from many starts."""

from __future__ import annotations

import json
import math
import random
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from scipy.optimize import minimize  # type: ignore[import-untyped]

from tdmcli.pharmacokinetics.dosing_history import regular_doses
from tdmcli.pharmacokinetics.drift import Drift, covariance, occasion_ends_h
from tdmcli.pharmacokinetics.estimate import Doubt, estimate
from tdmcli.pharmacokinetics.exposure import area_ng_h_ml
from tdmcli.pharmacokinetics.likelihood import Censoring, ErrorModel, Level, distance, log_normal_share, term
from tdmcli.pharmacokinetics.population_model import make_model
from tdmcli.pharmacokinetics.prediction import Step, leg_kinetics, make_case, predict
from tdmcli.pharmacokinetics.problem import Problem, make_problem, objective
from tdmcli.tables.model_forms import Absorption, Assay, Covariate, ErrorKind
from tdmcli.tables.model_readers import read_model
from tdmcli.tables.model_rows import CovarianceRow, ErrorRow

sys.path.insert(0, str(Path(__file__).parent))
from models_of_cases import (
    CL,
    KA,
    KTR,
    LAG,
    V1,
    V2,
    F,
    Q,
    at,
    category,
    constant,
    every,
    mixed,
    model,
    of_mapbayr,
    power,
)

CASES_FILE = Path(__file__).parent / "map_cases_mapbayr.json"
CASES: list[dict[str, Any]] = json.loads(CASES_FILE.read_text(encoding="utf-8"))["cases"]
WOILLARD = make_model(read_model("woillard-2011"))
PATIENT: dict[Covariate, float | str] = {
    Covariate.HEMATOCRIT_PERCENT: 31.0,
    Covariate.CYP3A5: "*3/*3",
    Covariate.RELEASE: "immediate",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_mapbayr_and_an_exact_solver(case: dict[str, Any]) -> None:
    """Etas, objective, predictions, areas and covariance of six patients: steady state, missed doses, M3."""
    made, doses, steps, levels = of_mapbayr(case)
    problem = make_problem(made, doses, steps, levels)
    found, wanted = estimate(problem), case["expected"]
    assert found.doubts == ()
    assert found.unknowns == pytest.approx(wanted["map_eta"], abs=1e-6)
    assert found.objective == pytest.approx(wanted["objective"], abs=1e-9)
    assert found.objective_at_typical == pytest.approx(wanted["objective_at_eta_zero"], abs=1e-9)
    assert found.predicted_ng_ml == pytest.approx(wanted["ipred_at_observations"], rel=1e-7)
    for own, row in zip(found.covariance, wanted["posterior_covariance"], strict=True):
        assert own == pytest.approx(row, rel=2e-3, abs=2e-5)
    kinetics = leg_kinetics(problem.case, found.unknowns)
    typical = leg_kinetics(problem.case, [0.0] * 5)
    for area in wanted["auc"]:
        window = area["from"], area["to"]
        assert area_ng_h_ml(problem.case.line, kinetics, *window) == pytest.approx(area["auc"], rel=1e-7)
        assert area_ng_h_ml(problem.case.line, typical, *window) == pytest.approx(area["auc_population"], rel=1e-10)
    rows = wanted["predictions"] or []
    asked = make_case(made, doses, steps, [float(one["time"]) for one in rows])
    assert predict(asked, found.unknowns) == pytest.approx([one["ipred"] for one in rows], rel=1e-7)
    assert predict(asked, [0.0] * 5) == pytest.approx([one["pred"] for one in rows], rel=1e-10)


MONCHAUD = model(
    Absorption.ERLANG,
    {CL: 17.5, V1: 136.0, Q: 41.1, V2: 529.0, KTR: 7.06},
    {
        one: Decimal(sd) ** 2
        for one, sd in zip((CL, V1, Q, V2, KTR), ("0.537", "0.41", "0.717", "1.26", "0.427"), strict=True)
    },
    mixed(Decimal("0.069"), Decimal("1.6")),
    steps=5,
)
LAGGED = model(
    Absorption.FIRST_ORDER,
    {CL: 21.0, V1: 230.0, Q: 55.0, V2: 650.0, KA: 1.1, LAG: 0.4},
    {CL: Decimal("0.16"), V1: Decimal("0.3025"), KA: Decimal("0.1225")},
    ErrorRow(Assay.ANY, ErrorKind.PROPORTIONAL, Decimal("0.18")),
    power(CL, Covariate.WEIGHT_KG, 70, 0.75),
    power(V1, Covariate.WEIGHT_KG, 70, 1),
    category(CL, Covariate.CYP3A5, {"no": 1, "yes": 1.6}),
)
CORRELATED = model(
    Absorption.FIRST_ORDER,
    {CL: 22.9, V1: 716.0, KA: 4.5},
    {CL: Decimal("0.47") ** 2, V1: Decimal("0.46") ** 2},
    ErrorRow(Assay.ANY, ErrorKind.LOG, Decimal("0.20")),
    power(CL, Covariate.WEIGHT_KG, 70, 0.75),
    covariance=(CovarianceRow(CL, V1, Decimal("0.5") * Decimal("0.47") * Decimal("0.46")),),
)
# Tucuxi's numbers (map_cases_tucuxi.md): parameters, -2 log likelihood + constants aside, and concentrations a priori
# and a posteriori by hour. Its analytic cases agree to 3e-7, those of its Runge-Kutta solver (the first) to 1e-6.
TUCUXI: dict[str, tuple[Any, ...]] = {
    "T1": (
        MONCHAUD,
        every(12, (0, 48, 4)),
        constant({}),
        [(11, 8.0), (34, 8.0), (35, 8.0)],
        {CL: 22.329049, KTR: 7.017382, Q: 47.019336, V1: 122.344716, V2: 106.862369},
        {
            0.5: (7.801174, 8.418207),
            1: (20.749487, 22.125464),
            2: (17.365866, 18.366807),
            4: (8.606008, 11.362774),
            8: (3.843345, 7.359154),
            12: (2.961106, 5.172817),
            24.5: (12.921046, 15.105846),
            26: (22.290265, 24.233064),
            36: (6.941251, 7.622231),
            37: (27.511255, 29.109929),
            40: (14.918691, 16.737196),
            47.5: (8.420936, 8.195692),
        },
        (36, 48, 176.585917),
        2e-6,
    ),
    "T3": (
        LAGGED,
        every(12, (0, 72, 4), (72, 168, 6)),
        constant({Covariate.WEIGHT_KG: 82.0, Covariate.CYP3A5: "yes"}),
        [(59.5, 4.1), (145.5, 15.5), (155.5, 6.0)],
        {CL: 47.720905, KA: 1.032383, V1: 326.477507},
        {
            1: (6.414827, 5.110646),
            3: (7.856527, 6.758182),
            11.5: (1.863412, 1.610082),
            59.5: (4.750005, 3.748500),
            72.3: (4.845726, 3.754722),
            73.5: (17.200829, 13.786205),
            83.5: (6.146088, 4.844791),
            145.5: (20.038486, 15.853251),
            155.5: (8.214891, 6.271712),
            167.5: (8.297497, 6.317283),
        },
        (156, 168, 124.403373),
        1e-6,
    ),
    "T4": (
        CORRELATED,
        every(12, (0, 240, 3.5)),
        constant({Covariate.WEIGHT_KG: 59.0}),
        [(119.5, 13.2), (215.5, 10.9)],
        {CL: 20.411591, V1: 692.290378},
        {
            1: (4.727912, 4.884636),
            11.5: (3.559300, 3.625596),
            119.5: (11.997562, 11.813106),
            120.5: (15.996570, 15.948065),
            215.5: (12.393636, 12.145915),
            218: (16.201138, 16.079818),
            227.5: (12.401804, 12.152132),
        },
        (228, 240, 171.320620),
        1e-6,
    ),
}


@pytest.mark.parametrize("name", TUCUXI)
def test_tucuxi(name: str) -> None:
    """Parameters, predictions before and after, and an area: five steps, lag with a dose change, correlated etas."""
    made, doses, steps, levels, parameters, curve, area, close = TUCUXI[name]
    problem = make_problem(made, doses, steps, at(levels))
    found = estimate(problem)
    assert found.doubts == ()
    own = leg_kinetics(problem.case, found.unknowns)[0]
    values = {CL: own.clearance_l_h, V1: own.volume_l, Q: own.exchange_l_h, V2: own.peripheral_volume_l}
    values |= {KA: own.step_rate_per_h, KTR: own.step_rate_per_h, F: own.bioavailability}
    assert {one: values[one] for one in parameters} == pytest.approx(parameters, rel=3e-6)
    asked = make_case(made, doses, steps, list(curve))
    assert predict(asked, [0.0] * asked.etas) == pytest.approx([one for one, _ in curve.values()], rel=close)
    assert predict(asked, found.unknowns) == pytest.approx([two for _, two in curve.values()], rel=3 * close)
    assert area_ng_h_ml(problem.case.line, [own], *area[:2]) == pytest.approx(area[2], rel=5e-5)  # theirs: trapezia


def any_problem(chance: random.Random, count: int, drift: Drift | None = None) -> Problem:
    """Return a patient on Prograf with levels of all hours around a true course of their own."""
    doses = [
        *regular_doses(0.0, (chance.choice([2.0, 3.0, 4.0]), 3.0), 12.0, 240.0),
        *regular_doses(240.0, (chance.choice([2.0, 3.0, 5.0]),), 12.0, 2160.0),
    ]
    doses = [one for one in doses if chance.random() > 0.03]
    steps = [
        Step(time, {**PATIENT, Covariate.HEMATOCRIT_PERCENT: chance.uniform(24, 42)}) for time in (0.0, 150.0, 800.0)
    ]
    times = sorted(chance.sample([12.0 * i + 6 * (chance.random() < 0.3) for i in range(5, 180)], count))
    true = [chance.gauss(0, math.sqrt(WOILLARD.omega[i][i])) for i in range(5)]
    values = predict(make_case(WOILLARD, doses, steps, times), true)
    levels = [Level(time, value * math.exp(chance.gauss(0, 0.15))) for time, value in zip(times, values, strict=True)]
    return make_problem(WOILLARD, doses, steps, levels, drift, occasion_ends_h(levels, 36.0) if drift else ())


@pytest.mark.parametrize("seed", range(5))
def test_m30_no_other_point_is_lower(seed: int) -> None:
    """The objective at the estimate is below that at 200 random points and where scipy gets from four of them."""
    chance = random.Random(seed)  # noqa: S311
    problem = any_problem(chance, 5)
    found = estimate(problem)
    assert found.doubts == ()
    starts = [[chance.gauss(0, 0.5) for _ in range(5)] for _ in range(200)]
    assert all(found.objective <= objective(problem, start) for start in starts)
    for start in starts[:4]:
        other = minimize(lambda x: objective(problem, list(map(float, x))), start, method="BFGS")
        assert found.objective <= other.fun + 1e-8


@pytest.mark.parametrize("seed", range(3))
def test_m28_limits_of_an_estimate(seed: int) -> None:
    """No level: 0 and the prior's covariance; an endless error or a prior without width: the typical patient."""
    problem = any_problem(random.Random(seed), 4)  # noqa: S311
    case = problem.case._replace(hours=tuple(() for _ in problem.case.hours))
    nothing = estimate(problem._replace(case=case, levels=(), errors=()))
    assert nothing.unknowns == (0.0,) * 5
    for row, own in zip(nothing.covariance, WOILLARD.omega, strict=True):
        assert row == pytest.approx(own, abs=1e-15)
    vague = problem._replace(errors=(ErrorModel(ErrorKind.ADDITIVE, 0.0, 1e6),) * 4)
    assert estimate(vague).unknowns == pytest.approx([0.0] * 5, abs=1e-8)
    narrow = problem._replace(precision=[[one * 1e10 for one in row] for row in problem.precision])
    assert estimate(narrow).predicted_ng_ml == pytest.approx(estimate(narrow).typical_ng_ml, rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_m28_a_level_that_says_nothing_new(seed: int) -> None:
    """A level on the prediction moves no eta and widens nothing, where its scatter is constant."""
    problem = any_problem(random.Random(seed), 4)  # noqa: S311
    additive = (ErrorModel(ErrorKind.ADDITIVE, 0.0, 1.0),)
    before = estimate(problem._replace(errors=additive * 4))
    legs = problem.case.line
    hour = problem.levels[-1].time_h + 12.0
    hours = list(problem.case.hours)
    hours[legs.leg_of_level(hour)] += (hour,)
    case = problem.case._replace(hours=tuple(hours))
    new = Level(hour, predict(case, before.unknowns)[-1])
    after = estimate(Problem(case, (*problem.levels, new), additive * 5, problem.precision, problem.prior_sd))
    assert after.unknowns == pytest.approx(before.unknowns, abs=1e-6)
    assert all(after.covariance[i][i] <= before.covariance[i][i] * (1 + 1e-6) for i in range(5))


@pytest.mark.parametrize("seed", range(3))
def test_m29_twice_the_doses_and_levels_and_another_clock(seed: int) -> None:
    """Linear kinetics: doses and levels doubled give the same parameters (proportional error); so does a shift."""
    chance = random.Random(seed)  # noqa: S311
    doses, levels = regular_doses(0.0, (3.0,), 12.0, 600.0), [(60.0, 7.0), (133.0, 14.0), (588.0, 5.5)]
    found = estimate(
        make_problem(LAGGED, doses, constant({Covariate.WEIGHT_KG: 82.0, Covariate.CYP3A5: "no"}), at(levels))
    )
    shift = chance.uniform(-1e4, 1e4)
    twice = [one._replace(time_h=one.time_h + shift, amount_mg=6.0) for one in doses]
    moved = at([(time + shift, 2 * value) for time, value in levels])
    again = estimate(make_problem(LAGGED, twice, constant({Covariate.WEIGHT_KG: 82.0, Covariate.CYP3A5: "no"}), moved))
    assert again.unknowns == pytest.approx(found.unknowns, abs=1e-7)


DRIFT = Drift(0.05, 3.0, 0.01)


@pytest.mark.parametrize("seed", range(4))
def test_a_drifting_clearance_is_found_where_scipy_finds_it(seed: int) -> None:
    """With a deviation for each visit the optimum is scipy's, and the covariance the inverse of a numerical Hessian."""
    problem = any_problem(random.Random(seed), 4, DRIFT)  # noqa: S311
    found = estimate(problem)
    assert found.doubts == ()
    size = len(found.unknowns)
    assert size > 6
    other = minimize(lambda x: objective(problem, list(map(float, x))), list(found.unknowns), method="BFGS")
    assert found.objective <= other.fun + 1e-9
    step = 1e-3

    def moved(i: int, j: int, by: float, to: float) -> float:
        return objective(
            problem, [one + by * step * (k == i) + to * step * (k == j) for k, one in enumerate(found.unknowns)]
        )

    hessian = [
        [
            (moved(i, j, 1, 1) - moved(i, j, 1, -1) - moved(i, j, -1, 1) + moved(i, j, -1, -1)) / (4 * step**2)
            for j in range(size)
        ]
        for i in range(size)
    ]
    product = [
        [sum(hessian[i][k] * found.covariance[k][j] for k in range(size)) / 2 for j in range(size)] for i in range(size)
    ]
    for i, row in enumerate(product):
        assert row == pytest.approx([float(i == j) for j in range(size)], abs=5e-3)


def test_a_drift_without_variance_is_none() -> None:
    """As the variances of the drift go to nothing, the estimate is that of one constant clearance."""
    chance = random.Random(5)  # noqa: S311
    state = chance.getstate()
    constant_one = estimate(any_problem(chance, 5))
    chance.setstate(state)
    drifting = estimate(any_problem(chance, 5, Drift(1e-12, 3.0, 1e-12)))
    assert drifting.unknowns[:5] == pytest.approx(constant_one.unknowns, abs=1e-6)
    assert drifting.predicted_ng_ml == pytest.approx(constant_one.predicted_ng_ml, rel=1e-6)


def test_the_visit_after_the_last_level_is_the_prior_given_the_others() -> None:
    """The deviation that no level speaks of is what the autoregression expects from those before, no more."""
    found = estimate(any_problem(random.Random(6), 3, Drift(0.05, 3.0, 1e-9)))  # noqa: S311
    before, after = found.unknowns[-2:]
    assert after == pytest.approx(before * math.exp(-1 / 3), rel=1e-5)
    assert found.covariance[-1][-1] > found.covariance[-2][-2]
    own = covariance(Drift(0.04, 2.0, 0.01), 3)
    assert own[0] == pytest.approx([0.05, 0.04 * math.exp(-0.5), 0.04 * math.exp(-1.0)])


def test_levels_of_one_visit_are_of_one_occasion() -> None:
    """Levels within some hours share a visit, which ends with its last one."""
    levels = at([(0, 5), (1, 9), (3, 8), (72, 6), (73, 7), (200, 5)])
    assert occasion_ends_h(levels, 36.0) == (3, 73, 200)


def test_r60_what_must_not_be_used_is_said() -> None:
    """A level that no patient of the population would have puts an eta beyond 3 SD, and the estimate says so."""
    doses = regular_doses(0.0, (3.0,), 12.0, 240.0)
    levels = [Level(time, 90.0) for time in (192.0, 204.0, 216.0, 228.0, 240.0)]
    found = estimate(make_problem(WOILLARD, doses, constant(PATIENT), levels))
    assert Doubt.BEYOND_3_SD in found.doubts
    assert max(map(abs, found.z_scores)) > 3
    assert found.typical_ng_ml[0] == pytest.approx(6.0, rel=0.5)


ERRORS = {
    "proportional": ErrorModel(ErrorKind.PROPORTIONAL, 0.2, 0.0),
    "additive": ErrorModel(ErrorKind.ADDITIVE, 0.0, 0.9),
    "mixed": ErrorModel(ErrorKind.MIXED, 0.113, 0.71),
    "log": ErrorModel(ErrorKind.LOG, 0.25, 0.0),
}


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("censoring", [None, Censoring(2.0, below=True), Censoring(9.0, below=False)])
@pytest.mark.parametrize("f", [0.3, 2.0, 8.0, 40.0])
def test_slopes_of_a_term(name: str, censoring: Censoring | None, f: float) -> None:
    """Both slopes are those of the value, for each error and censored either way."""
    level, error, step = Level(0.0, 6.0, Assay.ANY, censoring), ERRORS[name], f * 1e-5
    found, up, down = (term(error, level, f + by) for by in (0.0, step, -step))
    assert found.slope == pytest.approx((up.value - down.value) / (2 * step), rel=1e-6, abs=1e-7)
    assert found.curvature == pytest.approx((up.slope - down.slope) / (2 * step), rel=1e-6, abs=1e-7)
    assert found.expected >= 0


def test_tails_of_the_normal_distribution() -> None:
    """Ln of the share below z and the density over it hold far out, where the share itself is no float."""
    for z in (-3.0, -29.9, -30.1, -60.0):
        share, mills = log_normal_share(z)
        step = 1e-4
        assert (log_normal_share(z + step)[0] - log_normal_share(z - step)[0]) / (2 * step) == pytest.approx(
            mills, rel=1e-6
        )
        assert share < 0
    assert log_normal_share(-30.0 - 1e-12)[0] == pytest.approx(log_normal_share(-30.0 + 1e-12)[0], rel=1e-10)


def test_r37_levels_that_say_nothing_are_refused() -> None:
    """A level of nothing, one before the first dose, and changes out of order are errors of the caller."""
    doses = regular_doses(0.0, (3.0,), 12.0, 240.0)
    for value in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="a level must be"):
            make_problem(WOILLARD, doses, constant(PATIENT), [Level(96.0, value)])
    for hour in (-5.0, 0.0):
        with pytest.raises(ValueError, match="nothing of the patient"):
            make_problem(WOILLARD, doses, constant(PATIENT), [Level(hour, 5.0)])
    steps = [Step(time, PATIENT) for time in (0.0, 100.0, 50.0)]
    with pytest.raises(ValueError, match="must rise"):
        make_problem(WOILLARD, doses, steps, [Level(96.0, 5.0)])


def test_the_distance_of_a_level_is_that_of_its_own_scatter() -> None:
    """Each form of error in its own scale; a limit counts only where the prediction breaks it."""
    mixed_error = ErrorModel(ErrorKind.MIXED, 0.1, 0.7)
    on_log = ErrorModel(ErrorKind.LOG, 0.2, 0.0)
    assert distance(mixed_error, Level(0.0, 12.0), 10.0) == pytest.approx(2 / math.sqrt(1 + 0.49))
    assert distance(on_log, Level(0.0, 10.0), 10 * math.exp(0.4)) == pytest.approx(-2)
    below, above = (Level(0.0, 2.0, Assay.ANY, Censoring(2.0, way)) for way in (True, False))
    assert distance(mixed_error, below, 1.0) == 0 == distance(mixed_error, above, 3.0)
    assert distance(mixed_error, below, 7.5) == pytest.approx(-5.5 / math.hypot(0.75, 0.7))
    assert distance(mixed_error, above, 1.0) == pytest.approx(1 / math.hypot(0.1, 0.7))
