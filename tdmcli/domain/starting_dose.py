"""The first dose by weight as a source gives it, and by CYP3A5 phenotype over a named standard dose.

A method that lacks what it needs, or was not made for this patient, says so with a code and gives no number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding
from tdmcli.domain.start_patient import FOR_WHOM, StartPatient, missing_weight, other_product, unsettled
from tdmcli.errors import Code
from tdmcli.tables.rows import Population, Release, Route
from tdmcli.tables.start_rows import DoseUnit, Per

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.tables.genotype_rows import GenotypeDoseRow
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.tables.start_rows import StartingDoseRow


class DailyDose(NamedTuple):
    """The lowest and the highest total of a day (mg), equal where the method gives one, and the most that it allows."""

    low_mg: Decimal
    high_mg: Decimal
    cap_mg: Decimal | None = None
    capped: bool = False


def against_row(row: StartingDoseRow, patient: StartPatient) -> Finding | None:
    """Return why a source's dose is not for this patient, or what it lacks; None where it answers."""
    checks = (_against_product, _against_age, _against_situation)
    found = next((found for check in checks if (found := check(row, patient)) is not None), None)
    if found is None and row.unit is DoseUnit.MG_PER_KG and patient.weight_kg is None:
        return missing_weight()
    return found


def _against_product(row: StartingDoseRow, patient: StartPatient) -> Finding | None:
    product = patient.product
    if row.route is Route.INTRAVENOUS and (product is None or product.route is not Route.INTRAVENOUS):
        return Finding(Code.OTHER_PRODUCT, {"what": "an infusion (--product intravenous)"})
    if product is not None and not _made_for(row, product):
        return Finding(Code.OTHER_PRODUCT, {"what": ", ".join(row.products) or "immediate release by mouth"})
    return None


def _against_age(row: StartingDoseRow, patient: StartPatient) -> Finding | None:
    if row.population is not None and patient.population not in {row.population, None}:
        return Finding(Code.OUTSIDE_POPULATION, {"what": FOR_WHOM[row.population]})
    if row.population is None and patient.population is Population.CHILD:
        return Finding(Code.OUTSIDE_POPULATION, {"what": "not said to be for children"})
    if row.population is Population.CHILD and patient.population is None:
        return Finding(Code.MISSING_AGE, {"what": "A dose for children"})
    if row.age_from_years is None:
        return None
    if patient.age_years is None:
        return Finding(Code.MISSING_AGE, {"what": f"A dose from {row.age_from_years} years on"})
    if patient.age_years < row.age_from_years:
        return Finding(Code.OUTSIDE_POPULATION, {"what": f"from {row.age_from_years} years on"})
    return None


def _against_situation(row: StartingDoseRow, patient: StartPatient) -> Finding | None:
    if row.rejection is not patient.rejection:
        what = "on changing to tacrolimus for a rejection (--rejection)" if row.rejection else "not for a rejection"
        return Finding(Code.OTHER_SITUATION, {"what": what})
    others = patient.rivals - set(row.co_therapy)
    if row.co_therapy and others:
        made_for = ", ".join(row.co_therapy)
        return Finding(Code.OTHER_SITUATION, {"what": f"with {made_for}, not with {', '.join(sorted(others))}"})
    if patient.induction and row.induction and not patient.induction & set(row.induction):
        return Finding(Code.OTHER_SITUATION, {"what": f"with induction {' or '.join(row.induction)}"})
    return None


def _made_for(row: StartingDoseRow, product: ProductRow) -> bool:
    """Return whether a dose holds for a product: one that it names, or one of its release and route."""
    if Route.INTRAVENOUS in {row.route, product.route}:
        return row.route is product.route
    if row.products:
        return product.id in row.products
    return product.release is (row.release or Release.IMMEDIATE)


def dose_of_row(row: StartingDoseRow, weight_kg: Decimal | None) -> DailyDose:
    """Return the total of a day (mg) that a source's dose makes at a weight; of a dose given once, that dose.

    A dose per intake counts once for each intake of the day.
    """
    low, high = row.daily
    if row.unit is DoseUnit.MG_PER_KG:
        if weight_kg is None:
            raise ValueError("a dose by weight needs the weight")
        return DailyDose(low * weight_kg, high * weight_kg)
    return DailyDose(low, high)


def is_standard(row: StartingDoseRow) -> bool:
    """Return whether a genotype's factor may count from this dose: a daily oral one by weight, immediate release."""
    return (
        row.route is Route.ORAL
        and row.release is Release.IMMEDIATE
        and row.unit is DoseUnit.MG_PER_KG
        and row.per is not Per.ONCE
        and not row.rejection
    )


def against_genotype_dose(
    rows: tuple[GenotypeDoseRow, ...], patient: StartPatient
) -> tuple[GenotypeDoseRow | None, Finding | None]:
    """Return the guideline's row for the patient's phenotype, or why there is none."""
    wrong = other_product(patient.product)
    if wrong is not None:
        return None, wrong
    mine = [row for row in rows if patient.indication in row.indications]
    if not mine:
        organs = dict.fromkeys(name for row in rows for name in row.indications)
        return None, Finding(Code.OUTSIDE_POPULATION, {"what": f"for {', '.join(organs)}"})
    if patient.has_trough:
        return None, Finding(Code.TROUGH_EXISTS, {"level": ""})
    missing = unsettled(patient.cyp3a5, "CYP3A5")
    if missing is not None or patient.cyp3a5 is None or patient.cyp3a5.phenotype is None:
        return None, missing
    if any(row.donor_too for row in mine) and (
        patient.donor_cyp3a5 is None or patient.donor_cyp3a5.alleles != patient.cyp3a5.alleles
    ):
        return None, Finding(Code.DONOR_GENOTYPE)
    phenotype = patient.cyp3a5.phenotype.phenotype
    found = next((row for row in mine if row.phenotype == phenotype), None)
    return found, None if found else Finding(Code.GENOTYPE_UNDETERMINED, {"what": f"CYP3A5 {patient.cyp3a5.text}"})


def genotype_dose(standard: DailyDose, row: GenotypeDoseRow, weight_kg: Decimal) -> DailyDose:
    """Return a standard dose (mg/day) times the guideline's factor, cut at its cap per kilogram.

    Source: CPIC 2015 (data/genotypes.toml).
    """
    low, high = standard.low_mg * row.times_low, standard.high_mg * row.times_high
    if row.cap_mg_per_kg_day is None:
        return DailyDose(low, high)
    cap = row.cap_mg_per_kg_day * weight_kg
    return DailyDose(min(low, cap), min(high, cap), cap, capped=high > cap)
