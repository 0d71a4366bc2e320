"""What first dose? Every sourced way to choose it, side by side, each with whom it was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.start_patient import StartPatient
from tdmcli.domain.units import rounded, show
from tdmcli.errors import Code
from tdmcli.tables.dosing_readers import read_starting_tables
from tdmcli.tables.readers import read_indication, read_policy
from tdmcli.tables.rows import Population, Route
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.facts import gather, regimen_findings
from tdmcli.workflows.start_data import AdjustmentAnswer, MethodAnswer, Spread, StartData, StartQuestion
from tdmcli.workflows.start_drugs import beside_first_dose
from tdmcli.workflows.start_genotypes import genotype_answers
from tdmcli.workflows.start_methods import every_method, rounding_product
from tdmcli.workflows.start_question import patient_of

if TYPE_CHECKING:
    from tdmcli.workflows.facts import Facts


def answer_start(question: StartQuestion) -> Answer[StartData]:
    """Return every method for a first dose, those that don't answer with their reason.

    Raises:
        ExpectedError: the question can't be read, no indication is known, a drug that is taken forbids every dose, or
            no method answers.

    """
    facts = gather(question.asked)
    if facts.indication is None:
        raise refuse(Code.MISSING_INDICATION, how="an indication such as kidney, or a patient file with one")
    known = patient_of(question, facts)
    patient = known.patient
    _refuse_small_without_age(patient)
    findings = tuple(one for one in facts.findings if one.code in {Code.FLAG_WINS, Code.CLOCK}) + known.findings
    findings += beside_first_dose(facts) + _taken_already(facts)
    citations = Citations()
    methods = every_method(patient, citations)
    answering = [one for one in methods if one.refused is None]
    if not answering:
        raise _no_method(facts.indication, methods)
    findings += _about_doses(answering)
    row = known.wanted.row if known.wanted else None
    if row is not None and any(one.clearance and one.clearance.auc_ng_h_ml is None for one in answering):
        citations.add(row.source, row.locator)
    data = StartData(
        indication=facts.indication,
        methods=methods,
        spread=_spread(answering),
        genotypes=genotype_answers(patient, citations),
        adjustments=_adjustments(patient, citations),
        population=patient.population,
        weight_kg=patient.weight_kg,
        bsa_m2=None if patient.bsa_m2 is None else rounded(patient.bsa_m2, 2),
        aim_ng_ml=patient.aim_ng_ml,
        aim_from=known.wanted.from_ if known.wanted else None,
    )
    return Answer(
        command="start",
        data=data,
        as_of=facts.now,
        warnings=warn(findings),
        sources=citations.cited(),
        inputs=facts.inputs | known.inputs,
        assumed=_assumed(facts, patient, answering),
    )


def _refuse_small_without_age(patient: StartPatient) -> None:
    """Refuse to take someone small for an adult (R28): children need more per kilogram."""
    limit = read_policy().weight.age_needed_below_kg
    if patient.population is None and patient.weight_kg is not None and patient.weight_kg < limit:
        raise refuse(Code.MISSING_AGE, what=f"A first dose at {show(patient.weight_kg)} kg")


def _taken_already(facts: Facts) -> tuple[Finding, ...]:
    """Return what the patient file has of tacrolimus: a regimen in force, a hold, the last level (R31)."""
    if facts.record is None:
        return ()
    from tdmcli.domain.history import period_at
    from tdmcli.domain.trough import check_size

    findings: tuple[Finding, ...] = ()
    history = facts.record.history
    period = period_at(history, facts.now)
    if period is not None:
        values = {"regimen": period.regimen.text, "since": period.start.date().isoformat()}
        findings += (Finding(Code.ALREADY_TAKEN, values),)
        findings += tuple(one for one in regimen_findings(facts, facts.now, facts.now) if one.code is Code.HELD)
    drawn = [one for one in history.levels if one.taken <= facts.now]
    if drawn:
        last = drawn[-1]
        level = f": {last.level.text} on {last.taken.date().isoformat()}"
        findings += (Finding(Code.TROUGH_EXISTS, {"level": level}),)
    if facts.level is not None:
        findings += check_size(facts.level, read_policy().level)
    return findings


def _no_method(indication: str, methods: tuple[MethodAnswer, ...]) -> Exception:
    name = read_indication(indication)[0].name
    if not methods:
        return refuse(Code.NO_GUIDANCE, what=f"a first dose for {name}", known="")
    codes = [one.refused for one in methods if one.refused is not None]
    counted = sorted(dict.fromkeys(codes), key=lambda code: (-codes.count(code), codes.index(code)))
    why = ", ".join(f"{code} ({codes.count(code)})" for code in counted)
    return refuse(Code.NO_METHOD, what="a first dose", number=str(len(methods)), indication=name, why=why)


def _about_doses(answering: list[MethodAnswer]) -> tuple[Finding, ...]:
    """Return what is to be minded of the numbers: rounded for no product, above every label's, a large dose."""
    findings: tuple[Finding, ...] = ()
    if any(one.product is None and one.intakes_mg is not None for one in answering):
        strengths = ", ".join(show(mg) for mg in rounding_product().strengths_mg)
        findings += (Finding(Code.PRODUCT_ASSUMED, {"strengths": strengths}),)
    limit = read_policy().dose.high_mg_per_kg_day
    ends = [(one.id, one.high.mg_per_kg_per_day if one.high else one.mg_per_kg_per_day) for one in answering]
    above = [(name, dose) for name, dose in ends if dose is not None and dose > limit]
    if above:
        name, dose = max(above, key=lambda one: one[1])
        findings += (Finding(Code.DOSE_HIGH, {"dose": f"{name}: {show(dose)}", "limit": show(limit)}),)
    most = read_policy().dose.confirm_above_mg
    daily = [(one.id, (one.high or one).unrounded_daily_dose_mg) for one in answering]
    large = [(name, mg) for name, mg in daily if mg is not None and mg > most]
    if large:
        method, mg = max(large, key=lambda one: one[1])
        findings += (Finding(Code.DOSE_LARGE, {"dose": show(mg), "limit": show(most), "method": method}),)
    return findings


