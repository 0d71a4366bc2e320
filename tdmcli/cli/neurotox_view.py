"""How the answer of `tdmcli neurotox` is shown: the grade, what to look at first and the dose before all else."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.cli.adjust_view import why_kept
from tdmcli.cli.blocks import Bullets, Cell, Grid, Headlines, Line, Part, Tone, View, line, signed, tone_of, warned
from tdmcli.cli.regimen_view import days_of, each_intake
from tdmcli.domain.units import show, show_percent, show_range
from tdmcli.errors import Code

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.neurotox_data import (
        DoseAnswer,
        FactorAnswer,
        FirstFactor,
        NeurotoxData,
        SymptomAnswer,
    )

_GRADES = {
    "severe": ("SEVERE: call the transplant team now", Tone.DANGER),
    "mild": ("mild", Tone.CAUTION),
    "none": ("none: no symptom was named", Tone.PLAIN),
    None: ("not known: treat as severe until assessed", Tone.DANGER),
}


def _blocks(answer: Answer[NeurotoxData]) -> list[Part]:
    data = answer.data
    says, tone = _GRADES[data.grade]
    blocks: list[Part] = [Line((Cell("Grade: ", Tone.STRONG), Cell(says, tone)))]
    if data.symptoms:
        since = f"; since {data.onset.isoformat()} (patient file)" if data.onset else ""
        blocks.append(line(f"{'; '.join(_symptom(one) for one in data.symptoms)}{since}", indent=2))
    if data.first_factor is not None:
        blocks.append(Line((Cell("First: ", Tone.STRONG), Cell(_first(data.first_factor)))))
    if data.symptoms:
        blocks += _dose(data)
    blocks.append(Headlines())
    if data.level is not None:
        blocks.append(_level(data))
    if data.steps:
        steps = tuple(Cell(f"{step.text} [{step.source}]") for step in data.steps)
        blocks.append(Bullets("Steps", steps, numbered=True))
    blocks += _factors(data)
    blocks += _time_course(data)
    if data.alternatives:
        title = "Alternatives, for the transplant team; sources conflict, none is proposed"
        blocks.append(Bullets(title, _alternatives(data)))
    remarks = " ".join(f"{one.text} [{one.source}]" for one in data.remarks)
    return [*blocks, line(""), line(f"Not steps: {remarks}", Tone.DIM)]


def _symptom(one: SymptomAnswer) -> str:
    note = f" ({one.note})" if one.note else ""
    return f"{one.name}: {one.grade or 'not in the table, no grade'}{note}"


def _first(one: FirstFactor) -> str:
    """Return what to look at first, with its value; what was not assessed is to be assessed."""
    order = f"order: {one.order_source}"
    if one.present is None:
        open_ = f", {one.value}" if one.value else ""
        return f"assess {one.name}{open_}: {one.why} [{one.source}; {order}]"
    measured = f", {one.value}{f', limit {one.limit}' if one.limit else ''}" if one.value else ""
    return f"{one.name}{measured}: {one.why} [{one.source}; {order}]"


def _level(data: NeurotoxData) -> Line:
    where = data.position or "no range to compare with"
    range_text = ""
    if data.target_low_ng_ml is not None and data.target_high_ng_ml is not None:
        where = data.position or "not compared with"
        range_text = f" {show_range(data.target_low_ng_ml, data.target_high_ng_ml)} ({data.target_source})"
    drawn = f", drawn {data.level_taken}" if data.level_taken else ""
    return Line((Cell(f"Level {data.level}{drawn}: "), Cell(where, tone_of(data.position)), Cell(range_text)))


def _dose(data: NeurotoxData) -> list[Part]:
    """Return the dose with how it comes about, or why none is worked out."""
    dose, label = data.dose, Cell("Dose: ", Tone.STRONG)
    if dose is None:
        return [Line((label, Cell(f"none is worked out: {data.dose_because}.")))]
    if dose.refused is not None:
        return [Line((label, Cell(f"none is worked out. {dose.refused}: {dose.why}", Tone.CAUTION)))]
    return [Line((label, Cell(_proposed(dose, data), Tone.STRONG))), line(f"{_how(dose, data)}.", indent=2)]


def _proposed(dose: DoseAnswer, data: NeurotoxData) -> str:
    if dose.proposal is None or dose.change_percent is None or dose.predicted_trough_ng_ml is None:
        return ""
    name = f"tacrolimus ({dose.product_name}) {dose.proposal.text}"
    if dose.change_percent == 0:
        return f"keep {name} ({why_kept(dose.warnings) or 'the level is at the midpoint'})"
    trough = f"{show(dose.predicted_trough_ng_ml, 1)} ng/mL"
    return f"{name} ({show_percent(dose.change_percent)}), predicted trough {trough}, {dose.position} {_range(data)}"


def _range(data: NeurotoxData) -> str:
    if data.target_low_ng_ml is None or data.target_high_ng_ml is None:
        return ""
    return show_range(data.target_low_ng_ml, data.target_high_ng_ml)


def _how(dose: DoseAnswer, data: NeurotoxData) -> str:
    """Return the aim, what it takes before rounding, the capsules, and when to measure next."""
    parts = [data.dose_because]
    if dose.aim_ng_ml is not None:
        half = show_range(dose.low_ng_ml, dose.high_ng_ml)
        aimed = f"from adjust for the lower half, {half}, with an aim of {show(dose.aim_ng_ml)} ng/mL"
        parts.append(f"{aimed}{'' if dose.aim_from.startswith('--') else ' [policy]'}")
    if dose.unrounded_daily_dose_mg is not None and dose.current is not None:
        if dose.unrounded_daily_dose_mg != dose.current.daily_dose_mg:
            parts.append(f"unrounded {show(dose.unrounded_daily_dose_mg)} mg/day{_if_confirmed(dose)}")
        parts.append(f"{each_intake(dose.units)} per intake")
    following = dose.next_level
    if following is not None:
        parts.append(f"next level {days_of(following)}: {following.reason} [{following.source}]")
    return "; ".join(parts)


def _if_confirmed(dose: DoseAnswer) -> str:
    """Return the dose nearest to the one worked out where the level is to be repeated before any change."""
    worked_out = dose.unrounded_daily_dose_mg
    if worked_out is None or Code.REPEAT_BEFORE_CHANGING not in dose.warnings:
        return ""
    lower = [one for one in dose.options if one.change_percent < 0 and one.predicted_trough_ng_ml >= dose.low_ng_ml]
    if not lower:
        return ""
    best = min(lower, key=lambda one: (abs(one.daily_dose_mg - worked_out), -one.daily_dose_mg))
    return f" (if the repeat confirms it, nearest: {best.text}, {show_percent(best.change_percent)})"


def _factors(data: NeurotoxData) -> list[Part]:
    """Return the factors that are present as a table, the others on a line each for absent and not assessed."""
    present = tuple(_factor(one) for one in data.factors if one.present)
    absent = [f"{one.name} ({one.value})" for one in data.factors if one.present is False]
    missing = [f"{one.name}{f' ({one.value})' if one.value else ''}" for one in data.factors if one.present is None]
    parts: list[Part] = [Grid("Contributing factors that are present", ("factor", "what"), present)] if present else []
    parts.append(line(""))
    if absent:
        parts.append(line(f"Absent: {', '.join(absent)}."))
    if missing:
        parts.append(line(f"Not assessed: {', '.join(missing)}."))
    return parts


def _factor(one: FactorAnswer) -> tuple[Cell, ...]:
    measured = "" if one.value is None else f"{one.value}{f'; limit {one.limit}' if one.limit else ''}; "
    return (Cell(one.name, Tone.CAUTION), Cell(f"{measured}{one.action} [{one.source}]"))


def _time_course(data: NeurotoxData) -> list[Part]:
    """Return what the file tells of the days around the onset, a row a day."""
    if not data.time_course:
        return []
    title = "Time course, from the patient file" if data.onset else "Time course; the file notes no onset"
    rows = []
    for day, entries in groupby(data.time_course, key=lambda one: one.when):
        told = list(entries)
        rows.append(
            (Cell(day.isoformat()), Cell(_days(told[0].days_from_onset)), Cell("; ".join(e.what for e in told)))
        )
    return [Grid(title, ("day", "onset", "what"), tuple(rows))]


def _days(days: int | None) -> str:
    if days is None:
        return ""
    return "onset" if days == 0 else f"{abs(days)} d {'before' if days < 0 else 'after'}"


def _alternatives(data: NeurotoxData) -> tuple[Cell, ...]:
    """Return what sources say of each alternative, for each organ, in one paragraph."""
    items = []
    for (name, organ), said in groupby(data.alternatives, key=lambda one: (one.name, one.organ)):
        texts = " ".join(f"{one.text} [{one.source}]" for one in said)
        items.append(Cell(f"{name}{f', {organ}' if organ else ''}: {texts}"))
    return tuple(items)


def _note(answer: Answer[NeurotoxData]) -> list[str]:
    data = answer.data
    factors = ", ".join(one.name for one in data.factors if one.present) or "none found"
    missing = ", ".join(one.name for one in data.factors if one.present is None) or "none"
    level = f"; level {data.level} {data.position or 'not compared'}" if data.level else ""
    symptoms = ", ".join(one.name for one in data.symptoms) or "none"
    first = f" First: {data.first_factor.name}." if data.first_factor else ""
    return [
        f"Neurotoxicity on tacrolimus: {symptoms}; grade {data.grade or 'not known, treat as severe'}{level}.",
        f"Contributing: {factors}.{first} Not assessed: {missing}.",
        f"First step: {data.steps[0].text if data.steps else 'none'} {_dose_note(data)}".rstrip(),
        f"{warned(answer)} {signed(answer)}",
    ]


def _dose_note(data: NeurotoxData) -> str:
    dose = data.dose
    if dose is None:
        return f"Dose: none worked out, {data.dose_because}." if data.symptoms else ""
    if dose.refused is not None:
        return f"Dose: none worked out, {dose.why} ({dose.refused})"
    return f"Dose for mild signs: {_proposed(dose, data)}; {each_intake(dose.units)} per intake."


class _Record(NamedTuple):
    """A line in CSV: the grade, the dose, or a factor."""

    about: str
    name: str
    present: bool | None
    value: str | None
    limit: str | None
    says: str
    source: str | None


def _records(answer: Answer[NeurotoxData]) -> tuple[object, ...]:
    """Return the grade, the dose or why there is none, and each factor."""
    data, dose = answer.data, answer.data.dose
    given = None if dose is None or dose.proposal is None else dose.proposal.text
    why = data.dose_because if dose is None or dose.refused is None else f"{dose.refused}: {dose.why}"
    graded = ", ".join(one.name for one in data.symptoms)
    records = [
        _Record("grade", "grade", None, data.grade or "not known", None, graded, None),
        _Record("dose", "dose", None, given, None, why, None),
    ]
    records += [
        _Record("factor", one.name, one.present, one.value, one.limit, one.action, one.source) for one in data.factors
    ]
    return tuple(records)


VIEW: View[NeurotoxData] = View(_blocks, _note, _records)
