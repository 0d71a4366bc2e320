"""Forecasts: against the posterior by other means, their intervals, and that the same question has the same answer."""

from __future__ import annotations

import math
import random
import statistics
import sys
from pathlib import Path

import pytest

from tdmcli.pharmacokinetics.ahead import DRAWS, Ahead, courses_ahead, look_ahead
from tdmcli.pharmacokinetics.dosing_history import Dose, regular_doses
from tdmcli.pharmacokinetics.drift import Drift, drift_of
from tdmcli.pharmacokinetics.estimate import estimate
from tdmcli.pharmacokinetics.exposure import area_ng_h_ml
from tdmcli.pharmacokinetics.forecast import outlook, seen_of
from tdmcli.pharmacokinetics.likelihood import Level
from tdmcli.pharmacokinetics.linear_algebra import factor
from tdmcli.pharmacokinetics.population_model import make_model
from tdmcli.pharmacokinetics.prediction import Step, leg_kinetics, make_case, predict
from tdmcli.pharmacokinetics.problem import make_problem
from tdmcli.pharmacokinetics.quasi_random import normal_points
from tdmcli.tables.model_forms import Assay, Covariate
from tdmcli.tables.model_readers import model_ids, read_model

sys.path.insert(0, str(Path(__file__).parent))
from models_of_cases import constant
from test_models import REFERENCE

PATIENT: dict[Covariate, float | str] = {
    Covariate.HEMATOCRIT_PERCENT: 31.0,
    Covariate.CYP3A5: "*3/*3",
    Covariate.RELEASE: "immediate",
}
WOILLARD = make_model(read_model("woillard-2011"))
HISTORY = regular_doses(0.0, (3.0,), 12.0, 336.0)
LEVELS = [Level(96.0, 7.0), Level(240.0, 8.4), Level(336.0, 6.6)]
FOLLOWING = regular_doses(336.0, (4.0,), 12.0, 336.0 + 240)


def ahead_of(drift: Drift | None = None, count: int = DRAWS) -> Ahead:
    """Return a patient after three levels on 3 mg twice a day."""
    ends = tuple(level.time_h for level in LEVELS)
    problem = make_problem(WOILLARD, HISTORY, constant(PATIENT), LEVELS, drift, ends)
    return look_ahead(problem, estimate(problem), HISTORY, 336.0, Assay.ANY, count)


def test_the_most_probable_course_is_that_of_the_whole_history() -> None:
    """Going on from the amounts of now gives what one timeline over past and future gives: troughs, area, first hit."""
    found = outlook(ahead_of(), FOLLOWING, 504.0, 12.0, 8.0, 20.0)
    problem = make_problem(WOILLARD, HISTORY, constant(PATIENT), LEVELS)
    etas = estimate(problem).unknowns
    case = make_case(WOILLARD, [*HISTORY, *FOLLOWING], constant(PATIENT), [336.0 + 12 * i for i in range(1, 15)])
    course = predict(case, etas)
    assert found.most_probable_ng_ml == pytest.approx(course[-1], rel=1e-10)
    first = next(12.0 * (i + 1) for i, level in enumerate(course) if 8.0 <= level <= 20.0)
    assert found.in_range_after_h == first
    area = area_ng_h_ml(case.line, leg_kinetics(case, etas), 492.0, 504.0)
    assert found.area_ng_h_ml.median == pytest.approx(area, rel=0.02)
    assert outlook(ahead_of(), FOLLOWING, 504.0, 12.0, 30.0, 40.0).in_range_after_h is None


@pytest.mark.parametrize("drift", [None, Drift(0.07, 1.5, 0.0)])
def test_intervals_are_those_of_random_draws_through_the_whole_history(drift: Drift | None) -> None:
    """Quantiles and the probability agree with 4,000 random draws, each walked from the first dose on."""
    ends = tuple(level.time_h for level in LEVELS)
    problem = make_problem(WOILLARD, HISTORY, constant(PATIENT), LEVELS, drift, ends if drift else ())
    estimated = estimate(problem)
    found = outlook(look_ahead(problem, estimated, HISTORY, 336.0, Assay.ANY), FOLLOWING, 360.0, 12.0, 6.0, 9.0)
    case = make_case(WOILLARD, [*HISTORY, *FOLLOWING], constant(PATIENT), [360.0], ends if drift else ())
    chance = random.Random(1)  # noqa: S311
    lower = factor(estimated.covariance) or []
    levels = []
    for _ in range(4000):
        normal = [chance.gauss(0, 1) for _ in lower]
        away = [sum(map(float.__mul__, row, normal)) for row in lower]
        (level,) = predict(case, [one + by for one, by in zip(estimated.unknowns, away, strict=True)])
        levels.append(level + chance.gauss(0, math.hypot(0.113 * level, 0.71)))
    cuts = statistics.quantiles(levels, n=40)
    wanted = (statistics.median(levels), cuts[3], cuts[35], cuts[0], cuts[38])
    assert list(found.trough_ng_ml) == pytest.approx(wanted, rel=0.05)
    inside = sum(6.0 <= level <= 9.0 for level in levels) / len(levels)
    assert found.probability_in_range == pytest.approx(inside, abs=0.03)


