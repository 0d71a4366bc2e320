"""Starting doses: each number of the seeds, the labels and the literature typed a second time, with what it is for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tdmcli.tables.dosing_readers import read_starting_doses, read_starting_tables
from tdmcli.tables.location import data_folder
from tdmcli.tables.readers import indication_ids, read_co_therapies, read_products
from tdmcli.tables.rows import Population, Release, Route
from tdmcli.tables.start_rows import Per, StartEvent

DOSES = {row.id: row for row in read_starting_doses()}
ADJUSTMENTS = {row.id: row for row in read_starting_tables().starting_adjustment}

# id: low, high, unit and per, intakes a day, source
SEEDS = {
    "seed-ild-by-weight": ("0.075", "0.075", "mg/kg per day", 2, "seed-ild"),
    "seed-ild-fixed": ("1", "3", "mg per day", None, "seed-ild"),
    "seed-nephrotic-by-weight": ("0.05", "0.1", "mg/kg per day", 2, "seed-nephrotic"),
    "seed-nephrotic-minimal-change": ("0.05", "0.05", "mg/kg per intake", 2, "seed-nephrotic"),
    "seed-lupus-low-dose": ("2", "3", "mg per day", None, "seed-lupus"),
    "seed-lupus-japan": ("3", "3", "mg per day", None, "seed-lupus"),
}
# labels 2028-2040
US = {
    "label-us-kidney-azathioprine": ("0.2", "0.2", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-kidney-mmf-il2ra": ("0.1", "0.1", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-liver": ("0.10", "0.15", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-heart": ("0.075", "0.075", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-lung": ("0.075", "0.075", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-kidney-child": ("0.3", "0.3", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-liver-child-capsules": ("0.15", "0.2", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-liver-child-suspension": ("0.2", "0.2", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-heart-child": ("0.3", "0.3", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-heart-child-induction": ("0.1", "0.1", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-lung-child": ("0.3", "0.3", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-lung-child-induction": ("0.1", "0.1", "mg/kg per day", 2, "label-us-prograf"),
    "label-us-kidney-intravenous": ("0.03", "0.05", "mg/kg per day", None, "label-us-prograf"),
    "label-us-liver-intravenous": ("0.03", "0.05", "mg/kg per day", None, "label-us-prograf"),
    "label-us-heart-intravenous": ("0.01", "0.01", "mg/kg per day", None, "label-us-prograf"),
    "label-us-lung-intravenous": ("0.01", "0.03", "mg/kg per day", None, "label-us-prograf"),
    "label-us-liver-child-intravenous": ("0.03", "0.05", "mg/kg per day", None, "label-us-older"),
}
# labels 2049-2051, 2054, 2067, 2072
ONCE_DAILY = {
    "label-us-kidney-astagraf-xl": ("0.15", "0.2", "mg/kg per day", 1, "label-us-astagraf"),
    "label-us-kidney-astagraf-pre-op": ("0.1", "0.1", "mg/kg per once", None, "label-us-astagraf"),
    "label-us-kidney-astagraf-post-op": ("0.2", "0.2", "mg/kg per day", 1, "label-us-astagraf"),
    "label-us-kidney-astagraf-xl-child": ("0.3", "0.3", "mg/kg per day", 1, "label-us-astagraf"),
    "label-us-kidney-envarsus-xr": ("0.14", "0.14", "mg/kg per day", 1, "label-us-envarsus"),
    "label-eu-kidney-advagraf": ("0.20", "0.30", "mg/kg per day", 1, "label-eu-advagraf"),
    "label-eu-liver-advagraf": ("0.10", "0.20", "mg/kg per day", 1, "label-eu-advagraf"),
    "label-eu-kidney-envarsus": ("0.17", "0.17", "mg/kg per day", 1, "label-eu-envarsus-quoted"),
}
# labels 2060-2065
EU = {
    "label-eu-kidney": ("0.20", "0.30", "mg/kg per day", 2, "label-eu-prograf"),
    "label-eu-kidney-intravenous": ("0.05", "0.10", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-liver-intravenous": ("0.01", "0.05", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-liver-child": ("0.30", "0.30", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-liver-child-intravenous": ("0.05", "0.05", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-heart-induction": ("0.075", "0.075", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-heart-intravenous": ("0.01", "0.02", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-heart-early": ("2", "4", "mg per day", None, "label-eu-prograf"),
    "label-eu-heart-child-intravenous": ("0.03", "0.05", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-heart-child": ("0.30", "0.30", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-heart-child-induction": ("0.10", "0.30", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-heart-rejection": ("0.15", "0.15", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-heart-rejection-child": ("0.20", "0.30", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-lung-rejection": ("0.10", "0.15", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-pancreas-rejection": ("0.2", "0.2", "mg/kg per day", None, "label-eu-prograf"),
    "label-eu-intestine-rejection": ("0.3", "0.3", "mg/kg per day", None, "label-eu-prograf"),
}
# literature 1.10, 1.11
LITERATURE = {
    "droracle-membranous": ("0.05", "0.1", "mg/kg per day", 2, "droracle-455536"),
    "trial-membranous": ("0.1", "0.1", "mg/kg per day", None, "mn-trial-20220333"),
    "clinic-bowel-disease": ("0.1", "0.1", "mg/kg per day", None, "ibd-clinic-page"),
    "japan-myasthenia": ("3", "3", "mg per day", None, "myasthenia-2017"),
    "review-low-dose": ("1.5", "3", "mg per day", None, "low-dose-review"),
}
# id: what the hours count from, from, to (labels 2041, 2042, 2049-2051, 2060, 2063, 2064, 2067)
TIMES = {
    "label-us-kidney-azathioprine": ("transplant", None, 24),
    "label-us-kidney-mmf-il2ra": ("transplant", None, 24),
    "label-us-kidney-intravenous": ("transplant", None, 24),
    "label-us-liver": ("transplant", 6, None),
    "label-us-heart": ("transplant", 6, None),
    "label-us-lung": ("transplant", 6, None),
    "label-us-liver-intravenous": ("transplant", 6, None),
    "label-us-heart-intravenous": ("transplant", 6, None),
    "label-us-lung-intravenous": ("transplant", 6, None),
    "label-us-kidney-astagraf-xl": ("reperfusion", None, 48),
    "label-us-kidney-astagraf-pre-op": ("reperfusion", -12, 0),
    "label-us-kidney-astagraf-post-op": ("reperfusion", None, 12),
    "label-us-kidney-astagraf-xl-child": ("reperfusion", None, 24),
    "label-eu-kidney": ("transplant", None, 24),
    "label-eu-heart-induction": ("transplant", None, 120),
    "label-eu-heart-early": ("transplant", None, 12),
    "label-eu-heart-child": ("infusion-stopped", 8, 12),
    "label-eu-kidney-advagraf": ("transplant", None, 24),
    "label-eu-liver-advagraf": ("transplant", 12, 18),
}


def test_doses_are_those_of_the_sources() -> None:
    """Each number with its unit and what it is for, and no row beyond them."""
    found = {
        row.id: (row.low, row.high, f"{row.unit} per {row.per}", row.intakes_per_day, row.source)
        for row in DOSES.values()
    }
    typed = SEEDS | US | ONCE_DAILY | EU | LITERATURE
    assert found == {key: (Decimal(low), Decimal(high), *rest) for key, (low, high, *rest) in typed.items()}


def test_the_total_of_a_day_is_never_a_dose_of_an_intake() -> None:
    """One row alone is told per intake; its total of a day is twice that, every other row's is its number."""
    assert [row.id for row in DOSES.values() if row.per is Per.INTAKE] == ["seed-nephrotic-minimal-change"]
    assert DOSES["seed-nephrotic-minimal-change"].daily == (Decimal("0.1"), Decimal("0.1"))
    assert all(row.daily == (row.low, row.high) for row in DOSES.values() if row.per is not Per.INTAKE)


