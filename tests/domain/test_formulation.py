"""Which rows hold for a change of product and in which direction, and how a dose is rounded to the new product."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdmcli.domain.findings import Refused
from tdmcli.domain.formulation import (
    Switch,
    choose,
    daily_doses,
    decides,
    has_reverse,
    kept_apart,
    needs_indication,
    of_other_label,
    speaks_of,
    violated,
)
from tdmcli.domain.whole_units import round_dose
from tdmcli.errors import Code
from tdmcli.tables.conversion_rows import ConversionKind
from tdmcli.tables.dosing_readers import read_conversions, read_not_interchangeable
from tdmcli.tables.readers import indication_ids, read_policy, read_products
from tdmcli.tables.rows import Population, Route

ROWS = read_conversions()
PRODUCTS = {row.id: row for row in read_products()}
POLICY = read_policy().dose
ORAL = [row for row in PRODUCTS.values() if row.route is Route.ORAL]
PEOPLE = (None, Population.ADULT, Population.CHILD)
INDICATIONS = (None, *indication_ids())
PAIRS = [(one, other) for one, other in itertools.product(PRODUCTS.values(), repeat=2) if one != other]
IR = ("prograf", "generic-ir", "adoport", "modigraf", "prograf-granules")

# every change of an adult with a kidney for which a label gives a factor; all others have none
FACTORS = {
    **{(name, "envarsus-xr"): "0.80" for name in IR},
    ("prograf", "envarsus"): "0.70",
    ("advagraf", "envarsus"): "0.70",
    ("prograf", "advagraf"): "1",
    ("prograf", "prograf-granules"): "1",
    ("prograf-granules", "prograf"): "1",
    ("advagraf", "intravenous"): "0.2",
}


def test_r49_each_change_of_product_has_the_factor_of_its_row_and_no_other() -> None:
    """R49: of the 90 changes an adult with a kidney may make, just those that a label speaks of have a factor."""
    found = {}
    for before, after in PAIRS:
        row = choose(ROWS, Switch(before, after, Population.ADULT, "kidney")).deciding
        if row is not None:
            found[before.id, after.id] = row.factor_low
    assert found == {way: Decimal(factor) for way, factor in FACTORS.items()}


def test_r49_there_and_back_is_the_identity_and_no_other_reverse_exists() -> None:
    """R49: where both directions decide, for whomever it may be, their factors are 1 and 1."""
    both = set()
    for (before, after), people, indication in itertools.product(PAIRS, PEOPLE, INDICATIONS):
        there = choose(ROWS, Switch(before, after, people, indication)).deciding
        back = choose(ROWS, Switch(after, before, people, indication)).deciding
        if there is not None and back is not None:
            assert {there.factor_low, back.factor_low} == {Decimal(1)}
            both |= {(before.id, after.id)}
    assert both == {("prograf", "prograf-granules"), ("prograf-granules", "prograf")}


def test_one_row_at_most_decides_a_change() -> None:
    """No two labels' numbers hold for one change: which comes first in the table would else choose the dose."""
    for (before, after), people, indication in itertools.product(PAIRS, PEOPLE, INDICATIONS):
        choice = choose(ROWS, Switch(before, after, people, indication))
        assert [row.id for row in choice.others if decides(row)] == []


def test_only_a_label_decides() -> None:
    """A hospital's rule, a study and an observed dose never decide, nor a label without one number."""
    assert {row.kind for row in ROWS if decides(row)} == {ConversionKind.LABEL}
    assert not decides(next(row for row in ROWS if row.id == "conversion-intravenous-to-oral-us"))
    label = next(row for row in ROWS if row.id == "conversion-ir-to-envarsus-xr")
    assert not decides(label._replace(factor_high=Decimal("0.85")))


