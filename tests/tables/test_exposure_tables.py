"""The tables of AUC, variability and remarks: each number of the sources typed a second time from the evidence."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tdmcli.tables.dosing_readers import (
    read_auc_targets,
    read_exposure_remarks,
    read_regressions,
    read_variability_thresholds,
)
from tdmcli.tables.exposure_rows import AucKind, VariabilityKind, VariabilityMetric
from tdmcli.tables.location import data_folder
from tdmcli.tables.readers import indication_ids, read_indication, read_sources
from tdmcli.tables.rows import Population, Release

FILES = ("auc.toml", "variability.toml", "cd_ratio.toml")

# Id without its prefix: kind, area low and high, days from and to, paired troughs.
AUC: dict[str, tuple[str, int, int, int | None, int | None, tuple[str, str] | None]] = {
    "iatdmct-2019-minimum": ("minimum", 150, 150, None, None, None),
    "iatdmct-2019-trough-3-7": ("derived", 75, 140, None, None, ("3", "7")),
    "iatdmct-2019-trough-5-10": ("derived", 100, 190, None, None, ("5", "10")),
    "iatdmct-2019-trough-8-12": ("derived", 140, 210, None, None, ("8", "12")),
    "iatdmct-2019-trough-10-15": ("derived", 180, 270, None, None, ("10", "15")),
    "saint-marcoux-2013-trough-3-7-0-3m": ("derived", 75, 140, 0, 90, ("3", "7")),
    "saint-marcoux-2013-trough-3-7-3-12m": ("derived", 80, 140, 90, 365, ("3", "7")),
    "saint-marcoux-2013-trough-3-7-12m-on": ("derived", 75, 130, 365, None, ("3", "7")),
    "saint-marcoux-2013-trough-5-10-0-3m": ("derived", 110, 190, 0, 90, ("5", "10")),
    "saint-marcoux-2013-trough-5-10-3-12m": ("derived", 110, 180, 90, 365, ("5", "10")),
    "saint-marcoux-2013-trough-5-10-12m-on": ("derived", 100, 170, 365, None, ("5", "10")),
    "saint-marcoux-2013-trough-8-12-3-12m": ("derived", 150, 210, 90, 365, ("8", "12")),
    "saint-marcoux-2013-trough-8-12-12m-on": ("derived", 140, 200, 365, None, ("8", "12")),
    "saint-marcoux-2013-trough-10-15-0-3m": ("derived", 190, 270, 0, 90, ("10", "15")),
    "saint-marcoux-2013-trough-10-15-3-12m": ("derived", 180, 250, 90, 365, ("10", "15")),
    "consensus-2009": ("target", 150, 200, None, None, None),
    "undre-cut-off": ("cut-off", 200, 200, None, None, None),
    "scholten-2-6w": ("target", 210, 210, 14, 42, None),
    "scholten-6-52w": ("target", 125, 125, 42, 364, None),
    "uchida-0-4w": ("target", 150, 150, 0, 28, None),
    "uchida-4-8w": ("target", 120, 120, 28, 56, None),
    "leiden-0-6w": ("target", 210, 210, 0, 42, ("10", "15")),
    "leiden-6w-on": ("target", 125, 125, 42, None, ("4", "9")),
    "heida-2026-child-0-6w": ("target", 180, 270, 0, 42, None),
    "heida-2026-child-6w-6m": ("target", 100, 250, 42, 180, None),
    "heida-2026-child-6-12m": ("target", 100, 190, 180, 365, None),
    "heida-2026-child-12m-on": ("target", 80, 150, 365, None, None),
    "andrews-2019-algorithm-trough-10": ("algorithm", 222, 222, None, None, ("10", "10")),
    "andrews-2019-algorithm-trough-12-5": ("algorithm", 277, 277, None, None, ("12.5", "12.5")),
    "andrews-2019-algorithm-trough-15": ("algorithm", 332, 332, None, None, ("15", "15")),
    "francke-2025-algorithm-trough-10": ("algorithm", 234, 234, None, None, ("10", "10")),
    "andrews-2020-algorithm-child-trough-12-5": ("algorithm", 220, 220, None, None, ("12.5", "12.5")),
}

# Id without its prefix: interval, intercept, hours and coefficients, r2, days from and to.
REGRESSIONS: dict[str, tuple[int, str, dict[int, str], str, int | None, int | None]] = {
    "saint-marcoux-2013-0-3m": (12, "24.9", {0: "16.5"}, "0.76", 0, 90),
    "saint-marcoux-2013-3-12m": (12, "39.4", {0: "14.2"}, "0.64", 90, 365),
    "saint-marcoux-2013-12m-on": (12, "34.2", {0: "13.3"}, "0.67", 365, None),
    "lss-ir-0-1-4h": (12, "8.90", {0: "4.0", 1: "1.77", 4: "5.47"}, "0.965", None, None),
    "lss-pr-0-2-4h": (24, "44.9", {0: "8.9", 2: "2.1", 4: "7.6"}, "0.95", None, None),
}

# Id without its prefix: kind, metric, the limit or the two values, bad side, days from and to, patients.
VARIABILITY: dict[str, tuple[str, str, tuple[str, ...], str | None, int | None, int | None, int | None]] = {
    "cv-usual": ("usual", "cv", ("15", "30"), None, None, None, None),
    "cv-non-adherence": ("limit", "cv", ("50",), "above", None, None, None),
    "cv-kim": ("no-limit", "cv", (), None, 180, 365, 1080),
    "cv-gueta-2018-heart": ("limit", "cv", ("28.8",), "above", None, None, None),
    "twcv-park-2022": ("limit", "time-weighted-cv", ("30",), "above", 0, 365, None),
    "twcv-park-2021": ("tertiles", "time-weighted-cv", ("24.6", "33.7"), "above", None, None, 1143),
    "sablik-2018": ("no-limit", "unspecified", (), None, None, None, None),
    "sd-liver-child": ("limit", "standard-deviation", ("2",), "above", 365, None, None),
    "sd-sirota-2021-heart": ("limit", "standard-deviation", ("3",), "above", None, None, None),
    "ttr-davis-2018": ("limit", "time-in-range", ("60",), "below", 0, 365, 538),
    "ttr-song-2019": ("limit", "time-in-range", ("78",), "below", 0, 365, 1241),
    "ttr-cantabria": ("no-limit", "time-in-range", (), None, 90, 365, 215),
    "ttr-gvhd-2025": ("no-limit", "time-in-range", (), None, 0, 28, None),
    "mean-trough-davis-2018": ("limit", "mean-trough", ("8",), "below", 0, 365, 538),
    "level-lung-month-1": ("limit", "level", ("10",), "below", 0, 30, None),
    "level-gvhd-yao-2022": ("limit", "level", ("10",), "above", None, None, None),
}

# Numbers that stand in the text of a row, by the end of its id.
IN_TEXT = {
    "variability-cv-kim": ("2.90", "1.42-5.95"),
    "variability-sablik-2018": ("24.4", "23.6", "no association"),
    "variability-cv-gueta-2018-heart": ("eight times",),
    "variability-ttr-davis-2018": ("2.05", "1.28-3.30", "4.18", "2.31-7.58", "3.12", "1.53-6.37"),
    "variability-mean-trough-davis-2018": ("2.51", "2.32"),
    "variability-ttr-song-2019": ("2.97", "1.55", "3.2", "6.54"),
    "variability-ttr-cantabria": ("10.8", "1.3-88"),
    "variability-level-gvhd-yao-2022": ("0.003",),
    "auc-iatdmct-2019-minimum": ("157 with", "215 without"),
    "auc-undre-cut-off": ("157 with", "215 without"),
    "auc-francke-2025-algorithm-trough-10": ("about 14", "16.6"),
    "regression-lss-ir-0-1-4h": ("0.16 %",),
    "regression-lss-pr-0-2-4h": ("4.8 %", "dried blood"),
    "auc-remark-lss-evaluation": ("42", "29", "15 %", "0.53", "0.75-0.93"),
    "auc-remark-heida-2026-child": ("7.8 %", "22 %", "210 %"),
    "map": ("maximum a posteriori", "80 %"),
    "auc-remark-c12": ("hour 12", "check early"),
    "auc-remark-no-universal-range": ("cannot be recommended",),
    "auc-remark-higher-risk": ("no number",),
    "variability-remark-unchanged-dose": ("stays the same",),
    "variability-remark-time-in-range": ("Rosendaal",),
    "variability-remark-cv-interval": ("(u + 2) / n - 1", "n - 1 degrees", "above 33 %"),
    "cd-ratio-remark-fast-up-to-month-3": ("1.05", "3 months"),
    "cd-ratio-remark-outcomes": ("5 years", "rejection"),
    "cd-ratio-remark-outcomes-review": ("toxicity",),
    "cd-ratio-remark-no-early-complications": ("did not",),
    "cd-ratio-remark-genotype": ("CYP3A5",),
    "cd-ratio-remark-usual-values": ("0.5", "5.0"),
    "cd-ratio-remark-lcpt-against-ir": ("absorbed",),
    "cd-ratio-remark-lcpt-against-advagraf": ("61 %", "30 %"),
    "cd-ratio-remark-ulcerative-colitis": ("1.35", "0.78", "0.19", "0.07-0.42"),
}


def test_every_auc_has_the_numbers_of_its_source() -> None:
    """All areas, and only these, ship with kind, numbers, window and paired troughs as typed from the evidence."""
    found = {}
    for row in read_auc_targets():
        pair = None
        if row.trough_low_ng_ml is not None and row.trough_high_ng_ml is not None:
            pair = (str(row.trough_low_ng_ml), str(row.trough_high_ng_ml))
        key = row.id.removeprefix("auc-")
        found[key] = (str(row.kind), int(row.low_ng_h_ml), int(row.high_ng_h_ml), row.from_day, row.to_day, pair)
        assert row.id.startswith("auc-")
        assert row.interval_h == 12
        assert row.indications == ("kidney",)
    assert found == AUC


def test_an_area_of_a_part_of_the_interval_says_so() -> None:
    """Only the two areas over the first 4 hours cover less than the interval."""
    assert {row.id: row.over_h for row in read_auc_targets() if row.over_h} == {
        "auc-uchida-0-4w": 4,
        "auc-uchida-4-8w": 4,
    }


def test_what_is_computed_or_a_constant_is_no_target() -> None:
    """Areas made from troughs and constants inside formulas carry a kind that nothing aims at, and say so."""
    for row in read_auc_targets():
        assert (row.kind is AucKind.ALGORITHM) == ("-algorithm-" in row.id)
        if row.kind is AucKind.DERIVED:
            assert row.evidence == "derived, not tested against outcome"
        if row.kind is AucKind.ALGORITHM:
            assert row.condition == "inside the starting-dose formula"
        if row.kind is AucKind.TARGET:
            assert row.evidence


def test_childrens_areas_are_apart() -> None:
    """An area for children says so in its id and in its row."""
    assert all((row.population is Population.CHILD) == ("-child-" in row.id) for row in read_auc_targets())


def test_every_regression_has_the_numbers_of_its_source() -> None:
    """All formulas, and only these, ship with intercept, samples, coefficients, r2 and window as typed."""
    found = {
        row.id.removeprefix("regression-"): (
            row.interval_h,
            str(row.intercept),
            {int(term.time_h): str(term.coefficient) for term in row.terms},
            str(row.r2),
            row.from_day,
            row.to_day,
        )
        for row in read_regressions()
    }
    assert found == REGRESSIONS
    assert all(row.on_trough_alone == row.id.startswith("regression-saint-marcoux") for row in read_regressions())
    prolonged = {row.id for row in read_regressions() if row.release is Release.PROLONGED}
    assert prolonged == {"regression-lss-pr-0-2-4h"}


def test_regressions_give_the_ranges_derived_from_them() -> None:
    """The formulas of each period come within 7 ng*h/mL of that paper's derived ranges, which it rounds."""
    by_window = {(row.from_day, row.to_day): row for row in read_regressions() if row.on_trough_alone}
    derived = [row for row in read_auc_targets() if row.source == "saint-marcoux-2013" and row.kind is AucKind.DERIVED]
    assert len(derived) == 10
    for row in derived:
        formula = by_window[row.from_day, row.to_day]
        for trough, area in ((row.trough_low_ng_ml, row.low_ng_h_ml), (row.trough_high_ng_ml, row.high_ng_h_ml)):
            assert trough is not None
            assert abs(formula.intercept + formula.terms[0].coefficient * trough - area) <= Decimal(7), row.id


