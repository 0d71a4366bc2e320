"""Several regimens at the price of one: the same as each by itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdmcli.pharmacokinetics.ahead import Ahead, look_ahead
from tdmcli.pharmacokinetics.dosing_history import regular_doses
from tdmcli.pharmacokinetics.drift import drift_of
from tdmcli.pharmacokinetics.estimate import estimate
from tdmcli.pharmacokinetics.forecast import most_probable, outlook, troughs
from tdmcli.pharmacokinetics.likelihood import Level
from tdmcli.pharmacokinetics.population_model import make_model
from tdmcli.pharmacokinetics.problem import make_problem
from tdmcli.pharmacokinetics.responses import Clock, outlooks
from tdmcli.tables.model_forms import Assay, Covariate
from tdmcli.tables.model_readers import read_model

sys.path.insert(0, str(Path(__file__).parent))
from models_of_cases import constant

VALUES: dict[Covariate, float | str] = {
    Covariate.HEMATOCRIT_PERCENT: 31.0,
    Covariate.CYP3A5: "*1/*3",
    Covariate.RELEASE: "immediate",
    Covariate.WEIGHT_KG: 70.0,
    Covariate.FAT_FREE_MASS_KG: 55.0,
    Covariate.DAYS_AFTER_TRANSPLANT: 20.0,
    Covariate.PREDNISOLONE_MG_DAY: 20.0,
    Covariate.FREE_PREDNISOLONE_PEAK_NMOL_L: 155.5,
}
CLOCK = Clock(tuple(240.0 + 12 * i for i in range(14)), 240.0 + 12 * 13, 12.0)


def ahead_of(name: str) -> Ahead:
    """Return a patient of a model after 10 days and two levels, with few draws."""
    model = make_model(read_model(name))
    history = regular_doses(0.0, (3.0, 2.5), 12.0, 239.0)
    levels = [Level(131.5, 7.0), Level(239.5, 9.0)]
    problem = make_problem(model, history, constant(VALUES), levels, drift_of(model.row), (131.5, 239.5))
    return look_ahead(problem, estimate(problem), history, 240.0, Assay.ANY, 40)


WOILLARD, STORSET = ahead_of("woillard-2011"), ahead_of("storset-2014")
cycles = st.lists(
    st.tuples(st.sampled_from([0.5, 1.0, 2.5, 3.0, 8.0]), st.sampled_from([0.0, 0.5, 2.0, 7.5])), min_size=1, max_size=8
)


@given(st.sampled_from([WOILLARD, STORSET]), cycles)
@settings(max_examples=25, deadline=None)
def test_sums_of_responses_are_what_each_regimen_gives(ahead: Ahead, given_mg: list[tuple[float, float]]) -> None:
    """Every number of every regimen, with a linear model and with one that binds to red cells, to 1e-9."""
    found = outlooks(ahead, CLOCK, given_mg, 6.0, 9.0)
    assert len(found) == len(given_mg)
    for cycle, one in zip(given_mg, found, strict=True):
        alone = outlook(ahead, CLOCK.doses(cycle), CLOCK.trough_h, CLOCK.over_h, 6.0, 9.0)
        assert one.most_probable_ng_ml == pytest.approx(alone.most_probable_ng_ml, rel=1e-9)
        assert one.probability_in_range == pytest.approx(alone.probability_in_range, rel=1e-9)
        assert one.trough_ng_ml == pytest.approx(alone.trough_ng_ml, rel=1e-9)
        assert one.area_ng_h_ml == pytest.approx(alone.area_ng_h_ml, rel=1e-9)
        assert one.in_range_after_h == alone.in_range_after_h


@pytest.mark.parametrize("ahead", [WOILLARD, STORSET])
def test_the_course_for_a_picture_is_that_of_the_numbers(ahead: Ahead) -> None:
    """The spread at the hour of the trough is the one of the outlook; without draws the best course is the same."""
    doses = CLOCK.doses((4.0, 3.0))
    alone = outlook(ahead, doses, CLOCK.trough_h, CLOCK.over_h, 6.0, 9.0)
    (last,) = troughs(ahead, doses, (CLOCK.trough_h,))
    assert last == pytest.approx(alone.trough_ng_ml, rel=1e-12)
    assert most_probable(ahead._replace(draws=()), doses, CLOCK.trough_h) == alone.most_probable_ng_ml