def _spread(answering: list[MethodAnswer]) -> Spread | None:
    """Return the lowest and highest daily dose by mouth, or None where fewer than two methods give one."""
    daily = [one for one in answering if one.route == Route.ORAL and not one.once and one.unrounded_daily_dose_mg]
    if len(daily) < 2:  # noqa: PLR2004
        return None
    ends = [(one.id, one.unrounded_daily_dose_mg, (one.high or one).unrounded_daily_dose_mg) for one in daily]
    low_id, low = min(((name, low) for name, low, _ in ends if low is not None), key=lambda one: one[1])
    high_id, high = max(((name, high) for name, _, high in ends if high is not None), key=lambda one: one[1])
    return Spread(low, high, low_id, high_id, len(daily))


def _adjustments(patient: StartPatient, citations: Citations) -> tuple[AdjustmentAnswer, ...]:
    """Return what sources say changes a first dose, for this indication, product and age."""
    product = patient.product
    rows = [
        row
        for row in read_starting_tables().starting_adjustment
        if (not row.indications or patient.indication in row.indications)
        and row.population in {None, patient.population or Population.ADULT}
        and (product is None or not row.products or product.id in row.products)
        and (product is None or row.release in {None, product.release})
        and row.factor_low is None  # of the dose of adults: a child's own methods stand in the list
    ]
    return tuple(AdjustmentAnswer(row.about, row.text, citations.add(row.source, row.locator)) for row in rows)


def _assumed(facts: Facts, patient: StartPatient, answering: list[MethodAnswer]) -> str | None:
    parts = []
    if patient.weight_kg is None:
        parts.append("mg/kg not checked (no weight)")
    if patient.population is None:
        parts.append("an adult")
    if not facts.drugs and facts.record is None:
        parts.append("no interacting drug")
    if not patient.steroid_sparing and any(one.id == "passey-2011" for one in answering):
        parts.append("steroids beyond day 7")
    return f"Assumed: {', '.join(parts)}." if parts else None