def test_every_threshold_of_variability_has_the_numbers_of_its_source() -> None:
    """All rows, and only these, ship with kind, metric, numbers, bad side, window and size as typed."""
    found = {}
    for row in read_variability_thresholds():
        numbers = tuple(str(number) for number in (row.limit, row.low, row.high) if number is not None)
        side = None if row.direction is None else str(row.direction)
        key = row.id.removeprefix("variability-")
        found[key] = (str(row.kind), str(row.metric), numbers, side, row.from_day, row.to_day, row.n)
        assert row.id.startswith("variability-")
    assert found == VARIABILITY


def test_whom_a_threshold_of_variability_is_of() -> None:
    """Heart, lung, liver and stem-cell rows never answer for the kidney; two rows speak of no organ."""
    indications = {row.id.removeprefix("variability-"): row.indications for row in read_variability_thresholds()}
    others = {
        "cv-usual": (),
        "cv-non-adherence": (),
        "cv-gueta-2018-heart": ("heart",),
        "sd-liver-child": ("liver",),
        "sd-sirota-2021-heart": ("heart",),
        "ttr-gvhd-2025": ("gvhd",),
        "level-lung-month-1": ("lung",),
        "level-gvhd-yao-2022": ("gvhd",),
    }
    assert {key: value for key, value in indications.items() if value != ("kidney",)} == others
    children = {row.id for row in read_variability_thresholds() if row.population is Population.CHILD}
    assert children == {"variability-sd-liver-child"}


