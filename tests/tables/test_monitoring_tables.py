"""The tables of monitoring and cautions: each number of the sources typed a second time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tdmcli.records.patient_file import LAB_TESTS
from tdmcli.tables.location import data_folder
from tdmcli.tables.monitoring_rows import LEVEL, When
from tdmcli.tables.readers import (
    indication_ids,
    read_cautions,
    read_indication,
    read_monitoring,
)

FILES = ("monitoring.toml", "cautions.toml")
TESTS, THRESHOLDS = read_monitoring()
NEPHROTIC = ("nephrotic-syndrome", "membranous-nephropathy", "paediatric-srns")
TRANSPLANTS = tuple(name for name in indication_ids() if read_indication(name)[0].transplant)

# Days from and to, and the days of the transplant in which it holds.
INTERVALS = {
    "trough-transplant-eu-label-first-month": (3, 4, 0, 30),
    "trough-transplant-policy-first-month": (3, 4, 0, 30),
    "trough-transplant-web-0-2m": (7, 14, 0, 60),
    "trough-transplant-web-2m-on": (30, 60, 60, None),
    "creatinine-nephrotic": (30, 30, None, None),
    "creatinine-ild": (None, 30, None, None),
    "blood-count-ild": (30, 90, None, None),
    "blood-pressure-nephrotic": (30, 30, None, None),
}
SEED_BASELINE = {
    *("blood count", "creatinine", "liver tests", "glucose", "potassium", "magnesium", "calcium", "lipids"),
    *("blood pressure", "ECG (QT at risk)"),
}


@pytest.mark.parametrize("name", FILES)
def test_prose_is_plain_ascii(name: str) -> None:
    """Nothing in a table can be taken for markup or fail to print."""
    text = (Path(data_folder()) / name).read_text(encoding="utf-8")
    assert text.isascii()
    assert not set("<>") & set(text)


def test_indications_measures_and_locators_are_known() -> None:
    """A row speaks of indications that exist, measures keys of the patient file, and says where in its source."""
    known = set(indication_ids())
    rows: tuple[Any, ...] = (*TESTS, *THRESHOLDS, *read_cautions())
    assert [row.id for row in rows if not set(row.indications) <= known] == []
    measures = {measure for row in rows[: len(TESTS) + len(THRESHOLDS)] for measure in row.measures}
    assert measures - {LEVEL} <= set(LAB_TESTS)
    assert all(row.locator.strip() for row in rows)


def test_intervals_are_those_of_the_sources() -> None:
    """Only where a source gives a number is there an interval, and it is that number."""
    found = {
        row.id: (row.every_from_days, row.every_to_days, row.from_day, row.to_day)
        for row in TESTS
        if row.every_to_days is not None
    }
    assert found == INTERVALS


def test_the_seeds_baseline_list_is_whole() -> None:
    """Every test that the ILD seed asks for before treatment is a row, and it is the only such list."""
    rows = [row for row in TESTS if row.when is When.BASELINE]
    assert {row.name for row in rows} == SEED_BASELINE
    assert {(row.source, row.indications, row.lends) for row in rows} == {("seed-ild", ("ild",), True)}


def test_what_the_seeds_measure_again_is_there() -> None:
    """Each test of the two monitoring schedules is a row of its seed."""
    by_source = {
        source: {row.name for row in TESTS if row.source == source and row.when is When.INTERVAL}
        for source in ("seed-ild", "seed-nephrotic", "seed-lupus")
    }
    assert by_source == {
        "seed-ild": {"trough", "nervous symptoms", "signs of infection"} | SEED_BASELINE - {"calcium"},
        "seed-nephrotic": {"creatinine", "glucose", "blood pressure", "signs of infection", "growth"},
        "seed-lupus": {"trough"},
    }


def test_thresholds_are_those_of_the_sources() -> None:
    """Each limit with its number, its indications and its source, and no other."""
    assert {row.id: (row.limit, row.indications, row.source) for row in THRESHOLDS} == {
        "creatinine-nephrotic-25": (25, ("nephrotic-syndrome", "paediatric-srns"), "seed-nephrotic"),
        "creatinine-membranous-20": (20, ("membranous-nephropathy",), "droracle-455536"),
        "egfr-lupus-45": (45, ("lupus-nephritis",), "kdigo-2024-lupus"),
        "creatinine-transplant-policy": (None, ("kidney", "kidney-pancreas", "liver", "heart", "lung"), "policy"),
    }


def test_every_transplant_asks_for_a_level_and_to_exclude_rejection() -> None:
    """A rise of creatinine after any transplant names both, as policy; no other indication has that row."""
    (row,) = [row for row in THRESHOLDS if row.source == "policy"]
    assert set(row.indications) == set(TRANSPLANTS)
    assert "level" in row.text
    assert "rejection to be excluded" in row.text


@pytest.mark.parametrize(
    ("words", "source", "indications"),
    [
        ("22.7 %", "seed-nephrotic", NEPHROTIC),
        ("31 %", "seed-nephrotic", NEPHROTIC),
        ("43 %", "seed-nephrotic", NEPHROTIC),
        ("15.9 % and lasting in 9 %", "seed-nephrotic", NEPHROTIC),
        ("At least 6 months before failure", "seed-nephrotic", ("nephrotic-syndrome", "paediatric-srns")),
        ("At least 12 months where a partial remission", "seed-nephrotic", ("nephrotic-syndrome", "paediatric-srns")),
        ("21.7 % relapsed on tapering and 30.4 %", "seed-nephrotic", NEPHROTIC),
        ("(2 to 4 months), then over 6 months", "seed-nephrotic", ("nephrotic-syndrome", "paediatric-srns")),
        ("prednisolone 5-7.5 mg/day", "seed-nephrotic", ("nephrotic-syndrome", "paediatric-srns")),
        ("36 months or more", "seed-lupus", ("lupus-nephritis",)),
        ("4 to 8 hours after a dose, 6.7 hours", "seed-lupus", ("lupus-nephritis",)),
        ("first line, conditionally", "seed-ild", ("ild",)),
        ("conditionally advised AGAINST", "seed-ild", ("ild",)),
        ("6 to 110 months, 39 on average", "seed-ild", ("ild",)),
        ("88 % were alive at 52 weeks; corticosteroids fell by 20 mg", "seed-ild", ("ild",)),
        ("from 65 years on", "seed-smolecule", ()),
        ("Child-Pugh 10 or more", "label-us-prograf", ()),
        ("6 to 24 hours later", "label-us-prograf", TRANSPLANTS),
        ("no change of dose; kidney function is watched", "label-eu-prograf", TRANSPLANTS),
        ("Severe impairment: the dose is reduced", "label-eu-prograf", ()),
        ("1-877-955-6877", "label-us-astagraf", ()),
        ("higher mortality in female liver recipients", "label-us-astagraf", ("liver",)),
        ("acute or chronic, adds up with CYP3A inhibitors", "label-us-generic", ()),
        ("posterior reversible encephalopathy syndrome", "label-us-generic", ()),
        ("graft-versus-host disease and HLA mismatch", "label-us-prograf", ()),
        ("Perforation of the gut", "fda-slc-2013", ()),
        ("Anaphylaxis with the intravenous form", "label-us-generic", ()),
        ("congenital long QT", "fda-slc-2013", ()),
        ("African-American and Hispanic", "label-us-generic", TRANSPLANTS),
        ("parvovirus B19", "label-us-generic", ()),
        ("malignancies are the boxed warning", "label-us-prograf", ()),
        ("TY21a typhoid", "label-us-generic", ()),
        ("With any drug that changes CYP3A4", "label-eu-prograf", ()),
        ("gyrase inhibitors, vancomycin, co-trimoxazole", "label-eu-advagraf", ()),
        ("A high intake of potassium", "label-eu-advagraf", ()),
        ("26.2 % at 1 year; predicted by fasting glucose above 5.6 mmol/L", "ptdm-cohort-2019", ("kidney",)),
        ("body mass index above 28 kg/m2", "ptdm-cohort-2019", ("kidney",)),
        ("more diabetes after a transplant", "ahfs-drugslib", TRANSPLANTS),
        ("up by 30 % or more within 6 to 12 months", "droracle-719181", ("membranous-nephropathy",)),
        ("by 40 % or more in 10.5 % of 408", "mn-cohort-2016", ("membranous-nephropathy",)),
        ("above 20 ng/mL went with 2.2 times", "droracle-592372", ("gvhd",)),
        ("above 2 mg/dL by 4.7 %", "droracle-592372", ("gvhd",)),
        ("Twice a week in weeks 1 to 8", "passey-2011", ("kidney",)),
        ("Twice in each of months 3 to 6", "passey-2011", ("kidney",)),
        ("by the trough every 2 to 3 days", "uc-cohort-2015", ("ulcerative-colitis",)),
    ],
)
def test_numbers_and_rules_in_prose(words: str, source: str, indications: tuple[str, ...]) -> None:
    """Figures that stand in a text are the source's, in the row of that source and its indications."""
    rows: tuple[Any, ...] = (*TESTS, *read_cautions())
    (row,) = [row for row in rows if words in row.text]
    assert (row.source, set(row.indications)) == (source, set(indications))


