"""The shipped models: numbers that its paper states come out, and its numbers are those typed a second time here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tdmcli.errors import BadFile
from tdmcli.pharmacokinetics.covariates import outside, with_assumed
from tdmcli.pharmacokinetics.disposition import disposition
from tdmcli.pharmacokinetics.dosing_history import Dose, regular_doses
from tdmcli.pharmacokinetics.exposure import area_ng_h_ml
from tdmcli.pharmacokinetics.linear_algebra import factor
from tdmcli.pharmacokinetics.population_model import error_model, individual, make_model, typical, whole_blood
from tdmcli.pharmacokinetics.prediction import Step, make_case, predict
from tdmcli.tables.builder import build_row, load_toml
from tdmcli.tables.location import data_folder
from tdmcli.tables.model_forms import Assay, Covariate, ErrorKind
from tdmcli.tables.model_readers import model_ids, read_model
from tdmcli.tables.model_rows import ModelRow
from tdmcli.tables.readers import read_sources

if TYPE_CHECKING:
    from tdmcli.pharmacokinetics.covariates import Values
    from tdmcli.pharmacokinetics.disposition import Kinetics

C = Covariate
# The patient at whom every effect of a model is none, as far as there is one.
REFERENCE: dict[str, dict[Covariate, float | str]] = {
    "woillard-2011": {C.HEMATOCRIT_PERCENT: 35.0, C.CYP3A5: "*3/*3", C.RELEASE: "prolonged"},
    "storset-2014": {
        C.FAT_FREE_MASS_KG: 60.0,
        C.HEMATOCRIT_PERCENT: 33.0,
        C.CYP3A5: "*3/*3",
        C.PREDNISOLONE_MG_DAY: 0.0,
        C.DAYS_AFTER_TRANSPLANT: 20.0,
    },
    "bergmann-2014": {
        C.WEIGHT_KG: 70.0,
        C.HEMATOCRIT_PERCENT: 33.0,
        C.CYP3A5: "*3/*3",
        C.DAYS_AFTER_TRANSPLANT: 22.7,
        C.FREE_PREDNISOLONE_PEAK_NMOL_L: 155.5,
    },
    "andrews-2019": {
        C.CYP3A5: "*3/*3",
        C.CYP3A4_22: "non-carrier",
        C.AGE_YEARS: 55.72,
        C.ALBUMIN_G_L: 42.0,
        C.BODY_SURFACE_M2: 1.93,
        C.CREATININE_UMOL_L: 134.98,
        C.HEMATOCRIT_PERCENT: 34.0,
        C.LEAN_BODY_MASS_KG: 58.94,
    },
    "francke-2025": {
        C.CYP3A5: "*3/*3",
        C.CYP3A4_22: "non-carrier",
        C.HEMATOCRIT_PERCENT: 33.0,
        C.AGE_YEARS: 57.5,
        C.CREATININE_UMOL_L: 147.0,
        C.HEIGHT_CM: 170.0,
    },
    "benkali-2010": {C.CYP3A5: "*3/*3"},
    "mohammed-ali-2023": {C.CYP3A4_22: "non-carrier", C.CYP3A5: "*3/*3"},
    "monchaud-2012": {C.CYP3A5: "*3/*3", C.CYSTIC_FIBROSIS: "no"},
    "moes-2016": {C.CYP3A5: "*3/*3", C.DONOR_CYP3A5: "*3/*3"},
    "kirubakaran-2023": {C.FAT_FREE_MASS_KG: 57.0, C.HEMATOCRIT_PERCENT: 34.0, C.AZOLE: "no"},
    "andrews-2020": {C.WEIGHT_KG: 70.0, C.CYP3A5: "*3/*3", C.HEMATOCRIT_PERCENT: 29.0, C.CREATININE_UMOL_L: 84.0},
}
# Typed a second time from the transcriptions: clearance, volume, exchange, peripheral volume, rate of a step, last
# rate, lag, share absorbed; then the coefficients of variation between patients in per cent, in the file's order.
NUMBERS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "woillard-2011": ((21.2, 486, 79, 271, 3.34, 0, 0, 1), (28, 31, 54, 60, 24)),
    "storset-2014": ((811, 6290, 1200, 32100, 1.01, 0, 0.41, 1), (40, 54, 63, 57)),
    "bergmann-2014": ((25.5, 113, 67.9, 1060, 0.35, 0, 0.44, 1), (29.5, 46.8, 47.6, 89.4)),
    "andrews-2019": ((23.0, 692, 11.6, 5340, 3.58, 0, 0.38, 1), (38.6, 49.2, 53.0, 78.7)),
    "francke-2025": ((20.7, 705, 8.54, 7670, 6.59, 0, 0.375, 1), (41.4, 80.5, 82.8)),
    "benkali-2010": ((19, 486, 43.74, 43.74 / 0.13, 3.3, 0, 0, 1), (52, 53, 35, 54)),
    "mohammed-ali-2023": ((10.6, 169, 37.6, 460, 3 / 2.91, 0.72, 0, 1), (37.9, 70, 75, 54.6)),
    "monchaud-2012": ((17.5, 136, 41.1, 529, 7.06, 0, 0, 1), ()),
    "moes-2016": ((4.21, 88.3, 14.0, 145, 3.76, 0, 0, 0.23), (42.8, 86.3, 65.9)),
    "kirubakaran-2023": ((21.1, 197, 55.0, 297, 0.508, 0, 0, 1), (61, 89.5)),
    "andrews-2020": ((36.6, 496, 31.7, 1270, 1.7, 0, 0.41, 1), (183, 42.1, 99.6, 85.2)),
}
STEPS = {"woillard-2011": 4, "benkali-2010": 4, "mohammed-ali-2023": 3, "monchaud-2012": 5, "moes-2016": 4}


def patient(name: str, **changes: float | str) -> Kinetics:
    """Return the typical parameters of the reference patient with some covariates changed."""
    model = make_model(read_model(name))
    values: Values = REFERENCE[name] | {Covariate(key): value for key, value in changes.items()}
    return individual(typical(model, values), [0.0] * len(model.omega))


def clearance(name: str, **changes: float | str) -> float:
    """Return the clearance of the reference patient with some covariates changed, L/h."""
    return patient(name, **changes).clearance_l_h


def steady_area(name: str, mg: float, interval_h: float, **changes: float | str) -> float:
    """Return the area over an interval at steady state, ng*h/mL."""
    model, kinetics = make_model(read_model(name)), patient(name, **changes)
    line = make_case(model, [Dose(0.0, mg, 0.0, interval_h)], [Step(0.0, REFERENCE[name])], []).line
    return area_ng_h_ml(line, [kinetics] * len(line.legs), 0.0, interval_h - 1e-9)


@pytest.mark.parametrize("name", model_ids())
def test_the_numbers_are_those_of_the_paper(name: str) -> None:
    """Typical values at the reference patient, lag, steps and variances, typed twice."""
    model = make_model(read_model(name))
    numbers, cvs = NUMBERS[name]
    own = patient(name)
    found = (*own[:4], own.step_rate_per_h, own.last_rate_per_h, model.lag_h, own.bioavailability)
    assert found == pytest.approx(numbers, rel=1e-12)
    assert own.steps == STEPS.get(name, 1)
    if cvs:
        variances = [model.omega[i][i] for i in range(len(cvs))]
        assert variances == pytest.approx([math.log(1 + (cv / 100) ** 2) for cv in cvs], abs=6e-7)
    assert factor(model.omega) is not None


def test_variances_and_covariances_that_are_no_coefficients_of_variation() -> None:
    """Monchaud's variances as given, and the correlations of Storset, Bergmann and Francke."""
    monchaud = make_model(read_model("monchaud-2012")).omega
    assert [monchaud[i][i] for i in range(5)] == [0.288, 0.514, 0.182, 0.168, 1.588]
    wanted = {
        "storset-2014": {(0, 1): 0.43, (0, 2): 0.62, (1, 2): 0.0},
        "bergmann-2014": {(1, 2): 0.677, (1, 3): -0.049, (2, 3): -0.013, (0, 1): 0.0},
        "francke-2025": {(0, 1): 0.580, (0, 2): 0.065, (1, 2): 0.125},
    }
    for name, pairs in wanted.items():
        omega = make_model(read_model(name)).omega
        for (i, j), correlation in pairs.items():
            assert omega[i][j] / math.sqrt(omega[i][i] * omega[j][j]) == pytest.approx(correlation, abs=1e-3)


