"""How the dated plan of `tdmcli interact` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Cell, Grid, line

if TYPE_CHECKING:
    from tdmcli.workflows.interact_data import InteractData, PlanStep


def plan_blocks(data: InteractData) -> list[Block]:
    """Return the steps by their day, what policy means among them, and how to ask for the way back."""
    drugs = {step.drug for step in data.plan}
    rows = tuple(
        (
            Cell(
                step.from_.isoformat()
                if step.from_ == step.to
                else f"{step.from_.isoformat()} to {step.to.isoformat()}"
            ),
            Cell(_step_text(step, several=len(drugs) > 1)),
        )
        for step in data.plan
    )
    blocks: list[Block] = [Grid(_plan_title(data), ("when", "what"), rows)]
    if not all(step.covered for step in data.plan):
        blocks.append(line("[policy]: no source here says so; it is this project's own choice."))
    if all(step.phase == "start" for step in data.plan):
        blocks.append(line("Add --stop DATE for the way back."))
    return blocks


def _step_text(step: PlanStep, *, several: bool) -> str:
    past = "(past) " if step.past else ""
    drug = f"{step.drug}: " if several and step.drug not in step.text else ""
    return f"{past}{drug}{step.text} [{step.source}]"


def _plan_title(data: InteractData) -> str:
    courses = [one.course for one in data.interactions if one.course is not None]
    if all(course.from_ == "today" for course in courses):
        return f"Plan, if it {'stops' if data.stopping else 'starts'} today"
    if len(courses) > 1:
        return "Plan, each drug by its own dates"
    (course,) = courses
    days = (("starts", course.start), ("stops", course.stop))
    return f"Plan: {', '.join(f'{verb} {day.isoformat()}' for verb, day in days if day is not None)}"
