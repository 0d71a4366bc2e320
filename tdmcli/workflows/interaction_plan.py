"""The dated steps of an interaction: what to do on which day after a drug is started or stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.tables.interaction_rows import Effect, InteractionRow
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.answer import Citations
from tdmcli.workflows.interact_data import (
    InteractQuestion,
    PlanStep,
)

if TYPE_CHECKING:
    from tdmcli.workflows.facts import Facts


def plan_steps(
    question: InteractQuestion, facts: Facts, rows: list[InteractionRow], citations: Citations
) -> tuple[PlanStep, ...]:
    """Return the steps for each drug by their day, as if it were started (or stopped) today."""
    steps = [
        step
        for row in rows
        for step in (_stopping_steps(row, facts) if question.stopping else _starting_steps(row, facts))
    ]
    for step in steps:
        citations.add(step.source, "data/policy.toml" if step.source == "policy" else "")
    return tuple(sorted(steps, key=lambda step: (step.from_, step.to)))


def _stopping_steps(row: InteractionRow, facts: Facts) -> tuple[PlanStep, ...]:
    if row.effect is Effect.UNKNOWN:
        return ()
    name = row.names[0]
    note = f"Stopping {name}: apply no factor; look up the dose taken before it began."
    return (_step(facts, (0, 0), note, name, "policy"), _repeat_step(row, facts))


def _starting_steps(row: InteractionRow, facts: Facts) -> tuple[PlanStep, ...]:
    name = row.names[0]
    if row.effect is Effect.UNKNOWN:
        return ()
    if row.effect is Effect.AVOID:
        text = f"Before the first dose of {name}: avoid it, or agree on a plan with the transplant centre."
        return (_step(facts, (0, 0), text, name, row.start[0].source if row.start else "policy"),)
    first = row.first_level
    if first is None:
        return (_repeat_step(row, facts),)
    text = f"First trough after starting {name}."
    return (_step(facts, (first.from_day, first.to_day), text, name, first.source), _repeat_step(row, facts))


def _repeat_step(row: InteractionRow, facts: Facts) -> PlanStep:
    policy = read_policy().interaction
    name, first, last = row.names[0], policy.repeat_from_days, policy.repeat_to_days
    text = f"Trough with {name} in mind, then every {first} to {last} days until it settles."
    return _step(facts, (first, last), text, name, "policy")


def _step(facts: Facts, days: tuple[int, int], text: str, drug: str, source: str) -> PlanStep:
    today = facts.today
    return PlanStep(today + timedelta(days=days[0]), today + timedelta(days=days[1]), text, drug, source)
