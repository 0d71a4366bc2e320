"""Each method for a first dose as answers show it: the sources' doses, the genotype guideline, the equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain import starting_algorithm as equations
from tdmcli.domain import starting_dose as doses
from tdmcli.domain.capsules import units_for
from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.units import rounded, show
from tdmcli.domain.whole_units import round_dose
from tdmcli.errors import Code
from tdmcli.tables.dosing_readers import read_genotypes, read_starting_algorithms, read_starting_doses
from tdmcli.tables.readers import read_policy, read_products, read_sources
from tdmcli.tables.rows import Release, Route
from tdmcli.tables.start_rows import Per
from tdmcli.workflows.answer import reason_of
from tdmcli.workflows.regimens import units_answer
from tdmcli.workflows.start_data import ClearanceAnswer, FactorAnswer, HighDose, MethodAnswer

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.domain.start_patient import StartPatient
    from tdmcli.tables.algorithm_rows import StartingAlgorithmRow
    from tdmcli.tables.genotype_rows import GenotypeDoseRow
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.tables.start_rows import StartingDoseRow
    from tdmcli.workflows.answer import Citations
    from tdmcli.workflows.regimens import UnitsAnswer

_CPIC = "cpic-2015"
_BY_PRODUCT = "generic-ir"  # every brand of immediate-release capsules has its strengths; a test holds it


def rounding_product() -> ProductRow:
    """Return the product whose strengths stand for immediate-release capsules of no named brand."""
    return next(row for row in read_products() if row.id == _BY_PRODUCT)


def every_method(patient: StartPatient, citations: Citations) -> tuple[MethodAnswer, ...]:
    """Return every method for the indication, those that don't answer with their code; labels and guideline first."""
    rows = [row for row in read_starting_doses() if patient.indication in row.indications]
    by_row = [_by_row(row, patient, citations) for row in rows]
    kinds = read_sources({row.source for row in rows})
    labels = [one for row, one in zip(rows, by_row, strict=True) if kinds[row.source].kind == "label"]
    others = [one for row, one in zip(rows, by_row, strict=True) if kinds[row.source].kind != "label"]
    tables = read_starting_algorithms()
    by_equation = [
        _by_equation(row, patient, citations)
        for row in tables.starting_algorithm
        if patient.indication in row.indications
    ]
    refuted = [
        _refused(
            MethodAnswer(row.id, row.name, "model", row.text, (citations.add(row.source, row.locator),)),
            Finding(Code.REFUTED_METHOD, {"why": row.text}),
        )
        for row in tables.refuted_algorithm
        if patient.indication in row.indications
    ]
    return (*labels, *_by_genotype(rows, patient, citations), *by_equation, *others, *refuted)


def _refused(method: MethodAnswer, finding: Finding) -> MethodAnswer:
    return method._replace(refused=str(finding.code), why=reason_of(finding))


def _by_row(row: StartingDoseRow, patient: StartPatient, citations: Citations) -> MethodAnswer:
    method = MethodAnswer(
        id=row.id,
        name=row.id,
        kind=read_sources({row.source})[row.source].kind,
        text=row.text,
        sources=(citations.add(row.source, row.locator),),
        route=row.route,
        release=row.release,
        once=row.per is Per.ONCE,
        population=row.population,
        condition=row.condition,
        first_dose=row.first_dose.text if row.first_dose else None,
        notes=(row.note,) if row.note else (),
    )
    against = doses.against_row(row, patient)
    if against is not None:
        return _refused(method, against)
    dose = doses.dose_of_row(row, patient.weight_kg)
    return _with_numbers(method, patient, dose, _product_of(row, patient), row.intakes_per_day)


def _product_of(row: StartingDoseRow, patient: StartPatient) -> ProductRow | None:
    """Return the product to round for: the one named, else the only one that the row names."""
    if patient.product is not None or len(row.products) != 1:
        return patient.product
    return next(one for one in read_products() if one.id == row.products[0])


def _with_numbers(
    method: MethodAnswer,
    patient: StartPatient,
    dose: doses.DailyDose,
    product: ProductRow | None,
    intakes_per_day: int | None,
) -> MethodAnswer:
    """Return a method with its numbers, in whole units but for an infusion; refused where those are too far off."""
    same = dose.low_mg == dose.high_mg
    method = method._replace(
        capped=dose.capped,
        mg_per_kg_per_day=None if method.once else _per_kg(dose.low_mg, patient),
        unrounded_daily_dose_mg=rounded(dose.low_mg, 4),
        product=product.id if product else None,
    )
    high = HighDose(None, None, _per_kg(dose.high_mg, patient), rounded(dose.high_mg, 4), None, None)
    if method.route == Route.INTRAVENOUS:
        high = high._replace(daily_dose_mg=rounded(dose.high_mg, 4))
        return method._replace(daily_dose_mg=rounded(dose.low_mg, 4), high=None if same else high)
    used = product or rounding_product()
    interval = 24 if method.once else 24 // intakes_per_day if intakes_per_day else used.intervals_h[0]
    policy = read_policy().dose
    try:
        low = round_dose(dose.low_mg, used, interval, policy, cap_mg=dose.cap_mg)
        top = round_dose(dose.high_mg, used, interval, policy, cap_mg=dose.cap_mg)
    except Refused as refused:
        return _refused(_without_numbers(method), refused.findings[0])
    high = high._replace(
        daily_dose_mg=None if method.once else top.regimen.daily_dose_mg,
        intakes_mg=top.regimen.day_mg,
        rounding_percent=rounded(top.rounding_percent),
        units=_units(top.regimen, used),
    )
    return method._replace(
        rounding_percent=rounded(low.rounding_percent),
        daily_dose_mg=None if method.once else low.regimen.daily_dose_mg,
        intakes_mg=low.regimen.day_mg,
        interval_h=None if method.once else interval,
        high=None if same else high,
        units=_units(low.regimen, used),
    )