def test_a_study_s_sampling_makes_nothing_due() -> None:
    """How a study sampled stands in its window of days, as context: it has no interval."""
    found = {row.id: (row.from_day, row.to_day, row.every_to_days) for row in TESTS if row.source == "passey-2011"}
    assert found == {"trough-kidney-dekaf-0-8w": (0, 56, None), "trough-kidney-dekaf-3-6m": (60, 180, None)}


def test_a_reason_to_treat_is_no_limit() -> None:
    """The 30 % of KDIGO 2021 stands as a caution and never among the limits that a value is held against."""
    assert [row.id for row in THRESHOLDS if row.limit == 30 or "719181" in row.source] == []


@pytest.mark.parametrize(
    "about",
    [
        *("QT interval", "potassium", "live vaccines", "pregnancy", "sirolimus", "ciclosporin", "mycophenolate"),
        *("kidney", "liver function", "heart muscle", "infection", "diarrhoea", "haematocrit", "age"),
    ],
)
def test_each_matter_has_a_caution_for_everyone(about: str) -> None:
    """What the issue asks for is warned of under every indication."""
    assert [row for row in read_cautions() if row.about == about and not row.indications]


def test_conflicts_stay_apart() -> None:
    """Sirolimus and ACE inhibitors: each side is a row with its own source, and none is left out."""
    sources = {row.id: row.source for row in read_cautions()}
    assert sources["sirolimus-ild"] == "seed-ild"
    assert sources["sirolimus-neurotoxicity"] == "seed-neurotoxicity"
    assert sources["hyperkalaemia-avoid"] == "seed-ild"
    assert sources["hyperkalaemia-watch"] == "policy"
