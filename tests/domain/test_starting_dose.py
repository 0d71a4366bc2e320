"""First doses: the equations met to the digits printed, the guideline's factor and cap, and whole units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdmcli.domain import starting_algorithm as equations
from tdmcli.domain import starting_dose as doses
from tdmcli.domain.findings import Refused
from tdmcli.domain.genotype import Diplotype, read_diplotype
from tdmcli.domain.start_patient import StartPatient, body_surface_m2
from tdmcli.domain.whole_units import round_dose
from tdmcli.errors import Code
from tdmcli.tables.dosing_readers import read_body_size, read_genotypes, read_starting_algorithms, read_starting_doses
from tdmcli.tables.readers import read_policy, read_products
from tdmcli.tables.rows import Population, Release, Route
from tdmcli.tables.start_rows import DoseUnit, Per

EQUATIONS = {row.id: row for row in read_starting_algorithms().starting_algorithm}
ROWS = {row.id: row for row in read_starting_doses()}
PRODUCTS = {row.id: row for row in read_products()}
TABLES = read_genotypes()
POLICY = read_policy().dose

WEIGHTS = st.decimals(min_value=3, max_value=180, places=1)


def gene(text: str, name: str = "CYP3A5") -> Diplotype:
    """Return a diplotype."""
    return read_diplotype(text, name, TABLES.allele, TABLES.phenotype)


def adult(**known: Any) -> StartPatient:
    """Return an adult with a kidney transplant, and what else is known."""
    return StartPatient(indication="kidney", population=Population.ADULT)._replace(**known)


def child(**known: Any) -> StartPatient:
    """Return a child with a kidney transplant, and what else is known."""
    return StartPatient(indication="kidney", population=Population.CHILD)._replace(**known)


EXPRESSER, NON_EXPRESSER = gene("*1/*3"), gene("*3/*3")
STAR_22 = gene("*1/*22", "CYP3A4")
STAR_1 = gene("*1/*1", "CYP3A4")
CCB = frozenset({"calcium-channel blocker"})

# literature 5.1-5.5: equation, patient, clearance or None where it is not printed, dose printed, intakes that it is for
PRINTED = [
    (
        "andrews-2019",
        adult(age_years=56, bsa_m2=Decimal("1.93"), cyp3a5=NON_EXPRESSER, cyp3a4=STAR_1),
        "22.5",
        "4.995",
        1,
    ),
    ("andrews-2019", adult(age_years=35, bsa_m2=Decimal("1.75"), cyp3a5=EXPRESSER), "42.97", "9.54", 1),
    (
        "andrews-2019",
        adult(age_years=70, bsa_m2=Decimal("2.10"), cyp3a5=NON_EXPRESSER, cyp3a4=STAR_22),
        "17.41",
        "3.86",
        1,
    ),
    ("francke-2025", adult(age_years=45, height_cm=Decimal(177), cyp3a5=EXPRESSER, cyp3a4=STAR_1), None, "8.961", 1),
    (
        "francke-2025",
        adult(age_years=65, height_cm=Decimal(162), cyp3a5=NON_EXPRESSER, cyp3a4=STAR_22),
        None,
        "3.737",
        1,
    ),
    ("passey-2011", adult(age_years=50, day=3, cyp3a5=NON_EXPRESSER, aim_ng_ml=Decimal(10)), "38.4", "9.216", 2),
    (
        "passey-2011",
        adult(age_years=40, day=14, cyp3a5=EXPRESSER, steroid_sparing=True, groups=CCB, aim_ng_ml=Decimal(8)),
        "33.15",
        "6.365",
        2,
    ),
    ("andrews-2020", child(age_years=9, weight_kg=Decimal(32), cyp3a5=NON_EXPRESSER), None, "9.79", 2),
    ("andrews-2020", child(age_years=9, weight_kg=Decimal(32), cyp3a5=EXPRESSER), None, "14.30", 2),
    ("andrews-2020", child(age_years=2, weight_kg=Decimal(12), cyp3a5=NON_EXPRESSER), None, "5.65", 2),
    ("andrews-2020", child(age_years=17, weight_kg=Decimal(60), cyp3a5=EXPRESSER), None, "20.33", 2),
]


def daily(name: str, patient: StartPatient) -> Decimal:
    """Return the daily dose of an equation for a patient whom it answers."""
    row = EQUATIONS[name]
    assert equations.against_algorithm(row, patient) is None
    factors = equations.clearance_factors(row, patient)
    return equations.dose_of_algorithm(
        row, equations.clearance_l_h(row, factors), equations.exposure_of(row, patient.aim_ng_ml)
    )


@pytest.mark.parametrize(("name", "patient", "clearance", "dose", "intakes"), PRINTED)
def test_equations_are_met_to_the_digits_printed(
    name: str, patient: StartPatient, clearance: str | None, dose: str, intakes: int
) -> None:
    """Worked examples of the dossier: clearance and the dose of an intake (or of the day) to their last digit."""
    row = EQUATIONS[name]
    found = equations.clearance_l_h(row, equations.clearance_factors(row, patient))
    if clearance is not None:
        assert found.quantize(Decimal(clearance)) == Decimal(clearance)
    of_day = daily(name, patient)
    assert (of_day if intakes == 2 else of_day / 2).quantize(Decimal(dose)) == Decimal(dose)


def test_francke_at_its_reference_patient() -> None:
    """57.5 years, 170 cm, no factor: 234 x 20.7 / 1,000 = 4.844 mg at each intake (ages are whole years elsewhere)."""
    row = EQUATIONS["francke-2025"]
    exposure = equations.exposure_of(row, None)
    assert (equations.dose_of_algorithm(row, row.clearance_l_h, exposure) / 2).quantize(Decimal("0.001")) == Decimal(
        "4.844"
    )


def test_other_exposures_belong_to_andrews_2019_alone() -> None:
    """AUC 277 for 12.5 and 332 for 15 ng/mL; any other aim keeps the usual 10, and the others have one pair each."""
    pairs = [
        (equations.exposure_of(EQUATIONS["andrews-2019"], Decimal(aim)).auc_ng_h_ml) for aim in ("12.5", "15", "8")
    ]
    assert pairs == [277, 332, 222]
    assert [len(EQUATIONS[name].exposures) for name in ("francke-2025", "andrews-2020", "passey-2011")] == [1, 1, 0]


OUTSIDE = [
    ("andrews-2019", {"age_years": 80}, Code.OUTSIDE_POPULATION),
    ("andrews-2019", {"age_years": 14, "population": Population.CHILD}, Code.OUTSIDE_POPULATION),
    ("andrews-2019", {"bsa_m2": Decimal("1.23")}, Code.OUTSIDE_POPULATION),
    ("andrews-2019", {"bsa_m2": None, "height_cm": None}, Code.MISSING_HEIGHT),
    ("andrews-2019", {"bsa_m2": None, "weight_kg": None}, Code.MISSING_WEIGHT),
    ("andrews-2019", {"age_years": None}, Code.MISSING_AGE),
    ("andrews-2019", {"cyp3a5": None}, Code.MISSING_GENOTYPE),
    ("andrews-2019", {"cyp3a5": gene("*1/*8")}, Code.GENOTYPE_UNDETERMINED),
    ("andrews-2019", {"cyp3a5": gene("*1/*99")}, Code.GENOTYPE_UNDETERMINED),
    ("andrews-2019", {"cyp3a4": gene("*1/*8", "CYP3A4")}, Code.GENOTYPE_UNDETERMINED),
    ("andrews-2019", {"product": PRODUCTS["advagraf"]}, Code.OTHER_PRODUCT),
    ("andrews-2019", {"product": PRODUCTS["intravenous"]}, Code.OTHER_PRODUCT),
    ("andrews-2019", {"rejection": True}, Code.OTHER_SITUATION),
    ("andrews-2019", {"indication": "liver"}, Code.OUTSIDE_POPULATION),
    ("francke-2025", {"age_years": 17, "population": Population.CHILD}, Code.OUTSIDE_POPULATION),
    ("francke-2025", {"height_cm": None}, Code.MISSING_HEIGHT),
    ("passey-2011", {"day": None}, Code.MISSING_TIME),
    ("passey-2011", {"day": 2}, Code.OUTSIDE_POPULATION),
    ("passey-2011", {"day": 181}, Code.OUTSIDE_POPULATION),
    ("passey-2011", {"aim_ng_ml": None}, Code.MISSING_TARGET),
    ("andrews-2020", {"age_years": 18}, Code.OUTSIDE_POPULATION),
    ("andrews-2020", {"age_years": 1, "population": Population.CHILD}, Code.OUTSIDE_POPULATION),
    (
        "andrews-2020",
        {"age_years": 9, "population": Population.CHILD, "weight_kg": Decimal(10)},
        Code.OUTSIDE_POPULATION,
    ),
    ("andrews-2020", {"age_years": None, "population": Population.ADULT}, Code.OUTSIDE_POPULATION),
]
WHOLE = adult(
    age_years=50, weight_kg=Decimal(70), height_cm=Decimal(170), bsa_m2=Decimal("1.8"), day=4, cyp3a5=NON_EXPRESSER,
    cyp3a4=STAR_1, aim_ng_ml=Decimal(10),
)  # fmt: skip


@pytest.mark.parametrize(("name", "change", "code"), OUTSIDE)
def test_r60_an_equation_says_why_it_is_not_for_a_patient(name: str, change: dict[str, Any], code: Code) -> None:
    """Outside its patients, or without what it takes, each equation gives its code and no number."""
    found = equations.against_algorithm(EQUATIONS[name], WHOLE._replace(**change))
    assert found is not None
    assert found.code is code


@pytest.mark.parametrize("name", ["andrews-2019", "francke-2025", "passey-2011"])
def test_more_working_alleles_never_lower_the_dose(name: str) -> None:
    """No, one, two working alleles of CYP3A5: the dose never falls; with CYP3A4*22 it never rises."""
    by_allele = [daily(name, WHOLE._replace(cyp3a5=gene(text))) for text in ("*3/*3", "*1/*3", "*1/*1")]
    assert by_allele == sorted(by_allele)
    assert by_allele[0] < by_allele[1]
    assert daily(name, WHOLE._replace(cyp3a4=STAR_22)) <= by_allele[0]


def test_an_unknown_cyp3a4_counts_as_its_authors_count_it() -> None:
    """Andrews and Francke print the factor 1 for *1 or unknown; CYP3A5 is never so filled in."""
    for name in ("andrews-2019", "francke-2025"):
        assert daily(name, WHOLE._replace(cyp3a4=None)) == daily(name, WHOLE)
        assert "unknown CYP3A4 counts as *1" in (EQUATIONS[name].note or "")


def test_body_surface_of_mosteller() -> None:
    """180 cm and 80 kg are 2 m2: the root of 4."""
    divisor = read_body_size().body_surface[0].divisor
    assert body_surface_m2(Decimal(180), Decimal(80), divisor) == 2


@given(WEIGHTS)
def test_r08_per_day_and_per_intake_forms_agree(weight: Decimal) -> None:
    """0.05 mg/kg at each of two intakes is the 0.1 mg/kg/day of the other text, at any weight."""
    each = doses.dose_of_row(ROWS["seed-nephrotic-minimal-change"], weight)
    whole = doses.dose_of_row(ROWS["seed-nephrotic-by-weight"], weight)
    assert each.low_mg == each.high_mg == whole.high_mg == weight / 10


@given(WEIGHTS, st.sampled_from(["*1/*1", "*1/*3", "*3/*3"]))
def test_r34_cpic_never_passes_its_cap(weight: Decimal, text: str) -> None:
    """Over every standard dose: not above 0.3 mg/kg/day, 1.5 to 2 times it below that, and the dose itself for none."""
    patient = adult(weight_kg=weight, cyp3a5=gene(text))
    row, against = doses.against_genotype_dose(TABLES.genotype_dose, patient)
    assert against is None
    assert row is not None
    for one in (row for row in ROWS.values() if "kidney" in row.indications and doses.is_standard(row)):
        standard = doses.dose_of_row(one, weight)
        made = doses.genotype_dose(standard, row, weight)
        cap = Decimal("0.3") * weight
        if text == "*3/*3":
            assert made == standard
            continue
        assert made.high_mg <= cap
        assert made.low_mg == min(cap, standard.low_mg * Decimal("1.5"))
        assert made.high_mg == min(cap, standard.high_mg * 2)
        assert made.capped == (standard.high_mg * 2 > cap)


CPIC_AGAINST = [
    ({}, Code.MISSING_GENOTYPE),
    ({"cyp3a5": gene("*1/*8")}, Code.GENOTYPE_UNDETERMINED),
    ({"cyp3a5": EXPRESSER, "has_trough": True}, Code.TROUGH_EXISTS),
    ({"cyp3a5": EXPRESSER, "product": PRODUCTS["envarsus-xr"]}, Code.OTHER_PRODUCT),
    ({"cyp3a5": EXPRESSER, "indication": "liver"}, Code.DONOR_GENOTYPE),
    ({"cyp3a5": EXPRESSER, "indication": "liver", "donor_cyp3a5": NON_EXPRESSER}, Code.DONOR_GENOTYPE),
    ({"cyp3a5": EXPRESSER, "indication": "ild"}, Code.OUTSIDE_POPULATION),
]


@pytest.mark.parametrize(("change", "code"), CPIC_AGAINST)
def test_cpic_is_refused_where_it_does_not_hold(change: dict[str, Any], code: Code) -> None:
    """No genotype, an unsettled one, a level there already, a once-daily product, a liver whose donor differs."""
    row, against = doses.against_genotype_dose(TABLES.genotype_dose, adult(weight_kg=Decimal(70))._replace(**change))
    assert (row, against.code if against else None) == (None, code)


def test_cpic_in_a_liver_where_both_agree() -> None:
    """With the same diplotype in donor and recipient the liver's row holds."""
    patient = adult(indication="liver", cyp3a5=EXPRESSER, donor_cyp3a5=gene("*3/*1"))
    row, _ = doses.against_genotype_dose(TABLES.genotype_dose, patient)
    assert row is not None
    assert row.id == "cpic-2015-intermediate-liver"