def _units(regimen: Regimen, product: ProductRow) -> tuple[tuple[UnitsAnswer, ...] | None, ...]:
    most = read_policy().dose.units_per_intake
    return tuple(units_answer(units_for(mg, product, most)) for mg in regimen.day_mg)


def _without_numbers(method: MethodAnswer) -> MethodAnswer:
    return method._replace(
        mg_per_kg_per_day=None,
        unrounded_daily_dose_mg=None,
        capped=False,
        times=None,
        cap_mg_per_kg_day=None,
        target_ng_ml=None,
        clearance=None,
    )


def _per_kg(daily_mg: Decimal, patient: StartPatient) -> Decimal | None:
    return None if patient.weight_kg is None else rounded(daily_mg / patient.weight_kg, 4)


def _by_genotype(rows: list[StartingDoseRow], patient: StartPatient, citations: Citations) -> list[MethodAnswer]:
    """Return the guideline's dose over each standard dose that answers, which it names; else why there is none."""
    guideline = read_genotypes().genotype_dose
    row, against = doses.against_genotype_dose(guideline, patient)
    if against is not None and against.code is Code.OUTSIDE_POPULATION:
        return []
    said = row or guideline[0]
    text = "The standard starting dose times a factor, by phenotype." if row is None else row.text
    source = citations.add(said.source, said.locator)
    method = MethodAnswer(_CPIC, "CPIC 2015, by CYP3A5", "guideline", text, (source,))
    standards = [one for one in rows if doses.is_standard(one)]
    answering = [one for one in standards if doses.against_row(one, patient) is None]
    if row is None or not answering:
        reasons = (doses.against_row(one, patient) for one in standards)
        none = Finding(Code.OTHER_SITUATION, {"what": "over a standard dose, and no source gives one"})
        return [_refused(method, against or next((one for one in reasons if one is not None), none))]
    return [_over_standard(method, row, one, patient) for one in answering]


def _over_standard(
    method: MethodAnswer, row: GenotypeDoseRow, standard: StartingDoseRow, patient: StartPatient
) -> MethodAnswer:
    if patient.weight_kg is None:
        raise ValueError("a standard dose by weight answered without a weight")
    dose = doses.genotype_dose(doses.dose_of_row(standard, patient.weight_kg), row, patient.weight_kg)
    method = method._replace(
        standard=standard.id,
        times=(row.times_low, row.times_high),
        cap_mg_per_kg_day=row.cap_mg_per_kg_day,
        text=_times_text(row, standard),
        sources=(*method.sources, standard.source),
        population=standard.population,
        condition=standard.condition,
        notes=(row.note,) if row.note else (),
    )
    return _with_numbers(method, patient, dose, _product_of(standard, patient), standard.intakes_per_day)


def _times_text(row: GenotypeDoseRow, standard: StartingDoseRow) -> str:
    """Return what the guideline does with a standard dose: `1.5 to 2 times label-us-kidney, at most 0.3 mg/kg/day`."""
    low, high = show(row.times_low), show(row.times_high)
    times = f"{low} times" if low == high else f"{low} to {high} times"
    cap = "" if row.cap_mg_per_kg_day is None else f", at most {show(row.cap_mg_per_kg_day)} mg/kg/day"
    return f"{times} {standard.id}{cap}."


def _by_equation(row: StartingAlgorithmRow, patient: StartPatient, citations: Citations) -> MethodAnswer:
    method = MethodAnswer(
        id=row.id,
        name=row.name,
        kind="model",
        text=f"From {row.who}.",
        release=Release.IMMEDIATE,
        sources=(citations.add(row.source, row.locator),),
        population=row.population,
        limits=tuple(equations.limit_text(limit) for limit in row.limits),
        notes=(*((row.note,) if row.note else ()), *row.errata),
    )
    against = equations.against_algorithm(row, patient)
    if against is not None:
        return _refused(method, against)
    factors = equations.clearance_factors(row, patient)
    clearance = equations.clearance_l_h(row, factors)
    exposure = equations.exposure_of(row, patient.aim_ng_ml)
    daily = equations.dose_of_algorithm(row, clearance, exposure)
    method = method._replace(
        notes=(*_about_aim(exposure, patient), *method.notes),
        target_ng_ml=exposure.trough_ng_ml,
        clearance=ClearanceAnswer(
            cl_l_h=rounded(clearance, 4),
            own_l_h=row.clearance_l_h,
            auc_ng_h_ml=exposure.auc_ng_h_ml,
            factors=tuple(FactorAnswer(one.name, rounded(one.times, 4)) for one in factors),
        ),
    )
    return _with_numbers(method, patient, doses.DailyDose(daily, daily), patient.product, row.intakes_per_day)


def _about_aim(exposure: equations.Exposure, patient: StartPatient) -> tuple[str, ...]:
    """Return that an equation aims at another trough than the one wanted, whose AUC its authors don't give."""
    if patient.aim_ng_ml in {None, exposure.trough_ng_ml}:
        return ()
    aimed, wanted = show(exposure.trough_ng_ml), show(patient.aim_ng_ml or exposure.trough_ng_ml)
    return (f"It aims at {aimed} ng/mL, not at {wanted} ng/mL: its authors give no exposure for that.",)
