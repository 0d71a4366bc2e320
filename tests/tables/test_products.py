"""Products and conversions: each number of the labels typed a second time, and no row beyond them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tdmcli.tables.conversion_rows import ConversionKind
from tdmcli.tables.dosing_readers import read_conversions, read_not_interchangeable
from tdmcli.tables.location import data_folder
from tdmcli.tables.readers import indication_ids, read_products
from tdmcli.tables.rows import Population, Release, Route

if TYPE_CHECKING:
    from tdmcli.tables.product_rows import DaysRow, HoursRow

PRODUCTS = {row.id: row for row in read_products()}
CONVERSIONS = {row.id: row for row in read_conversions()}
IR = ("prograf", "generic-ir", "adoport", "modigraf", "prograf-granules")
ONCE_DAILY = ("advagraf", "astagraf-xl", "envarsus", "envarsus-xr")

# Factors of the total daily dose: labels 2056 2057 2069 2070 2048, the hospitals 2074 2076, the EU's fifth 2075.
FACTORS = {
    "conversion-ir-to-envarsus-xr": ("0.80", "0.80", "label", "label-us-envarsus"),
    "conversion-prograf-advagraf-to-envarsus-eu": ("0.70", "0.70", "label", "label-eu-envarsus"),
    "conversion-envarsus-xr-to-ir-hospital": ("1.25", "1.42", "protocol", "huntsville-formulary-2023"),
    "conversion-prograf-to-advagraf-eu": ("1", "1", "label", "label-eu-advagraf"),
    "conversion-prograf-to-advagraf-observed-18": ("1.27", "1.27", "observed", "advagraf-conversion-18"),
    "conversion-prograf-to-advagraf-observed-55": ("1.30", "1.30", "observed", "advagraf-conversion-55"),
    "conversion-prograf-to-advagraf-adolescents": ("1", "1", "study", "advagraf-adolescents"),
    "conversion-ir-to-astagraf-xl-child-study": ("1", "1", "study", "label-us-astagraf-quoted"),
    "conversion-prograf-to-granules": ("1", "1", "label", "label-us-prograf"),
    "conversion-granules-to-prograf": ("1", "1", "label", "label-us-prograf"),
    "conversion-advagraf-to-intravenous-eu": ("0.2", "0.2", "label", "label-eu-advagraf"),
    "conversion-intravenous-to-oral-child-hospital": ("3", "3", "protocol", "bc-childrens-2022"),
    "conversion-intravenous-to-oral-child-stem-cell-hospital": ("4", "4", "protocol", "bc-childrens-2022"),
}
# Hours from and to until the first dose: labels 2043 2044 2056 2059 2064.
FIRST_DOSES = {
    "conversion-ir-to-envarsus-xr": (12, None, "envarsusxr-site"),
    "conversion-intravenous-to-oral-us": (8, 12, "label-us-prograf"),
    "conversion-intravenous-to-astagraf-xl": (8, 12, "label-us-astagraf"),
    "conversion-intravenous-to-oral-heart-child-eu": (8, 12, "label-eu-prograf"),
    "conversion-ciclosporin-to-tacrolimus-us": (24, None, "label-us-older"),
}


def _said(row: HoursRow | DaysRow | None) -> tuple[int, str] | None:
    return None if row is None else (row[0], row.source)


@pytest.mark.parametrize("product", IR)
def test_the_trough_of_twice_daily_products_is_at_12_hours(product: str) -> None:
    """Labels 6119: drawn 12 hours after the dose, and never a time to steady state, which no source read gives."""
    row = PRODUCTS[product]
    assert _said(row.trough) == (12, "label-eu-prograf")
    assert row.steady_state is None
    assert row.missed_dose is None


@pytest.mark.parametrize(
    ("product", "trough", "missed", "steady"),
    [
        ("advagraf", "droracle-58558", None, None),
        ("astagraf-xl", "droracle-58558", (14, "label-us-astagraf"), None),
        ("envarsus", "label-eu-envarsus", None, None),
        ("envarsus-xr", "label-eu-envarsus", (15, "label-us-envarsus"), (7, "label-us-envarsus")),
    ],
)
def test_once_daily_products(
    product: str, trough: str, missed: tuple[int, str] | None, steady: tuple[int, str] | None
) -> None:
    """Labels 6120, 2053, 2055, 6122: trough at 24 hours, missed doses and steady state only where a label says."""
    row = PRODUCTS[product]
    assert _said(row.trough) == (24, trough)
    assert _said(row.missed_dose) == missed
    assert _said(row.steady_state) == steady


def test_who_takes_it_in_the_morning_on_an_empty_stomach() -> None:
    """Labels 2053 and 2054 say it of two products; of no other was it read."""
    taken = {row.id for row in PRODUCTS.values() if row.taking and row.taking.empty_stomach and row.taking.morning}
    assert taken == {"astagraf-xl", "envarsus-xr"}


def test_what_is_mixed_or_diluted() -> None:
    """Labels 2048, 2077, 6128: granules in water, never PVC; the infusion's strength, dilution and hours."""
    said = {row.id: row.preparation.text for row in PRODUCTS.values() if row.preparation}
    assert set(said) == {"prograf-granules", "intravenous"}
    assert "glass or metal, never PVC" in said["prograf-granules"]
    assert "0.004-0.1 mg/mL; keeps 24 hours at 25 C" in said["intravenous"]
    assert {row.id: row.strength_mg_per_ml for row in PRODUCTS.values() if row.strength_mg_per_ml} == {"intravenous": 5}


