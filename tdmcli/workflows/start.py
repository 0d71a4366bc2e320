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
from tdmcli.workflows.facts import gather
from tdmcli.workflows.start_data import AdjustmentAnswer, MethodAnswer, Spread, StartData, StartQuestion
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
    findings = tuple(one for one in facts.findings if one.code in {Code.FLAG_WINS, Code.CLOCK}) + known.findings
    findings += _against_drugs(facts)
    citations = Citations()
    methods = every_method(patient, citations)
    answering = [one for one in methods if one.refused is None]
    if not answering:
        raise _no_method(facts.indication, methods)
    findings += _about_doses(patient, answering)
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
        aim_from=known.aim_from,
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


def _against_drugs(facts: Facts) -> tuple[Finding, ...]:
    """Return what the drugs on board or lately stopped do; refuse where no source gives a first dose beside one.

    Raises:
        Refused: a drug is to be avoided, or a source cuts the dose taken without it.

    """
    if not facts.drugs and facts.record is None:
        return ()
    from tdmcli.domain.findings import settle
    from tdmcli.domain.sample_checks import on_board
    from tdmcli.workflows.drug_checks import unlisted
    from tdmcli.workflows.other_drugs import moving_drugs

    rows, names = moving_drugs(facts)
    findings = tuple(unlisted(name) for name in names) + tuple(one for row in rows for one in on_board(row))
    cut = [row for row in rows if row.dose_factor is not None]
    findings += tuple(Finding(Code.START_WITH_INHIBITOR, {"drug": row.names[0]}, refuses=True) for row in cut)
    return settle(findings, frozenset())


def _no_method(indication: str, methods: tuple[MethodAnswer, ...]) -> Exception:
    name = read_indication(indication)[0].name
    if not methods:
        return refuse(Code.NO_GUIDANCE, what=f"a first dose for {name}", known="")
    codes = [one.refused for one in methods if one.refused is not None]
    counted = sorted(dict.fromkeys(codes), key=lambda code: (-codes.count(code), codes.index(code)))
    why = ", ".join(f"{code} ({codes.count(code)})" for code in counted)
    return refuse(Code.NO_METHOD, number=str(len(methods)), indication=name, why=why)


def _about_doses(patient: StartPatient, answering: list[MethodAnswer]) -> tuple[Finding, ...]:
    """Return what is to be minded: rounded for no product, above every label's dose, a level there already."""
    findings: tuple[Finding, ...] = (Finding(Code.TROUGH_EXISTS),) if patient.has_trough else ()
    if any(one.product is None and one.intakes_mg is not None for one in answering):
        strengths = ", ".join(show(mg) for mg in rounding_product().strengths_mg)
        findings += (Finding(Code.PRODUCT_ASSUMED, {"strengths": strengths}),)
    limit = read_policy().dose.high_mg_per_kg_day
    ends = [(one.id, one.high.mg_per_kg_per_day if one.high else one.mg_per_kg_per_day) for one in answering]
    above = [(name, dose) for name, dose in ends if dose is not None and dose > limit]
    if above:
        name, dose = max(above, key=lambda one: one[1])
        findings += (Finding(Code.DOSE_HIGH, {"dose": f"{show(dose)} mg/kg/day ({name})", "limit": show(limit)}),)
    return findings


def _spread(answering: list[MethodAnswer]) -> Spread | None:
    """Return the lowest and highest daily dose by mouth, or None where fewer than two methods give one."""
    daily = [one for one in answering if one.route == Route.ORAL and not one.once and one.unrounded_daily_dose_mg]
    if len(daily) < 2:  # noqa: PLR2004
        return None
    lows = [(one.unrounded_daily_dose_mg, one.id) for one in daily if one.unrounded_daily_dose_mg is not None]
    highs = [
        (one.high.unrounded_daily_dose_mg if one.high else one.unrounded_daily_dose_mg, one.id)
        for one in daily
        if one.unrounded_daily_dose_mg is not None
    ]
    low, high = min(lows, key=lambda one: one[0]), max(highs, key=lambda one: one[0] or 0)
    if high[0] is None:
        return None
    return Spread(low[0], high[0], low[1], high[1], len(daily))


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
    ]
    return tuple(AdjustmentAnswer(row.about, row.text, citations.add(row.source, row.locator)) for row in rows)


def _assumed(facts: Facts, patient: StartPatient, answering: list[MethodAnswer]) -> str | None:
    parts = []
    if patient.population is None:
        parts.append("an adult")
    if not facts.drugs and facts.record is None:
        parts.append("no interacting drug")
    if not patient.steroid_sparing and any(one.id == "passey-2011" for one in answering):
        parts.append("steroids beyond day 7")
    return f"Assumed: {', '.join(parts)}." if parts else None