def test_r28_rows_for_children_never_hold_for_an_unknown_age() -> None:
    """R28: without an age no row for children holds, and for an adult none; for a child none of adults."""
    for (before, after), indication in itertools.product(PAIRS, INDICATIONS):
        for people in PEOPLE:
            choice = choose(ROWS, Switch(before, after, people, indication))
            holding = {row.population for row in (choice.deciding, *choice.others) if row is not None}
            assert (Population.ADULT if people is Population.CHILD else Population.CHILD) not in holding


@pytest.mark.parametrize("people", [None, Population.ADULT])
def test_r50_from_the_vein_to_the_mouth_nothing_decides_for_an_adult(people: Population | None) -> None:
    """R50: whatever the product and the indication, no row turns an adult's infusion into an oral dose."""
    for after, indication in itertools.product(ORAL, INDICATIONS):
        choice = choose(ROWS, Switch(PRODUCTS["intravenous"], after, people, indication))
        assert choice.deciding is None
        assert [row.id for row in choice.others if row.factor_low is not None] == []


def test_a_childs_indication_is_never_assumed() -> None:
    """Rows for children that differ by the indication need it; an adult's don't, nor those without one."""
    vein, prograf = PRODUCTS["intravenous"], PRODUCTS["prograf"]
    assert needs_indication(ROWS, Switch(vein, prograf, Population.CHILD, None))
    assert not needs_indication(ROWS, Switch(vein, prograf, Population.CHILD, "heart"))
    assert not needs_indication(ROWS, Switch(vein, prograf, None, None))
    assert not needs_indication(ROWS, Switch(prograf, PRODUCTS["prograf-granules"], Population.CHILD, None))


def test_a_reverse_is_only_noted() -> None:
    """The opposite direction is known to have a factor where a label gives one, and nowhere else."""
    for before, after in PAIRS:
        labels = any(decides(row) and row.factor_low and speaks_of(row, after, before) for row in ROWS)
        assert has_reverse(ROWS, Switch(before, after)) == labels


def test_the_other_label_of_the_same_tablets_stands_beside() -> None:
    """EU 0.70 stands beside the US 0.80 and the other way round, and neither takes the other's place."""
    prograf, products = PRODUCTS["prograf"], tuple(PRODUCTS.values())
    found = {
        name: [(row.factor_low, product.id) for row, product in of_other_label(ROWS, switch, products)]
        for name in ("envarsus", "envarsus-xr", "advagraf")
        for switch in [Switch(prograf, PRODUCTS[name], Population.ADULT, "kidney")]
    }
    assert found == {
        "envarsus": [(Decimal("0.80"), "envarsus-xr")],
        "envarsus-xr": [(Decimal("0.70"), "envarsus")],
        "advagraf": [],
    }


def test_labels_name_each_other() -> None:
    """Two ids of one product name each other, and agree on strengths and form."""
    for row in PRODUCTS.values():
        if row.other_label is not None:
            other = PRODUCTS[row.other_label]
            assert other.other_label == row.id
            assert (other.strengths_mg, other.form) == (row.strengths_mg, row.form)


def test_h5_products_that_labels_keep_apart() -> None:
    """H5: immediate release, Astagraf XL and Envarsus XR by pairs; not two of one release, nor an infusion."""
    rows = read_not_interchangeable()

    def sources(before: str, after: str) -> set[str]:
        return {row.source for row in kept_apart(rows, PRODUCTS[before], PRODUCTS[after])}

    labels = {"label-us-prograf", "label-us-astagraf", "label-us-envarsus"}
    assert sources("prograf", "envarsus-xr") == sources("envarsus-xr", "adoport") == labels
    assert sources("astagraf-xl", "envarsus-xr") == labels
    assert sources("prograf", "adoport") == sources("prograf", "advagraf") == set()
    assert sources("intravenous", "envarsus-xr") == set()


def test_whom_a_row_is_not_for() -> None:
    """An indication or an age that contradicts a row is named; what is not known contradicts nothing."""
    row = next(row for row in ROWS if row.id == "conversion-ir-to-envarsus-xr")
    switch = Switch(PRODUCTS["prograf"], PRODUCTS["envarsus-xr"])
    assert violated(row, switch) == ()
    assert violated(row, switch._replace(indication="liver")) == ("kidney",)
    assert violated(row, switch._replace(population=Population.CHILD)) == ("an adult",)


