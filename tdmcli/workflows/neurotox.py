"""Is this tremor the drug? The grade, what contributes, the steps in order, and what sources disagree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain import neurotoxicity as rules
from tdmcli.domain.dose_adjustment import midpoint
from tdmcli.domain.findings import ABOUT_A_LEVEL, Finding
from tdmcli.domain.history import day_of
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_size
from tdmcli.domain.units import clean, show_range
from tdmcli.errors import Code
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
)
from tdmcli.workflows.neurotox_dose import dose_part
from tdmcli.workflows.neurotox_range import range_used
from tdmcli.workflows.neurotox_symptoms import onset_of, symptom_answer, symptoms_asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from tdmcli.tables.neurotoxicity_rows import FactorRow
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.contributing_factors import Assessed
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.neurotox_data import TimeCourseEntry
    from tdmcli.workflows.neurotox_dose import DosePart
    from tdmcli.workflows.neurotox_range import RangeUsed


def answer_neurotox(question: NeurotoxQuestion) -> Answer[NeurotoxData]:
    """Return the grade of the symptoms, what to look at first, the dose for mild signs, the factors and the steps.

    Raises:
        ExpectedError: a value is malformed, or no symptom was named.

    """
    ask.refuse_product_alone(question.asked)
    facts = _by_organ(gather(question.asked._replace(indication=question.organ)))
    began = onset_of(facts)
    names = symptoms_asked(question, facts, began)
    organ = facts.indication
    citations = Citations()
    pressure = measured_pressure(question, facts)
    graded = rules.grade(names, read_symptoms())
    if pressure is not None and pressure.present:
        graded = rules.with_raised_pressure(graded)
    used = range_used(facts, organ)
    placed = position(facts.level, used.low, used.high) if facts.level and used else None
    against = _against_level(facts, ask.product(question.asked), placed)
    before = _drawn_long_before(facts, began)
    where = None if before or any(finding.refuses for finding in against) else placed
    part = dose_part(question, graded.grade, facts, used, where, before)
    if part.dose is not None and part.dose.refused in ABOUT_A_LEVEL:
        where = None  # what withholds the dose withholds the comparison too
    conflicts = conflicts_on_sirolimus(organ, citations) if graded.symptoms else ()
    of_level = level_factor(facts.level, where, show_range(used.low, used.high) if used else None)
    assessed = assess(question, facts, began, of_level, pressure)
    lower_half = where is Position.WITHIN and _below_midpoint(facts, used)
    steps = rules.steps_for(graded, where, read_steps(), lower_half=lower_half)
    course = _course(facts, began)
    data = NeurotoxData(
        grade=graded.grade,
        symptoms=tuple(symptom_answer(name, row, one, citations) for name, row, one in graded.symptoms),
        onset=began,
        first_factor=_first_factor(assessed, facts, citations) if graded.symptoms else None,
        dose=part.dose,
        dose_because=part.because,
        factors=tuple(factor_answer(row, assessed[row.id], citations) for row in _factors_of(assessed)),
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


def _against_level(facts: Facts, product: ProductRow | None, placed: Position | None) -> tuple[Finding, ...]:
    """Return what speaks against holding the level against a range; `placed` is where it would lie."""
    about = history_findings(facts, placed or Position.UNDETERMINED)
    return (
        timing_findings(facts, product)
        + stale_findings(facts)
        + tuple(one for one in about if one.code in ABOUT_A_LEVEL)
    )


def _drawn_long_before(facts: Facts, began: date | None) -> str | None:
    """Return that the file's level was drawn too long before the symptoms to speak of them [policy], or None.

    Symptoms that were only typed are of today.
    """
    if facts.record is None or facts.drawn is None or facts.level_given:
        return None
    limit = read_policy().neurotoxicity.recent_days
    days = ((began or facts.today) - day_of(facts.drawn.taken, facts.record.history.zone)).days
    if days <= limit:
        return None
    return f"the level was drawn {days} days before the symptoms, more than {limit} [policy]; measure first"


def _findings(
    facts: Facts, against: tuple[Finding, ...], unknown: Iterable[str], part: DosePart, *, conflict: bool
) -> tuple[Finding, ...]:
    """Return all that is warned of, but for what `adjust` warns of."""
    refused = None if part.dose is None else part.dose.refused
    findings = facts.findings + (against if part.answer is None else ())
    findings += tuple(Finding(Code.UNKNOWN_SYMPTOM, {"symptom": clean(name)}) for name in unknown)
    findings += part.findings
    if facts.level is not None:
        findings += check_size(facts.level, read_policy().level)
    findings += drug_findings(facts)
    findings = tuple(one for one in findings if one.code != refused)  # the line of the dose says it
    return findings + ((Finding(Code.SOURCES_CONFLICT, {"what": BESIDE}),) if conflict else ())


def _by_organ(facts: Facts) -> Facts:
    """Return the facts with the organ's option by its name here, and with the range that it sets aside."""
    what = "organ"
    if facts.record is not None and facts.other_indication and facts.record.history.target_ng_ml is not None:
        what += ", and the file's [target], which is set for that organ, is set aside" if facts.target is None else ""
    said = Finding(Code.FLAG_WINS, {"flag": "--organ", "what": what})
    return facts._replace(
        findings=tuple(said if one.values.get("flag") == "--indication" else one for one in facts.findings)
    )


def _below_midpoint(facts: Facts, used: RangeUsed | None) -> bool:
    return facts.level is not None and used is not None and facts.level.value_ng_ml < midpoint(used.low, used.high)


def _course(facts: Facts, began: date | None) -> tuple[TimeCourseEntry, ...]:
    """Return what the file tells of the days around the onset of the symptoms."""
    if facts.record is None:
        return ()
    from tdmcli.workflows.time_course import time_course

    return time_course(facts, began)


def _factors_of(assessed: Mapping[str, Assessed | None]) -> tuple[FactorRow, ...]:
    """Return the rows of the factors that were looked for."""
    return tuple(row for row in read_factors() if row.id in assessed)


def _first_factor(assessed: Mapping[str, Assessed | None], facts: Facts, citations: Citations) -> FirstFactor | None:
    """Return what to look at first; a level that is there and can't be compared is left to the steps."""
    withheld = facts.level is not None and assessed["level"] is None
    rows = tuple(row for row in _factors_of(assessed) if not (withheld and row.id == "level"))
    present = {name: None if found is None else found.present for name, found in assessed.items()}
    row = rules.look_first(rows, present)
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
