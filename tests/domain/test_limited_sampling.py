"""Areas from a few levels: the numbers of the sources, and that no regression is used where it does not hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdmcli.domain.limited_sampling import Sample, Sampled, against, area_ng_h_ml, matching
from tdmcli.domain.units import parse_level
from tdmcli.errors import Code
from tdmcli.tables.dosing_readers import read_auc_targets, read_regressions
from tdmcli.tables.readers import read_products
from tdmcli.tables.rows import Population

ROWS = {row.id.removeprefix("regression-"): row for row in read_regressions()}
PRODUCTS = {row.id: row for row in read_products()}
D = Decimal


def sample(hours: str, level: str) -> Sample:
    """Return a sample."""
    return Sample(D(hours), parse_level(level, D("804.02")))


THREE = (sample("0", "5.6"), sample("1", "18"), sample("4", "9.1"))


def reason(row: str, *, product: str = "prograf", **given: Any) -> Code | None:
    """Return why a regression does not hold for an adult kidney recipient on day 40, but for what is given."""
    of = Sampled("kidney", PRODUCTS[product], 12, 40, Population.ADULT, THREE)._replace(**given)
    found = against(ROWS[row], of, 10, D(60))
    return None if found is None else found.code


@pytest.mark.parametrize(
    ("row", "levels", "area"),
    [
        ("saint-marcoux-2013-0-3m", ["5"], "107.4"),
        ("saint-marcoux-2013-0-3m", ["10"], "189.9"),
        ("saint-marcoux-2013-3-12m", ["8"], "153.0"),
        ("saint-marcoux-2013-12m-on", ["12"], "193.8"),
        ("lss-ir-0-1-4h", ["5", "20", "10"], "119.00"),
        ("lss-pr-0-2-4h", ["6", "14", "11"], "211.3"),
    ],
)
def test_an_area_is_that_worked_out_by_hand(row: str, levels: list[str], area: str) -> None:
    """Intercept and coefficients of literature 1.2 and 6 with levels put in by hand."""
    assert area_ng_h_ml(ROWS[row], [D(one) for one in levels]) == D(area)


def test_the_ranges_that_the_source_derived_come_out() -> None:
    """Each range of areas that Saint-Marcoux 2013 prints for a range of troughs is its own regression, rounded."""
    checked = 0
    for target in read_auc_targets():
        name = target.id.removeprefix("auc-")
        if not name.startswith("saint-marcoux") or target.trough_low_ng_ml is None or target.trough_high_ng_ml is None:
            continue
        row = next(one for one in ROWS.values() if one.source == target.source and one.from_day == target.from_day)
        for trough, printed in (
            (target.trough_low_ng_ml, target.low_ng_h_ml),
            (target.trough_high_ng_ml, target.high_ng_h_ml),
        ):
            assert abs(area_ng_h_ml(row, [trough]) - printed) <= 7, target.id
            checked += 1
    assert checked == 20


LEVELS = st.decimals(D("0.1"), D(60), places=1)


@given(st.sampled_from(sorted(ROWS)), st.lists(LEVELS, min_size=3, max_size=3), st.integers(0, 2), LEVELS)
def test_a_larger_level_never_gives_a_smaller_area(name: str, levels: list[Decimal], place: int, more: Decimal) -> None:
    """Whichever level rises, the area rises with it."""
    row = ROWS[name]
    own = levels[: len(row.terms)]
    raised = [one + more * (number == place % len(own)) for number, one in enumerate(own)]
    assert area_ng_h_ml(row, raised) > area_ng_h_ml(row, own)


@pytest.mark.parametrize(
    ("row", "given", "code"),
    [
        ("saint-marcoux-2013-0-3m", {}, None),
        ("lss-ir-0-1-4h", {}, None),
        ("lss-ir-0-1-4h", {"day": None}, None),
        ("saint-marcoux-2013-0-3m", {"day": 89}, None),
        ("saint-marcoux-2013-0-3m", {"day": 90}, Code.OUTSIDE_POPULATION),
        ("saint-marcoux-2013-3-12m", {"day": 89}, Code.OUTSIDE_POPULATION),
        ("saint-marcoux-2013-3-12m", {"day": 90}, None),
        ("saint-marcoux-2013-12m-on", {"day": 365}, None),
        ("saint-marcoux-2013-0-3m", {"day": None}, Code.MISSING_TIME),
        ("saint-marcoux-2013-0-3m", {"indication": "liver"}, Code.OUTSIDE_POPULATION),
        ("saint-marcoux-2013-0-3m", {"indication": "kidney-pancreas"}, Code.OUTSIDE_POPULATION),
        ("lss-ir-0-1-4h", {"population": Population.CHILD}, Code.OUTSIDE_POPULATION),
        ("saint-marcoux-2013-0-3m", {"population": Population.CHILD}, Code.OUTSIDE_POPULATION),
        ("lss-ir-0-1-4h", {"interval_h": 8}, Code.OUTSIDE_POPULATION),
        ("lss-ir-0-1-4h", {"interval_h": 24}, Code.OUTSIDE_POPULATION),
        ("lss-ir-0-1-4h", {"product": "advagraf"}, Code.OTHER_PRODUCT),
        ("lss-ir-0-1-4h", {"product": "intravenous"}, Code.OTHER_PRODUCT),
        ("lss-pr-0-2-4h", {"product": "prograf"}, Code.OTHER_PRODUCT),
        ("lss-pr-0-2-4h", {"product": "envarsus", "interval_h": 24}, Code.OTHER_PRODUCT),
        ("lss-pr-0-2-4h", {"product": "advagraf", "interval_h": 12}, Code.OUTSIDE_POPULATION),
        ("lss-ir-0-1-4h", {"samples": THREE[:2]}, Code.MISSING_LEVEL),
        ("saint-marcoux-2013-0-3m", {"samples": THREE[1:]}, Code.MISSING_LEVEL),
        ("lss-ir-0-1-4h", {"samples": (THREE[0], sample("1.167", "18"), THREE[2])}, Code.MISSING_LEVEL),
        ("lss-ir-0-1-4h", {"samples": (THREE[0], sample("1.166", "18"), THREE[2])}, None),
        ("lss-ir-0-1-4h", {"samples": (THREE[0], THREE[1], sample("3.8", "9"))}, Code.MISSING_LEVEL),
        ("lss-ir-0-1-4h", {"samples": (sample("0", "<2"), *THREE[1:])}, Code.CENSORED_LEVEL),
        ("lss-ir-0-1-4h", {"samples": (THREE[0], sample("1", ">30"), THREE[2])}, Code.CENSORED_LEVEL),
        ("lss-ir-0-1-4h", {"samples": (THREE[0], sample("1", "60.1"), THREE[2])}, Code.CRITICAL_LEVEL),
        ("saint-marcoux-2013-0-3m", {"samples": (sample("0.1", "5"),)}, Code.MISSING_LEVEL),
        ("saint-marcoux-2013-0-3m", {"samples": (sample("12", "5"),)}, Code.MISSING_LEVEL),
    ],
)
def test_a_regression_holds_for_its_own_patients_and_times_alone(
    row: str, given: dict[str, Any], code: Code | None
) -> None:
    """Organ, age, days, release, product, interval, sampling times and what was measured each shut a regression out."""
    assert reason(row, **given) is code


def test_the_nearest_sample_is_taken() -> None:
    """Of two samples within the minutes the nearer one counts, and a level soon after the dose is never the trough."""
    near = (sample("0.1", "30"), sample("0.9", "17"), sample("1.05", "18"), sample("4", "9"))
    found = matching(ROWS["lss-ir-0-1-4h"], near, 10)
    assert [one and one.hours for one in found] == [None, D("1.05"), D(4)]
