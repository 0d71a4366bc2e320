"""What can be given: sums of strengths with the fewest units, and days made of neighbouring intakes."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from itertools import combinations_with_replacement, pairwise

import pytest

from tdmcli.domain.capsules import achievable_regimens, units_for, units_up_to
from tdmcli.tables.readers import read_policy, read_products

PRODUCTS = {row.id: row for row in read_products() if row.strengths_mg}
MOST = read_policy().dose.units_per_intake
INTERVALS_H = (6, 8, 12, 24, 48, 72, 168)

every_product = pytest.mark.parametrize("name", sorted(PRODUCTS))


@cache
def fewest(strengths: tuple[Decimal, ...], most: int = MOST) -> dict[Decimal, int]:
    """Return each sum of at most so many units, in rising order, with the fewest units, by trying all."""
    found: dict[Decimal, int] = {}
    for count in range(1, most + 1):
        for units in combinations_with_replacement(strengths, count):
            found.setdefault(sum(units, Decimal(0)), count)
    return dict(sorted(found.items()))


@every_product
def test_r14_every_sum_of_up_to_twelve_units_is_found_with_the_fewest(name: str) -> None:
    """The intakes are all the sums there are and no others, each made of as few units as can be."""
    strengths = PRODUCTS[name].strengths_mg
    found = units_up_to(strengths, MOST, MOST * max(strengths))
    assert {mg: sum(number for number, _ in units) for mg, units in found.items()} == fewest(strengths)
    assert list(found) == sorted(found)


@every_product
def test_r14_r35_units_add_up_to_the_intake(name: str) -> None:
    """Counts times strengths are just the intake, the larger strengths first, none of them twice or foreign."""
    strengths = PRODUCTS[name].strengths_mg
    for mg, units in units_up_to(strengths, MOST, MOST * max(strengths)).items():
        used = [strength for _, strength in units]
        assert sum(number * strength for number, strength in units) == mg
        assert used == sorted(set(used), reverse=True)
        assert set(used) <= set(strengths)


@every_product
def test_r14_a_limit_leaves_out_only_what_lies_above_it(name: str) -> None:
    """Asked up to a dose, the same intakes come out as from the whole list cut there."""
    strengths = PRODUCTS[name].strengths_mg
    whole = units_up_to(strengths, MOST, MOST * max(strengths))
    for tenths in (1, 4, 5, 7, 10, 33, 120):
        limit = Decimal(tenths) / 10
        assert units_up_to(strengths, MOST, limit) == {mg: units for mg, units in whole.items() if mg <= limit}


@every_product
def test_r14_r35_what_is_no_sum_has_no_units(name: str) -> None:
    """Every hundredth of a mg up to 12 mg has units just where trying all finds some."""
    product = PRODUCTS[name]
    sums = fewest(product.strengths_mg)
    for hundredths in range(1, 1201):
        mg = Decimal(hundredths) / 100
        assert (units_for(mg, product, MOST) is not None) == (mg in sums), mg


@pytest.mark.parametrize(("mg", "sums"), [("1.75", True), ("2", True), ("4", True), ("0.5", False), ("1.25", False)])
def test_r35_sums_of_envarsus(mg: str, *, sums: bool) -> None:
    """1.75, 2 and 4 mg are sums of 0.75, 1 and 4 mg; 0.5 and 1.25 mg are none."""
    assert (units_for(Decimal(mg), PRODUCTS["envarsus-xr"], MOST) is not None) is sums


def test_r14_a_trailing_zero_changes_nothing() -> None:
    """2.50 mg is 2.5 mg."""
    prograf = PRODUCTS["prograf"]
    assert units_for(Decimal("2.50"), prograf, MOST) == units_for(Decimal("2.5"), prograf, MOST) != None  # noqa: E711


@every_product
@pytest.mark.parametrize("interval", INTERVALS_H)
@pytest.mark.parametrize("up_to", ["1", "3.7", "12", "30", "100"])
def test_r21_r56_days_are_the_mixes_of_neighbours_with_the_larger_first(name: str, interval: int, up_to: str) -> None:
    """Up to a daily dose, the days are each intake repeated and each mix of two neighbours, rising."""
    product, limit, many = PRODUCTS[name], Decimal(up_to), max(1, 24 // interval)
    intakes = list(fewest(product.strengths_mg))
    wanted = {(mg,) * many for mg in intakes}
    wanted |= {(b,) * first + (a,) * (many - first) for a, b in pairwise(intakes) for first in range(1, many)}
    found = achievable_regimens(product, interval, limit, MOST)
    days = [regimen.day_mg for regimen in found]
    assert set(days) == {day for day in wanted if sum(day) * 24 <= limit * interval * many}
    assert len(days) == len(set(days))
    doses = [regimen.daily_dose_mg for regimen in found]
    assert all(one < two for one, two in pairwise(doses))


@every_product
@pytest.mark.parametrize("interval", INTERVALS_H)
def test_r21_equal_days_have_equal_intakes_and_none_is_missing(name: str, interval: int) -> None:
    """With equal intakes asked for, just the unequal days are left out."""
    product, limit = PRODUCTS[name], Decimal(25)
    equal = achievable_regimens(product, interval, limit, MOST, equal=True)
    both = achievable_regimens(product, interval, limit, MOST)
    assert [one.day_mg for one in equal] == [one.day_mg for one in both if len(set(one.day_mg)) == 1]


@pytest.mark.parametrize(
    ("name", "day"), [("prograf", ("3", "2.5")), ("modigraf", ("1.2", "1")), ("adoport", ("8", "7.5"))]
)
def test_r21_an_odd_daily_dose_is_split_with_the_larger_in_the_morning(name: str, day: tuple[str, str]) -> None:
    """5.5 mg a day of Prograf is 3 mg then 2.5 mg; a sachet of 0.2 mg makes its step."""
    wanted = tuple(Decimal(mg) for mg in day)
    found = {one.daily_dose_mg: one.day_mg for one in achievable_regimens(PRODUCTS[name], 12, Decimal(40), MOST)}
    assert found[sum(wanted, Decimal(0))] == wanted