@pytest.mark.parametrize("name", model_ids())
def test_every_draw_is_its_own_whole_history(name: str) -> None:
    """The next two troughs of each draw are those of a walk from its first dose, in every model.

    Also where the rate of absorption scatters widely (the child's model): amounts that followed it by slopes left
    tonnes in the gut.
    """
    model = make_model(read_model(name))
    gap = 12.0 if "immediate" in model.row.release else 24.0
    covariates = REFERENCE[name]
    history = regular_doses(0.0, (3.0,), gap, 336.0)
    typical = predict(make_case(model, history, constant(covariates), [192.0, 336.0]), [0.0] * len(model.omega))
    levels = [Level(192.0, 1.2 * typical[0]), Level(336.0, 0.9 * typical[1])]
    problem = make_problem(model, history, constant(covariates), levels)
    estimated = estimate(problem)
    ahead = look_ahead(problem, estimated, history, 336.0, Assay.ANY, 200)
    following = regular_doses(336.0, (3.0,), gap, 336.0 + 2 * gap)
    hours = [336.0 + gap, 336.0 + 2 * gap]
    case = make_case(model, [*history, *following], constant(covariates), hours)
    lower = factor(estimated.covariance) or []
    courses = courses_ahead(ahead, following)
    for draw, (*point, _) in zip(ahead.draws, normal_points(200, len(model.omega) + 1), strict=True):
        away = [sum(map(float.__mul__, row, point)) for row in lower]
        wanted = predict(case, [one + by for one, by in zip(estimated.unknowns, away, strict=True)])
        found = [seen_of(ahead, draw, courses, hour, gap).level_ng_ml for hour in hours]
        assert found == pytest.approx(wanted, rel=1e-9)


def test_r61_the_same_question_has_the_same_answer() -> None:
    """Twice the same, to the last digit; and more draws hardly move it."""
    one, two = (outlook(ahead_of(), FOLLOWING, 504.0, 12.0, 6.0, 9.0) for _ in range(2))
    assert one == two
    many = outlook(ahead_of(count=8000), FOLLOWING, 504.0, 12.0, 6.0, 9.0)
    assert list(one.trough_ng_ml) == pytest.approx(list(many.trough_ng_ml), rel=0.03)
    assert one.probability_in_range == pytest.approx(many.probability_in_range, abs=0.01)


def test_a_drift_widens_what_is_to_come() -> None:
    """A clearance that may have moved by the next visit leaves the forecast less sure."""
    still, moving = (
        outlook(ahead_of(drift), FOLLOWING, 504.0, 12.0, 6.0, 9.0) for drift in (None, drift_of(WOILLARD.row))
    )
    widths = [one.trough_ng_ml.p90 - one.trough_ng_ml.p10 for one in (still, moving)]
    assert widths[0] * 1.3 < widths[1]
    areas = [one.area_ng_h_ml.p90 - one.area_ng_h_ml.p10 for one in (still, moving)]
    assert areas[0] * 1.3 < areas[1]


def test_more_drug_gives_more() -> None:
    """Every quantile of trough and area grows with the dose, areas in proportion at steady state."""
    ahead = ahead_of()
    less, more = (
        outlook(ahead, regular_doses(336.0, (mg,), 12.0, 1200.0), 1200.0, 12.0, 6.0, 9.0) for mg in (3.0, 6.0)
    )
    assert all(one < two for one, two in zip(less.trough_ng_ml, more.trough_ng_ml, strict=True))
    assert more.area_ng_h_ml == pytest.approx([2 * one for one in less.area_ng_h_ml], rel=1e-6)


def test_a_dose_in_its_lag_is_not_lost() -> None:
    """What was swallowed just before now is still absorbed after it."""
    model = make_model(read_model("andrews-2019"))
    steps = constant(REFERENCE["andrews-2019"])
    history = [*regular_doses(0.0, (4.0,), 12.0, 240.0), Dose(239.8, 4.0)]
    problem = make_problem(model, history, steps, [Level(228.0, 9.0)])
    found = estimate(problem)
    ahead = look_ahead(problem, found, history, 240.0, Assay.LC_MS_MS)
    case = make_case(model, [*history, Dose(240.0, 4.0)], steps, [252.0])
    seen = outlook(ahead, [Dose(240.0, 4.0)], 252.0, 12.0, 6.0, 9.0)
    assert seen.most_probable_ng_ml == pytest.approx(predict(case, found.unknowns)[0], rel=1e-9)


def test_whole_blood_areas_where_red_cells_bind() -> None:
    """With binding the area is that of the whole-blood course: levels summed finely say the same."""
    model = make_model(read_model("storset-2014"))
    steps = [Step(0.0, REFERENCE["storset-2014"])]
    history = regular_doses(0.0, (4.0,), 12.0, 480.0)
    problem = make_problem(model, history, steps, [Level(240.0, 9.0)])
    found = estimate(problem)
    ahead = look_ahead(problem, found, history, 480.0, Assay.LC_MS_MS, 20)
    following = regular_doses(480.0, (4.0,), 12.0, 600.0)
    seen = outlook(ahead, following, 600.0, 12.0, 6.0, 9.0)
    hours = [588.0 + i / 50 for i in range(601)]
    values = predict(make_case(model, [*history, *following], steps, hours), found.unknowns)
    assert seen.area_ng_h_ml.median == pytest.approx(sum(values[1:]) / 50, rel=0.1)


def test_normal_points() -> None:
    """Mean 0, variance 1, hardly correlated, and as far out as normal numbers go."""
    points = normal_points(1000, 7)
    assert len(points) == 1000
    for i in range(7):
        column = [point[i] for point in points]
        assert abs(statistics.fmean(column)) < 1e-12
        assert statistics.pstdev(column) == pytest.approx(1.0, rel=1e-12)
        assert max(column) > 2.5
        for j in range(i):
            assert abs(statistics.fmean(point[i] * point[j] for point in points)) < 1e-9


def test_a_forecast_from_the_past_is_refused() -> None:
    """Before the last change of covariates or the last visit there is nothing to forecast from."""
    problem = make_problem(WOILLARD, HISTORY, [Step(0.0, PATIENT), Step(200.0, PATIENT)], LEVELS)
    with pytest.raises(ValueError, match="begins after"):
        look_ahead(problem, estimate(problem), HISTORY, 199.0, Assay.ANY)