@given(st.decimals("0.01", "40", places=3))
def test_r22_a_factor_multiplies_the_daily_dose_exactly(daily: Decimal) -> None:
    """R22: the dose of each row with a factor is the product, to the last digit; both ends of a range."""
    for row in ROWS:
        if row.factor_low is not None and row.factor_high is not None:
            ends = [Fraction(daily) * Fraction(factor) for factor in (row.factor_low, row.factor_high)]
            assert [Fraction(one) for one in daily_doses(row, daily)] == list(dict.fromkeys(ends))


def test_a_dose_by_weight_converts_nothing() -> None:
    """A row in mg/kg is a first dose: it decides no change and takes nothing of the dose before."""
    rows = [row for row in ROWS if row.mg_per_kg_day_low is not None]
    assert rows
    assert not any(decides(row) or daily_doses(row, Decimal(1)) for row in rows)


def makeable(product_id: str, interval_h: int, up_to: Decimal) -> set[Decimal]:
    """Return the daily doses that whole units make, by another way: sums grown unit by unit, then pairs of them."""
    product = PRODUCTS[product_id]
    sums, grown = {Decimal(0)}, {Decimal(0)}
    for _ in range(POLICY.units_per_intake):
        grown = {one + strength for one in grown for strength in product.strengths_mg} - sums
        sums |= grown
    intakes = sorted(sums - {Decimal(0)})
    if interval_h >= 24:
        return {one * 24 / interval_h for one in intakes if one * 24 / interval_h <= up_to}
    steps = [(one, one) for one in intakes] + list(itertools.pairwise(intakes))
    return {one + other for one, other in steps if one + other <= up_to}


@given(
    st.sampled_from([(row.id, hours) for row in ORAL for hours in (row.intervals_h[0], 48, 168)]),
    st.decimals("0.05", "20", places=2),
)
def test_r14_r19_the_nearest_regimen_is_taken_and_the_lower_of_two(way: tuple[str, int], daily: Decimal) -> None:
    """R14, R19: whole units, the nearest of all that there are, the lower on a tie, never further than the policy."""
    product_id, interval_h = way
    doses = makeable(product_id, interval_h, 3 * daily + 10)
    nearest = min(doses, key=lambda one: (abs(one - daily), one))
    too_far = abs(nearest - daily) * 100 > POLICY.max_rounding_percent * daily
    if too_far:
        with pytest.raises(Refused) as refused:
            round_dose(daily, PRODUCTS[product_id], interval_h, POLICY)
        assert refused.value.code in {Code.ROUNDS_TO_ZERO, Code.ROUNDED_TOO_FAR}
        return
    dose = round_dose(daily, PRODUCTS[product_id], interval_h, POLICY)
    assert dose.regimen.daily_dose_mg == nearest
    around = [one.daily_dose_mg for one in dose.around]
    assert around == sorted(around)
    assert nearest in around
    assert not [one for one in doses if min(around) < one < max(around) and one not in around]


def test_a_tie_takes_the_lower() -> None:
    """1.75 mg a day of Prograf lies between 1.5 and 2 mg: the lower is taken, and both stand around it."""
    dose = round_dose(Decimal("1.75"), PRODUCTS["prograf"], 12, POLICY)
    assert dose.regimen.daily_dose_mg == Decimal("1.5")
    assert {Decimal("1.5"), Decimal(2)} <= {one.daily_dose_mg for one in dose.around}


@given(st.decimals("0.001", "40", places=3))
def test_an_infusion_is_not_rounded(daily: Decimal) -> None:
    """By vein there are no capsules: the dose stays as it was worked out."""
    dose = round_dose(daily, PRODUCTS["intravenous"], 24, POLICY)
    assert dose.regimen.daily_dose_mg == daily
    assert dose.rounding_percent == 0