def test_woillard() -> None:
    """Areas at the median haematocrits, Prograf's own rate and volume, twice the clearance in carriers."""
    assert steady_area("woillard-2011", 2, 12, hematocrit_percent=32.3, release="immediate") == pytest.approx(
        86, abs=0.5
    )
    assert steady_area("woillard-2011", 4, 24, hematocrit_percent=38.5) == pytest.approx(210, abs=0.5)
    prograf = patient("woillard-2011", release="immediate")
    assert (prograf.step_rate_per_h, prograf.volume_l) == pytest.approx((5.11, 140.94), rel=1e-3)
    assert clearance("woillard-2011", cyp3a5="*1/*3") == pytest.approx(42.4)


def test_storset() -> None:
    """The linear whole-blood clearance at two haematocrits, and what genotype, prednisolone and day 1 do to F."""
    model = make_model(read_model("storset-2014"))
    for hematocrit, wanted in ((45.0, 16.1), (33.0, 21.7)):
        assert 811 / whole_blood(model, 1e-9, hematocrit)[1] == pytest.approx(wanted, abs=0.05)
    share = patient("storset-2014", prednisolone_mg_day=20.0, cyp3a5="*1/*3", days_after_transplant=0.5).bioavailability
    assert share == pytest.approx((1 - 0.67 * 20 / 55) * 0.82 * 2.68)
    assert clearance("storset-2014", cyp3a5="*1/*1", fat_free_mass_kg=50.0) == pytest.approx(
        811 * 1.3 * (50 / 60) ** 0.75
    )