def test_first_doses_come_when_the_labels_say() -> None:
    """Hours after the transplant, reperfusion or the end of an infusion; elsewhere no source read gives a time."""
    found = {
        row.id: (row.first_dose.after.value, row.first_dose.from_h, row.first_dose.to_h)
        for row in DOSES.values()
        if row.first_dose
    }
    assert found == TIMES


def test_routes_and_releases_are_told_apart() -> None:
    """What runs into a vein says so and is no product's release; every row of a label by mouth has its release."""
    for row in DOSES.values():
        assert (row.route is Route.INTRAVENOUS) == row.id.endswith("-intravenous"), row.id
        if row.source.startswith("label-"):
            assert (row.release is None) == (row.route is Route.INTRAVENOUS), row.id
    assert {row.id for row in DOSES.values() if row.release is Release.PROLONGED} == set(ONCE_DAILY)


@pytest.mark.parametrize(
    ("row_id", "co_therapy", "induction"),
    [
        ("label-us-kidney-azathioprine", ("azathioprine",), ()),
        ("label-us-kidney-mmf-il2ra", ("mmf",), ("il2ra",)),
        ("label-us-liver", ("steroids",), ()),
        ("label-us-heart-child-induction", (), ("antibody", "il2ra")),
        ("label-us-lung-child-induction", (), ("antibody", "il2ra")),
        ("label-us-heart", ("azathioprine", "mmf"), ()),
        ("label-us-heart-child", (), ("none", "il2ra")),
        ("label-us-kidney-astagraf-xl", ("mmf", "steroids"), ("il2ra",)),
        ("label-us-kidney-astagraf-pre-op", ("mmf", "steroids"), ("none",)),
        ("label-us-kidney-astagraf-post-op", ("mmf", "steroids"), ("none",)),
        ("label-us-kidney-astagraf-xl-child", (), ("il2ra",)),
        ("label-us-kidney-envarsus-xr", (), ("antibody", "il2ra")),
        ("label-eu-heart-induction", (), ("antibody",)),
        ("label-eu-heart-child", (), ("none",)),
        ("label-eu-heart-child-intravenous", (), ("none",)),
        ("label-eu-heart-child-induction", (), ("antibody",)),
    ],
)
def test_what_is_given_beside(row_id: str, co_therapy: tuple[str, ...], induction: tuple[str, ...]) -> None:
    """A dose made for a co-therapy or an induction names it."""
    assert (DOSES[row_id].co_therapy, DOSES[row_id].induction) == (co_therapy, induction)


