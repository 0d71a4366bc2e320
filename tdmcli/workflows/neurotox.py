"""Is this tremor the drug? The grade, what contributes, the steps in order, and what sources disagree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain import neurotoxicity as rules
from tdmcli.domain.dose_adjustment import midpoint
from tdmcli.domain.findings import Finding
from tdmcli.domain.spelling import spelling
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_size
from tdmcli.domain.units import clean, show_range
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.neurotoxicity_rows import Grade
from tdmcli.tables.readers import read_factors, read_policy, read_remarks, read_steps, read_symptoms
from tdmcli.workflows import asked as ask
from tdmcli.workflows.alternatives import BESIDE, alternatives_for, conflicts_on_sirolimus
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.contributing_factors import assess, factor_answer, level_factor, measured_pressure
from tdmcli.workflows.facts import (
    drawn_at,
    drug_findings,
    gather,
    history_findings,
    stale_findings,
    timing_findings,
)
from tdmcli.workflows.neurotox_data import (
    FirstFactor,
    NeurotoxData,
    NeurotoxQuestion,
    RemarkAnswer,
    StepAnswer,
    SymptomAnswer,
)
from tdmcli.workflows.neurotox_dose import dose_part
from tdmcli.workflows.neurotox_range import range_used

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from tdmcli.tables.neurotoxicity_rows import SymptomRow
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.contributing_factors import Assessed
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.neurotox_data import TimeCourseEntry
    from tdmcli.workflows.neurotox_dose import DosePart
    from tdmcli.workflows.neurotox_range import RangeUsed


_ABOUT_A_LEVEL = frozenset({Code.HELD, Code.MISSED_DOSE, Code.DISCREPANT, Code.UNTIMED_LEVEL, Code.GUT_EVENT})


def answer_neurotox(question: NeurotoxQuestion) -> Answer[NeurotoxData]:
    """Return the grade of the symptoms, what to look at first, the dose for mild signs, the factors and the steps.

    Raises:
        ExpectedError: a value is malformed, or no symptom was named.

    """
    ask.refuse_product_alone(question.asked)
    facts = gather(question.asked._replace(indication=question.organ))
    names = _symptoms(question, facts)
    organ = facts.indication
    citations = Citations()
    pressure = measured_pressure(question, facts)
    graded = rules.grade(names, read_symptoms())
    if pressure is not None and pressure.present:
        graded = rules.with_raised_pressure(graded)
    used = range_used(facts, organ)
    against = _against_level(facts, ask.product(question.asked))
    usable = not any(finding.refuses for finding in against)
    where = position(facts.level, used.low, used.high) if facts.level and used and usable else None
    part = dose_part(question, graded.grade, facts, used, where)
    conflicts = conflicts_on_sirolimus(organ, citations) if graded.symptoms else ()
    of_level = level_factor(facts.level, where, show_range(used.low, used.high) if used else None)
    assessed = assess(question, facts, organ, of_level, pressure)
    lower_half = where is Position.WITHIN and _below_midpoint(facts, used)
    steps = rules.steps_for(graded, where, read_steps(), lower_half=lower_half)
    began, course = _course(facts)
    data = NeurotoxData(
        grade=graded.grade,
        symptoms=tuple(_symptom(name, row, one, citations) for name, row, one in graded.symptoms),
        onset=began,
        first_factor=_first_factor(assessed, citations) if graded.symptoms else None,
        dose=part.dose,
        dose_because=part.because,
        factors=tuple(factor_answer(row, assessed[row.id], citations) for row in read_factors()),
        steps=tuple(
            StepAnswer(number, step.text.format_map(_gaps()), citations.add(step.source))
            for number, step in enumerate(steps, 1)
        ),
        time_course=course,
        alternatives=alternatives_for(organ, conflicts, citations) if graded.symptoms else (),
        conflicts=conflicts,
        remarks=_remarks(graded.grade or Grade.UNKNOWN, organ, citations),
        organ=organ,
        level=facts.level.text if facts.level else None,
        level_ng_ml=facts.level.value_ng_ml if facts.level and facts.level.is_number else None,
        level_taken=drawn_at(facts),
        target_low_ng_ml=used.low if used else None,
        target_high_ng_ml=used.high if used else None,
        target_source=used.source if used else None,
        position=where,
    )
    for one in part.answer.sources if part.answer else ():
        citations.add(one.id, one.locator)
    findings = _findings(facts, against, graded.unknown, part, conflict=bool(conflicts))
    return Answer(
        command="neurotox",
        data=data,
        as_of=facts.now,
        warnings=tuple(dict.fromkeys(warn(findings) + part.warnings)),
        sources=citations.cited(),
        inputs=facts.inputs | _own_inputs(question),
        assumed=_assumed(facts, part),
    )


def _symptoms(question: NeurotoxQuestion, facts: Facts) -> tuple[str, ...]:
    """Return the symptoms that were typed and those of the file.

    Raises:
        WrongUsage: none was named at all, or none beside another.

    """
    said = question.symptoms
    if "none" in {spelling(name) for name in said}:
        if len(said) > 1:
            raise WrongUsage("none stands alone: name symptoms, or none")
        said = ()
    names = said + _symptoms_on_file(facts)
    if not names and not question.symptoms:
        raise WrongUsage("name at least one symptom, such as tremor or seizure (none, if there is none)")
    return names


def _against_level(facts: Facts, product: ProductRow | None) -> tuple[Finding, ...]:
    """Return what speaks against holding the level against a range."""
    about = history_findings(facts, Position.UNDETERMINED)
    return (
        timing_findings(facts, product)
        + stale_findings(facts)
        + tuple(one for one in about if one.code in _ABOUT_A_LEVEL)
    )


def _findings(
    facts: Facts, against: tuple[Finding, ...], unknown: Iterable[str], part: DosePart, *, conflict: bool
) -> tuple[Finding, ...]:
    """Return all that is warned of, but for what `adjust` warns of."""
    findings = facts.findings + against
    findings += tuple(Finding(Code.UNKNOWN_SYMPTOM, {"symptom": clean(name)}) for name in unknown)
    findings += part.findings
    if facts.level is not None:
        findings += check_size(facts.level, read_policy().level)
    findings += drug_findings(facts)
    return findings + ((Finding(Code.SOURCES_CONFLICT, {"what": BESIDE}),) if conflict else ())


def _below_midpoint(facts: Facts, used: RangeUsed | None) -> bool:
    return facts.level is not None and used is not None and facts.level.value_ng_ml < midpoint(used.low, used.high)


def _course(facts: Facts) -> tuple[date | None, tuple[TimeCourseEntry, ...]]:
    """Return the onset of the symptoms and what the file tells of the days around it."""
    if facts.record is None:
        return None, ()
    from tdmcli.workflows.time_course import onset_on_file, time_course

    began = onset_on_file(facts)
    return began, time_course(facts, began)


def _first_factor(assessed: Mapping[str, Assessed | None], citations: Citations) -> FirstFactor | None:
    present = {name: None if found is None else found.present for name, found in assessed.items()}
    row = rules.look_first(read_factors(), present)
    if row is None or row.order is None:
        return None
    one = factor_answer(row, assessed[row.id], citations)
    order_source = citations.add(row.order.source, row.order.locator)
    return FirstFactor(one.name, one.present, one.value, one.limit, one.action, one.source, order_source)


def _remarks(grade: Grade, organ: str | None, citations: Citations) -> tuple[RemarkAnswer, ...]:
    """Return what sources say beside the steps, but for what is about another grade or organ."""
    return tuple(
        RemarkAnswer(row.text, citations.add(row.source))
        for row in read_remarks()
        if (not row.grades or grade in row.grades) and (organ is None or row.organ in {None, organ})
    )


def _assumed(facts: Facts, part: DosePart) -> str | None:
    """Return what the question did not say: all that `adjust` assumes where a dose is given."""
    if part.answer is not None:
        return part.answer.assumed
    return "Assumed: a trough." if facts.level and facts.hours_after_dose is None else None


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
            ("aim", "aim", question.aim),
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