def test_time_in_range_names_the_range_it_was_counted_against() -> None:
    """The ranges of Song, Cantabria (one-sided) and the stem-cell study stand; Davis's was not read, it says."""
    ranges = {
        row.id.removeprefix("variability-ttr-"): [
            (int(part.low_ng_ml), None if part.high_ng_ml is None else int(part.high_ng_ml), part.from_day, part.to_day)
            for part in row.ranges
        ]
        for row in read_variability_thresholds()
        if row.metric is VariabilityMetric.TIME_IN_RANGE
    }
    assert ranges == {
        "davis-2018": [],
        "song-2019": [(5, 10, 0, 90), (4, 8, 90, 365)],
        "cantabria": [(6, None, 90, 365)],
        "gvhd-2025": [(10, None, 0, 28)],
    }
    (davis,) = [row for row in read_variability_thresholds() if row.id == "variability-ttr-davis-2018"]
    assert "not read" in (davis.note or "")


def test_songs_ranges_are_those_of_the_kidneys_table() -> None:
    """The range that time in range was counted against is the same number in both tables."""
    (song,) = [row for row in read_variability_thresholds() if row.id == "variability-ttr-song-2019"]
    targets = [row for row in read_indication("kidney")[1] if row.source == "song-2019"]
    assert [tuple(part) for part in song.ranges] == [
        (row.low_ng_ml, row.high_ng_ml, row.from_day, row.to_day) for row in targets
    ]


