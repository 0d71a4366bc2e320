"""The first dose by a published equation: clearance of the patient times the exposure that is aimed at."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding
from tdmcli.domain.start_patient import FOR_WHOM, StartPatient, missing_weight, other_product, unsettled
from tdmcli.domain.units import show
from tdmcli.errors import Code
from tdmcli.tables.algorithm_rows import Covariate

if TYPE_CHECKING:
    from tdmcli.tables.algorithm_rows import LimitRow, StartingAlgorithmRow

_HOURS_A_DAY = 24


def against_algorithm(row: StartingAlgorithmRow, patient: StartPatient) -> Finding | None:
    """Return why an equation is not for this patient, or what it lacks; None where it answers."""
    checks = (_against_whom, _against_limits, _against_genotype, _against_time)
    return next((found for check in checks if (found := check(row, patient)) is not None), None)


def _against_whom(row: StartingAlgorithmRow, patient: StartPatient) -> Finding | None:
    """Return that it was made for another product, organ, age or situation."""
    wrong = other_product(patient.product)
    if wrong is not None:
        return wrong
    if patient.indication not in row.indications:
        return Finding(Code.OUTSIDE_POPULATION, {"what": f"for {', '.join(row.indications)}"})
    if patient.population not in {row.population, None} and patient.age_years is None:
        return Finding(Code.OUTSIDE_POPULATION, {"what": FOR_WHOM[row.population]})
    if patient.rejection:
        return Finding(Code.OTHER_SITUATION, {"what": "not for a rejection"})
    return None


def _against_limits(row: StartingAlgorithmRow, patient: StartPatient) -> Finding | None:
    """Return that a value lies outside those it was made from, or else that one it calculates with is missing."""
    values = _covariates(patient)
    for limit in row.limits:
        value = values[limit.of]
        if value is not None and not limit.holds(value):
            return Finding(Code.OUTSIDE_POPULATION, {"what": limit_text(limit)})
    needed = dict.fromkeys((*(limit.of for limit in row.limits), *(power.of for power in row.powers)))
    missing = next((of for of in needed if values[of] is None), None)
    return None if missing is None else _missing(missing, patient)


def _against_genotype(row: StartingAlgorithmRow, patient: StartPatient) -> Finding | None:
    """Return that the genotype is missing or one that it does not know; unknown is never normal.

    CYP3A4 alone may be missing: both equations that use it count an unknown one as *1, and their notes say so.
    """
    other = patient.cyp3a4
    if row.cyp3a4_22 is not None and other is not None and not other.consists_of("*1", "*22"):
        return Finding(Code.GENOTYPE_UNDETERMINED, {"what": f"CYP3A4 {other.text}"})
    return unsettled(patient.cyp3a5, "CYP3A5")


def _against_time(row: StartingAlgorithmRow, patient: StartPatient) -> Finding | None:
    """Return that it needs a day or a trough to aim at, or was made from other days."""
    if row.day_factors and patient.day is None:
        return Finding(Code.MISSING_TIME, {"what": "It"})
    if row.day_factors and patient.day is not None and _day_factor(row, patient.day) is None:
        first, last = row.day_factors[0].from_day, row.day_factors[-1].to_day
        return Finding(Code.OUTSIDE_POPULATION, {"what": f"for days {first} to {last} after the transplant"})
    if row.to_day is not None and patient.day is not None and patient.day > row.to_day:
        return Finding(Code.OUTSIDE_POPULATION, {"what": f"for the first {row.to_day} days after the transplant"})
    if not row.exposures and patient.aim_ng_ml is None:
        if patient.range_ng_ml is None:
            return Finding(Code.MISSING_TARGET, {"why": ""})
        low, high = (show(limit) for limit in patient.range_ng_ml)
        return Finding(Code.MISSING_AIM, {"low": low, "high": high})
    return None


_NAMES = {
    Covariate.AGE_YEARS: ("age", "years"),
    Covariate.WEIGHT_KG: ("weight", "kg"),
    Covariate.HEIGHT_CM: ("height", "cm"),
    Covariate.BSA_M2: ("body surface", "m2"),
}


def limit_text(limit: LimitRow) -> str:
    """Return a limit for a person: `for an age of 15 to 79 years`."""
    name, unit = _NAMES[limit.of]
    article = "an" if name[0] in "aeiou" else "a"
    low, high = ("" if end is None else show(end) for end in (limit.low, limit.high))
    ends = f"{low} to {high}" if low and high else f"{low} or more" if low else f"at most {high}"
    return f"for {article} {name} of {ends} {unit}" if low and high else f"for {article} {name} of {ends} ({unit})"


def _covariates(patient: StartPatient) -> dict[Covariate, Decimal | None]:
    return {
        Covariate.AGE_YEARS: None if patient.age_years is None else Decimal(patient.age_years),
        Covariate.WEIGHT_KG: patient.weight_kg,
        Covariate.HEIGHT_CM: patient.height_cm,
        Covariate.BSA_M2: patient.bsa_m2,
    }


def _missing(needed: Covariate, patient: StartPatient) -> Finding:
    if needed is Covariate.AGE_YEARS:
        return Finding(Code.MISSING_AGE, {"what": "It"})
    if needed is Covariate.WEIGHT_KG or (needed is Covariate.BSA_M2 and patient.weight_kg is None):
        return missing_weight()
    return Finding(Code.MISSING_HEIGHT, {"what": "It"})


def _day_factor(row: StartingAlgorithmRow, day: int) -> Decimal | None:
    return next((one.times for one in row.day_factors if one.from_day <= day <= one.to_day), None)


class Factor(NamedTuple):
    """One factor of a clearance: what it is of, and how much."""

    name: str
    times: Decimal


def clearance_factors(row: StartingAlgorithmRow, patient: StartPatient) -> tuple[Factor, ...]:
    """Return the factors of an equation that apply to a patient for whom `against_algorithm` found nothing."""
    values = _covariates(patient)
    factors = []
    working = patient.cyp3a5.working if patient.cyp3a5 else None
    if working is None:
        raise ValueError("an equation needs a settled CYP3A5 genotype")
    if working:
        factors.append(Factor("CYP3A5", row.cyp3a5_one if working == 1 else row.cyp3a5_two))
    if row.cyp3a4_22 is not None and patient.cyp3a4 is not None and patient.cyp3a4.carries("*22"):
        factors.append(Factor("CYP3A4*22", row.cyp3a4_22))
    for power in row.powers:
        value = values[power.of]
        if value is None:
            raise ValueError(f"an equation needs {power.of}")
        factors.append(Factor(_NAMES[power.of][0], (value / power.centre) ** power.exponent))
    if row.day_factors and patient.day is not None:
        factors.append(Factor("days after transplant", _day_factor(row, patient.day) or Decimal(1)))
    if row.steroid_sparing is not None and patient.steroid_sparing:
        factors.append(Factor("steroid-sparing", row.steroid_sparing))
    if row.drug_group is not None and row.drug_group.group in patient.groups:
        factors.append(Factor(row.drug_group.group, row.drug_group.times))
    return tuple(factors)


class Exposure(NamedTuple):
    """What an equation aims at: a trough (ng/mL), and the AUC0-12 (ng*h/mL) that its authors pair with it."""

    trough_ng_ml: Decimal
    auc_ng_h_ml: Decimal | None


def exposure_of(row: StartingAlgorithmRow, aim_ng_ml: Decimal | None) -> Exposure:
    """Return the exposure that an equation aims at: its own pair for the trough wanted, else its usual one."""
    if row.exposures:
        wanted = next((one for one in row.exposures if one.trough_ng_ml == aim_ng_ml), row.exposures[0])
        return Exposure(wanted.trough_ng_ml, wanted.auc_ng_h_ml)
    if aim_ng_ml is None:
        raise ValueError("an equation without its own exposure needs a trough to aim at")
    return Exposure(aim_ng_ml, None)


def clearance_l_h(row: StartingAlgorithmRow, factors: tuple[Factor, ...]) -> Decimal:
    """Return the apparent clearance (CL/F, L/h) of a patient: the equation's own times its factors."""
    clearance = row.clearance_l_h
    for factor in factors:
        clearance *= factor.times
    return clearance


def dose_of_algorithm(row: StartingAlgorithmRow, clearance: Decimal, exposure: Exposure) -> Decimal:
    """Return the total of a day (mg): each intake AUC x CL/F, or the trough as the mean level over 24 hours x CL/F.

    Source: the equation of each row (data/starting_algorithms.toml); 1 mg = 1,000 mcg.
    """
    if exposure.auc_ng_h_ml is None:
        return exposure.trough_ng_ml * _HOURS_A_DAY * clearance / 1000
    return row.intakes_per_day * exposure.auc_ng_h_ml * clearance / 1000