def test_children_and_adults() -> None:
    """A row of a label for children says so in its id and its population; Astagraf XL holds from 4 years on."""
    for row in DOSES.values():
        assert (row.population is Population.CHILD) == ("-child" in row.id), row.id
    assert {row.id: row.age_from_years for row in DOSES.values() if row.age_from_years} == {
        "label-us-kidney-astagraf-xl-child": 4
    }


def test_doses_for_a_rejection_are_marked() -> None:
    """Labels 2065: five rows are for a rejection, two of them for organs without a table of their own."""
    assert {row.id for row in DOSES.values() if row.rejection} == {key for key in EU if "rejection" in key}
    others = {row.id: row.other_indications for row in DOSES.values() if not row.indications}
    assert others == {
        "label-eu-pancreas-rejection": ("pancreas transplant",),
        "label-eu-intestine-rejection": ("intestine transplant",),
        "japan-myasthenia": ("myasthenia gravis",),
    }
    assert DOSES["review-low-dose"].indications == (
        "rheumatoid-arthritis",
        "psoriasis",
        "inflammatory-bowel-disease",
    )
    assert DOSES["clinic-bowel-disease"].indications == ("inflammatory-bowel-disease",)


def test_what_was_not_read_is_not_there() -> None:
    """Labels 2061 (oral part) and 2073: no EU oral dose for an adult's liver but Advagraf's, none of Envarsus."""
    liver = {row.id for row in DOSES.values() if "liver" in row.indications and row.source.startswith("label-eu")}
    assert liver == {
        *("label-eu-liver-intravenous", "label-eu-liver-child", "label-eu-liver-child-intravenous"),
        "label-eu-liver-advagraf",
    }