def test_traps_of_variability() -> None:
    """No 40 or 75 % of time in range; 30 % is of the time-weighted measure; edges lie where the source puts them."""
    rows = {row.id.removeprefix("variability-"): row for row in read_variability_thresholds()}
    times = {row.limit for row in rows.values() if row.metric is VariabilityMetric.TIME_IN_RANGE and row.limit}
    assert times == {Decimal(60), Decimal(78)}
    limits = {row.metric for row in rows.values() if row.limit == Decimal(30)}
    assert limits == {VariabilityMetric.TIME_WEIGHTED_CV}
    assert {key for key, row in rows.items() if row.inclusive} == {"sd-sirota-2021-heart", "level-gvhd-yao-2022"}
    assert rows["sd-liver-child"].values_min == 3
    assert all(row.note or row.outcome for row in rows.values() if row.kind is VariabilityKind.NO_LIMIT)


@pytest.mark.parametrize(("row_id", "parts"), IN_TEXT.items())
def test_numbers_in_texts_are_those_of_the_evidence(row_id: str, parts: tuple[str, ...]) -> None:
    """What a row says in words has the figures of its source."""
    rows: dict[str, object] = {row.id: row for row in read_auc_targets()}
    rows |= {row.id: row for row in read_regressions()}
    rows |= {row.id: row for row in read_variability_thresholds()}
    rows |= {row.id: row for name in FILES for row in read_exposure_remarks(name)}
    row = rows[row_id]
    text = " ".join(getattr(row, field, None) or "" for field in ("text", "outcome", "note"))
    assert [part for part in parts if part not in text] == []


def test_every_remark_is_checked() -> None:
    """No remark stands that the figures above do not look at."""
    assert {row.id for name in FILES for row in read_exposure_remarks(name)} <= set(IN_TEXT)


@pytest.mark.parametrize("name", FILES)
def test_files_are_plain_and_each_row_names_its_evidence(name: str) -> None:
    """Plain ASCII without markup, and above each row stands the part of the evidence that it was made from."""
    text = (Path(data_folder()) / name).read_text(encoding="utf-8")
    assert text.isascii()
    assert not set("<>") & set(text)
    assert len(re.findall(r"^# literature\.md [^\n]+\n\[\[", text, re.MULTILINE)) == len(
        re.findall(r"^\[\[", text, re.MULTILINE)
    )


def test_sources_indications_and_locators_are_known() -> None:
    """Every row rests on a source that is there, says where in it, and speaks of indications that exist."""
    rows: list[Any] = [*read_auc_targets(), *read_regressions(), *read_variability_thresholds()]
    remarks = [row for name in FILES for row in read_exposure_remarks(name)]
    known = set(indication_ids())
    for row in (*rows, *remarks):
        assert row.source in read_sources(), row.id
        assert row.locator.strip(), row.id
        assert set(row.indications) <= known, row.id
    ids = [row.id for row in (*rows, *remarks)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("trough", "days", "area"),
    [(10, 0, "189.9"), (5, 90, "110.4"), (3, 365, "74.1")],
)
def test_golden_areas_from_the_trough(trough: int, days: int, area: str) -> None:
    """Three areas worked out by hand from the published formulas."""
    (row,) = [row for row in read_regressions() if row.on_trough_alone and row.from_day == days]
    assert row.intercept + row.terms[0].coefficient * trough == Decimal(area)