def test_bergmann() -> None:
    """A typical trough on 5 mg within the paper's percentiles; the linear effects and the cap on days."""
    model = make_model(read_model("bergmann-2014"))
    steps = [Step(0.0, REFERENCE["bergmann-2014"] | {C.DAYS_AFTER_TRANSPLANT: 5.0})]
    (trough,) = predict(make_case(model, regular_doses(0.0, (5.0,), 12.0, 120.0), steps, [108.0]), [0.0] * 4)
    assert 5.56 < trough < 15.97
    wanted = 25.5 * 1.6 * (1 - 1.01 * (0.28 - 0.33)) * (80 / 70) ** 0.75 * (1 - 0.0021 * (180 - 22.7))
    changed: dict[str, float | str] = {
        "cyp3a5": "*1/*3",
        "hematocrit_percent": 28.0,
        "weight_kg": 80.0,
        "days_after_transplant": 300.0,
    }
    assert clearance("bergmann-2014", **changed) == pytest.approx(wanted)
    assert patient("bergmann-2014", free_prednisolone_peak_nmol_l=255.5).volume_l == pytest.approx(113 * 0.72)


def test_andrews_2019() -> None:
    """Age and body surface move clearance as the paper says, and the slow half-life is 20 days."""
    by_age = clearance("andrews-2019", age_years=65.0) / clearance("andrews-2019", age_years=25.0)
    by_size = clearance("andrews-2019", body_surface_m2=2.25) / clearance("andrews-2019", body_surface_m2=1.5)
    assert (by_age, by_size) == pytest.approx((1 - 0.34, 1.43), abs=0.005)
    assert math.log(2) / disposition(patient("andrews-2019")).slow / 24 == pytest.approx(20, abs=1.5)
    assert clearance("andrews-2019", cyp3a5="*1/*1", cyp3a4_22="carrier") == pytest.approx(23 * 1.631 * 0.8)
    assert error_model(make_model(read_model("andrews-2019")), Assay.IMMUNOASSAY)[1:] == (0.177, 0.88)


