"""Is this tremor the drug? The grade, what contributes, the steps in order, and what sources disagree on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain import neurotoxicity as rules
from tdmcli.domain.findings import Finding, Refused, refuse
from tdmcli.domain.interaction import find_drug
from tdmcli.domain.spelling import spelling
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_size
from tdmcli.domain.units import clean, show_range
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.readers import (
    read_factors,
    read_interactions_naming,
    read_policy,
    read_remarks,
    read_steps,
    read_symptoms,
)
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.contributing_factors import assess, factor_answer, level_factor, measured_pressure
from tdmcli.workflows.facts import drug_findings, gather, history_findings, stale_findings, timing_findings
from tdmcli.workflows.neurotox_data import (
    ConflictAnswer,
    NeurotoxData,
    NeurotoxQuestion,
    RemarkAnswer,
    StepAnswer,
    SymptomAnswer,
)
from tdmcli.workflows.ranges import RangeQuestion, co_therapies_among, find_ranges

if TYPE_CHECKING:
    from tdmcli.tables.neurotoxicity_rows import Grade, SymptomRow
    from tdmcli.workflows.facts import Facts


_ABOUT_A_LEVEL = frozenset({Code.HELD, Code.MISSED_DOSE, Code.DISCREPANT, Code.UNTIMED_LEVEL, Code.GUT_EVENT})


def answer_neurotox(question: NeurotoxQuestion) -> Answer[NeurotoxData]:
    """Return the grade of the symptoms, the contributing factors and the steps.

    Raises:
        ExpectedError: a value is malformed, or no symptom was named.

    """
    facts = gather(question.asked._replace(indication=question.organ))
    said = question.symptoms
    if "none" in {spelling(name) for name in said}:
        if len(said) > 1:
            raise WrongUsage("none stands alone: name symptoms, or none")
        said = ()
    names = said + _symptoms_on_file(facts)
    if not names and not question.symptoms:
        raise WrongUsage("name at least one symptom, such as tremor or seizure (none, if there is none)")
    organ = facts.indication
    citations = Citations()
    pressure = measured_pressure(question, facts)
    graded = rules.grade(names, read_symptoms())
    if pressure is not None and pressure.present:
        graded = rules.with_raised_pressure(graded)
    low_high, target_source = _range(facts, organ)
    timing = timing_findings(facts, ask.product(question.asked)) + stale_findings(facts)
    timing += tuple(one for one in history_findings(facts, Position.UNDETERMINED) if one.code in _ABOUT_A_LEVEL)
    usable = not any(finding.refuses for finding in timing)
    where = position(facts.level, *low_high) if facts.level and low_high and usable else None
    findings = (
        facts.findings
        + timing
        + tuple(Finding(Code.UNKNOWN_SYMPTOM, {"symptom": clean(name)}) for name in graded.unknown)
    )
    if facts.level is not None:
        findings += check_size(facts.level, read_policy().level)
    findings += drug_findings(facts)
    conflicts = _conflicts(organ, citations) if graded.symptoms else ()
    if conflicts:
        findings += (Finding(Code.SOURCES_CONFLICT, {"what": "tacrolimus with sirolimus"}),)
    of_level = level_factor(facts.level, where, show_range(*low_high) if low_high else None)
    assessed = assess(question, facts, organ, of_level, pressure)
    steps = rules.steps_for(graded, where, read_steps())
    data = NeurotoxData(
        grade=graded.grade,
        symptoms=tuple(_symptom(name, row, one, citations) for name, row, one in graded.symptoms),
        factors=tuple(factor_answer(row, assessed[row.id], citations) for row in read_factors()),
        steps=tuple(
            StepAnswer(number, step.text.format_map(_gaps()), citations.add(step.source))
            for number, step in enumerate(steps, 1)
        ),
        conflicts=conflicts,
        remarks=tuple(RemarkAnswer(row.text, citations.add(row.source)) for row in read_remarks()),
        organ=organ,
        level=facts.level.text if facts.level else None,
        level_ng_ml=facts.level.value_ng_ml if facts.level and facts.level.is_number else None,
        target_low_ng_ml=low_high[0] if low_high else None,
        target_high_ng_ml=low_high[1] if low_high else None,
        target_source=target_source,
        position=where,
    )
    return Answer(
        command="neurotox",
        data=data,
        as_of=facts.now,
        warnings=warn(findings),
        sources=citations.cited(),
        inputs=facts.inputs | _own_inputs(question),
        assumed="Assumed: a trough." if facts.level and facts.hours_after_dose is None else None,
    )


def _gaps() -> dict[str, int]:
    """Return the policy numbers that steps name."""
    policy = read_policy().interaction
    return {"repeat_from": policy.repeat_from_days, "repeat_to": policy.repeat_to_days}


def _own_inputs(question: NeurotoxQuestion) -> dict[str, object]:
    """Return what only this command takes, as it was given (R62)."""
    return {
        name: {"value": clean(value), "from": f"--{option}"}
        for name, option, value in (
            ("symptoms", "symptoms", " ".join(question.symptoms) or None),
            ("magnesium", "magnesium", question.magnesium),
            ("blood_pressure", "bp", question.blood_pressure),
            ("cholesterol", "cholesterol", question.cholesterol),
            ("organ", "organ", question.organ),
        )
        if value is not None
    }


def _symptom(name: str, row: SymptomRow | None, graded: Grade, citations: Citations) -> SymptomAnswer:
    if row is None:
        return SymptomAnswer(clean(name), None, None, None)
    return SymptomAnswer(row.id, graded, _symptom_note(row, graded), citations.add(row.source))


def _symptom_note(row: SymptomRow, graded: Grade) -> str | None:
    if graded is not row.grade:
        return "because of what comes with it: raised blood pressure, visual or mental change"
    return row.note


def _symptoms_on_file(facts: Facts) -> tuple[str, ...]:
    """Return the nervous symptoms that the patient file notes up to now (diarrhoea is not one)."""
    if facts.record is None:
        return ()
    days = read_policy().neurotoxicity.recent_days
    noted = [one for one in facts.record.history.symptoms if 0 <= (facts.today - one.noted).days <= days]
    return tuple(dict.fromkeys(one.name for one in noted if not one.is_diarrhoea))


def _range(facts: Facts, organ: str | None) -> tuple[tuple[Decimal, Decimal] | None, str | None]:
    if facts.target is not None:
        return facts.target, facts.target_from
    if organ is None or facts.day is None:
        return None, None
    try:
        ranges = find_ranges(_range_question(facts, organ))
    except Refused:  # several ranges of a protocol: the steps don't wait for one
        return None, None
    if ranges.default is None:
        return None, None
    return (ranges.default.low_ng_ml, ranges.default.high_ng_ml), ranges.default.source


def _range_question(facts: Facts, organ: str) -> RangeQuestion:
    return RangeQuestion(
        organ,
        facts.day,
        phase=facts.phase,
        population=facts.population,
        co_therapy=co_therapies_among(facts.drugs),
        product=facts.current.product if facts.current else None,
    )


def _conflicts(organ: str | None, citations: Citations) -> tuple[ConflictAnswer, ...]:
    """Return what the sources say of sirolimus beside tacrolimus: the organ's own answer first, or all of them."""
    row = find_drug("sirolimus", read_interactions_naming(["sirolimus"]))
    if row is None:
        raise refuse(Code.NO_GUIDANCE, what="sirolimus", known="")
    for_organ = tuple(one for one in row.organ_advice if one.organ == organ)
    shown = (for_organ or row.organ_advice) + row.start
    return tuple(
        ConflictAnswer("sirolimus", one.text, one.organ, citations.add(one.source, one.locator)) for one in shown
    )
