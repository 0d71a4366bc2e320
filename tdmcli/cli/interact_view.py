"""How the answer of `tdmcli interact` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.adjust_view import one_intake
from tdmcli.cli.blocks import Block, Bullets, Cell, Facts, Grid, Headlines, Line, Part, Tone, View, line, signed, warned
from tdmcli.domain.units import show as shown
from tdmcli.workflows.interact_data import AdjustedRegimen, FoldAnswer, InteractData, InteractionAnswer

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer

_TONES = {"raises": Tone.ABOVE, "lowers": Tone.BELOW, "avoid": Tone.DANGER, "unknown": Tone.CAUTION}
_STOPPING = {
    "raises": "is being stopped: the level will FALL over days to weeks",
    "lowers": "is being stopped: the level will RISE over days to weeks",
    "either": "is being stopped: the level may move either way over days to weeks",
    None: "is being stopped: no source here says that it moved the level",
}
_SAYS = {
    "raises": "RAISES the tacrolimus level",
    "lowers": "LOWERS the tacrolimus level",
    "either": "may raise or lower the tacrolimus level",
    "avoid": "AVOID, or only with the transplant centre",
    "unknown": "no source here says that it moves the level; see below for what else it does",
}


def _blocks(answer: Answer[InteractData]) -> list[Part]:
    data = answer.data
    if data.table:
        drugs = tuple(
            (Cell(row.drug, Tone.STRONG), Cell(row.effect, _TONES.get(row.effect, Tone.PLAIN)), Cell(row.group))
            for row in data.table
        )
        return [Grid(f"{len(drugs)} drugs, foods and groups", ("drug", "effect", "group"), drugs)]
    blocks: list[Part] = [Headlines()]
    for one in data.interactions:
        if len(blocks) > 1:
            blocks.append(line(""))
        blocks += _interaction(one, stopping=data.stopping)
    if data.adjusted is not None:
        blocks += _adjusted(data.adjusted)
    if data.plan:
        rows = tuple(
            (
                Cell(
                    step.from_.isoformat()
                    if step.from_ == step.to
                    else f"{step.from_.isoformat()} to {step.to.isoformat()}"
                ),
                Cell(f"{step.text} [{step.source}]"),
            )
            for step in data.plan
        )
        verb = "stops" if data.stopping else "starts"
        blocks.append(Grid(f"Plan, if it {verb} today", ("when", "what"), rows))
    return blocks


def _interaction(one: InteractionAnswer, *, stopping: bool) -> list[Block]:
    name = one.drug if one.matched in {None, one.drug.lower()} else f"{one.drug} ({one.matched})"
    if one.matched is None:
        return [
            Line((Cell(f"{one.drug}: ", Tone.STRONG), Cell("NOT IN THIS TABLE, not the same as safe", Tone.DANGER)))
        ]
    says = _STOPPING[one.direction] if stopping else _SAYS[one.effect]
    if one.effect == "unknown" and any(item.organ for item in one.advice):
        says = "sources conflict and depend on the organ; nothing is proposed"
    blocks: list[Block] = [Line((Cell(f"{name}: ", Tone.STRONG), Cell(says, _TONES.get(one.effect, Tone.PLAIN))))]
    advice = tuple(Cell(f"{f'{item.organ}: ' if item.organ else ''}{item.text} [{item.source}]") for item in one.advice)
    blocks.append(Bullets("What the sources say to do", advice or (Cell(one.action),)))
    facts = [("Group", Cell(f"{one.group}; {one.mechanism}"))]
    if one.strengths:
        facts.append(
            ("Strength", Cell("; ".join(f"{item.value} ({item.view}, {item.source})" for item in one.strengths)))
        )
    if one.first_level_days:
        first, last = one.first_level_days
        facts.append(("First level", Cell(f"day {first} to {last} after the start")))
    if one.dose_factor_text:
        note = f"; {one.dose_factor_note}" if one.dose_factor_note else ""
        text = f"to {one.dose_factor_text} of the dose taken without an inhibitor [{one.dose_factor_source}{note}]"
        facts.append(("Dose factor", Cell(text)))
    if one.note:
        facts.append(("Note", Cell(one.note)))
    blocks.append(Facts("", tuple(facts)))
    if one.exposure_fold:
        folds = tuple(
            (Cell(_fold(item), Tone.STRONG), Cell(item.measure), Cell(f"{_where(item)} [{item.source}]"))
            for item in one.exposure_fold
        )
        blocks.append(
            Grid(
                "Published size (ranges of single studies, never to be multiplied together)",
                ("times", "of", "in"),
                folds,
            )
        )
    return blocks


def _fold(item: FoldAnswer) -> str:
    return f"x {shown(item.low)}" if item.low == item.high else f"x {shown(item.low)}-{shown(item.high)}"


def _where(item: FoldAnswer) -> str:
    return ", ".join(part for part in (item.population, item.condition) if part)


def _adjusted(one: AdjustedRegimen) -> list[Block]:
    texts = ["not a sum of the strengths" if units is None else one_intake(units) for units in one.units]
    units = texts[0] if len(set(texts)) == 1 else "; ".join(texts)
    name = f"tacrolimus ({one.product_name})"
    headline = f"{name} {one.from_text} becomes {shown(one.unrounded_daily_dose_mg)} mg/day, given as {one.text}"
    return [
        line(""),
        Line((Cell(f"With {one.drug} [{one.source}]: ", Tone.STRONG), Cell(headline, Tone.STRONG))),
        line(f"Per intake: {units}. It counts from the dose taken without an inhibitor; measure early."),
    ]


def _note(answer: Answer[InteractData]) -> list[str]:
    data = answer.data
    effects = "; ".join(f"{one.drug}: {one.effect if one.matched else 'not in table'}" for one in data.interactions)
    dose = "No dose from a factor."
    if data.adjusted is not None:
        name = f"tacrolimus ({data.adjusted.product_name})"
        dose = f"By the source's factor for {data.adjusted.drug}: {name} {data.adjusted.text}."
    first = next((step for step in data.plan if "rough" in step.text), None)
    when = (
        f"Next level {first.from_.isoformat()} to {first.to.isoformat()}."
        if first
        else "Next level: ask the transplant centre."
    )
    verb = "Stopping" if data.stopping else "Starting"
    return [
        f"{verb} with tacrolimus - {effects or 'table listed'}.",
        dose,
        when,
        f"{warned(answer)} {signed(answer)}",
    ]


def _records(answer: Answer[InteractData]) -> tuple[object, ...]:
    return answer.data.table or answer.data.interactions


VIEW: View[InteractData] = View(_blocks, _note, _records)
