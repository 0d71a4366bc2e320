"""How the dated plan of `tdmcli interact` is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Cell, Grid, line
from tdmcli.domain.units import listed

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.workflows.interact_data import InteractData, PlanStep


def plan_blocks(data: InteractData) -> list[Block]:
    """Return the steps by their day, what policy means among them, and how to ask for the way back."""
    several = len({step.drug for step in data.plan}) > 1
    rows = tuple(
        (Cell(_days(steps[0].from_, steps[0].to)), Cell(_step_text(steps, several=several)))
        for steps in _joined(data.plan)
    )
    blocks: list[Block] = [Grid(_plan_title(data), ("when", "what"), rows)]
    if not all(step.covered for step in data.plan):
        blocks.append(line("[policy]: no source here says so; it is this project's own choice."))
    if all(step.phase == "start" for step in data.plan):
        blocks.append(line("Add --stop DATE for the way back."))
    return blocks


def _joined(plan: tuple[PlanStep, ...]) -> list[list[PlanStep]]:
    """Return the steps, those of one day together that say the same of several drugs."""
    found: dict[tuple[object, ...], list[PlanStep]] = {}
    for step in plan:
        key = (step.from_, step.to, step.phase, step.source, step.text.replace(step.drug, "\0"))
        found.setdefault(key, []).append(step)
    return list(found.values())


def _step_text(steps: list[PlanStep], *, several: bool) -> str:
    first, drugs = steps[0], listed(step.drug for step in steps)
    named = first.drug in first.text
    text = first.text.replace(first.drug, drugs) if named else first.text
    past = "(past) " if first.past else ""
    return f"{past}{f'{drugs}: ' if several and not named else ''}{text} [{first.source}]"


def _plan_title(data: InteractData) -> str:
    courses = [one.course for one in data.interactions if one.course is not None]
    if all(course.from_ == "today" for course in courses):
        return f"Plan, if it {'stops' if data.stopping else 'starts'} today"
    if len(courses) > 1:
        return "Plan, each drug by its own dates"
    (course,) = courses
    days = (("starts", course.start), ("stops", course.stop))
    return f"Plan: {', '.join(f'{verb} {day.isoformat()}' for verb, day in days if day is not None)}"


def next_level_text(data: InteractData, today: date) -> str:
    """Return when the next level is due, as a note has it: the first that is still to be drawn."""
    levels = [step for step in data.plan if step.kind == "level" and not step.past]
    if not levels:
        return "Next level: ask the transplant centre."
    first = min(levels, key=lambda step: (max(step.from_, today), step.to))
    if first.every_days is None:
        return f"Next level {_days(max(first.from_, today), first.to)}."
    least, most = first.every_days
    often = f"every {least} to {most} days until {first.to.isoformat()}"
    if first.from_ <= today:
        return f"Levels {often}."
    return f"Next level {_days(first.from_, min(first.from_ + timedelta(days=most - least), first.to))}, then {often}."


def _days(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"
