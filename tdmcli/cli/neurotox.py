"""`tdmcli neurotox`: is this tremor the drug?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tdmcli.cli import options as opt
from tdmcli.cli.blocks import Block, Bullets, Cell, Grid, Line, Tone, View, line, tone_of
from tdmcli.cli.output import Format, show
from tdmcli.domain.units import show_range
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.neurotox import FactorAnswer, NeurotoxData, NeurotoxQuestion, answer_neurotox

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer

_GRADES = {
    "severe": ("SEVERE: call the transplant team now", Tone.DANGER),
    "mild": ("mild", Tone.CAUTION),
    "none": ("none: no symptom was named", Tone.PLAIN),
    None: ("not known: treat as severe until assessed", Tone.DANGER),
}


def neurotox(
    symptoms: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SYMPTOM...", help="tremor, headache, seizure, confusion ...", autocompletion=opt.symptoms
        ),
    ] = None,
    level: opt.LevelOption = None,
    target: opt.TargetOption = None,
    magnesium: Annotated[
        str | None, typer.Option("--magnesium", metavar="VALUE", help="With its unit: 0.6mmol/L or 1.5mg/dL.")
    ] = None,
    bp: Annotated[str | None, typer.Option("--bp", metavar="SYS/DIA", help="Blood pressure in mmHg: 160/95.")] = None,
    cholesterol: Annotated[
        str | None, typer.Option("--cholesterol", metavar="VALUE", help="With its unit: 2.9mmol/L or 110mg/dL.")
    ] = None,
    with_: opt.WithDrugOption = None,
    organ: opt.OrganOption = None,
    days: opt.DaysOption = None,
    months: opt.MonthsOption = None,
    hours_after_dose: opt.HoursOption = None,
    confirm_value: opt.ConfirmOption = None,
    patient: opt.PatientOption = None,
    form: opt.FormatOption = Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Grade symptoms of neurotoxicity, show what contributes, and the steps in their order.

    \b
    Examples:
      tdmcli neurotox tremor --level 14.2 --target 6-9 --magnesium 0.6mmol/L
      tdmcli neurotox headache visual-disturbance --bp 160/95 --organ liver
      tdmcli neurotox tremor --with fluconazole
    """
    form = opt.chosen(form, json)
    asked = Asked(
        now=opt.moment(as_of), patient=patient, level=level, target=target, days=days, months=months,
        hours_after_dose=hours_after_dose, drugs=tuple(with_ or ()), confirm_value=confirm_value,
    )  # fmt: skip
    question = NeurotoxQuestion(asked, tuple(symptoms or ()), magnesium, bp, cholesterol, organ)
    show(answer_neurotox(question), VIEW, form)


def _blocks(answer: Answer[NeurotoxData]) -> list[Block]:
    data = answer.data
    says, tone = _GRADES[data.grade]
    blocks: list[Block] = [Line((Cell("Grade: ", Tone.STRONG), Cell(says, tone)))]
    blocks += [line(f"{one.name}: {one.grade or 'not in the table, no grade'}", indent=2) for one in data.symptoms]
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
    codes = ", ".join(dict.fromkeys(one.code for one in answer.warnings)) or "none"
    symptoms = ", ".join(one.name for one in data.symptoms) or "none"
    return [
        f"Neurotoxicity on tacrolimus: {symptoms}; grade {data.grade or 'not known, treat as severe'}{level}.",
        f"Contributing: {factors}. Not assessed: {missing}.",
        f"First step: {data.steps[0].text if data.steps else 'none'}",
        f"Warnings: {codes}. tdmcli, as of {answer.as_of.date().isoformat()}; decision support, verify.",
    ]


VIEW: View[NeurotoxData] = View(_blocks, _note, lambda answer: answer.data.factors)
