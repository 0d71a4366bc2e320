"""How `tdmcli interact` shows what the sources say of each drug."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Bullets, Cell, Facts, Grid, Tone, line
from tdmcli.domain.units import listed
from tdmcli.domain.units import show as shown

if TYPE_CHECKING:
    from tdmcli.workflows.interact_data import FoldAnswer, InteractData, InteractionAnswer


def drug_blocks(data: InteractData) -> list[Block]:
    """Return what the sources say of each drug that has a row; the same advice once for several drugs."""
    said = {(step.text, step.source) for step in data.plan}
    known = [one for one in data.interactions if one.matched is not None]
    if len(data.interactions) == 1:
        return [block for one in known for block in _details(one, said)]
    blocks: list[Block] = []
    for one in known:
        blocks += _brief(one, known, said)
        said |= {(item.text, item.source) for item in one.advice}
    return [*blocks, line("Whom the sizes were measured in: ask for one drug alone. Sizes are never multiplied.")]


def _brief(one: InteractionAnswer, all_: list[InteractionAnswer], said: set[tuple[str, str]]) -> list[Block]:
    """Return what the sources say of one drug among several, but for what is said already."""
    advice = []
    for item in one.advice:
        if (item.text, item.source) in said:
            continue
        key = (item.text, item.source, item.phase)
        also = [
            str(other.matched)
            for other in all_
            if other is not one and key in {(its.text, its.source, its.phase) for its in other.advice}
        ]
        when = "on stopping: " if item.phase == "stop" else ""
        organ = f"{item.organ}: " if item.organ else ""
        of_others = f" (also for {listed(also)})" if also else ""
        advice.append(Cell(f"{when}{organ}{item.text} [{item.source}]{of_others}"))
    if not one.advice:
        advice.append(Cell(one.action))
    facts = [fact for fact in _facts(one) if fact[0] not in {"Group", "First level"}]
    if one.exposure_fold:
        sizes = "; ".join(f"{_fold(item)} {item.measure} [{item.source}]" for item in one.exposure_fold)
        facts.append(("Published size", Cell(sizes)))
    return [Bullets(f"{one.matched} ({one.group}; {one.mechanism})", tuple(advice)), Facts("", tuple(facts))]


def _details(one: InteractionAnswer, planned: set[tuple[str, str]]) -> list[Block]:
    """Return what the sources say, but for what stands in the plan already, and the published sizes."""
    blocks: list[Block] = []
    for phase, title in (("start", "What the sources say to do"), ("stop", "What the sources say on stopping")):
        advice = tuple(
            Cell(f"{f'{item.organ}: ' if item.organ else ''}{item.text} [{item.source}]")
            for item in one.advice
            if item.phase == phase and (item.text, item.source) not in planned
        )
        if advice:
            blocks.append(Bullets(title, advice))
    if not one.advice:
        blocks.append(Bullets("What the sources say to do", (Cell(one.action),)))
    blocks.append(Facts("", tuple(_facts(one))))
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


def _facts(one: InteractionAnswer) -> list[tuple[str, Cell]]:
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
    return facts


def _fold(item: FoldAnswer) -> str:
    more = " or more" if item.open_ended else ""
    return f"x {shown(item.low)}{'' if item.low == item.high else f'-{shown(item.high)}'}{more}"


def _where(item: FoldAnswer) -> str:
    return ", ".join(part for part in (item.population, item.condition) if part)
