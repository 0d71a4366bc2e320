"""Assays, haematocrit, steady state, kinetics and limited sampling: each number typed a second time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tdmcli.tables.dosing_readers import read_sampling
from tdmcli.tables.location import data_folder
from tdmcli.tables.readers import read_products
from tdmcli.tables.rows import Release, Route
from tdmcli.tables.sampling_rows import HematocritMethod

TABLES = read_sampling()
REMARKS = {row.id: row for row in TABLES.remark}

# labels 2068, 6130-6136, 6139; literature 6, 8.3 and the seed (1.7): value, sd, low, high, patients, source
KINETICS: dict[str, tuple[str, str | None, str | None, str | None, int | None, str]] = {
    "clearance-intravenous-healthy": ("0.040", None, None, None, None, "label-us-2013"),
    "clearance-intravenous-kidney": ("0.083", None, None, None, None, "label-us-2013"),
    "clearance-intravenous-liver": ("0.053", None, None, None, None, "label-us-2013"),
    "clearance-intravenous-heart": ("0.051", None, None, None, None, "label-us-2013"),
    "half-life-healthy-intravenous": ("43.5", "11.6", None, None, 6, "label-us-2013"),
    "half-life-healthy-oral": ("48.4", "12.3", None, None, 6, "label-us-2013"),
    "half-life-liver-transplant": ("12.1", "4.7", None, None, 16, "jusko-1995"),
    "half-life-liver-transplant-child": ("11.5", "3.8", None, None, 12, "label-us-2013"),
    "half-life-liver-impairment-mild": ("60.6", None, "27.8", "141", None, "label-us-older"),
    "half-life-liver-impairment-severe": ("198", None, "81", "436", None, "label-us-older"),
    "clearance-liver-impairment-mild": ("0.042", None, None, None, None, "label-us-older"),
    "clearance-liver-impairment-severe": ("0.017", None, None, None, None, "label-us-older"),
    "half-life-kidney-impairment": ("26.3", "9.2", None, None, 12, "label-us-older"),
    "clearance-kidney-impairment": ("0.038", None, None, None, 12, "label-us-older"),
    "half-life-astagraf-xl": ("38", "3", None, None, None, "label-us-astagraf"),
    "half-life-passey-2011": ("12", None, None, None, None, "passey-2011"),
    "bioavailability-healthy": ("14", None, None, None, None, "label-us-2013"),
    "time-of-peak-lupus": ("6.7", None, "4", "8", None, "seed-lupus"),
    "auc-day-1-advagraf-kidney": ("-30", None, None, None, None, "label-eu-advagraf"),
    "auc-day-1-advagraf-liver": ("-50", None, None, None, None, "label-eu-advagraf"),
    "food-bioavailability": ("-27", None, None, None, None, "drugs-com-food"),
    "food-fat-auc": ("-37", None, None, None, None, "droracle-541304"),
    "food-fat-peak": ("-77", None, None, None, None, "droracle-541304"),
}
QUANTITIES = {
    "clearance": "clearance-l-h-kg",
    "half": "half-life-h",
    "bioavailability": "bioavailability-percent",
    "time": "time-of-peak-h",
    "auc": "auc-change-percent",
}
FOOD = {
    "food-bioavailability": "bioavailability-change-percent",
    "food-fat-auc": "auc-change-percent",
    "food-fat-peak": "peak-change-percent",
}


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def test_the_one_assay_relation() -> None:
    """Literature 6: LC-MS/MS = 0.80 x CMIA + 0.19, 43 pairs from 3.6 to 14.4 ng/mL, and no other conversion."""
    (row,) = TABLES.assay_relation
    assert (row.from_assay, row.to_assay) == ("CMIA (Abbott Architect)", "LC-MS/MS")
    assert (row.slope, row.intercept_ng_ml) == (Decimal("0.80"), Decimal("0.19"))
    assert (row.from_low_ng_ml, row.from_high_ng_ml, row.pairs) == (Decimal("3.6"), Decimal("14.4"), 43)


def test_assay_biases() -> None:
    """Labels 6125 and 6126: sizes of one comparison, directions of another; an immunoassay may read low."""
    found = {
        row.assay: (str(row.direction), row.low_percent, row.high_percent, row.samples) for row in TABLES.assay_bias
    }
    assert found == {
        "ECLIA": ("high", Decimal("9.7"), Decimal("9.7"), 181),
        "CMIA": ("high", Decimal("18.4"), Decimal("18.4"), 181),
        "LC-MS/MS": ("low", Decimal("-18.7"), Decimal("-7.5"), 181),
        "CLIA": ("high", None, None, 118),
        "EMIT": ("high", None, None, 118),
        "ACMIA": ("low", None, None, 118),
    }


@pytest.mark.parametrize(
    ("level", "hematocrit", "to_45", "model_45", "to_35", "model_35"),
    [
        (8, "0.30", "12.00", "11.87", "9.33", "9.29"),
        (6, "0.25", "10.80", "10.62", "8.40", "8.31"),
        (12, "0.50", "10.80", "10.82", "8.40", "8.47"),
    ],
)
def test_haematocrit_rows_give_the_numbers_of_the_evidence(
    level: int, hematocrit: str, to_45: str, model_45: str, to_35: str, model_35: str
) -> None:
    """Literature 6: each method at each reference brings the worked levels to those printed there."""
    fraction = Decimal(hematocrit)
    found = {}
    for row in TABLES.hematocrit_standard:
        reference = row.reference_percent / 100
        if row.method is HematocritMethod.PROPORTIONAL:
            value = level * reference / fraction
        else:
            assert (row.capacity, row.half_saturation_ug_l) == (Decimal(418), Decimal("3.8"))
            capacity, half = Decimal(418), Decimal("3.8")
            middle = half + capacity * fraction - level
            plasma = (-middle + (middle**2 + 4 * half * level).sqrt()) / 2
            value = plasma * (1 + capacity * reference / (half + plasma))
        found[str(row.method), int(row.reference_percent)] = round(value, 2)
    assert found == {
        ("proportional", 45): Decimal(to_45),
        ("binding", 45): Decimal(model_45),
        ("proportional", 35): Decimal(to_35),
        ("binding", 35): Decimal(model_35),
    }


def test_no_target_is_claimed_for_a_corrected_level() -> None:
    """Each way to correct for the haematocrit says that no target range was validated for it."""
    assert {row.note for row in TABLES.hematocrit_standard} == {"No target range was validated for corrected levels."}
    assert "the most feasible one" in REMARKS["hematocrit-caveat"].text


def test_shares_of_steady_state() -> None:
    """Literature 6: 67, 76, 83, 92, 97 and 99 % on days 3, 4, 5, 7, 10 and 14."""
    assert {row.day: row.percent for row in TABLES.steady_state} == {3: 67, 4: 76, 5: 83, 7: 92, 10: 97, 14: 99}
    assert {row.release for row in TABLES.steady_state} == {Release.IMMEDIATE}


def test_kinetics_are_those_of_the_sources() -> None:
    """Each number with its spread, its patients and its source, and none that was not read (6137, 6138)."""
    found = {
        row.id: (row.value, row.sd, row.low, row.high, row.patients, row.source) for row in TABLES.product_kinetics
    }
    assert found == {
        key: (Decimal(value), _number(sd), _number(low), _number(high), patients, source)
        for key, (value, sd, low, high, patients, source) in KINETICS.items()
    }


def test_kinetics_are_told_in_their_unit() -> None:
    """The id of a number says what it is; a clearance printed for the vein is marked so."""
    for row in TABLES.product_kinetics:
        assert row.quantity == FOOD.get(row.id, QUANTITIES.get(row.id.split("-")[0])), row.id
        if row.id.startswith("clearance-intravenous"):
            assert row.route is Route.INTRAVENOUS
        assert set(row.products) <= {product.id for product in read_products()}


@pytest.mark.parametrize(
    ("row_id", "words"),
    [
        ("sample-tube", "EDTA; heparin is not recommended"),
        ("assay-metabolites", "may read high"),
        ("sample-keeping-st-michaels", "5 days at room temperature, 7 days at 2-8 C and 6 months at -20 C"),
        ("sample-keeping-barnes-jewish", "7 days"),
        ("assay-no-conversion", "no conversion"),
        ("hematocrit-rejection", "0.79"),
        ("inflammation-level", "49-334 mg/L"),
        ("inflammation-level", "2.6 times"),
        ("steady-state-dekaf", "day 3"),
        ("steady-state-half-life", "49 hours in plasma in one, 886 hours"),
        ("dose-change-colitis", "every 2 to 3 days"),
        ("limited-sampling-review", "Of 42 published formulas 29 had errors below 15 %"),
        ("limited-sampling-review", "r2 0.53"),
        ("limited-sampling-children", "7.8 % for the AUC of that day, from the trough alone by 22 %"),
        ("limited-sampling-children", "210 %"),
        ("first-days-thoracic", "55 %"),
    ],
)
def test_figures_in_the_remarks(row_id: str, words: str) -> None:
    """Labels 6124 and 6127, literature 5.7 and 6: figures that stand in prose are the source's."""
    assert words in REMARKS[row_id].text


def test_prose_is_plain_ascii() -> None:
    """Nothing in the table can be taken for markup or fail to print, and each row says where in its source."""
    text = (data_folder() / "sampling.toml").read_text(encoding="utf-8")
    assert text.isascii()
    assert not set("<>") & set(text)
    assert all(row.locator.strip() for rows in TABLES for row in rows)