def test_francke() -> None:
    """Genotypes apart, and the variance of clearance is that which explains 19.3 % (35 % of the variance) of 51.3 %."""
    assert clearance("francke-2025", cyp3a5="*1/*3") == pytest.approx(20.7 * 1.64)
    assert clearance("francke-2025", cyp3a5="*1/*1", cyp3a4_22="carrier") == pytest.approx(20.7 * 1.93 * 0.836)
    cv = math.sqrt(math.expm1(make_model(read_model("francke-2025")).omega[0][0])) * 100
    assert (1 - cv / 51.3, 1 - (cv / 51.3) ** 2) == pytest.approx((0.193, 0.35), abs=0.002)
    changed = {"hematocrit_percent": 28.0, "age_years": 40.0, "creatinine_umol_l": 90.0, "height_cm": 182.0}
    wanted = 20.7 * (28 / 33) ** -0.51 * (40 / 57.5) ** -0.309 * (90 / 147) ** -0.0905 * (182 / 170) ** 1.17
    assert clearance("francke-2025", **changed) == pytest.approx(wanted)


def test_benkali_and_mohammed_ali() -> None:
    """Once-daily areas that the papers state, for each group of genotypes."""
    assert steady_area("benkali-2010", 4.63, 24) == pytest.approx(244, abs=0.5)
    assert steady_area("benkali-2010", 4.63, 24, cyp3a5="*1/*3") == pytest.approx(113, abs=0.5)
    per_mg = {("non-carrier", "*1/*3"): 51.0, ("non-carrier", "*3/*3"): 94.3, ("carrier", "*3/*3"): 135.7}
    for (carrier, genotype), wanted in per_mg.items():
        area = steady_area("mohammed-ali-2023", 1, 24, cyp3a4_22=carrier, cyp3a5=genotype)
        assert area == pytest.approx(wanted, abs=0.05)
    own = patient("mohammed-ali-2023", cyp3a4_22="carrier", cyp3a5="*1/*1")
    assert (own.clearance_l_h, own.volume_l + own.peripheral_volume_l) == (10.6, 629.0)


def test_lung_liver_heart_child() -> None:
    """What the papers on other organs and children state of genotypes, donors, azoles and laboratory values."""
    monchaud = patient("monchaud-2012", cyp3a5="*1/*3", cystic_fibrosis="yes")
    assert (monchaud.clearance_l_h, monchaud.step_rate_per_h) == pytest.approx((17.5 * 1.4, 7.06 * 0.47))
    assert steady_area("moes-2016", 3, 24) == pytest.approx(164, abs=0.5)
    for recipient, donor, wanted in (("*1/*3", "*3/*3", 1.33), ("*3/*3", "*1/*1", 1.33), ("*1/*1", "*1/*3", 1.71)):
        ratio = clearance("moes-2016", cyp3a5=recipient, donor_cyp3a5=donor) / clearance("moes-2016")
        assert ratio == pytest.approx(wanted)
    assert clearance("kirubakaran-2023", azole="yes") / clearance("kirubakaran-2023") == pytest.approx(0.2, abs=0.005)
    low, high = clearance("andrews-2020", hematocrit_percent=25.0), clearance("andrews-2020", hematocrit_percent=35.0)
    assert 1 - high / low == pytest.approx(0.18, abs=0.005)
    low, high = clearance("andrews-2020", creatinine_umol_l=50.0), clearance("andrews-2020", creatinine_umol_l=500.0)
    assert 1 - high / low == pytest.approx(0.21, abs=0.005)
    child = patient("andrews-2020", weight_kg=32.0)
    assert (child.clearance_l_h, child.volume_l) == pytest.approx((36.6 * (32 / 70) ** 0.62, 496 * 32 / 70))


