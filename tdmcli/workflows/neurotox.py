"""Is this tremor the drug? The grade, what contributes, the steps in order, and what sources disagree on."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import neurotoxicity as rules
from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.spelling import spelling
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_size
from tdmcli.domain.units import clean, parse_number, show, show_range
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.interaction_rows import Direction
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
from tdmcli.workflows.facts import drug_findings, gather, stale_findings, timing_findings
from tdmcli.workflows.neurotox_data import (
    ConflictAnswer,
    FactorAnswer,
    NeurotoxData,
    RemarkAnswer,
    StepAnswer,
    SymptomAnswer,
)
from tdmcli.workflows.ranges import RangeQuestion, find_ranges

if TYPE_CHECKING:
    from tdmcli.domain.history import Measured
    from tdmcli.domain.units import Level
    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.tables.neurotoxicity_rows import FactorRow, Grade, SymptomRow
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.facts import Facts


class NeurotoxQuestion(NamedTuple):
    """Symptoms and what was measured, as typed."""

    asked: Asked
    symptoms: tuple[str, ...] = ()
    magnesium: str | None = None
    blood_pressure: str | None = None
    cholesterol: str | None = None
    organ: str | None = None


class _Measured(NamedTuple):
    """A value with the limit it is held against, both as text, and whether it is on the wrong side."""

    value: str
    limit: str
    present: bool


def answer_neurotox(question: NeurotoxQuestion) -> Answer[NeurotoxData]:
    """Return the grade of the symptoms, the contributing factors and the steps.

    Raises:
        ExpectedError: a value is malformed, or no symptom was named.

    """
    facts = gather(question.asked)
    said = question.symptoms
    if "none" in {spelling(name) for name in said}:
        if len(said) > 1:
            raise WrongUsage("none stands alone: name symptoms, or none")
        said = ()
    names = said + _symptoms_on_file(facts)
    if not names and not question.symptoms:
        raise WrongUsage("name at least one symptom, such as tremor or seizure (none, if there is none)")
    organ = ask.find_indication(question.organ) if question.organ is not None else facts.indication
    citations = Citations()
    pressure = _pressure(question, facts)
    graded = rules.grade(names, read_symptoms())
    if pressure is not None and pressure.present:
        graded = rules.with_raised_pressure(graded)
    low_high, target_source = _range(facts, organ)
    timing = timing_findings(facts, ask.product(question.asked)) + stale_findings(facts)
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
    level_factor = _level_factor(facts.level, where, show_range(*low_high) if low_high else None)
    assessed = _assess(question, facts, organ, level_factor, pressure)
    steps = rules.steps_for(graded, where, read_steps())
    data = NeurotoxData(
        grade=graded.grade,
        symptoms=tuple(
            SymptomAnswer(
                row.id if row else clean(name),
                None if row is None else one,
                _symptom_note(row, one),
                citations.add(row.source) if row else None,
            )
            for name, row, one in graded.symptoms
        ),
        factors=tuple(_factor(row, assessed[row.id], citations) for row in read_factors()),
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
    inputs = facts.inputs | {
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
    return Answer(
        command="neurotox",
        data=data,
        as_of=facts.now,
        warnings=warn(findings),
        sources=citations.cited(),
        inputs=inputs,
        assumed="Assumed: a trough." if facts.level and facts.hours_after_dose is None else None,
    )


def _gaps() -> dict[str, int]:
    """Return the policy numbers that steps name."""
    policy = read_policy().interaction
    return {"repeat_from": policy.repeat_from_days, "repeat_to": policy.repeat_to_days}


def _symptom_note(row: SymptomRow | None, graded: Grade) -> str | None:
    if row is not None and graded is not row.grade:
        return "because of what comes with it: raised blood pressure, visual or mental change"
    return row.note if row else None


def _symptoms_on_file(facts: Facts) -> tuple[str, ...]:
    """Return the nervous symptoms that the patient file notes up to now (diarrhoea is not one)."""
    if facts.record is None:
        return ()
    from tdmcli.domain.history import day_of

    history = facts.record.history
    today = day_of(facts.now, history.zone)
    days = read_policy().neurotoxicity.recent_days
    noted = [one.name for one in history.symptoms if 0 <= (today - one.noted).days <= days]
    return tuple(name for name in dict.fromkeys(noted) if spelling(name) not in {"diarrhoea", "diarrhea"})


def _range(facts: Facts, organ: str | None) -> tuple[tuple[Decimal, Decimal] | None, str | None]:
    if facts.target is not None:
        return facts.target, facts.target_from
    if organ is None or facts.day is None:
        return None, None
    ranges = find_ranges(RangeQuestion(organ, facts.day, phase=facts.phase, population=facts.population))
    if ranges.default is None:
        return None, None
    return (ranges.default.low_ng_ml, ranges.default.high_ng_ml), ranges.default.source


def _assess(
    question: NeurotoxQuestion,
    facts: Facts,
    organ: str | None,
    level: _Measured | None,
    pressure: _Measured | None,
) -> dict[str, _Measured | None]:
    return {
        "level": level,
        "magnesium": _magnesium(question, facts),
        "blood-pressure": pressure,
        "cholesterol": _cholesterol(question, facts),
        "interacting-drug": _raising(facts),
        "liver-transplant": None if organ is None else _Measured(organ, "", organ == "liver"),
    }


def _factor(row: FactorRow, found: _Measured | None, citations: Citations) -> FactorAnswer:
    source = citations.add(row.source)
    if found is None:
        return FactorAnswer(row.name, None, None, None, row.action, source)
    return FactorAnswer(row.name, found.present, found.value, found.limit or None, row.action, source)


def _level_factor(level: Level | None, where: Position | None, range_text: str | None) -> _Measured | None:
    if level is None or where is None or range_text is None or where is Position.UNDETERMINED:
        return None
    return _Measured(f"{level.text} ({where})", range_text, where is Position.ABOVE)


def _magnesium(question: NeurotoxQuestion, facts: Facts) -> _Measured | None:
    limits = read_policy().neurotoxicity
    by_unit = {"mmol/L": limits.magnesium_mmol_l, "mg/dL": limits.magnesium_mg_dl}
    tests = {"mmol/L": "magnesium_mmol_l", "mg/dL": "magnesium_mg_dl"}
    return _low("--magnesium", question.magnesium, by_unit, tests, facts)


def _cholesterol(question: NeurotoxQuestion, facts: Facts) -> _Measured | None:
    limits = read_policy().neurotoxicity
    by_unit = {"mmol/L": limits.cholesterol_mmol_l, "mg/dL": limits.cholesterol_mg_dl}
    tests = {"mmol/L": "cholesterol_mmol_l", "mg/dL": "cholesterol_mg_dl"}
    return _low("--cholesterol", question.cholesterol, by_unit, tests, facts)


def _low(
    option: str, text: str | None, limits: dict[str, Decimal], tests: dict[str, str], facts: Facts
) -> _Measured | None:
    """Return a value that counts when it is below its limit [policy], from the option or else the patient file."""
    if text is not None:
        value, unit = ask.typed(option, lambda one: _with_unit(one, limits), text)
        when = ""
    else:
        found = [(one, unit) for unit, test in tests.items() if (one := _recent_lab(facts, test)) is not None]
        if not found:
            return None
        latest, unit = max(found, key=lambda one: one[0].at)
        value, when = latest.value, f" on {latest.day.isoformat()}"
    limit = limits[unit]
    return _Measured(f"{show(value)} {unit}{when}", f"below {show(limit)} {unit} [policy]", value < limit)


def _with_unit(text: str, limits: dict[str, Decimal]) -> tuple[Decimal, str]:
    match = re.fullmatch(r"([0-9.,]+) ?([A-Za-z/]+)?", text.strip(), re.ASCII)
    if match is None:
        raise ValueError(f"{clean(text)!r} is not a value with its unit, such as 0.6mmol/L")
    unit = match[2] or ""
    if unit not in limits:
        raise ValueError(f"the unit must be named: {' or '.join(limits)}")
    value = parse_number(match[1])
    if not value > 0:
        raise ValueError("must be above 0")
    return value, unit


def _pressure(question: NeurotoxQuestion, facts: Facts) -> _Measured | None:
    """Return the blood pressure against its limits; of the file the latest day, either pressure alone if it is high."""
    limits = read_policy().neurotoxicity
    limit = (limits.systolic_mmhg, limits.diastolic_mmhg)
    text = f"{show(limit[0])}/{show(limit[1])} mmHg or above [policy]"
    if question.blood_pressure is not None:
        pair = ask.typed("--bp", _parse_pressure, question.blood_pressure)
        return _Measured(f"{show(pair[0])}/{show(pair[1])} mmHg", text, rules.pressure_present(*pair, limit))
    systolic, diastolic = (_recent_lab(facts, test) for test in ("systolic_mmhg", "diastolic_mmhg"))
    if systolic and diastolic and systolic.day == diastolic.day:
        value = f"{show(systolic.value)}/{show(diastolic.value)} mmHg on {systolic.day.isoformat()}"
        return _Measured(value, text, rules.pressure_present(systolic.value, diastolic.value, limit))
    for name, found, top in (("systolic", systolic, limit[0]), ("diastolic", diastolic, limit[1])):
        if found is not None and found.value >= top:
            return _Measured(f"{name} {show(found.value)} mmHg on {found.day.isoformat()}", text, present=True)
    return None


def _recent_lab(facts: Facts, test: str) -> Measured | None:
    """Return the last value of a test in the file, if it is recent enough to speak of today [policy]."""
    if facts.record is None:
        return None
    from tdmcli.domain.history import lab

    found = lab(facts.record.history, test, facts.today)
    days = read_policy().neurotoxicity.recent_days
    return None if found is None or (facts.today - found.day).days > days else found


def _parse_pressure(text: str) -> tuple[Decimal, Decimal]:
    match = re.fullmatch(r"([0-9]{2,3})/([0-9]{2,3})( ?mmHg)?", text.strip(), re.ASCII)
    if match is None:
        raise ValueError(f"{clean(text)!r} is not a blood pressure such as 160/95")
    systolic, diastolic = parse_number(match[1]), parse_number(match[2])
    if not systolic > diastolic:
        raise ValueError("the first number, systolic, must be above the second")
    return systolic, diastolic


def _raising(facts: Facts) -> _Measured | None:
    """Return whether a drug that was named raises the level; not assessed when none was named."""
    rows: list[tuple[str, InteractionRow | None]] = [
        (name, find_drug(name, read_interactions_naming([name]))) for name in facts.drugs
    ]
    if not rows:
        return None
    raising = [row.names[0] for _, row in rows if row is not None and direction_of(row) is Direction.RAISES]
    if raising:
        return _Measured(", ".join(raising), "", present=True)
    if any(row is None for _, row in rows):
        return None
    return _Measured(", ".join(row.names[0] for _, row in rows if row is not None), "", present=False)


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