def test_names_are_known() -> None:
    """Indications, products, co-therapies and inductions are those of the other tables; each row has its place."""
    co_therapies, inductions = ({row.id for row in rows} for rows in read_co_therapies())
    products = {row.id: row for row in read_products()}
    tables = read_starting_tables()
    for row in tables.starting_dose:
        assert set(row.co_therapy) <= co_therapies
        assert set(row.induction) <= inductions
        assert {products[name].release for name in row.products} <= {row.release}, row.id
    rows: tuple[Any, ...] = (*tables.starting_dose, *tables.starting_adjustment, *tables.observed_dose)
    for some in rows:
        assert set(some.indications) <= set(indication_ids()), some.id
        assert some.locator.strip()
    for adjustment in tables.starting_adjustment:
        assert set(adjustment.products) <= set(products)


@pytest.mark.parametrize(
    ("row_id", "words"),
    [
        ("start-adjust-kidney-function-us", "6-24 hours"),
        ("start-adjust-liver-function-prograf", "Child-Pugh 10 or more"),
        ("start-adjust-liver-function-astagraf-xl", "Child-Pugh 10 or more"),
        ("start-adjust-liver-function-envarsus-xr", "Child-Pugh 10 or more"),
        ("start-adjust-oliguria-astagraf-xl", "no sooner than 6 hours and within 48 hours"),
        ("start-adjust-black-patients-us", "higher doses"),
        ("start-adjust-cystic-fibrosis-us", "More may be needed"),
        ("start-adjust-liver-function-eu", "a lower dose"),
        ("start-adjust-kidney-function-eu", "No change"),
        ("start-adjust-children-eu", "1.5 to 2 times"),
    ],
)
def test_what_changes_a_starting_dose(row_id: str, words: str) -> None:
    """Labels 2032, 2045-2047, 2052, 2066: each with its figure."""
    assert words in ADJUSTMENTS[row_id].text


def test_numbers_of_the_adjustments() -> None:
    """The only factor is the EU label's for children; hours stand for little urine after the operation."""
    assert len(ADJUSTMENTS) == 10
    assert {row.id: (row.factor_low, row.factor_high) for row in ADJUSTMENTS.values() if row.factor_low} == {
        "start-adjust-children-eu": (Decimal("1.5"), Decimal(2))
    }
    assert {
        row.id: (row.first_dose.after, row.first_dose.from_h, row.first_dose.to_h)
        for row in ADJUSTMENTS.values()
        if row.first_dose
    } == {
        "start-adjust-kidney-function-us": (StartEvent.TRANSPLANT, 6, 24),
        "start-adjust-oliguria-astagraf-xl": (StartEvent.TRANSPLANT, 6, 48),
    }


def test_observed_doses_are_those_of_the_sources() -> None:
    """Labels 2045: mean doses and troughs of 114 white and 56 black patients; literature 1.10: the colitis median."""
    found = {(row.who, row.day): (row.mg_per_kg_day, row.trough_ng_ml) for row in read_starting_tables().observed_dose}
    white, black = "White patients", "Black patients"
    typed = {
        (white, 7): ("0.18", "12.0"),
        (black, 7): ("0.23", "10.9"),
        (white, 30): ("0.17", "12.8"),
        (black, 30): ("0.26", "12.9"),
        (white, 180): ("0.14", "11.8"),
        (black, 180): ("0.24", "11.5"),
        (white, 365): ("0.13", "10.1"),
        (black, 365): ("0.19", "11.0"),
    }
    colitis = [key for key in found if key not in typed]
    assert [found.pop(key) for key in colitis] == [(Decimal("0.19"), None)]
    assert found == {key: (Decimal(dose), Decimal(level)) for key, (dose, level) in typed.items()}
    rows = read_starting_tables().observed_dose
    assert {(row.who, row.patients) for row in rows if row.day} == {(white, 114), (black, 56)}
    assert [(row.low, row.high, row.source) for row in rows if not row.day] == [
        (Decimal("0.07"), Decimal("0.42"), "uc-cohort-2015")
    ]


def test_prose_is_plain_ascii() -> None:
    """Nothing in the table can be taken for markup or fail to print."""
    text = (data_folder() / "starting_doses.toml").read_text(encoding="utf-8")
    assert text.isascii()
    assert not set("<>") & set(text)
