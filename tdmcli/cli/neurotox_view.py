"""How the answer of `tdmcli neurotox` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Bullets, Cell, Grid, Headlines, Line, Part, Tone, View, line, signed, tone_of, warned
from tdmcli.domain.units import show_range

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.neurotox_data import FactorAnswer, NeurotoxData, SymptomAnswer

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
    blocks += [line(_symptom(one), indent=2) for one in data.symptoms]
    blocks.append(Headlines())
    if data.level is not None:
        where = data.position or "no range to compare with"
        range_text = ""
        if data.target_low_ng_ml is not None and data.target_high_ng_ml is not None:
            range_text = f" {show_range(data.target_low_ng_ml, data.target_high_ng_ml)} ({data.target_source})"
        blocks.append(Line((Cell(f"Level {data.level}: "), Cell(where, tone_of(data.position)), Cell(range_text))))
    blocks.append(Bullets("Steps", tuple(Cell(f"{step.text} [{step.source}]") for step in data.steps), numbered=True))
    rows = tuple(_factor(one) for one in data.factors)
    blocks.append(Grid("Contributing factors", ("factor", "is", "why"), rows))
    if data.conflicts:
        items = tuple(
            Cell(f"{f'{one.organ}: ' if one.organ else ''}{one.text} [{one.source}]") for one in data.conflicts
        )
        blocks.append(Bullets("Sources conflict on sirolimus beside tacrolimus; nothing is proposed", items))
    remarks = tuple(Cell(f"{one.text} [{one.source}]", Tone.DIM) for one in data.remarks)
    blocks.append(Bullets("Not steps", remarks))
    return blocks


def _symptom(one: SymptomAnswer) -> str:
    note = f" ({one.note})" if one.note else ""
    return f"{one.name}: {one.grade or 'not in the table, no grade'}{note}"


def _factor(one: FactorAnswer) -> tuple[Cell, ...]:
    says = {True: ("PRESENT", Tone.CAUTION), False: ("absent", Tone.WITHIN), None: ("not assessed", Tone.DIM)}
    text, tone = says[one.present]
    measured = "" if one.value is None else f"{one.value}{f'; limit {one.limit}' if one.limit else ''}; "
    return (Cell(one.name), Cell(text, tone), Cell(f"{measured}{one.action} [{one.source}]"))


def _note(answer: Answer[NeurotoxData]) -> list[str]:
    data = answer.data
    factors = ", ".join(one.name for one in data.factors if one.present) or "none found"
    missing = ", ".join(one.name for one in data.factors if one.present is None) or "none"
    level = f"; level {data.level} {data.position or 'not compared'}" if data.level else ""
    symptoms = ", ".join(one.name for one in data.symptoms) or "none"
    return [
        f"Neurotoxicity on tacrolimus: {symptoms}; grade {data.grade or 'not known, treat as severe'}{level}.",
        f"Contributing: {factors}. Not assessed: {missing}.",
        f"First step: {data.steps[0].text if data.steps else 'none'}",
        f"{warned(answer)} {signed(answer)}",
    ]


VIEW: View[NeurotoxData] = View(_blocks, _note, lambda answer: answer.data.factors)