def test_a_random_effect_holds_only_while_its_condition_does() -> None:
    """Kirubakaran's clearances with and without an azole vary apart; Storset's first day varies on that day alone."""
    heart = make_model(read_model("kirubakaran-2023"))
    on, off = (typical(heart, REFERENCE["kirubakaran-2023"] | {C.AZOLE: word}) for word in ("yes", "no"))
    assert individual(on, [9.0, 0.5]).clearance_l_h == pytest.approx(4.2 * math.exp(0.5))
    assert individual(off, [0.5, 9.0]).clearance_l_h == pytest.approx(21.1 * math.exp(0.5))
    kidney = make_model(read_model("storset-2014"))
    for day, wanted in ((0.9, 2.68 * math.e), (1.0, 1.0)):
        at = typical(kidney, REFERENCE["storset-2014"] | {C.DAYS_AFTER_TRANSPLANT: day})
        assert individual(at, [0.0, 0.0, 0.0, 1.0]).bioavailability == pytest.approx(wanted)


@pytest.mark.parametrize("name", model_ids())
def test_r60_outside_the_population_is_named(name: str) -> None:
    """The reference patient is inside; without a covariate or beyond its limits it is named, with the limits."""
    model = make_model(read_model(name))
    assert outside(model.row, REFERENCE[name]) == ()
    for row in model.row.covariate:
        without = {key: value for key, value in REFERENCE[name].items() if key is not row.covariate}
        completed, used = with_assumed(model.row, without)
        if row.if_unknown is None and row.if_unknown_word is None:
            assert [one.covariate for one in outside(model.row, completed)] == [row.covariate]
            assert used == ()
        else:
            assert outside(model.row, completed) == ()
            assert [one.covariate for one in used] == [row.covariate]
        if row.words or row.high is not None:
            beyond: float | str = "*1/*22" if row.words else float(row.high or 0) * 1.01
            (found, *_) = outside(model.row, REFERENCE[name] | {row.covariate: beyond})
            assert (found.covariate, found.value) == (row.covariate, beyond)


def test_r60_the_days_of_a_model_are_limits_too() -> None:
    """A model of the first 3 months or of stable patients speaks of no other day."""
    for name, day, limits in (
        ("andrews-2019", 90.0, "day 0 to 90"),
        ("benkali-2010", 100.0, "day 180 on"),
        ("andrews-2020", 43.0, "day 0 to 43"),
        ("moes-2016", 21.0, "day 90 on"),
    ):
        (found,) = outside(read_model(name), REFERENCE[name] | {C.DAYS_AFTER_TRANSPLANT: day})
        assert (found.covariate, found.limits) == (C.DAYS_AFTER_TRANSPLANT, limits)


@pytest.mark.parametrize("name", model_ids())
def test_each_model_names_its_paper_and_limits(name: str) -> None:
    """The source is known and read at second hand, and the texts that people read are there."""
    row = read_model(name)
    assert read_sources({row.source})[row.source].read == "secondary"
    assert "second hand" in row.locator
    assert min(map(len, (row.patients, row.limits, row.checked))) > 20


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "at least one step"),
        ({"absorption": "erlang"}, "rates of the absorption"),
        ({"covariate": []}, "each covariate stands"),
        ({"parameter": [{"parameter": "lag_h", "value": 0}]}, "above 0"),
        ({"covariance": [{"one": "clearance", "other": "nobody", "covariance": 1}]}, "two random effects"),
        ({"error": [{"assay": "any", "kind": "mixed", "proportional": 1}]}, "takes other numbers"),
        ({"binding": {"capacity_ng_ml": "418", "half_ng_ml": 3}}, "must be a number"),
    ],
)
def test_a_model_that_says_too_little_is_refused(change: dict[str, object], message: str) -> None:
    """A row that lacks what its structure needs, or names what it has not, stops with the reason."""
    table = load_toml(data_folder() / "models" / "storset-2014.toml")["model"]
    with pytest.raises(BadFile, match=message):
        build_row(ModelRow, table | change, "models/storset-2014.toml")


def test_a_log_error_is_one_of_its_own() -> None:
    """Francke and Kirubakaran scatter on the log scale; the first row of an assay is used."""
    francke = make_model(read_model("francke-2025"))
    assert error_model(francke, Assay.IMMUNOASSAY) == (ErrorKind.LOG, 0.242, 0.0)
    assert error_model(francke, Assay.ANY) == (ErrorKind.LOG, 0.281, 0.0)