def test_factors_are_those_of_the_sources() -> None:
    """Each factor with its kind and source; the US 0.80 and the EU 0.70 stand apart, and no other factor is there."""
    found = {
        row.id: (row.factor_low, row.factor_high, row.kind.value, row.source)
        for row in CONVERSIONS.values()
        if row.factor_low is not None
    }
    assert found == {key: (Decimal(low), Decimal(high), *rest) for key, (low, high, *rest) in FACTORS.items()}


def test_the_first_dose_comes_when_the_sources_say() -> None:
    """Hours after the last dose or the end of the infusion, each with its source."""
    found = {
        row.id: (row.first_dose.from_h, row.first_dose.to_h, row.first_dose.source)
        for row in CONVERSIONS.values()
        if row.first_dose
    }
    assert found == FIRST_DOSES


def test_a_dose_by_weight_stands_once() -> None:
    """Labels 2064: 0.30 mg/kg/day for a child's heart; nowhere else does a conversion give mg/kg."""
    (row,) = [row for row in CONVERSIONS.values() if row.mg_per_kg_day_low is not None]
    assert (row.id, row.mg_per_kg_day_low, row.mg_per_kg_day_high, row.population, row.indications) == (
        "conversion-intravenous-to-oral-heart-child-eu",
        Decimal("0.30"),
        Decimal("0.30"),
        Population.CHILD,
        ("heart",),
    )


def test_levels_after_envarsus_xr() -> None:
    """Labels 6122: at least two levels within the first week."""
    levels = CONVERSIONS["conversion-ir-to-envarsus-xr"].levels
    assert levels is not None
    assert (levels.at_least, levels.within_days) == (2, 7)


def test_patients_of_the_observed_doses() -> None:
    """Labels 2069: 18 and 55 patients after the change to Advagraf, 20 adolescents with an AUC ratio of 1.00."""
    assert {row.id: row.patients for row in CONVERSIONS.values() if row.patients} == {
        "conversion-prograf-to-advagraf-observed-18": 18,
        "conversion-prograf-to-advagraf-observed-55": 55,
        "conversion-prograf-to-advagraf-adolescents": 20,
    }
    assert "1.00 times" in CONVERSIONS["conversion-prograf-to-advagraf-adolescents"].text


def test_no_direction_is_turned_round() -> None:
    """No label gives a way back from a once-daily product; only capsules and granules go both ways."""
    back = [
        row.id
        for row in CONVERSIONS.values()
        if row.kind is ConversionKind.LABEL
        and set(row.from_products) & set(ONCE_DAILY)
        and (row.to_release is Release.IMMEDIATE or set(row.to_products) & set(IR))
    ]
    assert back == []
    ways = {(row.from_products, row.to_products) for row in CONVERSIONS.values() if row.kind is ConversionKind.LABEL}
    assert [way for way in ways if way[0] and way[1] and way[::-1] in ways and way[0] < way[1]] == [
        (("prograf",), ("prograf-granules",))
    ]


def test_a_single_mention_for_adults_to_astagraf_is_none() -> None:
    """Labels 2057: mg for mg to Astagraf XL is a study in children, no instruction for adults."""
    rows = [row for row in CONVERSIONS.values() if "astagraf-xl" in row.to_products and row.factor_low is not None]
    assert [(row.kind, row.population) for row in rows] == [(ConversionKind.STUDY, Population.CHILD)]


def test_the_unread_factor_for_black_patients_in_the_eu_is_not_there() -> None:
    """Labels 2071 was seen nowhere: no row says 0.85."""
    assert Decimal("0.85") not in {row.factor_low for row in CONVERSIONS.values()}


def test_conversions_speak_of_products_and_indications_that_exist() -> None:
    """Every id on either side and every indication is known; each row says where in its source."""
    for row in CONVERSIONS.values():
        assert set(row.from_products) | set(row.to_products) <= set(PRODUCTS), row.id
        assert set(row.indications) <= set(indication_ids()), row.id
        assert row.locator.strip()
        if row.from_route is Route.INTRAVENOUS:
            assert row.from_release is None, row.id


def test_what_is_not_interchangeable() -> None:
    """Labels 2058: three labels each keep immediate release, Astagraf XL and Envarsus XR apart."""
    rows = read_not_interchangeable()
    assert {row.source for row in rows} == {"label-us-prograf", "label-us-astagraf", "label-us-envarsus"}
    assert {(row.release, row.products) for row in rows} == {(Release.IMMEDIATE, ("astagraf-xl", "envarsus-xr"))}


@pytest.mark.parametrize("name", ["products.toml", "conversions.toml"])
def test_prose_is_plain_ascii(name: str) -> None:
    """Nothing in a table can be taken for markup or fail to print."""
    text = (data_folder() / name).read_text(encoding="utf-8")
    assert text.isascii()
    assert not set("<>") & set(text)