def test_a_standard_dose_is_never_a_genotype_dose() -> None:
    """What CPIC multiplies is a daily dose of a label, by mouth, immediate release: no equation, no rejection."""
    for row in (one for one in ROWS.values() if doses.is_standard(one)):
        assert row.source.startswith("label-")
        assert (row.route, row.release, row.unit) == (Route.ORAL, Release.IMMEDIATE, DoseUnit.MG_PER_KG)
        assert row.per is not Per.ONCE
        assert not row.rejection
    assert not set(EQUATIONS) & {row.id for row in ROWS.values()}


@given(
    st.decimals(min_value="0.5", max_value=50, places=2),
    st.sampled_from(sorted(name for name, row in PRODUCTS.items() if row.strengths_mg)),
    st.decimals(min_value="0.8", max_value="1.2", places=2),
)
@settings(deadline=None)
def test_r19_rounding_never_passes_a_cap(dose: Decimal, name: str, share: Decimal) -> None:
    """Under a cap near the dose: whole units at or below it, or a refusal; without one as near or nearer."""
    product = PRODUCTS[name]
    cap = dose * share
    try:
        capped = round_dose(dose, product, product.intervals_h[0], POLICY, cap_mg=cap)
        free = round_dose(dose, product, product.intervals_h[0], POLICY)
    except Refused:  # nothing that can be given is near enough
        return
    assert capped.regimen.daily_dose_mg <= cap
    assert abs(free.rounding_percent) <= abs(capped.rounding_percent)


def test_every_brand_of_capsules_has_the_strengths_that_stand_for_no_brand() -> None:
    """Rounded without a product: 0.5, 1 and 5 mg are strengths of each immediate-release capsule of the table."""
    common = set(PRODUCTS["generic-ir"].strengths_mg)
    capsules = [row for row in PRODUCTS.values() if row.form == "capsule" and row.release is Release.IMMEDIATE]
    assert len(capsules) > 2
    assert all(common <= set(row.strengths_mg) for row in capsules)
